/* SPDX-License-Identifier: MIT */
/*
 * A client of the control socket: the running earshot of this home where there
 * is one, else one that is started for it and ends with it.
 */
#ifndef APP_CLIENT_H
#define APP_CLIENT_H

#include "app/options.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct client;

/* 0, or an error and its sentence (caller frees). */
int client_open(
    const struct options *o, struct client **ret_client, char **ret_error);
/* What was said to it is done; who was started for it ends. */
void client_close(struct client *c);
/* The earshot of this home is just coming or going: it has the home, and does
 * not listen. Another one has to be opened. */
bool client_came_between(const struct client *c);
/* It was started for this client. */
bool client_is_alone(const struct client *c);

/* A command as it is typed; it may hold newlines. */
void client_send(struct client *c, const char *line);
/* The next event (caller: json_decref); NULL: none until until_ms on the
 * monotonic clock, or none ever (client_is_over). */
json_t *client_event(struct client *c, int64_t until_ms);
bool client_is_over(const struct client *c);
/* Readable when there may be an event. */
int client_fd(const struct client *c);
/* From now on a wait for an event ends when fd is readable; -1: none does. */
void client_heed(struct client *c, int fd);
/* One ended so. */
bool client_has_heeded(const struct client *c);
/* The event is of that kind. */
bool client_is(const json_t *event, const char *kind);
/* A string of the event; "" when it is none. */
const char *client_text(const json_t *event, const char *key);

#endif
