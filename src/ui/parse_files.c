/* SPDX-License-Identifier: MIT */
/*
 * Commands about files on their way.
 */
#include "base/err.h"
#include "base/mem.h"
#include "core/transfer.h"
#include "ui/parse.h"
#include "ui/path_words.h"
#include "ui/report.h"
#include "ui/str.h"
#include "ui/transfer_text.h"

#include <stdlib.h>
#include <string.h>

enum { TRANSFER_DIGITS_MAX = 9 };

/* A path that is not itself as clean text names something else. */
int
parse_take_path(struct parse *p, char **ret_path)
{
	size_t from = p->at, n;
	char *path;

	p->at += path_word(p->line + p->at, p->size - p->at, &path);
	parse_skip_blanks(p);
	char *clean = own_text(path, PEER_TEXT_LINE, &n);
	int err = 0;
	if (n == 0 || strcmp(clean, path) != 0)
		err = parse_fail(p, ERR_FORMAT, from,
		    xasprintf(say(p->m->lang,
				  "\"%s\" is not the name of a file; rename "
				  "it, or send its folder"),
			clean));
	free(clean);
	if (err == 0)
		*ret_path = path;
	else
		free(path);
	return err;
}

static bool
takes_to(struct parse *p)
{
	static const char to[] = "--to";

	if (parse_word_size(p) != strlen(to) ||
	    strncmp(p->line + p->at, to, strlen(to)) != 0)
		return false;
	p->at += strlen(to);
	parse_skip_blanks(p);
	return true;
}

static int
take_receivers(struct parse *p)
{
	const struct conv *c = model_conv(p->m, p->conv);

	if (takes_to(p))
		return parse_people(p);
	if (c != NULL)
		p->en.cmd.peer = c->fp;
	return 0;
}

int
parse_send(struct parse *p)
{
	struct str paths = { 0 };
	int err = take_receivers(p);

	if (err < 0)
		return err;
	if (parse_at_end(p))
		return parse_fail_usage(p);
	while (!parse_at_end(p)) {
		char *path;
		if ((err = parse_take_path(p, &path)) < 0) {
			str_clear(&paths);
			return err;
		}
		str_addf(&paths, "%s\n", path);
		free(path);
	}
	p->en.cmd.kind = COMMAND_SEND_FILES;
	p->en.cmd.text = str_take(&paths);
	return 0;
}

/* "3" or "f3"; 0 when the word is none. p->at stays. */
static uint32_t
transfer_number(const struct parse *p)
{
	const char *s = p->line + p->at;
	size_t n = parse_word_size(p);
	uint32_t number = 0;

	if (n > 0 && (*s == 'f' || *s == 'F')) {
		s++;
		n--;
	}
	if (n > TRANSFER_DIGITS_MAX)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return 0;
		number = number * 10 + (uint32_t)(s[i] - '0');
	}
	return number;
}

static void
skip_word(struct parse *p)
{
	p->at += parse_word_size(p);
	parse_skip_blanks(p);
}

/* Mostly it is one, with blanks in it. */
static int
fail_several(struct parse *p)
{
	return parse_fail(p, ERR_FORMAT, p->at,
	    xasprintf(say(p->m->lang,
			  "/%s takes one path: put one with blanks in quotes"),
		p->spec->name));
}

int
parse_get(struct parse *p)
{
	p->en.cmd.number = transfer_number(p);
	if (p->en.cmd.number != 0)
		skip_word(p);
	if (!parse_at_end(p)) {
		int err = parse_take_path(p, &p->en.cmd.text);
		if (err < 0)
			return err;
		if (!parse_at_end(p))
			return fail_several(p);
	}
	return parse_nothing(p, COMMAND_GET);
}

int
parse_refuse(struct parse *p)
{
	p->en.cmd.number = transfer_number(p);
	if (p->en.cmd.number != 0)
		skip_word(p);
	return parse_nothing(p, COMMAND_REFUSE);
}

/* One of them has to be named. */
static int
parse_number(struct parse *p, enum command_kind kind)
{
	p->en.cmd.number = transfer_number(p);
	if (p->en.cmd.number == 0)
		return parse_fail_usage(p);
	skip_word(p);
	return parse_nothing(p, kind);
}

int
parse_pause(struct parse *p)
{
	return parse_number(p, COMMAND_PAUSE);
}

int
parse_resume(struct parse *p)
{
	return parse_number(p, COMMAND_RESUME);
}

bool
parse_is_transfer(const struct parse *p)
{
	char first = p->at < p->size ? p->line[p->at] : '\0';

	return (first == 'f' || first == 'F') && transfer_number(p) != 0;
}

bool
parse_takes_transfer(struct parse *p)
{
	if (!parse_is_transfer(p) ||
	    model_transfer(p->m, transfer_number(p)) == NULL)
		return false;
	p->en.cmd.number = transfer_number(p);
	skip_word(p);
	return true;
}

/* In the table, or in what was said. */
static const struct transfer *
find_file(const struct model *m, uint32_t id)
{
	const struct transfer *t = model_transfer(m, id);

	for (size_t i = 0; t == NULL && i < m->conv_count; i++) {
		const struct conv *c = m->convs[i];
		for (uint64_t s = c->next_serial;
		     t == NULL && s > c->first_serial; s--) {
			const struct transfer *file =
			    conv_message(c, s - 1)->file;
			if (file != NULL && file->id == id)
				t = file;
		}
	}
	return t;
}

int
parse_open_file(struct parse *p)
{
	uint32_t id = transfer_number(p);
	const struct transfer *t = find_file(p->m, id);
	size_t from = p->at;

	if (t == NULL)
		return parse_fail(p, ERR_NOT_FOUND, from,
		    xasprintf(say(p->m->lang,
				  "there is no transfer f%u; /files lists "
				  "them"),
			(unsigned)id));
	char *why = transfer_cannot_open(p->m->lang, t);
	if (why != NULL)
		return parse_fail(p, ERR_UNSUPPORTED, from, why);
	skip_word(p);
	p->en.front = FRONT_OPEN_FILE;
	p->en.cmd.text = xstrdup(t->path);
	return parse_nothing(p, COMMAND_INFO);
}

int
parse_files(struct parse *p)
{
	int err = parse_nothing(p, COMMAND_INFO);

	if (err < 0)
		return err;
	p->en.front = FRONT_TRANSFERS;
	p->en.cmd.text = report_files(p->m);
	return 0;
}
