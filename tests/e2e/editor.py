#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The draft in $EDITOR, while the network goes on."""
import os
import stat
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from terminals import Tmux

lab.enter()

EDITOR = """#!/usr/bin/env python3
import os, stat, sys
option, path = sys.argv[1:]
mode = stat.S_IMODE(os.stat(path).st_mode)
print("EDITOR", option, oct(mode), open(path).read())
order = input()
if order == "fail":
    sys.exit(3)
open(path, "w").write(order.replace("|", "\\n") + "\\n")
"""


def screen(editor):
    _, hosts = lab.lan_of(2)
    bob = Earshot(hosts[1], "bob")
    term = Tmux(hosts[0], 80, 24, {"EDITOR": editor})
    term.home = lab.home("mira")
    term.type("%s --home %s --interface eth0 --name mira"
              % (lab.program, term.home), "Enter")
    bob.expect("peer", name="mira")
    term.expect("bob")
    term.type("/query bob", "Enter")
    term.expect("No messages with bob")
    return term, bob


def drafts(term):
    return [n for n in os.listdir(term.home) if n.startswith("draft")]


def edits():
    path = os.path.join(lab.home("tools"), "editor")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(EDITOR)
        os.fchmod(f.fileno(), stat.S_IRWXU)
    term, bob = screen(path + " --wait")
    term.type("one ; $(id)")
    term.keys("M-e")
    term.expect("EDITOR --wait 0o600 one ; $(id)")
    # The network goes on: what comes is stored and acknowledged.
    mark = bob.mark()
    bob.send("/msg mira are you there?")
    bob.expect("delivery", mark, state="delivered")
    term.type("first|second", "Enter")
    term.expect("are you there?")
    term.expect("second")
    check(drafts(term) == [], "no draft is left: %s" % drafts(term))
    term.keys("Enter")
    check(bob.expect("message", mark)["text"] == "first\nsecond", "two lines")
    # What fails leaves the draft as it was.
    term.type("keep me")
    term.keys("M-e")
    term.expect("EDITOR --wait 0o600 keep me")
    term.type("fail", "Enter")
    term.expect("the editor ended with status 3")
    term.expect("keep me")
    check(drafts(term) == [], "no draft is left: %s" % drafts(term))
    bob.quit()


def none():
    term, bob = screen("no-such-editor-here")
    term.type("keep me")
    term.keys("M-e")
    term.expect("no-such-editor-here is not installed")
    term.expect("keep me")
    check(drafts(term) == [], "no draft is left: %s" % drafts(term))
    bob.quit()


lab.run(edits, none)
