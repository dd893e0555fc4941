/* SPDX-License-Identifier: MIT */
#include "ui/keymap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct keymap none;

static void
each_key_is_bound_once(void **state)
{
	size_t count, keys = 0;
	const struct keymap_row *rows = keymap_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_int_not_equal(rows[i].keys[0].code, 0);
		for (size_t j = 0; j < KEYMAP_KEYS_MAX; j++) {
			const struct key *key = &rows[i].keys[j];
			if (key->code == 0)
				break;
			/* What is text is not looked for. */
			assert_false(key_is_text(key));
			/* The first row with a key hides all others. */
			assert_ptr_equal(keymap_find(&none, key), &rows[i]);
			keys++;
		}
	}
	assert_true(keys >= 60);
}

static void
each_action_is_bound_once(void **state)
{
	int actions[ACTION_COUNT] = { 0 }, edits[EDIT_ACTION_COUNT] = { 0 };
	size_t count;
	const struct keymap_row *rows = keymap_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		actions[rows[i].action]++;
		edits[rows[i].edit]++;
		assert_int_equal(
		    rows[i].action == ACTION_EDIT, rows[i].edit != EDIT_NONE);
	}
	/* Killing all is what ACTION_INTERRUPT does. */
	edits[EDIT_KILL_ALL]++;
	/* Up and Down lead into the history of the window. */
	edits[EDIT_HISTORY_OLDER]++;
	edits[EDIT_HISTORY_NEWER]++;
	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++)
		assert_int_equal(actions[i], i == ACTION_EDIT
						 ? EDIT_ACTION_COUNT - 4
					     : i == ACTION_LINE ? 0
								: 1);
	for (int i = EDIT_NONE + 1; i < EDIT_ACTION_COUNT; i++)
		assert_int_equal(edits[i], 1);
}

static void
names_and_keys_have_text(void **state)
{
	size_t count;
	const struct keymap_row *rows = keymap_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_true(strlen(rows[i].name) > 0);
		assert_true(strlen(rows[i].gloss) > 0);
		assert_true(strlen(rows[i].gloss) <= 62);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(rows[i].name, rows[j].name);
		for (size_t j = 0; j < KEYMAP_KEYS_MAX && rows[i].keys[j].code;
		     j++) {
			char text[KEY_TEXT_MAX];
			key_text(rows[i].keys[j], text);
			assert_true(strlen(text) > 0);
		}
	}
}

