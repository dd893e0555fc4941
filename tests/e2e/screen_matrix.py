#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every kind of terminal, locale, colour and size: it starts, is used, and
leaves no trace; or speaks in lines; or says in a sentence why it cannot."""
import os
import re
import sys
import termios

sys.dont_write_bytecode = True
import lab
from lab import check
from stream import judge_end
from terminals import Pty

lab.enter()

TERMS = ("xterm", "xterm-256color", "tmux-256color", "screen", "linux", "vt100",
         "dumb", "unknown")
LOCALES = ("C", "C.UTF-8", "de_DE.UTF-8")
SIZES = ((80, 24), (40, 12), (120, 40), (12, 3))
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])"
                    r"(?:;[0-9;]*)?m")
TYPED = "xyz"


def cases():
    """All of them; or every size of each terminal, with the rest in turn."""
    for i, term in enumerate(TERMS):
        for k, size in enumerate(SIZES):
            for locale in LOCALES if lab.LONG else (LOCALES[(i + k) % 3],):
                for no_color in ("", "1") if lab.LONG else (
                        ("", "1")[(i // 3 + k) % 2],):
                    yield term, locale, no_color, size


def refuse(mira, term):
    """A sentence, a way out, and nothing else."""
    status = mira.wait()
    text = mira.output.decode()
    check(status != 0, "%s: status %d" % (term, status))
    check(term in text and "earshot --plain" in text, "%s: %s" % (term, text))
    check("\x1b" not in text, "%s: %r" % (term, text))
    lab.count("refused")


def speak(mira):
    """A terminal that cannot place text gets lines, and no sequence."""
    mira.expect("you are mira")
    mira.type("/quit\n")
    status = mira.wait()
    check(status == 0, "status %d" % status)
    check(b"\x1b" not in mira.output, "%r" % mira.output)
    lab.count("lines spoken")


def use(mira, locale, no_color, size):
    # The cursor is at the place where one types.
    mira.expect("\r" if size[1] < 4 else "F1")
    before = len(mira.output)
    mira.type(TYPED)
    for c in TYPED:
        mira.expect(c, before)
    mira.quiet(0.05)
    mira.type("\x15/quit\r")
    status = mira.wait()
    check(status == 0, "status %d" % status)
    text = judge_end(mira.output)
    if no_color:
        check(not COLOUR.search(text), "a colour: %r" % COLOUR.search(text))
    if locale == "C":
        first = text.find("\x1b[0m", text.find("\x1b[8m"))
        check(text[max(first, 0):].isascii(), "not ASCII")
    lab.count("used")


def one(host, path, term, locale, no_color, size):
    mira = Pty(host, ["--home", path, "--interface", "eth0", "--name", "mira"],
               columns=size[0], rows=size[1],
               env={"TERM": term, "LC_ALL": locale, "NO_COLOR": no_color})
    # Its settings can be looked at as long as somebody has it open.
    slave = os.open(mira.path, os.O_RDWR | os.O_NOCTTY)
    try:
        if term == "unknown":
            refuse(mira, term)
        elif term == "dumb":
            speak(mira)
        else:
            use(mira, locale, no_color, size)
        check(termios.tcgetattr(slave) == mira.before, "the line: %s" % term)
    finally:
        os.close(slave)
        os.close(mira.master)


def matrix():
    _, (host,) = lab.lan_of(1)
    path = lab.home("mira")
    for case in cases():
        try:
            one(host, path, *case)
        except lab.Failure as e:
            raise lab.Failure("TERM=%s LC_ALL=%s NO_COLOR=%s %s: %s"
                              % (*case, e)) from None


lab.run(matrix)
