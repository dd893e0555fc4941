/* SPDX-License-Identifier: MIT */
/*
 * The inside of the database, for the files of this directory: statements are
 * prepared once and kept; the first failure since the last commit is kept, too,
 * until somebody takes it.
 *
 * doc/HACKING, "History", has the tables.
 */
#ifndef STORE_DB_STATE_H
#define STORE_DB_STATE_H

#include "core/transfer.h"
#include "store/db.h"

#include <sqlite3.h>

enum db_sql {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_ROLLBACK,
	SQL_MARK_GET,
	SQL_MARK_SET,
	SQL_CONTACT_PUT,
	SQL_CONTACT_RECEIVED,
	SQL_CONTACT_SENT,
	SQL_CONTACT_BOOK,
	SQL_CONTACT_FORGET,
	SQL_CONTACT_ALL,
	SQL_LABEL_ALL,
	SQL_LINE_ALL,
	SQL_LABEL_PUT,
	SQL_LABEL_FORGET,
	SQL_LINE_PUT,
	SQL_LEGACY_ADD,
	SQL_LEGACY_READ,
	SQL_LEGACY_RAW,
	SQL_CONV_FIND,
	SQL_CONV_NEAR,
	SQL_CONV_ADD,
	SQL_CONV_NEXT,
	SQL_CONV_GREW,
	SQL_CONV_BOOK,
	SQL_CONV_SHOWN,
	SQL_CONV_READ,
	SQL_CONV_SHRANK,
	SQL_CONV_FORGET,
	SQL_CONV_PURGE,
	SQL_CONV_ALL,
	SQL_DRAFT_PUT,
	SQL_DRAFT_REMOVE,
	SQL_MESSAGE_ADD,
	SQL_MESSAGE_BOOK,
	SQL_MESSAGE_BOOK_REST,
	SQL_MESSAGE_UNBOOKED,
	SQL_MESSAGE_FIND,
	SQL_MESSAGE_GET,
	SQL_MESSAGE_NEWEST,
	SQL_MESSAGE_DELIVERY,
	SQL_MESSAGE_TICK,
	SQL_MESSAGE_REQUEUE,
	SQL_MESSAGE_UNKEPT,
	SQL_MESSAGE_TEXT,
	SQL_MESSAGE_READ,
	SQL_MESSAGE_REMOVE,
	SQL_MESSAGE_FORGOTTEN,
	SQL_MESSAGE_OLDEST,
	SQL_MESSAGE_UNINDEXED,
	SQL_MESSAGE_PAGE,
	SQL_REVISION_ADD,
	SQL_REVISION_DONE,
	SQL_REVISION_FORGET,
	SQL_REVISION_FORGET_CONV,
	SQL_TRANSFER_PUT,
	SQL_TRANSFER_OPEN,
	SQL_TRANSFER_GET,
	SQL_RULE_PUT,
	SQL_RULE_REMOVE,
	SQL_RULE_ALL,
	SQL_FORMER_ADD,
	SQL_FORMER_REMOVE,
	SQL_REACTION_PUT,
	SQL_REACTION_REMOVE,
	SQL_OUTBOX,
	SQL_OUTBOX_REQUEUE,
	SQL_NEWEST_ROW,
	SQL_WORDS_ADD,
	SQL_WORDS_REMOVE,
	SQL_WORDS_MERGE,
	SQL_COUNT,
};

/* A turn of the loop cannot wait. */
enum { DB_BUSY_MS = 100 };
enum { DB_NEARS = 16 };

/* Somebody with a contact and a conversation, and the highest number of their
 * messages and of ours. */
struct db_near {
	struct fp fp;
	int64_t conv; /* 0: nobody */
	int64_t seq[2];
};

