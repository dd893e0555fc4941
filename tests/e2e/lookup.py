#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What /net and /info tell of hosts: subnets, hardware addresses, names."""
import os
import re
import socket
import sys

sys.dont_write_bytecode = True
import lab
from lab import Earshot, check

lab.enter()

HOSTS = """127.0.0.1 localhost
10.77.0.2 bob-pc.lan
fe80::2 bob-pc.lan
10.78.0.2 far-pc.lan
10.77.0.3 evil\033[31mname
"""


def name_hosts():
    path = os.path.join(lab.work, "hosts")
    with open(path, "w") as f:
        f.write(HOSTS)
    lab.mount(path, "/etc/hosts", None, lab.MS_BIND)


def mac_of(ns, interface="eth0"):
    with ns.inside():
        # Not sysfs, which shows another namespace.
        text = os.popen("ip -o link show %s" % interface).read()
    return re.search(r"link/ether ([0-9a-f:]{17})", text).group(1)


def told(p, mark):
    return "\n".join(e["text"] for e in p.all("info", mark))


def look(p, who, **fields):
    """What /info tells: the event, and the words of all notices."""
    mark = p.mark()
    p.send("/info %s" % who)
    found = p.expect("host", mark, **fields)
    p.sync()
    lab.count("hosts looked up")
    return found, told(p, mark)


def beside():
    _, (one, two) = lab.lan_of(2)
    ana, bob = Earshot(one, "ana"), Earshot(two, "bob")
    lab.meet(ana, bob)
    ana.send("/msg %s hello" % bob.id)
    bob.expect("message", text="hello")
    bob.send("/msg %s hello to you" % ana.id)
    ana.expect("message", text="hello to you")
    found, words = look(ana, "bob")
    check(found["id"] == bob.id and found["name"] == "bob", "%s" % found)
    check(found["mac"] == mac_of(two), "his card: %s" % found)
    check(found["network"] == "subnet", "%s" % found)
    check(found["host"] == "bob-pc.lan", "%s" % found)
    check(found["address"] in ("10.77.0.2", "fe80::2%2") or
          found["address"].startswith("fe80::2"), "%s" % found)
    check("has the MAC address %s" % mac_of(two) in words and
          "has the host name bob-pc.lan" in words and
          "your subnet: " in words and " on eth0" in words, words)
    # Nobody asks by himself.
    check(not bob.all("host"), "bob asked nothing")
    mark = ana.mark()
    ana.send("/net").sync()
    words = told(ana, mark)
    check("netmask 255.255.255.0, subnet 10.77.0.0, broadcast 10.77.0.255"
          in words and "MAC " + mac_of(one) in words and
          socket.gethostname()[:30] in words, words)
    # Of those who speak plain text, the port too.
    ana.send("/dialect plain on", "/contact add web tcp://10.77.0.2:8080",
             "/contact add odd udp://10.77.0.2:61234")
    ana.expect("peer", name="web")
    ana.expect("peer", name="odd")
    try:
        service = socket.getservbyport(8080, "tcp")
    except OSError:
        service = None
        lab.note("names of services: there is no list of them here")
    found, words = look(ana, "web")
    check(found["service"] == service and found["id"] is None and
          found["mac"] == mac_of(two), "%s" % found)
    check(service is None or "port 8080 is that of " + service in words,
          words)
    found, _ = look(ana, "odd")
    check(found["service"] is None, "%s" % found)
    # Nobody is there, and who names it wishes us ill.
    ana.send("/contact add gone udp://10.77.0.3:9000",
             "/contact add here udp://10.77.0.1:9000")
    ana.expect("peer", name="gone")
    ana.expect("peer", name="here")
    found, words = look(ana, "gone")
    check(found["mac"] is None and "nothing was sent there" in words, words)
    check("\033" not in str(found["host"]) and "\033" not in words,
          "%s" % found)
    found, words = look(ana, "here")
    check(found["network"] == "here" and "this machine" in words, words)
    # Several at once; each is answered.
    mark = ana.mark()
    ana.send(*["/info web"] * 20)
    ana.sync()
    lab.wait_until(lambda: lab.pump(0.02) or len(ana.all("host", mark)) + len(
        [e for e in ana.all("error", mark) if "looked up" in e["text"]]) == 20,
        "each has an answer")
    ana.quit()
    bob.quit()


def without_ipv4():
    if not lab.has_ipv6():
        lab.note("IPv6, which this kernel does not have")
        return
    _, (one, two) = lab.lan_of(2, v4=False)
    ana, bob = Earshot(one, "ana"), Earshot(two, "bob")
    lab.meet(ana, bob)
    ana.send("/msg %s hello" % bob.id)
    bob.expect("message", text="hello")
    bob.send("/msg %s hello to you" % ana.id)
    ana.expect("message", text="hello to you")
    found, words = look(ana, "bob")
    check(found["address"].startswith("fe80::2%") and
          found["mac"] == mac_of(two) and found["network"] == "subnet",
          "%s" % found)
    check("your subnet: fe80::" in words, words)
    ana.quit()
    bob.quit()


def behind_a_router():
    one, router, two = lab.Ns("one"), lab.Ns("router"), lab.Ns("two")
    for ns, card, net in ((one, "left", "10.77.0"), (two, "right", "10.78.0")):
        router.ip("link add %s type veth peer name eth0 netns /proc/%d/fd/%d"
                  % (card, os.getpid(), ns.fd))
        router.ip("link set %s addrgenmode none up" % card)
        ns.ip("link set eth0 addrgenmode none up")
        router.address(card, 254, net, v6=False)
        ns.address("eth0", 2, net, v6=False)
        ns.ip("route add default via %s.254" % net)
    with router.inside(), open("/proc/sys/net/ipv4/ip_forward", "w") as f:
        f.write("1")
    ana, bob = Earshot(one, "ana"), Earshot(two, "bob")
    ana.send("/connect 10.78.0.2")
    ana.expect("peer", id=bob.id)
    found, words = look(ana, "bob")
    check(found["network"] == "routed" and found["mac"] is None and
          found["host"] == "far-pc.lan" and found["address"] == "10.78.0.2",
          "%s" % found)
    check("behind a router" in words and "MAC" not in words, words)
    # The router itself is next to us.
    ana.send("/dialect plain on", "/contact add gate udp://10.77.0.254:9")
    ana.expect("peer", name="gate")
    found, _ = look(ana, "gate")
    check(found["network"] == "subnet" and
          found["mac"] == mac_of(router, "left") and found["host"] is None,
          "%s" % found)
    ana.quit()
    bob.quit()


name_hosts()
lab.run(beside, without_ipv4, behind_a_router)
