/* SPDX-License-Identifier: MIT */
#include "app/bot.h"

#include "app/language.h"
#include "base/mem.h"

#include <string.h>

enum {
	SHOUT_FIRST_MS = 3000,
	SHOUT_AGAIN_MS = 45000,
	/* Everything pending when a turn ends; more comes in the next. */
	ANSWERS_MAX = 64,
};

static const struct bot table[] = {
	{ .name = "echo",
	    .greeting = N_("Hello! Whatever you write to me comes back. "
			   "/help shows what else there is."),
	    .echo = true },
	{ .name = "noor", .away = N_("at lunch") },
	{ .name = "crier",
	    .shout =
		N_("a shout reaches everybody on the network: /shout TEXT") },
};

/* What to say is decided while effects are drained and said in the turn. */
struct answer {
	struct fp to;
	char *text;
};

struct bot_front {
	struct front front;
	const struct bot *bot;
	struct answer answers[ANSWERS_MAX];
	size_t answer_count;
	int64_t shout_ms;
	bool settled;
};

static struct bot_front *
bot_of(struct front *f)
{
	return (struct bot_front *)f;
}

const struct bot *
bots(size_t *ret_count)
{
	*ret_count = sizeof(table) / sizeof(table[0]);
	return table;
}

static bool
is_bot(const struct peer *p)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(table[i].name, p->name) == 0)
			return true;
	}
	return false;
}

static void
plan(struct bot_front *b, const struct fp *to, const char *text)
{
	if (b->answer_count < ANSWERS_MAX)
		b->answers[b->answer_count++] =
		    (struct answer){ .to = *to, .text = xstrdup(text) };
}

static void
bot_report(struct front *f, struct shell *sh, const struct effect *effect)
{
	struct bot_front *b = bot_of(f);
	const struct model *m = shell_model(sh);

	if (effect->kind == EFFECT_PEER && b->bot->greeting != NULL) {
		const struct peer *p = model_peer(m, &effect->fp);
		if (p != NULL && p->conv == 0 && !is_bot(p) &&
		    p->presence >= PRESENCE_AWAY)
			plan(b, &effect->fp, say(language(), b->bot->greeting));
	}
	if (effect->kind != EFFECT_MESSAGE || !b->bot->echo)
		return;
	const struct message *msg =
	    conv_message(model_conv(m, effect->conv), effect->serial);
	if (msg->kind == MESSAGE_TEXT && !msg->mine && msg->ran == RAN_NOT)
		plan(b, &msg->from, msg->text);
}

static void
say_planned(struct bot_front *b, struct shell *sh)
{
	size_t count = b->answer_count;

	b->answer_count = 0;
	struct answer answers[ANSWERS_MAX];
	memcpy(answers, b->answers, count * sizeof(*answers));
	for (size_t i = 0; i < count; i++) {
		struct command cmd = { .kind = COMMAND_SAY,
			.conv = CONV_NEARBY,
			.peer = answers[i].to,
			.text = answers[i].text };
		shell_command(sh, &cmd);
	}
}

static void
bot_turn(struct front *f, struct shell *sh)
{
	struct bot_front *b = bot_of(f);

	if (!b->settled && b->bot->away != NULL) {
		struct command cmd = { .kind = COMMAND_AWAY,
			.conv = CONV_NEARBY,
			.text = xstrdup(say(language(), b->bot->away)) };
		shell_command(sh, &cmd);
	}
	if (!b->settled && b->bot->shout != NULL)
		b->shout_ms = sh->now.mono_ms + SHOUT_FIRST_MS;
	b->settled = true;
	if (sh->now.mono_ms >= b->shout_ms) {
		struct command cmd = { .kind = COMMAND_SHOUT,
			.conv = CONV_NEARBY,
			.text = xstrdup(say(language(), b->bot->shout)) };
		b->shout_ms = sh->now.mono_ms + SHOUT_AGAIN_MS;
		shell_command(sh, &cmd);
	}
	say_planned(b, sh);
}

static int64_t
bot_deadline(struct front *f, struct shell *sh)
{
	struct bot_front *b = bot_of(f);

	return b->answer_count > 0 ? sh->now.mono_ms : b->shout_ms;
}

void
bot_run(struct shell *sh, const struct bot *bot)
{
	struct bot_front b = {
		.front = {
			.report = bot_report,
			.turn = bot_turn,
			.deadline = bot_deadline,
		},
		.bot = bot,
		.shout_ms = NEVER_MS,
	};

	shell_run(sh, &b.front);
}
