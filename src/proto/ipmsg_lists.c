/* SPDX-License-Identifier: MIT */
/*
 * Lists of hosts: what one peer says of others. Asked for only on request, read
 * from the first that answers, and believed in nothing but that it may be worth
 * asking there: each address gets an entry of ours, slowly, and who answers is
 * there. We give out no list.
 */
#include "base/err.h"
#include "proto/ipmsg_state.h"

#include <stdio.h>

void
ipmsg_ask_lists(struct ipmsg *m, struct now now)
{
	if (!m->started || m->leaving)
		return;
	struct ipmsg_packet packet = ipmsg_head(m, now, IPMSG_BR_ISGETLIST2, 0);
	m->list_asked_ms = now.mono_ms;
	m->list_from = (struct addr){ .family = ADDR_NONE };
	m->list_pages = 0;
	ipmsg_send_all(m, &packet);
}

static void
ask_page(struct ipmsg *m, struct now now, uint32_t start)
{
	char digits[IPMSG_NUMBER_TEXT_MAX];
	struct ipmsg_packet packet = ipmsg_head(m, now, IPMSG_GETLIST, 0);

	packet.body = ipmsg_text_of(ipmsg_number_text(start, digits));
	m->list_pages++;
	m->list_asked_ms = now.mono_ms;
	ipmsg_send(m, &m->list_from, &packet);
}

static bool
is_reachable(const struct addr *a)
{
	return a->family == ADDR_IPV4 && a->port != 0 && a->ip[0] != 0 &&
	       a->ip[0] != 127 && a->ip[0] < 224;
}

static bool
is_known(const struct ipmsg *m, const struct addr *a)
{
	for (size_t i = 0; i < m->hearsay_count; i++)
		if (addr_equal(&m->hearsay[i], a))
			return true;
	for (size_t i = 0; i < m->peer_count; i++)
		for (size_t j = 0; j < m->peers[i]->addr_count; j++)
			if (m->peers[i]->present &&
			    addr_same_host(&m->peers[i]->addrs[j], a))
				return true;
	return false;
}

static void
take_page(struct ipmsg *m, struct now now, const struct ipmsg_heard *heard)
{
	struct ipmsg_host_reader r;
	struct ipmsg_host host;
	uint32_t next;
	int err;

	if (ipmsg_hosts_decode(heard->packet.body, &next, &r) != 0) {
		m->counters.malformed++;
		return;
	}
	while ((err = ipmsg_host_next(&r, &host)) != 0 && err != ERR_SHORT) {
		if (err < 0 || !is_reachable(&host.addr) ||
		    is_known(m, &host.addr) || m->hearsay_count == HEARSAY_MAX)
			continue;
		m->hearsay[m->hearsay_count++] = host.addr;
		m->counters.hearsay++;
	}
	if (m->hearsay_count > 0 && m->hearsay_ms == NEVER_MS)
		m->hearsay_ms = now.mono_ms;
	if (next != 0 && m->list_pages < LIST_PAGES_MAX)
		ask_page(m, now, next);
	else
		m->list_from.family = ADDR_NONE;
}

/* A page that nobody asked for is not read, and brings no question. */
void
ipmsg_lists_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	const struct addr *from = &heard->input->from;
	bool asked = now.mono_ms - m->list_asked_ms < LIST_ASK_MS;

	if (asked && heard->packet.command == IPMSG_OKGETLIST &&
	    m->list_pages == 0) {
		m->list_from = *from;
		ask_page(m, now, 0);
	} else if (asked && heard->packet.command == IPMSG_ANSLIST &&
		   addr_equal(&m->list_from, from)) {
		take_page(m, now, heard);
	} else {
		m->counters.ignored++;
	}
}

void
ipmsg_lists_tick(struct ipmsg *m, struct now now)
{
	if (now.mono_ms < m->hearsay_ms)
		return;
	if (m->hearsay_count > 0)
		ipmsg_entry_to(
		    m, now, &m->hearsay[--m->hearsay_count], IPMSG_BR_ENTRY);
	m->asked_ms = now.mono_ms;
	m->hearsay_ms =
	    m->hearsay_count > 0 ? now.mono_ms + HEARSAY_GAP_MS : NEVER_MS;
}

int64_t
ipmsg_lists_deadline(const struct ipmsg *m)
{
	return m->hearsay_ms;
}
