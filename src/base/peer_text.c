/* SPDX-License-Identifier: MIT */
/*
 * The text is cleaned in canonically decomposed form, one code point at a time,
 * then composed (NFC) and cut.
 *
 * Two properties shape every rule here. Cleaning clean text must change
 * nothing, so a rule may look only at what was already let through, never at
 * what was dropped, and not at the order of the marks on one base, which
 * composing may change. And a stranger must not be able to make one screen cell
 * or one cluster hold more than a few code points, so whatever extends a base
 * is counted.
 */
#include "base/peer_text.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/peer_text_rules.h"
#include "base/utf8.h"
#include "base/width.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum {
	CP_TAB = '\t',
	CP_LF = '\n',
	CP_CR = '\r',
	CP_ZWJ = 0x200d,
	CP_EMOJI_STYLE = 0xfe0f,
	CP_KEYCAP = 0x20e3,
	CP_RETURN_SYMBOL = 0x23ce,
	CP_PICTURES = 0x2400, /* of C0, in order */
	CP_DELETE_PICTURE = 0x2421,
	CP_DOTTED_CIRCLE = 0x25cc,
	CP_PLACEHOLDER = UTF8_REPLACEMENT,

	TAB_STOP = 8,
	/* The longest emoji sequences in use have three. */
	EMOJI_JOINERS_MAX = 4,
	/* The longest canonical decomposition has four code points. */
	DECOMPOSED_MAX = 8,
	/* NFC is never shorter than a third of its decomposed form; the slack
	 * is more than the last cluster may have lost. */
	DECOMPOSED_GROWTH = 3,
	DECOMPOSED_SLACK = 64,
};

struct kind_rules {
	size_t bytes_max;
	int cells_max;
	bool lines;    /* line ends and tabs have a meaning */
	bool one_line; /* and line ends become a symbol */
	bool trim;     /* ends and runs of blanks */
	bool tagged;   /* shown with "·tag" behind: no dot of its own */
	const char *empty;
};

static const struct kind_rules rules_of[] = {
	[PEER_TEXT_NAME] = {
		.bytes_max = NAME_BYTES_MAX,
		.cells_max = NAME_CELLS_MAX,
		.trim = true,
		.tagged = true,
		.empty = "?",
	},
	[PEER_TEXT_STATUS] = {
		.bytes_max = STATUS_BYTES_MAX,
		.cells_max = STATUS_CELLS_MAX,
		.empty = "",
	},
	[PEER_TEXT_BODY] = {
		.bytes_max = BODY_BYTES_MAX,
		.cells_max = 2 * BODY_BYTES_MAX,
		.lines = true,
		.empty = "",
	},
	[PEER_TEXT_LINE] = {
		.bytes_max = BODY_BYTES_MAX,
		.cells_max = 2 * BODY_BYTES_MAX,
		.lines = true,
		.one_line = true,
		.empty = "",
	},
};

struct cleaner {
	const struct kind_rules *rules;
	struct buf out;
	bool full;
	bool inert;       /* composing would change nothing */
	bool after_cr;    /* the last input was a CR that ended a line */
	bool blank;       /* a blank waits for something to stand before */
	uint32_t base;    /* what marks go on; 0 at the start of a line */
	uint32_t last;    /* what went out last */
	uint32_t pending; /* a joiner or style that waits for what follows */
	unsigned marks;   /* on the base */
	unsigned joiners; /* in this emoji sequence */
	size_t column;    /* where the output up to counted ends */
	size_t counted;
};

struct untrusted
untrusted_of(const void *p, size_t n)
{
	return (struct untrusted){
		.untrusted_data = p,
		.untrusted_size = n,
	};
}

static enum action
action_of(uint32_t cp)
{
	size_t low = 0, high = sizeof(actions) / sizeof(actions[0]);

	if (cp > 0x20 && cp < 0x7f)
		return ACTION_KEEP;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (cp > actions[mid].last)
			low = mid + 1;
		else if (cp < actions[mid].first)
			high = mid;
		else
			return actions[mid].action;
	}
	return ACTION_KEEP;
}

static const struct joining_block *
joining_block_find(uint32_t cp)
{
	const size_t count = sizeof(joining_blocks) / sizeof(joining_blocks[0]);

	for (size_t i = 0; i < count; i++) {
		if (cp >= joining_blocks[i].first &&
		    cp <= joining_blocks[i].last)
			return &joining_blocks[i];
	}
	return NULL;
}

