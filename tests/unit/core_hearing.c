/* SPDX-License-Identifier: MIT */
/* What came over which interface, and who was turned away for what. */
#include "core/engine_state.h"
#include "discover_kit.h"
#include "engine_kit.h"
#include "start_sodium.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ETH0 = 2, ETH1 = 3 };

static struct ekit k;

static const struct model *
model(void)
{
	return engine_model(k.engine);
}

static struct iface
an_iface(unsigned index, const char *name, uint8_t net)
{
	struct iface f = {
		.index = index,
		.addr = { .family = ADDR_IPV4, .ip = { 10, 0, net, 1 } },
		.broadcast = { .family = ADDR_IPV4, .ip = { 10, 0, net, 255 } },
		.prefix_bits = 24,
	};

	memcpy(f.name, name, strlen(name) + 1);
	return f;
}

static int
begin(void **state)
{
	(void)state;
	ekit_init(&k, 1);
	struct iface list[] = { an_iface(ETH0, "eth0", 1),
		an_iface(ETH1, "eth1", 2) };
	engine_network(k.engine, k.now, list, 2, false);
	ekit_drain(&k);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	ekit_clear(&k);
	return 0;
}

static void
give(unsigned index, bool on_link, uint8_t host, const struct kit_datagram *g)
{
	struct arrived a = {
		.from = { .family = ADDR_IPV4,
		    .ip = { 10, 0, 1, host },
		    .port = 50001 },
		.on_link = on_link,
		.index = index,
		.bytes = g->bytes,
		.size = g->size,
	};

	engine_arrived(k.engine, k.now, &a);
	ekit_drain(&k);
}

static struct kit_datagram
from_remote(const struct remote *r, uint32_t seq, uint8_t flags)
{
	struct beacon b =
	    kit_beacon(&r->end.identity, BEACON_ANNOUNCE, r->hello.epoch, seq);

	b.flags = flags;
	b.tcp_port = DISCOVERY_PORT;
	memcpy(b.instance, r->hello.instance, INSTANCE_SIZE);
	return kit_sign(&b, &r->end.identity);
}

static const struct iface_traffic *
traffic(unsigned index)
{
	for (size_t i = 0; i < model()->traffic_count; i++)
		if (model()->traffic[i].index == index)
			return &model()->traffic[i];
	return NULL;
}

static void
each_interface_counts_for_itself(void **state)
{
	(void)state;
	struct remote *bob = ekit_remote(&k, 1);
	struct kit_datagram g = from_remote(bob, 1, 0);
	give(ETH0, true, 9, &g);
	/* Again by another way, which is no new announcement. */
	give(ETH1, true, 10, &g);
	g = from_remote(bob, 2, 0);
	give(ETH0, true, 9, &g);
	give(0, true, 9, &g);
	assert_int_equal(model()->traffic_count, 2);
	assert_string_equal(traffic(ETH0)->name, "eth0");
	assert_int_equal(traffic(ETH0)->heard, 2);
	assert_int_equal(traffic(ETH1)->heard, 1);
	const struct peer *p = ekit_peer(&k, bob);
	assert_true(p->heard_on == 3);
	assert_true(p->heard_ms == k.now.mono_ms);
	assert_true(p->answered_ms == 0);
	k.now.mono_ms += 1000;
	g = from_remote(bob, 3, BEACON_REPLY);
	give(ETH0, true, 9, &g);
	assert_true(p->heard_ms == k.now.mono_ms - 1000);
	assert_true(p->answered_ms == k.now.mono_ms);
	assert_int_equal(meter_minute(&traffic(ETH0)->heard_rate, k.now), 3);
	k.now.mono_ms += 61000;
	assert_int_equal(meter_minute(&traffic(ETH0)->heard_rate, k.now), 0);
}

static void
what_could_not_be_sent(void **state)
{
	(void)state;
	struct iface list[] = { an_iface(ETH0, "eth0", 1),
		an_iface(ETH0, "eth0", 7), an_iface(ETH1, "eth1", 2) };
	list[2].last_error = EPERM;
	for (int i = 0; i < 5; i++)
		engine_broadcast_sent(k.engine, k.now, list, 3);
	/* A second address of the same network is not a second datagram. */
	assert_int_equal(traffic(ETH0)->sent, 5);
	assert_int_equal(traffic(ETH0)->last_error, 0);
	assert_int_equal(traffic(ETH1)->sent, 0);
	assert_int_equal(traffic(ETH1)->unsent, 5);
	assert_int_equal(traffic(ETH1)->last_error, EPERM);
	/* As /net shows it. */
	assert_int_equal(model()->ifaces[1].last_error, EPERM);
}

