/* SPDX-License-Identifier: MIT */
/*
 * The terminal of this process, for a screen: it shows frames, gives keys, and
 * does what the screen asks of the world. It knows neither engine nor screen,
 * which may be in another process (attach.h).
 */
#ifndef APP_TERMINAL_H
#define APP_TERMINAL_H

#include "app/requests.h"
#include "net/loop.h"
#include "tty/tty.h"
#include "ui/decode.h"
#include "ui/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was pressed, pasted, or done with the mouse. */
struct press_event {
	struct key key;
	struct mouse mouse;
	const char *paste; /* borrowed; NULL: none */
	size_t paste_size;
	bool alone; /* the first of those that came together */
};

/* To whom it tells what happens; user is what terminal_open was given. */
struct terminal_calls {
	struct answers_to answers;
	void (*press)(void *user, const struct press_event *ev);
	void (*size)(void *user, int rows, int cols);
	/* The frame is to be shown again. */
	void (*again)(void *user);
	/* What was not known at the start: only ASCII can be shown, or more. */
	void (*ascii)(void *user, bool ascii);
	/* A sentence for whoever sits there. */
	void (*warn)(void *user, const char *sentence);
	/* There is no terminal any more. */
	void (*gone)(void *user);
};

/* Settings that are its business. */
struct terminal_wish {
	enum tty_theme theme;
	enum tty_sync sync;
	bool mouse;
	enum notify_desktop desktop;
	const char *opener; /* borrowed; NULL: none is set */
};

struct terminal_cfg {
	const struct terminal_calls *calls; /* all borrowed */
	void *user;
	struct children *children;
	const struct home *home;
	const struct now *now; /* as of this turn */
	struct terminal_wish wish;
};

/* How much of a grid may differ from the one before. */
enum part {
	PART_ALL,
	PART_ROWS,   /* from the first on */
	PART_LETTER, /* the cell before the cursor */
};

enum {
	TERMINAL_INPUT,
	TERMINAL_OUTPUT,
};

struct terminal {
	const struct terminal_calls *calls;
	void *user;
	const struct now *now;
	struct tty *tty;
	struct decode *decode;
	struct requests requests;
	struct tty_cfg cfg;
	struct probe probe;
	bool ascii;   /* by the kind of the terminal */
	bool blocked; /* it does not take output */
	bool gone;    /* it is always ready */
};

/* Full screen, and the fatal signals of this process are caught. 0, or an error
 * and its sentence (caller frees). Calls nobody. */
int terminal_open(
    struct terminal *t, const struct terminal_cfg *cfg, char **ret_error);
/* Tells its size, and asks it about itself. */
void terminal_start(struct terminal *t);
void terminal_close(struct terminal *t);

/* Tags are tag + TERMINAL_INPUT and TERMINAL_OUTPUT. */
void terminal_watch(const struct terminal *t, struct loop *l, uint64_t tag);
void terminal_ready(struct terminal *t, uint64_t tag);
/* Once a turn: what has become due. */
void terminal_turn(struct terminal *t);
int64_t terminal_deadline(const struct terminal *t);
void terminal_signal(struct terminal *t, int number);

/* Another program has it, or plain lines are shown: no frame, no key. */
bool terminal_is_lent(const struct terminal *t);
/* It is shown no more than ASCII. */
bool terminal_is_ascii(const struct terminal *t);
/* False: it does not take it now; again is called when it does. */
bool terminal_show(
    struct terminal *t, const struct grid *g, enum part part, int first);
/* Bytes of the last frame. */
size_t terminal_frame_size(const struct terminal *t);
void terminal_configure(struct terminal *t, const struct terminal_wish *wish);
void terminal_request(struct terminal *t, const struct request *request);
/* By a key. */
void terminal_suspend(struct terminal *t);
void terminal_redraw(struct terminal *t);

#endif
