/* SPDX-License-Identifier: MIT */
/*
 * The session moves through the steps of enum step; each step has one function
 * that looks at the buffered input and either waits, advances, or fails. What
 * a record decrypts to stays where it is in the input buffer and is consumed
 * with the next call, so that a message of one record is never copied.
 */
#include "proto/session.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "wire/beacon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum step {
	STEP_PREAMBLE, /* responder: the eight bytes */
	STEP_FIRST,    /* responder: handshake message 1 */
	STEP_SECOND,   /* initiator: handshake message 2 */
	STEP_THIRD,    /* responder: handshake message 3 */
	STEP_JUDGED,   /* the owner has the hello */
	STEP_CONFIRM,  /* waiting for READY */
	STEP_OPEN,
	STEP_CLOSED, /* we said CLOSE; still reading */
	STEP_DEAD,
};

/* So many pings without an answer end a session. */
enum { UNANSWERED_MAX = 2 };

enum { RECORD_FIN = 1 << 0, RECORD_PADDING = 1 << 1, RECORD_FLAGS = 3 };

/* But for the byte of what it is for. */
static const uint8_t preamble[SESSION_PREAMBLE_SIZE] = { 'E', 'A', 'R', 'S',
	PROTOCOL_MAJOR, 1 /* suite */, 0, 0 };
enum { PURPOSE_AT = 6 };
static const char prologue_label[] = "earshot/1/tcp";

struct session {
	struct rng rng;
	enum noise_role role;
	enum session_purpose purpose;
	enum step step;
	uint8_t own_hello[HELLO_MAX];
	size_t own_hello_size;
	struct noise noise;
	struct noise_cipher sender, receiver;
	uint8_t hash[HASH_SIZE];
	uint8_t peer_hello[HANDSHAKE_MAX];
	struct buf input, output, message;
	size_t spent; /* bytes of input that the last event pointed into */
	bool keep;
	uint32_t rekey_records, records_since_rekey;
	int64_t started_ms, rekeyed_ms, message_ms;
	int64_t heard_ms, ping_gap_ms, dead_ms, ping_sent_ms, rtt_ms;
	unsigned unanswered;
};

static void
make_preamble(const struct session *s, uint8_t out[static sizeof(preamble)])
{
	memcpy(out, preamble, sizeof(preamble));
	out[PURPOSE_AT] = (uint8_t)s->purpose;
}

/* The prologue has the preamble in it: what a connection is for cannot be
 * changed on its way. */
static void
start_noise(struct session *s, const struct noise_keypair *keys)
{
	uint8_t prologue[sizeof(prologue_label) + sizeof(preamble)];

	memcpy(prologue, prologue_label, sizeof(prologue_label));
	make_preamble(s, prologue + sizeof(prologue_label));
	noise_init(
	    &s->noise, s->role, keys, prologue, sizeof(prologue), &s->rng);
}

static int
put_frame(struct session *s, const void *payload, size_t n)
{
	uint8_t frame[2 + HANDSHAKE_MAX];
	size_t size;
	int r =
	    noise_write(&s->noise, payload, n, frame + 2, HANDSHAKE_MAX, &size);

	if (r < 0)
		return r;
	frame[0] = (uint8_t)(size >> 8);
	frame[1] = (uint8_t)size;
	return buf_append(&s->output, frame, 2 + size);
}

struct session *
session_new(const struct session_cfg *cfg, struct now now)
{
	struct session *s = xcalloc(1, sizeof(*s));
	uint8_t first[sizeof(preamble)];

	s->rng = cfg->rng;
	s->role = cfg->role;
	if (cfg->role == NOISE_INITIATOR)
		s->purpose = cfg->purpose;
	int r = hello_encode(&cfg->hello, s->own_hello, &s->own_hello_size);
	assert(r == 0);
	s->rekey_records = cfg->rekey_records != 0 ? cfg->rekey_records
						   : SESSION_REKEY_RECORDS;
	s->started_ms = s->heard_ms = s->message_ms = now.mono_ms;
	s->dead_ms = NEVER_MS;
	s->rtt_ms = -1;
	buf_init(&s->input, SESSION_INPUT_MAX);
	buf_init(&s->output, SESSION_OUTPUT_MAX);
	buf_init(&s->message, MSG_MAX);
	start_noise(s, &cfg->identity->x);
	if (s->role == NOISE_RESPONDER)
		return s;
	s->step = STEP_SECOND;
	make_preamble(s, first);
	r = buf_append(&s->output, first, sizeof(first));
	if (r == 0)
		r = put_frame(s, NULL, 0);
	assert(r == 0);
	return s;
}

