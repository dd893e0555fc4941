/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct engine *
engine_of(const struct story *st, unsigned node)
{
	return sim_node(st->sim, node)->engine;
}

static bool
is_alive(const struct story *st, unsigned node)
{
	return sim_node(st->sim, node)->alive;
}

/* Two who know each other, the first one alive. */
static bool
pick_pair(struct story *st, unsigned *from, unsigned *to)
{
	*from = rng_below(st->rng, st->people);
	*to = (*from + 1 + rng_below(st->rng, st->people - 1)) % st->people;
	return is_alive(st, *from) && sim_peer(st->sim, *from, *to) != NULL;
}

static const struct conv *
conv_of(const struct story *st, unsigned node, unsigned peer)
{
	return model_conv_of(engine_model(engine_of(st, node)),
	    &sim_node(st->sim, peer)->identity.fp);
}

/* A text on the screen of node; NULL when the dice find none. */
static const struct message *
pick_message(struct story *st, unsigned node, unsigned peer)
{
	const struct conv *c = conv_of(st, node, peer);

	for (unsigned i = 0; c != NULL && i < 4; i++) {
		uint64_t count = c->next_serial - c->first_serial;
		if (count == 0)
			break;
		const struct message *m = conv_message(
		    c, c->first_serial + rng_below(st->rng, (uint32_t)count));
		if (m->kind == MESSAGE_TEXT)
			return m;
	}
	return NULL;
}

static void
run_command(struct story *st, unsigned node, unsigned peer, struct command cmd,
    const char *text)
{
	cmd.peer = sim_node(st->sim, peer)->identity.fp;
	if (cmd.conv == 0)
		cmd.conv = CONV_NEARBY;
	cmd.text = text == NULL ? NULL : xstrdup(text);
	ledger_trace(st->ledger, "%s: command %d about %s: %s",
	    sim_node(st->sim, node)->name, (int)cmd.kind,
	    sim_node(st->sim, peer)->name, text == NULL ? "" : text);
	sim_do(st->sim, node, &cmd);
}

void
people_write(struct story *st, unsigned from, unsigned to)
{
	struct command cmd = { .kind = COMMAND_SAY };
	char text[LEDGER_TEXT_SIZE];
	const struct message *m =
	    rng_below(st->rng, 5) == 0 ? pick_message(st, from, to) : NULL;

	if (m != NULL) {
		cmd.has_target = true;
		cmd.target = m->id;
	}
	snprintf(text, sizeof(text), "%u>%u %u", from, to, ++st->written);
	run_command(st, from, to, cmd, text);
}

/* The revision that node just made goes out as one of something that is not
 * its own. */
static void
forge(struct story *st, unsigned node, unsigned peer, size_t before)
{
	const struct lane *lane = &st->ledger->lanes[node][peer];
	const struct lane *theirs = &st->ledger->lanes[peer][node];

	if (node != st->cheat || lane->count == before || theirs->count == 0)
		return;
	struct post *p = lane->posts[lane->count - 1];
	const struct post *victim =
	    theirs->posts[rng_below(st->rng, (uint32_t)theirs->count)];
	if (p->revision == REVISION_REACT || victim->is_revision)
		return;
	p->forged = true;
	p->forged_target = victim->id;
}

static void
revise(struct story *st, unsigned node, unsigned peer)
{
	static const enum command_kind kinds[] = { COMMAND_EDIT, COMMAND_EDIT,
		COMMAND_DELETE, COMMAND_REACT, COMMAND_REACT };
	const struct message *m = pick_message(st, node, peer);
	struct command cmd = { .kind = kinds[rng_below(st->rng, 5)] };
	size_t before = st->ledger->lanes[node][peer].count;
	char text[LEDGER_TEXT_SIZE];

	if (m == NULL)
		return;
	/* Of theirs, mostly what is allowed. */
	if (!m->mine && rng_below(st->rng, 4) > 0)
		cmd.kind = COMMAND_REACT;
	cmd.target = m->id;
	cmd.has_target = true;
	snprintf(text, sizeof(text),
	    cmd.kind == COMMAND_REACT ? "+%u" : "better %u", ++st->written);
	if (cmd.kind == COMMAND_REACT && rng_below(st->rng, 4) == 0)
		text[0] = '\0';
	run_command(st, node, peer, cmd, text);
	forge(st, node, peer, before);
}

