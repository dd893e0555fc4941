/* SPDX-License-Identifier: MIT */
#include "base/err.h"
#include "store/config.h"
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

/* The settings that lines make. */
static struct settings
settings_of(const char *text)
{
	struct settings s;
	char *error = NULL;

	settings_init(&s);
	if (config_parse(&s, text, strlen(text), &error) != 0)
		fail_msg("%s", error);
	return s;
}

/* What becomes of before, when key is set as lines say; NULL: nothing. */
static void
assert_edit(const char *before, const char *lines, const char *key, bool on,
    const char *after)
{
	struct settings s = settings_of(lines);
	char *text = config_edit(before, strlen(before), &s, key, on);

	if (after == NULL)
		assert_null(text);
	else
		assert_string_equal(text, after);
	free(text);
	settings_clear(&s);
}

static void
one_line_changes_and_no_other(void **state)
{
	(void)state;
	assert_edit("", "port 5", "port", true, "port 5\n");
	assert_edit("# mine\n\nname a\n# end", "name b", "name", true,
	    "# mine\n\nname b\n# end");
	assert_edit("name a", "name b", "name", true, "name b\n");
	assert_edit("name a\nquiet on", "port 5", "port", true,
	    "name a\nquiet on\nport 5\n");
	assert_edit("  name \t a  \nbroken !! line\n\xff\n", "name b", "name",
	    true, "name b\nbroken !! line\n\xff\n");
	/* The last one counts, and is the one that changes. */
	assert_edit("name a\nport 1\nname b\n", "name c", "name", true,
	    "name a\nport 1\nname c\n");
	/* A key is a whole word. */
	assert_edit("names a\n#name x\nnam b\n", "name c", "name", true,
	    "names a\n#name x\nname c\nnam b\n");
}

static void
the_same_value_leaves_the_file_alone(void **state)
{
	(void)state;
	assert_edit(" name   a \n", "name a", "name", true, NULL);
	assert_edit("", "", "name", false, NULL);
	assert_edit("# name a\n", "", "name", false, NULL);
	assert_edit("bind F9  = /who\n", "bind F9  = /who", "bind", true, NULL);
	/* Who sets the default wants it written. */
	assert_edit("", "", "look.boxes", true, "look.boxes on\n");
}

static void
what_is_unset_goes(void **state)
{
	(void)state;
	assert_edit("# a\nname x\nport 5\nname y\n# b\n", "", "name", false,
	    "# a\nport 5\n# b\n");
	assert_edit("interface lo\n# b\ninterface eth0\n", "interface eth0",
	    "interface", false, "# b\ninterface eth0\n");
	assert_edit("interface lo\n", "", "interface", false, "");
	assert_edit("status hello\n", "status", "status", true, "status\n");
}

static void
lists_keep_the_lines_they_have(void **state)
{
	(void)state;
	assert_edit("interface b\n# c\ninterface a\nport 5\n",
	    "interface a\ninterface b\ninterface c", "interface", true,
	    "interface b\n# c\ninterface a\ninterface c\nport 5\n");
	assert_edit("interface a\ninterface a\n", "interface a", "interface",
	    true, "interface a\n");
	assert_edit("bind F9 = /who\nbind F8 = /net\n",
	    "bind F9 = /set\nbind F8 = /net", "bind", true,
	    "bind F8 = /net\nbind F9 = /set\n");
}

static void
the_example_shows_the_place(void **state)
{
	(void)state;
	assert_edit("# name is what others call you\n#name ana\n\n# end\n",
	    "name b", "name", true,
	    "# name is what others call you\n#name ana\nname b\n\n# end\n");
	assert_edit("#interface eth0\n#interface wlan0\n# x\n", "interface lo",
	    "interface", true,
	    "#interface eth0\n#interface wlan0\ninterface lo\n# x\n");
}

static void
ends_of_lines_stay(void **state)
{
	(void)state;
	assert_edit("name a\r\nport 5\r\n", "name b", "name", true,
	    "name b\r\nport 5\r\n");
	assert_edit("port 5\r\nname a", "quiet on", "quiet", true,
	    "port 5\r\nname a\r\nquiet on\r\n");
	assert_edit(
	    "\xEF\xBB\xBFname a\nport 5\n", "", "name", false, "port 5\n");
}

