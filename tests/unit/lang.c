/* SPDX-License-Identifier: MIT */
#include "base/lang.h"

#include "base/mo.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

/* What msgfmt makes of: "" (a header), "%u cat" / "%u cats" (two forms),
 * "dog", and "dog" in the context "verb". */
static const char keys[] = "\0%u cat\0%u cats\0dog\0verb\4dog";
static const char texts[] = "head\0one %u\0some %u\0hound\0follow";
static const struct {
	uint8_t key, key_size, text, text_size;
} rows[] = {
	{ 0, 0, 0, 4 },
	{ 1, 14, 5, 14 },
	{ 16, 3, 20, 5 },
	{ 20, 8, 26, 6 },
};
enum {
	ROWS = sizeof(rows) / sizeof(rows[0]),
	TABLES = 20,
	STRINGS = TABLES + 2 * 8 * ROWS,
	SIZE = STRINGS + sizeof(keys) + sizeof(texts),
};

static void
put(uint8_t *p, bool little, size_t v)
{
	for (int i = 0; i < 4; i++)
		p[little ? i : 3 - i] = (uint8_t)(v >> 8 * i);
}

static void
make(uint8_t out[static SIZE], bool little)
{
	const size_t header[] = { 0x950412de, 0, ROWS, TABLES,
		TABLES + 8 * ROWS };

	for (size_t i = 0; i < 5; i++)
		put(out + 4 * i, little, header[i]);
	for (size_t i = 0; i < ROWS; i++) {
		uint8_t *row = out + TABLES + 8 * i;
		put(row, little, rows[i].key_size);
		put(row + 4, little, STRINGS + rows[i].key);
		put(row + 8 * ROWS, little, rows[i].text_size);
		put(row + 8 * ROWS + 4, little,
		    STRINGS + sizeof(keys) + rows[i].text);
	}
	memcpy(out + STRINGS, keys, sizeof(keys));
	memcpy(out + STRINGS + sizeof(keys), texts, sizeof(texts));
}

static void
mo_finds_keys_of_either_byte_order(void **state)
{
	uint8_t bytes[SIZE];
	size_t size;

	(void)state;
	for (int little = 0; little < 2; little++) {
		const struct mo m = { bytes, SIZE };
		make(bytes, little != 0);
		assert_string_equal(mo_find(&m, "dog", &size), "hound");
		assert_int_equal(size, 5);
		assert_string_equal(mo_find(&m, "verb\4dog", &size), "follow");
		assert_string_equal(mo_find(&m, "%u cat", &size), "one %u");
		assert_int_equal(size, 14);
		assert_null(mo_find(&m, "%u cats", &size));
		assert_null(mo_find(&m, "do", &size));
		assert_null(mo_find(&m, "zebra", &size));
	}
}

/* Cut anywhere and copied to where a byte more would be seen. */
static void
mo_reads_nothing_outside(void **state)
{
	uint8_t bytes[SIZE];
	size_t size, found = 0;

	(void)state;
	make(bytes, true);
	for (size_t n = 0; n <= SIZE; n++) {
		uint8_t *copy = malloc(n > 0 ? n : 1);
		memcpy(copy, bytes, n);
		const struct mo m = { copy, n };
		found += mo_find(&m, "dog", &size) != NULL;
		free(copy);
	}
	assert_in_range(found, 1, sizeof(texts));
}

static void
mo_survives_any_byte_changed(void **state)
{
	uint8_t bytes[SIZE];
	const struct mo m = { bytes, SIZE };
	size_t size, lost = 0;

	(void)state;
	for (size_t i = 0; i < SIZE; i++)
		for (unsigned v = 1; v < 256; v += 2) {
			make(bytes, true);
			bytes[i] ^= (uint8_t)v;
			const char *text = mo_find(&m, "dog", &size);
			lost += text == NULL;
			if (text != NULL)
				assert_true(text + size < (char *)bytes + SIZE);
		}
	assert_true(lost > 0);
}

