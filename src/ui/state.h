/* SPDX-License-Identifier: MIT */
/*
 * What the screen remembers between two keys. Windows are named by the
 * fingerprint of the peer, all zero for the conversation nearby, so that a
 * stranger can be looked at before there is a conversation.
 */
#ifndef UI_STATE_H
#define UI_STATE_H

#include "base/id.h"
#include "core/command.h"
#include "core/model.h"
#include "ui/commands.h"
#include "ui/complete.h"
#include "ui/edit.h"
#include "ui/hints.h"
#include "ui/keymap.h"
#include "ui/layout.h"
#include "ui/overlay.h"
#include "ui/request.h"
#include "ui/spell.h"
#include "ui/ui.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame;

enum {
	FLASH_MS = 3000,
	FLASH_SIZE = 160,
	PREFIX_HINT_MS = 500, /* from Ctrl-X to what may follow it */
	TYPING_AGAIN_MS = 4000,
	TYPING_IDLE_MS = 6000,
	DRAFT_IDLE_MS = 2000,
	UI_ROWS = 24, /* until the first frame */
	UI_COLS = 80,
	ROSTER_MAX = 200, /* rows of the list where there is room */
};

/* The lowest row of a frozen view: skip rows of a message are below it. */
struct place {
	uint64_t serial;
	size_t skip;
};

/* Messages of others from a serial on; each is looked at once. */
struct tally {
	uint64_t from, upto;
	unsigned count;
};

/* What becomes of the draft when it is sent. */
enum aim { AIM_NONE, AIM_REPLY, AIM_EDIT };

struct win {
	struct fp fp;
	struct edit *edit;
	bool frozen;     /* scrolled up; place counts */
	uint64_t answer; /* what the view was put on, to be read on from */
	struct place place;
	uint64_t frozen_next; /* next_serial when it froze */
	struct tally below;   /* from there on */
	bool has_marker;
	uint64_t marker; /* the first in memory that was new */
	/* So many that were new are not in memory yet; those from the serial on
	 * were counted. */
	uint32_t marker_due;
	uint64_t marker_from;
	struct tally marked; /* from the marker on */
	enum aim aim;
	uint64_t aim_serial; /* the message it answers, or replaces */
	struct msg_id aim_id;
	int64_t goal_row; /* comes into view once it is in memory; 0: none */
	char *before;     /* owned: the draft before an edit; NULL else */
	bool asked_open;
	bool asked_older; /* for what is before the serial */
	uint64_t older_first;
	bool seen; /* shown since the start, with its conversation */
	unsigned draft_revision; /* of the draft that was given out last */
	bool draft_given;        /* it was, and is not looked at since */
	char *draft_kept;        /* owned: what was kept when it was */
	int64_t changed_ms;      /* monotonic: when something was typed last */
	bool guarded; /* Enter sends the draft of this revision as text */
	unsigned guard_revision;
};

enum mode_stage {
	MODE_OFF,
	MODE_MOVE,    /* one message is selected */
	MODE_DELETE,  /* asked: y or n */
	MODE_REACT,   /* asked with what */
	MODE_LINK,    /* asked which */
	MODE_FORWARD, /* asked to whom */
};

struct message_mode {
	enum mode_stage stage;
	uint64_t serial;   /* of the selected one */
	struct edit *line; /* owned: the answer; NULL until something is asked
			    */
	/* Who of those that fit the answer is shown as chosen: the list may
	 * be another one when the key comes. */
	bool has_chosen;
	struct fp chosen;
	bool was_frozen; /* where the view was before */
	struct place was;
};

struct find {
	bool on;
	struct edit *line;    /* owned; NULL until something was looked for */
	char *last;           /* owned: what was looked for before */
	unsigned revision;    /* of the line that was looked for */
	uint32_t conv;        /* where; 0: nowhere yet */
	uint64_t first, next; /* the messages that were looked at */
	uint64_t *hits;       /* owned: serials, ascending */
	size_t count, cap, at;
	uint64_t anchor; /* the nearest at or above it goes first */
	bool moving;     /* further back than was in memory */
	bool moved;      /* by a key: what is chosen comes into view */
	bool was_frozen; /* where the view was before */
	struct place was;
};

/* What a search of the history found; all of it is owned. */
struct found_item {
	struct found_line line;
	char *name, *text; /* where those of the line point */
};

struct found_list {
	char *query;
	struct found_item *items;
	size_t count;
	bool more;
};

struct popup {
	bool open;
	struct completion c;
	size_t chosen; /* c.count: none */
	size_t end;    /* of what was put into the line */
	/* Paths were asked for, for the draft of this window and revision. */
	bool asked;
	struct fp asked_fp;
	unsigned asked_revision;
};

