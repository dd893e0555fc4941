/* SPDX-License-Identifier: MIT */
/*
 * Reads tests/vectors/ipmsg.txt and iptux.txt: on each line words of the form
 * name=value, among them id, len and hex.
 */
#ifndef SUPPORT_IPMSG_VECTORS_H
#define SUPPORT_IPMSG_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IPMSG_VECTOR_MAX = 4096 };

struct ipmsg_vector {
	char id[16], via[16]; /* via: "udp" or "tcp" in iptux.txt, else "" */
	size_t size;
	uint8_t bytes[IPMSG_VECTOR_MAX];
};

struct ipmsg_vectors {
	FILE *f;
};

static inline struct ipmsg_vectors
ipmsg_vectors_open(const char *file)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/vectors/%s", TESTS_DIR, file);
	FILE *f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "cannot read %s\n", path);
		abort();
	}
	return (struct ipmsg_vectors){ f };
}

/* The value of a word of the line, or "". */
static inline const char *
ipmsg_vector_word(const char *line, const char *name, char *out, size_t cap)
{
	const char *at = line;
	size_t n = strlen(name);

	out[0] = '\0';
	while ((at = strstr(at, name)) != NULL) {
		if ((at == line || at[-1] == ' ') && at[n] == '=')
			break;
		at += n;
	}
	if (at == NULL)
		return out;
	at += n + 1;
	size_t size = strcspn(at, " \n");
	if (size >= cap)
		abort();
	memcpy(out, at, size);
	out[size] = '\0';
	return out;
}

/* The next vector; false and the file closed at the end. A line that is not
 * as long as it says ends the test. */
static inline bool
ipmsg_vectors_next(struct ipmsg_vectors *v, struct ipmsg_vector *ret)
{
	char line[2 * IPMSG_VECTOR_MAX + 128];
	char hex[2 * IPMSG_VECTOR_MAX + 1], size[16];
	unsigned byte;

	while (fgets(line, sizeof(line), v->f))
		if (line[0] != '#' && line[0] != '\n')
			goto found;
	fclose(v->f);
	return false;
found:
	memset(ret, 0, sizeof(*ret));
	ipmsg_vector_word(line, "id", ret->id, sizeof(ret->id));
	ipmsg_vector_word(line, "via", ret->via, sizeof(ret->via));
	ipmsg_vector_word(line, "len", size, sizeof(size));
	ipmsg_vector_word(line, "hex", hex, sizeof(hex));
	for (const char *at = hex; sscanf(at, "%2x", &byte) == 1; at += 2)
		ret->bytes[ret->size++] = (uint8_t)byte;
	if (ret->id[0] == '\0' || ret->size != strtoul(size, NULL, 10))
		abort();
	return true;
}

/* One vector of ipmsg.txt by its id; a missing one ends the test. */
static inline void
ipmsg_vector_get(const char *id, struct ipmsg_vector *ret)
{
	struct ipmsg_vectors v = ipmsg_vectors_open("ipmsg.txt");

	while (ipmsg_vectors_next(&v, ret)) {
		if (strcmp(ret->id, id) == 0) {
			fclose(v.f);
			return;
		}
	}
	fprintf(stderr, "no vector %s\n", id);
	abort();
}

#endif
