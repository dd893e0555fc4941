/* SPDX-License-Identifier: MIT */
/*
 * Between the machine of IP Messenger and the rest of the engine. What it says
 * of hosts becomes peers without a key; a text is acknowledged by it when the
 * store has it; what waits for a peer is handed to it when the peer is there.
 */
#include "core/ipmsg_line.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "core/ipmsg_transfer.h"
#include "core/legacy.h"
#include "proto/ipmsg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* A character that a peer cannot read, as people are told of it. */
	SHOWN_CHARACTER_SIZE = 8,
	/* Of all people together. */
	NUDGES_PER_1000S = 200,
	NUDGES_BURST = 5,
};

bool
ipmsg_line_is_on(const struct engine *e)
{
	return e->ipmsg.machine != NULL;
}

struct ipmsg *
ipmsg_line_machine(const struct engine *e)
{
	return e->ipmsg.machine;
}

/* Who is quiet is not to be found by asking either. */
static enum ipmsg_answer
answer(const struct engine *e)
{
	return e->quiet ? IPMSG_ANSWER_OFF
			: (enum ipmsg_answer)e->model->settings.ipmsg_answer;
}

static void
keep_contacts(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->contact_count; i++) {
		const struct contact *k = e->contacts[i];
		const struct peer *p = model_peer(e->model, &k->fp);
		if (p == NULL || p->dialect != DIALECT_IPMSG)
			continue;
		ipmsg_keep(e->ipmsg.machine, now, p->handle,
		    p->addr_count > 0 ? &p->addrs[0] : NULL);
		if (p->charset != CHARSET_AUTO)
			ipmsg_host_charset(
			    e->ipmsg.machine, p->handle, p->charset);
	}
}

static void
start(struct engine *e, struct now now)
{
	const struct settings *s = &e->model->settings;
	struct ipmsg_cfg cfg = {
		.rng = e->rng,
		.user = e->login,
		.host = e->hostname,
		.version = PACKAGE_NAME " " PACKAGE_VERSION,
		.charset = (enum charset)s->ipmsg_encoding,
		.answer = answer(e),
		.port = (uint16_t)s->ipmsg_port,
		.keys = e->ipmsg_keys,
	};

	e->ipmsg.machine = ipmsg_new(&cfg, now);
	bucket_init(
	    &e->ipmsg.nudges, NUDGES_PER_1000S, NUDGES_BURST, now.mono_ms);
	ipmsg_line_profile(e, now);
	keep_contacts(e, now);
	ipmsg_start(e->ipmsg.machine, now);
	if (e->ipmsg.conv != 0)
		engine_info(e, now, e->ipmsg.conv,
		    "ipmsg is on, port %u: IP Messenger, iptux and FeiQ are in "
		    "the list. What is said there is open to everybody on the "
		    "network",
		    e->ipmsg.port);
	ipmsg_line_pump(e, now);
}

/* Nobody of this dialect can be reached any more. */
static void
lose_peers(struct engine *e, struct now now)
{
	for (size_t i = 0; i < e->model->peer_count; i++) {
		struct peer *p = e->model->peers[i];
		if (p->dialect == DIALECT_IPMSG &&
		    p->presence != PRESENCE_OFFLINE)
			legacy_presence(e, now, p, PRESENCE_OFFLINE);
	}
}

static void
stop(struct engine *e, struct now now)
{
	ipmsg_transfer_clear(e, now);
	if (e->ipmsg.machine != NULL) {
		/* The port closes behind it, so the second goodbye is not
		 * waited for. */
		ipmsg_stop(e->ipmsg.machine, now);
		ipmsg_line_pump(e, now);
		ipmsg_free(e->ipmsg.machine);
		e->ipmsg.machine = NULL;
	}
	listeners_close(e, e->ipmsg.udp);
	listeners_close(e, e->ipmsg.tcp);
	e->ipmsg.udp = e->ipmsg.tcp = 0;
	lose_peers(e, now);
}

static void
fail(struct engine *e, struct now now, int sys_errno)
{
	uint32_t conv =
	    e->ipmsg.conv != 0 ? e->ipmsg.conv : (uint32_t)CONV_NEARBY;

	if (sys_errno == EADDRINUSE)
		engine_error(e, now, conv,
		    "ipmsg is off: port %u is in use. Does another IP "
		    "Messenger run on this machine? Or: /set ipmsg.port PORT",
		    e->ipmsg.port);
	else
		engine_error(e, now, conv,
		    "ipmsg is off: port %u cannot be had here", e->ipmsg.port);
	stop(e, now);
	e->ipmsg.wanted = false;
}

