/* SPDX-License-Identifier: MIT */
/*
 * A database that something wrote into: nothing crashes, what can be read is
 * kept, nothing is made up, and the damaged file stays.
 */
#include "store/db.h"

#include "base/err.h"
#include "core/transfer.h"
#include "db_kit.h"
#include "tmpdir.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	MESSAGES = 600,
	PLACES = 200,
	TEXT_BYTES = 160,
	CONTACTS = 3,
	FILE_EACH = 10, /* of the messages */
};

struct random {
	uint64_t state;
};

static uint32_t
draw(struct random *r, uint32_t below)
{
	r->state = r->state * UINT64_C(6364136223846793005) + 1;
	return (uint32_t)(r->state >> 33) % below;
}

static void
text_of(unsigned n, char out[static TEXT_BYTES])
{
	int size = snprintf(out, TEXT_BYTES, "number %u of many:", n);

	for (unsigned i = 0; i < n % 12; i++)
		size += snprintf(out + size, (size_t)(TEXT_BYTES - size),
		    " word%u", n * 7 % 100);
}

/* What message n offers. */
static struct transfer
file_of(unsigned n, char name[static TEXT_BYTES])
{
	text_of(n, name);
	return (struct transfer){ .id = n,
		.row = n,
		.peer = db_kit_fp(1 + n % CONTACTS),
		.mine = n % 3 == 0,
		.state = (enum transfer_state)(n / FILE_EACH % 8),
		.name = name,
		.path = name,
		.size = n * UINT64_C(1000003),
		.done = n,
		.message = db_kit_id(n) };
}

static void
check_file(const struct transfer *t)
{
	char name[TEXT_BYTES];

	assert_int_equal(t->row % FILE_EACH, 0);
	struct transfer was = file_of((unsigned)t->row, name);
	assert_true(fp_equal(&t->peer, &was.peer));
	assert_int_equal(t->mine, was.mine);
	assert_int_equal(t->state, was.state);
	assert_string_equal(t->name, name);
	assert_string_equal(t->path, name);
	assert_true(t->size == was.size);
	assert_true(msg_id_equal(&t->message, &was.message));
}

static void
put_file(struct db_kit *k, struct change *c, unsigned n)
{
	char name[TEXT_BYTES];
	struct transfer t = file_of(n, name);

	c->message = MESSAGE_FILE;
	db_kit_add(k, c);
	db_kit_add(
	    k, &(struct change){
		   .kind = CHANGE_TRANSFER, .fp = t.peer, .transfer = &t });
}

static void
fill(struct db_kit *k)
{
	char text[TEXT_BYTES];

	for (unsigned i = 1; i <= CONTACTS; i++) {
		struct pin pin = { .fp = db_kit_fp(i),
			.trust = TRUST_VERIFIED,
			.name = "somebody" };
		db_kit_add(
		    k, &(struct change){
			   .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin });
	}
	for (unsigned n = 1; n <= MESSAGES; n++) {
		text_of(n, text);
		struct change c =
		    n % 3 == 0 ? db_kit_ours(k, 1 + n % CONTACTS, n, text)
			       : db_kit_theirs(k, 1 + n % CONTACTS, n, text);
		if (n % FILE_EACH == 0)
			put_file(k, &c, n);
		else
			db_kit_add(k, &c);
		if (n % 50 == 0)
			db_kit_commit(k);
	}
	db_kit_rest(k);
}

/* How many are there; each is what was stored. */
static unsigned
count_true(struct db_kit *k)
{
	char text[TEXT_BYTES];
	unsigned found = 0;

	for (unsigned who = 1; who <= CONTACTS; who++) {
		struct saved_page page = db_kit_page(k, who);
		for (size_t i = 0; i < page.count; i++) {
			const struct message *m = &page.messages[i];
			unsigned n;
			memcpy(&n, m->id.b, sizeof(n));
			assert_in_range(n, 1, MESSAGES);
			struct msg_id id = db_kit_id(n);
			assert_true(msg_id_equal(&id, &m->id));
			assert_int_equal(m->row, n);
			assert_int_equal(1 + n % CONTACTS, who);
			assert_int_equal(m->mine, n % 3 == 0);
			text_of(n, text);
			assert_string_equal(m->text, text);
			if (m->file != NULL)
				check_file(m->file);
			found++;
		}
		saved_page_clear(&page);
	}
	return found;
}

