/* SPDX-License-Identifier: MIT */
/*
 * Files that are dropped onto the terminal, which pastes their paths.
 */
#include "model_fixture.h"
#include "ui/request.h"
#include "ui_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 24, COLS = 80 };

static int
begin(void **state)
{
	struct scene *s = scene_new(false, false);

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	scene_key(s, '2', KEY_ALT);
	*state = s;
	return 0;
}

static int
end(void **state)
{
	scene_free(*state);
	return 0;
}

static bool
shows(struct scene *s, const char *text)
{
	scene_draw(s, ROWS, COLS);
	char *dump = grid_dump(&s->grid, false);
	bool found = strstr(dump, text) != NULL;

	free(dump);
	return found;
}

/* A file that is dropped makes a line, and the line sends nothing by itself. */
static void
dropped_files(void **state)
{
	static const struct {
		const char *paste, *shown;
	} rows[] = {
		{ "'/home/u/my file.txt' ",
		    "ana> /send '/home/u/my file.txt'" },
		{ "/home/u/a\\ b ", "ana> /send /home/u/a\\ b" },
		{ "file:///home/u/a\n", "ana> /send file:///home/u/a" },
		{ "/help", "ana> /help" },
		{ "see /tmp/x", "ana> see /tmp/x" },
	};
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scene_paste(s, rows[i].paste, strlen(rows[i].paste));
		assert_true(shows(s, rows[i].shown));
		for (size_t k = 0; k < s->command_count; k++)
			assert_int_not_equal(
			    s->commands[k].kind, COMMAND_SEND_FILES);
		scene_key(s, 'u', KEY_CTRL);
	}
	/* Into what is typed it goes as it is. */
	scene_type(s, "/send a ");
	scene_paste(s, "/home/u/b", 9);
	assert_true(shows(s, "ana> /send a /home/u/b"));
}

/* The text that the world is asked about, "" for none (caller frees). */
static char *
asked(struct scene *s)
{
	struct request r;
	char *text = NULL;

	while (ui_request(s->ui, &r)) {
		if (r.kind == REQUEST_DROP && text == NULL)
			text = strdup(r.text);
		request_clear(&r);
	}
	return text == NULL ? strdup("") : text;
}

/* Without quotes, all of it may be one path: the world knows. */
static void
dropped_as_it_is(void **state)
{
	static const struct {
		const char *paste, *asked, *shown;
	} rows[] = {
		{ "/home/u/with space.txt ", "/home/u/with space.txt",
		    "ana> /send /home/u/with\\ space.txt" },
		{ "/home/u/a&b (1).pdf\n", "/home/u/a&b (1).pdf",
		    "ana> /send /home/u/a&b\\ (1).pdf" },
		{ "/home/u/\xc3\xbcn\xc3\xaf x", "/home/u/\xc3\xbcn\xc3\xaf x",
		    "ana> /send /home/u/\xc3\xbcn\xc3\xaf\\ x" },
		{ "/home/u/it's.txt", "/home/u/it's.txt",
		    "ana> /send /home/u/it\\'s.txt" },
		{ "/home/u/a /home/u/b", "/home/u/a /home/u/b",
		    "ana> /send /home/u/a\\ /home/u/b" },
		/* These are clear. */
		{ "/home/u/a.txt", "", "ana> /send /home/u/a.txt" },
		{ "/help me", "", "ana> /help me" },
		{ "see /tmp/x y", "", "ana> see /tmp/x y" },
		{ "/home/u/a b\nand so on", "", "and so on" },
	};
	struct scene *s = *state;

	/* What was typed since stays. */
	scene_paste(s, "/home/u/a b", 11);
	char *first = asked(s);
	assert_string_equal(first, "/home/u/a b");
	free(first);
	scene_type(s, "c");
	ui_answer_drop(s->ui, "/home/u/a b");
	assert_true(shows(s, "ana> /home/u/a bc"));
	scene_key(s, 'u', KEY_CTRL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scene_paste(s, rows[i].paste, strlen(rows[i].paste));
		char *text = asked(s);
		assert_string_equal(text, rows[i].asked);
		/* That something else is there changes nothing. */
		ui_answer_drop(s->ui, "/home/u");
		if (text[0] != '\0')
			assert_false(shows(s, rows[i].shown));
		ui_answer_drop(s->ui, text);
		assert_true(shows(s, rows[i].shown));
		free(text);
		scene_key(s, 'u', KEY_CTRL);
		scene_key(s, KEY_ESCAPE, 0);
	}
}

/* Who typed the command already means the same. */
static void
dropped_behind_send(void **state)
{
	struct scene *s = *state;

	scene_type(s, "/send ");
	scene_paste(s, "/home/u/a b", 11);
	char *text = asked(s);
	assert_string_equal(text, "/home/u/a b");
	ui_answer_drop(s->ui, text);
	assert_true(shows(s, "ana> /send /home/u/a\\ b"));
	free(text);
	/* One more: who is to say where it begins. */
	scene_type(s, " ");
	scene_paste(s, "/home/u/c d", 11);
	text = asked(s);
	assert_string_equal(text, "");
	free(text);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(dropped_files),
		TEST(dropped_as_it_is),
		TEST(dropped_behind_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
