/* SPDX-License-Identifier: MIT */
/*
 * Several instances in one process and one namespace; what leaves by the TAP
 * interface is read back as frames.
 */
#include "net/udp.h"

#include "base/mem.h"
#include "net/ifaces.h"
#include "netns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>

enum { PORT = 41827, WAIT_MS = 20000 };

struct host {
	struct udp *u;
	struct iface ifaces[IFACES_MAX];
	size_t count;
};

static void
host_open(struct host *h, const char *only)
{
	static char name[IFACE_NAME_MAX];
	static char *const names[] = { name };
	struct iface_choice choice = { .count = 0 };
	char *error = NULL;

	if (only != NULL) {
		snprintf(name, sizeof(name), "%s", only);
		choice = (struct iface_choice){
			.names = names,
			.count = 1,
		};
	}
	assert_int_equal(udp_open(PORT, NULL, &h->u, &error), 0);
	assert_null(error);
	h->count = ifaces_list(&choice, h->ifaces);
	udp_interfaces(h->u, h->ifaces, h->count);
}

/* The next datagram of any of its sockets; false after WAIT_MS or at once. */
static bool
host_receive(struct host *h, struct datagram *d, int wait_ms)
{
	struct loop *l = loop_new();
	struct loop_event ev;
	bool got = false;

	loop_begin(l);
	udp_watch(h->u, l, 7);
	assert_int_equal(loop_wait(l, wait_ms), 0);
	while (!got && loop_ready(l, &ev)) {
		assert_true(ev.tag == 7);
		got = udp_receive(h->u, ev.fd, d);
	}
	loop_free(l);
	return got;
}

static void
host_broadcast(struct host *h, const char *text)
{
	udp_broadcast(
	    h->u, h->ifaces, h->count, (const uint8_t *)text, strlen(text));
}

static struct addr
own_loopback(const struct host *h)
{
	return (struct addr){
		.family = ADDR_IPV4,
		.ip = { 127, 0, 0, 1 },
		.port = udp_own_port(h->u),
	};
}

static void
every_instance_of_the_host_hears_a_broadcast(void **state)
{
	struct host a, b, c;
	struct datagram d;

	(void)state;
	host_open(&a, NULL);
	host_open(&b, NULL);
	host_open(&c, NULL);
	assert_int_not_equal(udp_own_port(a.u), udp_own_port(b.u));
	host_broadcast(&a, "anybody here?");
	assert_true(host_receive(&b, &d, WAIT_MS));
	assert_int_equal(d.size, 13);
	assert_memory_equal(d.bytes, "anybody here?", 13);
	assert_true(d.on_link);
	assert_true(d.to_all);
	assert_int_equal(d.from.port, udp_own_port(a.u));
	assert_true(addr_is_loopback(&d.from));
	assert_false(host_receive(&b, &d, 0));
	assert_true(host_receive(&c, &d, WAIT_MS));
	for (size_t i = 0; i < a.count; i++)
		assert_int_equal(a.ifaces[i].last_error, 0);
	udp_close(a.u);
	udp_close(b.u);
	udp_close(c.u);
}

static void
an_answer_reaches_its_instance_alone(void **state)
{
	struct host a, b;
	struct datagram d;
	struct addr to;

	(void)state;
	host_open(&a, NULL);
	host_open(&b, NULL);
	to = own_loopback(&a);
	udp_send(b.u, &to, (const uint8_t *)"me", 2);
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_int_equal(d.from.port, udp_own_port(b.u));
	assert_false(host_receive(&b, &d, 0));
	/* The same port serves IPv6. */
	to = (struct addr){ .family = ADDR_IPV6, .port = udp_own_port(a.u) };
	to.ip[15] = 1;
	udp_send(b.u, &to, (const uint8_t *)"six", 3);
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_int_equal(d.from.family, ADDR_IPV6);
	assert_int_equal(d.size, 3);
	assert_false(d.to_all);
	udp_close(a.u);
	udp_close(b.u);
}

static void
t25_what_is_too_long_is_dropped(void **state)
{
	static uint8_t big[1501];
	struct host a, b;
	struct datagram d;
	struct addr to;

	(void)state;
	host_open(&a, NULL);
	host_open(&b, NULL);
	to = own_loopback(&a);
	udp_send(b.u, &to, big, 1501);
	udp_send(b.u, &to, big, 1500);
	udp_send(b.u, &to, big, 0);
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_int_equal(d.size, 1500);
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_int_equal(d.size, 0);
	assert_false(host_receive(&a, &d, 0));
	udp_close(a.u);
	udp_close(b.u);
}

static void
a_port_held_alone_is_a_sentence(void **state)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
	};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct udp *u = NULL;
	char *error = NULL;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_true(udp_open(PORT, NULL, &u, &error) < 0);
	assert_null(u);
	assert_non_null(error);
	assert_non_null(strstr(error, "port, 41827"));
	assert_non_null(strstr(error, "--port"));
	free(error);
	close(fd);
}

