/* SPDX-License-Identifier: MIT */
/*
 * A connection carries one file or folder. A transfer may end while a piece of
 * it is handed over, and its connection with it, so both are looked up again
 * after each.
 */
#include "core/ipmsg_transfer.h"

#include "base/err.h"
#include "base/mem.h"
#include "core/ipmsg_line.h"
#include "core/legacy.h"
#include "proto/ipmsg_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* What a message says that brings files: there are clients that open no
	 * window for an offer without a word. */
	WORDS_SIZE = 256,
	/* Connections that have not asked yet. */
	ASKERS_MAX = IPMSG_CONNS_MAX / 2,
	ASKERS_OF_HOST_MAX = 4,
};

/* A file that was offered to us: how it is asked for. */
struct ipmsg_offered {
	uint32_t token; /* 0: this place is free */
	uint64_t packet, id;
	bool utf8;
};

/* One connection, either end. */
struct ipmsg_file_conn {
	struct ipmsg_serve *serve;
	struct ipmsg_fetch *fetch;
	uint32_t transfer; /* 0: not known yet */
	uint64_t offset;   /* of fetch */
};

struct ipmsg_files {
	struct ipmsg_offers *ours;
	struct ipmsg_offered theirs[TRANSFERS_MAX];
	size_t next; /* the place of the next one of theirs */
	uint32_t token;
};

static struct ipmsg_files *
files(struct engine *e)
{
	if (e->ipmsg.files == NULL) {
		e->ipmsg.files = xcalloc(1, sizeof(*e->ipmsg.files));
		e->ipmsg.files->ours = ipmsg_offers_new();
	}
	return e->ipmsg.files;
}

void
ipmsg_transfer_free(struct engine *e)
{
	if (e->ipmsg.files == NULL)
		return;
	ipmsg_offers_free(e->ipmsg.files->ours);
	free(e->ipmsg.files);
	e->ipmsg.files = NULL;
}

void
ipmsg_transfer_detach(struct conn *c)
{
	if (c->ipmsg == NULL)
		return;
	ipmsg_serve_free(c->ipmsg->serve);
	ipmsg_fetch_free(c->ipmsg->fetch);
	free(c->ipmsg);
	c->ipmsg = NULL;
}

/* How a connection ended, for its transfer. */

static enum ipmsg_files_state
state_of(const struct conn *c)
{
	return c->ipmsg->serve != NULL ? ipmsg_serve_state(c->ipmsg->serve)
				       : ipmsg_fetch_state(c->ipmsg->fetch);
}

static enum transfer_state
outcome(enum ipmsg_files_state s)
{
	switch (s) {
	case IPMSG_FILES_DONE:
		return TRANSFER_DONE;
	/* What broke off in the middle can be taken up again. */
	case IPMSG_FILES_SHORT:
	case IPMSG_FILES_TIMEOUT:
	case IPMSG_FILES_RESTART:
		return TRANSFER_PAUSED;
	case IPMSG_FILES_WAITING:
	case IPMSG_FILES_ASKED:
	case IPMSG_FILES_RUNNING:
	case IPMSG_FILES_ENDING:
	case IPMSG_FILES_REFUSED:
	case IPMSG_FILES_BROKEN:
	case IPMSG_FILES_LIMIT:
	case IPMSG_FILES_UNSAFE:
	case IPMSG_FILES_SOURCE:
		break;
	}
	return TRANSFER_FAILED;
}

static void
settle(struct engine *e, struct now now, struct conn *c)
{
	enum ipmsg_files_state state = state_of(c);
	uint32_t id = c->ipmsg->transfer;
	bool serves = c->ipmsg->serve != NULL;

	c->ipmsg->transfer = 0;
	if (id == 0)
		return;
	if (serves)
		ipmsg_offers_end(files(e)->ours, id, state == IPMSG_FILES_DONE);
	/* An end of theirs was told with its last piece. */
	if (serves || state != IPMSG_FILES_DONE)
		transfer_ended(
		    e, now, id, outcome(state), ipmsg_files_reason(state));
}

/* What it has to send goes out. False: it is over, and c is gone. */
static bool
flush(struct engine *e, struct now now, struct conn *c)
{
	const uint8_t *p;
	size_t n;

	while (c->ipmsg->serve != NULL &&
	       ipmsg_serve_output(c->ipmsg->serve, &p, &n))
		stream_send(e, c, p, n);
	if (ipmsg_files_is_over(state_of(c))) {
		settle(e, now, c);
		stream_close(e, c);
		return false;
	}
	c->deadline_ms = c->ipmsg->serve != NULL
			     ? ipmsg_serve_deadline(c->ipmsg->serve)
			     : ipmsg_fetch_deadline(c->ipmsg->fetch);
	return true;
}

