/* SPDX-License-Identifier: MIT */
/*
 * Who somebody is: the entries, and what the clients put behind them.
 *
 * An entry says everything twice: first in the sender's own character set, as
 * every client understands it, then in UTF-8, as lines of KEY:value. iptux and
 * Intercom have other things in the same place.
 */
#include "base/err.h"
#include "wire/ipmsg.h"
#include "wire/ipmsg_scan.h"

#include <string.h>

static bool
begins(struct ipmsg_text text, const char *with)
{
	size_t n = strlen(with);

	return text.size >= n && memcmp(text.bytes, with, n) == 0;
}

/* The lines of UTF-8 of a packet; empty where there are none. */
static struct ipmsg_text
tail_of(const struct ipmsg_packet *packet)
{
	struct ipmsg_text left = packet->rest, part;

	if (begins(packet->ext, "\n"))
		return packet->ext;
	do {
		bool more = ipmsg_scan_field(&left, '\0', &part);
		if (begins(part, "\n"))
			return part;
		if (!more)
			break;
	} while (true);
	return (struct ipmsg_text){ .utf8 = true };
}

/* The value of a key; unset when it is not there or empty. */
static void
tail_get(struct ipmsg_text tail, const char *key, struct ipmsg_text *text)
{
	struct ipmsg_text line, name;

	while (tail.size > 0) {
		ipmsg_scan_field(&tail, '\n', &line);
		if (!ipmsg_scan_field(&line, ':', &name) ||
		    !ipmsg_text_is(name, key) || line.size == 0)
			continue;
		*text = line;
		text->utf8 = true;
		return;
	}
}

void
ipmsg_sender(const struct ipmsg_packet *packet, struct ipmsg_text *ret_user,
    struct ipmsg_text *ret_host)
{
	struct ipmsg_text tail = tail_of(packet);
	struct ipmsg_text user = packet->user, host = packet->host;

	/* The list of attachments is the sender's to write, but no tail. */
	if (!(packet->command == IPMSG_SENDMSG &&
		(packet->options & IPMSG_FILEATTACH))) {
		tail_get(tail, "UN", &user);
		tail_get(tail, "HN", &host);
	}
	*ret_user = ipmsg_scan_part(user, 0, IPMSG_NAME_MAX);
	*ret_host = ipmsg_scan_part(host, 0, IPMSG_NAME_MAX);
}

static bool
contains(struct ipmsg_text text, const char *what)
{
	size_t n = strlen(what);

	for (size_t i = 0; i + n <= text.size; i++)
		if (memcmp(text.bytes + i, what, n) == 0)
			return true;
	return false;
}

enum ipmsg_client
ipmsg_client(struct ipmsg_text version, struct ipmsg_text client_version)
{
	if (contains(version, "iptux"))
		return IPMSG_CLIENT_IPTUX;
	if (begins(version, "1_lbt"))
		return IPMSG_CLIENT_FEIQ;
	if (begins(version, "1@shiyeline"))
		return IPMSG_CLIENT_INTERCOM;
	if (begins(client_version, "00010001") ||
	    begins(client_version, "00010002"))
		return IPMSG_CLIENT_WINDOWS;
	if (begins(client_version, "00020000"))
		return IPMSG_CLIENT_MAC;
	return IPMSG_CLIENT_OTHER;
}

/* The second half of a character in the double-byte sets can be a bracket. */
static size_t
step(struct ipmsg_text text, size_t i)
{
	return !text.utf8 && text.bytes[i] > 0x80 ? 2 : 1;
}

/* "nick[text]": where the bracket opens that the last byte closes, or size. */
static size_t
away_at(struct ipmsg_text nick)
{
	size_t depth = 0, open = nick.size;
	bool closes = false;

	for (size_t i = 0; i < nick.size; i += step(nick, i)) {
		closes = false;
		if (nick.bytes[i] == '[' && depth++ == 0)
			open = i;
		if (nick.bytes[i] == ']' && depth > 0 && --depth == 0)
			closes = i + 1 == nick.size;
	}
	return closes ? open : nick.size;
}

static void
split_away(struct ipmsg_entry *entry)
{
	size_t at = away_at(entry->nick);

	if (at == entry->nick.size)
		return;
	entry->away_text =
	    ipmsg_scan_part(entry->nick, at + 1, entry->nick.size - 1);
	entry->nick = ipmsg_scan_part(entry->nick, 0, at);
}

