/* SPDX-License-Identifier: MIT */
#include "ipmsg_kit.h"

#include "base/mem.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct addr
kit_host(unsigned number)
{
	return (struct addr){
		.family = ADDR_IPV4,
		.ip = { 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8),
		    (uint8_t)number },
		.port = IPMSG_PORT,
	};
}

struct now
kit_time(const struct kit_machine *k)
{
	return (struct now){
		.mono_ms = k->now_ms,
		.wall_ms = KIT_WALL_S * INT64_C(1000) + k->now_ms,
	};
}

struct ipmsg_cfg
kit_ipmsg_cfg(struct kit_machine *k, unsigned number)
{
	return (struct ipmsg_cfg){
		.rng = rng_seeded(&k->seed, number),
		.version = "earshot test",
		.answer = IPMSG_ANSWER_KNOWN,
	};
}

struct kit_machine *
kit_machine_of(unsigned number, const struct ipmsg_cfg *cfg)
{
	struct kit_machine *k = xcalloc(1, sizeof(*k));
	struct ipmsg_cfg copy = cfg != NULL ? *cfg : kit_ipmsg_cfg(k, number);
	char user[16], host[16];

	k->now_ms = 1000000;
	k->addr = kit_host(number);
	copy.rng = rng_seeded(&k->seed, number);
	snprintf(user, sizeof(user), "u%u", number);
	snprintf(host, sizeof(host), "h%u", number);
	if (copy.user == NULL)
		copy.user = user;
	if (copy.host == NULL)
		copy.host = host;
	k->m = ipmsg_new(&copy, kit_time(k));
	k->stores = true;
	return k;
}

struct kit_machine *
kit_machine_new(unsigned number)
{
	return kit_machine_of(number, NULL);
}

void
kit_machine_free(struct kit_machine *k)
{
	ipmsg_free(k->m);
	free(k);
}

void
kit_forget(struct kit_machine *k)
{
	k->outs = k->carried = k->event_count = 0;
}

static void
pull_outputs(struct kit_machine *k)
{
	struct ipmsg_output o;

	while (ipmsg_output(k->m, &o)) {
		assert(k->outs < KIT_OUT_MAX);
		struct kit_out *out = &k->out[k->outs++];
		size_t n = o.size < KIT_BYTES_MAX ? o.size : KIT_BYTES_MAX;
		out->to_all = o.to_all;
		out->to = o.to;
		out->size = o.size;
		memcpy(out->bytes, o.bytes, n);
		out->bytes[n] = '\0';
		int err = ipmsg_decode(out->bytes, n, &out->packet);
		assert(err == 0);
		(void)err;
	}
}

static void
copy_text(char *out, size_t cap, const char *text)
{
	size_t n = text != NULL ? strlen(text) : 0;

	n = n < cap ? n : cap - 1;
	memcpy(out, text != NULL ? text : "", n);
	out[n] = '\0';
}

static void
keep_event(struct kit_machine *k, const struct ipmsg_event *e)
{
	assert(k->event_count < KIT_EVENTS_MAX);
	struct kit_event *to = &k->events[k->event_count++];

	*to = (struct kit_event){ .e = *e };
	copy_text(to->handle, sizeof(to->handle), e->host.handle);
	copy_text(to->nick, sizeof(to->nick), e->host.nick);
	copy_text(to->group, sizeof(to->group), e->host.group);
	copy_text(to->away, sizeof(to->away), e->host.away_text);
	copy_text(to->text, sizeof(to->text), e->text);
	copy_text(to->others, sizeof(to->others), e->others);
	if (e->file_count > 0) {
		copy_text(
		    to->file, sizeof(to->file), (const char *)e->files[0].name);
		to->file_size = e->files[0].size;
	}
	to->present = e->host.present;
	to->is_away = e->host.away;
}

void
kit_pull(struct kit_machine *k)
{
	struct ipmsg_event e;

	while (ipmsg_event(k->m, &e)) {
		uint64_t token = e.token;
		keep_event(k, &e);
		if (e.kind == IPMSG_TEXT && k->stores)
			ipmsg_stored(k->m, kit_time(k), token);
	}
	pull_outputs(k);
}

