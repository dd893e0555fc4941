/* SPDX-License-Identifier: MIT */
/*
 * Files on their way, whatever dialect carries them. The model has them as a
 * bounded table; what is over goes first when there is no room.
 *
 * Their life: OFFERED, then RUNNING as often as it is begun or taken up again,
 * then one of the last four for ever. ACCEPTED is what waits for the other end
 * or a connection: theirs that we asked for; ours that they came for before.
 * PAUSED is what waits for a user.
 *
 * They are history (CHANGE_TRANSFER): what is not over survives a restart where
 * the dialect can go on with it.
 */
#ifndef CORE_TRANSFER_H
#define CORE_TRANSFER_H

#include "base/id.h"
#include "core/model.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	TRANSFERS_MAX = 256,
	/* Theirs that nobody has answered, of one peer. */
	TRANSFERS_OFFERED_MAX = 64,
	/* The same of all together whom the user never wrote to, and of
	 * everybody: there is room left for what the user sends. */
	TRANSFERS_STRANGE_MAX = 64,
	TRANSFERS_THEIRS_MAX = 192,
	/* At once, in both directions; what is asked for beyond waits, or is
	 * refused where the dialect knows no waiting. */
	TRANSFERS_RUNNING_MAX = 16,
	/* Paths of one /send. */
	TRANSFER_PATHS_MAX = 32,
	/* Offers of one peer that are shown in a minute (a message with several
	 * files is one). */
	TRANSFER_OFFERS_PER_MINUTE = 3,
	/* Nothing came or went for so long: it has failed. */
	TRANSFER_IDLE_MS = 120000,
	/* How often the numbers of one that runs change on the screen. */
	TRANSFER_SHOW_MS = 250,
	/* How often the numbers of one that runs are stored. */
	TRANSFER_KEEP_MS = 5000,
};

enum transfer_state {
	TRANSFER_OFFERED,
	TRANSFER_ACCEPTED,
	TRANSFER_RUNNING,
	TRANSFER_PAUSED,
	TRANSFER_DONE,
	TRANSFER_FAILED, /* reason is set */
	TRANSFER_REFUSED,
	TRANSFER_CANCELLED,
};
/* The word of --json: "offered", … */
const char *transfer_state_text(enum transfer_state s);
/* It is over. */
bool transfer_state_is_last(enum transfer_state s);

struct transfer {
	uint32_t id; /* what the user calls it by: f1, f2, … */
	struct fp peer;
	uint32_t conv;
	bool mine; /* we send it */
	enum dialect dialect;
	enum transfer_state state;
	char *name; /* clean, one component; of theirs made safe */
	/* What is sent, or where it is or will be; NULL else. Any bytes, as the
	 * disk has them: transfer_path() is what is shown. */
	char *path;
	bool folder;
	bool size_known; /* a folder's may not be, before it is all here */
	uint64_t size, done;
	uint32_t files, files_done;             /* files: 0 when not known */
	int64_t mtime;                          /* Unix seconds; 0: not known */
	int64_t offered_ms, offered_mono_ms;    /* wall clock, monotonic */
	int64_t ended_ms;                       /* wall clock; 0: not yet */
	int64_t started_mono_ms, ended_mono_ms; /* 0: not yet */
	uint64_t rate; /* bytes in a second, smoothed; while it runs */
	char *reason;  /* why it failed or ended; NULL else */
	char *note;    /* what was left out, a sentence; NULL else */
	int64_t row;   /* of its line in the history */
	bool paused_here, paused_there; /* PAUSED: by whom */
	/* CANCELLED: by whom; neither: nobody did, or it was not noted. */
	bool ended_here, ended_there;
	bool gone;    /* FAILED: only another offer brings what is there now */
	bool unasked; /* theirs: a rule took it, and no user did since */
	bool again;   /* ours: refused, since too many wait there, and offered
			 until they have it */
	char *part;   /* theirs: what is here of it, any bytes (move_report) */
	struct msg_id message; /* that brought it; zero: none. Between two
				  earshots its name on the wire */
	uint64_t offer;        /* the dialect's own */
	/* Of the dialect and of core/transfer*.c. */
	uint32_t conn;      /* while it runs; 0 else */
	uint64_t offset;    /* where this run began */
	bool ending;        /* theirs: all came, and is put in its place */
	int64_t moved_ms;   /* monotonic: something went or came */
	int64_t shown_ms;   /* the numbers changed on the screen */
	int64_t rate_ms;    /* the rate was measured, at */
	uint64_t rate_done; /* so many bytes */
	bool sink_open, source_open;
	/* Of core/earshot_transfer.c. */
	bool moving;        /* EFFECT_MOVE was given */
	bool stream_ended;  /* of that one all came, or went */
	uint64_t stream_at; /* of that one so much, or was hashed before */
	bool looks;         /* that one has no connection: it may be all here */
	bool past;          /* over since before this start, and here only
			       until they know: listed nowhere */
	bool owes;          /* over, and the other end may not know; stored of
			       DONE */
	int64_t owes_ms;    /* when it is said; NEVER_MS: to the next session */
	struct msg_id told; /* our post that says so; zero: none */
	int64_t try_ms;     /* when it is tried again; NEVER_MS */
	unsigned attempts;  /* that failed in a row */
	unsigned dial;      /* which address of the peer is tried */
	int64_t kept_ms;    /* the numbers were stored, monotonic */
	int64_t called_ms;  /* when it was, or is, tried for a call */
};

/* What a path is that is to be sent. */
struct file_info {
	const char *name; /* clean UTF-8, one component */
	bool folder;
	uint64_t size;
	uint32_t files;
	int64_t mtime;
	const char *note; /* what will be left out, a sentence; or NULL */
};

/* NULL when there is none. Valid until the next call of the engine. */
const struct transfer *model_transfer(const struct model *m, uint32_t id);
/* That of a MESSAGE_FILE: as it is, or was when it left the table; NULL when
 * nothing is known of it. */
const struct transfer *message_transfer(
    const struct model *m, const struct message *msg);
/* Its other end paused it, nobody here did: only they let it go on. */
bool transfer_rests_there(const struct transfer *t);
/* Who refused or cancelled it, as --json says it: "us", "them"; NULL: it did
 * not end so, or nobody knows. */
const char *transfer_ended_by(const struct transfer *t);
/* How it ended, and by whom: "done", "refused by you", "cancelled by ana"; who
 * is what the other end is called (caller frees). */
char *transfer_end_text(
    const struct lang *l, const struct transfer *t, const char *who);
/* Its path, clean, for whoever reads it (caller frees); NULL where it has none,
 * or none that anybody chose: what came out of a pipe has its name alone. */
char *transfer_path(const struct transfer *t);
/* Seconds that it takes at this rate; -1: nobody can say. */
int64_t transfer_left_s(const struct transfer *t);

/* NULL is fine. */
void transfer_free(struct transfer *t);
/* Caller frees. */
struct transfer *transfer_copy(const struct transfer *t);

enum { SIZE_TEXT_SIZE = 16 };
/* "999 B", "1.4 MB". Returns out. */
const char *size_text(uint64_t bytes, char out[static SIZE_TEXT_SIZE]);

#endif
