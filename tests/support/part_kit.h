/* SPDX-License-Identifier: MIT */
/*
 * Trees that are sent from the disk to the disk, from anywhere to anywhere in
 * their stream. With sink_kit.h.
 */
#ifndef PART_KIT_H
#define PART_KIT_H

#include "store/sink.h"

#include <stdbool.h>
#include <stdint.h>

/* Files of all sorts and folders in folders, under top: its path (static). */
const char *make_tree(void);
/* A file of so many bytes. */
const char *make_large(size_t size);
const char *make_small(unsigned count, size_t size);
/* What its sender offers. */
struct sink_plan plan_of(const char *path);
/* Bytes of its stream. */
uint64_t stream_size(const char *path);
/* Gives what is between two places of its stream to the sink: 0, or the first
 * failure. Each time some is there, *feed_told has how much, where it is not
 * NULL. */
extern volatile uint64_t *feed_told;
int feed(struct sink *s, const char *path, uint64_t from, uint64_t to);
struct sink *begin_part(const struct sink_plan *plan);
/* NULL: err is what came. */
struct sink *take_up(const struct sink_plan *plan, const char *part, int *err);
/* What sink_replay gives is the beginning of the stream: how much. */
uint64_t replay(struct sink *s, const char *path);
int cut(struct sink *s, uint64_t offset);
/* Names (made safe), bytes and times are the same. */
bool is_same_tree(const char *sent, const char *got);
/* Removes it (sink_drop_aside), and waits for whoever does. */
void drop_part(const char *part);

#endif
