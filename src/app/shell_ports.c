/* SPDX-License-Identifier: MIT */
#include "app/shell_ports.h"

#include <string.h>

/* Handled for one ready socket and turn. */
enum { DATAGRAMS_PER_TURN = 64, STREAMS_PER_TURN = 16 };

/* The engine takes no input while its effects are drained. */
void
shell_ports_open(struct shell *sh, const struct effect *effect)
{
	struct listened l = { .token = effect->token, .port = effect->port };

	if (sh->listened_count == PORTS_MAX)
		return;
	l.sys_errno = ports_open(sh->ports, effect->token,
	    effect->transport == CARRIER_TCP, effect->port, &l.port);
	sh->listened[sh->listened_count++] = l;
}

void
shell_ports_tell(struct shell *sh)
{
	while (sh->listened_count > 0) {
		struct listened l = sh->listened[0];
		memmove(sh->listened, sh->listened + 1,
		    --sh->listened_count * sizeof(l));
		engine_listening(
		    sh->engine, sh->now, l.token, l.port, l.sys_errno);
		shell_drain(sh);
	}
}

void
shell_ports_datagrams(struct shell *sh, int fd)
{
	struct port_datagram d;

	for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
		if (!ports_receive(sh->ports, fd, &d))
			return;
		struct port_input in = {
			.from = d.from,
			.to_all = d.to_all,
			.bytes = d.bytes,
			.size = d.size,
		};
		engine_datagram_at(sh->engine, sh->now, d.number, &in);
		shell_drain(sh);
	}
}

void
shell_ports_streams(struct shell *sh, int fd)
{
	struct port_stream s;

	for (int i = 0; i < STREAMS_PER_TURN; i++) {
		if (!ports_accept(sh->ports, fd, &s))
			return;
		uint32_t conn =
		    engine_accepted_at(sh->engine, sh->now, s.number, &s.from);
		if (conn == 0)
			tcp_refuse(sh->tcp, s.fd);
		else
			tcp_adopt(sh->tcp, s.fd, conn);
		shell_drain(sh);
	}
}
