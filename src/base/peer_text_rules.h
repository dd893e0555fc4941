/* SPDX-License-Identifier: MIT */
/*
 * Which code points of a peer are shown, which are made visible, and which may
 * stand only in company. All tables are sorted.
 */
#ifndef BASE_PEER_TEXT_RULES_H
#define BASE_PEER_TEXT_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* What becomes of a code point before its neighbours are looked at. */
enum action {
	ACTION_KEEP,
	ACTION_PICTURE, /* C0 and DEL: the symbol of the control */
	ACTION_HIDE,    /* a placeholder */
	ACTION_DROP,    /* changes nothing that can be seen */
	ACTION_BREAK,   /* ends a line where there may be lines, else hidden */
	ACTION_BLANK,   /* an empty cell: one of a run is kept in a name */
	ACTION_JOIN,    /* ZWJ, ZWNJ */
	ACTION_STYLE,   /* VS15, VS16 */
};

struct action_range {
	uint32_t first, last;
	enum action action;
};

/* The last two code points of each plane are not characters. */
static const struct action_range actions[] = {
	{ 0x0000, 0x001f, ACTION_PICTURE }, { 0x0020, 0x0020, ACTION_BLANK },
	{ 0x007f, 0x007f, ACTION_PICTURE }, { 0x0080, 0x0084, ACTION_HIDE },
	{ 0x0085, 0x0085, ACTION_BREAK }, /* next line */
	{ 0x0086, 0x009f, ACTION_HIDE },  /* C1 */
	{ 0x00a0, 0x00a0, ACTION_BLANK },
	{ 0x00ad, 0x00ad, ACTION_HIDE },  /* soft hyphen */
	{ 0x034f, 0x034f, ACTION_HIDE },  /* grapheme joiner */
	{ 0x061c, 0x061c, ACTION_HIDE },  /* Arabic letter mark */
	{ 0x115f, 0x1160, ACTION_HIDE },  /* Hangul fillers */
	{ 0x1680, 0x1680, ACTION_BLANK }, /* Ogham space */
	{ 0x17b4, 0x17b5, ACTION_HIDE },  /* Khmer inherent vowels */
	{ 0x180b, 0x180d, ACTION_DROP },  /* Mongolian variants */
	{ 0x180e, 0x180e, ACTION_HIDE },  /* Mongolian separator */
	{ 0x180f, 0x180f, ACTION_DROP },  /* Mongolian variant */
	{ 0x2000, 0x200a, ACTION_BLANK }, /* spaces of all widths */
	{ 0x200b, 0x200b, ACTION_HIDE },  /* zero width space */
	{ 0x200c, 0x200d, ACTION_JOIN },
	{ 0x200e, 0x200f, ACTION_HIDE },  /* bidi marks */
	{ 0x2028, 0x2029, ACTION_BREAK }, /* line, paragraph separator */
	{ 0x202a, 0x202e, ACTION_HIDE },  /* bidi embeddings, overrides */
	{ 0x202f, 0x202f, ACTION_BLANK }, { 0x205f, 0x205f, ACTION_BLANK },
	{ 0x2060, 0x206f, ACTION_HIDE },  /* invisible, bidi isolates */
	{ 0x2800, 0x2800, ACTION_BLANK }, /* braille without dots */
	{ 0x3000, 0x3000, ACTION_BLANK }, /* ideographic space */
	{ 0x3164, 0x3164, ACTION_HIDE },  /* Hangul filler */
	{ 0xe000, 0xf8ff, ACTION_HIDE },  /* private use */
	{ 0xfdd0, 0xfdef, ACTION_HIDE },  /* not characters */
	{ 0xfe00, 0xfe0d, ACTION_DROP },  /* other variants */
	{ 0xfe0e, 0xfe0f, ACTION_STYLE },
	{ 0xfeff, 0xfeff, ACTION_HIDE }, /* byte order mark */
	{ 0xffa0, 0xffa0, ACTION_HIDE }, /* halfwidth Hangul filler */
	{ 0xfff0, 0xfffb, ACTION_HIDE }, /* unassigned, annotations */
	{ 0xfffe, 0xffff, ACTION_HIDE },
	{ 0x13430, 0x1343f, ACTION_HIDE }, /* hieroglyph joiners */
	{ 0x1bca0, 0x1bca3, ACTION_HIDE }, /* shorthand format controls */
	{ 0x1d173, 0x1d17a, ACTION_HIDE }, /* musical format controls */
	{ 0x1fffe, 0x1ffff, ACTION_HIDE }, { 0x2fffe, 0x2ffff, ACTION_HIDE },
	{ 0x3fffe, 0x3ffff, ACTION_HIDE }, { 0x4fffe, 0x4ffff, ACTION_HIDE },
	{ 0x5fffe, 0x5ffff, ACTION_HIDE }, { 0x6fffe, 0x6ffff, ACTION_HIDE },
	{ 0x7fffe, 0x7ffff, ACTION_HIDE }, { 0x8fffe, 0x8ffff, ACTION_HIDE },
	{ 0x9fffe, 0x9ffff, ACTION_HIDE }, { 0xafffe, 0xaffff, ACTION_HIDE },
	{ 0xbfffe, 0xbffff, ACTION_HIDE }, { 0xcfffe, 0xcffff, ACTION_HIDE },
	{ 0xdfffe, 0xdffff, ACTION_HIDE },
	{ 0xe0000, 0xe0fff, ACTION_HIDE },  /* tags, further variants */
	{ 0xefffe, 0x10ffff, ACTION_HIDE }, /* private use to the end */
};

