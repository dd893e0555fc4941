#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Screens beside a running earshot: they come and go, are killed and stopped,
and it goes on; and what one shows the others show, too."""
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, Failure, check
from terminals import Pty, Tmux, has_mark

lab.enter()

TIMES = 50
FLOOD = 900
SHOWN, SIZE, PRESS = 19, 17, 16


class Headless:
    """mira, without a screen of her own."""

    def __init__(self, ns, name="mira"):
        self.home = lab.home(name)
        self.words = ["--home", self.home, "--interface", "eth0", "--name",
                      name]
        self.process = subprocess.Popen(
            [lab.program, "--headless", *self.words],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, preexec_fn=lab.child_setup(ns))
        lab.helpers.append(self.process)
        self.control = os.path.join(self.home, "control")
        lab.wait_until(lambda: os.path.exists(self.control),
                       "a control socket")

    def is_alive(self):
        return self.process.poll() is None

    def files(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def memory_kib(self):
        with open("/proc/%d/status" % self.process.pid) as f:
            return next(int(line.split()[1]) for line in f
                        if line.startswith("VmRSS:"))

    def end(self):
        self.process.terminate()
        check(self.process.wait(lab.DEADLINE) == 0, "it ends well")


def company():
    _, hosts = lab.lan_of(2)
    mira = Headless(hosts[0])
    bob = Earshot(hosts[1], "bob")
    bob.expect("peer", name="mira")
    return hosts, mira, bob


def attach(ns, home, columns=80, rows=24, before="", env=None):
    term = Tmux(ns, columns, rows, env)
    term.type("%s%s --home %s" % (before, lab.program, home), "Enter")
    on_screen(term)
    return term


def on_screen(term):
    term.wait_for("alternate_on", "1")


def left(term):
    term.left()


def clients(home):
    """The processes that are screens of it."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                words = f.read().decode(errors="replace").split("\0")
        except OSError:
            continue
        if (words[0] == lab.program and home in words and
                "--headless" not in words):
            found.append(int(pid))
    return sorted(found)


def agree():
    """Two of different sizes and kinds show the same."""
    hosts, mira, bob = company()
    wide = attach(hosts[0], mira.home)
    small = attach(hosts[0], mira.home, 40, 12, before="TERM=xterm ")
    wide.expect("bob")
    bob.send("/msg mira to both of you")
    wide.expect(lambda rows: any("bob" in r and "1│" in r for r in rows))
    small.expect("bob(1)")
    # Read on one, it is read on the other.
    small.type("/query bob", "Enter")
    small.expect("to both of you")
    wide.expect(lambda rows: any("bob" in r for r in rows) and
                not any("1│" in r for r in rows))
    wide.type("/query bob", "Enter")
    wide.expect("to both of you")
    # What is sent on one is sent on the other.
    small.type("from the small one", "Enter")
    bob.expect("message", text="from the small one")
    for term in (wide, small):
        term.expect(has_mark("from the small one", "✓"))
    wide.type("from the wide one", "Enter")
    bob.expect("message", text="from the wide one")
    for term in (wide, small):
        term.expect(has_mark("from the wide one", "✓"))
    wide.whole()
    small.resize(60, 20)
    small.expect(lambda rows: len(rows) == 20 and any(
        "from the wide one" in r for r in rows))
    # What is typed on one and not sent waits on the other.
    wide.type("a draft of both")
    wide.expect("bob> a draft of both")
    small.expect("a draft of both")
    wide.keys("C-a", "C-k")
    small.expect(lambda rows: not any("a draft of both" in r for r in rows))
    small.type("/quit", "Enter")
    left(small)
    small.expect("earshot goes on without this screen")
    check(mira.is_alive(), "one screen was left, no more")
    bob.send("/msg mira still there?")
    bob.expect("delivery", state="delivered")
    wide.expect("still there?")
    wide.type("/quit --all", "Enter")
    left(wide)
    wide.expect("earshot has ended")
    check(mira.process.wait(lab.DEADLINE) == 0, "all of it was left")
    bob.expect("peer", name="mira", state="offline")
    bob.quit()


