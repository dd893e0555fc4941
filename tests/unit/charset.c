/* SPDX-License-Identifier: MIT */
#include "base/charset.h"

#include "base/err.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <iconv.h>

struct set {
	enum charset cs;
	const char *iconv_name;
	size_t code_points; /* at least so many beyond ASCII */
};

static const struct set sets[] = {
	{ CHARSET_GB18030, "GB18030", 1111000 },
	{ CHARSET_CP932, "CP932", 9000 },
	{ CHARSET_CP949, "CP949", 17000 },
	{ CHARSET_BIG5, "CP950", 13000 },
	{ CHARSET_CP1252, "CP1252", 123 },
};
enum { SETS = sizeof(sets) / sizeof(sets[0]) };

/* Bytes written; 0 for what is no character, or only nearly one. */
static size_t
convert(iconv_t cd, const void *in, size_t n, uint8_t out[static 16])
{
	uint8_t copy[16];
	char *from = (char *)copy;
	char *to = (char *)out;
	size_t room = 16;

	memcpy(copy, in, n);
	iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &n, &to, &room) != 0 || n != 0)
		return 0;
	if (iconv(cd, NULL, NULL, &to, &room) != 0)
		return 0;
	return 16 - room;
}

static size_t
encode_cp(enum charset cs, uint32_t cp, uint8_t out[static 16])
{
	char utf8[UTF8_MAX];
	uint8_t *p;
	size_t size, at = 99;

	if (charset_encode(cs, utf8, utf8_encode(cp, utf8), &p, &size, &at) !=
	    0) {
		assert_int_equal(at, 0);
		return 0;
	}
	assert_in_range(size, 1, 4);
	memcpy(out, p, size);
	free(p);
	return size;
}

static void
every_code_point_is_encoded_as_by_iconv(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETS; i++) {
		iconv_t cd = iconv_open(sets[i].iconv_name, "UTF-8");
		size_t count = 0;
		assert_true(cd != (iconv_t)-1);
		for (uint32_t cp = 0xA0; cp < 0x110000; cp++) {
			char utf8[UTF8_MAX];
			uint8_t want[16], got[16];
			if (cp >= 0xD800 && cp < 0xE000)
				continue;
			size_t n =
			    convert(cd, utf8, utf8_encode(cp, utf8), want);
			assert_int_equal(encode_cp(sets[i].cs, cp, got), n);
			assert_memory_equal(got, want, n);
			count += n > 0;
		}
		assert_true(count >= sets[i].code_points);
		iconv_close(cd);
	}
}

/* A code of n bytes; the character must be alone in it. */
static void
assert_decoded_as(iconv_t cd, enum charset cs, const uint8_t *p, size_t n)
{
	uint8_t want[16];
	size_t size, bad;
	size_t want_size = convert(cd, p, n, want);
	char *text = charset_decode(cs, p, n, &size, &bad);

	/* Ours has no controls among the bytes above ASCII. */
	if (n == 1 && want_size == 2 && want[0] == 0xC2 && want[1] < 0xA0)
		want_size = 0;
	assert_int_equal(bad != 0, want_size == 0);
	if (want_size != 0) {
		assert_int_equal(size, want_size);
		assert_memory_equal(text, want, size);
	} else {
		assert_memory_equal(text, "\xEF\xBF\xBD", 3);
	}
	free(text);
}

static void
every_byte_and_pair_is_decoded_as_by_iconv(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETS; i++) {
		iconv_t cd = iconv_open("UTF-8", sets[i].iconv_name);
		uint8_t out[16];
		assert_true(cd != (iconv_t)-1);
		for (unsigned a = 0x80; a < 0x100; a++) {
			uint8_t p[2] = { (uint8_t)a };
			assert_decoded_as(cd, sets[i].cs, p, 1);
			if (convert(cd, p, 1, out) > 0)
				continue;
			for (unsigned b = 0; b < 0x100; b++) {
				p[1] = (uint8_t)b;
				assert_decoded_as(cd, sets[i].cs, p, 2);
			}
		}
		iconv_close(cd);
	}
}

/* All of them between two letters, which stay. */
static void
every_code_of_four_bytes_is_decoded_as_by_iconv(void **state)
{
	(void)state;
	iconv_t cd = iconv_open("UTF-8", "GB18030");
	size_t count = 0;
	for (uint32_t i = 0; i < 126 * 10 * 126 * 10; i++) {
		const uint8_t p[4] = { (uint8_t)(0x81 + i / 12600),
			(uint8_t)(0x30 + i / 1260 % 10),
			(uint8_t)(0x81 + i / 10 % 126),
			(uint8_t)(0x30 + i % 10) };
		/* Where there is nothing, a few stand for all. */
		if (p[0] > 0x84 && p[0] < 0x90 && p[3] != 0x35)
			continue;
		assert_decoded_as(cd, CHARSET_GB18030, p, 4);
		count++;
	}
	assert_true(count > 1400000);
	iconv_close(cd);
}

