/* SPDX-License-Identifier: MIT */
#include "proto/presence.h"

const char *
presence_text(enum presence p)
{
	switch (p) {
	case PRESENCE_OFFLINE:
		return "offline";
	case PRESENCE_STALE:
		return "stale";
	case PRESENCE_AWAY:
		return "away";
	case PRESENCE_ONLINE:
		return "online";
	}
	return "offline";
}
