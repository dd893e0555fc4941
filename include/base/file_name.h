/* SPDX-License-Identifier: MIT */
/*
 * Names of files that others chose, made into names that are only that: one
 * component, which no system takes for a path, a device, an option or something
 * hidden, and which looks on the screen like what it is.
 */
#ifndef BASE_FILE_NAME_H
#define BASE_FILE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	/* Of file_name_spool, with the zero. */
	FILE_NAME_SPOOL_SIZE = 32,
	/* Of a safe name; room for a number stays below the 255 that file
	 * systems have. */
	FILE_NAME_BYTES_MAX = 240,
	/* A longer one is part of the name. */
	FILE_EXTENSION_BYTES_MAX = 16,
};

/*
 * A new string (caller frees), never empty, clean by peer_text and at most
 * FILE_NAME_BYTES_MAX bytes. What has a meaning of its own becomes "_". A name
 * that is too long loses the end of its stem, and keeps its extension.
 * Idempotent.
 */
char *file_name_safe(const char *name, size_t n);
/* "a.txt" with number 2 is "a (2).txt" (caller frees). */
char *file_name_numbered(const char *name, unsigned number);
/* The last dot and what is behind it; "" where there is no extension. Into
 * name. */
const char *file_name_extension(const char *name);
/* The extension, where opening such a file runs it; else NULL. Into name. */
const char *file_name_program(const char *name);

/* The folder in which what came out of a pipe waits to be sent. */
void file_name_spool(uint64_t number, char out[static FILE_NAME_SPOOL_SIZE]);
bool file_name_is_spool(const char *name);
/* Of the path of a file in one: where the name of that folder begins; else
 * NULL. Its user knows the name of the file, and of the folder nothing. */
const char *file_name_spooled(const char *path);

#endif
