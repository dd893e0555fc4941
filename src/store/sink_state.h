/* SPDX-License-Identifier: MIT */
#ifndef STORE_SINK_STATE_H
#define STORE_SINK_STATE_H

#include "store/sink_list.h"
#include "store/sink_place.h"

#include <limits.h>
#include <sys/stat.h>
#include <sys/types.h>

enum { NOTES_SIZE = 4096 };

struct level {
	int fd;
	int64_t mtime;
	/* It was made here, and last is the highest of all names in it. */
	bool is_new;
	char last[NAME_MAX + 1];
};

struct sink {
	struct sink_plan plan; /* its strings are not used any more */
	int dir;
	char *dir_path, *name; /* where it will be */
	char temp[TEMP_NAME_SIZE];
	struct stat st; /* of temp */
	bool has_temp;
	struct level levels[FILE_DEPTH_MAX];
	unsigned depth;
	bool left_root; /* the folder is complete */
	int fd;         /* the file that is written; or -1 */
	bool has_file;  /* of a single one: FILE or bytes came */
	uint64_t left;  /* bytes of it to come */
	int64_t mtime;
	uint64_t room; /* may be written before the next look */
	uint64_t unflushed, flushing, at;
	uint64_t reserved; /* of the file, behind at */
	bool reserves, shares;
	bool drops_cache; /* of what is on the disk of the file */
	uint64_t entries;
	uint64_t names_changed;
	uint64_t total; /* bytes of the files of a folder */
	/* Of one that can be taken up again. */
	char *part; /* its path; NULL else */
	char list_name[TEMP_NAME_SIZE];
	int list;         /* -1: of a child that finishes, or no part */
	uint64_t list_at; /* where the next record goes */
	/* Records that end there and are not in the list yet; so much of the
	 * stream is of them. */
	uint8_t notes[NOTES_SIZE];
	size_t notes_size;
	uint64_t noted;
	bool resumed; /* sink_cut has to come first */
	bool placed;  /* has its name already: a finish was cut short */
	struct sink_replay *replay;
	uint64_t replayed; /* bytes of the stream that it gave */
	/* While it is being finished, by a child that answers through fd. */
	pid_t child;
	int answer_fd;
	char *answer;
	size_t answer_size, answer_cap;
	int sync_fd; /* somebody syncs until that is closed; or -1 */
};

/* Whether n bytes more leave enough of the disk free. */
int sink_look_at_disk(struct sink *s, uint64_t n, char **ret_error);
struct sink *sink_new(const struct sink_plan *plan);
/* Closes and frees; what is there stays. */
void sink_free(struct sink *s);
/* The same, where it failed: nothing stays that cannot be taken up again. */
void sink_fail(struct sink *s);
/* Before a file is written from at on; before n bytes, the room for which, less
 * what is reserved, is the result; when they are written; and when no more is
 * written. */
void sink_ahead_begin(struct sink *s);
uint64_t sink_ahead_reserve(struct sink *s, size_t n);
/* ERR_SYS, with errno: what was written before is lost. */
int sink_ahead_wrote(struct sink *s, size_t n);
void sink_ahead_end(struct sink *s);
/* Many entries are synced while they come: once there are many, and when there
 * are no more. Neither waits for the disk. */
void sink_sync_begin(struct sink *s);
void sink_sync_end(struct sink *s);
int sink_fail_sys(const struct sink *s, char **ret_error);
/* Makes the list beside a part that was made. */
int sink_begin_list(struct sink *s, char **ret_error);
/* A header: for the list, if there is one. An entry is given a name in the
 * folder that is entered (caller frees). */
int sink_note(struct sink *s, const struct file_piece *p, char **ret_error);
char *sink_note_entry(
    struct sink *s, const struct file_piece *p, char **ret_error);
/* Those from that place of the list on are none. */
void sink_note_undo(struct sink *s, uint64_t list_at);
/* All of it came. */
void sink_note_complete(struct sink *s);
/* No more are noted. */
void sink_note_end(struct sink *s);
/* NULL is fine. */
void sink_replay_free(struct sink_replay *r);

#endif
