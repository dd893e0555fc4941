/* SPDX-License-Identifier: MIT */
#include "ui/view.h"

#include "base/utf8.h"
#include "base/width.h"
#include "ui/str.h"

#include <stdio.h>
#include <string.h>

enum { DIGITS_SIZE = 24 };

static const char *const glyphs[][2] = {
	[GLYPH_ONLINE] = { "\xe2\x97\x8f", "*" },
	[GLYPH_AWAY] = { "\xe2\x97\x90", "~" },
	[GLYPH_OFFLINE] = { "\xe2\x97\x8b", "-" },
	[GLYPH_DELIVERED] = { "\xe2\x9c\x93", "+" },
	[GLYPH_READ] = { "\xe2\x9c\x93\xe2\x9c\x93", "++" },
	[GLYPH_BAR] = { "\xe2\x94\x82", "|" },
	[GLYPH_OWN_BAR] = { "\xe2\x94\x83", "#" },
	[GLYPH_RULE] = { "\xe2\x94\x80", "-" },
	[GLYPH_DOT] = { "\xc2\xb7", "." },
	[GLYPH_ELLIPSIS] = { "\xe2\x80\xa6", "." },
	[GLYPH_CROSS] = { "\xe2\x94\x9c", "|" },
	[GLYPH_SELECTED] = { "\xe2\x96\x88", ">" },
	[GLYPH_GAUGE_FULL] = { "\xe2\x96\x88", "#" },
	[GLYPH_GAUGE_REST] = { "\xe2\x96\x91", "." },
	[GLYPH_CORNER_TOP_LEFT] = { "\xe2\x94\x8c", "+" },
	[GLYPH_CORNER_TOP_RIGHT] = { "\xe2\x94\x90", "+" },
	[GLYPH_CORNER_BOTTOM_LEFT] = { "\xe2\x94\x94", "+" },
	[GLYPH_CORNER_BOTTOM_RIGHT] = { "\xe2\x94\x98", "+" },
};

bool
draw_is_ascii(const struct frame *f)
{
	return f->ui->ascii || f->m->settings.look_glyphs == GLYPHS_ASCII;
}

/* Lines that part the screen and say nothing. The bar before what is earshot's
 * own stays: it is how that is told from what a peer wrote. */
static bool
is_box(enum glyph glyph)
{
	return glyph == GLYPH_BAR || glyph == GLYPH_RULE ||
	       glyph == GLYPH_CROSS || glyph == GLYPH_CORNER_TOP_LEFT ||
	       glyph == GLYPH_CORNER_TOP_RIGHT ||
	       glyph == GLYPH_CORNER_BOTTOM_LEFT ||
	       glyph == GLYPH_CORNER_BOTTOM_RIGHT;
}

const char *
glyph_text(const struct frame *f, enum glyph glyph)
{
	if (is_box(glyph) && !f->m->settings.look_boxes)
		return " ";
	return glyphs[glyph][draw_is_ascii(f)];
}

void
draw_gauge(const struct frame *f, struct str *s, int full)
{
	for (int i = 0; i < GAUGE_CELLS; i++)
		str_add(s, glyph_text(f,
			       i < full ? GLYPH_GAUGE_FULL : GLYPH_GAUGE_REST));
}

int
text_cells(const char *text)
{
	return width_text(text, strlen(text));
}

int
draw_text(const struct frame *f, int row, int col, int end, enum style style,
    const char *text)
{
	if (col >= end)
		return col;
	return grid_put(f->g, row, col, end, style, text, strlen(text));
}

int
draw_cut(const struct frame *f, int row, int col, int end, enum style style,
    const char *text)
{
	size_t size = strlen(text);

	if (col >= end)
		return col;
	if (width_cut(text, size, end - col, NULL) == size)
		return draw_text(f, row, col, end, style, text);
	size_t n = width_cut(text, size, end - col - 1, NULL);
	col = grid_put(f->g, row, col, end - 1, style, text, n);
	return draw_text(f, row, col, end, style, "~");
}

int
draw_right(const struct frame *f, int row, int col, int end, enum style style,
    const char *text)
{
	int cells = text_cells(text);

	if (cells > end - col)
		return end;
	draw_text(f, row, end - cells, end, style, text);
	return end - cells;
}

void
draw_fill(const struct frame *f, int row, int col, int end, enum style style)
{
	if (col < end)
		grid_fill(f->g, row, col, end, style, ' ');
}

void
draw_rule(const struct frame *f, int row, int col, int end, enum style style,
    const char *label)
{
	uint32_t cp;
	const char *rule = glyph_text(f, GLYPH_RULE);
	int cells = text_cells(label);

	utf8_decode(rule, strlen(rule), &cp, NULL);
	if (col < end)
		grid_fill(f->g, row, col, end, style, cp);
	if (cells == 0 || cells + 2 > end - col)
		return;
	int at = col + (end - col - cells - 2) / 2;
	at = draw_text(f, row, at, end, style, " ");
	at = draw_text(f, row, at, end, style, label);
	draw_text(f, row, at, end, style, " ");
}

void
draw_spot_person(
    const struct frame *f, int row, int col, int end, const struct fp *fp)
{
	struct spot spot = { .kind = SPOT_PERSON,
		.row = row,
		.col = col,
		.end = end,
		.fp = *fp };

	grid_add_spot(f->g, &spot);
}