/* Somebody asks for one of ours. */

/* Who connects and asks for nothing must not keep others from asking, nor us:
 * all that run were let in by an offer. */
static bool
is_crowded(const struct engine *e, const struct conn *c)
{
	unsigned all = 0, same = 0;

	for (uint32_t i = 0; i < e->conn_end; i++) {
		const struct conn *other = e->conns[i];
		if (other == NULL || other == c || other->ipmsg == NULL ||
		    other->ipmsg->transfer != 0)
			continue;
		all++;
		same += addr_same_host(&other->addr, &c->addr);
	}
	return all >= ASKERS_MAX || same >= ASKERS_OF_HOST_MAX;
}

bool
ipmsg_transfer_accepted(struct engine *e, struct now now, struct conn *c)
{
	if (!ipmsg_line_is_on(e) || is_crowded(e, c))
		return false;
	c->ipmsg = xcalloc(1, sizeof(*c->ipmsg));
	c->ipmsg->serve = ipmsg_serve_new(now);
	c->deadline_ms = ipmsg_serve_deadline(c->ipmsg->serve);
	return true;
}

static void
admit(struct engine *e, struct now now, struct conn *c)
{
	struct ipmsg *m = ipmsg_line_machine(e);
	struct ipmsg_text user, host;
	struct ipmsg_who who;
	struct ipmsg_admitted admitted;
	struct ipmsg_asker asker = { .rng = &e->rng };

	if (!ipmsg_serve_asked(c->ipmsg->serve, &user, &host))
		return;
	if (m != NULL && ipmsg_at(m, &c->addr, user, host, &who)) {
		asker.handle = who.handle;
		asker.charset = who.charset;
	}
	if (ipmsg_serve_admit(
		c->ipmsg->serve, now, files(e)->ours, &asker, &admitted) < 0)
		return;
	ipmsg_fetched(m, now, &c->addr, admitted.packet);
	c->ipmsg->transfer = admitted.token;
	if (transfer_started(e, now, admitted.token, c->id, admitted.offset))
		return;
	c = conn_get(e, c->id);
	if (c != NULL) {
		ipmsg_offers_end(files(e)->ours, admitted.token, false);
		c->ipmsg->transfer = 0;
		ipmsg_serve_closed(c->ipmsg->serve, true);
	}
}

static void
serve_bytes(struct engine *e, struct now now, struct conn *c, const uint8_t *p,
    size_t n)
{
	uint32_t id = c->id;

	ipmsg_serve_input(c->ipmsg->serve, now, p, n);
	admit(e, now, c);
	c = conn_get(e, id);
	if (c != NULL)
		flush(e, now, c);
	ipmsg_line_pump(e, now);
}

void
ipmsg_transfer_piece(struct engine *e, struct now now, struct transfer *t,
    const struct file_piece *piece)
{
	struct conn *c = conn_get(e, t->conn);

	if (c == NULL || c->ipmsg == NULL || c->ipmsg->serve == NULL)
		return;
	ipmsg_serve_piece(c->ipmsg->serve, now, piece);
	flush(e, now, c);
}

void
ipmsg_transfer_drained(struct engine *e, struct now now, struct conn *c)
{
	if (c->ipmsg->serve == NULL)
		return;
	ipmsg_serve_wrote(c->ipmsg->serve, now);
	flush(e, now, c);
}

/* We ask for one of theirs. */

void
ipmsg_transfer_opened(struct engine *e, struct now now, struct conn *c)
{
	uint8_t request[IPMSG_REQUEST_MAX];
	size_t n;
	uint32_t id = c->id, transfer = c->ipmsg->transfer;

	if (ipmsg_fetch_begin(c->ipmsg->fetch, now, request, &n) < 0) {
		c->ipmsg->transfer = 0;
		stream_close(e, c);
		transfer_ended(e, now, transfer, TRANSFER_FAILED,
		    N_("it cannot be asked for"));
		return;
	}
	stream_send(e, c, request, n);
	c->deadline_ms = ipmsg_fetch_deadline(c->ipmsg->fetch);
	if (transfer_started(e, now, transfer, id, c->ipmsg->offset))
		return;
	c = conn_get(e, id);
	if (c != NULL) {
		c->ipmsg->transfer = 0;
		stream_close(e, c);
	}
}

