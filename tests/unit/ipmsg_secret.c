/* SPDX-License-Identifier: MIT */
/*
 * Encrypted texts between two machines, and what an attacker makes of the
 * exchange of keys before them. Keys nobody verified hide nothing from him.
 */
#include "base/err.h"
#include "ipmsg_kit.h"
#include "ipmsg_ring.h"
#include "ipmsg_vectors.h"
#include "start_sodium.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ipmsg_keys *alice_keys, *bob_keys;
static struct kit_machine *alice, *bob;

static const char alice_named[] = "alice-<66876f27b9c4eb9a>";
static const char alice_handle[] = "alice-<66876f27b9c4eb9a>@host1";

static struct kit_machine *
machine(unsigned number, const char *user, const char *host,
    const struct ipmsg_keys *keys)
{
	struct ipmsg_cfg cfg = {
		.user = user,
		.host = host,
		.version = "x",
		.answer = IPMSG_ANSWER_KNOWN,
		.keys = keys,
	};

	return kit_machine_of(number, &cfg);
}

static int
setup(void **state)
{
	(void)state;
	alice_keys = load_keys(alice_2048, NULL);
	bob_keys = load_bob();
	alice = machine(1, alice_named, "host1", alice_keys);
	bob = machine(2, "bob", "host3", bob_keys);
	ipmsg_start(alice->m, kit_time(alice));
	ipmsg_start(bob->m, kit_time(bob));
	kit_pull(alice);
	kit_pull(bob);
	kit_live(alice, bob, 10000);
	kit_forget(alice);
	kit_forget(bob);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	kit_machine_free(alice);
	kit_machine_free(bob);
	ipmsg_keys_free(alice_keys);
	ipmsg_keys_free(bob_keys);
	return 0;
}

static void
need_keys(void)
{
	if (alice_keys == NULL)
		skip();
}

static void
a_text_goes_encrypted(void **state)
{
	struct ipmsg_who who;

	(void)state;
	need_keys();
	assert_true(ipmsg_get(bob->m, alice_handle, &who));
	assert_true(who.obfuscates && who.fingerprint);
	assert_int_equal(kit_say(bob, alice_handle, 1, "秘密"), 0);
	assert_int_equal(kit_count_sent(bob, IPMSG_GETPUBKEY), 1);
	assert_int_equal(kit_count_sent(bob, IPMSG_SENDMSG), 0);
	kit_live(alice, bob, 5000);
	assert_int_equal(kit_count_told(bob, IPMSG_KEY), 1);
	assert_false(kit_told(bob, IPMSG_KEY)->e.left);
	const struct kit_out *out = kit_sent(bob, IPMSG_SENDMSG, 0);
	assert_true(out->packet.options & IPMSG_ENCRYPT);
	assert_null(strstr((const char *)out->bytes, "秘密"));
	const struct kit_event *text = kit_told(alice, IPMSG_TEXT);
	assert_string_equal(text->text, "秘密");
	assert_true(text->e.obfuscated);
	assert_false(text->e.signature_bad);
	assert_int_equal(
	    kit_told(bob, IPMSG_ANSWERED)->e.answer, IPMSG_DELIVERED);
	/* The next needs no question; and the other way round. */
	kit_say(bob, alice_handle, 2, "again");
	assert_int_equal(kit_count_sent(bob, IPMSG_GETPUBKEY), 1);
	kit_live(alice, bob, 1000);
	assert_int_equal(kit_say(alice, "bob@host3", 3, "and back"), 0);
	kit_live(alice, bob, 5000);
	assert_string_equal(kit_told(bob, IPMSG_TEXT)->text, "and back");
	assert_true(kit_told(bob, IPMSG_TEXT)->e.obfuscated);
	assert_int_equal(kit_count_sent(alice, IPMSG_RECVMSG), 2);
}

static void
files_and_seals_go_into_it(void **state)
{
	struct ipmsg_file file = {
		.type = IPMSG_FILE_REGULAR,
		.name = "secret.txt",
		.name_size = 10,
		.size = 5,
		.clipboard = -1,
	};
	struct ipmsg_message message = {
		.id = kit_id(1),
		.utf8 = "look",
		.size = 4,
		.sealed = true,
		.files = &file,
		.file_count = 1,
	};

	(void)state;
	need_keys();
	assert_int_equal(
	    ipmsg_say(bob->m, kit_time(bob), alice_handle, &message, NULL), 0);
	kit_pull(bob);
	kit_live(alice, bob, 5000);
	const struct kit_out *out = kit_sent(bob, IPMSG_SENDMSG, 0);
	assert_true(out->packet.options & IPMSG_ENCEXTMSG);
	assert_int_equal(out->packet.ext.size, 0);
	const struct kit_event *text = kit_told(alice, IPMSG_TEXT);
	assert_true(text->e.sealed && text->e.obfuscated);
	assert_int_equal(text->e.file_count, 1);
	assert_string_equal(text->file, "secret.txt");
	struct msg_id id = text->e.id;
	assert_int_equal(
	    ipmsg_opened(alice->m, kit_time(alice), "bob@host3", &id), 0);
	kit_pull(alice);
	kit_live(alice, bob, 1000);
	assert_int_equal(kit_count_told(bob, IPMSG_ANSWERED), 2);
	assert_int_equal(kit_count_told(alice, IPMSG_OPENED), 1);
}

