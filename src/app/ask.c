/* SPDX-License-Identifier: MIT */
#include "app/ask.h"

#include "app/language.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/keyfile.h"
#include "tty/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void
ask_init(struct ask *a, const char *path)
{
	const char *env = getenv("EARSHOT_PASSPHRASE_FILE");

	*a = (struct ask){ .path = path };
	if (path == NULL && env != NULL && *env != '\0')
		a->path = env;
}

void
ask_clear(struct ask *a)
{
	if (a->text != NULL)
		mem_wipe(a->text, a->size);
	free(a->text);
	*a = (struct ask){ 0 };
}

static int
fail_too_long(char **ret_error)
{
	*ret_error =
	    xasprintf(say(language(), "a passphrase has at most %d bytes"),
		(int)PASSPHRASE_MAX);
	return ERR_LIMIT;
}

static int
next_line(struct ask *a, const char *question, struct passphrase *ret,
    char **ret_error)
{
	int err = a->text != NULL ? 0
				  : keyfile_read_passphrases(
					a->path, &a->text, &a->size, ret_error);

	if (err != 0)
		return err;
	a->line++;
	if (a->at == a->size) {
		*ret_error = xasprintf(
		    say(language(), "%s has no line %u, the answer to \"%s\""),
		    a->path, a->line, question);
		return ERR_NOT_FOUND;
	}
	const char *start = a->text + a->at;
	const char *end = memchr(start, '\n', a->size - a->at);
	size_t n = end != NULL ? (size_t)(end - start) : a->size - a->at;
	if (n > PASSPHRASE_MAX)
		return fail_too_long(ret_error);
	memcpy(ret->bytes, start, n);
	ret->size = n;
	a->at += n + (end != NULL);
	return 0;
}

static int
ask_terminal(const char *question, struct passphrase *ret, char **ret_error)
{
	char *prompt = xasprintf("%s: ", question);
	int err =
	    secret_ask(prompt, ret->bytes, sizeof(ret->bytes), &ret->size);

	free(prompt);
	if (err == ERR_LIMIT)
		return fail_too_long(ret_error);
	if (err == ERR_NOT_FOUND)
		*ret_error = xstrdup(say(language(),
		    "there is no terminal to ask for the passphrase of the "
		    "identity; name a file that holds it with "
		    "--passphrase-file PATH"));
	else if (err == ERR_CLOSED)
		*ret_error =
		    xstrdup(say(language(), "no passphrase was given"));
	else if (err != 0)
		*ret_error = xasprintf(
		    say(language(),
			"the terminal cannot ask for a passphrase: %s; name a file "
			"that holds it with --passphrase-file PATH"),
		    strerror(errno));
	return err;
}

int
ask_passphrase(struct ask *a, const char *question, struct passphrase *ret,
    char **ret_error)
{
	return a->path != NULL ? next_line(a, question, ret, ret_error)
			       : ask_terminal(question, ret, ret_error);
}
