#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""T48: one list of texts for shells, options, markup and terminals, and every
place of a screen where a program or a terminal gets what somebody else wrote:
notifications, links, the editor. Hooks and commands have their own scripts."""
import base64
import html
import json
import os
import re
import select
import socket
import sys
import time

sys.dont_write_bytecode = True
import lab
from injections import DASHES, PAYLOADS
from lab import Earshot, check
from native import ACK, Person, Session
from stream import judge
from terminals import Pty, forbidden

lab.enter()

# Of a text that is nothing but blanks there is nothing to tell.
TEXTS = [p for p in PAYLOADS + DASHES if p.strip()]
AT_LEAST = 60
WAYS = ("program", "osc9", "osc777", "osc99")
told = dict.fromkeys(WAYS, 0)
AGAIN_S = 10  # one notification of a conversation in so many seconds
RECORDER = """#!%s -I
import json, os, stat, sys
out = %r
with open(out + ".part", "w") as f:
    json.dump(sys.argv, f)
os.rename(out + ".part", out)
"""
EDITOR = """#!%s -I
import json, os, stat, sys
out = %r
path = sys.argv[-1]
mode = stat.S_IMODE(os.stat(path).st_mode)
with open(path, encoding="utf-8", newline="") as f:
    text = f.read()
with open(out + ".part", "w") as f:
    json.dump([sys.argv[1:], mode, text], f)
if os.path.exists(out + ".next"):
    os.rename(out + ".next", path)
