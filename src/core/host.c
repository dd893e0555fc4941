/* SPDX-License-Identifier: MIT */
#include "core/host.h"

#include "base/err.h"
#include "base/mem.h"
#include "core/engine.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 253 }; /* of a host: RFC 1035 */

void
host_clear(struct host *h)
{
	free(h->text);
	free(h->why);
	*h = (struct host){ 0 };
}

/* A colon inside [] or one of several belongs to an IPv6 address and is
 * addr_parse's business. */
static int
split_host(const char *text, char **ret_host, uint16_t *ret_port)
{
	const char *colon = strrchr(text, ':');
	unsigned long port = DISCOVERY_PORT;
	size_t n = strlen(text);

	if (colon != NULL) {
		char *end;
		n = (size_t)(colon - text);
		port = strtoul(colon + 1, &end, 10);
		if (end == colon + 1 || *end != '\0' || port == 0 ||
		    port > UINT16_MAX)
			return ERR_FORMAT;
	}
	if (n == 0 || memchr(text, ':', n) != NULL ||
	    strcspn(text, " \t[]/") < n)
		return ERR_FORMAT;
	*ret_host = xstrndup(text, n);
	*ret_port = (uint16_t)port;
	return 0;
}

int
host_parse(const char *text, char **ret_host, uint16_t *ret_port,
    struct addr *ret_addr, unsigned *ret_count)
{
	struct addr a;
	char host[ADDR_TEXT_MAX];

	*ret_count = 0;
	if (addr_parse(text, DISCOVERY_PORT, &a) < 0)
		return split_host(text, ret_host, ret_port);
	*ret_addr = a;
	*ret_count = 1;
	*ret_host = xstrdup(addr_host_text(&a, host));
	*ret_port = a.port;
	return 0;
}

static bool
is_name(const char *host)
{
	size_t n = strlen(host);

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)host[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c >= '0' && c <= '9') || c >= 0x80;
		if (!word && c != '.' && c != '-' && c != '_')
			return false;
	}
	/* What is all digits and dots is an address with a slip in it. */
	return n > 0 && n <= NAME_BYTES && host[0] != '-' && host[0] != '.' &&
	       strspn(host, "0123456789.") < n;
}

bool
host_is_good(const char *text)
{
	struct addr a;
	unsigned count;
	uint16_t port;
	char *host;

	if (host_parse(text, &host, &port, &a, &count) < 0)
		return false;
	bool good = count > 0 ? port != 0 : is_name(host);
	free(host);
	return good;
}
