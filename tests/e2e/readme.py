#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The lines for a shell in README do, as they are printed, what they say."""
import io
import json
import os
import signal
import subprocess
import sys
import tarfile

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()

HERE = os.path.dirname(os.path.abspath(__file__))
README = os.path.join(HERE, "..", "..", "README")
PROMPT = "    $ "


def lines():
    with open(README, encoding="utf-8") as f:
        return [line[len(PROMPT):].rstrip("\n") for line in f
                if line.startswith(PROMPT)]


class Desk:
    """Somebody at a shell, in a home and a network of their own."""

    def __init__(self):
        _, (self.ns, other) = lab.lan_of(2)
        self.home = lab.home("shell")
        self.earshot = os.path.join(self.home, "earshot")
        self.bin = os.path.join(self.home, "bin")
        for path in (self.earshot, self.bin, os.path.join(self.home, "src"),
                     os.path.join(self.home, "inbox")):
            os.mkdir(path, 0o700)
        os.symlink(lab.program, os.path.join(self.bin, "earshot"))
        self.write("src/a.c", "int a;\n")
        self.write("Makefile", "all:\n\t@echo one pizza was built\n")
        self.env = dict(os.environ, HOME=self.home, EARSHOT_NAME="ana",
                        EARSHOT_HOME=self.earshot,
                        PATH=self.bin + ":" + os.environ["PATH"])
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
            self.env.pop(name, None)
        end(self.start("earshot set interface eth0 --interface eth0"))
        self.bob = Earshot(other, "bob")

    def write(self, name, text):
        with open(os.path.join(self.home, name), "w", encoding="utf-8") as f:
            f.write(text)

    def start(self, line):
        p = subprocess.Popen(
            ["sh", "-c", line], cwd=self.home, env=self.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lab.child_setup(self.ns, more=os.setsid))
        lab.helpers.append(p)
        return p


def end(p, status=0):
    lab.wait_until(lambda: lab.pump(0.01) or p.poll() is not None,
                   "it ends: %s" % p.args)
    err = p.stderr.read().decode()
    check(p.returncode == status, "%s: %d %s" % (p.args, p.returncode, err))
    return p.stdout.read().decode()


def sends(desk, line):
    p = desk.start(line)
    desk.bob.expect("message", text="one pizza was built")
    check(end(p) == "", "it says nothing")
    desk.bob.send("/msg ana thanks")


def sends_file(desk, line):
    inbox = lab.home("inbox")
    desk.bob.send("/set files.folder " + inbox)
    p = desk.start(line)
    offer = desk.bob.expect("transfer", state="offered", name="src.tar.gz")
    desk.bob.send("/get " + offer["transfer"])
    end(p)
    path = desk.bob.expect("transfer", state="done")["path"]
    with open(path, "rb") as f:
        names = tarfile.open(fileobj=io.BytesIO(f.read())).getnames()
    check(sorted(names) == ["src", "src/a.c"], "it is there: %s" % names)


def receives(desk, line):
    path = os.path.join(lab.work, "report.txt")
    with open(path, "w", encoding="utf-8") as f:
        f.write("all is well\n")
    mark = desk.bob.mark()
    p = desk.start(line)
    ana = desk.bob.expect("peer", mark, name="ana", state="online")
    desk.bob.send("/send --to %s %s" % (ana["id"], path))
    there = os.path.join(desk.home, "inbox", "report.txt")
    check(end(p) == "bob: file %s\n" % there, "it is told")
    with open(there, encoding="utf-8") as f:
        check(f.read() == "all is well\n", "and there")


def listens(desk, line):
    mark = desk.bob.mark()
    p = desk.start(line)
    ana = desk.bob.expect("peer", mark, name="ana", state="online")
    desk.bob.send("/msg %s hello there" % ana["id"])
    desk.bob.expect("message", mark, text="HELLO THERE")
    os.killpg(p.pid, signal.SIGTERM)
    lab.wait_until(lambda: lab.pump(0.01) or p.poll() is not None, "it ends")


def finds(desk, line):
    found = [json.loads(text) for text in
             end(desk.start(line)).strip().split("\n")]
    check([m["text"] for m in found] == ["one pizza was built"],
          "it is found: %s" % found)


# In this order; the beginning of a line tells which it is.
PARTS = {
    "make 2>&1 | tail -1 | earshot send bob -": sends,
    "tar cz src | earshot send-file bob - ": sends_file,
    "earshot receive --from bob --dir ~/inbox": receives,
    "earshot listen --exec 'tr a-z A-Z'": listens,
    "earshot log --search pizza ": finds,
}


def as_printed():
    desk, printed = Desk(), lines()
    check(len(printed) >= 5, "README has five lines: %s" % printed)
    for line in printed:
        part = [PARTS[begins] for begins in PARTS if line.startswith(begins)]
        check(len(part) == 1, "a line that nothing tests: " + line)
        part[0](desk, line)
        lab.count("lines")


lab.run(as_printed)
