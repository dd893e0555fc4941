/* SPDX-License-Identifier: MIT */
/*
 * Every change of the text is one call of change(): bytes out, clean bytes in,
 * and the record that undoes it. An action is a row of a table and mostly a
 * motion with something done to what it passed over.
 */
#include "ui/edit.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/width.h"
#include "ui/draft.h"
#include "ui/history.h"
#include "ui/keymap.h"
#include "ui/motion.h"
#include "ui/undo.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What the last action was, for those that join or follow another. */
enum last { LAST_OTHER, LAST_KILL, LAST_YANK };

struct edit {
	char *text; /* owned, NUL-terminated */
	size_t size, cap;
	size_t cursor;
	unsigned revision;
	int goal; /* the column that Up and Down aim at; -1: the present */
	bool is_literal;
	enum last last, before; /* of this action and of the one before it */
	size_t yank_from, yank_to, yank_index; /* of LAST_YANK */
	struct undo undo;
	struct history history;
	struct edit_kills *kills; /* borrowed */
};

static void
splice(struct edit *e, size_t at, size_t removed, const char *text, size_t n)
{
	size_t size = e->size - removed + n;

	if (size + 1 > e->cap) {
		e->cap = size + 1 + size / 2;
		e->text = xrealloc(e->text, e->cap, 1);
	}
	memmove(
	    e->text + at + n, e->text + at + removed, e->size - at - removed);
	memcpy(e->text + at, text, n);
	e->size = size;
	e->text[size] = '\0';
	e->revision++;
}

/* A mark may have come to stand behind what it now joins with. */
static void
set_cursor(struct edit *e, size_t at)
{
	e->cursor = motion_snap_end(e->text, e->size, at);
}

/* Text must be clean. False, with nothing changed, when it is too much. */
static bool
change(struct edit *e, size_t from, size_t to, const char *text, size_t n,
    bool join)
{
	size_t removed = to - from;

	if (removed == 0 && n == 0)
		return false;
	if (e->size - removed + n > EDIT_TEXT_MAX)
		return false;
	struct undo_change record = {
		.at = from,
		.removed = e->text + from,
		.removed_size = removed,
		.inserted = xstrndup(text, n),
		.inserted_size = n,
		.cursor = e->cursor,
	};
	undo_add(&e->undo, &record, join);
	splice(e, from, removed, record.inserted, n);
	free(record.inserted);
	set_cursor(e, from + n);
	return true;
}

static bool
cut(struct edit *e, size_t from, size_t to, bool join)
{
	return change(e, from, to, "", 0, join);
}

static bool
move(struct edit *e, size_t at)
{
	bool changed = at != e->cursor;

	e->cursor = at;
	return changed;
}

static int
change_cleaned(
    struct edit *e, size_t from, size_t to, const char *text, size_t n)
{
	struct buf out;

	buf_init(&out, EDIT_TEXT_MAX);
	size_t line = motion_line_start(e->text, e->size, from);
	int err =
	    draft_clean(&out, width_text(e->text + line, from - line), text, n);
	size_t size = buf_size(&out);
	if (!err && e->size - (to - from) + size > EDIT_TEXT_MAX)
		err = ERR_LIMIT;
	if (!err && size > 0)
		change(e, from, to, (const char *)buf_data(&out), size, false);
	else if (!err)
		cut(e, from, to, false);
	buf_clear(&out);
	return err;
}

static bool
do_left(struct edit *e)
{
	return move(e, motion_left(e->text, e->size, e->cursor));
}

static bool
do_right(struct edit *e)
{
	return move(e, motion_right(e->text, e->size, e->cursor));
}

static bool
do_word_left(struct edit *e)
{
	return move(e, motion_word_left(e->text, e->size, e->cursor));
}

static bool
do_word_right(struct edit *e)
{
	return move(e, motion_word_right(e->text, e->size, e->cursor));
}

static bool
do_home(struct edit *e)
{
	size_t at = motion_line_start(e->text, e->size, e->cursor);

	return move(e, at == e->cursor ? 0 : at);
}

static bool
do_end(struct edit *e)
{
	size_t at = motion_line_end(e->text, e->size, e->cursor);

	return move(e, at == e->cursor ? e->size : at);
}

/* A line of the history takes the place of the text; what was there is kept by
 * the history itself, so that undo need not. */
static bool
show(struct edit *e, const char *line)
{
	if (!line)
		return false;
	undo_clear(&e->undo);
	splice(e, 0, e->size, line, strlen(line));
	e->cursor = e->size;
	e->goal = -1;
	return true;
}

