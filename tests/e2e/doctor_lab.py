# SPDX-License-Identifier: MIT
"""Networks with something wrong with them, and some with nothing.

Each function below makes one fault for real and returns a Case: whom to ask,
about whom, and what is to be named first. The caller has entered the
laboratory.
"""
import os
import random
import shutil
import socket
import struct
import subprocess
import time

import lab
import native
from lab import Earshot, Lan, Ns

FAULTS = []


class Case:
    """asker asks about who; words: any of which may come first. A hint is what
    may be meant to be so."""

    def __init__(self, asker, words, who=None, lan=(), more=(), hint=False):
        self.asker, self.words, self.who = asker, words, who
        self.hint = hint
        self.keep = [lan, more]  # namespaces end with their descriptors
        self.name = None


def fault(function):
    FAULTS.append(function)
    return function


def run(ns, *words, text=None):
    """A program inside."""
    done = subprocess.run(words, preexec_fn=lambda: lab.setns(ns.fd),
                          capture_output=True, text=True, input=text)
    if done.returncode != 0:
        raise lab.Failure("%s: %s" % (" ".join(words), done.stderr))
    return done.stdout


def nft(ns, text):
    run(ns, "nft", "-f", "-", text=text)


def drop_in(ns, rule, hook="input", family="inet"):
    nft(ns, "table %s filter {\n chain %s { type filter hook %s priority 0; "
        "policy accept;\n %s drop\n }\n}\n" % (family, hook, hook, rule))


def write(ns, path, text):
    """Of the namespace: what the kernel shows depends on who looks."""
    with ns.inside():
        with open(path, "w") as f:
            f.write(text)


def hosts(count=2, v4=True, v6=True):
    """A LAN with a gateway, which is not counted."""
    lan, guests = lab.lan_of(count, v4, v6)
    gateway = lan.guest("gateway", 254, v4=v4, v6=v6)
    for ns in guests:
        if v4:
            ns.ip("route add default via 10.77.0.254")
    lan.gateway = gateway
    return lan, guests


def friends(a, b):
    """Contacts with a session, as they are after a talk."""
    lab.meet(a, b)
    mark = b.mark()
    a.send("/msg %s hello" % b.id)
    b.expect("message", mark, id=a.id)
    mark = a.mark()
    b.send("/msg %s hello yourself" % a.id)
    a.expect("message", mark, id=b.id)


def pair(*options, v4=True, v6=False, **more):
    """Two that never met yet, of whom only the namespaces are there."""
    lan, (one, two) = hosts(2, v4, v6)
    return lan, one, two


# Of this machine -------------------------------------------------------------

@fault
def no_interface():
    ns = Ns("alone")
    return Case(Earshot(ns, "ana", interface=None), ["no-interface"], more=ns)


@fault
def interface_down():
    lan, one, two = pair()
    one.ip("link set eth0 down")
    return Case(Earshot(one, "ana", interface=None), ["interface-down"],
                lan=lan, more=(one, Earshot(two, "bob")))


@fault
def no_carrier():
    lan, one, two = pair()
    lan.ns.ip("link set port1 down")
    return Case(Earshot(one, "ana", interface=None), ["no-carrier"],
                lan=lan, more=(one, Earshot(two, "bob")))


@fault
def no_address():
    lan, one, two = pair()
    one.ip("addr flush dev eth0")
    return Case(Earshot(one, "ana", interface=None), ["no-address"],
                lan=lan, more=(one, Earshot(two, "bob")))


@fault
def only_a_tunnel():
    """All there is goes to a VPN, and we do not speak there."""
    ns = Ns("alone")
    keep = tun(ns, "tun0", "10.8.0.2/24")
    return Case(Earshot(ns, "ana", interface=None), ["not-used"],
                more=(ns, keep))


@fault
def quiet():
    lan, one, two = pair()
    ana = Earshot(one, "ana", "--quiet")
    return Case(ana, ["quiet"], hint=True, lan=lan, more=(one, Earshot(two, "bob")))


@fault
def wrong_broadcast():
    lan, one, two = pair()
    one.ip("addr flush dev eth0")
    one.ip("addr add 10.77.0.1/24 broadcast 10.77.0.127 dev eth0")
    return Case(Earshot(one, "ana"), ["broadcast-address"], lan=lan,
                more=(one, Earshot(two, "bob")))


# Firewalls -------------------------------------------------------------------

