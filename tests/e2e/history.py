#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What was said is revised, answered, found again, and forgotten for good."""
import contextlib
import json
import os
import signal
import sys

sys.dont_write_bytecode = True
import lab
import ledger
from lab import Earshot, check
from ledger import raw_id

lab.enter()

# Words that are in no program and in no other message.
SECRETS = ("quetzalcoatlus", "xylophagous", "zwischenzug")


def say(a, b, text):
    mark_a, mark_b = a.mark(), b.mark()
    a.send("/msg %s %s" % (b.id, text))
    got = b.expect("message", mark_b, id=a.id, text=text)
    a.expect("delivery", mark_a, message=got["message"], state="delivered")
    lab.count("messages")
    return got["message"]


def told(a, line):
    """What a command of ours says."""
    mark = a.mark()
    a.send(line)
    return a.expect(lambda e: e["event"] in ("info", "error") and
                    e["command"] == line, mark)["text"]


def do(a, line):
    """A command that is not refused."""
    mark = a.mark()
    a.send(line)
    a.sync()
    check(not a.all("error", mark, command=line), "%s: %s" % (
        line, a.all("error", mark)))


def pair():
    _, hosts = lab.lan_of(2)
    ana, bob = [Earshot(ns, name) for ns, name in zip(hosts, ("ana", "bob"))]
    lab.meet(ana, bob)
    return hosts, ana, bob


def back(hosts, ana, bob):
    """Both, after a restart, in conversation with each other."""
    for p in (ana, bob):
        p.quit()
    ana, bob = [Earshot(ns, p.name, home_dir=p.home)
                for ns, p in zip(hosts, (ana, bob))]
    lab.meet(ana, bob)
    return ana, bob


def revised(a, b, line, kind, message, text):
    """What a asks for is seen at both ends."""
    marks = a.mark(), b.mark()
    a.send(line)
    for p, mark in zip((a, b), marks):
        got = p.expect("revised", mark, message=message, kind=kind)
        check((got["text"], got["id"], got["from"]) == (text, a.id, a.name),
              "%s sees %s" % (p.name, got))
    lab.count("revisions")


def stored(home, message):
    """The text and the reactions of a message."""
    db = ledger.open_db(home)
    try:
        row, text, state = db.execute(
            "SELECT row, text, revised FROM message WHERE id = ?",
            (raw_id(message),)).fetchone()
        reactions = {mine: t for mine, t in db.execute(
            "SELECT mine, text FROM reaction WHERE message = ?", (row,))}
        return text, state, reactions
    finally:
        db.close()


def revisions():
    hosts, ana, bob = pair()
    first = say(ana, bob, "see you at nine")
    theirs = say(bob, ana, "fine with me")
    ana.send("/query bob")
    bob.send("/query ana")
    mark = bob.mark()
    ana.send("/reply %s which door?" % theirs)
    answer = bob.expect("message", mark, text="which door?")
    check(answer["reply_to"] == theirs, "what it answers: %s" % answer)
    revised(ana, bob, "/edit %s see you at ten" % first, "edit", first,
            "see you at ten")
    revised(bob, ana, "/react %s \U0001f44d" % first, "react", first,
            "\U0001f44d")
    revised(ana, bob, "/react %s \U0001f98a" % theirs, "react", theirs,
            "\U0001f98a")
    revised(bob, ana, "/react %s" % first, "react", first, "")
    gone = say(ana, bob, SECRETS[0])
    revised(ana, bob, "/delete " + gone, "delete", gone, "")
    # What somebody else said is not ours to change.
    for line in ("/edit %s forged" % theirs, "/delete " + theirs):
        mark, at_bob = ana.mark(), bob.mark()
        ana.send(line)
        ana.expect("error", mark, command=line)
        ana.sync()
        say(ana, bob, "behind it")
        check(not bob.all("revised", at_bob), "T54: nothing changed")
        lab.count("mistakes")
    # One that waits for him is seen at once here, and there when he is back.
    mark = ana.mark()
    bob.quit()
    ana.expect("peer", mark, id=bob.id, state="offline")
    ana.send("/edit %s see you at eleven" % first)
    ana.expect("revised", mark, message=first, text="see you at eleven")
    check("edit" in told(ana, "/outbox"), "it waits, visibly")
    ana.quit()
    ana = Earshot(hosts[0], "ana", home_dir=ana.home)
    bob = Earshot(hosts[1], "bob", home_dir=bob.home)
    lab.wait_until(lambda: told(ana, "/outbox") == "nothing waits",
                   "that it is through")
    for p in (ana, bob):
        p.quit()
        mine = 1 if p is ana else 0
        check(stored(p.home, first)[:2] == ("see you at eleven", 1), "edited")
        check(stored(p.home, gone)[1] == 2, "deleted")
        check(stored(p.home, theirs)[2] == {mine: "\U0001f98a"}, "reacted")
        check(stored(p.home, first)[2] in ({}, {1 - mine: ""}), "taken back")
        check(not on_disk(p.home, SECRETS[0]), "and not on the disk any more")


