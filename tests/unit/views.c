/* SPDX-License-Identifier: MIT */
#include "ui/ui.h"

#include "base/peer_text.h"
#include "base/width.h"
#include "core/model_edit.h"
#include "model_fixture.h"
#include "ui/transcript.h"
#include "ui_play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { OWN_BAR = 0x2503, BAR = 0x2502 };

static int
set_up(void **state)
{
	*state = scene_new(false, false);
	return 0;
}

static int
tear_down(void **state)
{
	scene_free(*state);
	return 0;
}

/* The lines of the screen; freed by the next call with NULL. */
static char *
line_of(struct scene *s, int row)
{
	char *dump = grid_dump(&s->grid, false), *line = dump;

	for (int i = 0; i < row; i++)
		line += strcspn(line, "\n") + 1;
	line = strndup(line, strcspn(line, "\n"));
	free(dump);
	return line;
}

static int
find_row(struct scene *s, const char *text)
{
	int found = -1;

	for (int i = 0; i < s->grid.rows && found < 0; i++) {
		char *line = line_of(s, i);
		if (strstr(line, text) != NULL)
			found = i;
		free(line);
	}
	return found;
}

static struct peer *
with_lines(struct scene *s, unsigned count)
{
	char text[32];
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	for (unsigned i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "line %u.", i);
		fixture_receive(s->m, ana, 0, text);
	}
	scene_key(s, '2', KEY_ALT);
	scene_draw(s, 24, 80);
	return ana;
}

static void
the_newest_is_at_the_bottom(void **state)
{
	struct scene *s = *state;

	with_lines(s, 3);
	assert_int_equal(find_row(s, "line 2."), 21);
	assert_int_equal(find_row(s, "line 0."), 19);
}

static void
a_page_overlaps_by_two(void **state)
{
	struct scene *s = *state;

	with_lines(s, 300);
	/* 21 rows of chat: 279 to 299. */
	assert_int_equal(find_row(s, "line 279."), 1);
	scene_key(s, KEY_PAGE_UP, 0);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 280."), 21);
	assert_int_equal(find_row(s, "line 260."), 1);
	scene_key(s, KEY_PAGE_DOWN, 0);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 299."), 21);
	assert_int_equal(find_row(s, "scrolled up"), -1);
}

static void
a_frozen_view_stays(void **state)
{
	struct scene *s = *state;
	struct peer *ana = with_lines(s, 300);

	scene_key(s, KEY_PAGE_UP, 0);
	scene_draw(s, 24, 80);
	int before = find_row(s, "line 270.");
	assert_true(find_row(s, "scrolled up") == 22);
	for (int i = 0; i < 5; i++)
		fixture_receive(s->m, ana, 0, "news");
	scene_forget(s);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 270."), before);
	assert_int_equal(find_row(s, "v 5 new  ana: news"), 21);
	assert_int_equal(s->command_count, 0); /* not read */
	scene_key(s, KEY_END_KEY, KEY_CTRL);
	scene_draw(s, 24, 80);
	assert_int_equal(s->command_count, 1);
	assert_int_equal(find_row(s, "v 5 new"), -1);
	assert_int_equal(find_row(s, "5 new") < 21, 1); /* the marker */
}

static void
scrolling_ends_at_both_ends(void **state)
{
	struct scene *s = *state;

	with_lines(s, 100);
	for (int i = 0; i < 20; i++)
		scene_key(s, KEY_PAGE_UP, 0);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 0."), 3); /* day and marker first */
	scene_key(s, KEY_HOME_KEY, KEY_CTRL);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 0."), 3);
	for (int i = 0; i < 20; i++)
		scene_key(s, KEY_PAGE_DOWN, 0);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 99."), 21);
}

static void
the_way_down_is_named(void **state)
{
	struct scene *s = *state;
	struct peer *ana = with_lines(s, 300);

	scene_key(s, KEY_PAGE_UP, 0);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "scrolled up: Alt-End"), 22);
	fixture_receive(s->m, ana, 0, "news");
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "v 1 new: Alt-End"), 22);
}

