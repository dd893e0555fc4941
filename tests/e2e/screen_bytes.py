#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the screen costs in bytes, and which bytes they are."""
import base64
import os
import re
import signal
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check
from stream import judge, judge_end
from terminals import Pty

lab.enter()

KEY_BYTES, MESSAGE_BYTES = 2, 3
FLOOD = 5000
WINDOW = 600  # messages on their way at once; more are refused
MODERN = (b"\033]11;rgb:0000/0000/0000\033\\\033[?2026;2$y" +
          b"".join(b"\033[1;%dR" % (cells + 1)
                   for cells in (1, 2, 1, 1, 1, 1, 4, 6, 2, 2)) +
          b"\033[?62;22c")
LIGHT = MODERN.replace(b"0000/0000/0000", b"ffff/ffff/ffff")


def start(**more):
    """mira on a bare terminal, talking with bob."""
    _, (host, far) = lab.lan_of(2)
    bob = Earshot(far, "bob")
    path = more.pop("home", None) or lab.home("mira")
    mira = Pty(host, ["--home", path, "--interface", "eth0", "--name", "mira"],
               **more)
    mira.home = path
    bob.expect("peer", name="mira")
    mira.expect("bob")
    mira.type("\0332hello\r")
    bob.expect("message", text="hello")
    mira.quiet(0.15)
    return mira, bob


def leave(mira):
    mira.type("/quit\r")
    check(mira.wait() == 0, "status")
    return judge_end(mira.output)


def keys():
    """A plain key costs what it shows."""
    mira, bob = start()
    mira.type("x")  # the first brings the mark of a draft along
    mira.quiet(0.15)
    sizes = []
    begin = time.monotonic()
    for c in "the quick brown fox jumps over it" + "漢字 é" * 2:
        before = len(mira.output)
        mira.type(c)
        mira.expect(c, before)
        mira.quiet(0.1)
        sizes.append(len(mira.output) - before - len(c.encode()) + 1)
    lab.count("keys", len(sizes))
    # The clock of the status row may go on once a minute.
    minutes = 1 + int((time.monotonic() - begin) / 60)
    many = sorted(sizes)[:-minutes]
    check(max(many) <= KEY_BYTES, "bytes of a key: %s" % sizes)
    print("bytes of a key: %s" % sorted(set(sizes)))
    mira.type("\x15")
    leave(mira)


def flood_of(bob, mira, text_of):
    """Returns bytes for each message, and how long it took."""
    seen, sent, done = len(bob.events), 0, 0
    before, begin = len(mira.output), time.monotonic()
    while done < FLOOD:
        for event in bob.events[seen:]:
            done += (event.get("event") == "delivery" and
                     event.get("state") == "delivered")
        seen = len(bob.events)
        if sent < FLOOD and sent - done < WINDOW:
            bob.send(*["/msg mira " + text_of(i)
                       for i in range(sent, min(sent + 200, FLOOD))])
            sent = min(sent + 200, FLOOD)
        mira.pump(0.005)
        check(time.monotonic() - begin < 4 * lab.DEADLINE,
              "%d of %d delivered" % (done, FLOOD))
    took = time.monotonic() - begin
    mira.quiet(0.15)
    size = len(mira.output) - before
    lab.count("messages", FLOOD)
    print("%d messages in %.2f s, %.2f bytes each" % (
        FLOOD, took, size / FLOOD))
    return size / FLOOD, took


def slow(took):
    """On a machine so slow that there is a frame for every few messages, the
    bytes are those of frames."""
    return max(took / 0.8, 1)


def flood():
    """Frames are drawn for people, not for messages."""
    mira, bob = start()
    each, took = flood_of(bob, mira, "message {} of the flood".format)
    check(each <= MESSAGE_BYTES * slow(took), "%.2f bytes for each" % each)
    words = [base64.b32encode(os.urandom(20)).decode() for _ in range(50)]
    each, took = flood_of(bob, mira, lambda i: " ".join(
        words[(i * k) % 50][:3 + i % 7] for k in range(1, 2 + i % 11)))
    check(each <= MESSAGE_BYTES * slow(took),
          "%.2f bytes for each of unlike ones" % each)
    leave(mira)


