#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A long history becomes a file while everything else goes on."""
import contextlib
import itertools
import os
import signal
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()

NOTES = 20000
AT_ONCE = 2000
LEAST = len("2026-11-20 10:00 me to note-to-self: note 0\n")
NAME = "note-to-self"
BUSY = "too many exports"


def somebody():
    """With much to say to herself."""
    _, (host,) = lab.lan_of(1)
    mira = Earshot(host, "mira")
    for first in range(0, NOTES, AT_ONCE):
        mira.send(*("/msg %s note %d" % (NAME, i)
                    for i in range(first, first + AT_ONCE)))
        mira.sync()
    lab.count("messages", NOTES)
    return mira


def place(name):
    folder = os.path.join(lab.work, name)
    os.mkdir(folder)
    return folder


def lines(path):
    with open(path) as f:
        return sum(1 for _ in f)


def size_so_far(mira, folder):
    """Of the file in there that has no name yet; None: there is none."""
    at = "/proc/%d/fd" % mira.pid
    for fd in os.listdir(at):
        with contextlib.suppress(OSError):
            path = os.path.join(at, fd)
            if os.readlink(path).startswith(folder + "/"):
                return os.stat(path).st_size
    return None


def stopped_at_it(mira, folder):
    """The line that asked for what is not half written."""
    for n in itertools.count():
        path = os.path.join(folder, "%d.txt" % n)
        line = "/export " + path
        mira.send(line)
        lab.wait_until(lambda: size_so_far(mira, folder) is not None or
                       os.path.exists(path), "it began")
        mira.signal(signal.SIGSTOP)
        size = size_so_far(mira, folder)
        if size is not None and size < NOTES * LEAST / 2:
            return line
        mira.signal(signal.SIGCONT)
        mira.expect("info", command=line)
        os.unlink(path)


def beside_all_else():
    """What is typed next is done at once; /forget and /quit, too, change
    nothing of what was asked for before them."""
    mira = somebody()
    folder = place("beside")
    paths = [os.path.join(folder, n) for n in ("a.txt", "b.json", "a.txt")]
    asked = ["/export %s%s" % ("-json " if p.endswith("json") else "", p)
             for p in paths]
    mark = mira.mark()
    mira.send(asked[0], asked[1], "/nosuch", "/forget conversation " + NAME,
              "/msg %s afterwards" % NAME, "/quit", "/quit")
    check(mira.wait() == 0, "status")
    events = mira.events[mark:]
    order = [e.get("command") for e in events]
    written = [e["text"] for e in events
               if e["event"] == "info" and e["command"] in asked]
    check(len(written) == 2 and all(t.startswith("%d messages" % NOTES)
                                    for t in written), "%s" % written)
    check(order.index("/nosuch") < order.index(asked[0]), "%s" % order)
    check([lines(p) for p in paths[:2]] == [NOTES] * 2, "all of them")
    check(sorted(os.listdir(folder)) == ["a.txt", "b.json"],
          "no other file: %s" % os.listdir(folder))


def refused():
    """A second one of the same name, and one too many."""
    mira = somebody()
    folder = place("refused")
    asked = ["/export %s/%d.txt" % (folder, i % 4) for i in range(6)]
    mira.send(*asked)
    for line in asked[:4]:
        mira.expect("info", command=line)
    for line in asked[:2]:
        check(BUSY in mira.expect("error", command=line)["text"], line)
    mark = mira.mark()
    asked = ["/export %s/%s.txt" % (folder, n) for n in "xx"]
    mira.send(*asked)
    mira.expect("info", mark, command=asked[0])
    no = mira.expect("error", mark, command=asked[1])["text"]
    check("exists already" in no, no)
    check(lines(os.path.join(folder, "x.txt")) == NOTES, "the first")
    mira.quit()


def given_up():
    """Who is told twice to end says that it is not whole; who is killed says
    nothing. No file is left of either."""
    for name, numbers in (("twice", (signal.SIGTERM, signal.SIGINT)),
                          ("killed", (signal.SIGKILL,))):
        mira = somebody()
        folder = place(name)
        line = stopped_at_it(mira, folder)
        for number in numbers + (signal.SIGCONT,):
            mira.signal(number)
        status = mira.wait()
        check(status == (0 if name == "twice" else -signal.SIGKILL),
              "%s: %s" % (name, status))
        check(os.listdir(folder) == [], "nothing is left")
        if name == "twice":
            no = mira.expect("error", command=line)["text"]
            check("not whole" in no, no)


lab.run(beside_all_else, refused, given_up)