@fault
def nft_in():
    lan, one, two = pair()
    drop_in(one, "udp dport 41827")
    return Case(Earshot(one, "ana"), ["firewall-in"], lan=lan,
                more=(one, Earshot(two, "bob")))


@fault
def nft_out():
    lan, one, two = pair()
    drop_in(one, "udp dport 41827", "output")
    return Case(Earshot(one, "ana"), ["firewall-out"], lan=lan,
                more=(one, Earshot(two, "bob")))


@fault
def nft_policy():
    """As most of them are: nothing but what is named comes in."""
    lan, one, two = pair()
    nft(one, """table inet fw {
        chain in {
        type filter hook input priority 0; policy drop;
        ct state vmap { established : accept, related : accept }
        iif lo accept
        tcp dport { 22, 80 } accept
        icmp type echo-request accept
    }
    }
    """)
    return Case(Earshot(one, "ana"), ["firewall-in"], lan=lan,
                more=(one, Earshot(two, "bob")))


@fault
def iptables_in():
    lan, one, two = pair()
    run(one, "iptables", "-A", "INPUT", "-p", "udp", "--dport", "41827", "-j",
        "DROP")
    return Case(Earshot(one, "ana"), ["firewall-in"], lan=lan,
                more=(one, Earshot(two, "bob")))


@fault
def iptables_out():
    lan, one, two = pair()
    run(one, "iptables", "-P", "OUTPUT", "DROP")
    run(one, "iptables", "-A", "OUTPUT", "-p", "tcp", "-j", "ACCEPT")
    return Case(Earshot(one, "ana"), ["firewall-out"], lan=lan,
                more=(one, Earshot(two, "bob")))


@fault
def tcp_in_dropped_here():
    lan, one, two = pair()
    drop_in(one, "tcp dport 41827")
    return Case(Earshot(one, "ana"), ["firewall-in"], lan=lan,
                more=(one, Earshot(two, "bob")))


@fault
def one_peer_dropped_here():
    lan, one, two = pair()
    run(one, "iptables", "-A", "INPUT", "-s", "10.77.0.2", "-j", "DROP")
    return Case(Earshot(one, "ana"), ["firewall-in"], who="10.77.0.2",
                lan=lan, more=(one, Earshot(two, "bob")))


# Ports -----------------------------------------------------------------------

def taker(ns, kind, port):
    """Another program that has it alone."""
    s = ns.socket(socket.AF_INET, kind)
    s.bind(("", port))
    if kind == socket.SOCK_STREAM:
        s.listen()
    return s


@fault
def discovery_port_taken():
    lan, one, two = pair()
    keep = taker(one, socket.SOCK_DGRAM, lab.PORT)
    return Case(one, ["port-discovery"], lan=lan, more=(one, two, keep))


@fault
def tcp_port_taken():
    lan, one, two = pair()
    keep = taker(one, socket.SOCK_STREAM, lab.PORT)
    return Case(Earshot(one, "ana"), ["port-tcp"], lan=lan,
                more=(one, Earshot(two, "bob"), keep))


@fault
def ipmsg_port_taken():
    lan, one, two = pair()
    keep = taker(one, socket.SOCK_DGRAM, 2425)
    ana = Earshot(one, "ana")
    ana.send("/dialect ipmsg on")
    ana.sync()
    return Case(ana, ["port-taken"], lan=lan,
                more=(one, Earshot(two, "bob"), keep))


# Between machines --------------------------------------------------------------

def contacts_apart():
    """Contacts of other days, whom the access point keeps apart now: all reach
    the gateway alone, as on the wireless network of a hotel."""
    lan, (one, two, three) = hosts(3, v6=False)
    ana, bob, cat = (Earshot(ns, name) for ns, name in
                     ((one, "ana"), (two, "bob"), (three, "cat")))
    friends(ana, bob)
    friends(ana, cat)
    ana.quit()
    for port in ("port1", "port2", "port3"):
        run(lan.ns, "bridge", "link", "set", "dev", port, "isolated", "on")
    one.ip("neigh flush all")
    ana = Earshot(one, "ana", home_dir=ana.home)
    return Case(ana, ["isolated"], lan=lan, more=(one, two, three)), bob


@fault
def isolated_ports():
    return contacts_apart()[0]


@fault
def isolated_from_one():
    case, bob = contacts_apart()
    case.who = bob.id
    return case


