/* SPDX-License-Identifier: MIT */
/*
 * Writes charset_data.h: the legacy character sets as iconv(3) of the machine
 * that builds earshot has them. Not part of the program.
 *
 * Everything is asked, nothing is derived: each byte, each pair, each code of
 * four bytes, and each code point the other way. Where both ways disagree the
 * difference goes to the extras.
 */
#include "base/charset_frequent.h"
#include "base/charset_step.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LEADS = CHARSET_LEAD_MAX - CHARSET_LEAD_MIN + 1,
	PAIRS = LEADS * CHARSET_TRAILS,
	FOURS = LEADS * 10 * LEADS * 10,
	EXTRAS_MAX = 512,
	RANGES_MAX = 1024,
	FREQUENT_MAX = 1024,
	CP_END = 0x110000,
	COLUMNS = 10,
};

struct wanted {
	const char *name;
	const char *iconv_names[3];
	bool has_pairs;
	bool has_fours;
	const char *frequent;
};

static const struct wanted wanted[] = {
	{ "gb18030", { "GB18030" }, true, true, frequent_simplified },
	{ "cp932", { "CP932", "WINDOWS-31J" }, true, false, frequent_kanji },
	{ "cp949", { "CP949", "UHC" }, true, false, frequent_syllables },
	{ "big5", { "CP950" }, true, false, frequent_traditional },
	{ "cp1252", { "CP1252", "WINDOWS-1252" }, false, false, "" },
};

struct made {
	const struct wanted *w;
	iconv_t decode;
	iconv_t encode;
	uint16_t single[0x80];
	uint16_t pairs[PAIRS];
	uint32_t four[FOURS];
	uint32_t order[PAIRS]; /* code point << 16 | index */
	size_t order_count;
	struct charset_extra extras[EXTRAS_MAX];
	size_t extra_count;
	struct charset_range ranges[RANGES_MAX];
	size_t range_count;
};

static void
fail(const struct made *m, const char *what)
{
	fprintf(stderr,
	    "charset_make: %s: %s; the iconv of this machine is not enough to "
	    "build earshot (glibc may have its sets in a package of their own: "
	    "glibc-gconv-extra)\n",
	    m->w->name, what);
	exit(1);
}

static void
open_set(struct made *m)
{
	for (size_t i = 0; i < 3 && m->w->iconv_names[i] != NULL; i++) {
		m->decode = iconv_open("UTF-32BE", m->w->iconv_names[i]);
		m->encode = iconv_open(m->w->iconv_names[i], "UTF-32BE");
		if (m->decode != (iconv_t)-1 && m->encode != (iconv_t)-1)
			return;
	}
	fail(m, "not known");
}

/* The bytes written; 0 when it is no character, or only nearly one. */
static size_t
convert(iconv_t cd, uint8_t *in, size_t n, uint8_t out[static 16])
{
	char *from = (char *)in;
	char *to = (char *)out;
	size_t room = 16;

	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &n, &to, &room) != 0 || n != 0)
		return 0;
	/* Some hold a character back until they know what follows. */
	if (iconv(cd, NULL, NULL, &to, &room) != 0)
		return 0;
	return 16 - room;
}

/* 0 for none. */
static uint32_t
decode(const struct made *m, uint8_t *in, size_t n)
{
	uint8_t out[16];

	if (convert(m->decode, in, n, out) != 4)
		return 0;
	return (uint32_t)out[0] << 24 | (uint32_t)out[1] << 16 |
	       (uint32_t)out[2] << 8 | out[3];
}

/* The code as a number of *ret_size bytes; 0 bytes for none. */
static uint32_t
encode(const struct made *m, uint32_t cp, size_t *ret_size)
{
	uint8_t in[4] = { 0, (uint8_t)(cp >> 16), (uint8_t)(cp >> 8),
		(uint8_t)cp };
	uint8_t out[16];
	uint32_t code = 0;

	*ret_size = convert(m->encode, in, sizeof(in), out);
	for (size_t i = 0; i < *ret_size; i++)
		code = code << 8 | out[i];
	return code;
}

static uint32_t
linear_of(uint32_t code)
{
	uint32_t linear = (code >> 24) - CHARSET_LEAD_MIN;

	linear = linear * 10 + (code >> 16 & 0xFF) - 0x30;
	linear = linear * LEADS + (code >> 8 & 0xFF) - CHARSET_LEAD_MIN;
	return linear * 10 + (code & 0xFF) - 0x30;
}