static bool
needs_long_tag(const struct peer *p)
{
	return !p->is_self && (p->look_alike || p->trust == TRUST_CHANGED);
}

static void
add_tag(const struct frame *f, const struct peer *p, char *out, size_t used)
{
	char tag[TAG_LONG + 1];

	fp_tag(&p->fp, needs_long_tag(p) ? TAG_LONG : TAG_SHORT, tag);
	snprintf(out + used, PEER_LABEL_SIZE - used, "%s%s",
	    glyph_text(f, GLYPH_DOT), tag);
}

/* Whose handle is doubtful is called by it where there is room for nothing
 * else. */
static const char *
legacy_fit(const struct peer *p, bool always, int cells,
    char out[static PEER_LABEL_SIZE])
{
	bool doubtful = p->look_alike || !fp_is_zero(&p->claims);
	const char *least = doubtful ? p->handle : p->name;

	if (text_cells(peer_label(p, always, out)) <= cells)
		return out;
	size_t size = strlen(least);
	bool cut = text_cells(least) > cells;
	if (cut)
		size = cells < 2 ? 0 : width_cut(least, size, cells - 1, NULL);
	snprintf(out, PEER_LABEL_SIZE, "%.*s%s", (int)size, least,
	    cut && cells > 0 ? "~" : "");
	return out;
}

const char *
label_text(const struct frame *f, const struct peer *p, bool always,
    char out[static PEER_LABEL_SIZE])
{
	if (peer_is_legacy(p))
		return peer_label(p, always, out);
	snprintf(out, PEER_LABEL_SIZE, "%s", p->name);
	if ((always && !p->is_self) || needs_long_tag(p))
		add_tag(f, p, out, strlen(out));
	return out;
}

const char *
label_fit(const struct frame *f, const struct peer *p, bool always, int cells,
    char out[static PEER_LABEL_SIZE])
{
	int tag = 1 + (needs_long_tag(p) ? TAG_LONG : TAG_SHORT);
	size_t size = strlen(p->name);

	if (peer_is_legacy(p))
		return legacy_fit(p, always, cells, out);
	if (text_cells(label_text(f, p, always, out)) <= cells)
		return out;
	if (!needs_long_tag(p) && text_cells(p->name) <= cells)
		return label_text(f, p, false, out);
	/* In few cells one of the two has to go: the name of those who could
	 * be taken for another, else the tag. */
	bool tagged = needs_long_tag(p) || (!p->is_self && cells >= tag + 2);
	int name = cells - (tagged ? tag : 0) - 1;
	size_t n = name < 1 ? 0 : width_cut(p->name, size, name, NULL);
	snprintf(
	    out, PEER_LABEL_SIZE, "%.*s%s", (int)n, p->name, n > 0 ? "~" : "");
	if (tagged)
		add_tag(f, p, out, strlen(out));
	n = width_cut(out, strlen(out), cells < 0 ? 0 : cells, NULL);
	out[n] = '\0';
	return out;
}

const char *
peer_state(const struct lang *l, const struct peer *p)
{
	return p->is_self ? say(l, "only on this machine")
			  : say(l, presence_text(p->presence));
}

enum glyph
presence_glyph(enum presence p)
{
	switch (p) {
	case PRESENCE_ONLINE:
		return GLYPH_ONLINE;
	case PRESENCE_AWAY:
	case PRESENCE_STALE:
		return GLYPH_AWAY;
	case PRESENCE_OFFLINE:
		break;
	}
	return GLYPH_OFFLINE;
}

enum style
presence_style(enum presence p)
{
	switch (p) {
	case PRESENCE_ONLINE:
		return STYLE_ONLINE;
	case PRESENCE_AWAY:
	case PRESENCE_STALE:
		return STYLE_AWAY;
	case PRESENCE_OFFLINE:
		break;
	}
	return STYLE_OFFLINE;
}

enum style
nick_style(const struct fp *fp)
{
	return STYLE_NICK_0 + fp->b[0] % (STYLE_NICK_LAST - STYLE_NICK_0 + 1);
}

const char *
peer_badge(const struct lang *l, const struct peer *p, enum style *ret_style)
{
	static const struct {
		const char *text;
		enum style style;
	} badges[] = {
		[TRUST_UNKNOWN] = { N_("[not verified]"), STYLE_INSECURE },
		[TRUST_PINNED] = { N_("[not verified]"), STYLE_INSECURE },
		[TRUST_VERIFIED] = { N_("[verified]"), STYLE_SECURE },
		[TRUST_CHANGED] = { N_("[key changed]"), STYLE_BAR_ALERT },
		[TRUST_BLOCKED] = { N_("[blocked]"), STYLE_BAR_ALERT },
	};

	if (peer_is_legacy(p) && p->trust != TRUST_BLOCKED) {
		*ret_style = STYLE_PLAIN;
		return p->obfuscates ? say(l, "[PLAIN (obfuscated)]")
				     : say(l, "[PLAIN]");
	}
	*ret_style = badges[p->trust].style;
	return say(l, badges[p->trust].text);
}

const char *
count_text(const struct lang *l, uint64_t n, char out[static COUNT_SIZE])
{
	const char *gap = say_in(l, "between three digits and three", " ");
	char digits[DIGITS_SIZE];
	int size =
	    snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
	size_t at = 0;

	for (int i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			at += (size_t)snprintf(
			    out + at, COUNT_SIZE - at, "%.3s", gap);
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}
