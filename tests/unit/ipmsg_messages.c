/* SPDX-License-Identifier: MIT */
/*
 * Texts of others: acknowledged once stored, shown once, sealed and opened,
 * offers, shouts, and questions.
 */
#include "base/err.h"
#include "ipmsg_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct kit_machine *me;
static struct addr bob, alice;

static int
setup(void **state)
{
	(void)state;
	me = kit_machine_new(1);
	bob = kit_host(2);
	alice = kit_host(3);
	kit_start(me);
	/* Who answered us has credit for what follows. */
	ipmsg_probe(me->m, kit_time(me), &bob);
	ipmsg_probe(me->m, kit_time(me), &alice);
	kit_hear_text(me, &bob, "1:1:bob:host3:90177539:Bob|Dev");
	kit_hear_text(me, &alice, "1:1:alice:host1:90177539:Alice|Dev");
	kit_run(me, me->now_ms + 3000);
	kit_forget(me);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	kit_machine_free(me);
	return 0;
}

static void
v10_v11_a_text_is_acknowledged_once_it_is_stored(void **state)
{
	(void)state;
	me->stores = false;
	kit_hear_text(me, &alice, "1:1700000010:alice:host1:288:Hello, world");
	const struct kit_event *text = kit_told(me, IPMSG_TEXT);
	assert_string_equal(text->text, "Hello, world");
	assert_string_equal(text->handle, "alice@host1");
	assert_false(text->e.sealed || text->e.shout || text->e.automatic);
	assert_int_equal(me->outs, 0);
	/* It comes again meanwhile: nothing. */
	kit_hear_text(me, &alice, "1:1700000010:alice:host1:288:Hello, world");
	assert_int_equal(me->outs, 0);
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 1);
	ipmsg_stored(me->m, kit_time(me), text->e.token);
	kit_pull(me);
	assert_int_equal(me->outs, 1);
	assert_int_equal(me->out[0].packet.command, IPMSG_RECVMSG);
	assert_true(kit_body_is(&me->out[0], "1700000010"));
	assert_true(addr_equal(&me->out[0].to, &alice));
	/* Again: acknowledged, not shown. */
	kit_hear_text(me, &alice, "1:1700000010:alice:host1:288:Hello, world");
	assert_int_equal(me->outs, 2);
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 1);
	assert_int_equal(ipmsg_counters(me->m)->duplicates, 2);
}

static void
what_was_refused_is_new_when_it_comes_again(void **state)
{
	(void)state;
	me->stores = false;
	kit_hear_text(me, &alice, "1:1700000010:alice:host1:288:Hello");
	ipmsg_refused(me->m, kit_told(me, IPMSG_TEXT)->e.token);
	kit_hear_text(me, &alice, "1:1700000010:alice:host1:288:Hello");
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 2);
	assert_int_equal(me->outs, 0);
	assert_true(msg_id_equal(&me->events[0].e.id, &me->events[1].e.id));
}

static void
w10_w11_w12_shapes_of_the_wild(void **state)
{
	static const char padded[] = "1:1700000110:alice:host1:288:again\0\0\0"
				     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

	(void)state;
	kit_hear_text(me, &alice, "1:1700000110:alice:host1:288:again");
	kit_hear(me, &alice, false, padded, sizeof(padded));
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 1);
	kit_hear(
	    me, &alice, false, "1:1700000111:alice:host1:288:no nul here", 40);
	assert_string_equal(me->events[1].text, "no nul here");
	kit_hear_text(me, &bob, "1:20260921123456789:bob:host3:288:big number");
	assert_true(kit_body_is(&me->out[me->outs - 1], "20260921123456789"));
}

