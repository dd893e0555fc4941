/* SPDX-License-Identifier: MIT */
/*
 * Inside of the mover. mover.c is main's side; everything else here is called
 * by the thread alone.
 */
#ifndef APP_MOVER_STATE_H
#define APP_MOVER_STATE_H

#include "app/mover.h"
#include "app/mover_gather.h"
#include "app/mover_tally.h"
#include "net/loop.h"
#include "net/wake.h"
#include "store/sink.h"
#include "store/source.h"

#include <pthread.h>

enum {
	/* What a header costs of a turn: a file is made, or opened. */
	MOVER_ENTRY_COST = 8192,
	/* To send the rest after the last report. */
	MOVER_LINGER_MS = 2000,
	MOVER_SCRATCH = 64 * 1024,
	/* Written at once, and at a multiple of it in the file: for the kernel
	 * half the work of records as they come. More in one piece would have
	 * it make room for larger pages, which takes much longer where memory
	 * has been in use for a while. */
	MOVER_BATCH = 64 * 1024,
	/* Of the processor, for main and for the thread: who syncs a text waits
	 * for threads of the kernel, too, and none of them waits for longer. */
	MOVER_SLICE_US = 100,
	/* Folders where parts may be waiting to be removed. */
	MOVER_DROPPED = 16,
};

enum move_state {
	MOVE_HASHING,  /* either: what is here of it, up to the marks */
	MOVE_SKIPPING, /* sender: to where it goes on */
	MOVE_ASKED,    /* WANT, FROM or DONE is due from the other end */
	MOVE_RUNNING,
	MOVE_FINISHING, /* receiver: all is here, and goes to the disk */
	MOVE_TELLING,   /* receiver: it is there; to be said */
	MOVE_LEAVING,   /* told to main; what is left to say is sent */
};

struct move {
	struct move *next;
	uint32_t serial;
	enum move_state state;

	/* As it was handed over. */
	bool sends, folder;
	char *path, *name, *downloads;
	char *part; /* of theirs; the one that was begun since, too */
	uint64_t size, entries_max;
	uint32_t files;
	int64_t mtime;
	struct session_keys keys; /* until flow has them */
	uint8_t *rest;
	size_t rest_size;

	/* The connection. */
	int fd; /* -1: it is closed */
	uint8_t *queued;
	size_t queued_size, queued_at;
	struct flow *flow;
	bool ready;    /* poll said so */
	bool readable; /* the same, of the connection */
	bool blocked;  /* it takes nothing now */
	struct gather gather;
	int broken; /* errno: it takes nothing any more */

	bool busy;      /* there is more to do at once */
	bool silent;    /* nobody wants to hear of it */
	size_t left;    /* of this turn */
	bool shut;      /* leaving: all is said */
	int64_t due_ms; /* the same: it is closed by then */

	struct source *source;
	struct sink *sink;
	/* Bytes of the file that are not in the sink yet. */
	uint8_t *batch;
	size_t batch_size;
	bool finishing; /* it is being put in its place */
	bool drops;     /* the same, and nobody wants it any more */
	bool begun;     /* main knows of the part */
	struct flow_prefix *prefix;
	struct flow_mark marks[FLOW_MARKS_MAX];
	size_t mark_count;
	uint64_t goal; /* skipping: to here */
	/* Of the source, and not given to flow yet. */
	struct file_piece piece;
	bool has_piece;

	struct tally tally;
	uint64_t told_at;
	int64_t told_ms;
	char *done_path;
	char *note;
	uint32_t notes;
};

enum mover_ask { MOVER_START, MOVER_STOP, MOVER_DROP };

struct mover_request {
	struct mover_request *next;
	enum mover_ask ask;
	struct move *move; /* MOVER_START */
	uint32_t serial;   /* MOVER_STOP */
	enum flow_stop why;
	bool drop;
	/* What is dropped: MOVER_DROP; or where the move is gone; or NULL. */
	char *part;
};

struct mover_report {
	struct mover_report *next;
	uint32_t serial;
	struct move_report r;
	char *text, *path, *part, *note; /* what it borrows; owned */
};

struct mover_live {
	uint32_t token, serial;
	/* Of theirs: where it is written, and what of it is there; or NULL. */
	char *place, *part;
};

/*
 * A thread cannot be given a folder that it may write to, once it may not write
 * anywhere (store/confine.h). So another one takes over, with all there is,
 * whenever something begins to be written.
 */
struct mover_shift {
	struct mover *m;
	unsigned number;
	pthread_t before; /* to be waited for */
	bool has_before;
	char **places;
	size_t place_count;
};

