/* SPDX-License-Identifier: MIT */
/*
 * Draws every case at every size, in every language, and compares with the
 * files beside this one; those of a language are in a directory of its name.
 * UPDATE=1 writes them anew: read the difference like code.
 *
 *   screens [CASE...]
 */
#include "cases.h"

#include "base/lang.h"
#include "core/model_edit.h"
#include "ui_play.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FILE_MAX = 1 << 20 };

static const struct view {
	int rows, cols;
	bool ascii, styles, only_english;
} views[] = {
	{ 24, 80, false, true, false },
	{ 24, 80, true, false, true },
	{ 40, 120, false, false, false },
	{ 20, 60, false, false, true },
	{ 12, 40, false, false, false },
	{ 5, 40, false, false, true },
	{ 3, 12, false, false, false },
};

/* Sizes that only have to survive, and to hold nothing but text. */
static const int sizes[][2] = {
	{ 1, 1 },
	{ 1, 80 },
	{ 2, 9 },
	{ 2, 10 },
	{ 3, 3 },
	{ 4, 72 },
	{ 6, 110 },
	{ 14, 44 },
	{ 14, 72 },
	{ 20, 110 },
	{ 60, 500 },
};

static struct scene *
build(const struct screen_case *c, const struct lang *l, bool ascii)
{
	struct scene *s = scene_new(ascii, c->first_start);

	s->m->lang = s->m->settings.lang = l;
	scene_draw(s, 24, 80);
	c->build(s);
	model_notes_add(s->m);
	return s;
}

static void
add_view(FILE *out, const struct screen_case *c, const struct lang *l,
    const struct view *v)
{
	struct scene *s = build(c, l, v->ascii);

	scene_draw(s, v->rows, v->cols);
	char *text = grid_dump(&s->grid, v->styles);
	fprintf(out, "== %dx%d%s, cursor %d,%d, title \"%s\"%s\n%s", v->cols,
	    v->rows, v->ascii ? " ascii" : "", s->grid.cursor_row,
	    s->grid.cursor_col, s->grid.title, s->grid.bell ? ", bell" : "",
	    text);
	free(text);
	scene_free(s);
}

static bool
is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0);
}

static int
check_cells(const struct screen_case *c, const struct grid *g)
{
	int bad = 0;

	for (int i = 0; i < g->rows * g->cols; i++)
		for (unsigned k = 0; k < g->cells[i].count; k++)
			bad += g->cells[i].width > 0 &&
			       is_control(g->cells[i].cp[k]);
	if (bad > 0)
		printf("%s: %d controls at %dx%d\n", c->name, bad, g->cols,
		    g->rows);
	return bad;
}

static int
check_sizes(const struct screen_case *c, const struct lang *l)
{
	struct scene *s = build(c, l, false);
	int bad = 0;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		scene_draw(s, sizes[i][0], sizes[i][1]);
		bad += check_cells(c, &s->grid);
		ui_play_check(&s->grid);
	}
	scene_free(s);
	return bad;
}

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, FILE_MAX);

	if (f != NULL) {
		if (fread(text, 1, FILE_MAX - 1, f) == FILE_MAX - 1)
			printf("%s: too long\n", path);
		fclose(f);
	}
	return text;
}

static void
show_difference(const char *name, const char *want, const char *got)
{
	int line = 1;

	while (*want == *got && *want != '\0') {
		size_t n = strcspn(got, "\n"), m = strcspn(want, "\n");
		if (n != m || strncmp(got, want, n) != 0)
			break;
		got += n + (got[n] == '\n');
		want += m + (want[m] == '\n');
		line++;
	}
	printf("%s.txt differs in line %d:\n-%.*s\n+%.*s\n", name, line,
	    (int)strcspn(want, "\n"), want, (int)strcspn(got, "\n"), got);
}

static int
compare(const char *name, const char *got)
{
	char path[512];

	snprintf(path, sizeof(path), TESTS_DIR "/screens/%s.txt", name);
	char *want = read_file(path);
	bool same = strcmp(want, got) == 0;
	if (!same && getenv("UPDATE") != NULL) {
		FILE *f = fopen(path, "wb");
		same = f != NULL && fputs(got, f) >= 0 && fclose(f) == 0;
		printf("%s written\n", path);
	} else if (!same) {
		show_difference(name, want, got);
	}
	free(want);
	return same ? 0 : 1;
}

static int
run(const struct screen_case *c, const struct lang *l)
{
	char name[128];
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (l == NULL || !views[i].only_english)
			add_view(out, c, l, &views[i]);
	fclose(out);
	snprintf(name, sizeof(name), "%s%s%s", l == NULL ? "" : lang_name(l),
	    l == NULL ? "" : "/", c->name);
	int bad = compare(name, text) + check_sizes(c, l);
	free(text);
	return bad;
}

static bool
is_asked(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return argc < 2;
}

int
main(int argc, char **argv)
{
	int bad = 0, count = 0;

	setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < screen_case_count; i++) {
		if (!is_asked(screen_cases[i].name, argc, argv))
			continue;
		bad += run(&screen_cases[i], NULL) > 0;
		const struct lang *l;
		for (size_t k = 0; (l = lang_at(k)) != NULL; k++)
			bad += run(&screen_cases[i], l) > 0;
		count++;
	}
	printf("screens: %d cases, %d wrong\n", count, bad);
	return bad > 0 || count == 0;
}
