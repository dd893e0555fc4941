/* SPDX-License-Identifier: MIT */
#include "cases.h"

#include "core/model_edit.h"
#include "model_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
set_status(struct peer *p, const char *text)
{
	free(p->status);
	p->status = strdup(text);
}

static struct peer *
talk_with_ana(struct scene *s)
{
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);

	set_status(ana, "debugging broadcast");
	fixture_receive(s->m, ana, 16 * 60, "good night!");
	fixture_receive(s->m, ana, 51, "morning. did the nightly finish?");
	fixture_send(s->m, ana, 50,
	    "yes, all green. log is at https://ci.lan/b/4412/log");
	fixture_send(s->m, ana, 50, "3 flaky tests though");
	fixture_receive(s->m, ana, 43, "which ones?");
	conv_mark_read(s->m, model_conv_edit(s->m, ana->conv));
	return ana;
}

/* ana, and bob with news, carol away, dave gone, two strangers. */
struct peer *
cases_populate(struct scene *s)
{
	struct peer *ana = talk_with_ana(s);
	struct peer *bob = fixture_contact(s->m, "bob", PRESENCE_ONLINE, 2);

	fixture_contact(s->m, "carol", PRESENCE_AWAY, 3);
	fixture_contact(s->m, "dave", PRESENCE_OFFLINE, 4);
	fixture_peer(s->m, "printer-room", PRESENCE_ONLINE, 5);
	fixture_peer(s->m, "guest-mbp", PRESENCE_STALE, 6);
	fixture_receive(s->m, bob, 2, "lunch?");
	fixture_receive(s->m, bob, 1, "or at one");
	return ana;
}

void
cases_open_ana(struct scene *s)
{
	scene_key(s, '2', KEY_ALT);
}

static void
case_first_start(struct scene *s)
{
	s->m->started_ms = FIXTURE_MONO_MS - 1000;
	s->m->last_announce_ms = FIXTURE_MONO_MS - 700;
}

static void
case_alone(struct scene *s)
{
	(void)s;
}

static void
case_no_network(struct scene *s)
{
	s->m->iface_count = 0;
	s->m->last_announce_ms = 0;
	s->m->tcp_port = 0;
}

static void
case_people(struct scene *s)
{
	cases_populate(s);
}

static void
case_talk(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "looks right, one nit in mask_for_iface()");
}

static void
case_long_names(struct scene *s)
{
	struct peer *a = fixture_contact(
	    s->m, "Wolfgang Amadeus von Hohenstein", PRESENCE_ONLINE, 1);
	struct peer *b = fixture_contact(
	    s->m, "wolfgang amadeus von hohenstein", PRESENCE_ONLINE, 2);

	set_status(a, "a status of many words that goes on and on and on "
		      "until nobody reads");
	fixture_peer(
	    s->m, "a stranger with quite a long name", PRESENCE_ONLINE, 3);
	fixture_receive(s->m, a, 5,
	    "words-without-any-blank-that-have-to-be-broken-somewhere-"
	    "because-the-row-ends");
	fixture_send(s->m, a, 4, "indeed");
	fixture_receive(s->m, b, 3, "hello");
	cases_open_ana(s);
}

static void
case_hostile(struct scene *s)
{
	struct peer *p = fixture_contact(s->m,
	    "\xe5\xb1\xb1\xe7\x94\xb0\xe5\xa4\xaa\xe9\x83\x8e", PRESENCE_ONLINE,
	    1);
	struct peer *z = fixture_contact(s->m,
	    "Z\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87"
	    "algo\x1b[2J",
	    PRESENCE_ONLINE, 2);

	fixture_peer(s->m,
	    "\xe2\x80\xae"
	    "evil\xe2\x80\x8b",
	    PRESENCE_ONLINE, 3);
	fixture_receive(s->m, p, 9,
	    "\xe4\xbb\x8a\xe6\x97\xa5\xe3\x81\xaf\xe4\xb8\x96\xe7\x95\x8c"
	    "\xe3\x80\x82\xe5\xae\x8c\xe4\xba\x86\xe3\x81\x97\xe3\x81\xbe"
	    "\xe3\x81\x97\xe3\x81\x9f\xe3\x80\x82\xe6\x98\x8e\xe6\x97\xa5"
	    "\xe3\x82\x82\xe6\x9d\xa5\xe3\x81\xa6\xe3\x81\x8f\xe3\x81\xa0"
	    "\xe3\x81\x95\xe3\x81\x84\xe3\x80\x82\xe5\xa4\xaa\xe9\x83\x8e");
	fixture_receive(s->m, p, 8,
	    "\x1b]0;pwned\x07\x1b[31mred\x1b[0m \xc2\x9b"
	    "2J \x08\x08\x08 tab\there");
	fixture_receive(s->m, p, 7,
	    "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81 "
	    "\xe2\x80\xaegnp.exe \xff\xfe \xf0\x9f\x91\xa9\xe2\x80\x8d"
	    "\xf0\x9f\x92\xbb ok");
	fixture_receive(s->m, p, 6,
	    "\n10:03 !      \xe2\x94\x83 no command /quit\n# not a notice");
	fixture_receive(s->m, z, 5, "hi");
	cases_open_ana(s);
}