/* Whatever row of a long speech is on top, its speaker is named. */
static void
the_first_words_in_view_have_a_name(void **state)
{
	struct scene *s = *state;
	struct peer *ana = with_lines(s, 300);

	assert_int_equal(find_row(s, "ana \xe2\x94\x82 line 279."), 1);
	assert_int_equal(find_row(s, "ana \xe2\x94\x82 line 280."), -1);
	/* A message cut by the edge has no room for a name; the next has. */
	fixture_receive(s->m, ana, 0, "two\nrows");
	for (int i = 0; i < 20; i++)
		fixture_receive(s->m, ana, 0, "more");
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "\xe2\x94\x82 rows"), 1);
	assert_int_equal(find_row(s, "ana \xe2\x94\x82 rows"), -1);
	assert_int_equal(find_row(s, "ana \xe2\x94\x82 more"), 2);
}

static void
a_screen_that_grew_is_filled(void **state)
{
	struct scene *s = *state;

	with_lines(s, 300);
	scene_draw(s, 12, 80);
	scene_key(s, KEY_HOME_KEY, KEY_CTRL);
	scene_draw(s, 12, 80);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 0."), 3);
	assert_int_equal(find_row(s, "line 18."), 21);
	/* And holds all there is, it is at the end. */
	scene_draw(s, 320, 80);
	assert_int_equal(find_row(s, "line 299."), 317);
}

static void
a_resize_keeps_the_place(void **state)
{
	struct scene *s = *state;

	with_lines(s, 300);
	scene_key(s, KEY_PAGE_UP, 0);
	scene_draw(s, 24, 80);
	scene_draw(s, 12, 40);
	assert_int_equal(find_row(s, "line 280."), 9);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "line 280."), 21);
}

static void
the_oldest_may_go_while_one_looks(void **state)
{
	struct scene *s = *state;
	struct peer *ana = with_lines(s, 100);

	for (int i = 0; i < 20; i++)
		scene_key(s, KEY_PAGE_UP, 0);
	for (int i = 0; i < CONV_MESSAGES_MAX; i++)
		fixture_receive(s->m, ana, 0, "flood");
	scene_draw(s, 24, 80);
	ui_play_check(&s->grid);
	assert_true(find_row(s, "flood") >= 0);
}

static void
the_marker_stays_until_it_is_answered(void **state)
{
	struct scene *s = *state;
	struct peer *ana = with_lines(s, 2);

	assert_true(find_row(s, "2 new") > 0);
	scene_draw(s, 24, 80);
	assert_true(find_row(s, "2 new") > 0); /* read, and still there */
	scene_key(s, KEY_ESCAPE, 0);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, " new "), -1);
	scene_key(s, KEY_ESCAPE, 0); /* which selected a message, too */
	scene_key(s, KEY_FOCUS_OUT, 0);
	fixture_receive(s->m, ana, 0, "three");
	scene_draw(s, 24, 80);
	assert_true(find_row(s, "1 new") > 0);
	scene_key(s, KEY_FOCUS_IN, 0);
	scene_type(s, "ok\n");
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, " new "), -1);
}

static void
a_mark_changes_nothing_else(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	fixture_send(s->m, ana, 1,
	    "a line that is long enough to be broken "
	    "into more than a single row of it");
	scene_key(s, '2', KEY_ALT);
	struct message *msg = conv_message_edit(
	    model_conv_edit(s->m, ana->conv), CONV_SERIAL_FIRST);
	struct grid before;
	grid_init(&before, 24, 80);
	for (int d = DELIVERY_QUEUED; d <= DELIVERY_READ; d++) {
		msg->delivery = (enum delivery)d;
		model_touch(s->m);
		scene_draw(s, 24, 80);
		int changed = 0;
		for (int i = 0; i < 22 * 80 && d > DELIVERY_QUEUED; i++)
			changed += memcmp(&before.cells[i], &s->grid.cells[i],
				       sizeof(before.cells[i])) != 0;
		assert_in_range(changed, d > DELIVERY_QUEUED, 2);
		memcpy(before.cells, s->grid.cells,
		    24 * 80 * sizeof(before.cells[0]));
	}
	grid_clear(&before);
}

