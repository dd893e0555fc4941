/* SPDX-License-Identifier: MIT */
/*
 * One frame being drawn, and the views it is made of. A view draws inside its
 * rectangle and nowhere else; it reads the frame and changes only the grid.
 */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include "ui/grid.h"
#include "ui/layout.h"
#include "ui/roster.h"
#include "ui/state.h"

#include <stdbool.h>
#include <stdint.h>

struct str;

struct frame {
	const struct ui *ui;
	const struct model *m;
	struct now now;
	struct grid *g; /* NULL while only places are worked out */
	struct layout l;
	const struct win *w;     /* what is shown */
	const struct conv *c;    /* NULL while there is none */
	const struct peer *peer; /* NULL nearby */
	struct roster roster;
};

/* What we draw ourselves, each with a twin of the same cells in ASCII. */
enum glyph {
	GLYPH_ONLINE,
	GLYPH_AWAY,
	GLYPH_OFFLINE,
	GLYPH_DELIVERED,
	GLYPH_READ,
	GLYPH_BAR,     /* between a nick and what it says */
	GLYPH_OWN_BAR, /* the same before what is earshot's own */
	GLYPH_RULE,
	GLYPH_DOT,
	GLYPH_ELLIPSIS,
	GLYPH_CROSS,    /* where a rule meets a border */
	GLYPH_SELECTED, /* in place of the bar before a selected message */
	GLYPH_GAUGE_FULL,
	GLYPH_GAUGE_REST,
	GLYPH_CORNER_TOP_LEFT,
	GLYPH_CORNER_TOP_RIGHT,
	GLYPH_CORNER_BOTTOM_LEFT,
	GLYPH_CORNER_BOTTOM_RIGHT,
};
bool draw_is_ascii(const struct frame *f);
const char *glyph_text(const struct frame *f, enum glyph glyph);

/* All clip at end; each returns the column behind what was drawn. */
int draw_text(const struct frame *f, int row, int col, int end,
    enum style style, const char *text);
/* Text that does not fit ends in "~". */
int draw_cut(const struct frame *f, int row, int col, int end, enum style style,
    const char *text);
/* Flush with end; nothing when it does not fit. Returns the column where it
 * starts. */
int draw_right(const struct frame *f, int row, int col, int end,
    enum style style, const char *text);
void draw_fill(
    const struct frame *f, int row, int col, int end, enum style style);
/* A line with a label in its middle, "" for none. */
void draw_rule(const struct frame *f, int row, int col, int end,
    enum style style, const char *label);
/* A click there goes to the conversation. */
void draw_spot_person(
    const struct frame *f, int row, int col, int end, const struct fp *fp);
int text_cells(const char *text);
enum { GAUGE_CELLS = 10 };
/* A bar of GAUGE_CELLS, so many of them full. */
void draw_gauge(const struct frame *f, struct str *s, int full);
/* peer_label in our glyphs. Returns out. */
const char *label_text(const struct frame *f, const struct peer *p, bool always,
    char out[static PEER_LABEL_SIZE]);
/* In so many cells. A name that has to be cut comes with its tag, so that two
 * with the same beginning stay apart. Returns out. */
const char *label_fit(const struct frame *f, const struct peer *p, bool always,
    int cells, char out[static PEER_LABEL_SIZE]);

/* The word for whether somebody is here. */
const char *peer_state(const struct lang *l, const struct peer *p);
enum glyph presence_glyph(enum presence p);
enum style presence_style(enum presence p);
enum style nick_style(const struct fp *fp);
/* "[not verified]", "[PLAIN]", … */
const char *peer_badge(
    const struct lang *l, const struct peer *p, enum style *ret_style);

void view_title(const struct frame *f);
void view_status(const struct frame *f);
void view_contacts(const struct frame *f);
/* A row of the list: a peer, or NULL for the conversation nearby. */
void draw_person(
    const struct frame *f, struct rect at, const struct peer *p, bool selected);
void view_details(const struct frame *f);
void view_chat(const struct frame *f);
/* As much of it as fits into r. */
void view_welcome(const struct frame *f, struct rect r);
void view_input(const struct frame *f);
void view_popup(const struct frame *f);
/* What may follow Ctrl-X. */
void view_prefix(const struct frame *f);
void view_message_mode(const struct frame *f);
void view_find(const struct frame *f);

/* Overlays; ui/overlay.h has what their functions do. */
void view_help(const struct frame *f);
bool help_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
void view_sent(const struct frame *f);
bool sent_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
void view_urls(const struct frame *f);
void urls_settle(struct ui *ui, const struct model *m);
bool urls_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
void view_transfers(const struct frame *f);
void transfers_settle(struct ui *ui, const struct model *m);
bool transfers_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
void view_go(const struct frame *f);
void go_settle(struct ui *ui, const struct model *m);
bool go_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
void view_capture(const struct frame *f);
bool capture_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
void view_people(const struct frame *f);
void people_settle(struct ui *ui, const struct model *m);
bool people_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
void view_found(const struct frame *f);
bool found_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
void view_message_menu(const struct frame *f);
bool message_menu_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);
void view_message_info(const struct frame *f);
bool message_info_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);

void view_settings(const struct frame *f);
bool settings_key(struct ui *ui, const struct model *m, struct now now,
    const struct key *key, struct command *ret_cmd);

/* Rows the draft of the window would like. */
int input_rows(const struct ui *ui, const struct model *m, const struct win *w);
enum { COUNT_SIZE = 48 };
/* "9 000", or as the language has it. */
const char *count_text(
    const struct lang *l, uint64_t n, char out[static COUNT_SIZE]);

#endif
