/* SPDX-License-Identifier: MIT */
#include "app/usage.h"

#include "base/lang.h"

enum { WORDS_ALL = 1 << 20 };

/* Shared by what is done by an earshot, be it one that runs or one's own. */
#define SHARED_ENGINE "jHniPqFR"

#define ENDS_USUAL N_("Exit status: 0 done, 1 failed, 2 wrong use")

const struct option_row usage_options[USAGE_OPTIONS] = {
	{ "plain", 'p', NULL,
	    N_("no screen: commands in, events out, a line each"), NULL, NULL },
	{ "json", 'j', NULL,
	    N_("JSON objects, a line each; without a verb as --plain"), NULL,
	    NULL },
	{ "name", USAGE_NAME, "NAME", N_("your name in this run"), "name",
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
	    N_("no screen and no lines: for a service manager"), NULL, NULL },
	{ "record", 'R', "PATH",
	    N_("keep a record of what comes and goes, for a report"), NULL,
	    NULL },
	{ "replay", 'y', "PATH", N_("show what such a record holds"), NULL,
	    NULL },
	{ "search", 's', "WORDS", N_("only what holds these words"), NULL,
	    NULL },
	{ "since", 'S', "DAY", N_("only from that day on"), NULL, NULL },
	{ "until", 'U', "DAY", N_("only up to that day"), NULL, NULL },
	{ "limit", 'l', "N", N_("only the newest N"), NULL, NULL },
	{ "exec", 'e', "PROGRAM",
	    N_("run it for each message; what it prints is the answer"), NULL,
	    NULL },
	{ "framing", 'f', "KIND",
	    N_("of tcp: line, length, length-le or datagram"), NULL, NULL },
	{ "from", 'r', "WHO", N_("only what comes from WHO"), NULL, NULL },
	{ "count", 'c', "N", N_("end after N messages; without it after one"),
	    NULL, NULL },
	{ "wait", 'w', "SECONDS", N_("how long somebody is looked for"), NULL,
	    NULL },
	{ "timeout", 't', "SECONDS", N_("how long all of it may take"), NULL,
	    NULL },
	{ "no-wait", 'N', NULL, N_("end once it is stored"), NULL, NULL },
	{ "dir", 'd', "DIR", N_("take files, too, and put them there"), NULL,
	    NULL },
	{ "qr", 'Q', NULL, N_("as a QR code, too"), NULL, NULL },
	{ "help", 'h', NULL, N_("show this, or the help of a verb"), NULL,
	    NULL },
	{ "version", 'V', NULL, N_("show the version"), NULL, NULL },
};