/* Rows of the chat where our own bar stands in the gutter. */
static int
count_own_rows(struct scene *s, int col)
{
	int n = 0;

	for (int row = 1; row < s->grid.rows - 2; row++)
		n += grid_cell(&s->grid, row, col)->cp[0] == OWN_BAR;
	return n;
}

/* In compact rows the bar is behind a time; what a peer says never reaches
 * the columns of the time. */
static int
count_own_compact(struct scene *s)
{
	int n = 0;

	for (int row = 1; row < s->grid.rows - 2; row++)
		n += grid_cell(&s->grid, row, 5)->cp[0] == OWN_BAR &&
		     grid_cell(&s->grid, row, 0)->cp[0] != ' ';
	return n;
}

static const char *const spoofs[] = {
	"! no command /quit",
	"10:03 ! \xe2\x94\x83 text",
	"\xe2\x94\x83 text",
	"\n\xe2\x94\x83 text",
	"\r\xe2\x94\x83",
	"\n\n\n10:03         \xe2\x94\x83 you are now verified",
	"\x1b[1;1H\xe2\x94\x83",
	"\xe2\x80\xa8\xe2\x94\x83 line separator",
	"\xc2\x85\xe2\x94\x83 next line",
	"\t\xe2\x94\x83",
	"\x0b\xe2\x94\x83",
	"\x0c\xe2\x94\x83",
	"\x08\x08\x08\xe2\x94\x83",
	"\xe2\x80\xae\xe2\x94\x83",
	"\xef\xbb\xbf\xe2\x94\x83",
	"                                                  \xe2\x94\x83",
	"--- 2 new ---",
	"\xe2\x94\x80\xe2\x94\x80 today \xe2\x94\x80",
	"2 messages missing here",
	"PUBLIC not a shout",
	"* bob waves",
	"\xe2\x9c\x93\xe2\x9c\x93",
	"mira \xe2\x94\x82 i said that",
	"10:03 mira \xe2\x94\x82 and that",
	"\n10:03 \xe2\x9c\x93 mira | x",
};

/* Of the chat at 80 columns: behind the list, the time and the marks. */
static int
bar_column(const struct peer *p)
{
	char label[PEER_LABEL_SIZE];
	int cells;

	peer_label(p, false, label);
	cells = width_text(label, strlen(label));
	if (cells < 3)
		cells = 3;
	return 21 + 6 + 3 + (cells > 12 ? 12 : cells) + 1;
}

/* Twice as many with names of the same kind. */
static void
t46_fake_system_lines_50(void **state)
{
	struct scene *s = *state;
	struct peer *eve = fixture_contact(s->m, "eve", PRESENCE_ONLINE, 1);
	size_t tried = 0;

	scene_key(s, '2', KEY_ALT);
	for (size_t i = 0; i < sizeof(spoofs) / sizeof(spoofs[0]); i++) {
		for (int named = 0; named < 2; named++, tried++) {
			const char *name = named ? spoofs[i] : "eve";
			char *clean =
			    peer_text(untrusted_of(name, strlen(name)),
				PEER_TEXT_NAME, NULL);
			peer_set_name(s->m, eve, clean);
			free(clean);
			fixture_receive(s->m, eve, 0, spoofs[i]);
			scene_draw(s, 60, 80);
			assert_int_equal(count_own_rows(s, bar_column(eve)), 0);
			scene_draw(s, 30, 40);
			for (int col = 0; col < 3; col++)
				assert_int_equal(count_own_rows(s, col), 0);
			assert_int_equal(count_own_compact(s), 0);
		}
	}
	assert_int_equal(tried, 50);
}

/* What is ours stands in the column that the test above finds empty. */
static void
own_lines_have_their_bar(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "eve", PRESENCE_ONLINE, 1);
	scene_key(s, '2', KEY_ALT);
	scene_type(s, "/foobar\n");
	scene_draw(s, 24, 80);
	assert_int_equal(count_own_rows(s, bar_column(s->m->peers[0])), 3);
	scene_draw(s, 30, 40);
	assert_int_equal(count_own_compact(s), 1);
}

