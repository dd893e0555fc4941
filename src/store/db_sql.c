/* SPDX-License-Identifier: MIT */
/*
 * Every statement that is kept. None is put together from pieces at run time.
 */
#include "store/db_state.h"

#define STORED_BEFORE "row, conv, mine, id, author, "
#define STORED_BEHIND ", keep, revised, sent_ms, arrived_ms, text, kind"
#define STORED_COLUMNS STORED_BEFORE "waits" STORED_BEHIND

/* The numbers of enum message_kind and transfer_state. */
#define IS_UNDER_WAY \
	"(kind = 4 AND EXISTS (SELECT 1 FROM transfer t WHERE" \
	" t.message = message.row AND t.state < 4))"

#define KEPT_COLUMNS STORED_BEFORE "waits OR " IS_UNDER_WAY STORED_BEHIND

#define TRANSFER \
	"SELECT t.message, t.number, t.dialect, t.offer_id, t.offer, t.mine," \
	" t.state, t.name, t.path, t.part, t.folder, t.size, t.size_known," \
	" t.files, t.files_done, t.done, t.mtime, t.offered_ms, t.ended_ms," \
	" t.paused, t.reason, t.note, t.sum, v.fp FROM transfer t JOIN message m ON m.row = t.message" \
	" JOIN conv v ON v.id = m.conv WHERE "

/* The numbers of enum delivery: 2 sent, 3 delivered, 4 read, 5 failed. What
 * arrived stays so, whatever is said later; what failed may have arrived. */
#define DELIVERY \
	"UPDATE message SET delivery = ?2, reason = ?3," \
	" waits = waits AND ?5 WHERE row = ?1 AND (delivery <= 2" \
	" OR (delivery = 3 AND ?2 = 4) OR (delivery = 5 AND ?2 IN (3, 4)))"

#define PAGE(which) \
	"SELECT " DB_MESSAGE_COLUMNS " FROM message m CROSS JOIN conv v" \
	" ON v.id = m.conv WHERE m.conv = ?1 AND m.row < ?2 AND " which

static const char conv_read[] =
    "UPDATE conv SET read_row = max(read_row, ?2),"
    " unread = CASE WHEN max(read_row, ?2) >= last_row THEN 0 ELSE"
    " (SELECT count(*) FROM message WHERE conv = ?1 AND booked = 1 AND"
    " row > max(read_row, ?2) AND mine = 0) END WHERE id = ?1";

static const char conv_shrank[] =
    "UPDATE conv SET unread = unread - (?3 AND ?2 > read_row AND unread > 0),"
    " last_row = CASE WHEN last_row <> ?2 THEN last_row ELSE (SELECT"
    " ifnull(max(row), 0) FROM message WHERE conv = ?1 AND booked = 1) END"
    " WHERE id = ?1";

/* Of the row that is the newest, max() takes the others along. */
static const char conv_book[] =
    "UPDATE conv SET last_row = max(last_row, t.last), active_ms = t.active,"
    " unread = unread + t.count FROM (SELECT m.conv AS id, max(m.row) AS last,"
    " m.arrived_ms AS active, sum(m.mine = 0 AND m.row > v.read_row) AS count"
    " FROM message m NOT INDEXED CROSS JOIN conv v ON v.id = m.conv"
    " WHERE m.row > ?1 AND m.booked = 0 GROUP BY m.conv) AS t"
    " WHERE conv.id = t.id";

static const char contact_book[] =
    "UPDATE contact SET received_seq = max(received_seq, t.seq) FROM (SELECT"
    " v.fp AS fp, max(m.seq) + (-9223372036854775807 - 1) AS seq"
    " FROM message m NOT INDEXED CROSS JOIN conv v ON v.id = m.conv"
    " WHERE m.row > ?1 AND m.booked = 0 AND m.mine = 0 GROUP BY m.conv) AS t"
    " WHERE contact.fp = t.fp";

static const char conv_near[] =
    "SELECT v.id, (SELECT ifnull(max(seq), 0) FROM message WHERE conv = v.id"
    " AND mine = 0 AND seq <> 0 AND booked = 1), (SELECT ifnull(max(seq), 0)"
    " FROM message WHERE conv = v.id AND mine = 1 AND seq <> 0 AND booked = 1)"
    " FROM conv v WHERE v.fp = ?1 AND EXISTS (SELECT 1 FROM contact"
    " WHERE fp = ?1)";

