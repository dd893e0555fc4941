/* SPDX-License-Identifier: MIT */
#include "store/config.h"

#include "base/err.h"
#include "store/db.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { LINE_MAX_BYTES = 256 };

static int
parse(struct settings *c, const char *text, char **ret_error)
{
	settings_init(c);
	return config_parse(c, text, strlen(text), ret_error);
}

/* The text is refused with the error, and the sentence has both words. */
static void
assert_refused(
    const char *text, size_t n, int err, const char *line, const char *word)
{
	struct settings c;
	char *error = NULL;

	settings_init(&c);
	assert_int_equal(config_parse(&c, text, n, &error), err);
	assert_non_null(error);
	if (strstr(error, line) == NULL || strstr(error, word) == NULL)
		fail_msg("\"%s\" lacks \"%s\" or \"%s\"", error, line, word);
	free(error);
	settings_clear(&c);
}

static void
every_setting_is_read(void **state)
{
	struct settings c;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse(&c,
			     "# mine\n"
			     "\n"
			     "name  Ana   Maria \n"
			     "\tstatus at my desk # not a comment\r\n"
			     "quiet on\n"
			     "port 41830\n"
			     "interface eth0\n"
			     "interface wlan0\n"
			     "interface eth0\n"
			     "history.days 7\n"
			     "history.size 100\n"
			     "history.free 0\n"
			     "look.glyphs ascii",
			     &error),
	    0);
	assert_null(error);
	assert_int_equal(c.history_days, 7);
	assert_int_equal(c.history_mib, 100);
	assert_int_equal(c.history_free_mib, 0);
	assert_string_equal(c.name, "Ana   Maria");
	assert_string_equal(c.status, "at my desk # not a comment");
	assert_true(c.quiet);
	assert_int_equal(c.look_glyphs, GLYPHS_ASCII);
	assert_int_equal(c.port, 41830);
	assert_int_equal(c.interfaces.count, 2);
	assert_string_equal(c.interfaces.items[0], "eth0");
	assert_string_equal(c.interfaces.items[1], "wlan0");
	settings_clear(&c);
	assert_null(c.name);
}

static void
nothing_set_is_the_default(void **state)
{
	struct settings c;
	char *error = NULL;

	(void)state;
	assert_int_equal(
	    parse(&c, "\xEF\xBB\xBF# a mark of Windows\n", &error), 0);
	assert_null(c.name);
	assert_null(c.status);
	assert_false(c.quiet);
	assert_int_equal(c.look_glyphs, GLYPHS_AUTO);
	assert_int_equal(c.port, 41827);
	assert_int_equal(c.interfaces.count, 0);
	assert_int_equal(c.history_days, 0);
	assert_int_equal(c.history_free_mib, DB_FREE_FLOOR_MIB);
	assert_int_equal(c.history_mib, DB_QUOTA_MIB);
	settings_clear(&c);
}

static void
the_last_line_of_a_setting_counts(void **state)
{
	struct settings c;
	char *error = NULL;

	(void)state;
	assert_int_equal(parse(&c,
			     "name a\nname b\nstatus x\nstatus\n"
			     "quiet on\nquiet off\nlook.glyphs ascii\n"
			     "look.glyphs auto\n",
			     &error),
	    0);
	assert_string_equal(c.name, "b");
	assert_null(c.status);
	assert_false(c.quiet);
	assert_int_equal(c.look_glyphs, GLYPHS_AUTO);
	settings_clear(&c);
}

