#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""earshot log, beside a running instance, after it and without one."""
import fcntl
import json
import os
import signal
import stat
import subprocess
import sys
import termios

sys.dont_write_bytecode = True
import lab
import ledger
from lab import Earshot, check

lab.enter()

DONE, FAILED, USAGE = 0, 1, 2
COUNT = 700  # more than are read at once
F_SETPIPE_SZ = 1031


def log(ns, home, *words, status=DONE):
    """What it prints, by lines."""
    done = subprocess.run(
        [lab.program, "--home", home, "log", *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=lab.DEADLINE, preexec_fn=lab.child_setup(ns))
    check(done.returncode == status, "%s: %s" % (words, done))
    check((done.stderr == "") == (status == DONE), "%s: %s" % (words, done))
    if status != DONE:
        check(done.stdout == "" and done.stderr.count("\n") == 1,
              "one sentence: %s" % done)
        print("  " + done.stderr.strip())
        return done.stderr
    lab.count("logs")
    return done.stdout.splitlines()


def texts(ns, home, *words):
    return [json.loads(line)["text"]
            for line in log(ns, home, "--json", *words)]


def said(sender, receiver, text):
    mark = sender.mark()
    sender.send("/msg %s %s" % (receiver.id, text))
    receiver.expect("message", id=sender.id, text=text)
    return sender.expect("delivery", mark, state="delivered")["message"]


def beside():
    _, hosts = lab.lan_of(2)
    ana, bob = [Earshot(ns, n) for ns, n in zip(hosts, ("ana", "bob"))]
    ns, home = hosts[0], ana.home
    lab.meet(ana, bob)
    first = said(ana, bob, "tea in the kitchen?")
    said(bob, ana, "coffee, see https://example.org/ä")
    ana.send("/shout anybody for tea?")
    bob.expect("shout")
    said(bob, ana, "bob: forged\n".strip() + " 你好")
    # What was delivered, and what was acknowledged, is on the disk.
    lines = log(ns, home)
    stamps = [line[:16] for line in lines]
    check([line[16:] for line in lines] == [
        " me to bob: tea in the kitchen?",
        " bob: coffee, see https://example.org/ä",
        " me (PUBLIC): anybody for tea?", " bob: bob: forged 你好"],
        "four lines: %s" % lines)
    check(stamps == sorted(stamps), "the oldest first: %s" % stamps)
    check(log(ns, home, "bob")[0].endswith(" me: tea in the kitchen?"),
          "with bob alone nobody else is named")
    check(len(log(ns, home, "bob")) == 3, "three with bob")
    check(log(ns, home, bob.id) == log(ns, home, "BO"), "by fingerprint")
    check(texts(ns, home, "nearby") == ["anybody for tea?"], "shouts")
    check(texts(ns, home, "--search", "tea") ==
          ["tea in the kitchen?", "anybody for tea?"], "words")
    check(texts(ns, home, "bob", "--search", "tea") ==
          ["tea in the kitchen?"], "words with bob")
    check(texts(ns, home, "--search", "from:bob has:link") ==
          ["coffee, see https://example.org/ä"], "filters")
    check(texts(ns, home, "bob", "--search", "from:me") ==
          ["tea in the kitchen?"], "of ours, with bob")
    check(texts(ns, home, "--search", "好") == ["bob: forged 你好"], "你好")
    check(texts(ns, home, "--search", "nothing") == [], "nothing")
    check(texts(ns, home, "--limit", "2") ==
          ["anybody for tea?", "bob: forged 你好"], "the newest two")
    check(len(log(ns, home, "--since", "today")) +
          len(log(ns, home, "--until", "yesterday")) == 4, "days")
    check(log(ns, home, "--since", "2000-01-01", "--until", "2000-01-02") ==
          [], "no days")
    one = json.loads(log(ns, home, "--json")[0])
    check(one["message"] == first and one["from"] == "me" and one["mine"] and
          one["id"] is None and one["delivery"] == "delivered" and
          one["conversation"] == "bob" and one["reactions"] ==
          {"theirs": None, "mine": None}, "members: %s" % one)
    told = json.loads(log(ns, home, "--json")[1])
    check(told["id"] == bob.id and told["from"] == "bob" and
          not told["mine"] and told["arrived"].endswith("Z"),
          "members: %s" % told)
    many(ana, bob, ns, home)
    numbers = paused(ana, bob, ns, home)
    head(ns, home)
    wrong(ns, home)
    ana.quit()
    check(texts(ns, home, "--search", "number") == numbers, "and after it")
    bob.quit()


def many(ana, bob, ns, home):
    """While they are written, and more than a page of them."""
    mark = ana.mark()
    for i in range(COUNT):
        bob.send("/msg %s number %d" % (ana.id, i))
        if i % 100 == 50:
            got = texts(ns, home, "--search", "number")
            check(got == ["number %d" % n for n in range(len(got))],
                  "none twice, none left out, in order: %s" % got)
    ana.expect("message", mark, text="number %d" % (COUNT - 1))
    check(texts(ns, home, "--search", "number") ==
          ["number %d" % i for i in range(COUNT)], "all of them, in order")
    check(texts(ns, home, "bob", "--limit", "501") ==
          ["number %d" % i for i in range(COUNT - 501, COUNT)],
          "a page and one")
    check(len(log(ns, home)) == 50, "50, where nothing else is said")


def paused(ana, bob, ns, home):
    """Whoever reads what it prints stops halfway, and what was said changes in
    the meantime."""
    read, write = os.pipe()
    fcntl.fcntl(write, F_SETPIPE_SZ, 4096)
    process = started(ns, home, "--json", "--search", "number", stdout=write)
    os.close(write)
    # It prints the oldest 200 once it has found all, and has to wait in them.
    lab.wait_until(lambda: held(read) > 0, "something printed")
    news = ["number %d" % (COUNT + i) for i in range(2)]
    for text in news:
        said(bob, ana, text)
    ana.send("/query bob")
    for i in range(COUNT - 3, COUNT):
        line = "/forget " + ana.find(
            "message", text="number %d" % i)["message"]
        ana.send(line).expect_absent("error", command=line)
    left = ["number %d" % i for i in range(COUNT - 3)]
    # Who waits for a pager does not keep the log from being cut off, which
    # ends the forgetting.
    lab.wait_until(lambda: lab.pump(0.05) or marks(home).get("purge") == 0,
                   "what was forgotten is gone: %s" % marks(home))
    with open(read) as f:
        got = [json.loads(line)["text"] for line in f]
    check(got == left, "what there was, without what went: %s" % got)
    ended(process)
    return left + news


def marks(home):
    db = ledger.open_db(home)
    found = dict(db.execute("SELECT name, value FROM mark"))
    db.close()
    return found


def held(pipe):
    n = bytearray(4)
    fcntl.ioctl(pipe, termios.FIONREAD, n)
    return int.from_bytes(n, sys.byteorder)


def started(ns, home, *words, stdout=subprocess.PIPE):
    """The same, not waited for."""
    process = subprocess.Popen(
        [lab.program, "--home", home, "log", *words],
        stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
        text=True, preexec_fn=lab.child_setup(ns))
    lab.helpers.append(process)
    return process


def ended(process):
    out, err = process.communicate(timeout=lab.DEADLINE)
    check(process.returncode == DONE and err == "",
          "status %s: %s" % (process.returncode, err))
    lab.count("logs")
    return (out or "").splitlines()


def wrong(ns, home):
    for words, says in ((("nobody",), "no contact"),
                        (("--search", "from:zoe"), "zoe")):
        check(says in log(ns, home, *words, status=FAILED), says)
    for words, says in ((("--since", "someday"), "no day"),
                        (("--search", 'tea "in'), 'the "'),
                        (("bob", "ana"), "too many"),
                        (("--limit", "0"), "a number from 1")):
        check(says in log(ns, home, *words, status=USAGE), says)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [lab.program, "--home", home, "log"], stdout=full,
            stderr=subprocess.PIPE, text=True,
            preexec_fn=lab.child_setup(ns))
    check(done.returncode == FAILED and "cannot write" in done.stderr,
          "a full disk: %s" % done)