/* All that these bytes bring. NULL when c is gone. */
static struct conn *
fetch_all(struct engine *e, struct now now, struct conn *c, const uint8_t *p,
    size_t n)
{
	struct file_piece piece;
	uint32_t id = c->id, transfer = c->ipmsg->transfer;

	while (c != NULL &&
	       ipmsg_fetch_next(c->ipmsg->fetch, now, &p, &n, &piece)) {
		transfer_piece(e, now, transfer, &piece);
		c = conn_get(e, id);
	}
	return c;
}

/* The same for what its end brings. It goes by itself and must not be stopped
 * meanwhile. */
static void
fetch_rest(struct engine *e, struct now now, struct conn *c)
{
	struct file_piece piece;
	const uint8_t *p = NULL;
	size_t n = 0;
	uint32_t transfer = c->ipmsg->transfer;

	ipmsg_fetch_closed(c->ipmsg->fetch);
	c->ipmsg->transfer = 0;
	while (ipmsg_fetch_next(c->ipmsg->fetch, now, &p, &n, &piece))
		transfer_piece(e, now, transfer, &piece);
	c->ipmsg->transfer = transfer;
}

void
ipmsg_transfer_bytes(struct engine *e, struct now now, struct conn *c,
    const uint8_t *p, size_t n)
{
	if (c->ipmsg->serve != NULL) {
		serve_bytes(e, now, c, p, n);
		return;
	}
	c = fetch_all(e, now, c, p, n);
	if (c != NULL)
		flush(e, now, c);
}

void
ipmsg_transfer_closed(
    struct engine *e, struct now now, struct conn *c, int sys_errno)
{
	uint32_t transfer = c->ipmsg->transfer;

	if (c->state == CONN_DIALING) {
		c->ipmsg->transfer = 0;
		transfer_ended(e, now, transfer, TRANSFER_FAILED,
		    sys_errno == 0 ? N_("they did not let us have it")
				   : conn_why(sys_errno));
		return;
	}
	if (c->ipmsg->serve != NULL)
		ipmsg_serve_closed(c->ipmsg->serve, sys_errno != 0);
	else
		fetch_rest(e, now, c);
	settle(e, now, c);
}

void
ipmsg_transfer_late(struct engine *e, struct now now, struct conn *c)
{
	if (c->state == CONN_DIALING) {
		ipmsg_transfer_closed(e, now, c, ETIMEDOUT);
		stream_close(e, c);
		return;
	}
	if (c->ipmsg->serve != NULL) {
		/* Who ends a request with nothing has said all by now. */
		ipmsg_serve_tick(c->ipmsg->serve, now);
		serve_bytes(e, now, c, NULL, 0);
		return;
	}
	ipmsg_fetch_tick(c->ipmsg->fetch, now);
	c = fetch_all(e, now, c, NULL, 0);
	if (c != NULL)
		flush(e, now, c);
}

/* Offers. */

static struct ipmsg_offered *
keep_offered(struct engine *e, const struct ipmsg_event *ev, uint64_t id)
{
	struct ipmsg_files *f = files(e);
	struct ipmsg_offered *o = &f->theirs[f->next];

	f->next = (f->next + 1) % TRANSFERS_MAX;
	if (++f->token == 0)
		f->token = 1;
	*o = (struct ipmsg_offered){
		.token = f->token,
		.packet = ev->number,
		.id = id,
		.utf8 = ev->utf8,
	};
	return o;
}

static const struct ipmsg_offered *
find_offered(struct engine *e, uint64_t token)
{
	for (size_t i = 0; token != 0 && i < TRANSFERS_MAX; i++)
		if (files(e)->theirs[i].token == token)
			return &files(e)->theirs[i];
	return NULL;
}

/* The message came again, because its acknowledgement got lost. */
static bool
was_offered(
    const struct engine *e, const struct fp *fp, const struct msg_id *message)
{
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		const struct transfer *t = e->model->transfers[i];
		if (!t->mine && fp_equal(&t->peer, fp) &&
		    msg_id_equal(&t->message, message))
			return true;
	}
	return false;
}

void
ipmsg_transfer_offered(struct engine *e, struct now now, const struct fp *fp,
    const struct ipmsg_event *ev)
{
	bool any = false;

	if (was_offered(e, fp, &ev->id))
		return;
	for (size_t i = 0; i < ev->file_count; i++) {
		const struct ipmsg_file *file = &ev->files[i];
		bool folder = file->type == IPMSG_FILE_DIR;
		/* Links and devices are not made of what a peer says. */
		if (!folder && file->type != IPMSG_FILE_REGULAR &&
		    file->type != IPMSG_FILE_CLIPBOARD)
			continue;
		struct transfer_offer offer = {
			.peer = *fp,
			.dialect = DIALECT_IPMSG,
			.message = ev->id,
			.offer = keep_offered(e, ev, file->id)->token,
			.name = (const char *)file->name,
			.folder = folder,
			.size_known = !folder,
			.size = file->size,
			.files = folder ? 0 : 1,
			.mtime = file->mtime,
		};
		any |= transfer_offered(e, now, &offer) != 0;
	}
	if (ev->file_count > 0 && !any)
		ipmsg_release(
		    ipmsg_line_machine(e), now, ev->host.handle, ev->number);
}

