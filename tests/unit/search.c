/* SPDX-License-Identifier: MIT */
/*
 * Everything is looked for three times: before the messages are in the index,
 * by a reader beside, and when they are in it. The answers must not differ.
 */
#include "store/search.h"
#include "base/err.h"
#include "base/mem.h"
#include "db_kit.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { BOB = 1, CAROL = 2, DAVE = 3, NEARBY = 0, FOUND_MAX = 64 };

/* A Saturday. */
static const struct query_day today = { 2026, 11, 21 };

static struct query
parsed(const char *line)
{
	struct model m = { .revision = 0 };
	struct query q;
	char *error = NULL;
	size_t at;

	assert_int_equal(
	    query_parse(&m, NULL, line, today, &q, &error, &at), 0);
	return q;
}

static struct findings
found_by(struct db *db, const struct query *q, int64_t row, size_t count)
{
	struct findings f;
	char *error = NULL;
	int err = db_search(db, q, row, count, &f, &error);

	if (err != 0)
		print_error("%s\n", error);
	assert_int_equal(err, 0);
	return f;
}

static struct db *
open_reader(struct db_kit *k)
{
	struct db *db;
	char *error = NULL;

	assert_int_equal(db_open_reader(&db, &k->home, &error), 0);
	return db;
}

static unsigned
number_of(const struct found *f)
{
	unsigned n;

	memcpy(&n, f->message.id.b, sizeof(n));
	return n;
}

/* "7 3 1": the newest first (caller frees). */
static char *
numbers_of(struct db *db, const struct query *q)
{
	struct findings f = found_by(db, q, INT64_MAX, FOUND_MAX);
	char *text = xstrdup("");

	for (size_t i = 0; i < f.count; i++) {
		char *longer = xasprintf(
		    "%s%s%u", text, i > 0 ? " " : "", number_of(&f.items[i]));
		free(text);
		text = longer;
	}
	assert_false(f.more);
	findings_clear(&f);
	return text;
}

static void
expect_by(struct db *db, const struct query *q, const char *expected)
{
	char *numbers = numbers_of(db, q);

	assert_string_equal(numbers, expected);
	free(numbers);
}

static void
expect_query(struct db_kit *k, const struct query *q, const char *expected)
{
	struct db *reader = open_reader(k);

	expect_by(k->db, q, expected);
	expect_by(reader, q, expected);
	db_kit_rest(k);
	expect_by(k->db, q, expected);
	expect_by(reader, q, expected);
	db_close(reader);
}

static void
expect(struct db_kit *k, const char *line, const char *expected)
{
	struct query q = parsed(line);

	expect_query(k, &q, expected);
	query_clear(&q);
}

static void
say_it(struct db_kit *k, unsigned who, unsigned n, const char *text)
{
	struct change c = db_kit_theirs(k, who, n, text);

	db_kit_add(k, &c);
}

static void
say_ours(struct db_kit *k, unsigned who, unsigned n, const char *text)
{
	struct change c = db_kit_ours(k, who, n, text);

	db_kit_add(k, &c);
}

static void
shout(struct db_kit *k, unsigned who, unsigned n, const char *text)
{
	struct change c = db_kit_theirs(k, NEARBY, n, text);

	c.message = MESSAGE_SHOUT;
	c.seq = 0;
	c.from = db_kit_fp(who);
	db_kit_add(k, &c);
}

static void
pin(struct db_kit *k, unsigned who, const char *name)
{
	struct pin pin = {
		.fp = db_kit_fp(who), .trust = TRUST_PINNED, .name = name
	};

	db_kit_add(k,
	    &(struct change){ .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin });
}

static void
test_words(void **state)
{
	struct db_kit *k = *state;

	say_it(k, BOB, 1, "Tea in the kitchen, please.");
	say_ours(k, BOB, 2, "the kitchen is closed");
	say_it(k, CAROL, 3, "tea?");
	say_it(k, BOB, 4, "team building");
	db_kit_commit(k);
	expect(k, "tea", "3 1");
	expect(k, "TEA", "3 1");
	expect(k, "kitchen tea", "1");
	expect(k, "kitchen the", "2 1");
	expect(k, "coffee", "");
	expect(k, "tea coffee", "");
	expect(k, "tea*", "4 3 1");
	expect(k, "t*", "4 3 2 1");
	expect(k, "ki* cl*", "2");
	expect(k, "kitche", "");
}

