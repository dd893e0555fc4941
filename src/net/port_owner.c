/* SPDX-License-Identifier: MIT */
/*
 * The kernel lists sockets with the user and a number of the inode; which
 * process has that one open, only its owner and root may see.
 */
#include "net/port_owner.h"

#ifdef __linux__

#include <ctype.h>
#include <dirent.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	INODES_MAX = 32,
	LISTENS = 0x0a, /* the state, in those lists */
	PATH_SIZE = 320,
	/* A machine may have a hundred thousand. */
	PROCESSES_MAX = 20000,
};

struct sockets {
	uint64_t inodes[INODES_MAX];
	uint32_t uids[INODES_MAX];
	size_t count;
};

static bool
read_list(const char *path, bool tcp, uint16_t port, struct sockets *s)
{
	FILE *f = fopen(path, "re");
	char line[512];

	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL && s->count < INODES_MAX) {
		unsigned at, state, uid;
		unsigned long long inode;
		if (sscanf(line,
			" %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x "
			"%*x:%*x %*x:%*x %*x %u %*d %llu",
			&at, &state, &uid, &inode) != 4)
			continue;
		if (at != port || (tcp && state != LISTENS) || inode == 0)
			continue;
		s->uids[s->count] = uid;
		s->inodes[s->count++] = inode;
	}
	fclose(f);
	return true;
}

static bool
find_sockets(bool tcp, uint16_t port, struct sockets *s)
{
	bool four = read_list(
	    tcp ? "/proc/self/net/tcp" : "/proc/self/net/udp", tcp, port, s);
	bool six = read_list(
	    tcp ? "/proc/self/net/tcp6" : "/proc/self/net/udp6", tcp, port, s);

	return four || six;
}

/* Its place among the sockets, or -1. */
static int
socket_of(const struct sockets *s, const char *link)
{
	unsigned long long inode;

	if (sscanf(link, "socket:[%llu]", &inode) != 1)
		return -1;
	for (size_t i = 0; i < s->count; i++)
		if (s->inodes[i] == inode)
			return (int)i;
	return -1;
}

static int
process_socket(const char *pid, const struct sockets *s)
{
	char path[PATH_SIZE], link[64];
	int at = -1;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	DIR *dir = opendir(path);
	if (dir == NULL)
		return -1;
	for (struct dirent *e; at < 0 && (e = readdir(dir)) != NULL;) {
		ssize_t n =
		    readlinkat(dirfd(dir), e->d_name, link, sizeof(link) - 1);
		if (n <= 0)
			continue;
		link[n] = '\0';
		at = socket_of(s, link);
	}
	closedir(dir);
	return at;
}

static void
name_process(const char *pid, struct port_owner *o)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	FILE *f = fopen(path, "re");
	if (f != NULL && fgets(o->command, sizeof(o->command), f) != NULL)
		o->command[strcspn(o->command, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
}

/* The file, and no directory service, which could keep us waiting. */
static void
name_user(struct port_owner *o)
{
	FILE *f = fopen("/etc/passwd", "re");
	const struct passwd *p;

	while (f != NULL && (p = fgetpwent(f)) != NULL)
		if (p->pw_uid == o->uid) {
			snprintf(o->user, sizeof(o->user), "%s", p->pw_name);
			break;
		}
	if (f != NULL)
		fclose(f);
}

static void
take_process(
    const struct sockets *s, const char *pid, int at, struct port_owner *o)
{
	int64_t number = strtol(pid, NULL, 10);
	bool self = number == getpid();

	o->self |= self;
	if (o->held == PORT_HELD && self)
		return;
	o->held = PORT_HELD;
	o->uid = s->uids[at];
	o->pid = number;
	name_process(pid, o);
}

static void
find_process(const struct sockets *s, struct port_owner *o)
{
	DIR *dir = opendir("/proc");
	int seen = 0;

	if (dir == NULL)
		return;
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		if (!isdigit((unsigned char)e->d_name[0]) ||
		    seen++ > PROCESSES_MAX)
			continue;
		int at = process_socket(e->d_name, s);
		if (at >= 0)
			take_process(s, e->d_name, at, o);
	}
	closedir(dir);
}

struct port_owner
port_owner_find(bool tcp, uint16_t port)
{
	struct sockets s = { .count = 0 };
	struct port_owner o = { .held = PORT_HELD_UNKNOWN };

	if (!find_sockets(tcp, port, &s))
		return o;
	o.held = s.count == 0 ? PORT_HELD_NOT : PORT_HELD_ANON;
	if (s.count == 0)
		return o;
	o.uid = s.uids[0];
	find_process(&s, &o);
	name_user(&o);
	return o;
}

#else

struct port_owner
port_owner_find(bool tcp, uint16_t port)
{
	(void)tcp;
	(void)port;
	return (struct port_owner){ .held = PORT_HELD_UNKNOWN };
}

#endif
