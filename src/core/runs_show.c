/* SPDX-License-Identifier: MIT */
/*
 * What is seen of a command that runs: its line and what it says are in the
 * conversation and its history, at both ends; how it ended is a notice.
 */
#include "core/runs.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
needs_quotes(const char *word)
{
	return *word == '\0' || strpbrk(word, " '\"\\") != NULL;
}

static char *
quoted(const char *word)
{
	char *text = xmalloc(2 * strlen(word) + 3), *to = text;
	bool single = strchr(word, '\'') == NULL;

	*to++ = single ? '\'' : '"';
	for (; *word != '\0'; word++) {
		if (!single && (*word == '"' || *word == '\\'))
			*to++ = '\\';
		*to++ = *word;
	}
	*to++ = single ? '\'' : '"';
	*to = '\0';
	return text;
}

/* As it would have to be typed: nothing looks like two words that is one. */
char *
run_line(const char *name, char *const *args, size_t count)
{
	char *line = xstrdup(name);

	for (size_t i = 0; i < count; i++) {
		char *word =
		    needs_quotes(args[i]) ? quoted(args[i]) : xstrdup(args[i]);
		char *longer = xasprintf("%s %s", line, word);
		free(word);
		free(line);
		line = longer;
	}
	return line;
}

void
run_show(struct engine *e, struct now now, const struct fp *peer, bool mine,
    enum ran ran, const char *text)
{
	struct contact *k = contact_find(e, peer);
	struct peer *p = model_peer_edit(e->model, peer);
	struct conv *c = model_conv_open(e->model, p);
	struct message m = {
		.kind = MESSAGE_TEXT,
		.ran = ran,
		.row = e->next_row++,
		.from = mine ? e->identity->fp : *peer,
		.mine = mine,
		.read = mine,
		.transport = p->transport,
		.sent_ms = now.wall_ms,
		.arrived_ms = now.wall_ms,
		.text = xstrdup(text),
		.size = strlen(text),
	};

	/* Of our own making: theirs might be that of something else. */
	rng_fill(&e->rng, m.id.b, MSG_ID_SIZE);
	if (k != NULL && !k->kept)
		contact_keep(e, k);
	struct change change = {
		.kind = CHANGE_MESSAGE,
		.fp = *peer,
		.row = m.row,
		.id = m.id,
		.mine = mine,
		.keep = k != NULL && !k->pin.forgets,
		.message = MESSAGE_TEXT,
		.flags = ran == RAN_ASKED ? CHANGE_RAN_ASKED : CHANGE_RAN_SAID,
		.from = m.from,
		.sent_ms = m.sent_ms,
		.arrived_ms = m.arrived_ms,
		.text = m.text,
		.size = m.size,
	};
	commit_change(e, k, &change);
	effect_message(e, c, conv_append(e->model, c, &m));
}

void
run_report(struct engine *e, const struct run *r, enum run_step step,
    const char *text, uint8_t end, uint8_t code)
{
	effect_add(e, (struct effect){
			  .kind = EFFECT_RAN,
			  .fp = r->peer,
			  .id = r->id,
			  .on = r->ours,
			  .step = step,
			  .text = text,
			  .end = end,
			  .code = code,
		      });
}

static const char *
why_refused(uint8_t code, bool ours)
{
	static const char *const there[] = {
		[RUN_NOT_VERIFIED] =
		    N_("they have not compared keys with you; /verify there"),
		[RUN_NOT_LISTED] = N_("they let you run nothing of that name"),
		[RUN_BAD_ARGS] = N_("it takes no such arguments"),
		[RUN_BUSY] = N_("too many commands run there"),
		[RUN_TOO_OFTEN] = N_("too often; wait a little"),
		[RUN_NO_PROGRAM] = N_("its program could not be started"),
	};
	static const char *const here[] = {
		[RUN_NOT_VERIFIED] = N_("you have not verified them"),
		[RUN_NOT_LISTED] = N_("run.who does not let them"),
		[RUN_BAD_ARGS] = N_("it takes no such arguments"),
		[RUN_BUSY] = N_("too many commands run"),
		[RUN_TOO_OFTEN] = N_("too often"),
		[RUN_NO_PROGRAM] = N_("its program could not be started"),
	};

	if (code < RUN_NOT_VERIFIED || code > RUN_NO_PROGRAM)
		return N_("refused by their earshot");
	return (ours ? there : here)[code];
}

static void
end_text(const struct lang *l, const struct run *r, uint8_t end, uint8_t code,
    char out[static 160])
{
	static const char *const texts[] = {
		[RUN_LATE] = N_("ended: it took too long"),
		[RUN_LONG] = N_("ended: it said more than 64 KiB"),
		[RUN_STOPPED] = N_("stopped"),
	};

	if (end == RUN_ENDED)
		snprintf(out, 160, say(l, "ended with %u"), (unsigned)code);
	else if (end == RUN_KILLED)
		snprintf(
		    out, 160, say(l, "ended by signal %u"), (unsigned)code);
	else if (end == RUN_REFUSED)
		snprintf(out, 160, say(l, "not run: %s"),
		    say(l, why_refused(code, r->ours)));
	else
		snprintf(out, 160, "%s", say(l, texts[end]));
}

void
run_show_end(struct engine *e, struct now now, const struct run *r, uint8_t end,
    uint8_t code)
{
	const struct lang *l = e->model->lang;
	const struct peer *p = model_peer(e->model, &r->peer);
	char label[PEER_LABEL_SIZE] = "?", how[160];
	uint32_t conv = r->ours ? r->conv : p == NULL ? 0 : p->conv;

	if (p != NULL)
		peer_label(p, false, label);
	end_text(l, r, end, code, how);
	char *text = xasprintf(
	    r->ours ? say(l, "%s at %s: %s") : say(l, "%s for %s: %s"), r->line,
	    label, how);
	engine_notice(e, now, conv == 0 ? CONV_NEARBY : conv,
	    end == RUN_ENDED ? MESSAGE_INFO : MESSAGE_ERROR, text);
	run_report(e, r, RUN_STEP_OVER, NULL, end, code);
}

void
run_show_refusal(struct engine *e, struct now now, const struct fp *peer,
    const char *line, uint8_t code)
{
	const struct peer *p = model_peer(e->model, peer);
	char label[PEER_LABEL_SIZE];

	e->model->runs_refused++;
	if (p == NULL || !bucket_take(&e->runs->refusals, now.mono_ms))
		return;
	engine_error(e, now, p->conv == 0 ? CONV_NEARBY : p->conv,
	    "%s wanted to run here, and may not: %s (%s)",
	    peer_label(p, true, label), line,
	    say(e->model->lang, why_refused(code, false)));
}