def revised():
    """What it says of a message is what became of it."""
    _, hosts = lab.lan_of(2)
    ana, bob = [Earshot(ns, n) for ns, n in zip(hosts, ("ana", "bob"))]
    lab.meet(ana, bob)
    ids = [said(bob, ana, text) for text in ("tee", "gone", "liked")]
    bob.send("/query ana", "/edit %s tea" % ids[0], "/delete " + ids[1])
    ana.send("/query bob", "/react %s yes" % ids[2])
    # Who has what was said last has all that went before it.
    said(bob, ana, "plain")
    said(ana, bob, "fine")
    for p, mine in ((ana, False), (bob, True)):
        lines = [json.loads(line) for line in log(p.ns, p.home, "--json")]
        check([m["text"] for m in lines] ==
              ["tea", "liked", "plain", "fine"], "what is left: %s" % lines)
        check(lines.pop()["mine"] != mine, "the answer")
        check([m["edited"] for m in lines] == [True, False, False],
              "what was edited: %s" % lines)
        check([m["mine"] for m in lines] == [mine] * 3, "whose: %s" % lines)
        check(lines[1]["reactions"]["theirs" if mine else "mine"] == "yes",
              "what was liked: %s" % lines[1])
        for word, count in (("tee", 0), ("tea", 1), ("gone", 0)):
            check(len(log(p.ns, p.home, "--search", word)) == count, word)
    ana.send("/forget conversation bob").sync()
    check(log(ana.ns, ana.home) == [], "nothing, once it is forgotten")
    check(len(log(bob.ns, bob.home)) == 4, "not by him")


