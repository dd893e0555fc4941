/* SPDX-License-Identifier: MIT */
/*
 * What the user does with the plain dialect. A host name is looked up once: who
 * somebody is, is an address.
 */
#include "core/plain_state.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
dial_free(struct plain_dial *d)
{
	free(d->host);
	free(d->name);
	*d = (struct plain_dial){ .used = false };
}

void
plain_dials_free(struct engine *e)
{
	for (size_t i = 0; i < PLAIN_DIALS_MAX; i++)
		dial_free(&e->plain->dials[i]);
}

void
plain_dial_failed(
    struct engine *e, struct now now, struct plain_dial *d, const char *why)
{
	if (!e->model->leaving)
		engine_error(e, now, d->conv,
		    "could not reach %s, port %u, for plain text: %s", d->host,
		    d->port, say(e->model->lang, why));
	dial_free(d);
}

static void
tell_done(struct engine *e, struct now now, const struct plain_dial *d,
    const struct peer *p)
{
	if (d->transport == CARRIER_TCP)
		engine_info(e, now, d->conv,
		    "connected to %s in plain text, framing %s: anyone on the "
		    "network can read and forge it. /query %s",
		    p->name, framing_text(d->framing), p->handle);
	else
		engine_info(e, now, d->conv,
		    "what you write to %s goes in plain datagrams: anyone on "
		    "the network can read and forge them, and nothing tells "
		    "whether they arrive. /query %s",
		    p->name, p->handle);
}

/* Remembered under the user's name for it, and no stranger. */
static void
keep_as(struct engine *e, struct now now, const struct plain_dial *d,
    const struct peer *p)
{
	struct contact *k = contact_get(e, now, &p->fp);
	struct command alias = {
		.kind = COMMAND_ALIAS,
		.conv = d->conv,
		.peer = p->fp,
		.text = d->name,
	};

	if (k == NULL) {
		engine_error(e, now, d->conv,
		    "%d contacts are the most earshot keeps", CONTACTS_MAX);
		return;
	}
	talk_set_answered(e, k);
	prefer_execute(e, now, &alias);
}

void
plain_dial_done(
    struct engine *e, struct now now, struct plain_dial *d, struct peer *p)
{
	struct fp fp = p->fp;

	history_open(e, model_conv_open(e->model, p));
	if (d->name != NULL)
		keep_as(e, now, d, p);
	p = model_peer_edit(e->model, &fp);
	if (d->name == NULL)
		tell_done(e, now, d, p);
	dial_free(d);
}

/* The address is known; tcp of a contact that is only to be remembered waits
 * for its /connect. */
static void
dial_begin(struct engine *e, struct now now, struct plain_dial *d)
{
	if (d->transport == CARRIER_TCP && d->name == NULL) {
		if (!plain_line_dial(e, now, d))
			plain_dial_failed(
			    e, now, d, N_("too many connections"));
		return;
	}
	char handle[PLAIN_HANDLE_SIZE];
	plain_handle(d->transport, &d->addrs[0], handle);
	struct peer *p = plain_peer(e, now, d->transport, handle, &d->addrs[0]);
	if (p == NULL) {
		plain_dial_failed(e, now, d, N_("too many people are known"));
		return;
	}
	p->by_hand = true;
	struct fp fp = p->fp;
	plain_dial_done(e, now, d, p);
	p = model_peer_edit(e->model, &fp);
	if (p->transport == CARRIER_UDP)
		legacy_presence(e, now, p, PRESENCE_ONLINE);
}

bool
plain_resolved(struct engine *e, struct now now, uint32_t token,
    const struct addr *addrs, size_t count, const char *error)
{
	for (size_t i = 0; i < PLAIN_DIALS_MAX; i++) {
		struct plain_dial *d = &e->plain->dials[i];
		if (!d->used || d->token != token || d->count > 0)
			continue;
		d->count = count < PEER_ADDRS_MAX ? count : PEER_ADDRS_MAX;
		if (d->count > 0)
			memcpy(d->addrs, addrs, d->count * sizeof(*addrs));
		if (d->count > 0)
			dial_begin(e, now, d);
		else
			plain_dial_failed(e, now, d,
			    error != NULL ? error : N_("it has no address"));
		return true;
	}
	return false;
}

