/* SPDX-License-Identifier: MIT */
#include "store/keyring.h"

#include "base/err.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/sentence.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char head[] = "earshot ipmsg 1\n";

enum {
	HEAD_SIZE = sizeof(head) - 1,
	TEXT_MAX = HEAD_SIZE + 2 * KEYRING_BYTES_MAX + 1,
};

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static int
parse(const char *text, size_t n, uint8_t **ret_bytes, size_t *ret_size)
{
	if (n < HEAD_SIZE + 3 || memcmp(text, head, HEAD_SIZE) != 0 ||
	    text[n - 1] != '\n' || (n - 1 - HEAD_SIZE) % 2 != 0)
		return ERR_FORMAT;
	size_t size = (n - 1 - HEAD_SIZE) / 2;
	uint8_t *bytes = xmalloc(size);
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(text[HEAD_SIZE + 2 * i]);
		int low = hex_digit(text[HEAD_SIZE + 2 * i + 1]);
		if (high < 0 || low < 0) {
			mem_wipe(bytes, size);
			free(bytes);
			return ERR_FORMAT;
		}
		bytes[i] = (uint8_t)(high * 16 + low);
	}
	*ret_bytes = bytes;
	*ret_size = size;
	return 0;
}

static int
fail_damaged(const char *path, int err, char **ret_error)
{
	return fail(ret_error, err,
	    "%s is damaged; move it away, and new keys for IP Messenger are "
	    "made",
	    path);
}

char *
keyring_damaged(const struct home *h)
{
	char *path = home_path(h->data_dir, "ipmsg-keys");
	char *error = NULL;

	fail_damaged(path, ERR_FORMAT, &error);
	free(path);
	return error;
}

int
keyring_read(const struct home *h, uint8_t **ret_bytes, size_t *ret_size,
    char **ret_error)
{
	char *path = home_path(h->data_dir, "ipmsg-keys");
	char *text = NULL;
	size_t n = 0;
	int err = file_read_private(path, TEXT_MAX, &text, &n, ret_error);

	if (err == 0 || err == ERR_LIMIT) {
		if (err == 0)
			err = parse(text, n, ret_bytes, ret_size);
		if (err != 0)
			fail_damaged(path, err, ret_error);
	}
	if (text != NULL)
		mem_wipe(text, n);
	free(text);
	free(path);
	return err;
}

int
keyring_write(
    const struct home *h, const uint8_t *bytes, size_t n, char **ret_error)
{
	static const char digits[] = "0123456789abcdef";
	char *path = home_path(h->data_dir, "ipmsg-keys");
	size_t size = HEAD_SIZE + 2 * n + 1;
	char *text = xmalloc(size);

	assert(n > 0 && n <= KEYRING_BYTES_MAX);
	memcpy(text, head, HEAD_SIZE);
	for (size_t i = 0; i < n; i++) {
		text[HEAD_SIZE + 2 * i] = digits[bytes[i] >> 4];
		text[HEAD_SIZE + 2 * i + 1] = digits[bytes[i] & 15];
	}
	text[size - 1] = '\n';
	int err = file_replace(path, text, size);
	if (err != 0)
		fail(ret_error, err,
		    "cannot write the keys for IP Messenger to %s: %s; make "
		    "room there",
		    path, strerror(errno));
	mem_wipe(text, size);
	free(text);
	free(path);
	return err;
}