/* PAIRS for what is no pair. */
static uint32_t
index_of(uint32_t code)
{
	if (code < CHARSET_LEAD_MIN << 8 ||
	    code >= (CHARSET_LEAD_MAX + 1) << 8 ||
	    (code & 0xFF) < CHARSET_TRAIL_MIN ||
	    (code & 0xFF) > CHARSET_TRAIL_MAX)
		return PAIRS;
	return ((code >> 8) - CHARSET_LEAD_MIN) * CHARSET_TRAILS +
	       (code & 0xFF) - CHARSET_TRAIL_MIN;
}

static void
ask_bytes(struct made *m)
{
	for (uint32_t i = 0; i < 0x80; i++) {
		uint8_t in = (uint8_t)(0x80 + i);
		uint32_t cp = decode(m, &in, 1);
		/* A control of the same number is a byte without a meaning. */
		m->single[i] = (uint16_t)(cp < 0xA0 ? 0 : cp);
	}
	for (uint32_t i = 1; i < 0x80; i++) {
		uint8_t in = (uint8_t)i;
		if (decode(m, &in, 1) != i)
			fail(m, "an ASCII byte is not ASCII");
	}
}

static void
ask_pairs(struct made *m)
{
	for (uint32_t i = 0; i < PAIRS; i++) {
		uint8_t in[2] = { (uint8_t)(CHARSET_LEAD_MIN +
					    i / CHARSET_TRAILS),
			(uint8_t)(CHARSET_TRAIL_MIN + i % CHARSET_TRAILS) };
		if (m->single[in[0] - 0x80] != 0)
			continue;
		uint32_t cp = decode(m, in, 2);
		if (cp <= UINT16_MAX)
			m->pairs[i] = (uint16_t)cp;
	}
}

static void
ask_fours(struct made *m)
{
	for (uint32_t i = 0; i < FOURS; i++) {
		uint8_t in[4] = {
			(uint8_t)(CHARSET_LEAD_MIN + i / (10 * LEADS * 10)),
			(uint8_t)(0x30 + i / (LEADS * 10) % 10),
			(uint8_t)(CHARSET_LEAD_MIN + i / 10 % LEADS),
			(uint8_t)(0x30 + i % 10),
		};
		m->four[i] = decode(m, in, 4);
	}
}

static void
make_ranges(struct made *m)
{
	for (uint32_t i = 0; i < FOURS; i++) {
		struct charset_range *last = &m->ranges[m->range_count];
		if (m->four[i] == 0)
			continue;
		if (m->range_count > 0 &&
		    last[-1].linear + last[-1].count == i &&
		    last[-1].cp + last[-1].count == m->four[i]) {
			last[-1].count++;
			continue;
		}
		if (m->range_count == RANGES_MAX)
			fail(m, "too many ranges");
		*last = (struct charset_range){ i, m->four[i], 1 };
		m->range_count++;
	}
}

/* Whether the tables without the extras lead from cp to this code. */
static bool
is_plain(const struct made *m, uint32_t cp, uint32_t code, size_t size)
{
	if (size == 1)
		return code >= 0x80 && m->single[code - 0x80] == cp;
	if (size == 2)
		return index_of(code) < PAIRS && m->pairs[index_of(code)] == cp;
	return size == 4 && linear_of(code) < FOURS &&
	       m->four[linear_of(code)] == cp;
}

static void
add_encoding(struct made *m, uint32_t cp, uint32_t code, size_t size)
{
	if (is_plain(m, cp, code, size)) {
		if (size == 2)
			m->order[m->order_count++] = cp << 16 | index_of(code);
		return;
	}
	if (m->extra_count == EXTRAS_MAX)
		fail(m, "too many exceptions");
	m->extras[m->extra_count++] = (struct charset_extra){ cp, code };
}

static void
ask_code_points(struct made *m)
{
	for (uint32_t cp = 0x80; cp < CP_END; cp++) {
		size_t size;
		if (cp >= 0xD800 && cp < 0xE000)
			continue;
		uint32_t code = encode(m, cp, &size);
		if (size == 1 && code == cp && cp < 0xA0)
			continue;
		if (size > 0)
			add_encoding(m, cp, code, size);
	}
}

static void
print_numbers(const char *set, const char *what, const uint16_t *p, size_t n)
{
	printf("static const uint16_t %s_%s[] = {", set, what);
	for (size_t i = 0; i < n; i++)
		printf(
		    "%s%u,", i % COLUMNS == 0 ? "\n\t" : " ", (unsigned)p[i]);
	printf("\n};\n");
}

