/* SPDX-License-Identifier: MIT */
/*
 * Somebody may change the tree while it is read. What counts is what was
 * opened: it is looked at before, in the directory where that tells, since
 * opening a device can do something, and again afterwards, since it may have
 * become another.
 */
#include "store/walk.h"

#include "base/err.h"
#include "base/file_name.h"
#include "base/file_piece.h"
#include "base/mem.h"
#include "store/sentence.h"
#include "store/walk_order.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct walk {
	DIR *dirs[FILE_DEPTH_MAX];
	struct order *orders[FILE_DEPTH_MAX]; /* where sorted */
	bool sorted, peeks;
	bool listed_file; /* so says the directory of what is next */
	uid_t uid;
	size_t order_left; /* of ORDER_BYTES_ALL */
	size_t order_taken[FILE_DEPTH_MAX];
	unsigned depth; /* of dirs in use */
	int first;      /* what was named, until it is given out; or -1 */
	struct stat first_st;
	char name[NAME_MAX + 1];
	char why[256];
	bool unsized; /* that is why */
};

static const char *
kind_text(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK:
		return say(sentence_lang(), "a symbolic link");
	case S_IFIFO:
		return say(sentence_lang(), "a named pipe");
	case S_IFSOCK:
		return say(sentence_lang(), "a socket");
	case S_IFCHR:
	case S_IFBLK:
		return say(sentence_lang(), "a device");
	default:
		return say(sentence_lang(), "neither a file nor a folder");
	}
}

static bool
is_sendable(const struct stat *st)
{
	return S_ISREG(st->st_mode) || S_ISDIR(st->st_mode);
}

/* Most are our own, and then their mode tells. */
static bool
can_be_read(
    const struct walk *w, int dir, const char *name, const struct stat *st)
{
	return (st->st_uid == w->uid && (st->st_mode & S_IRUSR) != 0) ||
	       faccessat(dir, name, R_OK, 0) == 0;
}

/* Files that a kernel makes up say that they are empty, and end where they end.
 * NULL, or why it is not sent. */
static const char *
why_not_empty(struct walk *w, int fd, struct stat *st)
{
	char byte;
	ssize_t got;

	do
		got = pread(fd, &byte, 1, 0);
	while (got < 0 && errno == EINTR);
	/* Or somebody wrote to it just now. */
	if (got == 0 || (got > 0 && fstat(fd, st) == 0 && st->st_size > 0))
		return NULL;
	if (got < 0 && errno != EAGAIN && errno != ESPIPE)
		return strerror(errno);
	w->unsized = true;
	return say(sentence_lang(), "its size is not known before it is read");
}

/* Its descriptor, or -1 where there is none. False, and why it is left out. */
static bool
open_at(
    struct walk *w, int dir, const char *name, struct stat *ret_st, int *ret_fd)
{
	struct stat st = { .st_size = 0 };
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	bool looks = w->peeks || !w->listed_file;
	const char *why = NULL;
	int fd = -1;

	w->unsized = false;
	if (looks && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		why = strerror(errno);
	else if (looks && !is_sendable(&st))
		why = kind_text(st.st_mode);
	else if (w->peeks && S_ISREG(st.st_mode) && st.st_size > 0)
		why = can_be_read(w, dir, name, &st) ? NULL : strerror(errno);
	else if ((fd = openat(dir, name, flags)) < 0 || fstat(fd, &st) != 0)
		why = strerror(errno);
	else if (!is_sendable(&st))
		why = kind_text(st.st_mode);
	else if (S_ISREG(st.st_mode) && st.st_size == 0)
		why = why_not_empty(w, fd, &st);
	if (why == NULL) {
		*ret_st = st;
		*ret_fd = fd;
		return true;
	}
	snprintf(w->why, sizeof(w->why), "%s", why);
	if (fd >= 0)
		close(fd);
	return false;
}

/* "dir/" would follow a link. */
static char *
without_slashes(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return xstrndup(path, n);
}

/* What it is called where it lies; NULL: nothing of its own. */
static const char *
own_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;

	if (name[0] == '\0' || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0 || strlen(name) > NAME_MAX)
		return NULL;
	return name;
}

