/* SPDX-License-Identifier: MIT */
/*
 * One frame at most each turn, and one each FRAME_MS while messages pour in.
 * A key press is drawn at once, and so are FRAMES_AT_ONCE after a pause: the
 * first people are seen right after the first frame.
 */
#include "app/screen.h"

#include "app/clock.h"
#include "app/log.h"
#include "app/requests.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/hints.h"
#include "store/search.h"
#include "tty/tty.h"
#include "ui/decode.h"
#include "ui/keymap.h"
#include "ui/mouse.h"
#include "ui/probe.h"
#include "ui/ui.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TAG_INPUT,
	TAG_OUTPUT,
	FRAME_MS = 33,
	FRAMES_AT_ONCE = 3,
	REST_MS = 4,        /* from an echo to the rest of the frame */
	LINE_BYTES_MS = 32, /* a quarter of a megabit each second */
	LINE_MAX_MS = 66,
	READ_MAX = 4096,
	FOUND_MAX = 100,
};

struct screen {
	struct front front; /* first: the shell knows only this */
	struct tty *tty;
	struct decode *decode;
	struct ui *ui;
	struct requests requests;
	struct grid grid;
	struct tty_cfg cfg; /* as the terminal has it */
	struct probe probe;
	bool ascii;      /* by the kind of the terminal */
	int64_t next_ms; /* no frame sooner, but for a key */
	bool blocked;    /* the terminal does not take output */
	bool urgent;     /* a key was pressed: draw at once what changed */
	bool forced;     /* the terminal changed: draw whatever there is */
	bool gone;       /* there is no terminal any more: it is always ready */
};

static struct screen *
screen_of(struct front *f)
{
	return (struct screen *)f;
}

static void
screen_report(struct front *f, struct shell *sh, const struct effect *effect)
{
	/* The frame is drawn from the model, and rings for it. */
	(void)f;
	(void)sh;
	(void)effect;
}

static void
screen_found(struct front *f, struct shell *sh, const struct effect *query,
    const struct findings *findings)
{
	struct found_line lines[FOUND_MAX];

	(void)sh;
	for (size_t i = 0; i < findings->count; i++) {
		const struct found *item = &findings->items[i];
		lines[i] = (struct found_line){
			.conv = item->conv,
			.from = fp_is_zero(&item->conv) ? item->message.from
							: item->conv,
			.row = item->message.row,
			.wall_ms = item->message.arrived_ms,
			.mine = item->message.mine,
			.name = item->name == NULL ? "?" : item->name,
			.text = item->message.text,
			.plain = item->message.dialect != DIALECT_EARSHOT,
			.sealed = item->message.seal == SEAL_CLOSED,
		};
	}
	ui_show_found(screen_of(f)->ui, query->text, lines, findings->count,
	    findings->more);
}

static void
screen_show(struct front *f, struct shell *sh, uint32_t conv, int64_t row)
{
	ui_show_row(screen_of(f)->ui, shell_model(sh), sh->now, conv, row);
}

static void
show_warning(struct shell *sh)
{
	if (sh->warning == NULL)
		return;
	struct command cmd = {
		.kind = COMMAND_ERROR, .conv = CONV_NEARBY, .text = sh->warning
	};
	sh->warning = NULL;
	shell_command(sh, &cmd);
}

static struct tty_cfg
cfg_of(const struct settings *set, bool no_color)
{
	static const enum tty_theme themes[] = {
		[THEME_AUTO] = TTY_THEME_AUTO,
		[THEME_DARK] = TTY_THEME_DARK,
		[THEME_LIGHT] = TTY_THEME_LIGHT,
		[THEME_MONO] = TTY_THEME_MONO,
		[THEME_CONTRAST] = TTY_THEME_CONTRAST,
	};
	static const enum tty_sync syncs[] = {
		[SYNC_AUTO] = TTY_SYNC_AUTO,
		[SYNC_ON] = TTY_SYNC_ON,
		[SYNC_OFF] = TTY_SYNC_OFF,
	};

	return (struct tty_cfg){
		.lang = set->lang,
		.no_color = no_color,
		.theme = themes[set->look_theme],
		.sync = syncs[set->look_sync],
		.mouse = set->look_mouse,
	};
}

