/* SPDX-License-Identifier: MIT */
/*
 * One of each dialect: who is encrypted, and who is not, is to be seen at a
 * glance.
 */
#include "cases.h"

#include "core/model_edit.h"
#include "model_fixture.h"

#include <stdlib.h>
#include <string.h>

static void
open_peer(struct scene *s, const struct peer *p)
{
	scene_key(s, (uint32_t)('0' + p->number), KEY_ALT);
}

static void
receive(struct scene *s, const struct peer *p, int64_t minutes_ago,
    enum seal seal, const char *text)
{
	fixture_add(s->m, p->conv, p,
	    &(struct fixture_message){
		.text = text, .minutes_ago = minutes_ago, .seal = seal });
}

/* ana over earshot, zhang over IP Messenger, nc over TCP. */
static struct peer *
populate(struct scene *s)
{
	struct peer *ana = fixture_contact(s->m, "ana", PRESENCE_ONLINE, 1);
	struct peer *zhang = fixture_legacy(
	    s->m, DIALECT_IPMSG, "zhang@PC-1", "\xe5\xbc\xa0\xe4\xb8\x89");
	struct peer *nc = fixture_legacy(s->m, DIALECT_PLAIN,
	    "tcp://192.168.1.102:50312", "192.168.1.102:50312");

	ana->trust = TRUST_VERIFIED;
	fixture_receive(s->m, ana, 9, "morning");
	conv_mark_read(s->m, model_conv_edit(s->m, ana->conv));
	zhang->group = strdup("office");
	zhang->guessed = CHARSET_GB18030;
	receive(s, zhang, 8, SEAL_NONE, "\xe4\xbd\xa0\xe5\xa5\xbd");
	fixture_send(s->m, zhang, 7,
	    "hello, and a text that is so long that "
	    "it takes more than one row here");
	receive(s, zhang, 6, SEAL_CLOSED, "");
	receive(s, zhang, 5, SEAL_OPENED, "the door code is 4711");
	conv_mark_read(s->m, model_conv_edit(s->m, zhang->conv));
	receive(s, nc, 3, SEAL_NONE, "GET / HTTP/1.0");
	return zhang;
}

void
case_dialects(struct scene *s)
{
	open_peer(s, populate(s));
}

void
case_dialects_shout(struct scene *s)
{
	const struct peer *zhang = populate(s);

	fixture_add(s->m, CONV_NEARBY, s->m->peers[0],
	    &(struct fixture_message){
		.kind = MESSAGE_SHOUT, .minutes_ago = 4, .text = "lunch?" });
	fixture_add(s->m, CONV_NEARBY, zhang,
	    &(struct fixture_message){
		.kind = MESSAGE_SHOUT, .minutes_ago = 3, .text = "me too" });
}

void
case_obfuscated(struct scene *s)
{
	struct peer *zhang = populate(s);

	zhang->obfuscates = true;
	open_peer(s, zhang);
}

/* Somebody without a key under the name of who has one. */
void
case_marked(struct scene *s)
{
	populate(s);
	struct peer *p = fixture_legacy(s->m, DIALECT_IPMSG, "ana@PC-7", "ana");
	receive(s, p, 2, SEAL_NONE, "hi, it's me");
	open_peer(s, p);
	scene_type(s, "/info\n");
}

void
case_dialects_who(struct scene *s)
{
	populate(s);
	scene_type(s, "/who\n");
}

void
case_dialects_info(struct scene *s)
{
	struct peer *zhang = populate(s);

	zhang->obfuscates = true;
	open_peer(s, zhang);
	scene_type(s, "/info\n");
}

void
case_dialects_details(struct scene *s)
{
	s->m->settings.look_details = true;
	case_dialects(s);
}