/* "tcp://HOST:PORT" or "udp://HOST:PORT", and perhaps a framing behind it. */
static int
parse_target(struct plain_dial *d, const char *text)
{
	bool udp = strncmp(text, "udp://", 6) == 0;
	const char *blank = strchr(text, ' ');
	char *end;

	if (!udp && strncmp(text, "tcp://", 6) != 0)
		return ERR_FORMAT;
	if (blank != NULL && framing_parse(blank + 1, &d->framing) < 0)
		return ERR_FORMAT;
	d->transport = udp ? CARRIER_UDP : CARRIER_TCP;
	size_t n = blank == NULL ? strlen(text) : (size_t)(blank - text);
	d->host = xstrndup(text + 6, n - 6);
	if (addr_parse(d->host, 0, &d->addrs[0]) == 0) {
		d->port = d->addrs[0].port;
		d->count = 1;
		return d->port == 0 ? ERR_FORMAT : 0;
	}
	char *colon = strrchr(d->host, ':');
	unsigned long port = colon == NULL ? 0 : strtoul(colon + 1, &end, 10);
	if (port == 0 || port > UINT16_MAX || *end != '\0' || colon == d->host)
		return ERR_FORMAT;
	*colon = '\0';
	d->port = (uint16_t)port;
	return strcspn(d->host, " \t[]/:") < strlen(d->host) ? ERR_FORMAT : 0;
}

static void
show_host(struct plain_dial *d)
{
	char host[ADDR_TEXT_MAX];

	if (d->count == 0)
		return;
	free(d->host);
	d->host = xstrdup(addr_host_text(&d->addrs[0], host));
}

/* name: of /contact add, or NULL. */
static void
start(struct engine *e, struct now now, uint32_t conv, const char *target,
    const char *name)
{
	struct plain_dial *d = e->plain->dials;

	while (d < e->plain->dials + PLAIN_DIALS_MAX && d->used)
		d++;
	if (d == e->plain->dials + PLAIN_DIALS_MAX) {
		engine_error(e, now, conv,
		    "%d /connect are under way already; wait for one to end",
		    PLAIN_DIALS_MAX);
		return;
	}
	d->conv = conv;
	if (parse_target(d, target) < 0) {
		engine_error(e, now, conv,
		    "no such address: %s. Write tcp://HOST:PORT or "
		    "udp://HOST:PORT, and for tcp perhaps line, length, "
		    "length-le or datagram behind it",
		    target);
		dial_free(d);
		return;
	}
	show_host(d);
	d->used = true;
	d->token = ++e->next_token;
	d->name = name == NULL ? NULL : xstrdup(name);
	if (d->count > 0)
		dial_begin(e, now, d);
	else
		effect_add(e, (struct effect){ .kind = EFFECT_RESOLVE,
				  .token = d->token,
				  .text = d->host,
				  .port = d->port });
}

bool
plain_connect(struct engine *e, struct now now, const struct command *cmd)
{
	if (strncmp(cmd->text, "tcp://", 6) != 0 &&
	    strncmp(cmd->text, "udp://", 6) != 0)
		return false;
	if (plain_is_on(e, now, cmd->conv))
		start(e, now, cmd->conv, cmd->text, NULL);
	return true;
}

/* "NAME tcp://HOST:PORT" */
static void
do_contact(struct engine *e, struct now now, const struct command *cmd)
{
	const char *blank = strrchr(cmd->text, ' ');

	if (blank == NULL || !plain_is_on(e, now, cmd->conv))
		return;
	char *typed = xstrndup(cmd->text, (size_t)(blank - cmd->text));
	char *name = own_text(typed, PEER_TEXT_NAME, NULL);
	start(e, now, cmd->conv, blank + 1, name);
	free(name);
	free(typed);
}

static void
list_ports(struct engine *e, struct now now, uint32_t conv)
{
	unsigned count = 0;

	for (size_t i = 0; i < PLAIN_PORTS_MAX; i++) {
		const struct plain_port *s = &e->plain->ports[i];
		const struct listener *l = listeners_find(e, s->number);
		if (l == NULL || !l->stands)
			continue;
		count++;
		if (s->transport == CARRIER_TCP)
			engine_info(e, now, conv, "tcp %u %s", s->port,
			    framing_text(s->framing));
		else
			engine_info(e, now, conv,
			    s->shouts ? say(e->model->lang, "udp %u, shouts")
				      : say(e->model->lang, "udp %u"),
			    s->port);
	}
	if (count == 0)
		engine_info(e, now, conv, "no port listens for plain text");
}

