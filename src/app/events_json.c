/* SPDX-License-Identifier: MIT */
/*
 * The keys are a promise of the manual, EVENTS: more may come, none goes.
 * Objects are written as they are described: to build a tree of each first took
 * longer than to encrypt and send what it tells of.
 */
#include "app/events.h"

#include "base/buf.h"
#include "base/mem.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A text of 64 KiB, each byte of it escaped, and the rest. */
enum { OBJECT_MAX = 1024 * 1024, OBJECT_USUAL = 500, NUMBER_SIZE = 24 };

static void
put(struct buf *b, const char *text)
{
	if (buf_append(b, text, strlen(text)) < 0)
		abort();
}

static bool
needs_escape(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
			return true;
	return false;
}

static void
put_escaped(struct buf *b, const char *text)
{
	json_t *string = json_string(text);
	char *escaped = json_dumps(string, JSON_ENCODE_ANY);

	if (escaped == NULL)
		abort();
	put(b, escaped);
	json_decref(string);
	free(escaped);
}

static void
add_key(struct buf *b, const char *key)
{
	put(b, buf_size(b) == 0 ? "{\"" : ",\"");
	put(b, key);
	put(b, "\":");
}

static char *
copy(char *to, const char *from, size_t n)
{
	memcpy(to, from, n);
	return to + n;
}

/* A text without anything to escape; most of what is printed are such. */
static void
add_plain(struct buf *b, const char *key, const char *text)
{
	size_t k = strlen(key), n = strlen(text), size = k + n + 6;
	char *to = (char *)buf_reserve(b, size);

	if (to == NULL)
		abort();
	*to++ = buf_size(b) == 0 ? '{' : ',';
	*to++ = '"';
	to = copy(to, key, k);
	to = copy(to, "\":\"", 3);
	to = copy(to, text, n);
	*to = '"';
	buf_commit(b, size);
}

/* NULL is null. */
static void
add(struct buf *b, const char *key, const char *text)
{
	if (text != NULL && !needs_escape(text)) {
		add_plain(b, key, text);
		return;
	}
	add_key(b, key);
	if (text == NULL)
		put(b, "null");
	else
		put_escaped(b, text);
}

static void
add_number(struct buf *b, const char *key, uint64_t number)
{
	char text[NUMBER_SIZE];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	add_key(b, key);
	put(b, text);
}

static void
add_bool(struct buf *b, const char *key, bool is)
{
	add_key(b, key);
	put(b, is ? "true" : "false");
}

static void
add_fp(struct buf *b, const char *key, const struct fp *fp)
{
	char text[FP_TEXT_SIZE];

	add_plain(b, key, fp_text(fp, text));
}

static void
add_id(struct buf *b, const char *key, const struct msg_id *id)
{
	char text[MSG_ID_TEXT_SIZE];

	add_plain(b, key, msg_id_text(id, text));
}

/* The last digits of a number, up to end. */
static void
put_digits(char *end, int count, int number)
{
	while (count-- > 0) {
		*--end = (char)('0' + number % 10);
		number /= 10;
	}
}

/* RFC 3339, in UTC; null for a time no calendar has. */
static void
add_time(struct buf *b, const char *key, int64_t wall_ms)
{
	char text[] = "0000-00-00T00:00:00Z";
	time_t t = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || tm.tm_year > 9999 - 1900 ||
	    tm.tm_year < -1900) {
		add(b, key, NULL);
		return;
	}
	/* strftime takes longer than all the rest of an event. */
	put_digits(text + 4, 4, tm.tm_year + 1900);
	put_digits(text + 7, 2, tm.tm_mon + 1);
	put_digits(text + 10, 2, tm.tm_mday);
	put_digits(text + 13, 2, tm.tm_hour);
	put_digits(text + 16, 2, tm.tm_min);
	put_digits(text + 19, 2, tm.tm_sec);
	add_plain(b, key, text);
}

static const char *
name_of(const struct model *m, const struct fp *fp)
{
	const struct peer *p = model_peer(m, fp);

	if (fp_equal(&m->self, fp))
		return m->name;
	return p == NULL ? "?" : p->name;
}

/* The notes to ourselves are called otherwise than we are. */
static const char *
conv_name(const struct model *m, const struct conv *c)
{
	const struct peer *p = model_peer(m, &c->fp);

	return p == NULL ? "?" : p->name;
}

