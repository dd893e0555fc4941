/* SPDX-License-Identifier: MIT */
/*
 * Texts of ours. To one peer they go one after the other: there are clients
 * that acknowledge a text and drop it when its number is not above the last.
 *
 * The bytes of a text never change once they went, so that whoever got them
 * knows them again, after hours, too. Given up is only a round: the text waits,
 * and the next sign of life of the peer starts another.
 */
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/wr.h"
#include "proto/ipmsg_secret.h"
#include "proto/ipmsg_state.h"

#include <stdlib.h>
#include <string.h>

/* After the first, from the beginning of the round. */
static const int64_t sends_ms[IPMSG_SENDS] = { 0, 750, 1500, 3000, 6000,
	12000 };

enum {
	KEY_ASKS = 4,
	KEY_GAP_MS = 1000,
	BODY_MAX = 60000,
};

void
ipmsg_post_free(struct ipmsg_post *post)
{
	free(post->body);
	free(post->bytes);
	free(post);
}

void
ipmsg_posts_clear(struct ipmsg_peer *p)
{
	while (p->first != NULL) {
		struct ipmsg_post *post = p->first;
		p->first = post->next;
		ipmsg_post_free(post);
	}
	p->last = NULL;
	p->posts = 0;
}

static void
tell_answer(struct ipmsg *m, struct ipmsg_peer *p,
    const struct ipmsg_post *post, enum ipmsg_answered answer)
{
	struct ipmsg_queued *q = ipmsg_tell(m, p, IPMSG_ANSWERED);

	if (q == NULL)
		return;
	q->event.answered = post->id;
	q->event.answer = answer;
	q->event.number = post->number;
}

/* What the client there reads, less what encryption adds. */
static size_t
text_max(const struct ipmsg *m, const struct ipmsg_peer *p)
{
	bool large = p->earshot || p->client == IPMSG_CLIENT_WINDOWS ||
		     p->client == IPMSG_CLIENT_MAC;
	size_t max = large ? IPMSG_TEXT_LARGE_MAX : IPMSG_TEXT_SMALL_MAX;

	return ipmsg_secret_wanted(m, p) ? max * 3 / 4 - 2048 : max;
}

/* How many bytes of the text would fit. */
static size_t
fitting(enum charset cs, const struct ipmsg_message *text, size_t max)
{
	size_t low = 0, high = text->size;

	while (low < high) {
		size_t middle = low + (high - low + 1) / 2, size;
		size_t n = utf8_cut(text->utf8, text->size, middle);
		uint8_t *bytes;
		if (charset_encode(cs, text->utf8, n, &bytes, &size, NULL) != 0)
			break;
		free(bytes);
		if (size <= max)
			low = middle;
		else
			high = middle - 1;
	}
	return utf8_cut(text->utf8, text->size, low);
}

/* An iptux drops an offer without a word for a colon in a name; others show
 * it as a semicolon. */
static void
name_avoid_colons(const struct ipmsg_peer *p, struct ipmsg_file *file)
{
	if (p->client != IPMSG_CLIENT_IPTUX)
		return;
	for (size_t i = 0; i < file->name_size; i++)
		if (file->name[i] == ':')
			file->name[i] = ';';
}

static int
files_write(struct wr *w, const struct ipmsg_peer *p, enum charset cs,
    const struct ipmsg_message *text)
{
	if (text->file_count > IPMSG_FILES_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < text->file_count; i++) {
		struct ipmsg_file file = text->files[i];
		size_t n;
		uint8_t *name =
		    ipmsg_write_text(cs, (const char *)file.name, &n);
		file.name_size =
		    n < IPMSG_FILE_NAME_MAX ? n : IPMSG_FILE_NAME_MAX;
		memcpy(file.name, name, file.name_size);
		file.name[file.name_size] = '\0';
		free(name);
		name_avoid_colons(p, &file);
		ipmsg_file_put(w, &file);
	}
	return w->failed ? ERR_LIMIT : 0;
}