def receipts():
    """Told only by who turned them on."""
    hosts, ana, bob = pair()
    unread = say(ana, bob, "did you read this?")
    ana.sync()
    check(not ana.all("delivery", message=unread, state="read"),
          "nobody asked him to tell")
    bob.send("/receipts on ana")
    bob.sync()
    say(bob, ana, "I do now")
    seen = say(ana, bob, "and this?")
    ana.expect("delivery", message=seen, state="read")
    ana, bob = back(hosts, ana, bob)
    seen = say(ana, bob, "after a restart?")
    ana.expect("delivery", message=seen, state="read")
    bob.send("/receipts off ana")
    bob.sync()
    last = say(ana, bob, "and now?")
    say(bob, ana, "no more")
    check(not ana.all("delivery", message=last, state="read"), "no more")
    for p in (ana, bob):
        p.quit()
    state = {e.id: e.delivery for e in ledger.history(ana.home, bob.id)}
    check(state[raw_id(seen)] == ledger.READ and
          state[raw_id(last)] == ledger.DELIVERED, "on the disk: %s" % [
              (e.text, e.delivery)
              for e in ledger.history(ana.home, bob.id)])


def on_disk(home, text):
    """In which files of the home the text is."""
    found = []
    for name in os.listdir(home):
        if not os.path.isfile(os.path.join(home, name)):
            continue  # the control socket
        with contextlib.suppress(FileNotFoundError), \
                open(os.path.join(home, name), "rb") as f:
            if text.encode() in f.read():
                found.append(name)
    return found


def no_history():
    """/history off: what is said from then on is on the disk only while it
    waits."""
    hosts, ana, bob = pair()
    say(ana, bob, "this is kept")
    do(ana, "/history off bob")
    say(ana, bob, SECRETS[0])
    say(bob, ana, SECRETS[1])
    mark = ana.mark()
    bob.quit()
    ana.expect("peer", mark, id=bob.id, state="offline")
    ana.send("/msg bob " + SECRETS[2])
    ana.expect("delivery", mark, state="queued")
    ana.sync()
    check(on_disk(ana.home, SECRETS[2]), "it waits, so it is there")
    ana.quit()
    ana = Earshot(hosts[0], "ana", home_dir=ana.home)
    bob = Earshot(hosts[1], "bob", home_dir=bob.home)
    bob.expect("message", text=SECRETS[2])
    ana.expect("delivery", state="delivered")
    # A crash now must not bring back what he said: it was acknowledged.
    mark = ana.mark()
    say(bob, ana, "one more")
    ana.signal(9)
    ana.wait()
    ana = Earshot(hosts[0], "ana", home_dir=ana.home)
    say(bob, ana, "and on")
    check([e["text"] for e in ana.all("message")] == ["and on"], "once")
    for p in (ana, bob):
        p.quit()
    for text in SECRETS + ("one more",):
        check(not on_disk(ana.home, text), "%s in %s" % (
            text, on_disk(ana.home, text)))
        check(on_disk(bob.home, text), "bob keeps it")
    check(on_disk(ana.home, "this is kept"), "from then on, not before")


def forget():
    """A message, a conversation, a contact: their bytes are gone."""
    hosts, ana, bob = pair()
    ids = [say(ana, bob, text) for text in SECRETS]
    say(bob, ana, "seen")
    ana.send("/query bob")
    do(ana, "/forget " + ids[0])
    gone(ana, SECRETS[0])
    check(on_disk(ana.home, SECRETS[1]) and on_disk(ana.home, SECRETS[2]),
          "only that one")
    ana, bob = back(hosts, ana, bob)
    check([e.text for e in ledger.history(ana.home, bob.id)] ==
          [SECRETS[1], SECRETS[2], "seen"], "the others are there")
    do(ana, "/forget conversation bob")
    for text in SECRETS:
        gone(ana, text)
    check(ledger.history(ana.home, bob.id) == [], "all of it")
    say(bob, ana, "still here?")
    say(ana, bob, SECRETS[0])
    do(ana, "/forget contact bob")
    gone(ana, SECRETS[0])
    ana.quit()
    db = ledger.open_db(ana.home)
    check(db.execute("SELECT count(*) FROM contact WHERE fp = ?",
                     (raw_id(bob.id),)).fetchone() == (0,), "no key of his")
    db.close()
    check(not on_disk(ana.home, "still here?"), "nor what he said")
    check(len(ledger.history(bob.home, ana.id)) == 6, "the other end keeps it")


