/* SPDX-License-Identifier: MIT */
/*
 * The writing side of the model, for the engine alone. Every call that changes
 * something visible moves model.revision.
 */
#ifndef CORE_MODEL_EDIT_H
#define CORE_MODEL_EDIT_H

#include "core/model.h"
#include "core/saved.h"

struct model *model_new(const struct fp *self, const char *name);
void model_free(struct model *m);

static inline void
model_touch(struct model *m)
{
	m->revision++;
}

/* Replaces a string of the model; true when it differed. */
bool model_set_text(struct model *m, char **field, const char *text);
/* Our own name; look-alikes are found anew. */
void model_set_name(struct model *m, const char *name);

/* Where the index has a peer, or would have it; false when it has not, also
 * while there is no index. */
bool model_peer_slot(
    const struct model *m, const struct fp *fp, size_t *ret_slot);
/* Our status, from what the user typed. */
void model_clean_status(struct model *m, const char *text);

struct peer *model_peer_edit(struct model *m, const struct fp *fp);
/* The notes to ourselves, made when they are not there. */
struct peer *model_notes_add(struct model *m);
/* The peer, made when it is not there. */
struct peer *model_peer_add(struct model *m, const struct fp *fp);
/* One of a legacy dialect; handle is clean and below HANDLE_SIZE. */
struct peer *model_legacy_add(struct model *m, const struct fp *fp,
    enum dialect dialect, const char *handle);
/* Only a peer without a conversation may go. */
void model_peer_remove(struct model *m, const struct fp *fp);
/* What it calls itself, clean; true when something shown differs. */
bool peer_set_name(struct model *m, struct peer *p, const char *name);
/* What the user calls it, clean; "" for what it calls itself. */
void peer_set_alias(struct model *m, struct peer *p, const char *alias);
/* Both, from what was stored, of one whose trust is set; when all are loaded,
 * model_find_doubles has to follow. */
void peer_load_names(struct peer *p, const char *called, const char *alias);
/* Who resembles whom, for everybody. */
void model_find_doubles(struct model *m);
/* After peer.trust was set: who resembles whom is found anew. */
void peer_refresh_trust(struct model *m, struct peer *p);
/* Puts an address first, forgetting the last one when there are too many. */
void peer_add_addr(struct model *m, struct peer *p, const struct addr *a);
/* The first of a peer that has none, while contacts are loaded: who resembles
 * whom is found for all of them later, by model_find_doubles. */
void peer_load_addr(struct peer *p, const struct addr *a);
/* Puts an address behind those known, when it is new and there is room. */
void peer_hint_addr(struct model *m, struct peer *p, const struct addr *a);

/* Whose contact's host it is at is found anew. */
void peer_refresh_claim(struct model *m, struct peer *p);
/* Somebody else was found there. */
void peer_remove_addr(struct model *m, struct peer *p, const struct addr *a);

/* Frees what it holds and zeroes. */
void message_clear(struct message *msg);
struct conv *model_conv_edit(struct model *m, uint32_t id);
/* The conversation with a peer, made when there is none. */
struct conv *model_conv_open(struct model *m, struct peer *p);
/* Appends; takes text and reason, assigns the serial. The oldest messages go
 * when CONV_MESSAGES_MAX or CONV_BYTES_MAX is passed. Valid until the next
 * append. */
struct message *conv_append(
    struct model *m, struct conv *c, const struct message *msg);
/* Puts a page in front; takes the messages out of it. */
void conv_prepend(struct model *m, struct conv *c, struct saved_page *page);
/* The row of the oldest in memory that is in the history, or end when there is
 * none. */
int64_t conv_first_row(const struct conv *c, int64_t end);
/* The message with a row and id; NULL when it is not in memory. */
struct message *conv_find_row(
    struct conv *c, int64_t row, const struct msg_id *id);
/* A text or file by id, of the newest CONV_MESSAGES_MAX; NULL. */
struct message *conv_find_text(struct conv *c, const struct msg_id *id);
/* The same of those that are ours, or theirs. */
struct message *conv_find_text_of(
    struct conv *c, const struct msg_id *id, bool mine);
/* Any message of the history by id, newest first; NULL. */
struct message *conv_find_id(struct conv *c, const struct msg_id *id);
/* Puts another text in; the oldest messages go when they are too much. */
void conv_set_text(struct model *m, struct conv *c, struct message *msg,
    const char *text, size_t size);
/* Takes one out. Serials of the rest move. */
void conv_remove(struct model *m, struct conv *c, uint64_t serial);
void conv_clear(struct model *m, struct conv *c);
struct message *conv_message_edit(struct conv *c, uint64_t serial);
/* One of ours by id, newest first; NULL. */
struct message *conv_find_mine(struct conv *c, const struct msg_id *id);
/* Everything up to the newest was shown. */
void conv_mark_read(struct model *m, struct conv *c);
/* Removes MESSAGE_INFO and MESSAGE_ERROR. Serials of the rest move. */
void conv_clear_notices(struct model *m, struct conv *c);

#endif
