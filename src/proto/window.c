/* SPDX-License-Identifier: MIT */
/*
 * One bit for each counter, at its remainder: those of the window never share
 * one. Whoever can mark has opened the packet, so a jump ahead costs nobody
 * but its sender.
 */
#include "proto/window.h"

#include <assert.h>
#include <string.h>

static uint64_t
bit_of(uint64_t counter)
{
	return UINT64_C(1) << counter % 64;
}

static unsigned
word_of(uint64_t counter)
{
	return (unsigned)(counter / 64 % WINDOW_WORDS);
}

bool
window_check(const struct window *w, uint64_t counter)
{
	if (counter >= WINDOW_COUNTER_END)
		return false;
	if (counter >= w->next)
		return true;
	if (w->next - counter > DGRAM_WINDOW_BITS)
		return false;
	return (w->bits[word_of(counter)] & bit_of(counter)) == 0;
}

/* Moves up to the counter: those on the way were not seen. */
static void
advance(struct window *w, uint64_t counter)
{
	if (counter - w->next >= DGRAM_WINDOW_BITS) {
		memset(w->bits, 0, sizeof(w->bits));
	} else {
		for (uint64_t c = w->next; c <= counter; c++)
			w->bits[word_of(c)] &= ~bit_of(c);
	}
	w->next = counter + 1;
}

void
window_mark(struct window *w, uint64_t counter)
{
	assert(window_check(w, counter));
	if (counter >= w->next)
		advance(w, counter);
	w->bits[word_of(counter)] |= bit_of(counter);
}
