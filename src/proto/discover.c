/* SPDX-License-Identifier: MIT */
/*
 * The outside of the discovery machine: what it sends and when to look again.
 * What it hears is judged in discover_input.c.
 */
#include "proto/discover.h"

#include "base/err.h"
#include "base/lang.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "proto/discover_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const drop_texts[DROP_KINDS] = {
	[DROP_RATE_TOTAL] = N_("too many on this network"),
	[DROP_RATE_SOURCE] = N_("too many from one host"),
	[DROP_FORMAT] = N_("malformed"),
	[DROP_VERSION] = N_("of another version"),
	[DROP_OFF_LINK] = N_("not from this network"),
	[DROP_OWN] = N_("our own"),
	[DROP_REPLAY] = N_("old or heard before"),
	[DROP_BUDGET] = N_("too many to verify"),
	[DROP_SIGNATURE] = N_("badly signed"),
	[DROP_SHOUT_RATE] = N_("too many shouts"),
};

const char *
discover_drop_text(enum discover_drop drop)
{
	assert(drop < DROP_KINDS);
	return drop_texts[drop];
}

static void
bucket_per_s(struct bucket *b, uint32_t per_s, int64_t now_ms)
{
	bucket_init(b, per_s * 1000, per_s, now_ms);
}

struct discover *
discover_new(const struct discover_cfg *cfg, struct now now)
{
	struct discover *d = xcalloc(1, sizeof(*d));
	int64_t now_ms = now.mono_ms;

	d->cfg = *cfg;
	d->now_ms = now_ms;
	d->grace_ms = d->grace_began_ms = LONG_AGO_MS;
	discover_schedule_init(&d->schedule);
	discover_answers_init(&d->answers, now_ms);
	shouts_out_init(&d->shouts_out, now_ms);
	shouts_heard_init(&d->shouts_heard, now_ms);
	bucket_per_s(&d->total, DISCOVER_TOTAL_PER_S, now_ms);
	bucket_per_s(&d->verify_pinned, DISCOVER_VERIFY_PINNED_PER_S, now_ms);
	bucket_per_s(&d->verify_unknown, DISCOVER_VERIFY_UNKNOWN_PER_S, now_ms);
	discover_table_init(&d->table, &d->cfg.rng);
	discover_sources_init(&d->sources, &d->cfg.rng);
	return d;
}

void
discover_free(struct discover *d)
{
	if (d == NULL)
		return;
	discover_table_clear(&d->table);
	free(d);
}

bool
discover_is_sending(const struct discover *d)
{
	return d->started && !d->leaving && !d->cfg.quiet;
}

static size_t
keep_text(char *to, size_t max, const char *text)
{
	size_t size = utf8_cut(text, strlen(text), max);

	memcpy(to, text, size);
	return size;
}

void
discover_profile(struct discover *d, struct now now, const char *name,
    const char *status, bool away)
{
	char new_name[NAME_BYTES_MAX], new_status[STATUS_BYTES_MAX];
	size_t name_size = keep_text(new_name, sizeof(new_name), name);
	size_t status_size = keep_text(new_status, sizeof(new_status), status);
	bool same = away == d->away && name_size == d->name_size &&
		    status_size == d->status_size &&
		    memcmp(new_name, d->name, name_size) == 0 &&
		    memcmp(new_status, d->status, status_size) == 0;

	d->now_ms = now.mono_ms;
	if (same)
		return;
	memcpy(d->name, new_name, name_size);
	memcpy(d->status, new_status, status_size);
	d->name_size = name_size;
	d->status_size = status_size;
	d->away = away;
	if (discover_is_sending(d))
		discover_burst_request(d, BURST_PROFILE);
}

void
discover_start(struct discover *d, struct now now)
{
	d->now_ms = now.mono_ms;
	if (d->started || d->leaving)
		return;
	d->started = true;
	discover_burst(d, BURST_NETWORK, 0);
}

void
discover_network_changed(struct discover *d, struct now now)
{
	d->now_ms = now.mono_ms;
	if (d->now_ms - d->grace_began_ms >= GRACE_AGAIN_MS) {
		d->grace_began_ms = d->now_ms;
		d->grace_ms = d->now_ms + GRACE_MS;
	}
	if (discover_is_sending(d))
		discover_burst_request(d, BURST_NETWORK);
}

void
discover_announce(struct discover *d, struct now now)
{
	d->now_ms = now.mono_ms;
	if (discover_is_sending(d))
		discover_burst_request(d, BURST_PROFILE);
}

/* Fills in what every datagram of ours says and signs it; returns its size. */
static size_t
sign(struct discover *d, struct beacon *b, uint8_t out[static BEACON_MAX])
{
	uint16_t gap_s = d->schedule.gap_s;
	size_t size = 0;

	b->epoch = d->cfg.epoch;
	b->seq = ++d->seq;
	memcpy(b->instance, d->cfg.instance, INSTANCE_SIZE);
	memcpy(b->ed_public, d->cfg.identity->ed_public, ED_PUBLIC_SIZE);
	memcpy(b->x_public, d->cfg.identity->x.public, NOISE_KEY_SIZE);
	b->tcp_port = d->cfg.tcp_port;
	b->udp_port = d->cfg.udp_port;
	b->interval_s =
	    gap_s > DISCOVER_INTERVAL_MIN_S ? gap_s : DISCOVER_INTERVAL_MIN_S;
	if (d->away)
		b->flags |= BEACON_AWAY;
	b->name = untrusted_of(d->name, d->name_size);
	b->status = untrusted_of(d->status, d->status_size);
	b->version = untrusted_of(PACKAGE_VERSION, strlen(PACKAGE_VERSION));

	/* All that could be too long was cut when it was taken. */
	int err = beacon_encode(b, d->cfg.identity, out, &size);
	assert(err == 0);
	(void)err;
	return size;
}

