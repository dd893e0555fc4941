/* SPDX-License-Identifier: MIT */
/*
 * What a firewall of this machine would drop of ours. Its rules are read by
 * root alone; others are told which program to ask.
 */
#include "app/look_state.h"

#include "app/language.h"
#include "base/err.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	READER_MS = 2500,
	/* As good as any: nobody has a rule for it alone. */
	SOME_PORT = 49321,
	PEERS_TRIED = 64,
};

enum reader {
	READ_SAVE,
	READ_SAVE_6,
	READ_LEGACY,
	READ_LEGACY_6,
	READ_NFT,
	READ_PF,
	READ_PF_INFO,
};

static const struct {
	const char *program; /* looked for where only root has it in PATH */
	const char *arguments[3];
	enum fw_family family;
	const char *puts; /* the program that puts a rule in front */
} readers[LOOK_READERS] = {
	/* In the order in which they are believed: what iptables wrote, nft
	 * shows, too, and cannot read all of. */
	[READ_SAVE] = { "iptables-save", { NULL }, FW_IP, "iptables" },
	[READ_SAVE_6] = { "ip6tables-save", { NULL }, FW_IP6, "ip6tables" },
	[READ_LEGACY] = { "iptables-legacy-save", { NULL }, FW_IP,
	    "iptables-legacy" },
	[READ_LEGACY_6] = { "ip6tables-legacy-save", { NULL }, FW_IP6,
	    "ip6tables-legacy" },
	[READ_NFT] = { "nft", { "-j", "list", "ruleset" }, FW_INET, "nft" },
	[READ_PF] = { "pfctl", { "-s", "rules" }, FW_INET, "pfctl" },
	/* Without it rules may be there that nobody obeys. */
	[READ_PF_INFO] = { "pfctl", { "-s", "info" }, FW_INET, "pfctl" },
};

static int
start(struct look *k, const char *program, enum reader i, int64_t mono_ms)
{
	const char *argv[5] = { program };
	struct child_spec spec = {
		.argv = argv,
		.answers = true,
		.limit_ms = READER_MS,
	};

	for (size_t a = 0; a < 3; a++)
		argv[a + 1] = readers[i].arguments[a];
	return child_start(k->children, &spec, mono_ms);
}

void
look_firewall_begin(struct look *k, int64_t mono_ms)
{
	static const char *const places[] = { "/usr/sbin", "/sbin", NULL };
	char path[64];

	for (size_t i = 0; i < LOOK_READERS; i++) {
		struct look_reader *r = &k->readers[i];
		int id = start(k, readers[i].program, (enum reader)i, mono_ms);
		for (size_t p = 0; id == ERR_NOT_FOUND && places[p] != NULL;
		     p++) {
			snprintf(path, sizeof(path), "%s/%s", places[p],
			    readers[i].program);
			id = start(k, path, (enum reader)i, mono_ms);
		}
		r->found = id != ERR_NOT_FOUND;
		r->id = id > 0 ? (unsigned)id : 0;
	}
}

static void
take_event(struct look *k, const struct child_event *ev)
{
	for (size_t i = 0; i < LOOK_READERS; i++) {
		struct look_reader *r = &k->readers[i];
		if (r->id != ev->id || !ev->ended)
			continue;
		r->id = 0;
		r->told = ev->status == 0;
		if (r->told && ev->size > 0) {
			r->text = xmemdup(ev->output, ev->size);
			r->size = ev->size;
		}
	}
}

bool
look_firewall_turn(struct look *k, int64_t mono_ms)
{
	struct child_event ev;
	bool all = true;

	while (children_next(k->children, mono_ms, &ev))
		take_event(k, &ev);
	for (size_t i = 0; i < LOOK_READERS; i++)
		all &= k->readers[i].id == 0;
	return all;
}

void
look_firewall_clear(struct look *k)
{
	for (size_t i = 0; i < LOOK_READERS; i++)
		free(k->readers[i].text);
}

/* Packets --------------------------------------------------------------- */

struct test {
	struct fw_packet p;
	enum doctor_what what;
	uint16_t port; /* of ours */
	bool by_range; /* the port changes with each start */
	const struct doctor_iface *n;
	const struct doctor_addr *a;
	bool one_peer;
};

