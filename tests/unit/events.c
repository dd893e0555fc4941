/* SPDX-License-Identifier: MIT */
#include "app/events.h"

#include "core/model_edit.h"
#include "model_fixture.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct stage {
	struct model *m;
	const struct peer *bob;
	const struct conv *c;
};

static int
set_stage(void **state)
{
	struct stage *st = calloc(1, sizeof(*st));

	st->m = fixture_model();
	st->bob = fixture_contact(st->m, "bob", PRESENCE_ONLINE, 2);
	fixture_receive(st->m, st->bob, 1, "one\ntwo");
	fixture_send(st->m, st->bob, 0, "three");
	st->c = model_conv_of(st->m, &st->bob->fp);
	*state = st;
	return 0;
}

static int
clear_stage(void **state)
{
	struct stage *st = *state;

	fixture_free(st->m);
	free(st);
	return 0;
}

static const struct message *
last(const struct conv *c)
{
	return conv_message(c, c->next_serial - 1);
}

/* The promised keys, each with its type. */
static void
check_keys(char *text, const char *keys)
{
	json_error_t error;
	json_t *object = json_loads(text, 0, &error);
	char *copy = strdup(keys), *rest = copy, *key;
	assert_non_null(object);
	assert_null(strchr(text, '\n'));
	while ((key = strsep(&rest, " ")) != NULL)
		if (json_object_get(object, key) == NULL)
			fail_msg("no key %s in %s", key, text);
	free(copy);
	json_decref(object);
	free(text);
}

static void
json_keeps_its_promise(void **state)
{
	const struct stage *st = *state;
	const struct message *theirs = conv_message(st->c, st->c->first_serial);

	check_keys(events_json.ready(st->m), "event name id tcp_port udp_port");
	check_keys(events_json.peer(st->m, st->bob),
	    "event name id dialect state trust address status");
	check_keys(events_json.typing(st->m, st->bob, true),
	    "event from id conversation state");
	check_keys(events_json.setting(st->m, settings_find("bind", 4)),
	    "event key value default live");
	check_keys(events_json.message(st->m, st->c, theirs, NULL),
	    "event from id conversation message text sent dialect transport "
	    "encrypted");
	check_keys(events_json.delivery(st->m, st->c, last(st->c),
		       &(struct effect){ .kind = EFFECT_DELIVERY,
			   .delivery = DELIVERY_DELIVERED }),
	    "event message to state reason");
	check_keys(
	    events_json.error("/foo", "no command /foo"), "event command text");
	check_keys(events_json.error(NULL, "late news"), "event command text");
}

/* Each state of a file, and what goes on in between for programs only. */
static void
transfers_are_told(void **state)
{
	static const char keys[] =
	    "event transfer state direction with id dialect name folder size "
	    "done rate paused_by ended_by path reason note asked";
	const struct stage *st = *state;
	struct transfer *t =
	    fixture_transfer(st->m, st->bob, "a \"b\".txt", false);
	struct effect effect = { .kind = EFFECT_TRANSFER, .token = t->id };

	check_keys(events_json.transfer(st->m, t, &effect, false), keys);
	char *line = events_text.transfer(st->m, t, &effect, false);
	assert_string_equal(line,
	    "* f1: bob offers a \"b\".txt, 1.4 MB; /get f1 or /refuse f1");
	free(line);
	t->mine = true;
	t->reason = strdup("they are busy");
	line = events_text.transfer(st->m, t, &effect, false);
	assert_string_equal(
	    line, "* f1: a \"b\".txt: waits for bob: they are busy");
	free(line);
	line = events_json.transfer(st->m, t, &effect, true);
	assert_non_null(strstr(line, "\"reason\":\"they are busy\""));
	assert_non_null(strstr(line, "\"asked\":true"));
	free(line);
	t->mine = false;
	free(t->reason);
	t->reason = NULL;
	effect.on = true;
	assert_null(events_text.transfer(st->m, t, &effect, false));
	effect.on = false;
	effect.state = TRANSFER_DONE;
	t->path = strdup("/tmp/a");
	line = events_text.transfer(st->m, t, &effect, false);
	assert_string_equal(line, "* f1: a \"b\".txt is saved as /tmp/a");
	free(line);
	t->note = strdup("2 names changed");
	line = events_text.transfer(st->m, t, &effect, false);
	assert_string_equal(
	    line, "* f1: a \"b\".txt is saved as /tmp/a; 2 names changed");
	free(line);
	free(t->note);
	t->note = NULL;
	/* A path may have any bytes. */
	free(t->path);
	t->path = strdup("/\xff\x1b[2J\xe2\x80\xae/a");
	line = events_text.transfer(st->m, t, &effect, false);
	assert_null(strpbrk(line, "\xff\x1b"));
	assert_null(strstr(line, "\xe2\x80\xae"));
	free(line);
	line = events_json.transfer(st->m, t, &effect, false);
	json_t *event = json_loads(line, 0, NULL);
	char *clean = transfer_path(t);
	assert_string_equal(
	    json_string_value(json_object_get(event, "path")), clean);
	free(clean);
	json_decref(event);
	free(line);
	/* Nor is any told that our user did not choose. */
	free(t->path);
	t->path = strdup("/h/.earshot-0123456789abcdef.spool/a");
	line = events_json.transfer(st->m, t, &effect, false);
	assert_non_null(strstr(line, "\"path\":null"));
	free(line);
	effect.state = TRANSFER_FAILED;
	t->reason = strdup("gone");
	t->size_known = false;
	check_keys(events_json.transfer(st->m, t, &effect, false), keys);
	line = events_text.transfer(st->m, t, &effect, false);
	assert_string_equal(line, "* f1: a \"b\".txt: failed: gone");
	free(line);
	/* Its line in the conversation is not said twice. */
	assert_null(events_text.message(st->m, st->c, last(st->c), NULL));
	assert_null(events_json.message(st->m, st->c, last(st->c), NULL));
}