const struct verb_row usage_verbs[USAGE_VERBS] = {
	[VERB_WHO] = { "who", "", N_("lists who is on the network"), "w",
	    SHARED_ENGINE,
	    N_("A line for each: name, state, trust, address. Where no earshot "
	       "runs, everybody has two seconds to answer, or --wait."),
	    ENDS_USUAL, 0, 0 },
	[VERB_SEND] = { "send", "WHO [TEXT|-]",
	    N_("says TEXT, or what standard input holds"), "wtN", SHARED_ENGINE,
	    N_("WHO is a name, an alias or a fingerprint. It waits until the "
	       "text is delivered, 20 seconds or --timeout. Who is known and "
	       "not there gets it later."),
	    N_("Exit status: 0 delivered (with --no-wait: stored), 1 failed, "
	       "2 wrong use, 3 stored and not delivered in time"),
	    1, 2 },
	[VERB_SEND_FILE] = { "send-file", "WHO PATH...|-",
	    N_("sends files and folders, and waits until they are there"),
	    "wtn", "jHiPqFR",
	    N_("With - standard input is sent, under the name that --name "
	       "gives it. Ten seconds are given to find WHO, or --wait; "
	       "whether it is taken is decided there."),
	    N_("Exit status: 0 all is there, 1 failed, 2 wrong use, 3 offered "
	       "and not there in time, 4 refused there, or cancelled"),
	    2, WORDS_ALL },
	[VERB_SHOUT] = { "shout", "TEXT",
	    N_("says TEXT to everybody nearby; it is public"), "",
	    SHARED_ENGINE, "", ENDS_USUAL, 1, 1 },
	[VERB_RECEIVE] = { "receive", "",
	    N_("waits for messages and prints them"), "rctd", SHARED_ENGINE,
	    N_("With --dir, files and folders that are offered meanwhile are "
	       "taken unasked, and count. It waits without end, or "
	       "--timeout."),
	    N_("Exit status: 0 done, 1 failed, 2 wrong use, 3 nothing came in "
	       "time"),
	    0, 0 },
	[VERB_LISTEN] = { "listen", "[udp|tcp PORT]",
	    N_("prints all that happens, or what comes to a port"), "efr",
	    SHARED_ENGINE,
	    N_("Without a port: the events of earshot, until it is ended, or "
	       "with --exec a program for each message, words and no shell. "
	       "With one: what any program says there, such as nc; your "
	       "identity has no part in that."),
	    ENDS_USUAL, 0, 2 },
	[VERB_LOG] = { "log", "[CONTACT]",
	    N_("prints what was said, with all or with one"), "sSUl", "jH",
	    N_("The newest 50, or with --search all that is found. CONTACT is "
	       "a name, a fingerprint, or nearby for what was shouted."),
	    ENDS_USUAL, 0, 1 },
	[VERB_INFO] = { "info", "WHO", N_("prints what is known of somebody"),
	    "w", SHARED_ENGINE, "", ENDS_USUAL, 1, 1 },
	[VERB_ID] = { "id", "", N_("prints your fingerprint and your name"),
	    "Q", SHARED_ENGINE, "", ENDS_USUAL, 0, 0 },
	[VERB_PIN] = { "pin", "WHO [FINGERPRINT]",
	    N_("remembers the key of somebody, or only that one"), "w",
	    SHARED_ENGINE,
	    N_("WHO has ten seconds to prove a key, or --wait. With a "
	       "FINGERPRINT that you have from elsewhere it is that key or "
	       "none, and counts as verified."),
	    ENDS_USUAL, 1, 2 },
	[VERB_VERIFY] = { "verify", "WHO [same|different]",
	    N_("shows the number to compare, or takes what came of it"), "",
	    SHARED_ENGINE,
	    N_("Compare the number with WHO, by voice or side by side; then "
	       "say: same, or different."),
	    ENDS_USUAL, 1, 2 },
	[VERB_BLOCK] = { "block", "WHO",
	    N_("takes nothing of somebody any more"), "", SHARED_ENGINE, "",
	    ENDS_USUAL, 1, 1 },
	[VERB_UNBLOCK] = { "unblock", "WHO", N_("takes it again"), "",
	    SHARED_ENGINE, "", ENDS_USUAL, 1, 1 },
	[VERB_SET] = { "set", "[KEY [VALUE]]",
	    N_("shows the settings, or changes one"), "", SHARED_ENGINE, "",
	    ENDS_USUAL, 0, 2 },
	[VERB_DOCTOR] = { "doctor", "[WHO|ADDRESS]",
	    N_("tells why somebody is missing, and what mends it"), "t",
	    SHARED_ENGINE,
	    N_("The worst first. It only reads, and needs no root; with WHO or "
	       "an ADDRESS the way there is tried step by step."),
	    N_("Exit status: 0 nothing is wrong, 1 something is, or nobody "
	       "could look, 2 wrong use"),
	    0, 1 },
	[VERB_PASSPHRASE] = { "passphrase", "",
	    N_("sets, changes or removes the passphrase of your key"), "", "HF",
	    "", ENDS_USUAL, 0, 0 },
	[VERB_DEMO] = { "demo", "",
	    N_("starts it with three people of its own, to try it alone"), "",
	    "pja", "", ENDS_USUAL, 0, 0 },
};