/* Scripts whose letters change shape with U+200C and U+200D between them; in
 * some a mark (virama) may follow as well. */
struct joining_block {
	uint32_t first, last;
	bool mark_may_follow;
};

static const struct joining_block joining_blocks[] = {
	{ 0x0620, 0x06ff, false },   /* Arabic */
	{ 0x0700, 0x074f, false },   /* Syriac */
	{ 0x0750, 0x077f, false },   /* Arabic supplement */
	{ 0x07c0, 0x07ff, false },   /* N'Ko */
	{ 0x0840, 0x085f, false },   /* Mandaic */
	{ 0x0860, 0x086f, false },   /* Syriac supplement */
	{ 0x0870, 0x08ff, false },   /* Arabic extended */
	{ 0x0900, 0x097f, true },    /* Devanagari */
	{ 0x0980, 0x09ff, true },    /* Bengali */
	{ 0x0a00, 0x0a7f, true },    /* Gurmukhi */
	{ 0x0a80, 0x0aff, true },    /* Gujarati */
	{ 0x0b00, 0x0b7f, true },    /* Oriya */
	{ 0x0b80, 0x0bff, true },    /* Tamil */
	{ 0x0c00, 0x0c7f, true },    /* Telugu */
	{ 0x0c80, 0x0cff, true },    /* Kannada */
	{ 0x0d00, 0x0d7f, true },    /* Malayalam */
	{ 0x0d80, 0x0dff, true },    /* Sinhala */
	{ 0x1000, 0x109f, true },    /* Myanmar */
	{ 0x1780, 0x17ff, true },    /* Khmer */
	{ 0x1800, 0x18af, false },   /* Mongolian */
	{ 0xa840, 0xa87f, false },   /* Phags-pa */
	{ 0x10ac0, 0x10aff, false }, /* Manichaean */
	{ 0x1e900, 0x1e95f, false }, /* Adlam */
};

/* A syllable of old Hangul is one of each, in this order. Longer runs are one
 * cluster without end, and later parts alone take no cell. */
enum jamo {
	JAMO_NONE,
	JAMO_INITIAL,
	JAMO_MEDIAL,
	JAMO_FINAL,
};

static const struct jamo_range {
	uint32_t first, last;
	enum jamo jamo;
} jamos[] = {
	{ 0x1100, 0x115e, JAMO_INITIAL },
	{ 0x1161, 0x11a7, JAMO_MEDIAL },
	{ 0x11a8, 0x11ff, JAMO_FINAL },
	{ 0xa960, 0xa97c, JAMO_INITIAL },
	{ 0xd7b0, 0xd7c6, JAMO_MEDIAL },
	{ 0xd7cb, 0xd7fb, JAMO_FINAL },
};

#endif