void
discover_leave(struct discover *d, struct now now)
{
	struct beacon b = { .type = BEACON_GOODBYE };
	bool told_anybody = discover_is_sending(d);

	d->now_ms = now.mono_ms;
	d->leaving = true;
	if (!told_anybody)
		return;
	d->goodbye_size = sign(d, &b, d->goodbye);
	d->goodbyes = GOODBYES;
	d->goodbye_ms = d->now_ms;
}

bool
discover_has_left(const struct discover *d)
{
	return d->leaving && d->goodbyes == 0;
}

int
discover_shout(struct discover *d, struct now now, const char *text,
    size_t size, struct msg_id *ret_id)
{
	struct beacon b = { .type = BEACON_SHOUT };

	d->now_ms = now.mono_ms;
	if (!discover_is_sending(d))
		return ERR_STATE;
	if (size == 0)
		return ERR_FORMAT;
	if (size > SHOUT_TEXT_MAX)
		return ERR_LIMIT;
	struct shout_out *s = shouts_out_add(&d->shouts_out, d->now_ms);
	if (s == NULL)
		return ERR_LIMIT;
	rng_fill(&d->cfg.rng, b.shout_id.b, MSG_ID_SIZE);
	b.shout_text = untrusted_of(text, size);
	b.shout_sent_ms = now.wall_ms;
	s->size = sign(d, &b, s->bytes);
	*ret_id = b.shout_id;
	return 0;
}

int64_t
discover_shout_ms(const struct discover *d)
{
	return bucket_ready_ms(&d->shouts_out.rate, d->now_ms);
}

static bool
next_goodbye(struct discover *d, struct discover_packet *out)
{
	if (d->goodbyes == 0 || d->goodbye_ms > d->now_ms)
		return false;
	d->goodbyes--;
	d->goodbye_ms = d->now_ms + GOODBYE_GAP_MS;
	out->everywhere = true;
	out->size = d->goodbye_size;
	memcpy(out->bytes, d->goodbye, d->goodbye_size);
	return true;
}

static bool
next_broadcast(struct discover *d, struct discover_packet *out)
{
	enum beacon_type type;

	if (!discover_schedule_next(d, &type))
		return false;
	struct beacon b = { .type = (uint8_t)type };
	out->size = sign(d, &b, out->bytes);
	out->everywhere = true;
	return true;
}

static bool
next_answer(struct discover *d, struct discover_packet *out)
{
	struct discover_answer answer;

	if (!discover_answers_next(
		&d->answers, d->now_ms, d->schedule.broadcast_ms, &answer))
		return false;
	struct beacon b = { .type = BEACON_ANNOUNCE, .flags = BEACON_REPLY };
	out->size = sign(d, &b, out->bytes);
	assert(out->size <= answer.asked_size);
	out->everywhere = false;
	out->to = answer.to;
	return true;
}

static bool
next_shout(struct discover *d, struct discover_packet *out)
{
	if (shouts_out_deadline(&d->shouts_out) > d->now_ms)
		return false;
	uint32_t jitter_ms = rng_below(&d->cfg.rng, SHOUT_JITTER_MS + 1);
	out->everywhere = true;
	return shouts_out_next(
	    &d->shouts_out, d->now_ms, jitter_ms, out->bytes, &out->size);
}

bool
discover_next(
    struct discover *d, struct now now, struct discover_packet *ret_packet)
{
	d->now_ms = now.mono_ms;
	memset(&ret_packet->to, 0, sizeof(ret_packet->to));
	bool some = next_goodbye(d, ret_packet);
	if (!some && discover_is_sending(d))
		some = next_broadcast(d, ret_packet) ||
		       next_answer(d, ret_packet) || next_shout(d, ret_packet);
	d->counters.sent += some;
	return some;
}

int64_t
discover_next_broadcast_ms(const struct discover *d)
{
	return discover_is_sending(d) ? discover_schedule_deadline(d)
				      : NEVER_MS;
}

int64_t
discover_deadline(const struct discover *d)
{
	int64_t deadline_ms = d->table.expire_ms;

	if (deadline_ms < d->grace_ms)
		deadline_ms = d->grace_ms;
	if (d->forgotten_count > 0)
		deadline_ms = d->now_ms;
	if (d->goodbyes > 0)
		deadline_ms = earlier_ms(deadline_ms, d->goodbye_ms);
	if (!discover_is_sending(d))
		return deadline_ms;
	deadline_ms = earlier_ms(deadline_ms, discover_schedule_deadline(d));
	deadline_ms =
	    earlier_ms(deadline_ms, discover_answers_deadline(&d->answers));
	return earlier_ms(deadline_ms, shouts_out_deadline(&d->shouts_out));
}

const struct discover_counters *
discover_counters(const struct discover *d)
{
	return &d->counters;
}
