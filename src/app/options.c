/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include "app/language.h"
#include "base/mem.h"
#include "base/peer_text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_LETTER = 'n' };

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
	    N_("with --plain and most verbs: each line is a JSON object"), NULL,
	    NULL },
	{ "name", NAME_LETTER, "NAME",
	    N_("your name in this run; of send-file WHO -: the file's"), "name",
	    NULL },
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
	{ "headless", 'D', NULL,
	    N_("no front end: for a service manager, and for the control "
	       "socket"),
	    NULL, NULL },
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
	{ "from", 'r', "WHO", N_("listen, receive: only what comes from WHO"),
	    NULL, NULL },
	{ "count", 'c', "N", N_("receive: ends after N; else after one"), NULL,
	    NULL },
	{ "wait", 'w', "SECONDS", N_("how long somebody is looked for"), NULL,
	    NULL },
	{ "timeout", 't', "SECONDS",
	    N_("how long it may take until it is there"), NULL, NULL },
	{ "no-wait", 'N', NULL,
	    N_("send: ends once it is stored, and does not wait until it is "
	       "there"),
	    NULL, NULL },
	{ "dir", 'd', "DIR",
	    N_("receive: takes files, too, and puts them there"), NULL, NULL },
	{ "qr", 'Q', NULL, N_("id: as a QR code, too"), NULL, NULL },
	{ "help", 'h', NULL, N_("show this"), NULL, NULL },
	{ "version", 'V', NULL, N_("show the version"), NULL, NULL },
};

enum { WORDS_ALL = 1 << 20 };

static const struct verb_row {
	const char *name, *args, *gloss;
	const char *letters; /* of the options that it takes */
	int least, most;     /* words behind it */
} verbs[] = {
	[VERB_WHO] = { "who", "[--wait S]", N_("who is on the network"), "w", 0,
	    0 },
	[VERB_SEND] = { "send", "WHO [TEXT|-]",
	    N_("says TEXT, or what standard input holds"), "wtN", 1, 2 },
	[VERB_SEND_FILE] = { "send-file", "WHO PATH...|-",
	    N_("sends files and folders, and waits until they are there"), "wt",
	    2, WORDS_ALL },
	[VERB_SHOUT] = { "shout", "TEXT", N_("says it to everybody nearby"), "",
	    1, 1 },
	[VERB_RECEIVE] = { "receive", "[--from WHO]",
	    N_("waits for messages and prints them"), "rctd", 0, 0 },
	[VERB_LISTEN] = { "listen", "[udp|tcp PORT]",
	    N_("what comes there, or all that happens; and the answers of a "
	       "program"),
	    "efr", 0, 2 },
	[VERB_LOG] = { "log", "[CONTACT]",
	    N_("what was said, with all or with one"), "sSUl", 0, 1 },
	[VERB_INFO] = { "info", "WHO", N_("what is known of somebody"), "w", 1,
	    1 },
	[VERB_ID] = { "id", "", N_("your own name and fingerprint"), "Q", 0,
	    0 },
	[VERB_PIN] = { "pin", "WHO [FINGERPRINT]",
	    N_("remembers the key of somebody, or only that one"), "w", 1, 2 },
	[VERB_VERIFY] = { "verify", "WHO [same|different]",
	    N_("the number to compare with somebody, or what came of it"), "",
	    1, 2 },
	[VERB_BLOCK] = { "block", "WHO",
	    N_("takes nothing of somebody any more"), "", 1, 1 },
	[VERB_UNBLOCK] = { "unblock", "WHO", N_("ends that"), "", 1, 1 },
	[VERB_SET] = { "set", "[KEY [VALUE]]",
	    N_("shows the settings, or changes one"), "", 0, 2 },
	[VERB_DOCTOR] = { "doctor", "[WHO|ADDRESS]",
	    N_("why somebody is missing, and what mends it"), "t", 0, 1 },
	[VERB_PASSPHRASE] = { "passphrase", "",
	    N_("set, change or remove the passphrase of your key"), "", 0, 0 },
	[VERB_DEMO] = { "demo", "",
	    N_("three people of its own to try it with"), "", 0, 0 },
};

enum {
	VERBS = sizeof(verbs) / sizeof(verbs[0]),
	ROWS = sizeof(rows) / sizeof(rows[0]),
	COLUMN = 24,
	SENTENCE_SIZE = 256,
	LIMIT_MAX = 1000000,
	SECONDS_MAX = 7 * 24 * 3600,
};

/* Only those take it that say so. */
static bool
is_of_verb(char letter)
{
	for (size_t i = 1; i < VERBS; i++)
		if (strchr(verbs[i].letters, letter) != NULL)
			return true;
	return false;
}

static void
show_row(int n, const char *gloss)
{
	if (n >= COLUMN) {
		putchar('\n');
		n = 0;
	}
	printf("%*s%s\n", COLUMN - n, "", say(language(), gloss));
}

