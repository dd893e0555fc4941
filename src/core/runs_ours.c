/* SPDX-License-Identifier: MIT */
/*
 * Commands that the user has run by somebody else. What comes back is text of a
 * peer, and no more of it is taken than an honest one says.
 */
#include "core/runs.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "base/words.h"
#include "core/run_entry.h"

#include <stdlib.h>
#include <string.h>

/* A name and its arguments, cleaned; NULL and why not. */
static const char *
take_words(const char *text, struct words *ret_words)
{
	if (words_split(text, ret_words) < 0)
		return N_("a quote has no end, or there are too many words");
	for (size_t i = 0; i < ret_words->count; i++) {
		char *clean =
		    own_text(ret_words->items[i], PEER_TEXT_LINE, NULL);
		free(ret_words->items[i]);
		ret_words->items[i] = clean;
	}
	if (ret_words->count > 0 &&
	    run_name_is_good(ret_words->items[0], strlen(ret_words->items[0])))
		return ret_words->count - 1 > RUN_ARGS_MAX
			   ? N_("there are more than 8 arguments")
			   : NULL;
	return N_("a command has a name of letters, digits and -_.");
}

static bool
pack_args(struct run *r, char *const *args, size_t count)
{
	struct buf b;
	int err = 0;

	buf_init(&b, RUN_ARGS_BYTES_MAX);
	for (size_t i = 0; i < count && err == 0; i++)
		err = buf_append(&b, args[i], strlen(args[i]) + 1);
	if (err == 0 && buf_size(&b) > 0) {
		r->args = xmemdup(buf_data(&b), buf_size(&b));
		r->args_size = buf_size(&b);
	}
	buf_clear(&b);
	return err == 0;
}

void
run_request(struct engine *e, struct now now, struct run *r)
{
	struct msg m = { .type = MSG_RUN,
		.run = { .id = r->id,
		    .name = untrusted_of(r->name, strlen(r->name)),
		    .args = r->args,
		    .args_size = r->args_size } };

	r->sent = true;
	r->due_ms = NEVER_MS;
	run_show(e, now, &r->peer, true, RAN_ASKED, r->line);
	run_report(e, r, RUN_STEP_ASKED, r->line, 0, 0);
	run_send(e, now, &r->peer, &m);
}

static const char *
begin(struct engine *e, struct now now, const struct command *cmd,
    struct contact *k, const struct words *w)
{
	struct run *r = run_add(e, &k->fp, true);

	if (r == NULL)
		return N_("8 commands at a time; wait for one to end");
	if (!pack_args(r, w->items + 1, w->count - 1)) {
		run_remove(r);
		return N_("the arguments are longer than 4096 bytes");
	}
	rng_fill(&e->rng, r->id.b, MSG_ID_SIZE);
	r->name = xstrdup(w->items[0]);
	r->line = run_line(r->name, w->items + 1, w->count - 1);
	r->conv = cmd->conv;
	if (k->conn != 0) {
		run_request(e, now, r);
		return NULL;
	}
	r->due_ms = now.mono_ms + RUN_DIAL_MS;
	dialling_want(k, now, 0);
	return NULL;
}

void
run_ask(struct engine *e, struct now now, const struct command *cmd)
{
	struct words w = { .count = 0 };
	const char *why = take_words(cmd->text == NULL ? "" : cmd->text, &w);
	struct contact *k = why == NULL ? talk_partner(e, now, cmd) : NULL;

	if (k != NULL) {
		why = begin(e, now, cmd, k, &w);
		contact_release(e, k);
	}
	words_clear(&w);
	if (why != NULL)
		engine_error(
		    e, now, cmd->conv, "not run: %s", say(e->model->lang, why));
}

void
run_heard(struct engine *e, struct now now, struct run *r,
    const struct msg_run_news *m)
{
	size_t n;
	char *text = peer_text(m->text, PEER_TEXT_BODY, &n);

	r->size += n;
	if (r->size <= RUN_HEARD_MAX && ++r->pieces <= RUN_PIECES_MAX) {
		run_show(e, now, &r->peer, false, RAN_SAID, text);
		run_report(e, r, RUN_STEP_SAID, text, 0, 0);
	} else {
		run_send_news(e, now, r, MSG_RUN_STOP, 0, 0);
		run_answered(e, now, r, RUN_LONG, 0);
	}
	free(text);
}

void
run_answered(
    struct engine *e, struct now now, struct run *r, uint8_t end, uint8_t code)
{
	run_show_end(e, now, r, end, code);
	run_remove(r);
}

void
run_give_up(struct engine *e, struct now now, struct run *r, const char *why)
{
	engine_error(
	    e, now, r->conv, "%s: %s", r->line, say(e->model->lang, why));
	run_report(e, r, RUN_STEP_OVER, why, RUN_STOPPED, 0);
	run_remove(r);
}