static void
keys_are_named(void **state)
{
	static const struct {
		struct key key;
		const char *text;
	} rows[] = {
		{ { 'a', 0 }, "a" },
		{ { 'A', 0 }, "A" },
		{ { ' ', 0 }, "Space" },
		{ { ' ', KEY_CTRL }, "Ctrl-Space" },
		{ { 'a', KEY_ALT }, "Alt-A" },
		{ { 'A', KEY_ALT }, "Alt-Shift-A" },
		{ { 'c', KEY_CTRL | KEY_SHIFT }, "Ctrl-Shift-C" },
		{ { '/', KEY_ALT }, "Alt-/" },
		{ { '_', KEY_CTRL }, "Ctrl-_" },
		{ { 0xE9, KEY_ALT }, "Alt-\xC3\xA9" },
		{ { KEY_TAB_KEY, KEY_SHIFT }, "Shift-Tab" },
		{ { KEY_PAGE_UP, KEY_ALT }, "Alt-PgUp" },
		{ { KEY_F1 + 9, 0 }, "F10" },
		{ { KEY_F12, KEY_CTRL | KEY_ALT | KEY_SHIFT },
		    "Ctrl-Alt-Shift-F12" },
		{ { KEY_PASTE, 0 }, "" },
		{ { KEY_FOCUS_OUT, 0 }, "" },
		{ { 0, 0 }, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[KEY_TEXT_MAX];
		key_text(rows[i].key, text);
		assert_string_equal(text, rows[i].text);
	}
}

static void
names_are_read_back(void **state)
{
	unsigned count = 0;

	(void)state;
	for (unsigned mods = 0; mods < 16; mods++)
		for (uint32_t code = '!'; code <= KEY_F12; code++) {
			char text[KEY_TEXT_MAX];
			struct key key = { code, (uint8_t)mods }, back;
			if (code == 0x17F)
				code = KEY_SPECIAL + 1;
			if (code >= 0x7F && code < 0xA0)
				continue;
			/* A capital tells of it already. */
			if ((mods & ~8U) == KEY_SHIFT && code < KEY_SPECIAL)
				continue;
			key_text(key, text);
			if (!key_parse(text, strlen(text), &back))
				fail_msg("%s", text);
			char again[KEY_TEXT_MAX];
			key_text(back, again);
			assert_string_equal(text, again);
			count++;
		}
	assert_true(count > 4000);
}

static void
names_in_any_case(void **state)
{
	static const struct {
		const char *text;
		struct key key;
	} rows[] = {
		{ "alt-x", { 'x', KEY_ALT } },
		{ "ALT-X", { 'x', KEY_ALT } },
		{ "meta-x", { 'x', KEY_ALT } },
		{ "alt-shift-x", { 'X', KEY_ALT } },
		{ "shift-alt-x", { 'X', KEY_ALT } },
		{ "ctrl-shift-x", { 'x', KEY_CTRL | KEY_SHIFT } },
		{ "alt-enter", { KEY_ENTER_KEY, KEY_ALT } },
		{ "pageup", { KEY_PAGE_UP, 0 } },
		{ "f12", { KEY_F12, 0 } },
		{ "alt--", { '-', KEY_ALT } },
		{ "alt-=", { '=', KEY_ALT } },
		{ "ctrl-x k", { 'k', KEY_PREFIX } },
		{ "Ctrl-X Ctrl-E", { 'e', KEY_PREFIX | KEY_CTRL } },
	};
	static const char *const bad[] = { "", "alt-", "f13", "alt-xy",
		"ctrl-y k", "ctrl-x ", "ctrl-x ctrl-x k", "\xff", "alt-\x01",
		"hyper-x" };
	struct key key;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(
		    key_parse(rows[i].text, strlen(rows[i].text), &key));
		assert_int_equal(key.code, rows[i].key.code);
		assert_int_equal(key.mods, rows[i].key.mods);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(key_parse(bad[i], strlen(bad[i]), &key));
}

static void
the_user_goes_before_the_table(void **state)
{
	struct keymap km = { 0 };
	struct key alt_a = { 'a', KEY_ALT }, f6 = { KEY_F1 + 5, 0 };
	struct key keys[KEYMAP_KEYS_MAX];
	char *error = NULL, text[KEY_TEXT_MAX];

	(void)state;
	assert_int_equal(keymap_bind(&km, "alt-a = /who ana ", &error), 0);
	assert_int_equal(keymap_find(&km, &alt_a)->action, ACTION_LINE);
	assert_string_equal(keymap_find(&km, &alt_a)->line, "/who ana");
	/* Nothing is left to go to the news with. */
	const struct keymap_row *news = keymap_row_named("news", 4);
	assert_int_equal(keymap_keys(&km, news, keys, KEYMAP_KEYS_MAX), 0);
	assert_string_equal(keymap_key_text(&km, ACTION_NEWS, text), "");
	assert_int_equal(keymap_bind(&km, "F6=NEWS", &error), 0);
	assert_ptr_equal(keymap_find(&km, &f6), news);
	assert_string_equal(keymap_key_text(&km, ACTION_NEWS, text), "F6");
	/* Once more, in place of the first. */
	assert_int_equal(keymap_bind(&km, "alt-a = none", &error), 0);
	assert_null(keymap_find(&km, &alt_a));
	assert_int_equal(km.count, 2);
	assert_true(keymap_unbind(&km, alt_a));
	assert_false(keymap_unbind(&km, alt_a));
	assert_ptr_equal(keymap_find(&km, &alt_a), news);
	assert_int_equal(keymap_keys(&km, news, keys, KEYMAP_KEYS_MAX), 2);
	keymap_clear(&km);
}

static void
no_one_locks_himself_out(void **state)
{
	static const struct {
		const char *text, *part;
	} rows[] = {
		{ "enter = none", "Enter stays" },
		{ "ctrl-m = /quit", "Ctrl-M stays" },
		{ "esc = /quit", "Esc stays" },
		{ "ctrl-x = /quit", "Ctrl-X stays" },
		{ "a = /quit", "a character to type" },
		{ "space = /quit", "a character to type" },
		{ "hyper-x = /quit", "no key is called hyper-x" },
		{ "alt-x = nonsense", "no action is called nonsense" },
		{ "alt-x", "KEY = ACTION" },
		{ "alt-x = ", "no action" },
		{ "", "KEY = ACTION" },
		{ " = x", "no key" },
	};
	struct keymap km = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *error = NULL;
		assert_true(keymap_bind(&km, rows[i].text, &error) < 0);
		assert_non_null(strstr(error, rows[i].part));
		free(error);
	}
	assert_int_equal(km.count, 0);
	keymap_clear(&km);
}

