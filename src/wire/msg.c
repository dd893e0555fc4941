/* SPDX-License-Identifier: MIT */
/*
 * Messages inside a session. No message names its sender: that is the identity
 * the session authenticated, and there is no second place to lie about it.
 *
 * Each field number means the same in all messages; a table says which type
 * knows and which needs which field.
 */
#include "wire/msg.h"

#include "base/err.h"
#include "base/wr.h"
#include "wire/tlv.h"

#include <assert.h>
#include <string.h>

enum msg_field {
	FIELD_ID = 1,
	FIELD_SEQ = 2,
	FIELD_SENT = 3,
	FIELD_FLAGS = 4,
	FIELD_TEXT = 5,
	FIELD_STATE = 6,
	FIELD_IDS = 7,
	FIELD_CODE = 8,
	FIELD_TARGET = 9,
	FIELD_PREV = 10,
	FIELD_SIZE = 11,
	FIELD_MTIME = 12,
	FIELD_FILES = 13,
	FIELD_NONCE = 14,
	FIELD_LOAD = 15,
	FIELD_HEARD = 16,
	FIELD_ARGS = 20,
};

enum {
	FLAG_ON = 1 << 0,     /* MSG_TYPING, MSG_STATUS */
	FLAG_FOLDER = 1 << 0, /* MSG_FILE */
	FLAG_MORE = 1 << 0,   /* MSG_HEARD */
	HEARD_ONE_SIZE = HEARD_FP_SIZE + 4,
	TEXT_FLAGS_KNOWN = TEXT_SHOUT_COPY | TEXT_ACTION,
	PAD_STEP = 4096,
	TEXT_MESSAGE_MAX =
	    1 + 7 * TLV_HEADER_SIZE + 2 * MSG_ID_SIZE + 3 * 8 + 1 + TEXT_MAX,
};

/* So that the longest message still has room for its padding field. */
_Static_assert((int)TEXT_MESSAGE_MAX + (int)TLV_HEADER_SIZE <=
		   MSG_MAX / PAD_STEP * PAD_STEP,
    "the longest text, padded, is a message");

#define BIT(field) (UINT32_C(1) << (field))
#define POST (BIT(FIELD_ID) | BIT(FIELD_SEQ) | BIT(FIELD_SENT))

