/* SPDX-License-Identifier: MIT */
/*
 * The engine takes no input while its effects are drained: what it asks is kept
 * until then.
 */
#include "app/askings.h"

#include "app/answers.h"
#include "app/keyrings.h"
#include "app/language.h"
#include "app/shell.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void
askings_keep(struct shell *sh, const struct effect *effect)
{
	if (sh->asking_count == sh->asking_cap) {
		sh->asking_cap = sh->asking_cap == 0 ? 4 : sh->asking_cap * 2;
		sh->askings =
		    xrealloc(sh->askings, sh->asking_cap, sizeof(*sh->askings));
	}
	sh->askings[sh->asking_count++] = (struct asking){
		.effect = *effect,
		.text = effect->text == NULL ? NULL : xstrdup(effect->text),
		.line = effect->line == NULL ? NULL : xstrdup(effect->line),
	};
}

static void
load_page(struct shell *sh, const struct effect *load)
{
	struct saved_page page;

	if (db_page(sh->db, &load->fp, load->row, load->count, &page) < 0)
		page = (struct saved_page){ 0 };
	engine_history(sh->engine, sh->now, &load->fp, &page);
	saved_page_clear(&page);
	shell_drain(sh);
}

/* What was set counts in any case; the file is a promise for later. */
static void
keep_setting(struct shell *sh, const struct effect *effect)
{
	struct command cmd = { .kind = COMMAND_INFO,
		.conv =
		    effect->conv != 0 ? effect->conv : (uint32_t)CONV_NEARBY };

	language_set(shell_model(sh)->lang);
	if (config_save(&sh->home, &shell_model(sh)->settings, effect->text,
		effect->on, &cmd.text) < 0)
		cmd.kind = COMMAND_ERROR;
	else if (effect->text != NULL)
		return;
	else
		cmd.text =
		    xasprintf(say(language(), "the settings are in %s/config"),
			sh->home.config_dir);
	shell_command(sh, &cmd);
}

void
askings_answer(struct shell *sh)
{
	while (sh->asking_count > 0) {
		struct asking asking = sh->askings[0];
		memmove(sh->askings, sh->askings + 1,
		    --sh->asking_count * sizeof(*sh->askings));
		asking.effect.text = asking.text;
		asking.effect.line = asking.line;
		if (asking.effect.kind == EFFECT_QUERY)
			answers_give(sh, &asking.effect);
		else if (asking.effect.kind == EFFECT_SETTING)
			keep_setting(sh, &asking.effect);
		else if (asking.effect.kind == EFFECT_KEYS)
			keyrings_give(sh, &asking.effect);
		else
			load_page(sh, &asking.effect);
		free(asking.text);
		free(asking.line);
	}
}
