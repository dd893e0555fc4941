/* SPDX-License-Identifier: MIT */
/*
 * The keys are a promise of the manual, EVENTS: more may come, none goes.
 */
#include "app/events.h"

#include "base/mem.h"

#include <jansson.h>
#include <stdlib.h>
#include <time.h>

static json_t *
fp_json(const struct fp *fp)
{
	char text[FP_TEXT_SIZE];

	return json_string(fp_text(fp, text));
}

static json_t *
id_json(const struct msg_id *id)
{
	char text[MSG_ID_TEXT_SIZE];

	return json_string(msg_id_text(id, text));
}

/* RFC 3339, in UTC; null for a time no calendar has. */
static json_t *
time_json(int64_t wall_ms)
{
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;
	char text[64];

	if (gmtime_r(&t, &tm) == NULL || tm.tm_year > 9999 - 1900 ||
	    tm.tm_year < -1900 ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return json_null();
	return json_string(text);
}

static const char *
name_of(const struct model *m, const struct fp *fp)
{
	const struct peer *p = model_peer(m, fp);

	if (fp_equal(&m->self, fp))
		return m->name;
	return p == NULL ? "?" : p->name;
}

/* Takes the object. */
static char *
dump(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);

	json_decref(object);
	if (text == NULL)
		abort();
	return text;
}

static char *
json_ready(const struct model *m)
{
	return dump(
	    json_pack("{ss, ss, so, si, si, ss}", "event", "ready", "name",
		m->name, "id", fp_json(&m->self), "tcp_port", (int)m->tcp_port,
		"udp_port", (int)m->udp_port, "version", PACKAGE_VERSION));
}

static char *
json_peer(const struct model *m, const struct peer *p)
{
	char addr[ADDR_TEXT_MAX];
	json_t *address = p->addr_count == 0
			      ? json_null()
			      : json_string(addr_host_text(&p->addrs[0], addr));

	(void)m;
	return dump(json_pack("{ss, ss, so, ss, ss, ss, so, ss}", "event",
	    "peer", "name", p->name, "id", fp_json(&p->fp), "dialect",
	    "earshot", "state", presence_text(p->presence), "trust",
	    trust_text(p->trust), "address", address, "status", p->status));
}

static char *
json_text(
    const struct model *m, const struct conv *c, const struct message *msg)
{
	return dump(
	    json_pack("{ss, ss, so, ss, so, ss, so, so, ss, ss, sb, sb, si}",
		"event", "message", "from", name_of(m, &msg->from), "id",
		fp_json(&msg->from), "conversation", name_of(m, &c->fp),
		"message", id_json(&msg->id), "text", msg->text, "sent",
		time_json(msg->sent_ms), "arrived", time_json(msg->arrived_ms),
		"dialect", "earshot", "transport", "tcp", "encrypted", 1,
		"action", msg->action, "missing", (int)msg->missing));
}

static char *
json_shout(const struct model *m, const struct message *msg)
{
	return dump(
	    json_pack("{ss, ss, so, so, ss, ss}", "event", "shout", "from",
		name_of(m, &msg->from), "id", fp_json(&msg->from), "message",
		id_json(&msg->id), "text", msg->text, "dialect", "earshot"));
}

static char *
json_error(const char *command, const char *text)
{
	return dump(json_pack("{ss, ss?, ss}", "event", "error", "command",
	    command, "text", text));
}

static char *
json_message(const struct model *m, const struct conv *c,
    const struct message *msg, const char *command)
{
	switch (msg->kind) {
	case MESSAGE_INFO:
		return dump(json_pack("{ss, ss?, ss}", "event", "info",
		    "command", command, "text", msg->text));
	case MESSAGE_ERROR:
		return json_error(command, msg->text);
	case MESSAGE_SHOUT:
		return json_shout(m, msg);
	case MESSAGE_TEXT:
		break;
	}
	return msg->mine ? NULL : json_text(m, c, msg);
}

static char *
json_delivery(const struct model *m, const struct conv *c,
    const struct message *msg, enum delivery state)
{
	return dump(json_pack("{ss, so, ss, ss, ss}", "event", "delivery",
	    "message", id_json(&msg->id), "to", name_of(m, &c->fp), "state",
	    delivery_text(state), "reason",
	    msg->reason == NULL ? "" : msg->reason));
}

const struct events events_json = {
	.ready = json_ready,
	.peer = json_peer,
	.message = json_message,
	.delivery = json_delivery,
	.error = json_error,
};