/* A start is not held up for them. */
static void
want_keys(struct engine *e)
{
	if (e->ipmsg_keys == NULL)
		effect_add(e, (struct effect){ .kind = EFFECT_KEYS,
				  .conv = e->ipmsg.conv,
				  .on = e->started });
}

void
ipmsg_line_follow(struct engine *e, struct now now, uint32_t conv)
{
	const struct settings *s = &e->model->settings;
	bool same = e->ipmsg.port == s->ipmsg_port;

	e->ipmsg.conv = conv;
	if (s->ipmsg == e->ipmsg.wanted && (same || !s->ipmsg)) {
		if (conv != 0)
			engine_info(e, now, conv,
			    s->ipmsg ? say(e->model->lang, "ipmsg is on")
				     : say(e->model->lang, "ipmsg is off"));
		return;
	}
	if (e->ipmsg.wanted)
		stop(e, now);
	e->ipmsg.wanted = s->ipmsg;
	e->ipmsg.port = (uint16_t)s->ipmsg_port;
	if (!s->ipmsg) {
		if (conv != 0)
			engine_info(
			    e, now, conv, say(e->model->lang, "ipmsg is off"));
		return;
	}
	want_keys(e);
	e->ipmsg.tcp =
	    listeners_open(e, LISTENER_IPMSG, CARRIER_TCP, e->ipmsg.port);
	e->ipmsg.udp =
	    listeners_open(e, LISTENER_IPMSG, CARRIER_UDP, e->ipmsg.port);
	if (e->ipmsg.tcp == 0 || e->ipmsg.udp == 0)
		fail(e, now, 0);
}

void
ipmsg_line_listening(
    struct engine *e, struct now now, const struct listener *l, int sys_errno)
{
	if (l->number != e->ipmsg.udp && l->number != e->ipmsg.tcp)
		return;
	const struct listener *udp = listeners_find(e, e->ipmsg.udp);
	const struct listener *tcp = listeners_find(e, e->ipmsg.tcp);
	if (sys_errno != 0)
		fail(e, now, sys_errno);
	else if (udp != NULL && udp->stands && tcp != NULL && tcp->stands &&
		 e->ipmsg.machine == NULL)
		start(e, now);
}

void
ipmsg_line_profile(struct engine *e, struct now now)
{
	const struct model *m = e->model;
	const struct settings *s = &m->settings;
	struct ipmsg_profile profile = {
		.nick = m->name,
		.group = s->ipmsg_group == NULL ? "" : s->ipmsg_group,
		.away = m->away,
		.away_text = m->status,
	};

	if (e->ipmsg.machine == NULL)
		return;
	ipmsg_set_charset(e->ipmsg.machine, (enum charset)s->ipmsg_encoding);
	ipmsg_set_answer(e->ipmsg.machine, answer(e));
	ipmsg_profile(e->ipmsg.machine, now, &profile);
}

/* What it says, into the model and the store. */

static bool
set_clean(struct engine *e, char **field, const char *text)
{
	char *clean =
	    peer_text(untrusted_of(text, strlen(text)), PEER_TEXT_STATUS, NULL);
	bool changed = model_set_text(e->model, field, clean);

	free(clean);
	return changed;
}

static struct peer *
peer_of(struct engine *e, struct now now, const struct ipmsg_who *host)
{
	char *name = peer_text(
	    untrusted_of(host->nick, strlen(host->nick)), PEER_TEXT_NAME, NULL);
	struct peer *p = legacy_peer(e, now, DIALECT_IPMSG, host->handle, name);

	free(name);
	return p;
}

static void
learn(struct engine *e, struct peer *p, const struct ipmsg_who *host)
{
	bool changed = set_clean(e, &p->status, host->away_text);
	char *version =
	    peer_text(untrusted_of(host->software, strlen(host->software)),
		PEER_TEXT_STATUS, NULL);

	p->transport = CARRIER_UDP;
	changed |= set_clean(e, &p->group, host->group);
	changed |= p->obfuscates != host->obfuscates;
	p->obfuscates = host->obfuscates;
	if (strlen(version) < sizeof(p->version))
		memcpy(p->version, version, strlen(version) + 1);
	free(version);
	/* The best comes last, and so first. */
	for (size_t i = host->addr_count; i-- > 0;)
		peer_add_addr(e->model, p, &host->addrs[i]);
	if (changed) {
		model_touch(e->model);
		effect_peer(e, &p->fp);
	}
}

