/* SPDX-License-Identifier: MIT */
#include "ui/complete.h"

#include "base/utf8.h"
#include "model_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct model *
people(void)
{
	struct model *m = fixture_model();

	fixture_contact(m, "ana", PRESENCE_ONLINE, 1);
	fixture_peer(m, "bob", PRESENCE_ONLINE, 2);
	fixture_peer(m, "bobby", PRESENCE_AWAY, 3);
	fixture_peer(m, "Ana Maria", PRESENCE_ONLINE, 4);
	return m;
}

/* Completes at the end of the line; checks the texts, "|" between them. */
static void
expect(const struct model *m, const char *line, size_t from, const char *texts)
{
	struct completion c;
	char all[512] = "";
	size_t used = 0;

	complete_line(m, line, strlen(line), &c);
	for (size_t i = 0; i < c.count; i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s",
		    i > 0 ? "|" : "", c.items[i].text);
	assert_string_equal(all, texts);
	if (c.count > 0)
		assert_int_equal(c.from, from);
	assert_int_equal(c.to, strlen(line));
	completion_clear(&c);
}

static void
settings(void **state)
{
	struct model *m = people();
	char *error = NULL;

	(void)state;
	expect(m, "/set look.bo", 5, "look.boxes ");
	expect(m, "/set LOOK.T", 5, "look.theme |look.times ");
	expect(m, "/set look.boxes ", 16, "on |off ");
	expect(m, "/set look.boxes of", 16, "off ");
	expect(m, "/set look.theme l", 16, "light ");
	expect(m, "/set edit.spell ", 16, "off |auto ");
	expect(m, "/set port ", 10, "41827");
	expect(m, "/set nothing ", 5, "");
	expect(m, "/set notify.words ", 18, "");
	expect(m, "/theme m", 7, "mono ");
	expect(m, "/unset look.box", 7, "look.boxes ");
	expect(m, "/unset look.boxes ", 18, "");
	settings_set(&m->settings, "notify.words", "pizza", &error);
	settings_set(&m->settings, "notify.words", "tea", &error);
	expect(m, "/unset notify.words ", 20, "pizza|tea");
	expect(m, "/unset notify.words p", 20, "pizza");
	fixture_free(m);
}

static void
commands(void **state)
{
	struct model *m = people();

	(void)state;

	expect(m, "/n", 0, "/nick |/net");
	expect(m, "/cle", 0, "/clear");
	expect(m, "/Q", 0, "/query |/quote |/quit ");
	expect(m, "/zz", 0, "");
	expect(m, "/help co", 6, "copy|connect|contact");
	fixture_free(m);
}

static void
names(void **state)
{
	struct model *m = people();

	(void)state;

	expect(m, "/msg b", 5, "bob |bobby ");
	expect(m, "/q an", 3, "ana |\"Ana Maria\" ");
	expect(m, "/msg \"ana m", 5, "\"Ana Maria\" ");
	expect(m, "/msg ana m", 5, "\"Ana Maria\" ");
	expect(m, "/msg", 0, "/msg ");
	expect(m, "/msg bob tell an", 14, "ana |\"Ana Maria\" ");
	expect(m, "ask bo", 4, "bob |bobby ");
	expect(m, "/net b", 5, "");
	expect(m, "", 0, "");
	expect(m, "x ", 0, "");
	fixture_free(m);
}

/* Every name that is offered is understood as the peer it was offered for. */
static void
doubles_come_with_a_tag(void **state)
{
	struct model *m = fixture_model();
	struct completion c;
	const struct peer *found;

	(void)state;

	fixture_peer(m, "eve", PRESENCE_ONLINE, 1);
	fixture_peer(m, "eve", PRESENCE_ONLINE, 2);
	fixture_peer(m, "eve \"x\" y", PRESENCE_ONLINE, 3);
	complete_line(m, "/msg e", 6, &c);
	assert_int_equal(c.count, 3);
	for (size_t i = 0; i < c.count; i++) {
		char *text = c.items[i].text;
		text[strlen(text) - 1] = '\0';
		assert_int_equal(model_find_peer(m, text, &found), 0);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(text, c.items[j].text);
	}
	completion_clear(&c);
	fixture_free(m);
}

static void
switches(void **state)
{
	struct model *m = people();
	struct completion c;

	(void)state;

	complete_line(m, "/typing ", 8, &c);
	assert_int_equal(c.count, 2);
	completion_clear(&c);
	complete_line(m, "/typing of", 10, &c);
	assert_int_equal(c.count, 1);
	assert_string_equal(c.items[0].text, "off");
	completion_clear(&c);
	fixture_free(m);
}

static void
filters(void **state)
{
	struct model *m = people();

	(void)state;

	expect(m, "/search f", 8, "from:");
	expect(m, "/search pizza un", 14, "until:");
	expect(m, "/search -", 8, "-all ");
	expect(m, "/search from:bo", 13, "bob |bobby ");
	expect(m, "/search x in:an", 13, "ana |\"Ana Maria\" ");
	expect(m, "/search from:m", 13, "me ");
	expect(m, "/search since:y", 14, "yesterday ");
	expect(m, "/search has:", 12, "link ");
	expect(m, "/search zz", 8, "");
	expect(m, "/goto t", 6, "today ");
	expect(m, "/export -", 8, "-json ");
	expect(m, "/export t", 8, "");
	fixture_free(m);
}

static void
common_start(void **state)
{
	struct model *m = people();
	struct completion c;

	(void)state;

	complete_line(m, "/msg b", 6, &c);
	assert_int_equal(completion_common(&c), 3);
	completion_clear(&c);
	assert_int_equal(completion_common(&c), 0);
	fixture_free(m);
}

static void
t22_many_names_are_capped(void **state)
{
	struct model *m = fixture_model();
	struct completion c;
	char name[16];

	(void)state;

	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		fixture_peer(m, name, PRESENCE_ONLINE, i + 1);
	}
	complete_line(m, "/msg p", 6, &c);
	assert_int_equal(c.count, COMPLETE_MAX);
	completion_clear(&c);
	fixture_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands),
		cmocka_unit_test(settings),
		cmocka_unit_test(names),
		cmocka_unit_test(doubles_come_with_a_tag),
		cmocka_unit_test(switches),
		cmocka_unit_test(filters),
		cmocka_unit_test(common_start),
		cmocka_unit_test(t22_many_names_are_capped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
