/* SPDX-License-Identifier: MIT */
/*
 * Commands that are run here for somebody else. Who asks is whoever the session
 * proved, and has to be verified by the user; what runs is what the user wrote,
 * and nothing that came is more of it than single words. Whom nobody verified
 * does not learn which commands there are, and who is verified not those that
 * are for others.
 */
#include "core/runs.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "core/probes.h"
#include "core/run_entry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What was asked for, clean. */
struct asked {
	char *name;
	char *args[RUN_ARGS_MAX];
	size_t count;
};

static void
asked_read(const struct msg_run *m, struct asked *a)
{
	const uint8_t *at = m->args, *end = at;

	if (m->args_size > 0)
		end += m->args_size;
	*a = (struct asked){ .name = peer_text(m->name, PEER_TEXT_LINE, NULL) };
	while (at < end && a->count < RUN_ARGS_MAX) {
		const uint8_t *zero = memchr(at, 0, (size_t)(end - at));
		assert(zero != NULL);
		a->args[a->count++] =
		    peer_text(untrusted_of(at, (size_t)(zero - at)),
			PEER_TEXT_LINE, NULL);
		at = zero + 1;
	}
}

static void
asked_clear(struct asked *a)
{
	free(a->name);
	for (size_t i = 0; i < a->count; i++)
		free(a->args[i]);
}

static bool
is_trusted(const struct engine *e, const struct fp *fp)
{
	const struct peer *p = model_peer(e->model, fp);

	return p != NULL && !peer_is_legacy(p) && p->trust == TRUST_VERIFIED;
}

/* The words of the program, or NULL and why there are none. */
static char *
judge(struct engine *e, struct now now, struct contact *k,
    const struct asked *a, uint8_t *ret_why)
{
	const struct settings *s = &e->model->settings;
	const struct peer *p = model_peer(e->model, &k->fp);
	const char *entry = NULL;
	char *lines;

	*ret_why = RUN_NOT_VERIFIED;
	if (!is_trusted(e, &k->fp) || !k->pinned)
		return NULL;
	*ret_why = RUN_NOT_LISTED;
	if (run_name_is_good(a->name, strlen(a->name)) &&
	    run_is_granted(&s->run_grants, a->name, p))
		entry = run_entry_find(&s->runs, a->name);
	if (entry == NULL)
		return NULL;
	*ret_why = RUN_BAD_ARGS;
	if (run_entry_fill(entry, a->args, a->count, &lines) < 0)
		return NULL;
	/* Nothing runs that is not written down. */
	if (e->model->store_failed || commit_is_full(e))
		*ret_why = RUN_BUSY;
	else if (!bucket_take(&k->runs, now.mono_ms))
		*ret_why = RUN_TOO_OFTEN;
	else
		return lines;
	free(lines);
	return NULL;
}

static void
refuse(struct engine *e, struct now now, struct contact *k,
    const struct msg_id *id, uint8_t why)
{
	struct msg m = { .type = MSG_RUN_END,
		.news = { .target = *id, .end = RUN_REFUSED, .code = why } };

	run_send(e, now, &k->fp, &m);
}

static void
start(struct engine *e, struct now now, struct run *r, const char *lines)
{
	char *text = xasprintf("%s\n%s", r->name, lines);

	run_show(e, now, &r->peer, false, RAN_ASKED, r->line);
	run_report(e, r, RUN_STEP_ASKED, r->line, 0, 0);
	effect_add(e, (struct effect){
			  .kind = EFFECT_RUN,
			  .token = r->token,
			  .fp = r->peer,
			  .text = text,
			  .limit_ms = INT64_C(1000) * e->model->settings.run_s,
		      });
	free(text);
}

/* What it wanted is shown; what a stranger has to say is not shown like that,
 * past all that keeps strangers in their place. */
static char *
line_of(const struct engine *e, const struct contact *k, const struct asked *a)
{
	if (probes_may_ask(e, k))
		return run_line(a->name, a->args, a->count);
	return xstrdup(
	    run_name_is_good(a->name, strlen(a->name)) ? a->name : "?");
}