void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	noise_clear(&s->noise);
	noise_cipher_clear(&s->sender);
	noise_cipher_clear(&s->receiver);
	buf_wipe(&s->input);
	buf_wipe(&s->message);
	buf_clear(&s->output);
	free(s);
}

int
session_input(struct session *s, struct now now, const uint8_t *p, size_t n)
{
	if (s->step == STEP_DEAD)
		return ERR_STATE;
	s->heard_ms = now.mono_ms;
	return buf_append(&s->input, p, n);
}

/* A whole frame or record with its length in front: its bytes, or NULL while
 * it is incomplete; *ret_error when the length itself is not allowed. */
static uint8_t *
peek_frame(
    struct session *s, size_t min, size_t max, size_t *ret_size, int *ret_error)
{
	if (buf_size(&s->input) < 2)
		return NULL;
	uint8_t *p = s->input.data + s->input.head;
	size_t n = (size_t)(p[0] << 8 | p[1]);
	if (n < min || n > max) {
		*ret_error = ERR_FORMAT;
		return NULL;
	}
	if (buf_size(&s->input) < 2 + n)
		return NULL;
	*ret_size = n;
	return p + 2;
}

static void
take_purpose(struct session *s, enum session_purpose purpose)
{
	struct noise_keypair keys = s->noise.s;

	s->purpose = purpose;
	start_noise(s, &keys);
	mem_wipe(&keys, sizeof(keys));
}

static bool
preamble_fits(const uint8_t *p, size_t i)
{
	return p[i] == preamble[i] ||
	       (i == PURPOSE_AT && p[i] <= SESSION_PROBE);
}

static int
step_preamble(struct session *s, struct session_event *ret_event)
{
	(void)ret_event;
	size_t n = buf_size(&s->input);
	if (n > sizeof(preamble))
		n = sizeof(preamble);
	/* Wrong bytes end it at once, without waiting for all eight. */
	const uint8_t *p = buf_data(&s->input);
	for (size_t i = 0; i < n; i++) {
		if (!preamble_fits(p, i))
			return i < 4 ? ERR_FORMAT : ERR_VERSION;
	}
	if (n < sizeof(preamble))
		return 0;
	if (p[PURPOSE_AT] != SESSION_CHAT)
		take_purpose(s, (enum session_purpose)p[PURPOSE_AT]);
	buf_consume(&s->input, sizeof(preamble));
	s->step = STEP_FIRST;
	return 1;
}

/* Reads one handshake message into peer_hello; 1, 0 or an error. */
static int
read_handshake(struct session *s, size_t *ret_size)
{
	size_t n;
	int error = 0;
	uint8_t *p = peek_frame(s, 1, HANDSHAKE_MAX, &n, &error);

	if (p == NULL)
		return error;
	int r = noise_read(
	    &s->noise, p, n, s->peer_hello, sizeof(s->peer_hello), ret_size);
	if (r < 0)
		return r;
	buf_consume(&s->input, 2 + n);
	return 1;
}

static int
step_first(struct session *s, struct session_event *ret_event)
{
	(void)ret_event;
	size_t size;
	int r = read_handshake(s, &size);
	if (r <= 0)
		return r;
	if (size != 0)
		return ERR_FORMAT;
	s->step = STEP_THIRD;
	r = put_frame(s, s->own_hello, s->own_hello_size);
	return r < 0 ? r : 1;
}

/* Messages 2 and 3 both carry a hello. The identity is the hash over the key
 * that the handshake proved and the one the hello adds; nothing else names
 * the other end. */
static int
step_hello(struct session *s, struct session_event *ret_event)
{
	size_t size;
	int r = read_handshake(s, &size);

	if (r <= 0)
		return r;
	r = hello_decode(s->peer_hello, size, &ret_event->hello);
	if (r < 0)
		return r;
	fp_of_keys(ret_event->hello.ed_public, noise_remote_static(&s->noise),
	    &ret_event->fp);
	ret_event->kind = SESSION_HELLO;
	s->step = STEP_JUDGED;
	return 1;
}

/* Seals one record and its length onto the output. */
static int
put_record(struct session *s, uint8_t flags, const uint8_t *p, size_t n)
{
	size_t sealed = 1 + n + NOISE_TAG_SIZE;
	uint8_t *out = buf_reserve(&s->output, 2 + sealed);

	if (out == NULL)
		return ERR_LIMIT;
	out[0] = (uint8_t)(sealed >> 8);
	out[1] = (uint8_t)sealed;
	out[2] = flags;
	memcpy(out + 3, p, n);
	int r = noise_seal(&s->sender, NULL, 0, out + 2, 1 + n, out + 2);
	if (r < 0)
		return r;
	buf_commit(&s->output, 2 + sealed);
	s->records_since_rekey++;
	return 0;
}

