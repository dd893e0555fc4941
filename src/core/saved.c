/* SPDX-License-Identifier: MIT */
#include "core/saved.h"

#include "core/model_edit.h"
#include "core/transfer.h"

#include <stdlib.h>

void
saved_clear(struct saved *s)
{
	for (size_t i = 0; i < s->conv_count; i++)
		free(s->convs[i].draft);
	/* A change only borrows in general; here its text is ours. */
	for (size_t i = 0; i < s->outbox_count; i++)
		free((void *)(uintptr_t)s->outbox[i].change.text);
	for (size_t i = 0; i < s->transfer_count; i++)
		transfer_free(s->transfers[i]);
	for (size_t i = 0; i < s->rule_count; i++)
		free(s->rules[i].rule.folder);
	pins_free(s->pins, s->pin_count);
	free(s->convs);
	free(s->outbox);
	free(s->transfers);
	free(s->rules);
	*s = (struct saved){ 0 };
}

struct model *
saved_model(const struct saved *s)
{
	struct model *m = model_new(&(struct fp){ { 0 } }, "me");

	for (size_t i = 0; i < s->pin_count; i++) {
		const struct pin *pin = &s->pins[i];
		struct peer *p = pin->dialect == DIALECT_EARSHOT
				     ? model_peer_add(m, &pin->fp)
				     : model_legacy_add(m, &pin->fp,
					   pin->dialect, pin_text(pin->handle));
		p->trust = pin->trust;
		peer_set_name(m, p, pin_text(pin->name));
		peer_set_alias(m, p, pin_text(pin->alias));
		peer_refresh_trust(m, p);
	}
	return m;
}

void
saved_model_free(struct model *m)
{
	model_free(m);
}

void
saved_page_clear(struct saved_page *p)
{
	for (size_t i = 0; i < p->count; i++)
		message_clear(&p->messages[i]);
	free(p->messages);
	*p = (struct saved_page){ 0 };
}
