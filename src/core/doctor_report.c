/* SPDX-License-Identifier: MIT */
#include "core/doctor.h"

#include "base/mem.h"

#include <stdlib.h>

char *
doctor_report(const struct doctor_facts *f, const struct doctor_verdict *v,
    const struct lang *l)
{
	char *text = xasprintf("earshot %s, %s", f->version, f->system);

	(void)l;
	for (size_t i = 0; i < v->count; i++) {
		char *more = xasprintf("%s\n%s", text, v->findings[i].text);
		free(text);
		text = more;
	}
	return text;
}
