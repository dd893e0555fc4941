/* SPDX-License-Identifier: MIT */
/*
 * What iconv(3) does, from tables instead: iconv reads files of the system at
 * run time, and which sets it has depends on what is installed there.
 *
 * A lead byte without its trail never takes an ASCII byte with it: a newline or
 * a separator behind damaged text stays where it is.
 */
#include "base/charset.h"

#include "base/charset_data.h"
#include "base/charset_step.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_SIZE = 16, FOUR_TRAILS = 10, FOUR_LEADS = 126 };

static const char *const texts[CHARSETS] = {
	[CHARSET_AUTO] = "auto",
	[CHARSET_UTF8] = "utf-8",
	[CHARSET_GB18030] = "gb18030",
	[CHARSET_CP932] = "cp932",
	[CHARSET_CP949] = "cp949",
	[CHARSET_BIG5] = "big5",
	[CHARSET_CP1252] = "cp1252",
};

/* In lower case, without what separates. */
static const struct {
	char name[NAME_MAX_SIZE];
	enum charset cs;
} names[] = {
	{ "auto", CHARSET_AUTO },
	{ "utf8", CHARSET_UTF8 },
	{ "gb18030", CHARSET_GB18030 },
	{ "gbk", CHARSET_GB18030 },
	{ "gb2312", CHARSET_GB18030 },
	{ "euccn", CHARSET_GB18030 },
	{ "cp936", CHARSET_GB18030 },
	{ "ms936", CHARSET_GB18030 },
	{ "windows936", CHARSET_GB18030 },
	{ "cp932", CHARSET_CP932 },
	{ "ms932", CHARSET_CP932 },
	{ "sjis", CHARSET_CP932 },
	{ "shiftjis", CHARSET_CP932 },
	{ "mskanji", CHARSET_CP932 },
	{ "windows31j", CHARSET_CP932 },
	{ "windows932", CHARSET_CP932 },
	{ "cp949", CHARSET_CP949 },
	{ "ms949", CHARSET_CP949 },
	{ "uhc", CHARSET_CP949 },
	{ "euckr", CHARSET_CP949 },
	{ "ksc5601", CHARSET_CP949 },
	{ "windows949", CHARSET_CP949 },
	{ "big5", CHARSET_BIG5 },
	{ "cp950", CHARSET_BIG5 },
	{ "ms950", CHARSET_BIG5 },
	{ "windows950", CHARSET_BIG5 },
	{ "cp1252", CHARSET_CP1252 },
	{ "windows1252", CHARSET_CP1252 },
	{ "latin1", CHARSET_CP1252 },
	{ "iso88591", CHARSET_CP1252 },
	{ "ansi", CHARSET_CP1252 },
};

const char *
charset_text(enum charset cs)
{
	assert((unsigned)cs < CHARSETS);
	return texts[cs];
}

/* False when it is longer than any name of ours. */
static bool
fold_name(const char *name, char ret[static NAME_MAX_SIZE])
{
	size_t n = 0;

	for (; *name != '\0'; name++) {
		if (*name == '-' || *name == '_' || *name == ' ')
			continue;
		if (n == NAME_MAX_SIZE - 1)
			return false;
		bool is_upper = *name >= 'A' && *name <= 'Z';
		ret[n++] = (char)(is_upper ? *name - 'A' + 'a' : *name);
	}
	ret[n] = '\0';
	return true;
}

int
charset_parse(const char *name, enum charset *ret)
{
	char folded[NAME_MAX_SIZE];

	if (!fold_name(name, folded))
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(folded, names[i].name) == 0) {
			*ret = names[i].cs;
			return 0;
		}
	}
	return ERR_NOT_FOUND;
}

const struct charset_set *
charset_set(enum charset cs)
{
	switch (cs) {
	case CHARSET_GB18030:
		return &set_gb18030;
	case CHARSET_CP932:
		return &set_cp932;
	case CHARSET_CP949:
		return &set_cp949;
	case CHARSET_BIG5:
		return &set_big5;
	case CHARSET_CP1252:
		return &set_cp1252;
	case CHARSET_AUTO:
	case CHARSET_UTF8:
		break;
	}
	return NULL;
}

static bool
is_digit(uint8_t c)
{
	return c >= 0x30 && c <= 0x39;
}

