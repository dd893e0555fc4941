/* SPDX-License-Identifier: MIT */
/*
 * The three handshake messages over a network that loses, repeats and forges.
 * The initiator's timer drives both ends; the responder only ever answers. A
 * message that does not open changes nothing: it is read with a copy of the
 * handshake, since anybody can send one.
 */
#include "base/err.h"
#include "base/mem.h"
#include "proto/dgram_state.h"
#include "wire/beacon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SUITE = 1 };

static const char prologue_label[] = "earshot/1/udp";

static void
begin_noise(struct dgram *d, const uint8_t prefix[static DGRAM_PREFIX_SIZE])
{
	struct handshake *h = d->handshake;
	uint8_t prologue[sizeof(prologue_label) + DGRAM_PREFIX_SIZE];

	memcpy(prologue, prologue_label, sizeof(prologue_label));
	memcpy(prologue + sizeof(prologue_label), prefix, DGRAM_PREFIX_SIZE);
	noise_init(
	    &h->noise, d->role, &h->x, prologue, sizeof(prologue), &d->rng);
	mem_wipe(&h->x, sizeof(h->x));
}

static void
send_packet(struct handshake *h, const struct packet *packet, int64_t due_ms)
{
	int r = packet_encode(packet, h->packet, &h->size);

	assert(r == 0);
	(void)r;
	h->due_ms = due_ms;
	h->gap_ms = DGRAM_RESEND_MS;
	h->sent = 0;
}

static void
say_hello(struct dgram *d, struct now now)
{
	struct handshake *h = d->handshake;
	struct packet packet = {
		.kind = PACKET_HELLO,
		.version = PROTOCOL_MAJOR,
		.suite = SUITE,
		.sender = d->id,
		.has_cookie = h->has_cookie,
		.body = h->first,
		.size = sizeof(h->first),
	};

	memcpy(packet.cookie, h->cookie, COOKIE_SIZE);
	send_packet(h, &packet, now.mono_ms);
}

/* The bytes in front of a HELLO are the same with every message 1, so they can
 * be had before there is one. */
void
handshake_start(struct dgram *d, const struct dgram_cfg *cfg, struct now now)
{
	struct handshake *h = xcalloc(1, sizeof(*h));
	size_t size;

	d->handshake = h;
	h->due_ms = NEVER_MS;
	memcpy(&h->x, &cfg->identity->x, sizeof(h->x));
	int r = hello_encode(&cfg->hello, h->own_hello, &h->own_hello_size);
	assert(r == 0);
	if (d->role == NOISE_RESPONDER)
		return;
	say_hello(d, now);
	begin_noise(d, h->packet);
	r = noise_write(&h->noise, NULL, 0, h->first, sizeof(h->first), &size);
	assert(r == 0 && size == sizeof(h->first));
	(void)r;
	say_hello(d, now);
}

void
handshake_free(struct dgram *d)
{
	struct handshake *h = d->handshake;

	if (h == NULL)
		return;
	noise_clear(&h->noise);
	mem_wipe(h, sizeof(*h));
	free(h);
	d->handshake = NULL;
}

static bool
was_heard(const struct handshake *h, const struct packet *packet)
{
	return h->heard_size == packet->size &&
	       memcmp(h->heard, packet->body, packet->size) == 0;
}

static void
remember(struct handshake *h, const struct packet *packet)
{
	memcpy(h->heard, packet->body, packet->size);
	h->heard_size = packet->size;
}

/* The first HELLO that can be read is answered; the same one again gets the
 * same answer, and another one under its id is not ours. */
static int
answer(struct dgram *d, struct now now, const struct packet *hello,
    const uint8_t *prefix)
{
	struct handshake *h = d->handshake;
	uint8_t none[1], out[HANDSHAKE_MAX];
	size_t size;

	if (hello->version != PROTOCOL_MAJOR || hello->suite != SUITE)
		return ERR_VERSION;
	begin_noise(d, prefix);
	int r = noise_read(
	    &h->noise, hello->body, hello->size, none, sizeof(none), &size);
	if (r == 0)
		r = noise_write(&h->noise, h->own_hello, h->own_hello_size, out,
		    sizeof(out), &size);
	if (r < 0)
		return r;
	remember(h, hello);
	d->peer_id = hello->sender;
	struct packet packet = {
		.kind = PACKET_ANSWER,
		.receiver = d->peer_id,
		.sender = d->id,
		.body = out,
		.size = size,
	};
	send_packet(h, &packet, now.mono_ms);
	return 0;
}

static int
hello_input(struct dgram *d, struct now now, const struct packet *packet,
    const uint8_t *prefix)
{
	struct handshake *h = d->handshake;

	if (d->role != NOISE_RESPONDER || d->step != STEP_HANDSHAKE)
		return 0;
	if (h->heard_size == 0)
		return answer(d, now, packet, prefix);
	if (packet->sender == d->peer_id && was_heard(h, packet))
		h->due_ms = now.mono_ms;
	return 0;
}

/* Reads message 2 or 3, which carry a hello. The identity is the hash over the
 * key that the handshake proved and the one the hello adds; nothing else names
 * the other end. */
