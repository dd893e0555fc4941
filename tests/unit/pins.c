/* SPDX-License-Identifier: MIT */
#include "store/pins.h"

#include "base/err.h"
#include "base/peer_text.h"
#include "store/pins_text.h"
#include "tmpdir.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FP_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaq"
#define FP_B "baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define FP_C "caaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

struct fixture {
	char *dir;
	struct home h;
	const char *path, *aside;
	struct pin *pins;
	size_t count;
	char *error;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	umask(0);
	f->dir = tmpdir_make();
	if (home_open(&f->h, f->dir, &f->error) != 0)
		return -1;
	f->path = tmpdir_path(f->dir, "pins");
	f->aside = tmpdir_path(f->dir, "pins.damaged");
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	home_close(&f->h);
	tmpdir_remove(f->dir);
	pins_free(f->pins, f->count);
	free(f->error);
	free(f);
	return 0;
}

static int
load(struct fixture *f)
{
	pins_free(f->pins, f->count);
	free(f->error);
	f->pins = NULL;
	f->error = NULL;
	f->count = 0;
	return pins_load(&f->h, &f->pins, &f->count, &f->error);
}

static void
put(struct fixture *f, const char *text)
{
	tmpdir_write(f->path, text, strlen(text), 0600);
}

static void
assert_file(const char *path, const char *text)
{
	char *now = tmpdir_read(path);

	assert_string_equal(now, text);
	free(now);
}