static void
host_seen(struct engine *e, struct now now, const struct ipmsg_who *host)
{
	struct peer *p = peer_of(e, now, host);

	if (p == NULL)
		return;
	learn(e, p, host);
	legacy_presence(
	    e, now, p, host->away ? PRESENCE_AWAY : PRESENCE_ONLINE);
}

static void
host_gone(struct engine *e, struct now now, const struct ipmsg_event *ev)
{
	struct fp fp = legacy_fp(DIALECT_IPMSG, ev->host.handle);
	struct peer *p = model_peer_edit(e->model, &fp);

	if (p == NULL)
		return;
	legacy_presence(
	    e, now, p, ev->left ? PRESENCE_OFFLINE : PRESENCE_STALE);
	if (ev->kind == IPMSG_EVICTED && p->conv == 0 &&
	    contact_find(e, &fp) == NULL)
		model_peer_remove(e->model, &fp);
}

static bool
take(struct engine *e, struct now now, struct peer *p,
    const struct ipmsg_event *ev)
{
	struct legacy_text t = {
		.kind = ev->shout ? MESSAGE_SHOUT : MESSAGE_TEXT,
		.raw = ev->raw,
		.raw_size = ev->raw_size,
		.charset = ev->charset,
		.declared = ev->declared,
		.seal = ev->sealed ? SEAL_CLOSED : SEAL_NONE,
		.locked = ev->locked,
		.obfuscated = ev->obfuscated,
		.token = ev->token,
		.id = &ev->id,
	};

	/* An offer may come without a word. */
	if (ev->raw_size == 0 && ev->file_count > 0) {
		ipmsg_stored(e->ipmsg.machine, now, ev->token);
		return p->trust != TRUST_BLOCKED;
	}
	return legacy_arrived(e, now, p, &t);
}

static void
tell_others(
    struct engine *e, struct now now, const struct fp *fp, const char *others)
{
	const struct peer *p = model_peer(e->model, fp);
	char *text = peer_text(
	    untrusted_of(others, strlen(others)), PEER_TEXT_LINE, NULL);

	if (p != NULL && p->conv != 0)
		engine_info(e, now, p->conv, "it went to %s, too", text);
	free(text);
}

static void
text_arrived(struct engine *e, struct now now, const struct ipmsg_event *ev)
{
	struct peer *p = peer_of(e, now, &ev->host);

	if (p == NULL || !take(e, now, p, ev)) {
		ipmsg_refused(e->ipmsg.machine, ev->token);
		return;
	}
	struct fp fp = p->fp;
	if (ev->others != NULL)
		tell_others(e, now, &fp, ev->others);
	if (ev->signature_bad)
		engine_error(e, now, model_peer(e->model, &fp)->conv,
		    "the signature of that message is not by the key that "
		    "%s showed before",
		    model_peer(e->model, &fp)->name);
	ipmsg_transfer_offered(e, now, &fp, ev);
	/* Who only shouts is nobody to be kept: they come in any number. */
	if (contact_find(e, &fp) != NULL)
		ipmsg_keep(e->ipmsg.machine, now, ev->host.handle, &ev->from);
}

static void
answered(struct engine *e, struct now now, const struct ipmsg_event *ev)
{
	struct fp fp = legacy_fp(DIALECT_IPMSG, ev->host.handle);
	struct peer *p = model_peer_edit(e->model, &fp);

	if (p == NULL)
		return;
	switch (ev->answer) {
	case IPMSG_WAITING:
		legacy_waits(e, p, &ev->answered);
		break;
	case IPMSG_DELIVERED:
		legacy_answered(
		    e, now, p, &ev->answered, DELIVERY_DELIVERED, NULL);
		break;
	case IPMSG_READ:
		legacy_answered(e, now, p, &ev->answered, DELIVERY_READ, NULL);
		break;
	case IPMSG_FAILED:
		ipmsg_transfer_failed(e, now, &ev->answered,
		    N_("their IP Messenger cannot read it"));
		legacy_answered(e, now, p, &ev->answered, DELIVERY_FAILED,
		    N_("their IP Messenger cannot read it"));
		break;
	}
}

