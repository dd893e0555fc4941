#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Notes to oneself: kept, found, changed, exported, and sent to nobody."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from terminals import Tmux

lab.enter()

NAME = "note-to-self"


def log(ns, home, *words):
    """What it prints, by lines."""
    done = subprocess.run(
        [lab.program, "--home", home, "log", *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=lab.DEADLINE, preexec_fn=lab.child_setup(ns))
    check(done.returncode == 0, "%s: %s" % (words, done))
    return done.stdout.splitlines()


def texts(ns, home, *words):
    return [json.loads(line)["text"]
            for line in log(ns, home, "--json", *words)]


def noted(mira, text):
    mark = mira.mark()
    mira.send("/msg %s %s" % (NAME, text))
    return mira.expect("delivery", mark, state="delivered",
                       to=NAME)["message"]


def plain():
    _, hosts = lab.lan_of(2)
    mira, bob = [Earshot(ns, n) for ns, n in zip(hosts, ("mira", "bob"))]
    ns, home = hosts[0], mira.home
    lab.meet(mira, bob)
    first = noted(mira, "buy mlik")
    noted(mira, "call the plumber")
    check(not mira.all("peer", name=NAME), "the notes are no peer")
    mira.send("/query %s" % NAME)
    mira.send("/edit #2 buy milk")
    mira.expect("revised", message=first, kind="edit", text="buy milk",
                conversation=NAME)
    check(texts(ns, home, NAME) == ["buy milk", "call the plumber"],
          "edited, in the log")
    check(texts(ns, home, "--search", "milk") == ["buy milk"], "found")
    lines = log(ns, home)
    check(lines[0].endswith(" me to %s: buy milk (edited)" % NAME),
          "%s" % lines)
    one = json.loads(log(ns, home, "--json")[0])
    check(one["conversation"] == NAME and one["from"] == "me" and
          one["delivery"] == "delivered", "members: %s" % one)
    mira.quit()
    mira = Earshot(ns, "mira", home_dir=home)
    noted(mira, "a third one")
    path = os.path.join(lab.work, "notes.txt")
    mira.send("/query %s" % NAME)
    mira.send("/export %s" % path)
    mira.expect("info", command="/export %s" % path)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    check([line[16:] for line in text.splitlines()] ==
          [" me: buy milk (edited)", " me: call the plumber",
           " me: a third one"], "exported: %s" % text)
    bob.sync()
    check(not bob.all("message"), "bob heard nothing of it")
    mira.quit()
    bob.quit()


def screen():
    _, hosts = lab.lan_of(1)
    term = Tmux(hosts[0], 80, 24)
    home = lab.home("mira")
    term.type("%s --home %s --interface eth0 --name mira"
              % (lab.program, home), "Enter")
    term.expect("Your name here")
    term.expect(NAME)
    term.keys("M-0")
    term.expect("No notes yet")
    term.type("remember the milk", "Enter")
    term.expect("✓")
    term.expect("remember the milk")
    term.keys("M-1")
    term.expect("nearby>")
    term.type("/query note", "Enter")
    term.expect("remember the milk")
    term.type("/quit", "Enter")
    term.left()
    check(texts(hosts[0], home, NAME) == ["remember the milk"], "kept")


lab.run(plain, screen)
