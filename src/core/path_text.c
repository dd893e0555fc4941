/* SPDX-License-Identifier: MIT */
#include "core/path.h"

#include "base/lang.h"

#include <errno.h>

const char *
path_step_text(enum path_step step)
{
	static const char *const texts[PATH_STEPS] = {
		[PATH_NEIGHBOUR] = "neighbour",
		[PATH_PING] = "ping",
		[PATH_PING_OWN] = "ping-own",
		[PATH_PING_LARGE] = "ping-large",
		[PATH_TCP] = "tcp",
		[PATH_HANDSHAKE] = "handshake",
		[PATH_ECHO] = "echo",
		[PATH_HEARD] = "heard",
		[PATH_LOAD] = "load",
	};

	return texts[step];
}

const char *
path_state_text(enum path_state state)
{
	static const char *const texts[] = {
		[PATH_WAITS] = "waits",
		[PATH_RUNS] = "runs",
		[PATH_OK] = "ok",
		[PATH_FAILED] = "failed",
		[PATH_SKIPPED] = "skipped",
	};

	return texts[state];
}

static const char *
system_text(int sys_errno)
{
	switch (sys_errno) {
	case ECONNREFUSED:
		return N_("nothing listens there (connection refused)");
	case EHOSTUNREACH:
		return N_("no route to that host");
	case ENETUNREACH:
		return N_("no route to that network");
	case EACCES:
	case EPERM:
		return N_("a firewall of this machine forbids it");
	case ETIMEDOUT:
		return N_("no answer");
	default:
		return N_("the connection broke");
	}
}

const char *
path_why_text(const struct path_outcome *o)
{
	static const char *const texts[] = {
		[PATH_WHY_NONE] = "",
		[PATH_WHY_TIMEOUT] = N_("no answer"),
		[PATH_WHY_CLOSED] = N_("the other end closed the connection"),
		[PATH_WHY_IDENTITY] = N_("somebody else answers there"),
		[PATH_WHY_VERSION] = N_("it speaks another version"),
		[PATH_WHY_SELF] = N_("that is this earshot itself"),
		[PATH_WHY_EARLIER] = N_("a step before it failed"),
		[PATH_WHY_HERE] = N_("it is this machine"),
		[PATH_WHY_ROUTED] = N_("a router is in between"),
		[PATH_WHY_PORT] = N_("its port is not known"),
		[PATH_WHY_ADDRESS] = N_("its address is not known"),
		[PATH_WHY_STRANGER] = N_("it is no contact of yours"),
		[PATH_WHY_REFUSED] =
		    N_("you are no contact of theirs, or it is busy"),
		[PATH_WHY_BUSY] = N_("another test is under way"),
		[PATH_WHY_ASKED] = N_("not asked for"),
		[PATH_WHY_LEGACY] = N_("it does not speak earshot"),
	};

	return o->why == PATH_WHY_SYSTEM ? system_text(o->sys_errno)
					 : texts[o->why];
}
