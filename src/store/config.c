/* SPDX-License-Identifier: MIT */
/*
 * "key value" lines. A setting that is not known, or a value that does not
 * fit, is an error with its line: a typing mistake that is ignored would look
 * like a setting that does not work.
 */
#include "store/config.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "store/file.h"
#include "store/sentence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	CONFIG_TEXT_MAX = 64 * 1024,
};

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
parse_line(struct settings *s, const char *p, size_t n, char **ret_error)
{
	const struct setting *row;
	size_t blank = 0;

	if (!utf8_is_valid(p, n))
		return fail(ret_error, ERR_FORMAT,
		    say(s->lang,
			"it is not UTF-8 text; save the file as UTF-8"));
	if (has_control(p, n))
		return fail(ret_error, ERR_FORMAT,
		    say(s->lang, "it holds a control character"));
	while (blank < n && is_blank(p[blank]))
		blank++;
	if (blank == n || p[blank] == '#')
		return 0;
	return settings_apply(s, p, n, true, &row, ret_error);
}

int
config_parse(struct settings *s, const char *text, size_t n, char **ret_error)
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
		int err = parse_line(s, text, size, &why);
		if (err != 0) {
			fail(ret_error, err, say(s->lang, "line %zu: %s"), line,
			    why);
			free(why);
			return err;
		}
		text += size + (end != NULL);
		n -= size + (end != NULL);
	}
	return 0;
}

int
config_load(struct settings *s, const struct home *h, char **ret_error)
{
	char *path = home_path(h->config_dir, "config");
	char *text = NULL, *why = NULL;
	size_t n = 0;
	int err = file_read(path, CONFIG_TEXT_MAX, &text, &n);

	if (err == ERR_NOT_FOUND) {
		err = 0;
	} else if (err == ERR_LIMIT) {
		fail(ret_error, err,
		    say(s->lang,
			"%s is longer than %d bytes; is it the right file?"),
		    path, (int)CONFIG_TEXT_MAX);
	} else if (err != 0) {
		fail(ret_error, err,
		    say(s->lang,
			"cannot read %s: %s; correct that, or move it away"),
		    path, strerror(errno));
	} else {
		err = config_parse(s, text, n, &why);
		if (err != 0)
			fail(ret_error, err,
			    say(s->lang,
				"%s, %s; correct that line, or put # before it"),
			    path, why);
	}
	free(why);
	free(text);
	free(path);
	return err;
}

static int
fail_write(const struct settings *s, const char *path, char **ret_error)
{
	return fail(ret_error, ERR_SYS,
	    say(s->lang,
		"set for this run only: cannot write %s: %s; correct that, then "
		"/save"),
	    path, strerror(errno));
}

/* Somebody may keep the file elsewhere, and have a link to it here: the file
 * is what changes. */
static char *
real_path(const char *path)
{
	char *real = realpath(path, NULL);

	return real != NULL ? real : xstrdup(path);
}

static int
edit_file(const char *path, const struct settings *s, const char *key, bool on,
    char **ret_error)
{
	char *text = NULL;
	size_t n = 0;
	int err = file_read(path, CONFIG_TEXT_MAX, &text, &n);

	if (err == ERR_LIMIT)
		return fail(ret_error, err,
		    say(s->lang,
			"set for this run only: %s is longer than %d bytes"),
		    path, (int)CONFIG_TEXT_MAX);
	if (err != 0 && err != ERR_NOT_FOUND)
		return fail_write(s, path, ret_error);
	if (err == 0 && strlen(text) != n) {
		free(text);
		return fail(ret_error, ERR_FORMAT,
		    say(s->lang,
			"set for this run only: %s is no text; correct that, then "
			"/save"),
		    path);
	}
	char *fresh = config_edit(err == 0 ? text : "", n, s, key, on);
	err = 0;
	if (fresh != NULL && file_replace(path, fresh, strlen(fresh)) < 0)
		err = fail_write(s, path, ret_error);
	free(fresh);
	free(text);
	return err;
}

int
config_save(const struct home *h, const struct settings *s, const char *key,
    bool on, char **ret_error)
{
	char *path = home_path(h->config_dir, "config");
	char *real = real_path(path);
	int err = edit_file(real, s, key, on, ret_error);

	free(real);
	free(path);
	return err;
}