/* The body in the set of the peer, and behind a NUL what is offered. */
static int
body_write(const struct ipmsg *m, const struct ipmsg_peer *p,
    const struct ipmsg_message *text, struct ipmsg_post *post, size_t *ret_at)
{
	enum charset cs = ipmsg_charset_out(m, p);
	size_t size, max = text_max(m, p);
	const char *nul =
	    text->size > 0 ? memchr(text->utf8, '\0', text->size) : NULL;
	uint8_t *bytes;

	if (nul != NULL) {
		*ret_at = (size_t)(nul - text->utf8);
		return ERR_FORMAT;
	}
	int err =
	    charset_encode(cs, text->utf8, text->size, &bytes, &size, ret_at);
	if (err != 0)
		return err;
	if (size > max) {
		free(bytes);
		*ret_at = fitting(cs, text, max);
		return ERR_LIMIT;
	}
	*ret_at = 0;
	post->body = xmalloc(max + 1);
	struct wr w = wr_to(post->body, max + 1);
	wr_bytes(&w, bytes, size);
	free(bytes);
	if (text->file_count > 0) {
		wr_u8(&w, 0);
		post->ext_at = w.size;
		err = files_write(&w, p, cs, text);
	}
	post->body_size = w.size;
	return err;
}

static bool
is_ascii(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((uint8_t)s[i] >= 0x80)
			return false;
	return true;
}

static uint32_t
options_of(const struct ipmsg *m, const struct ipmsg_peer *p,
    const struct ipmsg_message *text)
{
	uint32_t options = IPMSG_SENDCHECK;

	if (text->sealed)
		options |= IPMSG_SECRET | IPMSG_READCHECK;
	if (text->sealed && text->locked)
		options |= IPMSG_PASSWORD;
	if (text->file_count > 0)
		options |= IPMSG_FILEATTACH;
	if (ipmsg_charset_out(m, p) == CHARSET_UTF8 &&
	    ((p->abilities & IPMSG_CAPUTF8) ||
		!is_ascii(text->utf8, text->size)))
		options |= IPMSG_UTF8 | IPMSG_CAPUTF8;
	return options;
}

static int
post_make(struct ipmsg *m, const struct ipmsg_peer *p,
    const struct ipmsg_message *text, struct ipmsg_post **ret_post,
    size_t *ret_at)
{
	struct ipmsg_who who;

	ipmsg_peer_describe(m, p, &who);
	if (p->fingerprint && !who.obfuscates)
		return ERR_UNSUPPORTED;
	if (text->file_count > 0 && !who.files)
		return ERR_UNSUPPORTED;
	struct ipmsg_post *post = xcalloc(1, sizeof(*post));
	int err = body_write(m, p, text, post, ret_at);
	if (err != 0) {
		ipmsg_post_free(post);
		return err;
	}
	post->id = text->id;
	post->sealed = text->sealed;
	post->options = options_of(m, p, text);
	post->due_ms = NEVER_MS;
	*ret_post = post;
	return 0;
}

int
ipmsg_check(struct ipmsg *m, const char *handle,
    const struct ipmsg_message *text, size_t *ret_at)
{
	const struct ipmsg_peer *p = ipmsg_peer_find(m, handle);
	struct ipmsg_post *post;
	size_t at = 0;

	if (p == NULL)
		return ERR_NOT_FOUND;
	int err = post_make(m, p, text, &post, &at);
	if (err == 0)
		ipmsg_post_free(post);
	if (ret_at != NULL)
		*ret_at = at;
	return err;
}

/* An iptux takes only numbers above the last it saw of us, unless an entry came
 * in between: it would acknowledge the text, and drop it. */
static void
reset_numbers(struct ipmsg *m, struct now now, const struct ipmsg_peer *p,
    const struct ipmsg_post *post, const struct addr *to)
{
	if (p->client == IPMSG_CLIENT_IPTUX &&
	    (post->number < p->told || post->number < m->shouted))
		ipmsg_entry_to(m, now, to, IPMSG_BR_ENTRY);
}

static void
post_send(struct ipmsg *m, struct now now, struct ipmsg_peer *p,
    struct ipmsg_post *post)
{
	/* Where it was heard last; the later ones also elsewhere. */
	size_t at = post->sends < 3 ? 0 : (post->sends - 2) % p->addr_count;
	const struct addr *to = &p->addrs[at];