static const struct rule {
	uint32_t known, required;
	size_t text_max;
} rules[] = {
	[MSG_TEXT] = {
		.known = POST | BIT(FIELD_FLAGS) | BIT(FIELD_TEXT) |
		    BIT(FIELD_TARGET) | BIT(FIELD_PREV),
		.required = POST | BIT(FIELD_TEXT),
		.text_max = TEXT_MAX,
	},
	[MSG_EDIT] = {
		.known = POST | BIT(FIELD_TEXT) | BIT(FIELD_TARGET) |
		    BIT(FIELD_PREV),
		.required = POST | BIT(FIELD_TEXT) | BIT(FIELD_TARGET),
		.text_max = TEXT_MAX,
	},
	[MSG_DELETE] = {
		.known = POST | BIT(FIELD_TARGET) | BIT(FIELD_PREV),
		.required = POST | BIT(FIELD_TARGET),
	},
	[MSG_REACT] = {
		.known = POST | BIT(FIELD_TEXT) | BIT(FIELD_TARGET) |
		    BIT(FIELD_PREV),
		.required = POST | BIT(FIELD_TARGET),
		.text_max = REACTION_MAX,
	},
	[MSG_FILE] = {
		.known = POST | BIT(FIELD_FLAGS) | BIT(FIELD_TEXT) |
		    BIT(FIELD_PREV) | BIT(FIELD_SIZE) | BIT(FIELD_MTIME) |
		    BIT(FIELD_FILES),
		.required = POST | BIT(FIELD_TEXT),
		.text_max = FILE_NAME_MAX,
	},
	[MSG_FILE_STOP] = {
		.known = POST | BIT(FIELD_STATE) | BIT(FIELD_TARGET) |
		    BIT(FIELD_PREV),
		.required = POST | BIT(FIELD_STATE) | BIT(FIELD_TARGET),
	},
	[MSG_FILE_CALL] = {
		.known = BIT(FIELD_TARGET),
		.required = BIT(FIELD_TARGET),
	},
	[MSG_FILE_ATTACH] = {
		.known = BIT(FIELD_TARGET),
		.required = BIT(FIELD_TARGET),
	},
	[MSG_HEARD_ASK] = {
		.known = BIT(FIELD_NONCE),
		.required = BIT(FIELD_NONCE),
	},
	[MSG_HEARD] = {
		.known = BIT(FIELD_FLAGS) | BIT(FIELD_NONCE) |
		    BIT(FIELD_HEARD),
		.required = BIT(FIELD_NONCE),
	},
	[MSG_ECHO] = {
		.known = BIT(FIELD_NONCE) | BIT(FIELD_LOAD),
		.required = BIT(FIELD_NONCE),
	},
	[MSG_ECHO_BACK] = {
		.known = BIT(FIELD_SIZE) | BIT(FIELD_NONCE),
		.required = BIT(FIELD_NONCE),
	},
	[MSG_RUN] = {
		.known = BIT(FIELD_ID) | BIT(FIELD_TEXT) | BIT(FIELD_ARGS),
		.required = BIT(FIELD_ID) | BIT(FIELD_TEXT),
		.text_max = RUN_NAME_MAX,
	},
	[MSG_RUN_OUTPUT] = {
		.known = BIT(FIELD_TEXT) | BIT(FIELD_TARGET),
		.required = BIT(FIELD_TEXT) | BIT(FIELD_TARGET),
		.text_max = RUN_PIECE_MAX,
	},
	[MSG_RUN_END] = {
		.known = BIT(FIELD_STATE) | BIT(FIELD_CODE) | BIT(FIELD_TARGET),
		.required = BIT(FIELD_STATE) | BIT(FIELD_TARGET),
	},
	[MSG_RUN_STOP] = {
		.known = BIT(FIELD_TARGET),
		.required = BIT(FIELD_TARGET),
	},
	[MSG_ACK] = {
		.known = BIT(FIELD_STATE) | BIT(FIELD_IDS),
		.required = BIT(FIELD_STATE) | BIT(FIELD_IDS),
	},
	[MSG_TYPING] = {
		.known = BIT(FIELD_FLAGS),
		.required = BIT(FIELD_FLAGS),
	},
	[MSG_STATUS] = {
		.known = BIT(FIELD_FLAGS) | BIT(FIELD_TEXT),
		.required = BIT(FIELD_FLAGS),
		.text_max = STATUS_BYTES_MAX,
	},
	[MSG_NACK] = {
		.known = BIT(FIELD_IDS) | BIT(FIELD_CODE),
		.required = BIT(FIELD_IDS) | BIT(FIELD_CODE),
	},
};

/* Everything a message can hold, before its type says what it means. */
struct fields {
	uint32_t seen;
	struct msg_id id, target;
	uint64_t seq, prev, size, nonce;
	int64_t sent_ms, mtime;
	uint32_t files;
	uint8_t flags, state, code;
	struct untrusted text;
	struct tlv ids, load, heard, args;
};

static const struct rule *
find_rule(uint8_t type)
{
	if (type >= sizeof(rules) / sizeof(rules[0]) || rules[type].known == 0)
		return NULL;
	return &rules[type];
}

bool
msg_is_post(uint8_t type)
{
	return find_rule(type) != NULL && (rules[type].required & POST) == POST;
}

/* What goes without saying: the number below, but for the first of an epoch.
 * So most texts stay within the smallest size. */
static uint64_t
usual_prev(uint64_t seq)
{
	return (uint32_t)seq > 1 ? seq - 1 : 0;
}

static uint8_t
post_flags(uint8_t type, const struct msg_post *m)
{
	if (type == MSG_FILE)
		return m->file.folder ? FLAG_FOLDER : 0;
	return type == MSG_TEXT ? m->flags & TEXT_FLAGS_KNOWN : 0;
}

/* Zero is what goes without saying; and that a file is one. */
static void
put_file(struct wr *w, const struct msg_file *f)
{
	if (f->size > INT64_MAX)
		w->failed = true;
	if (f->size != 0)
		tlv_put_u64(w, FIELD_SIZE, f->size);
	if (f->mtime != 0)
		tlv_put_i64(w, FIELD_MTIME, f->mtime);
	if (f->folder && f->files != 0)
		tlv_put_u32(w, FIELD_FILES, f->files);
}

