/* SPDX-License-Identifier: MIT */
/*
 * Who is there: entries of ours and of others, silence, addresses, sets of
 * characters, and how many hosts are remembered.
 */
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
static struct addr bob, eve;

static int
setup(void **state)
{
	(void)state;
	me = kit_machine_new(1);
	bob = kit_host(2);
	eve = kit_host(3);
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
entries_go_at_0_1_and_5_seconds(void **state)
{
	int64_t began = me->now_ms;

	(void)state;
	ipmsg_start(me->m, kit_time(me));
	kit_pull(me);
	assert_int_equal(me->outs, 1);
	assert_true(me->out[0].to_all);
	assert_int_equal(me->out[0].to.port, IPMSG_PORT);
	assert_int_equal(me->out[0].packet.command, IPMSG_BR_ENTRY);
	assert_int_equal(me->out[0].packet.options, 0x05200000);
	kit_run(me, began + 999);
	assert_int_equal(me->outs, 1);
	kit_run(me, began + 1000);
	assert_int_equal(me->outs, 2);
	kit_run(me, began + 4999);
	assert_int_equal(me->outs, 2);
	kit_run(me, began + 59999);
	assert_int_equal(me->outs, 3);
	kit_run(me, began + 1800000);
	/* Then an absence each 60 to 120 s, which nobody answers. */
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 3);
	assert_in_range(kit_count_sent(me, IPMSG_BR_ABSENCE), 15, 30);
}

static void
an_entry_has_fields_and_keys(void **state)
{
	struct ipmsg_profile profile = { "阿里", "研发", true, "午饭" };
	struct ipmsg_entry entry;

	(void)state;
	ipmsg_profile(me->m, kit_time(me), &profile);
	ipmsg_start(me->m, kit_time(me));
	kit_pull(me);
	ipmsg_entry_decode(&me->out[0].packet, &entry);
	assert_true(ipmsg_text_is(entry.nick, "阿里"));
	assert_true(ipmsg_text_is(entry.group, "研发"));
	assert_true(ipmsg_text_is(entry.away_text, "午饭"));
	assert_true(entry.away);
	assert_true(entry.client_version.size > 8);
	/* Not marked as UTF-8: the keys say it. */
	assert_false(me->out[0].packet.options & IPMSG_UTF8);
}

static void
status_is_told_at_once_and_at_most_each_2_s(void **state)
{
	struct ipmsg_profile profile = { "Ann", "", false, "" };

	(void)state;
	kit_start(me);
	for (int i = 0; i < 10; i++) {
		profile.away = !profile.away;
		ipmsg_profile(me->m, kit_time(me), &profile);
		kit_pull(me);
		kit_run(me, me->now_ms + 100);
	}
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ABSENCE), 1);
	kit_run(me, me->now_ms + 5000);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ABSENCE), 2);
}

static void
we_leave_twice_and_are_silent_then(void **state)
{
	(void)state;
	kit_start(me);
	ipmsg_stop(me->m, kit_time(me));
	kit_pull(me);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_EXIT), 1);
	assert_false(ipmsg_has_left(me->m));
	kit_run(me, me->now_ms + 100);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_EXIT), 2);
	assert_true(ipmsg_has_left(me->m));
	kit_hear_text(me, &bob, "1:1:bob:pc:1:Bob");
	kit_run(me, me->now_ms + 600000);
	assert_int_equal(me->outs, 2);
	assert_int_equal(ipmsg_deadline(me->m), NEVER_MS);
}

