/* SPDX-License-Identifier: MIT */
#include "base/iface.h"

const char *
iface_use_text(enum iface_use use)
{
	switch (use) {
	case IFACE_USED:
		return "used";
	case IFACE_DOWN:
		return "down";
	case IFACE_NO_BROADCAST:
		return "no broadcast or multicast";
	case IFACE_VIRTUAL:
		return "virtual (choose it with --interface)";
	case IFACE_NOT_CHOSEN:
		return "not chosen by --interface";
	}
	return "unknown";
}
