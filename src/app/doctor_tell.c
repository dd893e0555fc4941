/* SPDX-License-Identifier: MIT */
/*
 * What the doctor found, for whoever asked: events, or a report.
 */
#include "app/doctor.h"

#include "app/language.h"
#include "app/shell.h"

#include <stdlib.h>
#include <string.h>

enum { PEERS_TOLD_MAX = 64 };

static struct front *
find_front(const struct shell *sh, uint32_t number)
{
	struct front *f = sh->fronts.first;

	while (f != NULL && f->number != number)
		f = f->next;
	return f;
}

void
doctor_tell(struct shell *sh, uint32_t front, uint32_t conv,
    const struct doctor_facts *facts)
{
	struct front *f = find_front(sh, front);
	struct doctor_verdict v;

	if (f == NULL)
		return;
	doctor_judge(facts, language(), &v);
	if (f->diagnosed != NULL) {
		f->diagnosed(f, sh, facts, &v);
	} else {
		struct command cmd = { .kind = COMMAND_INFO,
			.conv = conv,
			.text = doctor_report(facts, &v, language()) };
		shell_command_of(sh, f, &cmd);
		if (f->answered != NULL)
			f->answered(f, sh, conv);
	}
	doctor_verdict_clear(&v);
}

static json_t *
text_or_null(const char *text)
{
	return text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
addr_or_null(const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	return a->family == ADDR_NONE ? json_null()
				      : json_string(addr_host_text(a, text));
}

static json_t *
known(enum known k)
{
	return k == KNOWN_NOTHING ? json_null() : json_boolean(k == KNOWN_YES);
}

static json_t *
commands(const char *mend)
{
	json_t *list = json_array();

	while (mend != NULL && *mend != '\0') {
		size_t n = strcspn(mend, "\n");
		json_array_append_new(list, json_stringn(mend, n));
		mend += n + (mend[n] == '\n');
	}
	return list;
}

static json_t *
name_of(const struct doctor_facts *facts, const struct fp *fp)
{
	for (size_t i = 0; i < facts->peer_count && !fp_is_zero(fp); i++)
		if (fp_equal(&facts->peers[i].fp, fp))
			return json_string(facts->peers[i].name);
	return json_null();
}

static json_t *
finding_event(const struct doctor_facts *facts, const struct doctor_finding *f)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o}", "event", "finding",
	    "severity", doctor_severity_text(f->severity), "fault",
	    doctor_fault_text(f->fault), "text", f->text, "commands",
	    commands(f->mend), "peer", name_of(facts, &f->peer), "interface",
	    text_or_null(f->iface));
}

static json_t *
addresses(const struct doctor_iface *n)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n->addr_count; i++) {
		const struct doctor_addr *a = &n->addrs[i];
		json_array_append_new(list,
		    json_pack("{s:o,s:i,s:o,s:s}", "address",
			addr_or_null(&a->addr), "prefix", (int)a->prefix_bits,
			"broadcast", addr_or_null(&a->broadcast), "use",
			iface_use_text(a->use)));
	}
	return list;
}

static json_t *
iface_event(const struct doctor_iface *n)
{
	const struct iface_traffic *t = n->traffic;

	return json_pack(
	    "{s:s,s:s,s:s,s:b,s:o,s:i,s:o,s:I,s:I,s:I,s:I,s:I,s:i}", "event",
	    "fact", "about", "interface", "name", n->name, "up", n->up, "link",
	    known(n->carrier), "mtu", (int)n->mtu, "addresses", addresses(n),
	    "sent", (json_int_t)(t[0].sent + t[1].sent), "failed",
	    (json_int_t)(t[0].unsent + t[1].unsent), "heard",
	    (json_int_t)(t[0].heard + t[1].heard), "own_heard",
	    (json_int_t)(t[0].own + t[1].own), "people",
	    (json_int_t)n->peer_count, "error", n->last_error);
}

