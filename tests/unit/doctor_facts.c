/* SPDX-License-Identifier: MIT */
/*
 * What the doctor is told of a model: interfaces with what went over them, and
 * people, as they are and with what is not known left unknown.
 */
#include "core/doctor.h"
#include "model_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DAY_MS = 24 * 3600 * 1000 };

struct world {
	struct model *m;
	struct peer *bob, *carol;
	struct doctor_facts *f;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->m = fixture_model();
	for (size_t i = 0; i < w->m->iface_count; i++)
		w->m->ifaces[i].index = (unsigned)i + 1;
	w->bob = fixture_contact(w->m, "bob", PRESENCE_ONLINE, 1);
	w->carol = fixture_contact(w->m, "carol", PRESENCE_OFFLINE, 2);
	w->f = doctor_facts_new();
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	doctor_facts_free(w->f);
	fixture_free(w->m);
	free(w);
	return 0;
}

static struct doctor_peer *
peer_of(struct world *w, const struct peer *p)
{
	for (size_t i = 0; i < w->f->peer_count; i++)
		if (fp_equal(&w->f->peers[i].fp, &p->fp))
			return &w->f->peers[i];
	fail();
	return NULL;
}

static void
interfaces_come_with_all_their_addresses(void **state)
{
	struct world *w = *state;
	struct iface *more = &w->m->ifaces[w->m->iface_count++];

	*more = w->m->ifaces[0];
	assert_int_equal(addr_parse("fe80::1%1", 0, &more->addr), 0);
	more->prefix_bits = 64;
	w->m->traffic[w->m->traffic_count++] = (struct iface_traffic){
		.index = 1, .family = ADDR_IPV6, .sent = 7
	};
	doctor_facts_model(w->f, w->m, fixture_now());
	assert_int_equal(w->f->iface_count, 3);
	assert_string_equal(w->f->ifaces[0].name, "wlan0");
	assert_int_equal(w->f->ifaces[0].addr_count, 2);
	assert_int_equal(w->f->ifaces[0].traffic[1].sent, 7);
	assert_int_equal(w->f->ifaces[0].traffic[0].family, ADDR_NONE);
	assert_int_equal(w->f->ifaces[2].addrs[0].use, IFACE_VIRTUAL);
	/* A second time it is the same. */
	doctor_facts_model(w->f, w->m, fixture_now());
	assert_int_equal(w->f->iface_count, 3);
	assert_int_equal(w->f->ifaces[0].addr_count, 2);
}

static void
people_are_as_they_are(void **state)
{
	struct world *w = *state;

	w->bob->heard_on = 1;
	w->bob->heard_ms = FIXTURE_MONO_MS - 5000;
	w->bob->hears_us = HEARS_US_NOT;
	w->bob->clock_skew_ms = -3000;
	w->m->traffic[w->m->traffic_count++] =
	    (struct iface_traffic){ .index = 2, .family = ADDR_IPV4 };
	doctor_facts_model(w->f, w->m, fixture_now());
	assert_int_equal(w->f->peer_count, 2);
	const struct doctor_peer *bob = peer_of(w, w->bob);
	assert_string_equal(bob->iface, "eth0");
	assert_int_equal(w->f->ifaces[1].peer_count, 1);
	assert_int_equal(bob->broadcast_heard, KNOWN_YES);
	assert_int_equal(bob->broadcast_ago_ms, 5000);
	assert_true(bob->announced && bob->session && bob->has_skew);
	assert_int_equal(bob->skew_ms, -3000);
	assert_int_equal(bob->hears_us, HEARS_US_NOT);
	const struct doctor_peer *carol = peer_of(w, w->carol);
	assert_int_equal(carol->broadcast_ago_ms, -1);
	assert_false(carol->announced || carol->session || carol->has_skew);
}

/* Nobody is deaf after a minute in which nothing is due. */
static void
silence_means_something_in_the_end(void **state)
{
	struct world *w = *state;
	struct now late = fixture_now();

	doctor_facts_model(w->f, w->m, fixture_now());
	assert_int_equal(peer_of(w, w->bob)->broadcast_heard, KNOWN_NOTHING);
	late.mono_ms += 10 * 60 * 1000;
	doctor_facts_model(w->f, w->m, late);
	assert_int_equal(peer_of(w, w->bob)->broadcast_heard, KNOWN_NO);
	/* It is not there at all. */
	assert_int_equal(peer_of(w, w->carol)->broadcast_heard, KNOWN_NOTHING);
}

static void
who_has_our_name_looks_like_us(void **state)
{
	struct world *w = *state;
	struct peer *mira = fixture_peer(w->m, "MIRA", PRESENCE_ONLINE, 9);

	doctor_facts_model(w->f, w->m, fixture_now());
	assert_false(peer_of(w, w->bob)->look_alike);
	assert_true(peer_of(w, mira)->look_alike);
}

static void
strays_grow_old(void **state)
{
	struct world *w = *state;

	w->m->strays[w->m->stray_count++] = (struct stray_beacon){
		.why = DROP_VERSION,
		.version = 9,
		.count = 1,
		.last_ms = FIXTURE_MONO_MS,
	};
	w->m->strays[w->m->stray_count++] = (struct stray_beacon){
		.why = DROP_OWN, /* one alone may be a recording */
		.count = 1,
		.last_ms = FIXTURE_MONO_MS,
	};
	doctor_facts_model(w->f, w->m, fixture_now());
	assert_int_equal(w->f->stray_count, 1);
	assert_int_equal(w->f->strays[0].version, 9);
	w->f->stray_count = 0;
	struct now late = fixture_now();
	late.mono_ms += DAY_MS;
	doctor_facts_model(w->f, w->m, late);
	assert_int_equal(w->f->stray_count, 0);
}

int
main(void)
{
#define ROW(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ROW(interfaces_come_with_all_their_addresses),
		ROW(people_are_as_they_are),
		ROW(silence_means_something_in_the_end),
		ROW(who_has_our_name_looks_like_us),
		ROW(strays_grow_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
