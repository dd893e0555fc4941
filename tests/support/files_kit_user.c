/* SPDX-License-Identifier: MIT */
/*
 * What the users of the joined engines do, and what they see.
 */
#include "files_kit.h"

#include "base/mem.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct fp *
fkit_fp(const struct fkit *k, unsigned node)
{
	return &k->nodes[node].identity.fp;
}

const struct peer *
fkit_peer(struct fkit *k, unsigned node, unsigned other)
{
	return model_peer(
	    engine_model(k->nodes[node].engine), fkit_fp(k, other));
}

void
fkit_command(struct fkit *k, unsigned node, const struct command *cmd)
{
	struct command copy = *cmd;

	if (cmd->text != NULL)
		copy.text = xstrdup(cmd->text);
	if (copy.conv == 0)
		copy.conv = CONV_NEARBY;
	engine_command(k->nodes[node].engine, k->now, &copy);
	fkit_run(k);
}

void
fkit_do(struct fkit *k, unsigned node, enum command_kind kind, uint32_t number,
    const char *text)
{
	struct command cmd = {
		.kind = kind, .number = number, .text = (char *)(uintptr_t)text
	};

	fkit_command(k, node, &cmd);
}

void
fkit_say(struct fkit *k, unsigned node, unsigned other, const char *text)
{
	struct command cmd = { .kind = COMMAND_SAY,
		.peer = *fkit_fp(k, other),
		.text = (char *)(uintptr_t)text };

	fkit_command(k, node, &cmd);
}

void
fkit_verify(struct fkit *k, unsigned node, unsigned other)
{
	struct command cmd = { .kind = COMMAND_VERIFY,
		.peer = *fkit_fp(k, other),
		.number = VERDICT_SAME };

	fkit_command(k, node, &cmd);
}

uint32_t
fkit_newest(struct fkit *k, unsigned node)
{
	const struct model *m = engine_model(k->nodes[node].engine);

	return m->transfer_count == 0 ? 0
				      : m->transfers[m->transfer_count - 1]->id;
}

uint32_t
fkit_send(struct fkit *k, unsigned from, unsigned to, const char *name)
{
	struct command cmd = { .kind = COMMAND_SEND_FILES,
		.peer = *fkit_fp(k, to),
		.text = (char *)(uintptr_t)name };

	fkit_command(k, from, &cmd);
	return fkit_newest(k, from);
}

const struct transfer *
fkit_get(struct fkit *k, unsigned node, uint32_t id)
{
	return model_transfer(engine_model(k->nodes[node].engine), id);
}

enum transfer_state
fkit_state(struct fkit *k, unsigned node, uint32_t id)
{
	const struct transfer *t = fkit_get(k, node, id);

	assert(t != NULL);
	return t->state;
}

const struct message *
fkit_last(struct fkit *k, unsigned node, unsigned other, enum message_kind kind)
{
	const struct model *m = engine_model(k->nodes[node].engine);
	const struct conv *c = other == node
				   ? model_conv(m, CONV_NEARBY)
				   : model_conv_of(m, fkit_fp(k, other));

	for (uint64_t s = c == NULL ? 0 : c->next_serial;
	     c != NULL && s > c->first_serial; s--) {
		const struct message *msg = conv_message(c, s - 1);
		if (msg->kind == kind)
			return msg;
	}
	return NULL;
}

void
fkit_offer(struct fkit *k, unsigned from, unsigned to, uint32_t *ret_hers,
    uint32_t *ret_his)
{
	*ret_hers = fkit_send(k, from, to, "/home/ana/a.txt");
	*ret_his = fkit_newest(k, to);
	assert_int_not_equal(*ret_his, 0);
	assert_int_equal(fkit_state(k, from, *ret_hers), TRANSFER_OFFERED);
	assert_int_equal(fkit_state(k, to, *ret_his), TRANSFER_OFFERED);
}

void
fkit_transfer(struct fkit *k, unsigned from, unsigned to, uint32_t *ret_hers,
    uint32_t *ret_his)
{
	fkit_offer(k, from, to, ret_hers, ret_his);
	fkit_do(k, to, COMMAND_GET, *ret_his, NULL);
	assert_int_equal(fkit_state(k, from, *ret_hers), TRANSFER_RUNNING);
	assert_int_equal(fkit_state(k, to, *ret_his), TRANSFER_RUNNING);
}
