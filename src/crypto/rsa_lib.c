/* SPDX-License-Identifier: MIT */
#include "base/err.h"
#include "base/mem.h"
#include "crypto/rsa_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct wanted {
	const char *name;
	size_t offset;
	bool may_lack;
};

#define CALL(name) { #name, offsetof(struct rsa_calls, name), false },
#define CALL_OLD(name) { #name, offsetof(struct rsa_calls, name), true },
static const struct wanted all_wanted[] = { RSA_CALLS(CALL)
	    RSA_CALLS_OLD(CALL_OLD) };

bool
rsa_is_available(void)
{
	return true;
}

static int
find_calls(const struct rsa_lib *lib, struct rsa_calls *calls)
{
	for (size_t i = 0; i < sizeof(all_wanted) / sizeof(*all_wanted); i++) {
		const struct wanted *w = &all_wanted[i];
		void *found = lib->find(lib->ctx, w->name);

		if (found == NULL && !w->may_lack)
			return ERR_UNSUPPORTED;
		/* In C a function is no object, and has no cast from one. */
		memcpy((char *)calls + w->offset, &found, sizeof(found));
	}
	return 0;
}

int
rsa_new(const struct rsa_lib *lib, struct rsa **ret_rsa)
{
	struct rsa *r = xcalloc(1, sizeof(*r));

	if (find_calls(lib, &r->call) != 0) {
		free(r);
		return ERR_UNSUPPORTED;
	}
	/* Some of libcrypto asks for the default configuration in spite of a
	 * context of our own. */
	r->call.OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	r->lib = r->call.OSSL_LIB_CTX_new();
	if (r->lib != NULL) {
		r->cbc = r->call.EVP_CIPHER_fetch(r->lib, "AES-256-CBC", NULL);
		r->ctr = r->call.EVP_CIPHER_fetch(r->lib, "AES-256-CTR", NULL);
	}
	if (r->cbc == NULL || r->ctr == NULL) {
		r->call.ERR_clear_error();
		rsa_free(r);
		return ERR_UNSUPPORTED;
	}
	*ret_rsa = r;
	return 0;
}

void
rsa_free(struct rsa *r)
{
	if (r == NULL)
		return;
	r->call.EVP_CIPHER_free(r->cbc);
	r->call.EVP_CIPHER_free(r->ctr);
	r->call.OSSL_LIB_CTX_free(r->lib);
	free(r);
}
