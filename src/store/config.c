/* SPDX-License-Identifier: MIT */
/*
 * "key value" lines. A setting that is not known, or a value that does not
 * fit, is an error with its line: a typing mistake that is ignored would look
 * like a setting that does not work.
 */
#include "store/config.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "store/db.h"
#include "store/file.h"
#include "store/sentence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONFIG_TEXT_MAX = 64 * 1024,
	KEY_MAX = 32,
	KEYS_TEXT_MAX = 256,
	PORT_DIGITS_MAX = 5,
	NUMBER_DIGITS_MAX = 7,
};

typedef int set_fn(struct config *c, const char *value, char **ret_error);

static int
set_name(struct config *c, const char *value, char **ret_error)
{
	if (value[0] == '\0' || strlen(value) > NAME_BYTES_MAX)
		return fail(ret_error, ERR_FORMAT,
		    "a name has between 1 and %d bytes", (int)NAME_BYTES_MAX);
	free(c->name);
	c->name = xstrdup(value);
	return 0;
}

static int
set_status(struct config *c, const char *value, char **ret_error)
{
	if (strlen(value) > STATUS_BYTES_MAX)
		return fail(ret_error, ERR_FORMAT,
		    "a status has at most %d bytes", (int)STATUS_BYTES_MAX);
	free(c->status);
	c->status = value[0] == '\0' ? NULL : xstrdup(value);
	return 0;
}

static int
set_quiet(struct config *c, const char *value, char **ret_error)
{
	bool on = strcmp(value, "on") == 0;

	if (!on && strcmp(value, "off") != 0)
		return fail(ret_error, ERR_FORMAT,
		    "quiet is \"on\" or \"off\", not \"%s\"", value);
	c->quiet = on;
	return 0;
}

static int
set_port(struct config *c, const char *value, char **ret_error)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long port = 0;

	if (value[digits] == '\0' && digits <= PORT_DIGITS_MAX)
		port = strtoul(value, NULL, 10);
	if (port == 0 || port > UINT16_MAX)
		return fail(ret_error, ERR_FORMAT,
		    "a port is a number from 1 to 65535, not \"%s\"", value);
	c->port = (uint16_t)port;
	return 0;
}

static int
set_interface(struct config *c, const char *value, char **ret_error)
{
	size_t size = strlen(value);

	if (size == 0 || size >= IFACE_NAME_MAX ||
	    strcspn(value, " \t/") != size)
		return fail(ret_error, ERR_FORMAT,
		    "\"%s\" is no name of a network interface", value);
	for (size_t i = 0; i < c->interface_count; i++)
		if (strcmp(c->interfaces[i], value) == 0)
			return 0;
	if (c->interface_count == CONFIG_INTERFACES_MAX)
		return fail(ret_error, ERR_LIMIT,
		    "more than %d interfaces are named",
		    (int)CONFIG_INTERFACES_MAX);
	memcpy(c->interfaces[c->interface_count++], value, size + 1);
	return 0;
}

static int
set_glyphs(struct config *c, const char *value, char **ret_error)
{
	bool ascii = strcmp(value, "ascii") == 0;

	if (!ascii && strcmp(value, "auto") != 0)
		return fail(ret_error, ERR_FORMAT,
		    "look.glyphs is \"auto\" or \"ascii\", not \"%s\"", value);
	c->ascii = ascii;
	return 0;
}

static int
read_number(
    const char *value, const char *what, uint32_t *ret_number, char **ret_error)
{
	size_t digits = strspn(value, "0123456789");

	if (digits == 0 || value[digits] != '\0' || digits > NUMBER_DIGITS_MAX)
		return fail(ret_error, ERR_FORMAT,
		    "%s, a number of at most %d digits, not \"%s\"", what,
		    (int)NUMBER_DIGITS_MAX, value);
	*ret_number = (uint32_t)strtoul(value, NULL, 10);
	return 0;
}

static int
set_history_days(struct config *c, const char *value, char **ret_error)
{
	return read_number(value,
	    "history.days is for how many days messages are kept, 0 for ever",
	    &c->history_days, ret_error);
}

static int
set_history_size(struct config *c, const char *value, char **ret_error)
{
	return read_number(value,
	    "history.size is how many MiB the history may have",
	    &c->history_mib, ret_error);
}

static int
set_history_free(struct config *c, const char *value, char **ret_error)
{
	return read_number(value,
	    "history.free is how many MiB of the disk are left free",
	    &c->history_free_mib, ret_error);
}

static const struct config_key keys[] = {
	{ "name", "TEXT", "what others call you" },
	{ "status", "TEXT", "a line about you that others see" },
	{ "quiet", "on|off", "do not announce yourself, only listen" },
	{ "port", "NUMBER", "the discovery port, the same for all who meet" },
	{ "interface", "NAME", "use this interface and no other; may repeat" },
	{ "look.glyphs", "auto|ascii", "draw with ASCII only" },
	{ "history.days", "NUMBER", "keep messages so long; 0 is for ever" },
	{ "history.size", "NUMBER", "keep so many MiB of messages at most" },
	{ "history.free", "NUMBER", "leave so many MiB of the disk free" },
};

