/* SPDX-License-Identifier: MIT */
/*
 * The walk of doc/TUTORIAL, key by key, and the screens in that file: behind
 * each line "Screen: NAME" stands what is seen then. UPDATE=1 puts the screens
 * of today in; read the difference like code. The README opens with one of
 * them.
 */
#include "core/model_edit.h"
#include "model_fixture.h"
#include "ui_scene.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FILE_MAX = 1 << 18, ROWS = 24, COLS = 80 };

static const char file[] = TESTS_DIR "/../doc/TUTORIAL";
static const char readme[] = TESTS_DIR "/../README";
static const char marker[] = "Screen: ";

static struct peer *ana, *bob;
static struct transfer *photos;

static void
do_welcome(struct scene *s)
{
	s->m->started_ms = s->now.mono_ms - 1000;
	s->m->last_announce_ms = s->now.mono_ms - 700;
}

static void
do_people(struct scene *s)
{
	ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_receive(s->m, ana, 7 * 24 * 60, "good night!");
	fixture_send(s->m, ana, 7 * 24 * 60 - 1,
	    "sleep well. the nightly runs at four, the log is at "
	    "https://ci.lan/b/4412/log");
	fixture_receive(s->m, ana, 3, "morning. did it finish?");
	conv_mark_read(s->m, model_conv_edit(s->m, ana->conv));
	bob = fixture_contact(s->m, "bob", PRESENCE_AWAY, 2);
	fixture_peer(s->m, "printer-room", PRESENCE_ONLINE, 3);
}

static void
do_conversation(struct scene *s)
{
	scene_key(s, '2', KEY_ALT);
}

static void
do_lines(struct scene *s)
{
	scene_type(s, "yes, all green.");
	scene_key(s, 'j', KEY_CTRL);
	scene_type(s, "three flaky tests though");
}

static void
deliver_all(struct scene *s)
{
	for (size_t i = 0; i < s->m->conv_count; i++) {
		struct conv *c = s->m->convs[i];
		for (uint64_t n = c->first_serial; n < c->next_serial; n++) {
			struct message *msg = conv_message_edit(c, n);
			if (msg->delivery == DELIVERY_QUEUED)
				msg->delivery = DELIVERY_DELIVERED;
		}
	}
	model_touch(s->m);
}

static void
do_sent(struct scene *s)
{
	scene_key(s, KEY_ENTER_KEY, 0);
	deliver_all(s);
	scene_draw(s, ROWS, COLS);
	fixture_receive(s->m, bob, 0, "lunch?");
	fixture_receive(s->m, bob, 0, "or at one, the queue is long");
}

static void
do_news(struct scene *s)
{
	scene_key(s, 'a', KEY_ALT);
}

static void
do_selected(struct scene *s)
{
	scene_key(s, KEY_ESCAPE, 0);
}

static void
do_reply(struct scene *s)
{
	scene_key(s, 'r', 0);
	scene_type(s, "at one");
}

static void
do_replied(struct scene *s)
{
	scene_key(s, KEY_ENTER_KEY, 0);
	deliver_all(s);
	scene_draw(s, ROWS, COLS);
	scene_key(s, KEY_ESCAPE, 0);
	scene_key(s, 'k', 0);
	scene_key(s, '+', 0);
}

static void
do_reacted(struct scene *s)
{
	scene_key(s, '1', 0);
}

static void
make_folder(struct transfer *t)
{
	t->folder = true;
	t->files = 212;
	t->size = 1200000000;
}

static void
do_folder(struct scene *s)
{
	scene_key(s, '2', KEY_ALT);
	make_folder(fixture_transfer(s->m, ana, "photos", true));
	deliver_all(s);
}

static void
do_offered(struct scene *s)
{
	photos = fixture_transfer(s->m, ana, "holiday", false);
	make_folder(photos);
}

static void
do_coming(struct scene *s)
{
	photos->state = TRANSFER_RUNNING;
	photos->done = photos->size / 100 * 61;
	photos->rate = 82000000;
	scene_key(s, KEY_F1 + 4, 0);
}

static void
do_paused(struct scene *s)
{
	scene_key(s, KEY_ESCAPE, 0);
	photos->state = TRANSFER_PAUSED;
	photos->paused_here = true;
}

static void
do_saved(struct scene *s)
{
	photos->state = TRANSFER_DONE;
	photos->done = photos->size;
	photos->path = strdup("/home/mira/Downloads/holiday");
	photos->started_mono_ms = s->now.mono_ms - 15000;
	photos->ended_mono_ms = s->now.mono_ms;
}

static void
do_found(struct scene *s)
{
	scene_draw(s, ROWS, COLS);
	scene_key(s, 's', KEY_CTRL);
	scene_type(s, "nightly");
}

