/* SPDX-License-Identifier: MIT */
/*
 * What can be taken up again: the part, and the list beside it.
 */
#include "store/sink_state.h"

#include "base/err.h"
#include "base/file_name.h"
#include "base/mem.h"
#include "store/aside.h"
#include "store/paths.h"
#include "store/sentence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/vfs.h>
#endif

enum {
	LIST_MODE = 0600,
	/* Entries looked through for what was finished. */
	FINISHED_MAX = 100000,
};

/* Whoever has it open is the only one who writes, or gives it its name: also a
 * child that outlived its program. There are file systems without such locks.
 */
static int
lock_list(const struct sink *s, char **ret_error)
{
	int failed;

	do
		failed = flock(s->list, LOCK_EX | LOCK_NB);
	while (failed != 0 && errno == EINTR);
	if (failed == 0 || errno != EWOULDBLOCK)
		return 0;
	return fail(ret_error, ERR_STATE, "%s is still being written", s->name);
}

int
sink_begin_list(struct sink *s, char **ret_error)
{
	place_list_name(s->temp, s->list_name);
	s->list = openat(s->dir, s->list_name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, LIST_MODE);
	if (s->list < 0)
		return sink_fail_sys(s, ret_error);
	s->part = xasprintf("%s/%s", s->dir_path, s->temp);
	int err = lock_list(s, ret_error);
	if (err < 0)
		return err;
	s->list_at = LIST_RECORDS_SIZE;
	if (list_begin(s->list, s->plan.is_folder, (uint64_t)s->st.st_ino) < 0)
		return sink_fail_sys(s, ret_error);
	return 0;
}

const char *
sink_part(const struct sink *s)
{
	return s->part;
}

uint64_t
sink_names_changed(const struct sink *s)
{
	return s->names_changed;
}

char *
sink_names_note(const struct sink *s)
{
	uint64_t all = s->names_changed;
	unsigned n = all < UINT_MAX ? (unsigned)all : UINT_MAX;

	if (n == 0)
		return NULL;
	return xasprintf(
	    say_n(sentence_lang(), "%u name in it was changed, to be safe here",
		"%u names in it were changed, to be safe here", n),
	    n);
}

bool
sink_has_name(const struct sink *s)
{
	return s->placed;
}

/* File systems that number their files anew at each mount; on the first two
 * there are no hard links, either. */