static void
an_entry_is_answered_at_once_while_few_are_there(void **state)
{
	(void)state;
	kit_start(me);
	kit_hear_text(me, &bob,
	    "1_iptux 0.8.3:1:root:host-bob:257:bob|lab|icon-tux.png|utf-8");
	const struct kit_out *out = kit_sent(me, IPMSG_ANSENTRY, 0);
	assert_non_null(out);
	assert_false(out->to_all);
	assert_true(addr_equal(&out->to, &bob));
	/* T20: not more than came. */
	assert_true(out->size <= 61);
	const struct kit_event *seen = kit_told(me, IPMSG_SEEN);
	assert_non_null(seen);
	assert_string_equal(seen->handle, "root@host-bob");
	assert_string_equal(seen->nick, "bob");
	assert_string_equal(seen->group, "lab");
	/* iptux says so always. */
	assert_false(seen->is_away);
	assert_int_equal(seen->e.host.client, IPMSG_CLIENT_IPTUX);
	assert_true(seen->e.host.files);
	/* The same again from the second interface: one answer. */
	kit_hear_text(me, &bob,
	    "1_iptux 0.8.3:1:root:host-bob:257:bob|lab|icon-tux.png|utf-8");
	kit_run(me, me->now_ms + 5000);
	assert_int_equal(kit_count_sent(me, IPMSG_ANSENTRY), 1);
	assert_int_equal(kit_count_told(me, IPMSG_SEEN), 1);
}

static void
an_iptux_that_starts_again_is_answered_again(void **state)
{
	static const char entry[] = "1_iptux 0.8.3:1:t:tux:257:T|lab|i|utf-8";

	(void)state;
	kit_start(me);
	kit_hear_text(me, &bob, entry);
	kit_hear_text(me, &bob, entry);
	kit_hear_text(me, &bob, "1_iptux 0.8.3:4:t:tux:65538:");
	kit_hear_text(me, &bob, entry);
	kit_hear_text(me, &bob, entry);
	kit_run(me, me->now_ms + 2500);
	assert_int_equal(kit_count_sent(me, IPMSG_ANSENTRY), 2);
	/* Not every one says that it ends. */
	kit_hear_text(me, &bob, "1_iptux 0.8.3:5:t:tux:288:hi");
	kit_hear_text(me, &bob, entry);
	kit_run(me, me->now_ms + 2500);
	assert_int_equal(kit_count_sent(me, IPMSG_ANSENTRY), 3);
}

static void
an_answer_is_for_its_reader(void **state)
{
	struct ipmsg_profile profile = { "张三", "", false, "" };

	(void)state;
	ipmsg_profile(me->m, kit_time(me), &profile);
	kit_start(me);
	kit_hear_text(me, &bob,
	    "1_lbt6_0#128#001122334455#0#0#0#4001#9:1700000004:"
	    "zhang:PC-1:6291457:\xd5\xc5\xc8\xfd|\xd1\xd0\xb7\xa2|");
	assert_true(
	    kit_body_is(kit_sent(me, IPMSG_ANSENTRY, 0), "\xd5\xc5\xc8\xfd"));
	assert_false(
	    kit_sent(me, IPMSG_ANSENTRY, 0)->packet.options & IPMSG_UTF8);
	const struct kit_event *seen = kit_told(me, IPMSG_SEEN);
	assert_string_equal(seen->nick, "张三");
	assert_string_equal(seen->group, "研发");
	assert_int_equal(seen->e.host.charset, CHARSET_GB18030);
	kit_hear_text(me, &eve,
	    "1:1700000003:yamada:host2:90177537:\x8eR\x93"
	    "c|\x8aJ\x94\xad|"
	    "\nUN:yamada\nHN:host2\nNN:山田\nGN:開発\nVS:00050001:0:1:0");
	const struct kit_out *out = kit_sent(me, IPMSG_ANSENTRY, 1);
	assert_true(kit_body_is(out, "张三"));
	assert_true(out->packet.options & IPMSG_UTF8);
	struct ipmsg_who who;
	assert_true(ipmsg_get(me->m, "YAMADA@host2", &who));
	assert_string_equal(who.nick, "山田");
	assert_string_equal(who.group, "開発");
	assert_int_equal(who.charset, CHARSET_UTF8);
}

