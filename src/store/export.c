/* SPDX-License-Identifier: MIT */
/*
 * It is read through a connection of its own, whose transaction sees the
 * history as it was, and one row is in memory at a time. The file has no name
 * until the end, so that nothing of it stays where somebody is killed; where
 * the system has no such files, it has one that is nobody's.
 */
#include "store/export.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/aside.h"
#include "store/db_state.h"
#include "store/file.h"
#include "store/names.h"
#include "store/sentence.h"
#include "store/sink_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
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
	struct db *db, *beside; /* beside: NULL when all is read */
	sqlite3_stmt *rows;
	bool everywhere;
	enum export_format format;
	char *path;
	char *temp; /* its path; NULL where it has no name, or its own */
	int fd;
	struct names names;
	struct buf out;
	size_t count;
	bool flushed;
	int error;   /* errno, of the file */
	pid_t child; /* who finishes it; or 0 */
	int answer_fd;
};

static void
flush(struct export *x)
{
	if (x->error == 0 &&
	    file_write_all(x->fd, buf_data(&x->out), buf_size(&x->out)) < 0)
		x->error = errno;
	x->flushed = true;
	buf_consume(&x->out, buf_size(&x->out));
}

/* SQLITE_ROW: that one is written. */
static int
write_row(struct export *x)
{
	struct found f;

	db_read_message(x->rows, 1, &f.message);
	db_column_bytes(x->rows, 0, f.conv.b, FP_SIZE);
	int code = db_get_file(x->beside, &f.message);
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
	return code == SQLITE_OK ? SQLITE_ROW : code;
}

