/* SPDX-License-Identifier: MIT */
/*
 * Writing what somebody else sends. Everything is made anew, below one folder
 * that is held open, under a temporary name until it is complete; no name of
 * the peer's is used before base/file_name.h has made it safe, and nothing
 * becomes executable.
 */
#ifndef STORE_SINK_H
#define STORE_SINK_H

#include "base/file_piece.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	/* What stays free on the disk. */
	SINK_FREE_MIB = 256,
	/* Files and folders of one transfer. */
	SINK_ENTRIES_MAX = 1000000,
	/* Of the stream; what came last before a kill -9, and comes again. */
	SINK_LAG = 64 * 1024,
};

struct sink_plan {
	/* Where the user wants it: NULL, a folder that exists, "DIR/", which is
	 * made when it is not there, or the name that it shall have, in a
	 * folder that exists. */
	const char *where;
	/* Where it goes else; made when it is not there. */
	const char *folder;
	const char *name; /* as the peer calls it */
	bool is_folder;
	bool size_known;
	uint64_t size;
	int64_t mtime;       /* of a single file; 0: not known */
	uint64_t free_bytes; /* 0: SINK_FREE_MIB */
	/* After sink_finish the list stays until it is dropped, for somebody
	 * who may be killed before he knows that it was finished: sink_resume
	 * then finds it complete, under its name. */
	bool keeps_list;
};

/* Whether there is a place for what is wanted there (sink_plan.where), as it is
 * now: 0, or an error and its sentence (caller frees). Nothing is made. */
int sink_check_where(const char *where, char **ret_error);

struct sink;
/*
 * Those that can be taken up again after whatever ended them, kill -9 included:
 * their part is the temporary file or folder, and beside it a list of the
 * headers of what came (.earshot-….list), which is behind by less than
 * SINK_LAG.
 * sink_part: its path, for sink_resume; NULL for one of sink_open.
 * sink_open_part: as sink_open, and with a part.
 */
int sink_open_part(
    const struct sink_plan *plan, struct sink **ret_sink, char **ret_error);
const char *sink_part(const struct sink *s);
/* What part names, made by sink_open_part for the same plan. ERR_NOT_FOUND:
 * nothing is there any more, or the plan's where is another folder; ERR_SYS: it
 * cannot be read now, or its folder is not there; ERR_FORMAT: it is damaged;
 * ERR_STATE: a sink has it still, or a process that finishes it,
 * which may be of a program that was killed: later it can be taken up, or has
 * its name (where the file system has locks). First sink_replay, then sink_cut,
 * then it goes on with sink_piece. */
int sink_resume(const struct sink_plan *plan, const char *part,
    struct sink **ret_sink, char **ret_error);
/* What was resumed is finished, and has its name: sink_finish tells it. */
bool sink_has_name(const struct sink *s);
/* The pieces of what is there, as they came (names as the peer had them), read
 * from the disk; END when that is all, ERROR. Until the next call. */
void sink_replay(struct sink *s, struct file_piece *ret_piece);
/* Goes on at that offset of the stream (file_piece_header_size says which bytes
 * that counts), which is not above what sink_replay gave (ERR_LIMIT), nor
 * within a header (ERR_FORMAT); what is there beyond goes. Where it fails, the
 * sink can only be kept or abandoned. */
int sink_cut(struct sink *s, uint64_t offset, char **ret_error);
/* Closes it; what is there stays. */
void sink_keep(struct sink *s);
/* Removes what part names, and its list; what is finished stays. Who finishes
 * it meanwhile finds nothing, or was first. A folder, which may have a million
 * files, is removed by a process that outlives the program, and until it is
 * gone sink_resume says ERR_STATE. */
void sink_drop_aside(const char *part);
/* 0, or an error and its sentence (caller frees). */
int sink_open(
    const struct sink_plan *plan, struct sink **ret_sink, char **ret_error);
/*
 * What comes. A FILE before the bytes of a single file may be left out. 0, or
 * an error and its sentence (caller frees): then only sink_abandon or sink_keep
 * follows.
 * NOTE, END and ERROR change nothing.
 */
int sink_piece(
    struct sink *s, const struct file_piece *piece, char **ret_error);
/* Of a folder: names in it that are not as the peer has them, be it to be safe
 * or for a number; of all that is there, also after sink_cut. */
uint64_t sink_names_changed(const struct sink *s);
/* The same as a sentence (caller frees); NULL where there are none. */
char *sink_names_note(const struct sink *s);
/* Others wait for that disk, or not (how it begins): then less of what can be
 * taken up again is on its way there at a time. */
void sink_share(struct sink *s, bool on);
/* It is complete: on the disk, under its name. Frees the sink; where it failed,
 * nothing is left, or what can be taken up again. The path, or NULL and a
 * sentence (caller frees both). */
char *sink_finish(struct sink *s, char **ret_error);
/*
 * The same in a process of its own: to have it on the disk can take seconds.
 * 0, or ERR_SYS: use sink_finish. Then sink_fd becomes readable; when
 * sink_is_finished says so, sink_finish_end is what sink_finish would be.
 */
int sink_finish_begin(struct sink *s);
int sink_fd(const struct sink *s);
bool sink_is_finished(struct sink *s);
char *sink_finish_end(struct sink *s, char **ret_error);
/* Between the two: nobody wants it any more. Whoever finishes it is ended, and
 * has given it its name, or not. */
void sink_finish_kill(struct sink *s);
/* Removes what there is of it; what is being finished is waited for, and stays.
 * NULL is fine. */
void sink_abandon(struct sink *s);
/* The same; a folder, or a large file, is left to a process that outlives the
 * program. */
void sink_abandon_aside(struct sink *s);

#endif