static void
do_listen(struct engine *e, struct now now, const struct command *cmd)
{
	enum transport transport = cmd->on ? CARRIER_TCP : CARRIER_UDP;
	uint16_t port = (uint16_t)cmd->number;
	enum framing_kind framing = FRAMING_LINE;

	if (!plain_is_on(e, now, cmd->conv))
		return;
	if (port == 0) {
		list_ports(e, now, cmd->conv);
		return;
	}
	if (cmd->text != NULL && framing_parse(cmd->text, &framing) < 0)
		return;
	if (plain_port_find(e, transport, port) != NULL) {
		engine_error(e, now, cmd->conv,
		    "port %u is listened on already. /unlisten %s %u", port,
		    transport_text(transport), port);
		return;
	}
	struct plain_port *s = plain_port_open(e, transport, port);
	if (s == NULL) {
		engine_error(e, now, cmd->conv,
		    "%d ports are the most: /unlisten one", PLAIN_PORTS_MAX);
		return;
	}
	s->framing = framing;
	s->conv = cmd->conv;
}

static void
do_unlisten(struct engine *e, struct now now, const struct command *cmd)
{
	enum transport transport = cmd->on ? CARRIER_TCP : CARRIER_UDP;
	uint16_t port = (uint16_t)cmd->number;
	const struct plain_port *s = plain_port_find(e, transport, port);

	if (s == NULL) {
		engine_error(e, now, cmd->conv,
		    "port %u is not listened on. /listen tells which are",
		    port);
		return;
	}
	if (s->shouts) {
		engine_error(e, now, cmd->conv,
		    "port %u is that of the dialect itself: /set plain.port, "
		    "or /dialect plain off",
		    port);
		return;
	}
	plain_port_close(e, &e->plain->ports[s - e->plain->ports]);
	engine_info(e, now, cmd->conv,
	    "port %u is not listened on any more; connections stay", port);
}

/* The stream to the one that cmd names, or NULL and a word about it. */
static struct plain_line *
line_for(struct engine *e, struct now now, const struct command *cmd)
{
	const struct peer *p = model_peer(e->model, &cmd->peer);
	struct plain_line *line = plain_line_of(e, &cmd->peer);

	if (p != NULL && line == NULL)
		engine_error(e, now, cmd->conv,
		    "%s has no plain connection. /connect tcp://HOST:PORT",
		    p->name);
	return line;
}

static void
do_framing(struct engine *e, struct now now, const struct command *cmd)
{
	struct plain_line *line = line_for(e, now, cmd);
	const struct peer *p = model_peer(e->model, &cmd->peer);
	enum framing_kind kind;

	if (line == NULL)
		return;
	if (cmd->text != NULL && framing_parse(cmd->text, &kind) == 0) {
		framing_change(line->framing, kind);
		plain_line_read(e, now, line);
		line = plain_line_of(e, &cmd->peer);
	}
	if (line != NULL)
		engine_info(e, now, cmd->conv, "the framing with %s is %s",
		    p->name, framing_text(framing_kind(line->framing)));
}

static void
do_hangup(struct engine *e, struct now now, const struct command *cmd)
{
	struct plain_line *line = line_for(e, now, cmd);
	const struct peer *p = model_peer(e->model, &cmd->peer);

	if (line == NULL)
		return;
	engine_info(
	    e, now, cmd->conv, "you ended the connection with %s", p->name);
	plain_line_end(e, now, line);
}

void
plain_execute(struct engine *e, struct now now, const struct command *cmd)
{
	if (cmd->kind == COMMAND_LISTEN)
		do_listen(e, now, cmd);
	else if (cmd->kind == COMMAND_UNLISTEN)
		do_unlisten(e, now, cmd);
	else if (cmd->kind == COMMAND_FRAMING)
		do_framing(e, now, cmd);
	else if (cmd->kind == COMMAND_HANGUP)
		do_hangup(e, now, cmd);
	else if (cmd->kind == COMMAND_CONTACT)
		do_contact(e, now, cmd);
}

void
plain_describe(struct engine *e, struct now now, uint32_t conv)
{
	if (e->plain->on)
		engine_info(e, now, conv,
		    "plain: on, shouts on UDP port %u, %zu connections; never "
		    "encrypted, and nobody is who they seem",
		    (unsigned)e->model->settings.plain_port,
		    e->plain->line_count);
	else
		engine_info(e, now, conv,
		    "plain: off; for nc, telnet and small programs. /dialect "
		    "plain on");
}
