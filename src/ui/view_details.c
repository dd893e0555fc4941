/* SPDX-License-Identifier: MIT */
#include "ui/str.h"
#include "ui/view.h"
#include "ui/when.h"

#include <stdio.h>
#include <string.h>

enum { NAME_CELLS = 9 };

struct pen {
	const struct frame *f;
	struct rect r;
	int row;
};

static void
add_line(struct pen *p, enum style style, const char *text)
{
	if (p->row < p->r.row + p->r.rows)
		draw_cut(p->f, p->row, p->r.col + 1, p->r.col + p->r.cols,
		    style, text);
	p->row++;
}

static void
add_pair(struct pen *p, const char *name, const char *value)
{
	struct str s = { 0 };

	if (value[0] == '\0')
		return;
	str_pad(&s, say(p->f->m->lang, name), NAME_CELLS);
	str_add(&s, value);
	add_line(p, STYLE_NORMAL, str_text(&s));
	str_clear(&s);
}

static void
add_place(struct pen *p, const struct peer *peer)
{
	char at[ADDR_TEXT_MAX] = "", link[64];

	snprintf(link, sizeof(link), "%s", say(p->f->m->lang, "none yet"));

	if (peer->link != PEER_LINK_NONE)
		addr_host_text(&peer->link_addr, at);
	else if (peer->addr_count > 0)
		addr_host_text(&peer->addrs[0], at);
	add_pair(p, N_("address"), at);
	if (peer->link == PEER_LINK_DIALING)
		snprintf(
		    link, sizeof(link), "%s", say(p->f->m->lang, "dialling"));
	else if (peer->link == PEER_LINK_UP)
		snprintf(link, sizeof(link),
		    say(p->f->m->lang, "%s, encrypted"),
		    transport_text(peer->transport));
	if (peer_is_legacy(peer))
		snprintf(link, sizeof(link), "%s",
		    peer->obfuscates
			? say(p->f->m->lang, "obfuscated, key not verified")
			: say(p->f->m->lang, "not encrypted"));
	add_pair(p, N_("link"), link);
	add_pair(p, N_("version"), peer->version);
}

static void
add_seen(struct pen *p, const struct peer *peer)
{
	char day[WHEN_DAY_SIZE], at[WHEN_CLOCK_SIZE], span[WHEN_SPAN_SIZE];
	char text[WHEN_DAY_SIZE + 32] = "";
	int64_t wall_ms = p->f->now.wall_ms;

	if (when_same_day(peer->first_seen_ms, wall_ms))
		snprintf(text, sizeof(text), say(p->f->m->lang, "today %s"),
		    when_clock(peer->first_seen_ms, at));
	else if (peer->first_seen_ms > 0)
		snprintf(text, sizeof(text), "%s",
		    when_day(p->f->m->lang, peer->first_seen_ms, wall_ms, day));
	add_pair(p, N_("since"), text);
	/* Of those present it would change with every announcement. */
	if (!peer_is_present(peer) && peer->last_seen_ms > 0) {
		snprintf(text, sizeof(text), say(p->f->m->lang, "%s ago"),
		    when_span(
			p->f->m->lang, wall_ms - peer->last_seen_ms, span));
		add_pair(p, N_("last"), text);
	}
}

/* In groups of four, as many in a row as fit. */
static void
add_fingerprint(struct pen *p, const struct fp *fp)
{
	char text[FP_TEXT_SIZE], line[128];
	int groups = (p->r.cols - 1) / 5;
	size_t used = 0;

	fp_text(fp, text);
	for (size_t at = 0; text[at] != '\0'; at += 4) {
		used += (size_t)snprintf(line + used, sizeof(line) - used,
		    "%s%.4s", used > 0 ? " " : "", text + at);
		bool last = strlen(text + at) <= 4;
		if (!last && used + 5 <= (size_t)groups * 5)
			continue;
		add_line(p, STYLE_NORMAL, line);
		used = 0;
	}
}

static void
add_trust(struct pen *p, const struct peer *peer)
{
	struct str s = { 0 };
	enum style style;
	const char *badge = peer_badge(p->f->m->lang, peer, &style);
	bool bad = peer->trust == TRUST_CHANGED || peer->trust == TRUST_BLOCKED;

	str_pad(&s, say(p->f->m->lang, "KEY"), NAME_CELLS);
	str_add(&s, badge);
	add_line(p, bad ? STYLE_ERROR : STYLE_BOLD, str_text(&s));
	str_clear(&s);
	add_fingerprint(p, &peer->fp);
	if (peer->trust == TRUST_CHANGED)
		add_line(p, STYLE_ERROR,
		    say(p->f->m->lang, "not the key known before"));
	else if (peer->look_alike)
		add_line(p, STYLE_ERROR,
		    say(p->f->m->lang, "a name like another's"));
}

