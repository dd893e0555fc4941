/* SPDX-License-Identifier: MIT */
/*
 * A state machine over single bytes, so that how the bytes were cut into reads
 * cannot matter. Only two things look further than a byte: time, which alone
 * tells the Esc key from the start of a sequence, and the size of a read,
 * which betrays a paste on a terminal that does not bracket it.
 *
 * Time is looked at when keys are asked for, never when bytes arrive: after a
 * stall of ours the rest of a sequence is late by our fault, not by the
 * user's.
 *
 * Grammar: ECMA-48 §5.4 (CSI) and §5.6 (strings).
 */
#include "ui/decode.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/decode_queue.h"
#include "ui/sequence.h"

#include <stdlib.h>
#include <string.h>

enum {
	ESC = 0x1B,
	SEQ_MAX = 64,      /* parameter bytes of a sequence */
	SEQUENCE_MS = 500, /* an unfinished sequence is given up */
	BURST_MIN = 20,    /* a read above this may be a paste */
	BURST_GAP_MS = 30, /* no key follows a paste so soon */
	MOUSE_BYTES = 3,   /* behind CSI M */
};

enum decode_state {
	STATE_GROUND,
	STATE_ESC,
	STATE_ESC_ESC,
	STATE_CSI,
	STATE_SS3,
	STATE_LINUX, /* CSI [ of the Linux console's F1 .. F5 */
	STATE_MOUSE,
	STATE_STRING,
	STATE_STRING_ESC,
	STATE_UTF8,
	STATE_PASTE,
	STATE_COUNT,
};

struct decode {
	enum decode_state state;
	bool alt;       /* an ESC came before this sequence */
	bool seq_over;  /* more parameters than fit */
	bool bracketed; /* this terminal brackets its pastes */
	uint8_t seq[SEQ_MAX];
	size_t seq_size;
	size_t need; /* bytes of the UTF-8 sequence */
	int64_t esc_ms, last_ms, burst_end_ms;
	unsigned dropped;

	struct queue queue;
	struct entry current; /* what the last key was */

	char *paste; /* being received */
	size_t paste_size, paste_cap;
	size_t paste_match; /* bytes of paste_end seen */
	bool paste_cr, paste_full;
};

static const char paste_end[] = "\033[201~";

static void
emit_entry(struct decode *d, struct entry entry)
{
	if (!queue_add(&d->queue, entry))
		d->dropped++;
}

static void
emit_key(struct decode *d, struct key key)
{
	emit_entry(d, (struct entry){ .key = key });
}

static void
emit(struct decode *d, uint32_t code, unsigned mods)
{
	emit_key(d, (struct key){ code, (uint8_t)mods });
}

/* A C1 control that was spelled in UTF-8 is no text, and no key either. */
static void
emit_text(struct decode *d, uint32_t cp, unsigned mods)
{
	if (cp >= 0x80 && cp < 0xA0)
		d->dropped++;
	else
		emit(d, cp, mods);
}

static void
emit_control(struct decode *d, uint8_t c, unsigned mods)
{
	emit_key(d, sequence_control(c, mods));
}

static unsigned
alt_mod(struct decode *d)
{
	unsigned mods = d->alt ? KEY_ALT : 0;

	d->alt = false;
	return mods;
}

/* The ESC before something that is no key press was a key of its own. */
static void
flush_alt(struct decode *d)
{
	if (d->alt)
		emit(d, KEY_ESCAPE, 0);
	d->alt = false;
}

static void
drop(struct decode *d)
{
	flush_alt(d);
	d->dropped++;
	d->state = STATE_GROUND;
}

static void
seq_start(struct decode *d, enum decode_state state)
{
	d->state = state;
	d->seq_size = 0;
	d->seq_over = false;
}

static void
seq_add(struct decode *d, uint8_t c)
{
	if (d->seq_size < SEQ_MAX)
		d->seq[d->seq_size++] = c;
	else
		d->seq_over = true;
}

static bool
is_control(uint8_t c)
{
	return c < 0x20 || c == 0x7F;
}

