/* SPDX-License-Identifier: MIT */
#include "app/attach.h"
#include "app/demo.h"
#include "app/headless.h"
#include "app/language.h"
#include "app/listen.h"
#include "app/options.h"
#include "app/passphrase.h"
#include "app/plain.h"
#include "app/recall.h"
#include "app/replay.h"
#include "app/screen_own.h"
#include "app/shell.h"
#include "app/verbs.h"
#include "base/err.h"
#include "base/peer_text.h"

#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED_BY_SANITIZER
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define WATCHED_BY_SANITIZER
#endif

/* Keys live in this process: no core files, and nobody but root looks in. */
static void
protect_memory(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	umask(077);
#if defined(__linux__) && !defined(WATCHED_BY_SANITIZER)
	prctl(PR_SET_DUMPABLE, 0);
#endif
}

/* Where one of the three is closed, the next file that is opened would take its
 * place: events would be written into the lock, or the key. */
static void
open_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* What was wrong is quoted in it, and may be anything. */
static int
fail(char *error)
{
	char *clean = own_text(error, PEER_TEXT_LINE, NULL);

	fprintf(stderr, "earshot: %s\n", clean);
	free(clean);
	free(error);
	return EXIT_FAILED;
}

static bool
env_is_set(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' && strcmp(value, "0") != 0;
}

/* Without a terminal that can show a screen, lines are better than nothing. */
static bool
wants_plain(const struct options *o)
{
	const char *term = getenv("TERM");

	return o->plain || env_is_set("EARSHOT_PLAIN") ||
	       !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	       term == NULL || strcmp(term, "dumb") == 0;
}

static int
run_engine(const struct options *o, bool screen)
{
	struct shell sh;
	struct shell_cfg cfg = { .home = o->home,
		.overrides = &o->overrides,
		.passphrase_file = o->passphrase_file,
		.record = o->record };
	char *error = NULL, *why = NULL;
	int status = EXIT_DONE, err = shell_open(&sh, &cfg, &error);

	if (err < 0) {
		/* It may be just about to listen, or to go. */
		bool held = err == ERR_STATE && sh.home.lock_fd < 0;
		shell_close(&sh);
		/* Only what starts here can be recorded. */
		if (held && screen && o->record == NULL)
			status = attach_wait(o, &why);
		else
			status = ATTACH_NOBODY;
		if (status == ATTACH_NOBODY)
			return fail(error);
		free(error);
		return why == NULL ? status : fail(why);
	}
	if (o->headless)
		status = headless_run(&sh, -1);
	else if (!screen)
		status = plain_run(&sh, o->json);
	else if (screen_run(&sh, &error) < 0)
		status = fail(error);
	shell_close(&sh);
	return status;
}

static int
run(const struct options *o)
{
	bool screen = !o->headless && !wants_plain(o);
	char *error = NULL;
	int status =
	    screen && o->record == NULL ? attach_run(o, &error) : ATTACH_NOBODY;

	if (status == ATTACH_NOBODY)
		return run_engine(o, screen);
	return error == NULL ? status : fail(error);
}

static int
run_passphrase(const struct options *o)
{
	char *error;

	return passphrase_change(o, &error) == 0 ? EXIT_DONE : fail(error);
}

static int
run_log(const struct options *o)
{
	char *error;
	int status = recall_run(o, &error);

	if (status != EXIT_DONE)
		fail(error);
	return status;
}

static int
run_listen(const struct options *o)
{
	char *error;
	int status = listen_run(o, &error);

	if (status != EXIT_DONE)
		fail(error);
	return status;
}

static int
run_client(const struct options *o)
{
	char *error = NULL;
	int status = verbs_run(o, &error);

	if (error != NULL)
		fail(error);
	return status;
}

static int
run_replay(const struct options *o)
{
	char *error = NULL;
	int status = replay_run(o, &error);

	if (error != NULL)
		fail(error);
	return status;
}

static int
run_demo(struct options *o)
{
	char *error;
	struct demo *d = demo_start(o, &error);

	if (d == NULL)
		return fail(error);
	int status = run(o);
	demo_end(d);
	return status;
}

static int
run_verb(struct options *o)
{
	if (o->replay != NULL)
		return run_replay(o);
	switch (o->verb) {
	case VERB_NONE:
		break;
	case VERB_DEMO:
		return run_demo(o);
	case VERB_LOG:
		return run_log(o);
	case VERB_LISTEN:
		return o->word_count > 0 ? run_listen(o) : run_client(o);
	case VERB_PASSPHRASE:
		return run_passphrase(o);
	case VERB_WHO:
	case VERB_SEND:
	case VERB_SEND_FILE:
	case VERB_SHOUT:
	case VERB_RECEIVE:
	case VERB_INFO:
	case VERB_ID:
	case VERB_PIN:
	case VERB_VERIFY:
	case VERB_BLOCK:
	case VERB_UNBLOCK:
	case VERB_SET:
	case VERB_DOCTOR:
		return run_client(o);
	}
	return run(o);
}

int
main(int argc, char **argv)
{
	struct options o;

	language_start();
	open_standard();
	protect_memory();
	int status = options_parse(&o, argc, argv);
	if (status < 0 && sodium_init() < 0) {
		fputs("earshot: libsodium does not start\n", stderr);
		status = EXIT_FAILED;
	}
	if (status < 0)
		status = run_verb(&o);
	options_clear(&o);
	/* So that what called it hears of it as ever. */
	if (status == EXIT_INTERRUPTED)
		raise(SIGINT);
	return status;
}
