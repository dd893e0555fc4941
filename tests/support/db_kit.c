/* SPDX-License-Identifier: MIT */
#include "db_kit.h"

#include "tmpdir.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { RESTS_MAX = 100000 };

int
db_kit_setup(void **state)
{
	struct db_kit *k = calloc(1, sizeof(*k));

	umask(077);
	k->dir = tmpdir_make();
	if (home_open(&k->home, k->dir, &k->error) != 0)
		return -1;
	k->cfg.wall_ms = 1000;
	*state = k;
	return db_kit_try_open(k);
}

int
db_kit_teardown(void **state)
{
	struct db_kit *k = *state;

	db_kit_close(k);
	home_close(&k->home);
	tmpdir_remove(k->dir);
	free(k->error);
	free(k);
	return 0;
}

int
db_kit_try_open(struct db_kit *k)
{
	free(k->error);
	k->error = NULL;
	return db_open(&k->db, &k->home, &k->cfg, &k->error);
}

void
db_kit_open(struct db_kit *k)
{
	int err = db_kit_try_open(k);

	if (err != 0)
		print_error("%s\n", k->error);
	assert_int_equal(err, 0);
}

void
db_kit_close(struct db_kit *k)
{
	db_close(k->db);
	k->db = NULL;
}

void
db_kit_reopen(struct db_kit *k)
{
	db_kit_close(k);
	db_kit_open(k);
}

int
db_kit_try_commit(struct db_kit *k)
{
	free(k->error);
	k->error = NULL;
	return db_commit(k->db, &k->error);
}

void
db_kit_commit(struct db_kit *k)
{
	int err = db_kit_try_commit(k);

	if (err != 0)
		print_error("%s\n", k->error);
	assert_int_equal(err, 0);
	assert_false(db_is_dirty(k->db));
}

void
db_kit_rest(struct db_kit *k)
{
	struct now now = { .wall_ms = k->cfg.wall_ms };

	for (int i = 0; i < RESTS_MAX; i++) {
		now.mono_ms = db_maintain(k->db, now);
		/* An hour: nothing is left but what comes by the clock. */
		if (now.mono_ms > 3600000)
			return;
	}
	fail_msg("it never rests");
}

struct fp
db_kit_fp(unsigned n)
{
	struct fp fp = { { 0 } };

	if (n == 0)
		return fp;
	memset(fp.b, 0x40, sizeof(fp.b));
	memcpy(fp.b, &n, sizeof(n));
	return fp;
}

struct msg_id
db_kit_id(unsigned n)
{
	struct msg_id id;

	memset(id.b, 0x11, sizeof(id.b));
	memcpy(id.b, &n, sizeof(n));
	return id;
}

struct change
db_kit_theirs(struct db_kit *k, unsigned who, unsigned n, const char *text)
{
	k->row++;
	return (struct change){
		.kind = CHANGE_MESSAGE,
		.fp = db_kit_fp(who),
		.row = k->row,
		.id = db_kit_id(n),
		.seq = (uint64_t)k->row,
		.keep = true,
		.message = MESSAGE_TEXT,
		.sent_ms = 500 + k->row,
		.arrived_ms = 1000 + k->row,
		.text = text,
		.size = strlen(text),
	};
}

struct change
db_kit_ours(struct db_kit *k, unsigned who, unsigned n, const char *text)
{
	struct change c = db_kit_theirs(k, who, n, text);

	c.mine = true;
	c.waits = true;
	c.delivery = DELIVERY_QUEUED;
	return c;
}

void
db_kit_add(struct db_kit *k, const struct change *c)
{
	db_apply(k->db, c);
	assert_true(db_is_dirty(k->db));
}

struct change
db_kit_deliver(unsigned who, unsigned n, enum delivery d)
{
	return (struct change){
		.kind = CHANGE_DELIVERY,
		.fp = db_kit_fp(who),
		.id = db_kit_id(n),
		.mine = true,
		.waits = d == DELIVERY_QUEUED || d == DELIVERY_SENT,
		.delivery = d,
	};
}

int
db_kit_export(struct db_kit *k, const struct export_plan *plan,
    size_t *ret_count, char **ret_error)
{
	struct export *x;
	int err = export_open(k->db, plan, &x, ret_error);

	if (err < 0)
		return err;
	while ((err = export_step(x, 3, ret_error)) > 0)
		;
	if (err == 0)
		err = export_finish(x, ret_count, ret_error);
	export_free(x);
	return err;
}

struct saved_page
db_kit_page(struct db_kit *k, unsigned who)
{
	struct saved_page page;
	struct fp fp = db_kit_fp(who);

	assert_int_equal(db_page(k->db, &fp, INT64_MAX, DB_PAGE_MAX, &page), 0);
	return page;
}

struct saved
db_kit_load(struct db_kit *k)
{
	struct saved saved;

	assert_int_equal(db_load(k->db, &saved, &k->error), 0);
	return saved;
}

static bool
file_has(const char *path, const char *word)
{
	FILE *f = fopen(path, "rb");
	size_t size = strlen(word);
	bool found = false;

	if (f == NULL)
		return false;
	fseek(f, 0, SEEK_END);
	long n = ftell(f);
	char *data = malloc((size_t)n + 1);
	rewind(f);
	if (data == NULL || fread(data, 1, (size_t)n, f) != (size_t)n)
		abort();
	for (long i = 0; !found && i + (long)size <= n; i++)
		found = memcmp(data + i, word, size) == 0;
	free(data);
	fclose(f);
	return found;
}

bool
db_kit_in_files(const struct db_kit *k, const char *word)
{
	DIR *dir = opendir(k->dir);
	bool found = false;

	for (struct dirent *e; !found && (e = readdir(dir)) != NULL;)
		if (e->d_name[0] != '.')
			found = file_has(tmpdir_path(k->dir, e->d_name), word);
	closedir(dir);
	return found;
}