static enum doctor_backend
backend_of(const struct firewall *fw, const struct fw_chain *c)
{
	if (strcmp(c->program, "pfctl") == 0)
		return FIREWALL_PF;
	if (strcmp(c->program, "nft") != 0)
		return fw->is_ufw ? FIREWALL_UFW : FIREWALL_IPTABLES;
	return strcmp(c->table, "firewalld") == 0 ? FIREWALL_FIREWALLD
						  : FIREWALL_NFT;
}

/* "10.77.0.0/24" */
static void
subnet_text(const struct test *t, char out[static ADDR_TEXT_MAX + 4])
{
	struct iface f = { .addr = t->a->addr,
		.prefix_bits = t->a->prefix_bits };
	char host[ADDR_TEXT_MAX];

	f.addr.scope = 0;
	struct addr subnet = iface_subnet(&f);
	snprintf(out, ADDR_TEXT_MAX + 4, "%s/%u", addr_host_text(&subnet, host),
	    t->a->prefix_bits);
}

static void
host_text(const struct test *t, char out[static ADDR_TEXT_MAX + 4])
{
	struct addr a = t->p.out ? t->p.dst : t->p.src;
	char host[ADDR_TEXT_MAX];

	a.scope = 0;
	snprintf(out, ADDR_TEXT_MAX + 4, "%s", addr_host_text(&a, host));
}

/* For whom it is opened: one, the network, or (empty) everybody. */
static void
side_text(const struct test *t, char out[static ADDR_TEXT_MAX + 4])
{
	out[0] = '\0';
	if (t->one_peer)
		host_text(t, out);
	else if (t->by_range)
		subnet_text(t, out);
}

static void
mend_nft(const struct fw_chain *c, const struct test *t, char *to, size_t size)
{
	static const char *const families[] = { "ip", "ip6", "inet", "netdev" };
	char side[ADDR_TEXT_MAX + 4], port[32] = "";
	const char *ip = t->p.src.family == ADDR_IPV6 ? "ip6" : "ip";
	const char *proto = t->p.tcp ? "tcp" : "udp";

	side_text(t, side);
	if (t->by_range || t->one_peer)
		snprintf(port, sizeof(port), "meta l4proto %s", proto);
	else
		snprintf(port, sizeof(port), "%s dport %u", proto,
		    (unsigned)t->port);
	snprintf(to, size, "nft insert rule %s %s %s %s%s%s%s%s accept",
	    families[c->family], c->table, c->name, side[0] != '\0' ? ip : "",
	    t->p.out ? " daddr " : " saddr ", side, side[0] != '\0' ? " " : "",
	    port);
	if (side[0] == '\0')
		snprintf(to, size, "nft insert rule %s %s %s %s accept",
		    families[c->family], c->table, c->name, port);
}

static void
mend_iptables(
    const struct fw_chain *c, const struct test *t, char *to, size_t size)
{
	char side[ADDR_TEXT_MAX + 4], table[80] = "", port[32] = "";

	side_text(t, side);
	if (strcmp(c->table, "filter") != 0)
		snprintf(table, sizeof(table), "-t %s ", c->table);
	if (!t->by_range && !t->one_peer)
		snprintf(port, sizeof(port), " --dport %u", (unsigned)t->port);
	snprintf(to, size, "%s %s-I %s %s%s%s-p %s%s -j ACCEPT", c->program,
	    table, c->name,
	    side[0] == '\0' ? ""
	    : t->p.out      ? "-d "
			    : "-s ",
	    side, side[0] == '\0' ? "" : " ", t->p.tcp ? "tcp" : "udp", port);
}

static void
mend_ufw(const struct test *t, char *to, size_t size)
{
	char side[ADDR_TEXT_MAX + 4];
	const char *out = t->p.out ? "out " : "";
	const char *proto = t->p.tcp ? "tcp" : "udp";

	side_text(t, side);
	if (side[0] == '\0')
		snprintf(to, size, "ufw allow %s%u/%s", out, (unsigned)t->port,
		    proto);
	else
		snprintf(to, size, "ufw allow %sproto %s %s %s", out, proto,
		    t->p.out ? "to" : "from", side);
}

