/* SPDX-License-Identifier: MIT */
/*
 * Keys of others, and what goes and comes encrypted.
 *
 * A key is taken from whoever we asked, when he answers; where his name holds a
 * fingerprint, only the key that it is of. An answer with a key is fifteen
 * times its question, so nobody gets one who did not answer us before (T20): he
 * is asked for his own first, which we want anyway, to check what he signs.
 *
 * Nothing tells a sender whether something could be decrypted.
 */
#include "proto/ipmsg_secret.h"

#include "base/err.h"
#include "base/mem.h"
#include "wire/ipmsg_crypt.h"

#include <stdlib.h>
#include <string.h>

enum { SECRET_ASKED_MS = 10000 };

struct ipmsg_secret {
	bool has_key, stale;
	bool silent; /* says that it can, and sends no key */
	bool asked;
	int64_t asked_ms;
	struct ipmsg_pubkey key;
};

void
ipmsg_secret_free(struct ipmsg_secret *secret)
{
	free(secret);
}

static struct ipmsg_secret *
secret_of(struct ipmsg_peer *p)
{
	if (p->secret == NULL)
		p->secret = xcalloc(1, sizeof(*p->secret));
	return p->secret;
}

bool
ipmsg_secret_able(const struct ipmsg *m)
{
	return m->cfg.keys != NULL;
}

bool
ipmsg_secret_wanted(const struct ipmsg *m, const struct ipmsg_peer *p)
{
	/* Who is named after a key and was not heard yet will say that he can.
	 */
	bool can =
	    (p->abilities & IPMSG_ENCRYPT) || (p->fingerprint && !p->listed);

	if (m->cfg.keys == NULL || !can)
		return false;
	return p->fingerprint || p->secret == NULL || !p->secret->silent;
}

bool
ipmsg_secret_ready(const struct ipmsg_peer *p)
{
	return p->secret != NULL && p->secret->has_key && !p->secret->stale;
}

void
ipmsg_secret_doubt(struct ipmsg_peer *p)
{
	if (p->secret != NULL)
		p->secret->stale = true;
}

void
ipmsg_secret_silent(struct ipmsg_peer *p)
{
	secret_of(p)->silent = true;
}

/* Its program was started again: it may know now. */
void
ipmsg_secret_hope(struct ipmsg_peer *p)
{
	if (p->secret != NULL)
		p->secret->silent = false;
}

static size_t
send_question(
    struct ipmsg *m, struct now now, const struct addr *to, uint32_t options)
{
	char caps[IPMSG_CAPS_TEXT_MAX];
	struct ipmsg_packet packet =
	    ipmsg_head(m, now, IPMSG_GETPUBKEY, options);

	packet.body = ipmsg_text_of(
	    ipmsg_caps_text(ipmsg_keys_capabilities(m->cfg.keys), caps));
	return ipmsg_send(m, to, &packet);
}

static void
remember_asked(struct ipmsg_peer *p, struct now now)
{
	struct ipmsg_secret *s = secret_of(p);

	s->asked = true;
	s->asked_ms = now.mono_ms;
}

void
ipmsg_secret_ask(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	remember_asked(p, now);
	send_question(m, now, &p->addrs[0], 0);
}

/* What was caused by a question of theirs does not cause another. */
size_t
ipmsg_secret_ask_back(struct ipmsg *m, struct now now,
    const struct ipmsg_pending *answer, size_t most)
{
	enum { HEAD = 40 };

	if (HEAD + strlen(m->user) + strlen(m->host) > most)
		return 0;
	for (size_t i = 0; i < m->peer_count; i++)
		for (size_t j = 0; j < m->peers[i]->addr_count; j++)
			if (addr_equal(&m->peers[i]->addrs[j], &answer->to))
				remember_asked(m->peers[i], now);
	return send_question(m, now, &answer->to, IPMSG_AUTORET);
}

size_t
ipmsg_secret_answer(struct ipmsg *m, struct now now,
    const struct ipmsg_pending *answer, size_t most)
{
	uint8_t body[IPMSG_PUBKEY_BODY_MAX];
	struct ipmsg_text text = { .bytes = body, .utf8 = true };

	if (ipmsg_pubkey_encode(m->cfg.keys, answer->caps, body, &text.size) !=
	    0)
		return 0;
	struct ipmsg_packet packet = {
		.user = ipmsg_text_of(m->user),
		.host = ipmsg_text_of(m->host),
		.number = m->number + 1,
		.command = IPMSG_ANSPUBKEY,
		.body = text,
	};
	if (ipmsg_packet_size(&packet) > most)
		return 0;
	packet.number = ipmsg_number_next(m, now);
	return ipmsg_send(m, &answer->to, &packet);
}

void
ipmsg_secret_question(
    struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	struct ipmsg_peer *p = heard->peer;
	bool back = !(heard->packet.options & IPMSG_AUTORET);

	if (m->cfg.keys == NULL || p == NULL) {
		m->counters.ignored++;
		return;
	}
	if (ipmsg_caps_decode(heard->packet.body, &heard->caps) != 0) {
		m->counters.malformed++;
		return;
	}
	/* Where ours has to wait for theirs, theirs is asked for first. */
	bool first = back && !heard->source->proven;
	if (first)
		ipmsg_answer_later(m, now, heard, ANSWER_ASK_KEY, 0);
	ipmsg_answer_later(m, now, heard, ANSWER_KEY, 0);
	if (back && !first && !ipmsg_secret_ready(p))
		ipmsg_answer_later(m, now, heard, ANSWER_ASK_KEY, 0);
}

