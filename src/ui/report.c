/* SPDX-License-Identifier: MIT */
#include "ui/report.h"

#include "base/mem.h"
#include "ui/roster.h"
#include "ui/str.h"
#include "ui/view.h"
#include "ui/when.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WHO_ROWS_MAX = 100, HEAD_CELLS = 13 };

static const char *const trust_sentences[] = {
	[TRUST_UNKNOWN] = N_("not verified: no session yet"),
	[TRUST_PINNED] = N_("not verified: the key is the one of the first "
			    "session"),
	[TRUST_VERIFIED] = N_("verified"),
	[TRUST_CHANGED] =
	    N_("KEY CHANGED: this is not the key known under this "
	       "name"),
	[TRUST_BLOCKED] = N_("blocked"),
};

/* The beginning of a row of what is told: "  address      ". */
static void
add_head(struct str *s, const struct lang *l, const char *label)
{
	str_add(s, "\n  ");
	str_pad(s, say(l, label), HEAD_CELLS);
}

/* A row below, without a label. */
static void
add_more(struct str *s, const char *text)
{
	add_head(s, NULL, "");
	str_add(s, text);
}

static void
add_who_row(
    struct str *s, const struct lang *l, const struct peer *p, struct now now)
{
	char label[PEER_LABEL_SIZE], at[ADDR_TEXT_MAX], span[WHEN_SPAN_SIZE];
	enum style style;

	str_addf(s, "\n%s  %s", peer_label(p, true, label),
	    say(l, presence_text(p->presence)));
	if (p->addr_count > 0)
		str_addf(s, "  %s", addr_host_text(&p->addrs[0], at));
	/* In the words of the title row. */
	str_addf(s, "  %s", peer_badge(l, p, &style));
	if (!peer_is_present(p) && p->last_seen_ms > 0)
		str_addf(s, say(l, "  seen %s ago"),
		    when_span(l, now.wall_ms - p->last_seen_ms, span));
	if (p->status[0] != '\0')
		str_addf(s, "  \"%s\"", p->status);
}

static bool
holds(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (; *text != '\0'; text++)
		if (strncasecmp(text, word, n) == 0)
			return true;
	return n == 0;
}

static bool
fits_word(const struct peer *p, const char *word)
{
	char label[PEER_LABEL_SIZE], at[ADDR_TEXT_MAX];

	if (holds(peer_label(p, true, label), word))
		return true;
	for (unsigned i = 0; i < p->addr_count; i++)
		if (holds(addr_text(&p->addrs[i], at), word))
			return true;
	return false;
}

static size_t
add_who_rows(struct str *s, const struct model *m, const struct roster *r,
    struct now now, const char *word)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (r->rows[i]->is_self)
			continue;
		if (word != NULL && !fits_word(r->rows[i], word))
			continue;
		if (++count <= WHO_ROWS_MAX)
			add_who_row(s, m->lang, r->rows[i], now);
	}
	if (count > WHO_ROWS_MAX)
		str_addf(s,
		    say(m->lang,
			"\n%zu more: /who WORD lists those whose name or "
			"address has WORD in it"),
		    count - WHO_ROWS_MAX);
	return count;
}

char *
report_who(const struct model *m, struct now now)
{
	struct roster r;
	struct str s = { 0 };

	roster_init(&r, m, SIZE_MAX);
	if (r.present == 0)
		str_add(&s, say(m->lang, "nobody is here"));
	else
		str_addf(&s, say(m->lang, "%zu here"), r.present);
	if (r.present + r.notes < r.count)
		str_addf(&s, say(m->lang, ", %zu seen before"),
		    r.count - r.notes - r.present);
	add_who_rows(&s, m, &r, now, NULL);
	roster_clear(&r);
	return str_take(&s);
}

