/* SPDX-License-Identifier: MIT */
#include "base/iface.h"

#include "base/lang.h"

const char *
iface_use_text(enum iface_use use)
{
	switch (use) {
	case IFACE_USED:
		return N_("used");
	case IFACE_DOWN:
		return N_("down");
	case IFACE_NO_BROADCAST:
		return N_("no broadcast or multicast");
	case IFACE_VIRTUAL:
		return N_("virtual (choose it with --interface)");
	case IFACE_NOT_CHOSEN:
		return N_("not chosen by --interface");
	}
	return N_("unknown");
}
