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

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a pipe that takes anything takes without blocking. */
enum { PIECE = PIPE_BUF };

/* Takes the line. Nobody is kept waiting for whoever reads the output. */
static void
put_line(struct listening *l, char *line)
{
	size_t n = strlen(line);

	line[n] = '\n';
	if (l->missing > 0 || buf_append(&l->out, line, n + 1) < 0)
		l->missing++;
	free(line);
}

/* Takes the object. */
static void
put_object(struct listening *l, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	if (text == NULL)
		abort();
	put_line(l, text);
	json_decref(object);
}

static void
tell_missing(struct listening *l)
{
	unsigned missing = l->missing;

	if (missing == 0 || buf_size(&l->out) > LISTEN_OUTPUT_MAX / 2)
		return;
	l->missing = 0;
	if (l->json)
		put_object(l, json_pack("{s:s,s:i}", "event", "missing",
				  "lines", (int)missing));
	else
		put_line(l,
		    xasprintf(say_n(language(),
				  "* %u line is missing here: nobody read the "
				  "output",
				  "* %u lines are missing here: nobody read "
				  "the output",
				  missing),
			missing));
}

void
listen_print_some(struct listening *l, int timeout_ms)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };

	tell_missing(l);
	while (buf_size(&l->out) > 0 && poll(&out, 1, timeout_ms) > 0) {
		size_t n = buf_size(&l->out);
		ssize_t done = write(
		    STDOUT_FILENO, buf_data(&l->out), n < PIECE ? n : PIECE);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			buf_clear(&l->out);
			l->out_ended = true;
			return;
		}
		buf_consume(&l->out, (size_t)done);
	}
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
		put_object(l,
		    json_pack("{s:s,s:s,s:i}", "event", "listening",
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
		put_object(
		    l, json_pack("{s:s,s:s,s:s,s:s,s:I}", "event", "message",
			   "address", at, "transport", transport_word(l),
			   "text", text, "size", (json_int_t)n));
	else
		put_line(l, xasprintf("[%s] %s", at, text));
	free(text);
}

void
listen_print_guest(struct listening *l, const struct addr *from, bool came)
{
	char at[ADDR_TEXT_MAX];

	addr_text(from, at);
	if (l->json)
		put_object(l, json_pack("{s:s,s:s}", "event",
				  came ? "opened" : "ended", "address", at));
	else if (came)
		put_line(
		    l, xasprintf(say(language(), "* %s is connected"), at));
	else
		put_line(l, xasprintf(say(language(), "* %s is gone"), at));
}

void
listen_print_answer(
    struct listening *l, const struct job *j, size_t n, int status)
{
	char at[ADDR_TEXT_MAX];

	addr_text(&j->from, at);
	if (l->json)
		put_object(l,
		    json_pack("{s:s,s:s,s:I,s:i,s:I}", "event", "answer",
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
		put_object(l, json_pack("{s:s,s:s,s:s}", "event", "unanswered",
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
