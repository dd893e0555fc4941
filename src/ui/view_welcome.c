/* SPDX-License-Identifier: MIT */
/*
 * The window nearby while little was said there: what earshot is doing, on
 * which networks, and what to do when nobody shows up. Nothing is asked. Where
 * it does not fit, the paragraphs that matter least are left out first.
 */
#include "ui/greet.h"
#include "ui/str.h"
#include "ui/view.h"
#include "ui/when.h"
#include "ui/wrap.h"

#include <stdlib.h>
#include <string.h>

enum {
	ALONE_MS = 5000, /* then there is advice */
	INDENT = 2,
	HANG = 14, /* text behind "● listening   " */
	LABEL = 12,
	NETS_LISTED = 4,
};

/* What is left out, from nothing to nearly all. */
enum level { LEVEL_ALL, LEVEL_NO_REASONS, LEVEL_NO_ADVICE, LEVEL_LINE, LEVELS };

/* "● listening   " */
static void
add_label(
    struct str *s, const struct frame *f, enum glyph glyph, const char *label)
{
	str_addf(s, "%s ", glyph_text(f, glyph));
	str_pad(s, say(f->m->lang, label), LABEL);
}

static void
add_greeting(struct str *s, const struct frame *f)
{
	if (f->ui->first_start)
		str_addf(s, "%s\n",
		    say(f->m->lang,
			"Welcome to earshot: talk with the people on this "
			"network. No server, no account."));
	if (greet_asks_name(f->ui, f->m))
		str_addf(s,
		    say(f->m->lang, "Your name here: [ %s ]  Enter accepts it, "
				    "or type another"),
		    f->m->name);
	else
		str_addf(s,
		    say(f->m->lang,
			"Your name here is %s. /nick NAME changes it."),
		    f->m->name);
	str_add(s, "\n\n");
}

/* One address stands for an interface: of IPv4 where it has one. */
static bool
is_first_used(const struct model *m, size_t i)
{
	const struct iface *n = &m->ifaces[i];

	if (n->use != IFACE_USED || n->loopback)
		return false;
	for (size_t j = 0; j < m->iface_count; j++) {
		const struct iface *o = &m->ifaces[j];
		bool before = o->addr.family != n->addr.family
				  ? o->addr.family == ADDR_IPV4
				  : j < i;
		if (o->use == IFACE_USED && before &&
		    strcmp(o->name, n->name) == 0)
			return false;
	}
	return true;
}

static size_t
count_used(const struct model *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->iface_count; i++)
		n += is_first_used(m, i);
	return n;
}

/* The network is there, and was not chosen: so it is in a demo. */
static bool
is_kept_local(const struct model *m)
{
	for (size_t i = 0; i < m->iface_count; i++)
		if (m->ifaces[i].use == IFACE_NOT_CHOSEN)
			return true;
	return false;
}

static void
add_no_network(struct str *s, const struct frame *f)
{
	const struct lang *l = f->m->lang;

	add_label(s, f, GLYPH_OFFLINE, N_("no network"));
	if (is_kept_local(f->m))
		str_add(s,
		    say(l,
			"by choice: only people on this machine are reached"));
	else
		str_add(s, say(l, "connect this machine to one: "
				  "until then only people on this machine are "
				  "reached"));
	str_add(s, "\n");
}

static void
add_listening(struct str *s, const struct frame *f)
{
	char at[ADDR_TEXT_MAX];
	const struct model *m = f->m;
	struct str nets = { 0 };
	size_t listed = 0, used = count_used(m);

	if (used == 0) {
		add_no_network(s, f);
		return;
	}
	add_label(s, f, GLYPH_ONLINE, N_("listening"));
	for (size_t i = 0; i < m->iface_count && listed < NETS_LISTED; i++) {
		const struct iface *n = &m->ifaces[i];
		if (!is_first_used(m, i))
			continue;
		str_addf(&nets, "%s%s %s/%u",
		    listed == 0 ? "" : say(m->lang, " and "), n->name,
		    addr_host_text(&n->addr, at), n->prefix_bits);
		listed++;
	}
	str_addf(s, say(m->lang, "udp %u on %s"), m->discovery_port,
	    str_text(&nets));
	if (used > listed)
		str_addf(s, say(m->lang, " and %zu more: /net"), used - listed);
	str_add(s, "\n");
	str_clear(&nets);
}