	ipmsg_answers_introduce(m, now, to);
	reset_numbers(m, now, p, post, to);
	ipmsg_send_bytes(m, to, post->bytes, post->size);
	if (post->number > p->told)
		p->told = post->number;
	post->sends++;
	if (post->sends < IPMSG_SENDS)
		post->due_ms = post->began_ms + sends_ms[post->sends];
	else
		post->due_ms = now.mono_ms + POST_WAIT_MS;
}

static void
give_up(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	struct ipmsg_post *post = p->first;

	post->state = POST_WAITING;
	post->due_ms = NEVER_MS;
	if (post->encrypted)
		ipmsg_secret_doubt(p);
	if (post->round_gap_ms == 0)
		post->round_gap_ms = ROUND_FIRST_MS;
	post->round_ms = now.mono_ms + post->round_gap_ms;
	post->round_gap_ms *= 2;
	if (post->round_gap_ms > ROUND_MAX_MS)
		post->round_gap_ms = ROUND_MAX_MS;
	for (; post != NULL; post = post->next)
		if (!post->held)
			tell_answer(m, p, post, IPMSG_WAITING);
	ipmsg_peer_doubt(p, now);
}

static bool
encode_plain(struct ipmsg *m, struct ipmsg_post *post, uint32_t options,
    struct ipmsg_text body, struct ipmsg_text ext)
{
	struct ipmsg_packet packet = {
		.number = post->number,
		.user = ipmsg_text_of(m->user),
		.host = ipmsg_text_of(m->host),
		.command = IPMSG_SENDMSG,
		.options = options,
		.body = body,
		.ext = ext,
	};
	uint8_t *out = xmalloc(IPMSG_PACKET_MAX);
	size_t size;

	if (ipmsg_encode(&packet, out, IPMSG_PACKET_MAX, &size) == 0) {
		post->bytes = xmemdup(out, size);
		post->size = size;
	}
	free(out);
	return post->bytes != NULL;
}

static struct ipmsg_text
ext_of(const struct ipmsg_post *post)
{
	if (post->ext_at == 0)
		return (struct ipmsg_text){ .size = 0 };
	return (struct ipmsg_text){ post->body + post->ext_at,
		post->body_size - post->ext_at, true };
}

/* Everything goes into what is encrypted, where the reader looks there. */
static bool
encode_secret(
    struct ipmsg *m, const struct ipmsg_peer *p, struct ipmsg_post *post)
{
	struct ipmsg_text body = { .utf8 = true }, ext = ext_of(post);
	uint32_t options = post->options | IPMSG_ENCRYPT;
	uint8_t *bytes, *plain = xmalloc(post->body_size + 1);
	struct ipmsg_text text = { plain, post->body_size + 1, true };

	memcpy(plain, post->body, post->body_size);
	plain[post->body_size] = '\0';
	if (ext.size > 0 && (p->abilities & IPMSG_ENCEXTMSG)) {
		options |= IPMSG_ENCEXTMSG;
		ext.size = 0;
	} else if (ext.size > 0) {
		text.size = post->ext_at;
	}
	int err =
	    ipmsg_secret_seal(m, p, post->number, text, &bytes, &body.size);
	mem_wipe(plain, post->body_size);
	free(plain);
	if (err != 0)
		return false;
	body.bytes = bytes;
	post->encrypted = encode_plain(m, post, options, body, ext);
	free(bytes);
	return post->encrypted;
}

void
ipmsg_post_rekey(struct ipmsg_peer *p)
{
	struct ipmsg_post *post = p->first;

	if (post == NULL || !post->encrypted)
		return;
	free(post->bytes);
	post->bytes = NULL;
	post->encrypted = false;
}

static bool
encode(struct ipmsg *m, const struct ipmsg_peer *p, struct ipmsg_post *post)
{
	size_t body = post->ext_at > 0 ? post->ext_at - 1 : post->body_size;

	if (post->bytes != NULL)
		return true;
	if (ipmsg_secret_wanted(m, p) && ipmsg_secret_ready(p))
		return encode_secret(m, p, post);
	if (p->fingerprint)
		return false;
	return encode_plain(m, post, post->options,
	    (struct ipmsg_text){ post->body, body, true }, ext_of(post));
}