static const char contact_put[] =
    "INSERT INTO contact (fp, received_seq, sent_seq, trust, answered,"
    " receipts, forgets, transport, addr, udp_port, version_floor, epoch, seq,"
    " first_ms, last_ms, name, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
    " ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) ON CONFLICT (fp) DO UPDATE"
    " SET received_seq = max(received_seq, ?2), sent_seq = max(sent_seq, ?3),"
    " trust = ?4, answered = ?5, receipts = ?6, forgets = ?7, transport = ?8,"
    " addr = ?9, udp_port = ?10, version_floor = ?11, epoch = ?12, seq = ?13,"
    " first_ms = ?14, last_ms = ?15, name = ?16, sum = ?17";

/* A number is given once; two that have it is no reason to lose a turn. */
static const char transfer_put[] =
    "INSERT INTO transfer SELECT row, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
    " ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23"
    " FROM message WHERE row = ?1 AND kind = 4"
    " ON CONFLICT (message) DO UPDATE SET dialect = ?3, offer_id = ?4,"
    " offer = ?5, mine = ?6, state = ?7, name = ?8, path = ?9, part = ?10,"
    " folder = ?11, size = ?12, size_known = ?13, files = ?14,"
    " files_done = ?15, done = ?16, mtime = ?17, offered_ms = ?18,"
    " ended_ms = ?19, paused = ?20, reason = ?21, note = ?22, sum = ?23"
    " ON CONFLICT (number) DO NOTHING";

static const char outbox[] =
    "SELECT m.row, v.fp, 0, m.id, m.seq, m.kind, m.flags, m.target, m.sent_ms,"
    " m.arrived_ms, m.keep, m.text FROM message m JOIN conv v ON v.id = m.conv"
    " WHERE m.waits = 1 AND m.booked = 1 AND v.fp NOT NULL UNION ALL"
    " SELECT r.row, v.fp, 1, r.id, r.seq, r.kind, r.flags, r.target, r.sent_ms,"
    " r.arrived_ms, r.keep, r.text FROM revision r JOIN conv v"
    " ON v.id = r.conv WHERE v.fp NOT NULL ORDER BY 1";

