/* SPDX-License-Identifier: MIT */
#include "app/fronts.h"

void
front_add(struct fronts *fs, struct front *f)
{
	struct front **to = &fs->first;

	while (*to != NULL)
		to = &(*to)->next;
	*to = f;
	f->next = NULL;
	f->number = ++fs->last_number;
}

void
front_remove(struct fronts *fs, struct front *f)
{
	struct front **to = &fs->first;

	while (*to != NULL && *to != f)
		to = &(*to)->next;
	if (*to != NULL)
		*to = f->next;
}

uint32_t
front_aside(const struct front *f)
{
	return CONV_ASIDE + f->number;
}

uint64_t
front_tag(const struct front *f, uint64_t tag)
{
	return f->number * FRONT_TAG_FIRST + tag;
}

void
front_watch(const struct front *f, struct loop *l, int fd, bool read,
    bool write, uint64_t tag)
{
	loop_watch(l, fd, read, write, front_tag(f, tag));
}

void
fronts_report(
    const struct fronts *fs, struct shell *sh, const struct effect *effect)
{
	for (struct front *f = fs->first; f != NULL; f = f->next)
		if (f->report != NULL && (effect->kind != EFFECT_NOTICE ||
					     effect->conv == front_aside(f)))
			f->report(f, sh, effect);
}

void
fronts_watch(const struct fronts *fs, struct shell *sh, struct loop *l)
{
	for (struct front *f = fs->first; f != NULL; f = f->next)
		if (f->watch != NULL)
			f->watch(f, sh, l);
}

void
fronts_ready(
    const struct fronts *fs, struct shell *sh, const struct loop_event *ev)
{
	struct loop_event own = *ev;
	struct front *f = fs->first;

	/* It may be gone since the wait. */
	while (f != NULL && f->number != ev->tag / FRONT_TAG_FIRST)
		f = f->next;
	own.tag = ev->tag % FRONT_TAG_FIRST;
	if (f != NULL)
		f->ready(f, sh, &own);
}

void
fronts_turn(const struct fronts *fs, struct shell *sh)
{
	for (struct front *f = fs->first, *next; f != NULL; f = next) {
		next = f->next;
		if (f->turn != NULL)
			f->turn(f, sh);
	}
}

int64_t
fronts_deadline(const struct fronts *fs, struct shell *sh)
{
	int64_t at = NEVER_MS;

	for (struct front *f = fs->first; f != NULL; f = f->next)
		if (f->deadline != NULL)
			at = earlier_ms(at, f->deadline(f, sh));
	return at;
}

void
fronts_signal(const struct fronts *fs, struct shell *sh, int number)
{
	for (struct front *f = fs->first; f != NULL; f = f->next)
		if (f->signal != NULL)
			f->signal(f, sh, number);
}
