#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The walk of doc/TUTORIAL, key by key, with real people at the other ends."""
import os
import signal
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


def plant(where, name):
    folder = os.path.join(where, name)
    os.makedirs(os.path.join(folder, "a", "empty"))
    for i in range(20):
        with open(os.path.join(folder, "a", "%d.jpg" % i), "wb") as f:
            f.write(b"%d" % i * 10000)
    return folder


def content(folder):
    found = {}
    for at, folders, files in os.walk(folder):
        below = os.path.relpath(at, folder)
        found[below] = None
        for name in files:
            with open(os.path.join(at, name), "rb") as f:
                found[os.path.join(below, name)] = f.read()
    return found


def config(home):
    path = os.path.join(home, "config")
    if not os.path.exists(path):
        return ""
    with open(path) as f:
        return f.read()


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
    # A folder of ours, and one of hers that is paused and gone on with.
    term.keys("M-g")
    term.type("ana", "Enter")
    term.expect("ana>")
    photos = plant(home, "photos")
    mark = ana.mark()
    term.type("/send %s" % photos, "Enter")
    term.expect("waits for ana")
    offer = ana.expect("transfer", mark, name="photos", state="offered")
    check(offer["folder"], offer)
    ana.send("/get %s %s" % (offer["transfer"], ana.home))
    term.expect("ana has it")
    check(content(os.path.join(ana.home, "photos")) == content(photos),
          "the folder")
    ana.send("/send --to mira %s" % plant(ana.home, "holiday"))
    term.expect("/get f2")
    ana.signal(signal.SIGSTOP)
    term.type("/get f2", "Enter")
    term.expect("waits for ana")
    term.type("/pause f2", "Enter")
    term.expect("paused by you; /resume f2")
    ana.signal(signal.SIGCONT)
    term.type("/resume f2", "Enter")
    term.expect("/open f2")
    check(content(os.path.join(home, "downloads", "holiday")) ==
          content(photos), "her folder")
    term.keys("F5")
    term.expect("files")
    term.expect("o open")
    term.keys("Escape")
    term.expect(gone("o open"))
    # What was said is found.
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
    lab.wait_until(lambda: "look.theme light" in config(home), "it is kept")
    # And out.
    term.keys("C-c")
    term.expect("ana> /quit")
    term.keys("Enter")
    term.left()
    for p in (ana, bob):
        p.expect("peer", name="mira", state="offline")
        p.quit()


lab.run(walk)
