/* SPDX-License-Identifier: MIT */
/*
 * Transfers between an engine, a wire that only takes notes, and files that
 * the test is.
 */
#include "base/mem.h"
#include "core/transfers.h"
#include "engine_kit.h"
#include "noted_wire.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CONN = 77, EFFECTS_KEPT = 64, MINUTE_MS = 60000 };

static struct ekit k;
static struct fp bob;

/* The files: effects since the last look. */
static struct {
	struct effect all[EFFECTS_KEPT];
	char text[EFFECTS_KEPT][64], name[EFFECTS_KEPT][64];
	size_t count;
} files;

static void
drain(void)
{
	struct effect ef;

	while (engine_next(k.engine, &ef)) {
		if (ef.kind == EFFECT_STORE)
			memstore_apply(&k.store, ef.change);
		if (ef.kind < EFFECT_FILE_STAT || ef.kind > EFFECT_SINK_CLOSE)
			continue;
		assert_true(files.count < EFFECTS_KEPT);
		files.all[files.count] = ef;
		snprintf(files.text[files.count], 64, "%s",
		    ef.text == NULL ? "" : ef.text);
		snprintf(files.name[files.count], 64, "%s",
		    ef.piece.name == NULL ? "" : ef.piece.name);
		files.count++;
	}
}

static const struct effect *
last_effect(enum effect_kind kind)
{
	assert_true(files.count > 0);
	const struct effect *ef = &files.all[files.count - 1];
	assert_int_equal(ef->kind, kind);
	return ef;
}

