/* SPDX-License-Identifier: MIT */
/*
 * Whole segments of instances in virtual time: joins of many at once (T27),
 * loss, duplicates, reordering, partitions, deaths and goodbyes. All follows
 * from a seed, which is printed when a case fails:
 *
 *   discovery [--long] [--seed SEED]
 *
 * Signatures are real, but each datagram is verified once in the process and
 * not once by each of its receivers: the linker hands beacon_verify to us
 * (--wrap), and we remember the verdict. The machines still count and budget
 * every verification.
 *
 * From LIGHT_FROM instances on, all of them send, yet only the first OBSERVERS
 * hear everything. The others hear solicitations and what is sent to them, and
 * look at an observer's table when they compute their interval: how much the
 * segment carries depends on the senders, and they all see the same peers.
 */
#include "discover_kit.h"
#include "proto/discover_state.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LIGHT_FROM = 500,
	OBSERVERS = 4,
	SECONDS_MAX = 3600,
	START_MS = 1000,
	LATENCY_MS = 1,
	VERDICTS = 1 << 16,
	FAULT_SEEDS = 40,
	NODES_MAX = 2000,
};

struct packet {
	unsigned references;
	uint32_t from;
	struct discover_packet d;
};

struct delivery {
	int64_t at_ms;
	uint64_t order;
	uint32_t to;
	struct packet *packet;
};

struct segment {
	uint32_t count, full; /* the first `full` hear everything */
	struct kit_node *nodes;
	int64_t *due_ms;
	uint32_t soonest; /* whose due_ms is least */
	bool *alive;
	uint8_t *knows; /* count * count */
	uint64_t pairs; /* how many of these are set */
	struct rng_seed rng_state;
	struct rng rng;
	int64_t now_ms;
	struct delivery *heap;
	size_t heap_size, heap_cap;
	uint64_t order;
	/* Faults. */
	unsigned loss_percent, twice_percent, jitter_ms;
	bool met_is_known; /* with heavy loss some are always missed a while */
	bool parted;       /* even and odd hear only their own kind */
	uint32_t sent_in[SECONDS_MAX];
	uint64_t sent_bytes;
};

static uint64_t failures;

static void
check(bool holds, const char *what, uint64_t seed)
{
	if (holds)
		return;
	failures++;
	printf("FAILED: %s; again with --seed %llu\n", what,
	    (unsigned long long)seed);
}

struct verdict {
	uint8_t signature[SIGNATURE_SIZE];
	bool used, good;
};

static struct verdict verdicts[VERDICTS];

bool __real_beacon_verify(const uint8_t *p, size_t n, const struct beacon *b);
bool __wrap_beacon_verify(const uint8_t *p, size_t n, const struct beacon *b);

bool
__wrap_beacon_verify(const uint8_t *p, size_t n, const struct beacon *b)
{
	const uint8_t *signature = p + n - SIGNATURE_SIZE;
	uint32_t key;

	memcpy(&key, signature, sizeof(key));
	struct verdict *v = &verdicts[key % VERDICTS];
	if (v->used && memcmp(v->signature, signature, SIGNATURE_SIZE) == 0)
		return v->good;
	v->used = true;
	memcpy(v->signature, signature, SIGNATURE_SIZE);
	v->good = __real_beacon_verify(p, n, b);
	return v->good;
}

static bool
is_before(const struct delivery *a, const struct delivery *b)
{
	return a->at_ms < b->at_ms ||
	       (a->at_ms == b->at_ms && a->order < b->order);
}

