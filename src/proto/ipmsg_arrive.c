/* SPDX-License-Identifier: MIT */
/*
 * Texts of others. One that needs an acknowledgement gets it once it is stored;
 * what comes again in the meantime changes nothing, and what comes again later
 * is acknowledged again and shown once.
 *
 * A duplicate has the number and the content of one before: some clients count
 * from 1 at each start.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "proto/ipmsg_secret.h"
#include "proto/ipmsg_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	NEEDS_PROOF = IPMSG_PASSWORD | IPMSG_SENDCHECK | IPMSG_SECRET |
		      IPMSG_READCHECK | IPMSG_FILEATTACH
};

void
ipmsg_seen_forget(struct ipmsg_peer *p)
{
	free(p->seen);
	p->seen = NULL;
	p->seen_at = 0;
}

static struct ipmsg_seen *
seen_find(const struct ipmsg_peer *p, uint64_t number, uint32_t hash)
{
	if (p->seen == NULL)
		return NULL;
	for (unsigned i = 0; i < IPMSG_SEEN_MAX; i++) {
		struct ipmsg_seen *s = &p->seen[i];
		if (s->used && s->number == number && s->hash == hash)
			return s;
	}
	return NULL;
}

static struct ipmsg_seen *
seen_add(struct ipmsg_peer *p, uint64_t number, uint32_t hash)
{
	if (p->seen == NULL)
		p->seen = xcalloc(IPMSG_SEEN_MAX, sizeof(*p->seen));
	struct ipmsg_seen *s = &p->seen[p->seen_at++ % IPMSG_SEEN_MAX];
	*s =
	    (struct ipmsg_seen){ .used = true, .number = number, .hash = hash };
	return s;
}

/* A name made from a key promises that its owner encrypts. */
static bool
breaks_promise(const struct ipmsg_heard *heard)
{
	uint32_t options = heard->packet.options;
	uint8_t fp[IPMSG_FINGERPRINT_SIZE];
	struct ipmsg_text user, host, plain;

	if (options & IPMSG_ENCRYPT)
		return false;
	ipmsg_sender(&heard->packet, &user, &host);
	if (!ipmsg_user_fingerprint(user, &plain, fp))
		return false;
	return !(options & IPMSG_AUTORET) || (options & NEEDS_PROOF);
}

static bool
wants_ack(uint32_t options)
{
	return (options & IPMSG_SENDCHECK) &&
	       !(options & (IPMSG_BROADCAST | IPMSG_AUTORET));
}

/* Where the credit is too small, the text comes again, and brings more. */
static void
acknowledge(struct ipmsg *m, struct now now, const struct addr *to,
    struct ipmsg_text digits)
{
	struct ipmsg_source *s = ipmsg_source_get(m, now, to);

	if (!m->started || m->leaving)
		return;
	struct ipmsg_packet packet = ipmsg_head(m, now, IPMSG_RECVMSG, 0);
	packet.body = digits;
	size_t size = ipmsg_packet_size(&packet);
	if (size > ipmsg_source_room(s)) {
		m->counters.limited++;
		return;
	}
	ipmsg_send(m, to, &packet);
	ipmsg_source_spend(s, size);
}

static void
again(struct ipmsg *m, struct now now, const struct ipmsg_heard *heard,
    const struct ipmsg_seen *seen)
{
	m->counters.duplicates++;
	if (seen->stored && wants_ack(heard->packet.options))
		acknowledge(m, now, &heard->input->from, heard->packet.digits);
}

static struct ipmsg_arriving *
arriving_add(struct ipmsg *m, const struct ipmsg_heard *heard, uint32_t hash)
{
	struct ipmsg_arriving *a = &m->arriving[m->arriving_count++];
	struct ipmsg_text digits = heard->packet.digits;

	assert(digits.size < sizeof(a->digits));
	*a = (struct ipmsg_arriving){
		.token = ++m->tokens,
		.peer = heard->peer,
		.from = heard->input->from,
		.number = heard->packet.number,
		.hash = hash,
		.options = heard->packet.options,
	};
	memcpy(a->digits, digits.bytes, digits.size);
	heard->peer->references++;
	return a;
}

static struct ipmsg_file *
files_read(const struct ipmsg *m, const struct ipmsg_peer *p,
    struct ipmsg_text list, size_t *ret_count)
{
	struct ipmsg_file *files = NULL;
	struct ipmsg_file_reader r = ipmsg_files_read(list);
	size_t count = 0, cap = 0;
	struct ipmsg_file file;
	int err;