/* Windows never looks into the lines of an ANSENTRY for these two, so whoever
 * writes one marks the packet as UTF-8 and has them in its fields. */
static bool
tail_names(const struct ipmsg_packet *packet)
{
	return packet->options & IPMSG_CAPUTF8 &&
	       !(packet->command == IPMSG_ANSENTRY &&
		   packet->options & IPMSG_UTF8);
}

void
ipmsg_entry_decode(
    const struct ipmsg_packet *packet, struct ipmsg_entry *ret_entry)
{
	struct ipmsg_text tail = tail_of(packet), icon;
	struct ipmsg_entry entry = { .nick = packet->body };

	ipmsg_sender(packet, &entry.user, &entry.host);
	if (!begins(packet->ext, "\n"))
		entry.group = packet->ext;
	if (tail_names(packet)) {
		tail_get(tail, "NN", &entry.nick);
		tail_get(tail, "GN", &entry.group);
	}
	tail_get(tail, "VS", &entry.client_version);
	entry.client = ipmsg_client(packet->version, entry.client_version);
	if (entry.client == IPMSG_CLIENT_IPTUX) {
		struct ipmsg_text left = packet->rest;
		ipmsg_scan_field(&left, '\0', &icon);
		ipmsg_scan_field(&left, '\0', &entry.encoding);
	}
	entry.away = packet->options & IPMSG_ABSENCE &&
		     (entry.client != IPMSG_CLIENT_IPTUX ||
			 packet->command == IPMSG_BR_ABSENCE);
	if (entry.away)
		split_away(&entry);
	*ret_entry = entry;
}

static void
tail_put(struct wr *w, const char *key, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	wr_u8(w, '\n');
	ipmsg_scan_put_text(w, key);
	wr_u8(w, ':');
	ipmsg_scan_put_without(w, ipmsg_text_of(value), '\n', ' ');
}

int
ipmsg_tail_encode(
    const struct ipmsg_tail *tail, uint8_t *out, size_t cap, size_t *ret_size)
{
	struct wr w = wr_to(out, cap);

	tail_put(&w, "UN", tail->user);
	tail_put(&w, "HN", tail->host);
	tail_put(&w, "NN", tail->nick);
	tail_put(&w, "GN", tail->group);
	tail_put(&w, "VS", tail->client_version);
	if (w.failed)
		return ERR_LIMIT;
	*ret_size = w.size;
	return 0;
}

size_t
ipmsg_recipients_decode(
    struct ipmsg_text rest, struct ipmsg_recipient *out, size_t max)
{
	struct ipmsg_text left, item, name;
	size_t count = 0;

	ipmsg_scan_field(&rest, '\0', &left);
	if (!begins(left, "TO:"))
		return 0;
	while (left.size > 0 && count < max) {
		ipmsg_scan_field(&left, '\a', &item);
		/* Each has the word before it, or only the first. */
		if (begins(item, "TO:"))
			item = ipmsg_scan_part(item, 3, item.size);
		if (!ipmsg_scan_field(&item, ':', &name) || name.size == 0)
			continue;
		out[count++] = (struct ipmsg_recipient){ name, item };
	}
	return count;
}

struct ipmsg_text
ipmsg_text_strip_font(struct ipmsg_text text)
{
	static const char mark[] = "{/font;";
	size_t n = sizeof(mark) - 1;

	if (text.size < n || text.bytes[text.size - 1] != '}')
		return text;
	for (size_t at = text.size - n + 1; at-- > 0;)
		if (memcmp(text.bytes + at, mark, n) == 0)
			return ipmsg_scan_part(text, 0, at);
	return text;
}

bool
ipmsg_user_fingerprint(struct ipmsg_text user, struct ipmsg_text *ret_plain,
    uint8_t ret_fp[IPMSG_FINGERPRINT_SIZE])
{
	enum { HEX = 2 * IPMSG_FINGERPRINT_SIZE, MARK = HEX + 3 };
	uint64_t value;

	if (user.size < MARK || user.bytes[user.size - 1] != '>')
		return false;
	size_t at = user.size - MARK;
	if (user.bytes[at] != '-' || user.bytes[at + 1] != '<' ||
	    ipmsg_scan_hex(
		ipmsg_scan_part(user, at + 2, at + 2 + HEX), &value) < 0)
		return false;
	*ret_plain = ipmsg_scan_part(user, 0, at);
	struct wr w = wr_to(ret_fp, IPMSG_FINGERPRINT_SIZE);
	wr_u64(&w, value);
	return true;
}
