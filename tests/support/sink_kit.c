/* SPDX-License-Identifier: MIT */
#include "sink_kit.h"

#include "base/err.h"
#include "base/mem.h"
#include "tmpdir.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

char *top, *downloads, *outside;

int
make_place(void **state)
{
	(void)state;
	top = tmpdir_make();
	downloads = xstrdup(tmpdir_path(top, "downloads"));
	outside = xstrdup(tmpdir_path(top, "outside"));
	if (mkdir(downloads, 0700) != 0 || mkdir(outside, 0700) != 0)
		return -1;
	tmpdir_write(tmpdir_path(outside, "secret"), "keep", 4, 0600);
	return 0;
}

unsigned
count_entries(const char *dir)
{
	DIR *d = opendir(dir);
	unsigned count = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count - 2;
}

int
remove_place(void **state)
{
	(void)state;
	/* Nothing was ever written beside the folder. */
	if (count_entries(outside) != 1)
		return -1;
	free(downloads);
	free(outside);
	tmpdir_remove(top);
	return 0;
}

struct sink_plan
plan_file(const char *name, uint64_t size)
{
	return (struct sink_plan){ .folder = downloads,
		.name = name,
		.size_known = true,
		.size = size,
		.free_bytes = 1 };
}

struct sink_plan
plan_folder(const char *name)
{
	return (struct sink_plan){ .folder = downloads,
		.name = name,
		.is_folder = true,
		.free_bytes = 1 };
}

struct sink *
begin(const struct sink_plan *plan)
{
	struct sink *s = NULL;
	char *error = NULL;

	if (sink_open(plan, &s, &error) != 0)
		fail_msg("%s", error);
	return s;
}

int
put(struct sink *s, const struct file_piece *p)
{
	char *error = NULL;
	int err = sink_piece(s, p, &error);

	assert_true((err == 0) == (error == NULL));
	free(error);
	return err;
}

int
put_bytes(struct sink *s, const void *bytes, size_t n)
{
	return put(
	    s, &(struct file_piece){
		   .kind = FILE_PIECE_BYTES, .bytes = bytes, .count = n });
}

int
put_file(struct sink *s, const char *name, uint64_t size)
{
	return put(s, &(struct file_piece){ .kind = FILE_PIECE_FILE,
			  .name = name,
			  .size = size,
			  .mtime = 1000000000,
			  .mode = 0777 });
}

int
put_enter(struct sink *s, const char *name)
{
	return put(s, &(struct file_piece){ .kind = FILE_PIECE_ENTER,
			  .name = name,
			  .mtime = 1000000000,
			  .mode = 0777 });
}

int
put_leave(struct sink *s)
{
	return put(s, &(struct file_piece){ .kind = FILE_PIECE_LEAVE });
}

char *
finish(struct sink *s)
{
	char *error = NULL;
	char *path = sink_finish(s, &error);

	if (path == NULL)
		fail_msg("%s", error);
	return path;
}

void
finish_fails(struct sink *s)
{
	char *error = NULL;

	assert_null(sink_finish(s, &error));
	assert_non_null(error);
	free(error);
}
