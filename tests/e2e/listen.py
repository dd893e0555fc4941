#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""earshot listen: what comes to a port is printed, or answered by a program,
and never for ever."""
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import lab
from corpus import TEXTS
from lab import Failure, check

lab.enter()

TUTORIAL = os.path.join(lab.HERE, "..", "tutorial")
DONE, FAILED, USAGE = 0, 1, 2
UPPER = ("--exec", "tr a-z A-Z")
BOUNCE = 2  # seconds after which nothing may go round any more
ANSWER_TIME = 5


class Listen:
    """earshot listen; its lines as objects, or as they are."""

    def __init__(self, ns, transport, port, *options, plain=False):
        self.plain = plain
        self.err = open(os.path.join(lab.work, "err%d" % id(self)), "w+b")
        self.process = subprocess.Popen(
            [lab.program, "listen", transport, str(port), *options,
             *([] if plain else ["--json"])],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.err,
            bufsize=0, preexec_fn=lab.child_setup(ns))
        self.raw = b""
        lab.helpers.append(self)
        if plain:
            lab.wait_until(lambda: "listening" in self.stderr(), "it listens")
        else:
            self.port = self.expect(event="listening")["port"]

    def stderr(self):
        self.err.seek(0)
        return self.err.read().decode()

    def pump(self, timeout):
        if select.select([self.process.stdout], [], [], timeout)[0]:
            self.raw += os.read(self.process.stdout.fileno(), 1 << 16)

    def lines(self):
        whole = [w.decode() for w in self.raw.split(b"\n")[:-1]]
        return whole if self.plain else [json.loads(w) for w in whole]

    def expect(self, line=None, count=1, **fields):
        """The last of so many."""
        end = time.monotonic() + lab.DEADLINE
        while True:
            found = [l for l in self.lines() if (
                line in l if self.plain else
                all(l.get(k) == v for k, v in fields.items()))]
            if len(found) >= count:
                lab.count("lines awaited")
                return found[count - 1]
            if time.monotonic() > end or self.process.poll() is not None:
                raise Failure("no %s%s in %s, %s" % (
                    line or "", fields, self.raw[-2000:], self.stderr()))
            self.pump(0.05)

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        status = self.process.wait(lab.DEADLINE)
        check(status == DONE, "status %s: %s" % (status, self.stderr()))

    def kill(self):
        self.process.kill()

    def wait(self):
        self.process.wait()
        self.process.stdout.close()
        text = self.stderr()
        self.err.close()
        if "Sanitizer" in text or "runtime error" in text:
            raise Failure(text)


def use(ns, *words, data=None):
    """What another program prints, once it ended."""
    if words[0].endswith(".py"):
        words = (sys.executable, "-B", os.path.join(TUTORIAL, words[0]),
                 *words[1:])
    done = subprocess.run(words, input=data, capture_output=True,
                          timeout=lab.DEADLINE, preexec_fn=lab.child_setup(ns))
    check(done.returncode == 0, "%s: %s" % (words, done))
    lab.count("programs used")
    return done.stdout.decode()


def client(ns, host, port):
    s = ns.socket(socket.AF_INET, socket.SOCK_STREAM)
    s.settimeout(lab.DEADLINE)
    s.connect((host, port))
    return s


def asker(ns, port=0, kind=socket.SOCK_DGRAM, address=""):
    s = ns.socket(socket.AF_INET, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    s.bind((address, port))
    s.settimeout(lab.DEADLINE)
    return s


def read_all(s, n):
    got = b""
    while len(got) < n:
        part = s.recv(n - len(got))
        if not part:
            break
        got += part
    return got


def silent(s):
    """Whatever answers: it would have come before what is asked now."""
    return not select.select([s], [], [], 0)[0]


def nc(*words):
    if shutil.which("nc") is None:
        lab.note("nc, which is not installed")
        return None
    return ["nc", *words]


def datagrams():
    """Upper-casing over UDP, for clients that do not know of earshot."""
    _, (one, two) = lab.lan_of(2)
    host = "10.77.0.1"
    l = Listen(one, "udp", 9000, *UPPER)
    out = use(two, "upper_udp_client.py", host, "9000", "hello", "你好 x", "3")
    check(out == "%s:9000 says HELLO\n%s:9000 says 你好 X\n%s:9000 says 3\n"
          % (host, host, host), "from the port that was asked: %r" % out)
    l.expect(event="answer", size=5, status=0)
    words = nc("-u", "-w", "1", host, "9000")
    if words:
        # It waits a second for an answer.
        lab.wait_until(lambda: use(two, *words, data=b"by nc\n") == "BY NC\n",
                       "an answer to nc")
    # One asks all, each gets its own; to a broadcast, too.
    askers = [asker(two) for _ in range(30)]
    for i, s in enumerate(askers):
        s.sendto(b"i am %d" % i, (host, 9000))
    for i, s in enumerate(askers):
        check(s.recvfrom(99) == (b"I AM %d" % i, (host, 9000)), "its own")
    askers[0].sendto(b"anybody?", ("10.77.0.255", 9000))
    check(askers[0].recvfrom(99) == (b"ANYBODY?", (host, 9000)), "broadcast")
    # Nothing and the largest; and what comes from one comes in order.
    s = asker(two)
    big = b"x" * 60000
    s.sendto(big, (host, 9000))
    check(s.recv(65536) == big.upper(), "a large one")
    for i in range(10):
        s.sendto(b"a%d" % i, (host, 9000))
    check([s.recv(99) for _ in range(10)] ==
          [b"A%d" % i for i in range(10)], "in order")
    if lab.has_ipv6():
        s6 = two.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        s6.settimeout(lab.DEADLINE)
        with two.inside():
            scope = socket.if_nametoindex("eth0")
        s6.sendto(b"six", ("fe80::1", 9000, 0, scope))
        check(s6.recvfrom(99)[0] == b"SIX", "IPv6")
    l.end(signal.SIGINT)


def words():
    """Words and quotes, and no shell; statuses; nothing is no answer."""
    _, (one, two) = lab.lan_of(2)
    s = asker(two)
    to = ("10.77.0.1", 9000)
    for text, wants in (("echo 'a  b' \"$HOME\" | x; \\\"", b"a  b $HOME | x; \"\n"),
                        ("sh -c 'cat; echo \"<$0>\"' two\\ words",
                         b"in<two words>\n"),
                        ("sh -c 'cat >/dev/null; echo no; exit 3'", b"no\n")):
        l = Listen(one, "udp", 9000, "--exec", text)
        s.sendto(b"in", to)
        check(s.recv(999) == wants, text)
        if "exit 3" in text:
            l.expect(event="answer", status=3)
        l.end()
    l = Listen(one, "udp", 9000, "--exec", "grep yes")
    s.sendto(b"no", to)
    s.sendto(b"yes", to)
    check(s.recv(99) == b"yes\n" and silent(s), "grep")
    l.end()
    for wrong, status, says in (
            (("udp", "9000", "--exec", "nosuchprogram x"), FAILED,
             "not installed"),
            (("udp", "9000", "--exec", "tr 'a"), USAGE, "quote"),
            (("udp", "9000", "--exec", "  "), USAGE, "wants a program"),
            (("udp", "9000", "--exec", "a " * 17), USAGE, "15 words"),
            (("udp", "65536"), USAGE, "no port"), (("sctp", "1"), USAGE, "udp"),
            (("udp", "9", "--framing", "line"), USAGE, "for tcp"),
            (("tcp", "9", "--framing", "x"), USAGE, "length-le")):
        done = subprocess.run([lab.program, "listen", *wrong],
                              capture_output=True, text=True,
                              timeout=lab.DEADLINE,
                              preexec_fn=lab.child_setup(one))
        check(done.returncode == status and says in done.stderr and
              done.stderr.count("\n") == 1 and done.stdout == "",
              "%s: %s" % (wrong, done))


def streams():
    """The same over TCP: lines, pieces without an end, records."""
    _, (one, two) = lab.lan_of(2)
    host = "10.77.0.1"
    l = Listen(one, "tcp", 8888, *UPPER)
    out = use(two, "upper_tcp_client.py", host, "8888", "hello", "and you")
    check(out == "says HELLO\nsays AND YOU\n", out)
    l.expect(event="ended")
    for more in (["-N"], ["-q", "5"]):
        words = nc(*more, host, "8888")
        if words:
            out = use(two, *words, data=b"one\ntwo\r\nthree")
            check(out.split() == ["ONE", "TWO", "THREE"], "%s: %r" %
                  (words, out))
    # Whoever has said all is answered, and then it ends.
    s = client(two, host, 8888)
    s.sendall(b"".join(b"line %d\n" % i for i in range(40)))
    s.shutdown(socket.SHUT_WR)
    check(read_all(s, 1 << 16) ==
          b"".join(b"LINE %d\n" % i for i in range(40)), "all, in order")
    # A vanished one disturbs nobody, and neither does one that never reads.
    rude = client(two, host, 8888)
    rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    rude.sendall(b"bye\n")
    rude.close()
    lazy = client(two, host, 8888)
    lazy.sendall(b"z" * 60000 + b"\n")
    s = client(two, host, 8888)
    s.sendall(b"still here\n")
    check(read_all(s, 11) == b"STILL HERE\n", "the others go on")
    # Started again at once, with connections that are open still.
    l.end()
    l = Listen(one, "tcp", 8888, *UPPER)
    done = subprocess.run([lab.program, "listen", "tcp", "8888"],
                          capture_output=True, text=True, timeout=lab.DEADLINE,
                          preexec_fn=lab.child_setup(one))
    check(done.returncode == FAILED and "in use" in done.stderr and
          done.stderr.count("\n") == 1, "the port is in use: %s" % done)
    l.end()
    l = Listen(one, "tcp", 8888, "--framing", "length", *UPPER)
    records = [struct.pack("!I", len(b)) + b for b in
               (b"", b"one", b"line\nend\n", b"y" * 65536)]
    s = client(two, host, 8888)
    s.sendall(b"".join(records))
    wanted = b"".join(records[1:]).replace(b"one", b"ONE").replace(
        b"line\nend\n", b"LINE\nEND\n").replace(b"y", b"Y")
    check(read_all(s, len(wanted)) == wanted, "records")
    s.sendall(struct.pack("!I", 65537))
    check(s.recv(1) == b"", "a length that cannot be")
    l.expect(event="unanswered")
    l.end()
    l = Listen(one, "tcp", 8888, "--framing", "datagram", *UPPER)
    s = client(two, host, 8888)
    s.sendall(b"a\nb")
    check(read_all(s, 3) == b"A\nB", "as it came")
    l.end()


def crowd():
    """128 that connect while nobody accepts, and all are answered."""
    _, (one, two) = lab.lan_of(2)
    l = Listen(one, "tcp", 0, *UPPER)
    l.process.send_signal(signal.SIGSTOP)
    guests = [client(two, "10.77.0.1", l.port) for _ in range(128)]
    for i, s in enumerate(guests):
        s.sendall(b"guest %d\n" % i)
    l.process.send_signal(signal.SIGCONT)
    for i, s in enumerate(guests):
        wanted = b"GUEST %d\n" % i
        check(read_all(s, len(wanted)) == wanted, "guest %d" % i)
    for s in guests:
        s.close()
    l.expect(event="ended", count=128)
    l.end()


def children_of(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return f.read().split()


def limits():
    """Time, size, and how many at once."""
    _, (one, two) = lab.lan_of(2)
    to = ("10.77.0.1", 9000)
    s = asker(two)
    l = Listen(one, "udp", 9000, "--exec",
               "sh -c 'read x; case $x in slow) sleep 600;; long) yes;; "
               "*) echo $x;; esac'")
    begin = time.monotonic()
    s.sendto(b"slow\n", to)
    other = asker(two)
    other.sendto(b"quick\n", to)
    check(other.recv(99) == b"quick\n", "nobody waits for the slow one")
    why = l.expect(event="unanswered")
    took = time.monotonic() - begin
    check("5 s" in why["reason"] and
          ANSWER_TIME - 0.1 < took < ANSWER_TIME + lab.SLACK,
          "killed after %.1f s: %s" % (took, why))
    lab.wait_until(lambda: not children_of(l.process.pid), "it is gone")
    s.sendto(b"long\n", to)
    check("64 KiB" in l.expect(event="unanswered", count=2)["reason"], "long")
    s.sendto(b"fine\n", to)
    check(s.recv(99) == b"fine\n", "and it goes on")
    l.end()
    gate = os.path.join(lab.work, "gate")
    l = Listen(one, "udp", 9000, "--exec",
               "sh -c 'until [ -e %s ]; do sleep 0.05; done; cat'" % gate)
    askers = [asker(two) for _ in range(40)]
    for s in askers:
        s.sendto(b"x", to)
    lab.wait_until(lambda: len(children_of(l.process.pid)) == 16, "16 run")
    l.expect(event="message", count=40)
    check(len(children_of(l.process.pid)) == 16, "and no more")
    open(gate, "w").close()
    for s in askers:
        check(s.recv(99) == b"x", "each is answered")
    # At the end those that run are ended, too.
    os.unlink(gate)
    lab.wait_until(lambda: not children_of(l.process.pid), "those are gone")
    askers[0].sendto(b"y", to)
    child, = lab.wait_until(lambda: children_of(l.process.pid), "one runs")
    l.end()
    lab.wait_until(lambda: not os.path.exists("/proc/" + child),
                   "it ended with it")


def forge(ns, source, sport, to, dport, payload):
    """A datagram that says it comes from there."""
    with ns.inside():
        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    udp = struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0,
                     socket.inet_aton(source), socket.inet_aton(to))
    s.sendto(ip + udp, (to, 0))
    s.close()


def last_of(capture, ports):
    """Reads until nothing of these ports came for long; when the last did."""
    last = begin = time.monotonic()
    seen = 0
    while time.monotonic() < last + BOUNCE + 0.5:
        select.select([capture.sock], [], [], 0.2)
        capture.read()
        now, new = time.monotonic(), 0
        for _, outgoing, data in capture.packets:
            frame = lab.Frame(data)
            new += frame.proto == 17 and {frame.sport, frame.dport} == ports
        del capture.packets[:]
        if new:
            last = now
        seen += new
        check(now < begin + 60 * lab.PATIENCE, "it goes on for ever")
    return last - begin, seen


def t21_two_that_answer():
    """Two of them, and a thousand forged packets across."""
    _, (one, two, forger) = lab.lan_of(3)
    for command in ("cat", "tr a-zA-Z A-Za-z", "rev"):
        a = Listen(one, "udp", 9000, "--exec", command)
        b = Listen(two, "udp", 9001, "--exec", command)
        capture = lab.Capture(one, "eth0")
        for i in range(500):
            forge(forger, "10.77.0.2", 9001, "10.77.0.1", 9000, b"ab %d" % i)
            forge(forger, "10.77.0.1", 9000, "10.77.0.2", 9001, b"cd %d" % i)
        took, seen = last_of(capture, {9000, 9001})
        print("  %s: %d packets, the last after %.2f s" % (command, seen, took))
        check(took < BOUNCE + lab.SLACK / 8, "it went on: %.2f s" % took)
        check(1000 > seen - 500 > 0, "%d packets" % seen)
        # And each still answers people.
        s = asker(forger)
        for host, port in (("10.77.0.1", 9000), ("10.77.0.2", 9001)):
            s.sendto(b"aa", (host, port))
            check(s.recv(99).strip() in (b"aa", b"AA"), "people")
        a.end()
        b.end()


def t21_an_echo_service():
    """Another's, of which there is no end by itself; and ports of such."""
    _, (one, two) = lab.lan_of(2)
    echo = subprocess.Popen(
        [sys.executable, "-B", "-u",
         os.path.join(TUTORIAL, "echo_udp_server.py"), "7777"],
        stdout=subprocess.PIPE, preexec_fn=lab.child_setup(two))
    lab.helpers.append(echo)
    check(echo.stdout.readline() == b"ready\n", "an echo service")
    for command in ("cat", "rev", "date +%N"):
        a = Listen(one, "udp", 9000, "--exec", command)
        capture = lab.Capture(one, "eth0")
        forge(two, "10.77.0.2", 7777, "10.77.0.1", 9000, b"round and round")
        took, seen = last_of(capture, {9000, 7777})
        print("  %s: %d packets, the last after %.2f s" % (command, seen, took))
        check(took < BOUNCE + lab.SLACK / 8 and seen > 2, "%.2f s" % took)
        a.end()
    a = Listen(one, "udp", 9000, *UPPER)
    for i, port in enumerate((7, 13, 19, 37, 53, 123, 1023, 9000)):
        s = asker(two, port)
        s.sendto(b"hello", ("10.77.0.1", 9000))
        why = a.expect(event="unanswered", count=i + 1)["reason"]
        check("port" in why and silent(s), why)
    a.end()


