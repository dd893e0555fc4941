/* SPDX-License-Identifier: MIT */
/*
 * The whole history as a file. One row is in memory at a time, and half a file
 * never stays: who exports in order to forget afterwards must be able to rely
 * on it.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/db_state.h"
#include "store/file.h"
#include "store/names.h"
#include "store/search.h"
#include "store/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITE_BYTES = 64 * 1024, OUT_MAX = 2 * 1024 * 1024 };

#define EXPORTED(what) \
	"SELECT v.fp, " DB_MESSAGE_COLUMNS " FROM message m CROSS JOIN conv v" \
	" ON v.id = m.conv WHERE v.fp NOT NULL AND " what " = ?1"

/* Column 2 is the row. */
static const char sql_all[] = EXPORTED("0") " ORDER BY m.row";
static const char sql_conv[] =
    EXPORTED(DB_BOOKED " AND m.conv") " UNION ALL " EXPORTED(
	DB_UNBOOKED " AND m.conv") " ORDER BY 2";

struct export
{
	struct db *db;
	int64_t conv; /* 0: all */
	bool everywhere;
	enum export_format format;
	int fd;
	struct names names;
	struct buf out;
	size_t count;
	int code;  /* of SQLite */
	int error; /* errno, of the file */
};

static void
flush(struct export *x)
{
	if (x->error == 0 &&
	    file_write_all(x->fd, buf_data(&x->out), buf_size(&x->out)) < 0)
		x->error = errno;
	buf_consume(&x->out, buf_size(&x->out));
}

static void
write_row(struct export *x, sqlite3_stmt *s)
{
	struct found f;

	db_read_message(s, 1, &f.message);
	db_column_bytes(s, 0, f.conv.b, FP_SIZE);
	int code = db_get_file(x->db, &f.message);
	if (code != SQLITE_OK)
		x->code = code;
	const struct fp *who = fp_is_zero(&f.conv) ? &f.message.from : &f.conv;
	f.name = (char *)(uintptr_t)names_find(&x->names, who);
	char *line = found_line(&f, x->format, x->everywhere);
	if (buf_append(&x->out, line, strlen(line)) < 0 ||
	    buf_append(&x->out, "\n", 1) < 0)
		abort();
	free(line);
	free(f.message.text);
	free(f.message.reason);
	transfer_free(f.message.file);
	x->count++;
	if (buf_size(&x->out) >= WRITE_BYTES)
		flush(x);
}

static void
write_rows(struct export *x)
{
	sqlite3_stmt *s;
	int code = sqlite3_prepare_v2(
	    x->db->sql, x->conv == 0 ? sql_all : sql_conv, -1, &s, NULL);

	db_bind_int(s, 1, x->conv);
	while (code == SQLITE_OK && x->error == 0 &&
	       (code = sqlite3_step(s)) == SQLITE_ROW) {
		write_row(x, s);
		code = SQLITE_OK;
	}
	sqlite3_finalize(s);
	if (code != SQLITE_DONE)
		x->code = code;
	flush(x);
}

/* SQLite gives no number for a conversation that was never there. */
static int
find_conv(struct export *x, const struct fp *conv)
{
	sqlite3_stmt *s;
	int code = sqlite3_prepare_v2(
	    x->db->sql, "SELECT id FROM conv WHERE fp = ?1", -1, &s, NULL);

	db_bind_blob(s, 1, conv->b, FP_SIZE);
	x->conv = -1;
	if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW)
		x->conv = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

static int
fail_file(int error, const char *path, char **ret_error)
{
	if (error == EEXIST)
		return fail(ret_error, ERR_STATE,
		    "%s exists already; name a file that does not", path);
	if (error == ENOENT)
		return fail(ret_error, ERR_NOT_FOUND,
		    "there is no directory for %s; make it, or name another",
		    path);
	if (error == ENOSPC || error == EDQUOT || error == EFBIG)
		return fail(ret_error, ERR_SYS,
		    "no room left for %s, so nothing was written; make room on "
		    "that disk, or name a file on another",
		    path);
	return fail(ret_error, ERR_SYS,
	    "cannot write %s: %s; name a file in a directory of yours", path,
	    strerror(error));
}

static void
write_file(struct export *x, const struct fp *conv)
{
	x->everywhere = conv == NULL;
	if (conv != NULL)
		x->code = find_conv(x, conv);
	if (x->code == SQLITE_OK)
		x->code = names_load(x->db, &x->names);
	buf_init(&x->out, OUT_MAX);
	if (x->code == SQLITE_OK)
		write_rows(x);
	names_clear(&x->names);
	buf_clear(&x->out);
	if (fsync(x->fd) != 0 && x->error == 0)
		x->error = errno;
	/* A network file system tells of a full disk as late as here. */
	if (close(x->fd) != 0 && x->error == 0)
		x->error = errno;
}

int
db_export(struct db *db, const struct fp *conv, enum export_format format,
    const char *path, size_t *ret_count, char **ret_error)
{
	struct export x = { .db = db, .format = format };

	x.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (x.fd < 0)
		return fail_file(errno, path, ret_error);
	write_file(&x, conv);
	if (x.code == SQLITE_OK && x.error == 0) {
		file_sync_parent(path);
		*ret_count = x.count;
		return 0;
	}
	unlink(path);
	return x.error != 0 ? fail_file(x.error, path, ret_error)
			    : db_fail_reading(db, x.code, ret_error);
}
