/* SPDX-License-Identifier: MIT */
/*
 * What is on the command line is all there is: no home is opened, so it runs
 * beside anything. A port that somebody has is not shared; a broadcast would
 * be heard, but of what is sent to one only the last to come would hear.
 */
#include "app/listen.h"

#include "app/ascii.h"
#include "app/clock.h"
#include "app/language.h"
#include "app/listen_state.h"
#include "base/err.h"
#include "base/mem.h"
#include "net/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TAG_SIGNAL = 1,
	TAG_UDP,
	TAG_ACCEPT,
	TAG_TCP,
	TAG_IFACES,
	TAG_CHILD,
	TAG_OUTPUT,
	PER_TURN = 64,
	PORT_MAX = 65535,
	LAST_WORDS_MS = 1000,
	/* Notices of what was not answered: one in a second. */
	NOTICES_PER_1000S = 1000,
	NOTICES_BURST = 5,
};

static const char interface_key[] = "interface ";

static int
misused(char **ret_error, char *sentence)
{
	*ret_error = sentence;
	return EXIT_USAGE;
}

static int
read_port(struct listening *l, const struct options *o, char **ret_error)
{
	char *end;
	unsigned long port = strtoul(o->words[1], &end, 10);

	l->stream = strcmp(o->words[0], "tcp") == 0;
	if (!l->stream && strcmp(o->words[0], "udp") != 0)
		return misused(ret_error,
		    xasprintf(
			say(language(),
			    "earshot listen wants udp or tcp, not \"%s\""),
			o->words[0]));
	if (o->words[1][0] < '0' || o->words[1][0] > '9' || *end != '\0' ||
	    port > PORT_MAX)
		return misused(ret_error,
		    xasprintf(say(language(),
				  "\"%s\" is no port; it is a number up to "
				  "65535, and 0 is any that is free"),
			o->words[1]));
	l->port = (uint16_t)port;
	return EXIT_DONE;
}

static int
read_program(struct listening *l, const struct options *o, char **ret_error)
{
	if (o->framing != NULL && !l->stream)
		return misused(ret_error,
		    xstrdup(say(language(),
			"--framing is for tcp: over udp each datagram is a "
			"message")));
	if (o->framing != NULL && framing_parse(o->framing, &l->framing) < 0)
		return misused(ret_error,
		    xasprintf(say(language(),
				  "--framing is line, length, length-le or "
				  "datagram, not \"%s\""),
			o->framing));
	if (o->exec == NULL)
		return EXIT_DONE;
	int err = words_split(o->exec, &l->argv);
	if (err == 0 && l->argv.count > 0)
		return EXIT_DONE;
	return misused(ret_error,
	    err == ERR_LIMIT
		? xasprintf(
		      say(language(), "--exec takes a program and %d words"),
		      WORDS_MAX - 1)
	    : err < 0
		? xstrdup(say(language(), "in --exec a quote is not closed"))
		: xstrdup(say(language(), "--exec wants a program")));
}

static void
choose_interfaces(struct listening *l, const struct options *o)
{
	const struct setting_list *list = &o->overrides;
	size_t skip = strlen(interface_key);

	l->names = xcalloc(list->count + 1, sizeof(*l->names));

	for (size_t i = 0; i < list->count; i++)
		if (strncmp(list->items[i], interface_key, skip) == 0)
			l->names[l->choice.count++] = list->items[i] + skip;
	l->choice.names = l->names;
}

static void
read_ifaces(struct listening *l)
{
	l->iface_count = ifaces_list(&l->choice, l->ifaces);
	ports_interfaces(l->ports, l->ifaces, l->iface_count);
}

static bool
has_interface(const struct listening *l, const char *name)
{
	for (size_t i = 0; i < l->iface_count; i++)
		if (strcmp(l->ifaces[i].name, name) == 0)
			return true;
	return false;
}

/* A cable may be plugged in later, so it is no error. */
static void
warn_of_interfaces(const struct listening *l)
{
	for (size_t i = 0; i < l->choice.count; i++)
		if (!has_interface(l, l->choice.names[i]))
			fprintf(stderr,
			    say(language(),
				"earshot: there is no interface %s with an "
				"address now\n"),
			    l->choice.names[i]);
}

/* There is time to say so now, and nobody to say it to later. */
static bool
is_installed(const char *program)
{
	const char *path = getenv("PATH");

	if (strchr(program, '/') != NULL)
		return access(program, X_OK) == 0;
	for (const char *p = path == NULL ? "/usr/bin:/bin" : path;;) {
		size_t n = strcspn(p, ":");
		char *file = xasprintf(
		    "%.*s%s%s", (int)n, p, n == 0 ? "" : "/", program);
		bool found = access(file, X_OK) == 0;
		free(file);
		if (found || p[n] == '\0')
			return found;
		p += n + 1;
	}
}

static int
open_port(struct listening *l, char **ret_error)
{
	uint16_t wanted = l->port;
	int sys_errno =
	    ports_open(l->ports, LISTEN_PORT, l->stream, wanted, &l->port);

	if (sys_errno == 0)
		return 0;
	*ret_error =
	    sys_errno == EADDRINUSE
		? xasprintf(say(language(), "%s port %u is in use by another "
					    "program; take another port"),
		      l->stream ? "tcp" : "udp", (unsigned)wanted)
		: xasprintf(say(language(), "cannot listen on %s port %u: %s"),
		      l->stream ? "tcp" : "udp", (unsigned)wanted,
		      strerror(sys_errno));
	return ERR_SYS;
}

