/* SPDX-License-Identifier: MIT */
#include "ui/report.h"

#include "base/mem.h"
#include "ui/roster.h"
#include "ui/str.h"
#include "ui/when.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WHO_ROWS_MAX = 100 };

static const char *const trust_sentences[] = {
	[TRUST_UNKNOWN] = "not verified: no session yet",
	[TRUST_PINNED] = "not verified: the key is the one of the first "
			 "session",
	[TRUST_VERIFIED] = "verified",
	[TRUST_CHANGED] = "KEY CHANGED: this is not the key known under this "
			  "name",
	[TRUST_BLOCKED] = "blocked",
};

static void
add_who_row(struct str *s, const struct peer *p, struct now now)
{
	char label[PEER_LABEL_SIZE], at[ADDR_TEXT_MAX], span[WHEN_SPAN_SIZE];

	str_addf(s, "\n%s  %s", peer_label(p, true, label),
	    presence_text(p->presence));
	if (p->addr_count > 0)
		str_addf(s, "  %s", addr_host_text(&p->addrs[0], at));
	str_addf(s, "  %s", trust_text(p->trust));
	if (!peer_is_present(p) && p->last_seen_ms > 0)
		str_addf(s, "  seen %s ago",
		    when_span(now.wall_ms - p->last_seen_ms, span));
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
add_who_rows(
    struct str *s, const struct roster *r, struct now now, const char *word)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (word != NULL && !fits_word(r->rows[i], word))
			continue;
		if (++count <= WHO_ROWS_MAX)
			add_who_row(s, r->rows[i], now);
	}
	if (count > WHO_ROWS_MAX)
		str_addf(s,
		    "\n%zu more: /who WORD lists those whose name or "
		    "address has WORD in it",
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
		str_add(&s, "nobody is here");
	else
		str_addf(&s, "%zu here", r.present);
	if (r.present < r.count)
		str_addf(&s, ", %zu seen before", r.count - r.present);
	add_who_rows(&s, &r, now, NULL);
	roster_clear(&r);
	return str_take(&s);
}

char *
report_who_word(const struct model *m, struct now now, const char *word)
{
	struct roster r;
	struct str rows = { 0 }, s = { 0 };

	roster_init(&r, m, SIZE_MAX);
	size_t count = add_who_rows(&rows, &r, now, word);
	roster_clear(&r);
	if (count > 0)
		str_addf(&s, "%zu with %s%s", count, word, str_text(&rows));
	str_clear(&rows);
	return count > 0 ? str_take(&s) : NULL;
}

static void
add_link(struct str *s, const struct peer *p)
{
	char at[ADDR_TEXT_MAX];

	str_add(s, "\n  link         ");
	if (p->link == PEER_LINK_UP)
		str_addf(s, "encrypted, %s %s", transport_text(p->transport),
		    addr_text(&p->link_addr, at));
	else if (p->link == PEER_LINK_DIALING)
		str_addf(s, "dialling %s", addr_text(&p->link_addr, at));
	else
		str_add(s, "none, opened when there is something to send");
}

static void
add_addrs(struct str *s, const struct peer *p)
{
	char at[ADDR_TEXT_MAX];

	for (unsigned i = 0; i < p->addr_count; i++)
		str_addf(s, "\n  %-11s  %s", i == 0 ? "address" : "",
		    addr_text(&p->addrs[i], at));
	if (p->by_hand)
		str_add(s, "\n               reached by /connect");
}

/* What the user chose for this one, where that is not the usual. */
static void
add_choices(struct str *s, const struct peer *p)
{
	if (p->choice != TRANSPORT_AUTO)
		str_addf(s, "\n  transport    %s, as you chose",
		    p->choice == TRANSPORT_UDP ? "udp" : "tcp");
	if (p->receipts)
		str_add(s, "\n  receipts     on: learns what you have read");
	if (p->forgets)
		str_add(s, "\n  history      off: nothing said is kept");
}

static void
add_trust(struct str *s, const struct model *m, const struct peer *p)
{
	char text[FP_TEXT_SIZE], label[PEER_LABEL_SIZE];
	const struct peer *claims = model_peer(m, &p->claims);

	str_addf(s, "\n  trust        %s", trust_sentences[p->trust]);
	if (p->trust == TRUST_CHANGED && claims != NULL)
		str_addf(s, "\n               resembles %s",
		    peer_label(claims, true, label));
	else if (p->look_alike)
		str_add(s, "\n               somebody else's name looks the "
			   "same");
	str_addf(s, "\n  fingerprint  %s", fp_text(&p->fp, text));
}

static void
add_seen(struct str *s, const struct peer *p, struct now now)
{
	char day[WHEN_DAY_SIZE], at[WHEN_CLOCK_SIZE], span[WHEN_SPAN_SIZE];

	if (p->first_seen_ms > 0)
		str_addf(s, "\n  first seen   %s %s",
		    when_day(p->first_seen_ms, now.wall_ms, day),
		    when_clock(p->first_seen_ms, at));
	if (p->last_seen_ms > 0)
		str_addf(s, "\n  last seen    %s ago",
		    when_span(now.wall_ms - p->last_seen_ms, span));
	int64_t skew = p->clock_skew_ms;
	if (skew <= -MINUTE_MS || skew >= MINUTE_MS)
		str_addf(s, "\n  clock        %s %s of ours",
		    when_span(skew < 0 ? -skew : skew, span),
		    skew < 0 ? "behind" : "ahead");
}

char *
report_info(const struct model *m, struct now now, const struct peer *p)
{
	struct str s = { 0 };
	char label[PEER_LABEL_SIZE];

	str_addf(&s, "%s is %s", peer_label(p, true, label),
	    presence_text(p->presence));
	if (p->status[0] != '\0')
		str_addf(&s, "\n  status       \"%s\"", p->status);
	add_addrs(&s, p);
	add_link(&s, p);
	add_choices(&s, p);
	add_trust(&s, m, p);
	if (p->version[0] != '\0')
		str_addf(&s, "\n  version      %s", p->version);
	add_seen(&s, p, now);
	return str_take(&s);
}
