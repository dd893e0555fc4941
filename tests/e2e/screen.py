#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The full screen, in tmux and on a bare terminal."""
import os
import re
import signal
import sys
import termios
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from terminals import Pty, Tmux, forbidden, has_mark, width

lab.enter()


def company(columns=80, rows=24, names=("bob",), env=None):
    """mira in tmux, the others without a screen, all listed by her."""
    _, hosts = lab.lan_of(1 + len(names))
    others = [Earshot(ns, name) for ns, name in zip(hosts[1:], names)]
    term = Tmux(hosts[0], columns, rows, env)
    term.home = lab.home("mira")
    term.ns = hosts[0]
    start(term)
    for p in others:
        p.expect("peer", name="mira")
    return term, others


def type_start(term, before=""):
    term.type("%s%s --home %s --interface eth0 --name mira"
              % (before, lab.program, term.home), "Enter")


def start(term):
    type_start(term)
    term.wait_for("alternate_on", "1")


def pid_of(term):
    with open(os.path.join(term.home, "lock")) as f:
        return int(f.read())


def talk(term, bob, text):
    mark = bob.mark()
    term.type(text, "Enter")
    got = bob.expect("message", mark, text=text)
    term.expect(has_mark(text, "✓"))
    answer = "re: " + text
    bob.send("/msg %s %s" % (got["id"], answer))
    term.expect(answer)
    bob.expect("delivery", mark, state="delivered")
    lab.count("messages", 2)


def everyday():
    """80x24: pick somebody from the list, talk, get a shout."""
    term, (bob, cem) = company(names=("bob", "cem"))
    rows = term.whole(lambda rows: sum(
        1 for r in rows if re.match(r"[23]. (bob|cem)", r)) == 2)
    number = next(r[0] for r in rows if re.match("[23]. bob", r))
    term.keys("M-" + number)
    term.expect("bob>")
    talk(term, bob, "hello bob")
    term.whole("hello bob")
    cem.send("/msg mira are you there?")
    term.expect(lambda rows: any(
        re.match("[23]. cem.*1│", r) for r in rows) and "cem(1)" in rows[-2])
    term.wait_for("pane_title", "earshot (1)")
    term.keys("M-a")
    term.expect("cem>")
    term.whole("are you there?")
    term.keys("M-a")
    term.expect("bob>")
    cem.send("/shout cake in the kitchen")
    term.expect(lambda rows: any("nearby" in r and "1│" in r for r in rows))
    term.keys("M-1")
    rows = term.whole("cake in the kitchen")
    check(any("PUBLIC" in r and "cake" in r for r in rows), "a shout is public")
    mark = bob.mark()
    term.type("/shout thank you", "Enter")
    bob.expect("shout", mark, text="thank you")
    term.keys("M-" + number)
    term.expect("bob>")
    term.type("/foobar", "Enter")
    rows = term.whole("no command /foobar")
    check(rows[-1].startswith("bob> /foobar"), "the line is kept: " + rows[-1])
    term.keys("C-u")
    absence(term, bob)


def absence(term, bob):
    """Who was killed is shown as such, and what is said then waits."""
    bob.signal(signal.SIGKILL)
    term.expect(lambda rows: "stale" in rows[0])
    term.type("are you gone?", "Enter")
    term.expect(has_mark("are you gone?", "."))
    # A message that waits holds up nobody: it is stored.
    term.type("/quit", "Enter")
    term.expect(lambda rows: term.ask("alternate_on") == "0")


def small():
    """40x12 and 12x3, and every size between them."""
    term, (bob,) = company(40, 12)
    term.expect("bob")
    term.keys("M-2")
    term.expect("bob")
    talk(term, bob, "on a telephone")
    bob.send("/shout hear hear")
    term.keys("M-1")
    term.expect("PUBLIC")
    term.keys("M-2")
    term.resize(12, 3)
    mark = bob.mark()
    term.type("tiny", "Enter")
    bob.expect("message", mark, text="tiny")
    bob.send("/msg mira wee")
    term.expect("wee")
    for columns, rows in ((80, 24), (200, 60), (44, 14), (72, 14), (43, 13),
                          (110, 20), (1, 1), (2, 2), (9, 4), (60, 5),
                          (80, 24)):
        term.resize(columns, rows)
        if columns >= 40 and rows >= 4:
            term.expect("wee")
        shown = term.screen()
        check(all(width(r) <= columns for r in shown), "%dx%d" % (columns,
                                                                  rows))
        lab.count("sizes")
    term.whole(lambda rows: any("wee" in r for r in rows))
    talk(term, bob, "as before")


