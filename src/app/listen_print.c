/* SPDX-License-Identifier: MIT */
/*
 * Whoever sends the most must not hide what others say behind notices about
 * itself, so these are few.
 */
#include "app/ascii.h"
#include "app/language.h"
#include "app/listen_state.h"
#include "base/charset.h"
#include "base/mem.h"
#include "base/peer_text.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes the object. */
static void
put_object(json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	if (text == NULL)
		abort();
	puts(text);
	free(text);
	json_decref(object);
}

static char *
read_text(const uint8_t *bytes, size_t n, enum peer_text_kind kind)
{
	size_t size;

	while (n > 0 && (bytes[n - 1] == '\n' || bytes[n - 1] == '\r'))
		n--;
	char *utf8 = charset_decode(CHARSET_AUTO, bytes, n, &size, NULL);
	char *text = peer_text(untrusted_of(utf8, size), kind, NULL);
	free(utf8);
	return text;
}

static const char *
transport_word(const struct listening *l)
{
	return l->stream ? "tcp" : "udp";
}

void
listen_print_start(struct listening *l)
{
	if (l->json) {
		put_object(json_pack("{s:s,s:s,s:i}", "event", "listening",
		    "transport", transport_word(l), "port", (int)l->port));
		return;
	}
	fprintf(stderr,
	    say(language(), "earshot: listening on %s %u; Ctrl-C ends it\n"),
	    transport_word(l), (unsigned)l->port);
}

void
listen_print_message(struct listening *l, const struct addr *from,
    const uint8_t *bytes, size_t n)
{
	char at[ADDR_TEXT_MAX];
	char *text =
	    read_text(bytes, n, l->json ? PEER_TEXT_BODY : PEER_TEXT_LINE);

	addr_text(from, at);
	if (l->ascii)
		ascii_make(text);
	if (l->json)
		put_object(json_pack("{s:s,s:s,s:s,s:s,s:I}", "event",
		    "message", "address", at, "transport", transport_word(l),
		    "text", text, "size", (json_int_t)n));
	else
		printf("[%s] %s\n", at, text);
	free(text);
}

void
listen_print_guest(struct listening *l, const struct addr *from, bool came)
{
	char at[ADDR_TEXT_MAX];

	addr_text(from, at);
	if (l->json)
		put_object(json_pack("{s:s,s:s}", "event",
		    came ? "opened" : "ended", "address", at));
	else if (came)
		printf(say(language(), "* %s is connected\n"), at);
	else
		printf(say(language(), "* %s is gone\n"), at);
}

void
listen_print_answer(
    struct listening *l, const struct job *j, size_t n, int status)
{
	char at[ADDR_TEXT_MAX];

	addr_text(&j->from, at);
	if (l->json)
		put_object(json_pack("{s:s,s:s,s:I,s:i,s:I}", "event", "answer",
		    "address", at, "size", (json_int_t)n, "status", status,
		    "ms", (json_int_t)(l->now.mono_ms - j->started_ms)));
	else if (status != 0)
		fprintf(stderr,
		    say(language(),
			"earshot: %s: the program ended with status %d\n"),
		    at, status);
}

void
listen_print_unanswered(
    struct listening *l, const struct addr *from, const char *why)
{
	char at[ADDR_TEXT_MAX];

	addr_text(from, at);
	if (l->json) {
		put_object(json_pack("{s:s,s:s,s:s}", "event", "unanswered",
		    "address", at, "reason", why));
		return;
	}
	if (!bucket_take(&l->notices, l->now.mono_ms)) {
		l->notices_left_out++;
		return;
	}
	if (l->notices_left_out > 0)
		fprintf(stderr,
		    say_n(language(),
			"earshot: %u more message was not answered\n",
			"earshot: %u more messages were not answered\n",
			l->notices_left_out),
		    l->notices_left_out);
	l->notices_left_out = 0;
	fprintf(stderr, "earshot: %s: %s\n", at, say(language(), why));
}