def comes_back():
    """What was typed is kept, what came meanwhile is there."""
    hosts, mira, bob = company()
    term = attach(hosts[0], mira.home)
    term.expect("bob")
    term.type("/query bob", "Enter")
    term.expect("bob>")
    term.type("half a sent")
    term.expect("bob> half a sent")
    # Nothing was stored of it yet: the terminal goes away under it.
    term("kill-server")
    lab.wait_until(lambda: clients(mira.home) == [], "no screen is left")
    check(mira.is_alive(), "a terminal was closed, no more")
    bob.send("/msg mira while you were away")
    bob.expect("delivery", state="delivered")
    term = attach(hosts[0], mira.home)
    term.expect(lambda rows: any("bob" in r and "1│" in r for r in rows))
    term.type("/query bob", "Enter")
    term.expect("while you were away")
    term.expect("bob> half a sent")
    # A key stops it as a shell would, and it comes back.
    term.keys("C-z")
    left(term)
    bob.send("/msg mira while it was stopped")
    term.type("fg", "Enter")
    on_screen(term)
    term.expect("while it was stopped")
    term.keys("C-u")
    term.type("/quit", "Enter")
    left(term)
    mira.end()
    bob.quit()


def killed():
    """A screen that is killed or stopped holds up nobody."""
    hosts, mira, bob = company()
    term = attach(hosts[0], mira.home)
    term.expect("bob")
    (pid,) = clients(mira.home)
    os.kill(pid, signal.SIGKILL)
    lab.wait_until(lambda: clients(mira.home) == [], "no screen is left")
    check(mira.is_alive(), "a screen was killed, no more")
    other = attach(hosts[0], mira.home)
    other.expect("bob")
    other.type("/query bob", "Enter")
    other.expect("bob>")
    # A stranger would have to go slowly.
    other.type("you may write", "Enter")
    bob.expect("message", text="you may write")
    (pid,) = clients(mira.home)
    before = mira.memory_kib()
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    mark = bob.mark()
    for i in range(FLOOD):
        bob.send("/msg mira flood %d" % i)
        lab.pump()
    bob.send("/msg mira the last of them")

    def is_delivered():
        lab.pump()
        return len(bob.all("delivery", mark, state="delivered")) > FLOOD
    lab.wait_until(is_delivered, "all of them delivered")
    lab.count("messages beside a stopped screen", FLOOD + 1)
    print("%d messages in %.1f s" % (FLOOD, time.monotonic() - began))
    # What nobody could see was not read.
    check(not bob.all("delivery", mark, state="read"), "nothing was read")
    if not lab.sanitized():
        check(mira.memory_kib() - before < 16 * 1024,
              "%d KiB more" % (mira.memory_kib() - before))
    second = attach(hosts[0], mira.home)
    second.type("/query bob", "Enter")
    second.expect("the last of them")
    second.type("/quit", "Enter")
    left(second)
    # Its shell has the terminal, and the modes of it.
    other.type("fg", "C-j")
    other.expect("the last of them")
    other.type("/quit", "Enter")
    left(other)
    mira.end()
    bob.quit()


def hung():
    """A terminal that takes nothing holds up neither its screen nor earshot."""
    hosts, mira, bob = company()
    pty = Pty(hosts[0], ["--home", mira.home])
    pty.expect("bob")
    pty.type("\0332you may write\r")
    bob.expect("message", text="you may write")

    def say(first, count):
        mark = bob.mark()
        for i in range(count):
            bob.send("/msg mira %s" % (chr(first + i) * 600))

        def are_delivered():
            lab.pump()
            return len(bob.all("delivery", mark, state="delivered")) == count
        lab.wait_until(are_delivered, "%d messages delivered" % count)
        lab.count("messages beside a hung terminal", count)

    # It is full when screenfuls add nothing to what waits in it.
    idle = said = 0
    while idle < 3:
        before, said = pty.waiting(), said + 1
        say(0x4e00 + said, 1)
        try:
            lab.wait_until(lambda: pty.waiting() > before, "", 0.1)
            idle = 0
        except Failure:
            idle += 1
    say(0x6e00, 200)
    pty.expect(chr(0x6e00 + 199) * 20)
    pty.type("still here\r")
    bob.expect("message", text="still here")
    say(0x5e00, 50)
    (pid,) = clients(mira.home)
    os.kill(pid, signal.SIGTERM)
    lab.wait_until(lambda: pty.process.poll() is not None,
                   "the end of a screen without a reader")
    check(pty.process.returncode == 0, "status")
    mira.end()
    bob.quit()