static bool
do_history_older(struct edit *e)
{
	return show(e, history_older(&e->history, e->text));
}

static bool
do_history_newer(struct edit *e)
{
	return show(e, history_newer(&e->history, e->text));
}

static bool
move_to_line(struct edit *e, size_t line)
{
	size_t here = motion_line_start(e->text, e->size, e->cursor);

	if (e->goal < 0)
		e->goal = width_text(e->text + here, e->cursor - here);
	size_t end = motion_line_end(e->text, e->size, line);
	size_t n = width_cut(e->text + line, end - line, e->goal, NULL);
	return move(e, line + n);
}

static bool
do_up(struct edit *e)
{
	size_t here = motion_line_start(e->text, e->size, e->cursor);

	if (here == 0)
		return do_history_older(e);
	return move_to_line(e, motion_line_start(e->text, e->size, here - 1));
}

static bool
do_down(struct edit *e)
{
	size_t end = motion_line_end(e->text, e->size, e->cursor);

	if (end == e->size)
		return do_history_newer(e);
	return move_to_line(e, end + 1);
}

static bool
do_newline(struct edit *e)
{
	return change(e, e->cursor, e->cursor, "\n", 1, false);
}

static bool
do_backspace(struct edit *e)
{
	size_t from = motion_left(e->text, e->size, e->cursor);

	return cut(e, from, e->cursor, true);
}

static bool
do_delete(struct edit *e)
{
	size_t to = motion_right(e->text, e->size, e->cursor);

	return cut(e, e->cursor, to, true);
}

static bool
kill_to(struct edit *e, enum last before, size_t other)
{
	size_t from = other < e->cursor ? other : e->cursor;
	size_t to = other < e->cursor ? e->cursor : other;

	if (from == to)
		return false;
	if (before == LAST_KILL && e->kills->by == e)
		kills_join(e->kills, e->text + from, to - from,
		    from < e->cursor ? KILL_BEFORE : KILL_BEHIND);
	else
		kills_add(e->kills, e->text + from, to - from);
	e->kills->by = e;
	e->last = LAST_KILL;
	return cut(e, from, to, false);
}

static bool
do_kill_start(struct edit *e)
{
	return kill_to(
	    e, e->before, motion_line_start(e->text, e->size, e->cursor));
}

/* At the end of a line the line end itself, as in an editor. */
static bool
do_kill_end(struct edit *e)
{
	size_t to = motion_line_end(e->text, e->size, e->cursor);

	if (to == e->cursor)
		to = motion_right(e->text, e->size, to);
	return kill_to(e, e->before, to);
}

static bool
do_kill_word(struct edit *e)
{
	return kill_to(
	    e, e->before, motion_word_right(e->text, e->size, e->cursor));
}

static bool
do_kill_word_back(struct edit *e)
{
	return kill_to(
	    e, e->before, motion_word_left(e->text, e->size, e->cursor));
}

static bool
do_kill_blank_back(struct edit *e)
{
	return kill_to(
	    e, e->before, motion_blank_left(e->text, e->size, e->cursor));
}

static bool
do_kill_all(struct edit *e)
{
	size_t cursor = e->cursor;

	e->cursor = e->size;
	if (!kill_to(e, LAST_OTHER, 0))
		return false;
	/* Undo shall put the cursor back where it was. */
	e->undo.changes[e->undo.next - 1].cursor = cursor;
	return true;
}

static bool
yank(struct edit *e, size_t from, size_t to, size_t index)
{
	const char *text = kills_get(e->kills, index);

	if (!text || !change(e, from, to, text, strlen(text), false))
		return false;
	e->yank_from = from;
	e->yank_to = from + strlen(text);
	e->yank_index = index;
	e->last = LAST_YANK;
	return true;
}

static bool
do_yank(struct edit *e)
{
	return yank(e, e->cursor, e->cursor, 0);
}

static bool
do_yank_pop(struct edit *e)
{
	if (e->before != LAST_YANK)
		return false;
	return yank(e, e->yank_from, e->yank_to, e->yank_index + 1);
}

static bool
do_undo(struct edit *e)
{
	const struct undo_change *c = undo_back(&e->undo);

	if (!c)
		return false;
	splice(e, c->at, c->inserted_size, c->removed, c->removed_size);
	e->cursor = c->cursor;
	return true;
}

