/* SPDX-License-Identifier: MIT */
/*
 * Everything a name could do besides naming is taken from it, for the systems
 * of all who may ever see the folder: it can lie on a stick that goes to
 * Windows, where "aux.txt" is a device and "a:b" a stream of a.
 */
#include "base/file_name.h"

#include "base/mem.h"
#include "base/peer_text.h"
#include "base/utf8.h"
#include "base/width.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	CP_PICTURES_FIRST = 0x2400, /* what peer_text makes of controls */
	CP_PICTURES_LAST = 0x2426,
};

/* Separators of other systems, and what passes for a dot or a slash. Sorted. */
static const uint16_t lookalikes[] = {
	0x2024, /* one dot leader */
	0x2025, /* two dot leader */
	0x2044, /* fraction slash */
	0x2215, /* division slash */
	0x2216, /* set minus */
	0x23ce, /* what peer_text makes of a line end */
	0x29f5, /* reverse solidus operator */
	0x29f8, /* big solidus */
	0x29f9, /* big reverse solidus */
	0xfe52, /* small full stop */
	0xfe68, /* small reverse solidus */
	0xff0e, /* fullwidth full stop */
	0xff0f, /* fullwidth solidus */
	0xff3c, /* fullwidth reverse solidus */
	0xfffd, /* what peer_text makes of what is nothing */
};

/* Not files, on Windows, whatever extension they have. */
static const char *const devices[] = { "con", "prn", "aux", "nul", "conin$",
	"conout$", "clock$" };
/* The same, with a digit. */
static const char *const ports[] = { "com", "lpt" };

static const char *const programs[] = { "action", "apk", "app", "appimage",
	"appref-ms", "bash", "bat", "chm", "cmd", "com", "command", "cpl",
	"csh", "deb", "desktop", "dll", "dmg", "docm", "elf", "exe", "fish",
	"flatpakref", "gadget", "hta", "inf", "jar", "jnlp", "js", "jse", "ksh",
	"lnk", "lua", "msc", "msi", "msp", "mst", "php", "pif", "pkg", "pl",
	"pptm", "ps1", "psm1", "py", "pyw", "rb", "reg", "rpm", "run", "scf",
	"scr", "sh", "snap", "tcl", "url", "vb", "vbe", "vbs", "workflow", "ws",
	"wsf", "wsh", "xlsm", "zsh" };

static bool
is_special(uint32_t cp)
{
	if (cp < 0x80)
		return cp < 0x20 || strchr("/\\:*?\"<>|\x7f", (int)cp) != NULL;
	if (cp >= CP_PICTURES_FIRST && cp <= CP_PICTURES_LAST)
		return true;
	for (size_t i = 0; i < sizeof(lookalikes) / sizeof(lookalikes[0]); i++)
		if (lookalikes[i] == cp)
			return true;
	return false;
}

static bool
is_blank_cp(uint32_t cp)
{
	return cp == ' ' || cp == 0xa0 || cp == 0x1680 ||
	       (cp >= 0x2000 && cp <= 0x200a) || cp == 0x202f || cp == 0x205f ||
	       cp == 0x2800 || cp == 0x3000;
}

/* In place: never longer. A run of blanks pushes an extension out of sight, so
 * one is left of it. */
static void
replace_special(char *s)
{
	size_t n = strlen(s), to = 0;

	for (size_t at = 0; at < n;) {
		uint32_t cp;
		size_t used = utf8_decode(s + at, n - at, &cp, NULL);
		if (is_blank_cp(cp)) {
			if (to > 0 && s[to - 1] != ' ')
				s[to++] = ' ';
		} else if (is_special(cp)) {
			s[to++] = '_';
		} else {
			memmove(s + to, s + at, used);
			to += used;
		}
		at += used;
	}
	s[to] = '\0';
}

/* Windows drops them by itself: "a.exe." is "a.exe". */
static void
trim_end(char *s)
{
	size_t n = strlen(s);

	while (n > 0 && (s[n - 1] == '.' || s[n - 1] == ' '))
		n--;
	s[n] = '\0';
}

/* Hidden files, options of programs, homes. */
static void
replace_start(char *s)
{
	for (size_t i = 0; s[i] == '.'; i++)
		s[i] = '_';
	if (s[0] == '-' || s[0] == '~')
		s[0] = '_';
}

/* The digits 1 to 3 are digits there as superscripts, too. */
static bool
is_port(const char *stem, size_t n)
{
	static const char *const raised[] = { "\xc2\xb9", "\xc2\xb2",
		"\xc2\xb3" };

	if (n < 4)
		return false;
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (strncasecmp(stem, ports[i], 3) != 0)
			continue;
		if (n == 4 && stem[3] >= '0' && stem[3] <= '9')
			return true;
		for (size_t j = 0; j < sizeof(raised) / sizeof(raised[0]); j++)
			if (n == 5 && memcmp(stem + 3, raised[j], 2) == 0)
				return true;
	}
	return false;
}

