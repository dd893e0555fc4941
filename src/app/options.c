/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include "app/language.h"
#include "app/usage.h"
#include "base/mem.h"
#include "base/peer_text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SENTENCE_SIZE = 256,
	LIMIT_MAX = 1000000,
	SECONDS_MAX = 7 * 24 * 3600,
};

static int
bad_use_of(enum verb verb, const char *sentence)
{
	char *clean = own_text(sentence, PEER_TEXT_LINE, NULL);

	if (verb == VERB_NONE)
		fprintf(stderr,
		    say(language(), "earshot: %s. See earshot --help\n"),
		    clean);
	else
		fprintf(stderr,
		    say(language(), "earshot: %s. See earshot %s --help\n"),
		    clean, usage_verbs[verb].name);
	free(clean);
	return EXIT_USAGE;
}

static int
bad_use(const char *sentence)
{
	return bad_use_of(VERB_NONE, sentence);
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
	if (r->letter == USAGE_NAME) {
		o->name = arg;
		return -1;
	}
	if (r->key != NULL)
		return apply_setting(o, r, arg);
	if (usage_is_of_verb(r->letter))
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
	case 'R':
		o->record = arg;
		return -1;
	case 'y':
		o->replay = arg;
		return -1;
	case 'D':
		o->headless = true;
		return -1;
	case 'V':
		puts(PACKAGE_STRING);
		return EXIT_DONE;
	default:
		o->help = true;
		return -1;
	}
}

static void
make_getopt(struct option longs[static USAGE_OPTIONS + 1],
    char shorts[static 2 * USAGE_OPTIONS + 2])
{
	size_t n = 0;

	shorts[n++] = ':';
	for (size_t i = 0; i < USAGE_OPTIONS; i++) {
		bool takes = usage_options[i].arg != NULL;
		longs[i] = (struct option){ .name = usage_options[i].name,
			.has_arg = takes ? required_argument : no_argument,
			.val = usage_options[i].letter };
		shorts[n++] = usage_options[i].letter;
		if (takes)
			shorts[n++] = ':';
	}
	longs[USAGE_OPTIONS] = (struct option){ 0 };
	shorts[n] = '\0';
}

static int
bad_word(enum verb verb, const char *word)
{
	char sentence[SENTENCE_SIZE];

	snprintf(sentence, sizeof(sentence),
	    verb != VERB_NONE ? say(language(), "\"%.64s\" is a word too many")
			      : say(language(), "\"%.64s\" is no command"),
	    word);
	return bad_use_of(verb, sentence);
}

static int
check_letters(enum verb verb, const char *given)
{
	for (; *given != '\0'; given++) {
		size_t i = 0;
		while (usage_options[i].letter != *given)
			i++;
		if (!usage_is_of_verb(*given) ||
		    (verb != VERB_NONE &&
			strchr(usage_verbs[verb].letters, *given) != NULL))
			continue;
		char *who = usage_takers(*given);
		char *sentence = xasprintf(
		    say(language(), "--%s is not for this, but for: %s"),
		    usage_options[i].name, who);
		int status = bad_use_of(verb, sentence);
		free(who);
		free(sentence);
		return status;
	}
	return -1;
}

/* A script may not have set it: as a path it would be the folder it runs in. */
static bool
is_empty_where_not(const struct options *o)
{
	for (int i = 0; i < o->word_count; i++)
		if (o->words[i][0] == '\0' &&
		    (i == 0 || o->verb == VERB_SEND_FILE))
			return true;
	return false;
}

static int
check_count(const struct options *o)
{
	const struct verb_row *v = &usage_verbs[o->verb];

	if (o->word_count > v->most)
		return bad_word(o->verb, o->words[v->most]);
	if (o->verb == VERB_LISTEN && o->word_count == 1)
		return bad_use_of(o->verb,
		    say(language(),
			"earshot listen wants udp or tcp, and a port"));
	if (o->word_count >= v->least && !is_empty_where_not(o))
		return -1;
	char *sentence =
	    xasprintf(say(language(), "use: earshot %s %s"), v->name, v->args);
	int status = bad_use_of(o->verb, sentence);
	free(sentence);
	return status;
}

static int
apply_name(struct options *o)
{
	size_t i = 0;

	if (o->name == NULL || o->verb == VERB_SEND_FILE)
		return -1;
	while (usage_options[i].letter != USAGE_NAME)
		i++;
	return apply_setting(o, &usage_options[i], o->name);
}

static int
check_input_name(const struct options *o)
{
	bool input = o->word_count == 2 && strcmp(o->words[1], "-") == 0;

	if (o->verb != VERB_SEND_FILE || o->name == NULL || input)
		return -1;
	return bad_use_of(o->verb,
	    say(language(),
		"--name is for standard input: earshot send-file WHO - --name "
		"NAME"));
}

/* Only what is an earshot has something to record; and a record is nobody to
 * talk to. */
static int
check_record(const struct options *o)
{
	bool local = o->verb == VERB_LOG || o->verb == VERB_PASSPHRASE ||
		     (o->verb == VERB_LISTEN && o->word_count > 0);

	if (o->replay != NULL && (o->verb != VERB_NONE || o->record != NULL))
		return bad_use(
		    say(language(), "--replay goes with nothing but --json"));
	if (o->record != NULL && local)
		return bad_use(say(language(),
		    "--record is not for this: it does not use the network "
		    "of earshot"));
	return -1;
}

/* The words behind the options. */
static int
parse_words(struct options *o, int count, char **words, const char *given)
{
	for (size_t i = 1; i < USAGE_VERBS && count > 0; i++)
		if (strcmp(words[0], usage_verbs[i].name) == 0)
			o->verb = (enum verb)i;
	if (count > 0 && o->verb == VERB_NONE)
		return bad_word(VERB_NONE, words[0]);
	if (o->help) {
		usage_show(o->verb);
		return EXIT_DONE;
	}
	o->words = count > 0 ? words + 1 : words;
	o->word_count = count > 0 ? count - 1 : 0;
	int status = check_letters(o->verb, given);
	if (status < 0)
		status = apply_name(o);
	if (status < 0)
		status = check_record(o);
	if (status < 0)
		status = check_input_name(o);
	return status < 0 && o->verb != VERB_NONE ? check_count(o) : status;
}

int
options_parse(struct options *o, int argc, char **argv)
{
	struct option longs[USAGE_OPTIONS + 1];
	char shorts[3 * USAGE_OPTIONS + 2], sentence[SENTENCE_SIZE];
	char given[USAGE_OPTIONS + 1] = "";
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
		while (usage_options[i].letter != letter)
			i++;
		if ((status = apply(o, &usage_options[i], optarg)) >= 0)
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
