/* SPDX-License-Identifier: MIT */
/*
 * Text of programs that do not speak UTF-8.
 *
 * Decoded text is still what a peer sent: it goes through base/peer_text.h
 * before it is shown. The legacy sets are as Windows has them, since that is
 * where they come from. The ASCII bytes mean ASCII in each of them.
 */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include <stddef.h>
#include <stdint.h>

enum charset {
	CHARSET_AUTO, /* not known: guessed from the bytes */
	CHARSET_UTF8,
	CHARSET_GB18030, /* simplified Chinese; contains GBK and GB 2312 */
	CHARSET_CP932, /* Japanese: Shift_JIS with the NEC and IBM characters */
	CHARSET_CP949, /* Korean: EUC-KR with all syllables */
	CHARSET_BIG5,  /* traditional Chinese: code page 950 */
	CHARSET_CP1252, /* Western European */
};
enum { CHARSETS = CHARSET_CP1252 + 1 };

/* "auto", "utf-8", "gb18030", "cp932", "cp949", "big5", "cp1252". */
const char *charset_text(enum charset cs);
/* Takes these names and the usual others (gbk, gb2312, sjis, shift_jis, euc-kr,
 * uhc, cp950, latin1, windows-1252, ...), in any case, with or without hyphens
 * and underscores. Returns 0 or ERR_NOT_FOUND. */
int charset_parse(const char *name, enum charset *ret);

/*
 * Decodes n bytes, all of them, into new UTF-8 with a NUL behind it (caller
 * frees). What is no character of the set becomes U+FFFD; *ret_bad counts
 * these. A NUL among the bytes stays one. CHARSET_AUTO guesses.
 * Either ret_ may be NULL.
 */
char *charset_decode(enum charset cs, const uint8_t *p, size_t n,
    size_t *ret_size, size_t *ret_bad);
/*
 * Encodes n bytes of UTF-8 into new bytes (caller frees). ERR_FORMAT when a
 * character is not in the set, or the text is not UTF-8: nothing is returned
 * then but *ret_at (may be NULL), the offset of that character in utf8.
 * CHARSET_AUTO is UTF-8.
 */
int charset_encode(enum charset cs, const char *utf8, size_t n, uint8_t **ret,
    size_t *ret_size, size_t *ret_at);

/*
 * What the bytes probably are; never CHARSET_AUTO. UTF-8 when they are valid
 * UTF-8 with a sequence of three bytes or more; else the set of those in which
 * they make the most sense as text. The fallback (CHARSET_AUTO: none) counts
 * for about one character. ASCII alone is the fallback, or UTF-8 without one.
 */
enum charset charset_guess(const uint8_t *p, size_t n, enum charset fallback);

#endif
