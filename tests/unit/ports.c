/* SPDX-License-Identifier: MIT */
/*
 * Ports that are shared with other programs, in a namespace of the test's own.
 */
#include "net/ports.h"

#include "net/ifaces.h"
#include "netns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

enum { PORT = 33333, WAIT_MS = 20000, UDP_TAG = 3, TCP_TAG = 4 };

struct host {
	struct ports *p;
	struct iface ifaces[IFACES_MAX];
	size_t count;
};

static void
host_open(struct host *h, const struct iface_choice *choice)
{
	h->p = ports_new();
	h->count = ifaces_list(choice, h->ifaces);
	ports_confine(h->p, choice);
	ports_interfaces(h->p, h->ifaces, h->count);
}

/* The next fd with that tag; -1 after WAIT_MS or at once. */
static int
host_ready(struct host *h, uint64_t tag, int wait_ms)
{
	struct loop *l = loop_new();
	struct loop_event ev;
	int fd = -1;

	loop_begin(l);
	ports_watch(h->p, l, 0, UDP_TAG, TCP_TAG);
	assert_int_equal(loop_wait(l, wait_ms), 0);
	while (fd < 0 && loop_ready(l, &ev))
		if (ev.tag == tag)
			fd = ev.fd;
	loop_free(l);
	return fd;
}

static bool
host_receive(struct host *h, struct port_datagram *d, int wait_ms)
{
	int fd = host_ready(h, UDP_TAG, wait_ms);

	return fd >= 0 && ports_receive(h->p, fd, d);
}

static struct addr
loopback(uint16_t port)
{
	return (struct addr){
		.family = ADDR_IPV4,
		.ip = { 127, 0, 0, 1 },
		.port = port,
	};
}

static void
everybody_at_the_port_hears_a_broadcast(void **state)
{
	struct iface_choice any = { .count = 0 };
	struct host a, b;
	struct port_datagram d;
	uint16_t port;

	(void)state;
	host_open(&a, &any);
	host_open(&b, &any);
	assert_int_equal(ports_open(a.p, 7, false, PORT, &port), 0);
	assert_int_equal(port, PORT);
	assert_int_equal(ports_open(b.p, 9, false, PORT, &port), 0);
	ports_broadcast(a.p, 7, PORT, (const uint8_t *)"hello", 5);
	assert_true(host_receive(&b, &d, WAIT_MS));
	assert_int_equal(d.number, 9);
	assert_true(d.to_all);
	assert_int_equal(d.size, 5);
	assert_memory_equal(d.bytes, "hello", 5);
	assert_int_equal(d.from.port, PORT);
	/* And so do we. */
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_false(host_receive(&b, &d, 0));
	ports_free(a.p);
	ports_free(b.p);
}

static void
answers_leave_by_the_port_that_was_asked(void **state)
{
	static uint8_t big[60000];
	struct iface_choice any = { .count = 0 };
	struct host a;
	struct port_datagram d;
	struct addr to;
	uint16_t first, second;

	(void)state;
	host_open(&a, &any);
	assert_int_equal(ports_open(a.p, 1, false, 0, &first), 0);
	assert_int_equal(ports_open(a.p, 2, false, 0, &second), 0);
	assert_int_not_equal(first, second);
	to = loopback(second);
	ports_send(a.p, 1, &to, big, sizeof(big));
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_int_equal(d.number, 2);
	assert_int_equal(d.from.port, first);
	assert_false(d.to_all);
	assert_int_equal(d.size, sizeof(big));
	/* The same in IPv6. */
	to = (struct addr){ .family = ADDR_IPV6, .port = second };
	to.ip[15] = 1;
	ports_send(a.p, 1, &to, big, 0);
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_int_equal(d.from.family, ADDR_IPV6);
	assert_int_equal(d.from.port, first);
	assert_int_equal(d.size, 0);
	/* Closed, or no such number: nothing. */
	ports_close(a.p, 2);
	ports_close(a.p, 2);
	ports_send(a.p, 2, &to, big, 1);
	ports_send(a.p, 1, &(struct addr){ .family = ADDR_NONE }, big, 1);
	assert_false(host_receive(&a, &d, 0));
	ports_free(a.p);
}

