/* SPDX-License-Identifier: MIT */
#include "app/unseal.h"

#include "app/language.h"
#include "base/err.h"
#include "base/mem.h"
#include "crypto/rng.h"

#include <stdio.h>
#include <stdlib.h>

enum { TRIES = 3 };

static char *
wrong_sentence(const struct ask *a)
{
	if (a->path != NULL)
		return xasprintf(
		    say(language(),
			"line %u of %s is not the passphrase of this "
			"identity"),
		    a->line, a->path);
	return xstrdup(
	    say(language(), "that was not the passphrase of this identity"));
}

/* Why it did not open, for what is not a wrong passphrase. */
static char *
refusal_sentence(const struct home *h, int err)
{
	char *path = home_path(h->data_dir, "identity"), *text;

	if (err == ERR_VERSION)
		text = xasprintf(
		    say(language(),
			"%s is sealed in a way that this earshot does "
			"not know; use a newer one"),
		    path);
	else if (err == ERR_UNSUPPORTED)
		text =
		    xasprintf(say(language(),
				  "%s asks for too little or too much work to "
				  "open it; restore it from a backup"),
			path);
	else if (err == ERR_LIMIT)
		text = xstrdup(say(language(),
		    "the memory that a passphrase takes, 256 MiB "
		    "and more, cannot be had; close other programs, "
		    "or raise the limit (ulimit -v)"));
	else
		text =
		    xasprintf(say(language(),
				  "%s is damaged; restore it from a backup, or "
				  "move it away to start as somebody new, whom "
				  "your contacts do not know"),
			path);
	free(path);
	return text;
}

int
unseal(const struct home *h, struct ask *a, struct keyfile *k, char **ret_error)
{
	struct passphrase p;
	int left = a->path != NULL ? 1 : TRIES;
	int err = seal_check(&seal_limits, k->text, k->size);

	if (err != 0) {
		*ret_error = refusal_sentence(h, err);
		return err;
	}
	for (;;) {
		err = ask_passphrase(a,
		    say(language(), "Passphrase for earshot's identity"), &p,
		    ret_error);
		if (err != 0)
			break;
		err = seal_open(&seal_limits, &p, k->text, k->size, k->seed);
		if (err == ERR_AUTH)
			*ret_error = wrong_sentence(a);
		else if (err != 0)
			*ret_error = refusal_sentence(h, err);
		if (err != ERR_AUTH || --left == 0)
			break;
		fprintf(stderr,
		    say_n(language(), "earshot: %s; %d more try\n",
			"earshot: %s; %d more tries\n", (unsigned)left),
		    *ret_error, left);
		free(*ret_error);
		*ret_error = NULL;
	}
	mem_wipe(&p, sizeof(p));
	return err;
}

int
unseal_load(const struct home *h, const char *passphrase_file,
    struct keyfile *ret, char **ret_error)
{
	uint8_t fresh[SEED_SIZE];
	struct rng rng = rng_system();
	struct ask a;

	rng_fill(&rng, fresh, sizeof(fresh));
	int err = keyfile_load(h, fresh, ret, ret_error);
	mem_wipe(fresh, sizeof(fresh));
	if (err != 0 || !ret->sealed)
		return err;
	ask_init(&a, passphrase_file);
	err = unseal(h, &a, ret, ret_error);
	ask_clear(&a);
	return err;
}