struct mover {
	/* Main's. */
	pthread_t thread;
	bool has_thread;
	unsigned last_shift;
	uint32_t last_serial;
	struct mover_live *live;
	size_t live_count, live_cap;
	struct mover_report *given;
	/* Where parts were dropped of late: who takes over may have to. */
	char *dropped[MOVER_DROPPED];
	unsigned next_dropped;

	/* Of both, under the lock. */
	pthread_mutex_t lock;
	struct mover_request *requests;
	struct mover_report *reports;
	int64_t share_ms; /* mover_share */
	bool quits;
	unsigned shift;         /* the thread of another number leaves */
	struct wake wake, news; /* for the thread, for main */

	/* The thread's. */
	struct move *moves;
	struct loop *loop; /* NULL: nothing was begun yet */
	struct rsa_lib lib;
	int64_t now_ms;
	bool shares; /* the disk, this turn */
	uint8_t scratch[MOVER_SCRATCH];
};

/* mover.c */
void mover_shift_free(struct mover_shift *shift);
struct mover_report *mover_report_new(enum move_kind kind, uint32_t serial);
/* NULL is fine. */
void mover_report_free(struct mover_report *n);
/* Takes it. Progress that main has not asked for yet is replaced. */
void mover_post(struct mover *m, struct mover_report *n);

/* mover_thread.c */
void *mover_run(void *shift);

/* mover_move.c */
void move_begin(struct mover *m, struct move *mv);
/* A little of what there is to do. */
void move_turn(struct mover *m, struct move *mv);
void move_watch(const struct move *mv, struct loop *l);
void move_ready(struct move *mv, const struct loop_event *ev);
void move_stop(struct mover *m, struct move *mv, enum flow_stop why, bool drop);
/* What is here of it stays. NULL is fine. */
void move_free(struct move *mv);

/* mover_wire.c */
/* Sends what there is; false: it takes no more now. */
bool move_flush(struct move *mv);
/* Whether what comes was gathered for long enough: then it is to be read. */
bool move_gathered(const struct mover *m, struct move *mv);
/* Reads, and acts on what came; false: it is over. */
bool move_input(struct mover *m, struct move *mv);
/* False: both have said all. */
bool move_linger(struct mover *m, struct move *mv);
void move_close(struct move *mv);

/* mover_end.c: the last report of a move, and how it is left. */
/* Takes text. */
void move_fail(
    struct mover *m, struct move *mv, enum flow_stop why, char *text);
void move_lost(struct mover *m, struct move *mv, int sys_errno);
/* The other end said why. */
void move_told(struct mover *m, struct move *mv, enum flow_stop why);
void move_fail_protocol(struct mover *m, struct move *mv);
/* What flow said of the bytes of the connection. */
void move_broke(struct mover *m, struct move *mv, int err);
void move_done(struct mover *m, struct move *mv);
void move_begun(struct mover *m, struct move *mv);
void move_progress(struct mover *m, struct move *mv);
/* The last byte came or went: what is waited for now are disks. */
void move_ended(struct mover *m, struct move *mv);
/* Nothing more is to be done but to say goodbye. */
void move_leave(struct mover *m, struct move *mv, bool drop);
/* A sentence for our user. */
void move_note(struct move *mv, const char *text);

/* mover_send.c */
void sender_event(
    struct mover *m, struct move *mv, const struct flow_event *ev);
void sender_turn(struct mover *m, struct move *mv);
/* False: it cannot be read, and is over. */
bool sender_open(struct mover *m, struct move *mv);
/* Of the source; false: it was no part of the stream, and dealt with. */
bool sender_accepts(
    struct mover *m, struct move *mv, const struct file_piece *piece);
/* Goes on from there, where the source stands. */
void sender_begin(struct mover *m, struct move *mv, uint64_t offset);

/* mover_receive.c */
void receiver_begin(struct mover *m, struct move *mv);
void receiver_event(
    struct mover *m, struct move *mv, const struct flow_event *ev);
void receiver_turn(struct mover *m, struct move *mv);
/* Where it has its name already, whatever the other end says, it is done. */
bool receiver_has_it(struct mover *m, struct move *mv);
/* The same, without a connection. */
bool receiver_looks(struct mover *m, struct move *mv);
/* What came goes to the sink. 0, or an error and its sentence. */
int receiver_write(struct move *mv, char **ret_error);
/* All that is here is known: asks for the rest. */
void receiver_want(struct mover *m, struct move *mv);

/* mover_resume.c */
/* Hashes the source up to their marks, then goes on from there. */
void resume_source_begin(struct mover *m, struct move *mv);
void resume_source_turn(struct mover *m, struct move *mv);
void resume_skip_turn(struct mover *m, struct move *mv);
/* Hashes what is here of theirs. */
void resume_sink_turn(struct mover *m, struct move *mv);

#endif