static bool
do_redo(struct edit *e)
{
	const struct undo_change *c = undo_forward(&e->undo);

	if (!c)
		return false;
	splice(e, c->at, c->removed_size, c->inserted, c->inserted_size);
	set_cursor(e, c->at + c->inserted_size);
	return true;
}

/* The two texts [a, a_end) and [b, b_end) change places. */
static bool
swap(struct edit *e, size_t a, size_t a_end, size_t b, size_t b_end)
{
	char *s = xmalloc(b_end - a);
	size_t first = b_end - b, middle = b - a_end;

	memcpy(s, e->text + b, first);
	memcpy(s + first, e->text + a_end, middle);
	memcpy(s + first + middle, e->text + a, a_end - a);
	bool changed = change(e, a, b_end, s, b_end - a, false);
	free(s);
	return changed;
}

static bool
do_transpose(struct edit *e)
{
	size_t right = e->cursor;

	/* At the end of a line the two before it. */
	if (e->text[right] != '\n')
		right = motion_right(e->text, e->size, right);
	if (right == 0)
		return false;
	size_t middle = motion_left(e->text, e->size, right);
	if (middle == 0)
		return false;
	size_t left = motion_left(e->text, e->size, middle);
	if (e->text[left] == '\n' || e->text[middle] == '\n')
		return false;
	return swap(e, left, middle, middle, right);
}

static bool
do_transpose_word(struct edit *e)
{
	size_t after = motion_word_right(e->text, e->size, e->cursor);
	size_t b = motion_word_left(e->text, e->size, after);
	size_t b_end = motion_word_right(e->text, e->size, b);
	size_t a = motion_word_left(e->text, e->size, b);
	size_t a_end = motion_word_right(e->text, e->size, a);

	if (a == b || a_end > b)
		return false;
	return swap(e, a, a_end, b, b_end);
}

static bool
do_capitalise(struct edit *e)
{
	size_t to = motion_word_right(e->text, e->size, e->cursor);
	struct buf out;
	bool seen = false;

	buf_init(&out, (size_t)2 * EDIT_TEXT_MAX);
	for (size_t at = e->cursor; at < to;) {
		char s[UTF8_MAX];
		uint32_t cp;
		at += utf8_decode(e->text + at, to - at, &cp, NULL);
		cp = seen ? draft_lower(cp) : draft_upper(cp);
		seen = seen || motion_is_word(cp);
		int err = buf_append(&out, s, utf8_encode(cp, s));
		assert(err == 0);
		(void)err;
	}
	bool changed =
	    seen && change(e, e->cursor, to, (const char *)buf_data(&out),
			buf_size(&out), false);
	buf_clear(&out);
	return changed;
}

static bool
do_literal(struct edit *e)
{
	e->is_literal = true;
	return true;
}

static bool (*const actions[EDIT_ACTION_COUNT])(struct edit *e) = {
	[EDIT_LEFT] = do_left,
	[EDIT_RIGHT] = do_right,
	[EDIT_WORD_LEFT] = do_word_left,
	[EDIT_WORD_RIGHT] = do_word_right,
	[EDIT_HOME] = do_home,
	[EDIT_END] = do_end,
	[EDIT_UP] = do_up,
	[EDIT_DOWN] = do_down,
	[EDIT_HISTORY_OLDER] = do_history_older,
	[EDIT_HISTORY_NEWER] = do_history_newer,
	[EDIT_NEWLINE] = do_newline,
	[EDIT_BACKSPACE] = do_backspace,
	[EDIT_DELETE] = do_delete,
	[EDIT_KILL_START] = do_kill_start,
	[EDIT_KILL_END] = do_kill_end,
	[EDIT_KILL_WORD] = do_kill_word,
	[EDIT_KILL_WORD_BACK] = do_kill_word_back,
	[EDIT_KILL_BLANK_BACK] = do_kill_blank_back,
	[EDIT_KILL_ALL] = do_kill_all,
	[EDIT_YANK] = do_yank,
	[EDIT_YANK_POP] = do_yank_pop,
	[EDIT_UNDO] = do_undo,
	[EDIT_REDO] = do_redo,
	[EDIT_TRANSPOSE] = do_transpose,
	[EDIT_TRANSPOSE_WORD] = do_transpose_word,
	[EDIT_CAPITALISE] = do_capitalise,
	[EDIT_LITERAL] = do_literal,
};

struct edit *
edit_new(struct edit_kills *kills)
{
	struct edit *e = xcalloc(1, sizeof(*e));

	e->text = xstrdup("");
	e->cap = 1;
	e->goal = -1;
	e->kills = kills;
	return e;
}

