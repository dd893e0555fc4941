/* SPDX-License-Identifier: MIT */
/*
 * What a terminal is asked about itself at the start, and what it said. The
 * questions go out before the first frame and nobody waits for the answers:
 * they change what is drawn next.
 */
#ifndef UI_PROBE_H
#define UI_PROBE_H

#include "base/now.h"
#include "ui/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PROBE_MS = 150,         /* an answer after that is none */
	PROBE_REMOTE_MS = 1000, /* the same over ssh */
	PROBE_TEXT_MAX = 512,   /* bytes of all questions, with the NUL */
};

/* Which questions. */
enum probe_ask {
	/* Two characters whose bytes do no harm to a terminal of eight bits. */
	PROBE_CHARSET = 1 << 0,
	PROBE_WIDTHS = 1 << 1, /* with it; of a terminal that reads UTF-8 */
	PROBE_COLOUR = 1 << 2, /* OSC: of a terminal that knows them */
	PROBE_MODES = 1 << 3,
};

enum probe_sample {
	SAMPLE_LETTER, /* a letter of two bytes */
	SAMPLE_IDEOGRAPH,
	SAMPLE_CIRCLE, /* ambiguous in East Asia, and a glyph of ours */
	SAMPLE_CHECK,
	SAMPLE_MARK,      /* a letter with a combining mark */
	SAMPLE_VARIANT,   /* a symbol that U+FE0F makes an emoji */
	SAMPLE_SKIN_TONE, /* an emoji with a modifier */
	SAMPLE_FAMILY,    /* three emoji joined by U+200D */
	SAMPLE_FLAG,      /* two regional indicators */
	SAMPLE_NEWEST,    /* an emoji of the newest Unicode */
	SAMPLE_COUNT,
};

struct facts {
	bool answered;                   /* to the last question */
	signed char cells[SAMPLE_COUNT]; /* -1: not known */
	bool has_background;
	uint32_t background; /* RRGGBB */
	bool has_sync;       /* mode 2026 */
};

struct probe {
	unsigned asks;
	size_t samples, positions; /* asked about, answered */
	bool over;
	int64_t deadline_ms;
	struct facts facts;
};

/* Returns the questions (static or in out). */
const char *probe_start(struct probe *p, unsigned asks, int64_t deadline_ms,
    char out[static PROBE_TEXT_MAX]);
/* Takes an answer, or one that nobody asked for. */
void probe_reply(struct probe *p, const struct reply *reply);
/* True once: the facts are all that will come. */
bool probe_finish(struct probe *p, int64_t mono_ms);
/* When that may be without another answer; NEVER_MS. */
int64_t probe_deadline(const struct probe *p);

/* Nothing is known. */
struct facts facts_none(void);
/* The terminal showed that it reads UTF-8, or that it does not. */
bool facts_utf8(const struct facts *f);
bool facts_not_utf8(const struct facts *f);
/* One of the glyphs that we draw ourselves takes two cells. */
bool facts_wide_glyphs(const struct facts *f);

#endif
