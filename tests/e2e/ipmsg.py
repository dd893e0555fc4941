#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""IP Messenger: against a peer of the tests' own, and between two earshots."""
import os
import re
import sys
import time

sys.dont_write_bytecode = True
import ipmsg_peer as im
import lab
from ipmsg_peer import Peer
from lab import Earshot, check

lab.enter()

HERE, THERE = "10.77.0.1", "10.77.0.2"


def speaker(ns, name, *options, home_dir=None, **more):
    home = home_dir or lab.home(name)
    with open(os.path.join(home, "config"), "w") as f:
        f.write("ipmsg on\n")
    return Earshot(ns, name, *options, home_dir=home, env={"USER": name},
                   **more)


def guest(encoding="utf-8", **more):
    """An earshot that speaks the dialect, and another peer beside it."""
    _, hosts = lab.lan_of(2, v6=False)
    ana = speaker(hosts[0], "ana")
    zhang = Peer(hosts[1], "zhang", "PC-1", encoding=encoding, **more)
    zhang.enter(HERE)
    return ana, zhang


def listed(ana, zhang, **fields):
    return ana.expect("peer", dialect="ipmsg", name=zhang.nick, **fields)


def presence():
    """Entry, answer, absence, exit; names, groups."""
    ana, zhang = guest(nick="张三", group="研发")
    entry = zhang.expect(im.ENTRY)
    check(entry.source == (HERE, 2425), "it comes from its port")
    check(entry.version == b"1" and entry.user == b"ana" and entry.host,
          "the head of an entry: %s" % entry)
    check(entry.options & im.CAPUTF8 and entry.options & im.ATTACH and
          not entry.options & im.UTF8, "what an entry can: %s" % entry)
    check(entry.tail.get(b"NN") == b"ana", "its tail: %s" % entry.tail)
    # The answer of zhang lists it.
    seen = listed(ana, zhang, state="online")
    check(seen["id"] is None and seen["trust"] == "unknown" and
          seen["address"].startswith(THERE), "no key: %s" % seen)
    mark, came = ana.mark(), zhang.mark()
    zhang.send(HERE, zhang.presence(im.ENTRY))
    answer = zhang.expect(im.ANSENTRY, came)
    check(answer.options & im.UTF8, "an answer is in UTF-8")
    zhang.nick = "张三[午饭]"
    zhang.send(HERE, zhang.presence(im.ABSENCE, im.AWAY))
    away = ana.expect("peer", mark, dialect="ipmsg", state="away")
    check((away["name"], away["status"]) == ("张三", "午饭"), away)
    came = zhang.mark()
    ana.send("/away back at two")
    said = zhang.expect(im.ABSENCE, came)
    check(said.options & im.AWAY and b"back at two" in said.bytes, said)
    zhang.leave(HERE)
    ana.expect("peer", mark, dialect="ipmsg", state="offline")
    came = zhang.mark()
    ana.quit()
    zhang.expect(im.EXIT, came)
    zhang.close()


def messages():
    """Both ways; acknowledged, once, and said again while they are not."""
    ana, zhang = guest()
    listed(ana, zhang)
    number = zhang.say(HERE, "hello\nana: 你好")
    got = ana.expect("message", text="hello\nana: 你好")
    check((got["dialect"], got["encrypted"], got["id"], got["from"]) ==
          ("ipmsg", False, None, "zhang"), got)
    check(zhang.expect(im.RECVMSG).body == number, "the number it is about")
    # The same again is acknowledged again, and shown once.
    came = zhang.mark()
    zhang.send(HERE, zhang.packet(
        im.SENDMSG, "hello\nana: 你好", im.SENDCHECK | im.UTF8,
        number=number.decode()))
    zhang.expect(im.RECVMSG, came)
    ana.sync()
    check(len(ana.all("message")) == 1, "shown once")
    mark = ana.mark()
    ana.send("/msg zhang what a day: 好\nreally".replace("\n", " "))
    said = zhang.expect(im.SENDMSG)
    check(said.options & im.SENDCHECK and said.options & im.UTF8 and
          said.text == "what a day: 好 really", said)
    for state in ("sent", "delivered"):
        ana.expect("delivery", mark, state=state, to="zhang")
    # Nobody answers: the same bytes again, then it waits.
    zhang.answers = False
    came, mark = zhang.mark(), ana.mark()
    ana.send("/msg zhang are you there")
    lab.wait_until(lambda: zhang.read(0.01) or
                   len(zhang.all(im.SENDMSG, came)) >= 3, "said again")
    same = {p.bytes for p in zhang.all(im.SENDMSG, came)}
    check(len(same) == 1, "the same bytes each time")
    zhang.answers = True
    zhang.send(HERE, zhang.packet(im.RECVMSG,
                                  zhang.all(im.SENDMSG, came)[0].number))
    ana.expect("delivery", mark, state="delivered")
    # Broadcasts are shouts, both ways; nobody acknowledges them.
    came, mark = zhang.mark(), ana.mark()
    zhang.say("10.77.0.255", "fire drill", im.BROADCAST)
    shout = ana.expect("shout", mark, text="fire drill")
    check((shout["dialect"], shout["id"], shout["from"]) ==
          ("ipmsg", None, "zhang"), shout)
    ana.send("/shout lunch?")
    said = zhang.expect(im.SENDMSG, came)
    check(said.options & im.BROADCAST and not said.options & im.SENDCHECK and
          said.text == "lunch?", said)
    check(not zhang.all(im.RECVMSG, came), "no acknowledgement")
    zhang.close()