def answers():
    """What is longer than the screen is read from its beginning: the worst."""
    for columns, rows in ((80, 24), (40, 12)):
        term, (bob,) = company(columns, rows)
        bob.ns.ip("link set eth0 down")
        term.ns.ip("addr replace 10.77.0.1/25 dev eth0")
        term.type("/doctor 10.77.0.3", "Enter")
        shown = term.expect(lambda rows: "more below: PgDn" in rows[-2])
        check(any("1. [" in r for r in shown[:2]), "the worst: %s" % shown)
        for _ in range(12):
            if "more below" not in term.screen()[-2]:
                break
            before = term.screen()
            term.keys("NPage")
            term.expect(lambda rows: rows != before)
        term.expect("load")
        term.type("/net", "Enter")
        shown = term.expect(lambda rows: "more below: PgDn" in rows[-2])
        check(any("you " in r for r in shown[:2]), "/net: %s" % shown)
        lab.count("answers", 2)


def console():
    """The fonts of the console of Linux lack most characters."""
    term, (bob,) = company()
    term.expect("bob")
    term.type("/quit", "Enter")
    term.left()
    # There is no second screen to switch to.
    type_start(term, "clear; TERM=linux ")
    term.expect("F1 help")
    term.keys("M-2")
    bob.send("/msg mira good evening")
    term.expect("good evening")
    check("".join(term.screen()).isascii(), "not ASCII: %s" % term.screen())


def hostile():
    """Names and texts of somebody who wishes us ill leave the screen whole."""
    import corpus
    from native import ACK, Person
    term, (bob,) = company()
    term.expect("bob")
    far = bob.ns
    shown = 0
    for i, name in enumerate(corpus.NAMES):
        far.address("eth0", 40 + i, v6=False)
        eve = Person(far, name[:64], address="10.77.0.%d" % (40 + i))
        eve.status = corpus.TEXTS[i % len(corpus.TEXTS)][:120]
        eve.announce()
        shown += 1
    look(term, lambda rows: any(
        "%d here" % (shown + 1) in r or "%d on" % (shown + 1) in r
        for r in rows))
    eve.tcp = eve.dial("10.77.0.1")
    eve.tcp.say(b"first")
    term.expect(lambda rows: "(1)" in rows[-2])
    term.keys("M-a")
    term.expect("first")
    term.type("yes?", "Enter")
    for text in filter(None, corpus.TEXTS):
        eve.tcp.wait_for(ACK, eve.tcp.say(text))
        lab.count("hostile texts")
        end = "end %d." % lab.counts["hostile texts"]
        eve.tcp.say(end.encode())
        for row in look(term, end):
            # Behind both lines: beside the contacts, and beside the names.
            check("bob is offline" not in row or
                  row.split("bob is")[0].count("│") >= 2,
                  "a line that is not ours: " + row)
    for _ in range(6):
        term.keys("PPage")
        look(term)
    term.keys("M-End")
    term.type("/info", "Enter")
    look(term)
    term.resize(40, 12)
    term.expect(lambda rows: "F1" in rows[-2])
    check(not forbidden(strip(term.bytes())), "forbidden characters")
    term.resize(80, 24)
    look(term)


def strip(text):
    """Without what tmux itself writes for attributes."""
    return re.sub("\033\\[[0-9;:]*m|\033\\(B|[\016\017]", "", text)


def look(term, *wanted):
    rows = term.whole(*wanted)
    bad = forbidden(strip(term.bytes()))
    check(not bad, "forbidden characters on the screen: %s" % bad)
    bad = forbidden(term.ask("pane_title"))
    check(not bad, "forbidden characters in the title: %s" % bad)
    lab.count("hostile screens")
    return rows


