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

#include <stdlib.h>
#include <string.h>

enum { TRANSFER_DIGITS_MAX = 9 };

/* A path that is not itself as clean text names something else. */
static int
take_path(struct parse *p, char **ret_path)
{
	size_t from = p->at, n;

	p->at += path_word(p->line + p->at, p->size - p->at, ret_path);
	parse_skip_blanks(p);
	char *clean = own_text(*ret_path, PEER_TEXT_LINE, &n);
	bool same = n > 0 && strcmp(clean, *ret_path) == 0;
	free(clean);
	if (same)
		return 0;
	free(*ret_path);
	return parse_fail(p, ERR_FORMAT, from,
	    xstrdup(say(p->m->lang, "that is not the name of a file; rename "
				    "it, or send its folder")));
}

int
parse_send(struct parse *p)
{
	const struct conv *c = model_conv(p->m, p->conv);
	struct str paths = { 0 };

	if (parse_at_end(p))
		return parse_fail_usage(p);
	while (!parse_at_end(p)) {
		char *path;
		int err = take_path(p, &path);
		if (err < 0) {
			str_clear(&paths);
			return err;
		}
		str_addf(&paths, "%s\n", path);
		free(path);
	}
	p->en.cmd.kind = COMMAND_SEND_FILES;
	if (c != NULL)
		p->en.cmd.peer = c->fp;
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

int
parse_get(struct parse *p)
{
	p->en.cmd.number = transfer_number(p);
	if (p->en.cmd.number != 0)
		skip_word(p);
	if (!parse_at_end(p)) {
		int err = take_path(p, &p->en.cmd.text);
		if (err < 0) {
			p->en.cmd.text = NULL;
			return err;
		}
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

bool
parse_takes_transfer(struct parse *p)
{
	char first = p->at < p->size ? p->line[p->at] : '\0';
	uint32_t number = transfer_number(p);

	if ((first != 'f' && first != 'F') || number == 0 ||
	    model_transfer(p->m, number) == NULL)
		return false;
	p->en.cmd.number = number;
	skip_word(p);
	return true;
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
