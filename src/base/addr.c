/* SPDX-License-Identifier: MIT */
/*
 * Own parser and writer instead of inet_pton and getaddrinfo: they accept more
 * than we want (octal parts, interface names), and this layer knows no sockets.
 * Text is written as RFC 5952 asks.
 */
#include "base/addr.h"

#include "base/err.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
	IPV4_PARTS = 4,
	IPV6_GROUPS = 8,
	IPV4_BITS = 32,
	IPV6_BITS = 128,
};

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

bool
addr_same_host(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && a->scope == b->scope &&
	       memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

bool
addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_same_host(a, b) && a->port == b->port;
}

bool
addr_is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (a->family == ADDR_IPV4)
		return a->ip[0] == 127;
	return a->family == ADDR_IPV6 && memcmp(a->ip, one, sizeof(one)) == 0;
}

bool
addr_is_link_local(const struct addr *a)
{
	if (a->family == ADDR_IPV4)
		return a->ip[0] == 169 && a->ip[1] == 254;
	return a->family == ADDR_IPV6 && a->ip[0] == 0xfe &&
	       (a->ip[1] & 0xc0) == 0x80;
}

static unsigned
family_bits(const struct addr *a)
{
	switch (a->family) {
	case ADDR_IPV4:
		return IPV4_BITS;
	case ADDR_IPV6:
		return IPV6_BITS;
	default:
		return 0;
	}
}

bool
addr_same_prefix(const struct addr *a, const struct addr *b, unsigned bits)
{
	if (a->family != b->family || a->scope != b->scope ||
	    family_bits(a) == 0)
		return false;
	if (bits > family_bits(a))
		bits = family_bits(a);
	if (memcmp(a->ip, b->ip, bits / 8) != 0)
		return false;
	if (bits % 8 == 0)
		return true;
	unsigned mask = 0xffu << (8 - bits % 8) & 0xffu;
	return ((a->ip[bits / 8] ^ b->ip[bits / 8]) & mask) == 0;
}

void
addr_unmap(struct addr *a)
{
	if (a->family != ADDR_IPV6 ||
	    memcmp(a->ip, mapped_prefix, sizeof(mapped_prefix)) != 0)
		return;
	a->family = ADDR_IPV4;
	a->scope = 0;
	memmove(a->ip, a->ip + sizeof(mapped_prefix), IPV4_PARTS);
	memset(a->ip + IPV4_PARTS, 0, sizeof(a->ip) - IPV4_PARTS);
}

/* Moves *p behind a decimal number without leading zeros. */
static bool
parse_decimal(const char **p, uint32_t max, uint32_t *ret_value)
{
	const char *s = *p;
	uint64_t v = 0;

	if (*s < '0' || *s > '9' || (s[0] == '0' && s[1] >= '0' && s[1] <= '9'))
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (uint64_t)(*s - '0');
		if (v > max)
			return false;
	}
	*p = s;
	*ret_value = (uint32_t)v;
	return true;
}

