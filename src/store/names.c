/* SPDX-License-Identifier: MIT */
#include "store/names.h"

#include "base/mem.h"
#include "base/peer_text.h"

#include <stdlib.h>
#include <string.h>

struct name {
	struct fp fp;
	char *label, *skeleton;
	char *handle; /* of who has no key; NULL */
};

static int
by_fp(const void *a, const void *b)
{
	return fp_compare(
	    &((const struct name *)a)->fp, &((const struct name *)b)->fp);
}

static int
by_skeleton(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->skeleton,
	    ((const struct name *)b)->skeleton);
}

static void
add_tag(struct name *n)
{
	char tag[TAG_LONG + 1];
	char *label = xasprintf("%s\xc2\xb7%s", n->label,
	    n->handle != NULL ? n->handle : fp_tag(&n->fp, TAG_LONG, tag));

	free(n->label);
	n->label = label;
}

/* "ana: yes" as a name would put words into somebody's mouth, and "me" are we.
 */
static bool
misleads(const struct name *n, const char *me)
{
	return strchr(n->label, ':') != NULL || strcmp(n->skeleton, me) == 0;
}

static void
add_tags(struct names *names)
{
	char *me = name_skeleton("me");
	bool same = false;

	qsort(names->list, names->count, sizeof(*names->list), by_skeleton);
	for (size_t i = 0; i < names->count; i++) {
		struct name *n = &names->list[i];
		bool next = i + 1 < names->count && by_skeleton(n, n + 1) == 0;
		if (same || next || misleads(n, me))
			add_tag(n);
		same = next;
	}
	qsort(names->list, names->count, sizeof(*names->list), by_fp);
	free(me);
}

static struct name
read_name(sqlite3_stmt *s)
{
	struct name n = { .label = db_column_text(s, 1, NULL) };

	db_column_bytes(s, 0, n.fp.b, FP_SIZE);
	n.skeleton = name_skeleton(n.label);
	if (sqlite3_column_type(s, 2) != SQLITE_NULL)
		n.handle = db_column_text(s, 2, NULL);
	return n;
}

int
names_load(struct db *db, struct names *ret_names)
{
	struct names names = { 0 };
	size_t cap = 0;
	sqlite3_stmt *s;
	int code = sqlite3_prepare_v2(db->sql,
	    "SELECT fp, name, handle FROM contact LEFT JOIN line"
	    " ON contact = id",
	    -1, &s, NULL);

	while (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
		names.list =
		    xgrow(names.list, names.count, &cap, sizeof(*names.list));
		names.list[names.count++] = read_name(s);
		code = SQLITE_OK;
	}
	sqlite3_finalize(s);
	if (code != SQLITE_DONE) {
		names_clear(&names);
		return code;
	}
	if (names.count > 0)
		add_tags(&names);
	*ret_names = names;
	return SQLITE_OK;
}

void
names_clear(struct names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		free(names->list[i].label);
		free(names->list[i].skeleton);
		free(names->list[i].handle);
	}
	free(names->list);
	*names = (struct names){ 0 };
}

const char *
names_find(const struct names *names, const struct fp *fp)
{
	struct name key = { .fp = *fp };
	const struct name *n =
	    names->count == 0
		? NULL
		: bsearch(&key, names->list, names->count, sizeof(key), by_fp);

	return n == NULL ? "?" : n->label;
}
