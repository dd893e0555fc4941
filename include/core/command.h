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
	COMMAND_SAY,    /* text to peer; action for /me; has_target: in answer
			   to that message */
	COMMAND_EDIT,   /* text in place of that of target, ours to peer */
	COMMAND_DELETE, /* takes back target, ours to peer */
	COMMAND_REACT,  /* text to target, with peer; "" takes it back */
	COMMAND_OPEN,   /* a conversation with peer, if there is none; on:
			   the user typed its long tag, which accepts an
			   identity that resembles a contact */
	COMMAND_READ,   /* all of conv was shown to the user */
	COMMAND_OLDER,  /* of conv, from the store: number more (0: some), or
			   all from row on */
	COMMAND_DRAFT,  /* text: typed in conv and not sent; may be empty */
	COMMAND_TYPING, /* on or off, to peer */
	COMMAND_SHOUT,  /* text to everybody; on: to those who speak plain */
	COMMAND_NICK,   /* text: our new name */
	COMMAND_STATUS, /* text: our status, may be empty */
	COMMAND_AWAY,   /* text: may be empty; on: nobody said so, and nothing
			   is said about it; of COMMAND_BACK, too */
	COMMAND_BACK,
	COMMAND_CONNECT,  /* text: HOST[:PORT] as typed */
	COMMAND_INFO,     /* show text in conv as MESSAGE_INFO */
	COMMAND_LOOK,     /* the same, and look up the host of peer */
	COMMAND_ERROR,    /* show text in conv as MESSAGE_ERROR */
	COMMAND_CLEAR,    /* forget what MESSAGE_INFO and _ERROR show in conv */
	COMMAND_OUTBOX,   /* says what waits */
	COMMAND_CANCEL,   /* what waits and is not on its way: target, or that
			     number of the last COMMAND_OUTBOX, or all to peer */
	COMMAND_FORGET,   /* peer (zero: nearby): has_target: that message; on:
			     the contact and all; else the conversation */
	COMMAND_HISTORY,  /* of peer: kept or not (on) */
	COMMAND_ALIAS,    /* text: what peer is called here; "" or NULL: what
			     it calls itself */
	COMMAND_VERIFY,   /* peer: number 0: says the number to compare; else
			     an enum verdict */
	COMMAND_PIN,      /* peer: its key is asked for, and remembered */
	COMMAND_BLOCK,    /* peer: nothing of it is taken (on), or is again */
	COMMAND_MUTE,     /* peer (zero: nearby) draws no attention for number
			     minutes (UINT32_MAX: until told; 0: does again) */
	COMMAND_RECEIPTS, /* peer is told what was shown, or not (on) */
	COMMAND_TRANSPORT, /* to peer: number is an enum transport_choice */
	COMMAND_QUERY,     /* what the store answers: number is an enum
			      question, text its arguments, peer (zero: none) */
	COMMAND_SET,       /* text: "KEY VALUE"; on: set, else back to the
			      default. With conv 0 nothing is said about it */
	/* Of the plain dialect. */
	COMMAND_LISTEN,     /* at port number (0: say which), TCP (on) or UDP;
			       text: a framing, or NULL */
	COMMAND_UNLISTEN,   /* no more: number, on */
	COMMAND_FRAMING,    /* of the stream with peer is text; NULL: say it */
	COMMAND_HANGUP,     /* end the stream with peer */
	COMMAND_CONTACT,    /* text: "NAME ADDRESS", to be remembered */
	COMMAND_DIALECT,    /* say which there are, and how they are */
	COMMAND_SAVE,       /* all settings into their file */
	COMMAND_ASK,        /* those of ipmsg: number is an enum asking_of */
	COMMAND_UNSEAL,     /* opens target, of peer */
	COMMAND_ENCODING,   /* on: number is an enum charset, by which texts of
			       peer are read from now on, and those there; off:
			       says which it is */
	COMMAND_SEND_FILES, /* text: paths, each on a line, to peer */
	COMMAND_GET,    /* take number (0: the newest that is offered in conv);
			   text: where to, or NULL */
	COMMAND_REFUSE, /* number, the same: it is not wanted */
	COMMAND_STOP,   /* number: it goes no further */
	COMMAND_PAUSE,  /* number: it rests until COMMAND_RESUME */
	COMMAND_RESUME,
	COMMAND_ACCEPT, /* offers of peer, who is verified, are taken unasked
			   (on), up to size bytes (0: any), to the folder text
			   (NULL: the one that is set); off: not any more. With
			   number UINT32_MAX: says the rule */
	COMMAND_RUN,    /* at peer: text is a command of theirs and its
			   arguments; on: what runs with peer is stopped */
	COMMAND_QUIT,
};

/* COMMAND_QUIT: number. Of a screen beside a running earshot nothing but that
 * screen is left by the first, which never comes to the engine. */
enum quit { QUIT_HERE, QUIT_ALL };

/* COMMAND_VERIFY: what the comparison told. */
enum verdict { VERDICT_NONE, VERDICT_SAME, VERDICT_DIFFERENT };

/* COMMAND_ASK */
enum asking_of {
	ASK_VERSION, /* peer, what it runs */
	ASK_AWAY,    /* peer, how it is absent */
	ASK_HOSTS,   /* everybody, whom they know */
};

/* COMMAND_QUERY and EFFECT_QUERY */
enum question {
	QUESTION_SEARCH, /* text: core/query.h */
	QUESTION_GOTO,   /* text: a day */
	QUESTION_EXPORT, /* text: a path */
	QUESTION_DOCTOR, /* text: peer or an address, as typed; "": everybody */
};

struct command {
	enum command_kind kind;
	uint32_t conv; /* where it was typed; answers go there */
	struct fp peer;
	bool on;
	bool action;
	bool sealed; /* COMMAND_SAY: to be opened by hand */
	bool has_target;
	struct msg_id target;
	uint32_t number;
	int64_t row;
	uint64_t size;
	char *text; /* owned, NUL-terminated; NULL where not used */
	/* As it was typed, for answers that come later (effect.line): borrowed
	 * until the command was executed; or NULL. */
	const char *line;
};

/* Frees the text and zeroes. */
void command_clear(struct command *c);

#endif
