/* SPDX-License-Identifier: MIT */
/*
 * Entries are kept until the end of the turn, and written at once. Whatever
 * goes wrong ends the record and nothing else; the file then ends with a whole
 * entry.
 */
#include "app/record.h"

#include "app/language.h"
#include "app/log.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FILE_BYTES_MAX = 64 * 1024 * 1024,
	/* Room for RECORD_END. */
	FILE_BYTES_LAST = FILE_BYTES_MAX - 64,
	WRITE_AT = 64 * 1024,
};

struct recorder {
	struct front front;
	char *path;
	int fd;          /* -1: it has ended */
	int64_t last_ms; /* of what was taken */
	size_t written;  /* whole entries */
	struct buf waiting;
	const char *why; /* it ended, and nobody was told yet; not translated */
	int sys_errno;   /* the same; 0: why says all */
	bool started;
};

static void
stop(struct recorder *r, const char *why, int sys_errno)
{
	r->why = why;
	r->sys_errno = sys_errno;
	close(r->fd);
	r->fd = -1;
	buf_clear(&r->waiting);
}

static void
write_waiting(struct recorder *r)
{
	while (r->fd >= 0 && buf_size(&r->waiting) > 0) {
		ssize_t n =
		    write(r->fd, buf_data(&r->waiting), buf_size(&r->waiting));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int why = n < 0 ? errno : ENOSPC;
			/* What is there of the last entry is of no use; nor is
			 * it of any harm. */
			if (ftruncate(r->fd, (off_t)r->written) < 0)
				log_line("the record ends within an entry");
			stop(r, N_("the record ends here"), why);
			return;
		}
		buf_consume(&r->waiting, (size_t)n);
	}
}

static void
flush(struct recorder *r)
{
	size_t n = buf_size(&r->waiting);

	write_waiting(r);
	if (r->fd >= 0)
		r->written += n;
}

static void
add(struct recorder *r, const struct record_entry *entry)
{
	uint8_t bytes[RECORD_ENTRY_MAX];
	size_t n;

	if (record_encode(entry, bytes, &n) < 0) {
		log_line("something is not in the record: it is too long");
		return;
	}
	if (buf_append(&r->waiting, bytes, n) == 0 &&
	    buf_size(&r->waiting) >= WRITE_AT)
		flush(r);
}

static void
end(struct recorder *r, enum record_end how, const char *why)
{
	struct record_entry last = {
		.kind = RECORD_END, .at_ms = r->last_ms, .code = how
	};

	add(r, &last);
	flush(r);
	if (r->fd >= 0)
		stop(r, why, 0);
}

static void
take(struct recorder *r, const struct record_entry *entry)
{
	if (r->fd < 0)
		return;
	r->last_ms = entry->at_ms;
	if (r->written + buf_size(&r->waiting) + RECORD_ENTRY_MAX >
	    FILE_BYTES_LAST)
		end(r, RECORD_END_SIZE,
		    N_("the record has 64 MiB, and ends here"));
	else
		add(r, entry);
}

static void
take_all(struct recorder *r, struct engine *engine)
{
	struct record_entry entry;

	while (engine_trace_next(engine, &entry))
		take(r, &entry);
	switch (r->fd < 0 ? 0 : engine_trace_ended(engine)) {
	case RECORD_END_TIME:
		end(r, RECORD_END_TIME,
		    N_("the record is as long as it may be, and ends here"));
		break;
	case RECORD_END_SIZE:
		end(r, RECORD_END_SIZE,
		    N_("too much came at once for the record, and it ends "
		       "here"));
		break;
	default:
		flush(r);
	}
}

static void
recorder_turn(struct front *f, struct shell *sh)
{
	struct recorder *r = (struct recorder *)f;

	take_all(r, sh->engine);
	if (r->why == NULL)
		return;
	const char *why = say(language(), r->why);
	struct command cmd = {
		.kind = COMMAND_ERROR,
		.conv = CONV_NEARBY,
		.text = r->sys_errno == 0
			    ? xstrdup(why)
			    : xasprintf("%s: %s", why, strerror(r->sys_errno)),
	};
	log_line("%s", cmd.text);
	r->why = NULL;
	shell_command(sh, &cmd);
}

int
recorder_open(struct shell *sh, const char *path, char **ret_error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0) {
		const char *why =
		    errno == EEXIST
			? say(language(), "it is there already, and is not "
					  "overwritten; name another")
			: strerror(errno);
		*ret_error = xasprintf(
		    say(language(), "cannot record to %s: %s"), path, why);
		return ERR_SYS;
	}
	struct recorder *r = xcalloc(1, sizeof(*r));
	*r = (struct recorder){
		.front = { .turn = recorder_turn },
		.path = xstrdup(path),
		.fd = fd,
	};
	buf_init(&r->waiting, 2 * WRITE_AT);
	buf_append(&r->waiting, record_magic, RECORD_MAGIC_SIZE);
	sh->recorder = r;
	return 0;
}

void
recorder_start(struct shell *sh)
{
	if (sh->recorder == NULL)
		return;
	sh->recorder->started = true;
	front_add(&sh->fronts, &sh->recorder->front);
}

void
recorder_close(struct shell *sh)
{
	struct recorder *r = sh->recorder;

	if (r == NULL)
		return;
	sh->recorder = NULL;
	if (sh->engine != NULL)
		take_all(r, sh->engine);
	if (r->fd >= 0)
		end(r, RECORD_END_OVER, NULL);
	if (!r->started)
		unlink(r->path);
	buf_clear(&r->waiting);
	free(r->path);
	free(r);
}
