/* SPDX-License-Identifier: MIT */
/*
 * The way to somebody, broken at each of its steps.
 */
#include "doctor_kit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
isolation(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	f->peers[0].presence = PRESENCE_OFFLINE;
	f->peers[0].session = false;
	f->peers[0].neighbour = NEIGHBOUR_FAILED;
	*add_peer(f, "eve", "10.0.0.4") = f->peers[0];
	expect(f, DOCTOR_PARTLY, FAULT_ISOLATED, NULL);
	/* One alone may be switched off. */
	f = healthy();
	f->peers[0].presence = PRESENCE_OFFLINE;
	f->peers[0].session = false;
	f->peers[0].neighbour = NEIGHBOUR_FAILED;
	expect(f, DOCTOR_HINT, FAULT_ISOLATED, NULL);
	f = healthy();
	leave_alone(f);
	ask(f, "10.0.0.9");
	fail_step(f, PATH_NEIGHBOUR, PATH_WHY_TIMEOUT, 0);
	fail_step(f, PATH_PING, PATH_WHY_TIMEOUT, 0);
	fail_step(f, PATH_PING_OWN, PATH_WHY_TIMEOUT, 0);
	fail_step(f, PATH_TCP, PATH_WHY_SYSTEM, EHOSTUNREACH);
	expect(f, DOCTOR_BAD, FAULT_ISOLATED, "ping -c 3 10.0.0.9");
}

/* Somebody else on that link is heard, so that it is no isolation. */
static void
the_way_to_a_machine_that_is_off(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	ask(f, "10.0.0.9");
	fail_step(f, PATH_NEIGHBOUR, PATH_WHY_TIMEOUT, 0);
	fail_step(f, PATH_PING, PATH_WHY_TIMEOUT, 0);
	fail_step(f, PATH_PING_OWN, PATH_WHY_TIMEOUT, 0);
	fail_step(f, PATH_TCP, PATH_WHY_SYSTEM, EHOSTUNREACH);
	expect(f, DOCTOR_BAD, FAULT_UNREACHABLE, "ping -c 3 10.0.0.9");
}

static void
fail_both(struct doctor_facts *f, enum path_why why, int sys_errno)
{
	fail_step(f, PATH_PING, PATH_WHY_TIMEOUT, 0);
	fail_step(f, PATH_PING_OWN, PATH_WHY_TIMEOUT, 0);
	fail_step(f, PATH_TCP, why, sys_errno);
}

static void
the_way_to_a_machine_that_is_on(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	ask(f, "10.0.0.9");
	fail_both(f, PATH_WHY_SYSTEM, ECONNREFUSED);
	expect(f, DOCTOR_BAD, FAULT_REFUSED, "earshot");
	f = healthy();
	ask(f, "10.0.0.9");
	fail_both(f, PATH_WHY_TIMEOUT, 0);
	expect(f, DOCTOR_BAD, FAULT_FILTERED, "earshot doctor");
	f = healthy();
	ask(f, "192.168.7.9");
	fail_both(f, PATH_WHY_TIMEOUT, 0);
	expect(f, DOCTOR_BAD, FAULT_ROUTED, "traceroute 192.168.7.9");
	f = healthy();
	ask(f, "192.168.7.9");
	fail_both(f, PATH_WHY_SYSTEM, ENETUNREACH);
	expect(f, DOCTOR_BAD, FAULT_ROUTED, "ip route get 192.168.7.9");
	f = healthy();
	ask(f, "10.0.0.3");
	fail_step(f, PATH_TCP, PATH_WHY_TIMEOUT, 0);
	expect(f, DOCTOR_PARTLY, FAULT_TCP_DROPPED, "/transport udp bob");
	f = healthy();
	ask(f, "10.0.0.3");
	f->path.steps[PATH_PING].state = PATH_FAILED;
	f->path.steps[PATH_PING_OWN].state = PATH_FAILED;
	f->peers[0].hears_us = HEARS_UNKNOWN;
	expect(f, DOCTOR_PARTLY, FAULT_UDP_DROPPED, "earshot doctor");
	/* It says that it hears us: the way back is closed. */
	f = healthy();
	ask(f, "10.0.0.3");
	f->path.steps[PATH_PING].state = PATH_FAILED;
	f->path.steps[PATH_PING_OWN].state = PATH_FAILED;
	expect(f, DOCTOR_PARTLY, FAULT_DEAF, "sudo nft list ruleset");
}

static void
the_way_through_a_session(void **state)
{
	static const struct {
		enum path_why why;
		enum doctor_fault fault;
		const char *mend;
	} cases[] = {
		{ PATH_WHY_CLOSED, FAULT_HANDSHAKE, "/connect 10.0.0.3" },
		{ PATH_WHY_SELF, FAULT_IDENTITY_TWICE, NEW_IDENTITY },
		{ PATH_WHY_VERSION, FAULT_VERSION, "earshot --version" },
		{ PATH_WHY_IDENTITY, FAULT_CHANGED, "/connect 10.0.0.3" },
	};
	struct doctor_facts *f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		f = healthy();
		ask(f, "10.0.0.3");
		fail_step(f, PATH_HANDSHAKE, cases[i].why, 0);
		expect(f, DOCTOR_BAD, cases[i].fault, cases[i].mend);
	}
	f = healthy();
	ask(f, "10.0.0.3");
	fail_step(f, PATH_ECHO, PATH_WHY_TIMEOUT, 0);
	expect(f, DOCTOR_BAD, FAULT_HANDSHAKE, "/connect 10.0.0.3");
	f = healthy();
	ask(f, "10.0.0.3");
	f->path.steps[PATH_PING_LARGE].state = PATH_FAILED;
	expect(f, DOCTOR_PARTLY, FAULT_MTU, "sudo ip link set eth0 mtu 1280");
	f = healthy();
	ask(f, "10.0.0.3");
	f->path.load_ms = 100 * 1000;
	expect(f, DOCTOR_HINT, FAULT_SLOW, NULL);
}

static void
who_answers_and_is_not_heard(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	ask(f, "10.0.0.9");
	expect(f, DOCTOR_PARTLY, FAULT_NETMASK, "ip -4 addr show");
	f = healthy();
	ask(f, "192.168.7.9");
	expect(f, DOCTOR_HINT, FAULT_ROUTED, "/connect 192.168.7.9");
	/* It had no time to be heard. */
	f = healthy();
	ask(f, "10.0.0.9");
	f->listened_ms = 100;
	expect_nothing(f);
}

/* Whoever wrote first and was not answered yet gets no echo. */
static void
who_was_never_answered_is_not_ill(void **state)
{
	struct doctor_facts *f = healthy();

	(void)state;
	ask(f, "10.0.0.3");
	fail_step(f, PATH_ECHO, PATH_WHY_TIMEOUT, 0);
	f->path.steps[PATH_LOAD].why = PATH_WHY_REFUSED;
	expect_nothing(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(isolation),
		cmocka_unit_test(the_way_to_a_machine_that_is_off),
		cmocka_unit_test(the_way_to_a_machine_that_is_on),
		cmocka_unit_test(the_way_through_a_session),
		cmocka_unit_test(who_answers_and_is_not_heard),
		cmocka_unit_test(who_was_never_answered_is_not_ill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