static void
v12_v13_v14_texts_in_their_sets(void **state)
{
	struct addr zhang = kit_host(4), yamada = kit_host(5);

	(void)state;
	kit_hear_text(me, &alice,
	    "1:1700000012:alice:host1:25166112:line 1\n"
	    "zweite Zeile: süß\n三行目");
	assert_string_equal(
	    me->events[0].text, "line 1\nzweite Zeile: süß\n三行目");
	assert_int_equal(me->events[0].e.charset, CHARSET_UTF8);
	assert_true(me->events[0].e.utf8);
	kit_forget(me);
	kit_hear_text(me, &zhang,
	    "1:1700000013:zhang:PC-1:288:"
	    "\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7");
	const struct kit_event *text = kit_told(me, IPMSG_TEXT);
	assert_string_equal(text->text, "你好，世界");
	assert_int_equal(text->e.charset, CHARSET_GB18030);
	assert_int_equal(text->e.raw_size, 10);
	kit_forget(me);
	kit_hear_text(me, &yamada,
	    "1:1700000014:yamada:host2:288:"
	    "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd");
	text = kit_told(me, IPMSG_TEXT);
	assert_string_equal(text->text, "こんにちは");
	assert_int_equal(text->e.charset, CHARSET_CP932);
}

static void
w07_the_font_of_feiq_is_no_text(void **state)
{
	struct addr zhang = kit_host(4);

	(void)state;
	kit_hear_text(me, &zhang,
	    "1_lbt6_0#128#001122334455#0#0#0#4001#9:1700000107:zhang:PC-1:288:"
	    "\xc4\xe3\xba\xc3{/font;-13 0 0 0 400 0 0 0 134 0 0 0 0 "
	    "\xcb\xce\xcc\xe5 0;}");
	assert_string_equal(kit_told(me, IPMSG_TEXT)->text, "你好");
	assert_int_equal(kit_told(me, IPMSG_TEXT)->e.raw_size, 4);
	assert_int_equal(kit_count_sent(me, IPMSG_RECVMSG), 1);
}

static void
v15_v16_v17_a_seal_is_opened(void **state)
{
	(void)state;
	kit_hear_text(
	    me, &alice, "1:1700000015:alice:host1:1049376:for your eyes");
	const struct kit_event *text = kit_told(me, IPMSG_TEXT);
	assert_true(text->e.sealed);
	assert_false(text->e.locked);
	assert_int_equal(kit_count_sent(me, IPMSG_RECVMSG), 1);
	assert_int_equal(kit_count_sent(me, IPMSG_READMSG), 0);
	struct msg_id id = text->e.id;
	assert_int_equal(
	    ipmsg_opened(me->m, kit_time(me), "bob@host3", &id), ERR_FORMAT);
	assert_int_equal(
	    ipmsg_opened(me->m, kit_time(me), "alice@host1", &id), 0);
	kit_pull(me);
	const struct kit_out *notice = kit_sent(me, IPMSG_READMSG, 0);
	assert_true(kit_body_is(notice, "1700000015"));
	assert_int_equal(notice->packet.options, IPMSG_READCHECK);
	/* Again and again, the same, until it is confirmed. */
	kit_run(me, me->now_ms + 2300);
	assert_int_equal(kit_count_sent(me, IPMSG_READMSG), 4);
	char text_17[64];
	snprintf(text_17, sizeof(text_17), "1:1700000017:alice:host1:50:%llu",
	    (unsigned long long)notice->packet.number);
	kit_hear_text(me, &bob, "1:1700000017:bob:host3:50:1700000016");
	assert_null(kit_told(me, IPMSG_OPENED));
	kit_hear_text(me, &alice, text_17);
	assert_int_equal(kit_told(me, IPMSG_OPENED)->e.number, 1700000015);
	kit_run(me, me->now_ms + 20000);
	assert_int_equal(kit_count_sent(me, IPMSG_READMSG), 4);
}

