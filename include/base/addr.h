/* SPDX-License-Identifier: MIT */
/*
 * A network address as a value: no sockets, no names.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

enum addr_family {
	ADDR_NONE = 0,
	ADDR_IPV4 = 4, /* ip[0..3] */
	ADDR_IPV6 = 6, /* ip[0..15] */
};

struct addr {
	uint8_t family; /* enum addr_family */
	uint8_t ip[16]; /* network order, unused bytes zero */
	uint16_t port;  /* host order; 0 when unknown */
	uint32_t scope; /* interface index of a link-local IPv6 address, or 0 */
};

enum {
	/* "[xxxx:…:xxxx%4294967295]:65535" and its NUL. */
	ADDR_TEXT_MAX = 64,
};

bool addr_equal(const struct addr *a, const struct addr *b);
/* Equal but for the port. */
bool addr_same_host(const struct addr *a, const struct addr *b);
/* 127.0.0.0/8 or ::1. */
bool addr_is_loopback(const struct addr *a);
/* 169.254.0.0/16 or fe80::/10. */
bool addr_is_link_local(const struct addr *a);
/* True when both lie in the same prefix of so many bits. */
bool addr_same_prefix(
    const struct addr *a, const struct addr *b, unsigned bits);
/* An IPv4-mapped IPv6 address becomes plain IPv4; all others stay. */
void addr_unmap(struct addr *a);

/*
 * Parses "10.0.0.1", "10.0.0.1:99", "fe80::1%3", "[fe80::1%3]:99". Scopes are
 * numeric here. The port is default_port where none is given. 0, or ERR_FORMAT
 * for anything else, host names too.
 */
int addr_parse(const char *text, uint16_t default_port, struct addr *ret_addr);
/* "10.0.0.1" or "fe80::1%3"; returns out. */
const char *addr_host_text(
    const struct addr *a, char out[static ADDR_TEXT_MAX]);
/* With the port: "10.0.0.1:99" or "[fe80::1%3]:99"; returns out. */
const char *addr_text(const struct addr *a, char out[static ADDR_TEXT_MAX]);

#endif
