/* SPDX-License-Identifier: MIT */
#include "core/engine_state.h"

#include "base/mem.h"
#include "core/ipmsg_line.h"
#include "core/plain.h"

#include <stdlib.h>
#include <string.h>

static void
keep(struct engine *e, uint32_t conv, const char *key, bool on)
{
	model_touch(e->model);
	effect_add(e, (struct effect){
			  .kind = EFFECT_SETTING,
			  .conv = conv,
			  .text = key,
			  .on = on,
		      });
}

/* It tells how that went: whether the port can be had, it does not know yet. */
static bool
tells_itself(const struct setting *row)
{
	return row->offset == offsetof(struct settings, ipmsg);
}

/* What the running engine has a copy of. */
static void
follow(
    struct engine *e, struct now now, const struct setting *row, uint32_t conv)
{
	struct settings *s = &e->model->settings;

	if (row->offset == offsetof(struct settings, name) && s->name != NULL)
		execute_rename(e, now, s->name);
	if (row->offset == offsetof(struct settings, look_language))
		s->lang = e->model->lang = settings_lang(s, e->lang);
	if (row->offset == offsetof(struct settings, plain) ||
	    row->offset == offsetof(struct settings, plain_port))
		plain_adjust(e, now);
	if (row->offset == offsetof(struct settings, peers))
		hosts_follow(e, now);
	if (row->offset == offsetof(struct settings, status))
		execute_restate(e, now, s->status == NULL ? "" : s->status);
	if (row->offset == offsetof(struct settings, ipmsg) ||
	    row->offset == offsetof(struct settings, ipmsg_port))
		ipmsg_line_follow(e, now, tells_itself(row) ? conv : 0);
	if (row->offset == offsetof(struct settings, ipmsg_group) ||
	    row->offset == offsetof(struct settings, ipmsg_encoding) ||
	    row->offset == offsetof(struct settings, ipmsg_answer))
		ipmsg_line_profile(e, now);
}

/* What it is now, or will be. */
static char *
sentence(const struct settings *s, const struct setting *row, const char *value)
{
	const struct lang *l = s->lang;

	if (!row->live && *value == '\0')
		return xasprintf(say(l, "%s will be as if not set, from the "
					"next start on"),
		    row->name);
	if (!row->live)
		return xasprintf(
		    say(l, "%s will be %s, from the next start on"), row->name,
		    value);
	if (*value == '\0')
		return xasprintf(say(l, "%s is not set"), row->name);
	if (settings_is_default(s, row))
		return xasprintf(
		    say(l, "%s is %s, the default"), row->name, value);
	return xasprintf(say(l, "%s is %s"), row->name, value);
}

static void
tell(struct engine *e, struct now now, uint32_t conv, const struct setting *row)
{
	const struct settings *s = &e->model->settings;
	char *value = settings_text(s, row);

	engine_notice(e, now, conv, MESSAGE_INFO, sentence(s, row, value));
	free(value);
}

void
adjust_set(struct engine *e, struct now now, const struct command *cmd)
{
	const char *line = cmd->text == NULL ? "" : cmd->text;
	const struct setting *row;
	char *error;

	if (settings_apply(&e->model->settings, line, strlen(line), cmd->on,
		&row, &error) < 0) {
		engine_error(e, now, cmd->conv, "%s", error);
		free(error);
		return;
	}
	follow(e, now, row, cmd->conv);
	if (cmd->conv != 0 && !tells_itself(row))
		tell(e, now, cmd->conv, row);
	keep(e, cmd->conv, row->name, cmd->on);
}

void
adjust_save(struct engine *e, const struct command *cmd)
{
	keep(e, cmd->conv, NULL, true);
}

void
adjust_keep(struct engine *e, uint32_t conv, const char *key, const char *value)
{
	char *error;

	if (settings_set(&e->model->settings, key, value, &error) < 0)
		free(error);
	else
		keep(e, conv, key, true);
}
