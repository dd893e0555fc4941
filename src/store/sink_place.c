/* SPDX-License-Identifier: MIT */
/*
 * Whoever else may write to the folder can rename what is in it at any moment.
 * So everything is reached from descriptors that are held, links are followed
 * nowhere below the folder, and what is removed or renamed is compared with
 * what was made.
 */
#include "store/sink_place.h"

#include "base/err.h"
#include "base/file_name.h"
#include "base/mem.h"
#include "store/aside.h"
#include "store/paths.h"
#include "store/sentence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
	DIR_MODE = 0700,
	FILE_MODE = 0600,
	DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
	/* What nobody wrote to for so long, nobody writes. */
	STALE_S = 7 * 24 * 3600,
	/* The same of what can be taken up again. */
	STALE_PART_S = 60 * 24 * 3600,
	/* Entries looked through. */
	SWEEP_MAX = 10000,
	/* One more than a sink makes. */
	REMOVE_DEPTH_MAX = FILE_DEPTH_MAX + 1,
};

static const char temp_start[] = ".earshot-", temp_end[] = ".part",
		  list_end[] = ".list";

void
place_temp_name(char out[static TEMP_NAME_SIZE])
{
	unsigned long long number = 0;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		abort();
	snprintf(
	    out, TEMP_NAME_SIZE, "%s%016llx%s", temp_start, number, temp_end);
}

static bool
is_our_name(const char *name, const char *end)
{
	static const char hex[] = "0123456789abcdef";
	size_t start = strlen(temp_start);

	return strncmp(name, temp_start, start) == 0 &&
	       strspn(name + start, hex) == 16 &&
	       strcmp(name + start + 16, end) == 0;
}

bool
place_is_temp_name(const char *name)
{
	return is_our_name(name, temp_end);
}

static void
other_name(const char *name, const char *end, char out[static TEMP_NAME_SIZE])
{
	snprintf(out, TEMP_NAME_SIZE, "%.*s%s", (int)strlen(temp_start) + 16,
	    name, end);
}

void
place_list_name(const char *temp, char out[static TEMP_NAME_SIZE])
{
	other_name(temp, list_end, out);
}

/* Those above it, too. */
static int
make_folders(const char *path)
{
	if (mkdir(path, DIR_MODE) == 0 || errno == EEXIST)
		return 0;
	const char *slash = strrchr(path, '/');
	if (errno != ENOENT || slash == NULL || slash == path)
		return -1;
	char *parent = xstrndup(path, (size_t)(slash - path));
	int made = make_folders(parent);
	free(parent);
	if (made == 0 && mkdir(path, DIR_MODE) != 0 && errno != EEXIST)
		made = -1;
	return made;
}

/* errno tells why it is none. */
static bool
is_folder(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode);
}

static bool
ends_as_folder(const char *path)
{
	size_t n = strlen(path);

	return n > 0 && path[n - 1] == '/';
}

/* What is told of it and stored begins with it. */
static char *
without_end(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return xstrndup(path, n);
}