def many_times():
    """Fifty screens one after the other leave nothing behind."""
    hosts, mira, bob = company()
    sizes = []
    for i in range(TIMES):
        pty = Pty(hosts[0], ["--home", mira.home], 80 - i % 40, 24 - i % 12)
        pty.expect("bob")
        pty.type("/quit\r")
        check(pty.wait() == 0, "it was left: %r" % pty.output[-500:])
        check("goes on without this screen" in pty.output.decode(
            errors="replace"), "it says so")
        os.close(pty.master)
        sizes.append((mira.files(), mira.memory_kib()))
        lab.count("screens that came and went")
    # The descriptor of one that has just gone may be there still.
    files = min(n for n, _ in sizes[5:10])
    lab.wait_until(lambda: mira.files() <= files, "%d files, %s before" % (
        mira.files(), files))
    (_, memory), (_, memory2) = sizes[9], sizes[-1]
    print("%d KiB after 10, %d KiB after %d" % (memory, memory2, TIMES))
    check(lab.sanitized() or memory2 - memory < 1024,
          "%d KiB, then %d" % (memory, memory2))
    check(mira.is_alive(), "it goes on")
    mira.end()
    bob.quit()


def ends():
    """The end of earshot gives each terminal back as it was."""
    hosts, mira, bob = company()
    one, two = (Pty(hosts[0], ["--home", mira.home]) for _ in range(2))
    for pty in (one, two):
        pty.expect("bob")
    mira.end()
    for pty in (one, two):
        check(pty.wait() == 0, "an orderly end")
        check(b"earshot has ended" in pty.output, "it says so")
        check(pty.output.rindex(b"\x1b[?1049l") <
              pty.output.rindex(b"earshot has ended"), "on the shell's screen")
        check(termios.tcgetattr(pty.master) == pty.before, "the line")
    mira = Headless(hosts[0])
    bob.expect("peer", name="mira", state="online")
    pty = Pty(hosts[0], ["--home", mira.home])
    pty.expect("bob")
    mira.process.kill()
    check(pty.wait() == 1, "a failure")
    check(b"is gone" in pty.output, "it says so")
    check(termios.tcgetattr(pty.master) == pty.before, "the line")
    bob.quit()


def beside_a_screen():
    """The first screen is earshot itself; others attach to it."""
    _, hosts = lab.lan_of(2)
    bob = Earshot(hosts[1], "bob")
    home = lab.home("mira")
    first = Tmux(hosts[0])
    first.type("%s --home %s --interface eth0 --name mira"
               % (lab.program, home), "Enter")
    bob.expect("peer", name="mira")
    second = attach(hosts[0], home)
    second.expect("bob")
    second.type("/query bob", "Enter")
    second.type("by the second", "Enter")
    bob.expect("message", text="by the second")
    second.type("/quit", "Enter")
    left(second)
    check(first.ask("alternate_on") == "1", "the first goes on")
    second.type("%s --home %s --name other" % (lab.program, home), "Enter")
    on_screen(second)
    second.expect("the options of this start do not count")
    first.type("/quit", "Enter")
    left(first)
    left(second)
    second.expect("earshot has ended")
    bob.expect("peer", name="mira", state="offline")
    bob.quit()


EDITOR = """#!/bin/sh
echo EDITOR of $WHOSE
read line
echo "$line" >"$1"
"""


