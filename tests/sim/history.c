/* SPDX-License-Identifier: MIT */
/*
 * Nothing is lost: short stories of people to whom everything happens, and
 * after every step of them the promises of the ledger (ledger.h). When the
 * network is good again and the disk has room, both ends of each conversation
 * have the same history.
 *
 *   history [-v] [-j JOBS] [RUNS [FIRST_SEED]]
 *
 * The seed of a run that fails is printed; -v tells what happens in it.
 */
#include "core/carrier.h"
#include "story.h"

#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = 2000, JOBS_MAX = 64 };

/* Whom everything that enters a session is shown to. */
static struct ledger *watched;

/* What is told when an assertion fails. */
static char last_words[80];

static void
say_last_words(int signal)
{
	(void)signal;
	ssize_t n = write(STDOUT_FILENO, last_words, strlen(last_words));
	(void)n;
}

int __real_carrier_send(
    struct carrier *c, struct now now, const uint8_t *p, size_t n);
int __wrap_carrier_send(
    struct carrier *c, struct now now, const uint8_t *p, size_t n);

int
__wrap_carrier_send(
    struct carrier *c, struct now now, const uint8_t *p, size_t n)
{
	static uint8_t forged[MSG_MAX];
	struct msg m;
	size_t size;

	if (!ledger_leaves(watched, p, n, &m) ||
	    msg_encode(&m, forged, sizeof(forged), &size) < 0)
		return __real_carrier_send(c, now, p, n);
	return __real_carrier_send(c, now, forged, size);
}

static void
add(struct ledger *sum, const struct ledger *l)
{
	sum->accepted += l->accepted;
	sum->delivered += l->delivered;
	sum->revisions += l->revisions;
	sum->taken_back += l->taken_back;
	sum->expired += l->expired;
	sum->not_stored += l->not_stored;
	sum->repeats += l->repeats;
	sum->deaths += l->deaths;
	sum->over_udp += l->over_udp;
	sum->forgeries += l->forgeries;
	sum->notes += l->notes;
	sum->steps += l->steps;
}

static bool
run(uint64_t seed, bool trace, struct ledger *sum)
{
	struct sim_net net = { .delay_ms = 5 };
	struct sim *sim = sim_new(seed, &net);
	struct ledger ledger;
	struct story st = {
		.sim = sim, .ledger = &ledger, .rng = sim_rng(sim)
	};

	ledger_init(&ledger, sim, seed);
	ledger.trace = trace;
	watched = &ledger;
	story_begin(&st);
	story_go_on(&st);
	bool good = story_end(&st);
	add(sum, &ledger);
	struct sim_watch none = { .ctx = NULL };
	sim_watch(sim, &none);
	ledger_clear(&ledger);
	sim_free(sim);
	return good;
}

static void
report(unsigned long runs, const struct ledger *sum)
{
	printf("%lu runs, %u steps: %" PRIu64 " posts accepted (%" PRIu64
	       " of them revisions), %" PRIu64 " delivered, %" PRIu64
	       " texts over UDP\n"
	       "%" PRIu64 " processes killed, %" PRIu64
	       " posts not stored for a full disk, %" PRIu64
	       " sent again, %" PRIu64 " taken back, %" PRIu64
	       " expired, %" PRIu64 " forged, %" PRIu64 " notes to oneself\n",
	    runs, sum->steps, sum->accepted, sum->revisions, sum->delivered,
	    sum->over_udp, sum->deaths, sum->not_stored, sum->repeats,
	    sum->taken_back, sum->expired, sum->forgeries, sum->notes);
}

/* A quiet simulator must not pass for a good one. */
static bool
was_hard(unsigned long runs, const struct ledger *sum)
{
	return runs < 100 ||
	       (sum->delivered > 3 * runs && sum->deaths > runs &&
		   sum->over_udp > sum->delivered / 8 &&
		   sum->not_stored > runs / 20 && sum->repeats > runs &&
		   sum->taken_back > runs / 20 && sum->forgeries > 0 &&
		   sum->notes > runs / 4);
}

/* Every so manieth seed from first on, up to end. */
static bool
run_all(unsigned long first, unsigned long end, unsigned by, bool trace)
{
	struct ledger *sum = calloc(1, sizeof(*sum));
	unsigned long runs = 0;
	bool good = sum != NULL;

	for (unsigned long seed = first; good && seed < end; seed += by) {
		snprintf(last_words, sizeof(last_words),
		    "ABORTED: seed %lu (again: history -v 1 %lu)\n", seed,
		    seed);
		good = run(seed, trace, sum);
		if (!good)
			printf("FAILED: seed %lu (again: history -v 1 %lu)\n",
			    seed, seed);
		runs++;
	}
	if (good)
		report(runs, sum);
	good = good && was_hard(runs, sum);
	free(sum);
	fflush(stdout);
	return good;
}

static bool
run_jobs(unsigned long first, unsigned long end, unsigned jobs)
{
	bool good = true;

	for (unsigned i = 0; i < jobs; i++) {
		pid_t pid = fork();
		if (pid == 0)
			_exit(!run_all(first + i, end, jobs, false));
		good = good && pid > 0;
	}
	int status;
	while (wait(&status) > 0)
		good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return good;
}

int
main(int argc, char **argv)
{
	unsigned long jobs = 1, runs = RUNS, first = 1;
	bool trace = false;
	int c;

	while ((c = getopt(argc, argv, "vj:")) != -1) {
		if (c == 'v')
			trace = true;
		else if (c == 'j')
			jobs = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (optind < argc)
		runs = strtoul(argv[optind], NULL, 10);
	if (optind + 1 < argc)
		first = strtoul(argv[optind + 1], NULL, 10);
	signal(SIGABRT, say_last_words);
	if (sodium_init() < 0 || jobs < 1 || jobs > JOBS_MAX)
		return 2;
	return !(jobs == 1 ? run_all(first, first + runs, 1, trace)
			   : run_jobs(first, first + runs, (unsigned)jobs));
}