static void
heap_push(struct segment *s, struct delivery d)
{
	if (s->heap_size == s->heap_cap) {
		s->heap_cap = s->heap_cap ? s->heap_cap * 2 : 1024;
		s->heap = realloc(s->heap, s->heap_cap * sizeof(*s->heap));
	}
	size_t i = s->heap_size++;
	while (i > 0 && is_before(&d, &s->heap[(i - 1) / 2])) {
		s->heap[i] = s->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	s->heap[i] = d;
}

static struct delivery
heap_pop(struct segment *s)
{
	struct delivery top = s->heap[0];
	struct delivery last = s->heap[--s->heap_size];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < s->heap_size) {
		if (child + 1 < s->heap_size &&
		    is_before(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (!is_before(&s->heap[child], &last))
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = last;
	return top;
}

static void
segment_init(struct segment *s, uint32_t count, uint64_t seed)
{
	*s = (struct segment){ .count = count, .full = count };
	if (count >= LIGHT_FROM)
		s->full = OBSERVERS;
	s->nodes = calloc(count, sizeof(*s->nodes));
	s->due_ms = calloc(count, sizeof(*s->due_ms));
	s->alive = calloc(count, sizeof(*s->alive));
	s->knows = calloc((size_t)count * count, 1);
	s->rng = rng_seeded(&s->rng_state, seed);
	s->now_ms = START_MS;
	for (uint32_t i = 0; i < count; i++) {
		struct kit_node *node = &s->nodes[i];
		kit_identity(&node->id, i);
		node->addr = kit_addr(i);
		struct discover_cfg cfg = kit_cfg(node, i);
		cfg.rng = rng_seeded(&node->rng, seed * NODES_MAX + i);
		cfg.tcp_port = (uint16_t)i; /* by which it is known here */
		node->d = discover_new(&cfg, kit_now(START_MS));
		s->due_ms[i] = NEVER_MS;
		s->alive[i] = true;
	}
}

static void
packet_release(struct packet *packet)
{
	if (--packet->references == 0)
		free(packet);
}

static void
segment_clear(struct segment *s)
{
	while (s->heap_size > 0)
		packet_release(heap_pop(s).packet);
	for (uint32_t i = 0; i < s->count; i++)
		kit_node_clear(&s->nodes[i]);
	free(s->heap);
	free(s->nodes);
	free(s->due_ms);
	free(s->alive);
	free(s->knows);
}

static uint32_t
index_of(const struct segment *s, const struct fp *fp)
{
	uint32_t i = 0;

	while (!fp_equal(&s->nodes[i].id.fp, fp))
		i++;
	return i;
}

static void
set_known(struct segment *s, uint32_t who, uint32_t whom, bool known)
{
	uint8_t *at = &s->knows[(size_t)who * s->count + whom];

	s->pairs = s->pairs + known - *at;
	*at = known;
}

static void
see(struct segment *s, uint32_t who, const struct sighting *sighting)
{
	switch (sighting->kind) {
	case SIGHT_SEEN:
	case SIGHT_ADDRESS:
	case SIGHT_SHOUT:
		set_known(s, who, sighting->beacon.tcp_port, true);
		break;
	case SIGHT_OFFLINE:
	case SIGHT_GOODBYE:
		if (s->met_is_known)
			break;
		set_known(s, who, index_of(s, &sighting->fp), false);
		break;
	case SIGHT_NONE:
	case SIGHT_STALE:
	case SIGHT_PROBE:
		break;
	}
}

static bool
is_reached(const struct segment *s, uint32_t from, uint32_t to,
    const struct discover_packet *d)
{
	if (to == from || !s->alive[to] || (s->parted && from % 2 != to % 2))
		return false;
	if (d->everywhere)
		return to < s->full || d->bytes[5] == BEACON_SOLICIT;
	return addr_equal(&d->to, &s->nodes[to].addr);
}

static void
deliver_once(struct segment *s, struct packet *packet, uint32_t to)
{
	struct delivery d = {
		.at_ms = s->now_ms + LATENCY_MS,
		.order = s->order++,
		.to = to,
		.packet = packet,
	};

	if (rng_below(&s->rng, 100) < s->loss_percent)
		return;
	if (s->jitter_ms > 0)
		d.at_ms += rng_below(&s->rng, s->jitter_ms);
	packet->references++;
	heap_push(s, d);
}

static void
transmit(struct segment *s, uint32_t from, const struct discover_packet *d)
{
	struct packet *packet = calloc(1, sizeof(*packet));
	size_t second = (size_t)(s->now_ms - START_MS) / 1000;

	packet->references = 1;
	packet->from = from;
	packet->d = *d;
	if (second < SECONDS_MAX)
		s->sent_in[second]++;
	s->sent_bytes += d->size;
	for (uint32_t to = 0; to < s->count; to++) {
		if (!is_reached(s, from, to, d))
			continue;
		deliver_once(s, packet, to);
		if (rng_below(&s->rng, 100) < s->twice_percent)
			deliver_once(s, packet, to);
	}
	packet_release(packet);
}

static void
set_due(struct segment *s, uint32_t i, int64_t due_ms)
{
	bool later = due_ms > s->due_ms[i];

	s->due_ms[i] = due_ms;
	if (due_ms < s->due_ms[s->soonest])
		s->soonest = i;
	for (uint32_t j = 0; later && i == s->soonest && j < s->count; j++) {
		if (s->due_ms[j] < s->due_ms[i])
			s->soonest = i = j;
	}
}

/* All that node i has to do now. */
static void
turn(struct segment *s, uint32_t i)
{
	struct discover *d = s->nodes[i].d;
	struct discover_packet packet;
	struct sighting sighting;
	struct now now = kit_now(s->now_ms);

	if (discover_deadline(d) <= s->now_ms) {
		struct discover_table own = d->table;
		if (i >= s->full)
			d->table = s->nodes[0].d->table;
		while (discover_next(d, now, &packet))
			transmit(s, i, &packet);
		d->table = own;
	}
	while (discover_expire(d, now, &sighting))
		see(s, i, &sighting);
	set_due(s, i, discover_deadline(d));
	if (s->due_ms[i] <= s->now_ms) {
		failures++;
		printf("FAILED: %u is due again at once\n", i);
	}
}

static void
arrive(struct segment *s)
{
	struct delivery e = heap_pop(s);
	struct sighting sighting;
	const struct discover_packet *d = &e.packet->d;

	if (s->alive[e.to]) {
		struct kit_node *to = &s->nodes[e.to];
		const struct addr *from = &s->nodes[e.packet->from].addr;
		if (discover_input(to->d, kit_now(s->now_ms), from, true,
			d->bytes, d->size, &sighting))
			see(s, e.to, &sighting);
		turn(s, e.to);
	}
	packet_release(e.packet);
}

static void
run_until(struct segment *s, int64_t end_ms)
{
	for (;;) {
		int64_t due_ms = s->due_ms[s->soonest];
		bool packet = s->heap_size > 0 && s->heap[0].at_ms <= due_ms;
		int64_t next_ms = packet ? s->heap[0].at_ms : due_ms;
		if (next_ms > end_ms)
			break;
		if (next_ms > s->now_ms)
			s->now_ms = next_ms;
		if (packet)
			arrive(s);
		else
			turn(s, s->soonest);
	}
	s->now_ms = end_ms;
}

static void
start(struct segment *s, uint32_t i)
{
	discover_start(s->nodes[i].d, kit_now(s->now_ms));
	turn(s, i);
}

/* All within spread_ms. */
static void
start_all(struct segment *s, uint32_t spread_ms)
{
	int64_t began_ms = s->now_ms;

	for (uint32_t i = 0; i < s->count; i++) {
		run_until(s, began_ms + (int64_t)i * spread_ms / s->count);
		start(s, i);
	}
}

static uint64_t
pairs_wanted(const struct segment *s)
{
	return (uint64_t)s->full * (s->count - 1);
}

static uint64_t
pairs_of_full(const struct segment *s)
{
	uint64_t pairs = 0;

	for (size_t i = 0; i < (size_t)s->full * s->count; i++)
		pairs += s->knows[i];
	return pairs;
}

/* Runs until everyone knows everyone; how long that took, or limit_ms. */
static int64_t
run_until_known(struct segment *s, int64_t from_ms, int64_t limit_ms)
{
	while (pairs_of_full(s) < pairs_wanted(s) &&
	       s->now_ms < from_ms + limit_ms)
		run_until(s, s->now_ms + 1);
	return s->now_ms - from_ms;
}

static uint32_t
peak_per_s(const struct segment *s)
{
	uint32_t peak = 0;

	for (unsigned i = 0; i < SECONDS_MAX; i++)
		peak = s->sent_in[i] > peak ? s->sent_in[i] : peak;
	return peak;
}

static double
mean_per_s(const struct segment *s, unsigned from_s, unsigned to_s)
{
	double sum = 0;

	for (unsigned i = from_s; i < to_s; i++)
		sum += s->sent_in[i];
	return sum / (to_s - from_s);
}

struct join_case {
	uint32_t count;
	int64_t known_ms; /* at the latest */
	uint32_t peak;    /* packets in one second */
	double steady;    /* packets per second */
	uint32_t minutes;
};

/* T27: all start in the same quarter of a second. */
static void
t27_join_storm(const struct join_case *c, uint64_t seed)
{
	static struct segment s;
	char what[64];
	unsigned end_s = c->minutes * 60;

	segment_init(&s, c->count, seed);
	start_all(&s, 250);
	int64_t known_ms = run_until_known(&s, START_MS, c->known_ms + 1);
	run_until(&s, START_MS + end_s * INT64_C(1000));
	uint32_t peak = peak_per_s(&s);
	double steady = mean_per_s(&s, end_s - 600, end_s);
	printf("join of %4u: all known in %lld ms, peak %u/s, "
	       "steady %.2f/s\n",
	    c->count, (long long)known_ms, peak, steady);
	snprintf(what, sizeof(what), "join of %u", c->count);
	check(c->known_ms == 0 || known_ms <= c->known_ms, what, seed);
	check(peak <= c->peak, what, seed);
	check(steady <= c->steady, what, seed);
	check(steady > 0, what, seed);
	segment_clear(&s);
}

/* Whoever starts second is seen, and sees, within two packets' way. */
static void
two_start_together(uint64_t seed)
{
	static struct segment s;

	for (uint32_t apart_ms = 0; apart_ms <= 400; apart_ms += 4) {
		segment_init(&s, 2, seed + apart_ms);
		start(&s, 0);
		run_until(&s, START_MS + apart_ms);
		start(&s, 1);
		int64_t ms = run_until_known(&s, s.now_ms, 10);
		check(ms <= 2 * LATENCY_MS, "two start together", seed);
		segment_clear(&s);
	}
}

static void
faulty_network(uint64_t seed)
{
	static struct segment s;
	int64_t worst_ms = 0;

	for (unsigned i = 0; i < FAULT_SEEDS; i++) {
		segment_init(&s, 20, seed + i);
		s.loss_percent = 30;
		s.twice_percent = 10;
		s.jitter_ms = 50;
		s.met_is_known = true;
		start_all(&s, 1000);
		int64_t ms = run_until_known(&s, START_MS, 300000);
		worst_ms = ms > worst_ms ? ms : worst_ms;
		check(ms < 300000, "30 % loss, known at last", seed + i);
		segment_clear(&s);
	}
	printf("loss 30 %%, twice 10 %%, reordered: %u runs of 20, "
	       "all known in at most %lld ms\n",
	    FAULT_SEEDS, (long long)worst_ms);
}

/* Half of 20 are cut off for five minutes. noticed: the interfaces tell. */
static void
partition_heals(bool noticed, uint64_t seed)
{
	static struct segment s;
	int64_t bound_ms = noticed ? 300 : 93750 + 10;

	segment_init(&s, 20, seed);
	start_all(&s, 1000);
	run_until(&s, START_MS + 60000);
	check(s.pairs == 20 * 19, "known before the cut", seed);
	s.parted = true;
	run_until(&s, START_MS + 360000);
	check(s.pairs == 20 * 9, "cut off is offline", seed);
	s.parted = false;
	for (uint32_t i = 0; noticed && i < s.count; i++) {
		discover_network_changed(s.nodes[i].d, kit_now(s.now_ms));
		turn(&s, i);
	}
	int64_t ms = run_until_known(&s, s.now_ms, 120000);
	printf("partition of 20 heals in %lld ms%s\n", (long long)ms,
	    noticed ? ", noticed" : "");
	check(ms <= bound_ms, "healed in time", seed);
	segment_clear(&s);
}

/* One dies without a word, one says goodbye. */
static void
death_and_goodbye(uint64_t seed)
{
	static struct segment s;

	segment_init(&s, 10, seed);
	start_all(&s, 1000);
	run_until(&s, START_MS + 120000);
	s.alive[0] = false;
	set_due(&s, 0, NEVER_MS);
	discover_leave(s.nodes[1].d, kit_now(s.now_ms));
	turn(&s, 1);
	run_until(&s, s.now_ms + 200);
	check(discover_has_left(s.nodes[1].d), "has left", seed);
	for (uint32_t i = 2; i < s.count; i++) {
		check(s.knows[i * s.count] == 1, "not yet missed", seed);
		check(s.knows[i * s.count + 1] == 0, "seen to leave", seed);
	}
	s.alive[1] = false;
	run_until(&s, s.now_ms + 262500);
	for (uint32_t i = 2; i < s.count; i++)
		check(s.knows[i * s.count] == 0, "missed at last", seed);
	segment_clear(&s);
}

/* A hundred laptops wake at one moment, hours later. */
static void
mass_wake(uint64_t seed)
{
	static struct segment s;

	segment_init(&s, 100, seed);
	start_all(&s, 250);
	run_until(&s, START_MS + 60000);
	s.now_ms += 40 * 60 * 1000;
	for (uint32_t i = 0; i < s.count; i++)
		discover_network_changed(s.nodes[i].d, kit_now(s.now_ms));
	size_t second = (size_t)(s.now_ms - START_MS) / 1000;
	for (uint32_t i = 0; i < s.count; i++)
		turn(&s, i);
	run_until(&s, s.now_ms + 10000);
	uint32_t sent = 0;
	for (size_t i = second; i < second + 5; i++)
		sent += s.sent_in[i];
	printf("mass wake of 100: %u packets in 5 s, %llu of 9900 known\n",
	    sent, (unsigned long long)s.pairs);
	check(sent <= 6 * 100, "mass wake is one burst each", seed);
	check(s.pairs == 100 * 99, "mass wake loses nobody", seed);
	segment_clear(&s);
}

int
main(int argc, char **argv)
{
	static const struct join_case joins[] = {
		{ 10, 1300, 10 * 7, 1, 15 },
		{ 100, 3000, 100 * 7, 4, 15 },
		{ 250, 20000, 250 * 7, 6, 15 },
		{ 1000, 60000, 1000 * 7, 6, 20 },
		{ 2000, 0, 2000 * 7, 11, 40 },
	};
	uint64_t seed = 1;
	bool everything = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--long") == 0)
			everything = true;
		else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
			seed = strtoull(argv[++i], NULL, 10);
	}
	if (sodium_init() < 0)
		return 99;
	two_start_together(seed);
	faulty_network(seed);
	partition_heals(false, seed);
	partition_heals(true, seed);
	death_and_goodbye(seed);
	mass_wake(seed);
	for (unsigned i = 0; i < (everything ? 5 : 4); i++)
		t27_join_storm(&joins[i], seed);
	printf("%llu failures\n", (unsigned long long)failures);
	return failures > 0;
}
