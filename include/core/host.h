/* SPDX-License-Identifier: MIT */
/*
 * Hosts that are dialled because the user listed them (the setting peer): whom
 * no announcement reaches.
 */
#ifndef CORE_HOST_H
#define CORE_HOST_H

#include "base/addr.h"
#include "base/id.h"

#include <stdbool.h>
#include <stdint.h>

struct host {
	char *text; /* HOST[:PORT] */
	char *why;  /* it was not reached; NULL: it is, or was not tried yet */
	struct fp fp; /* who answered last; zeros: nobody */
	uint32_t id;
	bool met, trying, tried, told;
	int64_t next_ms, wait_ms, met_ms;
};

void host_clear(struct host *h);

/* Splits "HOST[:PORT]" of an address or name: *ret_host (caller frees) and its
 * port; count is 1 where ret_addr is it. 0 or ERR_FORMAT. */
int host_parse(const char *text, char **ret_host, uint16_t *ret_port,
    struct addr *ret_addr, unsigned *ret_count);
/* The same, and a name has only what names have. */
bool host_is_good(const char *text);

#endif
