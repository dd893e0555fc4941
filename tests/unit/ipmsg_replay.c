/* SPDX-License-Identifier: MIT */
/*
 * Every published vector, and every packet that was captured between real
 * programs, into the machine: what it means, or that it means nothing.
 */
#include "ipmsg_kit.h"
#include "ipmsg_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct meaning {
	const char *id;
	enum ipmsg_event_kind kind;
	const char *handle, *words; /* the nick, or the text */
	const char *group;
};

static const struct meaning meanings[] = {
	{ "V01", IPMSG_TEXT, "shirouzu@jupiter", "Hello", "" },
	{ "V03", IPMSG_SEEN, "alice@host1", "Alice", "Dev" },
	{ "V04", IPMSG_SEEN, "alice@host1", "Alice", "" },
	{ "V05", IPMSG_SEEN, "yamada@host2", "山田", "開発" },
	{ "V06", IPMSG_SEEN, "zhang@PC-1", "张三", "研发" },
	{ "V07", IPMSG_SEEN, "bob@host3", "Bob", "営業" },
	{ "V08", IPMSG_SEEN, "alice@host1", "Alice", "Dev" },
	{ "V10", IPMSG_TEXT, "alice@host1", "Hello, world", "" },
	{ "V12", IPMSG_TEXT, "alice@host1", "line 1\nzweite Zeile: süß\n三行目",
	    "" },
	{ "V13", IPMSG_TEXT, "zhang@PC-1", "你好，世界", "" },
	{ "V14", IPMSG_TEXT, "yamada@host2", "こんにちは", "" },
	{ "V15", IPMSG_TEXT, "alice@host1", "for your eyes", "" },
	{ "V18", IPMSG_TEXT, "alice@host1", "unlock first", "" },
	{ "V19", IPMSG_TEXT, "alice@host1", "fire drill at 3", "" },
	{ "V20", IPMSG_TEXT, "bob@host3", "at lunch", "" },
	{ "V25", IPMSG_TEXT, "alice@host1", "see files", "" },
	{ "V32", IPMSG_TEXT, "alice@host1", "pic", "" },
	{ "W01", IPMSG_SEEN, "Lee@LEE-PC", "Lee", "" },
	{ "W02", IPMSG_SEEN, "Apple@WIN-SMFIBLTAL72", "Apple", "" },
	{ "W03", IPMSG_SEEN, "user@PC-9", "PC-9", "销售" },
	{ "W04", IPMSG_SEEN, "mary@tuxbox", "Mary", "ops" },
	{ "W06", IPMSG_SEEN, "mary@tuxbox", "Mary", "ops" },
	{ "W07", IPMSG_TEXT, "zhang@PC-1", "你好", "" },
	{ "W10", IPMSG_TEXT, "alice@host1", "again", "" },
	{ "W11", IPMSG_TEXT, "alice@host1", "no nul here", "" },
	{ "W12", IPMSG_TEXT, "bob@host3", "big number", "" },
	/* Cleaned by whoever shows it; the handle is clean already. */
	{ "X07", IPMSG_SEEN, "a@h", "\x1b]0;pwn\a", "" },
};
enum { MEANINGS = sizeof(meanings) / sizeof(meanings[0]) };

static const struct meaning *
meaning_of(const char *id)
{
	for (size_t i = 0; i < MEANINGS; i++)
		if (strcmp(meanings[i].id, id) == 0)
			return &meanings[i];
	return NULL;
}

static void
check_meaning(const struct kit_machine *k, const struct meaning *m)
{
	const struct kit_event *e = kit_told(k, m->kind);

	if (e == NULL)
		fail_msg("%s: nothing", m->id);
	assert_string_equal(e->handle, m->handle);
	if (m->kind == IPMSG_TEXT) {
		assert_string_equal(e->text, m->words);
		return;
	}
	assert_string_equal(e->nick, m->words);
	assert_string_equal(e->group, m->group);
}

static void
every_vector_means_this_or_nothing(void **state)
{
	struct ipmsg_vectors v = ipmsg_vectors_open("ipmsg.txt");
	struct addr from = kit_host(9);
	struct ipmsg_vector one;
	size_t all = 0, meant = 0;

	(void)state;
	while (ipmsg_vectors_next(&v, &one)) {
		struct kit_machine *k = kit_machine_new(1);
		const struct meaning *m = meaning_of(one.id);
		kit_start(k);
		kit_hear(k, &from, false, one.bytes, one.size);
		if (m != NULL)
			check_meaning(k, m);
		else if (k->event_count != 0)
			fail_msg("%s: something", one.id);
		meant += m != NULL;
		all++;
		kit_machine_free(k);
	}
	assert_int_equal(all, 73);
	assert_int_equal(meant, MEANINGS);
}

static void
a_captured_day_is_understood(void **state)
{
	struct ipmsg_vectors v = ipmsg_vectors_open("iptux.txt");
	struct kit_machine *k = kit_machine_new(1);
	struct addr from = {
		.family = ADDR_IPV4, .ip = { 10, 79, 0, 1 }, .port = IPMSG_PORT
	};
	struct ipmsg_vector one;
	struct ipmsg_who who;
	size_t texts = 0;

	(void)state;
	kit_start(k);
	while (ipmsg_vectors_next(&v, &one)) {
		if (strcmp(one.via, "udp") != 0)
			continue;
		kit_forget(k);
		kit_hear(k, &from, false, one.bytes, one.size);
		texts += kit_count_told(k, IPMSG_TEXT);
		for (size_t i = 0; i < k->event_count; i++)
			assert_null(strstr(k->events[i].text, "\xef\xbf\xbd"));
		kit_run(k, k->now_ms + 3000);
	}
	assert_true(texts > 10);
	assert_int_equal(ipmsg_counters(k->m)->malformed, 0);
	assert_int_equal(ipmsg_counters(k->m)->unknown, 0);
	assert_true(ipmsg_get(k->m, "root@host-alice", &who));
	assert_int_equal(who.client, IPMSG_CLIENT_IPTUX);
	assert_false(who.away);
	kit_machine_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_vector_means_this_or_nothing),
		cmocka_unit_test(a_captured_day_is_understood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
