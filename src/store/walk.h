/* SPDX-License-Identifier: MIT */
/*
 * A file, or all that is in a folder, one thing after the other. Nothing
 * outside of it is opened: each name is opened in the directory that holds it,
 * and symbolic links are not followed.
 */
#ifndef STORE_WALK_H
#define STORE_WALK_H

#include <stdbool.h>
#include <sys/stat.h>

enum walk_kind {
	WALK_ENTER,
	WALK_FILE,
	WALK_LEAVE,
	WALK_LEFT_OUT, /* why: what it is, or what went wrong */
	WALK_END,
};

struct walk_item {
	enum walk_kind kind;
	const char *name; /* as the system has it; until the next call */
	int fd;           /* of a FILE, the caller's to close; else -1 */
	struct stat st;   /* of ENTER and FILE */
	const char *why;  /* a sentence; until the next call */
};

struct walk;

/* What path names; a symbolic link is an error. 0, or ERR_SYS, ERR_FORMAT or
 * ERR_UNSUPPORTED (a file whose size is not known before it is read) and a
 * sentence (caller frees). */
int walk_open(const char *path, struct walk **ret_walk, char **ret_error);
/* Before the first walk_next: entries of each folder by the bytes of their
 * names. */
void walk_sort(struct walk *w);
/* The same: files in folders are looked at and not opened, unless they say that
 * they are empty; their fd may be -1. */
void walk_peek(struct walk *w);
void walk_next(struct walk *w, struct walk_item *ret_item);
/* NULL is fine. */
void walk_free(struct walk *w);

#endif
