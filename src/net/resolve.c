/* SPDX-License-Identifier: MIT */
/*
 * getaddrinfo() blocks for seconds and can be neither polled nor cancelled; a
 * child can be killed. The answer is one write of less than PIPE_BUF bytes, so
 * it comes whole or not at all.
 */
#include "net/resolve.h"

#include "base/err.h"
#include "base/lang.h"
#include "base/mem.h"
#include "base/now.h"
#include "net/sockaddr.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIPE_FD = 3, CHILD_FDS_MAX = 1024 };

/* What comes through the pipe, between two halves of one process. */
struct result {
	int code; /* of getaddrinfo */
	size_t count;
	struct addr addrs[RESOLVE_ADDRS_MAX];
	char host[RESOLVE_HOST_SIZE], service[RESOLVE_SERVICE_SIZE];
};

/* What a child is to find out. */
struct task {
	const char *host; /* NULL: the name of addr */
	struct addr addr; /* its port, in any case */
	bool tcp;
};

struct job {
	pid_t pid; /* 0: free */
	int fd;
	uint32_t token;
	bool back;
	int64_t deadline_ms;
};

struct resolve {
	struct job jobs[RESOLVE_MAX];
};

struct resolve *
resolve_new(void)
{
	return xcalloc(1, sizeof(struct resolve));
}

static void
job_end(struct job *j)
{
	close(j->fd);
	kill(j->pid, SIGKILL);
	while (waitpid(j->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*j = (struct job){ .pid = 0 };
}

void
resolve_free(struct resolve *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < RESOLVE_MAX; i++)
		if (r->jobs[i].pid != 0)
			job_end(&r->jobs[i]);
	free(r);
}

/* The child must hold neither the terminal, which it would keep open after us,
 * nor connections, whose end the peers would not see. */
static void
child_prepare(int fd)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	for (int number = 1; number < NSIG; number++)
		sigaction(number, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* fd may itself be one of the low numbers. */
	fd = fcntl(fd, F_DUPFD, PIPE_FD + 1);
	for (int i = 0; i < PIPE_FD; i++)
		dup2(null, i);
	dup2(fd, PIPE_FD);
#ifdef __GLIBC__
	closefrom(PIPE_FD + 1);
#else
	for (int i = PIPE_FD + 1; i < CHILD_FDS_MAX; i++)
		close(i);
#endif
}

static void
look_up(const struct task *t, struct result *ret)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;

	ret->code = getaddrinfo(t->host, NULL, &hints, &list);
	if (ret->code != 0)
		list = NULL;
	for (struct addrinfo *i = list; i != NULL; i = i->ai_next) {
		struct addr a = sockaddr_addr(i->ai_addr);
		if (a.family == ADDR_NONE || ret->count == RESOLVE_ADDRS_MAX)
			continue;
		a.port = t->addr.port;
		ret->addrs[ret->count++] = a;
	}
}

/* A number is what it says where it finds no name. */
static void
look_back(const struct task *t, struct result *ret)
{
	struct sockaddr_storage ss;
	socklen_t size = sockaddr_of(&t->addr, &ss);
	int flags = NI_NAMEREQD | (t->tcp ? 0 : NI_DGRAM);

	ret->code = getnameinfo((struct sockaddr *)&ss, size, ret->host,
	    sizeof(ret->host), NULL, 0, flags);
	if (ret->code != 0)
		ret->host[0] = '\0';
	const struct servent *service =
	    getservbyport(htons(t->addr.port), t->tcp ? "tcp" : "udp");
	if (service != NULL && t->addr.port != 0)
		snprintf(
		    ret->service, sizeof(ret->service), "%s", service->s_name);
}

static _Noreturn void
child_run(int fd, const struct task *t)
{
	struct result result;

	child_prepare(fd);
	memset(&result, 0, sizeof(result));
	if (t->host != NULL)
		look_up(t, &result);
	else
		look_back(t, &result);
	_exit(write(PIPE_FD, &result, sizeof(result)) < 0);
}