def seals():
    ana, zhang = guest()
    listed(ana, zhang)
    number = zhang.say(HERE, "for your eyes",
                       im.SENDCHECK | im.SECRET | im.READCHECK)
    got = ana.expect("message")
    check(got["text"] == "" and got["sealed"],
          "nothing of it is told: %s" % got)
    zhang.expect(im.RECVMSG)
    check(b"for your eyes" not in ana.raw, "its text is not told anywhere")
    mark = ana.mark()
    ana.send("/query zhang", "/unseal")
    opened = ana.expect(lambda e: e.get("text") == "for your eyes", mark)
    check(opened, "opened")
    read = zhang.expect(im.READMSG)
    check(read.body == number and read.options & im.READCHECK, read)
    zhang.send(HERE, zhang.packet(im.ANSREADMSG, read.number))
    mark, came = ana.mark(), zhang.mark()
    ana.send("/seal the code is 4711")
    said = zhang.expect(im.SENDMSG, came)
    check(said.options & im.SECRET and said.options & im.READCHECK, said)
    ana.expect("delivery", mark, state="delivered")
    zhang.send(HERE, zhang.packet(im.READMSG, said.number,
                                  options=im.READCHECK))
    ana.expect("delivery", mark, state="read")
    confirmed = zhang.expect(im.ANSREADMSG, came)
    check(confirmed.body == str(zhang.number).encode(),
          "it names the notice: %s" % confirmed)
    zhang.close()


def legacy_text():
    """Without UTF-8: guessed, set by hand, refused where there is no way."""
    ana, zhang = guest("gb18030", options=im.ATTACH, nick="张三",
                       version="1_lbt6_0#128#001122334455#0#0#0#4001#9")
    zhang.send(HERE, zhang.presence(im.ENTRY))
    listed(ana, zhang)
    zhang.say(HERE, "你好，世界{/font;-13 0 0 0 400 0 0 0 134 0 0 0 0 宋体 0;}")
    ana.expect("message", text="你好，世界")
    mark = ana.mark()
    ana.send("/msg 张三 再见")
    said = zhang.expect(im.SENDMSG)
    check(not said.options & im.UTF8 and
          said.body.decode("gb18030") == "再见", said)
    ana.expect("delivery", mark, state="delivered")
    came, mark = zhang.mark(), ana.mark()
    ana.send("/query 张三", "/encoding big5", "你们好")
    error = ana.expect("error", mark)
    check("们" in error["text"], "it names the character: %s" % error)
    zhang.read(0.05)
    check(not zhang.all(im.SENDMSG, came), "nothing of it is sent")
    zhang.close()


