/* SPDX-License-Identifier: MIT */
#include "ui/go.h"

#include "base/mem.h"
#include "ui/find.h"
#include "ui/fuzzy.h"
#include "ui/roster.h"

#include <stdlib.h>
#include <string.h>

enum { GO_STRANGERS_MAX = 500 };

static void
add_row(struct go *go, struct go_row row)
{
	go->rows = xgrow(go->rows, go->count, &go->cap, sizeof(*go->rows));
	go->rows[go->count++] = row;
}

static void
add_place(struct go *go, const struct conv *c, struct go_row row,
    const char *pattern, const char *name)
{
	go->all++;
	if (!fuzzy_match(pattern, name, &row.score))
		return;
	if (c != NULL) {
		row.when = c->active_ms;
		row.unread = c->unread;
	}
	add_row(go, row);
}

static void
add_people(struct go *go, const struct model *m, const char *pattern)
{
	struct roster r;
	char label[PEER_LABEL_SIZE];

	add_place(go, model_conv(m, CONV_NEARBY),
	    (struct go_row){ .kind = GO_NEARBY }, pattern, "nearby");
	roster_init(&r, m, GO_STRANGERS_MAX);
	for (size_t i = 0; i < r.count; i++)
		add_place(go, model_conv_of(m, &r.rows[i]->fp),
		    (struct go_row){ .kind = GO_PEER, .peer = r.rows[i] },
		    pattern, peer_label(r.rows[i], true, label));
	roster_clear(&r);
}

/* An alias finds its command as well as the name does. */
static void
add_commands(struct go *go, const char *pattern)
{
	size_t count;
	const struct command_spec *specs = command_specs(&count);

	go->all = count;
	for (size_t i = 0; i < count; i++) {
		struct go_row row = { .kind = GO_COMMAND, .spec = &specs[i] };
		int alias = 0;
		bool fits = fuzzy_match(pattern, specs[i].name, &row.score);
		if (specs[i].alias != NULL &&
		    fuzzy_match(pattern, specs[i].alias, &alias)) {
			fits = true;
			row.score = alias > row.score ? alias : row.score;
		}
		if (fits)
			add_row(go, row);
	}
}

static bool
says(const struct needle *needle, const struct message *msg)
{
	size_t start, end;

	return (msg->kind == MESSAGE_TEXT || msg->kind == MESSAGE_SHOUT) &&
	       !msg->deleted &&
	       needle_find(needle, msg->text, msg->size, 0, &start, &end);
}

/* The newest of one conversation, into the newest of all. */
static void
add_messages_of(struct go *go, size_t first, const struct model *m,
    const struct conv *c, const struct needle *needle)
{
	uint64_t s = c->next_serial;

	for (unsigned seen = 0; s > c->first_serial && seen < GO_MESSAGES_SEEN;
	     seen++) {
		const struct message *msg = conv_message(c, --s);
		if (!says(needle, msg))
			continue;
		struct go_row row = { .kind = GO_MESSAGE,
			.when = msg->arrived_ms,
			.peer = model_peer(m, &c->fp),
			.conv = c,
			.message = msg };
		size_t i = go->count;
		add_row(go, row);
		for (; i > first && go->rows[i - 1].when < row.when; i--)
			go->rows[i] = go->rows[i - 1];
		go->rows[i] = row;
		if (go->count - first <= GO_MESSAGES_MAX)
			continue;
		go->count--;
		if (i == go->count)
			return; /* the others here are older still */
	}
}

static void
add_messages(struct go *go, const struct model *m, const char *pattern)
{
	struct needle needle = needle_of(pattern);
	size_t first = go->count;

	if (needle.count < GO_LETTERS_MIN)
		return;
	for (size_t i = 0; i < m->conv_count; i++)
		add_messages_of(go, first, m, m->convs[i], &needle);
}

/* The best first; then where there is news, then where something was said
 * last. */
static int
compare(const void *a, const void *b)
{
	const struct go_row *r = a, *q = b;

	if (r->score != q->score)
		return r->score > q->score ? -1 : 1;
	if ((r->unread > 0) != (q->unread > 0))
		return r->unread > 0 ? -1 : 1;
	if (r->when != q->when)
		return r->when > q->when ? -1 : 1;
	if (r->kind != q->kind)
		return r->kind < q->kind ? -1 : 1;
	if (r->kind == GO_PEER)
		return r->peer->number < q->peer->number ? -1 : 1;
	return r->spec < q->spec ? -1 : 1;
}

static bool
is_here(const struct go_row *row, const struct fp *here)
{
	return row->kind == GO_PEER ? fp_equal(&row->peer->fp, here)
				    : fp_is_zero(here);
}

/* One is there already. */
static void
put_here_last(struct go *go, const struct fp *here)
{
	size_t i = 0;

	while (i < go->count && !is_here(&go->rows[i], here))
		i++;
	if (i >= go->count)
		return;
	struct go_row row = go->rows[i];
	memmove(
	    go->rows + i, go->rows + i + 1, (go->count - i - 1) * sizeof(row));
	go->rows[go->count - 1] = row;
}

static void
sort(struct go *go)
{
	if (go->count > 1)
		qsort(go->rows, go->count, sizeof(go->rows[0]), compare);
}

void
go_find(struct go *go, const struct model *m, const struct fp *here,
    const char *pattern)
{
	*go = (struct go){ 0 };
	pattern += strspn(pattern, " ");
	if (*pattern == '/') {
		add_commands(go, pattern + 1);
		sort(go);
		return;
	}
	add_people(go, m, pattern);
	sort(go);
	if (*pattern == '\0')
		put_here_last(go, here);
	add_messages(go, m, pattern);
}

void
go_clear(struct go *go)
{
	free(go->rows);
	*go = (struct go){ 0 };
}
