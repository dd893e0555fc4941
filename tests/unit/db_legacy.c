/* SPDX-License-Identifier: MIT */
/*
 * Contacts without a key and what came from them: kept as it came, marked
 * wherever it is read again, and under a closed seal nowhere to be read.
 */
#include "store/db.h"

#include "db_kit.h"
#include "store/search.h"
#include "tmpdir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ZHANG = 1, BOB = 2 };

static const char raw[] = "\xc4\xe3\xba\xc3";

static void
put_contacts(struct db_kit *k)
{
	struct pin zhang = { .fp = db_kit_fp(ZHANG),
		.dialect = DIALECT_IPMSG,
		.handle = "zhang@PC-1",
		.charset = CHARSET_GB18030,
		.name = "zhang" };
	struct pin bob = {
		.fp = db_kit_fp(BOB), .trust = TRUST_PINNED, .name = "bob"
	};

	db_kit_add(k, &(struct change){
			  .kind = CHANGE_PIN, .fp = zhang.fp, .pin = &zhang });
	db_kit_add(k,
	    &(struct change){ .kind = CHANGE_PIN, .fp = bob.fp, .pin = &bob });
}

static struct change
legacy_text(struct db_kit *k, unsigned n, const char *text, enum seal seal)
{
	struct change c = db_kit_theirs(k, ZHANG, n, text);

	c.seq = 0;
	c.dialect = DIALECT_IPMSG;
	c.seal = seal;
	c.charset = CHARSET_GB18030;
	c.raw = (const uint8_t *)raw;
	c.raw_size = sizeof(raw) - 1;
	return c;
}

static void
add(struct db_kit *k, struct change c)
{
	db_kit_add(k, &c);
	db_kit_commit(k);
}

/* Those with the word, or with NULL all; one line of each, together. */
static char *
look(struct db_kit *k, const char *word, enum export_format format)
{
	struct query q = { .term_count = word == NULL ? 0 : 1 };
	struct findings f;
	char *error = NULL, *all = strdup("");

	q.terms[0].text = (char *)(uintptr_t)word;
	assert_int_equal(
	    db_search(k->db, &q, INT64_MAX, SEARCH_PAGE, &f, &error), 0);
	for (size_t i = 0; i < f.count; i++) {
		char *line = found_line(&f.items[i], format, true), *joined;
		assert_true(asprintf(&joined, "%s%s\n", all, line) > 0);
		free(line);
		free(all);
		all = joined;
	}
	findings_clear(&f);
	return all;
}

static void
expect(struct db_kit *k, const char *word, const char *there,
    const char *not_there)
{
	for (int format = EXPORT_TEXT; format <= EXPORT_JSON; format++) {
		char *all = look(k, word, (enum export_format)format);
		if (there == NULL)
			assert_string_equal(all, "");
		else
			assert_non_null(strstr(all, there));
		if (not_there != NULL)
			assert_null(strstr(all, not_there));
		free(all);
	}
}

static void
test_round_trip(void **state)
{
	struct db_kit *k = *state;
	struct change ours = db_kit_ours(k, ZHANG, 2, "mine");

	put_contacts(k);
	add(k, legacy_text(k, 1, "hello", SEAL_NONE));
	ours.dialect = DIALECT_IPMSG;
	ours.obfuscated = true;
	ours.row = ++k->row;
	add(k, ours);
	add(k, db_kit_theirs(k, BOB, 3, "native"));
	db_kit_reopen(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.pin_count, 2);
	assert_int_equal(saved.pins[0].dialect, DIALECT_IPMSG);
	assert_string_equal(saved.pins[0].handle, "zhang@PC-1");
	assert_int_equal(saved.pins[0].charset, CHARSET_GB18030);
	assert_int_equal(saved.pins[1].dialect, DIALECT_EARSHOT);
	assert_null(saved.pins[1].handle);
	saved_clear(&saved);
	struct saved_page page = db_kit_page(k, ZHANG);
	assert_int_equal(page.count, 2);
	const struct message *m = &page.messages[0];
	assert_int_equal(m->dialect, DIALECT_IPMSG);
	assert_int_equal(m->charset, CHARSET_GB18030);
	assert_int_equal(m->raw_size, sizeof(raw) - 1);
	assert_memory_equal(m->raw, raw, sizeof(raw) - 1);
	assert_false(m->obfuscated);
	assert_true(page.messages[1].obfuscated);
	assert_null(page.messages[1].raw);
	saved_page_clear(&page);
	page = db_kit_page(k, BOB);
	assert_int_equal(page.messages[0].dialect, DIALECT_EARSHOT);
	saved_page_clear(&page);
}

