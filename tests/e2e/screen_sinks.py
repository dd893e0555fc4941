#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""T44 .. T48: what a hostile peer wrote, everywhere it goes from a screen: the
grid, the title, notifications by the terminal and by a program, the clipboard,
the bare view, the log of the run, exports and the plain front end. And what is
left of the terminal when one of our programs dies."""
import base64
import contextlib
import os
import re
import signal
import sys
import termios
import time

sys.dont_write_bytecode = True
import corpus
import lab
from lab import Earshot, check
from native import ACK, Person
from stream import judge, judge_end
from terminals import PROMPT, Pty, Tmux, forbidden

lab.enter()

TEXTS = [text for text in corpus.TEXTS if text and len(text) <= 4096]
# T48: for shells, option parsers, markup, and other terminals.
COMMANDS = [text.encode() for text in (
    "`touch x`", "$(touch x)", "; touch x", "| touch x", "&& touch x", "-x",
    "--help", "--", "<b>bold</b>", "<a href=\"http://evil\">click</a>",
    "&amp;", "4;1;50", "4;3", "notify;a;b", "$<5000>", "%s%n", "'; touch x; '",
    "\"; touch x; \"", "\\033]0;x\\007", "file:///etc/passwd",
    "javascript:alert(1)", "http://x/`id`")]


def tool(name, *lines):
    """A directory with a program of ours in it, for PATH."""
    path = lab.home(name)
    with open(os.path.join(path, name), "w") as f:
        f.write("\n".join(("#!/bin/sh",) + lines) + "\n")
    os.chmod(os.path.join(path, name), 0o755)
    return path


def start(**more):
    """mira on a bare terminal; eve, whom she talks with, says what she
    likes."""
    _, (host, far) = lab.lan_of(2)
    path = lab.home("mira")
    mira = Pty(host, ["--home", path, "--interface", "eth0", "--name", "mira"],
               **more)
    mira.home = path
    mira.expect("F1 help")
    eve = Person(far, b"eve", address="10.77.0.2")
    eve.announce()
    mira.expect("eve")
    eve.tcp = eve.dial("10.77.0.1")
    eve.tcp.wait_for(ACK, eve.tcp.say(b"first"))
    mira.type("\0332yes?\r")
    mira.expect("yes?")
    mira.quiet()
    return mira, eve


def say(eve, text):
    eve.tcp.wait_for(ACK, eve.tcp.say(text))
    lab.count("hostile texts")


def clean(text, what):
    bad = forbidden(text)
    check(not bad, "%s: %s" % (what, bad))


def everything():
    """All texts by all ways out of the window."""
    mira, eve = start()
    for text in TEXTS + COMMANDS:
        say(eve, text)
        mira.pump()
    mira.quiet()
    # The bare view: the screen of the shell, and no mode of ours.
    before = len(mira.output)
    mira.type("\033l")
    mira.expect("Enter", before)
    mira.quiet()
    shown = mira.output[before:]
    check(b"\033[?1049l" in shown and b"\033[?2004l" in shown, "bare")
    text = judge(shown)
    bare = text[text.index("\033[?2004l"):]
    check(bare.count("eve: ") >= len(COMMANDS), "the bare view has lines")
    for line in bare.split("\r\n"):
        check("10:02 bob" not in line[:9], "a line of somebody else: " + line)
    lab.count("bare lines", bare.count("\n"))
    before = len(mira.output)
    mira.type("x\r")  # x does nothing there
    mira.expect("\033[?1049h", before)
    mira.expect("F1", before)
    # An export, the log of the run, and the plain front ends.
    path = os.path.join(lab.home("out"), "export.txt")
    before = len(mira.output)
    mira.type("/export %s\r" % path)
    mira.expect("messages written", before)
    mira.quiet()
    with open(path, "rb") as f:
        clean(f.read().decode("utf-8"), "export")
    mira.type("/quit\r")
    check(mira.wait() == 0, "status")
    judge_end(mira.output)
    for folder, _, files in os.walk(mira.home):
        for name in files:
            if "log" in name:
                with open(os.path.join(folder, name), "rb") as f:
                    clean(f.read().decode("utf-8"), name)
                lab.count("logs")


def press(mira, keys):
    """What they come to is shown, where it comes to anything."""
    before = len(mira.output)
    mira.type(keys)
    with contextlib.suppress(lab.Failure):
        lab.wait_until(lambda: mira.pump(0.01) and len(mira.output) > before,
                       "", 1)
    mira.quiet(0.03)


def clipboard():
    """y in message mode: what is copied is what is seen."""
    mira, eve = start()
    before = len(mira.output)
    for text in TEXTS[:24] + COMMANDS:
        say(eve, text)
        mira.quiet(0.03)
        for keys in ("\033v", "y", "\033\033"):
            press(mira, keys)
    for coded in re.findall(rb"\033\]52;c;([^\033\007]*)",
                            mira.output[before:]):
        clean(base64.b64decode(coded).decode("utf-8"), "clipboard")
        lab.count("copies")
    check(lab.counts.get("copies", 0) >= 20, "copied: %s" % lab.counts)
    judge(mira.output)


def notices(way, env=None):
    """Unfocused, with a notification for each."""
    mira, eve = start(env=env)
    mira.type("/set notify.desktop %s\r" % way)
    mira.quiet()
    mira.type("\033[O")
    mira.quiet()
    return mira, eve


def say_until(eve, text, condition, what):
    """Again, where it came before it was seen that nobody looks."""
    end = time.monotonic() + lab.DEADLINE
    while True:
        say(eve, text)
        try:
            return lab.wait_until(condition, what, lab.SLACK)
        except lab.Failure:
            if time.monotonic() > end:
                raise


def notify_by_terminal():
    count = 0
    texts = (b"\033]0;owned\007", b"4;1;50", b"a;b\033\\c",
             "\u202etxt".encode())
    for i, way in enumerate(("osc9", "osc777", "osc99")):
        for text in texts if lab.LONG else (texts[i], texts[-1 - i]):
            mira, eve = notices(way)
            before = len(mira.output)
            wanted = ("\033]" + way[3:] + ";").encode()
            say_until(eve, text, lambda: mira.pump(0.01) and
                      wanted in mira.output[before:], "a notification")
            mira.quiet()
            judge(mira.output)
            for part in re.findall(r"\x1b\]99;[^;]*;([^\x1b]*)",
                                   mira.output.decode()):
                clean(base64.b64decode(part).decode(), "osc99")
            check(b"\033]9;4" not in mira.output, "a progress bar")
            count += 1
            mira.type("\033[I/quit\r")
            mira.wait()
            os.close(mira.master)
    lab.count("notifications", count)


def notify_by_program():
    """Arguments, and markup that is none."""
    out = lab.home("notices")
    tools = tool("notify-send",
                 'f=$(mktemp %s/nXXXXXX); for a in "$@"; do '
                 'printf "%%s\\0" "$a"; done > $f; mv $f $f.done' % out)
    env = {"PATH": tools + ":" + os.environ["PATH"]}
    for text in COMMANDS[:12:3]:
        mira, eve = notices("program", env)
        had = len(os.listdir(out))
        say_until(eve, text, lambda: mira.pump() and any(
            name.endswith(".done") for name in os.listdir(out)) and
            len(os.listdir(out)) > had, "a notification")
        lab.wait_until(lambda: mira.pump() and all(
            name.endswith(".done") for name in os.listdir(out)), "all of it")
        for name in os.listdir(out):
            with open(os.path.join(out, name), "rb") as f:
                words = f.read().decode().split("\0")[:-1]
            os.unlink(os.path.join(out, name))
            check(words[1] == "--" and words[2] == "eve", "argv: %s" % words)
            check("<" not in words[3] and ">" not in words[3],
                  "markup: %s" % words)
        lab.count("notifications")
        mira.type("\033[I/quit\r")
        mira.wait()
        os.close(mira.master)
    check(not os.path.exists("x"), "something was run")


def children():
    """A program that is killed while it has the terminal gives it back."""
    tools = tool("editor", "stty -a > /dev/null; tput smcup; tput civis",
                 "kill -KILL $$")
    editor = os.path.join(tools, "editor")
    _, (host,) = lab.lan_of(1)
    term = Tmux(host, env={"EDITOR": editor, "VISUAL": editor})
    tty = term.ask("pane_tty")
    fd = os.open(tty, os.O_RDWR | os.O_NOCTTY)
    before = termios.tcgetattr(fd)
    home = lab.home("mira")
    term.type("%s --home %s --interface eth0 --name mira" % (
        lab.program, home), "Enter")
    term.expect("F1 help")
    term.type("/shout anybody?", "Enter")
    term.expect("PUBLIC")
    term.type("draft")
    term.expect("draft")
    term.keys("M-e")
    term.expect("137")
    term.expect(lambda rows: "F1 help" in rows[-2] and "draft" in rows[-1])
    term.wait_for("alternate_on", "1")
    term.wait_for("cursor_flag", "1")
    term.type(" goes on")
    term.expect("draft goes on")
    lab.count("children killed")
    # The bare view, and every way out of it.
    for how in ("Enter", "Escape", signal.SIGTERM):
        term.keys("M-l")
        term.wait_for("alternate_on", "0")
        if how != signal.SIGTERM:
            term.keys(how)
            term.expect("draft goes on")
            term.wait_for("alternate_on", "1")
            continue
        with open(os.path.join(home, "lock")) as f:
            os.kill(int(f.read()), how)
        lab.wait_until(lambda: termios.tcgetattr(fd) == before, "the line")
        for mode in ("mouse_any_flag", "keypad_cursor_flag", "insert_flag"):
            term.wait_for(mode, "0")
        term.wait_for("cursor_flag", "1")
    term.type("echo all%s" % "well", "Enter")
    term.expect("allwell")
    lab.count("ways out")
    os.close(fd)


lab.run(everything, clipboard, notify_by_terminal, notify_by_program, children)