static int
show_help(void)
{
	puts(say(language(),
	    "earshot: chat with people on this network. No server, no "
	    "account.\n\n"
	    "usage: earshot [OPTION]...\n"
	    "       earshot VERB [OPTION]... [WORD]...\n"));
	for (size_t i = 1; i < VERBS; i++)
		show_row(
		    printf("  %s%s%s", verbs[i].name,
			verbs[i].args[0] == '\0' ? "" : " ", verbs[i].args),
		    verbs[i].gloss);
	putchar('\n');
	for (size_t i = 0; i < ROWS; i++) {
		const struct option_row *r = &rows[i];
		show_row(printf("  -%c, --%s%s%s", r->letter, r->name,
			     r->arg == NULL ? "" : " ",
			     r->arg == NULL ? "" : r->arg),
		    r->gloss);
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

/* 0: it is none from least to most. */
static unsigned long
number_of(const char *arg, unsigned long most)
{
	char *end;
	unsigned long n = strtoul(arg, &end, 10);

	return *arg < '0' || *arg > '9' || *end != '\0' || n > most ? 0 : n;
}

static int
set_count(const char *arg, const char *sentence, size_t *ret_count)
{
	*ret_count = number_of(arg, LIMIT_MAX);
	return *ret_count == 0 ? bad_use(say(language(), sentence)) : -1;
}

static int
set_seconds(const char *arg, int64_t *ret_ms)
{
	unsigned long s = number_of(arg, SECONDS_MAX);

	*ret_ms = (int64_t)s * 1000;
	return s == 0 && strcmp(arg, "0") != 0
		   ? bad_use(say(language(),
			 "--wait and --timeout want seconds, up to 604800"))
		   : -1;
}

static int
apply_of_verb(struct options *o, char letter, char *arg)
{
	switch (letter) {
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
		return set_count(arg,
		    N_("--limit wants a number from 1 to 1000000"), &o->limit);
	case 'e':
		o->exec = arg;
		return -1;
	case 'f':
		o->framing = arg;
		return -1;
	case 'r':
		o->from = arg;
		return -1;
	case 'c':
		return set_count(arg,
		    N_("--count wants a number from 1 to 1000000"), &o->count);
	case 'd':
		o->dir = arg;
		return -1;
	case 'Q':
		o->qr = true;
		return -1;
	case 'w':
		return set_seconds(arg, &o->wait_ms);
	case 't':
		return set_seconds(arg, &o->timeout_ms);
	default:
		o->no_wait = true;
		return -1;
	}
}

static int
apply(struct options *o, const struct option_row *r, char *arg)
{
	/* Whose name it is the verb tells. */
	if (r->letter == NAME_LETTER) {
		o->name = arg;
		return -1;
	}
	if (r->key != NULL)
		return apply_setting(o, r, arg);
	if (is_of_verb(r->letter))
		return apply_of_verb(o, r->letter, arg);
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
	case 'D':
		o->headless = true;
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

/* "log", "listen and receive": who takes that option. */
static char *
takers(char letter)
{
	char *text = NULL;

	for (size_t i = 1; i < VERBS; i++) {
		if (strchr(verbs[i].letters, letter) == NULL)
			continue;
		char *more = text == NULL
				 ? xstrdup(verbs[i].name)
				 : xasprintf("%s, %s", text, verbs[i].name);
		free(text);
		text = more;
	}
	return text;
}

static int
check_letters(enum verb verb, const char *given)
{
	for (; *given != '\0'; given++) {
		size_t i = 0;
		while (rows[i].letter != *given)
			i++;
		if (!is_of_verb(*given) ||
		    (verb != VERB_NONE &&
			strchr(verbs[verb].letters, *given) != NULL))
			continue;
		char *who = takers(*given);
		char *sentence = xasprintf(
		    say(language(), "--%s is not for this, but for: %s"),
		    rows[i].name, who);
		int status = bad_use(sentence);
		free(who);
		free(sentence);
		return status;
	}
	return -1;
}

static int
check_count(const struct options *o)
{
	const struct verb_row *v = &verbs[o->verb];

	if (o->word_count > v->most)
		return bad_word(o->words[v->most], true);
	if (o->verb == VERB_LISTEN && o->word_count == 1)
		return bad_use(say(
		    language(), "earshot listen wants udp or tcp, and a port"));
	if (o->word_count >= v->least)
		return -1;
	char *sentence =
	    xasprintf(say(language(), "use: earshot %s %s"), v->name, v->args);
	int status = bad_use(sentence);
	free(sentence);
	return status;
}

static int
apply_name(struct options *o)
{
	size_t i = 0;

	if (o->name == NULL || o->verb == VERB_SEND_FILE)
		return -1;
	while (rows[i].letter != NAME_LETTER)
		i++;
	return apply_setting(o, &rows[i], o->name);
}

/* The words behind the options. */
static int
parse_words(struct options *o, int count, char **words, const char *given)
{
	for (size_t i = 1; i < VERBS && count > 0; i++)
		if (strcmp(words[0], verbs[i].name) == 0)
			o->verb = (enum verb)i;
	if (count > 0 && o->verb == VERB_NONE)
		return bad_word(words[0], false);
	o->words = count > 0 ? words + 1 : words;
	o->word_count = count > 0 ? count - 1 : 0;
	int status = check_letters(o->verb, given);
	if (status < 0)
		status = apply_name(o);
	return status < 0 && o->verb != VERB_NONE ? check_count(o) : status;
}

int
options_parse(struct options *o, int argc, char **argv)
{
	struct option longs[ROWS + 1];
	char shorts[3 * ROWS + 2], sentence[SENTENCE_SIZE];
	char given[ROWS + 1] = "";
	int letter, status;

	memset(o, 0, sizeof(*o));
	o->wait_ms = o->timeout_ms = -1;
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
		if (strchr(given, letter) == NULL)
			given[strlen(given)] = (char)letter;
	}
	return parse_words(o, argc - optind, argv + optind, given);
}

void
options_clear(struct options *o)
{
	setting_list_clear(&o->overrides);
}
