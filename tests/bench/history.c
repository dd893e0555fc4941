/* SPDX-License-Identifier: MIT */
/*
 * A long history, filled as a running earshot fills it.
 *
 *   history HOME COUNT TEXT [CONTACTS]
 *
 * puts COUNT messages into the database of HOME, and their texts, a line each,
 * into a file. Words follow Zipf's law, as in what people write, and so do the
 * conversations: the first has a fifth of it; the last has one message in
 * RARE_ONE.
 */
#include "history.h"
#include "base/mem.h"
#include "store/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	TEXT_SIZE = 512,
	PER_COMMIT = 2000,
	RESTS_MAX = 10000000,
	APART_MS = 60000,
	WORDS_LEAST = 4,
	WORDS_MORE = 12,
	RARE_ONE = 50000,
};

/* One minute between two: a million are two years, up to this. */
static const int64_t last_ms = INT64_C(1795000000000);

struct zipf {
	double *upto;
	unsigned count;
};

static uint32_t
roll(uint64_t *dice)
{
	*dice ^= *dice << 13;
	*dice ^= *dice >> 7;
	*dice ^= *dice << 17;
	return (uint32_t)(*dice >> 32);
}

static struct zipf
zipf_new(unsigned count)
{
	struct zipf z = { xcalloc(count, sizeof(*z.upto)), count };
	double sum = 0;

	for (unsigned i = 0; i < count; i++) {
		sum += 1.0 / (i + 1);
		z.upto[i] = sum;
	}
	return z;
}

static unsigned
zipf_pick(const struct zipf *z, uint64_t *dice)
{
	double at = roll(dice) / 4294967296.0 * z->upto[z->count - 1];
	unsigned first = 0, last = z->count - 1;

	while (first < last) {
		unsigned middle = (first + last) / 2;
		if (z->upto[middle] <= at)
			first = middle + 1;
		else
			last = middle;
	}
	return first;
}

static size_t
compose(const struct zipf *words, uint64_t *dice, char out[static TEXT_SIZE])
{
	unsigned count = WORDS_LEAST + roll(dice) % WORDS_MORE;
	size_t n = 0;

	for (unsigned i = 0; i < count; i++) {
		char word[HISTORY_WORD_SIZE];
		history_word(zipf_pick(words, dice), word);
		n += (size_t)snprintf(
		    out + n, TEXT_SIZE - n, "%s%s", i > 0 ? " " : "", word);
	}
	if (roll(dice) % 50 == 0)
		n += (size_t)snprintf(out + n, TEXT_SIZE - n,
		    " https://example.org/%u", (unsigned)roll(dice));
	return n;
}

static void
commit(struct db *db)
{
	char *error;

	if (db_commit(db, &error) == 0)
		return;
	fprintf(stderr, "%s\n", error);
	exit(EXIT_FAILURE);
}

static void
add_contacts(struct db *db, unsigned count)
{
	for (unsigned who = 1; who <= count; who++) {
		char name[32];
		struct pin pin = { .fp = history_fp(who),
			.trust = TRUST_PINNED,
			.answered = true,
			.name = name };
		snprintf(name, sizeof(name), "contact%u", who);
		db_apply(
		    db, &(struct change){
			    .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin });
	}
}

static void
add_message(
    struct db *db, int64_t row, int64_t at_ms, unsigned who, const char *text)
{
	bool mine = row % 2 != 0;
	struct change c = {
		.kind = CHANGE_MESSAGE,
		.fp = history_fp(who),
		.row = row,
		.seq = (uint64_t)row,
		.mine = mine,
		.keep = true,
		.message = MESSAGE_TEXT,
		.sent_ms = at_ms,
		.arrived_ms = at_ms,
		.delivery = mine ? DELIVERY_DELIVERED : DELIVERY_NONE,
		.text = text,
		.size = strlen(text),
	};

	memcpy(c.id.b, &row, sizeof(row));
	db_apply(db, &c);
}

static void
rest(struct db *db)
{
	struct now now = { .wall_ms = last_ms };

	for (int i = 0; i < RESTS_MAX && now.mono_ms < NEVER_MS; i++)
		now.mono_ms = db_maintain(db, now);
}

static void
fill(struct db *db, int64_t count, unsigned contacts, FILE *file)
{
	struct zipf words = zipf_new(HISTORY_WORDS);
	struct zipf people = zipf_new(contacts - 1);
	uint64_t dice = UINT64_C(88172645463325252);
	char text[TEXT_SIZE];

	add_contacts(db, contacts);
	for (int64_t row = 1; row <= count; row++) {
		unsigned who = row % RARE_ONE == 0
				   ? contacts
				   : 1 + zipf_pick(&people, &dice);
		compose(&words, &dice, text);
		add_message(
		    db, row, last_ms - (count - row) * APART_MS, who, text);
		fprintf(file, "%s\n", text);
		if (row % PER_COMMIT == 0)
			commit(db);
	}
	commit(db);
	rest(db);
	free(words.upto);
	free(people.upto);
}

int
main(int argc, char **argv)
{
	struct db_cfg cfg = { .wall_ms = last_ms, .quota_mib = 1000000 };
	struct home home;
	struct db *db;
	char *error = NULL;

	if (argc != 4 && argc != 5) {
		fputs("history HOME COUNT TEXT [CONTACTS]\n", stderr);
		return 2;
	}
	unsigned contacts =
	    argc == 5 ? (unsigned)strtoul(argv[4], NULL, 10) : HISTORY_CONTACTS;
	FILE *file = fopen(argv[3], "w");
	if (file == NULL || home_open(&home, argv[1], &error) != 0 ||
	    db_open(&db, &home, &cfg, &error) != 0) {
		fprintf(stderr, "history: %s\n", error);
		return EXIT_FAILURE;
	}
	fill(db, strtoll(argv[2], NULL, 10), contacts, file);
	db_close(db);
	home_close(&home);
	return fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