static struct buf
begin(const char *event)
{
	struct buf b;

	buf_init(&b, OBJECT_MAX);
	if (buf_reserve(&b, OBJECT_USUAL) == NULL)
		abort();
	add_plain(&b, "event", event);
	return b;
}

/* Hands out what the buffer holds. */
static char *
end(struct buf *b)
{
	if (buf_append(b, "}", sizeof("}")) < 0)
		abort();
	return (char *)b->data;
}

static char *
json_ready(const struct model *m)
{
	struct buf b = begin("ready");

	add(&b, "name", m->name);
	add_fp(&b, "id", &m->self);
	add_number(&b, "tcp_port", m->tcp_port);
	add_number(&b, "udp_port", m->udp_port);
	add(&b, "version", PACKAGE_VERSION);
	return end(&b);
}

/* In a legacy dialect there is no key to be known by. */
static void
add_peer_id(struct buf *b, const struct model *m, const struct fp *fp)
{
	const struct peer *p = model_peer(m, fp);

	if (p != NULL && peer_is_legacy(p))
		add(b, "id", NULL);
	else
		add_fp(b, "id", fp);
}

/* The same of who said something, who may not be known any more. */
static void
add_author(struct buf *b, const struct message *msg, const struct fp *fp)
{
	if (msg->dialect != DIALECT_EARSHOT && !msg->mine)
		add(b, "id", NULL);
	else
		add_fp(b, "id", fp);
}

/* Where they say anything: of obfuscated and sealed ones. */
static void
add_legacy(struct buf *b, const struct message *msg)
{
	if (msg->obfuscated)
		add_bool(b, "obfuscated", true);
	if (msg->seal != SEAL_NONE)
		add_bool(b, "sealed", msg->seal == SEAL_CLOSED);
	if (msg->locked)
		add_bool(b, "locked", true);
	if (msg->raw != NULL)
		add(b, "charset", charset_text(msg->charset));
}

static char *
json_peer(const struct model *m, const struct peer *p)
{
	char addr[ADDR_TEXT_MAX];
	struct buf b = begin("peer");

	add(&b, "name", p->name);
	add_peer_id(&b, m, &p->fp);
	add(&b, "dialect", dialect_text(p->dialect));
	add(&b, "state", presence_text(p->presence));
	add(&b, "trust", trust_text(p->trust));
	add(&b, "address",
	    p->addr_count == 0 ? NULL : addr_host_text(&p->addrs[0], addr));
	add(&b, "status", p->status);
	if (!peer_is_legacy(p))
		return end(&b);
	add(&b, "handle", p->handle);
	add(&b, "group", p->group);
	add_bool(&b, "encrypted", false);
	if (p->obfuscates)
		add_bool(&b, "obfuscated", true);
	return end(&b);
}

static char *
json_typing(const struct model *m, const struct peer *p, bool on)
{
	struct buf b = begin("typing");

	(void)m;
	add(&b, "from", p->name);
	add_fp(&b, "id", &p->fp);
	add(&b, "conversation", p->name);
	add(&b, "state", on ? "on" : "off");
	return end(&b);
}

static void
add_items(struct buf *b, const struct setting_list *l)
{
	add_key(b, "value");
	put(b, "[");
	for (size_t i = 0; i < l->count; i++) {
		put(b, i == 0 ? "" : ",");
		put_escaped(b, l->items[i]);
	}
	put(b, "]");
}

static char *
json_setting(const struct model *m, const struct setting *row)
{
	struct buf b = begin("setting");

	add(&b, "key", row->name);
	if (row->kind == SETTING_LIST) {
		add_items(&b, settings_list(&m->settings, row));
	} else {
		char *value = settings_text(&m->settings, row);
		add(&b, "value", value);
		free(value);
	}
	add_bool(&b, "default", settings_is_default(&m->settings, row));
	add_bool(&b, "live", row->live);
	return end(&b);
}

static void
add_target(struct buf *b, const struct message *msg)
{
	if (msg->has_target)
		add_id(b, "reply_to", &msg->target);
	else
		add(b, "reply_to", NULL);
}