/* SQLite gives no number for a conversation that was never there. */
static int
find_conv(struct export *x, const struct fp *conv, int64_t *ret_conv)
{
	sqlite3_stmt *s;
	int code = sqlite3_prepare_v2(
	    x->beside->sql, "SELECT id FROM conv WHERE fp = ?1", -1, &s, NULL);

	db_bind_blob(s, 1, conv->b, FP_SIZE);
	*ret_conv = -1;
	if (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW)
		*ret_conv = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* A code of SQLite. */
static int
begin_reading(struct export *x, const struct fp *conv)
{
	int64_t id = 0;
	int code = db_open_beside(x->db, &x->beside);

	/* What is read here is what the transaction will see. */
	if (code == SQLITE_OK)
		code = names_load(x->beside, &x->names);
	if (code == SQLITE_OK && conv != NULL)
		code = find_conv(x, conv, &id);
	if (code == SQLITE_OK)
		code = sqlite3_prepare_v2(x->beside->sql,
		    conv == NULL ? sql_all : sql_conv, -1, &x->rows, NULL);
	if (code == SQLITE_OK)
		db_bind_int(x->rows, 1, id);
	return code;
}

static void
end_reading(struct export *x)
{
	sqlite3_finalize(x->rows);
	x->rows = NULL;
	db_close(x->beside);
	x->beside = NULL;
}

static int
fail_reading(struct export *x, int code, char **ret_error)
{
	int err = db_fail_reading(x->beside, code, ret_error);

	/* A reader leaves that to who writes. */
	db_note_damage(x->db, code);
	return err;
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

static int
make_temp(struct export *x, const char *folder)
{
	char name[TEMP_NAME_SIZE];

	place_temp_name(name);
	x->temp = xasprintf("%s/%s", folder, name);
	return place_make_file(AT_FDCWD, x->temp, 0);
}

/* Where its name will be. 0, or errno. */
static int
make_file(struct export *x)
{
	const char *slash = strrchr(x->path, '/');
	struct stat st;

	if (fstatat(AT_FDCWD, x->path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return EEXIST;
	if (errno != ENOENT)
		return errno;
	char *folder = slash == NULL
			   ? xstrdup(".")
			   : xstrndup(x->path, (size_t)(slash - x->path) + 1);
	x->fd = place_make_nameless(AT_FDCWD, folder);
	if (x->fd < 0)
		x->fd = make_temp(x, folder);
	int error = x->fd < 0 ? errno : 0;
	free(folder);
	return error;
}

int
export_open(struct db *db, const struct export_plan *plan,
    struct export **ret_export, char **ret_error)
{
	struct export *x = xcalloc(1, sizeof(*x));
	int code, err = 0;

	x->db = db;
	x->fd = x->answer_fd = -1;
	x->everywhere = plan->conv == NULL;
	x->format = plan->format;
	x->path = xstrdup(plan->path);
	buf_init(&x->out, OUT_MAX);
	int error = make_file(x);
	if (error != 0)
		err = fail_file(error, x->path, ret_error);
	else if ((code = begin_reading(x, plan->conv)) != SQLITE_OK)
		err = fail_reading(x, code, ret_error);
	if (err == 0)
		*ret_export = x;
	else
		export_free(x);
	return err;
}

int
export_step(struct export *x, size_t count, char **ret_error)
{
	int code = SQLITE_ROW;

	x->flushed = false;
	for (; count > 0 && code == SQLITE_ROW && !x->flushed; count--) {
		code = sqlite3_step(x->rows);
		if (code == SQLITE_ROW)
			code = write_row(x);
	}
	if (code == SQLITE_DONE) {
		end_reading(x);
		flush(x);
	}
	if (x->error != 0)
		return fail_file(x->error, x->path, ret_error);
	if (code == SQLITE_ROW || code == SQLITE_DONE)
		return code == SQLITE_ROW;
	return fail_reading(x, code, ret_error);
}

/* 0, or errno. */
static int
put_in_place(const struct export *x)
{
	if (fsync(x->fd) != 0 ||
	    (x->temp == NULL
		    ? place_give_name(x->fd, AT_FDCWD, x->path)
		    : place_rename_file(AT_FDCWD, x->temp, x->path)) != 0)
		return errno;
	file_sync_parent(x->path);
	return 0;
}

static _Noreturn void
child_run(const struct export *x, int answer)
{
	int keep[] = { answer, x->fd };

	aside_keep(keep, 2);
	int error = put_in_place(x);
	/* Nobody else may be there any more. */
	if (error != 0 && x->temp != NULL)
		unlink(x->temp);
	_exit(file_write_all(answer, &error, sizeof(error)) != 0);
}

int
export_finish_begin(struct export *x)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0)
		return ERR_SYS;
	x->child = fork();
	if (x->child == 0)
		child_run(x, fds[1]);
	close(fds[1]);
	if (x->child < 0) {
		x->child = 0;
		close(fds[0]);
		return ERR_SYS;
	}
	x->answer_fd = fds[0];
	return 0;
}

int
export_fd(const struct export *x)
{
	return x->answer_fd;
}

/* What the child says: 0, or errno. */
static int
wait_for_child(struct export *x)
{
	int error = 0;
	ssize_t got;

	while ((got = read(x->answer_fd, &error, sizeof(error))) < 0 &&
	       errno == EINTR)
		;
	close(x->answer_fd);
	while (waitpid(x->child, NULL, 0) < 0 && errno == EINTR)
		;
	x->child = 0;
	return got == (ssize_t)sizeof(error) ? error : EIO;
}

int
export_finish(struct export *x, size_t *ret_count, char **ret_error)
{
	x->error = x->child == 0 ? put_in_place(x) : wait_for_child(x);
	if (x->error != 0)
		return fail_file(x->error, x->path, ret_error);
	free(x->temp);
	x->temp = NULL;
	*ret_count = x->count;
	return 0;
}

void
export_leave(struct export *x)
{
	close(x->answer_fd);
	x->child = 0;
	free(x->temp);
	x->temp = NULL;
	export_free(x);
}

void
export_free(struct export *x)
{
	if (x == NULL)
		return;
	if (x->child != 0)
		wait_for_child(x);
	end_reading(x);
	names_clear(&x->names);
	buf_clear(&x->out);
	if (x->fd >= 0)
		close(x->fd);
	if (x->temp != NULL)
		unlink(x->temp);
	free(x->temp);
	free(x->path);
	free(x);
}