static int
put_message(struct session *s, const uint8_t *p, size_t n)
{
	size_t records = n / RECORD_DATA_MAX + 1;

	if (buf_size(&s->output) + n + records * (3 + NOISE_TAG_SIZE) >
	    SESSION_OUTPUT_MAX)
		return ERR_LIMIT;
	while (n > RECORD_DATA_MAX) {
		int r = put_record(s, 0, p, RECORD_DATA_MAX);
		if (r < 0)
			return r;
		p += RECORD_DATA_MAX;
		n -= RECORD_DATA_MAX;
	}
	return put_record(s, RECORD_FIN, p, n);
}

static int
put_control(struct session *s, uint8_t type, const void *p, size_t n)
{
	uint8_t control[1 + 8] = { type };

	assert(n <= 8);
	memcpy(control + 1, p, n);
	return put_message(s, control, 1 + n);
}

static int
rekey_if_due(struct session *s, struct now now)
{
	if (s->records_since_rekey < s->rekey_records &&
	    now.mono_ms - s->rekeyed_ms < SESSION_REKEY_MS)
		return 0;
	int r = put_control(s, SESSION_CONTROL_REKEY, "", 0);
	if (r < 0)
		return r;
	noise_rekey(&s->sender);
	s->records_since_rekey = 0;
	s->rekeyed_ms = now.mono_ms;
	return 0;
}

int
session_accept(struct session *s, struct now now)
{
	if (s->step != STEP_JUDGED)
		return ERR_STATE;
	if (s->role == NOISE_INITIATOR) {
		int r = put_frame(s, s->own_hello, s->own_hello_size);
		if (r < 0)
			return r;
	}
	int r = noise_split(&s->noise, &s->sender, &s->receiver, s->hash);
	if (r < 0)
		return r;
	s->rekeyed_ms = now.mono_ms;
	s->step = STEP_CONFIRM;
	return put_control(s, SESSION_CONTROL_READY, "", 0);
}

static void
forget_pings(struct session *s)
{
	int64_t spread = SESSION_PING_MS / 10;

	s->unanswered = 0;
	s->dead_ms = NEVER_MS;
	s->ping_gap_ms = SESSION_PING_MS - spread +
			 rng_below(&s->rng, (uint32_t)(2 * spread + 1));
}

static int
control_ready(struct session *s, struct now now, struct session_event *ev)
{
	if (s->step != STEP_CONFIRM)
		return ERR_STATE;
	s->step = STEP_OPEN;
	s->message_ms = now.mono_ms;
	forget_pings(s);
	ev->kind = SESSION_READY;
	return 1;
}

static int
control_pong(struct session *s, struct now now)
{
	if (s->unanswered > 0)
		s->rtt_ms = now.mono_ms - s->ping_sent_ms;
	forget_pings(s);
	return 0;
}

/* 1 when the owner should hear of it. */
static int
control_input(struct session *s, struct now now, const uint8_t *p, size_t n,
    struct session_event *ev)
{
	if (p[0] == SESSION_CONTROL_READY)
		return n == 1 ? control_ready(s, now, ev) : ERR_FORMAT;
	if (s->step == STEP_CONFIRM)
		return ERR_STATE;
	switch (p[0]) {
	case SESSION_CONTROL_PING:
		if (n != 1 + 8)
			return ERR_FORMAT;
		if (s->step != STEP_OPEN)
			return 0;
		return put_control(s, SESSION_CONTROL_PONG, p + 1, 8);
	case SESSION_CONTROL_PONG:
		return n == 1 + 8 ? control_pong(s, now) : ERR_FORMAT;
	case SESSION_CONTROL_REKEY:
		if (n != 1)
			return ERR_FORMAT;
		noise_rekey(&s->receiver);
		return 0;
	case SESSION_CONTROL_CLOSE:
		if (n != 2)
			return ERR_FORMAT;
		s->step = STEP_DEAD;
		ev->kind = SESSION_CLOSED;
		ev->reason = p[1];
		return 1;
	default:
		return ERR_UNSUPPORTED;
	}
}

