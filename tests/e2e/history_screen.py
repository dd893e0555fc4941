#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What was said is on the screen again after a restart, and what is older
where one scrolls to it; in a large window and in a small one."""
import contextlib
import os
import re
import signal
import sqlite3
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from terminals import PROMPT, Tmux, borders_are_whole, width

lab.enter()

LARGE, SMALL = (80, 24), (40, 12)
OLDER = 300
DAY_MS = 24 * 3600 * 1000


class Mira:
    """earshot on the screen of a tmux, and bob, whom she talks with."""

    def __init__(self, size, home=None):
        _, (self.ns, self.far) = lab.lan_of(2)
        self.bob = Earshot(self.far, "bob")
        self.home = home or lab.home("mira")
        self.term = Tmux(self.ns, *size)
        self.start()
        self.bob.expect("peer", name="mira")
        self.open()
        self.say("hello bob")
        self.hear("hello mira")

    def start(self):
        self.term.type("%s --home %s --interface eth0 --name mira"
                       % (lab.program, self.home), "Enter")
        self.shows(lambda: self.term.ask("alternate_on") == "1", "a screen")

    def shows(self, condition, what):
        lab.wait_until(condition, what, step=0.03)

    def open(self):
        """The conversation with bob."""
        if self.term.columns == 80:
            self.expect("bob")
            self.term.keys("M-2")
            return self.expect("bob>")
        self.expect("F1 help")
        self.term.type("/query bob", "Enter")
        return self.expect("bob ●", "bob ○", "bob ◌")

    def expect(self, *any_of):
        return self.term.expect(lambda rows: any(
            text in row for row in rows for text in any_of) and
            self.is_whole(rows))

    def is_whole(self, rows):
        """Not half a frame."""
        try:
            self.whole(rows)
        except lab.Failure:
            return False
        return True

    def whole(self, rows):
        """Nothing is where it should not be."""
        if (self.term.columns, self.term.rows) == LARGE:
            borders_are_whole(rows)
        check(all(width(row) <= self.term.columns for row in rows),
              "too wide: %s" % rows)
        check("F1" in rows[-2] and re.match(r"(nearby|bob)?>", rows[-1]),
              "the last two rows: %s" % rows[-2:])
        lab.count("screens looked at")

    def say(self, text, mark="✓"):
        at = self.bob.mark()
        self.term.type(text, "Enter")
        self.bob.expect("message", at, text=text)
        self.has((mark, text))

    def hear(self, text):
        at = self.bob.mark()
        self.bob.send("/msg mira " + text)
        self.bob.expect("delivery", at, state="delivered")
        self.has(("", text))

    def said(self, rows=None):
        """What is shown of the conversation: pairs of mark and text; rows
        that are our own words have the mark "┃"."""
        found = []
        for row in rows or self.term.screen():
            row = row.split("│", 1)[1] if self.term.columns == 80 and \
                "│" in row else row
            own = re.match(r" *┃ +([>^] .*)$", row)
            large = re.match(r"(?:\d\d:\d\d)? +([.>✓!]*) *(?:mira|bob)? │ "
                             r"(.*)$", row)
            small = re.match(r"(?:\d\d:\d\d )(?:mira|bob)([.>✓!]*) (.*)$",
                             row)
            if own:
                found.append(("┃", own[1]))
            elif large or small:
                found.append((large or small).groups())
        return found

    def has(self, *wanted):
        """In this order, at the end."""
        self.term.expect(lambda rows: self.said(rows)[-len(wanted):] ==
                         list(wanted))

    def leave(self):
        self.term.type("/quit", "Enter")
        self.term.left()
        self.term.type("clear", "Enter")
        self.term.expect(lambda rows: rows[0] == PROMPT.strip() and
                         not any(rows[1:]))

    def pid(self):
        with open(os.path.join(self.home, "lock")) as f:
            return int(f.read())

    def ask(self, question):
        path = os.path.join(self.home, "earshot.db")
        db = sqlite3.connect("file:%s?mode=ro" % path, uri=True, timeout=10)
        try:
            return db.execute(question).fetchall()
        finally:
            db.close()


def numbers(said):
    return [int(m[1]) for _, text in said for m in [
        re.match(r"line (\d+)$", text)] if m]


def restarted(size):
    """Texts, marks, revisions, as they were."""
    mira = Mira(size)
    bob, term = mira.bob, mira.term
    bob.send("/receipts on mira", "/query mira")
    mira.say("are you well?", "✓✓")
    term.type("/edit are you very well?", "Enter")
    bob.expect("revised", text="are you very well?")
    bob.send("/react #1 👍")
    mira.expect("^ 👍")
    mira.hear("take this back")
    bob.send("/delete")
    mira.has(("", "(deleted)"))
    bob.send("/reply #1 an answer")
    mira.expect("an answer")
    bob.quit()
    mira.expect("bob ○", "○ offline")
    term.type("are you gone?", "Enter")
    wanted = [("✓✓", "hello bob"), ("", "hello mira"),
              ("✓✓", "are you very well? (edited)"), ("┃", "^ 👍 bob"),
              ("", "(deleted)"), ("┃", "> mira: are you very well?"),
              ("", "an answer"), (".", "are you gone?")]
    mira.has(*wanted)
    for _ in range(2):
        mira.leave()
        mira.start()
        mira.expect("F1")
        check(mira.said() == [], "nearby first: %s" % term.screen())
        mira.open()
        mira.has(*wanted)
        mira.expect("1 waits")
        check(mira.said() == wanted, "once: %s" % mira.said())
        lab.count("restarts")
    # It was not forgotten.
    again = Earshot(mira.far, "bob", home_dir=bob.home)
    again.expect("message", text="are you gone?")
    wanted[-1] = ("✓✓", "are you gone?")
    mira.has(*wanted)
    check(len(again.all("message")) == 1, "once")
    term.type("/search gone", "Enter")
    rows = term.expect(lambda rows: any("1 found" in row for row in rows))
    check(any("to bob" in row and "are you gone?" in row for row in rows),
          "who said it: %s" % rows)
    # Enter goes there and selects it, Esc leaves it.
    term.keys("Enter")
    term.expect(lambda rows: "Esc done" in rows[-2] and
                any("█" in row and "are you gone?" in row for row in rows))
    term.keys("Escape")
    mira.has(*wanted[-1:])
    term.type("/search quetzalcoatlus", "Enter")
    term.expect(lambda rows: any("nothing found" in row for row in rows))
    term.keys("Escape")
    mira.has(*wanted[-1:])
    # While it is typed, in the conversation and then everywhere.
    term.keys("C-s")
    term.type("GONE")
    term.expect(lambda rows: "1 of 1" in rows[-2])
    term.keys("Tab")
    term.expect(lambda rows: any("1 found" in row for row in rows))
    term.keys("Escape", "Escape")
    mira.has(*wanted[-1:])


def scrolled(size):
    """Page by page to the oldest, no line left out or shown twice; to a day,
    and back."""
    mira = Mira(size)
    bob, term = mira.bob, mira.term
    at = bob.mark()
    for i in range(1, OLDER + 1):
        bob.send("/msg mira line %d" % i)
    lab.wait_until(lambda: bob.mark() and len(bob.all(
        "delivery", at, state="delivered")) == OLDER, "all of them delivered")
    lab.count("messages", OLDER)
    mira.leave()
    yesterday(mira, 100)
    mira.start()
    mira.open()
    mira.expect("line %d" % OLDER)
    back(mira, "PPage", lambda n: n[0] == 1)
    # In order, from the first to the last, and that is the end of it.
    rows = mira.expect("hello bob")
    check(numbers(mira.said(rows))[0] == 1, "the oldest: %s" % rows)
    back(mira, "NPage", lambda n: n[-1] == OLDER)
    to_a_day(mira)
    at = bob.mark()
    # The view stays where it is while messages arrive.
    term.keys("PPage")
    before = mira.said(mira.expect("scrolled up"))
    bob.send("/msg mira from below")
    bob.expect("delivery", at, state="delivered")
    rows = mira.expect("v 1 new")
    # A row of it gives its place to the news.
    check(mira.said(rows) in (before, before[:-1]), "it moved: %s" % rows)
    term.keys("M-End")
    mira.has(("", "line %d" % OLDER), ("", "from below"))


def yesterday(mira, count):
    """The first so many of them came a day ago."""
    db = sqlite3.connect(os.path.join(mira.home, "earshot.db"))
    with db:
        changed = db.execute(
            "UPDATE message SET arrived_ms = arrived_ms - ? WHERE row <= "
            "(SELECT row FROM message WHERE text = ?)",
            (DAY_MS, "line %d" % count)).rowcount
    db.close()
    check(changed == count + 2, "%d are a day older" % changed)


def back(mira, key, is_end):
    """Pages until the end; each continues what was shown before."""
    def page(before, seen):
        """The next one, once it is drawn: in order, and without a gap."""
        def wanted(rows):
            now = numbers(mira.said(rows))
            return rows != before and now and mira.is_whole(rows) and \
                now == list(range(now[0], now[-1] + 1)) and \
                (seen & set(now) or not seen)
        wanted.__doc__ = "a page that goes on from the one before"
        return mira.term.expect(wanted)

    seen = set()
    before = None
    for _ in range(2 * OLDER):
        before = page(before, seen)
        now = numbers(mira.said(before))
        seen |= set(now)
        if is_end(now):
            break
        mira.term.keys(key)
        lab.count("pages")
    check(seen == set(range(1, OLDER + 1)), "all of them: %s" % (
        sorted(set(range(1, OLDER + 1)) - seen)))


def to_a_day(mira):
    term = mira.term
    term.keys("M-End")
    mira.expect("line %d" % OLDER)
    term.type("/goto yesterday", "Enter")
    rows = mira.expect("hello bob")
    check(mira.said(rows)[0] == ("✓", "hello bob") and
          "scrolled up" in rows[-2], "the first of that day: %s" % rows)
    term.type("/goto today", "Enter")
    rows = mira.expect("today, ")
    at = next(i for i, row in enumerate(rows) if "today, " in row)
    check("line 101" in rows[at + 1] and not any(
        "line 100" in row for row in rows), "the first of today: %s" % rows)
    term.type("/goto 2099-01-01", "Enter")
    mira.expect("nothing was said here")
    term.type("/clear", "Enter")
    mira.expect("line %d" % OLDER)


def killed(mira):
    """And started again: nobody was left to give the terminal back."""
    os.kill(mira.pid(), signal.SIGKILL)
    mira.term("respawn-pane", "-k", "/bin/sh", "-i")
    mira.term.expect(lambda rows: rows[0] == PROMPT.strip())
    mira.start()
    lab.count("kills")


def drafts(size):
    """What was not sent is there again, even after a kill."""
    mira = Mira(size)
    term = mira.term
    text = ""
    for more in ("half a tho", "ught, and more"):
        text += more
        term.type(more)
        term.expect(lambda rows: rows[-1].endswith("> " + text))
        mira.shows(lambda: mira.ask("SELECT text FROM draft") == [(text,)],
                   "it is stored")
        killed(mira)
        if size == LARGE:
            # The list tells of it.
            term.expect(lambda rows: any(
                re.match(r"\d. bob +\*", row) for row in rows))
        mira.open()
        rows = term.expect(lambda rows: rows[-1].endswith("> " + text))
        mira.whole(rows)
        mira.has(("✓", "hello bob"), ("", "hello mira"))
    # Sent, it is none any more.
    term.keys("Enter")
    mira.bob.expect("message", text=text)
    mira.has(("✓", text))
    mira.shows(lambda: mira.ask("SELECT text FROM draft") == [], "no draft")
    killed(mira)
    mira.open()
    mira.has(("", "hello mira"), ("✓", text))
    check(term.screen()[-1].endswith(">"), "an empty line")


def not_stored(size):
    """A full disk is told in its place, and what is on the screen stays."""
    place = lab.home("small")
    lab.mount("none", place, "tmpfs", 0, "size=2m,mode=0700")
    with open(os.path.join(place, "config"), "w") as f:
        f.write("history.free 0\n")
    mira = Mira(size, place)
    bob, term = mira.bob, mira.term
    at = bob.mark()
    with contextlib.suppress(OSError), \
            open(os.path.join(place, "filler"), "wb", 0) as f:
        while True:
            f.write(b"x" * 4096)
    # What came before may have left a little room.
    for i in range(200):
        bob.send("/msg mira %d %s" % (i, "x" * 60))
        bob.expect("delivery", at, state="sent")
        if any("not stored" in row for row in term.screen()):
            break
    rows = mira.expect(" not stored ")
    check(rows[-2].startswith(" not stored  "), "first: " + rows[-2])
    term.type("into the void", "Enter")
    term.expect(lambda rows: any(
        "not delivered: not stored" in row for row in rows) and
        ("!", "into the void") in mira.said(rows))
    for columns in (80, 60, 40, 31, 30, 20, 14, 13, 12, 11, 10, 80):
        term.resize(columns, size[1])
        # Drawn anew: the way to the help ends where the row ends.
        rows = term.expect(lambda rows: re.search("F1( help)?$", rows[-2]) and
                           columns - 1 <= width(rows[-2]) <= columns)
        check(all(width(row) <= columns for row in rows), "%s" % rows)
        check(re.match(r" not stored(  .*)? +F1", rows[-2]) or
              columns < 14 and "not" not in rows[-2],
              "whole or not at all in %d columns: %s" % (columns, rows[-2]))
        lab.count("widths")
    term.resize(*size)
    check(not bob.find("message", at, text="into the void"), "it is not sent")
    os.unlink(os.path.join(place, "filler"))
    term.expect(lambda rows: "not stored" not in rows[-2])
    mira.say("there is room again")
    mira.leave()
    lab.close_all()
    lab.unmount(place)


def at_both(part):
    def both():
        for size in (LARGE, SMALL):
            part(size)
            lab.close_all()
            lab.parts_begun += 1
    both.__name__ = part.__name__
    return both


lab.run(*map(at_both, (restarted, scrolled, drafts, not_stored)))
