/* SPDX-License-Identifier: MIT */
/*
 * Each time the directory is read, the first names behind the last one given
 * out are kept, as many as have room; when there are more, the later half is
 * dropped and what comes behind it not even looked at. So a million names cost
 * some readings, and no more memory than a thousand.
 */
#include "store/walk_order.h"

#include "base/mem.h"

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum kind { KIND_ANY, KIND_FILE };

struct order {
	DIR *dir;
	size_t max;
	char *text; /* the names, each behind a kind and with its NUL */
	size_t text_size, text_cap;
	size_t *starts; /* of each name; in order once it is read */
	size_t count, count_cap;
	size_t at;               /* the next one to give out */
	char last[NAME_MAX + 1]; /* the last one that was; "": none */
	char edge[NAME_MAX + 1]; /* names from there on were dropped */
	bool more;               /* there are such names */
	bool began;
};

struct order *
order_new(DIR *d, size_t max)
{
	struct order *o = xcalloc(1, sizeof(*o));

	assert(max >= ORDER_BYTES_MIN);
	o->dir = d;
	o->max = max;
	return o;
}

void
order_free(struct order *o)
{
	if (o == NULL)
		return;
	free(o->text);
	free(o->starts);
	free(o);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What the directory says of it, where it says anything. */
static char
kind_of(const struct dirent *e)
{
#ifdef DT_REG
	return e->d_type == DT_REG ? KIND_FILE : KIND_ANY;
#else
	(void)e;
	return KIND_ANY;
#endif
}

/* Sorts them; the text is put together again, with only the first keep. */
static void
sort(struct order *o, size_t keep)
{
	const char **names = xcalloc(o->count + 1, sizeof(*names));
	char *text = xmalloc(o->text_cap);
	size_t size = 0;

	for (size_t i = 0; i < o->count; i++)
		names[i] = o->text + o->starts[i];
	qsort(names, o->count, sizeof(*names), compare_names);
	for (size_t i = 0; i < keep; i++) {
		size_t n = strlen(names[i]) + 1;
		memcpy(text + size, names[i] - 1, 1 + n);
		o->starts[i] = size + 1;
		size += 1 + n;
	}
	if (keep < o->count) {
		o->more = true;
		memcpy(o->edge, names[keep], strlen(names[keep]) + 1);
	}
	free(names);
	free(o->text);
	o->text = text;
	o->text_size = size;
	o->count = keep;
}

static void
add(struct order *o, const struct dirent *e)
{
	const char *name = e->d_name;
	size_t n = 1 + strlen(name) + 1;

	if (o->text_size + n + (o->count + 1) * sizeof(size_t) > o->max) {
		sort(o, o->count / 2);
		if (strcmp(name, o->edge) >= 0)
			return;
	}
	if (o->text_size + n > o->text_cap) {
		o->text_cap += o->text_cap / 2 + 4096;
		o->text = xrealloc(o->text, o->text_cap, 1);
	}
	o->starts =
	    xgrow(o->starts, o->count, &o->count_cap, sizeof(*o->starts));
	o->starts[o->count++] = o->text_size + 1;
	o->text[o->text_size] = kind_of(e);
	memcpy(o->text + o->text_size + 1, name, n - 1);
	o->text_size += n;
}

static bool
is_wanted(const struct order *o, const char *name)
{
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    strlen(name) > NAME_MAX)
		return false;
	if (o->last[0] != '\0' && strcmp(name, o->last) <= 0)
		return false;
	return !o->more || strcmp(name, o->edge) < 0;
}

static void
fill(struct order *o)
{
	const struct dirent *e;

	o->text_size = o->count = o->at = 0;
	o->more = false;
	if (o->began)
		rewinddir(o->dir);
	o->began = true;
	while ((e = readdir(o->dir)) != NULL)
		if (is_wanted(o, e->d_name))
			add(o, e);
	if (o->count > 0)
		sort(o, o->count);
}

const char *
order_next(struct order *o, bool *ret_file)
{
	if (o->at == o->count) {
		if (o->began && !o->more)
			return NULL;
		fill(o);
		if (o->count == 0)
			return NULL;
	}
	const char *name = o->text + o->starts[o->at++];
	memcpy(o->last, name, strlen(name) + 1);
	*ret_file = name[-1] == KIND_FILE;
	return name;
}
