#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""earshot send-file: alone and beside a running earshot, to a terminal and into
a pipe, and what it ends with."""
import hashlib
import json
import os
import pty
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()

DONE, FAILED, USAGE, WAITING, REFUSED = range(5)
INTERRUPTED = -signal.SIGINT  # it ends by it
SEEK_S = 10  # to find whom it is for, unless told otherwise


def noise(n):
    return hashlib.shake_128(b"send-file").digest(min(n, 1 << 20)) * (
        n // (1 << 20) or 1)


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


def read(path):
    with open(path, "rb") as f:
        return f.read()


class SendFile:
    """earshot send-file, while others run."""

    def __init__(self, ns, home, *words, stdin=subprocess.DEVNULL, out=None):
        self.process = subprocess.Popen(
            [lab.program, "--home", home, "--interface", "eth0", "--timeout",
             "%d" % lab.DEADLINE, "send-file", *words],
            stdin=stdin, stdout=out or subprocess.PIPE,
            stderr=subprocess.PIPE, cwd=home,
            env=dict(os.environ, USER="ana"), preexec_fn=lab.child_setup(ns))

    def interrupt(self, count=1):
        """As soon as it tells of so many; what they are called."""
        told = {}
        while len(told) < count:
            event = json.loads(self.process.stdout.readline())
            told[event["transfer"]] = event["state"]
        check(set(told.values()) == {"offered"}, told)
        self.process.send_signal(signal.SIGINT)
        self.end(INTERRUPTED)
        return list(told)

    def end(self, status):
        lab.wait_until(lambda: self.process.poll() is not None, "send-file")
        out = self.process.stdout.read() if self.process.stdout else b""
        err = self.error = self.process.stderr.read().decode()
        check(self.process.returncode == status, "status %d, not %d: %s %s"
              % (self.process.returncode, status, out, err))
        check((err == "") == (status in (DONE, REFUSED)), err)
        if err:
            print("  " + err.strip())
        lab.count("runs")
        return [json.loads(line) for line in out.splitlines()]


def people():
    _, hosts = lab.lan_of(2)
    home = lab.home("bob")
    with open(os.path.join(home, "config"), "w") as f:
        f.write("files.folder %s/got\n" % home)
    bob = Earshot(hosts[1], "bob", home_dir=home)
    bob.got = os.path.join(home, "got")
    return hosts[0], lab.home("ana"), bob


def take(bob, after=0, word="/get "):
    offer = bob.expect("transfer", after, state="offered")
    bob.send(word + offer["transfer"])
    return offer


def spooled(home):
    return [n for n in os.listdir(home) if n.startswith(".earshot-")]


def alone():
    """A file, a folder, a pipe; and those who are not meant."""
    ns, home, bob = people()
    data = noise(20 << 20)
    write(os.path.join(home, "a b.bin"), data)
    os.makedirs(os.path.join(home, "d", "empty"))
    write(os.path.join(home, "d", "one.txt"), b"1")
    run = SendFile(ns, home, "bob", "a b.bin", "d")
    mark = bob.mark()
    for name in ("a b.bin", "d"):
        offer = bob.expect("transfer", mark, state="offered", name=name)
        bob.send("/get " + offer["transfer"])
    events = run.end(DONE)
    for name in ("a b.bin", "d"):
        states = [e["state"] for e in events if e["name"] == name]
        check(states[0] == "offered" and states[-1] == "done", states)
    check(read(os.path.join(bob.got, "a b.bin")) == data, "the file")
    check(read(os.path.join(bob.got, "d", "one.txt")) == b"1" and
          os.path.isdir(os.path.join(bob.got, "d", "empty")), "the folder")
    # Out of a pipe.
    mark = bob.mark()
    run = SendFile(ns, home, "bob", "-", "--name", "pipe.txt",
                   stdin=subprocess.PIPE)
    run.process.stdin.write(b"from a pipe\n")
    run.process.stdin.close()
    check(take(bob, mark)["name"] == "pipe.txt", "its name")
    events = run.end(DONE)
    check([e["state"] for e in events][-1] == "done" and
          all(e["path"] is None and e["name"] == "pipe.txt"
              for e in events), events)
    check(read(os.path.join(bob.got, "pipe.txt")) == b"from a pipe\n",
          "the pipe")
    check(not spooled(home), "nothing is left of it: %s" % os.listdir(home))
    # A stranger is not shown all that he offers.
    bob.send("/msg root thanks")
    # Not wanted, not there, nobody, no file.
    mark = bob.mark()
    run = SendFile(ns, home, "bob", "a b.bin")
    take(bob, mark, "/refuse ")
    check(run.end(REFUSED)[-1]["ended_by"] == "them", "by whom")
    SendFile(ns, home, "nobody", "a b.bin", "--wait", "1").end(FAILED)
    SendFile(ns, home, "bob", "nosuch").end(FAILED)
    run = SendFile(ns, home, "bob", "a b.bin", "a\nb")
    run.end(FAILED)
    check('"a\u23ceb" is not the name of a file' in run.error, run.error)
    SendFile(ns, home, "bob", "-").end(FAILED)
    start = time.monotonic()
    SendFile(ns, home, "nobody", "d", "--timeout", "1").end(FAILED)
    check(time.monotonic() - start < SEEK_S, "--timeout is for all of it")
    for words in (("bob",), ("", "d"), ("bob", ""), ("bob", "d", "--name", "e")):
        SendFile(ns, home, *words).end(USAGE)


def beside():
    """The earshot that runs does it; what is not there in time goes on."""
    ns, home, bob = people()
    ana = Earshot(ns, "ana", home_dir=home)
    lab.meet(ana, bob)
    data = noise(8 << 20)
    write(os.path.join(home, "big"), data)
    run = SendFile(ns, home, "bob", "big", "--timeout", "1")
    offer = bob.expect("transfer", state="offered", name="big")
    check(run.end(WAITING)[-1]["state"] == "offered", "it waits")
    ana.expect("transfer", state="offered", name="big")
    bob.send("/get " + offer["transfer"])
    ana.expect("transfer", state="done", name="big")
    check(read(os.path.join(bob.got, "big")) == data, "the file")
    # Whoever is remembered goes before others of that name.
    eve = Earshot(bob.ns, "bob", home_dir=lab.home("eve"))
    ana.expect("peer", id=eve.id)
    mark = bob.mark()
    run = SendFile(ns, home, "bob", "big")
    take(bob, mark)
    run.end(DONE)
    # By a name that two strangers have, to nobody; by the tag of one, to him.
    twin = Earshot(bob.ns, "eve", home_dir=lab.home("twin"))
    eve.send("/nick eve")
    ana.expect("peer", id=eve.id, name="eve")
    ana.expect("peer", id=twin.id)
    SendFile(ns, home, "eve", "big").end(FAILED)
    mark = eve.mark()
    run = SendFile(ns, home, "eve." + eve.id[:8], "big")
    take(eve, mark)
    run.end(DONE)
    check(twin.find("transfer") is None, "the other hears of nothing")


def interrupted():
    """What was offered goes on in the earshot that runs, or in the next one;
    that is told."""
    ns, home, bob = people()
    ana = Earshot(ns, "ana", home_dir=home)
    lab.meet(ana, bob)
    for name in ("one", "two", "three"):
        write(os.path.join(home, name), noise(1 << 20))
    run = SendFile(ns, home, "bob", "one")
    offer = bob.expect("transfer", state="offered", name="one")
    own = ana.expect("transfer", state="offered", name="one")["transfer"]
    check(run.interrupt() == [own], own)
    check(run.error == "earshot: earshot goes on with it; /cancel %s there "
          "stops it\n" % own, run.error)
    bob.send("/get " + offer["transfer"])
    ana.expect("transfer", state="done", name="one")
    run = SendFile(ns, home, "bob", "two", "three")
    own = run.interrupt(2)
    check("goes on; /files there" in run.error, run.error)
    ana.send("/files")
    check(all(n in ana.expect("info")["text"] for n in own), own)
    ana.quit()
    run = SendFile(ns, home, "bob", "one")
    run.interrupt()
    check("while an earshot of yours runs" in run.error, run.error)
    # Of a pipe nothing stays that nobody offers.
    run = SendFile(ns, home, "nobody", "-", "--name", "x",
                   stdin=subprocess.PIPE)
    run.process.stdin.write(b"x")
    run.process.stdin.close()
    lab.wait_until(lambda: lab.pump(0.01) or spooled(home), "the pipe")
    run.process.send_signal(signal.SIGINT)
    lab.wait_until(lambda: run.process.poll() is not None, "send-file")
    check(run.process.returncode == INTERRUPTED, run.process.returncode)
    check(not spooled(home), "nothing is left")


def waiting():
    """A pipe is kept for as long as it is offered, and no longer."""
    ns, home, bob = people()
    run = SendFile(ns, home, "bob", "-", "--name", "pipe.txt", "--timeout", "2",
                   stdin=subprocess.PIPE)
    run.process.stdin.write(b"from a pipe\n")
    run.process.stdin.close()
    offer = bob.expect("transfer", state="offered", name="pipe.txt")
    run.end(WAITING)
    check(len(spooled(home)) == 1, "it waits")
    # Each of these runs looks for what nobody needs.
    mark = bob.mark()
    run = SendFile(ns, home, "bob", "-", "--name", "other.txt")
    take(bob, mark, "/refuse ")
    run.end(REFUSED)
    ana = Earshot(ns, "ana", home_dir=home)
    lab.meet(ana, bob)
    check(len(spooled(home)) == 1, "it still does")
    bob.send("/get " + offer["transfer"])
    done = bob.expect("transfer", state="done", name="pipe.txt")
    check(read(done["path"]) == b"from a pipe\n", done)
    ana.expect("transfer", state="done", name="pipe.txt")
    lab.wait_until(lambda: lab.pump(0.01) or not spooled(home), "its end")


def settled(runs):
    """Each of them waits, and goes on waiting."""
    calm = 0
    while calm < 50:
        lab.pump(0.01)
        calm += 1
        for run in runs:
            with open("/proc/%d/stat" % run.process.pid) as f:
                if f.read().rsplit(")", 1)[1].split()[0] != "S":
                    calm = 0


def twins():
    """Two of one name at the same time: each follows its own."""
    ns, home, bob = people()
    ana = Earshot(ns, "ana", home_dir=home)
    lab.meet(ana, bob)
    mark = bob.mark()
    runs = [SendFile(ns, home, "bob", "-", "--name", "twin.txt",
                     stdin=subprocess.PIPE) for _ in range(2)]
    lab.wait_until(lambda: lab.pump(0.01) or len(spooled(home)) == 2, "both")
    ana.sync()
    settled(runs)
    # Both lines are read in one turn, before either is answered.
    ana.signal(signal.SIGSTOP)
    for i, run in enumerate(runs):
        run.process.stdin.write(b"x" * (i + 1))
        run.process.stdin.close()
    settled(runs)
    ana.signal(signal.SIGCONT)
    for size, word in ((1, "/get "), (2, "/refuse ")):
        offer = bob.expect("transfer", mark, state="offered", size=size)
        bob.send(word + offer["transfer"])
    for size, run, status in zip((1, 2), runs, (DONE, REFUSED)):
        events = [e for e in run.end(status) if e["event"] == "transfer"]
        check({e["size"] for e in events} == {size}, events)
        check([e["asked"] for e in events].index(False) == 1, events)


def left():
    """The earshot that offers it ends: the next one has it still."""
    ns, home, bob = people()
    ana = Earshot(ns, "ana", home_dir=home)
    lab.meet(ana, bob)
    run = SendFile(ns, home, "bob", "-", "--name", "pipe.txt",
                   stdin=subprocess.PIPE)
    run.process.stdin.write(b"from a pipe\n")
    run.process.stdin.close()
    offer = bob.expect("transfer", state="offered", name="pipe.txt")
    ana.expect("transfer", state="offered", name="pipe.txt")
    ana.quit()
    run.end(FAILED)
    ana = Earshot(ns, "ana", home_dir=home)
    bob.send("/get " + offer["transfer"])
    done = bob.expect("transfer", state="done", name="pipe.txt")
    check(read(done["path"]) == b"from a pipe\n", done)
    lab.wait_until(lambda: lab.pump(0.01) or not spooled(home), "its end")


def several():
    """One line offers to two, each of whom decides; nobody gets anything when
    one of them is not known."""
    ns, home, bob = people()
    ana = Earshot(ns, "ana", home_dir=home)
    eve = Earshot(bob.ns, "eve")
    lab.meet(ana, bob)
    lab.meet(ana, eve)
    path = write(os.path.join(home, "a.txt"), b"both")
    mark = ana.mark()
    ana.send("/send --to bob,nobody %s" % path)
    ana.expect("error", mark)
    ana.sync()
    check(ana.find("transfer", mark) is None, "nothing is offered")
    # What is found out later is an answer to that line, too.
    for what in ("nosuch", "pipe"):
        line = "/send --to bob %s" % os.path.join(home, what)
        if what == "pipe":
            os.mkfifo(os.path.join(home, what))
        mark = ana.mark()
        ana.send(line)
        check(ana.expect("error", mark)["command"] == line, what)
    ana.send("/send --to bob,eve %s" % path)
    take(bob)
    take(eve, word="/refuse ")
    ana.expect("transfer", mark, **{"with": "bob"}, state="done")
    ana.expect("transfer", mark, **{"with": "eve"}, state="refused")
    bob.expect("transfer", state="done")
    # A rule is for who is verified.
    bob.send("/accept ana on max 1 MB")
    check("/verify" in bob.expect("error")["text"], "not before that")
    bob.send("/verify ana same", "/accept ana on max 1 MB")
    bob.sync()
    mark = bob.mark()
    ana.send("/send --to bob %s" % path)
    done = bob.expect("transfer", mark, state="done")
    check(read(done["path"]) == b"both", done)
    mark = bob.mark()
    ana.send("/send --to bob %s" % write(os.path.join(home, "large"),
                                         noise(2 << 20)))
    offer = bob.expect("transfer", mark, state="offered", name="large")
    bob.sync()
    check(bob.find("transfer", mark, state="accepted") is None,
          "too large for it: %s" % offer)
    # Without a screen a file is opened by whoever reads this.
    mark = bob.mark()
    bob.send("/open " + done["transfer"])
    check(bob.expect("info", mark)["text"] == done["path"], "its path")


def to_nowhere():
    """A name in a folder that is not there is refused at once, and the offer
    waits still."""
    ns, home, bob = people()
    ana = Earshot(ns, "ana", home_dir=home)
    lab.meet(ana, bob)
    ana.send("/send --to bob %s" % write(os.path.join(home, "a.txt"), b"mine"))
    offer = bob.expect("transfer", state="offered")
    none = os.path.join(bob.home, "missing dir")
    mark = bob.mark()
    line = '/get %s "%s/name"' % (offer["transfer"], none)
    bob.send(line)
    error = bob.expect("error", mark, command=line)["text"]
    check(error == "not taken: there is no folder " + none, error)
    bob.sync()
    check(bob.find("transfer", mark) is None, "it waits")
    # One with its end is a folder, and made.
    bob.send('/get %s "%s/"' % (offer["transfer"], none))
    done = bob.expect("transfer", mark, state="done")
    check(done["path"] == os.path.join(none, "a.txt"), done)


def into_a_folder():
    """That of a rule is a folder, whoever made it; nothing is named so."""
    ns, home, bob = people()
    ana = Earshot(ns, "ana", home_dir=home)
    lab.meet(ana, bob)
    inbox = os.path.join(home, "in", "box")
    bob.send("/msg ana hello")
    ana.expect("message")
    bob.send("/verify ana same", "/accept ana on max 1 MB to %s" % inbox)
    bob.sync()
    for name in ("a.txt", "b.txt"):
        mark = bob.mark()
        ana.send("/send --to bob %s" % write(os.path.join(home, name),
                                             b"mine"))
        done = bob.expect("transfer", mark, state="done")
        check(done["path"] == os.path.join(inbox, name), done)


def shown_by(ns, home, bob, *names):
    """What is on a terminal in the end of sending them."""
    main, side = pty.openpty()
    run = SendFile(ns, home, "bob", *names, out=side)
    os.close(side)
    os.set_blocking(main, False)
    for name in names:
        offer = bob.expect("transfer", state="offered", name=name)
        bob.send("/get " + offer["transfer"])
    shown = b""
    while run.process.poll() is None:
        lab.pump(0.01)
        try:
            shown += os.read(main, 65536)
        except (BlockingIOError, OSError):
            pass
    try:
        while data := os.read(main, 65536):
            shown += data
    except (BlockingIOError, OSError):
        pass
    run.end(DONE)
    text = shown.decode()
    print("  " + repr(text[-200:]))
    return text


def on_a_terminal():
    """A line that is written over, and what became of each."""
    ns, home, bob = people()
    write(os.path.join(home, "a.bin"), noise(50 << 20))
    text = shown_by(ns, home, bob, "a.bin")
    check("\r" in text and "waits for bob" in text, text)
    check("a.bin: bob has it; 52 MB in " in text, text)
    check("{" not in text, "no JSON: %s" % text)
    write(os.path.join(home, "b.txt"), b"b")
    write(os.path.join(home, "c.txt"), b"c")
    text = shown_by(ns, home, bob, "b.txt", "c.txt")
    check("0 of 2" in text and "b.txt: bob has it" in text and
          "c.txt: bob has it" in text, text)


lab.run(alone, beside, interrupted, waiting, twins, left, several, to_nowhere,
        into_a_folder, on_a_terminal)
