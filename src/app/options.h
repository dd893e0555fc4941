/* SPDX-License-Identifier: MIT */
/*
 * The command line. One table makes the parser and --help.
 */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include "core/settings.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

struct options {
	/* "KEY VALUE": what overrides the configuration file. */
	struct setting_list overrides;
	const char *home;            /* NULL: EARSHOT_HOME or XDG */
	const char *passphrase_file; /* NULL: not named */
	bool plain, json, demo, passphrase, log, listen;
	/* Of log; NULL, and 0: not given. */
	const char *contact, *search, *since, *until;
	size_t limit;
	/* Of listen. */
	const char *listen_transport, *listen_port;
	const char *exec, *framing; /* NULL: not given */
};

/*
 * Reads argv. Returns -1 to go on, else the status to exit with: --help and
 * --version were answered, or the use was wrong and a sentence is out.
 */
int options_parse(struct options *o, int argc, char **argv);
void options_clear(struct options *o);

#endif