/* Who it says it is; there is no key. */
static void
add_line_of(struct pen *p, const struct peer *peer)
{
	const struct lang *l = p->f->m->lang;
	const struct peer *claims = model_peer(p->f->m, &peer->claims);
	enum style style;

	add_line(p, STYLE_PLAIN, peer_badge(l, peer, &style));
	add_line(p, STYLE_NORMAL, peer->handle);
	add_pair(p, N_("dialect"), dialect_text(peer->dialect));
	add_pair(p, N_("group"), peer->group == NULL ? "" : peer->group);
	add_pair(p, N_("encoding"),
	    peer->charset == CHARSET_AUTO ? "" : charset_text(peer->charset));
	add_line(p, STYLE_ERROR, say(l, "anyone can read and forge it"));
	if (claims == NULL)
		return;
	char text[PEER_LABEL_SIZE + 64];
	snprintf(text, sizeof(text), say(l, "maybe not your contact %s"),
	    claims->name);
	add_line(p, STYLE_ERROR, text);
}

/* What can be done, with its key or command, as far as there is room. */
static void
add_ways(struct pen *p, const struct peer *peer)
{
	char key[KEY_TEXT_MAX];
	const struct frame *f = p->f;

	add_pair(p, N_("mute"),
	    peer->muted_ms > f->now.wall_ms ? "/unmute" : "/mute");
	keymap_key_text(&f->ui->keymap, ACTION_FIND, key);
	add_pair(p, N_("find"), key);
	keymap_key_text(&f->ui->keymap, ACTION_DETAILS, key);
	add_pair(p, N_("hide"), key);
}

static void
add_peer(struct pen *p, const struct peer *peer)
{
	char label[PEER_LABEL_SIZE], text[64];

	add_line(
	    p, STYLE_BOLD, label_fit(p->f, peer, true, p->r.cols - 1, label));
	if (peer->is_self) {
		add_line(p, STYLE_NORMAL, peer_state(p->f->m->lang, peer));
		return;
	}
	snprintf(text, sizeof(text), "%s %s",
	    glyph_text(p->f, presence_glyph(peer->presence)),
	    say(p->f->m->lang, presence_text(peer->presence)));
	add_line(p, presence_style(peer->presence), text);
	if (peer->status[0] != '\0')
		add_line(p, STYLE_DIM, peer->status);
	p->row++;
	add_place(p, peer);
	add_seen(p, peer);
	p->row++;
	if (peer_is_legacy(peer))
		add_line_of(p, peer);
	else
		add_trust(p, peer);
	p->row++;
	add_ways(p, peer);
}

static void
add_self(struct pen *p)
{
	char text[96];
	const struct model *m = p->f->m;

	add_line(p, STYLE_BOLD, m->name);
	snprintf(text, sizeof(text), "%s %s",
	    glyph_text(p->f, m->away ? GLYPH_AWAY : GLYPH_ONLINE),
	    m->away ? say(p->f->m->lang, "away")
		    : say(p->f->m->lang, "online"));
	add_line(p, m->away ? STYLE_AWAY : STYLE_ONLINE, text);
	if (m->status[0] != '\0')
		add_line(p, STYLE_DIM, m->status);
	p->row++;
	snprintf(text, sizeof(text), "tcp %u", m->tcp_port);
	add_pair(p, N_("listens"),
	    m->tcp_port == 0 ? say(p->f->m->lang, "not") : text);
	add_pair(p, N_("version"), p->f->ui->version);
	p->row++;
	add_line(p, STYLE_BOLD, say(p->f->m->lang, "YOUR KEY"));
	add_fingerprint(p, &m->self);
}

void
view_details(const struct frame *f)
{
	struct rect r = f->l.details;
	struct pen p = { .f = f, .r = r, .row = r.row };

	if (rect_is_empty(r))
		return;
	for (int i = 0; i < r.rows; i++)
		draw_text(f, r.row + i, r.col - 1, r.col, STYLE_RULE,
		    glyph_text(f, GLYPH_BAR));
	if (f->peer != NULL)
		add_peer(&p, f->peer);
	else
		add_self(&p);
}
