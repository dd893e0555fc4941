/* SPDX-License-Identifier: MIT */
#include "app/demo.h"

#include "app/bot.h"
#include "app/language.h"
#include "app/shell.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum {
	PEOPLE_MAX = 8,
	/* Below the ports that systems give out by themselves. */
	PORT_FIRST = 20000,
	PORT_COUNT = 10000,
};

struct demo {
	char *dir;
	int dir_fd;
	pid_t pids[PEOPLE_MAX];
	size_t count;
	char *homes[PEOPLE_MAX + 1];
};

static uint16_t
demo_port(void)
{
	return (uint16_t)(PORT_FIRST + getpid() % PORT_COUNT);
}

static void
use_loopback(struct setting_list *l, uint16_t port)
{
	char *line = xasprintf("port %u", (unsigned)port);

	/* Whatever else is named: nothing leaves this machine. */
	setting_list_clear(l);
	setting_list_add(l, "interface lo");
	setting_list_add(l, line);
	/* All of it is gone at the end: no disk is too small for it. */
	setting_list_add(l, "history.free 0");
	free(line);
}

/* The child's whole life. Its words on standard output and error would land on
 * the screen. */
static void
live(const struct bot *bot, const char *home, uint16_t port)
{
	struct shell sh;
	struct setting_list l = { 0 };
	char *error = NULL;
	int null = open("/dev/null", O_RDWR);

	char *name = xasprintf("name %s", bot->name);
	use_loopback(&l, port);
	setting_list_add(&l, name);
	struct shell_cfg cfg = { .home = home, .overrides = &l };
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	if (shell_open(&sh, &cfg, &error) == 0)
		bot_run(&sh, bot);
	_exit(0);
}

static pid_t
spawn(const struct bot *bot, const char *home, uint16_t port)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
	if (getppid() != parent)
		_exit(0);
	live(bot, home, port);
	return 0;
}

static int
make_dir(struct demo *d)
{
	const char *tmp = getenv("TMPDIR");

	d->dir = home_path(
	    tmp != NULL && *tmp == '/' ? tmp : "/tmp", "earshot-demo-XXXXXX");
	if (mkdtemp(d->dir) == NULL)
		return -1;
	d->dir_fd =
	    open(d->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return d->dir_fd;
}

struct demo *
demo_start(struct options *o, char **ret_error)
{
	size_t count;
	const struct bot *table = bots(&count);
	uint16_t port = demo_port();
	struct demo *d = xcalloc(1, sizeof(*d));

	if (make_dir(d) < 0) {
		*ret_error = xasprintf(
		    say(language(), "the demo needs a temporary directory: %s"),
		    strerror(errno));
		free(d->dir);
		free(d);
		return NULL;
	}
	use_loopback(&o->overrides, port);
	for (size_t i = 0; i < count && i < PEOPLE_MAX; i++) {
		d->homes[i] = home_path(d->dir, table[i].name);
		d->pids[i] = spawn(&table[i], d->homes[i], port);
		d->count++;
	}
	d->homes[d->count] = home_path(d->dir, "you");
	o->home = d->homes[d->count];
	return d;
}

/* By descriptors and never by paths: in a directory that others may write too,
 * a path could lead to somewhere else by now. Takes the descriptor. */
static void
remove_below(int fd)
{
	DIR *dir = fdopendir(fd);

	if (dir == NULL) {
		close(fd);
		return;
	}
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, e->d_name, 0) == 0)
			continue;
		int below = openat(fd, e->d_name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			remove_below(below);
		unlinkat(fd, e->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

void
demo_end(struct demo *d)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->pids[i] > 0)
			kill(d->pids[i], SIGTERM);
	}
	for (size_t i = 0; i < d->count; i++) {
		if (d->pids[i] > 0)
			waitpid(d->pids[i], NULL, 0);
		free(d->homes[i]);
	}
	remove_below(d->dir_fd);
	rmdir(d->dir);
	free(d->homes[d->count]);
	free(d->dir);
	free(d);
}