static int
read_hello(struct dgram *d, const struct packet *packet)
{
	struct handshake *h = d->handshake;
	struct noise trial = h->noise;
	size_t size;

	if (h->forged >= DGRAM_FORGED_MAX)
		return 0;
	int r = noise_read(&trial, packet->body, packet->size, h->payload,
	    sizeof(h->payload), &size);
	if (r < 0) {
		h->forged++;
		d->counters.forged++;
		noise_clear(&trial);
		return 0;
	}
	h->noise = trial;
	noise_clear(&trial);
	r = hello_decode(h->payload, size, &h->hello);
	if (r < 0)
		return r;
	fp_of_keys(h->hello.ed_public, noise_remote_static(&h->noise), &h->fp);
	h->has_event = true;
	h->due_ms = NEVER_MS;
	d->step = STEP_JUDGED;
	return 0;
}

static int
answer_input(struct dgram *d, struct now now, const struct packet *packet)
{
	struct handshake *h = d->handshake;

	if (d->role != NOISE_INITIATOR)
		return 0;
	/* They did not get our FINISH. */
	if (d->step == STEP_CONFIRM && was_heard(h, packet))
		h->due_ms = now.mono_ms;
	if (d->step != STEP_HANDSHAKE)
		return 0;
	int r = read_hello(d, packet);
	if (d->step != STEP_JUDGED)
		return r;
	remember(h, packet);
	d->peer_id = packet->sender;
	if (h->sent == 1)
		recovery_sample(&d->recovery, now.mono_ms - h->first_ms);
	return r;
}

static int
finish_input(struct dgram *d, const struct packet *packet)
{
	if (d->role != NOISE_RESPONDER || d->step != STEP_HANDSHAKE ||
	    d->handshake->heard_size == 0)
		return 0;
	return read_hello(d, packet);
}

/* Only the first one counts: whoever can forge one is heard once. */
static int
retry_input(struct dgram *d, struct now now, const struct packet *packet)
{
	struct handshake *h = d->handshake;

	if (d->role != NOISE_INITIATOR || d->step != STEP_HANDSHAKE ||
	    h->has_cookie)
		return 0;
	h->has_cookie = true;
	memcpy(h->cookie, packet->cookie, COOKIE_SIZE);
	say_hello(d, now);
	return 0;
}

int
handshake_input(struct dgram *d, struct now now, const struct packet *packet,
    const uint8_t *prefix)
{
	if (d->handshake == NULL)
		return 0;
	if (packet->kind == PACKET_HELLO)
		return hello_input(d, now, packet, prefix);
	if (packet->receiver != d->id)
		return 0;
	switch (packet->kind) {
	case PACKET_ANSWER:
		return answer_input(d, now, packet);
	case PACKET_FINISH:
		return finish_input(d, packet);
	case PACKET_RETRY:
		return retry_input(d, now, packet);
	case PACKET_HELLO:
	case PACKET_DATA:
		break;
	}
	return 0;
}

static int
say_finish(struct dgram *d, struct now now)
{
	struct handshake *h = d->handshake;
	uint8_t out[HANDSHAKE_MAX];
	size_t size;
	int r = noise_write(&h->noise, h->own_hello, h->own_hello_size, out,
	    sizeof(out), &size);

	if (r < 0)
		return r;
	struct packet packet = {
		.kind = PACKET_FINISH,
		.receiver = d->peer_id,
		.body = out,
		.size = size,
	};
	send_packet(h, &packet, now.mono_ms);
	return 0;
}

int
dgram_accept(struct dgram *d, struct now now)
{
	struct noise_cipher send, receive;

	if (d->step != STEP_JUDGED)
		return ERR_STATE;
	int r = d->role == NOISE_INITIATOR ? say_finish(d, now) : 0;
	if (r == 0)
		r = noise_split(&d->handshake->noise, &send, &receive, d->hash);
	if (r < 0)
		return r;
	keys_init(&d->keys, now.mono_ms, &send, &receive, d->rekey_packets);
	d->step = STEP_CONFIRM;
	d->ready_due = true;
	return 0;
}

bool
handshake_output(
    struct dgram *d, struct now now, struct dgram_packet *ret_packet)
{
	struct handshake *h = d->handshake;

	if (h == NULL || d->step > STEP_CONFIRM || now.mono_ms < h->due_ms)
		return false;
	if (h->sent++ == 0)
		h->first_ms = now.mono_ms;
	else
		d->counters.resent++;
	h->due_ms = NEVER_MS;
	if (d->role == NOISE_INITIATOR) {
		h->due_ms = now.mono_ms + h->gap_ms;
		h->gap_ms *= 2;
	}
	ret_packet->to = d->path.addr;
	ret_packet->size = h->size;
	memcpy(ret_packet->bytes, h->packet, h->size);
	return true;
}

int64_t
handshake_deadline(const struct dgram *d)
{
	int64_t end_ms = d->started_ms + SESSION_HANDSHAKE_MS;

	return d->handshake == NULL ? end_ms
				    : earlier_ms(end_ms, d->handshake->due_ms);
}