enum { KEY_COUNT = sizeof(keys) / sizeof(keys[0]) };

/* In the order of the keys. */
static set_fn *const setters[KEY_COUNT] = {
	set_name,
	set_status,
	set_quiet,
	set_port,
	set_interface,
	set_glyphs,
	set_history_days,
	set_history_size,
	set_history_free,
};

const struct config_key *
config_keys(size_t *ret_count)
{
	*ret_count = KEY_COUNT;
	return keys;
}

void
config_init(struct config *c)
{
	*c = (struct config){ .history_free_mib = DB_FREE_FLOOR_MIB };
}

void
config_clear(struct config *c)
{
	free(c->name);
	free(c->status);
	config_init(c);
}

static int
fail_unknown(const char *key, char **ret_error)
{
	char list[KEYS_TEXT_MAX] = "";
	size_t size = 0;

	for (size_t i = 0; i < KEY_COUNT; i++) {
		int n = snprintf(list + size, sizeof(list) - size, "%s%s",
		    i > 0 ? ", " : "", keys[i].name);
		size += (size_t)n;
	}
	return fail(ret_error, ERR_NOT_FOUND,
	    "no setting \"%s\"; there are: %s", key, list);
}

int
config_set(
    struct config *c, const char *key, const char *value, char **ret_error)
{
	for (size_t i = 0; i < KEY_COUNT; i++)
		if (strcmp(keys[i].name, key) == 0)
			return setters[i](c, value, ret_error);
	return fail_unknown(key, ret_error);
}

static bool
is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r';
}

/* Controls would reach the terminal with the sentence about the line. */
static bool
has_control(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((unsigned char)p[i] < ' ' && !is_blank(p[i])) ||
		    p[i] == 0x7f)
			return true;
	return false;
}

/* One line without its end. */
static int
parse_line(struct config *c, const char *p, size_t n, char **ret_error)
{
	char key[KEY_MAX];
	size_t key_size = 0;

	if (!utf8_is_valid(p, n))
		return fail(ret_error, ERR_FORMAT,
		    "it is not UTF-8 text; save the file as UTF-8");
	if (has_control(p, n))
		return fail(
		    ret_error, ERR_FORMAT, "it holds a control character");
	while (n > 0 && is_blank(p[n - 1]))
		n--;
	while (n > 0 && is_blank(*p)) {
		p++;
		n--;
	}
	if (n == 0 || *p == '#')
		return 0;
	while (key_size < n && !is_blank(p[key_size]))
		key_size++;
	if (key_size >= sizeof(key))
		return fail(ret_error, ERR_FORMAT,
		    "it does not begin with the name of a setting");
	memcpy(key, p, key_size);
	key[key_size] = '\0';
	while (key_size < n && is_blank(p[key_size]))
		key_size++;
	char *value = xstrndup(p + key_size, n - key_size);
	int err = config_set(c, key, value, ret_error);
	free(value);
	return err;
}

int
config_parse(struct config *c, const char *text, size_t n, char **ret_error)
{
	static const char mark[] = "\xEF\xBB\xBF";
	size_t mark_size = sizeof(mark) - 1;

	if (n >= mark_size && memcmp(text, mark, mark_size) == 0) {
		text += mark_size;
		n -= mark_size;
	}
	for (size_t line = 1; n > 0; line++) {
		const char *end = memchr(text, '\n', n);
		size_t size = end == NULL ? n : (size_t)(end - text);
		char *why = NULL;
		int err = parse_line(c, text, size, &why);
		if (err != 0) {
			fail(ret_error, err, "line %zu: %s", line, why);
			free(why);
			return err;
		}
		text += size + (end != NULL);
		n -= size + (end != NULL);
	}
	return 0;
}

int
config_load(struct config *c, const struct home *h, char **ret_error)
{
	char *path = home_path(h->config_dir, "config");
	char *text = NULL, *why = NULL;
	size_t n = 0;
	int err = file_read(path, CONFIG_TEXT_MAX, &text, &n);

	if (err == ERR_NOT_FOUND) {
		err = 0;
	} else if (err == ERR_LIMIT) {
		fail(ret_error, err,
		    "%s is longer than %d bytes; is it the right file?", path,
		    (int)CONFIG_TEXT_MAX);
	} else if (err != 0) {
		fail(ret_error, err,
		    "cannot read %s: %s; correct that, or move it away", path,
		    strerror(errno));
	} else {
		err = config_parse(c, text, n, &why);
		if (err != 0)
			fail(ret_error, err,
			    "%s, %s; correct that line, or put # before it",
			    path, why);
	}
	free(why);
	free(text);
	free(path);
	return err;
}