static void
check_pins(struct db_kit *k)
{
	struct saved saved = db_kit_load(k);

	for (size_t i = 0; i < saved.pin_count; i++) {
		unsigned n;
		memcpy(&n, saved.pins[i].fp.b, sizeof(n));
		struct fp fp = db_kit_fp(n);
		assert_true(fp_equal(&fp, &saved.pins[i].fp));
		assert_in_range(n, 1, CONTACTS);
		assert_int_equal(saved.pins[i].trust, TRUST_VERIFIED);
	}
	for (size_t i = 0; i < saved.outbox_count; i++)
		assert_true(saved.outbox[i].change.row <= MESSAGES);
	for (size_t i = 0; i < saved.transfer_count; i++)
		check_file(saved.transfers[i]);
	saved_clear(&saved);
}

static void
mark(const struct db_kit *k)
{
	tmpdir_write(tmpdir_path(k->dir, "earshot.db.damaged"), "", 0, 0600);
}

static void *
read_all(const char *path, size_t *ret_size)
{
	struct stat st;
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	void *data = malloc((size_t)st.st_size + 1);
	assert_int_equal(read(fd, data, (size_t)st.st_size), st.st_size);
	close(fd);
	*ret_size = (size_t)st.st_size;
	return data;
}

/* Nothing is wrong with it: all of it goes over. */
static void
test_whole(void **state)
{
	struct db_kit *k = *state;

	fill(k);
	struct change react = { .kind = CHANGE_REVISION,
		.revision = REVISION_REACT,
		.fp = db_kit_fp(2),
		.row = ++k->row,
		.id = db_kit_id(9999),
		.has_target = true,
		.target = db_kit_id(4),
		.mine = true,
		.waits = true,
		.keep = true,
		.text = "+1",
		.size = 2 };
	struct accept_rule rule = { .size_max = 5 };
	db_kit_add(
	    k, &(struct change){
		   .kind = CHANGE_RULE, .fp = db_kit_fp(1), .rule = &rule });
	db_kit_add(k, &react);
	db_kit_add(
	    k, &(struct change){
		   .kind = CHANGE_READ, .fp = db_kit_fp(2), .row = 100 });
	db_kit_commit(k);
	struct saved before = db_kit_load(k);
	db_kit_close(k);
	mark(k);
	db_kit_open(k);
	assert_non_null(strstr(k->error, "600 messages and 3 contacts"));
	assert_non_null(strstr(k->error, "earshot.db.corrupt-1"));
	assert_true(tmpdir_exists(tmpdir_path(k->dir, "earshot.db.corrupt-1")));
	assert_false(tmpdir_exists(tmpdir_path(k->dir, "earshot.db.damaged")));
	assert_int_equal(count_true(k), MESSAGES);
	struct saved after = db_kit_load(k);
	assert_int_equal(after.conv_count, before.conv_count);
	assert_int_equal(after.outbox_count, before.outbox_count);
	assert_int_equal(after.next_row, before.next_row);
	assert_int_equal(after.transfer_count, before.transfer_count);
	assert_int_equal(after.transfer_number, MESSAGES);
	assert_int_equal(after.rule_count, 1);
	for (size_t i = 0; i < after.conv_count; i++) {
		assert_int_equal(after.convs[i].unread, before.convs[i].unread);
		assert_int_equal(
		    after.convs[i].last_row, before.convs[i].last_row);
		assert_true(
		    after.pins[i].received_seq == before.pins[i].received_seq);
	}
	struct saved_page page = db_kit_page(k, 2);
	assert_int_equal(page.messages[1].row, 4);
	assert_string_equal(page.messages[1].reactions[1], "+1");
	saved_page_clear(&page);
	saved_clear(&before);
	saved_clear(&after);
	db_kit_rest(k);
	/* Not again. */
	db_kit_reopen(k);
	assert_null(k->error);
}

static void
hurt(struct random *r, uint8_t *data, size_t *size)
{
	size_t at = draw(r, (uint32_t)*size), n = 1 + draw(r, 64);

	switch (draw(r, 5)) {
	case 0:
		*size = at;
		break;
	case 1: /* A page of something else. */
		at = at / 4096 * 4096;
		for (size_t i = at; i < at + 4096 && i < *size; i++)
			data[i] = (uint8_t)draw(r, 256);
		break;
	case 2: /* A page that never got to the disk. */
		at = at / 4096 * 4096;
		for (size_t i = at; i < at + 4096 && i < *size; i++)
			data[i] = 0;
		break;
	case 3:
		data[at] ^= (uint8_t)(1u << draw(r, 8));
		break;
	default:
		for (size_t i = at; i < at + n && i < *size; i++)
			data[i] = (uint8_t)draw(r, 256);
		break;
	}
}

