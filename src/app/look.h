/* SPDX-License-Identifier: MIT */
/*
 * Finds out what this machine tells of its network, for the doctor: links,
 * routes, who has which port, what a firewall would drop, who answers. A look
 * reads and asks, and changes nothing; what is not permitted stays unknown. It
 * never blocks, and takes LOOK_MS_MAX at most.
 */
#ifndef APP_LOOK_H
#define APP_LOOK_H

#include "base/addr.h"
#include "base/now.h"
#include "core/doctor.h"
#include "net/loop.h"

enum {
	LOOK_MS_MAX = 3000,
	LOOK_LOST_MAX = 8,
};

struct look;

struct look_cfg {
	const struct settings *settings;
	uint16_t discovery_port;
	/* What runs has; 0 where nothing does. */
	uint16_t tcp_port, udp_port;
	bool runs;
	struct addr asked; /* ADDR_NONE: nobody */
	/* Whose machines are looked for on the link, too. */
	struct addr lost[LOOK_LOST_MAX];
	size_t lost_count;
};

/*
 * Begins. The facts are those of look_new alone until look_tell, before which
 * they get what the model has (doctor_facts_model), if anything runs; borrowed
 * until look_free.
 */
struct look *look_new(
    const struct look_cfg *cfg, struct doctor_facts *facts, struct now now);
/* Gives up what has not ended. NULL is fine. */
void look_free(struct look *k);
void look_watch(const struct look *k, struct loop *l, uint64_t tag);
void look_ready(struct look *k, const struct loop_event *ev);
/* What has come; true when that is all. */
bool look_turn(struct look *k, struct now now);
/* Concludes, with all that the facts have; once. */
void look_tell(struct look *k);
int64_t look_deadline(const struct look *k);

#endif
