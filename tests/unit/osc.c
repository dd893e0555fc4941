/* SPDX-License-Identifier: MIT */
/*
 * Text in control strings: whatever it is, it stays text.
 */
#include "tty/osc.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const hostile[] = {
	"\033]0;owned\a",
	"\033\\\033[2J",
	"a\ab",
	"a\xc2\x9c\xc2\x9d\x30;b",
	"\x9c\x9b\x32J",
	"a\rb\nc\td\x7f\x08",
	"$<500>slow",
	"%s%n%p1%d",
	"4;1;50",
	"4;3",
	"a;b;c",
	";;;;",
	"`reboot`$(reboot)\"'",
	"-x --help",
	"<b>bold</b><a href=\"http://evil\">",
	("\xe2\x80\xae"
	 "txt.exe"),
	"\xff\xfe\xc3",
	"",
};

enum { HOSTILE = sizeof(hostile) / sizeof(hostile[0]) };

/* Only the strings that are meant to be there: each begins with ESC ] and ends
 * with ESC \, and between the two there is nothing that acts. */
static unsigned
count_strings(const char *text)
{
	unsigned n = 0;

	while (*text != '\0') {
		assert_memory_equal(text, "\033]", 2);
		const char *end = strstr(text, "\033\\");
		assert_non_null(end);
		for (const char *c = text + 2; c < end; c++) {
			unsigned char byte = (unsigned char)*c;
			assert_true(byte >= 0x20 && byte != 0x7f);
			assert_false(byte == 0xc2 &&
				     (unsigned char)c[1] >= 0x80 &&
				     (unsigned char)c[1] < 0xa0);
			/* Right to left, from here on. */
			assert_false(strncmp(c, "\xe2\x80\xae", 3) == 0);
		}
		text = end + 2;
		n++;
	}
	return n;
}

static void
t44_t48_nothing_leaves_its_string(void **state)
{
	static const enum tty_notify ways[] = { TTY_NOTIFY_OSC9,
		TTY_NOTIFY_OSC777, TTY_NOTIFY_OSC99 };
	unsigned count = 0;

	(void)state;
	for (size_t i = 0; i < HOSTILE; i++)
		for (size_t k = 0; k < HOSTILE; k++)
			for (size_t w = 0; w < 3; w++, count++) {
				char *s =
				    osc_notify(ways[w], hostile[i], hostile[k]);
				assert_non_null(s);
				assert_int_equal(count_strings(s),
				    ways[w] == TTY_NOTIFY_OSC99 ? 2 : 1);
				free(s);
			}
	assert_int_equal(count, HOSTILE * HOSTILE * 3);
}

static void
a_notification_is_no_command_of_the_terminal(void **state)
{
	char *s = osc_notify(TTY_NOTIFY_OSC9, "4;1;50", "");

	(void)state;
	/* ConEmu and others: "9;4" is a progress bar. */
	assert_string_equal(s, "\033]9; 4,1,50\033\\");
	free(s);
	s = osc_notify(TTY_NOTIFY_OSC777, "ana; bob", "x;y");
	assert_string_equal(s, "\033]777;notify;ana, bob;x,y\033\\");
	free(s);
	s = osc_notify(TTY_NOTIFY_OSC99, "ana", "hi");
	assert_string_equal(s, "\033]99;i=earshot:d=0:e=1;YW5h\033\\"
			       "\033]99;i=earshot:d=1:e=1:p=body;aGk=\033\\");
	free(s);
	assert_null(osc_notify(TTY_NOTIFY_AUTO, "ana", "hi"));
}

static void
long_notifications_are_cut_between_letters(void **state)
{
	char long_text[4000];

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(long_text); i += 3)
		memcpy(long_text + i, "\xe6\xbc\xa2", 3);
	long_text[3996] = '\0';
	char *s = osc_notify(TTY_NOTIFY_OSC777, long_text, long_text);
	assert_int_equal(count_strings(s), 1);
	assert_true(strlen(s) < 400);
	assert_true(osc_is_clean(strstr(s, "notify;") + 7) == false);
	s[strlen(s) - 2] = '\0';
	assert_true(osc_is_clean(s + 2));
	free(s);
}

static void
the_clipboard_gets_the_text(void **state)
{
	static const struct {
		const char *text, *coded;
	} rows[] = {
		{ "a", "YQ==" },
		{ "ab", "YWI=" },
		{ "abc", "YWJj" },
		{ "\033]52;c;?\a", "G101MjtjOz8H" },
		{ "\xe6\xbc\xa2\n", "5ryiCg==" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *s = osc_copy(rows[i].text, strlen(rows[i].text));
		char *want = xasprintf("\033]52;c;%s\033\\", rows[i].coded);
		assert_string_equal(s, want);
		free(s);
		free(want);
	}
	char *much = xcalloc(TTY_COPY_MAX + 1, 1);
	memset(much, 'x', TTY_COPY_MAX + 1);
	char *s = osc_copy(much, TTY_COPY_MAX);
	assert_int_equal(count_strings(s), 1);
	free(s);
	assert_null(osc_copy(much, TTY_COPY_MAX + 1));
	assert_null(osc_copy("", 0));
	free(much);
}

static void
t44_titles_are_clean_or_none(void **state)
{
	unsigned none = 0;

	(void)state;
	for (size_t i = 0; i < HOSTILE; i++) {
		char *s = osc_title(hostile[i], false);
		none += s == NULL;
		if (s != NULL)
			assert_int_equal(count_strings(s), 1);
		free(s);
	}
	assert_int_equal(none, 8);
	char *s = osc_title("b\xc3\xa9", true);
	assert_string_equal(s, "\033]2;b??\033\\");
	free(s);
}

static void
terminals_by_name(void **state)
{
	(void)state;
	assert_int_equal(
	    osc_notify_way("xterm-kitty", NULL, NULL), TTY_NOTIFY_OSC99);
	assert_int_equal(osc_notify_way("foot", NULL, NULL), TTY_NOTIFY_OSC777);
	assert_int_equal(osc_notify_way("xterm-256color", "WezTerm", NULL),
	    TTY_NOTIFY_OSC777);
	assert_int_equal(osc_notify_way("xterm-256color", "iTerm.app", NULL),
	    TTY_NOTIFY_OSC9);
	assert_int_equal(
	    osc_notify_way("xterm-256color", NULL, NULL), TTY_NOTIFY_AUTO);
	assert_int_equal(osc_notify_way(NULL, NULL, NULL), TTY_NOTIFY_AUTO);
	/* tmux would swallow it. */
	assert_int_equal(osc_notify_way("xterm-kitty", NULL, "/run/tmux,1,0"),
	    TTY_NOTIFY_AUTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t44_t48_nothing_leaves_its_string),
		cmocka_unit_test(a_notification_is_no_command_of_the_terminal),
		cmocka_unit_test(long_notifications_are_cut_between_letters),
		cmocka_unit_test(the_clipboard_gets_the_text),
		cmocka_unit_test(t44_titles_are_clean_or_none),
		cmocka_unit_test(terminals_by_name),
	};

	return cmocka_run_group_tests_name("osc", tests, NULL, NULL);
}
