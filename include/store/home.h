/* SPDX-License-Identifier: MIT */
/*
 * Where earshot keeps its things, and the lock that one home belongs to one
 * process. Directories are made 0700. Every failure comes with a sentence for
 * the user: what, why, what now.
 */
#ifndef STORE_HOME_H
#define STORE_HOME_H

#include "base/lang.h"

struct home {
	char *config_dir; /* $XDG_CONFIG_HOME/earshot, or the home itself */
	char *data_dir;
	char *state_dir;
	char *runtime_dir; /* where the control socket is */
	int lock_fd; /* -1 while not locked */
};

/*
 * dir (from --home or EARSHOT_HOME) puts all into it; NULL follows HOME and
 * XDG_* of the environment. Makes what is missing. 0 or a negative enum err
 * and *ret_error (caller frees); h is written only on success.
 */
int home_open(struct home *h, const char *dir, char **ret_error);
/* Takes the lock. 0, or ERR_STATE or ERR_SYS and *ret_error (caller frees),
 * which names the process that has it. */
int home_lock(struct home *h, char **ret_error);
/* Gives the lock back and frees. */
void home_close(struct home *h);
/* The language of the sentences of the whole store. */
void home_speak(const struct lang *l);
/* DIR/NAME (caller frees). */
char *home_path(const char *dir, const char *name);

#endif