static void
assert_text(enum charset cs, const char *bytes, size_t n, const char *want,
    size_t want_bad)
{
	size_t size, bad;
	char *text = charset_decode(cs, (const uint8_t *)bytes, n, &size, &bad);

	assert_int_equal(size, strlen(want));
	assert_string_equal(text, want);
	assert_int_equal(bad, want_bad);
	free(text);
}

#define TEXT(cs, bytes, want, bad) \
	assert_text(cs, bytes, sizeof(bytes) - 1, want, bad)

static void
damage_takes_nothing_with_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETS; i++) {
		TEXT(sets[i].cs, "", "", 0);
		TEXT(sets[i].cs, "plain ~\\|{}\x7f", "plain ~\\|{}\x7f", 0);
		/* A newline or a colon behind a lead byte is still there. */
		if (sets[i].cs != CHARSET_CP1252)
			TEXT(sets[i].cs, "\x81\n:", "\xEF\xBF\xBD\n:", 1);
	}
	TEXT(CHARSET_GB18030, "\xC4\xE3\xBA", "你\xEF\xBF\xBD", 1);
	TEXT(CHARSET_GB18030, "\xC4", "\xEF\xBF\xBD", 1);
	TEXT(CHARSET_GB18030, "\xFF\x80!", "\xEF\xBF\xBD\xEF\xBF\xBD!", 2);
	TEXT(CHARSET_GB18030, "\x81\x30",
	    "\xEF\xBF\xBD"
	    "0",
	    1);
	TEXT(CHARSET_GB18030, "\x81\x30\x81",
	    "\xEF\xBF\xBD"
	    "0\xEF\xBF\xBD",
	    2);
	TEXT(CHARSET_GB18030, "\x81\x30\x81\x30", "\xC2\x80", 0);
	TEXT(CHARSET_GB18030, "\x94\x39\xDA\x33", "💩", 0);
	/* The last code point, and the one behind it. */
	TEXT(CHARSET_GB18030, "\xE3\x32\x9A\x35", "\xF4\x8F\xBF\xBF", 0);
	TEXT(CHARSET_GB18030, "\xE3\x32\x9A\x36",
	    "\xEF\xBF\xBD"
	    "2\xEF\xBF\xBD"
	    "6",
	    2);
	TEXT(CHARSET_CP932, "\x83\x5C\xB1", "ソｱ", 0);
	TEXT(CHARSET_CP1252, "\x80\x81\xFF", "€\xEF\xBF\xBDÿ", 1);
	TEXT(CHARSET_UTF8, "a\xC3\xBC\xC3", "aü\xEF\xBF\xBD", 1);
}

static void
a_nul_stays(void **state)
{
	(void)state;
	static const uint8_t bytes[] = { 'a', 0, 0xC4, 0xE3, 0 };
	size_t n;
	char *text =
	    charset_decode(CHARSET_GB18030, bytes, sizeof(bytes), &n, NULL);
	assert_int_equal(n, 6);
	assert_memory_equal(text, "a\0\xE4\xBD\xA0\0", 7);
	uint8_t *back;
	size_t size;
	assert_int_equal(
	    charset_encode(CHARSET_GB18030, text, n, &back, &size, NULL), 0);
	assert_int_equal(size, sizeof(bytes));
	assert_memory_equal(back, bytes, size);
	free(back);
	free(text);
}

static void
assert_refused(enum charset cs, const char *text, size_t want_at)
{
	uint8_t *p = NULL;
	size_t size = 77, at = 99;

	assert_int_equal(
	    charset_encode(cs, text, strlen(text), &p, &size, &at), ERR_FORMAT);
	assert_int_equal(at, want_at);
	assert_null(p);
	assert_int_equal(size, 77);
}

static void
what_cannot_be_encoded_is_named(void **state)
{
	(void)state;
	assert_refused(CHARSET_CP932, "はい😀", 6);
	assert_refused(CHARSET_CP949, "안녕 ß ö", 10);
	assert_refused(CHARSET_BIG5, "你们", 3);
	assert_refused(CHARSET_CP1252, "Zoë 你", 5);
	assert_refused(CHARSET_CP1252, "\xC2\x81", 0);
	assert_refused(CHARSET_CP932, "\xC2\x80", 0);
	/* Not UTF-8 at all. */
	assert_refused(CHARSET_GB18030, "a\xC3", 1);
	assert_refused(CHARSET_UTF8, "ab\xED\xA0\x80", 2);
	assert_refused(CHARSET_AUTO, "ab\xFF", 2);
}

