#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""T10: who looks like a contact with a key, on a line without one."""
import os
import sys

sys.dont_write_bytecode = True
import ipmsg_peer as im
import lab
from ipmsg_peer import Peer
from lab import Earshot, check

lab.enter()

HERE = "10.77.0.1"


def contacts():
    """ana, who knows bob by his key; bob has left."""
    _, hosts = lab.lan_of(3, v6=False)
    home = lab.home("ana")
    with open(os.path.join(home, "config"), "w") as f:
        f.write("ipmsg on\n")
    ana = Earshot(hosts[0], "ana", home_dir=home)
    bob = Earshot(hosts[1], "bob")
    lab.meet(ana, bob)
    ana.send("/msg bob hello")
    ana.expect("delivery", state="delivered")
    bob.quit()
    ana.expect("peer", name="bob", state="offline")
    return ana, hosts, home


def nothing_came(fake):
    fake.read(0.1)
    return not fake.all(im.SENDMSG)


def refused(ana, line):
    mark = ana.mark()
    ana.send(line)
    error = ana.expect("error", mark)
    check("unencrypted" in error["text"] and "forge" in error["text"], error)


def meet_fake(ana, fake, **fields):
    fake.enter(HERE)
    seen = ana.expect("peer", dialect="ipmsg", state="online", **fields)
    check(seen["id"] is None and seen["trust"] == "unknown", seen)


def name():
    """By the name, from another host; over a restart, too."""
    ana, hosts, home = contacts()
    fake = Peer(hosts[2], "bob", "PC-9")
    meet_fake(ana, fake, name="bob")
    mark = ana.mark()
    ana.send("/msg bob for your eyes")
    ana.expect("delivery", mark, state="queued", to="bob")
    refused(ana, "/msg bob@PC-9 hello")
    mark = ana.mark()
    fake.say(HERE, "it is me")
    got = ana.expect("message", mark, text="it is me")
    check((got["dialect"], got["encrypted"], got["id"]) ==
          ("ipmsg", False, None), got)
    check(nothing_came(fake), "nothing went there: %s" % fake.came)
    ana.send("/query bob unencrypted", "so be it")
    said = fake.expect(im.SENDMSG)
    check(said.text == "so be it", said)
    check(len(fake.all(im.SENDMSG)) == 1, "and what waits does not")
    ana.quit()
    fake.came = []
    ana = Earshot(hosts[0], "ana", home_dir=home)
    fake.enter(HERE)
    ana.expect("peer", dialect="ipmsg", state="online")
    refused(ana, "/msg bob@PC-9 hello again")
    check(nothing_came(fake), "nor does it after a restart")
    fake.close()


def host():
    """By the host, under any name."""
    ana, hosts, _ = contacts()
    fake = Peer(hosts[1], "xerxes", "PC-3")
    meet_fake(ana, fake, name="xerxes")
    refused(ana, "/msg xerxes hello")
    check(nothing_came(fake), "nothing went there: %s" % fake.came)
    ana.send("/query xerxes unencrypted", "hello")
    check(fake.expect(im.SENDMSG).text == "hello", "after the word it does")
    fake.close()


lab.run(name, host)