static void
test_phrase(void **state)
{
	struct db_kit *k = *state;

	say_it(k, BOB, 1, "tea in the kitchen");
	say_it(k, BOB, 2, "the tea kitchen in");
	say_it(k, BOB, 3, "in\nthe  kitchen -- now");
	db_kit_commit(k);
	expect(k, "\"in the kitchen\"", "3 1");
	expect(k, "\"the kitchen\" tea", "1");
	expect(k, "\"kitchen the\"", "");
	/* As one word it is the same in a row. */
	expect(k, "tea-kitchen", "2");
}

static void
test_scripts(void **state)
{
	struct db_kit *k = *state;

	say_it(k, BOB, 1,
	    "Caf\xc3\xa9 stra\xc3\x9f"
	    "e \xc3\x84RGER");
	/* U+0065 U+0301 */
	say_it(k, BOB, 2, "cafe\xcc\x81 zu");
	/* 我们明天去北京 */
	say_it(k, BOB, 3,
	    "\xe6\x88\x91\xe4\xbb\xac\xe6\x98\x8e\xe5\xa4\xa9\xe5"
	    "\x8e\xbb\xe5\x8c\x97\xe4\xba\xac");
	/* 東京へ行きます */
	say_it(k, BOB, 4,
	    "\xe6\x9d\xb1\xe4\xba\xac\xe3\x81\xb8\xe8\xa1\x8c\xe3"
	    "\x81\x8d\xe3\x81\xbe\xe3\x81\x99");
	/* 안녕하세요 */
	say_it(k, BOB, 5,
	    "\xec\x95\x88\xeb\x85\x95\xed\x95\x98\xec\x84\xb8\xec"
	    "\x9a\x94");
	/* tea and a cup, right behind it */
	say_it(
	    k, BOB, 6, "tea\xf0\x9f\x8d\xb5\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd");
	/* ДОБРЫЙ день */
	say_it(k, BOB, 7,
	    "\xd0\x94\xd0\x9e\xd0\x91\xd0\xa0\xd0\xab\xd0\x99 "
	    "\xd0\xb4\xd0\xb5\xd0\xbd\xd1\x8c");
	db_kit_commit(k);
	expect(k, "cafe", "2 1");
	expect(k, "CAF\xc3\x89", "2 1");
	expect(k, "arger", "1");
	expect(k, "\xe5\x8c\x97\xe4\xba\xac", "3");  /* 北京 */
	expect(k, "\xe6\x98\x8e\xe5\xa4\xa9", "3");  /* 明天 */
	expect(k, "\xe4\xba\xac\xe5\x8c\x97", "");   /* 京北 */
	expect(k, "\xe6\x9d\xb1\xe4\xba\xac", "4");  /* 東京 */
	expect(k, "\xe4\xba\xac", "4 3");            /* 京 */
	expect(k, "\xe8\xa1\x8c\xe3\x81\x8d*", "4"); /* 行き* */
	expect(k, "\xeb\x85\x95\xed\x95\x98", "5");  /* 녕하 */
	expect(k, "\xf0\x9f\x8d\xb5", "6");          /* the cup */
	expect(k, "tea", "6");
	expect(k, "\xf0\x9f\x91\x8d", "6"); /* thumb */
	expect(k, "\xd0\xb4\xd0\xbe\xd0\xb1\xd1\x80\xd1\x8b\xd0\xb9", "7");
}

static void
test_conversation(void **state)
{
	struct db_kit *k = *state;

	say_it(k, BOB, 1, "tea");
	say_ours(k, CAROL, 2, "tea");
	shout(k, BOB, 3, "tea");
	db_kit_commit(k);
	struct query q = parsed("tea");
	q.has_conv = true;
	q.conv = db_kit_fp(CAROL);
	expect_query(k, &q, "2");
	q.conv = db_kit_fp(NEARBY);
	expect_query(k, &q, "3");
	q.conv = db_kit_fp(DAVE);
	expect_query(k, &q, "");
	query_clear(&q);
	q = (struct query){ .has_conv = true, .conv = db_kit_fp(BOB) };
	expect_query(k, &q, "1");
}