static bool
is_due(const struct screen *s, const struct shell *sh)
{
	const struct model *m = shell_model(sh);

	if (s->forced)
		return true;
	if (sh->now.mono_ms >= ui_deadline(s->ui, m, sh->now))
		return true;
	if (!ui_is_dirty(s->ui, m))
		return false;
	return s->urgent || sh->now.mono_ms >= s->next_ms;
}

/* What a slow line would need for it is waited, too. Frames that could not
 * wait cost those behind them no more than any other. */
static void
pace(struct screen *s, int64_t now_ms)
{
	int64_t line_ms = (int64_t)tty_frame_size(s->tty) / LINE_BYTES_MS;
	int64_t wait_ms =
	    FRAME_MS + (line_ms < LINE_MAX_MS ? line_ms : LINE_MAX_MS);
	int64_t unused_ms = now_ms - (FRAMES_AT_ONCE - 1) * FRAME_MS;

	if (s->next_ms < unused_ms)
		s->next_ms = unused_ms;
	s->next_ms += wait_ms;
	if (s->next_ms > now_ms + wait_ms)
		s->next_ms = now_ms + wait_ms;
}

/* Settings change while we run. */
static void
follow_settings(struct screen *s, const struct shell *sh)
{
	const struct settings *set = &shell_model(sh)->settings;
	struct tty_cfg cfg = cfg_of(set, s->cfg.no_color);

	if (cfg.theme == s->cfg.theme && cfg.sync == s->cfg.sync &&
	    cfg.mouse == s->cfg.mouse)
		return;
	s->cfg = cfg;
	if (tty_configure(s->tty, &cfg))
		s->forced = true;
}

static void
draw(struct screen *s, struct shell *sh)
{
	struct command cmd = { .kind = COMMAND_NONE };

	follow_settings(s, sh);
	ui_draw(s->ui, shell_model(sh), sh->now, &s->grid);
	s->blocked = !tty_show(s->tty, &s->grid);
	if (s->blocked)
		return;
	pace(s, sh->now.mono_ms);
	s->urgent = s->forced = false;
	requests_run(&s->requests);
	while (ui_pending(s->ui, shell_model(sh), sh->now, &cmd))
		shell_command(sh, &cmd);
}

static void take_keys(struct screen *s, struct shell *sh);
static void fit(struct screen *s);

/* What others write would be half question marks, without a reason to see. */
static void
warn_of_charset(struct screen *s, struct shell *sh)
{
	if (sh->warning == NULL && !tty_is_utf8(s->tty))
		sh->warning = xstrdup(say(shell_model(sh)->lang,
		    "this terminal is not known to read UTF-8, so all is drawn "
		    "in ASCII, with ? for what ASCII has not; if it does, "
		    "start again with LC_ALL=C.UTF-8"));
}

/* The terminal has answered, or it will not. */
static void
learn(struct screen *s, struct shell *sh)
{
	if (!probe_finish(&s->probe, sh->now.mono_ms))
		return;
	if (tty_learn(s->tty, &s->probe.facts))
		s->forced = true;
	bool ascii = s->ascii || !tty_is_utf8(s->tty) ||
		     facts_wide_glyphs(&s->probe.facts);
	if (ui_set_ascii(s->ui, ascii))
		s->forced = true;
	warn_of_charset(s, sh);
}

/* Before the first frame, which does not wait for the answers. */
static void
ask(struct screen *s, struct shell *sh)
{
	char questions[PROBE_TEXT_MAX];
	bool remote = getenv("SSH_CONNECTION") != NULL;
	int64_t cap_ms = remote ? PROBE_REMOTE_MS : PROBE_MS;
	unsigned asks = tty_asks(s->tty);

	probe_start(&s->probe, asks, clock_read().mono_ms + cap_ms, questions);
	if (asks == 0)
		warn_of_charset(s, sh);
	else
		tty_ask(s->tty, questions);
}