static void
answers_spread_where_many_are_there(void **state)
{
	unsigned at_once = 0;

	(void)state;
	kit_start(me);
	for (unsigned i = 0; i < 200; i++) {
		char text[64];
		struct addr from = kit_host(100 + i);
		snprintf(text, sizeof(text),
		    "1:17000%05u:user%u:computer%u:3:Name%u", i, i, i, i);
		kit_hear_text(me, &from, text);
	}
	kit_forget(me);
	for (unsigned i = 0; i < 40; i++) {
		char text[96];
		struct addr from = kit_host(1000 + i);
		kit_forget(me);
		snprintf(text, sizeof(text),
		    "1:17000%05u:new%u:computer%u:1:Name%u with a long name", i,
		    i, i, i);
		kit_hear_text(me, &from, text);
		at_once += kit_count_sent(me, IPMSG_ANSENTRY) > 0;
	}
	assert_true(at_once < 5);
	kit_forget(me);
	kit_run(me, me->now_ms + 4200);
	assert_int_equal(kit_count_sent(me, IPMSG_ANSENTRY) + at_once, 40);
}

static void
who_is_silent_is_asked_and_only_then_gone(void **state)
{
	(void)state;
	kit_start(me);
	ipmsg_probe(me->m, kit_time(me), &bob);
	kit_hear_text(me, &bob, "1:1:bob:pc:3:Bob");
	kit_forget(me);
	int64_t heard = me->now_ms;
	kit_run(me, heard + 329000);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 0);
	kit_run(me, heard + 361000);
	const struct kit_out *out = kit_sent(me, IPMSG_BR_ENTRY, 0);
	assert_non_null(out);
	assert_true(!out->to_all && addr_equal(&out->to, &bob));
	kit_hear_text(me, &bob, "1:2:bob:pc:3:Bob");
	kit_run(me, me->now_ms + 300000);
	assert_null(kit_told(me, IPMSG_GONE));
	kit_forget(me);
	kit_run(me, me->now_ms + 90000);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 3);
	assert_int_equal(kit_count_told(me, IPMSG_GONE), 1);
	assert_false(kit_told(me, IPMSG_GONE)->e.left);
	kit_run(me, me->now_ms + 3600000);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 3);
	kit_hear_text(me, &bob, "1:3:bob:pc:1:Bob");
	assert_int_equal(kit_count_told(me, IPMSG_SEEN), 1);
}

static void
t20_the_silent_are_asked_within_their_credit(void **state)
{
	size_t came = 0;

	(void)state;
	kit_start(me);
	for (unsigned i = 0; i < IPMSG_PER_SOURCE_MAX; i++) {
		char text[64];
		snprintf(text, sizeof(text), "1:%u:f%u:h:3:F", i, i);
		kit_hear_text(me, &eve, text);
		came += strlen(text) + 1;
	}
	kit_run(me, me->now_ms + 3600000);
	assert_true(kit_bytes_to(me, &eve) <= came);
	assert_int_equal(kit_count_told(me, IPMSG_GONE), IPMSG_PER_SOURCE_MAX);
	/* The others are asked together, and not each. */
	size_t to_all = 0;
	for (size_t i = 0; i < me->outs; i++)
		to_all += me->out[i].to_all &&
			  me->out[i].packet.command == IPMSG_BR_ENTRY;
	assert_in_range(to_all, 3, 6);
}

static void
an_exit_counts_from_where_it_was_heard(void **state)
{
	(void)state;
	kit_start(me);
	kit_hear_text(me, &bob, "1:1:bob:pc:3:Bob");
	kit_hear_text(me, &eve, "1:2:bob:pc:2:");
	assert_null(kit_told(me, IPMSG_GONE));
	assert_int_equal(ipmsg_counters(me->m)->refused, 1);
	kit_hear_text(me, &bob, "1_iptux 0.8.3:9:bob:pc:65538:");
	assert_non_null(kit_told(me, IPMSG_GONE));
	assert_true(kit_told(me, IPMSG_GONE)->e.left);
	/* Nobody is asked who said good-bye. */
	kit_forget(me);
	kit_run(me, me->now_ms + 600000);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 0);
}

