/* SPDX-License-Identifier: MIT */
/*
 * The least that a curses program can do: one full screen, then waiting. What
 * it takes to start is the floor under every other.
 */
#include <curses.h>
#include <locale.h>
#include <stdlib.h>

int
main(void)
{
	setlocale(LC_ALL, "");
	if (initscr() == NULL)
		return 1;
	raw();
	noecho();
	keypad(stdscr, TRUE);
	start_color();
	use_default_colors();
	for (int row = 0; row < LINES - 1; row++)
		mvprintw(row, 0, "line %d of a screen without a chat", row);
	mvaddstr(LINES - 1, 0, "F1 help");
	refresh();
	while (getch() != 'q')
		;
	endwin();
	return EXIT_SUCCESS;
}