static void
names_are_those_in_use(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum charset cs;
	} known[] = {
		{ "GBK", CHARSET_GB18030 },
		{ "gb2312", CHARSET_GB18030 },
		{ "GB_18030", CHARSET_GB18030 },
		{ "UTF8", CHARSET_UTF8 },
		{ "Shift_JIS", CHARSET_CP932 },
		{ "sjis", CHARSET_CP932 },
		{ "windows-31j", CHARSET_CP932 },
		{ "EUC-KR", CHARSET_CP949 },
		{ "uhc", CHARSET_CP949 },
		{ "CP950", CHARSET_BIG5 },
		{ "BIG-5", CHARSET_BIG5 },
		{ "latin1", CHARSET_CP1252 },
		{ "Windows-1252", CHARSET_CP1252 },
	};
	static const char *const unknown[] = { "", "big5-hkscs", "utf-16", "gb",
		"gb180300", "a name that is far too long for any" };
	enum charset cs;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(charset_parse(known[i].name, &cs), 0);
		assert_int_equal(cs, known[i].cs);
	}
	for (int i = 0; i < CHARSETS; i++) {
		const char *text = charset_text((enum charset)i);
		assert_int_equal(charset_parse(text, &cs), 0);
		assert_int_equal(cs, i);
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_int_equal(charset_parse(unknown[i], &cs), ERR_NOT_FOUND);
}

/* The texts of IP Messenger's legacy packets. */
static void
packets_of_windows_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		enum charset cs;
		const char *text;
	} packets[] = {
		{ "\x8eR\x93"
		  "c",
		    CHARSET_CP932, "山田" },
		{ "\x8aJ\x94\xad", CHARSET_CP932, "開発" },
		{ "\xd5\xc5\xc8\xfd", CHARSET_GB18030, "张三" },
		{ "\xd1\xd0\xb7\xa2", CHARSET_GB18030, "研发" },
		{ "\xe5\x96\xb6\xe6\xa5\xad", CHARSET_UTF8, "営業" },
		{ "\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7", CHARSET_GB18030,
		    "你好，世界" },
		{ "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd", CHARSET_CP932,
		    "こんにちは" },
		{ "\xc4\xe3\xba\xc3{/font;-13 0 0 0 400 0 0 0 134 0 0 0 0 "
		  "\xcb\xce\xcc\xe5 0;}",
		    CHARSET_GB18030,
		    "你好{/font;-13 0 0 0 400 0 0 0 134 0 0 0 0 宋体 0;}" },
	};

	for (size_t i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
		const uint8_t *p = (const uint8_t *)packets[i].bytes;
		size_t n = strlen(packets[i].bytes);
		assert_text(
		    packets[i].cs, packets[i].bytes, n, packets[i].text, 0);
		assert_int_equal(
		    charset_guess(p, n, CHARSET_AUTO), packets[i].cs);
		assert_text(
		    CHARSET_AUTO, packets[i].bytes, n, packets[i].text, 0);
	}
}