static const char *const texts[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_ROLLBACK] = "ROLLBACK",
	[SQL_MARK_GET] = "SELECT value FROM mark WHERE name = ?1",
	[SQL_MARK_SET] = "INSERT INTO mark VALUES (?1, ?2) ON CONFLICT (name)"
			 " DO UPDATE SET value = ?2",
	[SQL_CONTACT_PUT] = contact_put,
	[SQL_CONTACT_RECEIVED] =
	    "UPDATE contact SET received_seq = max(received_seq, ?2)"
	    " WHERE fp = ?1 RETURNING 1",
	[SQL_CONTACT_SENT] = "UPDATE contact SET sent_seq = max(sent_seq, ?2)"
			     " WHERE fp = ?1",
	[SQL_CONTACT_BOOK] = contact_book,
	[SQL_CONTACT_FORGET] = "DELETE FROM contact WHERE fp = ?1",
	[SQL_CONTACT_ALL] =
	    "SELECT fp, received_seq, sent_seq, trust, answered, receipts,"
	    " forgets, transport, addr, udp_port, version_floor, epoch, seq,"
	    " first_ms, last_ms, name FROM contact ORDER BY id",
	[SQL_LABEL_ALL] = "SELECT fp, alias, muted_ms FROM label CROSS"
			  " JOIN contact ON id = contact ORDER BY contact",
	[SQL_LINE_ALL] = "SELECT fp, dialect, handle, charset FROM line CROSS"
			 " JOIN contact ON id = contact ORDER BY contact",
	[SQL_LINE_PUT] =
	    "INSERT INTO line SELECT id, ?2, ?3, ?4 FROM contact WHERE fp = ?1"
	    " ON CONFLICT (contact) DO UPDATE SET charset = ?4",
	[SQL_LEGACY_ADD] =
	    "INSERT OR IGNORE INTO legacy VALUES (?1, ?2, ?3, ?4,"
	    " ?5, ?6)",
	[SQL_LEGACY_RAW] = "SELECT raw FROM legacy WHERE message = ?1",
	[SQL_LEGACY_READ] = "UPDATE legacy SET charset = ?2,"
			    " seal = ifnull(?3, seal) WHERE message = ?1",
	[SQL_LABEL_PUT] =
	    "INSERT INTO label SELECT id, ?2, ?3 FROM contact WHERE fp = ?1"
	    " ON CONFLICT (contact) DO UPDATE SET alias = ?2, muted_ms = ?3",
	[SQL_LABEL_FORGET] = "DELETE FROM label WHERE contact ="
			     " (SELECT id FROM contact WHERE fp = ?1)",
	[SQL_CONV_FIND] = "SELECT id FROM conv WHERE fp = ?1",
	[SQL_CONV_NEAR] = conv_near,
	[SQL_CONV_ADD] = "INSERT INTO conv (id, fp, sum) VALUES (?1, ?2, ?3)",
	[SQL_CONV_NEXT] = "SELECT ifnull(max(id), 0) + 1 FROM conv",
	[SQL_CONV_GREW] =
	    "UPDATE conv SET last_row = max(last_row, ?2), active_ms = ?3,"
	    " unread = unread + (?4 AND ?2 > read_row) WHERE id = ?1",
	[SQL_CONV_BOOK] = conv_book,
	[SQL_CONV_SHOWN] =
	    "UPDATE conv SET shown_row = max(shown_row, ?2) WHERE id = ?1",
	[SQL_CONV_READ] = conv_read,
	[SQL_CONV_SHRANK] = conv_shrank,
	[SQL_CONV_FORGET] = "UPDATE conv SET fp = NULL WHERE id = ?1",
	/* To delete it would be to look for its messages without an index. */
	[SQL_CONV_PURGE] =
	    "UPDATE conv SET read_row = 0, last_row = 0, shown_row = 0,"
	    " unread = 0, active_ms = 0, sum = 0 WHERE fp IS NULL",
	[SQL_CONV_ALL] =
	    "SELECT v.fp, v.last_row, v.read_row, v.active_ms, v.unread,"
	    " d.text FROM conv v LEFT JOIN draft d ON d.conv = v.id WHERE"
	    " v.fp NOT NULL AND (v.last_row > 0 OR d.text NOT NULL)"
	    " ORDER BY v.id",
	[SQL_DRAFT_PUT] = "INSERT INTO draft VALUES (?1, ?2) ON CONFLICT (conv)"
			  " DO UPDATE SET text = ?2",
	[SQL_DRAFT_REMOVE] = "DELETE FROM draft WHERE conv = ?1",
	[SQL_MESSAGE_ADD] =
	    "INSERT INTO message (row, conv, mine, id, author, seq, kind,"
	    " flags, target, missing, sent_ms, arrived_ms, delivery, reason,"
	    " waits, keep, sum, text, booked) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
	    " ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"
	    " ON CONFLICT (conv, mine, seq) WHERE seq <> 0 AND booked = 1"
	    " DO NOTHING",
	[SQL_MESSAGE_BOOK] = "UPDATE OR IGNORE message SET booked = 1"
			     " WHERE row > ?1 AND booked = 0",
	[SQL_MESSAGE_BOOK_REST] = "UPDATE message SET seq = 0, booked = 1"
				  " WHERE row > ?1 AND booked = 0",
	[SQL_MESSAGE_UNBOOKED] = "SELECT count(*) FROM message"
				 " WHERE row > ?1 AND booked = 0",
	[SQL_MESSAGE_FIND] = "SELECT row FROM message INDEXED BY message_id"
			     " WHERE row >> 11 = ?1"
			     " AND id = ?2 AND conv = ?3 AND mine = ?4"
			     " AND booked = 1"
			     " AND (?5 IS NULL OR author = ?5)",
	[SQL_MESSAGE_GET] =
	    "SELECT " STORED_COLUMNS " FROM message WHERE row = ?1",
	[SQL_MESSAGE_NEWEST] = "SELECT ifnull(max(row), 0) FROM message",
	[SQL_MESSAGE_DELIVERY] = DELIVERY,
	[SQL_MESSAGE_TICK] = DELIVERY " AND id = ?4 AND mine = 1 AND keep = 1",
	/* Another message with that number: it stays as it is. */
	[SQL_MESSAGE_REQUEUE] =
	    "UPDATE OR IGNORE message SET seq = ?2, delivery = 1,"
	    " reason = NULL, waits = 1 WHERE row = ?1 AND id = ?3 AND mine = 1",
	[SQL_MESSAGE_UNKEPT] = "SELECT 1 FROM message WHERE row = ?1"
			       " AND keep = 0 AND waits = 0"
			       " AND NOT " IS_UNDER_WAY,
	[SQL_MESSAGE_TEXT] =
	    "UPDATE message SET text = ?2, revised = ?3, sum = ?4,"
	    " delivery = CASE WHEN waits AND ?3 = 2 THEN 5 ELSE delivery END,"
	    " reason = CASE WHEN waits AND ?3 = 2 THEN ?5 ELSE reason END,"
	    " waits = waits AND ?3 <> 2 WHERE row = ?1",
	[SQL_MESSAGE_READ] =
	    "UPDATE message SET text = ?2, sum = ?3 WHERE row = ?1",
	[SQL_MESSAGE_REMOVE] = "DELETE FROM message WHERE row = ?1",
	[SQL_MESSAGE_FORGOTTEN] =
	    "SELECT " STORED_COLUMNS " FROM message WHERE conv IN"
	    " (SELECT id FROM conv WHERE fp IS NULL) AND booked = 1 LIMIT 1",
	[SQL_MESSAGE_OLDEST] =
	    "SELECT " KEPT_COLUMNS
	    " FROM message WHERE row > ?1 ORDER BY row LIMIT 1",
	[SQL_MESSAGE_UNINDEXED] = "SELECT " STORED_COLUMNS " FROM message"
				  " WHERE row > ?1 ORDER BY row LIMIT ?2",
	[SQL_MESSAGE_PAGE] = PAGE(DB_BOOKED) " UNION ALL " PAGE(
	    DB_UNBOOKED) " ORDER BY 1 DESC LIMIT ?3",
	[SQL_REVISION_ADD] =
	    "INSERT INTO revision (row, conv, id, seq, kind, flags, target,"
	    " sent_ms, arrived_ms, keep, text, sum) VALUES (?1, ?2, ?3, ?4,"
	    " ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) ON CONFLICT (conv, id) DO NOTHING",
	[SQL_REVISION_DONE] =
	    "DELETE FROM revision WHERE conv = ?1 AND id = ?2",
	/* All but what takes it or a file back: that is still to be told. */
	[SQL_REVISION_FORGET] =
	    "DELETE FROM revision WHERE conv = ?1 AND target = ?2"
	    " AND kind IN (0, 2)",
	[SQL_REVISION_FORGET_CONV] = "DELETE FROM revision WHERE conv = ?1",
	[SQL_TRANSFER_PUT] = transfer_put,
	[SQL_TRANSFER_OPEN] = TRANSFER
	"v.fp NOT NULL AND t.message IN (SELECT message FROM transfer WHERE"
	" state < 4 OR paused & 64 UNION SELECT row FROM message WHERE"
	" waits = 1 AND booked = 1 AND kind = 4) ORDER BY t.message",
	[SQL_TRANSFER_GET] = TRANSFER "t.message = ?1",
	[SQL_RULE_PUT] =
	    "INSERT INTO rule SELECT id, ?2, ?3, ?4 FROM contact WHERE fp = ?1"
	    " ON CONFLICT (contact) DO UPDATE SET size_max = ?2, folder = ?3,"
	    " sum = ?4",
	[SQL_RULE_REMOVE] = "DELETE FROM rule WHERE contact ="
			    " (SELECT id FROM contact WHERE fp = ?1)",
	[SQL_RULE_ALL] = "SELECT c.fp, r.size_max, r.folder, r.sum FROM rule r"
			 " JOIN contact c ON c.id = r.contact"
			 " ORDER BY r.contact",
	[SQL_FORMER_ADD] = "INSERT OR IGNORE INTO former VALUES (?1, ?2, ?3,"
			   " ?4)",
	[SQL_FORMER_REMOVE] = "DELETE FROM former WHERE message = ?1",
	[SQL_REACTION_PUT] =
	    "INSERT INTO reaction SELECT row, ?2, ?3 FROM message"
	    " WHERE row = ?1 AND revised <> 2 ON CONFLICT (message, mine)"
	    " DO UPDATE SET text = ?3",
	[SQL_REACTION_REMOVE] =
	    "DELETE FROM reaction WHERE message = ?1 AND mine = ?2",
	[SQL_OUTBOX] = outbox,
	[SQL_OUTBOX_REQUEUE] =
	    "UPDATE message SET delivery = 1 WHERE waits = 1 AND booked = 1"
	    " AND delivery = 2",
	[SQL_NEWEST_ROW] =
	    "SELECT max(ifnull((SELECT max(row) FROM message), 0),"
	    " ifnull((SELECT max(row) FROM revision), 0), ifnull((SELECT"
	    " max(max(read_row, shown_row, last_row)) FROM conv), 0))",
	[SQL_WORDS_ADD] =
	    "INSERT INTO words (rowid, text, tags) VALUES (?1, ?2, ?3)",
	[SQL_WORDS_REMOVE] = "INSERT INTO words (words, rowid, text, tags)"
			     " VALUES ('delete', ?1, ?2, ?3)",
	[SQL_WORDS_MERGE] =
	    "INSERT INTO words (words, rank) VALUES ('merge', ?1)",
};

const char *
db_sql_text(enum db_sql which)
{
	return texts[which];
}