/* What was pasted last, while it is looked at. */
struct review {
	bool open;
	struct fp fp;      /* the window it is in, */
	unsigned revision; /* while its draft is this one */
	size_t from, to;
	unsigned lines;
};

/* What Enter means nearby: greet.c. */
struct greet {
	bool naming; /* our name, as long as nothing else was looked at */
	bool offers; /* the draft of that revision, to that one */
	unsigned revision;
	struct fp to;
};

enum capture { CAPTURE_BIND, CAPTURE_NAME };

/* Of one conversation, so that it calls once. */
struct heard {
	uint64_t next; /* all before the serial had its chance */
	int64_t notified_ms;
};

struct command_queue {
	struct command *items; /* owned; those from first on are to come */
	size_t count, cap, first;
};

struct ui {
	struct command_queue queue; /* of lines that mean several commands */
	bool ascii, first_start;
	const char *version;

	struct edit_kills *kills;
	struct history *sent; /* owned; what went out, to anybody */
	struct win **wins;    /* owned */
	size_t win_count, win_cap;
	struct fp current, last;
	bool has_origin; /* where the walk over the news began */
	struct fp origin;

	struct keymap keymap;
	struct setting_list bound; /* what it was made of; owned */
	char *keys_error;          /* of the first that cannot be; owned */
	enum capture capture;      /* what a key is wanted for */
	bool has_jump;             /* Alt-J was pressed, and a number so far */
	uint32_t jump;
	bool has_prefix; /* Ctrl-X was pressed */
	int64_t prefix_ms;

	enum overlay overlay;
	struct overlay_list list; /* of the overlay */
	struct popup popup;
	struct hints hints;
	struct message_mode mode;
	struct find find;
	struct found_list found;
	char flash[FLASH_SIZE];
	int64_t flash_until_ms;

	bool unfocused;
	bool typing; /* the peer below was told so */
	struct fp typing_fp;
	int64_t typing_sent_ms, typed_ms;
	bool typed;         /* since typing_sent_ms */
	uint32_t read_conv; /* the last COMMAND_READ, not to repeat it */
	uint64_t read_next;

	bool has_drawn;
	struct now drawn;  /* when the last frame was */
	int rows, cols;    /* of it */
	size_t roster_max; /* rows of the list in it */
	bool shown;        /* the last frame had the chat in view */
	struct fp shown_fp;
	struct rect shown_input; /* where the draft is in it */
	size_t shown_letters;    /* echo.c: of it; 0: not only letters */
	uint64_t shown_revision;
	struct heard *heard; /* owned; by the id of the conversation */
	size_t heard_count;
	/* What was asked here is answered there, by what follows. */
	bool has_answer;
	uint32_t answer_conv;
	uint64_t answer_from;
	int64_t bell_ms;
	int64_t key_ms, unfocused_ms; /* the last of each; 0: none yet */
	bool is_back;                 /* a key came since it was asked */
	bool away_by_itself;
	struct request requests[REQUESTS_MAX]; /* owned; the oldest first */
	size_t request_count;
	struct review review;
	struct greet greet;
	struct spell spell;
	struct fp editor_fp;          /* whose draft an editor has */
	struct spot spots[SPOTS_MAX]; /* of the last frame */
	size_t spot_count;
	bool mouse_told; /* how to select text nevertheless */
	bool dirty;
};

/* win.c */
struct win *win_current(struct ui *ui);
const struct win *win_find(const struct ui *ui, const struct fp *fp);
void wins_free(struct ui *ui);
/* NULL while there is none. */
const struct conv *win_conv(const struct model *m, const struct win *w);
/* Where the unread marker stands; 0: nowhere. */
uint64_t win_marker(const struct win *w, const struct conv *c);
void win_select(struct ui *ui, const struct model *m, const struct fp *fp);
/* False where nobody has that number. */
bool win_select_number(struct ui *ui, const struct model *m, size_t number);
void win_step(struct ui *ui, const struct model *m, int step);
void win_select_last(struct ui *ui, const struct model *m);
void win_select_news(struct ui *ui, const struct model *m);
/* The draft answers that message from now on, or replaces it. */
void win_aim_at(struct win *w, enum aim aim, const struct message *msg);
/* The draft is one of its own again; after an edit the one before it. */
void win_aim_at_nothing(struct win *w);
/* What the model did since: peers that are gone, new messages not in view. */
void ui_sync(struct ui *ui, const struct model *m);
/* What was said to us alone and not read, by those who are not muted. */
uint64_t ui_unread(const struct model *m, struct now now);

/* scroll.c: rows of the chat, up when positive. */
void ui_scroll(struct ui *ui, const struct model *m, struct now now, int rows);
void ui_scroll_page(
    struct ui *ui, const struct model *m, struct now now, int pages);