	while ((err = ipmsg_file_next(&r, &file)) != 0) {
		if (err < 0)
			continue;
		struct ipmsg_text name = { file.name, file.name_size,
			file.utf8 };
		char *utf8 = ipmsg_read_text(m, p, p->client, name);
		file.name_size =
		    utf8_cut(utf8, strlen(utf8), IPMSG_FILE_NAME_MAX);
		memcpy(file.name, utf8, file.name_size);
		file.name[file.name_size] = '\0';
		file.utf8 = true;
		free(utf8);
		files = xgrow(files, count, &cap, sizeof(*files));
		files[count++] = file;
	}
	*ret_count = count;
	return files;
}

static char *
others_read(const struct ipmsg *m, const struct ipmsg_peer *p,
    const struct ipmsg_content *content)
{
	struct ipmsg_recipient list[IPMSG_RECIPIENTS_MAX];
	size_t n = ipmsg_recipients_decode(
	    content->parts.rest, list, IPMSG_RECIPIENTS_MAX);
	char *others = NULL;

	for (size_t i = 0; i < n; i++) {
		char *user = ipmsg_read_text(m, p, p->client, list[i].user);
		char *host = ipmsg_read_text(m, p, p->client, list[i].host);
		char *longer = xasprintf("%s%s%s@%s", others ? others : "",
		    others ? ", " : "", user, host);
		free(user);
		free(host);
		free(others);
		others = longer;
	}
	return others;
}

static void
text_read(struct ipmsg *m, struct ipmsg_peer *p, struct ipmsg_queued *q,
    struct ipmsg_text text)
{
	enum charset cs = ipmsg_charset_in(m, p, p->client, text);

	q->raw =
	    xmemdup(text.size > 0 ? (const void *)text.bytes : "", text.size);
	q->event.raw_size = text.size;
	q->event.charset = cs;
	q->event.declared = text.utf8;
	q->text =
	    charset_decode(cs, q->raw, text.size, &q->event.text_size, NULL);
	if (!text.utf8 && q->event.text_size != text.size)
		p->guessed = cs;
}

static struct ipmsg_text
text_of(const struct ipmsg_heard *heard, const struct ipmsg_content *content)
{
	if (heard->client == IPMSG_CLIENT_FEIQ)
		return ipmsg_text_strip_font(content->parts.body);
	return content->parts.body;
}

static bool
is_shout(const struct ipmsg_heard *heard)
{
	return heard->input->to_all ||
	       (heard->packet.options & IPMSG_BROADCAST) ||
	       heard->packet.command == IPMSG_IPTUX_SENDMSG;
}

static bool
has_files(const struct ipmsg_heard *heard, const struct ipmsg_content *content)
{
	return (heard->packet.options & IPMSG_FILEATTACH) &&
	       !(heard->packet.options & IPMSG_IPTUX_SHARED) &&
	       content->parts.ext.size > 0;
}

static void
event_fill(struct ipmsg *m, struct now now, const struct ipmsg_heard *heard,
    const struct ipmsg_content *content, struct ipmsg_queued *q)
{
	uint32_t options = heard->packet.options;
	struct ipmsg_event *e = &q->event;

	e->from = heard->input->from;
	e->id = ipmsg_id_of(heard->peer, &heard->packet, now);
	e->number = heard->packet.number;
	e->shout = is_shout(heard);
	e->sealed = !e->shout && (options & IPMSG_SECRET);
	e->locked = e->sealed && (options & IPMSG_PASSWORD);
	e->automatic = (options & IPMSG_AUTORET) != 0;
	e->obfuscated = content->obfuscated;
	e->signature_bad = content->signature_bad;
	e->utf8 = (options & IPMSG_UTF8) != 0;
	text_read(m, heard->peer, q, text_of(heard, content));
	q->others = others_read(m, heard->peer, content);
	if (has_files(heard, content))
		q->files = files_read(
		    m, heard->peer, content->parts.ext, &e->file_count);
}

/* Says nothing and offers nothing: there is nothing to store. */
static bool
is_empty(const struct ipmsg_heard *heard, const struct ipmsg_content *content)
{
	return text_of(heard, content).size == 0 && !has_files(heard, content);
}

static void
sender_heard(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	uint32_t options = heard->packet.options;
	struct ipmsg_peer *p = heard->peer;

	if (options & IPMSG_NOADDLIST) {
		ipmsg_peer_at(p, now, &heard->input->from);
		if (heard->client != IPMSG_CLIENT_OTHER)
			p->client = heard->client;
		return;
	}
	ipmsg_peer_heard(m, now, heard);
	if (!p->listed && !(options & IPMSG_AUTORET))
		ipmsg_answer_later(m, now, heard, ANSWER_PROBE, 0);
}