static void
test_author(void **state)
{
	struct db_kit *k = *state;
	struct query q;

	say_it(k, BOB, 1, "tea");
	say_ours(k, BOB, 2, "tea");
	shout(k, BOB, 3, "tea");
	shout(k, CAROL, 4, "tea");
	say_it(k, CAROL, 5, "milk");
	say_ours(k, NEARBY, 6, "mine");
	db_kit_commit(k);
	q = parsed("from:me");
	expect_query(k, &q, "6 2");
	q = parsed("tea");
	q.has_author = true;
	q.author = db_kit_fp(BOB);
	expect_query(k, &q, "3 1");
	q.has_conv = true;
	expect_query(k, &q, "3");
	query_clear(&q);
	q = (struct query){ .has_author = true, .author = db_kit_fp(CAROL) };
	expect_query(k, &q, "5 4");
	q.author = db_kit_fp(DAVE);
	expect_query(k, &q, "");
	/* As much of it as the index has is the same. */
	q.author = db_kit_fp(CAROL);
	q.author.b[FP_SIZE - 1] ^= 1;
	expect_query(k, &q, "");
}

static void
test_tags_are_no_words(void **state)
{
	struct db_kit *k = *state;

	say_it(k, BOB, 1, "see https://example.org/tea and go");
	say_ours(k, BOB, 2, "that is mine, c1, link");
	say_it(k, BOB, 3, "www.example.org");
	say_it(k, BOB, 4, "it is theirs");
	db_kit_commit(k);
	expect(k, "mine", "2");
	expect(k, "theirs", "4");
	expect(k, "link", "2");
	expect(k, "c1", "2");
	expect(k, "\xee\x80\x80mine", "");
	expect(k, "has:link", "3 1");
	expect(k, "has:link tea", "1");
	expect(k, "https://example.org/tea", "1");
}

static int64_t
noon_ms(int year, int month, int day, int hour)
{
	struct tm tm = { .tm_year = year - 1900,
		.tm_mon = month - 1,
		.tm_mday = day,
		.tm_hour = hour,
		.tm_isdst = -1 };

	return (int64_t)mktime(&tm) * 1000;
}

static void
say_at(struct db_kit *k, unsigned who, unsigned n, int64_t at_ms)
{
	struct change c = db_kit_theirs(k, who, n, "tea");

	c.arrived_ms = at_ms;
	db_kit_add(k, &c);
}

static void
test_days(void **state)
{
	struct db_kit *k = *state;

	say_at(k, BOB, 1, noon_ms(2026, 11, 1, 23));
	say_at(k, BOB, 2, noon_ms(2026, 11, 2, 0));
	say_at(k, BOB, 3, noon_ms(2026, 11, 2, 23));
	say_at(k, BOB, 4, noon_ms(2026, 11, 3, 0));
	/* The clock was set back. */
	say_at(k, BOB, 5, noon_ms(2026, 11, 2, 12));
	db_kit_commit(k);
	expect(k, "tea since:2026-11-02", "5 4 3 2");
	expect(k, "tea until:2026-11-02", "5 3 2 1");
	expect(k, "since:2026-11-02 until:2026-11-02", "5 3 2");
	expect(k, "tea since:2026-11-04", "");
	expect(k, "until:2026-10-31", "");
	expect(k, "since:2026-11-03 until:2026-11-01", "");
}

/* Enough that rows are left out, and a clock that was wrong for a while. */
static void
test_days_of_many(void **state)
{
	struct db_kit *k = *state;
	enum { DAYS = 30, PER_DAY = 200 };

	for (unsigned day = 0; day < DAYS; day++)
		for (unsigned i = 0; i < PER_DAY; i++)
			say_at(k, BOB, day * PER_DAY + i + 1,
			    i % 50 == 7 ? 0
					: noon_ms(2026, 9, 1, 12) +
					      (int64_t)day * 86400000 + i);
	db_kit_commit(k);
	db_kit_rest(k);
	struct query q = parsed("tea since:2026-09-11 until:2026-09-12");
	struct findings f = found_by(k->db, &q, INT64_MAX, 1000);
	assert_int_equal(f.count, 2 * (PER_DAY - 4));
	assert_int_equal(number_of(&f.items[0]), 12 * PER_DAY);
	findings_clear(&f);
	query_clear(&q);
	struct fp bob = db_kit_fp(BOB), carol = db_kit_fp(CAROL);
	struct query_day d = { 2026, 9, 11 };
	assert_int_equal(db_row_of_day(k->db, &bob, d), 10 * PER_DAY + 1);
	d.month = 1;
	assert_int_equal(db_row_of_day(k->db, &bob, d), 1);
	d.month = 10;
	assert_int_equal(db_row_of_day(k->db, &bob, d), 0);
	assert_int_equal(db_row_of_day(k->db, &carol, d), 0);
}

