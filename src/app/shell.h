/* SPDX-License-Identifier: MIT */
/*
 * The world around one engine: its home, sockets and signals. Executes the
 * effects, and runs the loop for whichever front end there is.
 */
#ifndef APP_SHELL_H
#define APP_SHELL_H

#include "app/fronts.h"
#include "core/engine.h"
#include "net/ifaces.h"
#include "net/loop.h"
#include "net/ports.h"
#include "net/resolve.h"
#include "net/tcp.h"
#include "net/udp.h"
#include "store/config.h"
#include "store/db.h"
#include "store/home.h"

#include <stdbool.h>
#include <stdint.h>

struct children;
struct files;
struct mover;
struct recorder;
struct run_front;

enum {
	UNRESOLVED_MAX = 16, /* more than the engine asks for at once */
};

struct shell_cfg {
	const char *home;                     /* NULL: XDG */
	const struct setting_list *overrides; /* of the command line */
	const char *passphrase_file; /* NULL: the environment, or ask */
	const char *record;          /* --record; NULL: none */
};

/* EFFECT_LOAD, EFFECT_QUERY, EFFECT_SETTING or EFFECT_KEYS. */
struct asking {
	struct effect effect;
	char *text, *line; /* owned; of the effect */
};

/* How EFFECT_LISTEN went. */
struct listened {
	uint32_t token;
	uint16_t port;
	int sys_errno;
};

/* EFFECT_LOOKUP, to be answered by what is known here. */
struct looking {
	uint32_t token;
	struct addr addr;
};

struct shell {
	struct home home;
	/* Those of the start; the model has them as they are. */
	struct settings settings;
	struct identity *identity; /* owned */
	bool first_start;
	struct engine *engine;
	struct loop *loop;
	struct udp *udp;
	struct tcp *tcp;
	struct ports *ports;
	struct resolve *resolve;
	struct children *children; /* who ends is told to the front end */
	struct files *files;
	struct mover *mover;
	int signal_fd, iface_fd, clock_fd;
	struct iface ifaces[IFACES_MAX];
	size_t iface_count;
	int64_t ifaces_due_ms; /* when a change has settled; or NEVER_MS */
	int64_t slept_ms;
	uint32_t paused[CONNS_MAX]; /* connections that are not read */
	size_t paused_count;
	uint32_t unresolved[UNRESOLVED_MAX]; /* look-ups that did not begin */
	size_t unresolved_count;
	uint32_t unnamed[UNRESOLVED_MAX]; /* the same, of names */
	size_t unnamed_count;
	struct listened listened[PORTS_MAX]; /* told when effects are drained */
	size_t listened_count;
	struct looking looking[RESOLVE_MAX]; /* the same */
	size_t looking_count;
	struct effect *reports; /* for the front end, after the other effects */
	size_t report_count, report_cap;
	struct db *db;
	const struct change **changes; /* for it, when people were told */
	size_t change_count, change_cap;
	int64_t commit_ms; /* when they are to be stored; or NEVER_MS */
	int64_t settle_ms, maintain_ms; /* when it wants attention */
	struct ipmsg_keys *ipmsg_keys;  /* of the engine, too; NULL: none */
	int64_t keys_ms;                /* when they are made; or NEVER_MS */
	struct asking *askings; /* answered when the effects are drained */
	size_t asking_count, asking_cap;
	struct now now;
	struct fronts fronts;
	/* Whose command is executed; it gets the answers of the store. */
	struct front *asker;
	struct hooks *hooks;
	struct run_front *run_front; /* programs that others run here */
	struct control *control;     /* NULL: none */
	struct recorder *recorder;   /* the same */
	unsigned control_clients;
	bool is_brief;   /* run for a verb, which waits for its end */
	int64_t due_ms;  /* at the last wait: when something was to be done */
	int64_t rest_ms; /* until then there is nothing to do but this, for
			  * which others need the processor; or 0 */
	bool done;
	char *warning; /* for the user, once the front end is up; or NULL */
};

/* Opens the home that --home names (NULL: it did not), else the environment.
 * 0, or an error and its sentence (caller frees). */
int shell_open_home(struct home *h, const char *dir, char **ret_error);
/* Everything up to open sockets; nothing is sent yet. 0, or an error and its
 * sentence (caller frees). */
int shell_open(struct shell *sh, const struct shell_cfg *cfg, char **ret_error);
/* Starts the engine and runs until EFFECT_LEFT; front is the first of the front
 * ends, for all that time. */
void shell_run(struct shell *sh, struct front *front);
/* After shell_open in any case, successful or not; a second time does nothing.
 */
void shell_close(struct shell *sh);

/* Tells the front ends what they were not told yet. */
void shell_tell(struct shell *sh);
/* Executes what an input to the engine yielded; after each of them. */
void shell_drain(struct shell *sh);
/* Runs a command and its effects; takes the text in it. */
void shell_command(struct shell *sh, struct command *cmd);
/* The same, of a front end: what the store answers goes to that one. */
void shell_command_of(struct shell *sh, struct front *f, struct command *cmd);
/* Leaves: ask tells whether undelivered messages may hold it up once. */
void shell_quit(struct shell *sh, bool ask);
const struct model *shell_model(const struct shell *sh);

#endif
