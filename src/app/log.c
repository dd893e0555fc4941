/* SPDX-License-Identifier: MIT */
#include "app/log.h"

#include "base/peer_text.h"
#include "base/utf8.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOG_SIZE_MAX = 1024 * 1024 };

static int log_fd = -1;
static int saved_stderr = -1;

void
log_open(const char *path)
{
	struct stat st;

	/* Not to hang on a FIFO. */
	log_fd = open(path,
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
	    0600);
	/* It is for the last trouble, not for history. */
	if (log_fd >= 0 && fstat(log_fd, &st) == 0 &&
	    st.st_size > LOG_SIZE_MAX && ftruncate(log_fd, 0) < 0)
		log_line("the log could not be shortened");
}

void
log_line(const char *format, ...)
{
	char text[1024], line[4096], stamp[32];
	va_list args;
	time_t now = time(NULL);
	struct tm tm;

	if (log_fd < 0)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	char *clean = own_text(text, PEER_TEXT_LINE, NULL);
	if (localtime_r(&now, &tm) == NULL ||
	    strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		snprintf(stamp, sizeof(stamp), "?");
	int room = (int)(sizeof(line) - sizeof(stamp) - sizeof(" \n"));
	int n = snprintf(line, sizeof(line), "%s %.*s\n", stamp,
	    (int)utf8_cut(clean, strlen(clean), (size_t)room), clean);
	if (n > 0 && write(log_fd, line, (size_t)n) < 0)
		log_fd = -1;
	free(clean);
}

void
log_take_stderr(void)
{
	if (log_fd < 0 || saved_stderr >= 0)
		return;
	saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(log_fd, STDERR_FILENO);
}

void
log_return_stderr(void)
{
	if (saved_stderr < 0)
		return;
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	saved_stderr = -1;
}
