/* SPDX-License-Identifier: MIT */
/*
 * The pins file and, beside it, "pins.damaged" for the lines that were not
 * understood. A line is first safe there and only then taken out of the file.
 */
#include "store/pins.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/pins_text.h"
#include "store/sentence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Adds to the end of the file, safe from a crash. */
static int
append_file(const char *path, const void *data, size_t n)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return ERR_SYS;
	int err = file_write_and_close(fd, data, n);
	return err == 0 ? file_sync_parent(path) : err;
}

static int
keep_rejects(
    const struct home *h, const struct pins_text *parsed, char **ret_error)
{
	char *aside = home_path(h->data_dir, "pins.damaged");
	int err = append_file(aside, parsed->rejects, parsed->rejects_size);

	if (err != 0) {
		fail(ret_error, err,
		    say_n(sentence_lang(),
			"%zu line of the pins in %s cannot be read, nor put aside "
			"into %s: %s; make room there, or repair the pins by hand",
			"%zu lines of the pins in %s cannot be read, nor put aside "
			"into %s: %s; make room there, or repair the pins by hand",
			parsed->reject_count),
		    parsed->reject_count, h->data_dir, aside, strerror(errno));
		free(aside);
		return err;
	}
	err = pins_save(h, parsed->pins, parsed->count, ret_error);
	if (err == 0)
		fail(ret_error, 0,
		    say_n(sentence_lang(),
			"%zu damaged line of the pins now in %s: whom it named "
			"is a stranger until you talk again",
			"%zu damaged lines of the pins now in %s: whoever they named "
			"is a stranger until you talk again",
			parsed->reject_count),
		    parsed->reject_count, aside);
	free(aside);
	return err;
}

int
pins_load(const struct home *h, struct pin **ret_pins, size_t *ret_count,
    char **ret_error)
{
	char *path = home_path(h->data_dir, "pins");
	struct pins_text parsed = { 0 };
	char *text = NULL;
	size_t n = 0;
	int err = file_read_private(path, PINS_TEXT_MAX, &text, &n, ret_error);

	if (err == 0)
		err = pins_parse(text, n, &parsed);
	else if (err == ERR_NOT_FOUND)
		err = 0;
	if (err == ERR_LIMIT)
		fail(ret_error, err,
		    "%s is longer than %d bytes; move it away, or repair it",
		    path, (int)PINS_TEXT_MAX);
	else if (err == ERR_VERSION)
		fail(ret_error, err,
		    "%s was written by a newer earshot; use that one", path);
	else if (err == 0 && parsed.reject_count > 0)
		err = keep_rejects(h, &parsed, ret_error);
	if (err == 0) {
		*ret_pins = parsed.pins;
		*ret_count = parsed.count;
		parsed.pins = NULL;
		parsed.count = 0;
	}
	pins_text_clear(&parsed);
	free(text);
	free(path);
	return err;
}

int
pins_save(const struct home *h, const struct pin *pins, size_t count,
    char **ret_error)
{
	char *path = home_path(h->data_dir, "pins");
	size_t n;

	if (count > PINS_MAX) {
		free(path);
		return fail(ret_error, ERR_LIMIT,
		    "more than %d people are remembered", (int)PINS_MAX);
	}
	char *text = pins_format(pins, count, &n);
	int err = file_replace(path, text, n);
	if (err != 0)
		fail(ret_error, err,
		    "cannot write %s: %s; whom you met is remembered only "
		    "until you quit",
		    path, strerror(errno));
	free(text);
	free(path);
	return err;
}
