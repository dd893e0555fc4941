#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Disks that are full, damaged, read-only or locked: a sentence, and nothing
that was acknowledged is lost, nothing acknowledged that is not stored."""
import os
import random
import sys
import time

sys.dont_write_bytecode = True
import lab
import ledger
from lab import Earshot, check

lab.enter()

# What is damaged, and the share of all messages that is read all the same.
SALVAGED = {"header": 0, "cut": 0.2, "pages": 0.5, "page": 0.9}


class SmallDisk:
    """A file system of its own for a home, and what fills it."""

    def __init__(self, name, size="3m", floor="history.free 0\n"):
        self.home = lab.home(name)
        lab.mount("e2e", self.home, "tmpfs", 0, "size=%s,mode=0700" % size)
        with open(os.path.join(self.home, "config"), "w") as f:
            f.write(floor)
        self.ballast = os.path.join(self.home, "ballast")

    def fill(self, leave_mib=0):
        if leave_mib:
            st = os.statvfs(self.home)
            with open(self.ballast, "wb") as f:
                os.posix_fallocate(f.fileno(), 0, st.f_bavail * st.f_frsize -
                                   (leave_mib << 20))
            return
        with open(self.ballast, "ab", buffering=0) as f:
            try:
                while f.write(bytes(4096)):
                    pass
            except OSError as e:
                lab.count("disks filled")
                check(e.errno == 28, "full: %s" % e)

    def free(self):
        os.unlink(self.ballast)

    def close(self):
        lab.unmount(self.home)


def pair(small):
    """ana on any disk, bob on a small one."""
    _, hosts = lab.lan_of(2)
    ana = Earshot(hosts[0], "ana")
    bob = Earshot(hosts[1], "bob", home_dir=small.home)
    lab.meet(ana, bob)
    for a, b in ((ana, bob), (bob, ana)):
        say(a, b, "hello")
    return hosts, ana, bob


def say(a, b, text):
    mark_a, mark_b = a.mark(), b.mark()
    a.send("/msg %s %s" % (b.id, text))
    got = b.expect("message", mark_b, id=a.id, text=text)
    a.expect("delivery", mark_a, message=got["message"], state="delivered")
    return got["message"]


def episodes(p, mark):
    return [e["text"] for e in p.all("error", mark)
            if "stored" in e["text"] and not e["command"]]


def full():
    """Not what came, and not what is to go; both when there is room again."""
    small = SmallDisk("bob")
    hosts, ana, bob = pair(small)
    mark, at_ana = bob.mark(), ana.mark()
    small.fill()
    texts = ["%d %s" % (i, "x" * 5000) for i in range(20)]
    for text in texts:
        ana.send("/msg %s %s" % (bob.id, text))
    bob.expect("message", mark, text=texts[-1])
    check(not ana.all("delivery", at_ana, state="delivered"),
          "shown, but not acknowledged")
    said = lab.wait_until(lambda: lab.pump(0.01) or episodes(bob, mark),
                          "that he is told")
    check(len(said) == 1 and "room" in said[0], "told once: %s" % said)
    print("bob: " + said[0])
    bob.send("/msg %s into the void" % ana.id)
    failed = bob.expect("delivery", mark, state="failed")
    check("not stored" in failed["reason"], failed)
    ana.sync()
    check(not ana.all("message", at_ana), "what was not stored is not sent")
    # The session goes on: what needs no disk works.
    bob.send("/shout still here")
    ana.expect("shout", at_ana, text="still here")
    small.free()
    for text in texts:
        message = bob.find("message", mark, text=text)["message"]
        ana.expect("delivery", at_ana, message=message, state="delivered")
    got = [e["text"] for e in bob.all("message", mark)]
    check(got == texts, "each was shown once: %d" % len(got))
    check(len(episodes(bob, mark)) == 1, "and that was all")
    say(bob, ana, "room again")
    for p in (ana, bob):
        p.quit()
    # The one that failed stays with its author, where it was stored later.
    check(stored(bob.home, ana.id, False) == ["hello"] + texts, "all stored")
    check(stored(ana.home, bob.id, False) == ["hello", "room again"], "here")
    check(stored(ana.home, bob.id, True) == ["hello"] + texts, "and there")
    small.close()


def floor():
    """T35: the history does not take the last 256 MiB, whatever others do."""
    small = SmallDisk("bob", "300m", "")
    hosts, ana, bob = pair(small)
    mark, at_ana = bob.mark(), ana.mark()
    small.fill(leave_mib=250)
    texts = ["%d %s" % (i, "x" * 60000) for i in range(50)]
    for text in texts:
        ana.send("/msg %s %s" % (bob.id, text))
    bob.expect("message", mark, text=texts[0])
    lab.wait_until(lambda: lab.pump(0.01) or episodes(bob, mark),
                   "that he is told")
    said = episodes(bob, mark)
    check("256 MiB" in said[0], "why: %s" % said)
    print("bob: " + said[0])
    check(not ana.all("delivery", at_ana, state="delivered"), "unstored")
    st = os.statvfs(small.home)
    check(st.f_bavail * st.f_frsize >> 20 >= 248, "it took nothing")
    small.free()
    bob.expect("message", mark, text=texts[-1])
    check([e["text"] for e in bob.all("message", mark)] == texts, "once")
    for e in bob.all("message", mark):
        ana.expect("delivery", at_ana, message=e["message"],
                   state="delivered")
    for p in (ana, bob):
        p.quit()
    ledger.compare(ana, bob, 51, 1)
    small.close()


def stored(home, fp, mine):
    return [e.text for e in ledger.said(ledger.history(home, fp), mine)
            if e.delivery != ledger.FAILED]


def full_and_killed():
    """A crash while the disk is full: the sender still has it all."""
    small = SmallDisk("bob")
    hosts, ana, bob = pair(small)
    mark = ana.mark()
    small.fill()
    texts = ["%d %s" % (i, "y" * 5000) for i in range(10)]
    for text in texts:
        ana.send("/msg %s %s" % (bob.id, text))
    bob.expect("message", text=texts[-1])
    bob.signal(9)
    bob.wait()
    check(not ana.all("delivery", mark, state="delivered"), "none stored")
    # With no room at all it does not start, or starts and says so.
    again = Earshot(hosts[1], "bob", home_dir=small.home, wait=False)
    lab.wait_until(lambda: lab.pump(0.01) or again.find("ready") or
                   again.ended, "that it says something")
    if again.ended:
        again.wait()
        check("room" in again.stderr(), "a sentence: " + again.stderr())
        print("bob: " + again.stderr().strip())
    else:
        again.quit()
    small.free()
    bob = Earshot(hosts[1], "bob", home_dir=small.home)
    bob.expect("message", text=texts[-1])
    check([e["text"] for e in bob.all("message")] == texts, "again, once")
    lab.wait_until(lambda: lab.pump(0.01) or len(
        ana.all("delivery", mark, state="delivered")) == len(texts),
        "all delivered")
    for p in (ana, bob):
        p.quit()
    ledger.compare(ana, bob, 1 + len(texts), 1)
    small.close()


def damaged():
    """The header, pages anywhere, the end: set aside, told, and all goes on."""
    small = SmallDisk("bob", "64m")
    hosts, ana, bob = pair(small)
    for i, how in enumerate(SALVAGED):
        flow = ledger.Flow(ana, bob, 300, how + " z" * 500)
        ledger.run([flow], 4 * lab.DEADLINE)
        bob.quit()
        before = len(ledger.history(small.home, ana.id))
        damage(os.path.join(small.home, "earshot.db"), how, random.Random(i))
        bob = Earshot(hosts[1], "bob", home_dir=small.home)
        if not told_at_start(bob):
            bob = noticed_late(hosts[1], bob)
        lab.meet(ana, bob)
        told = told_at_start(bob)
        check(told and "was damaged" in told[0], "a sentence: %s" % told)
        aside = "earshot.db.corrupt-%d" % (i + 1)
        check(os.path.exists(os.path.join(small.home, aside)) and
              aside in told[0], "set aside: %s" % os.listdir(small.home))
        kept = ledger.history(small.home, ana.id)
        print("%s: %d of %d messages salvaged" % (how, len(kept), before))
        check(len(kept) >= SALVAGED[how] * before, "%s: %d" % (how, len(kept)))
        say(bob, ana, "after " + how)
        say(ana, bob, "before " + how)
        lab.count("damages")
    bob.quit()
    check(ledger.is_sound(small.home), "sound again")
    small.close()


def told_at_start(bob):
    bob.sync()
    return [e["text"] for e in bob.all("error") + bob.all("info")
            if not (e["command"] or "").startswith("/no")]


def noticed_late(host, bob):
    """What is damaged where nothing is read at the start."""
    line = "/export %s/all%d.txt" % (lab.work, lab.counts.get("damages", 0))
    bob.send(line)
    refused = bob.expect("error", command=line)
    check("damaged" in refused["text"], "a sentence: %s" % refused)
    print("later: " + refused["text"])
    bob.quit()
    return Earshot(host, "bob", home_dir=bob.home)


def damage(path, how, dice):
    size = os.path.getsize(path)
    if how == "cut":
        os.truncate(path, size // 2 + 100)
    else:
        with open(path, "r+b") as f:
            for _ in range(6 if how == "pages" else 1):
                f.seek(0 if how == "header" else
                       4096 * dice.randrange(1, size // 4096))
                f.write(dice.randbytes(512))


def read_only():
    small = SmallDisk("bob")
    hosts, ana, bob = pair(small)
    bob.quit()
    lab.mount("e2e", small.home, "tmpfs", lab.MS_REMOUNT | lab.MS_RDONLY)
    bob = Earshot(hosts[1], "bob", home_dir=small.home, wait=False)
    check(bob.wait() == 1, "it does not start: %s" % bob.status)
    print("read-only: " + bob.stderr().strip())
    check(small.home in bob.stderr() and "read-only" in bob.stderr().lower(),
          "a sentence: " + bob.stderr())
    small.close()


def locked():
    """Another program keeps the database to itself."""
    small = SmallDisk("bob")
    hosts, ana, bob = pair(small)
    other = ledger.sqlite3.connect(os.path.join(small.home, "earshot.db"),
                                   isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    mark, at_ana = bob.mark(), ana.mark()
    ana.send("/msg %s while it is locked" % bob.id)
    bob.expect("message", mark, text="while it is locked")
    lab.wait_until(lambda: lab.pump(0.01) or episodes(bob, mark),
                   "that he is told")
    print("locked: " + episodes(bob, mark)[0])
    check("lock" in episodes(bob, mark)[0], "why: %s" % episodes(bob, mark))
    check(not ana.all("delivery", at_ana, state="delivered"), "unstored")
    begin = time.monotonic()
    bob.sync()
    print("an answer after %.1f s" % (time.monotonic() - begin))
    other.execute("ROLLBACK")
    ana.expect("delivery", at_ana, state="delivered")
    say(bob, ana, "free again")
    check(len(bob.all("message", mark)) == 1, "shown once")
    bob.quit()
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    again = Earshot(hosts[1], "bob", home_dir=small.home, wait=False)
    check(again.wait() == 1 and "lock" in again.stderr(),
          "at the start: %s" % again.stderr())
    print("locked: " + again.stderr().strip())
    other.close()
    bob = Earshot(hosts[1], "bob", home_dir=small.home)
    check(stored(bob.home, ana.id, False) == ["hello", "while it is locked"],
          "all of it")
    small.close()


lab.run(full, full_and_killed, floor, damaged, read_only, locked)
