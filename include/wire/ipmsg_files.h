/* SPDX-License-Identifier: MIT */
/*
 * Files of IP Messenger: the list that a message carries, the request over
 * TCP, and the stream that answers one for a folder.
 *
 * Names are as the peer wrote them, but for "::", which is a colon again. They
 * can be "../x": whoever makes a file of one makes it safe first.
 */
#ifndef WIRE_IPMSG_FILES_H
#define WIRE_IPMSG_FILES_H

#include "base/wr.h"
#include "wire/ipmsg.h"

enum {
	IPMSG_FILES_MAX = 256, /* in one list */
	IPMSG_FILE_NAME_MAX = 1024,
	IPMSG_REQUEST_MAX = 4096, /* bytes of a request over TCP */
	IPMSG_FILE_KEY_SIZE = 32,
	IPMSG_STREAM_HEADER_MAX = 8192,
	IPMSG_STREAM_DEPTH_MAX = 64,
};

/* Low 8 bits of the attributes. Only the first two are ever made here. */
enum ipmsg_file_type {
	IPMSG_FILE_REGULAR = 0x01,
	IPMSG_FILE_DIR = 0x02,
	IPMSG_FILE_RETPARENT = 0x03,
	IPMSG_FILE_SYMLINK = 0x04,
	IPMSG_FILE_CDEV = 0x05,
	IPMSG_FILE_BDEV = 0x06,
	IPMSG_FILE_FIFO = 0x07,
	IPMSG_FILE_RESFORK = 0x10,
	IPMSG_FILE_CLIPBOARD = 0x20,
};

/* The capabilities of an encrypted request. */
#define IPMSG_FILE_AES_CTR 0x00900000U
#define IPMSG_FILE_CLEAR 0x04000000U

struct ipmsg_file {
	uint64_t id; /* what a request for it asks for, in hexadecimal */
	uint8_t type;
	uint8_t name[IPMSG_FILE_NAME_MAX + 1]; /* and a NUL */
	size_t name_size;                      /* at least 1 */
	bool utf8;                             /* the name is said to be */
	uint64_t size;                         /* at most INT64_MAX */
	int64_t mtime;                         /* 0: not known */
	uint32_t mode;     /* permissions, & 0777; 0: not known */
	int32_t clipboard; /* at which character; -1: none */
};

struct ipmsg_file_reader {
	struct ipmsg_text left;
	unsigned seen;
};

struct ipmsg_file_reader ipmsg_files_read(struct ipmsg_text list);
/*
 * 1 and a file; 0 at the end. ERR_FORMAT or ERR_LIMIT (its size, or its name,
 * or one more than IPMSG_FILES_MAX: then the rest is passed over) for a file
 * that is left out: the next call goes on behind it.
 */
int ipmsg_file_next(struct ipmsg_file_reader *r, struct ipmsg_file *ret_file);
/* Appends one; a control character or slash of the name becomes "_". */
void ipmsg_file_put(struct wr *w, const struct ipmsg_file *file);

/* The body of GETFILEDATA or GETDIRFILES, or what was encrypted in it. */
struct ipmsg_request {
	uint64_t packet;
	/* The same digits, read in either base; hexadecimal is the rule. */
	uint64_t file, file_decimal; /* file_decimal UINT64_MAX: none */
	uint64_t offset;
	/* Encrypted requests only. */
	uint32_t capabilities; /* 0: not one */
	uint8_t key[IPMSG_FILE_KEY_SIZE];
	uint64_t own_number;
};

/* Whether it may be encrypted is told by capabilities. ERR_FORMAT, ERR_LIMIT.
 */
int ipmsg_request_decode(struct ipmsg_text body, uint8_t command,
    bool encrypted, struct ipmsg_request *ret_request);
/* No NUL at its end. ERR_LIMIT. */
int ipmsg_request_encode(const struct ipmsg_request *request, uint8_t command,
    uint8_t *out, size_t cap, size_t *ret_size);

enum ipmsg_stream_kind {
	IPMSG_STREAM_ENTER,
	IPMSG_STREAM_FILE, /* then its bytes */
	IPMSG_STREAM_BYTES,
	IPMSG_STREAM_LEAVE,
	IPMSG_STREAM_SKIPPED, /* a link, a device: named, never made */
	IPMSG_STREAM_END,     /* whatever follows is not part of it */
};

struct ipmsg_stream_event {
	uint8_t kind; /* enum ipmsg_stream_kind */
	/* ENTER, FILE, SKIPPED: borrowed from the stream until the next call;
	 * at least 1 byte and a NUL behind it. */
	const uint8_t *name;
	size_t name_size;
	uint64_t size; /* FILE */
	int64_t mtime; /* 0: not known */
	uint32_t mode; /* & 0777; 0: not known */
	/* BYTES: borrowed from the input. */
	const uint8_t *bytes;
	size_t count;
};

struct ipmsg_stream {
	uint8_t header[IPMSG_STREAM_HEADER_MAX + 1];
	size_t header_size; /* so far */
	size_t header_want; /* 0: its length is not known yet */
	uint64_t left;      /* bytes of the file that is running */
	bool swallow;       /* they are of no use */
	bool began, ended;
	unsigned depth;
	uint64_t bytes, bytes_max; /* of all files, announced; the most */
	uint64_t entries, entries_max;
	int err; /* sticky */
};

void ipmsg_stream_init(
    struct ipmsg_stream *s, uint64_t bytes_max, uint64_t entries_max);
/*
 * Takes bytes from *p and moves *p and *n behind them. 1 and an event; 0 when
 * all bytes are used up, or after the END; ERR_FORMAT, ERR_LIMIT, for ever.
 * A stream that opens with a file and not a folder is that one file.
 */
int ipmsg_stream_next(struct ipmsg_stream *s, const uint8_t **p, size_t *n,
    struct ipmsg_stream_event *ret_event);

/* One header of the stream: type DIR, REGULAR or RETPARENT (whose name is not
 * asked for). Control characters and slashes become "_". */
void ipmsg_stream_put(struct wr *w, const struct ipmsg_file *file);

#endif