static void
all_of_it_is_written(void **state)
{
	(void)state;
	assert_edit("# c\nquiet on\nlook.boxes on\n",
	    "name a\nlook.theme dark\ninterface lo\ninterface eth0", NULL, true,
	    "# c\nquiet off\nlook.boxes on\nname a\nlook.theme dark\n"
	    "interface lo\ninterface eth0\n");
}

/* Whatever is set is what is read again. */
static void
what_is_written_is_read(void **state)
{
	size_t count;
	const struct setting *rows = settings_keys(&count);
	struct settings s, again;
	char *error = NULL;

	(void)state;
	settings_init(&s);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(
		    settings_set(&s, rows[i].name, rows[i].example, &error), 0);
	char *text = config_edit("", 0, &s, NULL, true);
	assert_non_null(text);
	again = settings_of(text);
	for (size_t i = 0; i < count; i++) {
		char *was = settings_text(&s, &rows[i]);
		char *is = settings_text(&again, &rows[i]);
		assert_string_equal(was, is);
		free(was);
		free(is);
	}
	assert_null(config_edit(text, strlen(text), &again, NULL, true));
	free(text);
	settings_clear(&s);
	settings_clear(&again);
}

static void
assert_file(const char *path, const char *expected)
{
	char text[256];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	assert_string_equal(text, expected);
}

static void
the_file_is_replaced(void **state)
{
	char *dir = tmpdir_make();
	char *path = strdup(tmpdir_path(dir, "config"));
	struct settings s = settings_of("name ana\nport 5");
	struct home h;
	char *error = NULL;

	(void)state;
	assert_int_equal(home_open(&h, dir, &error), 0);
	assert_int_equal(config_save(&h, &s, "name", true, &error), 0);
	assert_file(path, "name ana\n");
	assert_int_equal(config_save(&h, &s, NULL, true, &error), 0);
	assert_file(path, "name ana\nport 5\n");
	assert_int_equal(config_save(&h, &s, "name", false, &error), 0);
	assert_file(path, "port 5\n");
	settings_clear(&s);
	home_close(&h);
	free(path);
	tmpdir_remove(dir);
}

/* Dotfiles are kept elsewhere by many. */
static void
a_link_stays_a_link(void **state)
{
	char *dir = tmpdir_make(), *elsewhere = tmpdir_make();
	char *path = strdup(tmpdir_path(dir, "config"));
	char *real = strdup(tmpdir_path(elsewhere, "mine"));
	struct settings s = settings_of("port 5");
	struct home h;
	struct stat st;
	char *error = NULL;

	(void)state;
	tmpdir_write(real, "# mine\n", 7, 0600);
	assert_int_equal(symlink(real, path), 0);
	assert_int_equal(home_open(&h, dir, &error), 0);
	assert_int_equal(config_save(&h, &s, "port", true, &error), 0);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_file(real, "# mine\nport 5\n");
	settings_clear(&s);
	home_close(&h);
	free(path);
	free(real);
	tmpdir_remove(dir);
	tmpdir_remove(elsewhere);
}

static void
a_file_that_cannot_be_written_is_told(void **state)
{
	char *dir = tmpdir_make();
	char *path = strdup(tmpdir_path(dir, "config"));
	struct settings s = settings_of("port 5");
	struct home h;
	char *error = NULL;

	(void)state;
	assert_int_equal(home_open(&h, dir, &error), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(config_save(&h, &s, "port", true, &error), ERR_SYS);
	assert_non_null(strstr(error, path));
	assert_non_null(strstr(error, "for this run only"));
	assert_non_null(strstr(error, "/save"));
	free(error);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(config_save(&h, &s, "port", true, &error), 0);
	settings_clear(&s);
	home_close(&h);
	free(path);
	tmpdir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_changes_and_no_other),
		cmocka_unit_test(the_same_value_leaves_the_file_alone),
		cmocka_unit_test(what_is_unset_goes),
		cmocka_unit_test(lists_keep_the_lines_they_have),
		cmocka_unit_test(the_example_shows_the_place),
		cmocka_unit_test(ends_of_lines_stay),
		cmocka_unit_test(all_of_it_is_written),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(the_file_is_replaced),
		cmocka_unit_test(a_link_stays_a_link),
		cmocka_unit_test(a_file_that_cannot_be_written_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
