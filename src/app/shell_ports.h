/* SPDX-License-Identifier: MIT */
/*
 * Between the engine and the ports of other dialects (net/ports.h).
 */
#ifndef APP_SHELL_PORTS_H
#define APP_SHELL_PORTS_H

#include "app/shell.h"

/* EFFECT_LISTEN. */
void shell_ports_open(struct shell *sh, const struct effect *effect);
/* How that went, once the effects are drained. */
void shell_ports_tell(struct shell *sh);
/* The socket is ready. */
void shell_ports_datagrams(struct shell *sh, int fd);
void shell_ports_streams(struct shell *sh, int fd);

#endif