static void
do_muted(struct scene *s)
{
	scene_key(s, KEY_ESCAPE, 0);
	scene_type(s, "/mute bob 1h\n");
}

static void
do_settings(struct scene *s)
{
	scene_type(s, "/set look.theme\n");
}

static void
do_help(struct scene *s)
{
	scene_key(s, KEY_ESCAPE, 0);
	scene_key(s, KEY_F1, 0);
	scene_type(s, "quit");
}

static void
do_quit(struct scene *s)
{
	scene_key(s, KEY_ESCAPE, 0);
	scene_key(s, 'c', KEY_CTRL);
}

static const struct step {
	const char *name;
	void (*run)(struct scene *s);
} steps[] = {
	{ "welcome", do_welcome },
	{ "people", do_people },
	{ "conversation", do_conversation },
	{ "lines", do_lines },
	{ "sent", do_sent },
	{ "news", do_news },
	{ "selected", do_selected },
	{ "reply", do_reply },
	{ "replied", do_replied },
	{ "reacted", do_reacted },
	{ "folder", do_folder },
	{ "offered", do_offered },
	{ "coming", do_coming },
	{ "paused", do_paused },
	{ "saved", do_saved },
	{ "found", do_found },
	{ "muted", do_muted },
	{ "settings", do_settings },
	{ "help", do_help },
	{ "quit", do_quit },
};

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static char *screens[STEPS];

static void
walk(void)
{
	struct scene *s = scene_new(false, true);

	for (size_t i = 0; i < STEPS; i++) {
		steps[i].run(s);
		scene_draw(s, ROWS, COLS);
		screens[i] = grid_dump(&s->grid, false);
	}
	scene_free(s);
}

/* Blank rows at the end say nothing. */
static void
put_screen(FILE *out, const char *screen)
{
	for (const char *line = screen; *line != '\0';) {
		size_t n = strcspn(line, "\n");
		fprintf(out, "    |%.*s\n", (int)n, line);
		line += n + (line[n] == '\n');
	}
}

/* The index of a name, or STEPS. */
static size_t
find_step(const char *name, size_t n)
{
	size_t i = 0;

	while (i < STEPS && (strlen(steps[i].name) != n ||
				strncmp(steps[i].name, name, n) != 0))
		i++;
	return i;
}

/* The file with the screens of today; how many of them were put in. */
static size_t
rewrite(const char *text, FILE *out)
{
	size_t count = 0;

	for (const char *line = text; *line != '\0';) {
		size_t n = strcspn(line, "\n"), m = sizeof(marker) - 1;
		bool old = strncmp(line, "    |", 5) == 0;
		if (!old)
			fprintf(out, "%.*s\n", (int)n, line);
		if (!old && strncmp(line, marker, m) == 0) {
			size_t step = find_step(line + m, n - m);
			if (step == STEPS)
				printf(
				    "no screen %.*s\n", (int)(n - m), line + m);
			else
				put_screen(out, screens[step]);
			count += step < STEPS;
		}
		line += n + (line[n] == '\n');
	}
	return count;
}

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, FILE_MAX);

	if (f == NULL || fread(text, 1, FILE_MAX - 1, f) == FILE_MAX - 1)
		printf("%s cannot be read\n", path);
	if (f != NULL)
		fclose(f);
	return text;
}

static bool
is_same(const char *want, const char *got)
{
	if (strcmp(want, got) == 0)
		return true;
	if (getenv("UPDATE") != NULL) {
		FILE *f = fopen(file, "wb");
		printf("%s written\n", file);
		return f != NULL && fputs(got, f) >= 0 && fclose(f) == 0;
	}
	printf("the screens of %s are not those of today: UPDATE=1 writes "
	       "them anew\n",
	    file);
	return false;
}

/* The screen that the README opens with is the one of this step. */
static const char readme_step[] = "sent";

static bool
readme_is_true(void)
{
	size_t step = find_step(readme_step, sizeof(readme_step) - 1);
	char *text = read_file(readme);
	bool same = strstr(text, screens[step]) != NULL;

	if (!same)
		printf("the screen of %s is not that of today, which is\n%s",
		    readme, screens[step]);
	free(text);
	return same;
}

int
main(void)
{
	char *text = read_file(file), *got = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&got, &size);

	setenv("TZ", "UTC", 1);
	tzset();
	walk();
	size_t count = rewrite(text, out);
	fclose(out);
	bool ok = is_same(text, got) && count == STEPS;
	ok &= readme_is_true();
	printf("tutorial: %zu of %d screens\n", count, STEPS);
	for (size_t i = 0; i < STEPS; i++)
		free(screens[i]);
	free(text);
	free(got);
	return ok ? 0 : 1;
}