os.rename(out + ".part", out)
"""


def recorder(name, text=RECORDER):
    """A program for PATH, and where it tells what it got."""
    folder = lab.home(name)
    out = os.path.join(lab.home("out"), "told")
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.write(text % (sys.executable, out))
    os.chmod(os.path.join(folder, name), 0o755)
    return folder, out


def taken(mira, out):
    """What it told, once it did."""
    lab.wait_until(lambda: mira.pump() and os.path.exists(out), "a program")
    with open(out, encoding="utf-8", errors="surrogateescape") as f:
        told = json.load(f)
    os.unlink(out)
    return told


def leave(mira):
    """Twice, since it asks where something is on its way."""
    mira.type("/quit\r/quit\r")
    check(mira.wait() == 0, "status")
    judge(mira.output)
    os.close(mira.master)


def nothing_ran(*homes):
    for folder in (".", lab.work, os.path.expanduser("~")) + homes:
        check(not os.path.exists(os.path.join(folder, "gone")),
              "something was run in " + folder)
    check(not os.path.exists("/gone"), "something was run in /")


def enough(what, n):
    check(n >= AT_LEAST, "%d payloads at %s" % (n, what))
    lab.count("payloads at " + what, n)


def start(name="mira", env=None):
    """mira on a bare terminal, and the place of somebody else."""
    _, (host, far) = lab.lan_of(2)
    home = lab.home(name)
    mira = Pty(host, ["--home", home, "--interface", "eth0", "--name", "mira"],
               env=env)
    mira.home = home
    mira.expect("F1 help")
    return mira, far


def callers(mira, far, texts):
    """For each text somebody who is called so, as far as a name can be."""
    people = []
    for i, text in enumerate(texts):
        name = text.encode()[:40].decode("utf-8", "ignore")
        # Each from an address of its own: of one only so many may come.
        if i > 0:
            far.address("eth0", i + 2, v6=False)
        person = Person(far, name.encode(), address="10.77.0.%d" % (i + 2))
        person.announce()
        sock = far.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.bind((person.address, 0))
        sock.connect(("10.77.0.1", lab.PORT))
        person.tcp = Session(sock, person, True)
        person.again = 0
        people.append(person)
        mira.pump()
    return people


def is_plain(text, told):
    """It came as it was, but for what no terminal may get."""
    check(not forbidden(told), "clean: %r" % told)
    if text.isascii():
        check(told == text[:len(told)] and (told == text or len(told) >= 100),
              "as it was: %r, not %r" % (told, text))


def say(mira, person, text):
    message = person.tcp.say(text.encode())
    lab.wait_until(lambda: mira.pump() and select.select(
        [person.tcp.sock], [], [], 0)[0], "an answer to %r" % text)
    try:
        person.tcp.wait_for(ACK, message)
    except TimeoutError:
        raise lab.Failure("no receipt for %r" % text) from None


def by_program(mira, person, text, out):
    say(mira, person, text)
    argv = taken(mira, out)
    check(argv[1:3] == ["--app-name=earshot", "--"] and len(argv) == 5,
          "four arguments: %s" % argv)
    check(not re.search("[<>\"']", argv[4]) and
          not re.search("&(?!amp;|lt;|gt;|quot;|#39;)", argv[4]),
          "no markup: %s" % argv)
    is_plain(text, html.unescape(argv[4]))
    check(argv[3] and not forbidden(argv[3]), "a name: %s" % argv)


def strings(data, number):
    return re.findall(r"\x1b\]%s;([^\x00-\x1f\x7f]*)\x1b\\" % number,
                      data.decode())


def by_terminal(mira, person, text, number):
    before = len(mira.output)
    say(mira, person, text)
    mira.expect("\033]%s;" % number, before)
    wanted = 2 if number == "99" else 1
    lab.wait_until(lambda: mira.pump() and
                   len(strings(mira.output[before:], number)) == wanted,
                   "a whole notification")
    said = strings(mira.output[before:], number)
    # Nobody parts fields by what is in them.
    sent = text if number == "99" else text.replace(";", ",")
    if number == "9":
        check(said[0].startswith(" "), "it is no command: %s" % said)
        body = said[0]
        check(body.isascii() is False or body.endswith(": " + sent) or
              len(sent) > 100, "its text: %s" % said)
    elif number == "777":
        fields = said[0].split(";")
        check(len(fields) == 3 and fields[0] == "notify", "fields: %s" % said)
        is_plain(sent.replace(";", ","), fields[2])
    else:
        (head, title), (tail, body) = [t.split(";") for t in said]
        check(head == "i=earshot:d=0:e=1" and
              tail == "i=earshot:d=1:e=1:p=body", "keys: %s" % said)
        check(not forbidden(base64.b64decode(title).decode()), "a title")
        is_plain(text.replace(";", ","), base64.b64decode(body).decode())


def notified(texts, out, env):
    """By a program, and by each of three sequences of the terminal."""
    mira, far = start(env=env)
    people = callers(mira, far, texts)
    for way in WAYS:
        mira.type("\033[I/set notify.desktop %s\r" % way)
        mira.quiet()
        mira.type("\033[O")
        mira.quiet()
        before = len(mira.output)
        for person, text in zip(people, texts):
            lab.wait_until(lambda: mira.pump(0.02) and
                           time.monotonic() > person.again, "another turn")
            if way == "program":
                by_program(mira, person, text, out)
            else:
                by_terminal(mira, person, text, way[3:])
            person.again = time.monotonic() + AGAIN_S
            told[way] += 1
        judge(mira.output[before:])
        check(not os.path.exists(out), "no program, too")
        check(way != "program" or not any(
            strings(mira.output[before:], n) for n in ("9", "777", "99")),
            "no sequence, too")
    nothing_ran(mira.home)
    mira.type("\033[I")
    leave(mira)


def t48_notifications():
    tools, out = recorder("notify-send")
    # Not all at once: so many strangers are not let in.
    for some in (TEXTS[::2], TEXTS[1::2]):
        notified(some, out, {"PATH": tools + ":" + os.environ["PATH"]})
    for way in WAYS:
        enough(way, told[way])


def t48_links():
    """A link of the web is one argument; nothing else is a link."""
    tools, out = recorder("xdg-open")
    mira, far = start(env={"PATH": tools + ":" + os.environ["PATH"]})
    eve = Person(far, b"eve", address="10.77.0.2")
    eve.announce()
    mira.expect("eve")
    eve.tcp = eve.dial("10.77.0.1")
    eve.tcp.wait_for(ACK, eve.tcp.say(b"first"))
    mira.type("\0332yes?\r")
    mira.expect("yes?")

    def ask(text):
        say(mira, eve, text)
        mira.quiet(0.03)
        mira.type("\033v")
        mira.quiet(0.03)
        mira.type("o")
        mira.quiet(0.03)
    for i, text in enumerate(TEXTS):
        link = ("http", "https")[i % 2] + "://h.example/q?" + text
        ask(link)
        argv = taken(mira, out)
        check(len(argv) == 2 and argv[1].startswith("http") and
              link.startswith(argv[1]) and argv[1].isascii() and
              not re.search("[\\s<>\"`{}|\\\\^]", argv[1]),
              "one link: %s of %r" % (argv, link))
    enough("links", len(TEXTS))
    others = ("file:///bin/", "javascript:", "mailto:a@b.c?attach=", "data:",
              "ftp://h/", "smb://h/", "vbscript:", "ssh://-o")
    for i, text in enumerate(TEXTS):
        ask(others[i % len(others)] + text)
        # What was asked for before would have been told by now.
        mira.type("\033\033")
        mira.quiet(0.03)
    ask("http://h.example/last")
    check(taken(mira, out)[1:] == ["http://h.example/last"],
          "only links of the web were opened")
    enough("other schemes", len(TEXTS))
    nothing_ran(mira.home)
    leave(mira)


def drafts(mira):
    return [n for n in os.listdir(mira.home) if n.startswith("draft")]


def edited(mira, out, text=None):
    """Alt-E, with an editor that writes the text; what it was told."""
    if text is not None:
        with open(out + ".next", "w", encoding="utf-8") as f:
            f.write(text + "\n")
    before = len(mira.output)
    mira.type("\033e")
    argv, mode, was = taken(mira, out)
    mira.expect("F1", before)  # the screen is ours again
    mira.quiet(0.03)
    path = argv[-1]
    check(os.path.dirname(path) == mira.home and
          re.fullmatch("draft-[A-Za-z0-9]{6}\\.txt", os.path.basename(path)),
          "a name of ours: %s" % argv)
    check(mode == 0o600 and drafts(mira) == [], "nobody else's: %o" % mode)
    return argv, was


def t48_editor():
    """What a draft says is never more than the contents of a file, and what
    the editor makes of it never more than a text."""
    tools, out = recorder("recorder", EDITOR)
    mira, far = start("$(touch gone); `touch gone` -x & '\"", env={
        "VISUAL": os.path.join(tools, "recorder") + "  --wait\t-n"})
    bob = Earshot(far, "bob")
    mira.expect("bob")
    mira.type("/query bob\r")
    mira.expect("No messages with bob")
    said = 0
    for text in TEXTS:
        argv, was = edited(mira, out, text)
        check(argv[:-1] == ["--wait", "-n"] and was == "", "%s" % argv)
        argv, was = edited(mira, out)
        check(argv[:-1] == ["--wait", "-n"], "%s" % argv)
        check(was == text, "the draft is what one wrote: %r" % was)
        if text.startswith("/"):  # would be a command
            mira.type("\025")
            mira.quiet(0.03)
            continue
        mark = bob.mark()
        mira.type("\r")
        got = bob.expect("message", mark)["text"]
        check(not forbidden(got) and (got == text.rstrip() or
                                      not text.isascii()),
              "what was sent: %r of %r" % (got, text))
        said += 1
    # Controls of a terminal are no text, whoever wrote them.
    for text in ("\033]0;x\007y", "a\x9b2Jb", "\033[2J", "\x7f\x08", "\0x",
                 "\033P1$r\033\\", "\x9d52;c;?\x9c", "a\rb"):
        edited(mira, out, text)
        _, was = edited(mira, out)
        check(not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", was),
              "controls in the draft: %r" % was)
        mira.type("\025")
        lab.count("controls")
    enough("the editor", len(TEXTS))
    enough("those it is sent to", said)
    nothing_ran(mira.home)
    leave(mira)


def t48_editor_is_words():
    """$VISUAL has a program and its options, and no shell reads them."""
    tools, out = recorder("recorder", EDITOR)
    words = [w for p in PAYLOADS + DASHES for w in re.split("[ \t]+", p) if w]
    count = 0
    for first in range(0, len(words), 7):
        some = words[first:first + 7]
        mira, _ = start(env={"VISUAL": " ".join(
            [os.path.join(tools, "recorder")] + some)})
        argv, _ = edited(mira, out, "text")
        check(argv[:-1] == some, "as they are: %s, not %s" % (argv, some))
        nothing_ran(mira.home)
        count += len(some)
        mira.type("\025")
        leave(mira)
    check(count == len(words), "all of them")
    enough("words of $VISUAL", count)


lab.run(t48_notifications, t48_links, t48_editor,
        t48_editor_is_words)