static enum jamo
jamo_of(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(jamos) / sizeof(jamos[0]); i++) {
		if (cp >= jamos[i].first && cp <= jamos[i].last)
			return jamos[i].jamo;
	}
	return JAMO_NONE;
}

static int
bound_class(uint32_t cp)
{
	return (int)utf8proc_get_property((utf8proc_int32_t)cp)->boundclass;
}

static bool
is_pictograph(uint32_t cp)
{
	return bound_class(cp) == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

static bool
is_mark(uint32_t cp)
{
	utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);

	return c == UTF8PROC_CATEGORY_MN || c == UTF8PROC_CATEGORY_MC ||
	       c == UTF8PROC_CATEGORY_ME;
}

static bool
is_letter(uint32_t cp)
{
	utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);

	return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

/* Marks, and what else a cluster swallows behind its base: skin tones, voicing
 * marks, some vowels. */
static bool
is_extension(uint32_t cp)
{
	int class = bound_class(cp);

	return class == UTF8PROC_BOUNDCLASS_EXTEND ||
	       class == UTF8PROC_BOUNDCLASS_SPACINGMARK || is_mark(cp);
}

static bool
is_keycap_base(uint32_t cp)
{
	return (cp >= '0' && cp <= '9') || cp == '#' || cp == '*';
}

