/* SPDX-License-Identifier: MIT */
/*
 * The first version kept its pins in a text file. They are taken over once;
 * the file stays, under another name, for whoever goes back.
 */
#include "store/db_state.h"

#include "base/err.h"
#include "store/file.h"
#include "store/pins.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int
store_pins(
    struct db *db, const struct pin *pins, size_t count, char **ret_error)
{
	for (size_t i = 0; i < count; i++) {
		struct pin pin = pins[i];
		/* That version pinned nobody whom it had not talked to. */
		pin.answered = true;
		db_apply(
		    db, &(struct change){
			    .kind = CHANGE_PIN, .fp = pin.fp, .pin = &pin });
	}
	if (count > 0)
		db_set_mark(db, "pins_imported", 1);
	return db_commit(db, ret_error);
}

static int
take_over(struct db *db, const struct home *h, char **ret_notice)
{
	struct pin *pins = NULL;
	size_t count = 0;
	int err = pins_load(h, &pins, &count, ret_notice);

	if (err == 0) {
		char *error = NULL;
		err = store_pins(db, pins, count, &error);
		if (err != 0) {
			free(*ret_notice);
			*ret_notice = error;
		}
	}
	pins_free(pins, count);
	return err;
}

int
db_import_pins(struct db *db, const struct home *h, char **ret_notice)
{
	char *path = home_path(h->data_dir, "pins");
	struct stat st;
	int err = 0;

	if (lstat(path, &st) == 0) {
		char *aside = home_path(h->data_dir, "pins.imported");
		if (db_mark(db, "pins_imported", 0) == 0)
			err = take_over(db, h, ret_notice);
		/* Where that fails it is done at the next start. */
		if (err == 0 && rename(path, aside) == 0)
			file_sync_parent(path);
		free(aside);
	}
	free(path);
	return err;
}
