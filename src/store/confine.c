/* SPDX-License-Identifier: MIT */
/*
 * By numbers and not by <linux/landlock.h>: what a kernel knows is asked when
 * it runs, and its headers may be older. The numbers are the kernel's for ever.
 */
#include "store/confine.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>

enum {
	/* The same on all architectures that earshot is built for. */
	CREATE_RULESET = 444,
	ADD_RULE = 445,
	RESTRICT_SELF = 446,
	ASK_VERSION = 1,
	PATH_BENEATH = 1,
	WRITE_FILE = 1 << 1,
	REMOVE_DIR = 1 << 4,
	REMOVE_FILE = 1 << 5,
	MAKE_CHAR = 1 << 6,
	MAKE_DIR = 1 << 7,
	MAKE_REG = 1 << 8,
	MAKE_SOCK = 1 << 9,
	MAKE_FIFO = 1 << 10,
	MAKE_BLOCK = 1 << 11,
	MAKE_SYM = 1 << 12,
	REFER = 1 << 13,    /* version 2 */
	TRUNCATE = 1 << 14, /* version 3 */
	MAKE_ODD = MAKE_CHAR | MAKE_SOCK | MAKE_FIFO | MAKE_BLOCK | MAKE_SYM,
	ALLOWED = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG,
};

struct ruleset {
	uint64_t handled;
};

struct rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

static int
add_folder(int ruleset, uint64_t allowed, const char *path)
{
	struct rule rule = { .allowed = allowed,
		.fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) };

	if (rule.fd < 0)
		return 0;
	long err = syscall(ADD_RULE, ruleset, PATH_BENEATH, &rule, 0);
	int saved_errno = errno;
	close(rule.fd);
	errno = saved_errno;
	return err == 0 ? 0 : ERR_SYS;
}

static int
restrict_to(int ruleset, uint64_t allowed, const char *const *folders, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (add_folder(ruleset, allowed, folders[i]) < 0)
			return ERR_SYS;
	/* Of this thread alone; without it, it is for root only. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(RESTRICT_SELF, ruleset, 0) != 0)
		return ERR_SYS;
	return 0;
}

int
confine_writes(const char *const *folders, size_t n)
{
	long version = syscall(CREATE_RULESET, NULL, 0, ASK_VERSION);

	if (version < 1)
		return ERR_UNSUPPORTED;
	uint64_t allowed = ALLOWED;
	if (version >= 2)
		allowed |= REFER;
	if (version >= 3)
		allowed |= TRUNCATE;
	struct ruleset rules = { .handled = allowed | MAKE_ODD };
	int fd = (int)syscall(CREATE_RULESET, &rules, sizeof(rules), 0);
	if (fd < 0)
		return ERR_SYS;
	int err = restrict_to(fd, allowed, folders, n);
	int saved_errno = errno;
	close(fd);
	errno = saved_errno;
	return err;
}
#else
int
confine_writes(const char *const *folders, size_t n)
{
	(void)folders;
	(void)n;
	return ERR_UNSUPPORTED;
}
#endif
