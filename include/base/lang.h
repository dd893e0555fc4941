/* SPDX-License-Identifier: MIT */
/*
 * The languages of the interface, as values: nothing here asks the system, so
 * a language needs no locale installed, may change while earshot runs, and two
 * may be used side by side. English is what the sources are written in, and is
 * NULL; what a catalogue lacks is English too.
 *
 *   snprintf(out, sizeof(out), say(m->lang, "%s is away"), name);
 *   say_n(m->lang, "%u message", "%u messages", count)
 *   static const struct row rows[] = { { "help", N_("show this help") } };
 *   say(m->lang, rows[i].gloss)
 *
 * A string is a whole sentence with its places for values, never a piece of
 * one: languages differ in the order of words. Words of --json, of commands,
 * keys, settings and their values are not translated.
 */
#ifndef BASE_LANG_H
#define BASE_LANG_H

#include <stddef.h>

#if defined(__GNUC__)
#define LANG_FORMAT(n) __attribute__((format_arg(n)))
#else
#define LANG_FORMAT(n)
#endif

/* Marks a string of a table, which is given to say() where it is shown. */
#define N_(msgid) msgid

struct lang;

/* By its name, "zh_CN", or by one of a locale or a tag that means the same:
 * "zh_CN.UTF-8", "zh-Hans"; NULL for English and for every other. */
const struct lang *lang_find(const char *name);
/* What the user of a locale reads: the first that there is of the list that
 * LANGUAGE holds, or the language of the locale. Both may be NULL. */
const struct lang *lang_of_locale(const char *locale, const char *list);
/* Every language but English, from 0 on; NULL behind the last. */
const struct lang *lang_at(size_t i);
/* "zh_CN"; of NULL "en". */
const char *lang_name(const struct lang *l);

/* The sentence in the language; static storage, or the msgid itself. */
const char *say(const struct lang *l, const char *msgid) LANG_FORMAT(2);
/* The form of the sentence for n things; n itself is still to be given to the
 * format. */
const char *say_n(const struct lang *l, const char *one, const char *many,
    unsigned long long n) LANG_FORMAT(2) LANG_FORMAT(3);
/* Of a word that reads alike in English and not elsewhere: the context tells
 * the two apart, and is not shown. */
const char *say_in(const struct lang *l, const char *context, const char *msgid)
    LANG_FORMAT(3);

#endif