/* What ESC and one more byte mean when nothing follows. */
static void
emit_introducer(struct decode *d, uint8_t c)
{
	flush_alt(d);
	emit(d, c, KEY_ALT);
	d->state = STATE_GROUND;
}

static void
paste_start(struct decode *d)
{
	flush_alt(d);
	d->state = STATE_PASTE;
	d->paste_size = 0;
	d->paste_match = 0;
	d->paste_cr = d->paste_full = false;
}

static void
paste_add(struct decode *d, uint8_t c)
{
	bool is_crlf = c == '\n' && d->paste_cr;

	d->paste_cr = c == '\r';
	if (is_crlf)
		return;
	if (d->paste_size == PASTE_MAX) {
		d->paste_full = true;
		return;
	}
	if (d->paste_size == d->paste_cap) {
		d->paste_cap = d->paste_cap ? d->paste_cap * 2 : 256;
		d->paste = xrealloc(d->paste, d->paste_cap, 1);
	}
	d->paste[d->paste_size++] = c == '\r' ? '\n' : (char)c;
}

static void
paste_finish(struct decode *d)
{
	if (d->paste_full)
		d->paste_size = utf8_cut(d->paste, PASTE_MAX, PASTE_MAX - 1);
	emit_entry(
	    d, (struct entry){
		   .key = { .code = KEY_PASTE },
		   .paste = xstrndup(d->paste ? d->paste : "", d->paste_size),
		   .paste_size = d->paste_size,
	       });
	free(d->paste);
	d->paste = NULL;
	d->paste_size = d->paste_cap = 0;
	d->state = STATE_GROUND;
}