static int
start(struct listening *l, char **ret_error)
{
	if (l->argv.count > 0 && !is_installed(l->argv.items[0])) {
		*ret_error =
		    xasprintf(say(language(), "%s is not installed, or is no "
					      "program"),
			l->argv.items[0]);
		return ERR_NOT_FOUND;
	}
	l->ports = ports_new();
	l->tcp = tcp_new();
	l->children = children_new();
	l->loop = loop_new();
	ports_alone(l->ports);
	ports_confine(l->ports, &l->choice);
	if (open_port(l, ret_error) < 0)
		return ERR_SYS;
	l->signal_fd = signals_open();
	l->iface_fd = ifaces_watch_open();
	l->now = clock_read();
	bucket_init(
	    &l->notices, NOTICES_PER_1000S, NOTICES_BURST, l->now.mono_ms);
	if (l->argv.count > 0)
		l->answering = answering_new(l->port);
	read_ifaces(l);
	warn_of_interfaces(l);
	return 0;
}

static void
take_datagram(struct listening *l, const struct port_datagram *d)
{
	listen_print_message(l, &d->from, d->bytes, d->size);
	if (l->answering == NULL)
		return;
	enum answering_verdict verdict =
	    answering_ask(l->answering, l->now, &d->from, d->bytes, d->size);
	if (verdict != ANSWERING_YES)
		listen_print_unanswered(l, &d->from, answering_text(verdict));
	else if (!jobs_add(l, 0, &d->from, d->bytes, d->size))
		listen_print_unanswered(
		    l, &d->from, N_("not answered: too many wait"));
}

static void
on_datagrams(struct listening *l, int fd)
{
	struct port_datagram d;

	for (int i = 0; i < PER_TURN; i++) {
		if (!ports_receive(l->ports, fd, &d))
			return;
		take_datagram(l, &d);
	}
}

static void
on_accept(struct listening *l, int fd)
{
	struct port_stream s;

	for (int i = 0; i < PER_TURN; i++) {
		if (!ports_accept(l->ports, fd, &s))
			return;
		guest_accept(l, &s);
	}
}

static void
on_signal(struct listening *l)
{
	int number;

	while ((number = signals_next(l->signal_fd)) != 0)
		if (number == SIGTERM || number == SIGHUP || number == SIGINT)
			l->done = true;
}

static void
dispatch(struct listening *l, const struct loop_event *ready)
{
	struct tcp_event ev;

	switch (ready->tag) {
	case TAG_SIGNAL:
		on_signal(l);
		break;
	case TAG_UDP:
		on_datagrams(l, ready->fd);
		break;
	case TAG_ACCEPT:
		on_accept(l, ready->fd);
		break;
	case TAG_TCP:
		while (tcp_next(l->tcp, ready, &ev))
			guest_event(l, &ev);
		break;
	case TAG_IFACES:
		if (ifaces_watch_read(l->iface_fd))
			read_ifaces(l);
		break;
	case TAG_OUTPUT: /* by the next turn */
		break;
	default:
		children_ready(l->children, ready);
		break;
	}
}

static int64_t
timeout_ms(const struct listening *l)
{
	int64_t at = guests_deadline(l);

	at = earlier_ms(at, ports_deadline(l->ports));
	at = earlier_ms(at, children_deadline(l->children));
	if (at == NEVER_MS)
		return -1;
	return at > l->now.mono_ms ? at - l->now.mono_ms : 0;
}

static void
turn(struct listening *l)
{
	struct loop_event ready;
	struct loop *loop = l->loop;

	loop_begin(loop);
	loop_watch(loop, l->signal_fd, true, false, TAG_SIGNAL);
	if (l->iface_fd >= 0)
		loop_watch(loop, l->iface_fd, true, false, TAG_IFACES);
	ports_watch(l->ports, loop, l->now.mono_ms, TAG_UDP, TAG_ACCEPT);
	tcp_watch(l->tcp, loop, l->now.mono_ms, TAG_TCP);
	children_watch(l->children, loop, TAG_CHILD);
	if (buf_size(&l->out) > 0)
		loop_watch(loop, STDOUT_FILENO, false, true, TAG_OUTPUT);
	loop_wait(loop, timeout_ms(l));
	l->now = clock_read();
	while (loop_ready(loop, &ready))
		dispatch(l, &ready);
	guests_turn(l);
	jobs_turn(l);
	listen_print_some(l, 0);
}

static void
clear(struct listening *l)
{
	listen_print_some(l, LAST_WORDS_MS);
	buf_clear(&l->out);
	jobs_free(l);
	guests_free(l);
	children_free(l->children);
	tcp_free(l->tcp);
	ports_free(l->ports);
	loop_free(l->loop);
	answering_free(l->answering);
	words_clear(&l->argv);
	free(l->names);
}

int
listen_run(const struct options *o, char **ret_error)
{
	struct listening l = { .signal_fd = -1,
		.iface_fd = -1,
		.json = o->json,
		.ascii = !o->json && ascii_is_needed() };
	int status;

	*ret_error = NULL;
	buf_init(&l.out, LISTEN_OUTPUT_MAX);
	choose_interfaces(&l, o);
	if ((status = read_port(&l, o, ret_error)) == EXIT_DONE &&
	    (status = read_program(&l, o, ret_error)) == EXIT_DONE) {
		if (start(&l, ret_error) < 0)
			status = EXIT_FAILED;
		else
			listen_print_start(&l);
		while (status == EXIT_DONE && !l.done && !l.out_ended)
			turn(&l);
	}
	clear(&l);
	return status;
}