static void
assert_says(const struct fixture *f, const char *word)
{
	assert_non_null(f->error);
	if (strstr(f->error, word) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", f->error, word);
}

static struct pin
pin_of(const char *fp, enum trust trust, const char *addr, const char *name)
{
	struct pin p = { .trust = trust,
		.answered = true,
		.version_floor = 1,
		.epoch = 1763700000,
		.seq = 17,
		.first_ms = INT64_C(1763700000123),
		.last_ms = INT64_C(1763700009999) };

	assert_int_equal(fp_parse(fp, &p.fp), 0);
	if (addr != NULL)
		assert_int_equal(addr_parse(addr, 0, &p.addr), 0);
	p.name = name;
	return p;
}

static void
assert_pin_equal(const struct pin *a, const struct pin *b)
{
	assert_true(fp_equal(&a->fp, &b->fp));
	assert_int_equal(a->trust, b->trust);
	assert_int_equal(a->answered, b->answered);
	assert_string_equal(a->name, b->name);
	assert_true(addr_equal(&a->addr, &b->addr));
	assert_int_equal(a->version_floor, b->version_floor);
	assert_int_equal(a->epoch, b->epoch);
	assert_int_equal(a->seq, b->seq);
	assert_true(a->first_ms == b->first_ms);
	assert_true(a->last_ms == b->last_ms);
}

static void
pins_come_back_as_saved(void **state)
{
	struct fixture *f = *state;
	struct pin pins[] = {
		pin_of(FP_A, TRUST_PINNED, "10.77.0.2:41827", "ana"),
		pin_of(FP_B, TRUST_VERIFIED, "[fe80::1%3]:9", "Bob the B."),
		pin_of(FP_C, TRUST_BLOCKED, NULL, "\xe5\xbc\xa0\xe4\xbc\x9f"),
	};
	struct stat st;

	pins[1].answered = false;
	pins[2].epoch = pins[2].seq = UINT32_MAX;
	pins[2].version_floor = UINT16_MAX;
	pins[2].first_ms = 0;
	pins[2].last_ms = INT64_MAX;
	assert_int_equal(load(f), 0);
	assert_int_equal(f->count, 0);
	assert_int_equal(pins_save(&f->h, pins, 3, &f->error), 0);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(load(f), 0);
	assert_null(f->error);
	assert_int_equal(f->count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_pin_equal(&f->pins[i], &pins[i]);
	assert_int_equal(pins_save(&f->h, NULL, 0, &f->error), 0);
	assert_file(f->path, "earshot pins 1\n");
	assert_int_equal(load(f), 0);
	assert_int_equal(f->count, 0);
}

static void
the_format_is_the_one_of_the_man_page(void **state)
{
	struct fixture *f = *state;
	struct pin pin =
	    pin_of(FP_A, TRUST_PINNED, "10.77.0.2:41827", "ana maria");

	assert_int_equal(pins_save(&f->h, &pin, 1, &f->error), 0);
	assert_file(f->path,
	    "earshot pins 1\n" FP_A " pinned 10.77.0.2:41827 1 1763700000 17 "
	    "1763700000123 1763700009999 ana maria\n");
	pin.addr = (struct addr){ 0 };
	assert_int_equal(pins_save(&f->h, &pin, 1, &f->error), 0);
	assert_file(f->path,
	    "earshot pins 1\n" FP_A " pinned - 1 1763700000 17 "
	    "1763700000123 1763700009999 ana maria\n");
	pin.answered = false;
	assert_int_equal(pins_save(&f->h, &pin, 1, &f->error), 0);
	assert_file(f->path,
	    "earshot pins 1\n" FP_A " pinned+unanswered - 1 1763700000 17 "
	    "1763700000123 1763700009999 ana maria\n");
}

static void
damaged_lines_are_told_and_kept_aside(void **state)
{
	static const char *const bad[] = {
		"aaaa pinned - 1 2 3 4 5 short fingerprint",
		FP_A " trusted - 1 2 3 4 5 no such trust",
		FP_A " pinned nowhere 1 2 3 4 5 no address",
		FP_A " pinned - 65536 2 3 4 5 version too large",
		FP_A " pinned - 1 4294967296 3 4 5 epoch too large",
		FP_A " pinned - 1 2 -3 4 5 negative",
		FP_A " pinned - 1 2 3 9223372036854775808 5 too late",
		FP_A " pinned - 1 2 3 4",
		FP_A "  pinned - 1 2 3 4 5 two blanks",
		FP_A,
		"\x1b[2J\xff\xfe",
	};
	struct fixture *f = *state;
	unsigned kept = 0;
	char text[1024], line[512];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		unlink(f->aside);
		snprintf(text, sizeof(text),
		    "earshot pins 1\n%s\n%s pinned - 1 2 3 4 5 bob\n", bad[i],
		    FP_B);
		put(f, text);
		assert_int_equal(load(f), 0);
		assert_says(f, "1 damaged line");
		assert_says(f, f->aside);
		assert_int_equal(f->count, 1);
		assert_string_equal(f->pins[0].name, "bob");
		snprintf(line, sizeof(line), "%s\n", bad[i]);
		assert_file(f->aside, line);
		assert_int_equal(load(f), 0);
		assert_null(f->error);
		assert_int_equal(f->count, 1);
		assert_file(f->aside, line);
		kept++;
	}
	assert_int_equal(kept, 11);
	put(f, "earshot pins 1\none\ntwo\n");
	assert_int_equal(load(f), 0);
	assert_says(f, "2 damaged lines");
	assert_file(f->aside, "\x1b[2J\xff\xfe\none\ntwo\n");
}

static void
lines_that_cannot_be_kept_stop_the_start(void **state)
{
	static const char text[] = "earshot pins 1\nhalf a li";
	struct fixture *f = *state;

	put(f, text);
	assert_int_equal(mkdir(f->aside, 0700), 0);
	assert_int_equal(load(f), ERR_SYS);
	assert_says(f, f->aside);
	assert_null(f->pins);
	assert_file(f->path, text);
}

static void
a_key_is_pinned_once(void **state)
{
	struct fixture *f = *state;

	put(f, "earshot pins 1\n" FP_A " blocked - 1 2 3 4 5 ana\n" FP_A
	       " verified - 1 2 3 4 5 ana\n");
	assert_int_equal(load(f), 0);
	assert_int_equal(f->count, 1);
	assert_int_equal(f->pins[0].trust, TRUST_BLOCKED);
	assert_file(f->aside, FP_A " verified - 1 2 3 4 5 ana\n");
}

/* The file may have been edited, or copied from somewhere. */
static void
t44_names_in_the_file_are_cleaned(void **state)
{
	struct fixture *f = *state;

	put(f,
	    "earshot pins 1\r\n" FP_A " pinned - 1 2 3 4 5 \x1b[2Jx\a\r\n" FP_B
	    " pinned - 1 2 3 4 5\n");
	assert_int_equal(load(f), 0);
	assert_int_equal(f->count, 2);
	assert_null(f->error);
	for (const char *p = f->pins[0].name; *p != '\0'; p++)
		assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
	assert_non_null(strstr(f->pins[0].name, "x"));
	assert_string_equal(f->pins[1].name, "?");
}

static void
t50_pins_open_to_others_6_modes(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0660, 0606, 0644, 0666 };
	struct fixture *f = *state;
	unsigned refused = 0;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		put(f, "earshot pins 1\n");
		assert_int_equal(chmod(f->path, modes[i]), 0);
		assert_int_equal(load(f), ERR_PERMISSION);
		assert_says(f, "chmod 600");
		refused++;
	}
	assert_int_equal(refused, 6);
	assert_int_equal(rename(f->path, f->aside), 0);
	assert_int_equal(symlink(f->aside, f->path), 0);
	assert_int_equal(load(f), ERR_PERMISSION);
	assert_says(f, "symbolic link");
}

