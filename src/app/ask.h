/* SPDX-License-Identifier: MIT */
/*
 * Where passphrases come from: lines of a file, each the answer to one
 * question, or somebody at the terminal.
 */
#ifndef APP_ASK_H
#define APP_ASK_H

#include "crypto/seal.h"

#include <stdbool.h>
#include <stddef.h>

struct ask {
	const char *path; /* of the file; NULL: the terminal */
	char *text;       /* of the file, once it was read */
	size_t size, at;
	unsigned line; /* answered last */
};

/* The path is that of --passphrase-file; NULL: the environment may name one.
 * Nothing is opened yet. */
void ask_init(struct ask *a, const char *path);
/* Wipes. */
void ask_clear(struct ask *a);
/* 0, or an error and its sentence (caller frees). The answer may be empty. */
int ask_passphrase(struct ask *a, const char *question, struct passphrase *ret,
    char **ret_error);

#endif
