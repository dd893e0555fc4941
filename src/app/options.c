/* SPDX-License-Identifier: MIT */
#include "app/options.h"

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
	{ "plain", 'p', NULL, "no screen: commands in, events out, a line each",
	    NULL, NULL },
	{ "json", 'j', NULL, "with --plain: each event is a JSON object", NULL,
	    NULL },
	{ "name", 'n', "NAME", "your name in this run", "name", NULL },
	{ "interface", 'i', "NAME",
	    "use this network interface and no other (repeatable)", "interface",
	    NULL },
	{ "port", 'P', "N", "discovery port, 41827 unless set", "port", NULL },
	{ "home", 'H', "DIR", "keep everything below DIR", NULL, NULL },
	{ "passphrase-file", 'F', "PATH",
	    "read the passphrase of a sealed identity there", NULL, NULL },
	{ "quiet", 'q', NULL, "do not announce yourself, only listen", "quiet",
	    "on" },
	{ "ascii", 'a', NULL, "draw with ASCII characters only", "look.glyphs",
	    "ascii" },
	{ "help", 'h', NULL, "show this", NULL, NULL },
	{ "version", 'V', NULL, "show the version", NULL, NULL },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), COLUMN = 24 };

static int
show_help(void)
{
	puts("earshot: chat with people on this network. No server, no "
	     "account.\n\n"
	     "usage: earshot [OPTION]...\n"
	     "       earshot demo    three people of its own to try it with\n"
	     "       earshot passphrase\n"
	     "                       set, change or remove the passphrase of "
	     "your key\n");
	for (size_t i = 0; i < ROWS; i++) {
		const struct option_row *r = &rows[i];
		int n = printf("  -%c, --%s%s%s", r->letter, r->name,
		    r->arg == NULL ? "" : " ", r->arg == NULL ? "" : r->arg);
		if (n >= COLUMN) {
			putchar('\n');
			n = 0;
		}
		printf("%*s%s\n", COLUMN - n, "", r->gloss);
	}
	puts("\nOn the screen: F1 or /help. The manual: man earshot");
	return EXIT_DONE;
}

static int
bad_use(const char *sentence)
{
	char *clean = own_text(sentence, PEER_TEXT_LINE, NULL);

	fprintf(stderr, "earshot: %s. See earshot --help\n", clean);
	free(clean);
	return EXIT_USAGE;
}

static int
apply_setting(struct options *o, const struct option_row *r, const char *arg)
{
	char *error;

	if (config_set(&o->config, r->key, r->arg != NULL ? arg : r->value,
		&error) == 0)
		return -1;
	int status = bad_use(error);
	free(error);
	return status;
}

static int
apply(struct options *o, const struct option_row *r, char *arg)
{
	if (r->letter == 'q')
		o->quiet = true;
	if (r->letter == 'a')
		o->ascii = true;
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
parse_rest(struct options *o, int argc, char **argv)
{
	char sentence[128];

	if (optind == argc)
		return -1;
	if (argc - optind == 1 && strcmp(argv[optind], "demo") == 0) {
		o->demo = true;
		return -1;
	}
	if (argc - optind == 1 && strcmp(argv[optind], "passphrase") == 0) {
		o->passphrase = true;
		return -1;
	}
	snprintf(sentence, sizeof(sentence), "\"%.64s\" is no command",
	    argv[optind]);
	return bad_use(sentence);
}

int
options_parse(struct options *o, int argc, char **argv)
{
	struct option longs[ROWS + 1];
	char shorts[3 * ROWS + 2], sentence[128];
	int letter, status;

	memset(o, 0, sizeof(*o));
	config_init(&o->config);
	make_getopt(longs, shorts);
	opterr = 0;
	while ((letter = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (letter == '?' || letter == ':') {
			snprintf(sentence, sizeof(sentence),
			    letter == ':' ? "%.64s wants a value"
					  : "no option %.64s",
			    argv[optind - 1]);
			return bad_use(sentence);
		}
		size_t i = 0;
		while (rows[i].letter != letter)
			i++;
		if ((status = apply(o, &rows[i], optarg)) >= 0)
			return status;
	}
	return parse_rest(o, argc, argv);
}

void
options_clear(struct options *o)
{
	config_clear(&o->config);
}
