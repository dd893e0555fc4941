/* SPDX-License-Identifier: MIT */
/*
 * From the command line to an engine that is ready to start: home, lock,
 * configuration, identity, database, epoch, sockets, in this order, since each
 * needs the one before and a failure should leave no trace.
 */
#include "app/child.h"
#include "app/clock.h"
#include "app/files.h"
#include "app/language.h"
#include "app/log.h"
#include "app/mover.h"
#include "app/record.h"
#include "app/shell.h"
#include "app/unseal.h"
#include "base/err.h"
#include "base/mem.h"
#include "net/signals.h"
#include "store/keyfile.h"
#include "store/spool.h"
#include "wire/ipmsg_crypt.h"

#include <net/if.h>
#include <pwd.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of the name of this machine, with its NUL (POSIX: at most 255 bytes). */
enum { HOST_SIZE = 256 };

int
shell_open_home(struct home *h, const char *dir, char **ret_error)
{
	const char *env = getenv("EARSHOT_HOME");

	/* An empty variable is none; an empty option is a slip, as with a
	 * script's unset variable, and must not lead to the real home. */
	if (dir == NULL && env != NULL && *env != '\0')
		dir = env;
	return home_open(h, dir, ret_error);
}

static int
open_home(struct shell *sh, const struct shell_cfg *cfg, char **ret_error)
{
	int err = shell_open_home(&sh->home, cfg->home, ret_error);

	if (err < 0)
		return err;
	if ((err = home_lock(&sh->home, ret_error)) < 0)
		return err;
	char *path = home_path(sh->home.state_dir, "log");
	log_open(path);
	free(path);
	return config_load(&sh->settings, &sh->home, ret_error);
}

/* What the command line names takes the place of all the file has of it. */
static int
override_settings(
    struct shell *sh, const struct setting_list *lines, char **ret_error)
{
	const struct setting *row;

	for (size_t i = 0; i < lines->count; i++) {
		const char *line = lines->items[i];
		row = settings_find(line, strcspn(line, " "));
		settings_unset(&sh->settings, row->name, NULL, ret_error);
	}
	for (size_t i = 0; i < lines->count; i++) {
		const char *line = lines->items[i];
		int err = settings_apply(
		    &sh->settings, line, strlen(line), true, &row, ret_error);
		if (err < 0)
			return err;
	}
	return 0;
}

static const char *
login_name(void)
{
	const char *user = getenv("USER");
	const struct passwd *pw = getpwuid(geteuid());

	if (user != NULL && *user != '\0')
		return user;
	return pw != NULL ? pw->pw_name : "someone";
}

/* The part of the GECOS field before the first comma, or the login name. */
static char *
system_name(void)
{
	const struct passwd *pw = getpwuid(geteuid());

	if (pw != NULL && pw->pw_gecos != NULL &&
	    strcspn(pw->pw_gecos, ",") > 0)
		return xstrndup(pw->pw_gecos, strcspn(pw->pw_gecos, ","));
	return xstrdup(login_name());
}

static char *
own_name(const struct shell *sh)
{
	const char *env = getenv("EARSHOT_NAME");

	if (sh->settings.name != NULL)
		return xstrdup(sh->settings.name);
	if (env != NULL && *env != '\0')
		return xstrdup(env);
	return system_name();
}

static int
load_identity(struct shell *sh, const struct shell_cfg *cfg, char **ret_error)
{
	struct keyfile k = { 0 };
	int err = unseal_load(&sh->home, cfg->passphrase_file, &k, ret_error);

	if (err == 0) {
		sh->identity = identity_new();
		identity_from_seed(sh->identity, k.seed);
		sh->first_start = k.created;
	}
	keyfile_clear(&k);
	return err;
}

static const struct iface *
find_iface(const struct shell *sh, const char *name)
{
	for (size_t i = 0; i < sh->iface_count; i++) {
		if (strcmp(sh->ifaces[i].name, name) == 0)
			return &sh->ifaces[i];
	}
	return NULL;
}

/* With every interface named being loopback, nobody outside may connect. One
 * that is down now may be up later: whether it is used does not count. */
static bool
is_loopback_only(const struct shell *sh)
{
	for (size_t i = 0; i < sh->settings.interfaces.count; i++) {
		const struct iface *f =
		    find_iface(sh, sh->settings.interfaces.items[i]);
		if (f == NULL || !f->loopback)
			return false;
	}
	return sh->settings.interfaces.count > 0;
}

static char *
no_such_interface(const struct shell *sh, const char *name)
{
	char *text = xasprintf(
	    say(language(),
		"there is no network interface %s; name one of these:"),
	    name);

	for (size_t i = 0; i < sh->iface_count; i++) {
		const char *other = sh->ifaces[i].name;
		/* Its further addresses are entries, too. */
		if (find_iface(sh, other) != &sh->ifaces[i])
			continue;
		char *longer = xasprintf("%s %s", text, other);
		free(text);
		text = longer;
	}
	return text;
}

/* A name that no interface has is more likely a slip than a wish to wait. One
 * that has no address yet will get it. */
static int
check_interfaces(const struct shell *sh, char **ret_error)
{
	for (size_t i = 0; i < sh->settings.interfaces.count; i++) {
		const char *name = sh->settings.interfaces.items[i];
		if (find_iface(sh, name) != NULL || if_nametoindex(name) != 0)
			continue;
		*ret_error = no_such_interface(sh, name);
		return ERR_NOT_FOUND;
	}
	return 0;
}