def beginnings():
    """While it starts and ends, and after it died."""
    _, hosts = lab.lan_of(2)
    ana, bob = [Earshot(ns, n) for ns, n in zip(hosts, ("ana", "bob"))]
    ns, home = hosts[0], ana.home
    lab.meet(ana, bob)
    words = ("--json", "--search", "number")
    expected = []

    def say():
        expected.append("number %d" % len(expected))
        said(bob, ana, expected[-1])

    def look(process):
        got = [json.loads(line)["text"] for line in ended(process)]
        check(got == expected, "all that was acknowledged: %s" % got)

    for i in range(30):
        say()
    ana.signal(signal.SIGKILL)
    ana.wait()
    # Nobody has looked after the log since; several do so at once.
    for process in [started(ns, home, *words) for _ in range(4)]:
        look(process)
    for i in range(6):
        readers = [started(ns, home, *words)]
        ana = Earshot(ns, "ana", home_dir=home, wait=False)
        readers.append(started(ns, home, *words))
        ana.id = ana.expect("ready")["id"]
        for process in readers:
            look(process)
        say()
        readers = [started(ns, home, *words)]
        if i % 2 == 0:
            ana.quit()
        else:
            ana.signal(signal.SIGKILL)
            ana.wait()
        readers.append(started(ns, home, *words))
        for process in readers:
            look(process)
    locked(ns, home, look)


def locked(ns, home, look):
    """An instance that ends has the database for itself for as long as the
    disk needs."""
    other = ledger.sqlite3.connect(os.path.join(home, "earshot.db"),
                                   isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    process = started(ns, home, "--json", "--search", "number")
    # It looks again, after a sleep, longer than a conversation would wait.
    lab.wait_until(lambda: sleeps(process) > 20 or process.poll() is not None,
                   "it waits: %s" % sleeps(process))
    check(process.poll() is None, "it still waits")
    other.close()
    look(process)


def sleeps(process):
    with open("/proc/%d/status" % process.pid) as f:
        return int(dict(line.split(":") for line in f)
                   ["voluntary_ctxt_switches"])


def head(ns, home):
    """Who has read enough goes, and nothing is said about it."""
    process = started(ns, home, "--json", "--limit", "1000")
    check("tea" in process.stdout.readline(), "the first line")
    process.stdout.close()
    err = process.stderr.read()
    status = process.wait(lab.DEADLINE)
    check(status == -signal.SIGPIPE and err == "", "%s: %s" % (status, err))


def without():
    """Nothing was ever said, or it is not for our eyes."""
    ns = lab.Ns("alone")
    home = lab.home("new")
    check("no history yet" in log(ns, home, status=FAILED), "none yet")
    check("identity" not in os.listdir(home), "and no identity was made")
    ana = Earshot(ns, "ana", interface=None)
    check(log(ns, ana.home) == [], "nothing was said yet")
    ana.quit()
    path = os.path.join(ana.home, "earshot.db")
    os.chmod(path, 0o640)
    check("chmod 600" in log(ns, ana.home, status=FAILED), "open to others")
    os.chmod(path, 0o600)
    with open(path, "r+b") as f:
        f.write(b"\0" * 4096)
    log(ns, ana.home, status=FAILED)
    check(stat.S_IMODE(os.stat(path).st_mode) == 0o600, "left as it is")


lab.run(beside, revised, beginnings, without)