@fault
def wrong_netmask():
    """/25 among /24: hears the others, who are not in its network."""
    lan, one, two = pair()
    two.ip("addr flush dev eth0")
    two.ip("addr add 10.77.0.200/25 broadcast + dev eth0")
    return Case(Earshot(two, "bob"), ["netmask"], lan=lan,
                more=(two, Earshot(one, "ana")))


@fault
def address_twice():
    lan, one, two = pair()
    two.ip("addr flush dev eth0")
    two.ip("addr add 10.77.0.1/24 broadcast + dev eth0")
    return Case(Earshot(one, "ana"), ["address-twice"], lan=lan,
                more=(one, Earshot(two, "bob")))


@fault
def identity_twice():
    lan, one, two = pair()
    bob = Earshot(one, "bob")
    bob.quit()
    copy = lab.home("copy")
    shutil.rmtree(copy)
    shutil.copytree(bob.home, copy)
    first = Earshot(one, "bob", home_dir=bob.home)
    second = Earshot(two, "bob", home_dir=copy)
    # One announcement alone may be a recording.
    for status in ("a", "b", "c"):
        second.send("/status %s" % status)
        second.sync()
    return Case(first, ["identity-twice"], lan=lan, more=(one, second))


@fault
def name_twice():
    lan, one, two = pair()
    ana, other = Earshot(one, "ana"), Earshot(two, "ana")
    lab.meet(ana, other)
    return Case(ana, ["name-twice"], lan=lan, more=(one, other))


@fault
def version_of_another_time():
    lan, one, two = pair()
    ana = Earshot(one, "ana")
    eve = native.Person(two, address="10.77.0.2")

    def speak():
        for _ in range(3):
            data = eve.beacon()
            eve.broadcast(data[:4] + bytes([2]) + data[5:])
    case = Case(ana, ["version"], lan=lan, more=(one, two, eve))
    speak()
    return case


class LatePerson(native.Person):
    """Whose clock is an hour ahead."""

    def hello(self):
        now = int(time.time() * 1000) + 3600 * 1000
        return super().hello().replace(
            struct.pack(">q", 1795168920000), struct.pack(">q", now))


@fault
def clock_an_hour_off():
    lan, one, two = pair()
    ana = Earshot(one, "ana")
    eve = LatePerson(two, address="10.77.0.2")
    eve.announce()
    ana.expect("peer", id=eve.id)
    session = eve.dial("10.77.0.1", ana.tcp_port)
    session.say(b"what time is it?")
    ana.expect("message", id=eve.id)
    return Case(ana, ["clock"], lan=lan, more=(one, two, eve, session))


@fault
def tcp_dropped_there():
    lan, one, two = pair()
    ana, bob = Earshot(one, "ana"), Earshot(two, "bob")
    lab.meet(ana, bob)
    drop_in(two, "tcp dport %d" % bob.tcp_port)
    return Case(ana, ["tcp-dropped"], who=bob.id, lan=lan, more=(one, two))


@fault
def not_running_there():
    lan, one, two = pair()
    return Case(Earshot(one, "ana"), ["refused"], who="10.77.0.2", lan=lan,
                more=(one, two))


@fault
def nobody_there():
    lan, one, two = pair()
    bob = Earshot(two, "bob")
    return Case(Earshot(one, "ana"), ["unreachable"], who="10.77.0.77",
                lan=lan, more=(one, bob))


def bridge_drop(lan, rule):
    nft(lan.ns, "table bridge b {\n chain f { type filter hook forward "
        "priority 0; policy accept;\n %s drop\n }\n}\n" % rule)


@fault
def deaf():
    """They hear us, we do not hear them."""
    lan, one, two = pair()
    ana, bob = Earshot(one, "ana"), Earshot(two, "bob")
    friends(ana, bob)
    ana.quit()
    bridge_drop(lan, "iifname port2 ip protocol udp")
    ana = Earshot(one, "ana", home_dir=ana.home)
    mark = bob.mark()
    ana.send("/msg %s here again" % bob.id)
    bob.expect("message", mark, id=ana.id)
    return Case(ana, ["deaf"], who=bob.id, lan=lan, more=(one, two, bob))


