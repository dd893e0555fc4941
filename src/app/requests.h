/* SPDX-License-Identifier: MIT */
/*
 * Does what the screen asks of the world beside the engine (ui/request.h), by
 * the terminal or by other programs, and brings the answers back. It knows
 * nothing of engine and screen, which may be another process.
 */
#ifndef APP_REQUESTS_H
#define APP_REQUESTS_H

#include "app/child.h"
#include "app/speller.h"
#include "base/now.h"
#include "core/settings.h"
#include "store/home.h"
#include "tty/tty.h"
#include "ui/key.h"
#include "ui/request.h"

#include <stdbool.h>

struct requests {
	const struct answers_to *to; /* these and user are borrowed */
	void *user;
	struct children *children;
	const struct home *home;
	const struct now *now;
	struct tty *tty;
	/* Settings. */
	enum notify_desktop desktop;
	char *opener; /* owned; NULL: none is set */
	/* Of requests.c. */
	unsigned editor; /* the child that has the terminal; 0: none */
	char *draft;     /* owned: the file it edits */
	struct speller speller;
	bool bare; /* plain lines are shown, nothing else */
};

/* Once the fields above are set. */
void requests_init(struct requests *r);
/* Does what is asked for; REQUEST_PATHS, REQUEST_HINTS and
 * REQUEST_DROP are not for here. */
void requests_run(struct requests *r, const struct request *request);
/* What the programs did; true when the terminal is ours again. */
bool requests_turn(struct requests *r);
/* Nothing is to be read from the terminal or shown on it. */
bool requests_lent(const struct requests *r);
/* The screen of the shell is shown, with plain lines on it: keys go here. */
bool requests_bare(const struct requests *r);
/* True when the terminal is ours again. */
bool requests_bare_key(struct requests *r, const struct key *key);
void requests_clear(struct requests *r);

#endif