void
run_asked(struct engine *e, struct now now, struct contact *k,
    const struct msg_run *m)
{
	struct asked a;
	uint8_t why;

	if (run_find(e, &k->fp, false, &m->id) != NULL)
		return;
	asked_read(m, &a);
	char *line = line_of(e, k, &a);
	char *lines = judge(e, now, k, &a, &why);
	struct run *r = lines == NULL ? NULL : run_add(e, &k->fp, false);
	if (r == NULL) {
		why = lines == NULL ? why : RUN_BUSY;
		refuse(e, now, k, &m->id, why);
		run_show_refusal(e, now, &k->fp, line, why);
		free(line);
	} else {
		r->id = m->id;
		r->line = line;
		r->name = xstrdup(a.name);
		start(e, now, r, lines);
	}
	free(lines);
	asked_clear(&a);
}

/* So much of what is held is one piece: whole lines, where there are some. */
static size_t
piece_size(const struct buf *held)
{
	const char *p = (const char *)buf_data(held);
	size_t n = buf_size(held);

	if (n <= RUN_RAW_MAX)
		return n;
	n = RUN_RAW_MAX;
	while (n > 0 && p[n - 1] != '\n')
		n--;
	if (n == 0)
		n = utf8_cut(p, buf_size(held), RUN_RAW_MAX);
	return n > 0 ? n : RUN_RAW_MAX;
}

static void
tell_piece(struct engine *e, struct now now, struct run *r)
{
	size_t size, n = piece_size(&r->held);
	char *text = peer_text(
	    untrusted_of(buf_data(&r->held), n), PEER_TEXT_BODY, &size);

	buf_consume(&r->held, n);
	if (size > 0 && text[size - 1] == '\n')
		text[--size] = '\0';
	if (size > 0) {
		struct msg m = { .type = MSG_RUN_OUTPUT,
			.news = { .target = r->id,
			    .text = untrusted_of(text, size) } };
		r->pieces++;
		run_show(e, now, &r->peer, true, RAN_SAID, text);
		run_report(e, r, RUN_STEP_SAID, text, 0, 0);
		run_send(e, now, &r->peer, &m);
	}
	free(text);
}

void
run_tell(struct engine *e, struct now now, struct run *r)
{
	r->due_ms = NEVER_MS;
	/* They may have been found out in the meantime. */
	if (!is_trusted(e, &r->peer)) {
		buf_clear(&r->held);
		run_kill(e, now, r, RUN_STOPPED);
		return;
	}
	while (buf_size(&r->held) > 0)
		tell_piece(e, now, r);
}

void
run_over(
    struct engine *e, struct now now, struct run *r, uint8_t end, uint8_t code)
{
	if (is_trusted(e, &r->peer))
		run_tell(e, now, r);
	run_send_news(e, now, r, MSG_RUN_END, end, code);
	run_show_end(e, now, r, end, code);
	run_remove(r);
}

void
run_kill(struct engine *e, struct now now, struct run *r, uint8_t end)
{
	effect_add(
	    e, (struct effect){ .kind = EFFECT_RUN_STOP, .token = r->token });
	run_over(e, now, r, end, 0);
}

/* What is beyond is not taken any more, and neither is the program. */
static void
take_output(
    struct engine *e, struct now now, struct run *r, const uint8_t *p, size_t n)
{
	size_t room = RUN_OUTPUT_MAX - r->size;
	size_t taken = n < room ? n : room;
	int err = buf_append(&r->held, p, taken);

	assert(err == 0);
	(void)err;
	r->size += taken;
	if (taken < n) {
		run_kill(e, now, r, RUN_LONG);
		return;
	}
	if (r->due_ms == NEVER_MS)
		r->due_ms = now.mono_ms + (r->pieces < RUN_TELL_SOON
						  ? RUN_TELL_MS
						  : RUN_TELL_LATER_MS);
}

static struct run *
find_token(struct engine *e, uint32_t token)
{
	for (size_t i = 0; i < RUNS_MAX; i++) {
		struct run *r = &e->runs->list[i];
		if (token != 0 && r->token == token && !r->ours)
			return r;
	}
	return NULL;
}

void
engine_run(struct engine *e, struct now now, uint32_t token,
    const struct run_news *news)
{
	effects_begin(e, now);
	struct run *r = find_token(e, token);
	if (r != NULL && news->size > 0)
		take_output(e, now, r, news->bytes, news->size);
	r = find_token(e, token);
	if (r != NULL && news->ended)
		run_over(e, now, r, news->end, news->code);
	engine_tick_rest(e, now);
}
