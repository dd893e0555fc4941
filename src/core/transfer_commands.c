/* SPDX-License-Identifier: MIT */
/*
 * What the user wants of transfers.
 */
#include "core/transfers.h"

#include "base/mem.h"

#include <stdlib.h>

/* Nothing will be seen to happen, though all is well. */
static void
tell_absent(struct engine *e, struct now now, const struct command *cmd,
    const struct transfer *t)
{
	const struct peer *p = model_peer(e->model, &t->peer);
	char label[PEER_LABEL_SIZE];

	if (wire_moves(t) && p != NULL && p->presence < PRESENCE_AWAY &&
	    p->link != PEER_LINK_UP)
		engine_info(e, now, cmd->conv,
		    "f%u goes on by itself when %s is there", (unsigned)t->id,
		    peer_label(p, false, label));
}

/* Which one is meant; NULL when the user was told that there is none. */
static struct transfer *
find(struct engine *e, struct now now, const struct command *cmd)
{
	struct transfer *t = NULL;

	if (cmd->number != 0)
		t = transfer_get(e, cmd->number);
	for (size_t i = e->model->transfer_count;
	     cmd->number == 0 && t == NULL && i-- > 0;) {
		struct transfer *each = e->model->transfers[i];
		if (!each->mine && each->conv == cmd->conv &&
		    each->state == TRANSFER_OFFERED)
			t = each;
	}
	if (t == NULL && cmd->number != 0)
		engine_error(e, now, cmd->conv,
		    "there is no transfer f%u; /files lists them",
		    (unsigned)cmd->number);
	else if (t == NULL)
		engine_error(
		    e, now, cmd->conv, "nothing is offered here; /files");
	return t;
}

static bool
is_over(struct engine *e, struct now now, const struct command *cmd,
    const struct transfer *t)
{
	if (!transfer_state_is_last(t->state) && !t->ending)
		return false;
	engine_error(e, now, cmd->conv, "f%u is over already", (unsigned)t->id);
	return true;
}

static void
refuse(struct engine *e, struct now now, const struct command *cmd)
{
	struct transfer *t = find(e, now, cmd);

	if (t == NULL || is_over(e, now, cmd, t))
		return;
	if (t->mine || t->state != TRANSFER_OFFERED) {
		engine_error(e, now, cmd->conv,
		    "f%u is not an offer that waits; /cancel f%u stops it",
		    (unsigned)t->id, (unsigned)t->id);
		return;
	}
	transfer_stop(e, now, t);
}

static void
cancel(struct engine *e, struct now now, const struct command *cmd)
{
	struct transfer *t = find(e, now, cmd);

	if (t != NULL && !is_over(e, now, cmd, t))
		transfer_stop(e, now, t);
}

static void
pause(struct engine *e, struct now now, const struct command *cmd)
{
	struct transfer *t = find(e, now, cmd);

	if (t == NULL || is_over(e, now, cmd, t))
		return;
	const char *why = wire_cannot_pause(t);
	if (why != NULL) {
		engine_error(e, now, cmd->conv, "f%u is not paused: %s",
		    (unsigned)t->id, say(e->model->lang, why));
		return;
	}
	wire_pause(e, now, t);
	t->paused_here = true;
	transfer_set_state(e, now, t, TRANSFER_PAUSED, NULL);
}

/* It may not, where that is not for us to say. */
static void
go_on(struct engine *e, struct now now, const struct command *cmd,
    struct transfer *t)
{
	const struct peer *p = model_peer(e->model, &t->peer);
	char label[PEER_LABEL_SIZE];

	wire_resume(e, now, t);
	if (p != NULL && transfer_rests_there(t))
		engine_info(e, now, cmd->conv,
		    "f%u is paused by %s, who lets it go on", (unsigned)t->id,
		    peer_label(p, false, label));
	else
		tell_absent(e, now, cmd, t);
}

static void
resume(struct engine *e, struct now now, const struct command *cmd)
{
	struct transfer *t = find(e, now, cmd);

	if (t == NULL || is_over(e, now, cmd, t))
		return;
	if (wire_moves(t) &&
	    (t->state == TRANSFER_PAUSED || t->state == TRANSFER_ACCEPTED)) {
		go_on(e, now, cmd, t);
		return;
	}
	engine_error(e, now, cmd->conv, "f%u is not paused", (unsigned)t->id);
}

static bool
can_be_asked_for(const struct transfer *t)
{
	return t->state == TRANSFER_OFFERED || t->state == TRANSFER_PAUSED ||
	       (t->state == TRANSFER_FAILED && !t->gone);
}

/* NULL when theirs can be taken, else why not, N_(). */
static const char *
why_not(struct engine *e, const struct transfer *t)
{
	const struct peer *p = model_peer(e->model, &t->peer);
	const struct contact *k = contact_find(e, &t->peer);

	if (t->mine)
		return N_("it is sent by you");
	if (t->state == TRANSFER_ACCEPTED || t->state == TRANSFER_RUNNING)
		return N_("it was asked for already");
	if (t->state == TRANSFER_DONE)
		return N_("it came already; another /send brings it again");
	if (!can_be_asked_for(t))
		return N_("it is not to be had any more");
	if (p != NULL && p->trust == TRUST_BLOCKED)
		return N_("you blocked them; /unblock");
	if (p != NULL && p->trust == TRUST_CHANGED && !peer_is_legacy(p) &&
	    (k == NULL || !k->accepted))
		return N_("this is not the one you talked to before, the key "
			  "differs; /query with the long tag takes it");
	if (!wire_moves(t) && transfers_running(e) >= TRANSFERS_RUNNING_MAX)
		return N_("too many transfers run already");
	return NULL;
}