static void
test_row_of_day_is_of_the_conversation(void **state)
{
	struct db_kit *k = *state;
	struct fp bob = db_kit_fp(BOB), carol = db_kit_fp(CAROL);
	struct query_day d = { 2026, 11, 2 };

	say_at(k, BOB, 1, noon_ms(2026, 11, 1, 12));
	say_at(k, CAROL, 2, noon_ms(2026, 11, 2, 12));
	say_at(k, BOB, 3, noon_ms(2026, 11, 4, 12));
	say_at(k, CAROL, 4, noon_ms(2026, 11, 5, 12));
	db_kit_commit(k);
	assert_int_equal(db_row_of_day(k->db, &bob, d), 3);
	assert_int_equal(db_row_of_day(k->db, &carol, d), 2);
	d.day = 5;
	assert_int_equal(db_row_of_day(k->db, &bob, d), 0);
}

static void
test_pages(void **state)
{
	struct db_kit *k = *state;
	enum { ALL = 2 * SEARCH_PAGE + 5 };

	for (unsigned n = 1; n <= ALL; n++) {
		say_it(k, BOB, n, n % 2 != 0 ? "tea" : "milk and tea");
		if (n == SEARCH_PAGE) {
			db_kit_commit(k);
			db_kit_rest(k);
		}
	}
	db_kit_commit(k);
	for (int with = 0; with < 2; with++) {
		struct query q = parsed(with != 0 ? "tea" : "");
		int64_t row = INT64_MAX;
		unsigned next = ALL;
		bool more = true;
		while (more) {
			struct findings f =
			    found_by(k->db, &q, row, SEARCH_PAGE);
			for (size_t i = 0; i < f.count; i++)
				assert_int_equal(
				    number_of(&f.items[i]), next--);
			assert_true(f.count > 0);
			row = f.items[f.count - 1].message.row;
			more = f.more;
			assert_int_equal(f.count, more ? SEARCH_PAGE : 5);
			findings_clear(&f);
		}
		assert_int_equal(next, 0);
		query_clear(&q);
	}
}

static void
expect_from(
    struct db_kit *k, struct query *q, int64_t row, const char *expected)
{
	q->first_row = row;
	expect_by(k->db, q, expected);
}

/* More than goes into the index in memory at once. */
static void
test_none_before_a_row(void **state)
{
	struct db_kit *k = *state;
	enum { ALL = 1100 };
	int64_t rows[4];

	for (unsigned n = 1; n <= ALL; n++)
		say_it(k, BOB, n, n == 2 || n >= ALL - 2 ? "tea" : "milk");
	db_kit_commit(k);
	for (int indexed = 0; indexed < 2; indexed++) {
		struct query q = parsed("tea");
		struct findings f = found_by(k->db, &q, INT64_MAX, FOUND_MAX);
		assert_int_equal(f.count, 4);
		for (size_t i = 0; i < f.count; i++)
			rows[i] = f.items[i].message.row;
		findings_clear(&f);
		expect_from(k, &q, rows[0] + 1, "");
		expect_from(k, &q, rows[1], "1100 1099");
		expect_from(k, &q, rows[3] + 1, "1100 1099 1098");
		expect_from(k, &q, rows[3], "1100 1099 1098 2");
		/* A day does not widen it. */
		q.since = (struct query_day){ 1969, 1, 1 };
		expect_from(k, &q, rows[1], "1100 1099");
		query_clear(&q);
		q = (struct query){ .has_conv = false };
		expect_from(k, &q, rows[2], "1100 1099 1098");
		q.has_conv = true;
		q.conv = db_kit_fp(BOB);
		expect_from(k, &q, rows[2], "1100 1099 1098");
		db_kit_rest(k);
	}
}

static void
test_nothing_more_than_a_page(void **state)
{
	struct db_kit *k = *state;
	struct query q = parsed("tea");

	for (unsigned n = 1; n <= SEARCH_PAGE; n++)
		say_it(k, BOB, n, "tea");
	db_kit_commit(k);
	struct findings f = found_by(k->db, &q, INT64_MAX, SEARCH_PAGE);
	assert_int_equal(f.count, SEARCH_PAGE);
	assert_false(f.more);
	findings_clear(&f);
	f = found_by(k->db, &q, INT64_MAX, SEARCH_PAGE - 1);
	assert_true(f.more);
	findings_clear(&f);
	query_clear(&q);
}