static struct kit_datagram
our_own(uint32_t seq, const uint8_t *instance)
{
	struct beacon b =
	    kit_beacon(&k.identity, BEACON_ANNOUNCE, KIT_EPOCH, seq);

	memcpy(b.instance, instance, INSTANCE_SIZE);
	return kit_sign(&b, &k.identity);
}

static void
our_own_come_back(void **state)
{
	(void)state;
	for (uint32_t seq = 1; seq <= 3; seq++) {
		struct kit_datagram g = our_own(seq, k.engine->instance);
		give(ETH0, true, 1, &g);
	}
	assert_int_equal(traffic(ETH0)->own, 3);
	assert_int_equal(traffic(ETH0)->heard, 0);
	assert_int_equal(model()->stray_count, 0);
}

/* A copied home: another process with our keys. */
static void
a_twin_is_noticed(void **state)
{
	(void)state;
	static const uint8_t other[INSTANCE_SIZE] = { 9, 9, 9 };
	for (uint32_t seq = 1; seq <= 4; seq++) {
		struct kit_datagram g = our_own(seq, other);
		give(ETH0, true, 7, &g);
		/* By another way, or recorded. */
		give(ETH1, true, 8, &g);
	}
	assert_int_equal(model()->stray_count, 1);
	assert_int_equal(model()->strays[0].why, DROP_OWN);
	assert_int_equal(model()->strays[0].count, 4);
	assert_int_equal(traffic(ETH0)->own, 0);
	/* Nobody without our key is one. */
	struct kit_datagram g = our_own(9, other);
	g.bytes[g.size - 1] ^= 1;
	give(ETH0, true, 7, &g);
	assert_int_equal(model()->strays[0].count, 4);
}

static void
other_versions_and_other_networks(void **state)
{
	(void)state;
	struct remote *bob = ekit_remote(&k, 1);
	struct kit_datagram g = from_remote(bob, 1, 0);
	give(ETH0, false, 77, &g);
	give(ETH0, false, 77, &g);
	g.bytes[4] = 2;
	give(ETH1, true, 78, &g);
	assert_int_equal(model()->stray_count, 2);
	assert_int_equal(model()->strays[0].why, DROP_OFF_LINK);
	assert_int_equal(model()->strays[0].count, 2);
	assert_int_equal(model()->strays[0].index, ETH0);
	assert_int_equal(model()->strays[1].why, DROP_VERSION);
	assert_int_equal(model()->strays[1].version, 2);
	assert_int_equal(
	    meter_minute(&model()->dropped_rate[DROP_OFF_LINK], k.now), 2);
}

/* Sources can be invented: they push out each other and nobody else. */
static void
t22_strays_10k(void **state)
{
	(void)state;
	static const uint8_t other[INSTANCE_SIZE] = { 9, 9, 9 };
	struct remote *bob = ekit_remote(&k, 1);
	struct kit_datagram twin = our_own(1, other);
	struct kit_datagram g = from_remote(bob, 1, 0);
	give(ETH0, true, 7, &twin);
	for (int i = 0; i < 10000; i++) {
		struct arrived a = {
			.from = { .family = ADDR_IPV4,
			    .ip = { 10, 9, (uint8_t)(i >> 8), (uint8_t)i },
			    .port = 50001 },
			.index = (unsigned)i + 1,
			.bytes = g.bytes,
			.size = g.size,
		};
		if (i % 1000 == 0)
			k.now.mono_ms += 1000;
		engine_arrived(k.engine, k.now, &a);
		ekit_drain(&k);
	}
	assert_int_equal(model()->stray_count, 1 + BEACON_STRAYS_OF_KIND);
	assert_int_equal(model()->strays[0].why, DROP_OWN);
	/* Nor do invented interfaces fill the table. */
	assert_in_range(model()->traffic_count, 1, 2);
}

static void
a_minute_is_a_minute(void **state)
{
	(void)state;
	struct meter m = { .slot = 0 };
	struct now now = { .mono_ms = 5 };
	for (int s = 0; s < 600; s++) {
		now.mono_ms += 1000;
		meter_add(&m, now, 2);
		uint64_t in = meter_minute(&m, now);
		assert_true(in <= 120);
		if (s >= 60)
			assert_true(in >= 100);
	}
	now.mono_ms += 10 * 3600000;
	assert_int_equal(meter_minute(&m, now), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_interface_counts_for_itself),
		CASE(what_could_not_be_sent),
		CASE(our_own_come_back),
		CASE(a_twin_is_noticed),
		CASE(other_versions_and_other_networks),
		CASE(t22_strays_10k),
		CASE(a_minute_is_a_minute),
	};

	return cmocka_run_group_tests(tests, start_sodium, NULL);
}
