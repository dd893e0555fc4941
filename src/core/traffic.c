/* SPDX-License-Identifier: MIT */
#include "core/traffic.h"

#include <string.h>

static void
meter_turn(struct meter *m, struct now now)
{
	int64_t slot = now.mono_ms / METER_SLOT_MS;

	if (slot - m->slot >= METER_SLOTS || slot < m->slot)
		memset(m->counts, 0, sizeof(m->counts));
	else
		while (m->slot < slot)
			m->counts[++m->slot % METER_SLOTS] = 0;
	m->slot = slot;
}

void
meter_add(struct meter *m, struct now now, uint32_t n)
{
	meter_turn(m, now);
	m->counts[m->slot % METER_SLOTS] += n;
}

uint64_t
meter_minute(const struct meter *m, struct now now)
{
	struct meter copy = *m;
	uint64_t sum = 0;

	meter_turn(&copy, now);
	for (size_t i = 0; i < METER_SLOTS; i++)
		sum += copy.counts[i];
	return sum;
}

const char *
hears_text(enum hears h)
{
	switch (h) {
	case HEARS_US:
		return "yes";
	case HEARS_US_NOT:
		return "no";
	case HEARS_UNKNOWN:
		break;
	}
	return "unknown";
}
