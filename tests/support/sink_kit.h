/* SPDX-License-Identifier: MIT */
/*
 * A place for tests of sinks, and pieces by hand.
 */
#ifndef SINK_KIT_H
#define SINK_KIT_H

#include "store/sink.h"

#include <stddef.h>
#include <stdint.h>

/* A folder for downloads, and beside it something that has to stay. */
extern char *top, *downloads, *outside;

int make_place(void **state);
unsigned count_entries(const char *dir);
int remove_place(void **state);
struct sink_plan plan_file(const char *name, uint64_t size);
struct sink_plan plan_folder(const char *name);
struct sink *begin(const struct sink_plan *plan);
int put(struct sink *s, const struct file_piece *p);
int put_bytes(struct sink *s, const void *bytes, size_t n);
int put_file(struct sink *s, const char *name, uint64_t size);
int put_enter(struct sink *s, const char *name);
int put_leave(struct sink *s);
char *finish(struct sink *s);
void finish_fails(struct sink *s);

#endif