char *
report_who_word(const struct model *m, struct now now, const char *word)
{
	struct roster r;
	struct str rows = { 0 }, s = { 0 };

	roster_init(&r, m, SIZE_MAX);
	size_t count = add_who_rows(&rows, m, &r, now, word);
	roster_clear(&r);
	if (count > 0)
		str_addf(&s, say(m->lang, "%zu with %s%s"), count, word,
		    str_text(&rows));
	str_clear(&rows);
	return count > 0 ? str_take(&s) : NULL;
}

static void
add_link(struct str *s, const struct lang *l, const struct peer *p)
{
	char at[ADDR_TEXT_MAX];

	add_head(s, l, N_("link"));
	if (peer_is_legacy(p))
		str_add(s, p->obfuscates
			       ? say(l, "PLAIN (obfuscated, key not verified): "
					"anyone on the network can forge it")
			       : say(l, "PLAIN: not encrypted, anyone on the "
					"network can read and forge it"));
	else if (p->link == PEER_LINK_UP)
		str_addf(s, say(l, "encrypted, %s %s"),
		    transport_text(p->transport), addr_text(&p->link_addr, at));
	else if (p->link == PEER_LINK_DIALING)
		str_addf(
		    s, say(l, "dialling %s"), addr_text(&p->link_addr, at));
	else
		str_add(
		    s, say(l, "none, opened when there is something to send"));
}

static void
add_addrs(struct str *s, const struct lang *l, const struct peer *p)
{
	char at[ADDR_TEXT_MAX];

	for (unsigned i = 0; i < p->addr_count; i++) {
		add_head(s, i == 0 ? l : NULL, i == 0 ? N_("address") : "");
		str_add(s, addr_text(&p->addrs[i], at));
	}
	if (p->by_hand)
		add_more(s, say(l, "reached by /connect"));
}

/* By our own addresses, their netmasks and the one it is reached at. */
static void
add_network(struct str *s, const struct model *m, const struct peer *p)
{
	const struct addr *host = peer_host(p);
	const struct iface *by = NULL;
	char at[ADDR_TEXT_MAX];

	if (host == NULL)
		return;
	enum iface_reach reach =
	    iface_reach(m->ifaces, m->iface_count, host, &by);
	if (reach == IFACE_REACH_UNKNOWN)
		return;
	add_head(s, m->lang, N_("network"));
	if (reach == IFACE_REACH_HERE) {
		str_add(s, say(m->lang, "this machine"));
	} else if (reach == IFACE_REACH_ROUTED) {
		str_add(s, say(m->lang, "another subnet: behind a router"));
	} else {
		struct addr subnet = iface_subnet(by);
		str_addf(s, say(m->lang, "your subnet: %s/%u on %s"),
		    addr_host_text(&subnet, at), by->prefix_bits, by->name);
	}
}

/* What the user chose for this one, where that is not the usual. */
static void
add_choices(struct str *s, const struct lang *l, const struct peer *p)
{
	if (p->choice != TRANSPORT_AUTO) {
		add_head(s, l, N_("transport"));
		str_addf(s, say(l, "%s, as you chose"),
		    p->choice == TRANSPORT_UDP ? "udp" : "tcp");
	}
	if (p->receipts) {
		add_head(s, l, N_("receipts"));
		str_add(s, say(l, "on: learns what you have read"));
	}
	if (p->has_alias) {
		add_head(s, l, N_("alias"));
		str_addf(s, say(l, "yours; calls itself %s"), p->called);
	}
	if (p->muted_ms > 0) {
		add_head(s, l, N_("attention"));
		str_add(s, say(l, "none: muted"));
	}
	if (p->forgets) {
		add_head(s, l, N_("history"));
		str_add(s, say(l, "off: nothing said is kept"));
	}
}