/* How it ended, with a word of by whom. */
static void
check_end(const struct stage *st, const struct transfer *t, const char *text,
    const char *by)
{
	struct effect effect = {
		.kind = EFFECT_TRANSFER, .token = t->id, .state = t->state
	};
	char *line = events_text.transfer(st->m, t, &effect, false);

	assert_string_equal(line, text);
	free(line);
	line = events_json.transfer(st->m, t, &effect, false);
	json_t *event = json_loads(line, 0, NULL);
	json_t *ended_by = json_object_get(event, "ended_by");
	assert_non_null(ended_by);
	assert_string_equal(
	    json_is_null(ended_by) ? "" : json_string_value(ended_by), by);
	json_decref(event);
	free(line);
}

static void
who_ended_it_is_told(void **state)
{
	const struct stage *st = *state;
	struct transfer *t = fixture_transfer(st->m, st->bob, "a", false);

	t->state = TRANSFER_REFUSED;
	check_end(st, t, "* f1: a: refused by you", "us");
	t->state = TRANSFER_CANCELLED;
	/* As of those before it was noted. */
	check_end(st, t, "* f1: a: cancelled", "");
	t->ended_here = true;
	check_end(st, t, "* f1: a: cancelled by you", "us");
	t->ended_here = false;
	t->ended_there = true;
	check_end(st, t, "* f1: a: cancelled by bob", "them");
	t->reason = strdup("why");
	check_end(st, t, "* f1: a: cancelled by bob: why", "them");
	t->state = TRANSFER_DONE;
	t->path = strdup("/a");
	check_end(st, t, "* f1: a is saved as /a", "");
	t = fixture_transfer(st->m, st->bob, "b", true);
	t->state = TRANSFER_REFUSED;
	check_end(st, t, "* f2: b: refused by bob", "them");
}

static void
what_was_revised_is_told(void **state)
{
	const struct stage *st = *state;
	struct effect effect = { .kind = EFFECT_REVISED,
		.fp = st->bob->fp,
		.revision = REVISION_EDIT,
		.text = "one\n! error" };
	const struct message *theirs = conv_message(st->c, st->c->first_serial);

	check_keys(events_json.revised(st->m, st->c, theirs, &effect),
	    "event message conversation from id kind text");
	char *line = events_text.revised(st->m, st->c, theirs, &effect);
	assert_string_equal(line, "* bob edited: one\n      | ! error");
	free(line);
	effect.revision = REVISION_REACT;
	effect.text = "+1";
	line = events_text.revised(st->m, st->c, theirs, &effect);
	assert_string_equal(line, "* bob reacts +1 to: one...");
	free(line);
	effect.text = "";
	line = events_text.revised(st->m, st->c, NULL, &effect);
	assert_string_equal(line, "* bob reacts no more to: a message");
	free(line);
	effect.revision = REVISION_DELETE;
	effect.fp = st->m->self;
	line = events_text.revised(st->m, st->c, NULL, &effect);
	assert_string_equal(line, "* mira deleted a message");
	free(line);
}

static void
what_was_found_is_told(void **state)
{
	const struct stage *st = *state;
	char name[] = "bob";
	struct found f = { .conv = st->bob->fp,
		.name = name,
		.message = *conv_message(st->c, st->c->first_serial) };

	check_keys(events_json.found(st->m, &f),
	    "event from id conversation message text sent reply_to");
	char *line = events_text.found(st->m, &f);
	assert_string_equal(line, "2026-11-20 10:02 bob: one\n      | two");
	free(line);
	f.message = *last(st->c);
	line = events_text.found(st->m, &f);
	assert_string_equal(line, "2026-11-20 10:03 mira to bob: three");
	free(line);
}