static void
a_notice_is_sent_12_times_at_most(void **state)
{
	(void)state;
	kit_hear_text(me, &alice, "1:1700000015:alice:host1:1049376:x");
	struct msg_id id = kit_told(me, IPMSG_TEXT)->e.id;
	ipmsg_opened(me->m, kit_time(me), "alice@host1", &id);
	kit_run(me, me->now_ms + 60000);
	assert_int_equal(kit_count_sent(me, IPMSG_READMSG), 12);
	/* Without READCHECK nobody will confirm: once. */
	kit_forget(me);
	kit_hear_text(me, &alice, "1:1700000016:alice:host1:800:x");
	id = kit_told(me, IPMSG_TEXT)->e.id;
	assert_true(kit_told(me, IPMSG_TEXT)->e.sealed);
	ipmsg_opened(me->m, kit_time(me), "alice@host1", &id);
	kit_run(me, me->now_ms + 60000);
	assert_int_equal(kit_count_sent(me, IPMSG_READMSG), 1);
	assert_int_equal(kit_sent(me, IPMSG_READMSG, 0)->packet.options, 0);
}

static void
a_seal_is_opened_after_a_restart(void **state)
{
	(void)state;
	kit_hear_text(me, &alice, "1:1700000015:alice:host1:1049376:x");
	struct msg_id id = kit_told(me, IPMSG_TEXT)->e.id;
	kit_machine_free(me);
	me = kit_machine_new(1);
	kit_start(me);
	ipmsg_keep(me->m, kit_time(me), "alice@host1", NULL);
	assert_int_equal(
	    ipmsg_opened(me->m, kit_time(me), "alice@host1", &id), 0);
	kit_pull(me);
	assert_int_equal(me->outs, 0);
	kit_hear_text(me, &alice, "1:9:alice:host1:90177539:Alice|Dev");
	assert_true(kit_body_is(kit_sent(me, IPMSG_READMSG, 0), "1700000015"));
}

static void
v18_a_password_is_asked_for(void **state)
{
	(void)state;
	kit_hear_text(
	    me, &alice, "1:1700000018:alice:host1:1082144:unlock first");
	assert_true(kit_told(me, IPMSG_TEXT)->e.sealed);
	assert_true(kit_told(me, IPMSG_TEXT)->e.locked);
}

static void
numbers_of_an_iptux_that_was_restarted_are_new(void **state)
{
	struct addr tux = kit_host(9);

	(void)state;
	kit_hear_text(me, &tux, "1_iptux 0.8.3:1:t:tux:257:T|x|i|utf-8");
	kit_hear_text(me, &tux, "1_iptux 0.8.3:7:t:tux:288:hello");
	kit_hear_text(me, &tux, "1_iptux 0.8.3:7:t:tux:288:hello");
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 1);
	kit_hear_text(me, &tux, "1_iptux 0.8.3:1:t:tux:257:T|x|i|utf-8");
	kit_hear_text(me, &tux, "1_iptux 0.8.3:7:t:tux:288:hello");
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 2);
	/* Missed its start: other words are another text. */
	kit_hear_text(me, &tux, "1_iptux 0.8.3:7:t:tux:288:bye");
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 3);
}

static void
v19_shouts_both_ways(void **state)
{
	(void)state;
	kit_hear_text(me, &alice, "1:1700000019:alice:host1:1056:fire drill");
	kit_hear_text(me, &alice, "1:1700000019:alice:host1:1056:fire drill");
	/* What came to everybody is for everybody, whatever it says. */
	kit_hear(me, &bob, true, "1:1700000020:bob:host3:288:hi all", 34);
	kit_hear_text(me, &bob, "1_iptux 0.8.3:8:bob:host3:1275:to the group");
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(me->events[i].e.shout);
	assert_int_equal(me->outs, 0);
	assert_int_equal(ipmsg_shout(me->m, kit_time(me), "你好", 6), 0);
	kit_pull(me);
	assert_int_equal(me->outs, 1);
	assert_true(me->out[0].to_all);
	assert_int_equal(me->out[0].packet.options, 0x01800400);
	assert_int_equal(ipmsg_shout(me->m, kit_time(me), "a", 1), 0);
	assert_int_equal(ipmsg_shout(me->m, kit_time(me), "b", 1), 0);
	assert_int_equal(ipmsg_shout(me->m, kit_time(me), "c", 1), ERR_LIMIT);
	assert_int_equal(ipmsg_shout(me->m, kit_time(me), "", 0), ERR_FORMAT);
}