static int
open_first(struct walk *w, const char *path, char **ret_error)
{
	const char *name = own_name(path);

	if (name == NULL)
		return fail(
		    ret_error, ERR_FORMAT, "%s: name the folder itself", path);
	snprintf(w->name, sizeof(w->name), "%s", name);
	if (!open_at(w, AT_FDCWD, path, &w->first_st, &w->first))
		return fail(ret_error, w->unsized ? ERR_UNSUPPORTED : ERR_SYS,
		    "%s: %s", file_name_spooled(path) != NULL ? name : path,
		    w->why);
	return 0;
}

int
walk_open(const char *path, struct walk **ret_walk, char **ret_error)
{
	struct walk *w = xcalloc(1, sizeof(*w));
	char *plain = without_slashes(path);

	w->first = -1;
	int err = open_first(w, plain, ret_error);
	free(plain);
	if (err == 0)
		*ret_walk = w;
	else
		walk_free(w);
	return err;
}

void
walk_sort(struct walk *w)
{
	w->sorted = true;
	w->order_left = ORDER_BYTES_ALL;
}

void
walk_peek(struct walk *w)
{
	w->peeks = true;
	w->uid = getuid();
}

static void
begin_order(struct walk *w)
{
	size_t max = w->order_left / 4;

	if (max < ORDER_BYTES_MIN)
		max = ORDER_BYTES_MIN;
	size_t taken = max < w->order_left ? max : w->order_left;
	w->order_left -= taken;
	w->order_taken[w->depth] = taken;
	w->orders[w->depth] = order_new(w->dirs[w->depth], max);
}

static void
end_order(struct walk *w)
{
	order_free(w->orders[w->depth]);
	w->orders[w->depth] = NULL;
	w->order_left += w->order_taken[w->depth];
	w->order_taken[w->depth] = 0;
}

static void
end_dir(struct walk *w)
{
	w->depth--;
	end_order(w);
	closedir(w->dirs[w->depth]);
}

static void
left_out(struct walk *w, struct walk_item *item)
{
	item->kind = WALK_LEFT_OUT;
	item->why = w->why;
}

/* Takes fd. */
static void
enter(struct walk *w, int fd, struct walk_item *item)
{
	DIR *d = NULL;

	if (w->depth == FILE_DEPTH_MAX)
		snprintf(w->why, sizeof(w->why), "%s",
		    say(sentence_lang(), "too many folders in each other"));
	else if ((d = fdopendir(fd)) == NULL)
		snprintf(w->why, sizeof(w->why), "%s", strerror(errno));
	if (d == NULL) {
		close(fd);
		left_out(w, item);
		return;
	}
	w->dirs[w->depth] = d;
	if (w->sorted)
		begin_order(w);
	w->depth++;
	item->kind = WALK_ENTER;
}

/* Takes fd. */
static void
give(struct walk *w, int fd, struct walk_item *item)
{
	item->name = w->name;
	if (S_ISDIR(item->st.st_mode)) {
		enter(w, fd, item);
		return;
	}
	item->kind = WALK_FILE;
	item->fd = fd;
}

static void
give_entry(struct walk *w, const char *name, struct walk_item *item)
{
	size_t n = strnlen(name, NAME_MAX);
	memcpy(w->name, name, n);
	w->name[n] = '\0';
	int fd, dir = dirfd(w->dirs[w->depth - 1]);
	if (open_at(w, dir, name, &item->st, &fd)) {
		give(w, fd, item);
		return;
	}
	item->name = w->name;
	left_out(w, item);
}

static const char *
next_name(struct walk *w)
{
	const struct dirent *e;

	if (w->sorted)
		return order_next(w->orders[w->depth - 1], &w->listed_file);
	while ((e = readdir(w->dirs[w->depth - 1])) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			return e->d_name;
	return NULL;
}

void
walk_next(struct walk *w, struct walk_item *ret_item)
{
	*ret_item = (struct walk_item){ .kind = WALK_END, .fd = -1 };
	if (w->first >= 0) {
		int fd = w->first;
		w->first = -1;
		ret_item->st = w->first_st;
		give(w, fd, ret_item);
		return;
	}
	if (w->depth == 0)
		return;
	const char *name = next_name(w);
	if (name != NULL) {
		give_entry(w, name, ret_item);
		return;
	}
	end_dir(w);
	ret_item->kind = WALK_LEAVE;
}

void
walk_free(struct walk *w)
{
	if (w == NULL)
		return;
	while (w->depth > 0)
		end_dir(w);
	if (w->first >= 0)
		close(w->first);
	free(w);
}