static const struct {
	enum charset cs;
	const char *text;
} sentences[] = {
	{ CHARSET_GB18030, "明天下午三点开会，请大家准时到二楼会议室。" },
	{ CHARSET_GB18030, "好的，收到了" },
	{ CHARSET_GB18030, "谢谢" },
	{ CHARSET_GB18030, "王小明" },
	{ CHARSET_GB18030, "财务部" },
	{ CHARSET_GB18030, "服务器又挂了，谁去机房看一下？IP 是 192.168.1.20" },
	{ CHARSET_GB18030, "我把新版本的文件发给你了，密码是1234" },
	{ CHARSET_GB18030, "中午一起吃饭吗" },
	{ CHARSET_BIG5, "明天下午三點開會，請大家準時到二樓會議室。" },
	{ CHARSET_BIG5, "好的，收到了" },
	{ CHARSET_BIG5, "謝謝" },
	{ CHARSET_BIG5, "陳小姐" },
	{ CHARSET_BIG5, "伺服器又當機了，誰去看一下？" },
	{ CHARSET_BIG5, "我把新版本的檔案傳給你了" },
	{ CHARSET_CP932, "明日の午後三時から会議室で打ち合わせがあります。" },
	{ CHARSET_CP932, "了解しました" },
	{ CHARSET_CP932, "お疲れ様です。資料を送りました。" },
	{ CHARSET_CP932, "佐藤" },
	{ CHARSET_CP932, "ﾃｽﾄです" },
	{ CHARSET_CP932, "サーバーが落ちています" },
	{ CHARSET_CP949, "내일 오후 세 시에 회의실에서 회의가 있습니다." },
	{ CHARSET_CP949, "네, 알겠습니다" },
	{ CHARSET_CP949, "안녕하세요" },
	{ CHARSET_CP949, "김철수" },
	{ CHARSET_CP949, "서버가 다운되었습니다. 확인 부탁드립니다." },
	{ CHARSET_CP949, "점심 같이 먹을까요?" },
	{ CHARSET_CP1252, "Morgen um drei ist Besprechung im Büro." },
	{ CHARSET_CP1252, "Schöne Grüße aus München!" },
	{ CHARSET_CP1252, "Jürgen Müller" },
	{ CHARSET_CP1252, "Straße" },
	{ CHARSET_CP1252, "Où est le café ? À côté de l’hôtel – déjà fermé…" },
	{ CHARSET_CP1252, "Mañana a las tres, ¿de acuerdo?" },
	{ CHARSET_CP1252, "Tschüß, Zoë" },
	{ CHARSET_UTF8, "明天下午三点开会" },
	{ CHARSET_UTF8, "Grüße" },
	{ CHARSET_UTF8, "ü" },
	{ CHARSET_UTF8, "déjà vu" },
	{ CHARSET_UTF8, "Привет, как дела?" },
	{ CHARSET_UTF8, "καλημέρα" },
	{ CHARSET_UTF8, "안녕하세요" },
};

static void
the_set_of_a_sentence_is_guessed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		uint8_t *p;
		size_t n;
		assert_int_equal(
		    charset_encode(sentences[i].cs, sentences[i].text,
			strlen(sentences[i].text), &p, &n, NULL),
		    0);
		enum charset got = charset_guess(p, n, CHARSET_AUTO);
		if (got != sentences[i].cs)
			print_error(
			    "%s: %s\n", sentences[i].text, charset_text(got));
		assert_int_equal(got, sentences[i].cs);
		assert_int_equal(charset_guess(p, n, got), got);
		free(p);
	}
}

/* What was known of a peer yields to a text that says otherwise. */
static void
a_long_sentence_overrules_the_fallback(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
		uint8_t *p;
		size_t n;
		if (strlen(sentences[i].text) < 40)
			continue;
		assert_int_equal(
		    charset_encode(sentences[i].cs, sentences[i].text,
			strlen(sentences[i].text), &p, &n, NULL),
		    0);
		for (int cs = 0; cs < CHARSETS; cs++)
			assert_int_equal(charset_guess(p, n, (enum charset)cs),
			    sentences[i].cs);
		free(p);
	}
}

static void
guess_needs_little(void **state)
{
	(void)state;
	static const uint8_t cut[] = { 0xE4, 0xBD, 0xA0, 0xE5, 0xA5 };
	static const uint8_t one[] = { 0xFC };

	assert_int_equal(charset_guess(NULL, 0, CHARSET_AUTO), CHARSET_UTF8);
	assert_int_equal(charset_guess(NULL, 0, CHARSET_BIG5), CHARSET_BIG5);
	assert_int_equal(
	    charset_guess((const uint8_t *)"hello", 5, CHARSET_AUTO),
	    CHARSET_UTF8);
	assert_int_equal(
	    charset_guess((const uint8_t *)"hello", 5, CHARSET_CP932),
	    CHARSET_CP932);
	assert_int_equal(
	    charset_guess(cut, sizeof(cut), CHARSET_GB18030), CHARSET_UTF8);
	assert_int_equal(charset_guess(one, 1, CHARSET_AUTO), CHARSET_CP1252);
	for (unsigned a = 0; a < 0x10000; a++) {
		uint8_t two[2] = { (uint8_t)(a >> 8), (uint8_t)a };
		assert_int_not_equal(
		    charset_guess(two, 2, CHARSET_AUTO), CHARSET_AUTO);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_is_encoded_as_by_iconv),
		cmocka_unit_test(every_byte_and_pair_is_decoded_as_by_iconv),
		cmocka_unit_test(
		    every_code_of_four_bytes_is_decoded_as_by_iconv),
		cmocka_unit_test(damage_takes_nothing_with_it),
		cmocka_unit_test(a_nul_stays),
		cmocka_unit_test(what_cannot_be_encoded_is_named),
		cmocka_unit_test(names_are_those_in_use),
		cmocka_unit_test(packets_of_windows_are_read),
		cmocka_unit_test(the_set_of_a_sentence_is_guessed),
		cmocka_unit_test(a_long_sentence_overrules_the_fallback),
		cmocka_unit_test(guess_needs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
