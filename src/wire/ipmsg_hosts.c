/* SPDX-License-Identifier: MIT */
/*
 * The list of hosts. The port is the number that the bytes of a network-order
 * port are on a little-endian machine.
 */
#include "base/err.h"
#include "wire/ipmsg.h"
#include "wire/ipmsg_scan.h"

#include <string.h>

enum { HOST_FIELDS = 7 };

static int
padded_number(struct ipmsg_text field, uint32_t *ret_number)
{
	size_t blanks = 0;
	uint64_t number;

	while (blanks < field.size && field.bytes[blanks] == ' ')
		blanks++;
	int err = ipmsg_scan_decimal(
	    ipmsg_scan_part(field, blanks, field.size), &number);
	if (err < 0 || number > UINT32_MAX)
		return ERR_FORMAT;
	*ret_number = (uint32_t)number;
	return 0;
}

int
ipmsg_hosts_decode(struct ipmsg_text body, uint32_t *ret_next,
    struct ipmsg_host_reader *ret_reader)
{
	struct ipmsg_text next, count;
	uint32_t index, hosts;

	if (!ipmsg_scan_field(&body, '\a', &next) ||
	    !ipmsg_scan_field(&body, '\a', &count) ||
	    padded_number(next, &index) < 0 || padded_number(count, &hosts) < 0)
		return ERR_FORMAT;
	*ret_next = index;
	*ret_reader = (struct ipmsg_host_reader){ body, hosts };
	return 0;
}

static uint16_t
port_swap(uint16_t port)
{
	return (uint16_t)(port << 8 | port >> 8);
}

static int
host_addr(struct ipmsg_text ip, struct ipmsg_text port, struct addr *ret_addr)
{
	char text[ADDR_TEXT_MAX];
	uint32_t number;

	if (ip.size == 0 || ip.size >= sizeof(text) ||
	    memchr(ip.bytes, 0, ip.size) != NULL)
		return ERR_FORMAT;
	memcpy(text, ip.bytes, ip.size);
	text[ip.size] = '\0';
	if (padded_number(port, &number) < 0 || number > UINT16_MAX)
		return ERR_FORMAT;
	return addr_parse(text, port_swap((uint16_t)number), ret_addr);
}

/* A nick or group that is not there. */
static struct ipmsg_text
unless_empty(struct ipmsg_text field)
{
	return ipmsg_text_is(field, "\b") ? ipmsg_scan_part(field, 0, 0)
					  : field;
}

int
ipmsg_host_next(struct ipmsg_host_reader *r, struct ipmsg_host *ret_host)
{
	struct ipmsg_text f[HOST_FIELDS];
	struct ipmsg_host host;

	if (r->count == 0)
		return 0;
	r->count--;
	for (size_t i = 0; i < HOST_FIELDS; i++) {
		if (!ipmsg_scan_field(&r->left, '\a', &f[i])) {
			r->count = 0;
			return ERR_SHORT;
		}
	}
	if (f[0].size > IPMSG_NAME_MAX || f[1].size > IPMSG_NAME_MAX ||
	    padded_number(f[2], &host.status) < 0 ||
	    host_addr(f[3], f[4], &host.addr) < 0)
		return ERR_FORMAT;
	host.user = f[0];
	host.host = f[1];
	host.nick = unless_empty(f[5]);
	host.group = unless_empty(f[6]);
	*ret_host = host;
	return 1;
}

static void
put_padded(struct wr *w, uint64_t number)
{
	char text[IPMSG_NUMBER_TEXT_MAX];

	ipmsg_number_text(number, text);
	for (size_t n = strlen(text); n < 5; n++)
		wr_u8(w, ' ');
	ipmsg_scan_put_text(w, text);
	wr_u8(w, '\a');
}

static void
put_field(struct wr *w, struct ipmsg_text field, const char *when_empty)
{
	if (field.size == 0)
		ipmsg_scan_put_text(w, when_empty);
	else
		ipmsg_scan_put_without(w, field, '\a', ' ');
	wr_u8(w, '\a');
}

static void
put_host(struct wr *w, const struct ipmsg_host *host)
{
	char ip[ADDR_TEXT_MAX];

	put_field(w, host->user, "?");
	put_field(w, host->host, "?");
	ipmsg_scan_put_decimal(w, host->status);
	wr_u8(w, '\a');
	ipmsg_scan_put_text(w, addr_host_text(&host->addr, ip));
	wr_u8(w, '\a');
	ipmsg_scan_put_decimal(w, port_swap(host->addr.port));
	wr_u8(w, '\a');
	put_field(w, host->nick, "\b");
	put_field(w, host->group, "\b");
}

int
ipmsg_hosts_encode(uint32_t next, const struct ipmsg_host *hosts, size_t count,
    uint8_t *out, size_t cap, size_t *ret_size)
{
	struct wr w = wr_to(out, cap);

	put_padded(&w, next);
	put_padded(&w, count);
	for (size_t i = 0; i < count; i++)
		put_host(&w, &hosts[i]);
	if (w.failed)
		return ERR_LIMIT;
	*ret_size = w.size;
	return 0;
}
