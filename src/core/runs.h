/* SPDX-License-Identifier: MIT */
/*
 * Commands that one earshot runs for another (doc/PROTOCOL, "RUN"): what the
 * engine knows of each while it runs, whoever asked for it.
 */
#ifndef CORE_RUNS_H
#define CORE_RUNS_H

#include "core/engine_state.h"

enum {
	/* That others run here: in all, and of one contact. */
	RUNS_HERE_MAX = 4,
	RUNS_OF_ONE_MAX = 2,
	/* That we asked for. */
	RUNS_ASKED_MAX = 8,
	RUNS_MAX = RUNS_HERE_MAX + RUNS_ASKED_MAX,
	/* Of one contact, begun. */
	RUNS_PER_MINUTE = 30,
	RUNS_BURST = 10,
	/* How often the user hears of what was refused here. */
	RUN_REFUSALS_PER_MINUTE = 6,
	RUN_REFUSALS_BURST = 5,
	/* What one may say, and what of it is one piece: with each byte a tab
	 * that is RUN_PIECE_MAX of clean text. */
	RUN_OUTPUT_MAX = 65536,
	RUN_RAW_MAX = RUN_PIECE_MAX / 8,
	/* The same of one that we asked for: nobody there keeps more. */
	RUN_HEARD_MAX = 8 * RUN_OUTPUT_MAX,
	RUN_PIECES_MAX = 4096,
	/* What was said is told after this; later pieces are slower, so that
	 * one that runs for an hour is no flood. */
	RUN_TELL_MS = 250,
	RUN_TELL_LATER_MS = 1000,
	RUN_TELL_SOON = 16,
	/* Who is dialled for it has so long to answer. */
	RUN_DIAL_MS = 10000,
};

struct run {
	uint32_t token; /* 0: this place is free */
	bool ours;      /* we asked for it */
	bool sent;      /* ours: they know */
	struct fp peer;
	struct msg_id id;
	char *name, *line; /* clean; as it is written in a conversation */
	uint8_t *args;     /* ours: as they go out */
	size_t args_size;
	uint32_t conv; /* ours: where it was typed */
	size_t size;   /* what was said */
	unsigned pieces;
	struct buf held; /* theirs: said, and not told */
	int64_t due_ms;  /* when it is told; ours: dialled until then */
};

struct runs {
	struct run list[RUNS_MAX];
	struct bucket refusals; /* that the user hears of */
};

/* runs.c: the table */
void runs_init(struct engine *e, struct now now);
void runs_free(struct engine *e);
/* A free place, or NULL: ours, or theirs, are as many as may be. */
struct run *run_add(struct engine *e, const struct fp *peer, bool ours);
void run_remove(struct run *r);
struct run *run_find(struct engine *e, const struct fp *peer, bool ours,
    const struct msg_id *id);
size_t runs_count(const struct engine *e, bool ours, const struct fp *peer);
void runs_command(struct engine *e, struct now now, const struct command *cmd);
/* A message of k; false when it is none of these. */
bool runs_input(struct engine *e, struct now now, struct contact *k,
    const uint8_t *p, size_t n);
/* k cannot read something of ours that is no post. */
void runs_nacked(struct engine *e, struct now now, struct contact *k,
    const struct msg_id *id);
void runs_session_up(struct engine *e, struct now now, struct contact *k);
void runs_session_down(struct engine *e, struct now now, struct contact *k);
void runs_tick(struct engine *e, struct now now);
int64_t runs_deadline(const struct engine *e);
/* In the session that is up, if one is. */
void run_send(
    struct engine *e, struct now now, const struct fp *peer, struct msg *m);
void run_send_news(struct engine *e, struct now now, const struct run *r,
    uint8_t type, uint8_t end, uint8_t code);

/* runs_ours.c */
void run_ask(struct engine *e, struct now now, const struct command *cmd);
void run_request(struct engine *e, struct now now, struct run *r);
void run_heard(struct engine *e, struct now now, struct run *r,
    const struct msg_run_news *m);
void run_answered(
    struct engine *e, struct now now, struct run *r, uint8_t end, uint8_t code);
/* It ends here, and why. */
void run_give_up(
    struct engine *e, struct now now, struct run *r, const char *why);

/* runs_theirs.c */
void run_asked(struct engine *e, struct now now, struct contact *k,
    const struct msg_run *m);
/* What is held of it. */
void run_tell(struct engine *e, struct now now, struct run *r);
/* It is killed. */
void run_kill(struct engine *e, struct now now, struct run *r, uint8_t end);
void run_over(
    struct engine *e, struct now now, struct run *r, uint8_t end, uint8_t code);

/* runs_show.c: what people see of it */
/* As it is written in a conversation (caller frees). */
char *run_line(const char *name, char *const *args, size_t count);
/* A line of the conversation with peer; text is clean. */
void run_show(struct engine *e, struct now now, const struct fp *peer,
    bool mine, enum ran ran, const char *text);
/* EFFECT_RAN. */
void run_report(struct engine *e, const struct run *r, enum run_step step,
    const char *text, uint8_t end, uint8_t code);
/* How it ended, where the user looks. */
void run_show_end(struct engine *e, struct now now, const struct run *r,
    uint8_t end, uint8_t code);
void run_show_refusal(struct engine *e, struct now now, const struct fp *peer,
    const char *line, uint8_t code);

#endif
