/* SPDX-License-Identifier: MIT */
/*
 * The one way from a peer's bytes to anything a person or program sees.
 *
 * Whatever a peer can choose (names, status, text, client version, reasons)
 * leaves the decoders as a struct untrusted. Nothing but peer_text() looks
 * inside one; a lint keeps it so. Its result is valid UTF-8 in NFC without
 * control, bidi, tag, invisible or unassigned-by-purpose characters, and is
 * safe on a screen, in a title, a log line, a notification or a file name's
 * display. Text typed by our own user goes the same way before it is sent.
 * Rules: doc/SECURITY, "Text of peers".
 */
#ifndef BASE_PEER_TEXT_H
#define BASE_PEER_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Borrows the bytes of a peer. Only peer_text() reads the members. */
struct untrusted {
	const uint8_t *untrusted_data;
	size_t untrusted_size;
};

enum peer_text_kind {
	/* One line, ends trimmed, inner runs of blanks made one, at most
	 * NAME_BYTES_MAX bytes and NAME_CELLS_MAX cells; empty becomes "?". */
	PEER_TEXT_NAME,
	/* One line, at most STATUS_BYTES_MAX bytes and STATUS_CELLS_MAX cells.
	 */
	PEER_TEXT_STATUS,
	/* Keeps \n; \t becomes spaces to the next stop of 8; CR, CRLF, U+0085,
	 * U+2028 and U+2029 become \n. At most BODY_BYTES_MAX bytes. */
	PEER_TEXT_BODY,
	/* As the body, on one line: \n becomes U+23CE. For quotes and logs. */
	PEER_TEXT_LINE,
};

enum {
	NAME_BYTES_MAX = 64,
	NAME_CELLS_MAX = 32,
	STATUS_BYTES_MAX = 128,
	STATUS_CELLS_MAX = 64,
	BODY_BYTES_MAX = 65536,
	/* More marks on one base are dropped. */
	COMBINING_MAX = 4,
	/* Text without tabs never grows by more than this factor and four
	 * bytes (a one-byte control becomes a three-byte picture). */
	PEER_TEXT_GROWTH = 3,
};

struct untrusted untrusted_of(const void *p, size_t n);

/*
 * Cleans into a new NUL-terminated string (caller frees); *ret_size, where not
 * NULL, gets its bytes. Idempotent: cleaning a clean string changes nothing.
 * Linear in the input.
 */
char *peer_text(
    struct untrusted in, enum peer_text_kind kind, size_t *ret_size);

/* The same for a string of our own: typed by the user, or quoting a peer. */
char *own_text(const char *text, enum peer_text_kind kind, size_t *ret_size);

/*
 * The shape of a name for comparing by eye (in the spirit of UTS #39): two
 * names that look alike have equal skeletons. Takes clean text; returns a new
 * string (caller frees).
 */
char *name_skeleton(const char *name);

#endif