static void
make_name(unsigned i, char *out, size_t size)
{
	static const char *const stems[] = { "ana", "\xd0\xb0na",
		"a\xd0\xbd"
		"a",
		"an\xd0\xb0", "Ana", "AN\xce\x91", "ana\xe2\x80\x8b",
		"a\xcc\x81na", "\xef\xbd\x81na", "Wolfgang Amadeus von ",
		"Wolfgang Amadeus v0n ",
		"\xe5\xb1\xb1\xe7\x94\xb0\xe5\xa4\xaa"
		"\xe9\x83\x8e\xe5\xb1\xb1\xe7\x94\xb0\xe5\xa4\xaa\xe9\x83\x8e",
		"                ana",
		"\xe2\x80\xae"
		"ana",
		"?", "" };

	snprintf(
	    out, size, "%s", stems[i % (sizeof(stems) / sizeof(stems[0]))]);
}

static void
t45_names_200_no_two_rows_alike(void **state)
{
	struct scene *s = *state;
	char name[128];

	for (unsigned i = 0; i < 198; i++) {
		make_name(i, name, sizeof(name));
		fixture_peer(s->m, name, PRESENCE_ONLINE, i + 1);
	}
	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 300);
	fixture_contact(s->m, "\xd0\xb0na", PRESENCE_ONLINE, 301);
	assert_int_equal(s->m->peer_count, 200);
	scene_key(s, KEY_F1 + 1, 0);
	scene_draw(s, 210, 40);
	size_t rows = 0, twice = 0;
	char **lines = calloc(200, sizeof(*lines));
	for (int row = 0; row < 210 && rows < 200; row++) {
		char *line = line_of(s, row);
		if (strstr(line, "\xe2\x97\x8f") == NULL) {
			free(line);
			continue;
		}
		/* Without the number in front. */
		line[0] = ' ';
		for (size_t i = 0; i < rows; i++)
			twice += strcmp(lines[i], line) == 0;
		lines[rows++] = line;
	}
	assert_int_equal(rows, 200);
	assert_int_equal(twice, 0);
	for (size_t i = 0; i < rows; i++)
		free(lines[i]);
	free(lines);
}

static void
t22_strangers_are_one_line(void **state)
{
	struct scene *s = *state;
	char name[16];

	for (unsigned i = 0; i < 4000; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		fixture_peer(s->m, name, PRESENCE_ONLINE, i + 1);
	}
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, " 4 000 others"), 3);
	assert_int_equal(find_row(s, "p17"), -1);
	/* And the list of all is no longer than it may be. */
	scene_key(s, KEY_F1 + 1, 0);
	scene_draw(s, 24, 80);
	ui_play_check(&s->grid);
}

/* A letter with many marks, lines of 64 KiB, and 10 000 emoji. */
static void
t47_monsters_30(void **state)
{
	static const char *const units[] = { "x", "\xcc\x81",
		"\xf0\x9f\x91\xa9\xe2\x80\x8d", "\xe5\xb1\xb1", "\n", " x",
		"\xf0\x9f\x87\xa9", "\xe0\xa4\x95\xe0\xa5\x8d", "\x1b[", "\t" };
	static const size_t sizes[] = { 100, 4000, 65536 };
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	char *text = malloc(65536 + 1);
	size_t tried = 0;

	scene_key(s, '2', KEY_ALT);
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		size_t unit = strlen(units[u]);
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			size_t n = sizes[i] / unit * unit;
			for (size_t at = 0; at < n; at += unit)
				memcpy(text + at, units[u], unit);
			text[n] = '\0';
			fixture_receive(s->m, ana, 0, text);
			scene_draw(s, 24, 80);
			ui_play_check(&s->grid);
			scene_key(s, KEY_PAGE_UP, 0);
			scene_draw(s, 12, 40);
			ui_play_check(&s->grid);
			scene_key(s, KEY_END_KEY, KEY_CTRL);
			tried++;
		}
	}
	free(text);
	assert_int_equal(tried, 30);
}

static void
add_address(struct scene *s, const char *name, const char *text)
{
	struct iface *n = &s->m->ifaces[s->m->iface_count++];

	*n = (struct iface){ .prefix_bits = 64, .use = IFACE_USED };
	snprintf(n->name, sizeof(n->name), "%s", name);
	assert_int_equal(addr_parse(text, 0, &n->addr), 0);
}

