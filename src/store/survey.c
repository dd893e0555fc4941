/* SPDX-License-Identifier: MIT */
#include "base/err.h"
#include "base/mem.h"
#include "base/peer_text.h"
#include "store/sentence.h"
#include "store/source.h"
#include "store/walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NAMED_MAX = 3, /* of what is left out */
	SURVEY_FILES_MAX = 1000000000,
};

struct survey {
	struct walk *walk;
	struct file_info info;
	bool began;
	char *name, *note; /* owned; of info */
	unsigned left_out;
};

/* From where on a shell would have looked for names; NULL. */
static const char *
pattern_in(const char *path)
{
	const char *at = strpbrk(path, "*?[");

	while (at != NULL && at > path && at[-1] != '/')
		at--;
	return at;
}

/* How it is sent all the same. */
static void
add_way(char **error)
{
	char *why = *error;

	*error = xasprintf(
	    say(sentence_lang(), "%s; this sends what comes of it: earshot "
				 "send-file CONTACT - --name NAME < FILE"),
	    why);
	free(why);
}

static int
open_walk(const char *path, struct walk **ret_walk, char **ret_error)
{
	struct stat st;
	const char *pattern = pattern_in(path);

	if (pattern != NULL && lstat(path, &st) != 0 && errno == ENOENT)
		return fail(ret_error, ERR_NOT_FOUND,
		    "no file %s; no patterns here: name each path, Tab "
		    "completes",
		    pattern);
	int err = walk_open(path, ret_walk, ret_error);
	if (err == ERR_UNSUPPORTED)
		add_way(ret_error);
	return err;
}

int
survey_open(const char *path, struct survey **ret_survey, char **ret_error)
{
	struct walk *walk;
	int err = open_walk(path, &walk, ret_error);

	if (err < 0)
		return err;
	struct survey *s = xcalloc(1, sizeof(*s));
	s->walk = walk;
	walk_peek(walk);
	*ret_survey = s;
	return 0;
}

/* Takes line. */
static void
add_note(struct survey *s, char *line)
{
	char *whole =
	    s->note == NULL ? line : xasprintf("%s; %s", s->note, line);

	if (s->note != NULL)
		free(line);
	free(s->note);
	s->note = whole;
}

static void
leave_out(struct survey *s, const struct walk_item *item)
{
	if (s->left_out++ >= NAMED_MAX)
		return;
	char *name = own_text(item->name, PEER_TEXT_LINE, NULL);
	add_note(s, xasprintf(say(sentence_lang(), "%s is left out: %s"), name,
			item->why));
	free(name);
}

static void
begin(struct survey *s, const struct walk_item *item)
{
	if (s->began)
		return;
	s->began = true;
	s->name = own_text(item->name, PEER_TEXT_LINE, NULL);
	s->info.name = s->name;
	s->info.folder = item->kind == WALK_ENTER;
	s->info.mtime = (int64_t)item->st.st_mtim.tv_sec;
}

static void
count(struct survey *s, const struct walk_item *item)
{
	if (item->fd >= 0)
		close(item->fd);
	s->info.size += (uint64_t)item->st.st_size;
	if (s->info.files < SURVEY_FILES_MAX)
		s->info.files++;
}

static void
finish(struct survey *s)
{
	unsigned more = s->left_out > NAMED_MAX ? s->left_out - NAMED_MAX : 0;

	if (more > 0)
		add_note(s, xasprintf(say_n(sentence_lang(), "and %u more",
					  "and %u more", more),
				more));
	s->info.note = s->note;
}

bool
survey_step(struct survey *s, unsigned entries)
{
	struct walk_item item;

	while (entries-- > 0) {
		walk_next(s->walk, &item);
		if (item.kind == WALK_END) {
			finish(s);
			return true;
		}
		if (item.kind == WALK_LEFT_OUT)
			leave_out(s, &item);
		if (item.kind == WALK_ENTER || item.kind == WALK_FILE)
			begin(s, &item);
		if (item.kind == WALK_FILE)
			count(s, &item);
	}
	return false;
}

const struct file_info *
survey_info(const struct survey *s)
{
	return &s->info;
}

void
survey_free(struct survey *s)
{
	if (s == NULL)
		return;
	walk_free(s->walk);
	free(s->name);
	free(s->note);
	free(s);
}