def printed():
    """Without a program: what comes, cleaned, a line each."""
    _, (one, two) = lab.lan_of(2)
    to = ("10.77.0.1", 33333)
    s = asker(two, 5000)
    l = Listen(one, "udp", 33333, plain=True)
    two.ip("route add default dev eth0")
    use(two, "shout_send.py", "to everybody")
    l.expect("] to everybody")
    for i, text in enumerate(TEXTS):
        s.sendto(text[:60000], to)
        # A socket holds few of the large ones.
        lab.wait_until(lambda: l.pump(0.01) or len(l.lines()) > i + 1,
                       "a line of %r" % text[:40])
        lab.count("hostile texts")
    s.sendto(b"two\nlines\x1b[2J\x07\r\n", to)
    s.sendto("在控制台上".encode("gbk"), to)
    s.sendto(b"the end", to)
    l.expect("the end")
    check("[10.77.0.2:5000] the end" in l.lines(), "who said it")
    check(any(line.endswith("] 在控制台上") for line in l.lines()), "GBK")
    check(len(l.lines()) == len(TEXTS) + 4, "a line each: %d, %d" %
          (len(l.lines()), len(TEXTS)))
    check(all(line.startswith("[10.77.0.2:") for line in l.lines()), "whose")
    bad = [b for b in l.raw if b < 32 and b != 10 or b == 127]
    check(not bad, "no control: %s" % bad[:20])
    check(silent(s), "and nobody is answered")
    l.end()
    # A client comes, talks and goes.
    l = Listen(one, "tcp", 44444, plain=True)
    c = client(two, "10.77.0.1", 44444)
    at = "10.77.0.2:%d" % c.getsockname()[1]
    c.sendall(b"first\nsecond\n")
    c.close()
    l.expect("* %s is gone" % at)
    check(l.lines() == ["* %s is connected" % at, "[%s] first" % at,
                        "[%s] second" % at, "* %s is gone" % at], "%s" %
          l.lines())
    l.end(signal.SIGINT)
    # Who has read enough goes.
    l = Listen(one, "udp", 33333)
    l.process.stdout.close()
    s.sendto(b"x", to)
    check(l.process.wait(lab.DEADLINE) == DONE, "nobody reads")
    l.process.stdout = open(os.devnull, "rb")


