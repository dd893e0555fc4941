/* SPDX-License-Identifier: MIT */
/*
 * /send: all that was named is looked at first; what cannot be sent holds up
 * the rest, so that nobody gets half of what was meant.
 */
#include "core/transfers.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

struct sent_file {
	uint32_t token; /* until it is answered; 0 then */
	char *path, *name, *note;
	struct file_info info; /* its strings are the above */
};

struct sending {
	uint32_t conv; /* where it was typed */
	struct fp peer;
	char *line; /* that it was, or NULL */
	size_t count, waiting;
	struct sent_file files[TRANSFER_PATHS_MAX];
};

static void
sending_free(struct sending *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++) {
		free(s->files[i].path);
		free(s->files[i].name);
		free(s->files[i].note);
	}
	free(s->line);
	free(s);
}

void
sendings_free(struct engine *e)
{
	for (size_t i = 0; i < SENDINGS_MAX; i++)
		sending_free(e->sendings[i]);
}

/* Whom it goes to; NULL when the user was told why it does not. Who may not be
 * written to gets no files either. */
static const struct peer *
receiver(struct engine *e, struct now now, uint32_t conv, const struct fp *fp)
{
	struct command cmd = { .conv = conv, .peer = *fp };
	const struct peer *p = model_peer(e->model, fp);
	const char *why = NULL;

	if (p == NULL)
		why = N_("open a conversation first: /query NAME");
	else if (p->is_self)
		why = N_("these notes stay here");
	else if (p->trust == TRUST_BLOCKED)
		why = N_("you blocked them; /unblock");
	else
		why = wire_cannot_send(e, p);
	if (why != NULL) {
		engine_error(
		    e, now, conv, "not sent: %s", say(e->model->lang, why));
		return NULL;
	}
	struct contact *k = talk_partner(e, now, &cmd);
	if (k == NULL)
		return NULL;
	contact_release(e, k);
	return model_peer(e->model, fp);
}

static struct sending **
free_place(struct engine *e)
{
	for (size_t i = 0; i < SENDINGS_MAX; i++)
		if (e->sendings[i] == NULL)
			return &e->sendings[i];
	return NULL;
}

/* False when there are too many. */
static bool
take_paths(struct sending *s, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		if (n > 0 && s->count == TRANSFER_PATHS_MAX)
			return false;
		if (n > 0)
			s->files[s->count++].path = xstrndup(text, n);
		text += n + (text[n] == '\n');
	}
	return true;
}

void
transfer_send(struct engine *e, struct now now, const struct command *cmd)
{
	struct sending **place = free_place(e);

	if (receiver(e, now, cmd->conv, &cmd->peer) == NULL)
		return;
	if (place == NULL) {
		engine_error(e, now, cmd->conv,
		    "not sent: other files are still looked at");
		return;
	}
	struct sending *s = xcalloc(1, sizeof(*s));
	s->conv = cmd->conv;
	s->peer = cmd->peer;
	s->line = cmd->line == NULL ? NULL : xstrdup(cmd->line);
	if (!take_paths(s, cmd->text == NULL ? "" : cmd->text)) {
		engine_error(e, now, cmd->conv,
		    "not sent: at most %d files at once; send their folder",
		    TRANSFER_PATHS_MAX);
		sending_free(s);
		return;
	}
	*place = s;
	s->waiting = s->count;
	for (size_t i = 0; i < s->count; i++) {
		s->files[i].token = ++e->next_token;
		effect_add(e, (struct effect){ .kind = EFFECT_FILE_STAT,
				  .token = s->files[i].token,
				  .text = s->files[i].path });
	}
}

static struct transfer *
make_transfer(struct engine *e, struct now now, const struct peer *p,
    const struct sent_file *f)
{
	struct transfer *t = transfer_add(e, now, p);

	if (t == NULL)
		return NULL;
	t->mine = t->size_known = true;
	t->name = xstrdup(f->name);
	t->path = xstrdup(f->path);
	t->note = f->note == NULL ? NULL : xstrdup(f->note);
	t->folder = f->info.folder;
	t->size = f->info.size;
	t->files = f->info.files;
	t->mtime = f->info.mtime;
	return t;
}

/* NULL, or why nothing of it was offered. */
static const char *
offer(struct engine *e, struct now now, const struct peer *p,
    const struct sending *s, struct transfer *list[static TRANSFER_PATHS_MAX])
{
	const char *why = NULL;
	size_t count = 0;

	for (; count < s->count && why == NULL; count++) {
		list[count] = make_transfer(e, now, p, &s->files[count]);
		if (list[count] == NULL) {
			why = N_("too many transfers are open; /files");
			break;
		}
	}
	if (why == NULL)
		why = wire_offer(e, now, p, list, count);
	if (why != NULL)
		while (count > 0)
			transfer_remove(e, list[--count]->id);
	return why;
}

static void
offer_all(struct engine *e, struct now now, const struct sending *s)
{
	struct transfer *list[TRANSFER_PATHS_MAX] = { NULL };
	struct peer *p = model_peer_edit(e->model, &s->peer);

	if (receiver(e, now, s->conv, &s->peer) == NULL)
		return;
	model_conv_open(e->model, p);
	const char *why = offer(e, now, p, s, list);
	if (why != NULL) {
		engine_error(
		    e, now, s->conv, "not sent: %s", say(e->model->lang, why));
		return;
	}
	for (size_t i = 0; i < s->count; i++)
		if (list[i]->row == 0)
			transfer_show(e, now, list[i], NULL);
}

static struct sent_file *
find_file(struct engine *e, uint32_t token, struct sending ***ret_place)
{
	for (size_t i = 0; i < SENDINGS_MAX; i++) {
		struct sending *s = e->sendings[i];
		for (size_t j = 0; s != NULL && j < s->count; j++) {
			if (s->files[j].token != token)
				continue;
			*ret_place = &e->sendings[i];
			return &s->files[j];
		}
	}
	return NULL;
}

/* All was looked at, or error tells what cannot be sent. */
static void
settle(struct engine *e, struct now now, const struct sending *s,
    const char *error)
{
	e->answers = s->line;
	e->answers_in = s->conv;
	if (error != NULL)
		engine_error(e, now, s->conv, "not sent: %s", error);
	else
		offer_all(e, now, s);
	e->answers = NULL;
	e->answers_in = 0;
}

void
engine_file_stat(struct engine *e, struct now now, uint32_t token,
    const struct file_info *info, const char *error)
{
	struct sending **place, *s;

	effects_begin(e, now);
	struct sent_file *f = token == 0 ? NULL : find_file(e, token, &place);
	if (f == NULL)
		return;
	s = *place;
	f->token = 0;
	if (info != NULL) {
		f->info = *info;
		f->name = xstrdup(info->name);
		f->note = info->note == NULL ? NULL : xstrdup(info->note);
		if (--s->waiting > 0)
			return;
	}
	*place = NULL;
	settle(e, now, s, info == NULL ? error : NULL);
	sending_free(s);
}