static void
screen_turn(struct front *f, struct shell *sh)
{
	struct screen *s = screen_of(f);

	if (requests_turn(&s->requests))
		fit(s);
	if (requests_lent(&s->requests))
		return;
	take_keys(s, sh);
	if (requests_bare(&s->requests)) {
		s->blocked = !tty_flush(s->tty);
		return;
	}
	learn(s, sh);
	show_warning(sh);
	if (!s->blocked && is_due(s, sh))
		draw(s, sh);
}

static int64_t
screen_deadline(struct front *f, struct shell *sh)
{
	struct screen *s = screen_of(f);
	const struct model *m = shell_model(sh);
	int64_t at = decode_deadline(s->decode);

	if (requests_lent(&s->requests))
		return NEVER_MS;
	at = earlier_ms(at, probe_deadline(&s->probe));
	if (requests_bare(&s->requests))
		return at;
	/* Blocked, only the terminal itself can make a frame possible. */
	if (s->blocked)
		return at;
	if (s->forced)
		return sh->now.mono_ms;
	at = earlier_ms(at, ui_deadline(s->ui, m, sh->now));
	if (ui_is_dirty(s->ui, m))
		at = earlier_ms(at, s->urgent ? sh->now.mono_ms : s->next_ms);
	return at;
}

static void
screen_watch(struct front *f, struct shell *sh, struct loop *l)
{
	struct screen *s = screen_of(f);

	(void)sh;
	if (s->gone || requests_lent(&s->requests))
		return;
	front_watch(f, l, tty_fd(s->tty), true, false, TAG_INPUT);
	if (s->blocked)
		front_watch(f, l, STDOUT_FILENO, false, true, TAG_OUTPUT);
}

static void
fit(struct screen *s)
{
	int rows, cols;

	tty_size(s->tty, &rows, &cols);
	grid_resize(&s->grid, rows, cols);
	s->forced = true;
}

static void
suspend(struct screen *s)
{
	log_return_stderr();
	tty_suspend(s->tty);
	log_take_stderr();
	fit(s);
}

/* What only a terminal has is done here; the rest is the screen's. */
static bool
terminal_key(struct screen *s, const struct key *key)
{
	enum action action = ui_action(s->ui, key);

	if (action == ACTION_SUSPEND) {
		suspend(s);
		return true;
	}
	if (action == ACTION_REDRAW) {
		tty_resized(s->tty);
		s->forced = true;
	}
	return false;
}

/* No key press: an answer to what was asked. */
static bool
is_report(struct screen *s, const struct key *key)
{
	if (key->code != KEY_REPLY)
		return false;
	struct reply reply = decode_reply(s->decode);
	probe_reply(&s->probe, &reply);
	return true;
}

static bool
press(struct screen *s, struct shell *sh, const struct key *key,
    struct command *ret_cmd)
{
	const struct model *m = shell_model(sh);
	struct mouse mouse = decode_mouse(s->decode);
	size_t n = 0;
	const char *paste =
	    key->code == KEY_PASTE ? decode_paste(s->decode, &n) : NULL;

	if (key->code == KEY_MOUSE)
		return ui_mouse(s->ui, m, sh->now, &mouse, ret_cmd);
	return ui_key(s->ui, m, sh->now, key, paste, n, ret_cmd);
}

/* Whoever types sees it before the rest of the frame is made, and before what
 * came in meanwhile is synced. The rest waits a moment, for the terminal may
 * need this processor to show it. */
static bool
echo(struct screen *s, struct shell *sh)
{
	const struct model *m = shell_model(sh);
	int first;

	if (s->blocked || s->forced)
		return false;
	if (ui_draw_letter(s->ui, m, &s->grid))
		s->blocked = !tty_show_letter(s->tty, &s->grid);
	else if (ui_draw_draft(s->ui, m, sh->now, &s->grid, &first))
		s->blocked = !tty_show_from(s->tty, &s->grid, first);
	else
		return false;
	s->urgent = false;
	sh->rest_ms = sh->now.mono_ms + REST_MS;
	if (s->next_ms < sh->rest_ms)
		s->next_ms = sh->rest_ms;
	return true;
}

