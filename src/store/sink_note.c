/* SPDX-License-Identifier: MIT */
/*
 * The list beside a part, as it is written. Small files share a call: to write
 * their headers one by one took a thirtieth of the time that they take in all.
 * So what is on the disk may be ahead of the list when the program is killed,
 * by no more than SINK_LAG bytes of the stream; sink_cut removes that, and it
 * comes once more. A folder that the list calls complete is: its headers are
 * before its end.
 */
#include "store/sink_state.h"

#include "base/err.h"
#include "base/file_name.h"
#include "base/mem.h"
#include "store/sentence.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
flush(struct sink *s)
{
	size_t n = s->notes_size;

	if (s->list < 0 || n == 0)
		return 0;
	if (list_write(s->list, s->list_at - n, s->notes, n) < 0)
		return ERR_SYS;
	s->notes_size = 0;
	s->noted = 0;
	/* Of a folder all is synced together. */
	if (!s->plan.is_folder)
		list_push(s->list);
	return 0;
}

void
sink_note_end(struct sink *s)
{
	/* What is lost here comes once more. */
	(void)flush(s);
}

void
sink_note_undo(struct sink *s, uint64_t list_at)
{
	uint64_t back = s->list_at - list_at;

	/* It was written down already. */
	if (back > s->notes_size)
		(void)!ftruncate(s->list, (off_t)list_at);
	s->notes_size -= back < s->notes_size ? (size_t)back : s->notes_size;
	s->list_at = list_at;
}

static int
add(struct sink *s, const struct file_piece *p, const char *local)
{
	int n = list_encode(s->notes + s->notes_size, s->list_at, p, local);

	if (n < 0)
		return n;
	s->list_at += (uint64_t)n;
	s->notes_size += (size_t)n;
	uint64_t size = file_piece_header_size(p) + p->size;
	if (s->noted + size < SINK_LAG &&
	    s->notes_size <= sizeof(s->notes) - LIST_RECORD_MAX) {
		s->noted += size;
		return 0;
	}
	return flush(s);
}

static int
note(struct sink *s, const struct file_piece *p, const char *local,
    char **ret_error)
{
	if (s->part == NULL)
		return 0;
	int err = add(s, p, local);
	if (err == ERR_LIMIT)
		return fail(
		    ret_error, err, "%s is not what was offered", s->name);
	return err < 0 ? sink_fail_sys(s, ret_error) : 0;
}

int
sink_note(struct sink *s, const struct file_piece *p, char **ret_error)
{
	return note(s, p, NULL, ret_error);
}

/* Names mostly come in order, and then a look for each would take as long as
 * to write it. Takes name. */
static char *
choose_name(struct level *l, char *name)
{
	char *local = name;

	if (!l->is_new || strcmp(name, l->last) <= 0) {
		local = place_free_name(l->fd, name, ENTRY_NUMBERS_MAX);
		free(name);
	}
	if (local != NULL && strcmp(local, l->last) > 0)
		memcpy(l->last, local, strlen(local) + 1);
	return local;
}

char *
sink_note_entry(struct sink *s, const struct file_piece *p, char **ret_error)
{
	char *name = file_name_safe(p->name, strlen(p->name));
	char *local = choose_name(&s->levels[s->depth - 1], name);

	if (local == NULL) {
		sink_fail_sys(s, ret_error);
	} else if (note(s, p, local, ret_error) < 0) {
		free(local);
		local = NULL;
	}
	return local;
}

void
sink_note_complete(struct sink *s)
{
	/* Without it, somebody who is killed gets it once more. */
	if (s->list < 0 || s->placed)
		return;
	(void)add(s, &(struct file_piece){ .kind = LIST_COMPLETE }, NULL);
	(void)flush(s);
}