/* The same text may be encrypted anew when it comes again. */
static uint32_t
content_hash(
    const struct ipmsg_heard *heard, const struct ipmsg_content *content)
{
	struct ipmsg_text body = heard->packet.body, ext = heard->packet.ext;

	if (content->obfuscated)
		return 0;
	return ipmsg_hash(body.bytes, body.size) * 31 +
	       ipmsg_hash(ext.bytes, ext.size);
}

static void
take(struct ipmsg *m, struct now now, struct ipmsg_heard *heard,
    const struct ipmsg_content *content)
{
	uint64_t number = heard->packet.number;
	bool shout = is_shout(heard);
	uint32_t hash = content_hash(heard, content);
	struct ipmsg_seen *seen = seen_find(heard->peer, number, hash);

	if (seen != NULL) {
		again(m, now, heard, seen);
		return;
	}
	if (shout ? !bucket_take(&heard->source->shouts, now.mono_ms)
		  : m->arriving_count == IPMSG_ARRIVING_MAX) {
		m->counters.limited++;
		return;
	}
	sender_heard(m, now, heard);
	if (is_empty(heard, content)) {
		m->counters.ignored++;
		seen_add(heard->peer, number, hash)->stored = true;
		if (wants_ack(heard->packet.options))
			acknowledge(
			    m, now, &heard->input->from, heard->packet.digits);
		return;
	}
	struct ipmsg_queued *q = ipmsg_tell(m, heard->peer, IPMSG_TEXT);
	if (q == NULL)
		return;
	seen = seen_add(heard->peer, number, hash);
	seen->stored = shout;
	if (!shout)
		q->event.token = arriving_add(m, heard, hash)->token;
	event_fill(m, now, heard, content, q);
}

void
ipmsg_message_input(struct ipmsg *m, struct now now, struct ipmsg_heard *heard)
{
	const struct ipmsg_packet *packet = &heard->packet;
	struct ipmsg_content content = {
		.parts = { packet->body, packet->ext, packet->rest },
	};

	if (breaks_promise(heard)) {
		m->counters.refused++;
		return;
	}
	if ((packet->options & IPMSG_ENCRYPT) &&
	    packet->command == IPMSG_SENDMSG &&
	    ipmsg_secret_open(m, heard, &content) != 0) {
		m->counters.undecipherable++;
		return;
	}
	if (ipmsg_peer_make(m, now, heard) != NULL)
		take(m, now, heard, &content);
	if (content.plain != NULL)
		mem_wipe(content.plain, content.plain_size);
	free(content.plain);
}

static struct ipmsg_arriving *
arriving_find(struct ipmsg *m, uint64_t token)
{
	for (size_t i = 0; i < m->arriving_count; i++)
		if (m->arriving[i].token == token)
			return &m->arriving[i];
	return NULL;
}

/* The away text, as these programs say it of themselves. */
static void
answer_if_away(struct ipmsg *m, struct now now, const struct ipmsg_arriving *a)
{
	struct ipmsg_input input = { .from = a->from };
	struct ipmsg_heard heard = {
		.input = &input,
		.packet = { .options = a->options },
		.peer = a->peer,
	};

	if (!m->away || (a->options & IPMSG_AUTORET) ||
	    now.mono_ms - a->peer->auto_ms < AUTO_GAP_MS)
		return;
	a->peer->auto_ms = now.mono_ms;
	ipmsg_answer_later(m, now, &heard, ANSWER_AUTO, 0);
}

void
ipmsg_stored(struct ipmsg *m, struct now now, uint64_t token)
{
	struct ipmsg_arriving *a = arriving_find(m, token);

	if (a == NULL)
		return;
	struct ipmsg_seen *seen = seen_find(a->peer, a->number, a->hash);
	if (seen != NULL)
		seen->stored = true;
	if (wants_ack(a->options))
		acknowledge(m, now, &a->from, ipmsg_text_of(a->digits));
	answer_if_away(m, now, a);
	a->peer->references--;
	*a = m->arriving[--m->arriving_count];
}

void
ipmsg_refused(struct ipmsg *m, uint64_t token)
{
	struct ipmsg_arriving *a = arriving_find(m, token);

	if (a == NULL)
		return;
	struct ipmsg_seen *seen = seen_find(a->peer, a->number, a->hash);
	if (seen != NULL)
		seen->used = false;
	a->peer->references--;
	*a = m->arriving[--m->arriving_count];
}
