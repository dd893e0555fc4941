/* SPDX-License-Identifier: MIT */
#include "ui/undo.h"

#include "base/mem.h"
#include "ui/edit.h"

#include <stdlib.h>
#include <string.h>

static void
change_clear(struct undo *u, struct undo_change *change)
{
	u->bytes -= change->removed_size + change->inserted_size;
	free(change->removed);
	free(change->inserted);
}

void
undo_clear(struct undo *u)
{
	for (size_t i = 0; i < u->count; i++)
		change_clear(u, &u->changes[i]);
	free(u->changes);
	*u = (struct undo){ 0 };
}

static void
forget_oldest(struct undo *u)
{
	change_clear(u, &u->changes[0]);
	u->count--;
	u->next--;
	memmove(u->changes, u->changes + 1, u->count * sizeof(*u->changes));
}

/* One text behind the other, in memory of the first. */
static char *
append(char *s, size_t n, const char *more, size_t more_size)
{
	s = xrealloc(s, n + more_size + 1, 1);
	memcpy(s + n, more, more_size);
	return s;
}

static char *
prepend(char *s, size_t n, const char *more, size_t more_size)
{
	s = xrealloc(s, n + more_size + 1, 1);
	memmove(s + more_size, s, n);
	memcpy(s, more, more_size);
	return s;
}

static bool
join_insert(
    struct undo *u, struct undo_change *last, const struct undo_change *c)
{
	if (last->removed_size > 0 || last->at + last->inserted_size != c->at)
		return false;
	last->inserted = append(
	    last->inserted, last->inserted_size, c->inserted, c->inserted_size);
	last->inserted_size += c->inserted_size;
	u->bytes += c->inserted_size;
	return true;
}

static bool
join_remove(
    struct undo *u, struct undo_change *last, const struct undo_change *c)
{
	if (last->inserted_size > 0)
		return false;
	if (c->at == last->at) {
		last->removed = append(last->removed, last->removed_size,
		    c->removed, c->removed_size);
	} else if (c->at + c->removed_size == last->at) {
		last->removed = prepend(last->removed, last->removed_size,
		    c->removed, c->removed_size);
		last->at = c->at;
	} else {
		return false;
	}
	last->removed_size += c->removed_size;
	u->bytes += c->removed_size;
	return true;
}

static bool
join_last(struct undo *u, const struct undo_change *c)
{
	if (u->next == 0)
		return false;
	struct undo_change *last = &u->changes[u->next - 1];
	if (c->removed_size == 0)
		return join_insert(u, last, c);
	return c->inserted_size == 0 && join_remove(u, last, c);
}

void
undo_add(struct undo *u, const struct undo_change *change, bool join)
{
	while (u->count > u->next)
		change_clear(u, &u->changes[--u->count]);
	join = join && !u->is_sealed;
	u->is_sealed = false;
	if (join && join_last(u, change))
		return;
	size_t bytes = change->removed_size + change->inserted_size;
	while (u->count > 0 && (u->count == EDIT_UNDO_MAX ||
				   u->bytes + bytes > EDIT_UNDO_BYTES))
		forget_oldest(u);
	if (!u->changes)
		u->changes = xcalloc(EDIT_UNDO_MAX, sizeof(*u->changes));
	struct undo_change *copy = &u->changes[u->count++];
	*copy = *change;
	copy->removed = xstrndup(change->removed, change->removed_size);
	copy->inserted = xstrndup(change->inserted, change->inserted_size);
	u->bytes += bytes;
	u->next = u->count;
}

const struct undo_change *
undo_back(struct undo *u)
{
	u->is_sealed = true;
	return u->next == 0 ? NULL : &u->changes[--u->next];
}

const struct undo_change *
undo_forward(struct undo *u)
{
	u->is_sealed = true;
	return u->next == u->count ? NULL : &u->changes[u->next++];
}
