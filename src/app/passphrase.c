/* SPDX-License-Identifier: MIT */
/*
 * The home is locked meanwhile: an identity that is sealed or opened under a
 * running earshot would not be what that one, or its user, believes it to be.
 */
#include "app/passphrase.h"

#include "app/language.h"
#include "app/shell.h"
#include "app/unseal.h"
#include "base/err.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is there now, with its seed; a fresh one that is not on the disk yet
 * where nothing is, so that it never has to be there in plain. */
static int
read_identity(
    const struct home *h, struct ask *a, struct keyfile *ret, char **ret_error)
{
	int err = keyfile_read(h, ret, ret_error);

	if (err == ERR_NOT_FOUND) {
		struct rng rng = rng_system();
		free(*ret_error);
		*ret_error = NULL;
		*ret = (struct keyfile){ .created = true };
		rng_fill(&rng, ret->seed, sizeof(ret->seed));
		return 0;
	}
	if (err == 0 && ret->sealed)
		err = unseal(h, a, ret, ret_error);
	return err;
}

static bool
is_same(const struct passphrase *a, const struct passphrase *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

/* Nobody sees what they type: twice, then. */
static int
ask_new(struct ask *a, struct passphrase *ret, char **ret_error)
{
	struct passphrase again;
	int err = ask_passphrase(a,
	    say(language(), "New passphrase, empty for none"), ret, ret_error);

	if (err != 0 || a->path != NULL)
		return err;
	err = ask_passphrase(
	    a, say(language(), "The same again"), &again, ret_error);
	if (err == 0 && !is_same(ret, &again)) {
		*ret_error = xstrdup(say(language(),
		    "the two were not the same, so nothing was changed"));
		err = ERR_STATE;
	}
	mem_wipe(&again, sizeof(again));
	return err;
}

static int
seal(const struct home *h, const struct keyfile *k, const struct passphrase *p,
    char **ret_error)
{
	struct rng rng = rng_system();
	char text[SEAL_TEXT_MAX];
	int err = seal_make(&seal_params, &rng, p, k->seed, text);

	if (err != 0) {
		*ret_error = xstrdup(say(language(),
		    "the 256 MiB of memory that a passphrase takes "
		    "cannot be had, so nothing was changed; close "
		    "other programs, or raise the limit (ulimit -v)"));
		return err;
	}
	err =
	    keyfile_write_sealed(h, k->created, text, strlen(text), ret_error);
	if (err == 0)
		puts(
		    k->sealed
			? say(language(), "The passphrase was changed.")
			: say(language(),
			      "The identity is sealed. earshot asks for the "
			      "passphrase when it starts; nobody, you included, "
			      "can start with this identity without it."));
	return err;
}

static int
replace(const struct home *h, const struct keyfile *k,
    const struct passphrase *p, char **ret_error)
{
	if (p->size > 0)
		return seal(h, k, p, ret_error);
	if (!k->sealed) {
		puts(say(language(), "There is no passphrase, as before."));
		return 0;
	}
	int err = keyfile_write_plain(h, k->created, k->seed, ret_error);
	if (err == 0)
		puts(say(
		    language(), "The identity has no passphrase any more."));
	return err;
}

static int
change(const struct home *h, struct ask *a, char **ret_error)
{
	struct keyfile k = { 0 };
	struct passphrase p = { .size = 0 };
	int err = read_identity(h, a, &k, ret_error);

	if (err == 0)
		err = ask_new(a, &p, ret_error);
	if (err == 0)
		err = replace(h, &k, &p, ret_error);
	mem_wipe(&p, sizeof(p));
	keyfile_clear(&k);
	return err;
}

int
passphrase_change(const struct options *o, char **ret_error)
{
	struct home h;
	struct ask a;
	int err = shell_open_home(&h, o->home, ret_error);

	if (err != 0)
		return err;
	ask_init(&a, o->passphrase_file);
	err = home_lock(&h, ret_error);
	if (err == 0)
		err = change(&h, &a, ret_error);
	ask_clear(&a);
	home_close(&h);
	return err;
}