/* A message is complete: ours, or the owner's. */
static int
message_input(struct session *s, struct now now, const uint8_t *p, size_t n,
    struct session_event *ev)
{
	if (n == 0)
		return ERR_FORMAT;
	if (p[0] >= SESSION_CONTROL)
		return control_input(s, now, p, n, ev);
	if (s->step == STEP_CONFIRM)
		return ERR_STATE;
	s->message_ms = now.mono_ms;
	ev->kind = SESSION_MESSAGE;
	ev->bytes = p;
	ev->size = n;
	return 1;
}

static int
record_input(struct session *s, struct now now, const uint8_t *p, size_t n,
    struct session_event *ev)
{
	uint8_t flags = p[0];

	if ((flags & ~RECORD_FLAGS) != 0)
		return ERR_FORMAT;
	if ((flags & RECORD_PADDING) != 0)
		return 0;
	bool whole = buf_size(&s->message) == 0 && (flags & RECORD_FIN) != 0;
	if (whole)
		return message_input(s, now, p + 1, n - 1, ev);
	if (buf_append(&s->message, p + 1, n - 1) < 0)
		return ERR_LIMIT;
	if ((flags & RECORD_FIN) == 0)
		return n == 1 ? ERR_FORMAT : 0;
	int r = message_input(
	    s, now, buf_data(&s->message), buf_size(&s->message), ev);
	/* Consumed bytes stay in place until the next append. */
	buf_consume(&s->message, buf_size(&s->message));
	return r;
}

/* Opens records until one yields an event. */
static int
step_records(struct session *s, struct now now, struct session_event *ev)
{
	for (;;) {
		size_t n;
		int error = 0;
		uint8_t *p =
		    peek_frame(s, 1 + NOISE_TAG_SIZE, RECORD_MAX, &n, &error);
		if (p == NULL)
			return error;
		int r = noise_open(&s->receiver, NULL, 0, p, n, p);
		if (r < 0)
			return r;
		s->spent = 2 + n;
		r = record_input(s, now, p, n - NOISE_TAG_SIZE, ev);
		if (r != 0)
			return r;
		buf_consume(&s->input, s->spent);
		s->spent = 0;
	}
}

static int
step_once(struct session *s, struct now now, struct session_event *ev)
{
	switch (s->step) {
	case STEP_PREAMBLE:
		return step_preamble(s, ev);
	case STEP_FIRST:
		return step_first(s, ev);
	case STEP_SECOND:
	case STEP_THIRD:
		return step_hello(s, ev);
	case STEP_JUDGED:
		return 0;
	case STEP_CONFIRM:
	case STEP_OPEN:
	case STEP_CLOSED:
		return step_records(s, now, ev);
	case STEP_DEAD:
		return ERR_STATE;
	}
	return ERR_STATE;
}

/* A quiet session gives its large buffers back. */
static void
trim(struct session *s)
{
	enum { KEEP = 4096 };

	if (buf_size(&s->input) == 0 && s->input.cap > KEEP)
		buf_clear(&s->input);
	if (buf_size(&s->message) == 0 && s->message.cap > KEEP)
		buf_clear(&s->message);
}

int
session_next(struct session *s, struct now now, struct session_event *ret_event)
{
	struct session_event ev;
	int r;

	if (s->step == STEP_DEAD)
		return 0;
	buf_consume(&s->input, s->spent);
	s->spent = 0;
	do {
		ev = (struct session_event){ .kind = SESSION_MESSAGE };
		enum step before = s->step;
		r = step_once(s, now, &ev);
		/* An internal step (preamble, message 1) has no event. */
		if (r == 1 && (before == STEP_PREAMBLE || before == STEP_FIRST))
			continue;
		break;
	} while (true);
	if (r < 0)
		s->step = STEP_DEAD;
	else if (r == 0)
		trim(s);
	else
		*ret_event = ev;
	return r;
}

bool
session_is_ready(const struct session *s)
{
	return s->step == STEP_OPEN;
}

bool
session_has_input(const struct session *s)
{
	return buf_size(&s->input) - s->spent >= RECORD_MAX + 2;
}

enum noise_role
session_role(const struct session *s)
{
	return s->role;
}

enum session_purpose
session_purpose(const struct session *s)
{
	return s->purpose;
}

const uint8_t *
session_hash(const struct session *s)
{
	return s->hash;
}

int
session_send(struct session *s, struct now now, const uint8_t *p, size_t n)
{
	if (s->step != STEP_OPEN)
		return ERR_STATE;
	if (n == 0 || n > MSG_MAX || p[0] >= SESSION_CONTROL)
		return ERR_LIMIT;
	int r = rekey_if_due(s, now);
	if (r < 0)
		return r;
	s->message_ms = now.mono_ms;
	return put_message(s, p, n);
}

