#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The walk of doc/TUTORIAL, key by key, with real people at the other ends."""
import os
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from terminals import Tmux

lab.enter()


def gone(text):
    def wanted(rows):
        return not any(text in row for row in rows)
    wanted.__doc__ = "no %s" % text
    return wanted


def walk():
    _, hosts = lab.lan_of(3)
    ana, bob = [Earshot(ns, n) for ns, n in zip(hosts[1:], ("ana", "bob"))]
    term = Tmux(hosts[0], 80, 24)
    home = lab.home("mira")
    term.type("%s --home %s --interface eth0 --name mira"
              % (lab.program, home), "Enter")
    term.expect("Your name here")
    # Who is there, and a talk with one of them.
    term.expect("ana")
    term.expect("bob")
    term.keys("M-g")
    term.type("ana", "Enter")
    term.expect("No messages with ana yet")
    # Two lines, one message.
    mark = ana.mark()
    term.type("yes, all green.")
    term.keys("C-j")
    term.type("three flaky tests though", "Enter")
    term.expect("✓")
    got = ana.expect("message", mark)
    check(got["text"] == "yes, all green.\nthree flaky tests though",
          "one message of two lines: %s" % got)
    term.expect("✓")
    # The unread one is found.
    mine = bob.expect("peer", name="mira")
    bob.send("/msg %s lunch?" % mine["id"])
    bob.send("/msg %s or at one, the queue is long" % mine["id"])
    term.expect("bob(2)")
    term.keys("M-a")
    term.expect("2 new")
    term.expect("or at one, the queue is long")
    # It is answered, and the one before reacted to.
    mark = bob.mark()
    term.keys("Escape")
    term.expect("r reply")
    term.keys("r")
    term.type("at one", "Enter")
    got = bob.expect("message", mark, text="at one")
    check(got.get("reply_to") is not None, "an answer: %s" % got)
    mark = bob.mark()
    term.keys("Escape")
    term.expect("r reply")
    term.keys("k", "+")
    term.expect("react:")
    term.keys("1")
    got = bob.expect("revised", mark)
    check("👍" in str(got), "a reaction: %s" % got)
    term.expect("👍")
    # What was said is found.
    term.keys("M-g")
    term.type("ana", "Enter")
    term.expect("ana>")
    term.keys("C-s")
    term.type("flaky")
    term.expect("1 of 1")
    term.keys("Escape")
    # Quicker than that, Esc and a slash are Alt-/.
    term.expect(gone("find:"))
    # One of them is silent for an hour.
    term.type("/mute bob 1h", "Enter")
    term.expect("bob is muted for 60 minutes")
    # The colours.
    term.type("/theme light", "Enter")
    term.expect("look.theme")
    with open(os.path.join(home, "config")) as f:
        check("look.theme light" in f.read(), "it is kept")
    # And out.
    term.keys("C-c")
    term.expect("ana> /quit")
    term.keys("Enter")
    lab.wait_until(lambda: term.ask("alternate_on") == "0", "the shell")
    for p in (ana, bob):
        p.expect("peer", name="mira", state="offline")
        p.quit()


lab.run(walk)