static void
mistakes_are_told_with_their_line(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *line, *word;
	} cases[] = {
		{ "nmae ana\n", ERR_NOT_FOUND, "line 1:", "\"nmae\"" },
		{ "nmae ana\n", ERR_NOT_FOUND, "line 1:", "name?" },
		{ "\n\nname\n", ERR_FORMAT, "line 3:", "name has" },
		{ "quiet yes\n", ERR_FORMAT, "line 1:", "\"yes\"" },
		{ "# x\nport 0\n", ERR_FORMAT, "line 2:", "1 to 65535" },
		{ "port 65536\n", ERR_FORMAT, "line 1:", "65536" },
		{ "port 99999999999999999999\n", ERR_FORMAT,
		    "line 1:", "65535" },
		{ "port 80x\n", ERR_FORMAT, "line 1:", "\"80x\"" },
		{ "port\n", ERR_FORMAT, "line 1:", "port" },
		{ "port -1\n", ERR_FORMAT, "line 1:", "\"-1\"" },
		{ "interface\n", ERR_FORMAT, "line 1:", "interface" },
		{ "interface a/b\n", ERR_FORMAT, "line 1:", "a/b" },
		{ "interface eth0 eth1\n", ERR_FORMAT, "line 1:", "eth1" },
		{ "interface sixteenletters16\n", ERR_FORMAT,
		    "line 1:", "sixteenletters16" },
		{ "look.glyphs utf8\n", ERR_FORMAT, "line 1:", "ascii" },
		{ "name=ana\n", ERR_NOT_FOUND, "line 1:", "name=ana" },
		{ "name \xff\n", ERR_FORMAT, "line 1:", "UTF-8" },
		{ "name a\x1b[2J\n", ERR_FORMAT, "line 1:", "control" },
		{ "averyveryverylongwordthatisnosetting x\n", ERR_NOT_FOUND,
		    "line 1:", "no setting" },
	};
	unsigned told = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_refused(cases[i].text, strlen(cases[i].text),
		    cases[i].err, cases[i].line, cases[i].word);
		told++;
	}
	assert_int_equal(told, 19);
	assert_refused("name a\0b\n", 9, ERR_FORMAT, "line 1:", "control");
}

static void
sizes_have_a_limit(void **state)
{
	char text[32 * (SETTING_INTERFACES_MAX + 1)];
	size_t size = 0;
	struct settings c;
	char *error = NULL;

	(void)state;
	for (int i = 0; i <= SETTING_INTERFACES_MAX; i++)
		size += (size_t)snprintf(
		    text + size, sizeof(text) - size, "interface eth%d\n", i);
	assert_refused(text, size, ERR_LIMIT, "line 17:", "16 times");
	memset(text, 'n', sizeof(text));
	memcpy(text, "name ", 5);
	assert_refused(text, 5 + 65, ERR_FORMAT, "line 1:", "64 bytes");
	settings_init(&c);
	assert_int_equal(config_parse(&c, text, 5 + 64, &error), 0);
	assert_int_equal(strlen(c.name), 64);
	settings_clear(&c);
	memcpy(text, "status ", 7);
	assert_refused(text, 7 + 129, ERR_FORMAT, "line 1:", "128 bytes");
}

/* Each setting of the example is a comment, and right once it is none. */
static void
the_example_is_right(void **state)
{
	FILE *f = fopen(TESTS_DIR "/../assets/config.example", "r");
	char line[LINE_MAX_BYTES];
	struct settings c;
	unsigned settings = 0;

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		char *error = NULL;
		assert_true(line[0] == '#' || line[0] == '\n');
		if (line[0] == '\n' || line[1] == ' ' || line[1] == '\n')
			continue;
		assert_int_equal(parse(&c, line + 1, &error), 0);
		settings_clear(&c);
		settings++;
	}
	fclose(f);
	assert_true(settings >= 6);
}

static void
load_names_the_file(void **state)
{
	char *dir = tmpdir_make();
	const char *path = tmpdir_path(dir, "config");
	struct home h;
	struct settings c;
	char *error = NULL;

	(void)state;
	assert_int_equal(home_open(&h, dir, &error), 0);
	settings_init(&c);
	assert_int_equal(config_load(&c, &h, &error), 0);
	assert_null(error);
	tmpdir_write(path, "name ana\n", 9, 0644);
	assert_int_equal(config_load(&c, &h, &error), 0);
	assert_string_equal(c.name, "ana");
	tmpdir_write(path, "\nport x\n", 8, 0644);
	assert_int_equal(config_load(&c, &h, &error), ERR_FORMAT);
	assert_non_null(strstr(error, path));
	assert_non_null(strstr(error, "line 2"));
	free(error);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(config_load(&c, &h, &error), ERR_SYS);
	assert_non_null(strstr(error, path));
	free(error);
	settings_clear(&c);
	home_close(&h);
	tmpdir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_setting_is_read),
		cmocka_unit_test(nothing_set_is_the_default),
		cmocka_unit_test(the_last_line_of_a_setting_counts),
		cmocka_unit_test(mistakes_are_told_with_their_line),
		cmocka_unit_test(sizes_have_a_limit),
		cmocka_unit_test(the_example_is_right),
		cmocka_unit_test(load_names_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