def forget_in_one_turn():
    """What came a moment before, and is not told yet, is told and goes."""
    _, ana, bob = pair()
    say(ana, bob, "first")
    bob.send("/query ana").sync()
    for text in ("second", "third"):
        bob.signal(signal.SIGSTOP)
        mark = ana.mark()
        ana.send("/msg bob " + text)
        ana.expect("delivery", mark, state="sent")
        bob.send("/forget conversation")
        bob.signal(signal.SIGCONT)
        bob.sync()
        bob.expect("message", text=text)
    for p in (ana, bob):
        p.quit()


def gone(p, text):
    lab.wait_until(lambda: lab.pump(0.05) or not on_disk(p.home, text),
                   "that %s leaves %s" % (text, on_disk(p.home, text)))
    lab.count("forgotten")


def search():
    hosts, ana, bob = pair()
    for i in range(30):
        say(ana if i % 2 else bob, bob if i % 2 else ana,
            "%s number %d" % ("tea" if i % 3 else "coffee in the kitchen", i))
    say(bob, ana, "the plan is at https://example.org/plan")
    ana, bob = back(hosts, ana, bob)
    ana.send("/query bob")

    def found(words):
        mark = ana.mark()
        ana.send("/search " + words)
        ana.sync()
        lab.count("searches")
        return [e["text"] for e in ana.all("found", mark)]
    numbers = [int(t.split()[-1]) for t in found("tea")]
    check(numbers == [i for i in range(29, -1, -1) if i % 3][:20],
          "the newest 20, newest first: %s" % numbers)
    check(found("\"in the kitchen\" number 27") ==
          ["coffee in the kitchen number 27"], "a phrase")
    check(len(found("kitch*")) == 10, "a beginning")
    check(found("has:link") == ["the plan is at https://example.org/plan"],
          "a link")
    check([t.split()[-1] for t in found("from:me coffee")] ==
          ["27", "21", "15", "9", "3"], "mine")
    check(len(found("from:bob since:today plan")) == 1, "his, of today")
    check(found("until:2001-01-01 tea") == [], "nothing that old")
    check(found("nothinglikethis") == [], "nothing")
    mark = ana.mark()
    ana.send("/search since:never tea")
    ana.expect("error", mark, command="/search since:never tea")
    exports(ana)
    plain_lines(hosts, ana, bob)


def exports(ana):
    for option, name in (("", "talk.txt"), ("-json ", "talk.json")):
        path = os.path.join(lab.work, name)
        line = "/export %s%s" % (option, path)
        said = told(ana, line)
        check("31 messages written" in said, said)
        with open(path) as f:
            text = f.read()
        check(text.count("kitchen") == 10, "all of it")
        if option:
            lines = [json.loads(s) for s in text.splitlines()]
            check(len(lines) == 31 and
                  lines[-1]["text"].startswith("the plan"),
                  "as JSON, the oldest first: %s" % lines[-1])
        refused = told(ana, line)
        check("31 messages" not in refused, "not over a file: " + refused)
        lab.count("exports")
    said = told(ana, "/export ~/at-home.txt")
    home = os.path.join(os.environ["HOME"], "at-home.txt")
    check(said.endswith(home) and os.path.exists(home), said)
    os.remove(home)


def plain_lines(hosts, ana, bob):
    """The same without --json, for people."""
    ana.quit()
    ana = Earshot(hosts[0], "ana", home_dir=ana.home, json_events=False,
                  wait=False)
    ana.expect(lambda line: "you are ana" in line)
    ana.send("/query bob", "/search \"in the kitchen\" number 27")
    ana.expect(lambda line: "coffee in the kitchen number 27" in line)
    mark = ana.mark()
    ana.send("/goto today")
    ana.expect(lambda line: "the plan is at https" in line, mark)
    mark = ana.mark()
    ana.send("/goto 2090-01-01")
    ana.expect(lambda line: "2090-01-01" in line, mark)
    mark = ana.mark()
    ana.send("/outbox")
    ana.expect(lambda line: "nothing waits" in line, mark)


lab.run(revisions, receipts, no_history, forget, forget_in_one_turn,
        search)
