/* SPDX-License-Identifier: MIT */
#include "base/addr.h"
#include "base/err.h"
#include "base/iface.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What is parsed, and how it is written again; NULL: refused. */
static const struct {
	const char *in, *out;
} cases[] = {
	{ "10.0.0.1", "10.0.0.1:7" },
	{ "10.0.0.1:99", "10.0.0.1:99" },
	{ "0.0.0.0:1", "0.0.0.0:1" },
	{ "255.255.255.255:65535", "255.255.255.255:65535" },
	{ "::", "[::]:7" },
	{ "::1", "[::1]:7" },
	{ "1::", "[1::]:7" },
	{ "fe80::1%3", "[fe80::1%3]:7" },
	{ "[fe80::1%3]:99", "[fe80::1%3]:99" },
	{ "[fe80::1%4294967295]", "[fe80::1%4294967295]:7" },
	{ "[::1]:1", "[::1]:1" },
	{ "2001:DB8::ABCD", "[2001:db8::abcd]:7" },
	{ "2001:db8:0:0:1:0:0:1", "[2001:db8::1:0:0:1]:7" },
	{ "2001:db8:0:1:1:1:1:1", "[2001:db8:0:1:1:1:1:1]:7" },
	{ "1:2:3:4:5:6:7:8", "[1:2:3:4:5:6:7:8]:7" },
	{ "1:2:3:4:5:6:7::", "[1:2:3:4:5:6:7:0]:7" },
	{ "::2:3:4:5:6:7:8", "[0:2:3:4:5:6:7:8]:7" },
	{ "0001::00ff", "[1::ff]:7" },
	{ "::ffff:1.2.3.4", "[::ffff:1.2.3.4]:7" },
	{ "64:ff9b::1.2.3.4", "[64:ff9b::102:304]:7" },
	{ "1:2:3:4:5:6:1.2.3.4", "[1:2:3:4:5:6:102:304]:7" },
	{ "", NULL },
	{ "localhost", NULL },
	{ "ana.local:99", NULL },
	{ "10.0.0", NULL },
	{ "10.0.0.1.2", NULL },
	{ "10.0.0.256", NULL },
	{ "10.0.0.01", NULL },
	{ "10.0.0.1 ", NULL },
	{ " 10.0.0.1", NULL },
	{ "10.0.0.-1", NULL },
	{ "+10.0.0.1", NULL },
	{ "0x0a.0.0.1", NULL },
	{ "10.0.0.1:", NULL },
	{ "10.0.0.1:0", NULL },
	{ "10.0.0.1:65536", NULL },
	{ "10.0.0.1:99999999999999999999", NULL },
	{ "10.0.0.1:099", NULL },
	{ "10.0.0.1:9 9", NULL },
	{ "10.0.0.1:9:9", NULL },
	{ "[10.0.0.1]:9", NULL },
	{ "10.0.0.1%1", NULL },
	{ "[::1", NULL },
	{ "::1]", NULL },
	{ "[::1]x", NULL },
	{ "[::1]:", NULL },
	{ "[]", NULL },
	{ "[", NULL },
	{ ":", NULL },
	{ ":::", NULL },
	{ ":1", NULL },
	{ "1:", NULL },
	{ "::1:", NULL },
	{ "1::2::3", NULL },
	{ "1:2:3:4:5:6:7", NULL },
	{ "1:2:3:4:5:6:7:8:9", NULL },
	{ "1:2:3:4:5:6:7:8::", NULL },
	{ "::1:2:3:4:5:6:7:8", NULL },
	{ "12345::", NULL },
	{ "g::", NULL },
	{ "fe80::1%", NULL },
	{ "fe80::1%0", NULL },
	{ "fe80::1%eth0", NULL },
	{ "fe80::1%4294967296", NULL },
	{ "fe80::1%03", NULL },
	{ "::1.2.3", NULL },
	{ "::1.2.3.4.5", NULL },
	{ "::1.2.3.4:5", NULL },
	{ "::f.2.3.4", NULL },
	{ "1:2:3:4:5:6:7:1.2.3.4", NULL },
};

static struct addr
parsed(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, 7, &a), 0);
	return a;
}

static void
text_is_parsed_strictly_and_written_canonically(void **state)
{
	size_t accepted = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct addr a = { .port = 4711 };
		char text[ADDR_TEXT_MAX];
		int err = addr_parse(cases[i].in, 7, &a);
		if (cases[i].out == NULL) {
			if (err != ERR_FORMAT)
				fail_msg("\"%s\" is accepted", cases[i].in);
			assert_int_equal(a.port, 4711);
			continue;
		}
		if (err != 0)
			fail_msg("\"%s\" is refused", cases[i].in);
		assert_string_equal(addr_text(&a, text), cases[i].out);
		accepted++;
	}
	assert_int_equal(accepted, 21);
}