/* Bytes of the sequence that c leads, 0 when it leads none. */
static size_t
utf8_need(uint8_t c)
{
	if (c < 0xC2 || c > 0xF4)
		return 0;
	return c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

static void
utf8_start(struct decode *d, uint8_t c)
{
	size_t need = utf8_need(c);

	if (need == 0) {
		emit(d, UTF8_REPLACEMENT, alt_mod(d));
		d->state = STATE_GROUND;
		return;
	}
	seq_start(d, STATE_UTF8);
	seq_add(d, c);
	d->need = need;
}

static void
sequence_finish(struct decode *d, enum sequence_kind kind, struct key key)
{
	d->state = STATE_GROUND;
	if (kind == SEQUENCE_KEY)
		key.mods |= (uint8_t)alt_mod(d);
	flush_alt(d);
	switch (kind) {
	case SEQUENCE_KEY:
	case SEQUENCE_FOCUS:
		emit_key(d, key);
		return;
	case SEQUENCE_PASTE:
		d->bracketed = true;
		paste_start(d);
		return;
	case SEQUENCE_UNKNOWN:
		d->dropped++;
		return;
	case SEQUENCE_SILENT:
		return;
	}
}

/* No key press, and nothing that an Esc before it could belong to. */
static void
emit_report(struct decode *d, struct entry entry)
{
	flush_alt(d);
	d->state = STATE_GROUND;
	emit_entry(d, entry);
}

static void
csi_final(struct decode *d, uint8_t c)
{
	struct entry mouse = { .key = { .code = KEY_MOUSE } };
	struct entry reply = { .key = { .code = KEY_REPLY } };
	struct key key = { 0 };
	enum sequence_kind kind = SEQUENCE_UNKNOWN;

	if (d->seq_over) {
		sequence_finish(d, kind, key);
		return;
	}
	if (mouse_sgr(d->seq, d->seq_size, c, &mouse.mouse)) {
		emit_report(d, mouse);
		return;
	}
	if (reply_csi(d->seq, d->seq_size, c, &reply.reply)) {
		emit_report(d, reply);
		return;
	}
	kind = sequence_csi(d->seq, d->seq_size, c, &key);
	sequence_finish(d, kind, key);
}

static void
ss3_final(struct decode *d, uint8_t c)
{
	struct key key = { 0 };
	enum sequence_kind kind = SEQUENCE_UNKNOWN;

	if (!d->seq_over)
		kind = sequence_ss3(d->seq, d->seq_size, c, &key);
	sequence_finish(d, kind, key);
}

/* rxvt ends keys with Shift in a byte that ECMA-48 calls intermediate. In a
 * mode report it stands behind two parameters. */
static bool
is_rxvt_shift(const struct decode *d, uint8_t c)
{
	if (c != '$' || d->seq_size == 0)
		return false;
	for (size_t i = 0; i < d->seq_size; i++)
		if (d->seq[i] < '0' || d->seq[i] > '9')
			return false;
	return true;
}

/*
 * One handler for each state. False: the byte is not part of what the state
 * was about; the handler has moved to a state that takes it.
 */
static bool
input_ground(struct decode *d, uint8_t c)
{
	d->alt = false;
	if (c == ESC)
		d->state = STATE_ESC;
	else if (is_control(c))
		emit_control(d, c, 0);
	else if (c < 0x80)
		emit(d, c, 0);
	else
		utf8_start(d, c);
	return true;
}

static bool
input_esc(struct decode *d, uint8_t c)
{
	switch (c) {
	case ESC:
		d->state = STATE_ESC_ESC;
		return true;
	case '[':
		seq_start(d, STATE_CSI);
		return true;
	case 'O':
		seq_start(d, STATE_SS3);
		return true;
	case 'P':
	case ']':
	case '_':
		seq_start(d, STATE_STRING);
		d->seq[0] = c;
		return true;
	default:
		break;
	}
	d->state = STATE_GROUND;
	d->alt = true;
	if (c >= 0x80)
		utf8_start(d, c);
	else if (is_control(c))
		emit_control(d, c, alt_mod(d));
	else
		emit(d, c, alt_mod(d));
	return true;
}

/* rxvt writes Alt-Up as ESC ESC [ A; else the first was the Esc key. */
static bool
input_esc_esc(struct decode *d, uint8_t c)
{
	if (c == '[' || c == 'O') {
		d->alt = true;
		d->state = STATE_ESC;
		return false;
	}
	emit(d, KEY_ESCAPE, 0);
	d->state = STATE_ESC;
	return false;
}

static bool
input_csi(struct decode *d, uint8_t c)
{
	if (is_control(c) || c >= 0x80) {
		if (d->seq_size == 0)
			emit_introducer(d, '[');
		else
			drop(d);
		d->state = STATE_GROUND;
		return false;
	}
	if (is_rxvt_shift(d, c)) {
		csi_final(d, c);
	} else if (c < 0x40) {
		seq_add(d, c);
	} else if (d->seq_size == 0 && c == '[') {
		d->state = STATE_LINUX;
	} else if (d->seq_size == 0 && c == 'M') {
		seq_start(d, STATE_MOUSE);
	} else {
		csi_final(d, c);
	}
	return true;
}

static bool
input_ss3(struct decode *d, uint8_t c)
{
	if (is_control(c) || c >= 0x80) {
		if (d->seq_size == 0)
			emit_introducer(d, 'O');
		else
			drop(d);
		d->state = STATE_GROUND;
		return false;
	}
	if (c < 0x40)
		seq_add(d, c);
	else
		ss3_final(d, c);
	return true;
}

static bool
input_linux(struct decode *d, uint8_t c)
{
	d->state = STATE_GROUND;
	if (c >= 'A' && c <= 'E') {
		emit(d, KEY_F1 + (uint32_t)(c - 'A'), alt_mod(d));
		return true;
	}
	drop(d);
	return !is_control(c) && c < 0x80;
}

static bool
input_mouse(struct decode *d, uint8_t c)
{
	struct entry mouse = { .key = { .code = KEY_MOUSE } };

	if (c < 0x20) {
		drop(d);
		return false;
	}
	seq_add(d, c);
	if (d->seq_size < MOUSE_BYTES)
		return true;
	mouse.mouse = mouse_x10(d->seq);
	emit_report(d, mouse);
	return true;
}

/* The introducer is the first byte of what was kept. */
static void
string_finish(struct decode *d)
{
	struct entry reply = { .key = { .code = KEY_REPLY } };

	if (!d->seq_over && d->seq[0] == ']' &&
	    reply_osc(d->seq + 1, d->seq_size - 1, &reply.reply))
		emit_report(d, reply);
	else
		drop(d);
}

static bool
input_string(struct decode *d, uint8_t c)
{
	if (d->seq_size == 0 && is_control(c)) {
		emit_introducer(d, d->seq[0]);
		return false;
	}
	if (d->seq_size == 0)
		d->seq_size = 1;
	if (c == ESC)
		d->state = STATE_STRING_ESC;
	else if (c == 0x07)
		string_finish(d);
	else if (c == 0x18 || c == 0x1A)
		drop(d);
	else
		seq_add(d, c);
	return true;
}

static bool
input_string_esc(struct decode *d, uint8_t c)
{
	if (c == '\\') {
		string_finish(d);
		return true;
	}
	drop(d);
	d->state = STATE_ESC;
	return false;
}

static bool
input_utf8(struct decode *d, uint8_t c)
{
	if ((c & 0xC0) != 0x80) {
		d->state = STATE_GROUND;
		emit(d, UTF8_REPLACEMENT, alt_mod(d));
		return false;
	}
	seq_add(d, c);
	if (d->seq_size < d->need)
		return true;
	d->state = STATE_GROUND;
	char s[UTF8_MAX];
	memcpy(s, d->seq, d->need);
	for (size_t at = 0; at < d->need;) {
		uint32_t cp;
		at += utf8_decode(s + at, d->need - at, &cp, NULL);
		emit_text(d, cp, alt_mod(d));
	}
	return true;
}

static bool
input_paste(struct decode *d, uint8_t c)
{
	if (c == (uint8_t)paste_end[d->paste_match]) {
		if (paste_end[++d->paste_match] == '\0')
			paste_finish(d);
		return true;
	}
	for (size_t i = 0; i < d->paste_match; i++)
		paste_add(d, (uint8_t)paste_end[i]);
	d->paste_match = 0;
	if (c == ESC)
		d->paste_match = 1;
	else
		paste_add(d, c);
	return true;
}

static bool (*const inputs[STATE_COUNT])(struct decode *d, uint8_t c) = {
	[STATE_GROUND] = input_ground,
	[STATE_ESC] = input_esc,
	[STATE_ESC_ESC] = input_esc_esc,
	[STATE_CSI] = input_csi,
	[STATE_SS3] = input_ss3,
	[STATE_LINUX] = input_linux,
	[STATE_MOUSE] = input_mouse,
	[STATE_STRING] = input_string,
	[STATE_STRING_ESC] = input_string_esc,
	[STATE_UTF8] = input_utf8,
	[STATE_PASTE] = input_paste,
};

/* Nothing more comes: what was it then? */
static void
expire(struct decode *d)
{
	switch (d->state) {
	case STATE_ESC_ESC:
		emit(d, KEY_ESCAPE, 0);
		emit(d, KEY_ESCAPE, 0);
		break;
	case STATE_ESC:
		emit(d, KEY_ESCAPE, 0);
		break;
	case STATE_CSI:
	case STATE_SS3:
		if (d->seq_size == 0)
			emit_introducer(d, d->state == STATE_CSI ? '[' : 'O');
		else
			drop(d);
		break;
	case STATE_STRING:
		if (d->seq_size == 0)
			emit_introducer(d, d->seq[0]);
		else
			drop(d);
		break;
	case STATE_STRING_ESC:
		drop(d);
		emit(d, KEY_ESCAPE, 0);
		break;
	case STATE_UTF8:
		emit(d, UTF8_REPLACEMENT, alt_mod(d));
		break;
	case STATE_PASTE:
		/* More lines of it may come unbracketed. */
		d->bracketed = false;
		paste_finish(d);
		break;
	case STATE_LINUX:
	case STATE_MOUSE:
		drop(d);
		break;
	case STATE_GROUND:
	case STATE_COUNT:
		break;
	}
	d->state = STATE_GROUND;
}

static int64_t
wait_ms(const struct decode *d)
{
	switch (d->state) {
	case STATE_ESC:
	case STATE_ESC_ESC:
		return d->esc_ms;
	case STATE_CSI:
	case STATE_SS3:
	case STATE_STRING:
		return d->seq_size == 0 ? d->esc_ms : SEQUENCE_MS;
	case STATE_PASTE:
		return DECODE_PASTE_END_MS;
	case STATE_LINUX:
	case STATE_MOUSE:
	case STATE_STRING_ESC:
	case STATE_UTF8:
	case STATE_GROUND:
	case STATE_COUNT:
		break;
	}
	return SEQUENCE_MS;
}

/* Bytes of a last sequence that the next read completes. */
static size_t
cut_tail(const uint8_t *p, size_t n)
{
	size_t tail = 1;

	while (tail < n && tail < UTF8_MAX && (p[n - tail] & 0xC0) == 0x80)
		tail++;
	return utf8_need(p[n - tail]) > tail ? tail : 0;
}

/*
 * Several lines in one read, and nothing that only keys send: nobody types so
 * fast. What comes right behind is the rest of the same paste, and an Enter in
 * it must not send. Not asked of a terminal that brackets what is pasted.
 */
static bool
is_burst(const struct decode *d, int64_t mono_ms, const uint8_t *p, size_t n)
{
	if (d->bracketed || d->state != STATE_GROUND)
		return false;
	size_t lines = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\r' || p[i] == '\n')
			lines++;
		else if (is_control(p[i]) && p[i] != '\t')
			return false;
	}
	return (n > BURST_MIN && lines >= 2) || mono_ms < d->burst_end_ms;
}