static void
take_keys(struct screen *s, struct shell *sh)
{
	struct key key;
	bool first = true;

	while (decode_next(s->decode, sh->now.mono_ms, &key)) {
		if (is_report(s, &key))
			continue;
		if (requests_bare(&s->requests)) {
			if (requests_bare_key(&s->requests, &key))
				fit(s);
			continue;
		}
		struct command cmd = { .kind = COMMAND_NONE };
		bool alone = first;
		s->urgent = true;
		first = false;
		if (terminal_key(s, &key))
			continue;
		if (press(s, sh, &key, &cmd)) {
			shell_command_of(sh, &s->front, &cmd);
			alone = false;
		}
		requests_run(&s->requests);
		if (requests_lent(&s->requests))
			return;
		if (alone && echo(s, sh))
			continue;
		/* What is not on the screen yet was not read. */
		while (!s->blocked &&
		       ui_pending(s->ui, shell_model(sh), sh->now, &cmd))
			shell_command(sh, &cmd);
	}
}

static void
screen_ready(struct front *f, struct shell *sh, const struct loop_event *ev)
{
	struct screen *s = screen_of(f);
	uint8_t bytes[READ_MAX];

	if (ev->tag == TAG_OUTPUT) {
		s->blocked = false;
		s->forced = true;
		return;
	}
	int n = tty_read(s->tty, bytes, sizeof(bytes));
	if (n == ERR_CLOSED) {
		s->gone = true;
		shell_quit(sh, false);
		return;
	}
	if (n <= 0)
		return;
	decode_input(s->decode, sh->now.mono_ms, bytes, (size_t)n);
	take_keys(s, sh);
}

static void
screen_signal(struct front *f, struct shell *sh, int number)
{
	struct screen *s = screen_of(f);

	(void)sh;
	/* Who has the terminal is stopped and asked for its size by itself; we
	 * stop with it, as the shell waits for the whole job. */
	if (requests_lent(&s->requests)) {
		if (number == SIGTSTP)
			raise(SIGSTOP);
		return;
	}
	if (number == SIGTSTP) {
		suspend(s);
		return;
	}
	if (number == SIGWINCH || number == SIGCONT) {
		tty_resized(s->tty);
		fit(s);
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

int
screen_run(struct shell *sh, char **ret_error)
{
	struct screen s = {
		.front = {
			.report = screen_report,
			.watch = screen_watch,
			.ready = screen_ready,
			.turn = screen_turn,
			.list_max = FOUND_MAX,
			.found = screen_found,
			.show = screen_show,
			.deadline = screen_deadline,
			.signal = screen_signal,
		},
		.urgent = true,
	};
	const char *no_color = getenv("NO_COLOR");
	s.cfg = cfg_of(
	    &shell_model(sh)->settings, no_color != NULL && *no_color != '\0');
	s.ascii = is_poor_in_glyphs();
	int err = tty_open(&s.cfg, &s.tty, ret_error);

	if (err < 0)
		return err;
	catch_fatal();
	log_take_stderr();
	struct ui_cfg ui = {
		.ascii = s.ascii || !tty_is_utf8(s.tty),
		.first_start = sh->first_start,
		.version = PACKAGE_VERSION,
	};
	s.ui = ui_new(&ui);
	char *hints = hints_load(&sh->home);
	ui_set_hints(s.ui, hints);
	free(hints);
	s.requests = (struct requests){ .sh = sh,
		.tty = s.tty,
		.ui = s.ui,
		.speller = { .sh = sh, .ui = s.ui } };
	s.decode =
	    decode_new(getenv("SSH_CONNECTION") != NULL ? DECODE_ESC_REMOTE_MS
							: DECODE_ESC_MS);
	if (tty_brackets(s.tty))
		decode_brackets(s.decode);
	grid_init(&s.grid, 1, 1);
	fit(&s);
	ask(&s, sh);
	shell_run(sh, &s.front);
	log_return_stderr();
	tty_close(s.tty);
	requests_clear(&s.requests);
	grid_clear(&s.grid);
	decode_free(s.decode);
	ui_free(s.ui);
	return 0;
}