static char *
json_text(
    const struct model *m, const struct conv *c, const struct message *msg)
{
	struct buf b = begin("message");

	add(&b, "from", name_of(m, &msg->from));
	add_author(&b, msg, &msg->from);
	add(&b, "conversation", conv_name(m, c));
	add_id(&b, "message", &msg->id);
	add(&b, "text", msg->text);
	add_time(&b, "sent", msg->sent_ms);
	add_time(&b, "arrived", msg->arrived_ms);
	add(&b, "dialect", dialect_text(msg->dialect));
	add(&b, "transport", transport_text(msg->transport));
	add_bool(&b, "encrypted", msg->dialect == DIALECT_EARSHOT);
	add_bool(&b, "action", msg->action);
	add_number(&b, "missing", msg->missing);
	add_target(&b, msg);
	add_legacy(&b, msg);
	return end(&b);
}

static char *
json_shout(const struct model *m, const struct message *msg)
{
	struct buf b = begin("shout");

	add(&b, "from", name_of(m, &msg->from));
	add_author(&b, msg, &msg->from);
	add_id(&b, "message", &msg->id);
	add(&b, "text", msg->text);
	add(&b, "dialect", dialect_text(msg->dialect));
	add_legacy(&b, msg);
	return end(&b);
}

static char *
json_notice(const char *event, const char *command, const char *text)
{
	struct buf b = begin(event);

	add(&b, "command", command);
	add(&b, "text", text);
	return end(&b);
}

static char *
json_begin(const char *command)
{
	struct buf b = begin("begin");

	add(&b, "command", command);
	return end(&b);
}

static char *
json_done(const char *command)
{
	struct buf b = begin("done");

	add(&b, "command", command);
	return end(&b);
}

static char *
json_info(const char *command, const char *text)
{
	return json_notice("info", command, text);
}

static char *
json_error(const char *command, const char *text)
{
	return json_notice("error", command, text);
}

static char *
json_message(const struct model *m, const struct conv *c,
    const struct message *msg, const char *command)
{
	switch (msg->kind) {
	case MESSAGE_INFO:
		return json_notice("info", command, msg->text);
	case MESSAGE_ERROR:
		return json_error(command, msg->text);
	case MESSAGE_SHOUT:
		return json_shout(m, msg);
	case MESSAGE_FILE: /* an event of its own */
		return NULL;
	case MESSAGE_TEXT:
		break;
	}
	/* What nobody typed is an event of its own, too. */
	return msg->mine || msg->ran != RAN_NOT ? NULL : json_text(m, c, msg);
}

static char *
json_delivery(const struct model *m, const struct conv *c,
    const struct message *msg, const struct effect *effect)
{
	struct buf b = begin("delivery");

	(void)msg;
	add_id(&b, "message", &effect->id);
	add(&b, "to", conv_name(m, c));
	add(&b, "state", delivery_text(effect->delivery));
	add(&b, "reason", effect->text == NULL ? "" : effect->text);
	return end(&b);
}

static char *
json_revised(const struct model *m, const struct conv *c,
    const struct message *msg, const struct effect *effect)
{
	static const char *const kinds[] = {
		[REVISION_EDIT] = "edit",
		[REVISION_DELETE] = "delete",
		[REVISION_REACT] = "react",
	};
	struct buf b = begin("revised");

	(void)msg;
	add_id(&b, "message", &effect->id);
	add(&b, "conversation", conv_name(m, c));
	add(&b, "from", name_of(m, &effect->fp));
	add_fp(&b, "id", &effect->fp);
	add(&b, "kind", kinds[effect->revision]);
	add(&b, "text", effect->text == NULL ? "" : effect->text);
	return end(&b);
}

static char *
json_host(const struct model *m, const struct effect *effect)
{
	const struct host_found *h = effect->host;
	const struct peer *p = model_peer(m, &effect->fp);
	char at[ADDR_TEXT_MAX], mac[MAC_TEXT_SIZE];
	struct buf b = begin("host");

	add(&b, "name", p == NULL ? NULL : p->name);
	if (p == NULL || peer_is_legacy(p))
		add(&b, "id", NULL);
	else
		add_fp(&b, "id", &effect->fp);
	add(&b, "address", addr_host_text(&h->addr, at));
	add(&b, "network", iface_reach_text(h->reach));
	add(&b, "mac", h->has_mac ? mac_text(h->mac, mac) : NULL);
	add(&b, "host", h->name);
	add(&b, "service", h->service);
	return end(&b);
}

static const char *
run_state(const struct effect *effect)
{
	static const char *const ends[] = {
		[RUN_ENDED] = "ended",
		[RUN_KILLED] = "killed",
		[RUN_LATE] = "late",
		[RUN_LONG] = "long",
		[RUN_STOPPED] = "stopped",
		[RUN_REFUSED] = "refused",
	};

	if (effect->step == RUN_STEP_ASKED)
		return "asked";
	return effect->step == RUN_STEP_SAID ? "output" : ends[effect->end];
}

