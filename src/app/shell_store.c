/* SPDX-License-Identifier: MIT */
#include "app/shell_store.h"

#include "app/log.h"
#include "app/mover.h"
#include "app/shell_effects.h"
#include "base/mem.h"

#include <sched.h>
#include <stdlib.h>

enum {
	/* After a commit both ends are busy with its message. */
	SETTLE_MS = 5,
	/* What nobody waits for is stored by the next commit, or after this;
	 * unless there is so much of it. */
	LATE_MS = 5,
	LATE_MAX = 64,
	SHARE_MS = 2000, /* after a text there may be another */
	/* A commit of more is one of many, and nobody counts its time. */
	FEW = 4,
	/* The database is tidied when so long nothing came. */
	MAINTAIN_MS = 1000,
};

/* When it is to be stored: what nobody waits for, and what comes again should
 * it get lost, takes no turn of the disk for itself. */
static int64_t
due_ms(const struct shell *sh, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_DELIVERY:
	case CHANGE_SHOWN:
	case CHANGE_READ:
	case CHANGE_DRAFT:
		if (sh->change_count < LATE_MAX &&
		    change->delivery != DELIVERY_FAILED)
			return sh->now.mono_ms + LATE_MS;
		break;
	case CHANGE_TRANSFER:
		/* That it begins, which it does meanwhile, and how far it is,
		 * every few seconds. */
		if (sh->change_count < LATE_MAX &&
		    (change->transfer->state == TRANSFER_ACCEPTED ||
			change->transfer->state == TRANSFER_RUNNING))
			return sh->now.mono_ms + LATE_MS;
		break;
	case CHANGE_MESSAGE:
	case CHANGE_REVISION:
	case CHANGE_REQUEUE:
	case CHANGE_PIN:
	case CHANGE_SEAL:
	case CHANGE_RECODE:
	case CHANGE_RULE:
	case CHANGE_FORGET_MESSAGE:
	case CHANGE_FORGET_CONV:
	case CHANGE_FORGET_CONTACT:
		break;
	}
	return sh->now.mono_ms;
}

void
shell_keep(struct shell *sh, const struct change *change)
{
	sh->commit_ms = earlier_ms(sh->commit_ms, due_ms(sh, change));
	sh->changes = xgrow(sh->changes, sh->change_count, &sh->change_cap,
	    sizeof(*sh->changes));
	sh->changes[sh->change_count++] = change;
}

void
shell_store(struct shell *sh)
{
	for (size_t i = 0; i < sh->change_count; i++)
		db_apply(sh->db, sh->changes[i]);
	sh->change_count = 0;
}

void
shell_commit(struct shell *sh)
{
	while (sh->commit_ms <= sh->now.mono_ms) {
		size_t count = sh->change_count;
		shell_store(sh);
		sh->commit_ms = NEVER_MS;
		if (!db_is_dirty(sh->db))
			return;
		char *error = NULL;
		if (engine_is_waiting(sh->engine))
			mover_share(sh->mover, sh->now.mono_ms + SHARE_MS);
		bool ok = db_commit(sh->db, &error) == 0;
		if (!ok) {
			log_line("%s", error);
			shell_tell(sh);
		}
		engine_committed(sh->engine, sh->now, ok, error);
		free(error);
		shell_run_effects(sh);
		/* The other end may be on this processor. It syncs next, and
		 * what is left to do here fits in meanwhile. */
		if (count <= FEW)
			sched_yield();
		shell_drain(sh);
		sh->settle_ms =
		    earlier_ms(sh->settle_ms, sh->now.mono_ms + SETTLE_MS);
		sh->maintain_ms = sh->now.mono_ms + MAINTAIN_MS;
	}
}

void
shell_maintain(struct shell *sh)
{
	if (sh->now.mono_ms >= sh->settle_ms) {
		sh->settle_ms = NEVER_MS;
		if (db_wants_settling(sh->db))
			db_settle(sh->db);
	}
	if (sh->now.mono_ms < sh->maintain_ms)
		return;
	shell_store(sh);
	sh->maintain_ms = db_maintain(sh->db, sh->now);
}
