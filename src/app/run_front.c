/* SPDX-License-Identifier: MIT */
/*
 * A program gets nothing of ours: no input, no descriptor, and of the
 * environment what programs cannot do without. All that it started and that
 * did not leave its process group ends with it.
 */
#include "app/run_front.h"

#include "app/child.h"
#include "app/log.h"
#include "base/err.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { TAG_CHILD, JOBS_MAX = CHILDREN_MAX, SIGNALLED = 128 };

struct job {
	uint32_t token; /* 0: this place is free */
	unsigned child; /* 0: it did not start: why is the code */
	uint8_t why;
};

struct run_front {
	struct front front;
	struct children *children;
	struct job jobs[JOBS_MAX];
};

static struct job *
find_token(struct run_front *r, uint32_t token)
{
	for (size_t i = 0; i < JOBS_MAX; i++)
		if (r->jobs[i].token == token)
			return &r->jobs[i];
	return NULL;
}

static struct job *
find_child(struct run_front *r, unsigned child)
{
	for (size_t i = 0; i < JOBS_MAX; i++)
		if (r->jobs[i].token != 0 && r->jobs[i].child == child)
			return &r->jobs[i];
	return NULL;
}

/* Lines of text as words; the first is the name of the command. The words are
 * borrowed. */
static size_t
split_lines(char *text, const char *words[static CHILD_ARGS_MAX + 2])
{
	size_t n = 0;

	while (text != NULL && n < CHILD_ARGS_MAX + 1) {
		words[n++] = text;
		text = strchr(text, '\n');
		if (text != NULL)
			*text++ = '\0';
	}
	words[n] = NULL;
	return n;
}

/* Owned strings behind one another, NULL behind the last. */
static void
make_environment(const struct shell *sh, const struct effect *effect,
    const char *name, char *env[static CHILD_ENV_MAX + 1])
{
	static const char *const kept[] = { "PATH", "HOME", "USER", "LOGNAME",
		"LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR" };
	const struct peer *p = model_peer(shell_model(sh), &effect->fp);
	char id[FP_TEXT_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *value = getenv(kept[i]);
		if (value != NULL)
			env[n++] = xasprintf("%s=%s", kept[i], value);
	}
	env[n++] = xasprintf("EARSHOT_RUN=%s", name);
	env[n++] = xasprintf("EARSHOT_FROM=%s", p == NULL ? "" : p->name);
	env[n++] = xasprintf("EARSHOT_ID=%s", fp_text(&effect->fp, id));
	env[n] = NULL;
}

static void
start(struct run_front *r, struct shell *sh, const struct effect *effect)
{
	const char *words[CHILD_ARGS_MAX + 2];
	char *env[CHILD_ENV_MAX + 1];
	char *text = xstrdup(effect->text);
	struct job *job = find_token(r, 0);

	split_lines(text, words);
	make_environment(sh, effect, words[0], env);
	struct child_spec spec = {
		.argv = words + 1,
		.answers = true,
		.errors = true,
		.alone = true,
		.limit_ms = effect->limit_ms,
		.env = (const char *const *)env,
	};
	int err = child_start(r->children, &spec, sh->now.mono_ms);
	if (err < 0)
		log_line("run %s: %s cannot be started", words[0], words[1]);
	/* More than the engine begins. */
	if (job != NULL)
		*job = (struct job){
			.token = effect->token,
			.child = err < 0 ? 0 : (unsigned)err,
			.why = err == ERR_LIMIT ? RUN_BUSY : RUN_NO_PROGRAM,
		};
	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
	free(text);
}

static void
stop(struct run_front *r, uint32_t token)
{
	struct job *job = find_token(r, token);

	if (job == NULL || token == 0)
		return;
	if (job->child != 0)
		child_stop(r->children, job->child);
	*job = (struct job){ .token = 0 };
}

static void
note(const struct effect *effect)
{
	char id[FP_TEXT_SIZE];

	fp_text(&effect->fp, id);
	if (effect->step == RUN_STEP_ASKED)
		log_line("run for %.8s: %s", id, effect->text);
	else if (effect->step == RUN_STEP_OVER)
		log_line(
		    "run for %.8s: over, %u %u", id, effect->end, effect->code);
}

static void
run_front_report(struct front *f, struct shell *sh, const struct effect *effect)
{
	struct run_front *r = (struct run_front *)f;

	if (effect->kind == EFFECT_RUN)
		start(r, sh, effect);
	else if (effect->kind == EFFECT_RUN_STOP)
		stop(r, effect->token);
	else if (effect->kind == EFFECT_RAN && !effect->on)
		note(effect);
}

static void
run_front_watch(struct front *f, struct shell *sh, struct loop *l)
{
	const struct run_front *r = (const struct run_front *)f;

	(void)sh;
	children_watch(r->children, l, front_tag(f, TAG_CHILD));
}

static void
run_front_ready(struct front *f, struct shell *sh, const struct loop_event *ev)
{
	(void)sh;
	children_ready(((struct run_front *)f)->children, ev);
}

static void
tell_unstarted(struct run_front *r, struct shell *sh)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct job job = r->jobs[i];
		if (job.token == 0 || job.child != 0)
			continue;
		struct run_news news = {
			.ended = true, .end = RUN_REFUSED, .code = job.why
		};
		r->jobs[i] = (struct job){ .token = 0 };
		engine_run(sh->engine, sh->now, job.token, &news);
		shell_drain(sh);
	}
}

static struct run_news
news_of(const struct child_event *ev)
{
	struct run_news news = {
		.ended = ev->ended,
		.bytes = ev->output,
		.size = ev->size,
		.end = RUN_ENDED,
		.code = (uint8_t)ev->status,
	};

	if (ev->status < 0) {
		news.end = RUN_LATE;
		news.code = 0;
	} else if (ev->status > SIGNALLED) {
		news.end = RUN_KILLED;
		news.code = (uint8_t)(ev->status - SIGNALLED);
	}
	return news;
}

static void
run_front_turn(struct front *f, struct shell *sh)
{
	struct run_front *r = (struct run_front *)f;
	struct child_event ev;

	tell_unstarted(r, sh);
	while (children_next(r->children, sh->now.mono_ms, &ev)) {
		struct job *job = find_child(r, ev.id);
		uint32_t token = job == NULL ? 0 : job->token;
		struct run_news news = news_of(&ev);
		if (job != NULL && ev.ended)
			*job = (struct job){ .token = 0 };
		if (token != 0)
			engine_run(sh->engine, sh->now, token, &news);
		child_consume(r->children, ev.id, ev.size);
		shell_drain(sh);
	}
}

static int64_t
run_front_deadline(struct front *f, struct shell *sh)
{
	const struct run_front *r = (const struct run_front *)f;

	for (size_t i = 0; i < JOBS_MAX; i++)
		if (r->jobs[i].token != 0 && r->jobs[i].child == 0)
			return sh->now.mono_ms;
	return children_deadline(r->children);
}

struct run_front *
run_front_new(struct shell *sh)
{
	struct run_front *r = xcalloc(1, sizeof(*r));

	r->front = (struct front){
		.report = run_front_report,
		.watch = run_front_watch,
		.ready = run_front_ready,
		.turn = run_front_turn,
		.deadline = run_front_deadline,
	};
	r->children = children_new();
	front_add(&sh->fronts, &r->front);
	return r;
}

void
run_front_free(struct shell *sh, struct run_front *r)
{
	if (r == NULL)
		return;
	front_remove(&sh->fronts, &r->front);
	children_free(r->children);
	free(r);
}