static int
open_network(struct shell *sh, char **ret_error)
{
	struct iface_choice choice = { .names = sh->settings.interfaces.items,
		.count = sh->settings.interfaces.count };
	uint16_t port = (uint16_t)sh->settings.port;
	int err;

	sh->iface_fd = ifaces_watch_open();
	sh->clock_fd = clock_watch_open();
	sh->iface_count = ifaces_list(&choice, sh->ifaces);
	if ((err = check_interfaces(sh, ret_error)) < 0 ||
	    (err = udp_open(port, language(), &sh->udp, ret_error)) < 0 ||
	    (err = tcp_open(port, is_loopback_only(sh), language(), &sh->tcp,
		 ret_error)) < 0)
		return err;
	tcp_confine(sh->tcp, &choice);
	udp_interfaces(sh->udp, sh->ifaces, sh->iface_count);
	sh->ports = ports_new();
	ports_confine(sh->ports, &choice);
	ports_interfaces(sh->ports, sh->ifaces, sh->iface_count);
	sh->resolve = resolve_new();
	sh->children = children_new();
	sh->files = files_new();
	sh->mover = mover_new();
	sh->loop = loop_new();
	return 0;
}

static int
open_history(struct shell *sh, char **ret_error)
{
	struct db_cfg cfg = {
		.wall_ms = sh->now.wall_ms,
		.quota_mib = sh->settings.history_mib,
		.free_floor_mib = sh->settings.history_free_mib,
		.retention_days = sh->settings.history_days,
	};
	char *notice = NULL;
	int err = db_open(&sh->db, &sh->home, &cfg, &notice);

	*(err < 0 ? ret_error : &sh->warning) = notice;
	return err;
}

static int
make_engine(struct shell *sh, char **ret_error)
{
	struct saved saved;
	uint32_t epoch;
	int err = epoch_next(&sh->home, sh->now.wall_ms, &epoch, ret_error);

	if (err < 0 || (err = db_load(sh->db, &saved, ret_error)) < 0)
		return err;
	spool_sweep(sh->home.data_dir, sh->now.wall_ms, &saved);
	char *name = own_name(sh), host[HOST_SIZE] = "";
	if (gethostname(host, sizeof(host) - 1) < 0)
		host[0] = '\0';
	struct engine_cfg cfg = {
		.identity = sh->identity,
		.rng = rng_system(),
		.epoch = epoch,
		.settings = &sh->settings,
		.name = name,
		.status = sh->settings.status,
		.tcp_port = tcp_port(sh->tcp),
		.udp_port = udp_own_port(sh->udp),
		.discovery_port = (uint16_t)sh->settings.port,
		.quiet = sh->settings.quiet,
		.login = login_name(),
		.hostname = host[0] != '\0' ? host : NULL,
		.lang = language_of_system(),
		.saved = &saved,
		.traced = sh->recorder != NULL,
	};
	sh->engine = engine_new(&cfg, sh->now);
	free(name);
	saved_clear(&saved);
	engine_network(sh->engine, sh->now, sh->ifaces, sh->iface_count, false);
	return 0;
}

static void
init(struct shell *sh)
{
	*sh = (struct shell){ .home = { .lock_fd = -1 },
		.signal_fd = -1,
		.iface_fd = -1,
		.clock_fd = -1,
		.ifaces_due_ms = NEVER_MS,
		.commit_ms = NEVER_MS,
		.settle_ms = NEVER_MS,
		.keys_ms = NEVER_MS,
		.maintain_ms = 0 };
}

int
shell_open(struct shell *sh, const struct shell_cfg *cfg, char **ret_error)
{
	int err;

	init(sh);
	settings_init(&sh->settings);
	sh->settings.lang = language_of_system();
	sh->now = clock_read();
	sh->slept_ms = clock_slept_ms();
	if ((err = open_home(sh, cfg, ret_error)) < 0)
		return err;
	if ((err = override_settings(sh, cfg->overrides, ret_error)) < 0)
		return err;
	language_set(settings_lang(&sh->settings, language_of_system()));
	sh->settings.lang = language();
	if ((err = load_identity(sh, cfg, ret_error)) < 0)
		return err;
	/* Somebody may have been asked for a passphrase. */
	sh->now = clock_read();
	sh->slept_ms = clock_slept_ms();
	if ((err = open_history(sh, ret_error)) < 0 ||
	    (err = open_network(sh, ret_error)) < 0 ||
	    (cfg->record != NULL &&
		(err = recorder_open(sh, cfg->record, ret_error)) < 0) ||
	    (err = make_engine(sh, ret_error)) < 0)
		return err;
	sh->signal_fd = signals_open();
	if (sh->signal_fd < 0) {
		*ret_error = xstrdup(
		    say(language(), "cannot watch for signals: no file can be "
				    "opened; close other programs"));
		return ERR_SYS;
	}
	return 0;
}

void
shell_close(struct shell *sh)
{
	mover_free(sh->mover);
	recorder_close(sh);
	engine_free(sh->engine);
	ipmsg_keys_free(sh->ipmsg_keys);
	db_close(sh->db);
	resolve_free(sh->resolve);
	files_free(sh->files);
	children_free(sh->children);
	loop_free(sh->loop);
	ports_free(sh->ports);
	tcp_free(sh->tcp);
	udp_close(sh->udp);
	if (sh->iface_fd >= 0)
		close(sh->iface_fd);
	if (sh->clock_fd >= 0)
		close(sh->clock_fd);
	if (sh->signal_fd >= 0)
		signals_restore(sh->signal_fd);
	identity_free(sh->identity);
	sh->identity = NULL;
	settings_clear(&sh->settings);
	home_close(&sh->home);
	free(sh->warning);
	free(sh->reports);
	free(sh->changes);
	free(sh->askings);
	init(sh);
}
