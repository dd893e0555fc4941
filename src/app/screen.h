/* SPDX-License-Identifier: MIT */
/*
 * A full screen as a front end: which frames are drawn, and when, and what the
 * keys do. Its terminal is in this process (screen_run), or in another one
 * (screen_far.h).
 */
#ifndef APP_SCREEN_H
#define APP_SCREEN_H

#include "app/shell.h"
#include "app/terminal.h"
#include "ui/ui.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct screen;

/* What became of a frame. */
enum shown {
	SHOWN_NOT,  /* it is not taken now; screen_again */
	SHOWN_SENT, /* screen_was_shown tells when it is there */
	SHOWN_NOW,
};

/* Its terminal. */
struct screen_calls {
	enum shown (*show)(struct screen *s, enum part part, int first);
	void (*configure)(struct screen *s, const struct terminal_wish *wish);
	void (*request)(struct screen *s, const struct request *request);
	void (*suspend)(struct screen *s);
	void (*redraw)(struct screen *s);
	/* /quit: true when that is its own business. */
	bool (*quit)(struct screen *s, const struct command *cmd);
};

struct screen {
	struct front front; /* first: the shell knows only this */
	const struct screen_calls *calls;
	struct shell *sh;
	struct ui *ui;
	struct grid grid;
	size_t frame_size; /* what the last frame took of the terminal */
	/* Of screen.c. */
	struct terminal_wish wish; /* as the terminal has it */
	char *opener;              /* of it */
	int64_t next_ms;           /* no frame sooner, but for a key */
	bool blocked; /* a frame is on its way, or none is taken now */
	bool urgent;  /* a key was pressed: draw at once what changed */
	bool forced;  /* the terminal changed: draw whatever there is */
};

/* front: its functions but report, found, show and list_max are the caller's.
 * ascii: as the terminal is known so far. */
void screen_init(struct screen *s, struct shell *sh, bool ascii);
void screen_clear(struct screen *s);
/* What the settings say that is the business of a terminal; its text is
 * borrowed. */
struct terminal_wish screen_wish(const struct shell *sh);

/* What the terminal tells. */
void screen_press(struct screen *s, const struct press_event *ev);
void screen_resize(struct screen *s, int rows, int cols);
void screen_again(struct screen *s);
void screen_set_ascii(struct screen *s, bool ascii);
/* Of SHOWN_SENT. */
void screen_was_shown(struct screen *s);

/* It is the last of it: what is typed and not sent is kept. */
void screen_leave(struct screen *s);

/* Once a turn: a frame, when it is due. */
void screen_draw(struct screen *s);
int64_t screen_deadline(const struct screen *s);

#endif
