/* SPDX-License-Identifier: MIT */
#include "app/terminal.h"

#include "app/clock.h"
#include "app/language.h"
#include "app/log.h"
#include "base/err.h"
#include "base/mem.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_MAX = 4096 };

static void
fit(struct terminal *t)
{
	int rows, cols;

	tty_size(t->tty, &rows, &cols);
	t->calls->size(t->user, rows, cols);
}

/* What was left of a frame when it was given away is of no use any more. */
static void
take_back(struct terminal *t)
{
	fit(t);
	t->calls->again(t->user);
}

/* What others write would be half question marks, without a reason to see. */
static void
warn_of_charset(struct terminal *t)
{
	if (!tty_is_utf8(t->tty))
		t->calls->warn(t->user,
		    say(language(),
			"this terminal is not known to read UTF-8, so all is "
			"drawn in ASCII, with ? for what ASCII has not; if it "
			"does, start again with LC_ALL=C.UTF-8"));
}

bool
terminal_is_ascii(const struct terminal *t)
{
	return t->ascii || !tty_is_utf8(t->tty) ||
	       facts_wide_glyphs(&t->probe.facts);
}

/* The terminal has answered, or it will not. */
static void
learn(struct terminal *t)
{
	if (!probe_finish(&t->probe, t->now->mono_ms))
		return;
	if (tty_learn(t->tty, &t->probe.facts))
		t->calls->again(t->user);
	t->calls->ascii(t->user, terminal_is_ascii(t));
	warn_of_charset(t);
}

/* Before the first frame, which does not wait for the answers. */
static void
ask(struct terminal *t)
{
	char questions[PROBE_TEXT_MAX];
	bool remote = getenv("SSH_CONNECTION") != NULL;
	int64_t cap_ms = remote ? PROBE_REMOTE_MS : PROBE_MS;
	unsigned asks = tty_asks(t->tty);

	probe_start(&t->probe, asks, clock_read().mono_ms + cap_ms, questions);
	if (asks == 0)
		warn_of_charset(t);
	else
		tty_ask(t->tty, questions);
}

/* No key press: an answer to what was asked. */
static bool
is_report(struct terminal *t, const struct key *key)
{
	if (key->code != KEY_REPLY)
		return false;
	struct reply reply = decode_reply(t->decode);
	probe_reply(&t->probe, &reply);
	return true;
}

static void
press(struct terminal *t, const struct key *key, bool alone)
{
	struct press_event ev = {
		.key = *key, .mouse = decode_mouse(t->decode), .alone = alone
	};

	if (key->code == KEY_PASTE)
		ev.paste = decode_paste(t->decode, &ev.paste_size);
	t->calls->press(t->user, &ev);
}

static void
take_keys(struct terminal *t)
{
	struct key key;
	bool first = true;

	while (decode_next(t->decode, t->now->mono_ms, &key)) {
		if (is_report(t, &key))
			continue;
		if (requests_bare(&t->requests)) {
			if (requests_bare_key(&t->requests, &key))
				take_back(t);
			continue;
		}
		press(t, &key, first);
		first = false;
		if (requests_lent(&t->requests))
			return;
	}
}

void
terminal_ready(struct terminal *t, uint64_t tag)
{
	uint8_t bytes[READ_MAX];

	if (tag == TERMINAL_OUTPUT) {
		t->blocked = false;
		t->calls->again(t->user);
		return;
	}
	int n = tty_read(t->tty, bytes, sizeof(bytes));
	if (n == ERR_CLOSED) {
		t->gone = true;
		t->calls->gone(t->user);
		return;
	}
	if (n <= 0)
		return;
	decode_input(t->decode, t->now->mono_ms, bytes, (size_t)n);
	take_keys(t);
}

void
terminal_turn(struct terminal *t)
{
	if (requests_turn(&t->requests))
		take_back(t);
	if (requests_lent(&t->requests))
		return;
	take_keys(t);
	if (requests_bare(&t->requests))
		t->blocked = !tty_flush(t->tty);
	else if (!requests_lent(&t->requests))
		learn(t);
}

int64_t
terminal_deadline(const struct terminal *t)
{
	if (requests_lent(&t->requests))
		return NEVER_MS;
	return earlier_ms(
	    decode_deadline(t->decode), probe_deadline(&t->probe));
}

void
terminal_watch(const struct terminal *t, struct loop *l, uint64_t tag)
{
	if (t->gone || requests_lent(&t->requests))
		return;
	loop_watch(l, tty_fd(t->tty), true, false, tag + TERMINAL_INPUT);
	if (t->blocked)
		loop_watch(
		    l, STDOUT_FILENO, false, true, tag + TERMINAL_OUTPUT);
}