@fault
def mute():
    """The reverse."""
    lan, one, two = pair()
    ana, bob = Earshot(one, "ana"), Earshot(two, "bob")
    friends(ana, bob)
    ana.quit()
    bob.quit()
    bridge_drop(lan, "iifname port1 ip protocol udp")
    ana = Earshot(one, "ana", home_dir=ana.home)
    bob = Earshot(two, "bob", home_dir=bob.home)
    mark = bob.mark()
    ana.send("/msg %s here again" % bob.id)
    bob.expect("message", mark, id=ana.id)
    return Case(ana, ["mute"], who=bob.id, lan=lan, more=(one, two, bob))


@fault
def small_mtu():
    lan, one, two = pair()
    ana, bob = Earshot(one, "ana"), Earshot(two, "bob")
    friends(ana, bob)
    lan.ns.ip("link set port2 mtu 900")
    return Case(ana, ["mtu"], who=bob.id, lan=lan, more=(one, two, bob))


@fault
def multicast_filtered():
    """No IPv4, and the switch keeps multicast to itself."""
    lan, one, two = pair(v4=False, v6=True)
    ana, bob = Earshot(one, "ana"), Earshot(two, "bob")
    friends(ana, bob)
    ana.quit()
    bob.quit()
    bridge_drop(lan, "ip6 daddr ff12::/16")
    bob = Earshot(two, "bob", home_dir=bob.home)
    ana = Earshot(one, "ana", home_dir=ana.home)
    mark = bob.mark()
    ana.send("/msg %s here again" % bob.id)
    bob.expect("message", mark, id=ana.id)
    return Case(ana, ["multicast"], who=bob.id, lan=lan, more=(one, two, bob))


@fault
def ipv6_only():
    """Nobody else speaks it here."""
    lan = Lan()
    one = lan.guest("host1", 1, v4=False)
    two = lan.guest("host2", 2, v6=False)
    return Case(Earshot(one, "ana"), ["ipv6-only"],
                lan=lan, more=(one, Earshot(two, "bob")))


def tun(ns, name, address):
    """A VPN that swallows all it is given."""
    import fcntl
    with ns.inside():
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
        fcntl.ioctl(fd, lab.TUNSETIFF, struct.pack(
            "16sH22x", name.encode(), 1 | lab.IFF_NO_PI))
    ns.ip("addr add %s dev %s" % (address, name))
    ns.ip("link set %s up" % name)
    return fd


@fault
def vpn_takes_all():
    """Also what is for the LAN goes into it."""
    lan, one, two = pair()
    keep = tun(one, "tun0", "10.8.0.2/24")
    one.ip("route replace default dev tun0")
    for net in ("10.77.0.0/25", "10.77.0.128/25"):
        one.ip("route add %s dev tun0" % net)
    return Case(Earshot(one, "ana", interface=None), ["vpn-route"], lan=lan,
                more=(one, Earshot(two, "bob"), keep))


@fault
def containers_in_the_way():
    """Their bridge has the network that the LAN has."""
    lan, one, two = pair()
    one.ip("link add docker0 type bridge")
    one.ip("addr add 10.77.0.1/25 dev docker0")
    one.ip("link set docker0 up")
    one.ip("link add veth9 type veth peer name veth8")
    one.ip("link set veth8 master docker0 up")
    one.ip("link set veth9 up")
    return Case(Earshot(one, "ana", interface=None), ["container"], lan=lan,
                more=(one, Earshot(two, "bob")))


@fault
def gateway_is_gone():
    lan, one, two = pair()
    lan.gateway.ip("link set eth0 down")
    return Case(Earshot(one, "ana"), ["gateway"], lan=lan, more=(one, two))


@fault
def other_subnet():
    lan, one, two = pair()
    far = Lan("far")
    far.plug(lan.gateway, "eth1")
    lan.gateway.address("eth1", 254, "10.78.0", v6=False)
    write(lan.gateway, "/proc/sys/net/ipv4/ip_forward", "1")
    three = Ns("host3")
    far.plug(three)
    three.address("eth0", 3, "10.78.0", v6=False)
    drop_in(three, "tcp dport 41827")
    three.ip("route add default via 10.78.0.254")
    return Case(Earshot(one, "ana"), ["routed"], who="10.78.0.3", lan=lan,
                more=(one, far, three, Earshot(two, "bob"),
                      Earshot(three, "dan")))


# Without root ------------------------------------------------------------------

USER = 12345


def user_healthy():
    lan, one, two = pair()
    ana, bob = Earshot(one, "ana", uid=USER), Earshot(two, "bob")
    lab.meet(ana, bob)
    return Case(ana, [], lan=lan, more=(one, two))


