/* SPDX-License-Identifier: MIT */
/*
 * In which set of characters a peer writes and reads. Few say so: what marks
 * its packets as UTF-8 is believed, then what the user set for it, then what
 * its program is known to use, then what the bytes look like.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "proto/ipmsg_state.h"

#include <stdlib.h>
#include <string.h>

static bool
is_chinese(enum ipmsg_client client)
{
	return client == IPMSG_CLIENT_FEIQ || client == IPMSG_CLIENT_INTERCOM;
}

static bool
is_ascii(struct ipmsg_text t)
{
	for (size_t i = 0; i < t.size; i++)
		if (t.bytes[i] >= 0x80)
			return false;
	return true;
}

/* Without an own opinion of the bytes. */
static enum charset
expected(const struct ipmsg *m, const struct ipmsg_peer *peer,
    enum ipmsg_client client)
{
	if (is_chinese(client))
		return CHARSET_GB18030;
	if (peer != NULL && peer->guessed != CHARSET_AUTO)
		return peer->guessed;
	return m->cfg.charset;
}

enum charset
ipmsg_charset_in(const struct ipmsg *m, const struct ipmsg_peer *peer,
    enum ipmsg_client client, struct ipmsg_text text)
{
	if (text.utf8)
		return CHARSET_UTF8;
	if (peer != NULL && peer->forced != CHARSET_AUTO)
		return peer->forced;
	enum charset cs = expected(m, peer, client);
	if (is_ascii(text))
		return cs == CHARSET_AUTO ? CHARSET_UTF8 : cs;
	if (utf8_is_valid((const char *)text.bytes, text.size))
		return CHARSET_UTF8;
	if (is_chinese(client))
		return cs;
	return charset_guess(text.bytes, text.size, cs);
}

enum charset
ipmsg_charset_out(const struct ipmsg *m, const struct ipmsg_peer *peer)
{
	if (peer == NULL)
		return m->cfg.charset == CHARSET_AUTO ? CHARSET_UTF8
						      : m->cfg.charset;
	if (peer->forced != CHARSET_AUTO)
		return peer->forced;
	if (peer->abilities & IPMSG_CAPUTF8)
		return CHARSET_UTF8;
	/* An iptux says utf-8 and may mean it; what it wrote says more. */
	if (peer->client == IPMSG_CLIENT_IPTUX)
		return peer->guessed != CHARSET_AUTO ? peer->guessed
						     : CHARSET_UTF8;
	enum charset cs = expected(m, peer, peer->client);
	return cs == CHARSET_AUTO ? CHARSET_UTF8 : cs;
}

char *
ipmsg_read_text(const struct ipmsg *m, const struct ipmsg_peer *peer,
    enum ipmsg_client client, struct ipmsg_text text)
{
	if (text.size == 0)
		return xstrdup("");
	return charset_decode(ipmsg_charset_in(m, peer, client, text),
	    text.bytes, text.size, NULL, NULL);
}

/* What cannot be encoded becomes "?": for names, where some is better than
 * none. A text that a person wrote is refused instead. */
uint8_t *
ipmsg_write_text(enum charset cs, const char *utf8, size_t *ret_size)
{
	char *copy = xstrdup(utf8);
	size_t n = strlen(copy), at = 0;
	uint8_t *out = NULL;

	while (charset_encode(cs, copy, n, &out, ret_size, &at) != 0) {
		uint32_t cp;
		size_t used = utf8_decode(copy + at, n - at, &cp, NULL);
		copy[at] = '?';
		memmove(copy + at + 1, copy + at + used, n - at - used + 1);
		n -= used - 1;
	}
	free(copy);
	return out;
}

uint32_t
ipmsg_hash(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * 16777619U;
	return h;
}
