/* SPDX-License-Identifier: MIT */
/*
 * The directories follow the XDG base directory specification: a variable
 * that holds a relative path counts as not set. The lock is flock, which goes
 * away with the process however it ends; the number of the process inside the
 * file is only for the sentence to the second one.
 */
#include "store/home.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PID_TEXT_MAX = 24 };

char *
home_path(const char *dir, const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

/* The variable's directory, or HOME/fallback; NULL without a HOME. */
static char *
xdg_dir(const char *variable, const char *fallback)
{
	const char *dir = getenv(variable);

	if (dir != NULL && dir[0] == '/')
		return home_path(dir, "earshot");
	const char *user_home = getenv("HOME");
	if (user_home == NULL || user_home[0] != '/') {
		const struct passwd *pw = getpwuid(getuid());
		user_home = pw == NULL ? NULL : pw->pw_dir;
	}
	if (user_home == NULL || user_home[0] != '/')
		return NULL;
	char *parent = home_path(user_home, fallback);
	char *path = home_path(parent, "earshot");
	free(parent);
	return path;
}

/* What is there already may be where we could not make it: any error will do,
 * for example that of a read-only file system. */
static bool
make_dir(const char *path)
{
	if (mkdir(path, 0700) == 0)
		return true;
	int saved_errno = errno;
	bool there = faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) == 0;
	errno = saved_errno;
	return there;
}

/* Makes the directory and what is missing above it, open to nobody else. */
static int
make_dirs(const char *dir, char **ret_error)
{
	char *path = xstrdup(dir);
	int err = 0;

	for (char *p = path + 1; err == 0; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		char end = *p;
		*p = '\0';
		if (!make_dir(path))
			err = fail(ret_error, ERR_SYS,
			    "cannot make the directory %s: %s; make it "
			    "yourself, or use another with --home DIR",
			    path, strerror(errno));
		*p = end;
		if (end == '\0')
			break;
	}
	free(path);
	return err;
}

/* What is kept in it is nobody else's business. */
static int
check_data_dir(const char *dir, char **ret_error)
{
	struct stat st;

	if (stat(dir, &st) != 0)
		return fail(ret_error, ERR_SYS,
		    "cannot look at %s: %s; use another home with --home DIR",
		    dir, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return fail(ret_error, ERR_SYS,
		    "%s is not a directory; move it away, or use another home "
		    "with --home DIR",
		    dir);
	if (st.st_uid != geteuid())
		return fail(ret_error, ERR_PERMISSION,
		    "%s belongs to user %ld, not to you (%ld); use a home of "
		    "your own with --home DIR",
		    dir, (long)st.st_uid, (long)geteuid());
	if ((st.st_mode & 077) != 0)
		return fail(ret_error, ERR_PERMISSION,
		    "%s is open to other users (mode %04o), and your key is "
		    "kept there; to close it: chmod 700 '%s'",
		    dir, (unsigned)(st.st_mode & 07777), dir);
	if (faccessat(AT_FDCWD, dir, R_OK | W_OK | X_OK, AT_EACCESS) != 0)
		return fail(ret_error, ERR_SYS,
		    "cannot write in %s: %s; use another home with --home DIR",
		    dir, strerror(errno));
	return 0;
}

/* As the specification wants it: in one that is open to others anybody may sit
 * where our socket should be. */
static bool
is_private(const char *dir)
{
	struct stat st;

	return stat(dir, &st) == 0 && S_ISDIR(st.st_mode) &&
	       st.st_uid == geteuid() && (st.st_mode & 077) == 0;
}

/* There is one runtime directory of a user, and may be more homes. */
static bool
is_usual(const char *data_dir)
{
	const struct passwd *pw = getpwuid(geteuid());

	if (pw == NULL || pw->pw_dir == NULL)
		return false;
	char *usual = home_path(pw->pw_dir, ".local/share/earshot");
	bool same = strcmp(usual, data_dir) == 0;
	free(usual);
	return same;
}

static char *
choose_runtime_dir(const char *data_dir)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");

	if (dir != NULL && dir[0] == '/' && is_private(dir) &&
	    is_usual(data_dir))
		return home_path(dir, "earshot");
	return xstrdup(data_dir);
}

