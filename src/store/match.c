/* SPDX-License-Identifier: MIT */
#include "store/match.h"

#include "base/buf.h"
#include "base/mem.h"
#include "store/db_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAGS_MAX = 512, AROUND_TERM_MAX = 8 };

static void
put(struct buf *b, const char *text)
{
	if (buf_append(b, text, strlen(text)) < 0)
		abort();
}

static void
put_quoted(struct buf *b, const char *text, size_t n)
{
	put(b, "\"");
	for (size_t i = 0; i < n; i++)
		if (buf_append(b, text[i] == '"' ? "\"\"" : &text[i],
			text[i] == '"' ? 2 : 1) < 0)
			abort();
	put(b, "\"");
}

/* Side by side, and not joined by AND: a term of which no word is left, such
 * as "...", is then no term, and not one that nothing has. */
static void
put_terms(struct buf *b, const struct query *q)
{
	put(b, "text : (");
	for (size_t i = 0; i < q->term_count; i++) {
		const struct query_term *t = &q->terms[i];
		size_t n;
		char *words = db_words_of(t->text, strlen(t->text), &n);
		put_quoted(b, words, n);
		put(b, t->prefix ? " * " : " ");
		free(words);
	}
	put(b, ")");
}

/* Blanks may double a term, and quotes once more. */
static size_t
most(const struct query *q)
{
	size_t n = TAGS_MAX;

	for (size_t i = 0; i < q->term_count; i++)
		n += 4 * strlen(q->terms[i].text) + AROUND_TERM_MAX;
	return n;
}

static void
begin_tag(struct buf *b)
{
	put(b, buf_size(b) > 0 ? " AND " : "");
}

static void
put_conv(struct buf *b, int64_t conv)
{
	char text[64];

	snprintf(text, sizeof(text), "tags : \"" DB_TAG "c%" PRId64 "\"", conv);
	put(b, text);
}

/* All in the conversation with them, and what they shouted. Which of it is
 * theirs is seen when it is read: the list of all that is theirs is long, and
 * to look things up in it took longer than the search. */
static void
put_author(struct buf *b, const struct query *q, int64_t conv)
{
	put(b, "(");
	if (conv != 0) {
		put_conv(b, conv);
		put(b, " OR ");
	}
	put(b, "tags : \"" DB_TAG "f");
	for (size_t i = 0; i < DB_TAG_AUTHOR; i++) {
		char digits[3];
		snprintf(
		    digits, sizeof(digits), "%02x", (unsigned)q->author.b[i]);
		put(b, digits);
	}
	put(b, "\")");
}

char *
match_text(const struct query *q, const struct match_tags *tags)
{
	struct buf b;

	if (q->term_count == 0 && !q->has_author && !q->has_link)
		return NULL;
	buf_init(&b, most(q));
	if (q->term_count > 0)
		put_terms(&b, q);
	if (tags->conv != 0) {
		begin_tag(&b);
		put_conv(&b, tags->conv);
	}
	if (q->has_author) {
		begin_tag(&b);
		if (q->author_is_me)
			put(&b, "tags : \"" DB_TAG "mine\"");
		else
			put_author(&b, q, tags->author_conv);
	}
	if (q->has_link) {
		begin_tag(&b);
		put(&b, "tags : \"" DB_TAG "link\"");
	}
	char *text = xstrndup((const char *)buf_data(&b), buf_size(&b));
	buf_clear(&b);
	return text;
}
