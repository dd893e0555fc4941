/* SPDX-License-Identifier: MIT */
#include "app/lines.h"

#include "app/ascii.h"
#include "app/doctor.h"
#include "app/language.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "ui/commands.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TAG_INPUT,
	TAG_OUTPUT,
	READ_MAX = 65536,
	/* The longest line: a text of 64 KiB with its command and name. */
	LINE_MAX_BYTES = 65536 + 1024,
};

static struct lines *
lines_of(struct front *f)
{
	return (struct lines *)f;
}

void
lines_init(struct lines *l, size_t output_max)
{
	l->front.report = lines_report;
	l->front.found = lines_found;
	l->front.show = lines_show;
	l->front.diagnosed = lines_diagnosed;
	l->front.watch = lines_watch;
	l->front.ready = lines_ready;
	l->conv = CONV_NEARBY;
	l->output_max = output_max;
	buf_init(&l->input, LINE_MAX_BYTES + 2 * READ_MAX);
	buf_init(&l->output, output_max);
}

void
lines_clear(struct lines *l)
{
	buf_clear(&l->input);
	buf_clear(&l->output);
}

/* Where nobody reads, better to lose lines, and to say so, than to hold up the
 * network or to grow without bound. */
void
lines_print(struct lines *l, char *text)
{
	if (text == NULL)
		return;
	if (l->ascii)
		ascii_make(text);
	size_t n = strlen(text);
	text[n] = '\n';
	if (l->lost > 0 || buf_append(&l->output, text, n + 1) < 0) {
		l->lost++;
		l->failed = true;
	}
	free(text);
}

/* Only when there is much room again, or every line read would lose the next
 * and be followed by such a notice. */
static void
tell_lost(struct lines *l)
{
	char text[160];

	if (l->lost == 0 || buf_size(&l->output) > l->output_max / 2)
		return;
	snprintf(text, sizeof(text),
	    say_n(language(),
		"%zu line is missing here: nobody read the output",
		"%zu lines are missing here: nobody read the output", l->lost),
	    l->lost);
	l->lost = 0;
	lines_print(l, l->events->error(NULL, text));
}

static void
write_some(struct lines *l)
{
	size_t n = buf_size(&l->output);

	if (n == 0)
		return;
	ssize_t done = write(
	    l->out, buf_data(&l->output), n < l->write_max ? n : l->write_max);
	if (done >= 0) {
		buf_consume(&l->output, (size_t)done);
		return;
	}
	if (errno == EINTR || errno == EAGAIN)
		return;
	/* Nobody will ever read what happens here. */
	buf_consume(&l->output, n);
	l->failed = true;
	l->output_ended = true;
}

static bool
is_writable(const struct lines *l, int timeout_ms)
{
	struct pollfd out = { .fd = l->out, .events = POLLOUT };

	return poll(&out, 1, timeout_ms) > 0;
}

/* What is of a peer and of no message; false for all else. */
static bool
report_peer(struct lines *l, const struct model *m, const struct effect *effect)
{
	const struct peer *peer = model_peer(m, &effect->fp);

	if (effect->kind != EFFECT_PEER && effect->kind != EFFECT_TYPING)
		return false;
	if (peer == NULL)
		return true;
	if (effect->kind == EFFECT_PEER)
		lines_print(l, l->events->peer(m, peer));
	else
		lines_print(l, l->events->typing(m, peer, effect->on));
	return true;
}

/* Of nobody and of no conversation. */
static bool
report_setting(
    struct lines *l, const struct model *m, const struct effect *effect)
{
	if (effect->kind != EFFECT_SETTING)
		return false;
	if (effect->text != NULL)
		lines_print(
		    l, l->events->setting(m,
			   settings_find(effect->text, strlen(effect->text))));
	return true;
}

static bool
report_transfer(
    struct lines *l, const struct model *m, const struct effect *effect)
{
	if (effect->kind != EFFECT_TRANSFER)
		return false;
	const struct transfer *t = model_transfer(m, effect->token);
	bool asked =
	    l->aside ? effect->asked_in == front_aside(&l->front)
		     : effect->asked_in != 0 && effect->asked_in < CONV_ASIDE;
	if (t != NULL)
		lines_print(l, l->events->transfer(m, t, effect, asked));
	return true;
}

static bool
report_host(struct lines *l, const struct model *m, const struct effect *effect)
{
	if (effect->kind != EFFECT_HOST)
		return false;
	lines_print(l, l->events->host(m, effect));
	return true;
}

static bool
report_ran(struct lines *l, const struct model *m, const struct effect *effect)
{
	if (effect->kind == EFFECT_RAN)
		lines_print(l, l->events->ran(m, effect));
	return effect->kind == EFFECT_RAN || effect->kind == EFFECT_RUN ||
	       effect->kind == EFFECT_RUN_STOP;
}

