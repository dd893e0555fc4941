/* SPDX-License-Identifier: MIT */
#include "core/pin.h"

#include "base/mem.h"

#include <stdlib.h>

const char *
pin_text(const char *text)
{
	return text == NULL ? "" : text;
}

static const char *
copy(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : xstrdup(text);
}

struct pin
pin_copy(const struct pin *pin)
{
	struct pin own = *pin;

	own.name = copy(pin->name);
	own.alias = copy(pin->alias);
	own.handle = copy(pin->handle);
	return own;
}

void
pin_clear(struct pin *pin)
{
	free((void *)(uintptr_t)pin->name);
	free((void *)(uintptr_t)pin->alias);
	free((void *)(uintptr_t)pin->handle);
	pin->name = pin->alias = pin->handle = NULL;
}

void
pins_free(struct pin *pins, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pin_clear(&pins[i]);
	free(pins);
}