static void
test_every_line_is_marked(void **state)
{
	struct db_kit *k = *state;

	put_contacts(k);
	add(k, legacy_text(k, 1, "hello", SEAL_NONE));
	add(k, db_kit_theirs(k, BOB, 2, "howdy"));
	char *text = look(k, "hello", EXPORT_TEXT);
	assert_non_null(strstr(text, "zhang (PLAIN): hello"));
	free(text);
	text = look(k, "howdy", EXPORT_TEXT);
	assert_null(strstr(text, "PLAIN"));
	free(text);
	text = look(k, "hello", EXPORT_JSON);
	assert_non_null(strstr(text, "\"id\":null"));
	assert_non_null(strstr(text, "\"dialect\":\"ipmsg\""));
	assert_non_null(strstr(text, "\"encrypted\":false"));
	free(text);
	text = look(k, "howdy", EXPORT_JSON);
	assert_non_null(strstr(text, "\"dialect\":\"earshot\""));
	assert_non_null(strstr(text, "\"encrypted\":true"));
	free(text);
}

/* Before the index and after it. */
static void
test_a_seal_hides(void **state)
{
	struct db_kit *k = *state;

	put_contacts(k);
	add(k, legacy_text(k, 1, "", SEAL_CLOSED));
	db_kit_rest(k);
	expect(k, "treasure", NULL, NULL);
	expect(k, NULL, "sealed", "treasure");
	struct change open = { .kind = CHANGE_SEAL,
		.fp = db_kit_fp(ZHANG),
		.id = db_kit_id(1),
		.charset = CHARSET_GB18030,
		.text = "the treasure",
		.size = 12 };
	add(k, open);
	expect(k, "treasure", "the treasure", "sealed");
	struct saved_page page = db_kit_page(k, ZHANG);
	assert_int_equal(page.messages[0].seal, SEAL_OPENED);
	assert_false(page.messages[0].edited);
	saved_page_clear(&page);
	/* Read anew, it is found by what it says now. */
	open.kind = CHANGE_RECODE;
	open.text = "the island";
	open.size = 10;
	open.charset = CHARSET_BIG5;
	add(k, open);
	expect(k, "treasure", NULL, NULL);
	expect(k, "island", "the island", NULL);
	page = db_kit_page(k, ZHANG);
	assert_int_equal(page.messages[0].seal, SEAL_OPENED);
	assert_int_equal(page.messages[0].charset, CHARSET_BIG5);
	saved_page_clear(&page);
}

static void
test_forgotten_bytes_are_gone(void **state)
{
	struct db_kit *k = *state;
	struct change c = legacy_text(k, 1, "hello", SEAL_NONE);
	struct pin zhang = { .fp = db_kit_fp(ZHANG),
		.dialect = DIALECT_IPMSG,
		.handle = "handle-of-zhang",
		.name = "zhang" };

	db_kit_add(k, &(struct change){
			  .kind = CHANGE_PIN, .fp = zhang.fp, .pin = &zhang });
	c.raw = (const uint8_t *)"bytes-as-they-came";
	c.raw_size = 18;
	add(k, c);
	assert_true(db_kit_in_files(k, "bytes-as-they-came"));
	assert_true(db_kit_in_files(k, "handle-of-zhang"));
	add(k, (struct change){
		   .kind = CHANGE_FORGET_CONTACT, .fp = db_kit_fp(ZHANG) });
	db_kit_rest(k);
	assert_false(db_kit_in_files(k, "bytes-as-they-came"));
	assert_false(db_kit_in_files(k, "handle-of-zhang"));
}

static void
test_salvaged(void **state)
{
	struct db_kit *k = *state;

	put_contacts(k);
	add(k, legacy_text(k, 1, "hello", SEAL_NONE));
	add(k, legacy_text(k, 2, "", SEAL_CLOSED));
	db_kit_close(k);
	tmpdir_write(tmpdir_path(k->dir, "earshot.db.damaged"), "", 0, 0600);
	db_kit_open(k);
	struct saved saved = db_kit_load(k);
	assert_int_equal(saved.pins[0].dialect, DIALECT_IPMSG);
	assert_string_equal(saved.pins[0].handle, "zhang@PC-1");
	saved_clear(&saved);
	struct saved_page page = db_kit_page(k, ZHANG);
	assert_int_equal(page.count, 2);
	for (size_t i = 0; i < page.count; i++) {
		assert_int_equal(page.messages[i].dialect, DIALECT_IPMSG);
		assert_memory_equal(page.messages[i].raw, raw, sizeof(raw) - 1);
	}
	assert_int_equal(page.messages[1].seal, SEAL_CLOSED);
	saved_page_clear(&page);
}

/* The fingerprint of who has none is no tag. */
static void
test_names(void **state)
{
	struct db_kit *k = *state;
	struct pin pin = { .fp = db_kit_fp(3),
		.dialect = DIALECT_PLAIN,
		.handle = "udp://10.0.0.2:9000",
		.name = "zhang" };

	put_contacts(k);
	db_kit_add(k,
	    &(struct change){ .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin });
	add(k, legacy_text(k, 1, "hello", SEAL_NONE));
	expect(k, "hello", "zhang\xc2\xb7zhang@PC-1", NULL);
}

int
main(void)
{
#define TEST(f) \
	cmocka_unit_test_setup_teardown(f, db_kit_setup, db_kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip),
		TEST(test_every_line_is_marked),
		TEST(test_a_seal_hides),
		TEST(test_forgotten_bytes_are_gone),
		TEST(test_salvaged),
		TEST(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