/* The line that this answers, or NULL. What is said in a conversation all are
 * told, and the line of another is none of ours. */
static const char *
line_of(const struct lines *l, const struct effect *effect)
{
	bool own = effect->kind == EFFECT_NOTICE || !l->aside;

	return own && effect->line != NULL ? effect->line : l->command;
}

static char *
notice(const struct lines *l, const struct effect *effect)
{
	const char *line = line_of(l, effect);

	return effect->on ? l->events->error(line, effect->text)
			  : l->events->info(line, effect->text);
}

void
lines_report(struct front *f, struct shell *sh, const struct effect *effect)
{
	struct lines *l = lines_of(f);
	const struct model *m = shell_model(sh);

	if (report_peer(l, m, effect) || report_setting(l, m, effect) ||
	    report_transfer(l, m, effect) || report_host(l, m, effect) ||
	    report_ran(l, m, effect) || effect->kind == EFFECT_PATH)
		return;
	if (effect->kind == EFFECT_NOTICE) {
		lines_print(l, notice(l, effect));
		return;
	}
	const struct conv *c = model_conv(m, effect->conv);
	const struct message *msg =
	    effect->serial == 0 ? NULL : conv_message(c, effect->serial);
	if (effect->kind == EFFECT_REVISED)
		lines_print(l, l->events->revised(m, c, msg, effect));
	else if (effect->delivery != DELIVERY_NONE)
		lines_print(l, l->events->delivery(m, c, msg, effect));
	else
		lines_print(
		    l, l->events->message(m, c, msg, line_of(l, effect)));
}

void
lines_found(struct front *f, struct shell *sh, const struct effect *query,
    const struct findings *findings)
{
	struct lines *l = lines_of(f);

	(void)query;
	for (size_t i = 0; i < findings->count; i++)
		lines_print(
		    l, l->events->found(shell_model(sh), &findings->items[i]));
}

/* Lines cannot be turned back to: what was said from there on is printed. */
void
lines_show(struct front *f, struct shell *sh, uint32_t conv, int64_t row)
{
	struct lines *l = lines_of(f);
	const struct model *m = shell_model(sh);
	const struct conv *c = model_conv(m, conv);

	for (uint64_t s = c->first_serial; s < c->next_serial; s++) {
		const struct message *msg = conv_message(c, s);
		const struct peer *peer = model_peer(m, &c->fp);
		struct found found = { .conv = c->fp,
			.message = *msg,
			.name = peer == NULL ? NULL : peer->name };
		bool is_said =
		    msg->kind == MESSAGE_TEXT || msg->kind == MESSAGE_SHOUT;
		if (is_said && msg->row >= row)
			lines_print(l, l->events->found(m, &found));
	}
}

void
lines_diagnosed(struct front *f, struct shell *sh,
    const struct doctor_facts *facts, const struct doctor_verdict *verdict)
{
	struct lines *l = lines_of(f);

	(void)sh;
	if (!l->events->structured) {
		char *report = doctor_report(facts, verdict, language());
		lines_print(l, l->events->info("/doctor", report));
		free(report);
		return;
	}
	json_t *events = doctor_events(facts, verdict);
	size_t i;
	json_t *event;
	json_array_foreach(events, i, event)
	{
		char *text =
		    json_dumps(event, JSON_COMPACT | JSON_PRESERVE_ORDER);
		lines_print(l, text);
	}
	json_decref(events);
}

static void
select_conv(struct lines *l, struct shell *sh, const struct entered *en,
    const struct fp *fp)
{
	const struct conv *c = model_conv_of(shell_model(sh), fp);

	if (en->front == FRONT_CLOSE)
		l->conv = CONV_NEARBY;
	if (en->front == FRONT_SELECT)
		l->conv = c != NULL ? c->id : CONV_NEARBY;
}

/* What the conversation of the command decides, and not where it is answered.
 */
static bool
needs_conv(const struct command *cmd)
{
	switch ((int)cmd->kind) {
	case COMMAND_READ:
	case COMMAND_CLEAR:
	case COMMAND_OLDER:
	case COMMAND_DRAFT:
		return true;
	case COMMAND_GET:
	case COMMAND_REFUSE:
		return cmd->number == 0;
	case COMMAND_QUERY:
		return cmd->number == QUESTION_GOTO;
	default:
		return false;
	}
}

