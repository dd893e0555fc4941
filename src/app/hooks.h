/* SPDX-License-Identifier: MIT */
/*
 * Programs of the user that are started when something happens: the settings
 * hook.message, hook.mention, hook.shout, hook.file and hook.online.
 */
#ifndef APP_HOOKS_H
#define APP_HOOKS_H

#include "app/shell.h"

enum {
	/* Of all hooks together; what is beyond is not told. */
	HOOKS_PER_S = 10,
	HOOKS_BURST = 20,
	HOOK_MS = 30000, /* of the life of one program */
};

struct hooks;

/* A front end among the others, until hooks_free. */
struct hooks *hooks_new(struct shell *sh);
/* Those that run are killed. NULL is fine. */
void hooks_free(struct shell *sh, struct hooks *h);

#endif
