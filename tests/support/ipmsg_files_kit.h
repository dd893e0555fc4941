/* SPDX-License-Identifier: MIT */
/*
 * Both ends of a connection that carries a file, joined in memory.
 */
#ifndef SUPPORT_IPMSG_FILES_KIT_H
#define SUPPORT_IPMSG_FILES_KIT_H

#include "proto/ipmsg_files.h"

enum { KIT_TOLD_MAX = 4096 };

struct files_kit {
	struct now now;
	struct ipmsg_offers *offers;
	struct ipmsg_asker asker;
	struct ipmsg_serve *serve;
	struct ipmsg_admitted admitted;
	int admit_err;
	struct ipmsg_fetch *fetch;
	size_t step; /* bytes that arrive at once */
	/* What came: "+dir ", "file=", bytes, "-", "." */
	char told[KIT_TOLD_MAX];
	size_t told_size;
	uint64_t bytes; /* BYTES in all */
	uint64_t size;  /* of the last FILE */
};

/* One piece of a source that is written down. */
struct files_piece {
	uint8_t kind;
	const char *text; /* name, or bytes */
};

void files_kit_init(struct files_kit *k);
void files_kit_clear(struct files_kit *k);
/* Offers to "bob@host3" under packet 7. */
void files_kit_offer(struct files_kit *k, uint32_t token, uint64_t id,
    bool folder, uint64_t size);
/* A connection and a request for it from bob, by this configuration. Who and
 * what is filled in where it is not. */
void files_kit_connect(struct files_kit *k, struct ipmsg_fetch_cfg *cfg);
/* Another connection, and these bytes as the request. */
void files_kit_ask(struct files_kit *k, const uint8_t *p, size_t n);
/* The source, up to where it has kind END or ERROR, through both ends. */
void files_kit_carry(struct files_kit *k, const struct files_piece *pieces);
/* To the fetching end alone. */
void files_kit_feed(struct files_kit *k, const uint8_t *p, size_t n);
enum ipmsg_files_state files_kit_served(const struct files_kit *k);
enum ipmsg_files_state files_kit_fetched(const struct files_kit *k);

#endif