static void
put_post(struct wr *w, const struct rule *rule, uint8_t type,
    const struct msg_post *m)
{
	uint8_t flags = post_flags(type, m);
	bool has_text;

	tlv_put(w, FIELD_ID, m->id.b, MSG_ID_SIZE);
	tlv_put_u64(w, FIELD_SEQ, m->seq);
	tlv_put_i64(w, FIELD_SENT, m->sent_ms);
	if (flags != 0)
		tlv_put_u8(w, FIELD_FLAGS, flags);
	has_text = tlv_put_text(w, FIELD_TEXT, m->text, rule->text_max);
	if (type == MSG_FILE_STOP)
		tlv_put_u8(w, FIELD_STATE, m->end);
	if (m->has_target && type != MSG_FILE)
		tlv_put(w, FIELD_TARGET, m->target.b, MSG_ID_SIZE);
	if (m->prev != usual_prev(m->seq))
		tlv_put_u64(w, FIELD_PREV, m->prev);
	if (type == MSG_FILE)
		put_file(w, &m->file);
	if ((!has_text && (rule->required & BIT(FIELD_TEXT)) != 0) ||
	    (!m->has_target && (rule->required & BIT(FIELD_TARGET)) != 0))
		w->failed = true;
}

static void
put_ack(struct wr *w, const struct msg_ack *m)
{
	if (m->count == 0 || m->count > ACK_IDS_MAX) {
		w->failed = true;
		return;
	}
	tlv_put_u8(w, FIELD_STATE, m->state);
	tlv_put(w, FIELD_IDS, m->ids, m->count * MSG_ID_SIZE);
}

static void
put_heard(struct wr *w, const struct msg_heard *m)
{
	uint8_t bytes[HEARD_MAX * HEARD_ONE_SIZE];
	struct wr all = wr_to(bytes, sizeof(bytes));

	if (m->count > HEARD_MAX) {
		w->failed = true;
		return;
	}
	if (m->more)
		tlv_put_u8(w, FIELD_FLAGS, FLAG_MORE);
	tlv_put_u64(w, FIELD_NONCE, m->nonce);
	for (size_t i = 0; i < m->count; i++) {
		wr_bytes(&all, m->all[i].fp, HEARD_FP_SIZE);
		wr_u32(&all, m->all[i].ago_s);
	}
	if (all.size > 0)
		tlv_put(w, FIELD_HEARD, bytes, all.size);
}

static void
put_echo(struct wr *w, uint8_t type, const struct msg_echo *m)
{
	if (type == MSG_ECHO_BACK && m->size != 0)
		tlv_put_u64(w, FIELD_SIZE, m->size);
	tlv_put_u64(w, FIELD_NONCE, m->nonce);
	if (type == MSG_ECHO_BACK || m->load_size == 0)
		return;
	if (m->load_size > ECHO_LOAD_MAX) {
		w->failed = true;
		return;
	}
	wr_u8(w, FIELD_LOAD);
	wr_u8(w, (uint8_t)(m->load_size >> 16));
	wr_u16(w, (uint16_t)m->load_size);
	wr_zeros(w, m->load_size);
}

static void
put_run(struct wr *w, const struct rule *rule, const struct msg_run *m)
{
	tlv_put(w, FIELD_ID, m->id.b, MSG_ID_SIZE);
	if (!tlv_put_text(w, FIELD_TEXT, m->name, rule->text_max) ||
	    m->args_size > RUN_ARGS_BYTES_MAX)
		w->failed = true;
	else if (m->args_size > 0)
		tlv_put(w, FIELD_ARGS, m->args, m->args_size);
}

static void
put_news(struct wr *w, const struct rule *rule, uint8_t type,
    const struct msg_run_news *m)
{
	if (type == MSG_RUN_OUTPUT &&
	    !tlv_put_text(w, FIELD_TEXT, m->text, rule->text_max))
		w->failed = true;
	if (type == MSG_RUN_END) {
		tlv_put_u8(w, FIELD_STATE, m->end);
		if (m->code != 0)
			tlv_put_u8(w, FIELD_CODE, m->code);
	}
	tlv_put(w, FIELD_TARGET, m->target.b, MSG_ID_SIZE);
}