static struct job *
job_free(struct resolve *r)
{
	for (size_t i = 0; i < RESOLVE_MAX; i++)
		if (r->jobs[i].pid == 0)
			return &r->jobs[i];
	return NULL;
}

static int
job_start(
    struct resolve *r, uint32_t token, const struct task *t, int64_t mono_ms)
{
	struct job *j = job_free(r);
	int fds[2];

	if (j == NULL)
		return ERR_LIMIT;
	if (pipe(fds) != 0)
		return ERR_SYS;
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	pid_t pid = fork();
	if (pid == 0)
		child_run(fds[1], t);
	close(fds[1]);
	if (pid < 0) {
		socket_close(fds[0]);
		return ERR_SYS;
	}
	*j = (struct job){
		.pid = pid,
		.fd = fds[0],
		.token = token,
		.back = t->host == NULL,
		.deadline_ms = mono_ms + RESOLVE_TIMEOUT_MS,
	};
	return 0;
}

int
resolve_start(struct resolve *r, uint32_t token, const char *host,
    uint16_t port, int64_t mono_ms)
{
	struct task t = { .host = host, .addr = { .port = port } };

	return job_start(r, token, &t, mono_ms);
}

int
resolve_start_back(struct resolve *r, uint32_t token, const struct addr *addr,
    bool tcp, int64_t mono_ms)
{
	struct task t = { .addr = *addr, .tcp = tcp };

	return job_start(r, token, &t, mono_ms);
}

void
resolve_watch(const struct resolve *r, struct loop *l, uint64_t tag)
{
	for (size_t i = 0; i < RESOLVE_MAX; i++)
		if (r->jobs[i].pid != 0)
			loop_watch(l, r->jobs[i].fd, true, false, tag);
}

int64_t
resolve_deadline(const struct resolve *r)
{
	int64_t at = NEVER_MS;

	for (size_t i = 0; i < RESOLVE_MAX; i++)
		if (r->jobs[i].pid != 0)
			at = earlier_ms(at, r->jobs[i].deadline_ms);
	return at;
}

static const char *
code_text(int code)
{
	switch (code) {
	case EAI_NONAME:
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
		return N_("no such host");
	case EAI_AGAIN:
		return N_("the name server does not answer");
	case 0:
		return N_("the host has no address");
	default:
		return N_("the name cannot be looked up");
	}
}

/* True when the job is over and ret_answer is filled. */
static bool
job_answer(
    const struct job *j, int64_t mono_ms, struct resolve_answer *ret_answer)
{
	struct result result = { .count = 0 };
	ssize_t got = read(j->fd, &result, sizeof(result));

	*ret_answer =
	    (struct resolve_answer){ .token = j->token, .back = j->back };
	if (got == (ssize_t)sizeof(result)) {
		ret_answer->count = result.count;
		memcpy(ret_answer->addrs, result.addrs, sizeof(result.addrs));
		memcpy(ret_answer->host, result.host, sizeof(result.host));
		memcpy(ret_answer->service, result.service,
		    sizeof(result.service));
		if (j->back ? result.code != 0 : result.count == 0)
			ret_answer->error = code_text(result.code);
		return true;
	}
	if (got >= 0 || (errno != EAGAIN && errno != EINTR)) {
		ret_answer->error = N_("the lookup was cut short");
		return true;
	}
	ret_answer->error = N_("the lookup took too long");
	return mono_ms >= j->deadline_ms;
}

bool
resolve_next(
    struct resolve *r, int64_t mono_ms, struct resolve_answer *ret_answer)
{
	for (size_t i = 0; i < RESOLVE_MAX; i++) {
		struct job *j = &r->jobs[i];
		if (j->pid == 0 || !job_answer(j, mono_ms, ret_answer))
			continue;
		job_end(j);
		return true;
	}
	return false;
}