/* Whatever it says: it comes back. */
static void
use(struct db_kit *k)
{
	struct saved saved;
	char *error = NULL;

	if (db_load(k->db, &saved, &error) == 0)
		saved_clear(&saved);
	free(error);
	for (unsigned who = 1; who <= CONTACTS; who++) {
		struct saved_page page;
		struct fp fp = db_kit_fp(who);
		if (db_page(k->db, &fp, INT64_MAX, 500, &page) == 0)
			saved_page_clear(&page);
	}
	struct change c = db_kit_theirs(k, 1, 70000, "one more");
	db_kit_add(k, &c);
	c = db_kit_deliver(1, 3, DELIVERY_DELIVERED);
	db_kit_add(k, &c);
	(void)db_kit_try_commit(k);
	struct now now = { .wall_ms = k->cfg.wall_ms };
	for (int i = 0; i < 20; i++)
		now.mono_ms =
		    earlier_ms(db_maintain(k->db, now), now.mono_ms + 100000);
}

static void
test_random_places(void **state)
{
	struct db_kit *k = *state;
	const char *path = tmpdir_path(k->dir, "earshot.db");
	char *name = strdup(path);
	struct random r = { .state = 20261121 };
	size_t size;
	unsigned kept = 0, noticed = 0, all = 0;

	fill(k);
	db_kit_close(k);
	uint8_t *good = read_all(name, &size);
	for (unsigned i = 0; i < PLACES; i++) {
		uint8_t *data = malloc(size);
		size_t n = size;
		memcpy(data, good, size);
		hurt(&r, data, &n);
		/* Once as it comes, once when it was seen to be damaged. */
		tmpdir_write(name, data, n, 0600);
		k->row = 50000;
		if (db_kit_try_open(k) == 0) {
			noticed += k->error != NULL;
			use(k);
		} else {
			assert_non_null(k->error);
		}
		db_kit_close(k);
		unlink(tmpdir_path(k->dir, "earshot.db-wal"));
		unlink(tmpdir_path(k->dir, "earshot.db-shm"));
		tmpdir_write(name, data, n, 0600);
		mark(k);
		db_kit_open(k);
		assert_non_null(k->error);
		unsigned found = count_true(k);
		check_pins(k);
		kept += found;
		all += found == MESSAGES;
		db_kit_close(k);
		free(data);
	}
	print_message("%u of %u kept, %u whole, %u noticed at start\n", kept,
	    PLACES * MESSAGES, all, noticed);
	/* A place costs the messages of its page, not all of them. */
	assert_true(kept > PLACES * MESSAGES * 6 / 10);
	assert_true(all < PLACES && noticed > 0);
	free(good);
	free(name);
}

/* Found while running: the commit fails, the next start salvages. */
static void
test_while_running(void **state)
{
	struct db_kit *k = *state;
	const char *path = tmpdir_path(k->dir, "earshot.db");
	uint8_t junk[4096];
	struct stat st;
	char *name = strdup(path);
	int err = 0;

	fill(k);
	db_kit_reopen(k);
	assert_null(k->error);
	memset(junk, 0xa5, sizeof(junk));
	assert_int_equal(stat(name, &st), 0);
	int fd = open(name, O_WRONLY);
	/* But for what opening has read, all is gone. */
	for (off_t at = 8 * 4096; at < st.st_size; at += 4096)
		assert_int_equal(pwrite(fd, junk, 4096, at), 4096);
	close(fd);
	for (unsigned i = 0; i < 50 && err == 0; i++) {
		struct change c = db_kit_deliver(1, 3 * i, DELIVERY_DELIVERED);
		db_kit_add(k, &c);
		c = db_kit_theirs(k, 1 + i % 3, 80000 + i, "one more");
		db_kit_add(k, &c);
		err = db_kit_try_commit(k);
	}
	assert_int_equal(err, ERR_FORMAT);
	assert_non_null(strstr(k->error, "is damaged"));
	db_kit_reopen(k);
	assert_non_null(k->error);
	assert_non_null(strstr(k->error, "earshot.db.corrupt-1"));
	struct change c = db_kit_theirs(k, 1, 90000, "and on it goes");
	db_kit_add(k, &c);
	db_kit_commit(k);
	free(name);
}