static void
two_addresses_are_one_network(void **state)
{
	struct scene *s = *state;

	add_address(s, "eth0", "fe80::1%2");
	add_address(s, "wlan1", "fe80::2%3");
	scene_draw(s, 24, 120);
	assert_true(find_row(s, "asked 3 networks") > 0);
	assert_true(find_row(s, "10.0.4.9/24") > 0);
	assert_int_equal(find_row(s, "fe80::1"), -1);
	assert_true(find_row(s, "fe80::2") > 0);
}

/* Who chose loopback, as a demo does, need not be told to find a cable. */
static void
no_network_by_choice(void **state)
{
	struct scene *s = *state;

	for (size_t i = 0; i < s->m->iface_count; i++)
		s->m->ifaces[i].use = IFACE_NOT_CHOSEN;
	scene_draw(s, 24, 80);
	assert_true(find_row(s, "no network  by choice") > 0);
	assert_int_equal(find_row(s, "connect this machine"), -1);
	assert_int_equal(find_row(s, "not used"), -1);
}

static void
the_chosen_one_of_a_list_is_seen_without_colours(void **state)
{
	struct scene *s = *state;

	fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	fixture_contact(s->m, "andy", PRESENCE_ONLINE, 2);
	scene_type(s, "/msg an");
	scene_key(s, KEY_TAB_KEY, 0);
	for (int i = 0; i < 2; i++) {
		scene_key(s, KEY_TAB_KEY, 0);
		scene_draw(s, 24, 80);
		assert_int_equal(find_row(s, ">an"), 20 + i);
	}
}

/* Each delivery has a mark of its own, and nothing else has one. */
static void
marks_differ(void **state)
{
	struct scene *s = *state;

	for (int ascii = 0; ascii < 2; ascii++) {
		struct ui ui = { .ascii = ascii };
		struct frame f = { .ui = &ui, .m = s->m };
		for (int a = DELIVERY_NONE; a <= DELIVERY_FAILED; a++) {
			struct message m = { .delivery = (enum delivery)a };
			const char *mark = delivery_mark(&f, &m);
			assert_int_equal(*mark == '\0', a == DELIVERY_NONE);
			assert_in_range(text_cells(mark), 0, MARK_CELLS - 1);
			for (int b = a + 1; b <= DELIVERY_FAILED; b++) {
				m.delivery = (enum delivery)b;
				assert_string_not_equal(
				    mark, delivery_mark(&f, &m));
			}
		}
	}
}

/* Where the place is short, what carries the talk goes before the address, and
 * the badge stays. */
static void
the_carrier_is_the_first_to_go(void **state)
{
	struct scene *s = *state;
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	int both = 0, one = 0, none = 0;

	ana->transport = CARRIER_UDP;
	scene_key(s, '2', KEY_ALT);
	for (int cols = 80; cols > 25; cols--) {
		scene_draw(s, 24, cols);
		char *title = line_of(s, 0);
		bool at = strstr(title, "192.168.1.21") != NULL;
		bool udp = strstr(title, "192.168.1.21 udp  ") != NULL;
		assert_int_equal(strstr(title, "udp") != NULL, udp);
		assert_non_null(strstr(title, "[not verified]"));
		both += udp;
		one += at && !udp;
		none += !at;
		free(title);
	}
	assert_int_equal(both, 27);
	assert_int_equal(one, 4);
	assert_int_equal(none, 24);
	ana->link = PEER_LINK_NONE;
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "udp"), -1);
}

static void
a_warning_stands_whole_or_not_at_all(void **state)
{
	struct scene *s = *state;
	int whole = 0;

	with_lines(s, 3);
	scene_draw(s, 8, 80);
	assert_int_equal(find_row(s, "not stored"), -1);
	s->m->store_failed = true;
	for (int cols = 80; cols >= 10; cols--) {
		scene_draw(s, 8, cols);
		char *line = line_of(s, 6);
		bool there = strstr(line, "not stored ") != NULL;
		assert_int_equal(strstr(line, "not") != NULL, there);
		assert_non_null(strstr(line, "F1"));
		whole += there;
		free(line);
	}
	assert_in_range(whole, 60, 70);
}

