/* SPDX-License-Identifier: MIT */
/*
 * What is asked of the system about a peer's host, and only because the user
 * asked: whoever runs the name server learns of it.
 */
#include "core/engine_state.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "core/paths.h"

#include <stdlib.h>
#include <string.h>

void
lookups_free(struct engine *e)
{
	for (size_t i = 0; i < LOOKUPS_MAX; i++) {
		free(e->lookups[i].found.name);
		free(e->lookups[i].found.service);
		e->lookups[i] = (struct lookup){ .token = 0 };
	}
}

static struct lookup *
lookup_find(struct engine *e, uint32_t token)
{
	for (size_t i = 0; i < LOOKUPS_MAX; i++)
		if (e->lookups[i].token == token)
			return &e->lookups[i];
	return NULL;
}

void
lookup_start(struct engine *e, struct now now, const struct command *cmd)
{
	const struct peer *p = model_peer(e->model, &cmd->peer);
	const struct addr *addr = p == NULL ? NULL : peer_host(p);
	const struct iface *by = NULL;
	struct lookup *l = lookup_find(e, 0);

	if (addr == NULL)
		return;
	if (l == NULL) {
		engine_error(e, now, cmd->conv,
		    "too many names are being looked up; try again");
		return;
	}
	/* What EFFECT_HOST told last is not read any more. */
	free(l->found.name);
	free(l->found.service);
	if (++e->next_token == 0)
		e->next_token = 1;
	*l = (struct lookup){
		.token = e->next_token,
		.conv = cmd->conv,
		.peer = p->fp,
		.found = {
			.addr = *addr,
			.reach = iface_reach(e->model->ifaces,
			    e->model->iface_count, addr, &by),
		},
	};
	/* Where earshot runs is told by itself. */
	if (!peer_is_legacy(p))
		l->found.addr.port = 0;
	effect_add(e, (struct effect){
			  .kind = EFFECT_LOOKUP,
			  .token = l->token,
			  .addr = l->found.addr,
			  .transport = p->transport,
		      });
}

static void
tell_mac(struct engine *e, struct now now, struct lookup *l,
    const struct looked_up *answer)
{
	struct host_found *f = &l->found;
	char at[ADDR_TEXT_MAX], mac[MAC_TEXT_SIZE];

	f->has_mac = answer->has_mac;
	memcpy(f->mac, answer->mac, sizeof(f->mac));
	addr_host_text(&f->addr, at);
	if (f->has_mac)
		engine_info(e, now, l->conv, "%s has the MAC address %s", at,
		    mac_text(f->mac, mac));
	else if (f->reach == IFACE_REACH_SUBNET)
		engine_info(e, now, l->conv,
		    "the MAC address of %s is not known: nothing was sent "
		    "there lately",
		    at);
}

static char *
clean(const char *text)
{
	if (text == NULL || *text == '\0')
		return NULL;
	return peer_text(
	    untrusted_of(text, strlen(text)), PEER_TEXT_LINE, NULL);
}

static void
tell_name(struct engine *e, struct now now, struct lookup *l,
    const struct looked_up *answer)
{
	struct host_found *f = &l->found;
	char at[ADDR_TEXT_MAX];

	f->name = clean(answer->name);
	f->service = clean(answer->service);
	addr_host_text(&f->addr, at);
	if (f->name != NULL)
		engine_info(
		    e, now, l->conv, "%s has the host name %s", at, f->name);
	else
		engine_info(e, now, l->conv, "%s has no host name: %s", at,
		    say(e->model->lang, answer->error == NULL
					    ? N_("none is known")
					    : answer->error));
	if (f->service != NULL)
		engine_info(e, now, l->conv, "port %u is that of %s",
		    (unsigned)f->addr.port, f->service);
	effect_add(e,
	    (struct effect){ .kind = EFFECT_HOST, .fp = l->peer, .host = f });
	l->token = 0;
}

void
engine_looked_up(struct engine *e, struct now now, uint32_t token,
    const struct looked_up *answer)
{
	struct lookup *l = token == 0 ? NULL : lookup_find(e, token);

	effects_begin(e, now);
	if (l == NULL) {
		path_looked_up(e, now, token, answer);
		return;
	}
	if (answer->ended)
		tell_name(e, now, l, answer);
	else
		tell_mac(e, now, l, answer);
}