static void
shouts_of_one_address_are_few(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		char text[64];
		snprintf(text, sizeof(text), "1:%u:alice:host1:1056:%u",
		    1700000100 + i, i);
		kit_hear_text(me, &alice, text);
	}
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 8);
	assert_int_equal(ipmsg_counters(me->m)->limited, 92);
}

static void
v20_away_is_said_once_and_never_to_a_machine(void **state)
{
	struct ipmsg_profile profile = { "Me", "", true, "at lunch" };

	(void)state;
	ipmsg_profile(me->m, kit_time(me), &profile);
	kit_pull(me);
	kit_forget(me);
	kit_hear_text(me, &bob, "1:1700000020:bob:host3:8224:at lunch");
	assert_true(kit_told(me, IPMSG_TEXT)->e.automatic);
	kit_hear_text(me, &bob, "1:1700000021:bob:host3:8480:at lunch");
	kit_hear_text(me, &bob, "1:1700000022:bob:host3:1056:all");
	assert_int_equal(me->outs, 0);
	kit_hear_text(me, &bob, "1:1700000023:bob:host3:288:hello?");
	kit_run(me, me->now_ms + 5000);
	const struct kit_out *out = kit_sent(me, IPMSG_SENDMSG, 0);
	assert_true(kit_body_is(out, "at lunch"));
	assert_true(out->packet.options & IPMSG_AUTORET);
	assert_false(out->packet.options & IPMSG_SENDCHECK);
	for (int i = 0; i < 10; i++) {
		char text[64];
		snprintf(text, sizeof(text), "1:%d:bob:host3:288:hello?",
		    1700000030 + i);
		kit_hear_text(me, &bob, text);
		kit_run(me, me->now_ms + 5000);
	}
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 1);
	kit_run(me, me->now_ms + 150000);
	kit_hear_text(me, &bob, "1:1700000050:bob:host3:288:hello?");
	kit_run(me, me->now_ms + 5000);
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 2);
}

static void
v21_to_v24_questions_both_ways(void **state)
{
	(void)state;
	kit_hear_text(me, &alice, "1:1700000021:alice:host1:64:");
	assert_true(
	    kit_body_is(kit_sent(me, IPMSG_SENDINFO, 0), "earshot test"));
	kit_hear_text(me, &alice, "1:1700000023:alice:host1:80:");
	assert_null(kit_sent(me, IPMSG_SENDABSENCEINFO, 0));
	/* One answer in 2 s; the next one waits for its turn. */
	kit_run(me, me->now_ms + 2000);
	assert_true(
	    kit_body_is(kit_sent(me, IPMSG_SENDABSENCEINFO, 0), "Not away"));
	kit_hear_text(me, &bob, "1:1700000022:bob:host3:65:unasked");
	assert_null(kit_told(me, IPMSG_INFO));
	assert_int_equal(
	    ipmsg_ask(me->m, kit_time(me), "bob@host3", IPMSG_ASK_VERSION), 0);
	assert_int_equal(
	    ipmsg_ask(me->m, kit_time(me), "bob@host3", IPMSG_ASK_VERSION),
	    ERR_LIMIT);
	assert_int_equal(
	    ipmsg_ask(me->m, kit_time(me), "bob@host3", IPMSG_ASK_AWAY), 0);
	kit_pull(me);
	kit_hear_text(me, &bob, "1:1700000022:bob:host3:65:earshot 0.1");
	kit_hear_text(me, &bob, "1:1700000022:bob:host3:65:earshot 0.1");
	kit_hear_text(me, &bob, "1:1700000024:bob:host3:81:back at 14:00");
	assert_int_equal(kit_count_told(me, IPMSG_INFO), 2);
	assert_string_equal(me->events[0].text, "earshot 0.1");
	assert_int_equal(me->events[1].e.question, IPMSG_ASK_AWAY);
	assert_string_equal(me->events[1].text, "back at 14:00");
}

