/* SPDX-License-Identifier: MIT */
/*
 * IP Messenger in the engine, with its machine: what strangers can do to us
 * with well-formed packets.
 */
#include "core/engine_state.h"
#include "core/ipmsg_line.h"
#include "core/legacy.h"
#include "core/transfer.h"
#include "engine_kit.h"
#include "proto/ipmsg.h"
#include "start_sodium.h"

#include "base/buf.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	ENTRY = IPMSG_BR_ENTRY,
	SAY = IPMSG_SENDMSG | IPMSG_SENDCHECK,
	OFFER = SAY | IPMSG_FILEATTACH,
	SHOUT = IPMSG_SENDMSG | IPMSG_BROADCAST,
	PACKET_SIZE = 65000,
};

static struct ekit k;
static uint32_t udp, tcp;

static void
set(const char *line)
{
	ekit_do(&k, &(struct command){ .kind = COMMAND_SET,
			.conv = CONV_NEARBY,
			.on = true,
			.text = (char *)(uintptr_t)line });
}

static void
switch_on(void)
{
	k.ports.listen_count = 0;
	set("ipmsg on");
	for (size_t i = 0; i < k.ports.listen_count; i++) {
		const struct effect *l = &k.ports.listens[i];
		if (l->transport == CARRIER_UDP)
			udp = l->token;
		else
			tcp = l->token;
		engine_listening(k.engine, k.now, l->token, l->port, 0);
		ekit_drain(&k);
	}
	assert_true(ipmsg_line_is_on(k.engine));
}

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 1);
	switch_on();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

/* "|" in the text is a NUL. */
static void
hear(uint32_t host, unsigned number, const char *user, unsigned command,
    const char *text)
{
	char *packet = xmalloc(PACKET_SIZE);
	int n = snprintf(packet, PACKET_SIZE, "1:%u:%s:pc1:%u:%s", number, user,
	    command, text);

	assert_true(n > 0 && n < PACKET_SIZE);
	for (int i = 0; i < n; i++)
		if (packet[i] == '|')
			packet[i] = '\0';
	struct port_input in = {
		.from = ekit_addr(host),
		.bytes = (const uint8_t *)packet,
		.size = (size_t)n + 1,
	};
	in.from.port = IPMSG_PORT;
	engine_datagram_at(k.engine, k.now, udp, &in);
	ekit_drain(&k);
	free(packet);
}

static const struct model *
model(void)
{
	return engine_model(k.engine);
}

static struct fp
fp_of(const char *handle)
{
	return legacy_fp(DIALECT_IPMSG, handle);
}

static size_t
count(const char *handle, enum message_kind kind)
{
	struct fp fp = fp_of(handle);
	const struct conv *c = model_conv_of(model(), &fp);
	size_t n = 0;

	if (c == NULL)
		return 0;
	for (uint64_t s = c->first_serial; s < c->next_serial; s++)
		n += conv_message(c, s)->kind == kind;
	return n;
}

/* Its program was started again and counts anew, and it says again what it got
 * no acknowledgement for. */
static void
what_comes_again_brings_no_second_offer(void **state)
{
	static const char text[] = "look|0:a.txt:5:65000000:1:\a";

	(void)state;
	hear(2, 9000, "ann", ENTRY, "ann");
	hear(2, 9001, "ann", OFFER, text);
	assert_int_equal(count("ann@pc1", MESSAGE_TEXT), 1);
	assert_int_equal(count("ann@pc1", MESSAGE_FILE), 1);
	hear(2, 1, "ann", ENTRY, "ann");
	hear(2, 9001, "ann", OFFER, text);
	assert_int_equal(count("ann@pc1", MESSAGE_TEXT), 1);
	assert_int_equal(count("ann@pc1", MESSAGE_FILE), 1);
	assert_int_equal(model()->transfer_count, 1);
}

/* Who only shouts comes in any number, and keeps nobody out. */
static void
those_who_shout_make_room(void **state)
{
	char user[16];

	(void)state;
	for (unsigned i = 0; i < IPMSG_HOSTS_MAX + 16; i++) {
		snprintf(user, sizeof(user), "u%u", i);
		hear(100 + i / 8, 5000 + i, user, SHOUT, "hear me");
	}
	struct fp fp = fp_of("ann@pc1");
	hear(2, 9000, "ann", ENTRY, "ann");
	assert_non_null(model_peer(model(), &fp));
	hear(2, 9001, "ann", SAY, "hello");
	assert_int_equal(count("ann@pc1", MESSAGE_TEXT), 1);
}

/* T10: files go to nobody who looks like a contact either, before the user
 * said that he means it. */
