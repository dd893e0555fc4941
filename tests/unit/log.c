/* SPDX-License-Identifier: MIT */
#include "app/log.h"

#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What somebody may be called who would like to write the log. */
static const char *const injections[] = {
	"ana\n2026-01-01 00:00:00 all is well",
	"ana\r\n",
	"ana\r",
	"\n",
	"\n\n\n",
	"ana\v",
	"ana\f",
	"ana\x85",
	"ana\xc2\x85next",
	"ana\xe2\x80\xa8next",
	"ana\xe2\x80\xa9next",
	"\x1b[2J",
	"\x1b]0;title\x07",
	"\x9b"
	"2J",
	"\xc2\x9b"
	"2J",
	"\b\b\b\b",
	"\x7f",
	"%s%s%s",
	"%n",
	"\t\t",
	"\xe2\x80\xae"
	"gpj.exe",
	"\xff\xfe",
	"\xc0\xaf",
	"\xed\xa0\x80",
	"\xf4\x90\x80\x80",
	"a\x01"
	"b",
	"\x1b",
	"\x1bP+q\x1b\\",
	"\x0e\x0f",
	"'; DROP TABLE log",
};
enum { INJECTIONS = sizeof(injections) / sizeof(injections[0]) };

static bool
is_printable(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if ((*p < 0x20 && *p != '\n') || *p == 0x7f ||
		    (*p == 0xc2 && p[1] < 0xa0))
			return false;
	}
	return true;
}

static void
t49_one_line_for_each_event(void **state)
{
	char *dir = tmpdir_make();
	const char *path = tmpdir_path(dir, "log");
	size_t lines = 0;

	(void)state;
	assert_int_equal(INJECTIONS, 30);
	log_open(path);
	for (size_t i = 0; i < INJECTIONS; i++)
		log_line("%s is here", injections[i]);
	char *text = tmpdir_read(path);
	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, INJECTIONS);
	assert_true(is_printable(text));
	free(text);
	tmpdir_remove(dir);
}

/* Tabs become eight blanks each: no text may grow past the line. */
static void
a_long_line_is_cut(void **state)
{
	char *dir = tmpdir_make();
	const char *path = tmpdir_path(dir, "log");
	char tabs[1001], arrows[1001];

	(void)state;
	memset(tabs, '\t', sizeof(tabs) - 1);
	tabs[sizeof(tabs) - 1] = '\0';
	memset(arrows, '\x1b', sizeof(arrows) - 1);
	arrows[sizeof(arrows) - 1] = '\0';
	log_open(path);
	log_line("%s", tabs);
	log_line("%s", arrows);
	char *text = tmpdir_read(path);
	char *end = strchr(text, '\n');
	assert_non_null(end);
	assert_in_range(end - text, 1000, 4096);
	assert_string_equal(end + strlen(end) - 1, "\n");
	assert_ptr_not_equal(end, end + strlen(end) - 1);
	assert_true(is_printable(text));
	free(text);
	tmpdir_remove(dir);
}

static void
a_log_that_cannot_be_opened_is_no_log(void **state)
{
	(void)state;
	log_open("/nonexistent/log");
	log_line("nobody reads this");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(t49_one_line_for_each_event),
		cmocka_unit_test(a_long_line_is_cut),
		cmocka_unit_test(a_log_that_cannot_be_opened_is_no_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