static void
strangers_get_no_answers_about_us(void **state)
{
	struct addr eve = kit_host(66);

	(void)state;
	kit_hear_text(me, &eve,
	    "1:1700000021:eve:host1:64:aaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	kit_hear_text(me, &eve,
	    "1:1700000021:eve:host1:80:aaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	kit_run(me, me->now_ms + 10000);
	assert_int_equal(me->outs, 0);
	ipmsg_set_answer(me->m, IPMSG_ANSWER_ALL);
	kit_hear_text(me, &eve,
	    "1:1700000021:eve:host1:64:aaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	kit_run(me, me->now_ms + 10000);
	assert_int_equal(me->outs, 1);
	/* And nobody while it is off; but texts are acknowledged. */
	ipmsg_set_answer(me->m, IPMSG_ANSWER_OFF);
	kit_hear_text(me, &bob, "1:1700000021:bob:host3:64:");
	kit_hear_text(me, &bob, "1:1700000022:bob:host3:90177537:Bob");
	kit_hear_text(me, &bob, "1:1700000023:bob:host3:288:text");
	kit_run(me, me->now_ms + 10000);
	assert_int_equal(me->outs, 2);
	assert_int_equal(me->out[1].packet.command, IPMSG_RECVMSG);
}

static void
v25_v29_an_offer_arrives_and_is_released(void **state)
{
	(void)state;
	kit_hear_text(me, &alice,
	    "1:1700000025:alice:host1:10486048:see files|"
	    "1:report v1.txt:1a2b:6553f100:1:\a2:photos:0:6553f101:2:\a"
	    "3:a::b.bin:123456789:6553f102:1:10=1a4:\a");
	const struct kit_event *text = kit_told(me, IPMSG_TEXT);
	assert_string_equal(text->text, "see files");
	assert_int_equal(text->e.file_count, 3);
	assert_int_equal(text->e.number, 1700000025);
	assert_string_equal(text->file, "report v1.txt");
	assert_int_equal(text->file_size, 0x1a2b);
	assert_int_equal(
	    ipmsg_release(me->m, kit_time(me), "alice@host1", 1700000025), 0);
	kit_pull(me);
	assert_true(
	    kit_body_is(kit_sent(me, IPMSG_RELEASEFILES, 0), "1700000025"));
	kit_hear_text(me, &bob, "1:1700000029:bob:host3:97:1700000025");
	assert_int_equal(kit_told(me, IPMSG_RELEASED)->e.number, 1700000025);
}

static void
an_offer_of_iptux_without_text_is_one(void **state)
{
	struct addr tux = kit_host(9);

	(void)state;
	kit_hear_text(me, &tux,
	    "1_iptux 0.8.3:7:root:host-alice:2097184:|"
	    "10000:\xd6\xd0.txt:2d:6b00c9cd:1:\a");
	const struct kit_event *text = kit_told(me, IPMSG_TEXT);
	assert_string_equal(text->text, "");
	assert_int_equal(text->e.file_count, 1);
	assert_string_equal(text->file, "中.txt");
	assert_int_equal(kit_count_sent(me, IPMSG_RECVMSG), 0);
}

static void
an_unknown_sender_is_asked_who_it_is(void **state)
{
	struct addr eve = kit_host(66);

	(void)state;
	kit_hear_text(me, &eve,
	    "1:100:eve:host9:288:a text that is long "
	    "enough to be answered with an entry of ours, which is longer than"
	    " one would think, as it says everything twice, and then some more"
	    " in keys behind it, so that all readers are content");
	assert_non_null(kit_told(me, IPMSG_SEEN));
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 1);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 1);
	kit_forget(me);
	/* NOADDLIST: shown, and that is all. */
	struct addr other = kit_host(67);
	kit_hear_text(me, &other,
	    "1:100:one:shot:524576:a text that is long "
	    "enough to be answered with an entry of ours, which is longer than"
	    " one would think, as it says everything twice, and then some more"
	    " in keys behind it, so that all readers are content");
	assert_null(kit_told(me, IPMSG_SEEN));
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 1);
	kit_run(me, me->now_ms + 10000);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 0);
	assert_int_equal(kit_count_sent(me, IPMSG_RECVMSG), 1);
}

