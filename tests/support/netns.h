/* SPDX-License-Identifier: MIT */
/*
 * A network of the test's own: a fresh namespace with loopback up, and where
 * the kernel lends one, a TAP interface whose other end is the test. Nothing
 * that is sent can leave the process's namespace.
 */
#ifndef SUPPORT_NETNS_H
#define SUPPORT_NETNS_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <net/route.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static inline bool
netns_flags(const char *name, short set, short clear)
{
	struct ifreq r;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok;

	memset(&r, 0, sizeof(r));
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	ok = ioctl(fd, SIOCGIFFLAGS, &r) == 0;
	r.ifr_flags = (short)((r.ifr_flags | set) & ~clear);
	ok = ok && ioctl(fd, SIOCSIFFLAGS, &r) == 0;
	close(fd);
	return ok;
}

/* request: SIOCSIFADDR, SIOCSIFNETMASK, … */
static inline bool
netns_address(const char *name, unsigned long request, const char *text)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct ifreq r;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok = inet_pton(AF_INET, text, &in.sin_addr) == 1;

	memset(&r, 0, sizeof(r));
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	memcpy(&r.ifr_addr, &in, sizeof(in));
	ok = ok && ioctl(fd, request, &r) == 0;
	close(fd);
	return ok;
}

static inline void
netns_sysctl(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		fprintf(stderr, "note: cannot write %s\n", path);
	if (fd >= 0)
		close(fd);
}

/* Ends the test as skipped, loudly, where namespaces are forbidden. */
static inline void
netns_enter(void)
{
	int flags = CLONE_NEWNET | (geteuid() == 0 ? 0 : CLONE_NEWUSER);

	if (unshare(flags) != 0) {
		perror("SKIPPED: no network namespace can be had here");
		exit(77);
	}
	if (!netns_flags("lo", IFF_UP, 0)) {
		perror("SKIPPED: loopback cannot be brought up here");
		exit(77);
	}
	/* Else an IPv6 address is unusable for the first seconds. */
	netns_sysctl("/proc/sys/net/ipv6/conf/default/accept_dad", "0");
	/* Small buffers, so that a test can fill them on any machine. */
	netns_sysctl("/proc/sys/net/ipv4/tcp_wmem", "4096 16384 65536");
	netns_sysctl("/proc/sys/net/ipv4/tcp_rmem", "4096 65536 131072");
}

/* An Ethernet interface whose frames are read from the fd; -1: there is no
 * such thing here. It is not up yet. */
static inline int
netns_tap(const char *name)
{
	struct ifreq r;
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -1;
	memset(&r, 0, sizeof(r));
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	r.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (ioctl(fd, TUNSETIFF, &r) == 0)
		return fd;
	close(fd);
	return -1;
}

/* A default route without a gateway: everybody is a neighbour there. */
static inline bool
netns_route(const char *name)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	struct rtentry r;
	char dev[IFNAMSIZ];
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memset(&r, 0, sizeof(r));
	snprintf(dev, sizeof(dev), "%s", name);
	memcpy(&r.rt_dst, &any, sizeof(any));
	memcpy(&r.rt_genmask, &any, sizeof(any));
	r.rt_flags = RTF_UP;
	r.rt_dev = dev;

	bool ok = ioctl(fd, SIOCADDRT, &r) == 0;

	close(fd);
	return ok;
}

/* Whether a frame of the TAP asks for the owner of this address. */
static inline bool
netns_asks_for(int tap, const uint8_t ip[4])
{
	uint8_t frame[2048];

	for (;;) {
		ssize_t n = read(tap, frame, sizeof(frame));

		if (n < 0)
			return false;
		if (n >= 42 && frame[12] == 0x08 && frame[13] == 0x06 &&
		    memcmp(frame + 38, ip, 4) == 0)
			return true;
	}
}

/* Two cards in one network: the system prefers the first, lan0. */
static inline bool
netns_two_cards(int taps[2])
{
	static const char *const names[] = { "lan0", "lan1" };
	static const char *const hosts[] = { "10.77.0.1", "10.77.0.2" };
	bool ok = true;

	for (int i = 0; i < 2; i++) {
		taps[i] = netns_tap(names[i]);
		ok = taps[i] >= 0 && ok;
		ok = ok && netns_address(names[i], SIOCSIFADDR, hosts[i]) &&
		     netns_address(names[i], SIOCSIFNETMASK, "255.255.255.0") &&
		     netns_flags(names[i], IFF_UP, 0);
	}
	return ok;
}

/* Whether the interface has an IPv6 address that can be sent from. */
static inline bool
netns_has_ipv6(const char *name)
{
	FILE *f = fopen("/proc/self/net/if_inet6", "re");
	char line[128], dev[32];
	unsigned flags = 0;
	bool has = false;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "%*s %*s %*s %*s %x %31s", &flags, dev) == 2 &&
		    strcmp(dev, name) == 0)
			has |= (flags & 0x40) == 0; /* IFA_F_TENTATIVE */
	if (f != NULL)
		fclose(f);
	return has;
}

#endif
