/* SPDX-License-Identifier: MIT */
/*
 * One pin a line, fields between single blanks, the name last because it may
 * hold blanks itself:
 *
 *   earshot pins 1
 *   FINGERPRINT TRUST ADDRESS VERSION EPOCH SEQ FIRST LAST NAME
 *
 * TRUST has "+unanswered" behind it as long as the user never wrote to them.
 *
 * People may edit it, so the name goes through peer_text again, and a line
 * that is not understood is given back instead of skipped: it is somebody's
 * key.
 */
#include "store/pins_text.h"

#include "base/err.h"
#include "base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIELD_MAX = 80,
	PINS_STEP = 16,
};

static const char head[] = "earshot pins 1";
static const char family[] = "earshot pins ";
static const char unanswered[] = "+unanswered";

/* The words of the file, which stay when those of the screen change. */
static const struct {
	enum trust trust;
	const char *word;
} trust_words[] = {
	{ TRUST_PINNED, "pinned" },
	{ TRUST_VERIFIED, "verified" },
	{ TRUST_BLOCKED, "blocked" },
};

enum { TRUST_WORDS = sizeof(trust_words) / sizeof(trust_words[0]) };

struct line {
	const char *p;
	size_t left;
	bool failed;
};

/* Cuts the text up to the next blank into out. */
static void
next_field(struct line *l, char out[static FIELD_MAX])
{
	const char *end = memchr(l->p, ' ', l->left);
	size_t n = end == NULL ? l->left : (size_t)(end - l->p);

	out[0] = '\0';
	if (n == 0 || n >= FIELD_MAX || memchr(l->p, '\0', n) != NULL) {
		l->failed = true;
		return;
	}
	memcpy(out, l->p, n);
	out[n] = '\0';
	size_t used = end == NULL ? n : n + 1;
	l->p += used;
	l->left -= used;
}

/* Decimal digits and nothing else. */
static uint64_t
next_number(struct line *l, uint64_t max)
{
	char text[FIELD_MAX];
	uint64_t value = 0;

	next_field(l, text);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p < '0' || *p > '9' || value > max / 10) {
			l->failed = true;
			return 0;
		}
		value = value * 10 + (uint64_t)(*p - '0');
	}
	if (value > max)
		l->failed = true;
	return value;
}

static void
next_trust(struct line *l, struct pin *pin)
{
	char text[FIELD_MAX];

	next_field(l, text);
	char *mark = strchr(text, unanswered[0]);
	pin->answered = mark == NULL || strcmp(mark, unanswered) != 0;
	if (!pin->answered)
		*mark = '\0';
	for (size_t i = 0; i < TRUST_WORDS; i++) {
		if (strcmp(trust_words[i].word, text) == 0) {
			pin->trust = trust_words[i].trust;
			return;
		}
	}
	l->failed = true;
}

static void
next_addr(struct line *l, struct addr *addr)
{
	char text[FIELD_MAX];

	next_field(l, text);
	if (!l->failed && strcmp(text, "-") != 0 &&
	    addr_parse(text, 0, addr) != 0)
		l->failed = true;
}

static void
rest_name(struct line *l, struct pin *pin)
{
	pin->name =
	    peer_text(untrusted_of(l->p, l->left), PEER_TEXT_NAME, NULL);
}

static bool
parse_line(const char *p, size_t n, struct pin *ret_pin)
{
	struct line l = { .p = p, .left = n };
	struct pin pin = { .trust = TRUST_UNKNOWN };
	char text[FIELD_MAX];

	next_field(&l, text);
	if (l.failed || fp_parse(text, &pin.fp) != 0 || fp_is_zero(&pin.fp))
		return false;
	next_trust(&l, &pin);
	next_addr(&l, &pin.addr);
	pin.version_floor = (uint16_t)next_number(&l, UINT16_MAX);
	pin.epoch = (uint32_t)next_number(&l, UINT32_MAX);
	pin.seq = (uint32_t)next_number(&l, UINT32_MAX);
	pin.first_ms = (int64_t)next_number(&l, INT64_MAX);
	pin.last_ms = (int64_t)next_number(&l, INT64_MAX);
	if (l.failed)
		return false;
	rest_name(&l, &pin);
	*ret_pin = pin;
	return true;
}

