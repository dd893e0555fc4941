/* SPDX-License-Identifier: MIT */
#include "clean_check.h"

#include "base/utf8.h"
#include "base/width.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static const uint32_t forbidden[][2] = {
	{ 0x00ad, 0x00ad },
	{ 0x034f, 0x034f },
	{ 0x061c, 0x061c },
	{ 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200b },
	{ 0x200e, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0x3164, 0x3164 },
	{ 0xd800, 0xf8ff },
	{ 0xfdd0, 0xfdef },
	{ 0xfe00, 0xfe0d },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },
	{ 0x13430, 0x1343f },
	{ 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a },
	{ 0xe0000, 0xe0fff },
	{ 0xf0000, 0x10ffff },
};

static const size_t bytes_max[] = {
	[PEER_TEXT_NAME] = NAME_BYTES_MAX,
	[PEER_TEXT_STATUS] = STATUS_BYTES_MAX,
	[PEER_TEXT_BODY] = BODY_BYTES_MAX,
	[PEER_TEXT_LINE] = BODY_BYTES_MAX,
};

static bool
is_mark(uint32_t cp)
{
	return utf8proc_category_string((utf8proc_int32_t)cp)[0] == 'M' &&
	       (cp & ~1u) != 0xfe0e;
}

static const char *
byte_fault(const char *text, size_t size, enum peer_text_kind kind)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t b = (uint8_t)text[i];
		if (b == '\n' && kind == PEER_TEXT_BODY)
			continue;
		if (b < 0x20 || b == 0x7f)
			return "control byte";
		if (b == 0xc2 && i + 1 < size && (uint8_t)text[i + 1] < 0xa0)
			return "C1 control";
	}
	return utf8_is_valid(text, size) ? NULL : "invalid UTF-8";
}

static const char *
cp_fault(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		if (cp >= forbidden[i][0] && cp <= forbidden[i][1])
			return "forbidden code point";
	}
	return (cp & 0xfffe) == 0xfffe ? "noncharacter" : NULL;
}

/* In decomposed text, where each mark counts for itself. */
static const char *
marks_fault(const char *text, size_t size)
{
	uint32_t cp, before = 0;
	unsigned marks = 0;

	for (size_t at = 0; at < size; before = cp) {
		at += utf8_decode(text + at, size - at, &cp, NULL);
		if (cp_fault(cp) != NULL)
			return cp_fault(cp);
		if (cp == 0x200c || cp == 0x200d) {
			if (at == size || before == 0 || before < 0x80)
				return "stray joiner";
		} else if (is_mark(cp)) {
			if (before == 0 || before == '\n')
				return "mark without a base";
			if (++marks > COMBINING_MAX)
				return "too many marks";
		} else if ((cp & ~1u) != 0xfe0e) {
			marks = 0;
		}
	}
	return NULL;
}

static const char *
form_fault(const char *text, size_t size)
{
	utf8proc_uint8_t *nfc = utf8proc_NFC((const utf8proc_uint8_t *)text);
	utf8proc_uint8_t *nfd = utf8proc_NFD((const utf8proc_uint8_t *)text);
	const char *fault = NULL;

	if (nfc == NULL || nfd == NULL)
		abort();
	if (strcmp((char *)nfc, text) != 0 || strlen(text) != size)
		fault = "not NFC";
	else
		fault = marks_fault((char *)nfd, strlen((char *)nfd));
	free(nfc);
	free(nfd);
	return fault;
}

static const char *
again_fault(const char *text, size_t size, enum peer_text_kind kind)
{
	size_t again_size;
	char *again = peer_text(untrusted_of(text, size), kind, &again_size);
	bool same = again_size == size && memcmp(again, text, size + 1) == 0;

	free(again);
	return same ? NULL : "cleaning again changes it";
}

static const char *
cells_fault(const char *text, size_t size, enum peer_text_kind kind)
{
	int cells = width_text(text, size);

	if (kind == PEER_TEXT_NAME &&
	    (cells > NAME_CELLS_MAX || size == 0 || text[0] == ' ' ||
		text[size - 1] == ' ' || strstr(text, "  ") != NULL))
		return "not a name";
	if (kind == PEER_TEXT_STATUS && cells > STATUS_CELLS_MAX)
		return "too wide";
	return NULL;
}

const char *
clean_fault(const char *text, size_t size, enum peer_text_kind kind)
{
	const char *fault = byte_fault(text, size, kind);

	if (size > bytes_max[kind])
		return "too long";
	if (fault == NULL)
		fault = form_fault(text, size);
	if (fault == NULL)
		fault = cells_fault(text, size, kind);
	if (fault == NULL)
		fault = again_fault(text, size, kind);
	return fault;
}