static void
a_port_that_is_not_shared_is_in_use(void **state)
{
	struct iface_choice any = { .count = 0 };
	struct host a, b;
	uint16_t port;

	(void)state;
	host_open(&a, &any);
	host_open(&b, &any);
	ports_alone(b.p);
	assert_int_equal(ports_open(a.p, 1, false, PORT, &port), 0);
	assert_int_equal(ports_open(b.p, 1, false, PORT, &port), EADDRINUSE);
	ports_close(a.p, 1);
	assert_int_equal(ports_open(b.p, 1, false, PORT, &port), 0);
	assert_int_equal(ports_open(a.p, 1, false, PORT, &port), EADDRINUSE);
	ports_free(a.p);
	ports_free(b.p);
}

static int
client(uint16_t port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static void
a_listener_holds_128_and_its_port_is_free_again(void **state)
{
	struct iface_choice any = { .count = 0 };
	struct host a;
	struct port_stream s;
	int clients[128], got[128];
	uint16_t port;

	(void)state;
	host_open(&a, &any);
	assert_int_equal(ports_open(a.p, 5, true, 0, &port), 0);
	assert_int_equal(ports_open(a.p, 6, true, port, &port), EADDRINUSE);
	for (int i = 0; i < 128; i++)
		clients[i] = client(port);
	for (int i = 0; i < 128; i++) {
		int fd = host_ready(&a, TCP_TAG, WAIT_MS);
		assert_true(ports_accept(a.p, fd, &s));
		assert_int_equal(s.number, 5);
		assert_true(addr_is_loopback(&s.from));
		got[i] = s.fd;
	}
	/* We close first, which leaves them in TIME_WAIT. */
	for (int i = 0; i < 128; i++) {
		close(got[i]);
		close(clients[i]);
	}
	ports_close(a.p, 5);
	assert_int_equal(ports_open(a.p, 6, true, port, &port), 0);
	close(client(port));
	ports_free(a.p);
}

static void
what_is_not_named_is_not_used(void **state)
{
	static char name[] = "lan0";
	static char *const names[] = { name };
	struct iface_choice any = { .count = 0 };
	struct iface_choice lan = { .names = names, .count = 1 };
	struct host a, b;
	struct port_datagram d;
	struct port_stream s;
	struct addr to = loopback(PORT);
	int tap = netns_tap(name);
	uint16_t port;

	(void)state;
	if (tap < 0) {
		print_message("SKIPPED: no TAP interface can be had here\n");
		skip();
	}
	assert_true(netns_address(name, SIOCSIFADDR, "10.77.0.1"));
	assert_true(netns_address(name, SIOCSIFNETMASK, "255.255.255.0"));
	assert_true(netns_flags(name, IFF_UP, 0));
	host_open(&a, &lan);
	host_open(&b, &any);
	assert_int_equal(ports_open(a.p, 1, false, PORT, &port), 0);
	assert_int_equal(ports_open(b.p, 2, false, 0, &port), 0);
	/* Through loopback, which was not named. */
	ports_send(b.p, 2, &to, (const uint8_t *)"in", 2);
	assert_false(host_receive(&a, &d, 50));
	ports_send(a.p, 1,
	    &(struct addr){
		.family = ADDR_IPV4, .ip = { 127, 0, 0, 1 }, .port = port },
	    (const uint8_t *)"out", 3);
	assert_false(host_receive(&b, &d, 50));
	/* To the address of the card: it is that host's. */
	to = (struct addr){
		.family = ADDR_IPV4, .ip = { 10, 77, 0, 1 }, .port = PORT
	};
	ports_send(b.p, 2, &to, (const uint8_t *)"in", 2);
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_int_equal(ports_open(a.p, 3, true, 0, &port), 0);
	int fd = client(port);
	assert_false(ports_accept(a.p, host_ready(&a, TCP_TAG, WAIT_MS), &s));
	close(fd);
	ports_free(a.p);
	ports_free(b.p);
	close(tap);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(everybody_at_the_port_hears_a_broadcast),
		cmocka_unit_test(answers_leave_by_the_port_that_was_asked),
		cmocka_unit_test(
		    a_listener_holds_128_and_its_port_is_free_again),
		cmocka_unit_test(a_port_that_is_not_shared_is_in_use),
		cmocka_unit_test(what_is_not_named_is_not_used),
	};

	netns_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
