/* SPDX-License-Identifier: MIT */
/*
 * What a peer said goes to the standard input of the program, who it was into
 * its environment; its arguments are the user's alone. A program that hangs is
 * killed, one that floods is not read, and too many are not started: a hook
 * must not hold up anything.
 */
#include "app/hooks.h"

#include "app/child.h"
#include "app/log.h"
#include "base/bucket.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/words.h"
#include "ui/mention.h"

#include <stdlib.h>
#include <string.h>

enum { TAG_CHILD };

struct hooks {
	struct front front;
	struct children *children;
	struct bucket bucket;
	struct fp *online; /* who was, when last told of */
	size_t online_count, online_cap;
	size_t left_out; /* since the log was told */
};

/* What happened. */
struct happening {
	const char *event; /* the word of EARSHOT_EVENT */
	const struct peer *peer;
	struct fp from;
	const char *message; /* its id; NULL: none */
	const char *text;    /* for the standard input; NULL: none */
	const char *path;    /* of a file that came; NULL else */
};

static char *
variable(const char *name, const char *value)
{
	return xasprintf("%s=%s", name, value == NULL ? "" : value);
}

static bool
may_start(struct hooks *h, const struct shell *sh)
{
	if (bucket_take(&h->bucket, sh->now.mono_ms)) {
		if (h->left_out > 0)
			log_line("%zu hooks were not started: too many at once",
			    h->left_out);
		h->left_out = 0;
		return true;
	}
	h->left_out++;
	return false;
}

static void
start(struct hooks *h, const struct shell *sh, const struct words *argv,
    const struct happening *it)
{
	const struct peer *p = it->peer;
	char id[FP_TEXT_SIZE];
	bool keyed = p != NULL && !peer_is_legacy(p);
	char *env[] = {
		variable("EARSHOT_EVENT", it->event),
		variable("EARSHOT_FROM", p == NULL ? NULL : p->name),
		variable("EARSHOT_ID", keyed ? fp_text(&it->from, id) : NULL),
		variable("EARSHOT_MESSAGE", it->message),
		variable("EARSHOT_DIALECT",
		    p == NULL ? NULL : dialect_text(p->dialect)),
		variable("EARSHOT_PATH", it->path),
		NULL,
	};
	struct child_spec spec = {
		.argv = (const char *const *)argv->items,
		.input = it->text == NULL ? "" : it->text,
		.input_size = it->text == NULL ? 0 : strlen(it->text),
		.limit_ms = HOOK_MS,
		.env = (const char *const *)env,
	};
	int err = child_start(h->children, &spec, sh->now.mono_ms);

	if (err == ERR_NOT_FOUND)
		log_line("a hook: there is no program %s", argv->items[0]);
	else if (err < 0)
		h->left_out++;
	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
}

static void
fire(struct hooks *h, const struct shell *sh, const char *program,
    const struct happening *it)
{
	struct words argv;

	if (program == NULL || !may_start(h, sh))
		return;
	if (words_split(program, &argv) < 0) {
		log_line("a hook is no program and words: %s", program);
		return;
	}
	if (argv.count > 0)
		start(h, sh, &argv, it);
	words_clear(&argv);
}

static void
on_message(struct hooks *h, struct shell *sh, const struct effect *effect)
{
	const struct model *m = shell_model(sh);
	const struct settings *s = &m->settings;
	const struct conv *c = model_conv(m, effect->conv);
	const struct message *msg =
	    effect->serial == 0 ? NULL : conv_message(c, effect->serial);
	char id[MSG_ID_TEXT_SIZE];

	if (msg == NULL || msg->mine || msg->ran != RAN_NOT ||
	    (msg->kind != MESSAGE_TEXT && msg->kind != MESSAGE_SHOUT))
		return;
	bool shout = msg->kind == MESSAGE_SHOUT;
	struct happening it = {
		.event = shout ? "shout" : "message",
		.peer = model_peer(m, &msg->from),
		.from = msg->from,
		.message = msg_id_text(&msg->id, id),
		.text = msg->text,
	};
	fire(h, sh, shout ? s->hook_shout : s->hook_message, &it);
	it.event = "mention";
	/* It costs more than the rest of a message. */
	if (s->hook_mention != NULL && mention_is(m, msg))
		fire(h, sh, s->hook_mention, &it);
}

