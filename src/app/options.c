/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include "app/language.h"
#include "base/mem.h"
#include "base/peer_text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row {
	const char *name;
	char letter;
	const char *arg; /* NULL: takes none */
	const char *gloss;
	const char *key;   /* of the configuration; NULL: not a setting */
	const char *value; /* for key, where the option takes none */
} rows[] = {
	{ "plain", 'p', NULL,
	    N_("no screen: commands in, events out, a line each"), NULL, NULL },
	{ "json", 'j', NULL,
	    N_("with --plain, log or listen: each line is a JSON object"), NULL,
	    NULL },
	{ "name", 'n', "NAME", N_("your name in this run"), "name", NULL },
	{ "interface", 'i', "NAME",
	    N_("use this network interface and no other (repeatable)"),
	    "interface", NULL },
	{ "port", 'P', "N", N_("discovery port, 41827 unless set"), "port",
	    NULL },
	{ "home", 'H', "DIR", N_("keep everything below DIR"), NULL, NULL },
	{ "passphrase-file", 'F', "PATH",
	    N_("read the passphrase of a sealed identity there"), NULL, NULL },
	{ "quiet", 'q', NULL, N_("do not announce yourself, only listen"),
	    "quiet", "on" },
	{ "ascii", 'a', NULL, N_("draw with ASCII characters only"),
	    "look.glyphs", "ascii" },
	{ "search", 's', "WORDS", N_("log: what holds these words"), NULL,
	    NULL },
	{ "since", 'S', "DAY", N_("log: on that day and later"), NULL, NULL },
	{ "until", 'U', "DAY", N_("log: on that day and before"), NULL, NULL },
	{ "limit", 'l', "N",
	    N_("log: the newest N; else 50, or all that is found"), NULL,
	    NULL },
	{ "exec", 'e', "PROGRAM",
	    N_("listen: answers each message; words, no shell"), NULL, NULL },
	{ "framing", 'f', "KIND",
	    N_("listen tcp: a message is a line, or length, length-le, "
	       "datagram"),
	    NULL, NULL },
	{ "help", 'h', NULL, N_("show this"), NULL, NULL },
	{ "version", 'V', NULL, N_("show the version"), NULL, NULL },
};

enum {
	ROWS = sizeof(rows) / sizeof(rows[0]),
	COLUMN = 24,
	SENTENCE_SIZE = 256,
	LIMIT_MAX = 1000000,
};

static int
show_help(void)
{
	puts(
	    say(language(), "earshot: chat with people on this network. No "
			    "server, no account.\n\n"
			    "usage: earshot [OPTION]...\n"
			    "       earshot demo    three people of its own to "
			    "try it with\n"
			    "       earshot log [CONTACT]\n"
			    "                       what was said, with all or "
			    "with one\n"
			    "       earshot listen udp|tcp PORT\n"
			    "                       what comes there, and the "
			    "answers of a program\n"
			    "       earshot passphrase\n"
			    "                       set, change or remove the "
			    "passphrase of your key\n"));
	for (size_t i = 0; i < ROWS; i++) {
		const struct option_row *r = &rows[i];
		int n = printf("  -%c, --%s%s%s", r->letter, r->name,
		    r->arg == NULL ? "" : " ", r->arg == NULL ? "" : r->arg);
		if (n >= COLUMN) {
			putchar('\n');
			n = 0;
		}
		printf("%*s%s\n", COLUMN - n, "", say(language(), r->gloss));
	}
	puts(say(language(),
	    "\nOn the screen: F1 or /help. The manual: man earshot"));
	return EXIT_DONE;
}

static int
bad_use(const char *sentence)
{
	char *clean = own_text(sentence, PEER_TEXT_LINE, NULL);

	fprintf(stderr, say(language(), "earshot: %s. See earshot --help\n"),
	    clean);
	free(clean);
	return EXIT_USAGE;
}

static int
apply_setting(struct options *o, const struct option_row *r, const char *arg)
{
	const char *value = r->arg != NULL ? arg : r->value;
	struct settings scratch;
	char *error = NULL;
	int status = -1;

	settings_init(&scratch);
	scratch.lang = language_of_system();
	if (settings_set(&scratch, r->key, value, &error) < 0) {
		status = bad_use(error);
	} else {
		char *line = xasprintf("%s %s", r->key, value);
		setting_list_add(&o->overrides, line);
		free(line);
	}
	settings_clear(&scratch);
	free(error);
	return status;
}