/* More than goes into the index in memory at once. */
static void
test_much_that_is_not_in_the_index(void **state)
{
	struct db_kit *k = *state;
	enum { ALL = 1700 };

	for (unsigned n = 1; n <= ALL; n++)
		say_it(k, BOB, n,
		    n == 3 || n == 600 || n == ALL ? "needle" : "hay");
	db_kit_commit(k);
	expect(k, "needle", "1700 600 3");
}

static struct change
revision(struct db_kit *k, enum revision what, unsigned n, const char *text)
{
	struct change c = db_kit_theirs(k, BOB, 100 + n, text);

	c.kind = CHANGE_REVISION;
	c.revision = what;
	c.has_target = true;
	c.target = db_kit_id(n);
	return c;
}

static void
test_revised(void **state)
{
	struct db_kit *k = *state;

	for (unsigned round = 0; round < 2; round++) {
		unsigned base = 10 * round;
		say_it(k, BOB, base + 1, "first thoughts");
		say_it(k, BOB, base + 2, "second thoughts");
		db_kit_commit(k);
		/* Once in the index, and once before. */
		if (round == 0)
			db_kit_rest(k);
		struct change c =
		    revision(k, REVISION_EDIT, base + 1, "better idea");
		db_kit_add(k, &c);
		c = revision(k, REVISION_DELETE, base + 2, "");
		db_kit_add(k, &c);
		db_kit_commit(k);
	}
	expect(k, "thoughts", "");
	expect(k, "second", "");
	expect(k, "better", "11 1");
	expect(k, "", "11 1");
}

static void
test_forgotten(void **state)
{
	struct db_kit *k = *state;

	say_it(k, BOB, 1, "secret");
	say_it(k, CAROL, 2, "secret");
	say_it(k, CAROL, 3, "secret");
	say_it(k, DAVE, 4, "secret");
	db_kit_commit(k);
	expect(k, "secret", "4 3 2 1");
	db_kit_add(k, &(struct change){ .kind = CHANGE_FORGET_MESSAGE,
			  .fp = db_kit_fp(CAROL),
			  .id = db_kit_id(2) });
	db_kit_commit(k);
	expect(k, "secret", "4 3 1");
	db_kit_add(k, &(struct change){
			  .kind = CHANGE_FORGET_CONV, .fp = db_kit_fp(BOB) });
	db_kit_add(k, &(struct change){ .kind = CHANGE_FORGET_CONTACT,
			  .fp = db_kit_fp(DAVE) });
	db_kit_commit(k);
	expect(k, "secret", "3");
	expect(k, "", "3");
}

/* What is not committed yet is found, and stays to be committed. */
static void
test_within_a_turn(void **state)
{
	struct db_kit *k = *state;
	struct query q = parsed("tea");

	say_it(k, BOB, 1, "tea");
	expect_by(k->db, &q, "1");
	say_it(k, BOB, 2, "tea");
	expect_by(k->db, &q, "2 1");
	db_kit_commit(k);
	db_kit_reopen(k);
	expect_by(k->db, &q, "2 1");
	query_clear(&q);
}

static void
test_names(void **state)
{
	struct db_kit *k = *state;
	struct query q = parsed("");

	pin(k, BOB, "bob");
	pin(k, CAROL, "B0b");
	pin(k, DAVE, "dave");
	say_it(k, DAVE, 1, "x");
	shout(k, DAVE, 2, "x");
	say_ours(k, NEARBY, 3, "x");
	say_it(k, BOB, 4, "x");
	say_it(k, 9, 5, "x");
	db_kit_commit(k);
	struct findings f = found_by(k->db, &q, INT64_MAX, FOUND_MAX);
	assert_int_equal(f.count, 5);
	assert_string_equal(f.items[4].name, "dave");
	assert_string_equal(f.items[3].name, "dave");
	assert_true(fp_is_zero(&f.items[3].conv));
	assert_string_equal(f.items[2].name, "nearby");
	/* It could be taken for the other. */
	assert_int_equal(strncmp(f.items[1].name, "bob\xc2\xb7", 5), 0);
	assert_int_equal(strlen(f.items[1].name), 5 + TAG_LONG);
	assert_string_equal(f.items[0].name, "?");
	findings_clear(&f);
}