static bool
numbers_change(int dir)
{
#ifdef __linux__
	static const uint32_t kinds[] = {
		0x4d44,     /* vfat */
		0x2011bab0, /* exfat */
		0x65735546, /* fuse */
	};
	struct statfs fs;

	if (fstatfs(dir, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((uint32_t)fs.f_type == kinds[i])
			return true;
#else
	(void)dir;
#endif
	return false;
}

/* Whoever may rename what is there can put something else of our user in the
 * place of a part, to have it cut or removed; and how many names it has may
 * change at any moment. */
static bool
is_what_was_made(int dir, const struct stat *st, uint64_t inode)
{
	return (uint64_t)st->st_ino == inode || numbers_change(dir);
}

/* "DIR/.earshot-….part". */
static bool
split_part(const char *part, char **ret_dir, const char **ret_temp)
{
	const char *slash = strrchr(part, '/');

	if (slash == NULL || !place_is_temp_name(slash + 1))
		return false;
	*ret_dir = slash == part ? xstrdup("/")
				 : xstrndup(part, (size_t)(slash - part));
	*ret_temp = slash + 1;
	return true;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* "DIR/NAME", where DIR is that. */
static bool
is_in(const char *where, const struct stat *dir)
{
	struct stat st;
	char *path = path_expand(where), *slash = strrchr(path, '/');

	if (slash != NULL)
		slash[slash == path] = '\0';
	bool in = slash != NULL && stat(path, &st) == 0 && is_same(&st, dir);
	free(path);
	return in;
}

/* Where the user wants it is where it is. What is finished may be the very
 * folder that he names, and was to be in another one before. */
static int
compare_place(struct sink *s, char **ret_error)
{
	struct stat is, wanted;
	char *path = NULL, *name = NULL;
	int dir;
	const char *where = s->plan.where;

	if (where == NULL || where[0] == '\0')
		return 0;
	int err = place_find(&s->plan, &dir, &path, &name, ret_error);
	if (err < 0)
		return err;
	bool found =
	    fstat(s->dir, &is) == 0 && fstat(dir, &wanted) == 0 &&
	    (is_same(&is, &wanted) || (s->placed && is_in(where, &is)));
	close(dir);
	free(path);
	free(s->placed ? name : s->name);
	if (!s->placed)
		s->name = name;
	if (found)
		return 0;
	return fail(ret_error, ERR_NOT_FOUND,
	    "what is there of %s is in another folder", s->name);
}

static int
is_damaged(const char *name, char **ret_error)
{
	return fail(
	    ret_error, ERR_FORMAT, "what is there of %s is damaged", name);
}

/* Why it cannot be opened. */
static int
cannot_open(const struct sink *s, char **ret_error)
{
	switch (errno) {
	case ENOENT:
		return fail(ret_error, ERR_NOT_FOUND,
		    "what was there of %s is gone", s->name);
	case EPERM:
	case ELOOP:
	case ENOTDIR:
	case EISDIR:
	case ENXIO:
		return is_damaged(s->name, ret_error);
	default:
		return sink_fail_sys(s, ret_error);
	}
}

static size_t
size_without_slash(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return n;
}

static bool
is_path(const char *path, size_t n, const char *dir)
{
	return n == size_without_slash(dir) && memcmp(path, dir, n) == 0;
}

/* By the words alone: it is not there. */
static bool
is_wanted_there(const struct sink *s)
{
	const char *where = s->plan.where;

	if (where == NULL || where[0] == '\0')
		return true;
	char *path = path_expand(where);
	const char *slash = strrchr(path, '/');
	bool there =
	    is_path(path, size_without_slash(path), s->dir_path) ||
	    (slash != NULL &&
		is_path(path, slash == path ? 1 : (size_t)(slash - path),
		    s->dir_path));
	free(path);
	return there;
}

/* A disk that is not mounted comes back, and what is on it is not given up for
 * that; unless the user wants it elsewhere meanwhile. */
static int
no_folder(const struct sink *s, char **ret_error)
{
	if (errno != ENOENT)
		return fail(
		    ret_error, ERR_SYS, "%s: %s", s->dir_path, strerror(errno));
	return fail(ret_error, is_wanted_there(s) ? ERR_SYS : ERR_NOT_FOUND,
	    "%s is not there", s->dir_path);
}

static int
find_place(struct sink *s, const char *part, char **ret_error)
{
	const char *temp;

	if (!split_part(part, &s->dir_path, &temp))
		return is_damaged(s->plan.name, ret_error);
	s->name = file_name_safe(s->plan.name, strlen(s->plan.name));
	s->part = xstrdup(part);
	memcpy(s->temp, temp, strlen(temp) + 1);
	place_list_name(s->temp, s->list_name);
	s->dir = open(s->dir_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return no_folder(s, ret_error);
	return 0;
}

static int
open_list(struct sink *s, uint64_t *ret_inode, char **ret_error)
{
	struct stat st;
	bool folder;

	s->list = place_open_file(s->dir, s->list_name, O_RDWR, &st);
	if (s->list < 0)
		return cannot_open(s, ret_error);
	int err = lock_list(s, ret_error);
	if (err < 0)
		return err;
	if (list_head(s->list, &folder, ret_inode) < 0 ||
	    folder != s->plan.is_folder)
		return is_damaged(s->name, ret_error);
	/* It is wanted still: place_sweep. */
	(void)futimens(s->list, NULL);
	return 0;
}

static int
open_temp(struct sink *s, const char *name, int flags)
{
	int fd = s->plan.is_folder
		     ? place_open_folder(s->dir, name, &s->st)
		     : place_open_file(s->dir, name, flags, &s->st);

	if (s->plan.is_folder)
		s->levels[0].fd = fd;
	else
		s->fd = fd;
	return fd;
}

/* It was given its name, and nobody was told: the name may be any. */
static bool
find_finished(struct sink *s, uint64_t inode)
{
	int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	bool found = false;

	for (unsigned i = 0; d != NULL && !found && i < FINISHED_MAX &&
			     (e = readdir(d)) != NULL;
	     i++) {
		if (e->d_ino != inode || place_is_temp_name(e->d_name) ||
		    open_temp(s, e->d_name, O_RDONLY) < 0)
			continue;
		free(s->name);
		s->name = xstrdup(e->d_name);
		found = true;
	}
	if (d != NULL)
		closedir(d);
	else if (fd >= 0)
		close(fd);
	return found;
}

/* The list may have lost its end with the power; of a single file its size
 * tells as much, since only what came whole is given a name. */
static bool
find_complete(struct sink *s, uint64_t inode)
{
	struct list_reader *r = list_reader_new(s->list, s->plan.is_folder);
	const struct list_record *record;
	uint64_t size = UINT64_MAX;
	bool complete = false;

	while ((record = list_next(r)) != NULL) {
		complete = record->kind == LIST_COMPLETE;
		if (!s->plan.is_folder && !complete)
			size = record->size;
	}
	list_reader_free(r);
	if (!complete && size == UINT64_MAX)
		return false;
	return find_finished(s, inode) &&
	       (complete || (uint64_t)s->st.st_size == size);
}

/* Under the name of the part, or the one that it was given. */
static int
open_either(struct sink *s, uint64_t inode, char **ret_error)
{
	if (open_temp(s, s->temp, O_RDWR) >= 0) {
		s->has_temp = is_what_was_made(s->dir, &s->st, inode);
		return s->has_temp ? 0 : is_damaged(s->name, ret_error);
	}
	int saved_errno = errno;
	s->placed = saved_errno == ENOENT && find_complete(s, inode);
	if (s->placed)
		return 0;
	errno = saved_errno;
	return cannot_open(s, ret_error);
}

static int
take_up(struct sink *s, const char *part, char **ret_error)
{
	uint64_t inode;
	int err = find_place(s, part, ret_error);

	if (err == 0)
		err = open_list(s, &inode, ret_error);
	if (err == 0)
		err = open_either(s, inode, ret_error);
	return err < 0 ? err : compare_place(s, ret_error);
}

int
sink_resume(const struct sink_plan *plan, const char *part,
    struct sink **ret_sink, char **ret_error)
{
	struct sink *s = sink_new(plan);
	int err = take_up(s, part, ret_error);

	if (err < 0) {
		sink_free(s);
		return err;
	}
	s->resumed = true;
	*ret_sink = s;
	return 0;
}

static void
drop_in(int dir, const char *temp)
{
	char name[TEMP_NAME_SIZE];
	struct stat st, list_st;
	uint64_t inode;
	bool folder;

	place_list_name(temp, name);
	int list = place_open_file(dir, name, O_RDONLY, &list_st);
	if (list < 0)
		return;
	/* Until it is gone it is ours; whoever has it now finds nothing. */
	(void)flock(list, LOCK_EX | LOCK_NB);
	/* What is not known to be ours is left to place_sweep. */
	if (list_head(list, &folder, &inode) == 0) {
		if (fstatat(dir, temp, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    place_is_ours(&st) && folder == (bool)S_ISDIR(st.st_mode) &&
		    is_what_was_made(dir, &st, inode))
			place_remove(dir, temp, &st);
		/* Last: killed here, it leaves what tells of the rest. */
		place_remove(dir, name, &list_st);
	}
	close(list);
}

/* A folder may have a million files. */
static void
drop_in_aside(int dir, const char *temp)
{
	struct stat st;
	bool folder = fstatat(dir, temp, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		      S_ISDIR(st.st_mode);
	int began = folder ? aside_begin(&dir, 1) : ERR_SYS;

	if (began == 0)
		return;
	drop_in(dir, temp);
	if (began > 0)
		_exit(0);
}

void
sink_drop_aside(const char *part)
{
	const char *temp;
	char *path;

	if (!split_part(part, &path, &temp))
		return;
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0) {
		drop_in_aside(dir, temp);
		close(dir);
	}
	free(path);
}