static void
fly(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	struct ipmsg_post *post = p->first;

	if (p->addr_count == 0 || !encode(m, p, post)) {
		give_up(m, now, p);
		return;
	}
	post->state = POST_FLYING;
	post->sends = 0;
	post->began_ms = now.mono_ms;
	post_send(m, now, p, post);
}

static void
ask_key(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	struct ipmsg_post *post = p->first;

	post->state = POST_KEYING;
	post->sends++;
	post->due_ms = now.mono_ms + KEY_GAP_MS;
	ipmsg_secret_ask(m, now, p);
}

/* An old key may be good still. Without any, it goes as it is, but to whom a
 * key is part of the name. */
static void
key_missing(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	if (p->first->bytes == NULL) {
		ipmsg_secret_silent(p);
		/* What is said now is not even obfuscated. */
		if (p->present && !p->fingerprint)
			ipmsg_tell(m, p, IPMSG_CHANGED);
	}
	fly(m, now, p);
}

/* A round of the oldest one begins. */
static void
round_begin(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	struct ipmsg_post *post = p->first;

	if (!m->started || m->leaving)
		return;
	post->sends = 0;
	if ((post->bytes == NULL || post->encrypted) && p->addr_count > 0 &&
	    ipmsg_secret_wanted(m, p) && !ipmsg_secret_ready(p))
		ask_key(m, now, p);
	else
		fly(m, now, p);
}

static void
pump(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	if (p->first != NULL && p->first->state == POST_QUEUED &&
	    !p->first->held)
		round_begin(m, now, p);
}

void
ipmsg_post_tick(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	struct ipmsg_post *post = p->first;

	if (post == NULL || now.mono_ms < post->due_ms)
		return;
	if (post->state == POST_WAITING)
		round_begin(m, now, p);
	else if (post->state == POST_KEYING && post->sends < KEY_ASKS)
		ask_key(m, now, p);
	else if (post->state == POST_KEYING)
		key_missing(m, now, p);
	else if (post->state == POST_FLYING && post->sends < IPMSG_SENDS)
		post_send(m, now, p, post);
	else
		give_up(m, now, p);
}

int64_t
ipmsg_post_deadline(const struct ipmsg_peer *p)
{
	return p->first != NULL ? p->first->due_ms : NEVER_MS;
}

void
ipmsg_post_key(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	if (p->first != NULL && p->first->state == POST_KEYING)
		fly(m, now, p);
}

void
ipmsg_post_shown(struct ipmsg *m, struct now now, struct ipmsg_peer *p)
{
	struct ipmsg_post *post = p->first;

	if (post == NULL || post->state != POST_WAITING || post->held)
		return;
	post->due_ms = post->round_ms;
	if (post->round_ms < now.mono_ms)
		post->due_ms = now.mono_ms;
	ipmsg_post_tick(m, now, p);
}

static void
find_last(struct ipmsg_peer *p)
{
	p->last = p->first;
	while (p->last != NULL && p->last->next != NULL)
		p->last = p->last->next;
}

static struct ipmsg_post *
post_take(struct ipmsg_peer *p, struct ipmsg_post **at)
{
	struct ipmsg_post *post = *at;

	*at = post->next;
	p->posts--;
	find_last(p);
	return post;
}

bool
ipmsg_post_acked(
    struct ipmsg *m, struct now now, struct ipmsg_peer *p, uint64_t number)
{
	struct ipmsg_post **at = &p->first;

	while (*at != NULL && (*at)->number != number)
		at = &(*at)->next;
	/* What was never sent nobody can have. */
	if (*at == NULL || number > p->told)
		return false;
	struct ipmsg_post *post = post_take(p, at);
	p->proven = true;
	tell_answer(m, p, post, IPMSG_DELIVERED);
	if (post->sealed)
		ipmsg_seal_sent(m, p, post);
	ipmsg_post_free(post);
	pump(m, now, p);
	return true;
}

