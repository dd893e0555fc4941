/* SPDX-License-Identifier: MIT */
#include "core/command.h"

#include <stdlib.h>

void
command_clear(struct command *c)
{
	free(c->text);
	*c = (struct command){ 0 };
}