/* What composes with what stands before it is a mark or part of a syllable. */
static bool
is_inert(uint32_t cp)
{
	int class = cp < 0x80 ? UTF8PROC_BOUNDCLASS_OTHER : bound_class(cp);

	return class == UTF8PROC_BOUNDCLASS_OTHER ||
	       class == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

static void
put(struct cleaner *c, uint32_t cp)
{
	char bytes[UTF8_MAX];

	if (c->blank)
		buf_append(&c->out, " ", 1);
	c->blank = false;
	if (c->full || buf_append(&c->out, bytes, utf8_encode(cp, bytes)) < 0) {
		c->full = true;
		return;
	}
	c->inert = c->inert && is_inert(cp);
	c->last = cp;
}

static void
put_base(struct cleaner *c, uint32_t cp)
{
	if (c->last != CP_ZWJ)
		c->joiners = 0;
	put(c, cp);
	c->base = cp;
	c->marks = 0;
}

/* Whether the waiting joiner has something to join with next. */
static bool
joins(const struct cleaner *c, uint32_t next)
{
	const struct joining_block *block = joining_block_find(c->base);

	if (block != NULL && is_letter(next) && next >= block->first &&
	    next <= block->last)
		return true;
	/* Any mark: which of several comes first is up to composing. */
	if (block != NULL && block->mark_may_follow && is_mark(next))
		return true;
	return c->pending == CP_ZWJ && c->joiners < EMOJI_JOINERS_MAX &&
	       is_pictograph(c->base) && is_pictograph(next);
}

/* Decides on what waits, now that it is known what follows. */
static void
settle(struct cleaner *c, uint32_t next)
{
	uint32_t cp = c->pending;

	if (cp == 0)
		return;
	if (cp == CP_EMOJI_STYLE) {
		if (next == CP_KEYCAP)
			put(c, cp);
	} else if (joins(c, next)) {
		c->joiners++;
		put(c, cp);
	} else {
		put_base(c, CP_PLACEHOLDER);
	}
	c->pending = 0;
}

/* A code point that would make an endless cluster, or stand alone where only
 * its like is drawn. */
static bool
is_stray(const struct cleaner *c, uint32_t cp)
{
	if (cp < 0x80)
		return false;
	switch (jamo_of(cp)) {
	case JAMO_INITIAL:
		return jamo_of(c->last) == JAMO_INITIAL;
	case JAMO_MEDIAL:
		return jamo_of(c->last) != JAMO_INITIAL;
	case JAMO_FINAL:
		return jamo_of(c->last) != JAMO_MEDIAL;
	case JAMO_NONE:
		break;
	}
	return bound_class(cp) == UTF8PROC_BOUNDCLASS_PREPEND &&
	       bound_class(c->last) == UTF8PROC_BOUNDCLASS_PREPEND;
}

static void
clean_extension(struct cleaner *c, uint32_t cp)
{
	if (c->marks >= COMBINING_MAX)
		return;
	settle(c, cp);
	if (c->base == 0 && is_mark(cp))
		put_base(c, CP_DOTTED_CIRCLE);
	if (c->base == 0) {
		put_base(c, cp);
		return;
	}
	put(c, cp);
	c->marks++;
}

static void
clean_base(struct cleaner *c, uint32_t cp)
{
	settle(c, cp);
	put_base(c, is_stray(c, cp) ? CP_PLACEHOLDER : cp);
}

static void
clean_plain(struct cleaner *c, uint32_t cp)
{
	utf8proc_int32_t parts[DECOMPOSED_MAX];
	int class = UTF8PROC_BOUNDCLASS_START;

	if (cp < 0x80) {
		clean_base(c, cp);
		return;
	}
	utf8proc_ssize_t count = utf8proc_decompose_char((utf8proc_int32_t)cp,
	    parts, DECOMPOSED_MAX, UTF8PROC_DECOMPOSE, &class);
	assert(count > 0 && count <= DECOMPOSED_MAX);
	for (utf8proc_ssize_t i = 0; i < count; i++) {
		uint32_t part = (uint32_t)parts[i];
		if (is_extension(part))
			clean_extension(c, part);
		else
			clean_base(c, part);
	}
}

static void
clean_break(struct cleaner *c)
{
	settle(c, CP_LF);
	if (c->rules->one_line) {
		put_base(c, CP_RETURN_SYMBOL);
	} else {
		put_base(c, CP_LF);
		c->base = 0;
	}
	c->column = 0;
	c->counted = buf_size(&c->out);
}

/* Counts cells only where a tab asks for them, and each once. */
static size_t
column_now(struct cleaner *c)
{
	const char *s = (const char *)buf_data(&c->out);
	size_t n = buf_size(&c->out);

	while (c->counted < n) {
		uint32_t cp;
		c->counted +=
		    utf8_decode(s + c->counted, n - c->counted, &cp, NULL);
		if (width_cp(cp) > 0)
			c->column += (size_t)width_cp(cp);
	}
	return c->column;
}

static void
clean_tab(struct cleaner *c)
{
	settle(c, ' ');
	do {
		put_base(c, ' ');
	} while (!c->full && column_now(c) % TAB_STOP != 0);
}

static void
clean_blank(struct cleaner *c, uint32_t cp)
{
	if (!c->rules->trim) {
		clean_plain(c, cp);
		return;
	}
	settle(c, ' ');
	if (c->last == 0)
		return;
	c->blank = true;
	c->base = c->last = ' ';
	c->marks = 0;
}

static void
clean_style(struct cleaner *c, uint32_t cp)
{
	if (c->pending != 0 || c->base == 0 || c->last != c->base)
		return;
	if (is_pictograph(c->base))
		put(c, cp);
	else if (cp == CP_EMOJI_STYLE && is_keycap_base(c->base))
		c->pending = cp;
}

static void
clean_control(struct cleaner *c, uint32_t cp)
{
	bool after_cr = c->after_cr;

	c->after_cr = false;
	if (c->rules->lines && cp == CP_TAB) {
		clean_tab(c);
	} else if (c->rules->lines && (cp == CP_LF || cp == CP_CR)) {
		c->after_cr = cp == CP_CR;
		if (cp == CP_CR || !after_cr)
			clean_break(c);
	} else {
		clean_base(
		    c, cp == 0x7f ? CP_DELETE_PICTURE : CP_PICTURES + cp);
	}
}

static void
clean_cp(struct cleaner *c, uint32_t cp)
{
	enum action action = action_of(cp);

	if (action == ACTION_BREAK)
		action = c->rules->lines ? ACTION_BREAK : ACTION_HIDE;
	if (action != ACTION_PICTURE)
		c->after_cr = false;
	switch (action) {
	case ACTION_KEEP:
		clean_plain(c, cp);
		break;
	case ACTION_PICTURE:
		clean_control(c, cp);
		break;
	case ACTION_HIDE:
		clean_base(c, CP_PLACEHOLDER);
		break;
	case ACTION_DROP:
		break;
	case ACTION_BREAK:
		clean_break(c);
		break;
	case ACTION_BLANK:
		clean_blank(c, cp);
		break;
	case ACTION_JOIN:
		settle(c, cp);
		c->pending = cp;
		break;
	case ACTION_STYLE:
		clean_style(c, cp);
		break;
	}
}

/* Takes text; returns its NFC. The marks on a base are few by now, so that
 * sorting them is no quadratic trap. */
static char *
compose(char *text, size_t *size)
{
	utf8proc_uint8_t *composed = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text,
	    (utf8proc_ssize_t)*size, &composed,
	    UTF8PROC_STABLE | UTF8PROC_COMPOSE);

	if (n < 0 || composed == NULL)
		abort();
	free(text);
	*size = (size_t)n;
	return (char *)composed;
}