static struct ipmsg_post *
post_find(struct ipmsg_peer *p, const struct msg_id *id)
{
	struct ipmsg_post *post = p->first;

	while (post != NULL && !msg_id_equal(&post->id, id))
		post = post->next;
	return post;
}

/* What was held before this one and is not handed over before it was cancelled.
 */
static void
drop_held(struct ipmsg_peer *p, const struct ipmsg_post *until)
{
	struct ipmsg_post **at = &p->first;

	while (*at != NULL && *at != until)
		if ((*at)->held)
			ipmsg_post_free(post_take(p, at));
		else
			at = &(*at)->next;
}

static void
post_hold(struct ipmsg_post *post)
{
	post->held = true;
	post->due_ms = NEVER_MS;
	if (post->state != POST_QUEUED)
		post->state = POST_WAITING;
}

/* Offers go on by themselves, and so before what may not. */
void
ipmsg_hold(struct ipmsg *m, struct now now, const char *handle)
{
	struct ipmsg_peer *p = ipmsg_peer_find(m, handle);
	struct ipmsg_post *held = NULL, **held_end = &held, **at;

	if (p == NULL)
		return;
	at = &p->first;
	while (*at != NULL) {
		struct ipmsg_post *post = *at;
		if (post->ext_at > 0) {
			at = &post->next;
			continue;
		}
		*at = post->next;
		post->next = NULL;
		post_hold(post);
		*held_end = post;
		held_end = &post->next;
	}
	*at = held;
	find_last(p);
	pump(m, now, p);
}

static void
post_again(struct ipmsg *m, struct now now, struct ipmsg_peer *p,
    struct ipmsg_post *post)
{
	drop_held(p, post);
	post->held = false;
	if (p->first != post)
		return;
	ipmsg_post_shown(m, now, p);
	pump(m, now, p);
}

static void
post_append(struct ipmsg *m, struct now now, struct ipmsg_peer *p,
    struct ipmsg_post *post)
{
	drop_held(p, NULL);
	bool waits = p->first != NULL && p->first->state == POST_WAITING;

	post->number = ipmsg_number_next(m, now);
	if (p->last != NULL)
		p->last->next = post;
	else
		p->first = post;
	p->last = post;
	p->posts++;
	if (waits)
		tell_answer(m, p, post, IPMSG_WAITING);
	pump(m, now, p);
}

int
ipmsg_say(struct ipmsg *m, struct now now, const char *handle,
    const struct ipmsg_message *text, uint64_t *ret_number)
{
	struct ipmsg_peer *p = ipmsg_peer_find(m, handle);
	struct ipmsg_post *post;
	size_t at;

	if (p == NULL)
		return ERR_NOT_FOUND;
	if (!m->started || m->leaving)
		return ERR_STATE;
	post = post_find(p, &text->id);
	if (post != NULL) {
		post_again(m, now, p, post);
	} else {
		if (p->posts >= IPMSG_QUEUE_MAX)
			return ERR_LIMIT;
		int err = post_make(m, p, text, &post, &at);
		if (err != 0)
			return err;
		post_append(m, now, p, post);
	}
	if (ret_number != NULL)
		*ret_number = post->number;
	return 0;
}

int
ipmsg_shout(struct ipmsg *m, struct now now, const char *utf8, size_t n)
{
	uint32_t options = IPMSG_BROADCAST;

	if (!m->started || m->leaving)
		return ERR_STATE;
	if (n == 0 || memchr(utf8, '\0', n) != NULL)
		return ERR_FORMAT;
	if (n > IPMSG_TEXT_SMALL_MAX || !bucket_take(&m->shouts, now.mono_ms))
		return ERR_LIMIT;
	if (!is_ascii(utf8, n))
		options |= IPMSG_UTF8 | IPMSG_CAPUTF8;
	struct ipmsg_packet packet = ipmsg_head(m, now, IPMSG_SENDMSG, options);
	packet.body = (struct ipmsg_text){ (const uint8_t *)utf8, n, true };
	m->shouted = m->number;
	ipmsg_send_all(m, &packet);
	return 0;
}