def waits():
    """Who is not there gets it when seen again, also after a restart."""
    ana, zhang = guest()
    listed(ana, zhang)
    zhang.say(HERE, "bye")
    ana.expect("message", text="bye")
    mark = ana.mark()
    zhang.leave(HERE)
    ana.expect("peer", mark, dialect="ipmsg", state="offline")
    ana.send("/msg zhang when you are back")
    ana.sync()
    zhang.read(0.05)
    check(not zhang.all(im.SENDMSG), "it waits")
    home = ana.home
    ana.send("/quit", "/quit")
    ana.wait()
    ana = speaker(ana.ns, "ana", home_dir=home)
    # Entries of the new run are answered, which is being seen.
    said = zhang.expect(im.SENDMSG)
    check(said.text == "when you are back", said)
    ana.expect("delivery", state="delivered")
    zhang.close()


def two():
    """The whole flow between two earshots that have no other way."""
    _, hosts = lab.lan_of(2, v6=False)
    ana = speaker(hosts[0], "ana", "--port", "41001")
    bob = speaker(hosts[1], "bob", "--port", "41002")
    for a, b in ((ana, bob), (bob, ana)):
        seen = a.expect("peer", dialect="ipmsg", name=b.name)
        check(seen["id"] is None, seen)
    for a, b, text in ((ana, bob, "hi bob 你好"), (bob, ana, "hi ana")):
        mark = a.mark()
        a.send("/msg %s %s" % (b.name, text))
        b.expect("message", text=text, dialect="ipmsg", encrypted=False)
        a.expect("delivery", mark, state="delivered")
    mark, theirs = ana.mark(), bob.mark()
    ana.send("/query bob", "/seal a surprise")
    ana.expect("delivery", mark, state="delivered")
    bob.send("/query ana", "/unseal")
    bob.expect(lambda e: e.get("text") == "a surprise", theirs)
    ana.expect("delivery", mark, state="read")
    theirs = bob.mark()
    ana.send("/shout anybody?")
    bob.expect("shout", theirs, text="anybody?", dialect="ipmsg")
    mark = bob.mark()
    ana.quit()
    bob.expect("peer", mark, name="ana", state="offline")


def libcrypto_of(p):
    """Its file, where it is loaded."""
    with open("/proc/%d/maps" % p.pid) as f:
        found = re.search(r"/(libcrypto[.]so[.][0-9]+)", f.read())
    return found and found.group(1)


class Rest:
    """Sees when the beginning of these is over: three entries of each, and the
    answers to them, of which there is one in two seconds. A key that is asked
    for before is answered behind those, and may be too late for a text."""

    def __init__(self, ns, *sources):
        self.tap, self.sources = lab.Capture(ns, "eth0"), sources

    def packets(self):
        return [f for _, _, data in self.tap.read() for f in [lab.Frame(data)]
                if f.proto == 17 and f.dport == im.PORT]

    def wait(self):
        since, seen = time.monotonic(), 0

        def comes():
            nonlocal since, seen
            lab.pump(0.05)
            came = self.packets()
            if len(came) > seen:
                since, seen = time.monotonic(), len(came)
            began = [f.src for f in came if f.dst == "10.77.0.255" and
                     im.Packet(f.payload).kind == im.ENTRY]
            return all(began.count(s) >= 3 for s in self.sources) and \
                time.monotonic() > since + 3
        lab.wait_until(comes, "rest")