static void
english_is_the_msgid(void **state)
{
	(void)state;
	assert_null(lang_find("en"));
	assert_null(lang_find("xx"));
	assert_string_equal(lang_name(NULL), "en");
	assert_string_equal(say(NULL, "online"), "online");
	assert_string_equal(say_n(NULL, "%u cat", "%u cats", 1), "%u cat");
	assert_string_equal(say_n(NULL, "%u cat", "%u cats", 0), "%u cats");
	assert_string_equal(say_in(NULL, "verb", "dog"), "dog");
}

static void
locales_choose_a_language(void **state)
{
	const struct lang *zh = lang_find("zh_CN");

	(void)state;
	if (zh == NULL)
		skip();
	assert_string_equal(lang_name(zh), "zh_CN");
	assert_ptr_equal(lang_at(0), zh);
	assert_null(lang_at(1));
	const char *const chinese[] = { "zh_CN.UTF-8", "zh_cn.utf8", "zh",
		"zh-CN", "zh_CN@x", "zh-Hans", "zh_SG" };
	for (size_t i = 0; i < sizeof(chinese) / sizeof(chinese[0]); i++)
		assert_ptr_equal(lang_of_locale(chinese[i], NULL), zh);
	const char *const english[] = { NULL, "", "C", "C.UTF-8", "POSIX",
		"en_US.UTF-8", "zhx", "z", "fr_FR", "zh_TW.UTF-8" };
	for (size_t i = 0; i < sizeof(english) / sizeof(english[0]); i++)
		assert_null(lang_of_locale(english[i], NULL));
	assert_ptr_equal(lang_of_locale("de_DE.UTF-8", "de:zh_CN:en"), zh);
	assert_ptr_equal(lang_of_locale("zh_CN", ""), zh);
	assert_null(lang_of_locale("zh_CN", "en_GB:zh_CN"));
	assert_null(lang_of_locale("C.UTF-8", "zh_CN"));
}

static void
chinese_is_said(void **state)
{
	const struct lang *zh = lang_find("zh_CN");

	(void)state;
	if (zh == NULL)
		skip();
	assert_string_equal(say(zh, "online"), "在线");
	assert_string_equal(
	    say(zh, "not in any catalogue"), "not in any catalogue");
	assert_string_equal(say(zh, ""), "");
	assert_string_equal(say_n(zh, "%u x y", "%u xs y", 2), "%u xs y");
}

/* A translation may take the values in another order. */
static void
chinese_dates_and_counts(void **state)
{
	const struct lang *zh = lang_find("zh_CN");
	char text[64];

	(void)state;
	if (zh == NULL)
		skip();
	snprintf(text, sizeof(text), say(zh, "%s %d %s"), say(zh, "Fri"), 20,
	    say(zh, "Nov"));
	assert_string_equal(text, "11月20日 星期五");
	snprintf(text, sizeof(text), say(zh, "%s %d %s %lld"), say(zh, "Thu"),
	    1, say(zh, "Jan"), 2026LL);
	assert_string_equal(text, "2026年1月1日 星期四");
	for (unsigned n = 0; n < 3; n++) {
		snprintf(text, sizeof(text),
		    say_n(zh, "%u message missing here",
			"%u messages missing here", n),
		    n);
		assert_non_null(strstr(text, "条消息"));
		assert_int_equal(text[strcspn(text, "0123456789")], '0' + n);
	}
	assert_string_equal(
	    say_in(zh, "between three digits and three", " "), ",");
	assert_string_equal(say_in(zh, "elsewhere", " "), " ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mo_finds_keys_of_either_byte_order),
		cmocka_unit_test(mo_reads_nothing_outside),
		cmocka_unit_test(mo_survives_any_byte_changed),
		cmocka_unit_test(english_is_the_msgid),
		cmocka_unit_test(locales_choose_a_language),
		cmocka_unit_test(chinese_is_said),
		cmocka_unit_test(chinese_dates_and_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
