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
	/* To remove such a file takes longer than to have another process do
	 * it. */
	PLACE_LARGE = 16 * 1024 * 1024,
};

/* The folder held open, its path, and the safe name in it. 0, or an error and
 * its sentence. The caller closes and frees. */
int place_find(const struct sink_plan *plan, int *ret_fd, char **ret_dir,
    char **ret_name, char **ret_error);
/* A name nobody has. */
void place_temp_name(char out[static TEMP_NAME_SIZE]);
bool place_is_temp_name(const char *name);
/* That of the list beside such a one. */
void place_list_name(const char *temp, char out[static TEMP_NAME_SIZE]);
/* New ones, in dir; a number is put into the name where it is taken, if there
 * may be numbers. The descriptor, or -1 with errno. */
int place_make_file(int dir, const char *name, unsigned numbers);
int place_make_folder(int dir, const char *name, unsigned numbers);
/* A new file in folder, which is in dir; it is gone with who has it open, until
 * it has a name. The descriptor, or -1 with errno: there is no such thing. */
int place_make_nameless(int dir, const char *folder);
/* Such a one, or temp, gets a name that nothing has. 0, or -1 with errno. */
int place_give_name(int fd, int dir, const char *name);
int place_rename_file(int dir, const char *temp, const char *name);
/* A name that is free in dir: this one, or it with a number (caller frees), or
 * NULL with errno. For a directory where nobody else makes names. */
char *place_free_name(int dir, const char *name, unsigned numbers);
/* What was made: nothing but a file or folder of our user, which has no second
 * name. flags: O_RDONLY or O_RDWR. The descriptor, or -1 with errno; EPERM: it
 * is something else. */
int place_open_file(int dir, const char *name, int flags, struct stat *ret_st);
int place_open_folder(int dir, const char *name, struct stat *ret_st);
/* Gives temp the name, or that with a number, replacing nothing. The name it
 * got (caller frees), or NULL with errno. st: what temp has to be. */
char *place_rename(
    int dir, const char *temp, const char *name, const struct stat *st);
/* A file or folder of our user. */
bool place_is_ours(const struct stat *st);
/* Removes temp with all that is in it, if it is what st says; follows no
 * link. */
void place_remove(int dir, const char *temp, const struct stat *st);
/* The same; a folder, which may have a million files, or a large file is
 * removed by a process that nobody waits for (store/aside.h). Whoever has the
 * file open waits in its place. */
void place_remove_aside(int dir, const char *temp, const struct stat *st);
/* As place_remove, whatever it is. */
void place_remove_entry(int dir, const char *name);
/* Removes what a program that was killed left behind, long ago; folders as
 * place_remove_aside does. */
void place_sweep(int dir);

#endif