static void
put_fields(struct wr *w, const struct rule *rule, const struct msg *m)
{
	if (msg_is_post(m->type)) {
		put_post(w, rule, m->type, &m->post);
		return;
	}
	switch (m->type) {
	case MSG_FILE_CALL:
	case MSG_FILE_ATTACH:
		tlv_put(w, FIELD_TARGET, m->ref.target.b, MSG_ID_SIZE);
		break;
	case MSG_HEARD_ASK:
		tlv_put_u64(w, FIELD_NONCE, m->heard.nonce);
		break;
	case MSG_HEARD:
		put_heard(w, &m->heard);
		break;
	case MSG_ECHO:
	case MSG_ECHO_BACK:
		put_echo(w, m->type, &m->echo);
		break;
	case MSG_RUN:
		put_run(w, rule, &m->run);
		break;
	case MSG_RUN_OUTPUT:
	case MSG_RUN_END:
	case MSG_RUN_STOP:
		put_news(w, rule, m->type, &m->news);
		break;
	case MSG_ACK:
		put_ack(w, &m->ack);
		break;
	case MSG_TYPING:
		tlv_put_u8(w, FIELD_FLAGS, m->typing.on ? FLAG_ON : 0);
		break;
	case MSG_STATUS:
		tlv_put_u8(w, FIELD_FLAGS, m->status.away ? FLAG_ON : 0);
		tlv_put_text(w, FIELD_TEXT, m->status.text, STATUS_BYTES_MAX);
		break;
	case MSG_NACK:
		tlv_put(w, FIELD_IDS, m->nack.id.b, MSG_ID_SIZE);
		tlv_put_u8(w, FIELD_CODE, m->nack.code);
		break;
	default:
		w->failed = true;
	}
}

size_t
msg_padded_size(size_t size)
{
	for (size_t class = 64; class < PAD_STEP; class *= 4)
		if (size <= class)
			return class;
	if (size > MSG_MAX / PAD_STEP * PAD_STEP)
		return MSG_MAX;
	return (size + PAD_STEP - 1) / PAD_STEP * PAD_STEP;
}

static void
put_padding(struct wr *w)
{
	size_t padded = msg_padded_size(w->size);

	if (padded == w->size)
		return;
	/* A gap smaller than the header of a field cannot be filled. */
	if (padded < w->size + TLV_HEADER_SIZE)
		padded = msg_padded_size(w->size + TLV_HEADER_SIZE);
	tlv_put_pad(w, padded - w->size);
}

int
msg_encode(const struct msg *m, uint8_t *out, size_t cap, size_t *ret_size)
{
	struct wr w = wr_to(out, cap);

	const struct rule *rule = find_rule(m->type);
	assert(rule != NULL);
	wr_u8(&w, m->type);
	put_fields(&w, rule, m);
	if (!w.failed)
		put_padding(&w);
	if (w.failed)
		return ERR_LIMIT;
	*ret_size = w.size;
	return 0;
}

static int
get_ids(const struct tlv *f, struct tlv *ret_ids)
{
	if (f->size == 0 || f->size % MSG_ID_SIZE != 0)
		return ERR_FORMAT;
	if (f->size / MSG_ID_SIZE > ACK_IDS_MAX)
		return ERR_LIMIT;
	*ret_ids = *f;
	return 0;
}

/* So many, and a zero byte behind the last: nothing is read beyond. */
static int
get_args(const struct tlv *f, struct tlv *ret_args)
{
	size_t count = 0;

	if (f->size > RUN_ARGS_BYTES_MAX)
		return ERR_LIMIT;
	if (f->size > 0 && f->value[f->size - 1] != 0)
		return ERR_FORMAT;
	for (size_t i = 0; i < f->size; i++)
		count += f->value[i] == 0;
	if (count > RUN_ARGS_MAX)
		return ERR_LIMIT;
	*ret_args = *f;
	return 0;
}

static int
get_heard(const struct tlv *f, struct tlv *ret_heard)
{
	if (f->size % HEARD_ONE_SIZE != 0)
		return ERR_FORMAT;
	if (f->size / HEARD_ONE_SIZE > HEARD_MAX)
		return ERR_LIMIT;
	*ret_heard = *f;
	return 0;
}

static int
get_load(const struct tlv *f, struct tlv *ret_load)
{
	if (f->size > ECHO_LOAD_MAX)
		return ERR_LIMIT;
	*ret_load = *f;
	return 0;
}