static void
on_transfer(struct hooks *h, struct shell *sh, const struct effect *effect)
{
	const struct model *m = shell_model(sh);
	const struct transfer *t = model_transfer(m, effect->token);

	if (t == NULL || t->mine || effect->on ||
	    effect->state != TRANSFER_DONE)
		return;
	struct happening it = {
		.event = "file",
		.peer = model_peer(m, &t->peer),
		.from = t->peer,
		.text = t->name,
		.path = t->path,
	};
	fire(h, sh, m->settings.hook_file, &it);
}

static struct fp *
find_online(struct hooks *h, const struct fp *fp)
{
	for (size_t i = 0; i < h->online_count; i++)
		if (fp_equal(&h->online[i], fp))
			return &h->online[i];
	return NULL;
}

static void
on_peer(struct hooks *h, struct shell *sh, const struct effect *effect)
{
	const struct model *m = shell_model(sh);
	const struct peer *p = model_peer(m, &effect->fp);
	struct fp *known = find_online(h, &effect->fp);
	bool here = p != NULL && (p->presence == PRESENCE_ONLINE ||
				     p->presence == PRESENCE_AWAY);

	if (known != NULL && (p == NULL || p->presence == PRESENCE_OFFLINE))
		*known = h->online[--h->online_count];
	if (known != NULL || !here || p->is_self)
		return;
	h->online = xgrow(
	    h->online, h->online_count, &h->online_cap, sizeof(*h->online));
	h->online[h->online_count++] = effect->fp;
	struct happening it = {
		.event = "online", .peer = p, .from = effect->fp
	};
	fire(h, sh, m->settings.hook_online, &it);
}

static void
hooks_report(struct front *f, struct shell *sh, const struct effect *effect)
{
	struct hooks *h = (struct hooks *)f;

	if (effect->kind == EFFECT_MESSAGE)
		on_message(h, sh, effect);
	else if (effect->kind == EFFECT_TRANSFER)
		on_transfer(h, sh, effect);
	else if (effect->kind == EFFECT_PEER)
		on_peer(h, sh, effect);
}

static void
hooks_watch(struct front *f, struct shell *sh, struct loop *l)
{
	const struct hooks *h = (const struct hooks *)f;

	(void)sh;
	children_watch(h->children, l, front_tag(f, TAG_CHILD));
}

static void
hooks_ready(struct front *f, struct shell *sh, const struct loop_event *ev)
{
	(void)sh;
	children_ready(((struct hooks *)f)->children, ev);
}

static void
hooks_turn(struct front *f, struct shell *sh)
{
	struct child_event ev;

	while (
	    children_next(((struct hooks *)f)->children, sh->now.mono_ms, &ev))
		if (ev.ended && ev.status != 0)
			log_line("a hook ended with %d", ev.status);
}

static int64_t
hooks_deadline(struct front *f, struct shell *sh)
{
	(void)sh;
	return children_deadline(((struct hooks *)f)->children);
}

struct hooks *
hooks_new(struct shell *sh)
{
	struct hooks *h = xcalloc(1, sizeof(*h));

	h->front = (struct front){
		.report = hooks_report,
		.watch = hooks_watch,
		.ready = hooks_ready,
		.turn = hooks_turn,
		.deadline = hooks_deadline,
	};
	h->children = children_new();
	bucket_init(
	    &h->bucket, HOOKS_PER_S * 1000, HOOKS_BURST, sh->now.mono_ms);
	front_add(&sh->fronts, &h->front);
	return h;
}

void
hooks_free(struct shell *sh, struct hooks *h)
{
	if (h == NULL)
		return;
	front_remove(&sh->fronts, &h->front);
	children_free(h->children);
	free(h->online);
	free(h);
}