def user_alone():
    """Nothing is wrong, but a rule might be, which root alone may read."""
    lan, one, two = pair()
    drop_in(one, "tcp dport 22")
    return Case(Earshot(one, "ana", uid=USER), [], lan=lan, more=(one, two))


def user_dropped():
    """Seen by what does not come back to it."""
    lan, one, two = pair()
    drop_in(one, "udp dport 41827")
    return Case(Earshot(one, "ana", uid=USER), ["firewall-in"], lan=lan,
                more=(one, Earshot(two, "bob")))


def user_dropped_out():
    lan, one, two = pair()
    drop_in(one, "udp dport 41827", "output")
    return Case(Earshot(one, "ana", uid=USER), ["firewall-out"], lan=lan,
                more=(one, Earshot(two, "bob")))


def user_port_taken():
    """By whom, only root would know."""
    lan, one, two = pair()
    keep = taker(one, socket.SOCK_STREAM, lab.PORT)
    return Case(Earshot(one, "ana", uid=USER), ["port-tcp"], lan=lan,
                more=(one, Earshot(two, "bob"), keep))


# Nothing wrong -------------------------------------------------------------------

def healthy(seed):
    """A network of some kind in which all is well, and who is asked."""
    r = random.Random(seed)
    net = r.choice(["10.%d.%d" % (r.randrange(256), r.randrange(256)),
                    "192.168.%d" % r.randrange(256),
                    "172.%d.%d" % (r.randrange(16, 32), r.randrange(256))])
    prefix = r.choice([16, 20, 24, 24, 24, 28])
    v6 = r.random() < 0.6 and lab.has_ipv6()
    v4 = not v6 or r.random() < 0.9
    gateway = r.random() < 0.6
    count = r.randint(2, 4)
    lan = Lan()
    guests = []
    numbers = r.sample(range(1, 13), count)

    def plug(name, number):
        ns = Ns(name)
        lan.plug(ns)
        if v4:
            ns.ip("addr add %s.%d/%d broadcast + dev eth0"
                  % (net, number, prefix))
        if v6:
            ns.ip("addr add fe80::%x/64 dev eth0 nodad" % number)
        return ns
    for n in numbers:
        guests.append(plug("host%d" % n, n))
    keep = [plug("gateway", 14)] if gateway else []
    for ns in guests:
        if gateway and v4:
            ns.ip("route add default via %s.14" % net)
        elif gateway:
            ns.ip("route add default via fe80::e dev eth0")
    keep += more_interfaces(r, guests[0])
    peers = [Earshot(ns, "p%d" % i, interface=None if i == 0 else "eth0")
             for i, ns in enumerate(guests)]
    lab.meet(*peers)
    if r.random() < 0.5:
        friends(peers[0], peers[1])
    who = r.choice([None, peers[1].id])
    return Case(peers[0], [], who=who, lan=lan, more=(guests, keep, peers))


def more_interfaces(r, ns):
    """What machines have beside: containers, a VPN for one network, another
    LAN, a firewall that lets us through."""
    keep = []
    if r.random() < 0.3:
        ns.ip("link add docker0 type bridge")
        ns.ip("addr add 172.17.0.1/16 broadcast + dev docker0")
        ns.ip("link set docker0 up")
    if r.random() < 0.3:
        keep.append(tun(ns, "tun0", "10.99.0.2/24"))
        ns.ip("route add 10.100.0.0/16 dev tun0")
    if r.random() < 0.3:
        other = Lan("other")
        other.plug(ns, "eth1")
        ns.ip("addr add 192.0.2.1/24 broadcast + dev eth1")
        keep.append(other)
    if r.random() < 0.4:
        nft(ns, """table inet fw {
        chain in {
            type filter hook input priority 0; policy drop;
            ct state vmap { established : accept, related : accept }
            iifname lo accept
            meta l4proto { icmp, ipv6-icmp } accept
            udp dport 1024-65535 accept
            tcp dport 41827 accept
            limit rate 5/minute log prefix "drop "
        }
        }
        """)
    elif r.random() < 0.3:
        run(ns, "iptables", "-A", "INPUT", "-p", "udp", "-m", "limit",
            "--limit", "1/s", "--dport", "9", "-j", "DROP")
        run(ns, "iptables", "-A", "INPUT", "-p", "tcp", "--dport", "22", "-j",
            "DROP")
    return keep
