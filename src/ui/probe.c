/* SPDX-License-Identifier: MIT */
/*
 * Each sample is written at the home position, in an invisible colour, and the
 * position of the cursor asked for behind it. The last question is one that
 * every terminal answers, so that a silent one does not look like a slow one.
 * Where positions are missing, or more came, it is not known which sample they
 * are about: none counts then.
 */
#include "ui/probe.h"

#include <stdio.h>
#include <string.h>

#define HOME "\033[1;1H"
#define ASK_POSITION "\033[6n"
#define ASK_BACKGROUND "\033]11;?\033\\"
#define ASK_SYNC "\033[?2026$p"
#define ASK_DEVICE "\033[c"
#define INVISIBLE "\033[8m"
#define VISIBLE "\033[0m"

enum {
	MODE_SYNC = 2026,
	COLOUR_BACKGROUND = 11,
	CELLS_MAX = 16, /* no sample can take so many */
	SAMPLES_CHARSET = SAMPLE_IDEOGRAPH + 1,
};

static const char *const samples[SAMPLE_COUNT] = {
	[SAMPLE_LETTER] = "\xc3\xa9",
	[SAMPLE_IDEOGRAPH] = "\xe6\xbc\xa2",
	[SAMPLE_CIRCLE] = "\xe2\x97\x8f",
	[SAMPLE_CHECK] = "\xe2\x9c\x93",
	[SAMPLE_MARK] = "e\xcc\x81",
	[SAMPLE_VARIANT] = "\xe2\x9d\xa4\xef\xb8\x8f",
	[SAMPLE_SKIN_TONE] = "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
	[SAMPLE_FAMILY] = ("\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9"
			   "\xe2\x80\x8d\xf0\x9f\x91\xa7"),
	[SAMPLE_FLAG] = "\xf0\x9f\x87\xab\xf0\x9f\x87\xb7",
	[SAMPLE_NEWEST] = "\xf0\x9f\xab\xa9",
};

struct facts
facts_none(void)
{
	struct facts f = { .answered = false };

	memset(f.cells, -1, sizeof(f.cells));
	return f;
}

static size_t
sample_count(unsigned asks)
{
	if ((asks & PROBE_WIDTHS) != 0)
		return SAMPLE_COUNT;
	return (asks & PROBE_CHARSET) != 0 ? SAMPLES_CHARSET : 0;
}

static void
add(char *out, const char *text)
{
	size_t n = strlen(out);

	snprintf(out + n, PROBE_TEXT_MAX - n, "%s", text);
}

const char *
probe_start(struct probe *p, unsigned asks, int64_t deadline_ms,
    char out[static PROBE_TEXT_MAX])
{
	*p = (struct probe){
		.asks = asks,
		.samples = sample_count(asks),
		.over = asks == 0,
		.deadline_ms = deadline_ms,
		.facts = facts_none(),
	};
	out[0] = '\0';
	if (p->over)
		return out;
	if ((asks & PROBE_COLOUR) != 0)
		add(out, ASK_BACKGROUND);
	if ((asks & PROBE_MODES) != 0)
		add(out, ASK_SYNC);
	if (p->samples > 0)
		add(out, INVISIBLE);
	for (size_t i = 0; i < p->samples; i++) {
		add(out, HOME);
		add(out, samples[i]);
		add(out, ASK_POSITION);
	}
	if (p->samples > 0)
		add(out, VISIBLE HOME);
	add(out, ASK_DEVICE);
	return out;
}

static void
take_position(struct probe *p, uint32_t row, uint32_t col)
{
	size_t i = p->positions++;

	if (i >= p->samples)
		return;
	/* In another row it ran over the edge of a tiny screen. */
	if (row == 1 && col >= 1 && col <= CELLS_MAX)
		p->facts.cells[i] = (signed char)(col - 1);
}

void
probe_reply(struct probe *p, const struct reply *reply)
{
	if (p->over)
		return;
	switch (reply->kind) {
	case REPLY_POSITION:
		take_position(p, reply->first, reply->second);
		break;
	case REPLY_MODE:
		/* 1 and 2: on and off; 3: always on; 4: never. */
		if (reply->first == MODE_SYNC)
			p->facts.has_sync =
			    reply->second >= 1 && reply->second <= 3;
		break;
	case REPLY_COLOUR:
		if (reply->first != COLOUR_BACKGROUND)
			break;
		p->facts.has_background = true;
		p->facts.background = reply->second;
		break;
	case REPLY_DEVICE:
		p->facts.answered = true;
		break;
	}
}

bool
probe_finish(struct probe *p, int64_t mono_ms)
{
	if (p->over || (!p->facts.answered && mono_ms < p->deadline_ms))
		return false;
	p->over = true;
	if (p->positions != p->samples)
		memset(p->facts.cells, -1, sizeof(p->facts.cells));
	return true;
}

int64_t
probe_deadline(const struct probe *p)
{
	if (p->over)
		return NEVER_MS;
	return p->deadline_ms;
}

bool
facts_utf8(const struct facts *f)
{
	return f->cells[SAMPLE_LETTER] == 1 && f->cells[SAMPLE_IDEOGRAPH] == 2;
}

/* A cell for each byte. Anything else would be another puzzle. */
bool
facts_not_utf8(const struct facts *f)
{
	return f->cells[SAMPLE_LETTER] == 2 && f->cells[SAMPLE_IDEOGRAPH] == 3;
}

bool
facts_wide_glyphs(const struct facts *f)
{
	return f->cells[SAMPLE_CIRCLE] > 1 || f->cells[SAMPLE_CHECK] > 1;
}
