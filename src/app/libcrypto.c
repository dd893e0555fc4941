/* SPDX-License-Identifier: MIT */
/*
 * It is never unloaded: it registers with the C library what to do at exit, and
 * keeps values of each thread.
 */
#include "app/libcrypto.h"

#include <dlfcn.h>

/* Built without. */
#ifndef LIBCRYPTO_FILE
#define LIBCRYPTO_FILE NULL
#endif

const char *
libcrypto_name(void)
{
	return LIBCRYPTO_FILE;
}

static void *
find(void *ctx, const char *name)
{
	return ctx == NULL ? NULL : dlsym(ctx, name);
}

struct rsa_lib
libcrypto_load(void)
{
	const char *name = libcrypto_name();

	return (struct rsa_lib){
		.find = find,
		.ctx =
		    name == NULL ? NULL : dlopen(name, RTLD_NOW | RTLD_LOCAL),
	};
}
