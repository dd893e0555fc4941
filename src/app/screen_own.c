/* SPDX-License-Identifier: MIT */
#include "app/screen_own.h"

#include "app/screen.h"
#include "base/mem.h"

struct own {
	struct screen screen; /* first: the shell and the screen know this */
	struct terminal terminal;
};

static struct own *
own_of(struct front *f)
{
	return (struct own *)f;
}

static struct own *
own_of_screen(struct screen *s)
{
	return own_of(&s->front);
}

static enum shown
own_show(struct screen *s, enum part part, int first)
{
	struct terminal *t = &own_of_screen(s)->terminal;
	bool shown = terminal_show(t, &s->grid, part, first);

	s->frame_size = terminal_frame_size(t);
	return shown ? SHOWN_NOW : SHOWN_NOT;
}

static void
own_configure(struct screen *s, const struct terminal_wish *wish)
{
	terminal_configure(&own_of_screen(s)->terminal, wish);
}

static void
own_request(struct screen *s, const struct request *request)
{
	terminal_request(&own_of_screen(s)->terminal, request);
}

static void
own_suspend(struct screen *s)
{
	terminal_suspend(&own_of_screen(s)->terminal);
}

static void
own_redraw(struct screen *s)
{
	terminal_redraw(&own_of_screen(s)->terminal);
}

static bool
own_quit(struct screen *s, const struct command *cmd)
{
	(void)s;
	(void)cmd;
	return false;
}

static const struct screen_calls screen_calls = {
	.show = own_show,
	.configure = own_configure,
	.request = own_request,
	.suspend = own_suspend,
	.redraw = own_redraw,
	.quit = own_quit,
};

static void
on_press(void *user, const struct press_event *ev)
{
	struct own *o = user;

	screen_press(&o->screen, ev);
}

static void
on_size(void *user, int rows, int cols)
{
	struct own *o = user;

	screen_resize(&o->screen, rows, cols);
}

static void
on_again(void *user)
{
	struct own *o = user;

	screen_again(&o->screen);
}

static void
on_ascii(void *user, bool ascii)
{
	struct own *o = user;

	screen_set_ascii(&o->screen, ascii);
}

static void
on_warn(void *user, const char *sentence)
{
	struct own *o = user;

	if (o->screen.sh->warning == NULL)
		o->screen.sh->warning = xstrdup(sentence);
}

static void
on_gone(void *user)
{
	struct own *o = user;

	shell_quit(o->screen.sh, false);
}

static void
on_tell(void *user, const char *sentence)
{
	struct own *o = user;

	ui_tell(o->screen.ui, o->screen.sh->now, sentence);
}

static void
on_edited(void *user, const char *text)
{
	struct own *o = user;

	ui_answer_editor(o->screen.ui, o->screen.sh->now, text);
}

static void
on_aside(void *user, const char *text, const char *sentence)
{
	struct own *o = user;

	ui_set_aside(o->screen.ui, o->screen.sh->now, text, sentence);
}

static void
on_spelt(void *user, const char *word, bool known)
{
	struct own *o = user;

	ui_answer_spell(o->screen.ui, word, known);
}

static const struct terminal_calls terminal_calls = {
	.answers = { .tell = on_tell,
	    .edited = on_edited,
	    .aside = on_aside,
	    .spelt = on_spelt },
	.press = on_press,
	.size = on_size,
	.again = on_again,
	.ascii = on_ascii,
	.warn = on_warn,
	.gone = on_gone,
};

static void
own_turn(struct front *f, struct shell *sh)
{
	struct own *o = own_of(f);

	(void)sh;
	terminal_turn(&o->terminal);
	if (!terminal_is_lent(&o->terminal))
		screen_draw(&o->screen);
}

static int64_t
own_deadline(struct front *f, struct shell *sh)
{
	struct own *o = own_of(f);
	int64_t at = terminal_deadline(&o->terminal);

	(void)sh;
	if (terminal_is_lent(&o->terminal))
		return at;
	return earlier_ms(at, screen_deadline(&o->screen));
}

static void
own_watch(struct front *f, struct shell *sh, struct loop *l)
{
	(void)sh;
	terminal_watch(&own_of(f)->terminal, l, front_tag(f, 0));
}

static void
own_ready(struct front *f, struct shell *sh, const struct loop_event *ev)
{
	(void)sh;
	terminal_ready(&own_of(f)->terminal, ev->tag);
}

static void
own_signal(struct front *f, struct shell *sh, int number)
{
	(void)sh;
	terminal_signal(&own_of(f)->terminal, number);
}

int
screen_run(struct shell *sh, char **ret_error)
{
	struct own o = {
		.screen = {
			.front = {
				.watch = own_watch,
				.ready = own_ready,
				.turn = own_turn,
				.deadline = own_deadline,
				.signal = own_signal,
			},
			.calls = &screen_calls,
		},
	};
	struct terminal_cfg cfg = { .calls = &terminal_calls,
		.user = &o,
		.children = sh->children,
		.home = &sh->home,
		.now = &sh->now,
		.wish = screen_wish(sh) };
	int err = terminal_open(&o.terminal, &cfg, ret_error);

	if (err < 0)
		return err;
	screen_init(&o.screen, sh, terminal_is_ascii(&o.terminal));
	terminal_start(&o.terminal);
	shell_run(sh, &o.screen.front);
	terminal_close(&o.terminal);
	screen_clear(&o.screen);
	return 0;
}