static bool
parse_ipv4(const char **p, uint8_t ip[static IPV4_PARTS])
{
	uint32_t v;

	for (int i = 0; i < IPV4_PARTS; i++) {
		if (i > 0 && *(*p)++ != '.')
			return false;
		if (!parse_decimal(p, 255, &v))
			return false;
		ip[i] = (uint8_t)v;
	}
	return true;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
parse_group(const char **p, uint8_t out[static 2])
{
	unsigned v = 0;
	int digits = 0;

	for (; hex_value(**p) >= 0; (*p)++) {
		if (++digits > 4)
			return false;
		v = v << 4 | (unsigned)hex_value(**p);
	}
	out[0] = (uint8_t)(v >> 8);
	out[1] = (uint8_t)(v & 0xff);
	return digits > 0;
}

/* The groups read so far, and where "::" stood among them (-1: nowhere). */
struct ipv6_groups {
	uint8_t ip[2 * IPV6_GROUPS];
	int count;
	int gap;
};

/* One group, or the four decimal parts that may stand at the end. */
static bool
parse_ipv6_part(const char **p, struct ipv6_groups *g)
{
	const char *start = *p;

	if (!parse_group(p, &g->ip[2 * g->count]))
		return false;
	g->count++;
	if (**p != '.')
		return true;
	if (g->count > IPV6_GROUPS - 1)
		return false;
	g->count++;
	*p = start;
	return parse_ipv4(p, &g->ip[2 * (g->count - 2)]);
}

static bool
parse_ipv6_groups(const char **p, struct ipv6_groups *g)
{
	if (**p == ':' && (*p)[1] != ':')
		return false;
	while (g->count < IPV6_GROUPS) {
		if ((*p)[0] == ':' && (*p)[1] == ':') {
			if (g->gap >= 0)
				return false;
			g->gap = g->count;
			*p += 2;
			if (hex_value(**p) < 0)
				break;
		} else if (g->count > 0 && *(*p)++ != ':') {
			return false;
		}
		const char *start = *p;
		if (!parse_ipv6_part(p, g))
			return false;
		if (memchr(start, '.', (size_t)(*p - start)) != NULL ||
		    **p != ':')
			break;
	}
	return true;
}

static bool
parse_ipv6(const char **p, uint8_t ip[static 16])
{
	struct ipv6_groups g = { .gap = -1 };

	if (!parse_ipv6_groups(p, &g))
		return false;
	if (g.gap < 0 ? g.count != IPV6_GROUPS : g.count == IPV6_GROUPS)
		return false;
	memcpy(ip, g.ip, sizeof(g.ip));
	if (g.gap < 0)
		return true;
	size_t head = 2 * (size_t)g.gap;
	size_t rest = 2 * (size_t)g.count - head;
	memset(ip + head, 0, 16 - head);
	memcpy(ip + 16 - rest, g.ip + head, rest);
	return true;
}

static bool
parse_host(const char **p, struct addr *a)
{
	const char *s = *p;
	uint32_t scope;

	if (parse_ipv4(&s, a->ip)) {
		a->family = ADDR_IPV4;
		*p = s;
		return true;
	}
	memset(a->ip, 0, sizeof(a->ip));
	if (!parse_ipv6(p, a->ip))
		return false;
	a->family = ADDR_IPV6;
	if (**p != '%')
		return true;
	(*p)++;
	if (!parse_decimal(p, UINT32_MAX, &scope) || scope == 0)
		return false;
	a->scope = scope;
	return true;
}

static bool
parse_port(const char **p, struct addr *a)
{
	uint32_t port;

	if (**p != ':')
		return true;
	(*p)++;
	if (!parse_decimal(p, UINT16_MAX, &port) || port == 0)
		return false;
	a->port = (uint16_t)port;
	return true;
}

int
addr_parse(const char *text, uint16_t default_port, struct addr *ret_addr)
{
	struct addr a = { .port = default_port };
	bool bracket = text[0] == '[';
	const char *p = text + (bracket ? 1 : 0);

	if (!parse_host(&p, &a))
		return ERR_FORMAT;
	if (bracket && (a.family != ADDR_IPV6 || *p++ != ']'))
		return ERR_FORMAT;
	/* Without brackets a colon belongs to the IPv6 address. */
	if ((bracket || a.family == ADDR_IPV4) && !parse_port(&p, &a))
		return ERR_FORMAT;
	if (*p != '\0')
		return ERR_FORMAT;
	*ret_addr = a;
	return 0;
}

static unsigned
group_at(const struct addr *a, int i)
{
	return (unsigned)a->ip[2 * i] << 8 | a->ip[2 * i + 1];
}

/* The first longest run of at least two zero groups (RFC 5952 §4.2). */
static int
longest_zeros(const struct addr *a, int *ret_start)
{
	int best = 1, run = 0;

	*ret_start = -1;
	for (int i = 0; i < IPV6_GROUPS; i++) {
		run = group_at(a, i) == 0 ? run + 1 : 0;
		if (run > best) {
			best = run;
			*ret_start = i - run + 1;
		}
	}
	return *ret_start < 0 ? 0 : best;
}

static size_t
print_ipv4(const uint8_t *ip, char *out, size_t cap)
{
	return (size_t)snprintf(
	    out, cap, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
}

static size_t
print_ipv6(const struct addr *a, char *out, size_t cap)
{
	int start, zeros = longest_zeros(a, &start);
	size_t size = 0;

	if (memcmp(a->ip, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		size = (size_t)snprintf(out, cap, "::ffff:");
		size += print_ipv4(a->ip + 12, out + size, cap - size);
	} else {
		for (int i = 0; i < IPV6_GROUPS; i++) {
			if (i == start) {
				size += (size_t)snprintf(
				    out + size, cap - size, "::");
				i += zeros - 1;
				continue;
			}
			size += (size_t)snprintf(out + size, cap - size, "%s%x",
			    i > 0 && i != start + zeros ? ":" : "",
			    group_at(a, i));
		}
	}
	if (a->scope != 0)
		size += (size_t)snprintf(
		    out + size, cap - size, "%%%u", (unsigned)a->scope);
	return size;
}

static size_t
print_host(const struct addr *a, char *out, size_t cap)
{
	switch (a->family) {
	case ADDR_IPV4:
		return print_ipv4(a->ip, out, cap);
	case ADDR_IPV6:
		return print_ipv6(a, out, cap);
	default:
		return (size_t)snprintf(out, cap, "-");
	}
}

const char *
addr_host_text(const struct addr *a, char out[static ADDR_TEXT_MAX])
{
	print_host(a, out, ADDR_TEXT_MAX);
	return out;
}

const char *
addr_text(const struct addr *a, char out[static ADDR_TEXT_MAX])
{
	bool bracket = a->family == ADDR_IPV6;
	size_t size = 0;

	if (bracket)
		out[size++] = '[';
	size += print_host(a, out + size, ADDR_TEXT_MAX - size);
	snprintf(out + size, ADDR_TEXT_MAX - size, "%s:%u", bracket ? "]" : "",
	    a->port);
	return out;
}