static bool
is_lead(uint8_t c)
{
	return c >= CHARSET_LEAD_MIN && c <= CHARSET_LEAD_MAX;
}

static uint32_t
cp_of_linear(const struct charset_set *set, uint32_t linear)
{
	size_t low = 0;
	size_t high = set->range_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct charset_range *r = &set->ranges[mid];
		if (linear < r->linear)
			high = mid;
		else if (linear - r->linear >= r->count)
			low = mid + 1;
		else
			return r->cp + (linear - r->linear);
	}
	return CHARSET_NONE;
}

/* 81 30 81 30 and so on, of GB 18030 alone. */
static uint32_t
step_four(const struct charset_set *set, const uint8_t *p)
{
	uint32_t linear = p[0] - (uint32_t)CHARSET_LEAD_MIN;

	linear = linear * FOUR_TRAILS + p[1] - 0x30;
	linear = linear * FOUR_LEADS + p[2] - CHARSET_LEAD_MIN;
	linear = linear * FOUR_TRAILS + p[3] - 0x30;
	return cp_of_linear(set, linear);
}

static uint32_t
step_two(const struct charset_set *set, const uint8_t *p)
{
	if (p[1] < CHARSET_TRAIL_MIN || p[1] > CHARSET_TRAIL_MAX)
		return CHARSET_NONE;
	uint32_t lead = p[0] - (uint32_t)CHARSET_LEAD_MIN;
	uint32_t cp =
	    set->pairs[lead * CHARSET_TRAILS + p[1] - CHARSET_TRAIL_MIN];
	if (cp != 0)
		return cp;
	uint32_t code = (uint32_t)p[0] << 8 | p[1];
	for (size_t i = 0; i < set->extra_count; i++) {
		if (set->extras[i].code == code)
			return set->extras[i].cp;
	}
	return CHARSET_NONE;
}

size_t
charset_step(
    const struct charset_set *set, const uint8_t *p, size_t n, uint32_t *ret_cp)
{
	uint32_t single = p[0] < 0x80 ? p[0] : set->single[p[0] - 0x80];

	*ret_cp = single;
	if (single != 0 || p[0] == 0)
		return 1;
	*ret_cp = CHARSET_NONE;
	if (set->pairs == NULL || !is_lead(p[0]) || n < 2)
		return 1;
	if (set->range_count > 0 && n >= 4 && is_digit(p[1]) && is_lead(p[2]) &&
	    is_digit(p[3])) {
		*ret_cp = step_four(set, p);
		return *ret_cp == CHARSET_NONE ? 1 : 4;
	}
	*ret_cp = step_two(set, p);
	return *ret_cp == CHARSET_NONE && p[1] < 0x80 ? 1 : 2;
}

struct text {
	char *p;
	size_t n;
	size_t bad;
};

static void
text_add(struct text *t, uint32_t cp, bool is_bad)
{
	char out[UTF8_MAX];
	size_t used = utf8_encode(cp, out);

	memcpy(t->p + t->n, out, used);
	t->n += used;
	t->bad += is_bad;
}

static void
decode_utf8(const uint8_t *p, size_t n, struct text *t)
{
	for (size_t at = 0; at < n;) {
		uint32_t cp;
		bool is_bad = false;
		at += utf8_decode((const char *)p + at, n - at, &cp, &is_bad);
		text_add(t, cp, is_bad);
	}
}

static void
decode_set(
    const struct charset_set *set, const uint8_t *p, size_t n, struct text *t)
{
	for (size_t at = 0; at < n;) {
		uint32_t cp;
		at += charset_step(set, p + at, n - at, &cp);
		bool is_bad = cp == CHARSET_NONE;
		text_add(t, is_bad ? UTF8_REPLACEMENT : cp, is_bad);
	}
}

char *
charset_decode(enum charset cs, const uint8_t *p, size_t n, size_t *ret_size,
    size_t *ret_bad)
{
	if (cs == CHARSET_AUTO)
		cs = charset_guess(p, n, CHARSET_AUTO);
	/* No byte becomes more than the three of U+FFFD. */
	assert(n < SIZE_MAX / 3);
	struct text t = { .p = xmalloc(3 * n + UTF8_MAX) };
	const struct charset_set *set = charset_set(cs);
	if (set == NULL)
		decode_utf8(p, n, &t);
	else
		decode_set(set, p, n, &t);
	t.p[t.n] = '\0';
	if (ret_size != NULL)
		*ret_size = t.n;
	if (ret_bad != NULL)
		*ret_bad = t.bad;
	return t.p;
}