static void
what_waits_is_told(void **state)
{
	struct scene *s = *state;
	struct peer *ana = with_lines(s, 1);
	struct fixture_message msg = {
		.text = "later", .mine = true, .delivery = DELIVERY_QUEUED
	};

	fixture_add(s->m, ana->conv, NULL, &msg);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "wait"), -1); /* it is on its way */
	s->now.wall_ms += 1000;
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "1 waits"), 22);
	s->now.wall_ms -= 1000;
	ana->link = PEER_LINK_DIALING;
	fixture_add(s->m, ana->conv, NULL, &msg);
	scene_draw(s, 24, 80);
	assert_int_equal(find_row(s, "2 wait"), 22);
}

/* All that can be said about a message, around a text. */
static void
add_revised(struct scene *s, const struct peer *ana)
{
	struct fixture_message msg = { .text = "> mira: as you said",
		.edited = true,
		.answers = CONV_SERIAL_FIRST,
		.reactions = { "+1", "\xe5\xb1\xb1\xe5\xb1\xb1" } };

	fixture_add(s->m, ana->conv, ana, &msg);
	msg.answers = 1;
	msg.missing = 3;
	fixture_add(s->m, ana->conv, ana, &msg);
	msg = (struct fixture_message){ .text = "",
		.deleted = true,
		.mine = true,
		.delivery = DELIVERY_FAILED };
	fixture_add(s->m, ana->conv, ana, &msg);
}

/* A quote of ours has our bar; one that somebody wrote has not. */
static void
t46_fake_quotes_have_no_bar(void **state)
{
	struct scene *s = *state;
	struct peer *ana = with_lines(s, 1);

	add_revised(s, ana);
	scene_draw(s, 24, 80);
	int row = find_row(s, "> mira: as you said (edited)");
	int col = bar_column(ana) + 1; /* "mira" is a cell wider */
	assert_true(row > 0);
	assert_int_equal(grid_cell(&s->grid, row, col)->cp[0], BAR);
	assert_int_equal(grid_cell(&s->grid, row - 1, col)->cp[0], OWN_BAR);
	assert_int_equal(find_row(s, "> ana: line 0."), row - 1);
	assert_int_equal(grid_cell(&s->grid, row + 1, col)->cp[0], OWN_BAR);
	assert_int_equal(find_row(s, "^ +1 ana  \xe5\xb1"), row + 1);
	assert_true(find_row(s, "> a message no longer here") > row);
}

static void
every_size(void **state)
{
	struct scene *s = *state;

	add_revised(s, with_lines(s, 30));
	scene_paste(s, "a draft\nof more\nthan two\nlines\nor five\n", 39);
	for (int rows = 1; rows <= 45; rows++)
		for (int cols = 1; cols <= 125; cols += rows < 6 ? 1 : 3) {
			scene_draw(s, rows, cols);
			ui_play_check(&s->grid);
		}
}

int
main(void)
{
#define ROW(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ROW(the_newest_is_at_the_bottom),
		ROW(a_page_overlaps_by_two),
		ROW(a_frozen_view_stays),
		ROW(scrolling_ends_at_both_ends),
		ROW(the_way_down_is_named),
		ROW(the_first_words_in_view_have_a_name),
		ROW(a_screen_that_grew_is_filled),
		ROW(a_resize_keeps_the_place),
		ROW(the_oldest_may_go_while_one_looks),
		ROW(the_marker_stays_until_it_is_answered),
		ROW(a_mark_changes_nothing_else),
		ROW(t46_fake_system_lines_50),
		ROW(own_lines_have_their_bar),
		ROW(t45_names_200_no_two_rows_alike),
		ROW(t22_strangers_are_one_line),
		ROW(t47_monsters_30),
		ROW(two_addresses_are_one_network),
		ROW(no_network_by_choice),
		ROW(the_chosen_one_of_a_list_is_seen_without_colours),
		ROW(marks_differ),
		ROW(the_carrier_is_the_first_to_go),
		ROW(a_warning_stands_whole_or_not_at_all),
		ROW(what_waits_is_told),
		ROW(t46_fake_quotes_have_no_bar),
		ROW(every_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
