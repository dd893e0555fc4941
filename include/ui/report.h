/* SPDX-License-Identifier: MIT */
/*
 * The answers of /who, /info, /net, /set and /help as plain lines, for every
 * front end. Each returns a new string of \n-separated lines (caller frees).
 */
#ifndef UI_REPORT_H
#define UI_REPORT_H

#include "base/lang.h"
#include "base/now.h"
#include "core/model.h"

#include <stdbool.h>

/* Columns of what stands before a gloss in the lines of report_help. */
enum { HELP_HEAD_CELLS = 22 };

/* Who is here, one person a line. */
char *report_who(const struct model *m, struct now now);
/* Only those whose name, tag or address has word in it; NULL: nobody. */
char *report_who_word(const struct model *m, struct now now, const char *word);
/* All there is to know of one. */
char *report_info(const struct model *m, struct now now, const struct peer *p);
/* Files on their way. */
char *report_files(const struct model *m);
/* Interfaces, ports, counters. */
char *report_net(const struct model *m, struct now now);
/* Settings whose name, value or meaning has the words; "" for all. One alone
 * comes with its choices. NULL: there is none. */
char *report_settings(const struct model *m, const char *words);
/* Every one of the words is in its name, value or meaning. */
bool report_setting_matches(
    const struct settings *s, const struct setting *row, const char *words);
/* NULL topic: the overview. Else a command, a key, an action, a setting, "keys"
 * or "settings"; NULL: there is no such topic. */
char *report_help(const struct model *m, const char *topic);

#endif
