/* SPDX-License-Identifier: MIT */
#include "app/keyrings.h"

#include "app/clock.h"
#include "app/language.h"
#include "app/libcrypto.h"
#include "base/err.h"
#include "base/mem.h"
#include "store/keyring.h"
#include "wire/ipmsg_crypt.h"

#include <stdlib.h>

enum { LATER_MS = 10000 };

static void
forget(uint8_t *bytes, size_t n)
{
	if (bytes != NULL)
		mem_wipe(bytes, n);
	free(bytes);
}

/* New ones, of which there is a file before anybody sees them. */
static int
make(const struct home *h, struct ipmsg_keys **ret_keys, char **ret_error)
{
	struct rsa_lib lib = libcrypto_load();
	uint8_t *bytes = NULL;
	size_t n = 0;
	int err = ipmsg_keys_make(&lib, &bytes, &n);

	if (err == 0)
		err = keyring_write(h, bytes, n, ret_error);
	if (err == 0)
		err = ipmsg_keys_load(&lib, bytes, n, ret_keys);
	forget(bytes, n);
	return err;
}

static int
load(const struct home *h, struct ipmsg_keys **ret_keys, char **ret_error)
{
	uint8_t *bytes = NULL;
	size_t n = 0;
	int err = keyring_read(h, &bytes, &n, ret_error);

	if (err != 0)
		return err;
	struct rsa_lib lib = libcrypto_load();
	err = ipmsg_keys_load(&lib, bytes, n, ret_keys);
	if (err == ERR_FORMAT)
		*ret_error = keyring_damaged(h);
	forget(bytes, n);
	return err;
}

static void
give(struct shell *sh, bool make_them, uint32_t conv)
{
	struct command cmd = {
		.kind = COMMAND_ERROR,
		.conv = conv != 0 ? conv : (uint32_t)CONV_NEARBY,
	};
	int err = load(&sh->home, &sh->ipmsg_keys, &cmd.text);

	if (err == ERR_NOT_FOUND && make_them)
		err = make(&sh->home, &sh->ipmsg_keys, &cmd.text);
	else if (err == ERR_NOT_FOUND)
		sh->keys_ms = sh->now.mono_ms + LATER_MS;
	/* Whoever typed this waited for it, and so did the clock. */
	sh->now = clock_read();
	if (err == ERR_UNSUPPORTED && cmd.text == NULL) {
		cmd.kind = COMMAND_INFO;
		cmd.text = xasprintf(
		    say(language(), "%s of OpenSSL cannot be loaded: messages "
				    "over ipmsg are not obfuscated"),
		    libcrypto_name());
	}
	if (err == 0)
		engine_ipmsg_keys(sh->engine, sh->ipmsg_keys);
	else if (cmd.text != NULL)
		shell_command(sh, &cmd);
}

void
keyrings_give(struct shell *sh, const struct effect *effect)
{
	if (rsa_is_available() && sh->ipmsg_keys == NULL)
		give(sh, effect->on, effect->conv);
}

void
keyrings_tick(struct shell *sh)
{
	if (sh->now.mono_ms < sh->keys_ms)
		return;
	/* Something was said a moment ago, and more may come. */
	if (sh->maintain_ms != NEVER_MS && sh->now.mono_ms < sh->maintain_ms) {
		sh->keys_ms = sh->maintain_ms;
		return;
	}
	sh->keys_ms = NEVER_MS;
	if (sh->ipmsg_keys == NULL)
		give(sh, true, 0);
}