def obfuscated():
    """Keys are made once; nothing that is said is on the wire."""
    _, hosts = lab.lan_of(2, v6=False)
    ana, bob = [Earshot(ns, name, "--port", port, env={"USER": name})
                for ns, name, port in zip(hosts, ("ana", "bob"),
                                          ("41001", "41002"))]
    kept = os.path.join(ana.home, "ipmsg-keys")
    check(not os.path.exists(kept) and not libcrypto_of(ana),
          "no keys, and nothing to use them, before they are wanted")
    rest = Rest(hosts[1], HERE, THERE)
    for p in (ana, bob):
        p.send("/dialect ipmsg on")
    for a, b in ((ana, bob), (bob, ana)):
        a.expect("peer", dialect="ipmsg", name=b.name)
    if not os.path.exists(kept):
        return lab.note("encrypted texts: this was built without libcrypto")
    check(os.stat(kept).st_mode & 0o777 == 0o600, "its owner's alone")
    library = libcrypto_of(ana)
    check(library, "libcrypto is loaded")
    rest.wait()
    tap = lab.Capture(hosts[1])
    for a, b, text in ((ana, bob, "unseen-你好"), (bob, ana, "unseen-too")):
        mark = a.mark()
        a.send("/msg %s %s" % (b.name, text))
        got = b.expect("message", text=text, obfuscated=True)
        check(not got["encrypted"] and got["id"] is None,
              "not called encrypted: %s" % got)
        a.expect("delivery", mark, state="delivered")
    seen = b"".join(data for _, _, data in tap.read())
    check(b"unseen" not in seen, "the texts are not on the wire")
    check(b":65920006:10001-" in seen, "keys are: %d bytes" % len(seen))
    # The next start has the same ones, and takes no damaged ones.
    with open(kept, "rb") as f:
        keys = f.read()
    home = ana.home
    ana.quit()
    rest = Rest(hosts[1], HERE)
    ana = speaker(hosts[0], "ana", "--port", "41001", home_dir=home)
    ana.expect("peer", dialect="ipmsg", name="bob", obfuscated=True)
    rest.wait()
    mark = bob.mark()
    ana.send("/msg bob unseen again")
    bob.expect("message", mark, text="unseen again", obfuscated=True)
    with open(kept, "rb") as f:
        check(f.read() == keys, "the same keys")
    ana.quit()
    with open(kept, "wb") as f:
        f.write(keys[:-40] + b"\n")
    ana = speaker(hosts[0], "ana", "--port", "41001", home_dir=home)
    error = ana.expect("error")
    check(kept in error["text"] and "move it away" in error["text"], error)
    ana.expect(lambda e: e.get("name") == "bob" and "obfuscated" not in e)
    ana.quit()
    # A machine without libcrypto: the keys stay, and rest.
    with open(kept, "wb") as f:
        f.write(keys)
    none = lab.home("none")
    with open(os.path.join(none, library), "wb"):
        pass
    ana = Earshot(hosts[0], "ana", "--port", "41001", home_dir=home,
                  env={"USER": "ana", "LD_LIBRARY_PATH": none})
    told = ana.expect("info")["text"]
    check(library in told and "not obfuscated" in told, told)
    ana.expect("peer", dialect="ipmsg", name="bob")
    mark = bob.mark()
    ana.send("/msg bob to be seen")
    got = bob.expect("message", mark, text="to be seen")
    check("obfuscated" not in got, got)
    mark = ana.mark()
    bob.send("/msg ana seen")
    ana.expect("message", mark, text="seen")
    check(not ana.find("error"), "none of it is an error")
    with open(kept, "rb") as f:
        check(f.read() == keys, "the same keys")


def quiet():
    """Nothing is broadcast, nobody who asks is answered; texts are."""
    _, hosts = lab.lan_of(2, v6=False)
    zhang = Peer(hosts[1], "zhang", "PC-1")
    ana = speaker(hosts[0], "ana", "--quiet")
    zhang.enter()
    listed(ana, zhang)
    zhang.send(HERE, zhang.packet(im.GETINFO))
    number = zhang.say(HERE, "are you there")
    ana.expect("message", text="are you there")
    check(zhang.expect(im.RECVMSG).body == number, "acknowledged")
    zhang.read(0.2)
    check({p.kind for p in zhang.came} <= {im.RECVMSG, im.GETPUBKEY},
          "nothing else: %s" % zhang.came)
    zhang.close()


def switch():
    """Off until it is switched on; then off again."""
    _, hosts = lab.lan_of(2, v6=False)
    zhang = Peer(hosts[1], "zhang", "PC-1")
    ana = Earshot(hosts[0], "ana", env={"USER": "ana"})
    zhang.enter()
    zhang.say(HERE, "anybody there")
    ana.sync()
    zhang.read(0.1)
    check(not zhang.came, "nothing answers: %s" % zhang.came)
    mark = ana.mark()
    ana.send("/dialect ipmsg on")
    zhang.expect(im.ENTRY)
    listed(ana, zhang)
    came = zhang.mark()
    ana.send("/dialect ipmsg off")
    zhang.expect(im.EXIT, came)
    ana.expect("peer", mark, dialect="ipmsg", state="offline")
    # Another program has the port.
    taken = Peer(hosts[0], "other", "PC-2")
    mark = ana.mark()
    ana.send("/dialect ipmsg on")
    error = ana.expect("error", mark)
    check("2425" in error["text"], error)
    taken.close()
    zhang.close()


lab.run(presence, messages, seals, legacy_text, waits, two, obfuscated, quiet,
        switch)