static void
told(struct engine *e, struct now now, const struct ipmsg_event *ev)
{
	struct fp fp = legacy_fp(DIALECT_IPMSG, ev->host.handle);
	const struct peer *p = model_peer(e->model, &fp);

	if (p == NULL)
		return;
	uint32_t conv = p->conv != 0 ? p->conv : (uint32_t)CONV_NEARBY;
	char *text = peer_text(
	    untrusted_of(ev->text, ev->text_size), PEER_TEXT_LINE, NULL);
	if (ev->question == IPMSG_ASK_VERSION)
		engine_info(e, now, conv, "%s runs %s", p->name, text);
	else
		engine_info(e, now, conv, "%s says: %s", p->name, text);
	free(text);
}

static void
remarked(struct engine *e, struct now now, const struct ipmsg_event *ev)
{
	struct fp fp = legacy_fp(DIALECT_IPMSG, ev->host.handle);
	const struct peer *p = model_peer(e->model, &fp);

	if (p == NULL || p->trust == TRUST_BLOCKED)
		return;
	uint32_t conv = p->conv != 0 ? p->conv : (uint32_t)CONV_NEARBY;
	if (ev->kind == IPMSG_NUDGE) {
		/* Names cost nothing: a crowd of them nudges no more. */
		if (bucket_take(&e->ipmsg.nudges, now.mono_ms))
			engine_info(e, now, conv, "%s nudges you", p->name);
	}
	if (ev->kind == IPMSG_KEY && ev->left)
		engine_error(e, now, conv,
		    "the key of %s is another than before. In this dialect "
		    "nobody vouches for keys",
		    p->name);
}

static void
handle(struct engine *e, struct now now, const struct ipmsg_event *ev)
{
	switch (ev->kind) {
	case IPMSG_SEEN:
	case IPMSG_CHANGED:
		host_seen(e, now, &ev->host);
		break;
	case IPMSG_GONE:
	case IPMSG_EVICTED:
		host_gone(e, now, ev);
		break;
	case IPMSG_TEXT:
		text_arrived(e, now, ev);
		break;
	case IPMSG_ANSWERED:
		answered(e, now, ev);
		break;
	case IPMSG_OPENED:
		break;
	case IPMSG_RELEASED:
		ipmsg_transfer_released(e, now, ev);
		break;
	case IPMSG_INFO:
		told(e, now, ev);
		break;
	case IPMSG_NUDGE:
		remarked(e, now, ev);
		break;
	case IPMSG_KEY:
		host_seen(e, now, &ev->host);
		remarked(e, now, ev);
		break;
	}
}

static void
send_all(struct engine *e)
{
	struct ipmsg_output out;

	while (ipmsg_output(e->ipmsg.machine, &out)) {
		if (!out.to_all)
			listeners_send(
			    e, e->ipmsg.udp, &out.to, out.bytes, out.size);
		else if (!e->quiet)
			listeners_broadcast(
			    e, e->ipmsg.udp, out.to.port, out.bytes, out.size);
	}
}

/* An event is borrowed until the next one is taken: what is done about it calls
 * the machine, and comes here, but takes none. */
void
ipmsg_line_pump(struct engine *e, struct now now)
{
	struct ipmsg_event ev;

	if (e->ipmsg.machine == NULL || e->ipmsg.pumping)
		return;
	e->ipmsg.pumping = true;
	while (ipmsg_event(e->ipmsg.machine, &ev))
		handle(e, now, &ev);
	e->ipmsg.pumping = false;
	send_all(e);
	const struct ipmsg_counters *c = ipmsg_counters(e->ipmsg.machine);
	e->model->legacy.ipmsg_bad = c->malformed;
	e->model->legacy.ipmsg_unknown = c->unknown + c->ignored;
	e->model->legacy.ipmsg_limited = c->limited;
}

void
ipmsg_line_datagram(
    struct engine *e, struct now now, const struct port_input *in)
{
	struct ipmsg_input input = {
		.from = in->from,
		.to_all = in->to_all,
		.bytes = in->bytes,
		.size = in->size,
	};

	if (e->ipmsg.machine == NULL)
		return;
	ipmsg_datagram(e->ipmsg.machine, now, &input);
	ipmsg_line_pump(e, now);
}

