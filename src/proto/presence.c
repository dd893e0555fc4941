/* SPDX-License-Identifier: MIT */
#include "proto/presence.h"

#include "base/lang.h"

const char *
presence_text(enum presence p)
{
	switch (p) {
	case PRESENCE_OFFLINE:
		return N_("offline");
	case PRESENCE_STALE:
		return N_("stale");
	case PRESENCE_AWAY:
		return N_("away");
	case PRESENCE_ONLINE:
		return N_("online");
	}
	return N_("offline");
}
