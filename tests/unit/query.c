/* SPDX-License-Identifier: MIT */
#include "core/query.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/model_edit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A Saturday. */
static const struct query_day today = { 2026, 11, 21 };

static struct model *m;
static struct fp bob_fp;
static struct conv *bob_conv;

static int
begin(void **state)
{
	(void)state;
	struct fp self = { { 1 } };

	m = model_new(&self, "me");
	bob_fp = (struct fp){ { 2 } };
	struct peer *bob = model_peer_add(m, &bob_fp);
	peer_set_name(m, bob, "bob");
	bob_conv = model_conv_open(m, bob);
	peer_set_name(m, model_peer_add(m, &(struct fp){ { 3 } }), "carol");
	peer_set_name(m, model_peer_add(m, &(struct fp){ { 4 } }), "carla");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	model_free(m);
	return 0;
}

static struct query
parsed(const struct conv *conv, const char *line)
{
	struct query q;
	char *error = NULL;
	size_t at;

	assert_int_equal(query_parse(m, conv, line, today, &q, &error, &at), 0);
	return q;
}

static void
words_phrases_and_prefixes(void **state)
{
	(void)state;
	struct query q = parsed(NULL, "  tea \"in the  kitchen\" meet* ");

	assert_int_equal(q.term_count, 3);
	assert_string_equal(q.terms[0].text, "tea");
	assert_false(q.terms[0].phrase || q.terms[0].prefix);
	assert_string_equal(q.terms[1].text, "in the  kitchen");
	assert_true(q.terms[1].phrase);
	assert_string_equal(q.terms[2].text, "meet");
	assert_true(q.terms[2].prefix);
	assert_false(q.has_conv || q.has_author || q.has_link);
	query_clear(&q);
}

static void
the_conversation_bounds_it_unless_told_otherwise(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		bool here;
	} cases[] = {
		{ "tea", true },
		{ "-all tea", false },
		{ "tea -all", true }, /* a word like others */
		{ "from:bob tea", false },
		{ "since:today tea", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct query q = parsed(bob_conv, cases[i].line);
		assert_int_equal(q.has_conv, cases[i].here);
		query_clear(&q);
	}
}

static void
filters(void **state)
{
	(void)state;
	struct query q = parsed(NULL, "From:bob in:carol since:2026-02-28 "
				      "until:yesterday has:link x:y");

	assert_true(q.has_author && q.has_conv && q.has_link);
	assert_true(fp_equal(&q.author, &bob_fp));
	assert_false(q.author_is_me);
	assert_int_equal(q.conv.b[0], 3);
	assert_int_equal(q.since.day, 28);
	assert_int_equal(q.until.day, 20);
	assert_int_equal(q.term_count, 1);
	assert_string_equal(q.terms[0].text, "x:y");
	query_clear(&q);
	q = parsed(NULL, "from:me in:nearby");
	assert_true(q.author_is_me && fp_equal(&q.author, &m->self));
	assert_true(q.has_conv);
	assert_int_equal(q.conv.b[0], 0);
	query_clear(&q);
}

static void
days_by_name_are_the_last_of_that_name(void **state)
{
	(void)state;
	static const struct {
		const char *word;
		int day;
	} cases[] = {
		{ "today", 21 },
		{ "yesterday", 20 },
		{ "friday", 20 },
		{ "Sunday", 15 },
		{ "saturday", 14 },
	};
	struct query_day d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(query_parse_day(
		    cases[i].word, strlen(cases[i].word), today, &d));
		assert_int_equal(d.day, cases[i].day);
	}
	struct query_day new_year = { 2024, 1, 1 }, march = { 2024, 3, 1 };
	assert_true(query_parse_day("yesterday", 9, new_year, &d));
	assert_true(d.year == 2023 && d.month == 12 && d.day == 31);
	assert_true(query_parse_day("yesterday", 9, march, &d));
	assert_true(d.month == 2 && d.day == 29);
}

static void
what_is_wrong_is_said_where_it_is(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		int err;
		size_t at;
	} cases[] = {
		{ "tea \"in the", ERR_FORMAT, 4 },
		{ "since:2026-02-30", ERR_FORMAT, 6 },
		{ "since:2026-13-01", ERR_FORMAT, 6 },
		{ "until:0000-01-01", ERR_FORMAT, 6 },
		{ "since:2026-1-1", ERR_FORMAT, 6 },
		{ "since:someday", ERR_FORMAT, 6 },
		{ "since: today", ERR_FORMAT, 6 },
		{ "from:zoe", ERR_NOT_FOUND, 5 },
		{ "x from:car", ERR_AMBIGUOUS, 7 },
		{ "has:cheese", ERR_FORMAT, 4 },
		{ "a *", ERR_FORMAT, 2 },
		{ "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7", ERR_LIMIT, 32 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct query q;
		char *error = NULL;
		size_t at = 999;
		assert_int_equal(
		    query_parse(m, NULL, cases[i].line, today, &q, &error, &at),
		    cases[i].err);
		assert_int_equal(at, cases[i].at);
		assert_non_null(error);
		free(error);
	}
}

static void
a_line_without_end_is_refused(void **state)
{
	(void)state;
	char line[QUERY_BYTES_MAX + 2];
	struct query q;
	char *error = NULL;
	size_t at;

	memset(line, 'x', sizeof(line));
	line[QUERY_BYTES_MAX + 1] = '\0';
	assert_int_equal(
	    query_parse(m, NULL, line, today, &q, &error, &at), ERR_LIMIT);
	free(error);
	line[QUERY_BYTES_MAX] = '\0';
	q = parsed(NULL, line);
	assert_int_equal(q.term_count, 1);
	query_clear(&q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_phrases_and_prefixes),
		cmocka_unit_test(
		    the_conversation_bounds_it_unless_told_otherwise),
		cmocka_unit_test(filters),
		cmocka_unit_test(days_by_name_are_the_last_of_that_name),
		cmocka_unit_test(what_is_wrong_is_said_where_it_is),
		cmocka_unit_test(a_line_without_end_is_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