static void
add_trust(struct str *s, const struct model *m, const struct peer *p)
{
	char text[FP_TEXT_SIZE], label[PEER_LABEL_SIZE];
	const struct peer *claims = model_peer(m, &p->claims);

	add_head(s, m->lang, N_("trust"));
	str_add(s, say(m->lang, trust_sentences[p->trust]));
	if (p->trust == TRUST_CHANGED && claims != NULL) {
		add_more(s, "");
		str_addf(s, say(m->lang, "resembles %s"),
		    peer_label(claims, true, label));
	} else if (p->look_alike) {
		add_more(
		    s, say(m->lang, "somebody else's name looks the same"));
	}
	add_head(s, m->lang, N_("fingerprint"));
	str_add(s, fp_text(&p->fp, text));
}

/* Instead of a key and what is known of it. */
static void
add_dialect(struct str *s, const struct model *m, const struct peer *p)
{
	char label[PEER_LABEL_SIZE];
	const struct peer *claims = model_peer(m, &p->claims);

	add_head(s, m->lang, N_("dialect"));
	str_addf(s, "%s  %s", dialect_text(p->dialect), p->handle);
	if (p->group != NULL) {
		add_head(s, m->lang, N_("group"));
		str_add(s, p->group);
	}
	add_head(s, m->lang, N_("encoding"));
	if (p->charset != CHARSET_AUTO)
		str_add(s, charset_text(p->charset));
	else if (p->guessed != CHARSET_AUTO)
		str_addf(
		    s, say(m->lang, "guessed: %s"), charset_text(p->guessed));
	else
		str_add(s, say(m->lang, "guessed"));
	add_head(s, m->lang, N_("trust"));
	str_add(s, p->trust == TRUST_BLOCKED
		       ? say(m->lang, "blocked")
		       : say(m->lang, "none: there is no key, anyone can pass "
				      "for them"));
	if (claims == NULL)
		return;
	add_more(s, "");
	str_addf(s,
	    say(m->lang, "has the name or the host of your contact %s, and "
			 "may be somebody else"),
	    peer_label(claims, true, label));
}

static void
add_seen(
    struct str *s, const struct lang *l, const struct peer *p, struct now now)
{
	char day[WHEN_DAY_SIZE], at[WHEN_CLOCK_SIZE], span[WHEN_SPAN_SIZE];

	if (p->first_seen_ms > 0) {
		add_head(s, l, N_("first seen"));
		str_addf(s, "%s %s",
		    when_day(l, p->first_seen_ms, now.wall_ms, day),
		    when_clock(p->first_seen_ms, at));
	}
	if (p->last_seen_ms > 0) {
		add_head(s, l, N_("last seen"));
		str_addf(s, say(l, "%s ago"),
		    when_span(l, now.wall_ms - p->last_seen_ms, span));
	}
	int64_t skew = p->clock_skew_ms;
	if (skew > -MINUTE_MS && skew < MINUTE_MS)
		return;
	add_head(s, l, N_("clock"));
	when_span(l, skew < 0 ? -skew : skew, span);
	if (skew < 0)
		str_addf(s, say(l, "%s behind of ours"), span);
	else
		str_addf(s, say(l, "%s ahead of ours"), span);
}

char *
report_info(const struct model *m, struct now now, const struct peer *p)
{
	struct str s = { 0 };
	char label[PEER_LABEL_SIZE];

	if (p->is_self)
		return xasprintf(
		    say(m->lang, "%s is where you write to yourself: kept "
				 "only on this machine, sent to nobody"),
		    p->name);
	str_addf(&s, say(m->lang, "%s is %s"), peer_label(p, true, label),
	    say(m->lang, presence_text(p->presence)));
	if (p->status[0] != '\0') {
		add_head(&s, m->lang, N_("status"));
		str_addf(&s, "\"%s\"", p->status);
	}
	add_addrs(&s, m->lang, p);
	add_network(&s, m, p);
	add_link(&s, m->lang, p);
	add_choices(&s, m->lang, p);
	if (peer_is_legacy(p))
		add_dialect(&s, m, p);
	else
		add_trust(&s, m, p);
	if (p->version[0] != '\0') {
		add_head(&s, m->lang, N_("version"));
		str_add(&s, p->version);
	}
	add_seen(&s, m->lang, p, now);
	return str_take(&s);
}