static void
fill(struct scene *s, struct peer *p, unsigned from, unsigned to)
{
	char text[64];

	for (unsigned i = from; i < to; i++) {
		snprintf(text, sizeof(text), "line %u of a long evening", i);
		if (i % 7 == 3)
			fixture_send(s->m, p, 50 - i / 2, text);
		else
			fixture_receive(s->m, p, 50 - i / 2, text);
	}
}

static void
case_scrolled(struct scene *s)
{
	struct peer *ana = cases_populate(s);

	fill(s, ana, 0, 80);
	cases_open_ana(s);
	scene_draw(s, 24, 80);
	scene_key(s, KEY_PAGE_UP, 0);
	scene_draw(s, 24, 80);
	fixture_receive(s->m, ana, 1, "are you there?");
	fixture_receive(s->m, ana, 0, "can you look at\nthe second mask");
}

static void
case_marker(struct scene *s)
{
	struct peer *ana = cases_populate(s);

	fixture_receive(
	    s->m, ana, 1, "ok found it, off by one in the broadcast mask");
	fixture_receive(s->m, ana, 1, "can you review?");
	cases_open_ana(s);
}

static void
case_failed(struct scene *s)
{
	struct peer *ana = cases_populate(s);
	static const struct fixture_message messages[] = {
		{ .text = "this one waits",
		    .mine = true,
		    .delivery = DELIVERY_QUEUED,
		    .minutes_ago = 30 },
		{ .text = "this one left",
		    .mine = true,
		    .delivery = DELIVERY_SENT,
		    .minutes_ago = 20 },
		{ .text = "this one was read",
		    .mine = true,
		    .delivery = DELIVERY_READ,
		    .minutes_ago = 10 },
		{ .text = "this one failed",
		    .mine = true,
		    .delivery = DELIVERY_FAILED,
		    .minutes_ago = 5,
		    .reason = "too long for the other end" },
		{ .text = "and two of mine never came",
		    .missing = 2,
		    .minutes_ago = 1,
		    .read = true },
		{ .text = "waves", .action = true, .read = true },
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		fixture_add(s->m, ana->conv, ana, &messages[i]);
	cases_open_ana(s);
}

/* A command that ran for ana here, and what it said. */
static void
case_ran(struct scene *s)
{
	struct peer *ana = cases_populate(s);
	static const struct fixture_message messages[] = {
		{ .text = "is there room for the images?", .minutes_ago = 9 },
		{ .text = "disk '/srv/images of today'",
		    .ran = RAN_ASKED,
		    .minutes_ago = 8 },
		{ .text = "Filesystem      Size  Used Avail Use% Mounted on\n"
			  "/dev/sda1       917G  640G  231G  74% /srv",
		    .ran = RAN_SAID,
		    .mine = true,
		    .minutes_ago = 8 },
		{ .text = "disk '/srv/images of today' for ana: ended with 0",
		    .kind = MESSAGE_INFO,
		    .minutes_ago = 8 },
		{ .text = "enough, thanks", .minutes_ago = 7, .read = true },
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		fixture_add(s->m, ana->conv, ana, &messages[i]);
	cases_open_ana(s);
}

static void
case_shout(struct scene *s)
{
	struct peer *ana = cases_populate(s);
	struct fixture_message shout = {
		.text = "pizza is here, second floor, next to the printer",
		.kind = MESSAGE_SHOUT,
		.minutes_ago = 3,
	};

	fixture_add(s->m, CONV_NEARBY, ana, &shout);
	shout.text = "on my way";
	shout.mine = true;
	shout.minutes_ago = 1;
	fixture_add(s->m, CONV_NEARBY, NULL, &shout);
}

static void
case_help(struct scene *s)
{
	cases_populate(s);
	scene_key(s, KEY_F1, 0);
}

static void
case_popup(struct scene *s)
{
	cases_populate(s);
	scene_type(s, "/msg ");
	scene_key(s, KEY_TAB_KEY, 0);
	scene_key(s, KEY_TAB_KEY, 0);
}

static void
case_draft(struct scene *s)
{
	static const char text[] =
	    "looks right, one nit:\n`mask_for_iface()` should skip "
	    "point-to-point links,\notherwise ~mask is 0 and we broadcast to "
	    "ourselves\n";

	cases_populate(s);
	cases_open_ana(s);
	scene_paste(s, text, sizeof(text) - 1);
}

static void
case_typing(struct scene *s)
{
	cases_populate(s)->typing_until_ms = FIXTURE_MONO_MS + 4000;
	cases_open_ana(s);
}

static void
case_error(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/shoot hello\n");
}

static void
case_offline(struct scene *s)
{
	cases_populate(s);
	scene_key(s, '5', KEY_ALT);
}

/* T22: strangers beyond what fits are one line. */
static void
case_crowd(struct scene *s)
{
	char name[16];

	cases_populate(s);
	for (unsigned i = 0; i < 1020; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		fixture_peer(s->m, name, PRESENCE_ONLINE, 100 + i);
	}
}

static void
case_key_changed(struct scene *s)
{
	cases_populate(s);
	struct peer *fake = fixture_peer(s->m, "ana", PRESENCE_ONLINE, 40);
	model_conv_open(s->m, fake);
	fixture_receive(s->m, fake, 1, "send me the password again?");
	scene_key(s, '6', KEY_ALT);
}

static void
case_contacts(struct scene *s)
{
	cases_populate(s);
	scene_key(s, KEY_F1 + 1, 0);
	scene_key(s, KEY_DOWN_KEY, 0);
}

static void
case_info(struct scene *s)
{
	cases_populate(s);
	cases_open_ana(s);
	scene_type(s, "/info\n");
}

static void
set_draft(struct scene *s, const struct peer *p, const char *text)
{
	model_conv_edit(s->m, p->conv)->draft = strdup(text);
}

/* An earlier run left messages, four of them unread, and drafts. */
static void
case_history(struct scene *s)
{
	cases_populate(s);
	struct peer *erin = fixture_contact(s->m, "erin", PRESENCE_ONLINE, 8);
	scene_store(s, erin, 120, 4);
	set_draft(s, erin, "as I was about to say");
	set_draft(s, model_peer_edit(s->m, &s->m->peers[1]->fp), "hm");
	scene_key(s, '8', KEY_ALT);
	scene_draw(s, 24, 80);
}

static void
case_goto(struct scene *s)
{
	case_history(s);
	scene_load(s);
	ui_show_row(s->ui, s->m, s->now,
	    model_conv_of(s->m, &s->m->peers[6]->fp)->id, 77);
}

static void
case_revised(struct scene *s)
{
	struct peer *ana = cases_populate(s);
	static const struct fixture_message messages[] = {
		{ .text = "at noon, in the yard",
		    .read = true,
		    .edited = true,
		    .minutes_ago = 30,
		    .reactions = { NULL, "+1" } },
		{ .text = "a text that ends where the row ends, so the word "
			  "does not fit",
		    .mine = true,
		    .delivery = DELIVERY_READ,
		    .edited = true,
		    .minutes_ago = 20 },
		{ .text = "",
		    .read = true,
		    .deleted = true,
		    .minutes_ago = 12 },
		{ .text = "",
		    .mine = true,
		    .deleted = true,
		    .action = true,
		    .delivery = DELIVERY_DELIVERED,
		    .minutes_ago = 10 },
		{ .text = "the second one",
		    .read = true,
		    .answers = CONV_SERIAL_FIRST + 4,
		    .minutes_ago = 9 },
		{ .text = "all of it?",
		    .mine = true,
		    .delivery = DELIVERY_SENT,
		    .minutes_ago = 5,
		    .answers = CONV_SERIAL_FIRST + 7 },
		{ .text = "yes",
		    .read = true,
		    .answers = 4711,
		    .minutes_ago = 3,
		    .reactions = { "\xe2\x9d\xa4", "thanks" } },
		{ .text = "see the log",
		    .read = true,
		    .minutes_ago = 2,
		    .answers = CONV_SERIAL_FIRST + 2,
		    .missing = 1 },
	};

	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		fixture_add(s->m, ana->conv, ana, &messages[i]);
	cases_open_ana(s);
}

static void
case_waiting(struct scene *s)
{
	static const struct fixture_message messages[] = {
		{ .text = "are you back on monday?",
		    .mine = true,
		    .delivery = DELIVERY_DELIVERED,
		    .minutes_ago = 200 },
		{ .text = "not for me",
		    .mine = true,
		    .delivery = DELIVERY_FAILED,
		    .reason = "withdrawn",
		    .minutes_ago = 40 },
		{ .text = "the keys are in the drawer",
		    .mine = true,
		    .delivery = DELIVERY_QUEUED,
		    .minutes_ago = 30 },
		{ .text = "the lower one",
		    .mine = true,
		    .delivery = DELIVERY_QUEUED,
		    .minutes_ago = 2 },
	};

	cases_populate(s);
	const struct peer *dave = s->m->peers[3];
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		fixture_add(s->m, dave->conv, NULL, &messages[i]);
	scene_key(s, '5', KEY_ALT);
}

static void
case_not_stored(struct scene *s)
{
	struct peer *ana = cases_populate(s);
	struct fixture_message failed = {
		.text = "this one is on this screen alone",
		.mine = true,
		.delivery = DELIVERY_FAILED,
		.reason = "not stored: no space left on device; not sent",
		.minutes_ago = 1,
	};

	fixture_add(s->m, ana->conv, NULL, &failed);
	s->m->store_failed = true;
	cases_open_ana(s);
}

static void
case_over_udp(struct scene *s)
{
	cases_populate(s)->transport = CARRIER_UDP;
	cases_open_ana(s);
	scene_type(s, "/info\n");
}

const struct screen_case screen_cases[] = {
	{ "first-start", case_first_start, true },
	{ "alone", case_alone, false },
	{ "no-network", case_no_network, false },
	{ "people", case_people, false },
	{ "talk", case_talk, false },
	{ "long-names", case_long_names, false },
	{ "hostile", case_hostile, false },
	{ "scrolled", case_scrolled, false },
	{ "marker", case_marker, false },
	{ "failed", case_failed, false },
	{ "shout", case_shout, false },
	{ "ran", case_ran, false },
	{ "help", case_help, false },
	{ "popup", case_popup, false },
	{ "draft", case_draft, false },
	{ "typing", case_typing, false },
	{ "error", case_error, false },
	{ "offline", case_offline, false },
	{ "crowd", case_crowd, false },
	{ "key-changed", case_key_changed, false },
	{ "contacts", case_contacts, false },
	{ "go", case_go, false },
	{ "go-letters", case_go_letters, false },
	{ "go-command", case_go_command, false },
	{ "go-nowhere", case_go_nowhere, false },
	{ "capture", case_capture, false },
	{ "prefix", case_prefix, false },
	{ "key-name", case_key_name, false },
	{ "hint", case_hint, false },
	{ "urls", case_urls, false },
	{ "files", case_files, false },
	{ "files-names", case_files_names, false },
	{ "files-none", case_files_none, false },
	{ "files-talk", case_files_talk, false },
	{ "files-theirs", case_files_theirs, false },
	{ "files-ours", case_files_ours, false },
	{ "files-all", case_files_all, false },
	{ "files-past", case_files_past, false },
	{ "jump", case_jump, false },
	{ "contacts-find", case_contacts_find, false },
	{ "help-find", case_help_find, false },
	{ "help-topic", case_help_topic, false },
	{ "info", case_info, false },
	{ "doctor", case_doctor, false },
	{ "history", case_history, false },
	{ "goto", case_goto, false },
	{ "revised", case_revised, false },
	{ "waiting", case_waiting, false },
	{ "not-stored", case_not_stored, false },
	{ "over-udp", case_over_udp, false },
	{ "selected", case_selected, false },
	{ "message-menu", case_message_menu, false },
	{ "message-info", case_message_info, false },
	{ "reply", case_reply, false },
	{ "editing", case_editing, false },
	{ "reacting", case_reacting, false },
	{ "forwarding", case_forwarding, false },
	{ "deleting", case_deleting, false },
	{ "finding", case_finding, false },
	{ "not-found", case_not_found, false },
	{ "settings", case_settings, false },
	{ "settings-find", case_settings_find, false },
	{ "settings-ask", case_settings_ask, false },
	{ "without-boxes", case_without_boxes, false },
	{ "without-times", case_each_alone, false },
	{ "found", case_found, false },
	{ "nothing-found", case_nothing_found, false },
	{ "details", case_details, false },
	{ "dialects", case_dialects, false },
	{ "dialects-shout", case_dialects_shout, false },
	{ "obfuscated", case_obfuscated, false },
	{ "marked", case_marked, false },
	{ "dialects-who", case_dialects_who, false },
	{ "dialects-info", case_dialects_info, false },
	{ "dialects-details", case_dialects_details, false },
	{ "notes", case_notes, false },
	{ "notes-empty", case_notes_empty, false },
	{ "offer", case_offer, false },
	{ "quiet", case_quiet, false },
	{ "ignored", case_ignored, false },
	{ "long-draft", case_long_draft, false },
	{ "emoji-simple", case_emoji_simple, false },
	{ "emoji-text", case_emoji_text, false },
};
const size_t screen_case_count = sizeof(screen_cases) / sizeof(screen_cases[0]);