def leaving():
    """However it ends, the terminal is as it was."""
    term, _ = company()
    tty = term.ask("pane_tty")
    term.type("/quit", "Enter")
    term.left()
    for how in ("/quit", signal.SIGTERM, signal.SIGHUP, signal.SIGABRT,
                signal.SIGSEGV, "C-z"):
        fd = os.open(tty, os.O_RDWR | os.O_NOCTTY)
        before = termios.tcgetattr(fd)
        title = term.ask("pane_title")
        start(term)
        term.expect("F1 help")
        check(termios.tcgetattr(fd) != before, "the terminal is raw")
        # What the terminal was asked it has answered, and that was read.
        term.type("answered")
        term.expect("answered")
        term.keys("C-u")
        term.expect(lambda rows: not any("answered" in row for row in rows))
        if how == "/quit":
            term.type(how, "Enter")
        elif how == "C-z":
            term.keys(how)
        else:
            os.kill(pid_of(term), how)
        lab.wait_until(lambda: term.ask("alternate_on") == "0",
                       "the main screen after %s" % how)
        lab.wait_until(lambda: termios.tcgetattr(fd) == before,
                       "the line as before after %s" % how)
        lab.wait_until(lambda: term.ask("pane_title") == title,
                       "the title as before after %s" % how)
        term.wait_for("cursor_flag", "1")
        for mode in ("mouse_any_flag", "keypad_cursor_flag", "keypad_flag",
                     "insert_flag"):
            term.wait_for(mode, "0")
        os.close(fd)
        term.type("echo all%s" % "well", "Enter")
        # What is typed before the shell asks for it stands behind its prompt.
        term.expect(lambda rows: any(
            row.endswith("allwell") and "echo" not in row for row in rows))
        term.type("clear", "Enter")
        term.expect(lambda rows: not any("allwell" in row for row in rows))
        lab.count("ways to leave")
    term.type("fg", "Enter")
    term.wait_for("alternate_on", "1")
    term.expect("F1 help")
    term.type("/quit", "Enter")
    term.left()


def all_delivered(bob, number):
    lab.wait_until(lambda: bob.mark() and number == len(bob.all(
        "delivery", state="delivered")), "%d messages delivered" % number)


def stalled():
    """A terminal that stops costs nobody anything."""
    _, (host, far) = lab.lan_of(2)
    bob = Earshot(far, "bob")
    mira = Pty(host, ["--home", lab.home("mira"), "--interface", "eth0",
                      "--name", "mira"])
    bob.expect("peer", name="mira")
    mira.expect("bob")
    mira.type("\0332hello\r")
    bob.expect("message", text="hello")
    # From here on nobody reads the terminal. It is full when screenfuls add
    # nothing to what waits in it.
    idle = sent = 0
    while idle < 3:
        before, sent = mira.waiting(), sent + 1
        bob.send("/msg mira %s" % (chr(0x4e00 + sent) * 600))
        all_delivered(bob, sent)
        try:
            lab.wait_until(lambda: mira.waiting() > before, "", 0.1)
            idle = 0
        except lab.Failure:
            idle += 1
    print("stalled with %d bytes" % mira.waiting())
    begin = time.monotonic()
    for i in range(200):
        bob.send("/msg mira %s" % (chr(0x6e00 + i) * 600))
    all_delivered(bob, sent + 200)
    lab.count("messages", 200)
    print("200 messages delivered in %.2f s" % (time.monotonic() - begin))
    mira.expect(chr(0x6e00 + 199) * 20)
    mira.type("still here\r")
    bob.expect("message", text="still here")
    # Stalled again, and told to go.
    for i in range(50):
        bob.send("/msg mira %s" % (chr(0x5e00 + i) * 600))
    all_delivered(bob, sent + 250)
    os.kill(mira.process.pid, signal.SIGTERM)
    lab.wait_until(lambda: mira.process.poll() is not None,
                   "the end, without a reader")
    check(mira.process.returncode == 0, "status")
    bob.expect("peer", name="mira", state="offline")


def dropped():
    """A path without quotes, as some terminals drop it, is that of a file."""
    term, (bob,) = company()
    term.expect("bob")
    term.type("/query bob", "Enter")
    for name in ("with space.txt", "it's.txt", "a&b (1).pdf"):
        path = os.path.join(term.home, name)
        with open(path, "w") as f:
            f.write(name)
        mark = bob.mark()
        term("set-buffer", path + " ")
        term("paste-buffer", "-p", "-d")
        term.expect("/send " + os.path.dirname(path)[:10])
        term.keys("Enter")
        bob.expect("transfer", mark, name=name, state="offered")


lab.run(everyday, dropped, small, answers, console, leaving, stalled, hostile)
