/* SPDX-License-Identifier: MIT */
/*
 * From the bytes of a terminal to keys: UTF-8, CSI, SS3, bracketed paste,
 * focus and mouse reports, CSI u and modifyOtherKeys, and what the terminal
 * answers about itself. Other complete sequences and OSC, DCS, APC strings are
 * swallowed and counted; nothing leaks into the draft as text. Sources: ECMA-48
 * §5.4 and §8.3, xterm's ctlseqs.
 */
#ifndef UI_DECODE_H
#define UI_DECODE_H

#include "base/buf.h"
#include "base/now.h"
#include "ui/key.h"
#include "ui/mouse.h"
#include "ui/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DECODE_ESC_MS = 25,         /* a lone ESC is the key after so long */
	DECODE_ESC_REMOTE_MS = 125, /* the same over ssh */
	DECODE_PASTE_END_MS = 200,  /* a paste whose end never comes */
	PASTE_MAX = 262144,         /* bytes; the rest is dropped */
};

struct decode;

/* esc_ms: how long a lone ESC may still be the start of a sequence. */
struct decode *decode_new(int64_t esc_ms);
void decode_free(struct decode *d);
/* This terminal brackets what is pasted, so that lines that come together were
 * typed so: by a script, or over a slow link. Else, it is found out. */
void decode_brackets(struct decode *d);
/* Takes all n bytes. */
void decode_input(
    struct decode *d, int64_t mono_ms, const uint8_t *p, size_t n);
/* The next key, or false. */
bool decode_next(struct decode *d, int64_t mono_ms, struct key *ret_key);
/* When decode_next may have a key without more bytes. */
int64_t decode_deadline(const struct decode *d);
/* The text of the last KEY_PASTE, raw bytes with line ends made \n; valid
 * until the next call of decode_next. */
const char *decode_paste(const struct decode *d, size_t *ret_size);
/* What the last KEY_MOUSE and KEY_REPLY were about. */
struct mouse decode_mouse(const struct decode *d);
struct reply decode_reply(const struct decode *d);
/* Sequences swallowed because they mean nothing to us. */
unsigned decode_dropped(const struct decode *d);

#endif