void ui_scroll_top(struct ui *ui, const struct model *m, struct now now);
void ui_scroll_bottom(struct ui *ui);
/* A view that was filled from below stays as it is drawn, when what comes in
 * front would fill it from above. */
void ui_scroll_settle(struct ui *ui, const struct model *m, struct now now);
/* What will be said next in a conversation is an answer; one that has no room
 * in the view is then shown from its first row on: the worst is there, and what
 * it is about. */
void ui_await_answer(struct ui *ui, const struct model *m, uint32_t conv);
void ui_scroll_answer(struct ui *ui, const struct model *m, struct now now);
/* As little as brings the whole message into view, or its first rows. */
void ui_scroll_to(
    struct ui *ui, const struct model *m, struct now now, uint64_t serial);
/* The first row of the message at the top, where enough is below it. */
void ui_scroll_put(
    struct ui *ui, const struct model *m, struct now now, uint64_t serial);
/* The lowest message in view; 0 where there is none. */
uint64_t ui_lowest_in_view(
    struct ui *ui, const struct model *m, struct now now);
/* The oldest in memory is in view, or less than a screen above it. */
bool ui_is_near_top(struct ui *ui, const struct model *m, struct now now);

/* pending.c: when the draft in view is to be kept; NEVER_MS: it is. */
int64_t ui_draft_ms(const struct ui *ui, const struct model *m);

/* The commands that a line means beside its first one. */
void ui_take_also(struct ui *ui, struct entered *en);
void ui_queue_free(struct ui *ui);

/* message_mode.c: the serial of what is selected; 0: nothing is. */
uint64_t ui_selected(const struct ui *ui);

/* view_found.c: once what was asked for is in memory, it is selected. */
void found_settle(struct ui *ui, const struct model *m, struct now now);
void found_clear(struct ui *ui);

/* request.c: copies the texts; more may be NULL. */
void request_add(
    struct ui *ui, enum request_kind kind, const char *text, const char *more);
void requests_free(struct ui *ui);
/* The draft in view to $EDITOR. */
void request_editor(struct ui *ui);

/* drop.c: whether a paste would be the whole draft of the window, maybe behind
 * "/send "; where it is, the world is asked when it may be one path. */
bool drop_is_due(struct ui *ui);
void drop_begin(struct ui *ui);
/* review.c: a paste stands at from .. to in the draft of w. */
void review_begin(struct ui *ui, const struct win *w, size_t from, size_t to);
/* True when the key was for it. */
bool review_key(struct ui *ui, const struct key *key);
/* The row that tells what can be done; false where there is none. */
bool review_hint(
    const struct ui *ui, const struct lang *l, char *out, size_t size);

/* mouse.c: takes what of the frame can be clicked. */
void ui_keep_spots(struct ui *ui, const struct grid *g);

/* press_keys.c */
/* The keys follow the settings. */
void keys_sync(struct ui *ui, const struct model *m);
void keys_free(struct ui *ui);
void keys_capture(struct ui *ui, enum capture what);
/* From an overlay that was closed. */
/* Into the line; what was there goes into the kill ring. */
void ui_fill_line(
    struct ui *ui, const struct model *m, struct now now, const char *text);
/* A command that takes something goes into the line. */
void ui_run_command(struct ui *ui, const struct model *m, struct now now,
    const struct command_spec *spec, struct command *ret_cmd);
/* False: only the terminal can. */
bool ui_run_key(struct ui *ui, const struct model *m, struct now now,
    const struct keymap_row *row, struct command *ret_cmd);

/* attention.c: after the frame is drawn: bell, title, notifications. */
void attention_call(struct ui *ui, const struct frame *f);
/* When nobody has been there for long enough to be away; NEVER_MS. */
int64_t attention_away_ms(const struct ui *ui, const struct model *m);
/* Away, or back, by itself. */
bool attention_pending(struct ui *ui, const struct model *m, struct now now,
    struct command *ret_cmd);
/* Somebody is there. */
void attention_here(struct ui *ui, struct now now);
void attention_key(struct ui *ui, struct now now, const struct key *key);

/* popup.c */
void popup_close(struct ui *ui);
void popup_step(struct ui *ui, const struct model *m, int step);

/* ui.c */
void ui_flash(struct ui *ui, struct now now, const char *text);
struct layout ui_layout(struct ui *ui, const struct model *m);
/* The same for a draft that would like so many rows. */
struct layout ui_layout_with(
    struct ui *ui, const struct model *m, int input_rows);

/* echo.c: how many letters are the draft, where it is a row of nothing else
 * with the cursor behind it, and nothing stands over it. */
size_t echo_letters(const struct frame *f);

#endif
