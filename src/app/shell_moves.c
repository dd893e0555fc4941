/* SPDX-License-Identifier: MIT */
#include "app/shell_moves.h"

#include "app/language.h"
#include "app/mover.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "store/paths.h"
#include "store/sink.h"
#include "store/spool.h"

#include <stdlib.h>

/* A connection that is gone already is told of by the thread: the engine takes
 * no input while its effects are drained. */
static void
start(struct shell *sh, const struct effect *effect)
{
	struct move_plan plan = *effect->move;
	uint8_t *queued;
	size_t size;
	int fd = tcp_release(sh->tcp, effect->conn, &queued, &size);
	char *folder =
	    downloads_folder(&sh->home, shell_model(sh)->settings.files_folder);
	char *path = path_expand(plan.path);

	plan.path = path;
	mem_wipe(&effect->move->keys, sizeof(effect->move->keys));
	mover_start(sh->mover, effect->token, &plan, fd, queued, size, folder);
	free(path);
	free(folder);
}

void
shell_moves_name(struct command *cmd)
{
	bool named = cmd->kind == COMMAND_SEND_FILES ||
		     cmd->kind == COMMAND_GET || cmd->kind == COMMAND_ACCEPT;

	if (!named || cmd->text == NULL || cmd->text[0] == '\0')
		return;
	char *paths = paths_absolute(cmd->text);
	free(cmd->text);
	cmd->text = paths;
}

void
shell_moves_check(struct command *cmd)
{
	char *error = NULL;

	if (cmd->kind != COMMAND_GET || cmd->text == NULL ||
	    cmd->text[0] == '\0' || sink_check_where(cmd->text, &error) == 0)
		return;
	char *text = xasprintf(say(language(), "not taken: %s"), error);
	free(cmd->text);
	cmd->kind = COMMAND_ERROR;
	cmd->text = own_text(text, PEER_TEXT_LINE, NULL);
	free(text);
	free(error);
}

void
shell_moves_run(struct shell *sh, const struct effect *effect)
{
	if (effect->kind == EFFECT_MOVE)
		start(sh, effect);
	else if (effect->kind == EFFECT_MOVE_STOP)
		mover_stop(sh->mover, effect->token, effect->why, effect->on);
	else if (effect->kind == EFFECT_PART_DROP &&
		 !spool_drop(sh->home.data_dir, effect->text))
		mover_drop(sh->mover, effect->text);
}

void
shell_moves_warm(struct shell *sh, const struct effect *effect)
{
	const struct transfer *t =
	    model_transfer(shell_model(sh), effect->token);

	if (t != NULL && t->dialect == DIALECT_EARSHOT &&
	    !transfer_state_is_last(t->state))
		mover_warm(sh->mover);
}

void
shell_moves_watch(const struct shell *sh, struct loop *l, uint64_t tag)
{
	int fd = mover_fd(sh->mover);

	if (fd >= 0)
		loop_watch(l, fd, true, false, tag);
}

void
shell_moves_turn(struct shell *sh)
{
	struct move_report report;
	uint32_t token;

	while (mover_next(sh->mover, &token, &report)) {
		engine_move(sh->engine, sh->now, token, &report);
		shell_drain(sh);
	}
}