static void
mend_firewalld(const struct test *t, char *to, size_t size)
{
	char side[ADDR_TEXT_MAX + 4];

	side_text(t, side);
	if (side[0] == '\0')
		snprintf(to, size, "firewall-cmd --add-port=%u/%s",
		    (unsigned)t->port, t->p.tcp ? "tcp" : "udp");
	else
		snprintf(to, size,
		    "firewall-cmd --add-rich-rule='rule family=%s source "
		    "address=%s accept'",
		    t->p.src.family == ADDR_IPV6 ? "ipv6" : "ipv4", side);
}

/* What is quick there goes before all that is put behind it. */
static void
mend_pf(const struct test *t, const char *rule, char *to, size_t size)
{
	char side[ADDR_TEXT_MAX + 4], port[32] = "", pass[208];

	side_text(t, side);
	if (!t->by_range && !t->one_peer)
		snprintf(port, sizeof(port), " port %u", (unsigned)t->port);
	snprintf(pass, sizeof(pass), "pass %s quick proto %s from %s to %s%s",
	    t->p.out ? "out" : "in", t->p.tcp ? "tcp" : "udp",
	    t->p.out || side[0] == '\0' ? "any" : side,
	    t->p.out && side[0] != '\0' ? side : "any", port);
	if (strstr(rule, " quick") == NULL)
		snprintf(to, size,
		    "echo '%.200s' >>/etc/pf.conf && pfctl -f /etc/pf.conf",
		    pass);
	else
		snprintf(to, size,
		    say(language(), "'%s' in front of the rules of "
				    "/etc/pf.conf; then: pfctl -f "
				    "/etc/pf.conf"),
		    pass);
}

static bool
is_told(const struct doctor_facts *f, const struct doctor_rule *r)
{
	for (size_t i = 0; i < f->firewall.rule_count; i++) {
		const struct doctor_rule *o = &f->firewall.rules[i];
		if (o->out == r->out && o->what == r->what &&
		    o->port == r->port &&
		    (o->peer.family == ADDR_NONE ||
			addr_same_host(&o->peer, &r->peer)))
			return true;
	}
	return false;
}

static void
copy_printable(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from != '\0' && n + 1 < size; from++)
		to[n++] = (unsigned char)*from < ' ' ? ' ' : *from;
	to[n] = '\0';
}

static void
tell_rule(struct look *k, const struct firewall *fw, const struct test *t,
    const struct fw_judgement *j)
{
	struct doctor_firewall *to = &k->f->firewall;
	struct doctor_rule r = {
		.backend = backend_of(fw, j->base),
		.out = t->p.out,
		.what = t->what,
		.port = t->port,
	};
	char policy[DOCTOR_LINE_SIZE];

	if (t->one_peer)
		r.peer = t->p.out ? t->p.dst : t->p.src;
	r.peer.port = 0;
	if (to->rule_count == DOCTOR_RULES_MAX || is_told(k->f, &r))
		return;
	snprintf(policy, sizeof(policy), "%s %s: policy drop", j->base->table,
	    j->base->name);
	copy_printable(
	    r.text, sizeof(r.text), j->rule == NULL ? policy : j->rule->text);
	if (r.backend == FIREWALL_NFT)
		mend_nft(j->base, t, r.mend, sizeof(r.mend));
	else if (r.backend == FIREWALL_PF)
		mend_pf(t, r.text, r.mend, sizeof(r.mend));
	else if (r.backend == FIREWALL_UFW)
		mend_ufw(t, r.mend, sizeof(r.mend));
	else if (r.backend == FIREWALL_FIREWALLD)
		mend_firewalld(t, r.mend, sizeof(r.mend));
	else
		mend_iptables(j->base, t, r.mend, sizeof(r.mend));
	to->rules[to->rule_count++] = r;
}

static bool
is_dropped(struct look *k, const struct firewall *fw, const struct test *t)
{
	struct fw_judgement j = firewall_judge(fw, &t->p);

	if (j.outcome == FW_DROPPED)
		tell_rule(k, fw, t, &j);
	return j.outcome == FW_DROPPED;
}

