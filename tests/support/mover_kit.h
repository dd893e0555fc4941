/* SPDX-License-Identifier: MIT */
/*
 * Two movers in one process, and between them a test that carries the bytes as
 * far as it likes.
 */
#ifndef MOVER_KIT_H
#define MOVER_KIT_H

#include "app/mover.h"
#include "proto/flow.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KIT_TOKEN = 7, KIT_LOOK_TOKEN = 1000, KIT_WAIT_MS = 60000 };

/* What was heard of one end of a transfer. */
struct kit_end {
	struct mover *m;
	int fd;    /* ours, of its connection */
	int given; /* the mover's; to be asked about, while it moves */
	unsigned begun, progress, last;
	bool ended;          /* all came, or went */
	enum move_kind kind; /* of the last */
	enum flow_stop why;
	int sys_errno;
	uint64_t offset, done;
	uint32_t files_done;
	char *path, *part, *text, *note;
	bool dies; /* before it can store where it is */
	unsigned looked;
};

struct kit {
	char *top, *source, *downloads;
	struct kit_end from, to;
	/* So many bytes of the sender's are carried. */
	size_t limit, carried;
	struct move_plan plan; /* of the sender; the rest is made of it */
	bool tcp;              /* so are the connections, on loopback */
};

/* A sender that the test makes up. */
struct kit_liar {
	struct flow *f; /* test: flow_free */
	struct session_keys keys;
	int fd; /* borrowed */
};

int kit_open(void **state);
int kit_close(void **state);
/* Bytes that do not repeat early (caller frees). */
uint8_t *kit_pattern(size_t n);
/* TOP/src/NAME of n such bytes, as what is sent. */
void kit_file(struct kit *k, const char *name, size_t n);
/* The folder TOP/src/NAME is what is sent: so many bytes, so many files. */
void kit_folder(
    struct kit *k, const char *name, uint64_t bytes, uint32_t files);
/* For that: TOP/src/NAME, a folder; or a file of n such bytes. */
void kit_make_folder(struct kit *k, const char *name);
void kit_make_file(struct kit *k, const char *name, size_t n);
/* Keys of one end; the same at each call. */
struct session_keys kit_keys(bool sends);
/* One end, with the test at the other side of its connection. */
void kit_start_sender(struct kit *k);
void kit_start_receiver(struct kit *k);
/* The receiver, without a connection. */
void kit_start_alone(struct kit *k);
/* Both, with what was heard before forgotten; but not the part. */
void kit_start(struct kit *k);
/* Carries, until both had their last report. */
void kit_run(struct kit *k);
/* Carries, until limit was. */
void kit_run_to_limit(struct kit *k);
/* So much arrives; then both see the connection end. The receiver is another
 * mover after that. */
void kit_run_and_cut(struct kit *k, size_t limit);
/* Both connections end. */
void kit_cut(struct kit *k);
/* Hears, until e had its last report. */
void kit_wait(struct kit *k, struct kit_end *e);
/* What is in its connections, and asked of it, by now is seen, and dealt with
 * as far as it wants. */
void kit_look(struct kit_end *e);
/* It is asked on fd by a receiver, and begins. */
void kit_liar_open(struct kit_liar *l, int fd);
/* What its flow was given goes out. */
void kit_liar_say(struct kit_liar *l);
/* What arrived is what was sent, with its time. */
void kit_check_file(struct kit *k);
/* Entries of the folder for downloads. */
unsigned kit_downloads(const struct kit *k);

#endif