static int
set_limit(struct options *o, const char *arg)
{
	char *end;
	unsigned long limit = strtoul(arg, &end, 10);

	if (*arg < '0' || *arg > '9' || *end != '\0' || limit == 0 ||
	    limit > LIMIT_MAX)
		return bad_use(say(
		    language(), "--limit wants a number from 1 to 1000000"));
	o->limit = limit;
	return -1;
}

static int
apply(struct options *o, const struct option_row *r, char *arg)
{
	if (r->key != NULL)
		return apply_setting(o, r, arg);
	switch (r->letter) {
	case 'p':
		o->plain = true;
		return -1;
	case 'j':
		o->plain = o->json = true;
		return -1;
	case 'H':
		o->home = arg;
		return -1;
	case 'F':
		o->passphrase_file = arg;
		return -1;
	case 's':
		o->search = arg;
		return -1;
	case 'S':
		o->since = arg;
		return -1;
	case 'U':
		o->until = arg;
		return -1;
	case 'l':
		return set_limit(o, arg);
	case 'e':
		o->exec = arg;
		return -1;
	case 'f':
		o->framing = arg;
		return -1;
	case 'V':
		puts(PACKAGE_STRING);
		return EXIT_DONE;
	default:
		return show_help();
	}
}

static void
make_getopt(
    struct option longs[static ROWS + 1], char shorts[static 2 * ROWS + 2])
{
	size_t n = 0;

	shorts[n++] = ':';
	for (size_t i = 0; i < ROWS; i++) {
		bool takes = rows[i].arg != NULL;
		longs[i] = (struct option){ .name = rows[i].name,
			.has_arg = takes ? required_argument : no_argument,
			.val = rows[i].letter };
		shorts[n++] = rows[i].letter;
		if (takes)
			shorts[n++] = ':';
	}
	longs[ROWS] = (struct option){ 0 };
	shorts[n] = '\0';
}

static int
bad_word(const char *word, bool one_more)
{
	char sentence[SENTENCE_SIZE];

	snprintf(sentence, sizeof(sentence),
	    one_more ? say(language(), "\"%.64s\" is a word too many")
		     : say(language(), "\"%.64s\" is no command"),
	    word);
	return bad_use(sentence);
}

/* Options that only one of the words takes. */
static const char *
strayed(const struct options *o)
{
	if (!o->log && (o->search != NULL || o->since != NULL ||
			   o->until != NULL || o->limit != 0))
		return N_("--search, --since, --until and --limit are for "
			  "earshot log");
	if (!o->listen && (o->exec != NULL || o->framing != NULL))
		return N_("--exec and --framing are for earshot listen");
	return NULL;
}

/* The words behind the options. */
static int
parse_rest(struct options *o, int count, char **words)
{
	const char *stray = strayed(o);
	int most = o->listen ? 3 : o->log ? 2 : 1;

	if (stray != NULL)
		return bad_use(say(language(), stray));
	if (count > 0 && !o->log && !o->demo && !o->passphrase && !o->listen)
		return bad_word(words[0], false);
	if (count > most)
		return bad_word(words[most], true);
	if (o->listen && count < most)
		return bad_use(say(
		    language(), "earshot listen wants udp or tcp, and a port"));
	if (o->log && count == most)
		o->contact = words[1];
	if (o->listen) {
		o->listen_transport = words[1];
		o->listen_port = words[2];
	}
	return -1;
}

static int
parse_words(struct options *o, int count, char **words)
{
	const char *verb = count == 0 ? "" : words[0];

	o->log = strcmp(verb, "log") == 0;
	o->listen = strcmp(verb, "listen") == 0;
	o->demo = strcmp(verb, "demo") == 0;
	o->passphrase = strcmp(verb, "passphrase") == 0;
	return parse_rest(o, count, words);
}

int
options_parse(struct options *o, int argc, char **argv)
{
	struct option longs[ROWS + 1];
	char shorts[3 * ROWS + 2], sentence[SENTENCE_SIZE];
	int letter, status;

	memset(o, 0, sizeof(*o));
	make_getopt(longs, shorts);
	opterr = 0;
	while ((letter = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (letter == '?' || letter == ':') {
			snprintf(sentence, sizeof(sentence),
			    letter == ':'
				? say(language(), "%.64s wants a value")
				: say(language(), "no option %.64s"),
			    argv[optind - 1]);
			return bad_use(sentence);
		}
		size_t i = 0;
		while (rows[i].letter != letter)
			i++;
		if ((status = apply(o, &rows[i], optarg)) >= 0)
			return status;
	}
	return parse_words(o, argc - optind, argv + optind);
}

void
options_clear(struct options *o)
{
	setting_list_clear(&o->overrides);
}