static void
impossible_targets_do_no_harm(void **state)
{
	struct host a;
	struct addr none = { .family = ADDR_NONE };
	struct addr far = { .family = ADDR_IPV4, .ip = { 10, 1, 2, 3 } };
	struct addr scopeless = { .family = ADDR_IPV6, .port = 9 };
	struct datagram d;

	(void)state;
	host_open(&a, NULL);
	far.port = 9;
	scopeless.ip[0] = 0xfe;
	scopeless.ip[1] = 0x80;
	udp_send(a.u, &none, (const uint8_t *)"x", 1);
	udp_send(a.u, &far, (const uint8_t *)"x", 1);
	udp_send(a.u, &scopeless, (const uint8_t *)"x", 1);
	assert_false(host_receive(&a, &d, 0));
	udp_close(a.u);
}

static int
open_lan(void)
{
	struct pollfd watch = { .fd = ifaces_watch_open(), .events = POLLIN };
	int fd = netns_tap("lan0");

	if (fd < 0) {
		print_message("SKIPPED: no TAP interface can be had here\n");
		skip();
	}
	assert_true(netns_address("lan0", SIOCSIFADDR, "10.77.0.1"));
	assert_true(netns_address("lan0", SIOCSIFNETMASK, "255.255.255.0"));
	assert_true(netns_flags("lan0", IFF_UP, 0));
	while (!netns_has_ipv6("lan0")) {
		assert_int_equal(poll(&watch, 1, WAIT_MS), 1);
		ifaces_watch_read(watch.fd);
	}
	close(watch.fd);
	return fd;
}

/* The next frame that is UDP to our port; NULL after WAIT_MS. */
static const uint8_t *
next_frame(int tap, uint8_t frame[2048])
{
	struct pollfd p = { .fd = tap, .events = POLLIN };

	while (poll(&p, 1, WAIT_MS) == 1) {
		ssize_t n = read(tap, frame, 2048);
		bool v4 = n > 42 && frame[12] == 8 && frame[23] == 17;
		bool v6 = n > 62 && frame[12] == 0x86 && frame[20] == 17;
		const uint8_t *udp = frame + (v6 ? 54 : 34);
		if ((v4 || v6) && udp[2] * 256 + udp[3] == PORT)
			return frame;
	}
	return NULL;
}

static void
broadcast_leaves_on_the_link_and_no_further(void **state)
{
	static const uint8_t group[16] = { 0xff, 0x12, [12] = 0x45, 0x41, 0x52,
		0x53 };
	uint8_t frame[2048];
	int tap = open_lan();
	struct host a;
	unsigned v4 = 0, v6 = 0;

	(void)state;
	host_open(&a, "lan0");
	host_broadcast(&a, "hello");
	for (int i = 0; i < 2; i++) {
		assert_non_null(next_frame(tap, frame));
		if (frame[12] == 8) {
			v4++;
			assert_memory_equal(
			    frame, "\xff\xff\xff\xff\xff\xff", 6);
			assert_int_equal(frame[22], 1); /* TTL */
			assert_memory_equal(frame + 26, "\x0a\x4d\x00\x01", 4);
			assert_memory_equal(frame + 30, "\x0a\x4d\x00\xff", 4);
		} else {
			v6++;
			assert_int_equal(frame[21], 1); /* hop limit */
			assert_memory_equal(frame + 22, "\xfe\x80", 2);
			assert_memory_equal(frame + 38, group, 16);
		}
	}
	assert_int_equal(v4, 1);
	assert_int_equal(v6, 1);
	udp_close(a.u);
	close(tap);
}

static void
two_instances_meet_on_a_named_interface(void **state)
{
	struct host a, b;
	struct datagram d;
	bool v4 = false, v6 = false;
	int tap = open_lan();

	(void)state;
	host_open(&a, "lan0");
	host_open(&b, "lan0");
	host_broadcast(&a, "hello");
	for (int i = 0; i < 2; i++) {
		assert_true(host_receive(&b, &d, WAIT_MS));
		assert_true(d.on_link && d.to_all);
		v4 |= d.from.family == ADDR_IPV4;
		v6 |= d.from.family == ADDR_IPV6;
		/* The answer goes back the same way, and is as near. */
		udp_send(b.u, &d.from, (const uint8_t *)"hi", 2);
		assert_true(host_receive(&a, &d, WAIT_MS));
		while (d.size != 2)
			assert_true(host_receive(&a, &d, WAIT_MS));
		assert_true(d.on_link && !d.to_all);
	}
	assert_true(v4 && v6);
	udp_close(a.u);
	udp_close(b.u);
	close(tap);
}

static void
loopback_counts_only_where_it_is_used(void **state)
{
	struct host a, b;
	struct datagram d;
	int tap = open_lan();

	(void)state;
	host_open(&a, "lan0");
	host_open(&b, NULL);
	host_broadcast(&b, "hello");
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_false(d.on_link);
	udp_close(a.u);
	udp_close(b.u);
	close(tap);
}

