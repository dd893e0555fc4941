/* SPDX-License-Identifier: MIT */
/*
 * Between complete.c and complete_files.c. The word that is completed is the
 * bytes from .. to of the line.
 */
#ifndef UI_COMPLETE_PARTS_H
#define UI_COMPLETE_PARTS_H

#include "core/model.h"
#include "ui/commands.h"
#include "ui/complete.h"

#include <stdbool.h>

/* Takes the strings. */
void complete_add(struct completion *c, char *text, char *label, char *gloss);
/* Those whose name begins so; a quote before it may be there. */
void complete_people(
    struct completion *c, const struct model *m, const char *line);
/* The numbers of files that the command is for; false: none fits. */
bool complete_transfer(struct completion *c, const struct model *m,
    const struct command_spec *spec, const char *line);
/* The arguments of /send, of /accept. */
void complete_send(
    struct completion *c, const struct model *m, const char *line);
void complete_accept(
    struct completion *c, const struct model *m, const char *line);

#endif
