/* SPDX-License-Identifier: MIT */
/*
 * A datagram to whom it concerns. What is not listed here is counted, and that
 * is all: no command of this dialect runs anything, and none is answered unless
 * it is a question. Those that are answers end where they arrive.
 */
#include "base/err.h"
#include "proto/ipmsg_secret.h"
#include "proto/ipmsg_state.h"

#include <string.h>

/* FeiQ and others acknowledge with more than the number in the body; a number
 * that no text of ours to that peer has is nobody's business. */
static void
ack_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	uint64_t number;

	if (heard->peer == NULL ||
	    ipmsg_number_decode(heard->packet.body, &number) != 0 ||
	    !ipmsg_post_acked(m, now, heard->peer, number)) {
		m->counters.ignored++;
		return;
	}
	heard->source->proven = true;
	ipmsg_peer_heard(m, now, heard);
}

static void
released_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	struct ipmsg_peer *p = heard->peer;
	uint64_t number;

	if (p == NULL ||
	    ipmsg_number_decode(heard->packet.body, &number) != 0) {
		m->counters.ignored++;
		return;
	}
	ipmsg_post_acked(m, now, p, number);
	ipmsg_peer_heard(m, now, heard);
	struct ipmsg_queued *q = ipmsg_tell(m, p, IPMSG_RELEASED);
	if (q != NULL)
		q->event.number = number;
}

static void
nudge_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	struct ipmsg_peer *p = heard->peer;

	if (p == NULL || now.mono_ms - p->nudge_ms < NUDGE_GAP_MS) {
		m->counters.ignored++;
		return;
	}
	p->nudge_ms = now.mono_ms;
	ipmsg_peer_heard(m, now, heard);
	ipmsg_tell(m, p, IPMSG_NUDGE);
}

static void
question_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	enum answer_kind kind = ANSWER_AWAY;

	if (heard->packet.command == IPMSG_GETINFO)
		kind = ANSWER_INFO;
	if (kind == ANSWER_INFO && *m->version == '\0')
		m->counters.ignored++;
	else
		ipmsg_answer_later(m, now, heard, kind, 0);
}

/* The number of FEIQ_REPLY acknowledges only where FeiQ says so. */
static void
private_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	bool is_feiq =
	    heard->client == IPMSG_CLIENT_FEIQ ||
	    (heard->peer != NULL && heard->peer->client == IPMSG_CLIENT_FEIQ);

	switch (heard->packet.command) {
	case IPMSG_FEIQ_REPLY:
		ack_input(m, now, heard);
		break;
	case IPMSG_FEIQ_SHAKE:
		nudge_input(m, now, heard);
		break;
	case IPMSG_IPTUX_SENDMSG:
		if (heard->client == IPMSG_CLIENT_IPTUX)
			ipmsg_message_input(m, now, heard);
		else
			m->counters.ignored++;
		break;
	default:
		if (is_feiq || heard->packet.command > IPMSG_IPTUX_SENDMSG)
			m->counters.ignored++;
		else
			m->counters.unknown++;
		break;
	}
}

/* What of a host others want to know, and what they say to that. */
static void
host_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	switch (heard->packet.command) {
	case IPMSG_GETINFO:
	case IPMSG_GETABSENCEINFO:
		question_input(m, now, heard);
		break;
	case IPMSG_SENDINFO:
		ipmsg_info_input(m, now, heard, IPMSG_ASK_VERSION);
		break;
	case IPMSG_SENDABSENCEINFO:
		ipmsg_info_input(m, now, heard, IPMSG_ASK_AWAY);
		break;
	case IPMSG_OKGETLIST:
	case IPMSG_ANSLIST:
		ipmsg_lists_input(m, now, heard);
		break;
	case IPMSG_GETPUBKEY:
		ipmsg_secret_question(m, now, heard);
		break;
	case IPMSG_ANSPUBKEY:
		ipmsg_secret_input(m, now, heard);
		break;
	default:
		private_input(m, now, heard);
		break;
	}
}

static void
dispatch(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	switch (heard->packet.command) {
	case IPMSG_BR_ENTRY:
	case IPMSG_ANSENTRY:
	case IPMSG_BR_ABSENCE:
		ipmsg_entry_input(m, now, heard);
		break;
	case IPMSG_BR_EXIT:
		ipmsg_exit_input(m, now, heard);
		break;
	case IPMSG_SENDMSG:
		ipmsg_message_input(m, now, heard);
		break;
	case IPMSG_RECVMSG:
		ack_input(m, now, heard);
		break;
	case IPMSG_READMSG:
		ipmsg_read_input(m, now, heard);
		break;
	case IPMSG_ANSREADMSG:
		ipmsg_confirm_input(m, now, heard);
		break;
	case IPMSG_RELEASEFILES:
		released_input(m, now, heard);
		break;
	case IPMSG_NOOPERATION:
	case IPMSG_BR_ISGETLIST:
	case IPMSG_BR_ISGETLIST2:
	case IPMSG_GETLIST:
	case IPMSG_ANSLIST_DICT:
	case IPMSG_DELMSG:
	case IPMSG_GETFILEDATA:
	case IPMSG_GETDIRFILES:
		m->counters.ignored++;
		break;
	default:
		host_input(m, now, heard);
		break;
	}
}

static int
decode(struct ipmsg *m, const struct ipmsg_input *input,
    struct ipmsg_packet *ret_packet)
{
	int err = ipmsg_decode(input->bytes, input->size, ret_packet);

	if (err == ERR_UNSUPPORTED)
		m->counters.ignored++;
	else if (err != 0)
		m->counters.malformed++;
	else if (ret_packet->user.size == 0 && ret_packet->host.size == 0) {
		m->counters.malformed++;
		err = ERR_FORMAT;
	}
	return err;
}

void
ipmsg_datagram(struct ipmsg *m, struct now now, const struct ipmsg_input *input)
{
	struct ipmsg_heard heard = { .input = input };

	m->counters.received++;
	if (!m->started || m->leaving || input->from.port == 0)
		return;
	heard.source = ipmsg_source_get(m, now, &input->from);
	if (!ipmsg_source_take(heard.source, now, input->size)) {
		m->counters.limited++;
		return;
	}
	if (decode(m, input, &heard.packet) != 0)
		return;
	if (ipmsg_is_own(m, &heard.packet)) {
		m->counters.own++;
		return;
	}
	heard.peer = ipmsg_peer_of(m, heard.packet.user, heard.packet.host);
	heard.client = ipmsg_client(
	    heard.packet.version, (struct ipmsg_text){ .size = 0 });
	dispatch(m, now, &heard);
	ipmsg_answers_credit(m, now, &input->from);
}