/* Somebody else in the same network, of whom no rule speaks. */
static struct addr
somebody(const struct doctor_addr *a)
{
	struct addr s = a->addr;
	size_t last = s.family == ADDR_IPV4 ? 3 : 15;

	s.ip[last] ^= 1;
	return s;
}

static struct addr
everybody(const struct doctor_addr *a)
{
	struct addr group = { .family = ADDR_IPV6,
		.ip = { 0xff, 0x12, [12] = 0x45, 0x41, 0x52, 0x53 } };

	return a->addr.family == ADDR_IPV4 ? a->broadcast : group;
}

/* Between us and them: what is sent to `port`, ours or (out) theirs. */
static struct test
test_of(const struct doctor_iface *n, const struct doctor_addr *a,
    const struct addr *them, uint16_t port)
{
	struct test t = {
		.p = { .iface = n->name, .src = *them, .dst = a->addr },
		.what = RULE_UDP,
		.port = port,
		.n = n,
		.a = a
	};

	t.p.src.port = SOME_PORT;
	t.p.dst.port = port;
	t.p.cast = FW_UNICAST;
	return t;
}

static void
turn_round(struct test *t)
{
	struct addr src = t->p.src;

	t->p.src = t->p.dst;
	t->p.dst = src;
	t->p.dst.port = t->p.src.port;
	t->p.src.port = SOME_PORT;
	t->p.out = true;
}

static void
test_everybody(struct look *k, const struct firewall *fw,
    const struct doctor_iface *n, const struct doctor_addr *a)
{
	struct addr them = somebody(a), all = everybody(a);

	for (int out = 0; out < 2 && all.family != ADDR_NONE; out++) {
		struct test t = test_of(n, a, &them, k->cfg.discovery_port);
		if (out != 0)
			turn_round(&t);
		t.p.dst = all;
		t.p.dst.port = k->cfg.discovery_port;
		t.p.cast =
		    a->addr.family == ADDR_IPV4 ? FW_BROADCAST : FW_MULTICAST;
		if (a->addr.family == ADDR_IPV6) {
			/* Where only this is dropped, it is for being what it
			 * is. */
			struct test alone = t;
			alone.p.cast = FW_UNICAST;
			alone.p.dst = out != 0 ? them : a->addr;
			alone.p.dst.port = t.p.dst.port;
			if (firewall_judge(fw, &alone.p).outcome == FW_PASSES)
				t.what = RULE_MULTICAST;
		}
		is_dropped(k, fw, &t);
	}
}

/* What one of them sends to everybody. */
static void
test_announcement(struct look *k, const struct firewall *fw, struct test t)
{
	if (t.a->addr.family != ADDR_IPV4 || t.a->broadcast.family == ADDR_NONE)
		return;
	t.p.dst = t.a->broadcast;
	t.p.dst.port = k->cfg.discovery_port;
	t.p.cast = FW_BROADCAST;
	is_dropped(k, fw, &t);
}

/* To us alone, and from us to one. */
static void
test_one(struct look *k, const struct firewall *fw, struct test *t)
{
	uint16_t tcp =
	    k->cfg.tcp_port == 0 ? k->cfg.discovery_port : k->cfg.tcp_port;
	const struct test as_it_was = *t;

	for (int what = 0; what < 2; what++) {
		*t = as_it_was;
		t->p.tcp = what != 0;
		t->what = what != 0 ? RULE_TCP : RULE_UDP;
		t->port = what != 0 ? tcp : k->cfg.udp_port;
		t->p.dst.port = t->port;
		t->by_range = what == 0;
		if (t->port != 0)
			is_dropped(k, fw, t);
		t->port = k->cfg.discovery_port;
		t->p.dst.port = t->port;
		t->by_range = false;
		turn_round(t);
		is_dropped(k, fw, t);
	}
}

