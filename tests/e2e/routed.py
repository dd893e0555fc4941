#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two subnets and a router that passes no broadcast: whoever is listed as a
peer is found there, and found again; and what a list may hold."""
import os
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()

HERE, THERE = "10.77.0.1", "10.78.0.2"
LIST_MAX = 256


def forwarding(router, path):
    with router.inside():
        with open("/proc/sys/net/" + path, "w") as f:
            f.write("1")


def routed():
    """Somebody here and somebody there, over a real router."""
    west, east = lab.Lan("west"), lab.Lan("east")
    router = lab.Ns("router")
    here, there = west.guest("here", 1, v6=False), lab.Ns("there")
    east.plug(there)
    there.address("eth0", 2, "10.78.0", v6=False)
    for lan, net, port in ((west, 77, "eth0"), (east, 78, "eth1")):
        lan.plug(router, port)
        router.address(port, 254, "10.%d.0" % net, v6=False)
    try:
        forwarding(router, "ipv4/ip_forward")
    except OSError as e:
        lab.skip("this kernel routes nothing here: %s" % e)
    here.ip("route add default via 10.77.0.254")
    there.ip("route add default via 10.78.0.254")
    if lab.has_ipv6():
        for ns, port, address in ((here, "eth0", "fd77::1"),
                                  (there, "eth0", "fd78::2"),
                                  (router, "eth0", "fd77::fe"),
                                  (router, "eth1", "fd78::fe")):
            # What a router asks its neighbours comes from the second one.
            ns.ip("addr add %s/64 dev %s nodad" % (address, port))
            ns.ip("addr add fe80%s/64 dev %s nodad" % (address[4:], port))
        forwarding(router, "ipv6/conf/all/forwarding")
        here.ip("-6 route add default via fd77::fe")
        there.ip("-6 route add default via fd78::fe")
    return here, there


def say(a, b, text):
    mark = b.mark()
    a.send("/msg %s %s" % (b.id, text))
    got = b.expect("message", mark, text=text, id=a.id)
    a.expect("delivery", message=got["message"], state="delivered")
    lab.count("messages")


def talk(a, b, what):
    say(a, b, what)
    say(b, a, what + ", and back")


def config(home, *lines):
    with open(os.path.join(home, "config"), "w", encoding="utf-8") as f:
        f.write("".join(line + "\n" for line in lines))
    os.chmod(os.path.join(home, "config"), 0o600)


def net(p):
    mark = p.mark()
    p.send("/net")
    return p.expect("info", mark, command="/net")["text"]


def listed(p, line):
    mark = p.mark()
    p.send("/set peer " + line)
    return mark


def one_lists_the_other():
    """From the start on; over a restart of either, and with a new port."""
    here, there = routed()
    home = lab.home("ana")
    config(home, "peer %s" % THERE)
    bob = Earshot(there, "bob")
    ana = Earshot(here, "ana", home_dir=home)
    ana.expect("peer", id=bob.id, state="online")
    bob.expect("peer", id=ana.id, state="online")
    talk(ana, bob, "across the router")
    check("1 of 1 peers reached" in net(ana), net(ana))
    check(not ana.all("error"), "no trouble was told")
    # The router passes none of what is said to all.
    mark = bob.mark()
    ana.send("/shout anybody?")
    talk(ana, bob, "behind the shout")
    bob.expect_absent("shout", mark)
    marks = ana.mark(), bob.mark()
    bob.quit()
    lab.close(bob)
    ana.expect("peer", marks[0], id=bob.id, state="offline")
    mark = ana.mark()
    again = Earshot(there, "bob", home_dir=bob.home)
    ana.expect("peer", mark, id=again.id, state="online")
    talk(ana, again, "after a restart")
    # It crashes and comes back.
    mark = ana.mark()
    again.signal(9)
    lab.close(again)
    again = Earshot(there, "bob", home_dir=bob.home)
    ana.expect(lambda e: e["event"] == "peer" and e["id"] == again.id and
               e["state"] != "online", mark)
    ana.expect("peer", ana.mark() - 1, id=again.id, state="online")
    talk(again, ana, "after a crash")
    # The one that lists goes and comes.
    ana.quit()
    lab.close(ana)
    mark = again.mark()
    ana = Earshot(here, "ana", home_dir=home)
    again.expect("peer", mark, id=ana.id, state="online")
    talk(ana, again, "after the other one's restart")


def each_lists_the_other():
    """Then either may change its port."""
    here, there = routed()
    homes = [lab.home(name) for name in ("ana", "bob")]
    config(homes[0], "peer %s" % THERE)
    config(homes[1], "peer %s" % HERE)
    ana = Earshot(here, "ana", home_dir=homes[0])
    bob = Earshot(there, "bob", home_dir=homes[1])
    lab.meet(ana, bob)
    talk(ana, bob, "both dialled")
    for ns, old, name, other in ((there, bob, "bob", ana),):
        mark = other.mark()
        old.quit()
        lab.close(old)
        other.expect("peer", mark, id=old.id, state="offline")
        holder = ns.socket(lab.socket.AF_INET, lab.socket.SOCK_STREAM)
        holder.bind(("0.0.0.0", lab.PORT))
        holder.listen()
        mark = other.mark()
        bob = Earshot(ns, name, home_dir=old.home)
        check(bob.tcp_port != lab.PORT, "another port")
        other.expect("peer", mark, id=bob.id, state="online")
        talk(bob, other, "from another port")
        lab.count("ports changed")
    # The same session all the time, not one after the other.
    mark = ana.mark(), bob.mark()
    for i in range(20):
        say(ana, bob, "steady %d" % i)
    for p, m in zip((ana, bob), mark):
        check(not [e for e in p.all("peer", m) if e["state"] == "offline"],
              "it swings")


def names_and_ports():
    """By name, with a port, over IPv6, and at run time."""
    here, there = routed()
    hosts = os.path.join(lab.work, "hosts-%d" % time.monotonic_ns())
    with open(hosts, "w") as f:
        f.write("127.0.0.1 localhost\n%s farhost\n" % THERE)
    lab.mount(hosts, "/etc/hosts", None, lab.MS_BIND)
    try:
        targets = ["farhost:41900", THERE + ":41900"]
        if lab.has_ipv6():
            targets.append("[fd78::2]:41900")
        else:
            lab.note("peers of IPv6: there is none here")
        for target in targets:
            bob = Earshot(there, "bob", "--port", "41900")
            ana = Earshot(here, "ana")
            check(bob.tcp_port == 41900, "its port")
            mark = listed(ana, target)
            ana.expect("peer", mark, id=bob.id, state="online")
            talk(ana, bob, "as " + target)
            mark = ana.mark()
            ana.send("/unset peer " + target)
            ana.expect("info", mark)
            check("listed" not in net(ana), "it is listed no more")
            say(ana, bob, "who was met stays")
            lab.count("ways to write it")
            for p in (ana, bob):
                p.quit()
                lab.close(p)
    finally:
        lab.unmount("/etc/hosts")


def trouble():
    """What cannot be is said, where it is typed; and what does not answer."""
    here, there = routed()
    ana = Earshot(here, "ana")
    for text in ("", "a b", "10.78.0.2:0", "10.78.0.2:65536", "10.78.0.2:x",
                 "10.78.0", "10.78.0.256", "1.2.3.4.5", "[::1", "::1]:4",
                 "[10.78.0.2]:5", "-x", "$(id)", "a;b", "host/24", ":41827",
                 "http://h", "x" * 254, ".", "a..b\x7f", "h:1:2"):
        mark = ana.mark()
        ana.send("/set peer " + text)
        error = ana.expect(lambda e: e["event"] in ("error", "info"), mark)
        if text == "":
            continue
        check(error["event"] == "error" and "peer" in error["text"],
              "%r: %s" % (text, error))
        lab.count("bad entries")
    check("listed" not in net(ana), "none of them is listed")
    mark = listed(ana, "nohost.invalid")
    error = ana.expect("error", mark)
    check("nohost.invalid" in error["text"] and "tried again" in
          error["text"], error)
    mark = listed(ana, THERE + ":9")
    error = ana.expect("error", mark)
    check(THERE + ":9" in error["text"] and "refused" in error["text"], error)
    # One list may go to all machines: that of this one is no trouble.
    mark = listed(ana, HERE)
    lab.wait_until(lambda: "1 of 3 peers reached" in net(ana), "ourselves")
    text = net(ana)
    check("nohost.invalid: " in text and THERE + ":9: " in text and
          HERE + ": " not in text, text)
    check(not [e for e in ana.all("error", mark) if "itself" in e["text"]],
          "nor is it told")
    # In the file, with its line.
    home = lab.home("bad")
    config(home, "name eve", "peer %s" % THERE, "peer 10.78.0")
    bad = Earshot(here, "eve", home_dir=home, wait=False)
    check(bad.wait() != 0 and re.search("config.*line 3", bad.stderr()) and
          "10.78.0" in bad.stderr(), bad.stderr())


def long_list():
    """256 of them, of which few answer: these are found all the same, and
    nobody is told of each."""
    here, there = routed()
    home = lab.home("ana")
    bob = Earshot(there, "bob")
    # Most are refused at once, 40 never answer.
    lines = ["peer 10.78.0.%d:%d" % (i if i < 43 else 2, 40000 + i)
             for i in range(3, LIST_MAX + 2)]
    config(home, *lines, "peer " + THERE)
    begin = time.monotonic()
    ana = Earshot(here, "ana", home_dir=home)
    mark = ana.mark()
    ana.send("/set peer 10.78.0.250")
    check("256 times" in ana.expect("error", mark)["text"], "that is all")
    bob.expect("peer", id=ana.id, state="online", timeout=300)
    print("the last of %d was found after %.1f s" % (
        LIST_MAX, time.monotonic() - begin))
    talk(ana, bob, "the last of the list")
    errors = [e for e in ana.all("error") if "listed" in e["text"]]
    check(1 <= len(errors) <= 3, "told %d times" % len(errors))
    text = net(ana)
    check("1 of 256 peers reached" in text and "247 more of them" in text, text)
    check(text.count("\n") < 60, "it is short: %s" % text)
    with open("/proc/%d/status" % ana.pid) as f:
        fds = int(re.search(r"FDSize:\s*(\d+)", f.read()).group(1))
    check(len(os.listdir("/proc/%d/fd" % ana.pid)) < 64, "descriptors")
    ana.quit()


lab.run(one_lists_the_other, each_lists_the_other, names_and_ports, trouble,
        long_list)