static void
addresses_of_one_host_are_kept_together(void **state)
{
	struct addr other = kit_host(77);
	struct ipmsg_who who;

	(void)state;
	kit_start(me);
	kit_hear_text(me, &bob, "1:1:bob:pc:3:Bob");
	kit_hear_text(me, &other, "1:1:BOB:PC:3:Bob");
	assert_int_equal(kit_count_told(me, IPMSG_SEEN), 1);
	assert_true(ipmsg_get(me->m, "bob@pc", &who));
	assert_int_equal(who.addr_count, 2);
	/* Within 7 s it stays where it was. */
	assert_true(addr_equal(&who.addrs[0], &bob));
	kit_run(me, me->now_ms + 7000);
	kit_hear_text(me, &other, "1:2:bob:pc:4:Bob");
	assert_true(ipmsg_get(me->m, "bob@pc", &who));
	assert_int_equal(who.addr_count, 2);
	assert_true(addr_equal(&who.addrs[0], &other));
	assert_non_null(kit_told(me, IPMSG_CHANGED));
	for (unsigned i = 0; i < 10; i++) {
		struct addr from = kit_host(200 + i);
		kit_hear_text(me, &from, "1:3:bob:pc:4:Bob");
	}
	assert_true(ipmsg_get(me->m, "bob@pc", &who));
	assert_int_equal(who.addr_count, IPMSG_HOST_ADDRS_MAX);
	assert_true(addr_equal(&who.addrs[0], &other));
}

static void
the_port_is_that_of_the_last_datagram(void **state)
{
	struct addr moved = kit_host(2);

	(void)state;
	kit_start(me);
	kit_hear_text(me, &bob, "1:1:bob:pc:3:Bob");
	moved.port = 3000;
	kit_hear_text(me, &moved, "1:2:bob:pc:1:Bob is a long enough name");
	assert_int_equal(kit_sent(me, IPMSG_ANSENTRY, 0)->to.port, 3000);
	assert_int_equal(kit_say(me, "bob@pc", 1, "hi"), 0);
	assert_int_equal(kit_sent(me, IPMSG_SENDMSG, 0)->to.port, 3000);
}

static void
who_dialled_in_gets_entries_of_its_own(void **state)
{
	(void)state;
	kit_start(me);
	ipmsg_probe(me->m, kit_time(me), &bob);
	/* 0x10003: an answer with DIALUP; and one that nobody asked. */
	kit_hear_text(me, &eve, "1:1:eve:pc:65539:Eve");
	kit_hear_text(me, &bob, "1:1:bob:pc:65539:Bob");
	kit_forget(me);
	kit_run(me, me->now_ms + 125000);
	assert_int_equal(me->outs, 2);
	assert_true(me->out[0].to_all);
	assert_true(addr_equal(&me->out[1].to, &bob));
	assert_int_equal(me->out[1].packet.command, IPMSG_BR_ABSENCE);
}

static void
away_is_shown_and_its_text_taken_off_the_nick(void **state)
{
	(void)state;
	kit_start(me);
	kit_hear_text(me, &bob,
	    "1:1700000006:alice:host1:90177796:"
	    "Alice[lunch]|Dev||UN:alice");
	const struct kit_event *seen = kit_told(me, IPMSG_SEEN);
	assert_true(seen->is_away);
	assert_string_equal(seen->nick, "Alice");
	assert_string_equal(seen->away, "lunch");
	kit_hear_text(me, &bob, "1:1700000007:alice:host1:90177540:Alice|Dev");
	assert_false(kit_told(me, IPMSG_CHANGED)->is_away);
	assert_string_equal(kit_told(me, IPMSG_CHANGED)->away, "");
}

static void
our_own_come_back_and_are_nobody(void **state)
{
	struct addr elsewhere = kit_host(50);

	(void)state;
	ipmsg_start(me->m, kit_time(me));
	kit_pull(me);
	struct kit_out first = me->out[0];
	kit_hear(me, &me->addr, true, first.bytes, first.size);
	kit_hear(me, &elsewhere, true, first.bytes, first.size);
	assert_int_equal(me->outs, 1);
	assert_int_equal(me->event_count, 0);
	assert_int_equal(ipmsg_counters(me->m)->own, 2);
	/* Somebody else of that name, with a number that is not ours. */
	kit_hear_text(me, &elsewhere, "1:77:u1:h1:3:Twin");
	assert_string_equal(kit_told(me, IPMSG_SEEN)->nick, "Twin");
}

