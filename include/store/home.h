/* SPDX-License-Identifier: MIT */
/*
 * Where earshot keeps its things, and the lock that one home belongs to one
 * process. Directories are made 0700. Every failure comes with a sentence for
 * the user: what, why, what now.
 */
#ifndef STORE_HOME_H
#define STORE_HOME_H

#include <stdbool.h>
#include <stddef.h>

struct home {
	char *config_dir; /* $XDG_CONFIG_HOME/earshot, or the home itself */
	char *data_dir;
	char *state_dir;
	char *runtime_dir; /* may be NULL: no runtime directory */
	int lock_fd;	   /* -1 while not locked */
};

/*
 * dir (from --home or EARSHOT_HOME) puts all below it; NULL follows XDG
 * (env: the values of HOME, XDG_*; looked up by the caller's getenv). Makes
 * what is missing. 0 or a negative enum err and *ret_error (caller frees).
 */
int home_open(struct home *h, const char *dir, char **ret_error);
/* Takes the lock; on failure the sentence names the process that has it. */
int home_lock(struct home *h, char **ret_error);
void home_close(struct home *h);
/* DIR/NAME (caller frees). */
char *home_path(const char *dir, const char *name);

/* Writes a whole file so that after a crash either the old or the new one is
 * there: temporary file 0600, fsync, rename, fsync of the directory. */
int file_replace(const char *path, const void *data, size_t n);
/* Reads a whole file of at most max bytes (caller frees; a NUL behind it).
 * ERR_NOT_FOUND, ERR_LIMIT, ERR_SYS. */
int file_read(const char *path, size_t max, char **ret_data,
    size_t *ret_size);

#endif
