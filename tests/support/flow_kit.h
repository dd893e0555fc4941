/* SPDX-License-Identifier: MIT */
/*
 * The two ends of a transfer, and between them a wire in the hands of the test;
 * or one end, and a peer that holds its keys and keeps to nothing.
 */
#ifndef FLOW_KIT_H
#define FLOW_KIT_H

#include "proto/flow.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* By which both ends seal: libcrypto, where the test is linked with it. */
extern const struct rsa_lib *flow_kit_lib;

struct session_keys flow_kit_keys(bool sends);
struct flow *flow_kit_end(bool sends, uint32_t rekey_records);
/* Moves at most max bytes, in parts of at most step; how many there were. */
size_t flow_kit_move(
    struct flow *from, struct flow *to, size_t max, size_t step);

/* The other end of a flow. */
struct flow_raw {
	struct noise_cipher send, receive;
};
struct flow_raw flow_kit_raw(bool sends);
/* Seals a record of these plain bytes, and gives it. */
void flow_raw_give(
    struct flow_raw *raw, struct flow *to, const void *plain, size_t n);
/* Gives bytes as they are: how many it took. */
size_t flow_kit_give(struct flow *to, const void *bytes, size_t n);
/* The next record of from, opened: its plain bytes; 0: there is none. */
size_t flow_raw_take(struct flow_raw *raw, struct flow *from,
    uint8_t out[static FLOW_RECORD_MAX]);

#endif