def confined():
    """--interface, and a port that another program has."""
    _, (one, two) = lab.lan_of(2)
    one.ip("link add dummy0 type dummy", may_fail=True)
    l = Listen(one, "udp", 9000, "--interface", "lo", *UPPER)
    t = Listen(one, "tcp", 9000, "--interface", "lo", *UPPER)
    outside, inside = asker(two), asker(one)
    outside.sendto(b"out", ("10.77.0.1", 9000))
    inside.sendto(b"in", ("127.0.0.1", 9000))
    check(inside.recv(99) == b"IN" and silent(outside), "loopback alone")
    l.expect(event="answer")
    check(len([e for e in l.lines() if e["event"] == "message"]) == 1, "one")
    c = client(two, "10.77.0.1", 9000)
    try:
        check(c.recv(1) == b"", "refused")
    except ConnectionResetError:
        lab.count("checks")
    c = client(one, "127.0.0.1", 9000)
    c.sendall(b"in\n")
    check(read_all(c, 3) == b"IN\n", "loopback alone")
    l.end()
    t.end()
    holder = asker(one, 9000)
    done = subprocess.run([lab.program, "listen", "udp", "9000"],
                          capture_output=True, text=True, timeout=lab.DEADLINE,
                          preexec_fn=lab.child_setup(one))
    check(done.returncode == FAILED and "in use" in done.stderr and
          done.stderr.count("\n") == 1, "in use: %s" % done)
    holder.close()


lab.run(datagrams, words, streams, crowd, limits, t21_two_that_answer,
        t21_an_echo_service, printed, confined)
