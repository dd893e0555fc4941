/* SPDX-License-Identifier: MIT */
#include "net/resolve.h"

#include "base/err.h"
#include "base/now.h"
#include "netns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <netdb.h>
#include <sys/wait.h>

static void
wait_answer(struct resolve *r, struct resolve_answer *answer)
{
	struct loop *l = loop_new();

	while (!resolve_next(r, 0, answer)) {
		loop_begin(l);
		resolve_watch(r, l, 1);
		assert_int_equal(loop_wait(l, RESOLVE_TIMEOUT_MS), 0);
	}
	loop_free(l);
}

static void
a_number_is_resolved(void **state)
{
	struct resolve *r = resolve_new();
	struct resolve_answer answer;

	(void)state;
	assert_int_equal(resolve_deadline(r), NEVER_MS);
	assert_int_equal(resolve_start(r, 77, "127.0.0.1", 99, 5), 0);
	assert_int_equal(resolve_deadline(r), 5 + RESOLVE_TIMEOUT_MS);
	wait_answer(r, &answer);
	assert_int_equal(answer.token, 77);
	assert_int_equal(answer.count, 1);
	assert_null(answer.error);
	assert_int_equal(answer.addrs[0].family, ADDR_IPV4);
	assert_int_equal(answer.addrs[0].port, 99);
	assert_true(addr_is_loopback(&answer.addrs[0]));
	assert_int_equal(resolve_deadline(r), NEVER_MS);
	resolve_free(r);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
a_name_nobody_has_is_an_error(void **state)
{
	struct resolve *r = resolve_new();
	struct resolve_answer answer;

	(void)state;
	assert_int_equal(resolve_start(r, 1, "no.such.host.invalid", 1, 0), 0);
	wait_answer(r, &answer);
	assert_int_equal(answer.count, 0);
	assert_non_null(answer.error);
	resolve_free(r);
}

static void
a_number_has_a_name(void **state)
{
	struct resolve *r = resolve_new();
	struct addr here = { .family = ADDR_IPV4, .ip = { 127, 0, 0, 1 } };
	struct addr nobody = { .family = ADDR_IPV4, .ip = { 10, 9, 9, 9 } };
	struct resolve_answer answer;

	(void)state;
	/* The lists of names and services are those of this machine. */
	here.port = 80;
	assert_int_equal(resolve_start_back(r, 5, &here, true, 0), 0);
	wait_answer(r, &answer);
	assert_int_equal(answer.token, 5);
	assert_true(answer.back);
	assert_int_equal(answer.count, 0);
	assert_true((answer.host[0] == '\0') == (answer.error != NULL));
	const struct servent *service = getservbyport(htons(80), "tcp");
	assert_string_equal(
	    answer.service, service == NULL ? "" : service->s_name);
	assert_int_equal(resolve_start_back(r, 6, &nobody, false, 0), 0);
	wait_answer(r, &answer);
	assert_string_equal(answer.host, "");
	assert_string_equal(answer.service, "");
	assert_non_null(answer.error);
	resolve_free(r);
}

static void
no_more_than_four_at_once(void **state)
{
	struct resolve *r = resolve_new();
	struct resolve_answer answer;
	unsigned seen = 0;

	(void)state;
	for (uint32_t i = 0; i < RESOLVE_MAX; i++)
		assert_int_equal(resolve_start(r, i, "::1", 1, 0), 0);
	assert_int_equal(resolve_start(r, 9, "::1", 1, 0), ERR_LIMIT);
	for (int i = 0; i < RESOLVE_MAX; i++) {
		wait_answer(r, &answer);
		seen |= 1u << answer.token;
	}
	assert_int_equal(seen, (1u << RESOLVE_MAX) - 1);
	assert_false(resolve_next(r, 0, &answer));
	resolve_free(r);
}

static void
a_slow_lookup_times_out_and_its_child_is_gone(void **state)
{
	struct resolve *r = resolve_new();
	struct resolve_answer answer;

	(void)state;
	assert_int_equal(resolve_start(r, 3, "::1", 1, 0), 0);
	/* Whether or not it answered in the meantime, it is over then. */
	assert_true(resolve_next(r, RESOLVE_TIMEOUT_MS, &answer));
	assert_int_equal(answer.token, 3);
	assert_true((answer.count == 0) == (answer.error != NULL));
	assert_int_equal(resolve_deadline(r), NEVER_MS);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	resolve_free(r);
}

static void
free_ends_the_children(void **state)
{
	struct resolve *r = resolve_new();

	(void)state;
	assert_int_equal(resolve_start(r, 3, "::1", 1, 0), 0);
	resolve_free(r);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_resolved),
		cmocka_unit_test(a_name_nobody_has_is_an_error),
		cmocka_unit_test(a_number_has_a_name),
		cmocka_unit_test(no_more_than_four_at_once),
		cmocka_unit_test(a_slow_lookup_times_out_and_its_child_is_gone),
		cmocka_unit_test(free_ends_the_children),
	};

	netns_enter();
	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
