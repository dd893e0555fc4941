/* SPDX-License-Identifier: MIT */
/*
 * What went wrong with the database, in words for who sits before it.
 */
#include "store/db_state.h"

#include "base/err.h"
#include "store/sentence.h"

#include <errno.h>
#include <string.h>

enum { PRIMARY_CODE = 0xff };

bool
db_is_damage(int code)
{
	int primary = code & PRIMARY_CODE;

	return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

static bool
is_full(int code, int error)
{
	return (code & PRIMARY_CODE) == SQLITE_FULL ||
	       ((code & PRIMARY_CODE) == SQLITE_IOERR &&
		   (error == ENOSPC || error == EDQUOT || error == EFBIG));
}

static bool
is_readonly(int code, int error)
{
	int primary = code & PRIMARY_CODE;

	return primary == SQLITE_READONLY || primary == SQLITE_PERM ||
	       ((primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) &&
		   (error == EROFS || error == EACCES || error == EPERM));
}

int
db_fail(struct db *db, int code, const char *what, char **ret_error)
{
	int error = db->failed_errno, primary = code & PRIMARY_CODE;

	what = say(sentence_lang(), what);
	if (is_full(code, error))
		return fail(ret_error, ERR_SYS,
		    "%sno room left for %s; make room on that disk", what,
		    db->path);
	if (is_readonly(code, error))
		return fail(ret_error, ERR_SYS,
		    "%s%s cannot be written; see who owns it and whether "
		    "its file system is read-only",
		    what, db->path);
	if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
		return fail(ret_error, ERR_STATE,
		    "%sanother program has locked %s; leave that one", what,
		    db->path);
	if (db_is_damage(code))
		return fail(ret_error, ERR_FORMAT,
		    "%s%s is damaged; leave earshot and start it again, "
		    "which saves what can still be read",
		    what, db->path);
	if (error != 0)
		return fail(ret_error, ERR_SYS,
		    "%s%s: %s (%s); look after "
		    "that disk, or use another home with --home DIR",
		    what, db->path, strerror(error), sqlite3_errstr(code));
	return fail(ret_error, ERR_SYS,
	    "%s%s: %s; start earshot again, and tell its authors when that "
	    "does not help",
	    what, db->path, sqlite3_errstr(code));
}

int
db_fail_reading(struct db *db, int code, char **ret_error)
{
	int failed = db->failed, failed_errno = db->failed_errno;

	db->failed = 0;
	db_keep_failure(db, code);
	int err = db_fail(db, code, N_("cannot read the history: "), ret_error);
	db->failed = failed;
	db->failed_errno = failed_errno;
	/* The index alone is damaged: it is made anew. */
	if (code == SQLITE_CORRUPT_VTAB && !db->is_reader)
		db->words_broken = true;
	db_note_damage(db, code);
	return err;
}
