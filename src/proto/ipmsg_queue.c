/* SPDX-License-Identifier: MIT */
/*
 * What the machine gives out: numbers, datagrams, events.
 *
 * Our own datagrams come back, by broadcast and from echo servers. They are
 * known by user, host and a number that we used, never by the address: we have
 * several, and others may have the same names.
 */
#include "base/mem.h"
#include "proto/ipmsg_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A number read back as a signed one by some must stay below. */
#define NUMBER_TOP 0x7fffffffU

uint32_t
ipmsg_number_next(struct ipmsg *m, struct now now)
{
	uint32_t wall = (uint32_t)((uint64_t)(now.wall_ms / 1000) % NUMBER_TOP);

	m->number = wall > m->number ? wall : m->number + 1;
	if (m->number >= NUMBER_TOP)
		m->number = 1;
	m->own[m->own_at++ % OWN_MAX] = m->number;
	return m->number;
}

struct ipmsg_packet
ipmsg_head(struct ipmsg *m, struct now now, uint8_t command, uint32_t options)
{
	return (struct ipmsg_packet){
		.number = ipmsg_number_next(m, now),
		.user = ipmsg_text_of(m->user),
		.host = ipmsg_text_of(m->host),
		.command = command,
		.options = options,
	};
}

static void
output_append(struct ipmsg *m, struct ipmsg_outgoing *out)
{
	if (m->outputs_last != NULL)
		m->outputs_last->next = out;
	else
		m->outputs = out;
	m->outputs_last = out;
	m->output_count++;
	m->counters.sent++;
}

static void
output_queue(struct ipmsg *m, const struct addr *to, const uint8_t *p, size_t n)
{
	if (m->output_count >= OUTPUTS_MAX) {
		m->counters.limited++;
		return;
	}
	struct ipmsg_outgoing *out = xmalloc(sizeof(*out) + n);
	*out = (struct ipmsg_outgoing){ .size = n, .to_all = to == NULL };
	if (to != NULL)
		out->to = *to;
	out->to.port = to == NULL ? m->cfg.port : to->port;
	memcpy(out->bytes, p, n);
	output_append(m, out);
}

static size_t
encode_and_queue(
    struct ipmsg *m, const struct addr *to, const struct ipmsg_packet *packet)
{
	uint8_t *bytes = xmalloc(IPMSG_PACKET_MAX);
	size_t size = 0;

	if (ipmsg_encode(packet, bytes, IPMSG_PACKET_MAX, &size) == 0)
		output_queue(m, to, bytes, size);
	free(bytes);
	return size;
}

size_t
ipmsg_packet_size(const struct ipmsg_packet *packet)
{
	uint8_t out[2048];
	size_t size;

	if (ipmsg_encode(packet, out, sizeof(out), &size) != 0)
		return SIZE_MAX;
	return size;
}

size_t
ipmsg_send(
    struct ipmsg *m, const struct addr *to, const struct ipmsg_packet *packet)
{
	assert(to != NULL);
	return encode_and_queue(m, to, packet);
}

void
ipmsg_send_bytes(
    struct ipmsg *m, const struct addr *to, const uint8_t *p, size_t n)
{
	output_queue(m, to, p, n);
}

/* Broadcasts do not reach who dialled in; who says so and never answered may be
 * somebody else. */
void
ipmsg_send_all(struct ipmsg *m, const struct ipmsg_packet *packet)
{
	encode_and_queue(m, NULL, packet);
	for (size_t i = 0; i < m->peer_count; i++) {
		const struct ipmsg_peer *peer = m->peers[i];
		if ((peer->abilities & IPMSG_DIALUP) && peer->proven &&
		    peer->addr_count > 0)
			encode_and_queue(m, &peer->addrs[0], packet);
	}
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool
same_name(struct ipmsg_text t, const char *name)
{
	size_t n = strlen(name);

	if (t.size != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(t.bytes[i]) != lower((uint8_t)name[i]))
			return false;
	return true;
}

bool
ipmsg_is_own(const struct ipmsg *m, const struct ipmsg_packet *packet)
{
	if (!same_name(packet->user, m->user) ||
	    !same_name(packet->host, m->host))
		return false;
	for (unsigned i = 0; i < OWN_MAX; i++)
		if (m->own[i] != 0 && m->own[i] == packet->number)
			return true;
	return false;
}

struct ipmsg_queued *
ipmsg_tell(struct ipmsg *m, struct ipmsg_peer *peer, enum ipmsg_event_kind kind)
{
	if (m->event_count >= EVENTS_MAX) {
		m->counters.limited++;
		return NULL;
	}
	struct ipmsg_queued *q = xcalloc(1, sizeof(*q));
	q->peer = peer;
	q->event.kind = kind;
	peer->references++;
	if (m->events_last != NULL)
		m->events_last->next = q;
	else
		m->events = q;
	m->events_last = q;
	m->event_count++;
	return q;
}

static void
queued_free(struct ipmsg_queued *q)
{
	if (q == NULL)
		return;
	q->peer->references--;
	if (q->owns_peer)
		ipmsg_peer_free(q->peer);
	free(q->raw);
	free(q->text);
	free(q->others);
	free(q->files);
	free(q);
}

bool
ipmsg_event(struct ipmsg *m, struct ipmsg_event *ret_event)
{
	struct ipmsg_queued *q = m->events;

	queued_free(m->told);
	m->told = q;
	if (q == NULL)
		return false;
	m->events = q->next;
	if (m->events == NULL)
		m->events_last = NULL;
	m->event_count--;
	q->event.raw = q->raw;
	q->event.text = q->text;
	q->event.others = q->others;
	q->event.files = q->files;
	ipmsg_peer_describe(m, q->peer, &q->event.host);
	*ret_event = q->event;
	return true;
}

bool
ipmsg_output(struct ipmsg *m, struct ipmsg_output *ret_output)
{
	struct ipmsg_outgoing *out = m->outputs;

	free(m->given);
	m->given = out;
	if (out == NULL)
		return false;
	m->outputs = out->next;
	if (m->outputs == NULL)
		m->outputs_last = NULL;
	m->output_count--;
	*ret_output = (struct ipmsg_output){
		.to_all = out->to_all,
		.to = out->to,
		.bytes = out->bytes,
		.size = out->size,
	};
	return true;
}

void
ipmsg_queue_clear(struct ipmsg *m)
{
	struct ipmsg_output output;
	struct ipmsg_event event;

	while (ipmsg_output(m, &output))
		continue;
	while (ipmsg_event(m, &event))
		continue;
}
