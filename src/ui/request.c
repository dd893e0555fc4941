/* SPDX-License-Identifier: MIT */
#include "ui/request.h"

#include "base/mem.h"
#include "ui/state.h"

#include <stdlib.h>
#include <string.h>

void
request_clear(struct request *r)
{
	free(r->text);
	free(r->more);
	*r = (struct request){ 0 };
}

/* What nobody pulled is not worth more memory than this. */
void
request_add(
    struct ui *ui, enum request_kind kind, const char *text, const char *more)
{
	if (ui->request_count == REQUESTS_MAX)
		return;
	ui->requests[ui->request_count++] = (struct request){
		.kind = kind,
		.text = xstrdup(text),
		.more = more == NULL ? NULL : xstrdup(more),
	};
}

bool
ui_request(struct ui *ui, struct request *ret_request)
{
	if (ui->request_count == 0)
		return false;
	*ret_request = ui->requests[0];
	memmove(ui->requests, ui->requests + 1,
	    --ui->request_count * sizeof(ui->requests[0]));
	return true;
}

void
requests_free(struct ui *ui)
{
	for (size_t i = 0; i < ui->request_count; i++)
		request_clear(&ui->requests[i]);
	ui->request_count = 0;
}