struct db {
	sqlite3 *sql;
	sqlite3_stmt *statements[SQL_COUNT];
	char *path, *dir;
	int dir_fd;
	struct db_cfg cfg;
	bool is_reader;
	bool is_dirty;
	bool grows, forgets; /* what was applied since the last commit */
	int failed;          /* the first failure, an extended result code */
	int failed_errno;
	bool words_broken;   /* the search index is to be made anew */
	int64_t newest_row;  /* of all messages */
	int64_t indexed_row; /* all messages up to it are in the index */
	int64_t booked_row;  /* all messages up to it are booked; of those */
	int unbooked;        /* behind it so many are not */
	struct db_near near[DB_NEARS];
	struct fp sent_to; /* whose contact is to be told … */
	uint64_t sent_seq; /* … of this, before the commit; 0: nobody */
	bool settles;      /* the index has grown, and may want merging */
	bool purges;       /* the index holds words of what was forgotten */
	bool merges;       /* and is being merged to get rid of them */
	bool cuts;         /* the log is to be cut off */
	bool has_orphans;  /* conversations forgotten, with messages left */
	int wal_pages;
	uint64_t commits, commits_seen, commits_swept;
	int64_t sweep_ms; /* monotonic: when retention is looked at again */
	bool has_saved;   /* what opening read, for db_load */
	struct saved saved;
};

/* One message as SQL_MESSAGE_FIND and the like have it; text is owned. */
struct db_message {
	int64_t row, conv;
	bool mine, keep, deleted;
	bool waits; /* in the outbox; or a file that is not over */
	bool is_file;
	struct msg_id id;
	int64_t sent_ms, arrived_ms;
	uint8_t author[FP_SIZE];
	size_t author_size; /* 0, or FP_SIZE: nearby */
	char *text;
	size_t size;
};

/* db.c */
/* The statement, ready to be bound; NULL after a failure, which is kept. */
sqlite3_stmt *db_statement(struct db *db, enum db_sql which);
/* Steps to the end and resets. False after a failure; also for NULL. */
bool db_run(struct db *db, sqlite3_stmt *s);
/* True: there is a row. False: no more, or a failure; the statement is reset.
 */
bool db_row(struct db *db, sqlite3_stmt *s);
/* For a statement that is left before its last row. */
void db_reset(sqlite3_stmt *s);
bool db_exec(struct db *db, const char *text);
void db_keep_failure(struct db *db, int code);
/* Gives the failure, and forgets it. */
int db_take_failure(struct db *db);
/* All or nothing: begins for a piece of maintenance; ends it. */
bool db_begin(struct db *db);
bool db_end(struct db *db);

void db_bind_int(sqlite3_stmt *s, int at, int64_t value);
void db_bind_blob(sqlite3_stmt *s, int at, const void *p, size_t n);
void db_bind_text(sqlite3_stmt *s, int at, const char *text, size_t n);
/* Sequence numbers so that SQLite compares them as the unsigned they are. */
int64_t db_seq_in(uint64_t seq);
uint64_t db_seq_out(int64_t value);
/* False, and nothing written, when the column is not so long. */
bool db_column_bytes(sqlite3_stmt *s, int at, void *out, size_t n);
/* A string, NUL-terminated (caller frees), never NULL. */
char *db_column_text(sqlite3_stmt *s, int at, size_t *ret_size);
/* The same, cut after max bytes; NULL for NULL. */
char *db_column_brief(sqlite3_stmt *s, int at, size_t max);

int64_t db_mark(struct db *db, const char *name, int64_t otherwise);
bool db_set_mark(struct db *db, const char *name, int64_t value);
/* What is kept in memory of the marks, after opening or undoing. */
bool db_read_marks(struct db *db);

/* db_open.c */
struct db *db_new(const char *dir, const char *name, const struct db_cfg *cfg);
/* An empty file that is nobody else's; SQLite gives its mode to the others. */
int db_make_file(const char *path, char **ret_error);
/* Opens and brings up to date. A failure of SQLite is left in db->failed, with
 * ERR_SYS and no sentence. */
int db_open_file(struct db *db, char **ret_error);
/* A reader of what is committed now, whatever is committed after its first
 * statement; it holds up nobody. SQLITE_OK, or what went wrong; closed by
 * db_close either way. */
int db_open_beside(const struct db *db, struct db **ret_db);

/* db_salvage.c */
/* Remembers beside the database that the next start is to salvage it. */
void db_mark_damaged(const struct db *db);
/* The same when that is what a failure tells of; not for the index alone. */
void db_note_damage(const struct db *db, int code);
bool db_is_marked_damaged(const struct db *db);
/* With the file closed: what can be read goes into a new one under its name,
 * and the damaged one gets another. */