static void
v51_attachments_and_recipients_are_read(void **state)
{
	struct ipmsg_vector v;

	(void)state;
	need_keys();
	ipmsg_vector_get("V50", &v);
	kit_hear(bob, &alice->addr, false, v.bytes, v.size);
	ipmsg_vector_get("V51", &v);
	kit_hear(bob, &alice->addr, false, v.bytes, v.size);
	assert_int_equal(kit_count_told(bob, IPMSG_TEXT), 2);
	assert_string_equal(bob->events[0].text, "秘密 message");
	assert_string_equal(bob->events[0].handle, alice_handle);
	const struct kit_event *text = &bob->events[1];
	assert_string_equal(text->file, "x.txt");
	assert_int_equal(text->file_size, 5);
	assert_non_null(strstr(text->others, ", "));
	assert_int_equal(kit_count_sent(bob, IPMSG_RECVMSG), 2);
}

static void
another_key_under_the_name_is_refused(void **state)
{
	uint8_t body[IPMSG_PUBKEY_BODY_MAX];
	struct ipmsg_packet packet = {
		.number = 5,
		.user = ipmsg_text_of(alice_named),
		.host = ipmsg_text_of("host1"),
		.command = IPMSG_ANSPUBKEY,
	};
	uint8_t out[2048];
	size_t n;

	(void)state;
	need_keys();
	kit_say(bob, alice_handle, 1, "for alice only");
	assert_int_equal(
	    ipmsg_pubkey_encode(bob_keys, 0x65920006, body, &n), 0);
	packet.body = (struct ipmsg_text){ body, n, true };
	assert_int_equal(ipmsg_encode(&packet, out, sizeof(out), &n), 0);
	kit_hear(bob, &alice->addr, false, out, n);
	assert_int_equal(ipmsg_counters(bob->m)->refused, 1);
	assert_null(kit_told(bob, IPMSG_KEY));
	/* And it never goes in the clear, however long no key comes. */
	kit_run(bob, bob->now_ms + 60000);
	assert_int_equal(kit_count_sent(bob, IPMSG_SENDMSG), 0);
	assert_int_equal(
	    kit_told(bob, IPMSG_ANSWERED)->e.answer, IPMSG_WAITING);
}

static void
who_sends_no_key_gets_plain_text(void **state)
{
	struct addr feiq = kit_host(9);
	struct ipmsg_who who;

	(void)state;
	need_keys();
	kit_hear_text(bob, &feiq,
	    "1_lbt6_0#128#001122334455#0#0#0#4001#9:4:zhang:PC-1:6291459:Z");
	assert_true(ipmsg_get(bob->m, "zhang@PC-1", &who));
	assert_true(who.obfuscates);
	kit_say(bob, "zhang@PC-1", 1, "hello");
	kit_run(bob, bob->now_ms + 3999);
	assert_int_equal(kit_count_sent(bob, IPMSG_GETPUBKEY), 4);
	assert_int_equal(kit_count_sent(bob, IPMSG_SENDMSG), 0);
	kit_run(bob, bob->now_ms + 1);
	assert_true(kit_body_is(kit_sent(bob, IPMSG_SENDMSG, 0), "hello"));
	assert_true(ipmsg_get(bob->m, "zhang@PC-1", &who));
	assert_false(who.obfuscates);
	/* And the user does not go on believing otherwise. */
	assert_non_null(kit_told(bob, IPMSG_CHANGED));
	assert_false(kit_told(bob, IPMSG_CHANGED)->e.host.obfuscates);
}

static void
a_key_that_nobody_asked_for_is_ignored(void **state)
{
	struct ipmsg_vector v;

	(void)state;
	need_keys();
	ipmsg_vector_get("V41", &v);
	kit_hear(bob, &alice->addr, false, v.bytes, v.size);
	assert_null(kit_told(bob, IPMSG_KEY));
	assert_int_equal(ipmsg_counters(bob->m)->ignored, 1);
}

