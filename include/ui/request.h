/* SPDX-License-Identifier: MIT */
/*
 * What the screen wants of the world beside the engine: the clipboard, another
 * program, a notification. Requests are pulled like commands; an answer, where
 * there is one, comes back by a call of ui/ui.h. All texts are clean
 * (base/peer_text.h), whoever wrote them.
 */
#ifndef UI_REQUEST_H
#define UI_REQUEST_H

enum request_kind {
	REQUEST_NONE,
	REQUEST_COPY,      /* text into the clipboard */
	REQUEST_OPEN,      /* text: a URL or a path, for the user's opener */
	REQUEST_OPEN_FILE, /* text: a path, for the program that is set */
	REQUEST_EDITOR,    /* text: a draft for $EDITOR; ui_answer_editor */
	REQUEST_BARE,   /* text: lines to be shown outside of the full screen,
			   until Enter, for the terminal's own selection */
	REQUEST_NOTIFY, /* text: a title, more: what it says, or "" */
	REQUEST_PATHS,  /* text: what a path begins with; ui_answer_paths */
	REQUEST_HINTS,  /* text: which were told; for ui_set_hints, the next
			   time */
	REQUEST_SPELL,  /* text: words, parted by blanks; ui_answer_spell */
	REQUEST_DROP,   /* text: maybe a path that was dropped here;
			   ui_answer_drop when it is one */
};

enum { REQUESTS_MAX = 16 /* that wait at once; more are dropped */ };

struct request {
	enum request_kind kind;
	char *text; /* owned, NUL-terminated, never NULL but in REQUEST_NONE */
	char *more; /* owned; NULL where not used */
};

/* Frees the texts and zeroes. */
void request_clear(struct request *r);

#endif
