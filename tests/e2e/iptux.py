#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""IP Messenger against iptux as people have it: used by its windows, watched
on the wire. Who is there, and texts."""
import os
import sys

sys.dont_write_bytecode = True
import iptux_window
import ipmsg_peer as im
import lab
from iptux_window import ANA, LING, Iptux, listed, speaker, two
from lab import check

screen = iptux_window.begin()


def told(ana, text):
    mark = ana.mark()
    ana.send("/msg Ling " + text)
    for state in ("sent", "delivered"):
        ana.expect("delivery", mark, state=state, to="Ling")


def presence():
    """Either sees the other, come and go, whoever was first."""
    ana, ling, wire = two(screen)
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
    lab.wait_until(lambda: ling.listed() == ["Ling"], "ana leaves its list",
                   2 * lab.DEADLINE)
    check(not ling.ended, "and nothing else happens to it")


def messages():
    """Both ways, in English and Chinese, lines and emoji."""
    ana, ling, wire = two(screen)
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
    ana, ling, wire = two(screen, open_chat=False)
    told(ana, "are you there")
    told(ana, "在吗")
    check(not ling.visible("ana"), "no window opens by itself")
    ling.shows("ana", "ana", "are you there\nana:\n在吗")
    ling.say("ana", "在")
    ana.expect("message", text="在")
    wire.acknowledged(ANA, LING)


def waits():
    """What is said to who has left, or has died, waits until it is back."""
    ana, ling, _ = two(screen)
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
    ana, ling, _ = two(screen)
    told(ana, "hi")
    home, ns = ana.home, ana.ns
    ana.close()
    lab.started.remove(ana)
    ling.say("ana", "nobody hears this")
    lab.wait_until(lambda: "didn't receive" in ling.text("ana"),
                   "iptux says that it was not received", 2 * lab.DEADLINE)
    ling.shut()
    ana = speaker(ns, home)
    listed(ana)
    ling.say("ana", "again")
    ana.expect("message", text="again")


def gbk():
    """An iptux that prefers GBK."""
    ana, ling, wire = two(screen, preference_encode="gbk", belong_group="实验室")
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


iptux_window.run(screen, presence, messages, behind, waits, died, gbk)