static void
add_reasons(struct str *s, const struct frame *f)
{
	bool chosen = count_used(f->m) > 0;

	for (size_t i = 0; i < f->m->iface_count; i++) {
		const struct iface *n = &f->m->ifaces[i];
		if (n->use == IFACE_USED || n->loopback)
			continue;
		/* "by choice" said it for all. */
		if (n->use == IFACE_NOT_CHOSEN && !chosen)
			continue;
		if (i > 0 && strcmp(f->m->ifaces[i - 1].name, n->name) == 0)
			continue;
		add_label(s, f, GLYPH_OFFLINE, N_("not used"));
		str_addf(s, "%s: %s\n", n->name,
		    say(f->m->lang, iface_use_text(n->use)));
	}
}

/* Alone, the seconds show that something is going on; with others there, a
 * screen that changes each second would only keep the machine awake. Without a
 * network there is nobody to ask, and the line above says so. */
static void
add_looking(struct str *s, const struct frame *f)
{
	char span[WHEN_SPAN_SIZE];
	const struct model *m = f->m;
	int64_t now = f->now.mono_ms;
	size_t used = count_used(m);

	if (f->roster.present > 0 || used == 0)
		return;
	if (m->last_announce_ms == 0) {
		str_addf(s, "%s %s\n", glyph_text(f, GLYPH_AWAY),
		    say(m->lang, "looking"));
		return;
	}
	add_label(s, f, GLYPH_ONLINE, N_("looking"));
	str_addf(s,
	    say_n(m->lang, "asked %zu network for people, %s ago",
		"asked %zu networks for people, %s ago", used),
	    used, when_span(m->lang, now - m->last_announce_ms, span));
	if (m->next_announce_ms > now && m->next_announce_ms < NEVER_MS)
		str_addf(s, say(m->lang, " %s next in %s"),
		    glyph_text(f, GLYPH_ELLIPSIS),
		    when_span(m->lang, m->next_announce_ms - now, span));
	str_add(s, "\n");
}

/* The first of the list who is here, and has a key of its own. */
static const struct peer *
first_here(const struct roster *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (peer_is_present(r->rows[i]) && r->rows[i]->number <= 10)
			return r->rows[i];
	return NULL;
}

static void
add_one(struct str *s, const struct frame *f, const struct peer *p)
{
	char label[PEER_LABEL_SIZE], at[ADDR_TEXT_MAX];

	label_text(f, p, true, label);
	if (p->addr_count > 0)
		str_addf(s,
		    say(f->m->lang,
			"%s is here (%s). Alt-%zu or Alt-G to talk, just "
			"type."),
		    label, addr_host_text(&p->addrs[0], at),
		    (size_t)p->number % 10);
	else
		str_addf(s,
		    say(f->m->lang,
			"%s is here. Alt-%zu or Alt-G to talk, just type."),
		    label, (size_t)p->number % 10);
}

static void
add_many(struct str *s, const struct frame *f, const struct peer *p)
{
	char label[PEER_LABEL_SIZE], at[ADDR_TEXT_MAX], count[COUNT_SIZE];

	str_addf(s,
	    say_n(f->m->lang, "%s person is here.", "%s people are here.",
		f->roster.present),
	    count_text(f->m->lang, f->roster.present, count));
	if (p == NULL)
		return;
	label_text(f, p, true, label);
	if (p->addr_count > 0)
		str_addf(s,
		    say(f->m->lang,
			" Alt-%zu to talk with %s (%s), then just type."),
		    (size_t)p->number % 10, label,
		    addr_host_text(&p->addrs[0], at));
	else
		str_addf(s,
		    say(f->m->lang,
			" Alt-%zu to talk with %s, then just type."),
		    (size_t)p->number % 10, label);
}