/* "DIR/NAME", which is no folder. */
static int
split_name(const char *path, char **ret_dir, char **ret_name, char **ret_error)
{
	const char *slash = strrchr(path, '/');
	const char *last = slash == NULL ? path : slash + 1;

	if (strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
		return fail(
		    ret_error, ERR_NOT_FOUND, "there is no folder %s", path);
	*ret_dir = slash == NULL   ? xstrdup(".")
		   : slash == path ? xstrdup("/")
				   : xstrndup(path, (size_t)(slash - path));
	*ret_name = xstrdup(last);
	return 0;
}

/* "DIR/NAME", where DIR is; or only DIR, or "DIR/". */
static int
split_where(const char *path, const struct sink_plan *plan, char **ret_dir,
    char **ret_name, char **ret_error)
{
	/* A failure shows when it is opened. */
	if (ends_as_folder(path))
		(void)make_folders(path);
	if (!ends_as_folder(path) && !is_folder(path))
		return split_name(path, ret_dir, ret_name, ret_error);
	*ret_dir = without_end(path);
	*ret_name = file_name_safe(plan->name, strlen(plan->name));
	return 0;
}

/* What holds the name has to be there. */
static int
check_name(const char *path, char **ret_error)
{
	char *dir, *name;
	int err = split_name(path, &dir, &name, ret_error);

	if (err < 0)
		return err;
	if (is_folder(dir))
		err = 0;
	else if (errno == ENOENT)
		err = fail(
		    ret_error, ERR_NOT_FOUND, "there is no folder %s", dir);
	else
		err = fail(ret_error, ERR_SYS, "%s: %s", dir, strerror(errno));
	free(dir);
	free(name);
	return err;
}

int
sink_check_where(const char *where, char **ret_error)
{
	char *path = path_expand(where);
	int err = ends_as_folder(path) || is_folder(path)
		      ? 0
		      : check_name(path, ret_error);

	free(path);
	return err;
}

static int
find_where(const struct sink_plan *plan, char **ret_dir, char **ret_name,
    char **ret_error)
{
	if (plan->where != NULL && plan->where[0] != '\0') {
		char *path = path_expand(plan->where);
		int err = split_where(path, plan, ret_dir, ret_name, ret_error);
		free(path);
		return err;
	}
	*ret_dir = path_expand(plan->folder);
	*ret_name = file_name_safe(plan->name, strlen(plan->name));
	/* A failure shows when it is opened. */
	(void)make_folders(*ret_dir);
	return 0;
}

int
place_find(const struct sink_plan *plan, int *ret_fd, char **ret_dir,
    char **ret_name, char **ret_error)
{
	char *dir = NULL, *name = NULL;
	int err = find_where(plan, &dir, &name, ret_error);

	if (err < 0)
		return err;
	/* The way to the folder is the user's own; links in it are, too. */
	*ret_fd = open(dir, DIR_FLAGS);
	if (*ret_fd >= 0) {
		*ret_dir = dir;
		*ret_name = name;
		return 0;
	}
	err = fail(ret_error, ERR_SYS, "%s: %s", dir, strerror(errno));
	free(dir);
	free(name);
	return err;
}

static int
make_one_file(int dir, const char *name)
{
	return openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
}

/* What is opened has to be what was made: in a folder of several users another
 * may have put something in its place. */
static int
make_one_folder(int dir, const char *name)
{
	struct stat st;

	if (mkdirat(dir, name, DIR_MODE) != 0)
		return -1;
	int fd = openat(dir, name, DIR_FLAGS | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid())
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

static int
make_numbered(int dir, const char *name, unsigned numbers,
    int (*make)(int dir, const char *name))
{
	int fd = make(dir, name);

	for (unsigned i = 2; fd < 0 && errno == EEXIST && i <= numbers; i++) {
		char *other = file_name_numbered(name, i);
		fd = make(dir, other);
		int saved_errno = errno;
		free(other);
		errno = saved_errno;
	}
	return fd;
}

int
place_make_file(int dir, const char *name, unsigned numbers)
{
	return make_numbered(dir, name, numbers, make_one_file);
}

int
place_make_folder(int dir, const char *name, unsigned numbers)
{
	return make_numbered(dir, name, numbers, make_one_folder);
}

char *
place_free_name(int dir, const char *name, unsigned numbers)
{
	struct stat st;
	char *found = xstrdup(name);

	for (unsigned i = 2; fstatat(dir, found, &st, AT_SYMLINK_NOFOLLOW) == 0;
	     i++) {
		free(found);
		if (i > numbers) {
			errno = EEXIST;
			return NULL;
		}
		found = file_name_numbered(name, i);
	}
	if (errno == ENOENT)
		return found;
	int saved_errno = errno;
	free(found);
	errno = saved_errno;
	return NULL;
}

/* Nothing but what is ours and of that kind. */
static int
keep_ours(int fd, mode_t kind, struct stat *ret_st)
{
	if (fd < 0)
		return -1;
	if (fstat(fd, ret_st) != 0) {
		int saved_errno = errno;
		close(fd);
		errno = saved_errno;
		return -1;
	}
	if ((ret_st->st_mode & S_IFMT) == kind && ret_st->st_uid == geteuid() &&
	    (kind == S_IFDIR || ret_st->st_nlink == 1))
		return fd;
	close(fd);
	errno = EPERM;
	return -1;
}

int
place_open_file(int dir, const char *name, int flags, struct stat *ret_st)
{
	int fd = openat(
	    dir, name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return keep_ours(fd, S_IFREG, ret_st);
}

int
place_open_folder(int dir, const char *name, struct stat *ret_st)
{
	int fd = openat(dir, name, DIR_FLAGS | O_NOFOLLOW);

	return keep_ours(fd, S_IFDIR, ret_st);
}

static bool
is_it(int dir, const char *name, const struct stat *st)
{
	struct stat found;

	return fstatat(dir, name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
	       found.st_dev == st->st_dev && found.st_ino == st->st_ino;
}

/* For systems and file systems without renameat2. */
static int
rename_by_link(int dir, const char *temp, const char *name, bool folder)
{
	struct stat st;

	if (!folder) {
		if (linkat(dir, temp, dir, name, 0) != 0)
			return -1;
		unlinkat(dir, temp, 0);
		return 0;
	}
	/* A folder replaces nothing but an empty folder. */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(dir, temp, dir, name);
}

static int
rename_new(int dir, const char *temp, const char *name, bool folder)
{
#ifdef RENAME_NOREPLACE
	if (renameat2(dir, temp, dir, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != ENOSYS && errno != EINVAL)
		return -1;
#endif
	return rename_by_link(dir, temp, name, folder);
}

int
place_make_nameless(int dir, const char *folder)
{
#ifdef O_TMPFILE
	/* Else there is no way to the name. */
	if (access("/proc/self/fd", X_OK) == 0)
		return openat(
		    dir, folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, FILE_MODE);
#endif
	(void)dir;
	(void)folder;
	errno = ENOTSUP;
	return -1;
}

int
place_give_name(int fd, int dir, const char *name)
{
	char *own = xasprintf("/proc/self/fd/%d", fd);
	int failed = linkat(AT_FDCWD, own, dir, name, AT_SYMLINK_FOLLOW);
	int saved_errno = errno;

	free(own);
	errno = saved_errno;
	return failed;
}

int
place_rename_file(int dir, const char *temp, const char *name)
{
	return rename_new(dir, temp, name, false);
}

char *
place_rename(int dir, const char *temp, const char *name, const struct stat *st)
{
	char *to = xstrdup(name);
	bool folder = S_ISDIR(st->st_mode);
	int done = -1;

	errno = ENOENT;
	if (is_it(dir, temp, st))
		done = rename_new(dir, temp, to, folder);
	for (unsigned i = 2;
	     done != 0 && errno == EEXIST && i <= PLACE_NUMBERS_MAX; i++) {
		free(to);
		to = file_name_numbered(name, i);
		done = rename_new(dir, temp, to, folder);
	}
	if (done == 0 && is_it(dir, to, st))
		return to;
	int saved_errno = done == 0 ? ENOENT : errno;
	free(to);
	errno = saved_errno;
	return NULL;
}

static int remove_inside(int dir, const char *name, unsigned depth);

static void
remove_all_of(DIR *d, unsigned depth)
{
	const struct dirent *e;

	while ((e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0) == 0 ||
		    (errno != EISDIR && errno != EPERM))
			continue;
		/* Somebody may have put something else there meanwhile. */
		if (remove_inside(dirfd(d), e->d_name, depth + 1) != 0 &&
		    errno == ENOTDIR)
			unlinkat(dirfd(d), e->d_name, 0);
	}
}

/* 0, or -1 and errno: it is still there. */
static int
remove_inside(int dir, const char *name, unsigned depth)
{
	int fd = depth > REMOVE_DEPTH_MAX
		     ? -1
		     : openat(dir, name, DIR_FLAGS | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d != NULL) {
		remove_all_of(d, depth);
		closedir(d);
	} else if (fd >= 0) {
		close(fd);
	}
	return unlinkat(dir, name, AT_REMOVEDIR);
}

/* Under another name first: who gives it its own meanwhile has all of it, or
 * finds nothing. */
static void
remove_folder(int dir, const char *temp, const struct stat *st)
{
	char name[TEMP_NAME_SIZE];

	place_temp_name(name);
	if (rename_new(dir, temp, name, true) != 0)
		return;
	if (!is_it(dir, name, st)) {
		(void)rename_new(dir, name, temp, true);
		return;
	}
	/* place_sweep leaves it to us. */
	(void)utimensat(dir, name, NULL, AT_SYMLINK_NOFOLLOW);
	(void)remove_inside(dir, name, 1);
}

void
place_remove(int dir, const char *temp, const struct stat *st)
{
	if (!is_it(dir, temp, st))
		return;
	if (S_ISDIR(st->st_mode))
		remove_folder(dir, temp, st);
	else
		unlinkat(dir, temp, 0);
}

static bool
takes_long(int dir, const char *temp)
{
	struct stat st;

	return fstatat(dir, temp, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (S_ISDIR(st.st_mode) || st.st_size >= PLACE_LARGE);
}

void
place_remove_aside(int dir, const char *temp, const struct stat *st)
{
	int began = takes_long(dir, temp) ? aside_begin(&dir, 1) : ERR_SYS;

	if (began == 0)
		return;
	place_remove(dir, temp, st);
	if (began > 0)
		_exit(0);
}

void
place_remove_entry(int dir, const char *name)
{
	if (unlinkat(dir, name, 0) != 0 && (errno == EISDIR || errno == EPERM))
		(void)remove_inside(dir, name, 1);
}

bool
place_is_ours(const struct stat *st)
{
	return (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode)) &&
	       st->st_uid == geteuid();
}

/* A part goes with its list, when both are old. */
static void
sweep_one(int dir, const char *name)
{
	char other[TEMP_NAME_SIZE];
	struct stat st, other_st;
	bool part = is_our_name(name, temp_end);

	if (!part && !is_our_name(name, list_end))
		return;
	other_name(name, part ? list_end : temp_end, other);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !place_is_ours(&st))
		return;
	bool both = fstatat(dir, other, &other_st, AT_SYMLINK_NOFOLLOW) == 0;
	time_t stale = time(NULL) - (both ? STALE_PART_S : STALE_S);
	if (st.st_mtim.tv_sec >= stale ||
	    (both && other_st.st_mtim.tv_sec >= stale))
		return;
	place_remove_aside(dir, name, &st);
	if (both && place_is_ours(&other_st))
		place_remove_aside(dir, other, &other_st);
}

void
place_sweep(int dir)
{
	int fd = openat(dir, ".", DIR_FLAGS);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	for (unsigned i = 0;
	     d != NULL && i < SWEEP_MAX && (e = readdir(d)) != NULL; i++)
		sweep_one(dir, e->d_name);
	if (d != NULL)
		closedir(d);
	else if (fd >= 0)
		close(fd);
}
