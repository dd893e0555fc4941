/* SPDX-License-Identifier: MIT */
/*
 * The outer form of a packet. The NUL comes first: what is behind it may hold
 * colons, and the clients differ in whether the last part has one.
 */
#include "wire/ipmsg.h"

#include "base/err.h"
#include "wire/ipmsg_scan.h"

#include <string.h>

struct ipmsg_text
ipmsg_text_of(const char *s)
{
	return (struct ipmsg_text){
		.bytes = (const uint8_t *)s,
		.size = strlen(s),
		.utf8 = true,
	};
}

bool
ipmsg_text_is(struct ipmsg_text t, const char *s)
{
	return t.size == strlen(s) &&
	       (t.size == 0 || memcmp(t.bytes, s, t.size) == 0);
}

struct ipmsg_parts
ipmsg_parts(const uint8_t *p, size_t n, bool utf8)
{
	struct ipmsg_text left = { .bytes = p, .size = n, .utf8 = utf8 };
	struct ipmsg_parts parts;

	/* Windows fills its last attempts with NULs. */
	while (left.size > 0 && p[left.size - 1] == '\0')
		left.size--;
	ipmsg_scan_field(&left, '\0', &parts.body);
	ipmsg_scan_field(&left, '\0', &parts.ext);
	parts.rest = left;
	return parts;
}

/* The number 1 and anything behind it: others look no further, either. */
static bool
is_version_1(struct ipmsg_text version)
{
	return version.size > 0 && version.bytes[0] == '1' &&
	       (version.size == 1 || version.bytes[1] < '0' ||
		   version.bytes[1] > '9');
}

static int
decode_numbers(struct ipmsg_text command, struct ipmsg_packet *packet)
{
	uint64_t word = 0;

	if (packet->digits.size > IPMSG_DIGITS_MAX)
		return ERR_LIMIT;
	int err = ipmsg_scan_decimal(packet->digits, &packet->number);
	if (err == 0)
		err = ipmsg_scan_decimal(command, &word);
	if (err == 0 && word > UINT32_MAX)
		err = ERR_LIMIT;
	if (err < 0)
		return err;
	packet->command = (uint8_t)(word & 0xFF);
	packet->options = (uint32_t)(word & 0xFFFFFF00);
	return 0;
}

static void
mark(struct ipmsg_packet *packet)
{
	bool utf8 = (packet->options & IPMSG_UTF8) != 0;

	packet->user.utf8 = utf8;
	packet->host.utf8 = utf8;
	packet->body.utf8 = utf8;
	packet->ext.utf8 = utf8;
	packet->rest.utf8 = utf8;
}

/* The head of a packet, up to its body. */
static int
decode_head(struct ipmsg_text *left, struct ipmsg_packet *packet)
{
	struct ipmsg_text command;

	if (!ipmsg_scan_field(left, ':', &packet->version) ||
	    !ipmsg_scan_field(left, ':', &packet->digits) ||
	    !ipmsg_scan_field(left, ':', &packet->user) ||
	    !ipmsg_scan_field(left, ':', &packet->host))
		return ERR_SHORT;
	bool has_body = ipmsg_scan_field(left, ':', &command);
	int err = decode_numbers(command, packet);
	if (err < 0)
		return err;
	if (packet->version.size > IPMSG_VERSION_MAX ||
	    packet->user.size > IPMSG_NAME_MAX ||
	    packet->host.size > IPMSG_NAME_MAX)
		return ERR_LIMIT;
	packet->strange = !is_version_1(packet->version);
	return packet->strange && !has_body ? ERR_SHORT : 0;
}

int
ipmsg_decode(const uint8_t *p, size_t n, struct ipmsg_packet *ret_packet)
{
	struct ipmsg_packet packet = { 0 };
	struct ipmsg_text content;

	if (n > IPMSG_PACKET_MAX)
		return ERR_LIMIT;
	if (ipmsg_dict_decode(p, n, &content))
		return ERR_UNSUPPORTED;
	struct ipmsg_parts parts = ipmsg_parts(p, n, false);
	int err = decode_head(&parts.body, &packet);
	if (err < 0)
		return err;
	packet.body = parts.body;
	packet.ext = parts.ext;
	packet.rest = parts.rest;
	mark(&packet);
	*ret_packet = packet;
	return 0;
}

static bool
has_nul(struct ipmsg_text text)
{
	return text.size > 0 && memchr(text.bytes, '\0', text.size) != NULL;
}

static void
put_head(struct wr *w, const struct ipmsg_packet *packet)
{
	if (packet->version.size == 0)
		wr_u8(w, '1');
	else
		ipmsg_scan_put_without(w, packet->version, ':', ';');
	wr_u8(w, ':');
	if (packet->digits.size > 0)
		ipmsg_scan_put(w, packet->digits);
	else
		ipmsg_scan_put_decimal(w, packet->number);
	wr_u8(w, ':');
	ipmsg_scan_put_without(w, packet->user, ':', ';');
	wr_u8(w, ':');
	ipmsg_scan_put_without(w, packet->host, ':', ';');
	wr_u8(w, ':');
	ipmsg_scan_put_decimal(w, packet->options | packet->command);
	wr_u8(w, ':');
}

int
ipmsg_encode(const struct ipmsg_packet *packet, uint8_t *out, size_t cap,
    size_t *ret_size)
{
	struct wr w = wr_to(out, cap);

	/* An empty name makes some readers take the next field for it. */
	if (packet->user.size == 0 || packet->host.size == 0 ||
	    has_nul(packet->body) || has_nul(packet->ext))
		return ERR_FORMAT;
	put_head(&w, packet);
	ipmsg_scan_put(&w, packet->body);
	wr_u8(&w, '\0');
	if (packet->ext.size > 0 || packet->rest.size > 0) {
		ipmsg_scan_put(&w, packet->ext);
		wr_u8(&w, '\0');
	}
	if (packet->rest.size > 0) {
		ipmsg_scan_put(&w, packet->rest);
		wr_u8(&w, '\0');
	}
	if (w.failed || w.size > IPMSG_PACKET_MAX)
		return ERR_LIMIT;
	*ret_size = w.size;
	return 0;
}

int
ipmsg_number_decode(struct ipmsg_text body, uint64_t *ret_number)
{
	size_t n = 0;

	while (n < body.size && body.bytes[n] >= '0' && body.bytes[n] <= '9')
		n++;
	return ipmsg_scan_decimal(ipmsg_scan_part(body, 0, n), ret_number);
}

const char *
ipmsg_number_text(uint64_t number, char out[static IPMSG_NUMBER_TEXT_MAX])
{
	struct wr w = wr_to(out, IPMSG_NUMBER_TEXT_MAX - 1);

	ipmsg_scan_put_decimal(&w, number);
	out[w.size] = '\0';
	return out;
}