static size_t
print_order(const struct made *m)
{
	static uint16_t low[PAIRS];

	/* They came by ascending code point. */
	for (size_t i = 0; i < m->order_count; i++)
		low[i] = (uint16_t)m->order[i];
	print_numbers(m->w->name, "order", low, m->order_count);
	return m->order_count;
}

static void
print_extras(const struct made *m)
{
	printf(
	    "static const struct charset_extra %s_extras[] = {\n", m->w->name);
	for (size_t i = 0; i < m->extra_count; i++)
		printf("\t{ 0x%x, 0x%x },\n", (unsigned)m->extras[i].cp,
		    (unsigned)m->extras[i].code);
	printf("};\n");
}

static void
print_ranges(const struct made *m)
{
	printf(
	    "static const struct charset_range %s_ranges[] = {\n", m->w->name);
	for (size_t i = 0; i < m->range_count; i++)
		printf("\t{ %u, 0x%x, %u },\n", (unsigned)m->ranges[i].linear,
		    (unsigned)m->ranges[i].cp, (unsigned)m->ranges[i].count);
	printf("};\n");
}

static int
compare_numbers(const void *a, const void *b)
{
	uint16_t x = *(const uint16_t *)a;
	uint16_t y = *(const uint16_t *)b;

	return x < y ? -1 : x > y;
}

/* Our list is all characters of three bytes. */
static void
print_frequent(const struct made *m)
{
	uint16_t list[FREQUENT_MAX];
	size_t n = 0;
	size_t unique = 0;

	for (const char *s = m->w->frequent; *s != '\0'; s += 3) {
		if (n == FREQUENT_MAX)
			fail(m, "too many frequent characters");
		list[n++] = (uint16_t)((s[0] & 0x0F) << 12 |
				       (s[1] & 0x3F) << 6 | (s[2] & 0x3F));
	}
	qsort(list, n, sizeof(list[0]), compare_numbers);
	for (size_t i = 0; i < n; i++) {
		if (unique == 0 || list[unique - 1] != list[i])
			list[unique++] = list[i];
	}
	print_numbers(m->w->name, "frequent", list, unique);
}

static void
print_list(const char *set, const char *what, size_t n)
{
	if (n == 0)
		return;
	printf("\t.%ss = %s_%ss,\n", what, set, what);
	printf("\t.%s_count = sizeof(%s_%ss) / sizeof(%s_%ss[0]),\n", what, set,
	    what, set, what);
}

static void
print_set(const struct made *m)
{
	const char *set = m->w->name;

	printf("static const struct charset_set set_%s = {\n", set);
	printf("\t.single = %s_single,\n", set);
	if (m->w->has_pairs) {
		printf("\t.pairs = %s_pairs,\n", set);
		printf("\t.order = %s_order,\n", set);
		printf("\t.order_count = %u,\n", (unsigned)m->order_count);
		printf("\t.frequent = %s_frequent,\n", set);
		printf("\t.frequent_count = sizeof(%s_frequent) / 2,\n", set);
	}
	print_list(set, "extra", m->extra_count);
	print_list(set, "range", m->range_count);
	printf("};\n\n");
}

static void
make_set(const struct wanted *w)
{
	struct made *m = calloc(1, sizeof(*m));

	if (m == NULL)
		exit(1);
	m->w = w;
	open_set(m);
	ask_bytes(m);
	if (w->has_pairs)
		ask_pairs(m);
	if (w->has_fours)
		ask_fours(m);
	make_ranges(m);
	ask_code_points(m);
	print_numbers(w->name, "single", m->single, 0x80);
	if (w->has_pairs) {
		print_numbers(w->name, "pairs", m->pairs, PAIRS);
		print_order(m);
		print_frequent(m);
	}
	if (m->extra_count > 0)
		print_extras(m);
	if (m->range_count > 0)
		print_ranges(m);
	print_set(m);
	iconv_close(m->decode);
	iconv_close(m->encode);
	free(m);
}

int
main(void)
{
	printf("/* SPDX-License-Identifier: MIT */\n");
	printf("/* Written by charset_make. */\n");
	printf("#ifndef BASE_CHARSET_DATA_H\n#define BASE_CHARSET_DATA_H\n\n");
	printf("#include \"base/charset_step.h\"\n\n");
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		make_set(&wanted[i]);
	printf("#endif\n");
	return ferror(stdout) || fflush(stdout) != 0;
}