/* The index of cp in the ascending extras, or SIZE_MAX. */
static size_t
find_extra(const struct charset_set *set, uint32_t cp)
{
	size_t low = 0;
	size_t high = set->extra_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (set->extras[mid].cp == cp)
			return mid;
		if (set->extras[mid].cp < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return SIZE_MAX;
}

/* The same in order; what is there are indexes of pairs. */
static size_t
find_pair(const struct charset_set *set, uint32_t cp)
{
	size_t low = 0;
	size_t high = set->order_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint32_t there = set->pairs[set->order[mid]];
		if (there == cp)
			return set->order[mid];
		if (there < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return SIZE_MAX;
}

static size_t
put_code(uint32_t code, uint8_t out[static CHARSET_MULTI_SIZE])
{
	size_t n = code < 0x100 ? 1 : code < 0x10000 ? 2 : 4;

	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(code >> 8 * (n - 1 - i));
	return n;
}

static size_t
put_four(uint32_t linear, uint8_t out[static CHARSET_MULTI_SIZE])
{
	out[3] = (uint8_t)(0x30 + linear % FOUR_TRAILS);
	linear /= FOUR_TRAILS;
	out[2] = (uint8_t)(CHARSET_LEAD_MIN + linear % FOUR_LEADS);
	linear /= FOUR_LEADS;
	out[1] = (uint8_t)(0x30 + linear % FOUR_TRAILS);
	out[0] = (uint8_t)(CHARSET_LEAD_MIN + linear / FOUR_TRAILS);
	return 4;
}

static size_t
encode_rest(const struct charset_set *set, uint32_t cp,
    uint8_t out[static CHARSET_MULTI_SIZE])
{
	for (uint32_t i = 0; i < 0x80; i++) {
		if (set->single[i] == cp)
			return put_code(i + 0x80, out);
	}
	for (size_t i = 0; i < set->range_count; i++) {
		const struct charset_range *r = &set->ranges[i];
		if (cp >= r->cp && cp - r->cp < r->count)
			return put_four(r->linear + cp - r->cp, out);
	}
	return 0;
}

/* Returns the bytes, 0 where the set has no such character. */
static size_t
encode_one(const struct charset_set *set, uint32_t cp,
    uint8_t out[static CHARSET_MULTI_SIZE])
{
	if (cp < 0x80)
		return put_code(cp, out);
	size_t at = find_extra(set, cp);
	if (at != SIZE_MAX)
		return put_code(set->extras[at].code, out);
	at = find_pair(set, cp);
	if (at == SIZE_MAX)
		return encode_rest(set, cp, out);
	out[0] = (uint8_t)(CHARSET_LEAD_MIN + at / CHARSET_TRAILS);
	out[1] = (uint8_t)(CHARSET_TRAIL_MIN + at % CHARSET_TRAILS);
	return 2;
}

static size_t
encode_at(const struct charset_set *set, uint32_t cp, const char *utf8,
    size_t used, uint8_t out[static CHARSET_MULTI_SIZE])
{
	if (set != NULL)
		return encode_one(set, cp, out);
	memcpy(out, utf8, used);
	return used;
}

int
charset_encode(enum charset cs, const char *utf8, size_t n, uint8_t **ret,
    size_t *ret_size, size_t *ret_at)
{
	const struct charset_set *set = charset_set(cs);

	/* Characters of two bytes may take four. */
	assert(n < SIZE_MAX / 2 - CHARSET_MULTI_SIZE);
	uint8_t *out = xmalloc(2 * n + CHARSET_MULTI_SIZE);
	size_t size = 0;
	for (size_t at = 0; at < n;) {
		uint32_t cp;
		bool is_bad = false;
		size_t used = utf8_decode(utf8 + at, n - at, &cp, &is_bad);
		size_t put =
		    is_bad ? 0
			   : encode_at(set, cp, utf8 + at, used, out + size);
		if (put == 0) {
			free(out);
			if (ret_at != NULL)
				*ret_at = at;
			return ERR_FORMAT;
		}
		size += put;
		at += used;
	}
	*ret = out;
	*ret_size = size;
	return 0;
}