static void
t22_fake_hosts_10k_leave_who_answers(void **state)
{
	unsigned evicted = 0;
	struct ipmsg_who who;

	(void)state;
	kit_start(me);
	assert_int_equal(kit_say(me, "nobody@there", 1, "x"), -9);
	ipmsg_ask_lists(me->m, kit_time(me));
	ipmsg_probe(me->m, kit_time(me), &bob);
	kit_hear_text(me, &bob, "1:1:bob:pc:3:Bob");
	ipmsg_keep(me->m, kit_time(me), "friend@home", &eve);
	for (unsigned i = 0; i < 10000; i++) {
		char text[64];
		struct addr from = kit_host(1000 + i);
		snprintf(text, sizeof(text), "1:%u:f%u:h%u:3:Fake", i, i, i);
		kit_forget(me);
		kit_hear_text(me, &from, text);
		evicted += (unsigned)kit_count_told(me, IPMSG_EVICTED);
	}
	assert_int_equal(evicted, 10000 + 2 - IPMSG_HOSTS_MAX);
	assert_true(ipmsg_get(me->m, "bob@pc", &who));
	assert_true(ipmsg_get(me->m, "friend@home", &who));
	size_t cursor = 0, n = 0;
	while (ipmsg_each(me->m, &cursor, &who))
		n++;
	assert_int_equal(n, IPMSG_HOSTS_MAX);
}

static void
t22_one_address_brings_16_hosts(void **state)
{
	(void)state;
	kit_start(me);
	for (unsigned i = 0; i < 100; i++) {
		char text[64];
		snprintf(text, sizeof(text), "1:%u:f%u:h%u:3:Fake", i, i, i);
		kit_hear_text(me, &eve, text);
	}
	assert_int_equal(kit_count_told(me, IPMSG_SEEN), IPMSG_PER_SOURCE_MAX);
	assert_int_equal(
	    ipmsg_counters(me->m)->limited, 100 - IPMSG_PER_SOURCE_MAX);
}

static void
a_fingerprint_promises_encryption(void **state)
{
	(void)state;
	kit_start(me);
	kit_hear_text(
	    me, &bob, "1:1:alice-<66876f27b9c4eb9a>:host1:85983233:Alice");
	assert_int_equal(me->event_count, 0);
	assert_int_equal(ipmsg_counters(me->m)->refused, 1);
	kit_hear_text(me, &bob, "1:2:alice-<66876f27b9c4eb9a>:host1:90177537:");
	const struct kit_event *seen = kit_told(me, IPMSG_SEEN);
	assert_string_equal(seen->nick, "alice");
	assert_true(seen->e.host.fingerprint);
	/* And is never written to in the clear. */
	assert_int_equal(
	    kit_say(me, "alice-<66876f27b9c4eb9a>@host1", 1, "hi"), -8);
	assert_int_equal(kit_count_sent(me, IPMSG_SENDMSG), 0);
}

static void
the_network_changed_and_is_greeted_again(void **state)
{
	(void)state;
	ipmsg_start(me->m, kit_time(me));
	kit_pull(me);
	kit_run(me, me->now_ms + 2000);
	kit_forget(me);
	ipmsg_network(me->m, kit_time(me));
	ipmsg_network(me->m, kit_time(me));
	kit_pull(me);
	assert_int_equal(me->outs, 0);
	kit_run(me, me->now_ms + 20000);
	/* The last of the first burst, and three of one more. */
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 4);
	kit_forget(me);
	ipmsg_network(me->m, kit_time(me));
	kit_pull(me);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 1);
}

