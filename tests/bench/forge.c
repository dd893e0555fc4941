/* SPDX-License-Identifier: MIT */
/*
 * A crowd that does not exist. Every identity of it is real, its announcements
 * are signed and come from addresses of their own, so nothing cheaper than the
 * budgets of discovery stops them.
 *
 *   forge make COUNT FILE                   signs COUNT datagrams
 *   forge send FILE PER_SECOND SECONDS HOST BROADCAST PORT
 *
 * The sources are HOST and those that follow. Every other datagram asks for an
 * answer. Sending needs a raw socket.
 */
#include "base/mem.h"
#include "crypto/identity.h"
#include "crypto/rng.h"
#include "wire/beacon.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { SLICE_MS = 10, PORT_FROM = 50000 };

struct datagram {
	size_t size;
	uint8_t bytes[BEACON_MAX];
};

static int
fail(const char *what)
{
	perror(what);
	return EXIT_FAILURE;
}

static void
sign_one(struct datagram *d, const struct rng *rng, unsigned number)
{
	uint8_t seed[SEED_SIZE];
	struct identity id;
	char name[32];

	rng_fill(rng, seed, sizeof(seed));
	identity_from_seed(&id, seed);
	snprintf(name, sizeof(name), "nobody%u", number);
	struct beacon b = {
		.type = number % 2 == 0 ? BEACON_ANNOUNCE : BEACON_SOLICIT,
		.epoch = 1000,
		.seq = 1,
		.tcp_port = PORT_FROM,
		.udp_port = PORT_FROM,
		.interval_s = 75,
		.name = untrusted_of(name, strlen(name)),
	};
	memcpy(b.instance, seed, sizeof(b.instance));
	memcpy(b.ed_public, id.ed_public, sizeof(b.ed_public));
	memcpy(b.x_public, id.x.public, sizeof(b.x_public));
	d->size = 0;
	if (beacon_encode(&b, &id, d->bytes, &d->size) < 0)
		abort();
	identity_clear(&id);
}

static int
make(unsigned count, const char *path)
{
	struct rng rng = rng_system();
	struct datagram d = { .size = 0 };
	FILE *file = fopen(path, "wb");

	if (file == NULL)
		return fail(path);
	for (unsigned i = 0; i < count; i++) {
		sign_one(&d, &rng, i);
		fwrite(&d, sizeof(d), 1, file);
	}
	return fclose(file) == 0 ? EXIT_SUCCESS : fail(path);
}

static struct datagram *
load(const char *path, size_t *ret_count)
{
	FILE *file = fopen(path, "rb");

	if (file == NULL)
		return NULL;
	fseek(file, 0, SEEK_END);
	size_t count = (size_t)ftell(file) / sizeof(struct datagram);
	rewind(file);
	struct datagram *list = xcalloc(count, sizeof(*list));
	*ret_count = fread(list, sizeof(*list), count, file);
	fclose(file);
	return list;
}

struct target {
	int fd;
	uint32_t first_host; /* host order */
	struct sockaddr_in to;
};

static bool
send_from(const struct target *t, uint32_t source, const struct datagram *d)
{
	uint8_t
	    packet[sizeof(struct iphdr) + sizeof(struct udphdr) + BEACON_MAX];
	size_t udp_size = sizeof(struct udphdr) + d->size;
	struct iphdr ip = {
		.version = 4,
		.ihl = sizeof(ip) / 4,
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.saddr = htonl(source),
		.daddr = t->to.sin_addr.s_addr,
		.tot_len = htons((uint16_t)(sizeof(ip) + udp_size)),
	};
	struct udphdr udp = {
		.uh_sport = htons(PORT_FROM),
		.uh_dport = t->to.sin_port,
		.uh_ulen = htons((uint16_t)udp_size),
	};
	memcpy(packet, &ip, sizeof(ip));
	memcpy(packet + sizeof(ip), &udp, sizeof(udp));
	memcpy(packet + sizeof(ip) + sizeof(udp), d->bytes, d->size);
	size_t size = sizeof(ip) + udp_size;
	return sendto(t->fd, packet, size, 0, (const struct sockaddr *)&t->to,
		   sizeof(t->to)) == (ssize_t)size;
}

static void
next_slice(struct timespec *at)
{
	at->tv_nsec += SLICE_MS * 1000000;
	if (at->tv_nsec >= 1000000000) {
		at->tv_nsec -= 1000000000;
		at->tv_sec++;
	}
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, at, NULL);
}

static int
flood(const struct target *t, const char *path, unsigned per_s, unsigned s)
{
	size_t count = 0;
	struct datagram *list = load(path, &count);
	struct timespec at;
	unsigned sent = 0;

	if (list == NULL || count == 0)
		return fail(path);
	clock_gettime(CLOCK_MONOTONIC, &at);
	for (unsigned i = 0; i < per_s * s; i++) {
		size_t who = i % count;
		sent += send_from(t, t->first_host + (uint32_t)who, &list[who]);
		if ((i + 1) % (per_s * SLICE_MS / 1000) == 0)
			next_slice(&at);
	}
	printf("%u\n", sent);
	free(list);
	return EXIT_SUCCESS;
}

static int
run_flood(char **argv)
{
	struct target t = { .to = { .sin_family = AF_INET } };
	struct in_addr host;
	int on = 1;

	t.fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (t.fd < 0)
		return fail("raw socket");
	setsockopt(t.fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	if (inet_pton(AF_INET, argv[3], &host) != 1 ||
	    inet_pton(AF_INET, argv[4], &t.to.sin_addr) != 1)
		return fail("address");
	t.first_host = ntohl(host.s_addr);
	t.to.sin_port = htons((uint16_t)strtoul(argv[5], NULL, 10));
	return flood(&t, argv[0], (unsigned)strtoul(argv[1], NULL, 10),
	    (unsigned)strtoul(argv[2], NULL, 10));
}

int
main(int argc, char **argv)
{
	if (sodium_init() < 0)
		return EXIT_FAILURE;
	if (argc == 4 && strcmp(argv[1], "make") == 0)
		return make((unsigned)strtoul(argv[2], NULL, 10), argv[3]);
	if (argc == 8 && strcmp(argv[1], "send") == 0)
		return run_flood(argv + 2);
	fputs("forge make COUNT FILE | forge send FILE PER_SECOND SECONDS "
	      "HOST BROADCAST PORT\n",
	    stderr);
	return 2;
}