static int
begin(void **state)
{
	(void)state;
	memset(&wire, 0, sizeof(wire));
	memset(&files, 0, sizeof(files));
	ekit_init(&k, 1);
	bob = ekit_peer(&k, ekit_heard(&k, 1, "bob"))->fp;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

static const struct model *
model(void)
{
	return engine_model(k.engine);
}

static const struct conv *
conv(void)
{
	return model_conv_of(model(), &bob);
}

static const struct message *
last_line(void)
{
	return conv_message(conv(), conv()->next_serial - 1);
}

static void
command(enum command_kind kind, uint32_t number, const char *text)
{
	struct command cmd = { .kind = kind,
		.conv = conv() == NULL ? (uint32_t)CONV_NEARBY : conv()->id,
		.peer = bob,
		.number = number,
		.text = text == NULL ? NULL : xstrdup(text) };

	engine_command(k.engine, k.now, &cmd);
	drain();
}

static const struct transfer *
get(uint32_t id)
{
	const struct transfer *t = model_transfer(model(), id);

	assert_non_null(t);
	return t;
}

/* What happens outside of an input in these tests begins one. */
static void
input(void)
{
	effects_begin(k.engine, k.now);
}

static uint32_t
offer(const char *name, uint64_t size, uint64_t number)
{
	struct transfer_offer o = { .peer = bob,
		.dialect = DIALECT_IPMSG,
		.offer = number,
		.name = name,
		.size_known = true,
		.size = size,
		.files = 1 };

	input();
	uint32_t id = transfer_offered(k.engine, k.now, &o);
	drain();
	return id;
}

static bool
start(uint32_t id, uint64_t offset)
{
	input();
	bool taken = transfer_started(k.engine, k.now, id, CONN, offset);
	drain();
	return taken;
}

static void
give(uint32_t id, enum file_piece_kind kind, size_t count)
{
	static const uint8_t zeros[FILE_PIECE_MAX];
	struct file_piece p = { .kind = (uint8_t)kind, .name = "x" };

	if (kind == FILE_PIECE_BYTES)
		p = (struct file_piece){
			.kind = (uint8_t)kind, .bytes = zeros, .count = count
		};
	input();
	transfer_piece(k.engine, k.now, id, &p);
	drain();
}

static void
stop(uint32_t id, enum transfer_state how, const char *reason)
{
	input();
	transfer_ended(k.engine, k.now, id, how, reason);
	drain();
}

/* One of theirs that runs. */
static uint32_t
running(uint64_t size)
{
	uint32_t id = offer("a.txt", size, 5);

	command(COMMAND_GET, id, NULL);
	assert_int_equal(get(id)->state, TRANSFER_ACCEPTED);
	assert_true(start(id, 0));
	assert_int_equal(get(id)->state, TRANSFER_RUNNING);
	return id;
}

/* One of ours that was offered. */
static uint32_t
sent(const char *name, uint64_t size, bool folder)
{
	struct file_info info = {
		.name = name, .size = size, .files = 1, .folder = folder
	};

	command(COMMAND_SEND_FILES, 0, "~/x\n");
	engine_file_stat(
	    k.engine, k.now, last_effect(EFFECT_FILE_STAT)->token, &info, NULL);
	drain();
	return model()->transfers[model()->transfer_count - 1]->id;
}

static void
theirs_from_offer_to_file(void **state)
{
	(void)state;
	uint32_t id = offer("../a.txt", 5, 5);
	/* It is seen, counts as unread, and nothing is taken by itself. */
	assert_string_equal(get(id)->name, "___a.txt");
	assert_int_equal(last_line()->kind, MESSAGE_FILE);
	assert_int_equal(last_line()->transfer, id);
	assert_string_equal(last_line()->text, "file ___a.txt, 5 B");
	assert_int_equal(conv()->unread, 1);
	assert_int_equal(wire.fetches, 0);
	assert_int_equal(files.count, 0);
	command(COMMAND_GET, 0, "~/inbox");
	assert_int_equal(wire.fetches, 1);
	assert_true(start(id, 0));
	const struct effect *ef = last_effect(EFFECT_SINK_OPEN);
	assert_string_equal(files.text[files.count - 1], "~/inbox");
	assert_string_equal(files.name[files.count - 1], "___a.txt");
	assert_int_equal(ef->piece.kind, FILE_PIECE_FILE);
	assert_int_equal(ef->piece.size, 5);
	assert_true(ef->on);
	give(id, FILE_PIECE_BYTES, 3);
	give(id, FILE_PIECE_BYTES, 2);
	assert_int_equal(last_effect(EFFECT_SINK_PIECE)->piece.count, 2);
	assert_int_equal(get(id)->done, 5);
	give(id, FILE_PIECE_END, 0);
	assert_true(last_effect(EFFECT_SINK_CLOSE)->on);
	/* It is not done before it is on the disk. */
	assert_int_equal(get(id)->state, TRANSFER_RUNNING);
	engine_sink(k.engine, k.now, id, "/home/me/inbox/___a.txt", "Note");
	drain();
	assert_int_equal(get(id)->state, TRANSFER_DONE);
	assert_string_equal(get(id)->path, "/home/me/inbox/___a.txt");
	assert_string_equal(get(id)->note, "Note");
	assert_int_equal(wire.stops, 0);
	/* What comes late changes nothing. */
	stop(id, TRANSFER_FAILED, "late");
	give(id, FILE_PIECE_BYTES, 1);
	assert_int_equal(get(id)->state, TRANSFER_DONE);
	command(COMMAND_GET, id, NULL);
	assert_int_equal(last_line()->kind, MESSAGE_ERROR);
}

static void
a_closed_connection_ends_a_whole_file(void **state)
{
	(void)state;
	uint32_t id = running(5);
	give(id, FILE_PIECE_BYTES, 5);
	stop(id, TRANSFER_FAILED, "closed");
	assert_true(last_effect(EFFECT_SINK_CLOSE)->on);
	/* A path is what the disk says. */
	engine_sink(k.engine, k.now, id, "/e\xcc\x81\xff/a.txt", NULL);
	drain();
	assert_int_equal(get(id)->state, TRANSFER_DONE);
	assert_string_equal(get(id)->path, "/e\xcc\x81\xff/a.txt");
	/* One without bytes is whole when it begins. */
	id = running(0);
	stop(id, TRANSFER_FAILED, "closed");
	assert_true(last_effect(EFFECT_SINK_CLOSE)->on);
}

static void
t39_short_and_long(void **state)
{
	(void)state;
	uint32_t id = running(5);
	give(id, FILE_PIECE_BYTES, 4);
	stop(id, TRANSFER_FAILED, "gone");
	assert_false(last_effect(EFFECT_SINK_CLOSE)->on);
	assert_int_equal(get(id)->state, TRANSFER_FAILED);
	assert_string_equal(get(id)->reason, "gone");
	id = running(5);
	give(id, FILE_PIECE_BYTES, 5);
	size_t before = files.count;
	give(id, FILE_PIECE_BYTES, 1);
	assert_int_equal(files.count, before + 1);
	assert_false(last_effect(EFFECT_SINK_CLOSE)->on);
	assert_int_equal(get(id)->state, TRANSFER_FAILED);
	assert_int_equal(wire.stops, 1);
}

static void
a_sink_that_fails_stops_the_wire(void **state)
{
	(void)state;
	uint32_t id = running(5);
	engine_sink(k.engine, k.now, id, NULL, "the disk is full");
	drain();
	assert_int_equal(get(id)->state, TRANSFER_FAILED);
	assert_string_equal(get(id)->reason, "the disk is full");
	assert_int_equal(wire.stops, 1);
	/* It can be asked for once more. */
	command(COMMAND_GET, id, NULL);
	assert_int_equal(get(id)->state, TRANSFER_ACCEPTED);
	assert_int_equal(wire.fetched_from, 0);
}

static void
paused_goes_on_where_it_was(void **state)
{
	(void)state;
	uint32_t id = running(5);
	give(id, FILE_PIECE_BYTES, 2);
	size_t before = files.count;
	stop(id, TRANSFER_PAUSED, "cut");
	assert_int_equal(get(id)->state, TRANSFER_PAUSED);
	assert_int_equal(files.count, before);
	command(COMMAND_GET, id, NULL);
	assert_int_equal(wire.fetched_from, 2);
	assert_true(start(id, 2));
	assert_int_equal(files.count, before);
	assert_int_equal(get(id)->done, 2);
	/* The other end begins anew: what is there is thrown away. */
	stop(id, TRANSFER_PAUSED, NULL);
	command(COMMAND_GET, id, NULL);
	assert_true(start(id, 0));
	assert_int_equal(files.all[before].kind, EFFECT_SINK_CLOSE);
	assert_false(files.all[before].on);
	last_effect(EFFECT_SINK_OPEN);
	assert_int_equal(get(id)->done, 0);
	/* From nowhere else. */
	stop(id, TRANSFER_PAUSED, NULL);
	command(COMMAND_GET, id, NULL);
	assert_false(start(id, 3));
}

static void
refused_cancelled_and_withdrawn(void **state)
{
	(void)state;
	uint32_t id = offer("a", 5, 1);
	command(COMMAND_REFUSE, id, NULL);
	assert_int_equal(get(id)->state, TRANSFER_REFUSED);
	assert_int_equal(wire.refusals, 1);
	command(COMMAND_GET, id, NULL);
	assert_int_equal(get(id)->state, TRANSFER_REFUSED);
	id = running(5);
	command(COMMAND_REFUSE, id, NULL);
	assert_int_equal(get(id)->state, TRANSFER_RUNNING);
	command(COMMAND_STOP, id, NULL);
	assert_int_equal(get(id)->state, TRANSFER_CANCELLED);
	assert_int_equal(wire.stops, 1);
	assert_false(last_effect(EFFECT_SINK_CLOSE)->on);
	command(COMMAND_STOP, id, NULL);
	assert_int_equal(last_line()->kind, MESSAGE_ERROR);
	command(COMMAND_STOP, 999, NULL);
	assert_int_equal(last_line()->kind, MESSAGE_ERROR);
	id = offer("b", 5, 2);
	input();
	transfer_withdrawn(
	    k.engine, k.now, id, TRANSFER_CANCELLED, "withdrawn");
	drain();
	assert_int_equal(get(id)->state, TRANSFER_CANCELLED);
	id = sent("c", 5, false);
	command(COMMAND_STOP, id, NULL);
	assert_int_equal(get(id)->state, TRANSFER_CANCELLED);
	assert_int_equal(wire.refusals, 2);
	assert_false(start(id, 0));
}

static void
ours_from_path_to_done(void **state)
{
	(void)state;
	uint32_t id = sent("a.txt", 5, false);
	assert_int_equal(wire.offered, 1);
	assert_string_equal(last_line()->text, "file a.txt, 5 B");
	assert_true(last_line()->mine);
	assert_int_equal(conv()->unread, 0);
	assert_true(start(id, 2));
	const struct effect *ef = last_effect(EFFECT_SOURCE_OPEN);
	assert_int_equal(ef->token, id);
	assert_int_equal(ef->conn, CONN);
	assert_int_equal(ef->offset, 2);
	assert_int_equal(ef->piece.size, 5);
	assert_string_equal(files.text[files.count - 1], "~/x");
	/* One at a time. */
	assert_false(start(id, 0));
	static const uint8_t bytes[3];
	struct file_piece p = {
		.kind = FILE_PIECE_BYTES, .bytes = bytes, .count = sizeof(bytes)
	};
	engine_source(k.engine, k.now, id, &p);
	drain();
	assert_int_equal(wire.pieces, 1);
	assert_int_equal(get(id)->done, 5);
	p = (struct file_piece){ .kind = FILE_PIECE_NOTE,
		.name = "a.txt changed" };
	engine_source(k.engine, k.now, id, &p);
	drain();
	assert_int_equal(wire.pieces, 1);
	assert_string_equal(get(id)->note, "a.txt changed");
	p = (struct file_piece){ .kind = FILE_PIECE_END };
	engine_source(k.engine, k.now, id, &p);
	drain();
	assert_int_equal(wire.last, FILE_PIECE_END);
	assert_int_equal(get(id)->state, TRANSFER_RUNNING);
	stop(id, TRANSFER_DONE, NULL);
	assert_int_equal(get(id)->state, TRANSFER_DONE);
	assert_false(start(id, 0));
}

static void
a_source_that_fails(void **state)
{
	(void)state;
	uint32_t id = sent("a.txt", 5, false);
	assert_true(start(id, 0));
	struct file_piece p = { .kind = FILE_PIECE_ERROR,
		.name = "a.txt became shorter" };
	engine_source(k.engine, k.now, id, &p);
	drain();
	assert_int_equal(wire.last, FILE_PIECE_ERROR);
	assert_int_equal(get(id)->state, TRANSFER_FAILED);
	assert_string_equal(get(id)->reason, "a.txt became shorter");
	/* They may ask again. */
	assert_true(start(id, 0));
	/* And an answer to what was closed is nobody's. */
	stop(id, TRANSFER_PAUSED, NULL);
	last_effect(EFFECT_SOURCE_CLOSE);
	unsigned pieces = wire.pieces;
	engine_source(k.engine, k.now, id, &p);
	drain();
	assert_int_equal(wire.pieces, pieces);
	assert_int_equal(get(id)->state, TRANSFER_PAUSED);
}

static void
all_or_nothing(void **state)
{
	(void)state;
	struct file_info info = { .name = "a", .size = 1, .files = 1 };
	command(COMMAND_SEND_FILES, 0, "a\nb\nc\n");
	assert_int_equal(files.count, 3);
	uint32_t tokens[3];
	for (size_t i = 0; i < 3; i++)
		tokens[i] = files.all[i].token;
	engine_file_stat(k.engine, k.now, tokens[0], &info, NULL);
	drain();
	assert_int_equal(wire.offers, 0);
	engine_file_stat(k.engine, k.now, tokens[2], NULL, "c: not there");
	drain();
	engine_file_stat(k.engine, k.now, tokens[1], &info, NULL);
	drain();
	assert_int_equal(wire.offers, 0);
	assert_int_equal(model()->transfer_count, 0);
	/* All of them in one message. */
	command(COMMAND_SEND_FILES, 0, "a\nb\n");
	for (size_t i = 3; i < 5; i++) {
		engine_file_stat(
		    k.engine, k.now, files.all[i].token, &info, NULL);
		drain();
	}
	assert_int_equal(wire.offers, 1);
	assert_int_equal(wire.offered, 2);
	/* The wire does not want them: nothing of it stays. */
	wire.no_offer = "no";
	command(COMMAND_SEND_FILES, 0, "a\n");
	engine_file_stat(k.engine, k.now, files.all[5].token, &info, NULL);
	drain();
	assert_int_equal(model()->transfer_count, 2);
	assert_int_equal(last_line()->kind, MESSAGE_ERROR);
}

static void
what_is_not_sent(void **state)
{
	(void)state;
	struct command cmd = { .kind = COMMAND_SEND_FILES,
		.conv = CONV_NEARBY,
		.text = xstrdup("a\n") };
	engine_command(k.engine, k.now, &cmd);
	cmd = (struct command){ .kind = COMMAND_SEND_FILES,
		.conv = CONV_NEARBY,
		.peer = k.identity.fp,
		.text = xstrdup("a\n") };
	drain();
	engine_command(k.engine, k.now, &cmd);
	drain();
	wire.cannot = "cannot";
	command(COMMAND_SEND_FILES, 0, "a\n");
	wire.cannot = NULL;
	char many[3 * (TRANSFER_PATHS_MAX + 1) + 1] = "";
	for (size_t i = 0; i <= TRANSFER_PATHS_MAX; i++)
		memcpy(many + 2 * i, "a\n", 3);
	command(COMMAND_SEND_FILES, 0, many);
	assert_int_equal(files.count, 0);
	/* Nor while too many are looked at. */
	for (unsigned i = 0; i < SENDINGS_MAX + 1; i++)
		command(COMMAND_SEND_FILES, 0, "a\n");
	assert_int_equal(files.count, SENDINGS_MAX);
	/* It cannot be sent any more when it has been looked at. */
	wire.cannot = "cannot";
	struct file_info info = { .name = "a", .size = 1, .files = 1 };
	engine_file_stat(k.engine, k.now, files.all[0].token, &info, NULL);
	drain();
	assert_int_equal(wire.offers, 0);
	assert_int_equal(model()->transfer_count, 0);
}

static void
expect_answer_to(const char *line)
{
	struct effect ef;
	unsigned count = 0;

	while (engine_next(k.engine, &ef)) {
		if (ef.kind != EFFECT_MESSAGE && ef.kind != EFFECT_NOTICE)
			continue;
		assert_string_equal(ef.line == NULL ? "" : ef.line, line);
		count++;
	}
	assert_int_equal(count, 1);
}

static void
a_late_answer_names_its_line(void **state)
{
	struct file_info info = { .name = "a", .size = 1, .files = 1 };

	(void)state;
	wire.no_offer = "no";
	for (size_t i = 0; i < 4; i++) {
		char typed[] = "/send a";
		struct command cmd = { .kind = COMMAND_SEND_FILES,
			.conv = i % 2 == 0 ? CONV_NEARBY : CONV_ASIDE,
			.peer = bob,
			.text = xstrdup("a\n"),
			.line = typed };
		engine_command(k.engine, k.now, &cmd);
		drain();
		memset(typed, 'x', sizeof(typed) - 1);
		engine_file_stat(k.engine, k.now,
		    last_effect(EFFECT_FILE_STAT)->token, i < 2 ? &info : NULL,
		    i < 2 ? NULL : "not there");
		expect_answer_to("/send a");
		cmd.kind = COMMAND_GET;
		engine_command(k.engine, k.now, &cmd);
		expect_answer_to("");
	}
}

static void
nothing_moves(void **state)
{
	(void)state;
	uint32_t id = running(1000000);
	k.now.mono_ms += TRANSFER_IDLE_MS - 1;
	engine_tick(k.engine, k.now);
	drain();
	/* An empty file is something. */
	give(id, FILE_PIECE_FILE, 0);
	int64_t begun = k.now.mono_ms;
	while (get(id)->state == TRANSFER_RUNNING &&
	       k.now.mono_ms - begun < 2 * TRANSFER_IDLE_MS) {
		int64_t at = engine_deadline(k.engine);
		assert_true(at > k.now.mono_ms);
		k.now.mono_ms = at;
		engine_tick(k.engine, k.now);
		drain();
	}
	assert_int_equal(get(id)->state, TRANSFER_FAILED);
	assert_int_equal(k.now.mono_ms - begun, TRANSFER_IDLE_MS);
	assert_int_equal(wire.stops, 1);
}

static void
speed(void **state)
{
	(void)state;
	uint32_t id = running(UINT64_C(10) * FILE_PIECE_MAX);
	assert_int_equal(transfer_left_s(get(id)), -1);
	uint64_t revision = model()->revision;
	/* More often than people look, nothing is drawn. */
	give(id, FILE_PIECE_BYTES, FILE_PIECE_MAX);
	assert_int_equal(model()->revision, revision);
	k.now.mono_ms += 1000;
	give(id, FILE_PIECE_BYTES, FILE_PIECE_MAX);
	assert_int_equal(get(id)->rate, 2 * FILE_PIECE_MAX);
	assert_int_equal(transfer_left_s(get(id)), 4);
	assert_true(model()->revision > revision);
}

static void
so_many_at_once(void **state)
{
	(void)state;
	uint32_t id = 0;
	unsigned taken = 0;
	for (unsigned i = 0; i < TRANSFERS_RUNNING_MAX + 4; i++) {
		id = offer("a", 5, i + 1);
		assert_int_not_equal(id, 0);
		command(COMMAND_GET, id, NULL);
		taken += get(id)->state == TRANSFER_ACCEPTED;
		k.now.mono_ms += MINUTE_MS / 2;
		/* Not idle. */
		for (size_t j = 0; j < model()->transfer_count; j++)
			model()->transfers[j]->moved_ms = k.now.mono_ms;
	}
	assert_int_equal(taken, TRANSFERS_RUNNING_MAX);
	assert_int_equal(last_line()->kind, MESSAGE_ERROR);
	id = sent("b", 1, false);
	assert_false(start(id, 0));
}

/* T42: so many questions in a minute, whatever the number of offers. */
static void
t42_offers(void **state)
{
	(void)state;
	unsigned shown = 0;
	for (unsigned i = 0; i < 100; i++)
		shown += offer("a", 5, i + 1) != 0;
	assert_int_equal(shown, TRANSFER_OFFERS_PER_MINUTE);
	assert_int_equal(model()->offers_refused, 97);
	assert_int_equal(conv()->unread, 3);
	k.now.mono_ms += MINUTE_MS;
	/* The files of one message are one question. */
	for (unsigned i = 0; i < 10; i++) {
		struct transfer_offer o = { .peer = bob,
			.message = { { 7 } },
			.name = "b",
			.size_known = true };
		input();
		shown += transfer_offered(k.engine, k.now, &o) != 0;
		drain();
	}
	assert_int_equal(shown, TRANSFER_OFFERS_PER_MINUTE + 10);
	/* And unanswered ones have a bound, however slowly they come. */
	for (unsigned i = 0; i < 100; i++) {
		k.now.mono_ms += MINUTE_MS;
		shown += offer("a", 5, 200 + i) != 0;
	}
	assert_int_equal(shown, TRANSFERS_OFFERED_MAX);
	assert_int_equal(files.count, 0);
	assert_int_equal(wire.fetches, 0);
}

static void
t42_strangers_blocked_and_unknown(void **state)
{
	(void)state;
	struct command cmd = { .kind = COMMAND_BLOCK,
		.conv = CONV_NEARBY,
		.peer = bob,
		.on = true };
	engine_command(k.engine, k.now, &cmd);
	drain();
	assert_int_equal(offer("a", 5, 1), 0);
	struct transfer_offer o = { .peer = { { 9 } }, .name = "x" };
	input();
	assert_int_equal(transfer_offered(k.engine, k.now, &o), 0);
	drain();
	assert_int_equal(model()->transfer_count, 0);
}

static void
the_table_has_an_end(void **state)
{
	(void)state;
	uint32_t first = 0, id = 0;
	for (unsigned i = 0; i < TRANSFERS_MAX + 10; i++) {
		k.now.mono_ms += MINUTE_MS;
		id = offer("a", 5, i + 1);
		assert_int_not_equal(id, 0);
		if (i == 0)
			first = id;
		command(COMMAND_REFUSE, id, NULL);
	}
	assert_int_equal(model()->transfer_count, TRANSFERS_MAX);
	assert_null(model_transfer(model(), first));
	assert_non_null(model_transfer(model(), id));
	/* The line of one that is gone stays a line. */
	assert_int_equal(
	    conv_message(conv(), conv()->first_serial)->kind, MESSAGE_FILE);
}

static void
who_is_forgotten_sends_nothing_more(void **state)
{
	(void)state;
	uint32_t id = running(5);
	struct command cmd = { .kind = COMMAND_FORGET,
		.conv = CONV_NEARBY,
		.peer = bob,
		.on = true };
	engine_command(k.engine, k.now, &cmd);
	drain();
	assert_int_equal(wire.stops, 1);
	assert_null(model_transfer(model(), id));
}

/* A dialect that cannot go on with them: they are history all the same. */
static void
what_is_remembered(void **state)
{
	(void)state;
	uint32_t done = running(5), open = running(6), over = running(7);
	const struct transfer *t = get(done);
	assert_true(t->row > 0 && get(open)->row > t->row);
	give(done, FILE_PIECE_BYTES, 5);
	give(done, FILE_PIECE_END, 0);
	engine_sink(k.engine, k.now, done, "/in/a.txt", NULL);
	drain();
	stop(over, TRANSFER_FAILED, "gone");
	memstore_commit(&k.store);
	engine_committed(k.engine, k.now, true, NULL);
	drain();
	int64_t row = get(open)->row;
	ekit_restart(&k);
	/* What was over is only in the history, what was not has failed. */
	assert_int_equal(model()->transfer_count, 1);
	t = get(open);
	assert_int_equal(t->state, TRANSFER_FAILED);
	assert_string_equal(t->reason, "earshot was ended meanwhile");
	assert_int_equal(t->row, row);
	struct saved saved;
	memstore_load(&k.store, &saved);
	assert_int_equal(saved.transfer_count, 0);
	assert_int_equal(saved.transfer_number, over);
	saved_clear(&saved);
	assert_int_equal(offer("next", 1, 9), over + 1);
}

static void
leaving_stops_all(void **state)
{
	(void)state;
	uint32_t id = running(5), other = offer("b", 5, 9);
	command(COMMAND_QUIT, 0, NULL);
	assert_int_equal(get(id)->state, TRANSFER_CANCELLED);
	assert_int_equal(get(other)->state, TRANSFER_REFUSED);
	bool closed = false;
	for (size_t i = 0; i < files.count; i++)
		closed |=
		    files.all[i].kind == EFFECT_SINK_CLOSE && !files.all[i].on;
	assert_true(closed);
}

static void
words(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = { { 0, "0 B" }, { 999, "999 B" }, { 1000, "1.0 kB" },
		{ 9999, "9.9 kB" }, { 10000, "10 kB" }, { 999999, "999 kB" },
		{ 1000000, "1.0 MB" }, { 1440000, "1.4 MB" },
		{ UINT64_C(5000000000), "5.0 GB" }, { UINT64_MAX, "18 EB" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char out[SIZE_TEXT_SIZE];
		assert_string_equal(
		    size_text(rows[i].bytes, out), rows[i].text);
	}
	uint32_t id = offer("photo.jpg   .exe", 1, 1);
	assert_string_equal(get(id)->name, "photo.jpg .exe");
	assert_string_equal(
	    last_line()->text, "file photo.jpg .exe, 1 B, a program (.exe)");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(theirs_from_offer_to_file),
		TEST(a_closed_connection_ends_a_whole_file),
		TEST(t39_short_and_long),
		TEST(a_sink_that_fails_stops_the_wire),
		TEST(paused_goes_on_where_it_was),
		TEST(refused_cancelled_and_withdrawn),
		TEST(ours_from_path_to_done),
		TEST(a_source_that_fails),
		TEST(all_or_nothing),
		TEST(what_is_not_sent),
		TEST(a_late_answer_names_its_line),
		TEST(nothing_moves),
		TEST(speed),
		TEST(so_many_at_once),
		TEST(t42_offers),
		TEST(t42_strangers_blocked_and_unknown),
		TEST(the_table_has_an_end),
		TEST(who_is_forgotten_sends_nothing_more),
		TEST(what_is_remembered),
		TEST(leaving_stops_all),
		TEST(words),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