static void
cancel(struct story *st, unsigned node, unsigned peer)
{
	const struct lane *lane = &st->ledger->lanes[node][peer];
	struct command cmd = { .kind = COMMAND_CANCEL };
	unsigned how = rng_below(st->rng, 3);

	if (how == 0 && lane->count > 0) {
		/* Most often one of the last. */
		size_t back = rng_below(st->rng, 3) % lane->count;
		cmd.has_target = true;
		cmd.target = lane->posts[lane->count - 1 - back]->id;
	} else if (how == 1) {
		run_command(st, node, peer,
		    (struct command){ .kind = COMMAND_OUTBOX }, NULL);
		cmd.number = 1;
		if (!is_alive(st, node))
			return;
	}
	st->ledger->cancelling = true;
	run_command(st, node, peer, cmd, NULL);
	st->ledger->cancelling = false;
}

/* The number in "N messages wait", in the last line of the last notice. */
static bool
read_outbox(const struct model *m, size_t *ret_waiting)
{
	const struct conv *c = model_conv(m, CONV_NEARBY);
	const char *text = conv_message(c, c->next_serial - 1)->text;
	const char *line = strrchr(text, '\n');

	line = line == NULL ? text : line + 1;
	*ret_waiting = 0;
	if (strcmp(line, "nothing waits") == 0)
		return true;
	*ret_waiting = strtoul(line, NULL, 10);
	return strstr(line, " wait") != NULL;
}

static void
look_at_outbox(struct story *st, unsigned node, unsigned peer)
{
	size_t least, most, told;

	ledger_waiting_of(st->ledger, node, &least, &most);
	run_command(
	    st, node, peer, (struct command){ .kind = COMMAND_OUTBOX }, NULL);
	if (!is_alive(st, node))
		return;
	if (!read_outbox(engine_model(engine_of(st, node)), &told))
		ledger_fail(st->ledger, "/outbox says nothing of use");
	else if (told < least || told > most)
		ledger_fail(st->ledger,
		    "%s hears that %zu wait; it is %zu to %zu",
		    sim_node(st->sim, node)->name, told, least, most);
}

static void
forget(struct story *st, unsigned node, unsigned peer)
{
	struct command cmd = { .kind = COMMAND_FORGET };
	const struct message *m = pick_message(st, node, peer);

	cmd.on = rng_below(st->rng, 4) == 0;
	if (m != NULL && rng_below(st->rng, 3) > 0) {
		cmd.has_target = true;
		cmd.target = m->id;
	}
	st->ledger->forgetting = true;
	run_command(st, node, peer, cmd, NULL);
	st->ledger->forgetting = false;
}

static void
in_conv(struct story *st, unsigned node, unsigned peer, enum command_kind kind)
{
	const struct conv *c = conv_of(st, node, peer);
	struct command cmd = { .kind = kind };

	if (c == NULL)
		return;
	cmd.conv = c->id;
	cmd.number = 1 + rng_below(st->rng, 20);
	run_command(st, node, peer, cmd,
	    kind == COMMAND_DRAFT
		? (rng_below(st->rng, 2) == 0 ? "half a thought" : "")
		: NULL);
}

static void
set(struct story *st, unsigned node, unsigned peer)
{
	struct command cmd = { .kind = COMMAND_RECEIPTS };

	cmd.on = rng_below(st->rng, 3) > 0;
	if (rng_below(st->rng, 5) == 0)
		cmd.kind = COMMAND_HISTORY;
	if (rng_below(st->rng, 4) == 0) {
		cmd.kind = COMMAND_TRANSPORT;
		cmd.number = rng_below(st->rng, 3);
	}
	run_command(st, node, peer, cmd, NULL);
}