static int
decode_field(const struct tlv *f, const struct rule *rule, struct fields *v)
{
	if (f->type >= 32 || (rule->known & BIT(f->type)) == 0)
		return tlv_unknown(f);
	v->seen |= BIT(f->type);
	switch (f->type) {
	case FIELD_ID:
		return tlv_get_bytes(f, v->id.b, MSG_ID_SIZE);
	case FIELD_SEQ:
		return tlv_get_u64(f, &v->seq);
	case FIELD_SENT:
		return tlv_get_i64(f, &v->sent_ms);
	case FIELD_FLAGS:
		return tlv_get_u8(f, &v->flags);
	case FIELD_TEXT:
		return tlv_get_text(f, rule->text_max, &v->text);
	case FIELD_STATE:
		return tlv_get_u8(f, &v->state);
	case FIELD_IDS:
		return get_ids(f, &v->ids);
	case FIELD_TARGET:
		return tlv_get_bytes(f, v->target.b, MSG_ID_SIZE);
	case FIELD_PREV:
		return tlv_get_u64(f, &v->prev);
	case FIELD_SIZE:
		return tlv_get_u64(f, &v->size);
	case FIELD_MTIME:
		return tlv_get_i64(f, &v->mtime);
	case FIELD_FILES:
		return tlv_get_u32(f, &v->files);
	case FIELD_NONCE:
		return tlv_get_u64(f, &v->nonce);
	case FIELD_LOAD:
		return get_load(f, &v->load);
	case FIELD_HEARD:
		return get_heard(f, &v->heard);
	case FIELD_ARGS:
		return get_args(f, &v->args);
	default:
		return tlv_get_u8(f, &v->code);
	}
}

static int
decode_fields(const uint8_t *p, size_t n, const struct rule *rule,
    struct fields *ret_fields)
{
	struct tlv_reader reader = tlv_read(p, n);
	struct tlv f;
	int more;

	while ((more = tlv_next(&reader, &f)) == 1) {
		int err = decode_field(&f, rule, ret_fields);
		if (err < 0)
			return err;
	}
	if (more < 0)
		return more;
	return (ret_fields->seen & rule->required) == rule->required
		   ? 0
		   : ERR_FORMAT;
}

/* A size that no disk has would turn negative further on. */
static int
take_file(const struct fields *v, struct msg_post *post)
{
	if (v->size > INT64_MAX)
		return ERR_LIMIT;
	bool folder = (v->flags & FLAG_FOLDER) != 0;
	post->file = (struct msg_file){
		.folder = folder,
		.size = v->size,
		.files = folder ? v->files : 1,
		.mtime = v->mtime,
	};
	return 0;
}

static int
take_post(uint8_t type, const struct fields *v, struct msg_post *ret_post)
{
	bool has_text = (v->seen & BIT(FIELD_TEXT)) != 0;
	bool has_prev = (v->seen & BIT(FIELD_PREV)) != 0;

	if ((has_text && v->text.untrusted_size == 0) ||
	    (has_prev && v->prev >= v->seq))
		return ERR_FORMAT;
	*ret_post = (struct msg_post){
		.id = v->id,
		.seq = v->seq,
		.prev = has_prev ? v->prev : usual_prev(v->seq),
		.sent_ms = v->sent_ms,
		.flags = type == MSG_TEXT ? v->flags & TEXT_FLAGS_KNOWN : 0,
		.has_target = (v->seen & BIT(FIELD_TARGET)) != 0,
		.target = v->target,
		.text = v->text,
	};
	if (type == MSG_FILE_STOP)
		ret_post->end =
		    v->state >= FILE_END_REFUSED && v->state <= FILE_END_DONE
			? v->state
			: FILE_END_CANCELLED;
	return type == MSG_FILE ? take_file(v, ret_post) : 0;
}

static int
take_ack(const struct fields *v, struct msg_ack *ret_ack)
{
	if (v->state < ACK_STORED || v->state > ACK_REFUSED)
		return ERR_UNSUPPORTED;
	ret_ack->state = v->state;
	ret_ack->count = v->ids.size / MSG_ID_SIZE;
	memcpy(ret_ack->ids, v->ids.value, v->ids.size);
	return 0;
}

static int
take_nack(const struct fields *v, struct msg_nack *ret_nack)
{
	ret_nack->code = v->code;
	return tlv_get_bytes(&v->ids, ret_nack->id.b, MSG_ID_SIZE);
}