static json_t *
port_event(const struct doctor_port *p)
{
	static const char *const kinds[] = {
		[PORT_DISCOVERY] = "discovery",
		[PORT_OWN] = "own",
		[PORT_TCP] = "tcp",
		[PORT_IPMSG_UDP] = "ipmsg-udp",
		[PORT_IPMSG_TCP] = "ipmsg-tcp",
		[PORT_PLAIN_UDP] = "plain-udp",
		[PORT_PLAIN_TCP] = "plain-tcp",
	};

	return json_pack("{s:s,s:s,s:s,s:i,s:i,s:i,s:o,s:I}", "event", "fact",
	    "about", "port", "name", kinds[p->kind], "wanted", (int)p->wanted,
	    "got", (int)p->got, "error", p->sys_errno, "program",
	    text_or_null(p->owner.command), "pid", (json_int_t)p->owner.pid);
}

static json_t *
gateway_event(const struct doctor_gateway *g)
{
	return json_pack("{s:s,s:s,s:o,s:s,s:o}", "event", "fact", "about",
	    "gateway", "address", addr_or_null(&g->addr), "interface", g->iface,
	    "answers", known(g->answers));
}

static json_t *
peer_event(const struct doctor_peer *p)
{
	char tag[TAG_LONG + 1];

	return json_pack("{s:s,s:s,s:s,s:s,s:o,s:s,s:b,s:o,s:o,s:s,s:o}",
	    "event", "fact", "about", "peer", "name", p->name, "tag",
	    fp_tag(&p->fp, TAG_LONG, tag), "address", addr_or_null(&p->addr),
	    "state", presence_text(p->presence), "session", p->session,
	    "interface", text_or_null(p->iface), "heard",
	    known(p->broadcast_heard), "hears_us", hears_text(p->hears_us),
	    "clock_ms",
	    p->has_skew ? json_integer((json_int_t)p->skew_ms) : json_null());
}

static json_t *
step_event(enum path_step step, const struct path_outcome *o)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:I,s:s,s:i}", "event", "fact",
	    "about", "step", "name", path_step_text(step), "state",
	    path_state_text(o->state), "ms", (json_int_t)o->ms, "reason",
	    say(language(), path_why_text(o)), "error", o->sys_errno);
}

static void
add_facts(json_t *list, const struct doctor_facts *f)
{
	for (size_t i = 0; i < f->iface_count; i++)
		json_array_append_new(list, iface_event(&f->ifaces[i]));
	for (size_t i = 0; i < f->port_count; i++)
		json_array_append_new(list, port_event(&f->ports[i]));
	for (size_t i = 0; i < f->gateway_count; i++)
		json_array_append_new(list, gateway_event(&f->gateways[i]));
	for (size_t i = 0, told = 0; i < f->peer_count; i++) {
		const struct doctor_peer *p = &f->peers[i];
		if (p->dialect != DIALECT_EARSHOT || told == PEERS_TOLD_MAX ||
		    (f->asked && !(f->asked_known && f->asked_peer == i)))
			continue;
		json_array_append_new(list, peer_event(p));
		told++;
	}
	for (int i = 0; i < PATH_STEPS && f->has_path; i++)
		json_array_append_new(
		    list, step_event((enum path_step)i, &f->path.steps[i]));
}

json_t *
doctor_events(
    const struct doctor_facts *facts, const struct doctor_verdict *verdict)
{
	json_t *list = json_array();
	char *report = doctor_report(facts, verdict, language());

	for (size_t i = 0; i < verdict->count; i++)
		json_array_append_new(
		    list, finding_event(facts, &verdict->findings[i]));
	add_facts(list, facts);
	json_array_append_new(
	    list, json_pack("{s:s,s:b,s:o,s:s}", "event", "doctor", "ill",
		      doctor_is_ill(verdict), "asked",
		      text_or_null(facts->asked_text), "text", report));
	free(report);
	return list;
}
