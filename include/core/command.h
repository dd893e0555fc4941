/* SPDX-License-Identifier: MIT */
/*
 * What the user wants, parsed: the only way a front end changes anything.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "base/addr.h"
#include "base/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command_kind {
	COMMAND_NONE,
	COMMAND_SAY,    /* text to peer; action for /me */
	COMMAND_OPEN,   /* a conversation with peer, if there is none; on:
			   the user typed its long tag, which accepts an
			   identity that resembles a contact */
	COMMAND_READ,   /* all of conv was shown to the user */
	COMMAND_TYPING, /* on or off, to peer */
	COMMAND_SHOUT,  /* text to everybody */
	COMMAND_NICK,   /* text: our new name */
	COMMAND_STATUS, /* text: our status, may be empty */
	COMMAND_AWAY,   /* text: may be empty */
	COMMAND_BACK,
	COMMAND_CONNECT, /* text: HOST[:PORT] as typed */
	COMMAND_INFO,    /* show text in conv as MESSAGE_INFO */
	COMMAND_ERROR,   /* show text in conv as MESSAGE_ERROR */
	COMMAND_CLEAR,   /* forget what MESSAGE_INFO and _ERROR show in conv */
	COMMAND_QUIT,
};

struct command {
	enum command_kind kind;
	uint32_t conv; /* where it was typed; answers go there */
	struct fp peer;
	bool on;
	bool action;
	char *text; /* owned, NUL-terminated; NULL where not used */
};

/* Frees the text and zeroes. */
void command_clear(struct command *c);

#endif