/* By who only looks, or by nobody. */
static void
test_found_late(void **state)
{
	struct db_kit *k = *state;
	uint8_t junk[4096];
	struct saved_page page;
	struct fp fp = db_kit_fp(1);
	struct stat st;
	char *name = strdup(tmpdir_path(k->dir, "earshot.db"));
	char *marked = strdup(tmpdir_path(k->dir, "earshot.db.damaged"));

	fill(k);
	memset(junk, 0xa5, sizeof(junk));
	for (int round = 0; round < 2; round++) {
		db_kit_reopen(k);
		assert_int_equal(stat(name, &st), 0);
		int fd = open(name, O_WRONLY);
		for (off_t at = 8 * 4096; at < st.st_size; at += 4096)
			assert_int_equal(pwrite(fd, junk, 4096, at), 4096);
		close(fd);
		if (round == 0)
			assert_int_not_equal(
			    db_page(k->db, &fp, INT64_MAX, 500, &page), 0);
		else
			for (int i = 0; i < 5; i++)
				db_maintain(k->db,
				    (struct now){ .mono_ms = 100000 * i });
		assert_true(tmpdir_exists(marked));
		db_kit_reopen(k);
		assert_non_null(k->error);
		assert_false(tmpdir_exists(marked));
		/* New messages, which nobody has looked at yet. */
		for (unsigned n = 1; n <= MESSAGES; n++) {
			struct change c =
			    db_kit_theirs(k, 1, 20000 + n, "to be indexed");
			db_kit_add(k, &c);
		}
		db_kit_commit(k);
	}
	free(name);
	free(marked);
}

static void
test_no_database(void **state)
{
	struct db_kit *k = *state;
	static const char *const files[] = { "not a database, but long enough "
					     "to look like a header of one...."
					     "................................",
		"short" };

	for (unsigned i = 0; i < 2; i++) {
		char want[32];
		db_kit_close(k);
		tmpdir_write(tmpdir_path(k->dir, "earshot.db"), files[i],
		    strlen(files[i]), 0600);
		db_kit_open(k);
		assert_non_null(k->error);
		snprintf(want, sizeof(want), "earshot.db.corrupt-%u", i + 1);
		char *kept = tmpdir_read(tmpdir_path(k->dir, want));
		assert_string_equal(kept, files[i]);
		free(kept);
	}
}

/* The newest messages were in no count and in no index yet. */
static void
test_unbooked(void **state)
{
	struct db_kit *k = *state;

	for (unsigned n = 1; n <= 9; n++) {
		struct change c = n % 3 == 0 ? db_kit_ours(k, 1, n, "ours")
					     : db_kit_theirs(k, 1, n, "theirs");
		db_kit_add(k, &c);
		db_kit_commit(k);
	}
	db_kit_close(k);
	mark(k);
	db_kit_open(k);
	assert_non_null(strstr(k->error, "9 messages and 1 contacts"));
	struct saved saved = db_kit_load(k);
	assert_true(saved.pins[0].received_seq == 8);
	assert_int_equal(saved.convs[0].unread, 6);
	assert_int_equal(saved.convs[0].last_row, 9);
	assert_int_equal(saved.outbox_count, 3);
	saved_clear(&saved);
	struct change d = db_kit_deliver(1, 9, DELIVERY_DELIVERED);
	db_kit_add(k, &d);
	db_kit_commit(k);
	saved = db_kit_load(k);
	assert_int_equal(saved.outbox_count, 2);
	saved_clear(&saved);
}

/* Killed between the two names. */
static void
test_half_salvaged(void **state)
{
	struct db_kit *k = *state;

	fill(k);
	db_kit_close(k);
	char *from = strdup(tmpdir_path(k->dir, "earshot.db"));
	char *to = strdup(tmpdir_path(k->dir, "earshot.db.salvaged"));
	mark(k);
	assert_int_equal(rename(from, to), 0);
	db_kit_open(k);
	assert_null(k->error);
	assert_int_equal(count_true(k), MESSAGES);
	assert_false(tmpdir_exists(tmpdir_path(k->dir, "earshot.db.damaged")));
	free(from);
	free(to);
}

int
main(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, db_kit_setup, db_kit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_whole),
		TEST(test_random_places),
		TEST(test_while_running),
		TEST(test_found_late),
		TEST(test_no_database),
		TEST(test_half_salvaged),
		TEST(test_unbooked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
