/* SPDX-License-Identifier: MIT */
#include "store/scratch.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/sentence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *
scratch_write(const struct home *h, const char *text, char **ret_error)
{
	char *path = home_path(h->state_dir, "draft-XXXXXX.txt");
	int fd = mkstemps(path, (int)strlen(".txt"));

	if (fd >= 0 && file_write_and_close(fd, text, strlen(text)) == 0)
		return path;
	*ret_error = xasprintf(
	    say(sentence_lang(), "cannot write the draft for the editor to %s: "
				 "%s; it stays in the line"),
	    path, strerror(errno));
	if (fd >= 0)
		unlink(path);
	free(path);
	return NULL;
}

char *
scratch_take(const char *path, size_t max, char **ret_error)
{
	char *text = NULL;
	size_t size = 0;
	int err = file_read(path, max, &text, &size);

	if (err < 0) {
		*ret_error =
		    err == ERR_LIMIT
			? xasprintf(
			      say(sentence_lang(),
				  "the edited text is too long: a text has "
				  "at most %zu bytes; it is in %s"),
			      max, path)
			: xasprintf(
			      say(sentence_lang(),
				  "the edited text in %s cannot be read; the draft "
				  "is as it was"),
			      path);
		/* What is too long is all there is of somebody's work. */
		if (err != ERR_LIMIT)
			unlink(path);
		return NULL;
	}
	unlink(path);
	if (size > 0 && text[size - 1] == '\n')
		text[--size] = '\0';
	return text;
}