static void
plain_text_under_a_fingerprint_is_refused(void **state)
{
	(void)state;
	kit_hear_text(
	    me, &alice, "1:1:alice-<66876f27b9c4eb9a>:host1:288:not from me");
	kit_hear_text(
	    me, &alice, "1:2:alice-<66876f27b9c4eb9a>:host1:8480:nor this");
	assert_int_equal(me->event_count, 0);
	assert_int_equal(me->outs, 0);
	assert_int_equal(ipmsg_counters(me->m)->refused, 2);
	kit_hear_text(
	    me, &alice, "1:3:alice-<66876f27b9c4eb9a>:host1:8224:away");
	assert_int_equal(kit_count_told(me, IPMSG_TEXT), 1);
}

static void
w08_w09_private_commands(void **state)
{
	struct addr zhang = kit_host(4);

	(void)state;
	kit_hear_text(me, &zhang,
	    "1_lbt6_0#128#001122334455#0#0#0#4001#9:4:zhang:PC-1:6291459:Z");
	kit_forget(me);
	kit_hear_text(me, &zhang,
	    "1_lbt6_0#128#001122334455#0#0#0#4001#9:"
	    "1700000108:zhang:PC-1:209:");
	kit_hear_text(me, &zhang,
	    "1_lbt6_0#128#001122334455#0#0#0#4001#9:"
	    "1700000109:zhang:PC-1:209:");
	assert_int_equal(kit_count_told(me, IPMSG_NUDGE), 1);
	kit_hear_text(me, &zhang,
	    "1_lbt6_0#128#001122334455#0#0#0#4001#9:"
	    "1700000109:zhang:PC-1:121:");
	kit_hear_text(me, &zhang,
	    "1_lbt6_0#128#001122334455#0#0#0#4001#9:"
	    "1700000109:zhang:PC-1:472:");
	assert_int_equal(me->event_count, 1);
	assert_int_equal(me->outs, 0);
	assert_int_equal(ipmsg_counters(me->m)->ignored, 3);
	for (unsigned c = 0; c < 256; c++) {
		char text[64];
		if (c == IPMSG_SENDMSG || c == IPMSG_ANSENTRY ||
		    c == IPMSG_BR_ENTRY || c == IPMSG_BR_ABSENCE ||
		    c == IPMSG_BR_EXIT || c == IPMSG_GETINFO ||
		    c == IPMSG_GETABSENCEINFO || c == IPMSG_READMSG ||
		    c == IPMSG_RELEASEFILES)
			continue;
		snprintf(text, sizeof(text), "1:3:bob:host3:%u:x", c);
		kit_forget(me);
		kit_hear_text(me, &bob, text);
		assert_int_equal(me->outs, 0);
		if (c != IPMSG_FEIQ_SHAKE)
			assert_int_equal(me->event_count, 0);
	}
	assert_true(ipmsg_counters(me->m)->unknown > 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(v10_v11_a_text_is_acknowledged_once_it_is_stored),
		TEST(what_was_refused_is_new_when_it_comes_again),
		TEST(w10_w11_w12_shapes_of_the_wild),
		TEST(v12_v13_v14_texts_in_their_sets),
		TEST(w07_the_font_of_feiq_is_no_text),
		TEST(v15_v16_v17_a_seal_is_opened),
		TEST(a_notice_is_sent_12_times_at_most),
		TEST(a_seal_is_opened_after_a_restart),
		TEST(v18_a_password_is_asked_for),
		TEST(numbers_of_an_iptux_that_was_restarted_are_new),
		TEST(v19_shouts_both_ways),
		TEST(shouts_of_one_address_are_few),
		TEST(v20_away_is_said_once_and_never_to_a_machine),
		TEST(v21_to_v24_questions_both_ways),
		TEST(strangers_get_no_answers_about_us),
		TEST(v25_v29_an_offer_arrives_and_is_released),
		TEST(an_offer_of_iptux_without_text_is_one),
		TEST(an_unknown_sender_is_asked_who_it_is),
		TEST(plain_text_under_a_fingerprint_is_refused),
		TEST(w08_w09_private_commands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