/* What is here of it goes on only in its place. */
static void
begin_anew(struct engine *e, const struct command *cmd, struct transfer *t)
{
	if (cmd->text == NULL && t->state == TRANSFER_PAUSED)
		return;
	transfer_close(e, t, false);
	free(t->path);
	t->path = cmd->text == NULL ? NULL : xstrdup(cmd->text);
}

static void
get(struct engine *e, struct now now, const struct command *cmd)
{
	struct transfer *t = find(e, now, cmd);

	if (t == NULL)
		return;
	const char *why = why_not(e, t);
	enum transfer_state was = t->state;
	if (why == NULL && wire_moves(t) && was == TRANSFER_PAUSED &&
	    cmd->text == NULL) {
		go_on(e, now, cmd, t);
		return;
	}
	if (why == NULL) {
		begin_anew(e, cmd, t);
		t->offset = t->sink_open && !t->folder ? t->done : 0;
		/* The dialect looks at why it rested. */
		t->state = TRANSFER_ACCEPTED;
		why = wire_fetch(e, now, t);
		t->state = was;
	}
	if (why != NULL) {
		engine_error(e, now, cmd->conv, "f%u is not taken: %s",
		    (unsigned)t->id, say(e->model->lang, why));
		return;
	}
	transfer_set_state(e, now, t, TRANSFER_ACCEPTED, NULL);
	tell_absent(e, now, cmd, t);
}

static void
tell_rule(struct engine *e, struct now now, uint32_t conv,
    const struct contact *k, const struct peer *p)
{
	char label[PEER_LABEL_SIZE], size[SIZE_TEXT_SIZE];
	const struct lang *l = e->model->lang;

	peer_label(p, false, label);
	if (!k->has_rule) {
		engine_info(e, now, conv,
		    "files of %s are taken when you say so: /get", label);
		return;
	}
	const char *folder = k->rule.folder != NULL
				 ? k->rule.folder
				 : say(l, "the folder for downloads");
	if (k->rule.size_max == 0)
		engine_info(e, now, conv,
		    "files of %s are taken unasked, into %s", label, folder);
	else
		engine_info(e, now, conv,
		    "files of %s up to %s are taken unasked, into %s", label,
		    size_text(k->rule.size_max, size), folder);
	if (p->trust != TRUST_VERIFIED)
		engine_info(e, now, conv,
		    "but not now: %s is not verified; /verify", label);
}

static void
set_rule(struct engine *e, struct contact *k, const struct command *cmd)
{
	struct change change = { .kind = CHANGE_RULE, .fp = k->fp };

	free(k->rule.folder);
	k->rule = (struct accept_rule){ 0 };
	k->has_rule = cmd->on;
	if (cmd->on) {
		k->rule.size_max = cmd->size;
		k->rule.folder = cmd->text == NULL || cmd->text[0] == '\0'
				     ? NULL
				     : xstrdup(cmd->text);
		change.rule = &k->rule;
	}
	if (!k->kept)
		contact_keep(e, k);
	commit_change(e, k, &change);
}

/* NULL, or why there is no such rule, N_(). */
static const char *
cannot_accept(const struct peer *p, const struct command *cmd)
{
	if (p == NULL || p->is_self)
		return N_("that peer is not known");
	if (peer_is_legacy(p))
		return N_("only who is verified, and they have no key");
	if (cmd->on && cmd->number != UINT32_MAX && p->trust != TRUST_VERIFIED)
		return N_("only who is verified; /verify");
	return NULL;
}

static void
accept(struct engine *e, struct now now, const struct command *cmd)
{
	const struct peer *p = model_peer(e->model, &cmd->peer);
	const char *why = cannot_accept(p, cmd);
	struct contact *k =
	    why == NULL ? contact_get(e, now, &cmd->peer) : NULL;

	if (k == NULL) {
		engine_error(e, now, cmd->conv, "not taken unasked: %s",
		    say(e->model->lang,
			why == NULL ? N_("that peer is not known") : why));
		return;
	}
	if (cmd->number != UINT32_MAX)
		set_rule(e, k, cmd);
	tell_rule(e, now, cmd->conv, k, p);
	contact_release(e, k);
}

void
transfer_execute(struct engine *e, struct now now, const struct command *cmd)
{
	/* In the order of enum command_kind. */
	static void (*const runs[])(
	    struct engine *, struct now, const struct command *) = {
		transfer_send,
		get,
		refuse,
		cancel,
		pause,
		resume,
		accept,
	};
	size_t at = (size_t)cmd->kind - COMMAND_SEND_FILES;

	if (at < sizeof(runs) / sizeof(runs[0]))
		runs[at](e, now, cmd);
}
