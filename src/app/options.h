/* SPDX-License-Identifier: MIT */
/*
 * The command line. One table makes the parser and --help.
 */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include "core/settings.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_WAITING = 3,       /* it is stored, and not there in time */
	EXIT_REFUSED = 4,       /* send-file: they do not want it */
	EXIT_INTERRUPTED = 130, /* send-file: by SIGINT, which ends it, too */
};

/* What is to be done instead of starting a front end. */
enum verb {
	VERB_NONE,
	VERB_WHO,
	VERB_SEND,
	VERB_SEND_FILE,
	VERB_SHOUT,
	VERB_RECEIVE,
	VERB_LISTEN,
	VERB_LOG,
	VERB_INFO,
	VERB_ID,
	VERB_PIN,
	VERB_VERIFY,
	VERB_BLOCK,
	VERB_UNBLOCK,
	VERB_SET,
	VERB_DOCTOR,
	VERB_PASSPHRASE,
	VERB_DEMO,
};

struct options {
	/* "KEY VALUE": what overrides the configuration file. */
	struct setting_list overrides;
	const char *home;            /* NULL: EARSHOT_HOME or XDG */
	const char *passphrase_file; /* NULL: not named */
	const char *record, *replay; /* the same */
	bool plain, json, headless, help;
	enum verb verb;
	/* Behind it; as many as it takes. */
	char **words;
	int word_count;
	/* Of verbs, each of those that have them; NULL, 0, false: not given. */
	const char *search, *since, *until;
	const char *exec, *framing, *from;
	const char *name; /* --name; of send-file that of the file */
	size_t limit, count;
	int64_t wait_ms, timeout_ms; /* -1: not given */
	bool no_wait;
	const char *dir; /* of receive; NULL: no files */
	bool qr;
};

/*
 * Reads argv. Returns -1 to go on, else the status to exit with: --help and
 * --version were answered, or the use was wrong and a sentence is out.
 */
int options_parse(struct options *o, int argc, char **argv);
void options_clear(struct options *o);

#endif