void
edit_free(struct edit *e)
{
	if (!e)
		return;
	undo_clear(&e->undo);
	history_clear(&e->history);
	free(e->text);
	free(e);
}

const char *
edit_text(const struct edit *e, size_t *ret_size)
{
	if (ret_size)
		*ret_size = e->size;
	return e->text;
}

size_t
edit_cursor(const struct edit *e)
{
	return e->cursor;
}

/* What follows is not a continuation of what went before. */
static void
interrupt(struct edit *e)
{
	e->last = LAST_OTHER;
	e->goal = -1;
	e->is_literal = false;
	e->undo.is_sealed = true;
}

void
edit_set_cursor(struct edit *e, size_t at)
{
	interrupt(e);
	e->cursor = motion_snap_start(e->text, e->size, at);
}

bool
edit_is_literal(const struct edit *e)
{
	return e->is_literal;
}

unsigned
edit_revision(const struct edit *e)
{
	return e->revision;
}

/* A blank ends the word that one undo takes back. */
static bool
is_typed(const struct edit *e, const char *text, size_t n)
{
	uint32_t cp;
	bool bad = false;

	if (n == 0 || n > UTF8_MAX || utf8_decode(text, n, &cp, &bad) != n ||
	    bad || cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
		return false;
	return cp == ' ' || e->cursor == 0 || e->text[e->cursor - 1] != ' ';
}

int
edit_insert(struct edit *e, const char *text, size_t n)
{
	bool join = is_typed(e, text, n);
	bool was_sealed = e->undo.is_sealed;

	interrupt(e);
	if (!join)
		return change_cleaned(e, e->cursor, e->cursor, text, n);
	if (e->size + n > EDIT_TEXT_MAX)
		return ERR_LIMIT;
	e->undo.is_sealed = was_sealed;
	change(e, e->cursor, e->cursor, text, n, true);
	return 0;
}

int
edit_literal(struct edit *e, const struct key *key)
{
	char name[KEY_TEXT_MAX];
	char c;

	interrupt(e);
	if (key->mods == KEY_CTRL && key->code >= '@' && key->code < 0x7F)
		c = (char)(key->code & 0x1F);
	else if (key->mods == 0 && key->code == KEY_TAB_KEY)
		c = '\t';
	else if (key->mods == 0 && key->code == KEY_ENTER_KEY)
		c = '\n';
	else if (key->mods == 0 && key->code == KEY_ESCAPE)
		c = 0x1B;
	else if (key->mods == 0 && key->code == KEY_BACKSPACE_KEY)
		c = 0x7F;
	else if (key_is_text(key))
		return edit_insert(e, name, utf8_encode(key->code, name));
	else {
		key_text(*key, name);
		return edit_insert(e, name, strlen(name));
	}
	return edit_insert(e, &c, 1);
}

int
edit_replace(struct edit *e, size_t from, size_t to, const char *text, size_t n)
{
	interrupt(e);
	assert(from <= to && to <= e->size);
	from = motion_snap_start(e->text, e->size, from);
	to = motion_snap_end(e->text, e->size, to);
	return change_cleaned(e, from, to, text, n);
}

int
edit_set(struct edit *e, const char *text, size_t n)
{
	return edit_replace(e, 0, e->size, text, n);
}

void
edit_clear(struct edit *e)
{
	interrupt(e);
	undo_clear(&e->undo);
	history_rewind(&e->history);
	splice(e, 0, e->size, "", 0);
	e->cursor = 0;
}

bool
edit_do(struct edit *e, enum edit_action action)
{
	int goal = e->goal;
	bool was_sealed = e->undo.is_sealed;

	assert(action < EDIT_ACTION_COUNT);
	if (!actions[action])
		return false;
	e->before = e->last;
	interrupt(e);
	/* Only their like may go on where these left off. */
	if (action == EDIT_UP || action == EDIT_DOWN)
		e->goal = goal;
	if (action == EDIT_BACKSPACE || action == EDIT_DELETE)
		e->undo.is_sealed = was_sealed;
	return actions[action](e);
}

void
edit_history_add(struct edit *e, const char *text, size_t n)
{
	struct buf out;

	buf_init(&out, EDIT_TEXT_MAX);
	if (draft_clean(&out, 0, text, n) == 0 && buf_size(&out) > 0)
		history_add(
		    &e->history, (const char *)buf_data(&out), buf_size(&out));
	buf_clear(&out);
}
