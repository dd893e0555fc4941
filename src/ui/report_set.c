/* SPDX-License-Identifier: MIT */
#include "base/width.h"
#include "ui/overlay.h"
#include "ui/report.h"
#include "ui/str.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_CELLS = 16, VALUE_CELLS = 10 };

/* "look.boxes       off *   draw lines …"; * where it is not the default. */
static void
add_row(struct str *s, const struct settings *all, const struct setting *row)
{
	char *value = settings_text(all, row);
	const char *shown = value[0] == '\0' ? "-" : value;
	int cells = width_text(shown, strlen(shown));

	str_addf(s, "\n  %-*s %s%*s %s %s", KEY_CELLS, row->name, shown,
	    cells < VALUE_CELLS ? VALUE_CELLS - cells : 0, "",
	    settings_is_default(all, row) ? " " : "*",
	    say(all->lang, row->gloss));
	free(value);
}

static void
add_state(struct str *s, const struct settings *all, const struct setting *row)
{
	char *value = settings_text(all, row);

	if (*value == '\0')
		str_addf(s, say(all->lang, "%s is not set"), row->name);
	else if (settings_is_default(all, row))
		str_addf(s, say(all->lang, "%s is %s, the default"), row->name,
		    value);
	else
		str_addf(s, say(all->lang, "%s is %s"), row->name, value);
	free(value);
}

static char *
one(const struct settings *all, const struct setting *row)
{
	const struct lang *l = all->lang;
	struct str s = { 0 };

	add_state(&s, all, row);
	str_addf(&s, say(l, "\n  meaning  %s"), say(l, row->gloss));
	str_addf(&s, say(l, "\n  values   %s"), row->values);
	if (row->initial[0] != '\0')
		str_addf(&s, say(l, "\n  default  %s"), row->initial);
	if (row->kind == SETTING_NUMBER)
		str_addf(&s, say(l, "\n  range    %u to %u"),
		    (unsigned)row->min, (unsigned)row->max);
	str_addf(&s, say(l, "\n  example  %s"), "/set ");
	str_addf(&s, "%s %s", row->name, row->example);
	if (!row->live)
		str_add(
		    &s, say(l, "\n  a change counts from the next start on"));
	return str_take(&s);
}

bool
report_setting_matches(
    const struct settings *s, const struct setting *row, const char *words)
{
	char *value = settings_text(s, row);
	const char *texts[] = { row->name, say(s->lang, row->gloss), value,
		NULL };
	bool matches = overlay_matches(words, texts);

	free(value);
	return matches;
}

char *
report_settings(const struct model *m, const char *words)
{
	struct str s = { 0 };
	size_t count, found = 0;
	const struct setting *rows = settings_keys(&count), *last = NULL;
	const struct setting *exact = settings_find(words, strlen(words));

	if (exact != NULL)
		return one(&m->settings, exact);
	for (size_t i = 0; i < count; i++) {
		if (!report_setting_matches(&m->settings, &rows[i], words))
			continue;
		if (last == NULL || strcmp(last->group, rows[i].group) != 0)
			str_addf(&s, "%s%s", last == NULL ? "" : "\n",
			    say(m->lang, rows[i].group));
		add_row(&s, &m->settings, &rows[i]);
		last = &rows[i];
		found++;
	}
	if (found == 1) {
		str_clear(&s);
		return one(&m->settings, last);
	}
	if (found > 1)
		str_add(&s,
		    say(m->lang, "\n  * is not the default. /set SETTING VALUE "
				 "changes one, /unset SETTING takes it back."));
	return found == 0 ? NULL : str_take(&s);
}