static void
newer_files_are_left_alone(void **state)
{
	struct fixture *f = *state;

	put(f, "earshot pins 2\nwhatever\n");
	assert_int_equal(load(f), ERR_VERSION);
	assert_says(f, "newer earshot");
	assert_file(f->path, "earshot pins 2\nwhatever\n");
}

static void
a_full_disk_keeps_the_old_pins(void **state)
{
	struct fixture *f = *state;
	struct pin pin = pin_of(FP_A, TRUST_PINNED, NULL, "ana");
	struct rlimit old, little;

	assert_int_equal(pins_save(&f->h, &pin, 1, &f->error), 0);
	char *before = tmpdir_read(f->path);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	little = (struct rlimit){ .rlim_cur = 20, .rlim_max = old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	int err = pins_save(&f->h, &pin, 1, &f->error);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(err, ERR_SYS);
	assert_says(f, f->path);
	assert_file(f->path, before);
	free(before);
}

static struct pin *
many_pins(size_t count)
{
	static char name[NAME_BYTES_MAX + 1];
	struct pin *pins = calloc(count, sizeof(*pins));

	memset(name, 'n', NAME_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		pins[i] = pin_of(FP_A, TRUST_PINNED, NULL, name);
		memcpy(pins[i].fp.b, &i, sizeof(i));
		pins[i].fp.b[FP_SIZE - 1] = 1;
	}
	return pins;
}

static void
there_is_a_limit_and_it_is_told(void **state)
{
	struct fixture *f = *state;
	struct pin *pins = many_pins(PINS_MAX + 1);

	assert_int_equal(
	    pins_save(&f->h, pins, PINS_MAX + 1, &f->error), ERR_LIMIT);
	free(f->error);
	f->error = NULL;
	assert_int_equal(pins_save(&f->h, pins, PINS_MAX, &f->error), 0);
	assert_int_equal(load(f), 0);
	assert_null(f->error);
	assert_int_equal(f->count, PINS_MAX);
	free(pins);
	char *big = malloc(PINS_TEXT_MAX + 1);
	memset(big, '\n', PINS_TEXT_MAX + 1);
	tmpdir_write(f->path, big, PINS_TEXT_MAX + 1, 0600);
	free(big);
	assert_int_equal(load(f), ERR_LIMIT);
	assert_says(f, f->path);
}

static void
one_line_more_than_the_limit_is_put_aside(void **state)
{
	struct fixture *f = *state;
	size_t n;
	struct pin *pins = many_pins(PINS_MAX);
	char *text = pins_format(pins, PINS_MAX, &n);
	char last[] = FP_B " pinned - 1 2 3 4 5 last\n";

	text = realloc(text, n + sizeof(last));
	memcpy(text + n, last, sizeof(last));
	put(f, text);
	free(text);
	free(pins);
	assert_int_equal(load(f), 0);
	assert_int_equal(f->count, PINS_MAX);
	assert_file(f->aside, last);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pins_come_back_as_saved),
		TEST(the_format_is_the_one_of_the_man_page),
		TEST(damaged_lines_are_told_and_kept_aside),
		TEST(lines_that_cannot_be_kept_stop_the_start),
		TEST(a_key_is_pinned_once),
		TEST(t44_names_in_the_file_are_cleaned),
		TEST(t50_pins_open_to_others_6_modes),
		TEST(newer_files_are_left_alone),
		TEST(a_full_disk_keeps_the_old_pins),
		TEST(there_is_a_limit_and_it_is_told),
		TEST(one_line_more_than_the_limit_is_put_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