static bool
is_device(const char *s)
{
	size_t n = strcspn(s, ".");

	while (n > 0 && s[n - 1] == ' ')
		n--;
	if (is_port(s, n))
		return true;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (strlen(devices[i]) == n &&
		    strncasecmp(s, devices[i], n) == 0)
			return true;
	return false;
}

const char *
file_name_extension(const char *name)
{
	const char *dot = strrchr(name, '.'), *end = name + strlen(name);

	if (dot == NULL || dot == name || dot[1] == '\0' ||
	    end - dot > FILE_EXTENSION_BYTES_MAX)
		return end;
	return dot;
}

/* Cut between characters as people see them. */
static size_t
cut_clusters(const char *s, size_t n, size_t max)
{
	size_t at = 0;

	while (at < n) {
		int cells;
		size_t used = cluster_next(s + at, n - at, &cells);
		if (at + used > max)
			break;
		at += used;
	}
	/* One cluster without end. */
	return at == 0 ? utf8_cut(s, n, max) : at;
}

/* Takes s. */
static char *
shorten(char *s)
{
	if (strlen(s) <= FILE_NAME_BYTES_MAX)
		return s;
	const char *extension = file_name_extension(s);
	size_t stem = (size_t)(extension - s);
	size_t keep = cut_clusters(
	    s, stem, (size_t)FILE_NAME_BYTES_MAX - strlen(extension));
	memmove(s + keep, extension, strlen(extension) + 1);
	return s;
}

/* What is cut may end in a blank or a dot, and what is put together may be one
 * cluster; so it goes on until nothing changes. */
static char *
settle(char *s)
{
	for (;;) {
		replace_special(s);
		replace_start(s);
		trim_end(s);
		if (s[0] == '\0' || is_device(s)) {
			char *longer = xasprintf("_%s", s);
			free(s);
			s = longer;
		}
		if (strlen(s) <= FILE_NAME_BYTES_MAX)
			return s;
		s = shorten(s);
	}
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* As most are: nothing in it that would be replaced. */
static bool
is_plain(const char *name, size_t n)
{
	if (n == 0 || n > FILE_NAME_BYTES_MAX || !is_word(name[0]) ||
	    !is_word(name[n - 1]))
		return false;
	for (size_t i = 1; i + 1 < n; i++)
		if (!is_word(name[i]) && name[i] != '.' && name[i] != '-')
			return false;
	return true;
}

char *
file_name_safe(const char *name, size_t n)
{
	if (is_plain(name, n)) {
		char *same = xstrndup(name, n);
		if (!is_device(same))
			return same;
		free(same);
	}
	char *s = peer_text(untrusted_of(name, n), PEER_TEXT_LINE, NULL);

	s = settle(s);
	/* Taking something out can bring together what peer_text judges
	 * differently. */
	char *again = own_text(s, PEER_TEXT_LINE, NULL);
	free(s);
	return settle(again);
}

char *
file_name_numbered(const char *name, unsigned number)
{
	static const char tar[] = ".tar";
	const char *extension = file_name_extension(name);
	size_t stem = (size_t)(extension - name);

	if (stem > strlen(tar) && extension[0] != '\0' &&
	    strncasecmp(extension - strlen(tar), tar, strlen(tar)) == 0)
		stem -= strlen(tar);
	return xasprintf("%.*s (%u)%s", (int)stem, name, number, name + stem);
}

const char *
file_name_program(const char *name)
{
	const char *extension = file_name_extension(name);

	if (extension[0] == '\0')
		return NULL;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcasecmp(extension + 1, programs[i]) == 0)
			return extension + 1;
	return NULL;
}

static const char spool_start[] = ".earshot-", spool_end[] = ".spool";

enum { SPOOL_DIGITS = 16 };

void
file_name_spool(uint64_t number, char out[static FILE_NAME_SPOOL_SIZE])
{
	snprintf(out, FILE_NAME_SPOOL_SIZE, "%s%0*llx%s", spool_start,
	    SPOOL_DIGITS, (unsigned long long)number, spool_end);
}

static bool
begins_as_spool(const char *name, char after)
{
	size_t n = strlen(spool_start), end = strlen(spool_end);

	return strncmp(name, spool_start, n) == 0 &&
	       strspn(name + n, "0123456789abcdef") == SPOOL_DIGITS &&
	       strncmp(name + n + SPOOL_DIGITS, spool_end, end) == 0 &&
	       name[n + SPOOL_DIGITS + end] == after;
}

bool
file_name_is_spool(const char *name)
{
	return begins_as_spool(name, '\0');
}

const char *
file_name_spooled(const char *path)
{
	size_t n = FILE_NAME_SPOOL_SIZE - 1;
	const char *slash = strrchr(path, '/');

	if (slash == NULL || (size_t)(slash - path) < n + 1 ||
	    slash[-(ptrdiff_t)n - 1] != '/')
		return NULL;
	return begins_as_spool(slash - n, '/') ? slash - n : NULL;
}
