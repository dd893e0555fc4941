/* SPDX-License-Identifier: MIT */
#include "ui/when.h"

#include "base/width.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const days[] = { N_("Sun"), N_("Mon"), N_("Tue"), N_("Wed"),
	N_("Thu"), N_("Fri"), N_("Sat") };
static const char *const months[] = { N_("Jan"), N_("Feb"), N_("Mar"),
	N_("Apr"), N_("May"), N_("Jun"), N_("Jul"), N_("Aug"), N_("Sep"),
	N_("Oct"), N_("Nov"), N_("Dec") };

/* A peer's clock can be anything; what localtime_r refuses is the epoch. */
static struct tm
local(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm = { .tm_mday = 1 };

	if (localtime_r(&seconds, &tm) == NULL)
		tm = (struct tm){ .tm_mday = 1 };
	return tm;
}

const char *
when_clock(int64_t wall_ms, char out[static WHEN_CLOCK_SIZE])
{
	struct tm tm = local(wall_ms);
	unsigned hour = (unsigned)tm.tm_hour % 24;
	unsigned minute = (unsigned)tm.tm_min % 60;

	snprintf(out, WHEN_CLOCK_SIZE, "%02u:%02u", hour, minute);
	return out;
}

const char *
when_day(const struct lang *l, int64_t wall_ms, int64_t now_wall_ms,
    char out[static WHEN_DAY_SIZE])
{
	struct tm tm = local(wall_ms), now = local(now_wall_ms);
	const char *day = say(l, days[(unsigned)tm.tm_wday % 7]);
	const char *month = say(l, months[(unsigned)tm.tm_mon % 12]);

	if (tm.tm_year == now.tm_year)
		/* TRANSLATORS: day of the week, day, month */
		snprintf(out, WHEN_DAY_SIZE, say(l, "%s %d %s"), day,
		    tm.tm_mday, month);
	else
		/* TRANSLATORS: day of the week, day, month, year */
		snprintf(out, WHEN_DAY_SIZE, say(l, "%s %d %s %lld"), day,
		    tm.tm_mday, month, (long long)tm.tm_year + 1900);
	return out;
}

int
when_day_cells(const struct lang *l)
{
	const int64_t some_ms = INT64_C(1795003200000); /* 18 Nov 2026 */
	char day[WHEN_DAY_SIZE];

	when_day(l, some_ms, some_ms, day);
	return width_text(day, strlen(day));
}

void
when_date(int64_t wall_ms, int *ret_year, int *ret_month, int *ret_day)
{
	struct tm tm = local(wall_ms);

	*ret_year = tm.tm_year + 1900;
	*ret_month = tm.tm_mon + 1;
	*ret_day = tm.tm_mday;
}

bool
when_same_day(int64_t a_ms, int64_t b_ms)
{
	struct tm a = local(a_ms), b = local(b_ms);

	return a.tm_yday == b.tm_yday && a.tm_year == b.tm_year;
}

struct unit {
	int64_t ms;
	const char *text, *letter;
};

static struct unit
unit_of(int64_t ms)
{
	static const struct unit units[] = {
		{ INT64_C(24) * 60 * MINUTE_MS, N_(" d"), N_("d") },
		{ INT64_C(60) * MINUTE_MS, N_(" h"), N_("h") },
		{ MINUTE_MS, N_(" min"), N_("m") },
	};

	for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (ms >= units[i].ms)
			return units[i];
	return (struct unit){ 1000, N_(" s"), N_("s") };
}

const char *
when_span(const struct lang *l, int64_t ms, char out[static WHEN_SPAN_SIZE])
{
	struct unit unit = unit_of(ms);

	snprintf(out, WHEN_SPAN_SIZE, "%lld%s",
	    ms < 0 ? 0 : (long long)(ms / unit.ms), say(l, unit.text));
	return out;
}

const char *
when_short(const struct lang *l, int64_t ms, char out[static WHEN_SPAN_SIZE])
{
	struct unit unit = unit_of(ms);
	int64_t n = ms < 0 ? 0 : ms / unit.ms;

	if (n > 999)
		n = 999;
	snprintf(out, WHEN_SPAN_SIZE, "%d%s", (int)n, say(l, unit.letter));
	return out;
}
