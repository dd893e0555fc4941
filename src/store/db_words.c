/* SPDX-License-Identifier: MIT */
/*
 * The search index lags behind the messages, so that a commit of one stays
 * cheap: the mark "indexed_row" says how far it is, and moves in the same
 * transaction as the index. What a change does to a message below the mark is
 * done to the index at once.
 *
 * FTS5 wants to be told again, exactly, what it is to remove. So what db_words
 * of a text are must not change between two versions unless a step of
 * migration makes the index anew.
 */
#include "store/db_state.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	MERGE_PAGES = 64,
	/* A piece takes some milliseconds, by the first of the two. */
	PIECE_ROWS = 1000,
	PIECE_BYTES = 64 * 1024,
	SINGLE_LEAD = 0xE0, /* no byte of a character before singles[0] */
};

/* Scripts that are written without blanks between words, and pictures: every
 * character is a word of its own, and a run of them a phrase. */
static const struct {
	uint32_t first, last;
} singles[] = {
	{ 0x0E00, 0x0EFF },   /* Thai, Lao */
	{ 0x1000, 0x109F },   /* Myanmar */
	{ 0x1100, 0x11FF },   /* Hangul, conjoining */
	{ 0x1780, 0x17FF },   /* Khmer */
	{ 0x2300, 0x27BF },   /* technical, dingbats */
	{ 0x2E80, 0x2FDF },   /* radicals */
	{ 0x3005, 0x3007 },   /* iteration mark, zero */
	{ 0x3040, 0x31FF },   /* kana, bopomofo, Hangul letters */
	{ 0x3400, 0x9FFF },   /* Han */
	{ 0xA960, 0xA97F },   /* Hangul, extended */
	{ 0xAC00, 0xD7FF },   /* Hangul */
	{ 0xF900, 0xFAFF },   /* Han, compatibility */
	{ 0xFF66, 0xFF9F },   /* kana, half width */
	{ 0x1F000, 0x1FAFF }, /* emoji */
	{ 0x20000, 0x3FFFF }, /* Han, further planes */
};

static bool
is_single(uint32_t cp)
{
	if (cp < singles[0].first)
		return false;
	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++)
		if (cp >= singles[i].first && cp <= singles[i].last)
			return true;
	return false;
}

char *
db_words_of(const char *text, size_t n, size_t *ret_size)
{
	/* Blanks on both sides of a character of two or more bytes. */
	char *out = xmalloc(2 * n + 1);
	size_t size = 0;
	uint32_t cp;

	for (size_t at = 0; at < n;) {
		if ((unsigned char)text[at] < SINGLE_LEAD) {
			out[size++] = text[at++];
			continue;
		}
		size_t used = utf8_decode(text + at, n - at, &cp, NULL);
		bool single = is_single(cp);
		if (single)
			out[size++] = ' ';
		memcpy(out + size, text + at, used);
		size += used;
		if (single)
			out[size++] = ' ';
		at += used;
	}
	out[size] = '\0';
	*ret_size = size;
	return out;
}

static bool
has_link(const struct db_message *m)
{
	return strstr(m->text, "://") != NULL ||
	       strstr(m->text, "www.") != NULL;
}

size_t
db_tags_of(const struct db_message *m, char out[static DB_TAGS_SIZE])
{
	int n = snprintf(out, DB_TAGS_SIZE,
	    DB_TAG "c%" PRId64 " " DB_TAG "%s%s", m->conv,
	    m->mine ? "mine" : "theirs", has_link(m) ? " " DB_TAG "link" : "");

	if (m->author_size == 0 || m->mine)
		return (size_t)n;
	n += snprintf(out + n, (size_t)(DB_TAGS_SIZE - n), " " DB_TAG "f");
	for (size_t i = 0; i < DB_TAG_AUTHOR; i++)
		n += snprintf(out + n, (size_t)(DB_TAGS_SIZE - n), "%02x",
		    (unsigned)m->author[i]);
	return (size_t)n;
}

static bool
put_words(struct db *db, const struct db_message *m, enum db_sql which)
{
	sqlite3_stmt *s = db_statement(db, which);
	char tags[DB_TAGS_SIZE];
	size_t n = db_tags_of(m, tags), size;
	char *words = db_words_of(m->text, m->size, &size);

	db_bind_int(s, 1, m->row);
	db_bind_text(s, 2, words, size);
	db_bind_text(s, 3, tags, n);
	bool ok = db_run(db, s);
	free(words);
	/* The index alone is damaged: it is made anew. */
	if (!ok && db->failed == SQLITE_CORRUPT_VTAB)
		db->words_broken = true;
	return ok;
}

bool
db_words_add(struct db *db, const struct db_message *m)
{
	return m->row > db->indexed_row || !m->keep ||
	       put_words(db, m, SQL_WORDS_ADD);
}

bool
db_words_remove(struct db *db, const struct db_message *m)
{
	return m->row > db->indexed_row || !m->keep ||
	       put_words(db, m, SQL_WORDS_REMOVE);
}

bool
db_words_catch_up(struct db *db)
{
	sqlite3_stmt *s = db_statement(db, SQL_MESSAGE_UNINDEXED);
	int64_t last = db->indexed_row;
	size_t bytes = 0;
	int rows = 0;
	bool full = false;

	db_bind_int(s, 1, last);
	db_bind_int(s, 2, PIECE_ROWS);
	while (!full && db_row(db, s)) {
		struct db_message m;
		db_read_stored(s, &m);
		bool ok = !m.keep || put_words(db, &m, SQL_WORDS_ADD);
		last = m.row;
		bytes += m.size;
		full = ++rows == PIECE_ROWS || bytes >= PIECE_BYTES;
		db_message_clear(&m);
		if (!ok) {
			db_reset(s);
			return false;
		}
	}
	if (full)
		db_reset(s);
	if (db->failed != 0 || rows == 0 ||
	    !db_set_mark(db, "indexed_row", last))
		return false;
	db->indexed_row = last;
	return full;
}

bool
db_words_merge(struct db *db, bool start)
{
	sqlite3_stmt *s = db_statement(db, SQL_WORDS_MERGE);
	int before = sqlite3_total_changes(db->sql);

	/* Negative: all segments are to become one. */
	db_bind_int(s, 1, start ? -MERGE_PAGES : MERGE_PAGES);
	if (!db_run(db, s)) {
		if (db->failed == SQLITE_CORRUPT_VTAB)
			db->words_broken = true;
		return false;
	}
	return start || sqlite3_total_changes(db->sql) - before >= 2;
}

bool
db_words_reset(struct db *db)
{
	if (!db_exec(db, "INSERT INTO words (words) VALUES ('delete-all')") ||
	    !db_set_mark(db, "indexed_row", 0))
		return false;
	db->indexed_row = 0;
	db->words_broken = false;
	return true;
}
