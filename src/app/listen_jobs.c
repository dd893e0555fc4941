/* SPDX-License-Identifier: MIT */
/*
 * Answers to one sender go out in the order in which its messages came: one
 * program at a time for each.
 */
#include "app/listen_state.h"

#include "base/err.h"
#include "base/lang.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* The payload of UDP over IPv4; over IPv6 a little more would fit. */
enum { DATAGRAM_ANSWER_MAX = 65507 };

static bool
same_sender(const struct job *j, uint32_t conn, const struct addr *from)
{
	return j->conn == conn && (conn != 0 || addr_equal(&j->from, from));
}

bool
jobs_add(struct listening *l, uint32_t conn, const struct addr *from,
    const uint8_t *bytes, size_t n)
{
	size_t waiting = 0, of_this = 0, size = n;

	for (size_t i = 0; i < l->job_count; i++) {
		const struct job *j = &l->jobs[i];
		waiting += j->conn == 0;
		of_this += same_sender(j, conn, from);
		size += j->conn == 0 ? j->size : 0;
	}
	/* A connection has one, and its bytes are those of its framing. */
	if (conn == 0 &&
	    (waiting >= LISTEN_WAITING_MAX || of_this >= LISTEN_WAITING_EACH ||
		size > LISTEN_WAITING_BYTES))
		return false;
	l->jobs = xgrow(l->jobs, l->job_count, &l->job_cap, sizeof(*l->jobs));
	l->jobs[l->job_count++] = (struct job){
		.conn = conn,
		.from = *from,
		.bytes = n == 0 ? NULL : xmemdup(bytes, n),
		.size = n,
	};
	return true;
}

static void
job_remove(struct listening *l, struct job *j)
{
	size_t at = (size_t)(j - l->jobs);

	free(j->bytes);
	memmove(j, j + 1, (--l->job_count - at) * sizeof(*j));
}

static void
answer(struct listening *l, struct job *j, const uint8_t *bytes, size_t n)
{
	uint32_t conn = j->conn;
	struct addr from = j->from;

	/* The next message of that sender becomes a job, which moves them. */
	job_remove(l, j);
	if (conn != 0) {
		guest_answer(l, conn, bytes, n);
	} else if (n > 0) {
		ports_send(l->ports, LISTEN_PORT, &from, bytes, n);
		answering_sent(l->answering, l->now, &from, bytes, n);
	}
}

static void
give_up(struct listening *l, struct job *j, const char *why)
{
	listen_print_unanswered(l, &j->from, why);
	answer(l, j, NULL, 0);
}

static void
end_job(struct listening *l, struct job *j, const struct child_event *ev)
{
	if (ev->size > LISTEN_ANSWER_MAX) {
		give_up(l, j,
		    N_("the program said more than 64 KiB: not answered"));
	} else if (ev->status < 0) {
		give_up(l, j,
		    N_("the program took longer than 5 s and was ended: not "
		       "answered"));
	} else if (j->conn == 0 && ev->size > DATAGRAM_ANSWER_MAX) {
		give_up(l, j,
		    N_("the answer is too long for a datagram: not sent"));
	} else {
		listen_print_answer(l, j, ev->size, ev->status);
		answer(l, j, ev->output, ev->size);
	}
}

static void
take(struct listening *l, const struct child_event *ev)
{
	for (size_t i = 0; i < l->job_count; i++) {
		struct job *j = &l->jobs[i];
		if (j->child != ev->id)
			continue;
		if (!ev->ended && ev->size <= LISTEN_ANSWER_MAX)
			return;
		if (!ev->ended) {
			/* The output that was handed out goes with it. */
			size_t size = ev->size;
			child_stop(l->children, ev->id);
			end_job(l, j, &(struct child_event){ .size = size });
			return;
		}
		end_job(l, j, ev);
		return;
	}
}

static bool
is_running(const struct listening *l, const struct job *wanted)
{
	for (size_t i = 0; i < l->job_count; i++)
		if (l->jobs[i].child != 0 &&
		    same_sender(&l->jobs[i], wanted->conn, &wanted->from))
			return true;
	return false;
}

/* ERR_LIMIT: no more of them now. */
static int
start(struct listening *l, struct job *j)
{
	const char *argv[WORDS_MAX + 1] = { NULL };
	struct child_spec spec = {
		.argv = argv,
		.input = j->size == 0 ? "" : (const char *)j->bytes,
		.input_size = j->size,
		.answers = true,
		.limit_ms = LISTEN_ANSWER_MS,
	};

	for (size_t i = 0; i < l->argv.count; i++)
		argv[i] = l->argv.items[i];
	int id = child_start(l->children, &spec, l->now.mono_ms);
	if (id < 0)
		return id;
	j->child = (unsigned)id;
	j->started_ms = l->now.mono_ms;
	return 0;
}

static void
start_those_due(struct listening *l)
{
	for (size_t i = 0; i < l->job_count;) {
		struct job *j = &l->jobs[i];
		if (j->child != 0 || is_running(l, j)) {
			i++;
			continue;
		}
		int err = start(l, j);
		if (err == ERR_LIMIT)
			return;
		if (err == 0)
			i++;
		else
			give_up(l, j, N_("the program cannot be started"));
	}
}

void
jobs_turn(struct listening *l)
{
	struct child_event ev;

	while (children_next(l->children, l->now.mono_ms, &ev))
		take(l, &ev);
	start_those_due(l);
}

void
jobs_free(struct listening *l)
{
	for (size_t i = 0; i < l->job_count; i++)
		free(l->jobs[i].bytes);
	free(l->jobs);
}
