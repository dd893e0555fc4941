/* SPDX-License-Identifier: MIT */
/*
 * Reads tests/vectors/protocol_NAME.txt: on each line a name and its bytes in
 * hex.
 */
#ifndef SUPPORT_PROTOCOL_VECTORS_H
#define SUPPORT_PROTOCOL_VECTORS_H

#include "crypto/identity.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VECTOR_MAX = 4096 };

/* Every time in the vectors: 2026-11-20 10:02 UTC. */
#define VECTOR_SENT_MS INT64_C(1795168920000)

static inline size_t
vector_hex(const char *hex, uint8_t *out)
{
	size_t n = 0;
	unsigned byte;

	for (; sscanf(hex, "%2x", &byte) == 1 && n < VECTOR_MAX; hex += 2)
		out[n++] = (uint8_t)byte;
	return n;
}

/* The bytes of one vector; a missing one ends the test. */
static inline size_t
vector_load(const char *file, const char *name, uint8_t out[static VECTOR_MAX])
{
	char path[1024], line[2 * VECTOR_MAX + 128];
	size_t n = 0, name_size = strlen(name);

	snprintf(
	    path, sizeof(path), "%s/vectors/protocol_%s.txt", TESTS_DIR, file);
	FILE *f = fopen(path, "r");
	while (f && n == 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, name, name_size) == 0 &&
		    line[name_size] == ' ')
			n = vector_hex(line + name_size + 1, out);
	if (f)
		fclose(f);
	if (n == 0) {
		fprintf(stderr, "no vector %s in %s\n", name, path);
		abort();
	}
	return n;
}

/* The identity that all vectors are made with. */
static inline void
vector_identity(struct identity *ret_id)
{
	uint8_t seed[VECTOR_MAX];

	vector_load("identity", "seed", seed);
	identity_from_seed(ret_id, seed);
}

#endif