/* A joiner must not be left at the end, nor a blank that would be trimmed. */
static size_t
trim_end(const char *s, size_t n, bool trim)
{
	for (;;) {
		if (trim && n > 0 && s[n - 1] == ' ')
			n--;
		else if (n >= 3 &&
			 (memcmp(s + n - 3, "\xe2\x80\x8c", 3) == 0 ||
			     memcmp(s + n - 3, "\xe2\x80\x8d", 3) == 0))
			n -= 3;
		else
			return n;
	}
}

/* The bytes of the longest run of whole clusters that keeps the bounds. */
static size_t
cut(const char *s, size_t n, const struct kind_rules *rules)
{
	size_t at = 0;
	int cells = 0;

	if (n <= rules->bytes_max && n <= (size_t)rules->cells_max)
		return n;
	while (at < n) {
		int width;
		size_t size = cluster_next(s + at, n - at, &width);
		if (size > rules->bytes_max - at ||
		    width > rules->cells_max - cells)
			break;
		at += size;
		cells += width;
	}
	return trim_end(s, at, rules->trim);
}

/*
 * Most text is runs of printable ASCII, which no rule touches when nothing
 * waits. Returns the bytes taken, which may be none.
 */
static size_t
clean_ascii(struct cleaner *c, const char *s, size_t n)
{
	char first = c->rules->trim ? '!' : ' ';
	size_t room = c->out.max - buf_size(&c->out), size = 0;

	if (c->pending != 0 || c->blank)
		return 0;
	while (size < n && size < room && s[size] >= first && s[size] < 0x7f)
		size++;
	if (size == 0)
		return 0;
	buf_append(&c->out, s, size);
	c->base = c->last = (uint32_t)s[size - 1];
	c->marks = c->joiners = 0;
	c->after_cr = false;
	return size;
}

static void
clean(struct cleaner *c, struct untrusted in)
{
	const char *s = (const char *)in.untrusted_data;
	size_t n = in.untrusted_size;

	for (size_t at = 0; at < n && !c->full;) {
		uint32_t cp;
		size_t size = clean_ascii(c, s + at, n - at);
		at += size;
		if (size > 0)
			continue;
		at += utf8_decode(s + at, n - at, &cp, NULL);
		clean_cp(c, cp);
	}
	settle(c, 0);
}

/* Nobody is called "ana·k3fq". Done last: U+0387 composes to the dot too. */
static size_t
replace_dots(char *text, size_t size)
{
	static const char dot[] = "\xc2\xb7";
	char *at;

	while ((at = strstr(text, dot)) != NULL) {
		*at = '-';
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
		size--;
	}
	return size;
}

char *
peer_text(struct untrusted in, enum peer_text_kind kind, size_t *ret_size)
{
	const struct kind_rules *rules = &rules_of[kind];
	struct cleaner c = { .rules = rules, .inert = true };

	/* More than this is cut off in any case. */
	buf_init(
	    &c.out, DECOMPOSED_GROWTH * rules->bytes_max + DECOMPOSED_SLACK);
	clean(&c, in);
	size_t size = buf_size(&c.out);
	char *text = xstrndup((const char *)buf_data(&c.out), size);
	buf_clear(&c.out);
	if (!c.inert)
		text = compose(text, &size);
	size = cut(text, size, rules);
	text[size] = '\0';
	if (rules->tagged)
		size = replace_dots(text, size);
	if (size == 0) {
		free(text);
		text = xstrdup(rules->empty);
		size = strlen(text);
	}
	if (ret_size != NULL)
		*ret_size = size;
	return text;
}

char *
own_text(const char *text, enum peer_text_kind kind, size_t *ret_size)
{
	return peer_text(untrusted_of(text, strlen(text)), kind, ret_size);
}
