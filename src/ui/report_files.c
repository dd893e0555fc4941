/* SPDX-License-Identifier: MIT */
#include "ui/report.h"
#include "ui/str.h"
#include "ui/transfer_text.h"

#include <stdlib.h>

static void
add_transfer(struct str *s, const struct model *m, const struct transfer *t)
{
	char label[PEER_LABEL_SIZE];
	const struct peer *p = model_peer(m, &t->peer);
	const char *who = p == NULL ? "?" : peer_label(p, false, label);
	char *state = transfer_long(m->lang, t, who);

	str_addf(s,
	    t->mine ? say(m->lang, "f%u to %s: %s, %s")
		    : say(m->lang, "f%u from %s: %s, %s"),
	    (unsigned)t->id, who, t->name, state);
	char *path = transfer_path(t);
	if (t->state == TRANSFER_DONE && !t->mine && path != NULL)
		str_addf(s, ", %s", path);
	free(path);
	free(state);
}

char *
report_files(const struct model *m)
{
	struct str s = { 0 };

	size_t listed = 0;

	for (size_t i = 0; i < m->transfer_count; i++) {
		if (m->transfers[i]->past)
			continue;
		if (listed++ > 0)
			str_add(&s, "\n");
		add_transfer(&s, m, m->transfers[i]);
	}
	if (listed == 0)
		str_add(&s,
		    say(m->lang,
			"Nothing is on its way. /send PATH in a talk sends a file."));
	return str_take(&s);
}
