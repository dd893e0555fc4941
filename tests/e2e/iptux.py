#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""IP Messenger against iptux as people have it: used by its windows, watched
on the wire."""
import functools
import os
import sys

sys.dont_write_bytecode = True
import iptux_window
import ipmsg_peer as im
import lab
from iptux_window import Crashed, Iptux
from lab import Earshot, check

if iptux_window.missing():
    lab.skip("not installed: %s; ./bootstrap --check --with-peers does it"
             % ", ".join(iptux_window.missing()))
lab.enter()
screen = iptux_window.Display()

ANA, LING = "10.77.0.1", "10.77.0.2"


class Wire:
    """The datagrams between them."""

    def __init__(self, ns):
        self.capture = lab.Capture(ns, "eth0")

    def all(self, source, kind):
        found = []
        for _, _, data in self.capture.read():
            f = lab.Frame(data)
            if f.proto == 17 and f.dport == im.PORT and f.src == source:
                p = im.Packet(f.payload, f.dst)
                if p.kind == kind:
                    found.append(p)
        return found

    def acknowledged(self, source, target):
        """Each checked text went once, and was acknowledged once."""
        sent = [p.number for p in self.all(source, im.SENDMSG)
                if p.options & im.SENDCHECK]
        acks = [p.body for p in self.all(target, im.RECVMSG)]
        check(sent and sorted(sent) == sorted(acks),
              "sent %s, acknowledged %s" % (sent, acks))
        lab.count("acknowledgements on the wire", len(acks))


def speaker(ns, home_dir=None):
    home = home_dir or lab.home("ana")
    with open(os.path.join(home, "config"), "w") as f:
        f.write("ipmsg on\n")
    return Earshot(ns, "ana", home_dir=home, env={"USER": "ana"})


def two(**config):
    """A fresh network each time: iptux cannot have its port again while old
    connections linger."""
    _, hosts = lab.lan_of(2, v6=False)
    wire = Wire(hosts[0])
    ana = speaker(hosts[0])
    ling = Iptux(screen, hosts[1], "Ling", **config)
    listed(ana)
    return ana, ling, wire


def patiently(part):
    """Again when iptux crashed by itself."""
    @functools.wraps(part)
    def tried():
        for _ in range(3):
            try:
                return part()
            except Crashed as e:
                print(e)
                lab.count("crashes of iptux of its own")
                lab.close_all()
        return part()
    return tried


def listed(ana, after=0):
    return ana.expect("peer", after, dialect="ipmsg", name="Ling",
                      state="online")


def told(ana, text):
    mark = ana.mark()
    ana.send("/msg Ling " + text)
    for state in ("sent", "delivered"):
        ana.expect("delivery", mark, state=state, to="Ling")


def presence():
    """Either sees the other, come and go, whoever was first."""
    ana, ling, wire = two()
    seen = listed(ana)
    check((seen["id"], seen["trust"], seen["group"], seen["encrypted"]) ==
          (None, "unknown", "lab", False) and
          seen["address"].startswith(LING), "no key: %s" % seen)
    check(sorted(ling.listed()) == ["Ling", "ana"], "both in its list")
    check(wire.all(ANA, im.ANSENTRY), "an answer to who came later")
    mark = ana.mark()
    ling.quit()
    ana.expect("peer", mark, name="Ling", state="offline")
    # Now it is iptux that is there first.
    ana.quit()
    ling = Iptux(screen, ling.ns, "Ling")
    home = ana.home
    ana = speaker(ana.ns, home)
    listed(ana)
    check(sorted(ling.listed()) == ["Ling", "ana"], "both in its list")
    ana.quit()
    check(wire.all(ANA, im.EXIT), "an exit on the wire")
    lab.wait_until(lambda: ling.listed() == ["Ling"], "ana leaves its list")
    check(not ling.ended, "and nothing else happens to it")


def messages():
    """Both ways, in English and Chinese, lines and emoji."""
    ana, ling, wire = two()
    texts = ("hello: are you there?", "你好，世界", "lunch 🍜 at 12 👍🏽",
             "two\nlines", "  spaces  ", "naïve café €")
    for text in texts:
        mark = ana.mark()
        ling.say("ana", text)
        got = ana.expect("message", mark, text=text)
        check((got["dialect"], got["encrypted"], got["id"], got["from"]) ==
              ("ipmsg", False, None, "Ling"), got)
        ling.shows("ana", "Ling", text)
        if "\n" not in text:
            told(ana, text.strip())
            ling.shows("ana", "ana", text.strip())
    wire.acknowledged(LING, ANA)
    wire.acknowledged(ANA, LING)
    check("didn't receive" not in ling.text("ana"), "iptux is content")
    mark = ana.mark()
    ana.send("/shout everybody: 大家好")
    ling.shows("ana", "ana", "everybody: 大家好")
    ling.quit()
    ana.expect("peer", mark, name="Ling", state="offline")


def behind():
    """While no window of that conversation is open."""
    ana, ling, wire = two(open_chat=False)
    told(ana, "are you there")
    told(ana, "在吗")
    check(not ling.visible("ana"), "no window opens by itself")
    ling.shows("ana", "ana", "are you there\nana:\n在吗")
    ling.say("ana", "在")
    ana.expect("message", text="在")
    wire.acknowledged(ANA, LING)


def waits():
    """What is said to who has left, or has died, waits until it is back."""
    ana, ling, _ = two()
    ling.say("ana", "bye")
    ana.expect("message", text="bye")
    mark = ana.mark()
    ling.quit()
    ana.expect("peer", mark, name="Ling", state="offline")
    ana.send("/msg Ling when you are back: 回来了吗")
    ana.sync()
    check(not ana.find("delivery", mark, state="delivered"), "it waits")
    ling = Iptux(screen, ling.ns, "Ling")
    ana.expect("delivery", mark, state="delivered")
    ling.shows("ana", "ana", "when you are back: 回来了吗")
    ling.kill()
    mark = ana.mark()
    ana.send("/msg Ling did you fall?")
    ana.expect("delivery", mark, state="sent")
    ling = Iptux(screen, ling.ns, "Ling")
    ana.expect("delivery", mark, state="delivered")
    ling.shows("ana", "ana", "did you fall?")
    check(ling.text("ana").count("did you fall?") == 1, "once")


def died():
    """iptux says to a dead earshot, and is told so by its own window."""
    ana, ling, _ = two()
    told(ana, "hi")
    home, ns = ana.home, ana.ns
    ana.close()
    lab.started.remove(ana)
    ling.say("ana", "nobody hears this")
    lab.wait_until(lambda: "didn't receive" in ling.text("ana"),
                   "iptux says that it was not received")
    ling.shut()
    ana = speaker(ns, home)
    listed(ana)
    ling.say("ana", "again")
    ana.expect("message", text="again")


def gbk():
    """An iptux that prefers GBK."""
    ana, ling, wire = two(preference_encode="gbk", belong_group="实验室")
    seen = listed(ana)
    check(seen["group"] == "实验室", "its group: %s" % seen)
    ling.say("ana", "你好，世界")
    ana.expect("message", text="你好，世界")
    told(ana, "再见，世界")
    ling.shows("ana", "ana", "再见，世界")
    sent, = wire.all(LING, im.SENDMSG)
    check(sent.body == "你好，世界".encode("gbk"), "it spoke GBK: %s" % sent)
    sent, = wire.all(ANA, im.SENDMSG)
    check(sent.body == "再见，世界".encode("gbk"), "and so do we: %s" % sent)


try:
    lab.run(*map(patiently, (presence, messages, behind, waits, died, gbk)))
finally:
    screen.close()