def programs():
    """What a screen starts is started where its terminal is."""
    hosts, mira, bob = company()
    path = os.path.join(lab.home("tools"), "editor")
    with open(path, "w") as f:
        f.write(EDITOR)
        os.fchmod(f.fileno(), 0o700)
    term = attach(hosts[0], mira.home,
                  env={"EDITOR": path, "WHOSE": "the screen"})
    term.expect("bob")
    term.type("/query bob", "Enter")
    term.expect("bob>")
    term.type("old words")
    term.keys("M-e")
    term.expect("EDITOR of the screen")
    bob.send("/msg mira are you there?")
    bob.expect("delivery", state="delivered")
    term.type("new words", "Enter")
    term.expect("are you there?")
    term.expect("bob> new words")
    term.keys("Enter")
    bob.expect("message", text="new words")
    # Plain lines to select from, and back.
    term.keys("M-l")
    term.expect("Enter goes back to earshot")
    term.wait_for("alternate_on", "0")
    bob.send("/msg mira behind the lines")
    bob.expect("delivery", state="delivered")
    term.keys("Enter")
    term.expect("behind the lines")
    term.type("/set look.theme light", "Enter")
    term.keys("C-l")
    term.expect("behind the lines")
    # What was written is not lost with the earshot it was for.
    term.keys("M-e")
    term.expect("EDITOR of the screen")
    mira.process.kill()
    mira.process.wait()
    term.type("hours of work", "Enter")
    term.expect("came too late")
    term.expect(lambda rows: "hours of work" in rows)
    check(term.ask("alternate_on") == "0", "on the screen of the shell")
    bob.quit()


class Raw:
    """A program that says what it likes."""

    def __init__(self, mira, hello=b'{"attach": 1}\n'):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(lab.DEADLINE)
        self.socket.connect(mira.control)
        self.socket.sendall(hello)
        self.data = b""
        self.until(b"\n", lambda: any(
            e["event"] in ("attached", "error") for e in self.events()))

    def events(self):
        return [json.loads(line) for line in self.data.split(b"\n")
                if line.startswith(b"{") and line.endswith(b"}")]

    def until(self, _, wanted):
        while not wanted():
            data = self.socket.recv(65536)
            if not data:
                raise Failure("it closed after %r" % self.data[-200:])
            self.data += data

    def say(self, kind, body):
        self.socket.sendall(struct.pack(">IB", 1 + len(body), kind) + body)

    def is_closed(self):
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        return True


def hostile():
    """Who speaks nonsense is shown the door, and nobody else notices."""
    hosts, mira, bob = company()
    old = Raw(mira, b'{"attach": 999}\n')
    check(any("another version" in e.get("text", "") for e in old.events()),
          "a version that it does not know")
    size = struct.pack(">HH", 24, 80)
    nonsense = [
        [(SIZE, b"")],
        [(SIZE, struct.pack(">HH", 0, 80))],
        [(PRESS, b"\0" * 16)],  # before there is a screen
        [(SHOWN, b"\0\0\0\1")],
        [(SIZE, size), (PRESS, b"short")],
        [(SIZE, size), (PRESS, struct.pack(">IBBBIIB", 0x11000ff, 0, 1, 0, 0,
                                           0, 0))],
        [(SIZE, size), (99, b"")],
        [(SIZE, size), (SHOWN, b"\0\0\0\1"), (SHOWN, b"\0\0\0\1")],
        [(SIZE, size), (20, b"\0\xff\xff\xff\xff")],
        [(SIZE, size), (22, b"\0" + struct.pack(">I", 600000) +
                        b"x" * 600000)],
    ]
    for messages in nonsense:
        raw = Raw(mira)
        try:
            for kind, body in messages:
                raw.say(kind, body)
        except ConnectionError:
            pass
        check(raw.is_closed(), "%s" % messages[-1][0])
        lab.count("kinds of nonsense")
    raw = Raw(mira)
    raw.socket.sendall(struct.pack(">IB", 0xffffffff, PRESS))
    check(raw.is_closed(), "a length beyond all bounds")
    # Large screens that nobody reads.
    before = mira.memory_kib()
    deaf = [Raw(mira) for _ in range(8)]
    for raw in deaf:
        raw.say(SIZE, struct.pack(">HH", 300, 500))
    bob.send("/msg mira still awake?")
    bob.expect("delivery", state="delivered")
    print("%d KiB for %d of 300x500 that read nothing"
             % (mira.memory_kib() - before, len(deaf)))
    check(lab.sanitized() or mira.memory_kib() - before < 400 * 1024,
          "memory is bounded")
    for raw in deaf:
        raw.socket.close()
    term = attach(hosts[0], mira.home)
    term.expect("bob")
    term.type("/quit", "Enter")
    left(term)
    mira.end()
    bob.quit()


lab.run(agree, comes_back, killed, hung, many_times, ends, beside_a_screen,
        programs, hostile)