int db_salvage(struct db *db, char **ret_notice);
/* Where that was interrupted at its last step. */
void db_finish_salvage(const struct db *db);

/* db_sql.c */
const char *db_sql_text(enum db_sql which);

/* db_schema.c */
int db_migrate(struct db *db, char **ret_error);

/* db_sentence.c */
/* What happened to this database, why, what now; begins with what. */
int db_fail(struct db *db, int code, const char *what, char **ret_error);
/* For who only reads: what the next commit is to fail with stays. */
int db_fail_reading(struct db *db, int code, char **ret_error);
bool db_is_damage(int code);

/* db_find.c */
/* The conversation with fp, 0 when there is none, made when wanted. */
int64_t db_conv(struct db *db, const struct fp *fp, bool make);
enum { DB_PIECE = 2048, DB_PIECES_ALL = INT32_MAX };
/* The row of a message; 0 when there is none, or not among the newest pieces
 * of DB_PIECE rows. */
int64_t db_find_row(struct db *db, int64_t conv, bool mine,
    const struct msg_id *id, int pieces);
/* The same by all that tells it from others, among the newest only. */
bool db_is_known(struct db *db, const struct db_message *m);
bool db_get_message(struct db *db, int64_t row, struct db_message *ret_message);
void db_read_stored(sqlite3_stmt *s, struct db_message *ret_message);
void db_message_clear(struct db_message *m);
/* Guards what cannot be seen by looking: a flipped bit in a text. */
int64_t db_message_sum(const struct db_message *m);
int64_t db_pin_sum(const struct pin *pin);
int64_t db_transfer_sum(const struct transfer *t);
int64_t db_rule_sum(const struct fp *fp, const struct accept_rule *rule);
int64_t db_conv_sum(int64_t id, const uint8_t fp[static FP_SIZE]);

/* db_apply.c */
/* A message that was stored only to wait goes when it does so no more. */
void db_drop_unkept(struct db *db, int64_t row);

/* db_revise.c */
void db_revise(struct db *db, const struct change *c);

/* db_transfer.c */
/* CHANGE_TRANSFER, CHANGE_RULE. */
void db_put_transfer(struct db *db, const struct change *c);
void db_put_rule(struct db *db, const struct change *c);
void db_load_transfers(struct db *db, struct saved *saved);
void db_load_rules(struct db *db, struct saved *saved);
/* NULL when it is not there. */
const struct transfer *db_loaded_transfer(
    const struct saved *saved, int64_t row);
/* Of MESSAGE_FILE: its transfer. A code of SQLite; the failure that is kept is
 * neither asked nor set. */
int db_get_file(struct db *db, struct message *m);
/* A row of the table, or of what is selected like it. */
struct transfer *db_read_transfer(sqlite3_stmt *s);
enum { DB_TRANSFER_WIDTH = 23 };

/* db_legacy.c */
/* What a message or a contact of a legacy dialect has beside its row. */
bool db_legacy_add(struct db *db, const struct change *c);
void db_line_put(struct db *db, const struct pin *pin);
/* CHANGE_SEAL, CHANGE_RECODE. */
void db_read_again(struct db *db, const struct change *c);
/* The columns behind those of the message or contact, from at on. */
void db_read_legacy(sqlite3_stmt *s, int at, struct message *m);
void db_read_line(sqlite3_stmt *s, int at, struct pin *pin);
void db_get_raw(struct db *db, struct message *m);

/* db_forget.c */
bool db_remove_message(struct db *db, const struct db_message *m);
void db_forget(struct db *db, const struct change *c);
/* What was forgotten is to leave every file soon. */
void db_want_purge(struct db *db);
/* At most count messages of what was forgotten. False when none is left. */
bool db_purge_orphans(struct db *db, int count);

/* db_book.c */
/* The conversation of a message that may wait to be booked; 0: it may not. */
int64_t db_book_later(struct db *db, const struct change *c);
/* Books all that waits. */
bool db_book(struct db *db);
/* What waits, after opening or undoing. */
bool db_read_unbooked(struct db *db);
/* After conversations were forgotten. */
void db_forget_near(struct db *db);
/* Up to this number they have it; for the contact, once in a commit. */
void db_note_sent(struct db *db, const struct fp *fp, uint64_t seq);
void db_put_sent(struct db *db);