static uint16_t
checksum(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)p[i] * 256 + p[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* An Ethernet broadcast frame with a UDP datagram "x" from 1.2.3.4-like. */
static void
inject(int tap, const uint8_t from[static 4])
{
	uint8_t f[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 9,
		8, 0, 0x45, 0, 0, 29, 0, 1, 0, 0, 64, 17 };

	memcpy(f + 26, from, 4);
	memcpy(f + 30, "\x0a\x4d\x00\xff", 4);
	memcpy(f + 34, "\x13\x88\xa3\x63\x00\x09\x00\x00x", 9);
	uint16_t sum = checksum(f + 14, 20);
	f[24] = (uint8_t)(sum >> 8);
	f[25] = (uint8_t)sum;
	assert_int_equal(write(tap, f, 60), 60);
}

static void
t26_a_source_from_elsewhere_is_not_on_link(void **state)
{
	static const uint8_t near[4] = { 10, 77, 0, 9 };
	static const uint8_t far[4] = { 10, 78, 0, 9 };
	struct host a;
	struct datagram d;
	int tap = open_lan();

	(void)state;
	netns_sysctl("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
	netns_sysctl("/proc/sys/net/ipv4/conf/lan0/rp_filter", "0");
	host_open(&a, "lan0");
	inject(tap, near);
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_true(d.on_link);
	assert_int_equal(d.from.port, 5000);
	inject(tap, far);
	/* The kernel itself may drop it, as it has no route back. */
	if (host_receive(&a, &d, 100))
		assert_false(d.on_link);
	/* Not ours any more once the interface is not used. */
	for (size_t i = 0; i < a.count; i++)
		a.ifaces[i].use = IFACE_NOT_CHOSEN;
	udp_interfaces(a.u, a.ifaces, a.count);
	inject(tap, near);
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_false(d.on_link);
	udp_close(a.u);
	close(tap);
}

static void
t26_the_network_of_another_interface_is_not_on_link(void **state)
{
	static const uint8_t other[4] = { 10, 78, 0, 9 };
	struct host a;
	struct datagram d;
	int tap = open_lan();
	int second = netns_tap("lan1");

	(void)state;
	netns_sysctl("/proc/sys/net/ipv4/conf/all/rp_filter", "0");
	netns_sysctl("/proc/sys/net/ipv4/conf/lan0/rp_filter", "0");
	assert_true(netns_address("lan1", SIOCSIFADDR, "10.78.0.1"));
	assert_true(netns_address("lan1", SIOCSIFNETMASK, "255.255.255.0"));
	assert_true(netns_flags("lan1", IFF_UP, 0));
	host_open(&a, "lan0");
	/* Both are used. */
	for (size_t i = 0; i < a.count; i++)
		a.ifaces[i].use = IFACE_USED;
	udp_interfaces(a.u, a.ifaces, a.count);
	inject(tap, other);
	assert_true(host_receive(&a, &d, WAIT_MS));
	assert_false(d.on_link);
	udp_close(a.u);
	close(tap);
	close(second);
}

static void
a_send_that_fails_is_remembered(void **state)
{
	struct host a;
	bool failed = false;
	int tap = open_lan();

	(void)state;
	host_open(&a, "lan0");
	assert_true(netns_flags("lan0", 0, IFF_UP));
	host_broadcast(&a, "hello");
	for (size_t i = 0; i < a.count; i++)
		failed |= a.ifaces[i].use == IFACE_USED &&
			  a.ifaces[i].last_error != 0;
	assert_true(failed);
	udp_close(a.u);
	close(tap);
}

static void
an_answer_leaves_through_the_named_card(void **state)
{
	struct addr to = { .family = ADDR_IPV4, .ip = { 10, 77, 0, 9 } };
	struct pollfd card;
	struct host a;
	int taps[2];

	(void)state;
	if (!netns_two_cards(taps)) {
		print_message("SKIPPED: no TAP interface can be had here\n");
		skip();
	}
	to.port = 5000;
	host_open(&a, "lan1");
	udp_send(a.u, &to, (const uint8_t *)"answer", 6);
	card = (struct pollfd){ .fd = taps[1], .events = POLLIN };
	while (!netns_asks_for(taps[1], to.ip))
		assert_int_equal(poll(&card, 1, WAIT_MS), 1);
	assert_false(netns_asks_for(taps[0], to.ip));
	udp_close(a.u);
	close(taps[0]);
	close(taps[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_instance_of_the_host_hears_a_broadcast),
		cmocka_unit_test(an_answer_reaches_its_instance_alone),
		cmocka_unit_test(t25_what_is_too_long_is_dropped),
		cmocka_unit_test(a_port_held_alone_is_a_sentence),
		cmocka_unit_test(impossible_targets_do_no_harm),
		cmocka_unit_test(broadcast_leaves_on_the_link_and_no_further),
		cmocka_unit_test(two_instances_meet_on_a_named_interface),
		cmocka_unit_test(loopback_counts_only_where_it_is_used),
		cmocka_unit_test(t26_a_source_from_elsewhere_is_not_on_link),
		cmocka_unit_test(
		    t26_the_network_of_another_interface_is_not_on_link),
		cmocka_unit_test(a_send_that_fails_is_remembered),
		cmocka_unit_test(an_answer_leaves_through_the_named_card),
	};

	netns_enter();
	return cmocka_run_group_tests_name("udp", tests, NULL, NULL);
}