static void
json_of_a_shout(void **state)
{
	const struct stage *st = *state;
	const struct fixture_message shout = { .text = "lunch?",
		.kind = MESSAGE_SHOUT };

	fixture_add(st->m, CONV_NEARBY, st->bob, &shout);
	const struct conv *c = model_conv(st->m, CONV_NEARBY);
	check_keys(events_json.message(st->m, c, last(c), NULL),
	    "event from id message text dialect");
}

static bool
has_text(char *text, const char *part)
{
	bool has = strstr(text, part) != NULL;

	free(text);
	return has;
}

/* Who has no key has no id, and nothing of theirs is called encrypted. */
static void
who_has_no_key_is_plain(void **state)
{
	const struct stage *st = *state;
	struct peer *zhang =
	    fixture_legacy(st->m, DIALECT_IPMSG, "zhang@PC-1", "zhang");
	struct conv *c = model_conv_edit(st->m, zhang->conv);

	fixture_receive(st->m, zhang, 1, "hello");
	check_keys(events_json.peer(st->m, zhang),
	    "event name id dialect state trust address status handle "
	    "encrypted");
	assert_true(has_text(events_json.peer(st->m, zhang), "\"id\":null"));
	assert_true(
	    has_text(events_json.peer(st->m, zhang), "\"dialect\":\"ipmsg\""));
	assert_true(has_text(events_text.peer(st->m, zhang), "(PLAIN)"));
	assert_true(has_text(
	    events_json.message(st->m, c, last(c), NULL), "\"id\":null"));
	assert_true(has_text(events_json.message(st->m, c, last(c), NULL),
	    "\"encrypted\":false"));
	assert_true(has_text(events_text.message(st->m, c, last(c), NULL),
	    "zhang (PLAIN): hello"));
	fixture_add(st->m, c->id, zhang,
	    &(struct fixture_message){ .text = "", .seal = SEAL_CLOSED });
	assert_true(has_text(
	    events_json.message(st->m, c, last(c), NULL), "\"sealed\":true"));
	assert_true(
	    has_text(events_text.message(st->m, c, last(c), NULL), "/unseal"));
}

static void
json_of_an_impossible_time(void **state)
{
	const struct stage *st = *state;
	static const int64_t times[] = { INT64_MIN, INT64_MAX, -1, 0,
		INT64_C(253402300800000) };
	struct message m = *conv_message(st->c, st->c->first_serial);

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		m.sent_ms = times[i];
		check_keys(events_json.message(st->m, st->c, &m, NULL),
		    "sent arrived");
	}
}

static void
t46_no_line_of_a_text_looks_like_ours(void **state)
{
	static const char *const texts[] = {
		"hi\n! all messages were lost",
		"hi\n* ana is online (verified)",
		"hi\n10:03 ana: I agree",
		"\n\n! error",
		"hi\r\n! error",
	};
	const struct stage *st = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fixture_receive(st->m, st->bob, 0, texts[i]);
		char *line =
		    events_text.message(st->m, st->c, last(st->c), NULL);
		for (char *p = line; (p = strchr(p, '\n')) != NULL; p++)
			assert_memory_equal(p + 1, "      | ", 8);
		assert_null(strchr(line, '\r'));
		free(line);
	}
}

static void
t46_a_name_puts_no_words_into_a_mouth(void **state)
{
	const struct stage *st = *state;
	const struct peer *p =
	    fixture_contact(st->m, "ana: I agree", PRESENCE_ONLINE, 9);
	const struct conv *c = model_conv_of(st->m, &p->fp);

	fixture_receive(st->m, p, 0, "x");
	char *line = events_text.message(st->m, c, last(c), NULL);
	assert_non_null(strstr(line, "ana: I agree\xc2\xb7"));
	free(line);
}

static void
our_own_words_are_told_by_their_delivery(void **state)
{
	const struct stage *st = *state;

	assert_null(events_text.message(st->m, st->c, last(st->c), NULL));
	char *line = events_text.delivery(st->m, st->c, last(st->c),
	    &(struct effect){
		.kind = EFFECT_DELIVERY, .delivery = DELIVERY_QUEUED });
	assert_string_equal(line, "* queued for bob: three");
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_keeps_its_promise),
		cmocka_unit_test(what_was_revised_is_told),
		cmocka_unit_test(transfers_are_told),
		cmocka_unit_test(who_ended_it_is_told),
		cmocka_unit_test(what_was_found_is_told),
		cmocka_unit_test(json_of_a_shout),
		cmocka_unit_test(who_has_no_key_is_plain),
		cmocka_unit_test(json_of_an_impossible_time),
		cmocka_unit_test(t46_no_line_of_a_text_looks_like_ours),
		cmocka_unit_test(t46_a_name_puts_no_words_into_a_mouth),
		cmocka_unit_test(our_own_words_are_told_by_their_delivery),
	};
	struct CMUnitTest staged[sizeof(tests) / sizeof(tests[0])];

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		staged[i] = tests[i];
		staged[i].setup_func = set_stage;
		staged[i].teardown_func = clear_stage;
	}
	return cmocka_run_group_tests(staged, NULL, NULL);
}