static void
lists_are_hearsay(void **state)
{
	struct addr third = {
		.family = ADDR_IPV4, .ip = { 192, 0, 2, 4 }, .port = 2425
	};

	(void)state;
	kit_start(me);
	static const char page[] =
	    "1:1700000037:bob:host3:19:    0\a    2\acarol\ahost4\a6291457\a"
	    "192.0.2.4\a30985\aCarol\aOps\adave\ahost5\a16777217\a192.0.2.5\a"
	    "30985\a\b\a\b\a";
	/* Nobody asked. */
	kit_hear_text(me, &bob, "1:1700000035:bob:host3:17:");
	kit_hear_text(me, &bob, page);
	kit_run(me, me->now_ms + 1000);
	assert_int_equal(me->outs, 0);
	assert_int_equal(me->event_count, 0);
	ipmsg_ask_lists(me->m, kit_time(me));
	kit_pull(me);
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ISGETLIST2), 1);
	kit_hear_text(me, &bob, "1:1700000035:bob:host3:17:");
	kit_hear_text(me, &eve, "1:1700000035:eve:host9:17:");
	assert_int_equal(kit_count_sent(me, IPMSG_GETLIST), 1);
	assert_true(kit_body_is(kit_sent(me, IPMSG_GETLIST, 0), "0"));
	kit_hear_text(me, &eve, page);
	kit_hear_text(me, &bob, page);
	kit_run(me, me->now_ms + 1000);
	/* Asked, and not shown. */
	assert_int_equal(kit_count_sent(me, IPMSG_BR_ENTRY), 2);
	assert_int_equal(me->event_count, 0);
	assert_int_equal(ipmsg_counters(me->m)->hearsay, 2);
	kit_hear_text(me, &third, "1:5:carol:host4:3:Carol|Ops");
	assert_string_equal(kit_told(me, IPMSG_SEEN)->nick, "Carol");
}

static void
a_set_of_characters_is_set_for_one_host(void **state)
{
	(void)state;
	kit_start(me);
	kit_hear_text(me, &bob, "1:1:bob:pc:3:Bob");
	assert_int_equal(ipmsg_host_charset(me->m, "x@y", CHARSET_CP932), -9);
	assert_int_equal(ipmsg_host_charset(me->m, "bob@pc", CHARSET_CP932), 0);
	assert_int_equal(kit_say(me, "bob@pc", 1, "こんにちは"), 0);
	const struct kit_out *out = kit_sent(me, IPMSG_SENDMSG, 0);
	assert_true(
	    kit_body_is(out, "\x82\xb1\x82\xf1\x82\xc9\x82\xbf\x82\xcd"));
	assert_false(out->packet.options & IPMSG_UTF8);
}

/* Names are cut, people are not. */
static void
long_names_are_of_different_people(void **state)
{
	static const char *const hosts[] = { "one", "two", "TWO" };
	char text[256];

	(void)state;
	kit_start(me);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(text, sizeof(text),
		    "1:%u:somebody-with-a-long-name:workstation-in-the-third-"
		    "room-of-the-second-floor-%s:1:Bob",
		    10 + i, hosts[i]);
		kit_hear_text(me, &bob, text);
	}
	assert_int_equal(kit_count_told(me, IPMSG_SEEN), 2);
	assert_string_not_equal(me->events[0].handle, me->events[1].handle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(entries_go_at_0_1_and_5_seconds),
		TEST(an_entry_has_fields_and_keys),
		TEST(status_is_told_at_once_and_at_most_each_2_s),
		TEST(we_leave_twice_and_are_silent_then),
		TEST(an_entry_is_answered_at_once_while_few_are_there),
		TEST(an_iptux_that_starts_again_is_answered_again),
		TEST(an_answer_is_for_its_reader),
		TEST(answers_spread_where_many_are_there),
		TEST(who_is_silent_is_asked_and_only_then_gone),
		TEST(t20_the_silent_are_asked_within_their_credit),
		TEST(an_exit_counts_from_where_it_was_heard),
		TEST(addresses_of_one_host_are_kept_together),
		TEST(the_port_is_that_of_the_last_datagram),
		TEST(who_dialled_in_gets_entries_of_its_own),
		TEST(away_is_shown_and_its_text_taken_off_the_nick),
		TEST(our_own_come_back_and_are_nobody),
		TEST(t22_fake_hosts_10k_leave_who_answers),
		TEST(t22_one_address_brings_16_hosts),
		TEST(a_fingerprint_promises_encryption),
		TEST(the_network_changed_and_is_greeted_again),
		TEST(lists_are_hearsay),
		TEST(long_names_are_of_different_people),
		TEST(a_set_of_characters_is_set_for_one_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
