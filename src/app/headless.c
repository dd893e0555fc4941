/* SPDX-License-Identifier: MIT */
#include "app/headless.h"

#include "app/control.h"
#include "app/options.h"

struct headless {
	struct front front;
	bool has_guest;
};

static void
headless_turn(struct front *f, struct shell *sh)
{
	const struct headless *h = (const struct headless *)f;

	if (h->has_guest && sh->control_clients == 0 &&
	    !shell_model(sh)->leaving)
		shell_quit(sh, false);
}

int
headless_run(struct shell *sh, int guest)
{
	struct headless h = {
		.front = { .turn = headless_turn },
		.has_guest = guest >= 0,
	};

	sh->is_brief = guest >= 0;
	if (guest >= 0)
		control_adopt(sh, guest);
	shell_run(sh, &h.front);
	return EXIT_DONE;
}