void
session_close(struct session *s, struct now now, uint8_t reason)
{
	(void)now;
	if (s->step != STEP_OPEN && s->step != STEP_CONFIRM)
		return;
	/* Over a full output the goodbye is lost, and the other end sees a
	 * lost connection: the truth. */
	(void)put_control(s, SESSION_CONTROL_CLOSE, &reason, 1);
	s->step = STEP_CLOSED;
}

const uint8_t *
session_output(const struct session *s, size_t *ret_size)
{
	*ret_size = buf_size(&s->output);
	return buf_data(&s->output);
}

void
session_consume(struct session *s, size_t n)
{
	enum { KEEP = 4096 };

	buf_consume(&s->output, n);
	if (buf_size(&s->output) == 0 && s->output.cap > KEEP)
		buf_clear(&s->output);
}

static int
put_ping(struct session *s, struct now now, int64_t answer_ms)
{
	uint8_t nonce[8];

	rng_fill(&s->rng, nonce, sizeof(nonce));
	s->ping_sent_ms = now.mono_ms;
	s->unanswered++;
	s->dead_ms = now.mono_ms + answer_ms;
	return put_control(s, SESSION_CONTROL_PING, nonce, sizeof(nonce));
}

void
session_probe(struct session *s, struct now now)
{
	bool heard = s->heard_ms > s->ping_sent_ms;
	int64_t dead_ms = heard ? NEVER_MS : s->dead_ms;

	if (s->step != STEP_OPEN || put_ping(s, now, SESSION_PROBE_MS) < 0)
		return;
	/* One under way is not put off: probes may come faster than that. */
	s->dead_ms = earlier_ms(s->dead_ms, dead_ms);
	/* One probe without an answer is enough: the network is known to have
	 * changed. */
	s->unanswered = UNANSWERED_MAX;
}

void
session_keep(struct session *s, bool keep)
{
	s->keep = keep;
}

/* The silence counts from the last byte heard, and ends with a ping. */
static int64_t
next_ping_ms(const struct session *s)
{
	return s->unanswered > 0 ? NEVER_MS : s->heard_ms + s->ping_gap_ms;
}

/* Anything heard counts as an answer. */
static int
tick_alive(struct session *s, struct now now)
{
	if (s->unanswered > 0 && s->heard_ms > s->ping_sent_ms)
		forget_pings(s);
	if (now.mono_ms >= s->dead_ms) {
		if (s->unanswered >= UNANSWERED_MAX)
			return ERR_TIMEOUT;
		return put_ping(s, now, SESSION_PING_ANSWER_MS);
	}
	if (now.mono_ms < next_ping_ms(s))
		return 0;
	return put_ping(s, now, SESSION_PING_ANSWER_MS);
}

static int64_t
age_deadline(const struct session *s)
{
	int64_t life = s->started_ms + SESSION_LIFE_MS;

	return s->keep ? life
		       : earlier_ms(life, s->message_ms + SESSION_IDLE_MS);
}

int
session_tick(struct session *s, struct now now)
{
	if (s->step < STEP_OPEN)
		return now.mono_ms >= s->started_ms + SESSION_HANDSHAKE_MS
			   ? ERR_TIMEOUT
			   : 0;
	if (s->step != STEP_OPEN)
		return 0;
	if (now.mono_ms >= age_deadline(s)) {
		session_close(s, now, CLOSE_IDLE);
		return ERR_CLOSED;
	}
	return tick_alive(s, now);
}

int64_t
session_deadline(const struct session *s)
{
	if (s->step < STEP_OPEN)
		return s->started_ms + SESSION_HANDSHAKE_MS;
	if (s->step != STEP_OPEN)
		return NEVER_MS;
	return earlier_ms(
	    age_deadline(s), earlier_ms(next_ping_ms(s), s->dead_ms));
}

int64_t
session_rtt_ms(const struct session *s)
{
	return s->rtt_ms;
}

int
session_release(struct session *s, struct session_keys *ret_keys,
    const uint8_t **ret_rest, size_t *ret_size)
{
	if (s->step != STEP_OPEN || buf_size(&s->output) != 0 ||
	    buf_size(&s->message) != 0)
		return ERR_STATE;
	buf_consume(&s->input, s->spent);
	s->spent = 0;
	ret_keys->send = s->sender;
	ret_keys->receive = s->receiver;
	noise_cipher_clear(&s->sender);
	noise_cipher_clear(&s->receiver);
	*ret_rest = buf_data(&s->input);
	*ret_size = buf_size(&s->input);
	s->step = STEP_DEAD;
	return 0;
}
