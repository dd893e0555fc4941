/* SPDX-License-Identifier: MIT */
#include "store/paths.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "store/file.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Entries of a directory that are looked at: a key is waiting. */
enum { ENTRIES_MAX = 20000, USER_DIRS_MAX = 65536 };

static bool
is_below_home(const char *path, size_t n)
{
	return n > 0 && path[0] == '~' && (n == 1 || path[1] == '/');
}

char *
path_expand(const char *path)
{
	const char *home = getenv("HOME");

	if (!is_below_home(path, strlen(path)) || home == NULL ||
	    home[0] != '/')
		return xstrdup(path);
	return xasprintf("%s%s", home, path + 1);
}

bool
paths_is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

char *
paths_absolute(const char *lines)
{
	char *here = getcwd(NULL, 0);
	char *out = xstrdup("");

	while (here != NULL && *lines != '\0') {
		size_t n = strcspn(lines, "\n");
		bool own = n == 0 || lines[0] == '/' || is_below_home(lines, n);
		char *more = xasprintf("%s%s%s%.*s%s", out, own ? "" : here,
		    own ? "" : "/", (int)n, lines,
		    lines[n] == '\n' ? "\n" : "");
		free(out);
		out = more;
		lines += n + (lines[n] == '\n');
	}
	if (here == NULL) {
		free(out);
		out = xstrdup(lines);
	}
	free(here);
	return out;
}

/* The value of a line NAME="VALUE" (caller frees); NULL. */
static char *
find_value(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = text; *line != '\0';) {
		size_t size = strcspn(line, "\n");
		if (size > n + 2 && strncmp(line, name, n) == 0 &&
		    line[n] == '=' && line[n + 1] == '"') {
			const char *value = line + n + 2;
			return xstrndup(value, strcspn(value, "\"\n"));
		}
		line += size + (line[size] == '\n');
	}
	return NULL;
}

/* What the desktop has for it: an absolute path, or one below $HOME. */
static char *
desktop_downloads(const char *home)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	char *path = config != NULL && config[0] == '/'
			 ? xasprintf("%s/user-dirs.dirs", config)
			 : xasprintf("%s/.config/user-dirs.dirs", home);
	char *text = NULL, *value = NULL, *folder = NULL;
	size_t size;

	if (file_read(path, USER_DIRS_MAX, &text, &size) == 0)
		value = find_value(text, "XDG_DOWNLOAD_DIR");
	if (value != NULL && strncmp(value, "$HOME/", 6) == 0)
		folder = xasprintf("%s%s", home, value + 5);
	else if (value != NULL && value[0] == '/')
		folder = xstrdup(value);
	free(value);
	free(text);
	free(path);
	return folder;
}

char *
downloads_folder(const struct home *h, const char *chosen)
{
	const char *home = getenv("HOME");

	if (chosen != NULL && chosen[0] != '\0')
		return path_expand(chosen);
	if (strcmp(h->config_dir, h->data_dir) == 0 || home == NULL ||
	    home[0] != '/')
		return xasprintf("%s/downloads", h->data_dir);
	char *folder = desktop_downloads(home);
	return folder != NULL ? folder : xasprintf("%s/Downloads", home);
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