/* Returns the bytes taken. */
static size_t
input_burst(struct decode *d, int64_t mono_ms, const uint8_t *p, size_t n)
{
	n -= cut_tail(p, n);
	if (n == 0)
		return 0;
	paste_start(d);
	for (size_t i = 0; i < n; i++)
		paste_add(d, p[i]);
	paste_finish(d);
	d->burst_end_ms = mono_ms + BURST_GAP_MS;
	return n;
}

struct decode *
decode_new(int64_t esc_ms)
{
	struct decode *d = xcalloc(1, sizeof(*d));

	d->esc_ms = esc_ms;
	d->burst_end_ms = INT64_MIN;
	return d;
}

void
decode_free(struct decode *d)
{
	if (!d)
		return;
	queue_clear(&d->queue);
	free(d->current.paste);
	free(d->paste);
	free(d);
}

void
decode_brackets(struct decode *d)
{
	d->bracketed = true;
}

void
decode_input(struct decode *d, int64_t mono_ms, const uint8_t *p, size_t n)
{
	size_t taken = 0;

	if (n == 0)
		return;
	d->last_ms = mono_ms;
	if (is_burst(d, mono_ms, p, n))
		taken = input_burst(d, mono_ms, p, n);
	for (size_t i = taken; i < n; i++)
		while (!inputs[d->state](d, p[i]))
			;
}

bool
decode_next(struct decode *d, int64_t mono_ms, struct key *ret_key)
{
	free(d->current.paste);
	d->current = (struct entry){ .paste = NULL };
	if (d->queue.count == 0 && mono_ms >= decode_deadline(d))
		expire(d);
	if (!queue_take(&d->queue, &d->current))
		return false;
	*ret_key = d->current.key;
	return true;
}

int64_t
decode_deadline(const struct decode *d)
{
	if (d->queue.count > 0)
		return d->last_ms;
	if (d->state == STATE_GROUND)
		return NEVER_MS;
	return d->last_ms + wait_ms(d);
}

const char *
decode_paste(const struct decode *d, size_t *ret_size)
{
	*ret_size = d->current.paste_size;
	return d->current.paste ? d->current.paste : "";
}

struct mouse
decode_mouse(const struct decode *d)
{
	return d->current.mouse;
}

struct reply
decode_reply(const struct decode *d)
{
	return d->current.reply;
}

unsigned
decode_dropped(const struct decode *d)
{
	return d->dropped;
}