static void
t10_files_wait_for_consent_too(void **state)
{
	struct fp fp = fp_of("u7@pc1");
	struct command cmd = { .kind = COMMAND_SEND_FILES,
		.conv = CONV_NEARBY,
		.peer = fp,
		.text = (char *)(uintptr_t) "/etc/hostname" };

	(void)state;
	struct remote *ana = ekit_friend(&k, 2, "ana");
	remote_lose(&k, ana);
	hear(9, 9000, "u7", ENTRY | IPMSG_FILEATTACH, "ana");
	assert_true(
	    fp_equal(&model_peer(model(), &fp)->claims, &ana->end.identity.fp));
	ekit_do(&k, &cmd);
	assert_int_equal(k.counts[EFFECT_FILE_STAT], 0);
	const struct message *m = ekit_last(&k, NULL, MESSAGE_ERROR);
	assert_non_null(strstr(m->text, "may not be your contact"));
	ekit_do(&k,
	    &(struct command){ .kind = COMMAND_OPEN, .peer = fp, .on = true });
	ekit_do(&k, &cmd);
	assert_int_equal(k.counts[EFFECT_FILE_STAT], 1);
}

/* T42: whoever offers without end keeps nobody else from offering, and not us
 * from sending. */
static void
t42_offers_of_strangers_leave_room(void **state)
{
	struct buf list;
	char user[16], file[64];

	(void)state;
	buf_init(&list, PACKET_SIZE);
	buf_append(&list, "look|", 5);
	for (int i = 0; i < TRANSFERS_OFFERED_MAX; i++) {
		int n = snprintf(file, sizeof(file),
		    "%x:f%d:5:65000000:1:\a:", (unsigned)i, i);
		buf_append(&list, file, (size_t)n);
	}
	buf_append(&list, "", 1);
	for (unsigned i = 0; i < 8; i++) {
		snprintf(user, sizeof(user), "s%u", i);
		hear(30 + i, 9000, user, OFFER, (const char *)buf_data(&list));
	}
	buf_clear(&list);
	assert_in_range(model()->transfer_count, 1, TRANSFERS_STRANGE_MAX);
	hear(2, 9000, "ann", ENTRY | IPMSG_FILEATTACH, "ann");
	struct fp ann = fp_of("ann@pc1");
	ekit_do(&k, &(struct command){ .kind = COMMAND_SAY,
			.peer = ann,
			.conv = CONV_NEARBY,
			.text = (char *)(uintptr_t) "hello" });
	hear(2, 9001, "ann", OFFER, "look|0:a.txt:5:65000000:1:\a");
	assert_int_equal(count("ann@pc1", MESSAGE_FILE), 1);
}

/* Blocked is blocked: what runs with them or is offered is over. */
static void
who_is_blocked_gets_no_files(void **state)
{
	struct fp ann = fp_of("ann@pc1");

	(void)state;
	hear(2, 9000, "ann", ENTRY, "ann");
	hear(2, 9001, "ann", OFFER, "look|0:a.txt:5:65000000:1:\a");
	assert_int_equal(model()->transfers[0]->state, TRANSFER_OFFERED);
	ekit_do(&k, &(struct command){
			.kind = COMMAND_BLOCK, .peer = ann, .on = true });
	assert_int_equal(model()->transfers[0]->state, TRANSFER_REFUSED);
	/* And is no contact with a key afterwards. */
	ekit_do(&k, &(struct command){ .kind = COMMAND_BLOCK, .peer = ann });
	assert_int_equal(model_peer(model(), &ann)->trust, TRUST_UNKNOWN);
}

/* T35: shouts cost their inventor nothing, so they do not fill the disk. */
static void
t35_shouts_of_strangers_are_not_all_stored(void **state)
{
	enum { SIZE = 60000, SHOUTS = 200 };
	char user[16], *text = xmalloc(SIZE + 1);
	size_t bytes = 0;

	(void)state;
	memset(text, 'x', SIZE);
	text[SIZE] = '\0';
	for (unsigned i = 0; i < SHOUTS; i++) {
		snprintf(user, sizeof(user), "u%u", i);
		hear(1000 + i, 5000, user, SHOUT, text);
		ekit_pass(&k, 100);
	}
	free(text);
	for (size_t i = 0; i < k.store.row_count; i++)
		bytes += k.store.rows[i].change.size +
			 k.store.rows[i].change.raw_size;
	assert_in_range(bytes, 2 * SIZE, 2 * LEGACY_SHOUT_BYTES_MAX);
}

/* Each name may nudge once in a while, but there is no end of names. */
static void
a_crowd_nudges_a_few_times(void **state)
{
	char user[16];

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		snprintf(user, sizeof(user), "u%u", i);
		hear(50 + i, 5000, user, ENTRY, user);
		hear(50 + i, 5001, user, IPMSG_FEIQ_SHAKE, "");
	}
	size_t lines = ekit_count(&k, NULL, MESSAGE_INFO, false);
	assert_in_range(lines, 1, 10);
}

static unsigned
let_in(uint32_t host, unsigned connections)
{
	struct addr from = ekit_addr(host);
	unsigned taken = 0;

	for (unsigned i = 0; i < connections; i++) {
		from.port = (uint16_t)(5000 + i);
		taken += engine_accepted_at(k.engine, k.now, tcp, &from) != 0;
		ekit_drain(&k);
	}
	return taken;
}