static bool
is_known(const struct pins_text *t, const struct fp *fp)
{
	for (size_t i = 0; i < t->count; i++)
		if (fp_equal(&t->pins[i].fp, fp))
			return true;
	return false;
}

static void
reject_line(struct pins_text *t, const char *p, size_t n)
{
	t->rejects = xrealloc(t->rejects, t->rejects_size + n + 1, 1);
	memcpy(t->rejects + t->rejects_size, p, n);
	t->rejects[t->rejects_size + n] = '\n';
	t->rejects_size += n + 1;
	t->reject_count++;
}

static void
take_line(struct pins_text *t, const char *p, size_t n)
{
	struct pin pin = { .trust = TRUST_UNKNOWN };

	if (n == 0)
		return;
	if (t->count == PINS_MAX || !parse_line(p, n, &pin) ||
	    is_known(t, &pin.fp)) {
		pin_clear(&pin);
		reject_line(t, p, n);
		return;
	}
	if (t->count % PINS_STEP == 0)
		t->pins = xrealloc(t->pins, t->count + PINS_STEP, sizeof(pin));
	t->pins[t->count++] = pin;
}

static bool
begins_with(const char *p, size_t n, const char *word)
{
	return n >= strlen(word) && memcmp(p, word, strlen(word)) == 0;
}

int
pins_parse(const char *text, size_t n, struct pins_text *ret_parsed)
{
	struct pins_text t = { 0 };
	bool first = true;

	while (n > 0) {
		const char *end = memchr(text, '\n', n);
		size_t size = end == NULL ? n : (size_t)(end - text);
		size_t used = size + (end != NULL);
		if (size > 0 && text[size - 1] == '\r')
			size--;
		bool is_head = first && begins_with(text, size, family);
		if (is_head &&
		    (size != sizeof(head) - 1 || memcmp(text, head, size) != 0))
			return ERR_VERSION;
		if (!is_head)
			take_line(&t, text, size);
		first = false;
		text += used;
		n -= used;
	}
	*ret_parsed = t;
	return 0;
}

void
pins_text_clear(struct pins_text *parsed)
{
	pins_free(parsed->pins, parsed->count);
	free(parsed->rejects);
	*parsed = (struct pins_text){ 0 };
}

static const char *
trust_word(enum trust trust)
{
	for (size_t i = 0; i < TRUST_WORDS; i++)
		if (trust_words[i].trust == trust)
			return trust_words[i].word;
	/* The engine gives no others to be stored. */
	abort();
}

static size_t
format_pin(const struct pin *pin, char out[static PIN_LINE_MAX])
{
	char fp[FP_TEXT_SIZE], addr[ADDR_TEXT_MAX] = "-";

	if (pin->addr.family != ADDR_NONE && pin->addr.port == 0)
		addr_host_text(&pin->addr, addr);
	else if (pin->addr.family != ADDR_NONE)
		addr_text(&pin->addr, addr);
	int n = snprintf(out, PIN_LINE_MAX,
	    "%s %s%s %s %u %" PRIu32 " %" PRIu32 " %" PRId64 " %" PRId64
	    " %s\n",
	    fp_text(&pin->fp, fp), trust_word(pin->trust),
	    pin->answered ? "" : unanswered, addr, (unsigned)pin->version_floor,
	    pin->epoch, pin->seq, pin->first_ms < 0 ? 0 : pin->first_ms,
	    pin->last_ms < 0 ? 0 : pin->last_ms, pin_text(pin->name));
	assert(n > 0 && n < PIN_LINE_MAX);
	return (size_t)n;
}

char *
pins_format(const struct pin *pins, size_t count, size_t *ret_size)
{
	assert(count <= PINS_MAX);
	char *text = xmalloc(sizeof(head) + count * PIN_LINE_MAX);
	size_t size = sizeof(head) - 1;
	memcpy(text, head, size);
	text[size++] = '\n';
	for (size_t i = 0; i < count; i++)
		size += format_pin(&pins[i], text + size);
	*ret_size = size;
	return text;
}