static void
execute(struct lines *l, struct shell *sh, const char *line)
{
	struct entered en;
	char *error = NULL;
	size_t at;

	if (line[strspn(line, " \t")] == '\0')
		return;
	l->command = line;
	int err = command_parse(
	    shell_model(sh), sh->now, l->conv, line, &en, &error, &at);
	if (err < 0) {
		lines_print(l, l->events->error(line, error));
		free(error);
	} else {
		struct fp fp = en.cmd.peer;
		bool has_command = en.cmd.kind != COMMAND_NONE;
		en.cmd.line = line;
		if (l->aside && !needs_conv(&en.cmd))
			en.cmd.conv = front_aside(&l->front);
		struct command more;
		while (has_command && entered_next(&en, &more))
			shell_command_of(sh, &l->front, &more);
		if (has_command)
			shell_command_of(sh, &l->front, &en.cmd);
		select_conv(l, sh, &en, &fp);
		entered_clear(&en);
	}
	l->command = NULL;
}

/* Whoever writes to several at once has to know which of the events are his. */
static void
execute_marked(struct lines *l, struct shell *sh, const char *line)
{
	shell_tell(sh);
	lines_print(l, l->events->begin(line));
	execute(l, sh, line);
	shell_tell(sh);
	lines_print(l, l->events->done(line));
}

/* {"line": "…"}: a command with newlines in it. */
static void
execute_object(struct lines *l, struct shell *sh, const char *text, size_t n)
{
	json_t *object = json_loadb(text, n, 0, NULL);
	const char *line = json_string_value(json_object_get(object, "line"));

	if (line != NULL)
		execute_marked(l, sh, line);
	else if (l->object == NULL || !l->object(l, sh, object))
		lines_print(l,
		    l->events->error(text,
			say(language(),
			    "nothing done: an object wants a string \"line\"")));
	json_decref(object);
}

/* Pipes may bring anything; what is not text would be sent as something else
 * than was meant. */
static void
take_line(struct lines *l, struct shell *sh, char *line, size_t n)
{
	if (memchr(line, '\0', n) == NULL && utf8_is_valid(line, n)) {
		if (l->aside && line[0] == '{')
			execute_object(l, sh, line, n);
		else if (l->aside)
			execute_marked(l, sh, line);
		else
			execute(l, sh, line);
		return;
	}
	char *clean = peer_text(untrusted_of(line, n), PEER_TEXT_LINE, NULL);
	lines_print(l,
	    l->events->error(clean,
		say(language(),
		    "nothing done: that line is not UTF-8 text; write it as such")));
	free(clean);
}

/* Executes the complete lines of the input. */
static void
take_lines(struct lines *l, struct shell *sh)
{
	while (!l->taken && buf_size(&l->input) > 0) {
		const char *start = (const char *)buf_data(&l->input);
		const char *end = memchr(start, '\n', buf_size(&l->input));
		if (end == NULL)
			break;
		size_t n = (size_t)(end - start);
		char *line = xstrndup(start, n);
		buf_consume(&l->input, n + 1);
		if (n > 0 && line[n - 1] == '\r')
			line[--n] = '\0';
		if (!l->skipping)
			take_line(l, sh, line, n);
		l->skipping = false;
		free(line);
	}
	if (l->taken || buf_size(&l->input) < LINE_MAX_BYTES)
		return;
	if (!l->skipping)
		lines_print(
		    l, l->events->error("",
			   say(language(),
			       "that line is longer than 64 KiB; not sent")));
	l->skipping = true;
	buf_consume(&l->input, buf_size(&l->input));
}

static void
end_input(struct lines *l, struct shell *sh)
{
	/* A last line without its newline counts. */
	if (buf_size(&l->input) > 0 && buf_append(&l->input, "\n", 1) == 0)
		take_lines(l, sh);
	l->input_ended = true;
}

void
lines_ready(struct front *f, struct shell *sh, const struct loop_event *ev)
{
	struct lines *l = lines_of(f);

	/* The next turn writes. Now there may be a text of ours among it that
	 * is not stored yet: it counts as accepted once it was printed. */
	if (ev->tag == TAG_OUTPUT)
		return;
	uint8_t *room = buf_reserve(&l->input, READ_MAX);
	ssize_t n = read(l->in, room, READ_MAX);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		end_input(l, sh);
		return;
	}
	buf_commit(&l->input, (size_t)n);
	take_lines(l, sh);
}

void
lines_watch(struct front *f, struct shell *sh, struct loop *loop)
{
	struct lines *l = lines_of(f);

	(void)sh;
	if (!l->input_ended && !l->taken)
		front_watch(f, loop, l->in, true, false, TAG_INPUT);
	if (buf_size(&l->output) > 0)
		front_watch(f, loop, l->out, false, true, TAG_OUTPUT);
}

void
lines_flush(struct lines *l)
{
	tell_lost(l);
	/* Most often there is room, and this saves a whole turn of the loop
	 * between an event and its reader. */
	if (buf_size(&l->output) > 0 && is_writable(l, 0))
		write_some(l);
}

void
lines_write_rest(struct lines *l)
{
	while (buf_size(&l->output) > 0) {
		tell_lost(l);
		if (is_writable(l, -1))
			write_some(l);
	}
}
