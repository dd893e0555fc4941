/* SPDX-License-Identifier: MIT */
#include "ui/roster.h"

#include "base/mem.h"

#include <stdlib.h>
#include <strings.h>

bool
peer_is_contact(const struct peer *p)
{
	return !p->is_self && (p->conv != 0 || trust_is_pinned(p->trust));
}

bool
peer_is_present(const struct peer *p)
{
	return p->presence != PRESENCE_OFFLINE;
}

const struct peer *
roster_only(const struct model *m)
{
	const struct peer *only = NULL;

	for (size_t i = 0; i < m->peer_count; i++) {
		if (m->peers[i]->is_self)
			continue;
		if (only != NULL)
			return NULL;
		only = m->peers[i];
	}
	return only;
}

static int
compare(const void *a, const void *b)
{
	const struct peer *p = *(const struct peer *const *)a;
	const struct peer *q = *(const struct peer *const *)b;

	if (peer_is_contact(p) != peer_is_contact(q))
		return peer_is_contact(p) ? -1 : 1;
	if (p->is_self != q->is_self)
		return p->is_self ? -1 : 1;
	if (peer_is_present(p) != peer_is_present(q))
		return peer_is_present(p) ? -1 : 1;
	if (peer_is_contact(p))
		return p->number < q->number ? -1 : 1;
	int order = strcasecmp(p->name, q->name);
	return order != 0 ? order : fp_compare(&p->fp, &q->fp);
}

static void
count_kinds(struct roster *r, const struct model *m)
{
	for (size_t i = 0; i < m->peer_count; i++) {
		const struct peer *p = m->peers[i];
		r->present += peer_is_present(p);
		if (p->is_self)
			r->notes++;
		else if (peer_is_contact(p))
			r->contacts++;
		else
			r->hidden += peer_is_present(p);
	}
}

void
roster_init(struct roster *r, const struct model *m, size_t rows_max)
{
	*r = (struct roster){ 0 };
	count_kinds(r, m);
	size_t kept = r->contacts + r->notes;
	bool all = kept + r->hidden <= rows_max;
	size_t room = kept + (all ? r->hidden : 0);
	if (all)
		r->hidden = 0;
	r->rows = xcalloc(room + 1, sizeof(struct peer *));
	for (size_t i = 0; i < m->peer_count; i++) {
		const struct peer *p = m->peers[i];
		if (p->is_self || peer_is_contact(p) ||
		    (all && peer_is_present(p)))
			r->rows[r->count++] = p;
	}
	qsort(r->rows, r->count, sizeof(struct peer *), compare);
}

void
roster_clear(struct roster *r)
{
	free(r->rows);
	*r = (struct roster){ 0 };
}

size_t
roster_by_number(const struct roster *r, size_t number)
{
	size_t i = 0;

	while (i < r->count && r->rows[i]->number != number)
		i++;
	return i;
}