void
kit_run(struct kit_machine *k, int64_t until_ms)
{
	int64_t at_ms;

	while ((at_ms = ipmsg_deadline(k->m)) <= until_ms) {
		if (at_ms > k->now_ms)
			k->now_ms = at_ms;
		ipmsg_tick(k->m, kit_time(k));
		kit_pull(k);
		assert(ipmsg_deadline(k->m) > k->now_ms);
	}
	k->now_ms = until_ms;
}

void
kit_hear(struct kit_machine *k, const struct addr *from, bool to_all,
    const void *p, size_t n)
{
	/* A copy of just that size, for the sanitizers to look at. */
	uint8_t *copy = xmemdup(n > 0 ? p : "", n);
	struct ipmsg_input input = {
		.from = *from,
		.to_all = to_all,
		.bytes = copy,
		.size = n,
	};

	ipmsg_datagram(k->m, kit_time(k), &input);
	free(copy);
	kit_pull(k);
}

void
kit_hear_text(struct kit_machine *k, const struct addr *from, const char *text)
{
	size_t n = strlen(text) + 1;
	char *copy = xstrdup(text);

	for (size_t i = 0; i < n; i++)
		if (copy[i] == '|')
			copy[i] = '\0';
	kit_hear(k, from, false, copy, n);
	free(copy);
}

void
kit_start(struct kit_machine *k)
{
	ipmsg_start(k->m, kit_time(k));
	kit_run(k, k->now_ms + 20000);
	kit_forget(k);
}

static bool
carry_one(struct kit_machine *from, struct kit_machine *to)
{
	if (from->carried == from->outs)
		return false;
	const struct kit_out *out = &from->out[from->carried++];
	if (out->to_all || addr_same_host(&out->to, &to->addr))
		kit_hear(to, &from->addr, out->to_all, out->bytes, out->size);
	return true;
}

void
kit_exchange(struct kit_machine *a, struct kit_machine *b)
{
	while (carry_one(a, b) || carry_one(b, a))
		continue;
}

void
kit_live(struct kit_machine *a, struct kit_machine *b, int64_t ms)
{
	int64_t until_ms = a->now_ms + ms;

	kit_exchange(a, b);
	while (a->now_ms < until_ms) {
		kit_run(a, a->now_ms + 50);
		kit_run(b, a->now_ms);
		kit_exchange(a, b);
	}
}

const struct kit_out *
kit_sent(const struct kit_machine *k, uint8_t command, size_t at)
{
	for (size_t i = at; i < k->outs; i++)
		if (k->out[i].packet.command == command)
			return &k->out[i];
	return NULL;
}

size_t
kit_count_sent(const struct kit_machine *k, uint8_t command)
{
	size_t n = 0;

	for (size_t i = 0; i < k->outs; i++)
		n += k->out[i].packet.command == command;
	return n;
}

const struct kit_event *
kit_told(const struct kit_machine *k, enum ipmsg_event_kind kind)
{
	for (size_t i = 0; i < k->event_count; i++)
		if (k->events[i].e.kind == kind)
			return &k->events[i];
	return NULL;
}

size_t
kit_count_told(const struct kit_machine *k, enum ipmsg_event_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < k->event_count; i++)
		n += k->events[i].e.kind == kind;
	return n;
}

size_t
kit_bytes_to(const struct kit_machine *k, const struct addr *to)
{
	size_t n = 0;

	for (size_t i = 0; i < k->outs; i++)
		if (!k->out[i].to_all && addr_same_host(&k->out[i].to, to))
			n += k->out[i].size;
	return n;
}

struct msg_id
kit_id(unsigned number)
{
	struct msg_id id = { { 0 } };

	memcpy(id.b, &number, sizeof(number));
	return id;
}

int
kit_say(
    struct kit_machine *k, const char *handle, unsigned id, const char *text)
{
	struct ipmsg_message message = {
		.id = kit_id(id),
		.utf8 = text,
		.size = strlen(text),
	};
	int err = ipmsg_say(k->m, kit_time(k), handle, &message, NULL);

	kit_pull(k);
	return err;
}

bool
kit_body_is(const struct kit_out *out, const char *text)
{
	return out != NULL && ipmsg_text_is(out->packet.body, text);
}
