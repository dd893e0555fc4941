/* SPDX-License-Identifier: MIT */
#include "ui/field.h"

#include "base/utf8.h"

bool
field_type(const struct keymap *keys, struct edit *line, const struct key *key)
{
	char text[UTF8_MAX];
	const struct keymap_row *row = keymap_find(keys, key);

	if (row == NULL && key_is_text(key)) {
		edit_insert(line, text, utf8_encode(key->code, text));
		return true;
	}
	if (row == NULL || row->action != ACTION_EDIT ||
	    row->edit == EDIT_NEWLINE || row->edit == EDIT_LITERAL)
		return false;
	edit_do(line, row->edit);
	return true;
}