void
ipmsg_line_network(struct engine *e, struct now now)
{
	if (e->ipmsg.machine == NULL)
		return;
	ipmsg_network(e->ipmsg.machine, now);
	ipmsg_line_pump(e, now);
}

void
ipmsg_line_tick(struct engine *e, struct now now)
{
	if (e->ipmsg.machine == NULL)
		return;
	if (ipmsg_deadline(e->ipmsg.machine) <= now.mono_ms)
		ipmsg_tick(e->ipmsg.machine, now);
	ipmsg_line_pump(e, now);
}

int64_t
ipmsg_line_deadline(const struct engine *e)
{
	return e->ipmsg.machine == NULL ? NEVER_MS
					: ipmsg_deadline(e->ipmsg.machine);
}

void
ipmsg_line_leave(struct engine *e, struct now now)
{
	if (e->ipmsg.machine == NULL)
		return;
	ipmsg_stop(e->ipmsg.machine, now);
	ipmsg_line_pump(e, now);
}

bool
ipmsg_line_has_left(const struct engine *e)
{
	return e->ipmsg.machine == NULL || ipmsg_has_left(e->ipmsg.machine);
}

void
ipmsg_line_free(struct engine *e)
{
	ipmsg_transfer_free(e);
	ipmsg_free(e->ipmsg.machine);
}

/* What the user says. */

static const char *
failure(int err)
{
	switch (err) {
	case ERR_FORMAT:
		return N_("it has a character that they cannot read");
	case ERR_LIMIT:
		return N_("it is too long for their IP Messenger");
	case ERR_UNSUPPORTED:
		return N_("they want encryption, and this earshot was built "
			  "without it");
	default:
		return N_("they are not known any more");
	}
}

void
ipmsg_line_flush(struct engine *e, struct now now, struct peer *p)
{
	struct chat_post post;
	struct fp fp = p->fp;

	if (e->ipmsg.machine == NULL)
		return;
	ipmsg_keep(e->ipmsg.machine, now, p->handle, NULL);
	while ((p = model_peer_edit(e->model, &fp)) != NULL &&
	       legacy_next(e, p, &post)) {
		struct ipmsg_message text = {
			.id = post.id,
			.utf8 = post.text,
			.size = post.size,
			.sealed = (post.flags & LEGACY_SEALED) != 0,
		};
		int err =
		    ipmsg_say(e->ipmsg.machine, now, p->handle, &text, NULL);
		if (err < 0)
			legacy_answered(
			    e, now, p, &post.id, DELIVERY_FAILED, failure(err));
	}
	ipmsg_line_pump(e, now);
}

void
ipmsg_line_stored(
    struct engine *e, struct now now, struct peer *p, uint64_t token)
{
	(void)p;
	if (e->ipmsg.machine == NULL)
		return;
	ipmsg_stored(e->ipmsg.machine, now, token);
	ipmsg_line_pump(e, now);
}

void
ipmsg_line_opened(struct engine *e, struct now now, const struct peer *p,
    const struct msg_id *id)
{
	if (e->ipmsg.machine == NULL)
		return;
	ipmsg_opened(e->ipmsg.machine, now, p->handle, id);
	ipmsg_line_pump(e, now);
}

void
ipmsg_line_hold(struct engine *e, struct now now, const struct peer *p)
{
	if (e->ipmsg.machine != NULL)
		ipmsg_hold(e->ipmsg.machine, now, p->handle);
}

void
ipmsg_line_forgotten(struct engine *e, const struct peer *p)
{
	if (e->ipmsg.machine == NULL || p->dialect != DIALECT_IPMSG)
		return;
	ipmsg_host_charset(e->ipmsg.machine, p->handle, CHARSET_AUTO);
	ipmsg_unkeep(e->ipmsg.machine, p->handle);
}

void
ipmsg_line_recoded(struct engine *e, const struct peer *p)
{
	if (e->ipmsg.machine != NULL)
		ipmsg_host_charset(e->ipmsg.machine, p->handle, p->charset);
}

