#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One message at a time: what is selected on the screen is answered, edited,
taken back and reacted to at the other end, and nothing else is."""
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from terminals import Tmux

lab.enter()


class Mira:
    """earshot on the screen of a tmux, in the conversation with bob."""

    def __init__(self, size):
        _, (near, far) = lab.lan_of(2)
        self.bob = Earshot(far, "bob")
        self.term = Tmux(near, *size)
        self.term.type("%s --home %s --interface eth0 --name mira"
                       % (lab.program, lab.home("mira")), "Enter")
        self.bob.expect("peer", name="mira")
        self.sees("F1")
        self.term.type("/query bob", "Enter")
        self.sees("bob")
        self.bob.send("/query mira")

    def sees(self, *texts):
        """All of them, in any row."""
        return self.term.expect(lambda rows: all(
            any(text in row for row in rows) for text in texts))

    def lacks(self, text):
        return self.term.expect(
            lambda rows: not any(text in row for row in rows))

    def hears(self, text):
        at = self.bob.mark()
        self.bob.send(text)
        event = self.bob.expect("delivery", at, state="delivered")
        self.sees(text)
        return event["message"]

    def select(self, *letters):
        self.term.keys("M-v")
        self.sees("Esc")
        for letter in letters:
            self.term.type(letter)


def verbs(size):
    mira = Mira(size)
    bob, term = mira.bob, mira.term
    first = mira.hears("first question")
    mira.hears("second question")
    # An answer goes to what was selected, and the draft is kept for it.
    term.type("to the ")
    mira.select("k", "r")
    mira.sees("replying to bob", "first question")
    at = bob.mark()
    term.type("first", "Enter")
    event = bob.expect("message", at, text="to the first")
    check(event["reply_to"] == first, "it answers another: %s" % event)
    mira.lacks("replying")
    mira.sees("> bob: first question")
    # An edit, one that is given up, and what was typed before.
    term.type("a draft")
    mira.select("e")
    mira.sees("editing")
    term.keys("Escape")
    mira.lacks("editing")
    mira.sees("> a draft")
    mira.select("e")
    at = bob.mark()
    term.type("!", "Enter")
    bob.expect("revised", at, text="to the first!")
    mira.sees("to the first!", "> a draft")
    # A reaction, by digit and by name.
    mira.select("k", "+", "1")
    bob.expect("revised", at, text="\U0001F44D")
    mira.sees("\U0001F44D")
    mira.select("k", "+")
    term.type(":tada:", "Enter")
    bob.expect("revised", at, text="\U0001F389")
    # Taken back after a question, and not before.
    mira.select("d", "n")
    term.keys("Escape")
    mira.sees("to the first!")
    mira.select("d", "y")
    mira.sees("(deleted)")
    lab.count("verbs", 6)
    # As plain text, and back.
    term.keys("M-l")
    mira.lacks("F1")
    rows = mira.sees("second question")
    check(not any("│" in row for row in rows), "bare: %s" % rows)
    term.keys("Enter")
    mira.sees("F1", "> a draft")


def small():
    verbs((40, 12))


def large():
    verbs((120, 40))


lab.run(large, small)