/* db_log.c */
/* Where the database is; also true when nobody can say. */
bool db_has_room(const struct db *db, uint64_t bytes);

/* db_maintain.c */
/* What is in the log goes into the database, unless somebody reads there. */
void db_checkpoint(struct db *db);
/* Before closing: what was forgotten leaves the files, if that is quick. */
void db_finish_forgetting(struct db *db);

/* db_load.c */
/* The next of an array that starts empty and doubles. */
#define DB_GROW(array, count) \
	((count) != 0 && ((count) & ((count)-1)) != 0 \
		? (array) \
		: xrealloc(array, (count) == 0 ? 1 : 2 * (count), \
		      sizeof(*(array))))
/* A row of SQL_CONTACT_ALL, or of the table (caller: pin_clear). */
struct pin db_read_pin(sqlite3_stmt *s, int at);
bool db_read_saved(struct db *db, struct saved *ret_saved);
/*
 * The columns of a message m in a conversation v, and how they are read:
 *   SELECT DB_MESSAGE_COLUMNS FROM message m JOIN conv v ON v.id = m.conv
 * Of what is forgotten and not yet swept v.fp is NULL: leave it out.
 */
#define DB_MESSAGE_COLUMNS \
	"m.row, m.id, m.kind, CASE WHEN m.delivery = 3 AND m.row <= " \
	"v.shown_row THEN 4 ELSE m.delivery END, m.mine, m.flags, " \
	"m.mine OR m.row <= v.read_row, m.missing, " \
	"CASE WHEN m.mine THEN NULL WHEN length(m.author) THEN m.author " \
	"ELSE v.fp END, m.sent_ms, m.arrived_ms, m.revised, m.target, " \
	"(SELECT r.text FROM reaction r WHERE r.message = m.row AND " \
	"r.mine = 0), (SELECT r.text FROM reaction r WHERE " \
	"r.message = m.row AND r.mine = 1), m.reason, m.text, " \
	"(SELECT l.dialect + (l.seal << 8) + (l.flags << 16) + " \
	"(l.charset << 24) FROM legacy l WHERE l.message = m.row)"
/*
 * Which messages m are in the index of their conversation, and which are not
 * yet (db_book.c); the latter have higher numbers.
 */
#define DB_BOOKED "m.booked = 1"
#define DB_UNBOOKED \
	"m.booked = 0 AND m.row > (SELECT ifnull(max(value), 0) FROM mark" \
	" WHERE name = 'booked_row')"
enum { DB_MESSAGE_WIDTH = 18 };
/* From column at on. Texts are owned by the message; raw is not read. */
void db_read_message(sqlite3_stmt *s, int at, struct message *ret_message);

/*
 * db_words.c: the search index, an FTS5 table "words" without content of its
 * own. Column text: the words of the text, scripts without blanks character by
 * character. Column tags: "c12" the conversation by its number, "mine" or
 * "theirs", "f" and 16 hex digits of who shouted it, "link"; each behind
 * DB_TAG, which no text has (base/peer_text.h): the index of the word "theirs"
 * would else be that of half of all messages.
 */
#define DB_TAG "\xee\x80\x80"
enum {
	DB_TAGS_SIZE = 80,
	DB_TAG_AUTHOR = 8, /* bytes of the fingerprint in it */
};
bool db_words_add(struct db *db, const struct db_message *m);
bool db_words_remove(struct db *db, const struct db_message *m);
/* A piece more of the messages; false when all are in or after a failure. */
bool db_words_catch_up(struct db *db);
/* A bit of merging; false when nothing is left to merge. */
bool db_words_merge(struct db *db, bool start);
bool db_words_reset(struct db *db);
/* A text as the index has it (caller frees): for what is searched, too. */
char *db_words_of(const char *text, size_t n, size_t *ret_size);
/* The tags of a message, NUL-terminated; returns their size. */
size_t db_tags_of(const struct db_message *m, char out[static DB_TAGS_SIZE]);

/* db_import.c: the pins of the first version. */
int db_import_pins(struct db *db, const struct home *h, char **ret_notice);

#endif
