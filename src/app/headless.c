/* SPDX-License-Identifier: MIT */
#include "app/headless.h"

#include "app/clock.h"
#include "app/control.h"
#include "app/options.h"
#include "app/trim.h"

enum { TRIM_MS = 2000 };

struct headless {
	struct front front;
	bool has_guest;
	int64_t trim_ms; /* the start is over then; or NEVER_MS */
};

static void
headless_turn(struct front *f, struct shell *sh)
{
	struct headless *h = (struct headless *)f;

	if (sh->now.mono_ms >= h->trim_ms) {
		h->trim_ms = NEVER_MS;
		trim_pages();
	}
	if (h->has_guest && sh->control_clients == 0 &&
	    !shell_model(sh)->leaving)
		shell_quit(sh, false);
}

static int64_t
headless_deadline(struct front *f, struct shell *sh)
{
	(void)sh;
	return ((const struct headless *)f)->trim_ms;
}

int
headless_run(struct shell *sh, int guest)
{
	struct headless h = {
		.front = { .turn = headless_turn,
		    .deadline = headless_deadline },
		.has_guest = guest >= 0,
		.trim_ms =
		    guest >= 0 ? NEVER_MS : clock_read().mono_ms + TRIM_MS,
	};

	sh->is_brief = guest >= 0;
	if (guest >= 0)
		control_adopt(sh, guest);
	shell_run(sh, &h.front);
	return EXIT_DONE;
}