void
ipmsg_transfer_released(
    struct engine *e, struct now now, const struct ipmsg_event *ev)
{
	uint32_t tokens[TRANSFER_PATHS_MAX];
	size_t count = ipmsg_offers_of(files(e)->ours, ev->host.handle,
	    ev->number, tokens, TRANSFER_PATHS_MAX);

	for (size_t i = 0; i < count; i++) {
		const struct transfer *t = transfer_get(e, tokens[i]);
		/* What is on its way ends with its connection. */
		if (t == NULL || t->state != TRANSFER_OFFERED)
			continue;
		ipmsg_offers_remove(files(e)->ours, tokens[i]);
		transfer_withdrawn(e, now, tokens[i], TRANSFER_REFUSED, NULL);
	}
}

void
ipmsg_transfer_failed(struct engine *e, struct now now,
    const struct msg_id *message, const char *reason)
{
	for (size_t i = e->model->transfer_count; i-- > 0;) {
		const struct transfer *t = e->model->transfers[i];
		if (!t->mine || t->state != TRANSFER_OFFERED ||
		    !msg_id_equal(&t->message, message))
			continue;
		uint32_t id = t->id;
		ipmsg_offers_remove(files(e)->ours, id);
		transfer_withdrawn(e, now, id, TRANSFER_FAILED, reason);
	}
}

void
ipmsg_transfer_clear(struct engine *e, struct now now)
{
	for (size_t i = e->model->transfer_count; i-- > 0;) {
		struct transfer *t = e->model->transfers[i];
		if (t->dialect != DIALECT_IPMSG ||
		    transfer_state_is_last(t->state))
			continue;
		uint32_t id = t->id;
		ipmsg_transfer_stop(e, now, t);
		transfer_withdrawn(
		    e, now, id, TRANSFER_FAILED, N_("ipmsg was switched off"));
	}
	ipmsg_transfer_free(e);
}

/* From the transfers. */

const char *
ipmsg_transfer_cannot(const struct engine *e, const struct peer *p)
{
	struct ipmsg *m = ipmsg_line_machine(e);
	struct ipmsg_who who;

	if (m == NULL)
		return N_("ipmsg is off; /dialect ipmsg on");
	if (!ipmsg_get(m, p->handle, &who) || !who.present)
		return N_("they are not there");
	return who.files ? NULL : N_("their program takes no files");
}

/* The names, as far as they have room. */
static size_t
words(struct transfer *const *list, size_t count, char out[WORDS_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(list[i]->name);
		if (n + size + 3 > WORDS_SIZE)
			break;
		if (i > 0) {
			memcpy(out + n, ", ", 2);
			n += 2;
		}
		memcpy(out + n, list[i]->name, size);
		n += size;
	}
	out[n] = '\0';
	return n;
}

static void
describe(const struct transfer *t, uint64_t id, struct ipmsg_file *file)
{
	size_t n = strlen(t->name);

	*file = (struct ipmsg_file){
		.id = id,
		.type = t->folder ? IPMSG_FILE_DIR : IPMSG_FILE_REGULAR,
		.name_size = n < IPMSG_FILE_NAME_MAX ? n : IPMSG_FILE_NAME_MAX,
		.utf8 = true,
		.size = t->size,
		.mtime = t->mtime > 0 ? t->mtime : 0,
		.clipboard = -1,
	};
	memcpy(file->name, t->name, file->name_size);
}

static const char *
failure(int err)
{
	switch (err) {
	case ERR_FORMAT:
		return N_("their program cannot write such a name");
	case ERR_LIMIT:
		return N_("too many at once for their program");
	default:
		return N_("they are not there");
	}
}

static void
enter(struct engine *e, const struct peer *p, struct transfer *t,
    uint64_t packet, uint64_t id)
{
	struct ipmsg_offer offer = {
		.token = t->id,
		.packet = packet,
		.id = id,
		.folder = t->folder,
		.size = t->size,
		.handle = p->handle,
	};

	t->offer = t->id;
	ipmsg_offers_add(files(e)->ours, &offer);
}