static uint32_t
roll(uint32_t *dice)
{
	*dice = *dice * 1664525 + 1013904223;
	return *dice >> 8;
}

/* What FTS5 knows, and what UTF-8 does not. */
static size_t
hostile(uint32_t *dice, char *out, size_t room)
{
	static const char *const parts[] = { "\"", "'", "*", "(", ")", "^", ":",
		"-", "+", "{", "}", " AND ", " OR ", " NOT ", "NEAR(", "text",
		"tags", "\xee\x80\x80", "tea", "\xff", "\xc3", "\xe5\x8c\x97",
		"\xf0\x9f", "\x01", "\\", ",", ";--", "%", "\xed\xa0\x80", " ",
		"\t", "\n" };
	size_t n = 0;

	for (unsigned i = roll(dice) % 12; i > 0; i--) {
		const char *part =
		    parts[roll(dice) % (sizeof(parts) / sizeof(parts[0]))];
		char one[2] = { (char)(1 + roll(dice) % 255), '\0' };
		if (roll(dice) % 4 == 0)
			part = one;
		if (n + strlen(part) >= room)
			break;
		memcpy(out + n, part, strlen(part));
		n += strlen(part);
	}
	out[n] = '\0';
	return n;
}

static void
test_hostile_queries_10k(void **state)
{
	struct db_kit *k = *state;
	uint32_t dice = 1;
	size_t found = 0;

	say_it(k, BOB, 1, "tea \"AND\" NEAR(x) {text} : tags*");
	db_kit_commit(k);
	db_kit_rest(k);
	say_it(k, BOB, 2, "tea OR NOT '");
	db_kit_commit(k);
	for (int i = 0; i < 10000; i++) {
		char texts[3][128];
		struct query q = { .has_link = roll(&dice) % 8 == 0,
			.has_author = roll(&dice) % 8 == 0,
			.author_is_me = roll(&dice) % 2 == 0 };
		for (size_t t = 0; t < roll(&dice) % 4; t++) {
			hostile(&dice, texts[t], sizeof(texts[t]));
			q.terms[q.term_count++] =
			    (struct query_term){ .text = texts[t],
				    .phrase = roll(&dice) % 2 == 0,
				    .prefix = roll(&dice) % 3 == 0 };
		}
		struct findings f = found_by(k->db, &q, INT64_MAX, FOUND_MAX);
		found += f.count;
		findings_clear(&f);
	}
	assert_true(found > 100);
}

/* Also with the search index gone: it can be made anew. */
static void
test_damaged_index(void **state)
{
	struct db_kit *k = *state;
	struct query q = parsed("tea");
	struct findings f;
	sqlite3 *sql;
	char *error = NULL;

	say_it(k, BOB, 1, "tea");
	db_kit_commit(k);
	db_kit_rest(k);
	db_kit_close(k);
	assert_int_equal(
	    sqlite3_open(tmpdir_path(k->dir, "earshot.db"), &sql), 0);
	assert_int_equal(sqlite3_exec(sql,
			     "UPDATE words_data SET block = x'00' "
			     "WHERE id > 10",
			     NULL, NULL, NULL),
	    0);
	sqlite3_close(sql);
	db_kit_open(k);
	assert_int_equal(
	    db_search(k->db, &q, INT64_MAX, SEARCH_PAGE, &f, &error),
	    ERR_FORMAT);
	assert_non_null(strstr(error, "cannot read the history"));
	free(error);
	db_kit_rest(k);
	say_it(k, BOB, 2, "milk");
	db_kit_commit(k);
	db_kit_rest(k);
	expect_by(k->db, &q, "1");
	query_clear(&q);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, db_kit_setup, db_kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_words),
		TEST(test_phrase),
		TEST(test_scripts),
		TEST(test_conversation),
		TEST(test_author),
		TEST(test_tags_are_no_words),
		TEST(test_days),
		TEST(test_days_of_many),
		TEST(test_row_of_day_is_of_the_conversation),
		TEST(test_pages),
		TEST(test_none_before_a_row),
		TEST(test_nothing_more_than_a_page),
		TEST(test_much_that_is_not_in_the_index),
		TEST(test_revised),
		TEST(test_forgotten),
		TEST(test_within_a_turn),
		TEST(test_names),
		TEST(test_hostile_queries_10k),
		TEST(test_damaged_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