/* T30: a connection that says nothing costs its owner nothing. */
static void
t30_who_asks_for_nothing_leaves_room(void **state)
{
	(void)state;
	assert_int_equal(let_in(7, 2 * IPMSG_CONNS_MAX), 4);
	assert_int_equal(let_in(8, 1), 1);
	for (uint32_t host = 9; host < 60; host++)
		let_in(host, 4);
	assert_int_equal(k.engine->ipmsg_conns, IPMSG_CONNS_MAX / 2);
	ekit_pass(&k, 15000);
	assert_int_equal(k.engine->ipmsg_conns, 0);
}

/* The acknowledgement got lost, and we were started again. */
static void
what_comes_again_after_a_start_is_shown_once(void **state)
{
	struct fp ann = fp_of("ann@pc1");

	(void)state;
	hear(2, 1700000001, "ann", ENTRY, "ann");
	hear(2, 1700000002, "ann", SAY, "before");
	hear(2, 1700000003, "ann", SAY, "hello");
	ekit_restart(&k);
	switch_on();
	hear(2, 1700000003, "ann", SAY, "hello");
	uint32_t conv = model_peer(model(), &ann)->conv;
	ekit_do(&k, &(struct command){ .kind = COMMAND_OLDER, .conv = conv });
	ekit_pass(&k, 100);
	assert_int_equal(count("ann@pc1", MESSAGE_TEXT), 2);
}

static bool
acknowledged_last(void)
{
	const struct effect *l = &k.ports.last;
	char text[64];

	snprintf(text, sizeof(text), ":%d:", IPMSG_RECVMSG);
	return k.ports.datagrams > 0 && l->size < KIT_TALK_MAX &&
	       memmem(k.ports.bytes, l->size, text, strlen(text)) != NULL;
}

/* What is on the screen is not yet on the disk. */
static void
what_comes_again_is_not_acknowledged_before_the_commit(void **state)
{
	/* Longer than its acknowledgement (T20). */
	static const char text[] = "hello, this is a text of some length, and "
				   "of some more length";

	(void)state;
	hear(2, 9000, "ann", ENTRY, "ann");
	k.full = true;
	hear(2, 9001, "ann", SAY, text);
	assert_false(acknowledged_last());
	hear(2, 1, "ann", ENTRY, "ann");
	hear(2, 9001, "ann", SAY, text);
	assert_false(acknowledged_last());
	k.full = false;
	ekit_pass(&k, 3500);
	assert_int_equal(count("ann@pc1", MESSAGE_TEXT), 1);
	assert_true(acknowledged_last());
}

/* Who is forgotten gives way to others again, and is read as anybody. */
static void
who_is_forgotten_is_not_kept(void **state)
{
	struct ipmsg *m = ipmsg_line_machine(k.engine);
	struct fp ann = fp_of("ann@pc1");
	struct ipmsg_who who;
	char user[16];

	(void)state;
	hear(2, 9000, "ann", ENTRY, "ann");
	hear(2, 9001, "ann", SAY, "hello");
	ekit_do(&k, &(struct command){ .kind = COMMAND_ENCODING,
			.peer = ann,
			.on = true,
			.number = CHARSET_CP932 });
	assert_true(ipmsg_get(m, "ann@pc1", &who));
	assert_int_equal(who.charset, CHARSET_CP932);
	ekit_do(&k, &(struct command){ .kind = COMMAND_FORGET,
			.peer = ann,
			.conv = model_peer(model(), &ann)->conv,
			.on = true });
	assert_true(ipmsg_get(m, "ann@pc1", &who));
	assert_int_equal(who.charset, CHARSET_UTF8);
	for (unsigned i = 0; i < IPMSG_HOSTS_MAX; i++) {
		snprintf(user, sizeof(user), "u%u", i);
		ekit_pass(&k, 1);
		hear(100 + i / 8, 5000 + i, user, ENTRY, user);
	}
	assert_false(ipmsg_get(m, "ann@pc1", &who));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_comes_again_brings_no_second_offer, begin, end),
		cmocka_unit_test_setup_teardown(
		    those_who_shout_make_room, begin, end),
		cmocka_unit_test_setup_teardown(
		    t10_files_wait_for_consent_too, begin, end),
		cmocka_unit_test_setup_teardown(
		    t42_offers_of_strangers_leave_room, begin, end),
		cmocka_unit_test_setup_teardown(
		    who_is_blocked_gets_no_files, begin, end),
		cmocka_unit_test_setup_teardown(
		    t35_shouts_of_strangers_are_not_all_stored, begin, end),
		cmocka_unit_test_setup_teardown(
		    a_crowd_nudges_a_few_times, begin, end),
		cmocka_unit_test_setup_teardown(
		    t30_who_asks_for_nothing_leaves_room, begin, end),
		cmocka_unit_test_setup_teardown(
		    who_is_forgotten_is_not_kept, begin, end),
		cmocka_unit_test_setup_teardown(
		    what_comes_again_after_a_start_is_shown_once, begin, end),
		cmocka_unit_test_setup_teardown(
		    what_comes_again_is_not_acknowledged_before_the_commit,
		    begin, end),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
