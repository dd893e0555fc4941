/* SPDX-License-Identifier: MIT */
/*
 * Moves files between the disks of the simulator, as the mover of a process
 * does: over streams that it took from the engines, at its own pace, and with
 * reports that come late.
 */
#ifndef TESTS_SIM_MOVER_H
#define TESTS_SIM_MOVER_H

#include "disk.h"
#include "proto/flow.h"
#include "sim.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MOVER_JOBS_MAX = 64, MOVER_REPORTS_MAX = 8 };

struct mover_tally {
	uint64_t finished, resumed, lost, changed_midway, refused_changed, full;
	uint64_t bytes_saved; /* that were not sent again */
};

struct mover_job;

struct sim_movers {
	struct sim *sim;
	struct things things;
	struct disk disks[SIM_NODES_MAX];
	struct mover_job *jobs[MOVER_JOBS_MAX];
	unsigned serial;
	bool wrong; /* something finished that was never sent */
	char why[128];
	struct mover_tally tally;
};

/* Hooks itself into the simulator. */
void movers_begin(struct sim_movers *m, struct sim *sim);
void movers_clear(struct sim_movers *m);
/* Moves of that node that are under way. */
unsigned movers_count(const struct sim_movers *m, unsigned node);

#endif