static void
test_peers(struct look *k, const struct firewall *fw,
    const struct doctor_iface *n, const struct doctor_addr *a)
{
	struct doctor_facts *f = k->f;

	for (size_t i = 0; i < f->peer_count && i < PEERS_TRIED; i++) {
		const struct addr *host = &f->peers[i].addr;
		if (host->family != a->addr.family ||
		    !addr_same_prefix(host, &a->addr, a->prefix_bits))
			continue;
		struct test t = test_of(n, a, host, k->cfg.discovery_port);
		t.one_peer = true;
		test_announcement(k, fw, t);
		test_one(k, fw, &t);
	}
	if (k->cfg.asked.family != a->addr.family)
		return;
	struct test t = test_of(n, a, &k->cfg.asked, k->cfg.discovery_port);
	t.one_peer = true;
	test_announcement(k, fw, t);
	test_one(k, fw, &t);
}

static void
judge_all(struct look *k, const struct firewall *fw)
{
	for (size_t i = 0; i < k->f->iface_count; i++) {
		const struct doctor_iface *n = &k->f->ifaces[i];
		for (unsigned a = 0; a < n->addr_count; a++) {
			const struct doctor_addr *at = &n->addrs[a];
			if (!look_is_used(n, at))
				continue;
			test_everybody(k, fw, n, at);
			struct addr them = somebody(at);
			struct test t =
			    test_of(n, at, &them, k->cfg.discovery_port);
			test_one(k, fw, &t);
			test_peers(k, fw, n, at);
		}
	}
}

/* Who is in charge --------------------------------------------------------*/

static bool
ufw_is_on(void)
{
	FILE *f = fopen("/etc/ufw/ufw.conf", "re");
	char line[128];
	bool on = false;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		on |= strncmp(line, "ENABLED=yes", 11) == 0;
	if (f != NULL)
		fclose(f);
	return on;
}

static void
name_backend(struct look *k, const struct firewall *fw)
{
	struct doctor_firewall *to = &k->f->firewall;
	const struct {
		bool is;
		enum doctor_backend backend;
		const char *ask;
	} all[] = {
		{ fw->is_ufw || (to->readable != KNOWN_YES && ufw_is_on()),
		    FIREWALL_UFW, "ufw status verbose" },
		{ fw->is_firewalld || (to->readable != KNOWN_YES &&
					  access("/run/firewalld", F_OK) == 0),
		    FIREWALL_FIREWALLD, "firewall-cmd --list-all" },
		{ k->readers[READ_PF].found, FIREWALL_PF, "pfctl -s rules" },
		{ to->rule_count > 0 ? to->rules[0].backend == FIREWALL_NFT
				     : k->readers[READ_NFT].found,
		    FIREWALL_NFT, "nft list ruleset" },
		{ k->readers[READ_SAVE].found, FIREWALL_IPTABLES,
		    "iptables-save" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].is) {
			to->backend = all[i].backend;
			snprintf(to->ask, sizeof(to->ask), "%s", all[i].ask);
			return;
		}
}

static int
add(struct firewall *fw, const struct look *k, enum reader i)
{
	const struct look_reader *r = &k->readers[i];
	const struct look_reader *info = &k->readers[READ_PF_INFO];

	if (i == READ_NFT)
		return firewall_add_nft(fw, r->text, r->size);
	if (i == READ_PF_INFO)
		return 0;
	if (i != READ_PF)
		return firewall_add_save(
		    fw, r->text, r->size, readers[i].family, readers[i].puts);
	if (info->text != NULL && !firewall_pf_is_on(info->text, info->size))
		return 0;
	return firewall_add_pf(fw, r->text, r->size);
}

void
look_firewall_end(struct look *k)
{
	struct firewall fw = { .count = 0 };
	struct doctor_firewall *to = &k->f->firewall;
	bool told = false, found = false, whole = true;

	for (size_t i = 0; i < LOOK_READERS; i++) {
		const struct look_reader *r = &k->readers[i];
		found |= r->found;
		told |= r->told;
		whole &= r->told || !r->found;
		if (r->text == NULL)
			continue;
		whole &= add(&fw, k, (enum reader)i) == 0;
	}
	if (found)
		to->readable = known_of(told);
	/* Half a set of rules would be worse than none. */
	if (told && whole)
		judge_all(k, &fw);
	else if (told)
		to->readable = KNOWN_NOTHING;
	name_backend(k, &fw);
	firewall_clear(&fw);
}
