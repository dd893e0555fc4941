/* SPDX-License-Identifier: MIT */
/*
 * Directories for what comes: finding them, names in them, and removing what
 * was not completed.
 */
#ifndef STORE_SINK_PLACE_H
#define STORE_SINK_PLACE_H

#include "store/sink.h"

#include <sys/stat.h>

enum {
	TEMP_NAME_SIZE = 32,
	/* Names tried where one is taken. */
	PLACE_NUMBERS_MAX = 999,
	ENTRY_NUMBERS_MAX = 99,
};

/* The folder held open, its path, and the safe name in it. 0, or an error and
 * its sentence. The caller closes and frees. */
int place_find(const struct sink_plan *plan, int *ret_fd, char **ret_dir,
    char **ret_name, char **ret_error);
/* A name nobody has. */
void place_temp_name(char out[static TEMP_NAME_SIZE]);
/* New ones, in dir; a number is put into the name where it is taken, if there
 * may be numbers. The descriptor, or -1 with errno. */
int place_make_file(int dir, const char *name, unsigned numbers);
int place_make_folder(int dir, const char *name, unsigned numbers);
/* Gives temp the name, or that with a number, replacing nothing. The name it
 * got (caller frees), or NULL with errno. st: what temp has to be. */
char *place_rename(
    int dir, const char *temp, const char *name, const struct stat *st);
/* Removes temp with all that is in it, if it is what st says; follows no
 * link. */
void place_remove(int dir, const char *temp, const struct stat *st);

/* Removes what a program that was killed left behind, long ago. */
void place_sweep(int dir);

#endif