static void
choose_dirs(struct home *h, const char *dir)
{
	if (dir != NULL) {
		h->config_dir = xstrdup(dir);
		h->data_dir = xstrdup(dir);
		h->state_dir = xstrdup(dir);
		h->runtime_dir = xstrdup(dir);
		return;
	}
	h->config_dir = xdg_dir("XDG_CONFIG_HOME", ".config");
	h->data_dir = xdg_dir("XDG_DATA_HOME", ".local/share");
	h->state_dir = xdg_dir("XDG_STATE_HOME", ".local/state");
	if (h->data_dir != NULL)
		h->runtime_dir = choose_runtime_dir(h->data_dir);
}

int
home_open(struct home *h, const char *dir, char **ret_error)
{
	struct home made = { .lock_fd = -1 };
	int err = 0;

	if (dir != NULL && dir[0] == '\0')
		return fail(ret_error, ERR_FORMAT,
		    "the home is named by an empty string; give a directory "
		    "to --home or EARSHOT_HOME");
	choose_dirs(&made, dir);
	if (made.config_dir == NULL || made.data_dir == NULL ||
	    made.state_dir == NULL)
		err = fail(ret_error, ERR_NOT_FOUND,
		    "no home directory: HOME is not set and the user has "
		    "none; name a directory with --home DIR");
	if (err == 0)
		err = make_dirs(made.data_dir, ret_error);
	if (err == 0)
		err = check_data_dir(made.data_dir, ret_error);
	if (err == 0)
		err = make_dirs(made.config_dir, ret_error);
	if (err == 0)
		err = make_dirs(made.state_dir, ret_error);
	if (err == 0)
		*h = made;
	else
		home_close(&made);
	return err;
}

/* The process that a lock file names, or 0. */
static long
read_pid(int fd)
{
	char text[PID_TEXT_MAX] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	long pid = strtol(text, NULL, 10);
	return pid > 0 ? pid : 0;
}

static int
fail_locked(const char *dir, int fd, char **ret_error)
{
	long pid = read_pid(fd);

	if (pid != 0)
		return fail(ret_error, ERR_STATE,
		    "another earshot (process %ld) is using %s; leave that one "
		    "first, or give this one a home of its own with --home DIR",
		    pid, dir);
	return fail(ret_error, ERR_STATE,
	    "another earshot is using %s; leave that one first, or give "
	    "this one a home of its own with --home DIR",
	    dir);
}

int
home_lock(struct home *h, char **ret_error)
{
	char text[PID_TEXT_MAX];
	char *path = home_path(h->data_dir, "lock");
	int err = 0;
	int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		err = fail(ret_error, ERR_SYS,
		    "cannot open %s: %s; use another home with --home DIR",
		    path, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		err = fail_locked(h->data_dir, fd, ret_error);
	/* Where there are no locks at all (some network file systems) the
	 * home is used without one. */
	if (err == 0) {
		int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
		if (ftruncate(fd, 0) != 0 ||
		    file_write_all(fd, text, (size_t)n) != 0)
			err = fail(ret_error, ERR_SYS,
			    "cannot write %s: %s; make room there, or use "
			    "another home with --home DIR",
			    path, strerror(errno));
	}
	free(path);
	if (err == 0)
		h->lock_fd = fd;
	else if (fd >= 0)
		close(fd);
	return err;
}

void
home_close(struct home *h)
{
	if (h->lock_fd >= 0)
		close(h->lock_fd);
	free(h->config_dir);
	free(h->data_dir);
	free(h->state_dir);
	free(h->runtime_dir);
	*h = (struct home){ .lock_fd = -1 };
}