static void
take_heard(const struct fields *v, struct msg_heard *ret_heard)
{
	struct rd r = rd_of(v->heard.value, v->heard.size);

	ret_heard->nonce = v->nonce;
	ret_heard->more = (v->flags & FLAG_MORE) != 0;
	ret_heard->count = v->heard.size / HEARD_ONE_SIZE;
	for (size_t i = 0; i < ret_heard->count; i++) {
		struct msg_heard_one *one = &ret_heard->all[i];
		rd_copy(&r, one->fp, HEARD_FP_SIZE);
		one->ago_s = rd_u32(&r);
	}
}

static int
take_run(const struct fields *v, struct msg_run *run)
{
	if (v->text.untrusted_size == 0)
		return ERR_FORMAT;
	*run = (struct msg_run){
		.id = v->id,
		.name = v->text,
		.args = v->args.size > 0 ? v->args.value : NULL,
		.args_size = v->args.size,
	};
	return 0;
}

static int
take_news(uint8_t type, const struct fields *v, struct msg_run_news *news)
{
	bool known = v->state >= RUN_ENDED && v->state <= RUN_REFUSED;

	if (type == MSG_RUN_OUTPUT && v->text.untrusted_size == 0)
		return ERR_FORMAT;
	*news = (struct msg_run_news){
		.target = v->target,
		.text = v->text,
		.end = known ? v->state : RUN_STOPPED,
		.code = v->code,
	};
	return 0;
}

static int
take(uint8_t type, const struct fields *v, struct msg *ret_msg)
{
	if (msg_is_post(type))
		return take_post(type, v, &ret_msg->post);
	switch (type) {
	case MSG_FILE_CALL:
	case MSG_FILE_ATTACH:
		ret_msg->ref.target = v->target;
		return 0;
	case MSG_HEARD_ASK:
	case MSG_HEARD:
		take_heard(v, &ret_msg->heard);
		return 0;
	case MSG_ECHO:
	case MSG_ECHO_BACK:
		ret_msg->echo = (struct msg_echo){
			.nonce = v->nonce,
			.load = v->load.value,
			.load_size = v->load.size,
			.size = v->size,
		};
		return 0;
	case MSG_RUN:
		return take_run(v, &ret_msg->run);
	case MSG_RUN_OUTPUT:
	case MSG_RUN_END:
	case MSG_RUN_STOP:
		return take_news(type, v, &ret_msg->news);
	case MSG_ACK:
		return take_ack(v, &ret_msg->ack);
	case MSG_TYPING:
		ret_msg->typing.on = (v->flags & FLAG_ON) != 0;
		return 0;
	case MSG_STATUS:
		ret_msg->status.away = (v->flags & FLAG_ON) != 0;
		ret_msg->status.text = v->text;
		return 0;
	default:
		return take_nack(v, &ret_msg->nack);
	}
}

static int
decode(const uint8_t *p, size_t n, struct msg *m)
{
	if (n == 0)
		return ERR_SHORT;
	m->type = p[0];
	if (n > MSG_MAX)
		return ERR_LIMIT;
	const struct rule *rule = find_rule(m->type);
	if (rule == NULL)
		return ERR_UNSUPPORTED;
	struct fields v = { 0 };
	int err = decode_fields(p + 1, n - 1, rule, &v);
	return err < 0 ? err : take(m->type, &v, m);
}

/* The id has the lowest number of all fields and its number means the same in
 * every type, so it can be read from a message that is wrong behind it. */
static void
find_id(const uint8_t *p, size_t n, struct msg_id *ret_id)
{
	struct tlv_reader reader = tlv_read(p, n);
	struct tlv f;

	while (tlv_next(&reader, &f) == 1 && f.type <= FIELD_ID)
		if (f.type == FIELD_ID && f.size == MSG_ID_SIZE)
			memcpy(ret_id->b, f.value, MSG_ID_SIZE);
}

int
msg_decode(const uint8_t *p, size_t n, struct msg *ret_msg)
{
	memset(ret_msg, 0, sizeof(*ret_msg));
	int err = decode(p, n, ret_msg);
	if (err == 0)
		return 0;
	memset(ret_msg, 0, sizeof(*ret_msg));
	if (n > 0) {
		ret_msg->type = p[0];
		find_id(p + 1, n - 1, &ret_msg->post.id);
	}
	return err;
}
