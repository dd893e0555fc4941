#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A terminal that changes its size all the time, and one that stops, while
messages come in. SEED=N makes the storm of that number alone."""
import fcntl
import os
import random
import signal
import struct
import sys
import termios
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from stream import judge_end
from terminals import Pty, Tmux

lab.enter()

# Those of every day; a long run draws more.
SEEDS = (1, 2, 3)
DRAWN = 3
STEPS = 1000 if lab.LONG else 150
STEP_S = 0.01
STALL_S = 5 if lab.LONG else 1
WORDS = ("hello", "漢字漢字", "👩\u200d👩\u200d👧", "e\u0301e\u0301", "שלום",
         "a-very-long-word-without-any-place-to-break-" * 3, "x")


def delivered(bob):
    bob.mark()
    return len(bob.all("delivery", state="delivered"))


def words(chance):
    return " ".join(
        chance.choice(WORDS) for _ in range(chance.randrange(1, 12)))


def talk(bob, number, text):
    bob.send("/msg mira %d %s" % (number, text))


def pair():
    _, (host, far) = lab.lan_of(2)
    bob = Earshot(far, "bob")
    mira = Pty(host, ["--home", lab.home("mira"), "--interface", "eth0",
                      "--name", "mira"])
    bob.expect("peer", name="mira")
    mira.expect("bob")
    mira.type("\0332hello\r")
    bob.expect("message", text="hello")
    return mira, bob


def set_size(mira, columns, rows):
    fcntl.ioctl(mira.master, termios.TIOCSWINSZ,
                struct.pack("HHHH", rows, columns, 0, 0))


def seeds():
    given = os.environ.get("SEED")
    if given:
        return (int(given),)
    drawn = [random.randrange(1 << 32) for _ in range(DRAWN)]
    return SEEDS + tuple(drawn if lab.LONG else ())


def storm_of(seed):
    """A part whose name tells how to have it again."""
    def part():
        storm(random.Random(seed))
    part.__name__ = "storm, SEED=%d" % seed
    return part


def storm(chance):
    """Any size after any other, keys and messages in between; what is drawn
    does not depend on how quick anybody is."""
    mira, bob = pair()
    keys = ("a", "\x7f", "\033[5~", "\033[6~", "\033OP", "\033", "\t", "\x12",
            "\x13", "\0331", "\0332", "\x15", "\033\r", "漢", "\033[1;5A")
    sent = 0
    for _ in range(STEPS):
        set_size(mira, chance.randrange(1, 301), chance.randrange(1, 101))
        text = words(chance) if chance.random() < 0.3 else None
        if text and sent - delivered(bob) < 300:
            talk(bob, sent, text)
            sent += 1
        if chance.random() < 0.2:
            mira.type(chance.choice(keys))
        due = time.monotonic() + STEP_S
        while time.monotonic() < due:
            check(mira.pump(STEP_S / 4), "it has ended")
    lab.count("sizes", STEPS)
    lab.count("messages", sent)
    set_size(mira, 80, 24)
    mira.type("\033\033\033\x15\0332\x15\033[1;3F")
    lab.wait_until(lambda: mira.pump() and delivered(bob) == sent,
                   "all of %d delivered" % sent)
    before = len(mira.output)
    bob.send("/msg mira 1234567890")
    # It has caught up, and owes no frame.
    mira.expect("1234567890", before, timeout=3 + lab.SLACK)
    mira.process.send_signal(signal.SIGTERM)
    check(mira.wait() == 0, "status")
    judge_end(mira.output)


def in_tmux():
    """The same with somebody who says what is to be seen at the end."""
    _, (host, far) = lab.lan_of(2)
    bob = Earshot(far, "bob")
    term = Tmux(host)
    term.type("%s --home %s --interface eth0 --name mira"
              % (lab.program, lab.home("mira")), "Enter")
    bob.expect("peer", name="mira")
    term.expect("bob")
    term.keys("M-2")
    term.expect("bob>")
    term.type("hello", "Enter")
    bob.expect("message", text="hello")
    chance = random.Random(4)
    for i in range(400 if lab.LONG else 60):
        term.resize(chance.randrange(1, 301), chance.randrange(1, 101))
        talk(bob, i, words(chance))
        lab.count("sizes")
    term.resize(80, 24)
    bob.send("/msg mira the storm is over")
    term.whole("the storm is over")
    for columns, rows in ((40, 12), (120, 40), (12, 3), (80, 24)):
        term.resize(columns, rows)
        term.expect("over")
    term.whole("over")


def stalled():
    """Nobody reads the terminal for seconds; the other end does not notice."""
    mira, bob = pair()
    chance = random.Random(7)
    end = time.monotonic() + STALL_S
    sent = 0
    slowest = 0
    while time.monotonic() < end:
        begin = time.monotonic()
        talk(bob, sent, words(chance))
        sent += 1
        # Acknowledged, though no frame can be shown.
        lab.wait_until(lambda: delivered(bob) >= sent, "message %d" % sent)
        slowest = max(slowest, time.monotonic() - begin)
    lab.count("messages", sent)
    print("%d messages in %d s, the slowest took %.0f ms" % (
        sent, STALL_S, slowest * 1000))
    mira.type("awake\r")
    before = len(mira.output)
    bob.send("/msg mira good morning")
    mira.expect("good morning", before)
    bob.expect("message", text="awake")
    mira.type("/quit\r")
    check(mira.wait() == 0, "status")
    judge_end(mira.output)


lab.run(*map(storm_of, seeds()), in_tmux, stalled)