static void
t20_a_stranger_gets_no_key(void **state)
{
	struct addr eve = kit_host(66);
	size_t came = 0;

	(void)state;
	need_keys();
	ipmsg_set_answer(bob->m, IPMSG_ANSWER_ALL);
	kit_hear_text(bob, &eve, "1:1:eve:h:4194305:Eve");
	came += 22;
	for (unsigned i = 0; i < 12; i++) {
		kit_hear_text(bob, &eve, "1:2:eve:h:114:65920006");
		came += 23;
		kit_run(bob, bob->now_ms + 500);
		assert_true(kit_bytes_to(bob, &eve) <= came);
	}
	assert_int_equal(kit_count_sent(bob, IPMSG_ANSPUBKEY), 0);
	assert_true(kit_count_sent(bob, IPMSG_GETPUBKEY) > 0);
	assert_true(
	    kit_sent(bob, IPMSG_GETPUBKEY, 0)->packet.options & IPMSG_AUTORET);
}

static void
t21_questions_for_keys_come_to_rest(void **state)
{
	(void)state;
	need_keys();
	for (unsigned i = 0; i < 100; i++) {
		kit_hear_text(alice, &bob->addr, "1:7:bob:host3:114:65920006");
		kit_hear_text(bob, &alice->addr,
		    "1:7:alice-<66876f27b9c4eb9a>:host1:114:65920006");
		kit_exchange(alice, bob);
	}
	kit_live(alice, bob, 12000);
	kit_forget(alice);
	kit_forget(bob);
	kit_live(alice, bob, 20000);
	assert_int_equal(alice->outs + bob->outs, 0);
}

static void
a_new_key_and_what_waited_is_encrypted_anew(void **state)
{
	struct ipmsg_keys *other = load_keys(bob_2048, NULL);
	uint64_t number;

	(void)state;
	need_keys();
	/* The other way: bob's name has no fingerprint. */
	kit_say(alice, "bob@host3", 1, "first");
	kit_live(alice, bob, 3000);
	assert_int_equal(kit_count_told(bob, IPMSG_TEXT), 1);
	kit_machine_free(bob);
	bob = machine(2, "bob", "host3", alice_keys);
	bob->now_ms = alice->now_ms;
	kit_forget(alice);
	kit_say(alice, "bob@host3", 2, "second");
	number = kit_sent(alice, IPMSG_SENDMSG, 0)->packet.number;
	kit_live(alice, bob, 20000);
	assert_int_equal(
	    kit_told(alice, IPMSG_ANSWERED)->e.answer, IPMSG_WAITING);
	ipmsg_start(bob->m, kit_time(bob));
	kit_pull(bob);
	kit_live(alice, bob, 30000);
	assert_int_equal(kit_count_told(alice, IPMSG_KEY), 1);
	assert_true(kit_told(alice, IPMSG_KEY)->e.left);
	const struct kit_event *text = kit_told(bob, IPMSG_TEXT);
	assert_string_equal(text->text, "second");
	assert_int_equal(text->e.number, number);
	assert_int_equal(kit_count_told(bob, IPMSG_TEXT), 1);
	ipmsg_keys_free(other);
}

static void
what_does_not_decrypt_is_counted(void **state)
{
	struct ipmsg_vector v;

	(void)state;
	need_keys();
	ipmsg_vector_get("V50", &v);
	v.bytes[400] ^= 1;
	kit_hear(bob, &alice->addr, false, v.bytes, v.size);
	assert_int_equal(bob->event_count, 0);
	assert_int_equal(bob->outs, 0);
	assert_int_equal(ipmsg_counters(bob->m)->undecipherable, 1);
}

static void
without_keys_nothing_is_promised(void **state)
{
	struct kit_machine *carol = machine(3, "carol", "host4", NULL);
	struct ipmsg_vector v;

	(void)state;
	ipmsg_start(carol->m, kit_time(carol));
	kit_pull(carol);
	assert_false(carol->out[0].packet.options & IPMSG_ENCRYPT);
	kit_forget(carol);
	ipmsg_vector_get("V40", &v);
	kit_hear(carol, &alice->addr, false, v.bytes, v.size);
	ipmsg_vector_get("V50", &v);
	kit_hear(carol, &alice->addr, false, v.bytes, v.size);
	assert_int_equal(carol->outs, 0);
	assert_int_equal(carol->event_count, 0);
	assert_int_equal(ipmsg_counters(carol->m)->undecipherable, 1);
	kit_machine_free(carol);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_text_goes_encrypted),
		TEST(files_and_seals_go_into_it),
		TEST(v51_attachments_and_recipients_are_read),
		TEST(another_key_under_the_name_is_refused),
		TEST(who_sends_no_key_gets_plain_text),
		TEST(a_key_that_nobody_asked_for_is_ignored),
		TEST(t20_a_stranger_gets_no_key),
		TEST(t21_questions_for_keys_come_to_rest),
		TEST(a_new_key_and_what_waited_is_encrypted_anew),
		TEST(what_does_not_decrypt_is_counted),
		TEST(without_keys_nothing_is_promised),
	};
	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
