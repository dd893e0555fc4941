/* SPDX-License-Identifier: MIT */
#include "app/strays.h"

#include <string.h>

void
strays_note(struct strays *s, const struct addr *from, unsigned index,
    const uint8_t *p, size_t n)
{
	static const uint8_t magic[4] = { 'E', 'A', 'R', 'S' };

	if (n < sizeof(magic) || memcmp(p, magic, sizeof(magic)) != 0)
		return;
	for (size_t i = 0; i < s->count; i++) {
		struct stray *e = &s->list[i];
		if (e->index == index && addr_same_host(&e->from, from)) {
			e->count++;
			return;
		}
	}
	s->list[s->next] = (struct stray){
		.from = *from,
		.index = index,
		.count = 1,
	};
	s->next = (s->next + 1) % STRAYS_MAX;
	if (s->count < STRAYS_MAX)
		s->count++;
}