static char *
json_ran(const struct model *m, const struct effect *effect)
{
	const struct peer *p = model_peer(m, &effect->fp);
	bool coded = effect->step == RUN_STEP_OVER &&
		     (effect->end == RUN_ENDED || effect->end == RUN_KILLED);
	struct buf b = begin("run");

	add_id(&b, "run", &effect->id);
	add(&b, "direction", effect->on ? "out" : "in");
	add(&b, "with", p == NULL ? "?" : p->name);
	add_fp(&b, "id", &effect->fp);
	add(&b, "state", run_state(effect));
	add(&b, "text", effect->text == NULL ? "" : effect->text);
	if (coded)
		add_number(&b, "status", effect->code);
	else
		add(&b, "status", NULL);
	return end(&b);
}

/* NULL: by nobody, or nobody knows. */
static const char *
paused_by(const struct transfer *t)
{
	if (t->state != TRANSFER_PAUSED)
		return NULL;
	if (t->paused_here && t->paused_there)
		return "both";
	return t->paused_here ? "us" : t->paused_there ? "them" : NULL;
}

static char *
json_transfer(const struct model *m, const struct transfer *t,
    const struct effect *effect, bool asked)
{
	struct buf b = begin("transfer");
	char number[NUMBER_SIZE];
	int64_t left_s = t->state == TRANSFER_RUNNING ? transfer_left_s(t) : -1;

	snprintf(number, sizeof(number), "f%u", (unsigned)t->id);
	add(&b, "transfer", number);
	add(&b, "state", transfer_state_text(effect->state));
	add(&b, "direction", t->mine ? "out" : "in");
	add(&b, "with", name_of(m, &t->peer));
	if (t->dialect == DIALECT_EARSHOT)
		add_fp(&b, "id", &t->peer);
	else
		add(&b, "id", NULL);
	add(&b, "dialect", dialect_text(t->dialect));
	add(&b, "name", t->name);
	add_bool(&b, "folder", t->folder);
	if (t->size_known)
		add_number(&b, "size", t->size);
	else
		add(&b, "size", NULL);
	add_number(&b, "done", t->done);
	add_number(&b, "rate", t->rate);
	if (left_s < 0)
		add(&b, "left", NULL);
	else
		add_number(&b, "left", (uint64_t)left_s);
	add(&b, "paused_by", paused_by(t));
	/* It may have ended since. */
	struct transfer then = *t;
	then.state = effect->state;
	add(&b, "ended_by", transfer_ended_by(&then));
	char *path = transfer_path(t);
	add(&b, "path", path);
	free(path);
	add(&b, "reason", t->reason == NULL ? "" : t->reason);
	add(&b, "note", t->note == NULL ? "" : t->note);
	add_bool(&b, "asked", asked);
	return end(&b);
}

static char *
json_found(const struct model *m, const struct found *f)
{
	const struct message *msg = &f->message;
	struct buf b = begin("found");

	add(&b, "from",
	    msg->mine || model_peer(m, &msg->from) != NULL
		? name_of(m, msg->mine ? &m->self : &msg->from)
		: f->name);
	add_author(&b, msg, msg->mine ? &m->self : &msg->from);
	add(&b, "conversation", fp_is_zero(&f->conv) ? "nearby" : f->name);
	add_id(&b, "message", &msg->id);
	add(&b, "text", msg->text);
	add_time(&b, "sent", msg->sent_ms);
	add_time(&b, "arrived", msg->arrived_ms);
	add_target(&b, msg);
	add(&b, "dialect", dialect_text(msg->dialect));
	add_bool(&b, "encrypted", msg->dialect == DIALECT_EARSHOT);
	add_legacy(&b, msg);
	return end(&b);
}

const struct events events_json = {
	.ready = json_ready,
	.peer = json_peer,
	.typing = json_typing,
	.setting = json_setting,
	.message = json_message,
	.delivery = json_delivery,
	.revised = json_revised,
	.transfer = json_transfer,
	.ran = json_ran,
	.host = json_host,
	.found = json_found,
	.begin = json_begin,
	.done = json_done,
	.info = json_info,
	.error = json_error,
	.structured = true,
};