static void
add_people(struct str *s, const struct frame *f)
{
	const struct peer *p = first_here(&f->roster);

	if (f->roster.present == 0) {
		str_addf(s, "%s %s\n", glyph_text(f, GLYPH_OFFLINE),
		    say(f->m->lang, "nobody yet"));
		return;
	}
	str_addf(s, "%s ", glyph_text(f, GLYPH_ONLINE));
	if (f->roster.present == 1 && p != NULL)
		add_one(s, f, p);
	else
		add_many(s, f, p);
	if (f->roster.present > 1)
		str_add(s, say(f->m->lang, " F2 lists all."));
	str_add(s, "\n");
}

static void
add_advice(struct str *s, const struct frame *f)
{
	static const char *const advice[] = {
		N_("ask somebody on the same network to run earshot"),
		N_("know their address? /connect 192.168.1.23"),
		N_("guest Wi-Fi and VPNs often block broadcasts: /net shows "
		   "what arrives"),
		N_("just looking around? earshot demo brings three people "
		   "along"),
		N_("talk to yourself meanwhile: Alt-0 opens note-to-self"),
	};
	const char *dot = glyph_text(f, GLYPH_DOT);

	if (f->roster.present > 0 ||
	    f->now.mono_ms - f->m->started_ms < ALONE_MS)
		return;
	str_addf(s, "\n%s\n", say(f->m->lang, "Nobody showing up?"));
	for (size_t i = 0; i < sizeof(advice) / sizeof(advice[0]); i++)
		str_addf(s, "  %s %s\n", dot, say(f->m->lang, advice[i]));
}

static void
build(struct str *s, const struct frame *f, enum level level)
{
	if (level < LEVEL_LINE)
		add_greeting(s, f);
	if (level < LEVEL_LINE)
		add_listening(s, f);
	if (level < LEVEL_NO_REASONS)
		add_reasons(s, f);
	if (level < LEVEL_LINE)
		add_looking(s, f);
	add_people(s, f);
	if (level < LEVEL_NO_ADVICE)
		add_advice(s, f);
}

/* Draws, or only counts where r has no rows; returns the rows. */
static int
layout_lines(const struct frame *f, struct rect r, const char *text)
{
	int end = r.col + r.cols, row = 0;

	while (*text != '\0') {
		size_t n = strcspn(text, "\n");
		bool label = strstr(text, "   ") != NULL &&
			     strstr(text, "   ") < text + n;
		int hang = r.cols > 2 * HANG + INDENT && label ? HANG : 2;
		struct wrap wrap;
		struct wrap_row wr;
		bool first = true;
		wrap_init(
		    &wrap, text, n, r.cols - INDENT, r.cols - INDENT - hang);
		while (wrap_next(&wrap, &wr)) {
			if (row < r.rows)
				grid_put(f->g, r.row + row,
				    r.col + INDENT + (first ? 0 : hang), end,
				    STYLE_NORMAL, text + wr.offset, wr.size);
			first = false;
			row++;
		}
		text += n + (text[n] == '\n');
	}
	return row;
}

void
view_welcome(const struct frame *f, struct rect r)
{
	struct str s = { 0 };

	if (rect_is_empty(r))
		return;
	for (int level = LEVEL_ALL; level < LEVELS; level++) {
		str_reset(&s);
		build(&s, f, (enum level)level);
		struct rect none = { r.row, r.col, 0, r.cols };
		int rows = layout_lines(f, none, str_text(&s));
		/* A blank row on top where there is one to spare. */
		int gap = rows < r.rows;
		if (rows > r.rows)
			continue;
		layout_lines(f,
		    (struct rect){ r.row + gap, r.col, r.rows - gap, r.cols },
		    str_text(&s));
		break;
	}
	str_clear(&s);
}
