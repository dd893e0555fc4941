/* SPDX-License-Identifier: MIT */
#include "tmpdir.h"

#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATHS = 4, PATH_BYTES = 4096, FILE_BYTES = 1 << 20, FTW_FDS = 8 };

static void
die(const char *what)
{
	perror(what);
	abort();
}

char *
tmpdir_make(void)
{
	const char *parent = getenv("TMPDIR");
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/earshot-test-XXXXXX",
	    parent != NULL && parent[0] == '/' ? parent : "/tmp");
	if (mkdtemp(path) == NULL)
		die(path);
	char *dir = strdup(path);
	if (dir == NULL)
		die("strdup");
	return dir;
}

static int
remove_entry(
    const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void
tmpdir_remove(char *dir)
{
	if (nftw(dir, remove_entry, FTW_FDS, FTW_DEPTH | FTW_PHYS) != 0)
		die(dir);
	free(dir);
}

const char *
tmpdir_path(const char *dir, const char *name)
{
	static char paths[PATHS][PATH_BYTES];
	static unsigned next;
	char *path = paths[next++ % PATHS];

	snprintf(path, PATH_BYTES, "%s/%s", dir, name);
	return path;
}

void
tmpdir_write(const char *path, const void *data, size_t n, mode_t mode)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(data, 1, n, f) != n || fclose(f) != 0)
		die(path);
	if (chmod(path, mode) != 0)
		die(path);
}

char *
tmpdir_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *data = malloc(FILE_BYTES);

	if (f == NULL || data == NULL)
		die(path);
	size_t n = fread(data, 1, FILE_BYTES - 1, f);
	data[n] = '\0';
	fclose(f);
	return data;
}

bool
tmpdir_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}