def answers():
    """A terminal that answers is asked once, and its answers are used; one
    that is silent costs nothing but the questions."""
    for answer, light, sync in ((b"", False, False), (MODERN, False, True),
                                (LIGHT, True, True)):
        _, (host,) = lab.lan_of(1)
        mira = Pty(host, ["--home", lab.home("mira"), "--interface", "eth0",
                          "--name", "mira"])
        mira.expect("\033[c")
        # The first frame does not wait.
        mira.expect("Welcome")
        os.write(mira.master, answer)
        mira.quiet(0.4)
        asked = mira.output.count(b"\033[6n")
        check(asked == 10, "%d questions" % asked)
        before = len(mira.output)
        mira.type("\033OP")  # a frame of many bytes
        lab.wait_until(lambda: mira.pump(0.01) and
                       len(mira.output) > before + 200, "the help")
        mira.quiet(0.15)
        check((b"\033[?2026h" in mira.output) == sync, "mode 2026")
        check((b"38;5;24m" in mira.output) == light, "colours for light")
        mira.type("\033\033")
        mira.quiet(0.15)
        mira.type("plain\x15")
        mira.quiet(0.15)
        leave(mira)
        check(mira.output.count(b"\033[c") == 1, "asked once")
        lab.count("terminals")


def not_utf8():
    """The locale says no, the terminal says yes; or nothing."""
    for answer, ascii_only in ((b"", True), (
            b"\033[1;2R\033[1;3R\033[?62c", False), (
            b"\033[1;3R\033[1;4R\033[?62c", True)):
        _, (host,) = lab.lan_of(1)
        mira = Pty(host, ["--home", lab.home("mira"), "--interface", "eth0",
                          "--name", "mira"], env={"LC_ALL": "C"})
        mira.expect("\033[c")
        asked = mira.output.index(b"\033[c")
        os.write(mira.master, answer)
        if ascii_only:
            mira.expect("ASCII", asked)
        else:
            lab.wait_until(lambda: mira.pump(0.01) and
                           not mira.output[asked:].isascii(), "more of it")
        mira.quiet(0.4)
        rest = mira.output[asked:]
        check(rest.isascii() == ascii_only, "ASCII: %r" % rest[-300:])
        check((b"ASCII" in rest) == ascii_only, "it says why")
        leave(mira)
        lab.count("terminals")


def late():
    """Answers that come when nobody waits for them are no keys."""
    mira, bob = start()
    os.write(mira.master, MODERN + b"\033[<0;10;5M\033[M !!")
    before = len(mira.output)
    mira.type("%")
    mira.expect("%", before)
    came = mira.quiet(0.15)
    for bad in (b"rgb", b"2026", b"[1;", b"62;22", b"<0"):
        check(bad not in came, "an answer was typed: %r" % came)
    mira.type("\x15")
    mira.quiet(0.15)
    leave(mira)


def tool(name, *lines):
    """A directory with a program of ours in it, for PATH."""
    path = lab.home(name)
    with open(os.path.join(path, name), "w") as f:
        f.write("\n".join(("#!/bin/sh",) + lines) + "\n")
    os.chmod(os.path.join(path, name), 0o755)
    return path


def mouse():
    """Asked for only where it is wanted, and given back."""
    out = os.path.join(lab.home("out"), "opened")
    tools = tool("xdg-open", 'printf "%s\\n" "$#" "$@" >> ' + out + ".part",
                 "mv %s.part %s" % (out, out))
    mira, bob = start(env={"PATH": tools + ":" + os.environ["PATH"]})
    check(b"\033[?1000h" not in mira.output, "the mouse was taken")
    mira.type("/set look.mouse on\r")
    mira.expect("\033[?1000h")
    mira.expect("\033[?1006h")
    bob.send("/shout hear hear")
    mira.quiet(0.15)
    # The rows of the contacts: a head, nearby, bob.
    mira.type("\033[<0;4;3M\033[<0;4;3m")
    mira.expect("hear hear")
    mira.expect("hold Shift")
    mira.quiet(0.15)
    mira.type("\033[<0;4;4M\033[<0;4;4m")
    mira.quiet(0.15)
    # T48: what a peer wrote is one argument, and ends where a link ends.
    before = len(mira.output)
    bob.send("/msg mira see https://example.org/?a=$(id)&b=;reboot`id`")
    mira.expect("example", before)
    row = re.findall(r"\x1b\[(\d+);\d+H[^\x1b]*see https",
                     mira.output[before:].decode())
    mira.quiet(0.15)
    for column in range(42, 60, 4):
        mira.type("\033[<0;%d;%sM" % (column, row[0] if row else "22"))
    lab.wait_until(lambda: mira.pump() and os.path.exists(out), "a link opened")
    with open(out) as f:
        words = f.read().split("\n")
    check(words[:2] == ["1", "https://example.org/?a=$(id)&b=;reboot"],
          "opened: %s" % words)
    mira.type("\033[<64;40;10M" * 3 + "\033[<65;40;10M" * 3)
    mira.quiet(0.15)
    os.kill(mira.process.pid, signal.SIGTERM)
    mira.wait()
    judge_end(mira.output)
    lab.count("clicks", 7)


lab.run(keys, flood, answers, not_utf8, late, mouse)