static void
tell_character(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p, const char *at)
{
	struct ipmsg_who host;
	char shown[SHOWN_CHARACTER_SIZE];
	uint32_t code;
	size_t n = utf8_decode(at, strlen(at), &code, NULL);

	if (n == 0 || n >= sizeof(shown) ||
	    !ipmsg_get(e->ipmsg.machine, p->handle, &host))
		return;
	memcpy(shown, at, n);
	shown[n] = '\0';
	engine_error(e, now, cmd->conv,
	    "not sent: %s reads %s, which has no \"%s\" (U+%04X). Another "
	    "set: /encoding %s NAME",
	    p->name, charset_text(host.charset), shown, (unsigned)code,
	    p->name);
}

bool
ipmsg_line_may_say(struct engine *e, struct now now, const struct command *cmd,
    const struct peer *p, const char *text, size_t n)
{
	struct ipmsg_message message = { .utf8 = text, .size = n };
	size_t at = 0;

	if (e->ipmsg.machine == NULL)
		return true;
	int err = ipmsg_check(e->ipmsg.machine, p->handle, &message, &at);
	if (err == 0 || err == ERR_NOT_FOUND)
		return true;
	if (err == ERR_FORMAT)
		tell_character(e, now, cmd, p, text + at);
	else if (err == ERR_LIMIT)
		engine_error(e, now, cmd->conv,
		    "not sent: %s can take %zu bytes at a time; send it as a "
		    "file, or in parts",
		    p->name, at);
	else
		engine_error(e, now, cmd->conv, "not sent: %s",
		    say(e->model->lang, failure(err)));
	return false;
}

const char *
ipmsg_line_shout(struct engine *e, struct now now, const char *text, size_t n)
{
	if (e->ipmsg.machine == NULL)
		return NULL;
	int err = ipmsg_shout(e->ipmsg.machine, now, text, n);
	ipmsg_line_pump(e, now);
	return err == 0
		   ? NULL
		   : N_("IP Messenger did not get it: too long for a broadcast");
}

static bool
is_off(struct engine *e, struct now now, const struct command *cmd)
{
	if (e->ipmsg.machine != NULL)
		return false;
	engine_error(e, now, cmd->conv, "ipmsg is off; /dialect ipmsg on");
	return true;
}

/* What they tell is only where to look. */
static void
ask_hosts(struct engine *e, struct now now, const struct command *cmd)
{
	if (is_off(e, now, cmd))
		return;
	ipmsg_ask_lists(e->ipmsg.machine, now);
	engine_info(e, now, cmd->conv,
	    "those who keep lists of hosts are asked; who answers is listed");
	ipmsg_line_pump(e, now);
}

bool
ipmsg_line_connect(struct engine *e, struct now now, const struct command *cmd)
{
	static const char scheme[] = "ipmsg://";
	char text[ADDR_TEXT_MAX];
	struct addr to;

	if (strncmp(cmd->text, scheme, sizeof(scheme) - 1) != 0)
		return false;
	if (is_off(e, now, cmd))
		return true;
	if (addr_parse(cmd->text + sizeof(scheme) - 1, IPMSG_PORT, &to) < 0) {
		engine_error(e, now, cmd->conv,
		    "no such address: %s. Write ipmsg://192.168.1.23",
		    cmd->text);
		return true;
	}
	ipmsg_probe(e->ipmsg.machine, now, &to);
	engine_info(e, now, cmd->conv,
	    "%s is asked who is there; who answers is listed",
	    addr_text(&to, text));
	ipmsg_line_pump(e, now);
	return true;
}

void
ipmsg_line_ask(struct engine *e, struct now now, const struct command *cmd)
{
	const struct peer *p = model_peer(e->model, &cmd->peer);
	int err = ERR_NOT_FOUND;

	if (cmd->number == ASK_HOSTS) {
		ask_hosts(e, now, cmd);
		return;
	}
	if (p == NULL || p->dialect != DIALECT_IPMSG) {
		engine_error(e, now, cmd->conv,
		    "only who speaks IP Messenger can be asked; /info WHO "
		    "tells of others");
		return;
	}
	if (e->ipmsg.machine != NULL)
		err = ipmsg_ask(e->ipmsg.machine, now, p->handle,
		    cmd->number == ASK_AWAY ? IPMSG_ASK_AWAY
					    : IPMSG_ASK_VERSION);
	if (err == ERR_LIMIT)
		engine_error(
		    e, now, cmd->conv, "asked a moment ago; wait a little");
	else if (err < 0)
		engine_error(
		    e, now, cmd->conv, "%s is not there to be asked", p->name);
	else
		ipmsg_line_pump(e, now);
}