static bool
same_key(const struct rsa_public *a, const struct rsa_public *b)
{
	return a->size == b->size && a->e == b->e &&
	       memcmp(a->n, b->n, a->size) == 0;
}

/* Its name is of another key: whoever sent this is not whom he says. */
static bool
is_named_after(const struct ipmsg *m, const struct ipmsg_peer *p,
    const struct ipmsg_pubkey *key)
{
	uint8_t fp[IPMSG_FINGERPRINT_SIZE];

	if (!p->fingerprint)
		return true;
	ipmsg_fingerprint(m->cfg.keys, &key->key, fp);
	return memcmp(fp, p->name_fp, sizeof(fp)) == 0;
}

static void
take_key(struct ipmsg *m, struct ipmsg_peer *p, const struct ipmsg_pubkey *key)
{
	struct ipmsg_secret *s = secret_of(p);
	bool is_new = !s->has_key;
	bool differs = s->has_key && !same_key(&s->key.key, &key->key);

	s->asked = s->stale = s->silent = false;
	s->has_key = true;
	s->key = *key;
	if (differs)
		ipmsg_post_rekey(p);
	if (!is_new && !differs)
		return;
	struct ipmsg_queued *q = ipmsg_tell(m, p, IPMSG_KEY);
	if (q != NULL)
		q->event.left = differs;
}

void
ipmsg_secret_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	struct ipmsg_peer *p = heard->peer;
	struct ipmsg_pubkey key;

	if (m->cfg.keys == NULL || p == NULL || p->secret == NULL ||
	    !p->secret->asked ||
	    now.mono_ms - p->secret->asked_ms > SECRET_ASKED_MS) {
		m->counters.ignored++;
		return;
	}
	if (ipmsg_pubkey_decode(heard->packet.body, &key) != 0 ||
	    !ipmsg_pubkey_is_usable(m->cfg.keys, &key)) {
		m->counters.malformed++;
		return;
	}
	if (!is_named_after(m, p, &key)) {
		m->counters.refused++;
		return;
	}
	p->proven = heard->source->proven = true;
	ipmsg_peer_heard(m, now, heard);
	take_key(m, p, &key);
	ipmsg_post_key(m, now, p);
}

/* Whose name is a key signs by it. */
static bool
is_forged(const struct ipmsg_heard *heard, enum ipmsg_signature signature)
{
	struct ipmsg_text user, host, plain;
	uint8_t fp[IPMSG_FINGERPRINT_SIZE];

	ipmsg_sender(&heard->packet, &user, &host);
	return ipmsg_user_fingerprint(user, &plain, fp) &&
	       (signature == IPMSG_SIGNED_BAD || signature == IPMSG_UNSIGNED);
}

int
ipmsg_secret_open(struct ipmsg *m, const struct ipmsg_heard *heard,
    struct ipmsg_content *ret_content)
{
	const struct ipmsg_packet *packet = &heard->packet;
	const struct ipmsg_peer *p = heard->peer;
	const struct ipmsg_pubkey *from = NULL;
	struct ipmsg_clear clear;

	if (m->cfg.keys == NULL)
		return ERR_UNSUPPORTED;
	if (p != NULL && p->secret != NULL && p->secret->has_key)
		from = &p->secret->key;
	int err =
	    ipmsg_crypt_decode(m->cfg.keys, &m->cfg.rng, packet, from, &clear);
	if (err != 0)
		return err;
	if (is_forged(heard, clear.signature)) {
		mem_wipe(clear.bytes, clear.size);
		free(clear.bytes);
		return ERR_AUTH;
	}
	ret_content->parts = ipmsg_parts(
	    clear.bytes, clear.size, (packet->options & IPMSG_UTF8) != 0);
	if (!(packet->options & IPMSG_ENCEXTMSG))
		ret_content->parts.ext = packet->ext;
	ret_content->plain = clear.bytes;
	ret_content->plain_size = clear.size;
	ret_content->obfuscated = true;
	ret_content->signature_bad = clear.signature == IPMSG_SIGNED_BAD;
	return 0;
}

int
ipmsg_secret_seal(struct ipmsg *m, const struct ipmsg_peer *p, uint32_t number,
    struct ipmsg_text plain, uint8_t **ret_body, size_t *ret_size)
{
	char digits[IPMSG_NUMBER_TEXT_MAX];
	size_t cap = 2 * plain.size + IPMSG_CRYPT_EXTRA;
	uint8_t *out = xmalloc(cap);

	ipmsg_number_text(number, digits);
	int err = ipmsg_crypt_encode(m->cfg.keys, &m->cfg.rng, &p->secret->key,
	    ipmsg_text_of(digits), plain, out, cap, ret_size);
	if (err != 0) {
		free(out);
		return err;
	}
	*ret_body = out;
	return 0;
}
