/* SPDX-License-Identifier: MIT */
#include "store/aside.h"

#include "base/err.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where they have to be closed one by one. */
enum { FDS_MAX = 65536 };

/* Kernels and sandboxes may not have it. */
static void
close_range_of(int first, int last)
{
	long max = sysconf(_SC_OPEN_MAX);

	if (first > last)
		return;
#ifdef CLOSE_RANGE_CLOEXEC
	if (close_range((unsigned)first, (unsigned)last, 0) == 0)
		return;
#endif
	if (max < 0 || max > FDS_MAX)
		max = FDS_MAX;
	for (int fd = first; fd <= last && fd < max; fd++)
		close(fd);
}

/* What a terminal, or who ends a service, sends to all processes of ours is for
 * the one that waits. */
static bool
is_to_all(int number)
{
	return number == SIGINT || number == SIGTERM || number == SIGHUP ||
	       number == SIGQUIT;
}

/* Neither the terminal nor connections, whose end would not be seen while the
 * disk works. */
void
aside_keep(const int *fds, size_t n)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	struct sigaction ign = { .sa_handler = SIG_IGN };
	sigset_t none;
	int from = 0;

	for (int number = 1; number < NSIG; number++)
		sigaction(number, is_to_all(number) ? &ign : &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (;;) {
		int next = INT_MAX;
		for (size_t i = 0; i < n; i++)
			if (fds[i] >= from && fds[i] < next)
				next = fds[i];
		close_range_of(from, next == INT_MAX ? INT_MAX : next - 1);
		if (next == INT_MAX)
			return;
		from = next + 1;
	}
}

/* The one between the two is waited for at once; a terminal that is closed ends
 * nothing. */
int
aside_begin(const int *fds, size_t n)
{
	int status = 0;
	pid_t pid = fork();

	if (pid < 0)
		return ERR_SYS;
	if (pid > 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		return status == 0 ? 0 : ERR_SYS;
	}
	pid = fork();
	if (pid != 0)
		_exit(pid < 0);
	setsid();
	aside_keep(fds, n);
	return 1;
}