/* How somebody is called, and whether the number was the same, has nothing to
 * do with what is delivered; nor has a setting. */
static void
prefer(struct story *st, unsigned node, unsigned peer)
{
	static const enum command_kind kinds[] = { COMMAND_ALIAS, COMMAND_MUTE,
		COMMAND_VERIFY, COMMAND_SET };
	static const char *const settings[] = { "talk.typing off",
		"status somewhere", "name newton", "history.days 1" };
	struct command cmd = { .kind = kinds[rng_below(st->rng, 4)] };
	const char *text = NULL;

	cmd.number = rng_below(st->rng, 3);
	cmd.on = rng_below(st->rng, 2) == 0;
	if (cmd.kind == COMMAND_ALIAS)
		text = cmd.on ? "somebody" : "";
	if (cmd.kind == COMMAND_SET)
		text = settings[rng_below(st->rng, 4)];
	run_command(st, node, peer, cmd, text);
}

static void
block(struct story *st, unsigned node, unsigned peer)
{
	struct command cmd = { .kind = COMMAND_BLOCK };

	cmd.on = rng_below(st->rng, 2) == 0;
	st->ledger->blocking = true;
	run_command(st, node, peer, cmd, NULL);
	st->ledger->blocking = false;
}

/* To nobody but oneself. */
static void
note(struct story *st, unsigned node)
{
	unsigned dice = rng_below(st->rng, 10);

	if (dice < 5)
		people_write(st, node, node);
	else if (dice < 8)
		revise(st, node, node);
	else if (dice < 9)
		in_conv(st, node, node,
		    rng_below(st->rng, 2) == 0 ? COMMAND_OLDER : COMMAND_DRAFT);
	else if (rng_below(st->rng, 3) == 0)
		forget(st, node, node);
}

static void
talk(struct story *st, unsigned node, unsigned peer, unsigned dice)
{
	if (dice < 45)
		people_write(st, node, peer);
	else if (dice < 60)
		revise(st, node, peer);
	else if (dice < 65)
		cancel(st, node, peer);
	else if (dice < 70)
		look_at_outbox(st, node, peer);
	else if (dice < 80)
		in_conv(st, node, peer, COMMAND_READ);
	else if (dice < 84)
		run_command(st, node, peer,
		    (struct command){ .kind = COMMAND_OPEN }, NULL);
	else if (dice < 87)
		in_conv(st, node, peer, COMMAND_OLDER);
	else if (dice < 90)
		in_conv(st, node, peer, COMMAND_DRAFT);
	else if (dice < 93)
		run_command(st, node, peer,
		    (struct command){ .kind = COMMAND_TYPING, .on = true },
		    NULL);
	else if (dice < 98)
		set(st, node, peer);
	else
		forget(st, node, peer);
}

void
people_act(struct story *st)
{
	unsigned dice = rng_below(st->rng, 110), node, peer;

	if (!pick_pair(st, &node, &peer))
		return;
	if (dice >= 106)
		note(st, node);
	else if (dice >= 102)
		prefer(st, node, peer);
	else if (dice >= 100)
		block(st, node, peer);
	else
		talk(st, node, peer, dice);
}

static void
look(struct story *st, unsigned node, unsigned peer)
{
	enum { PAGES_MAX = 40 };
	struct command older = { .kind = COMMAND_OLDER, .number = 100 };

	if (sim_peer(st->sim, node, peer) == NULL)
		return;
	run_command(
	    st, node, peer, (struct command){ .kind = COMMAND_OPEN }, NULL);
	const struct conv *c = conv_of(st, node, peer);
	older.conv = c->id;
	for (unsigned i = 0; c->older && i < PAGES_MAX; i++)
		run_command(st, node, peer, older, NULL);
	if (c->older)
		ledger_fail(st->ledger, "the history has no beginning");
}

void
people_look(struct story *st)
{
	for (unsigned a = 0; a < st->people; a++) {
		for (unsigned b = 0; b < st->people; b++) {
			look(st, a, b);
		}
	}
}