static void
equal_signs_can_be_bound(void **state)
{
	struct keymap km = { 0 };
	struct key key = { '=', KEY_ALT };
	char *error = NULL;

	(void)state;
	assert_int_equal(keymap_bind(&km, "alt-= = /who", &error), 0);
	assert_string_equal(keymap_find(&km, &key)->line, "/who");
	assert_int_equal(keymap_bind(&km, "alt-x = /msg ana a=b", &error), 0);
	key.code = 'x';
	assert_string_equal(keymap_find(&km, &key)->line, "/msg ana a=b");
	keymap_clear(&km);
}

static void
ctrl_j_can_send(void **state)
{
	struct keymap km = { 0 };
	struct key key = { 'j', KEY_CTRL };

	(void)state;
	assert_int_equal(keymap_find(&km, &key)->edit, EDIT_NEWLINE);
	km.ctrl_j_sends = true;
	assert_int_equal(keymap_find(&km, &key)->action, ACTION_SEND);
}

static enum action
action_of(uint32_t code, unsigned mods)
{
	struct key key = { code, (uint8_t)mods };
	const struct keymap_row *row = keymap_find(&none, &key);

	return row ? row->action : ACTION_NONE;
}

static void
shift_and_caps_lock_do_not_hide_keys(void **state)
{
	(void)state;
	assert_int_equal(action_of('A', KEY_ALT), ACTION_NEWS);
	assert_int_equal(action_of(KEY_PAGE_UP, KEY_SHIFT), ACTION_PAGE_UP);
	assert_int_equal(
	    action_of(KEY_TAB_KEY, KEY_SHIFT), ACTION_COMPLETE_BACK);
	/* A terminal's own "copy" must not kill the draft. */
	assert_int_equal(action_of('c', KEY_CTRL | KEY_SHIFT), ACTION_NONE);
	assert_int_equal(action_of('c', KEY_CTRL), ACTION_INTERRUPT);
	assert_int_equal(action_of('a', 0), ACTION_NONE);
	assert_int_equal(action_of(0, 0), ACTION_NONE);
	assert_int_equal(action_of(KEY_PASTE, 0), ACTION_NONE);
}

static void
numbers_count_from_one_to_ten(void **state)
{
	struct key key = { '1', KEY_ALT };

	(void)state;
	assert_int_equal(keymap_number(&key), 1);
	key.code = '9';
	assert_int_equal(keymap_number(&key), 9);
	key.code = '0';
	assert_int_equal(keymap_number(&key), 10);
	assert_int_equal(keymap_find(&none, &key)->action, ACTION_NUMBER);
	key.mods = 0;
	assert_int_equal(keymap_number(&key), 0);
	assert_null(keymap_find(&none, &key));
}

static void
text_is_told_from_keys(void **state)
{
	static const struct {
		struct key key;
		bool is_text;
	} rows[] = {
		{ { 'a', 0 }, true },
		{ { ' ', KEY_SHIFT }, true },
		{ { 0x1F600, 0 }, true },
		{ { 'a', KEY_ALT }, false },
		{ { 'a', KEY_CTRL }, false },
		{ { '\n', 0 }, false },
		{ { 0x7F, 0 }, false },
		{ { 0x9B, 0 }, false },
		{ { KEY_ENTER_KEY, 0 }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(key_is_text(&rows[i].key), rows[i].is_text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_is_bound_once),
		cmocka_unit_test(each_action_is_bound_once),
		cmocka_unit_test(names_and_keys_have_text),
		cmocka_unit_test(names_are_read_back),
		cmocka_unit_test(names_in_any_case),
		cmocka_unit_test(the_user_goes_before_the_table),
		cmocka_unit_test(no_one_locks_himself_out),
		cmocka_unit_test(equal_signs_can_be_bound),
		cmocka_unit_test(ctrl_j_can_send),
		cmocka_unit_test(keys_are_named),
		cmocka_unit_test(shift_and_caps_lock_do_not_hide_keys),
		cmocka_unit_test(numbers_count_from_one_to_ten),
		cmocka_unit_test(text_is_told_from_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