void
terminal_suspend(struct terminal *t)
{
	log_return_stderr();
	tty_suspend(t->tty);
	log_take_stderr();
	fit(t);
}

void
terminal_redraw(struct terminal *t)
{
	tty_resized(t->tty);
	t->calls->again(t->user);
}

void
terminal_signal(struct terminal *t, int number)
{
	/* Who has the terminal is stopped and asked for its size by itself; we
	 * stop with it, as the shell waits for the whole job. */
	if (requests_lent(&t->requests)) {
		if (number == SIGTSTP)
			raise(SIGSTOP);
		return;
	}
	if (number == SIGTSTP) {
		terminal_suspend(t);
		return;
	}
	if (number == SIGWINCH || number == SIGCONT) {
		tty_resized(t->tty);
		fit(t);
	}
}

static void
on_fatal(int number)
{
	tty_emergency();
	signal(number, SIG_DFL);
	raise(number);
}

/* assert, exhausted memory, bugs and a kill of whatever kind leave a usable
 * terminal behind. */
static void
catch_fatal(void)
{
	static const int numbers[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL,
		SIGSYS, SIGTRAP, SIGQUIT, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1,
		SIGUSR2, SIGXCPU, SIGXFSZ };
	struct sigaction sa = { .sa_handler = on_fatal,
		.sa_flags = (int)SA_RESETHAND };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &sa, NULL);
}

/* The fonts of the console of Linux have 256 or 512 characters. */
static bool
is_poor_in_glyphs(void)
{
	const char *term = getenv("TERM");

	return term != NULL && strcmp(term, "linux") == 0;
}

bool
terminal_is_lent(const struct terminal *t)
{
	return requests_lent(&t->requests) || requests_bare(&t->requests);
}

bool
terminal_show(
    struct terminal *t, const struct grid *g, enum part part, int first)
{
	switch (part) {
	case PART_ALL:
		t->blocked = !tty_show(t->tty, g);
		break;
	case PART_ROWS:
		t->blocked = !tty_show_from(t->tty, g, first);
		break;
	case PART_LETTER:
		t->blocked = !tty_show_letter(t->tty, g);
		break;
	}
	return !t->blocked;
}

size_t
terminal_frame_size(const struct terminal *t)
{
	return tty_frame_size(t->tty);
}

static struct tty_cfg
cfg_of(const struct terminal_wish *wish)
{
	const char *no_color = getenv("NO_COLOR");

	return (struct tty_cfg){
		.lang = language(),
		.no_color = no_color != NULL && *no_color != '\0',
		.theme = wish->theme,
		.sync = wish->sync,
		.mouse = wish->mouse,
	};
}

static void
take_wish(struct terminal *t, const struct terminal_wish *wish)
{
	t->cfg = cfg_of(wish);
	t->requests.desktop = wish->desktop;
	free(t->requests.opener);
	t->requests.opener =
	    wish->opener == NULL ? NULL : xstrdup(wish->opener);
}

void
terminal_configure(struct terminal *t, const struct terminal_wish *wish)
{
	take_wish(t, wish);
	if (tty_configure(t->tty, &t->cfg))
		t->calls->again(t->user);
}

void
terminal_request(struct terminal *t, const struct request *request)
{
	requests_run(&t->requests, request);
}

int
terminal_open(
    struct terminal *t, const struct terminal_cfg *cfg, char **ret_error)
{
	bool remote = getenv("SSH_CONNECTION") != NULL;

	*t = (struct terminal){ .calls = cfg->calls,
		.user = cfg->user,
		.now = cfg->now,
		.ascii = is_poor_in_glyphs() };
	take_wish(t, &cfg->wish);
	int err = tty_open(&t->cfg, &t->tty, ret_error);
	if (err < 0) {
		free(t->requests.opener);
		return err;
	}
	catch_fatal();
	log_take_stderr();
	t->requests.to = &cfg->calls->answers;
	t->requests.user = cfg->user;
	t->requests.children = cfg->children;
	t->requests.home = cfg->home;
	t->requests.now = cfg->now;
	t->requests.tty = t->tty;
	requests_init(&t->requests);
	t->decode = decode_new(remote ? DECODE_ESC_REMOTE_MS : DECODE_ESC_MS);
	if (tty_brackets(t->tty))
		decode_brackets(t->decode);
	t->probe.facts = facts_none();
	return 0;
}

void
terminal_start(struct terminal *t)
{
	fit(t);
	ask(t);
}

void
terminal_close(struct terminal *t)
{
	log_return_stderr();
	tty_close(t->tty);
	requests_clear(&t->requests);
	decode_free(t->decode);
}