const char *
ipmsg_transfer_offer(struct engine *e, struct now now, const struct peer *p,
    struct transfer *const *list, size_t count)
{
	const char *why = ipmsg_transfer_cannot(e, p);
	struct ipmsg_file *described;
	char text[WORDS_SIZE];
	uint64_t packet;

	if (why != NULL)
		return why;
	described = xcalloc(count, sizeof(*described));
	for (size_t i = 0; i < count; i++)
		describe(list[i], i + 1, &described[i]);
	struct ipmsg_message message = {
		.utf8 = text,
		.size = words(list, count, text),
		.files = described,
		.file_count = count,
	};
	rng_fill(&e->rng, message.id.b, sizeof(message.id.b));
	int err =
	    ipmsg_say(ipmsg_line_machine(e), now, p->handle, &message, &packet);
	for (size_t i = 0; err == 0 && i < count; i++) {
		list[i]->message = message.id;
		enter(e, p, list[i], packet, i + 1);
	}
	free(described);
	ipmsg_line_pump(e, now);
	return err == 0 ? NULL : failure(err);
}

static struct ipmsg_fetch *
new_fetch(struct engine *e, struct now now, const struct transfer *t,
    const struct ipmsg_offered *o, const struct ipmsg_who *who)
{
	struct ipmsg *m = ipmsg_line_machine(e);
	struct ipmsg_fetch_cfg cfg = {
		.number = ipmsg_number(m, now),
		.user = ipmsg_user(m),
		.host = ipmsg_hostname(m),
		.packet = o->packet,
		.id = o->id,
		.folder = t->folder,
		.size = t->size,
		.offset = ipmsg_fetch_resumes(who->client) && !t->folder
			      ? t->offset
			      : 0,
		.utf8 = o->utf8,
		.charset = who->charset,
		.rng = &e->rng,
	};

	return ipmsg_fetch_new(&cfg, now);
}

const char *
ipmsg_transfer_fetch(struct engine *e, struct now now, struct transfer *t)
{
	const struct peer *p = model_peer(e->model, &t->peer);
	struct ipmsg *m = ipmsg_line_machine(e);
	const struct ipmsg_offered *o = find_offered(e, t->offer);
	struct ipmsg_who who;

	if (m == NULL)
		return N_("ipmsg is off; /dialect ipmsg on");
	if (p == NULL || o == NULL)
		return N_("that offer is not known any more");
	if (!ipmsg_get(m, p->handle, &who) || who.addr_count == 0)
		return N_("they are not there");
	struct conn *c = stream_dial(e, now, &who.addrs[0], CONN_IPMSG_FILE);
	if (c == NULL)
		return N_("too many connections");
	c->ipmsg = xcalloc(1, sizeof(*c->ipmsg));
	c->ipmsg->fetch = new_fetch(e, now, t, o, &who);
	c->ipmsg->transfer = t->id;
	c->ipmsg->offset =
	    ipmsg_fetch_resumes(who.client) && !t->folder ? t->offset : 0;
	t->conn = c->id;
	return NULL;
}

/* Others of the same message are still wanted, or may be. */
static bool
has_company(const struct engine *e, const struct transfer *t)
{
	for (size_t i = 0; i < e->model->transfer_count; i++) {
		const struct transfer *other = e->model->transfers[i];
		if (other != t && !other->mine &&
		    other->dialect == DIALECT_IPMSG &&
		    msg_id_equal(&other->message, &t->message) &&
		    !transfer_state_is_last(other->state))
			return true;
	}
	return false;
}

void
ipmsg_transfer_refuse(struct engine *e, struct now now, struct transfer *t)
{
	const struct peer *p = model_peer(e->model, &t->peer);
	const struct ipmsg_offered *o = find_offered(e, t->offer);

	if (t->mine) {
		ipmsg_offers_remove(files(e)->ours, t->id);
		return;
	}
	if (!ipmsg_line_is_on(e) || p == NULL || o == NULL || has_company(e, t))
		return;
	ipmsg_release(ipmsg_line_machine(e), now, p->handle, o->packet);
	ipmsg_line_pump(e, now);
}

void
ipmsg_transfer_stop(struct engine *e, struct now now, struct transfer *t)
{
	struct conn *c = conn_get(e, t->conn);

	(void)now;
	if (t->mine) {
		ipmsg_offers_end(files(e)->ours, t->id, false);
		ipmsg_offers_remove(files(e)->ours, t->id);
	}
	if (c == NULL || c->ipmsg == NULL || c->ipmsg->transfer != t->id)
		return;
	c->ipmsg->transfer = 0;
	stream_close(e, c);
}