static void
longest_text_fits(void **state)
{
	struct addr a = {
		.family = ADDR_IPV6, .port = 65535, .scope = UINT32_MAX
	};
	char text[ADDR_TEXT_MAX];

	(void)state;
	memset(a.ip, 0xff, sizeof(a.ip));
	assert_string_equal(addr_text(&a, text),
	    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535");
	assert_string_equal(addr_host_text(&a, text),
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295");
	a = (struct addr){ .family = ADDR_NONE };
	assert_string_equal(addr_host_text(&a, text), "-");
}

static void
equality_looks_at_port_and_scope(void **state)
{
	struct addr a = parsed("fe80::1%3"), b = a;

	(void)state;
	assert_true(addr_equal(&a, &b));
	b.port++;
	assert_false(addr_equal(&a, &b));
	assert_true(addr_same_host(&a, &b));
	b.scope++;
	assert_false(addr_same_host(&a, &b));
	struct addr v4 = parsed("0.0.0.0"), v6 = parsed("::");
	assert_false(addr_equal(&v4, &v6));
}

static void
special_ranges(void **state)
{
	static const struct {
		const char *text;
		bool loopback, link_local;
	} rows[] = {
		{ "127.0.0.1", true, false },
		{ "127.255.255.255", true, false },
		{ "128.0.0.1", false, false },
		{ "::1", true, false },
		{ "::2", false, false },
		{ "1::1", false, false },
		{ "169.254.0.1", false, true },
		{ "169.253.0.1", false, false },
		{ "fe80::1", false, true },
		{ "febf::1", false, true },
		{ "fec0::1", false, false },
		{ "fe7f::1", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct addr a = parsed(rows[i].text);
		assert_int_equal(addr_is_loopback(&a), rows[i].loopback);
		assert_int_equal(addr_is_link_local(&a), rows[i].link_local);
	}
}

static void
prefixes_are_compared_by_the_bit(void **state)
{
	struct addr a = parsed("10.77.0.2"), b = parsed("10.77.0.3");
	struct addr c = parsed("2001:db8::1"), d = parsed("2001:db8:8000::1");

	(void)state;
	assert_true(addr_same_prefix(&a, &b, 0));
	assert_true(addr_same_prefix(&a, &b, 24));
	assert_true(addr_same_prefix(&a, &b, 31));
	assert_false(addr_same_prefix(&a, &b, 32));
	assert_false(addr_same_prefix(&a, &b, 33));
	assert_true(addr_same_prefix(&a, &a, 1000));
	assert_true(addr_same_prefix(&c, &d, 32));
	assert_false(addr_same_prefix(&c, &d, 33));
	assert_false(addr_same_prefix(&a, &c, 0));
	struct addr none = { .family = ADDR_NONE };
	assert_false(addr_same_prefix(&none, &none, 0));
}

static void
mapped_addresses_become_plain(void **state)
{
	struct addr a = parsed("[::ffff:10.0.0.1]:99"),
		    b = parsed("10.0.0.1:99");
	struct addr c = parsed("::fffe:10.0.0.1"), before = c;

	(void)state;
	addr_unmap(&a);
	assert_true(addr_equal(&a, &b));
	assert_memory_equal(a.ip, b.ip, sizeof(a.ip));
	addr_unmap(&c);
	assert_true(addr_equal(&c, &before));
	addr_unmap(&b);
	assert_true(addr_equal(&a, &b));
}

static void
each_use_of_an_interface_has_a_text(void **state)
{
	(void)state;
	for (int a = IFACE_USED; a <= IFACE_NOT_CHOSEN; a++) {
		for (int b = a + 1; b <= IFACE_NOT_CHOSEN; b++)
			assert_string_not_equal(
			    iface_use_text((enum iface_use)a),
			    iface_use_text((enum iface_use)b));
	}
	assert_string_equal(iface_use_text(IFACE_VIRTUAL),
	    "virtual (choose it with --interface)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    text_is_parsed_strictly_and_written_canonically),
		cmocka_unit_test(longest_text_fits),
		cmocka_unit_test(equality_looks_at_port_and_scope),
		cmocka_unit_test(special_ranges),
		cmocka_unit_test(prefixes_are_compared_by_the_bit),
		cmocka_unit_test(mapped_addresses_become_plain),
		cmocka_unit_test(each_use_of_an_interface_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
