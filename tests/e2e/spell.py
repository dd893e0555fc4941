#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Words of the draft that a speller does not know are underlined."""
import os
import re
import shutil
import stat
import sys

sys.dont_write_bytecode = True
import lab
from lab import check
from terminals import Tmux

lab.enter()

SPELLER = """#!/usr/bin/env python3
import os, sys
print("@(#) International Ispell Version 3.1 (but really a test)", flush=True)
with open(os.environ["SPELLED"], "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
    for line in sys.stdin:
        word = line.rstrip("\\n")
        log.write(word + "\\n")
        log.flush()
        print("# %s 0" % word[1:] if "q" in word else "*")
        print(flush=True)
"""


def begin(path, spell):
    """Notes to oneself, with the programs of that path."""
    ns = lab.lan_of(1)[1][0]
    term = Tmux(ns, 80, 24)
    home = lab.home("mira")
    term.type("PATH=%s SPELLED=%s/spelled %s --home %s --name mira"
              % (path, lab.work, lab.program, home), "Enter")
    term.expect("note-to-self")
    term.keys("M-0")
    term.expect("note-to-self>")
    term.type("/set edit.spell %s" % spell, "Enter")
    term.expect("edit.spell")
    return term


def underlined(term, word):
    def look():
        return re.search("\x1b\\[4m(?:\x1b\\[[0-9;]*m)*" + word,
                         term.bytes()) is not None
    return look


def end(term):
    term.keys("C-u")
    term.type("/quit", "Enter")
    term.left()


def fake():
    tools = lab.home("tools")
    path = os.path.join(tools, "aspell")
    spelled = os.path.join(lab.work, "spelled")
    with open(path, "w") as f:
        f.write(SPELLER)
        os.fchmod(f.fileno(), stat.S_IRWXU)
    term = begin(tools + ":" + os.environ["PATH"], "de_DE")
    term.type("gut unqut --lang schlecht")
    lab.wait_until(underlined(term, "unqut"), "unqut underlined")
    with open(spelled) as f:
        lines = f.read().split("\n")
    check(lines[0] == "-a --encoding=utf-8 -l de_DE", lines[0])
    check(lines[1:3] == ["^gut", "^unqut"], "each word behind ^: %s" % lines)
    check("^schlecht" not in lines, "a word that is not finished: %s" % lines)
    end(term)


def none():
    tools = lab.home("empty")
    term = begin(tools, "auto")
    term.type("some words here ")
    term.expect("neither aspell nor hunspell is installed")
    term.expect("some words here")
    end(term)


def real():
    if shutil.which("aspell") is None:
        lab.note("no aspell here")
        return
    term = begin(os.environ["PATH"], "en_US")
    term.type("this is wronng indeed ")
    lab.wait_until(underlined(term, "wronng"), "wronng underlined")
    end(term)


lab.run(fake, none, real)
