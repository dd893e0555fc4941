/* SPDX-License-Identifier: MIT */
#include "store/paths.h"

#include "base/mem.h"
#include "base/peer_text.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Entries of a directory that are looked at: a key is waiting. */
enum { ENTRIES_MAX = 20000 };

char *
path_expand(const char *path)
{
	const char *home = getenv("HOME");

	if (strncmp(path, "~/", 2) != 0 || home == NULL || home[0] != '/')
		return xstrdup(path);
	return xasprintf("%s%s", home, path + 1);
}

/* A name may hold anything but a slash; what is not itself after cleaning
 * would be another file when it comes back out of the line. */
static bool
can_be_typed(const char *name)
{
	char *clean = own_text(name, PEER_TEXT_LINE, NULL);
	bool same = strcmp(clean, name) == 0;

	free(clean);
	return same;
}

static bool
is_directory(const char *dir, const char *name)
{
	struct stat st;
	char *path = xasprintf("%s/%s", dir, name);
	bool yes = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	free(path);
	return yes;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Keeps the first ones in order when there are more than fit. */
static size_t
insert(char **paths, size_t count, char *path)
{
	if (count == PATHS_MAX) {
		if (strcmp(path, paths[count - 1]) >= 0) {
			free(path);
			return count;
		}
		free(paths[--count]);
	}
	paths[count++] = path;
	qsort(paths, count, sizeof(*paths), compare);
	return count;
}

size_t
paths_starting(const char *start, char *ret_paths[static PATHS_MAX])
{
	const char *slash = strrchr(start, '/');
	int head = slash == NULL ? 0 : (int)(slash - start) + 1;
	const char *rest = start + head;
	char *typed = xasprintf("%.*s", head, start);
	char *dir = head == 0 ? xstrdup(".") : path_expand(typed);
	DIR *d = opendir(dir);
	size_t count = 0, size = strlen(rest);
	const struct dirent *e;

	for (int i = 0;
	     d != NULL && i < ENTRIES_MAX && (e = readdir(d)) != NULL; i++) {
		const char *name = e->d_name;
		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    (name[0] == '.' && rest[0] != '.') ||
		    strncmp(name, rest, size) != 0 || !can_be_typed(name))
			continue;
		count = insert(ret_paths, count,
		    xasprintf("%s%s%s", typed, name,
			is_directory(dir, name) ? "/" : ""));
	}
	if (d != NULL)
		closedir(d);
	free(typed);
	free(dir);
	return count;
}
