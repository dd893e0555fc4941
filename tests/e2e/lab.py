# SPDX-License-Identifier: MIT
"""A laboratory for whole programs: networks of our own and earshots in them.

A script calls enter() first, which moves this process into namespaces of its
own, and ends with run(), which cleans up, tells what was counted, and shows
what every program said when something went wrong. Nothing is waited for by a
fixed time: whatever is expected has a deadline, and the wait ends when it
comes. A deadline tells what comes from what does not, and no more: how quick
earshot is, the benches measure. EARSHOT names the program; EARSHOT_PATIENCE stretches all deadlines;
EARSHOT_LONG asks for what takes minutes, too.
"""
import atexit
import contextlib
import ctypes
import fcntl
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

SKIP = 77
PATIENCE = float(os.environ.get("EARSHOT_PATIENCE", "1"))
LONG = bool(os.environ.get("EARSHOT_LONG"))
DEADLINE = 120 * PATIENCE
SLACK = 8 * PATIENCE  # that a busy machine may add to what is to be quick
HERE = os.path.dirname(os.path.abspath(__file__))
PORT = 41827

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
MS_REC, MS_PRIVATE, MS_BIND = 0x4000, 0x40000, 0x1000
MS_REMOUNT, MS_RDONLY, MNT_DETACH = 0x20, 0x1, 2
SO_RCVBUFFORCE = 33
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454ca, 2, 0x1000
PR_SET_PDEATHSIG, PR_CAPBSET_DROP = 1, 24

libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """Something is not as it should be."""


def skip(why):
    print("SKIPPED: " + why)
    sys.exit(SKIP)


def _call(name, *args):
    if getattr(libc, name)(*args) != 0:
        error = ctypes.get_errno()
        raise OSError(error, "%s: %s" % (name, os.strerror(error)))


def mount(source, target, kind, flags=0, data=None):
    def encode(text):
        return None if text is None else text.encode()
    _call("mount", encode(source), encode(target), encode(kind),
          ctypes.c_ulong(flags), encode(data))


def unmount(target):
    _call("umount2", target.encode(), MNT_DETACH)


# Counting ------------------------------------------------------------------

counts = {}
notes = []


def count(what, n=1):
    counts[what] = counts.get(what, 0) + n


def note(text):
    """Something that could not be looked at here: said at the end."""
    notes.append(text)


def check(condition, text):
    if not condition:
        raise Failure(text)
    count("checks")


def wait_until(condition, what, timeout=DEADLINE, step=0.005):
    """For what no descriptor tells: looks again each few milliseconds."""
    end = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise Failure("not within %.0f s: %s" % (timeout, what))
        select.select([], [], [], step)


# Namespaces ----------------------------------------------------------------

work = None         # a directory of this test alone
build = None        # where the programs of tests are, in tests/support
owns_users = False  # other users exist here


def _map_user():
    uid, gid = os.geteuid(), os.getegid()
    _call("unshare", CLONE_NEWUSER)
    for path, text in (("setgroups", "deny"), ("uid_map", "0 %d 1" % uid),
                       ("gid_map", "0 %d 1" % gid)):
        with open("/proc/self/" + path, "w") as f:
            f.write(text)


def _unshare():
    global owns_users
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            _call("unshare", CLONE_NEWNET | CLONE_NEWNS)
            owns_users = True
            return
    _map_user()
    _call("unshare", CLONE_NEWNET | CLONE_NEWNS)


def enter():
    """Moves this process where it can do no harm. Skips where it may not."""
    global work, build, program
    if shutil.which("ip") is None:
        skip("no ip command here (Debian: iproute2), so there is no network "
             "to test on")
    # Who was started in the background ignores these, and so would all that
    # is started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    # Whoever stops a test wants it cleaned up all the same.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    point = tempfile.mkdtemp(prefix="earshot-e2e-")
    owner = os.getpid()
    atexit.register(lambda: os.getpid() == owner and os.rmdir(point))
    try:
        _unshare()
        mount("none", "/", None, MS_REC | MS_PRIVATE)
        mount("e2e", point, "tmpfs", 0, "size=1g,mode=0755")
    except OSError as e:
        skip("no namespaces of one's own here: %s" % e)
    work = point
    atexit.register(lambda: os.getpid() == owner and unmount(point))
    source = os.environ.get("EARSHOT",
                            os.path.join(HERE, "..", "..", "earshot"))
    if not os.access(source, os.X_OK):
        print("no program %s: make earshot, or set EARSHOT" % source)
        sys.exit(1)
    build = os.path.dirname(os.path.abspath(source))
    # Another user of the test may not be able to read where it was built.
    program = shutil.copy(source, os.path.join(point, "earshot"))
    os.chmod(program, 0o755)
    for name in list(os.environ):
        if name.startswith(("EARSHOT", "XDG_", "LC_")):
            del os.environ[name]
    os.environ.update(LANG="C.UTF-8", HOME=point, TMPDIR=point, TZ="UTC")


def sanitized():
    with open(program, "rb") as f:
        return b"__asan_init" in f.read()


def setns(fd):
    _call("setns", fd, CLONE_NEWNET)


class Ns:
    """A network namespace; it lives as long as its descriptor."""

    def __init__(self, name):
        self.name = name
        before = os.open("/proc/self/ns/net", os.O_RDONLY)
        _call("unshare", CLONE_NEWNET)
        self.fd = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.ip("link set lo up")
        setns(before)
        os.close(before)

    @contextlib.contextmanager
    def inside(self):
        before = os.open("/proc/self/ns/net", os.O_RDONLY)
        setns(self.fd)
        try:
            yield
        finally:
            setns(before)
            os.close(before)

    def ip(self, arguments, may_fail=False):
        fd = self.fd
        done = subprocess.run(["ip"] + arguments.split(),
                              preexec_fn=lambda: setns(fd),
                              capture_output=True, text=True)
        if done.returncode != 0 and not may_fail:
            raise Failure("ip %s: %s" % (arguments, done.stderr.strip()))
        return done.returncode == 0

    def socket(self, *args):
        with self.inside():
            return socket.socket(*args)

    def address(self, interface, number, net="10.77.0", v4=True, v6=True):
        if v4:
            self.ip("addr add %s.%d/24 broadcast + dev %s"
                    % (net, number, interface))
        if v6:
            self.ip("addr add fe80::%x/64 dev %s nodad" % (number, interface))


def has_ipv6():
    return os.path.exists("/proc/net/if_inet6")


class Lan:
    """A bridge in a namespace of its own, with a port for each guest."""

    def __init__(self, name="lan"):
        self.ns = Ns(name)
        if not self.ns.ip("link add br0 type bridge stp_state 0 "
                          "mcast_snooping 0", may_fail=True):
            skip("this kernel makes no bridges")
        self.ns.ip("link set br0 addrgenmode none up")
        self.ports = 0

    def plug(self, ns, interface="eth0"):
        self.ports += 1
        port = "port%d" % self.ports
        self.ns.ip("link add %s type veth peer name %s netns /proc/%d/fd/%d"
                   % (port, interface, os.getpid(), ns.fd))
        # Routers, multicast listeners and the like would only be noise.
        self.ns.ip("link set %s addrgenmode none master br0 up" % port)
        ns.ip("link set %s addrgenmode none up" % interface)
        return port

    def guest(self, name, number, v4=True, v6=True):
        ns = Ns(name)
        self.plug(ns)
        ns.address("eth0", number, v4=v4, v6=v6 and has_ipv6())
        return ns


def lan_of(count_of_guests, v4=True, v6=True):
    """A LAN and its guests: 10.77.0.1, .2 ...; fe80::1, ::2 ..."""
    lan = Lan()
    return lan, [lan.guest("host%d" % (i + 1), i + 1, v4, v6)
                 for i in range(count_of_guests)]


class Switch:
    """tests/support/lanswitch between cards that it is given."""

    def __init__(self, fds, name="switch"):
        path = os.path.join(build, "tests", "support", "lanswitch")
        if not os.access(path, os.X_OK):
            raise Failure("no program %s: make it" % path)
        self.name = name
        self.process = subprocess.Popen(
            [path, *map(str, fds)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, pass_fds=fds, preexec_fn=child_setup())
        helpers.append(self.process)

    def tell(self, *words):
        """A command; what it answers, as numbers by their names."""
        text = " ".join(map(str, words))
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode().split()
        if answer[:1] != ["ok"]:
            raise Failure("%s: %s: %s" % (self.name, text, answer))
        return dict(zip(answer[1::2], map(int, answer[2::2])))

    def close(self):
        for f in (self.process.stdin, self.process.stdout):
            f.close()
        self.process.wait()


def tap(ns, interface):
    """A network card of the namespace, and the descriptor it is used by."""
    try:
        with ns.inside():
            fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.ioctl(fd, TUNSETIFF,
                            struct.pack("16sH22x", interface.encode(),
                                        IFF_TAP | IFF_NO_PI))
            except OSError:
                os.close(fd)
                raise
    except OSError as e:
        skip("this kernel lends no network cards (TAP): %s" % e)
    return fd


class LossyLan:
    """Guests on a switch of our own, which is as bad as it is told:

        lan.tell("loss", 30)    see tests/support/lanswitch.c
    """

    def __init__(self, guests=2, v4=True, v6=True):
        self.hosts = [Ns("host%d" % (i + 1)) for i in range(guests)]
        self.v4, self.v6 = v4, v6 and has_ipv6()
        fds = [tap(ns, "eth0") for ns in self.hosts]
        for i in range(guests):
            self.hosts[i].ip("link set eth0 addrgenmode none")
            self.up(i)
        self.switch = Switch(fds)
        self.tell = self.switch.tell
        for fd in fds:
            os.close(fd)

    def up(self, i):
        """As after down(): addresses of IPv6 went with the link."""
        self.hosts[i].ip("link set eth0 up")
        if self.v4:
            self.hosts[i].ip("addr replace 10.77.0.%d/24 broadcast + dev eth0"
                             % (i + 1))
        if self.v6:
            self.hosts[i].ip("addr replace fe80::%x/64 dev eth0 nodad"
                             % (i + 1))

    def down(self, i):
        self.hosts[i].ip("link set eth0 down")

    def bad(self):
        """Much worse than any network somebody would put up with."""
        self.tell("delay", 50, 40)
        self.tell("loss", 30)
        self.tell("duplicate", 10)
        self.tell("reorder", 25)

    def good(self):
        self.tell("delay", 0, 0)
        for word in ("loss", "duplicate", "reorder"):
            self.tell(word, 0)


class Capture:
    """Everything that passes a namespace, Ethernet header and all."""

    def __init__(self, ns, interface=None):
        try:
            self.sock = ns.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                  socket.htons(3))
        except PermissionError as e:
            skip("no packets can be captured here: %s" % e)
        with contextlib.suppress(PermissionError):
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
        if interface:
            self.sock.bind((interface, 3))
        self.sock.setblocking(False)
        self.packets = []  # (interface, outgoing, bytes)

    def read(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                data, where = self.sock.recvfrom(65536)
                self.packets.append((where[0], where[2] == 4, data))
        return self.packets


class Frame:
    """The parts of a captured packet that tests ask for."""

    def __init__(self, data):
        self.proto = self.src = self.dst = self.sport = self.dport = None
        self.payload = b""
        kind, = struct.unpack_from(">H", data, 12)
        ip = data[14:]
        if kind == 0x0800 and len(ip) >= 20:
            self.proto = ip[9]
            self.src = socket.inet_ntop(socket.AF_INET, ip[12:16])
            self.dst = socket.inet_ntop(socket.AF_INET, ip[16:20])
            rest = ip[(ip[0] & 15) * 4:struct.unpack_from(">H", ip, 2)[0]]
        elif kind == 0x86dd and len(ip) >= 40:
            self.proto = ip[6]
            self.src = socket.inet_ntop(socket.AF_INET6, ip[8:24])
            self.dst = socket.inet_ntop(socket.AF_INET6, ip[24:40])
            rest = ip[40:40 + struct.unpack_from(">H", ip, 4)[0]]
        else:
            return
        if self.proto == 17 and len(rest) >= 8:
            self.sport, self.dport = struct.unpack_from(">HH", rest)
            self.payload = rest[8:]
        elif self.proto == 6 and len(rest) >= 20:
            self.sport, self.dport = struct.unpack_from(">HH", rest)
            self.payload = rest[(rest[12] >> 4) * 4:]


# Programs ------------------------------------------------------------------

started = []
helpers = []  # other processes, which end with their part
parts_begun = homes = 0


def home(name, uid=0):
    """A new directory."""
    global homes
    homes += 1
    path = os.path.join(work, "home%d-%s" % (homes, name))
    os.mkdir(path, 0o700)
    os.chown(path, uid, uid)
    return path


def child_setup(ns=None, uid=0, plain_user=False, more=None, later=None):
    """What happens in a child between fork and exec."""
    fd = None if ns is None else ns.fd

    def setup():
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if fd is not None:
            setns(fd)
        if more is not None:
            more()
        if uid:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
        elif plain_user:
            # The superuser of files, without power over files.
            for cap in range(64):
                libc.prctl(PR_CAPBSET_DROP, cap, 0, 0, 0)
        if later is not None:
            later()
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    return setup


class Earshot:
    """A running program, its commands and its events."""

    def __init__(self, ns, name, *options, json_events=True, interface="eth0",
                 home_dir=None, env=None, wait=True, words=(), **setup):
        self.ns, self.name = ns, name
        self.json = json_events
        self.home = home_dir or home(name, setup.get("uid", 0))
        self.events = []     # objects, or lines without --json
        self.raw = b""       # everything that came, as it came
        self._rest = b""
        self._input = b""
        self.status = None
        self.stalled = False  # nobody reads what it prints
        words = [program, "--plain", "--home", self.home, "--name", name,
                 *words]
        words += ["--json"] if json_events else []
        words += ["--interface", interface] if interface else []
        self.err = tempfile.TemporaryFile(dir=work)
        self.process = subprocess.Popen(
            words + list(options), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.err, bufsize=0,
            env=dict(os.environ, **(env or {})),
            preexec_fn=child_setup(ns, **setup))
        self.pid = self.process.pid
        os.set_blocking(self.process.stdout.fileno(), False)
        os.set_blocking(self.process.stdin.fileno(), False)
        started.append(self)
        if wait:
            self.ready = self.expect("ready")
            self.id = self.ready["id"]
            self.tcp_port = self.ready["tcp_port"]
            self.udp_port = self.ready["udp_port"]

    def _take(self, data):
        self.raw += data
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if not self.json:
                self.events.append(line.decode())
                continue
            try:
                self.events.append(json.loads(line.decode()))
            except ValueError:
                raise Failure("%s printed what is no JSON: %r"
                              % (self.name, line)) from None

    def _write(self):
        try:
            n = os.write(self.process.stdin.fileno(), self._input)
            self._input = self._input[n:]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self._input = b""

    def _read(self):
        data = os.read(self.process.stdout.fileno(), 1 << 20)
        if data:
            self._take(data)
        else:
            self.process.stdout.close()

    @property
    def ended(self):
        return self.process.stdout.closed

    def send(self, *lines):
        for line in lines:
            data = line if isinstance(line, bytes) else line.encode()
            self._input += data + b"\n"
        pump()
        return self

    def mark(self):
        pump()
        return len(self.events)

    def find(self, wanted, after=0, **fields):
        """The first such event from that mark on, or None."""
        for event in self.events[after:]:
            if callable(wanted):
                if wanted(event):
                    return event
            elif event.get("event") == wanted and all(
                    event.get(k) == v for k, v in fields.items()):
                return event
        return None

    def all(self, wanted, after=0, **fields):
        return [e for e in self.events[after:]
                if e.get("event") == wanted and
                all(e.get(k) == v for k, v in fields.items())]

    def expect(self, wanted, after=0, timeout=DEADLINE, **fields):
        end = time.monotonic() + timeout
        while True:
            event = self.find(wanted, after, **fields)
            if event is not None:
                count("events awaited")
                return event
            left = end - time.monotonic()
            if left <= 0 or self.ended:
                raise Failure("%s: no event %s %.200s"
                              % (self.name, wanted, fields))
            pump(left)

    def expect_absent(self, wanted, after=0, **fields):
        """Nothing of the kind up to now: an answer to a command of ours comes
        behind all that was in the pipe."""
        self.sync()
        event = self.find(wanted, after, **fields)
        check(event is None, "%s: there should be no %s" % (self.name, event))

    def sync(self):
        count("round trips")
        word = "/no%d" % counts["round trips"]
        mark = self.mark()
        self.send(word)
        if self.json:
            return self.expect("error", mark, command=word)
        return self.expect(lambda e: word in e, mark)

    def signal(self, number):
        os.kill(self.pid, number)

    def wait(self, timeout=DEADLINE):
        """Its exit status, once it has ended."""
        end = time.monotonic() + timeout
        while time.monotonic() < end and not self.ended:
            pump(0.05)
        try:
            self.status = self.process.wait(max(end - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            raise Failure("%s does not end" % self.name) from None
        return self.status

    def quit(self):
        self.send("/quit", "/quit")
        check(self.wait() == 0, "%s: /quit ended with status %s"
              % (self.name, self.status))

    def stderr(self):
        self.err.seek(0)
        return self.err.read().decode(errors="replace")

    def memory_kib(self):
        with open("/proc/%d/status" % self.pid) as f:
            for line in f:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        return 0

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for f in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                f.close()


def pump(timeout=0.0):
    """Moves bytes between here and all programs, so that none of them waits
    for us; returns when something moved."""
    open_ones = [p for p in started if not p.ended]
    readers = {p.process.stdout: p for p in open_ones if not p.stalled}
    writers = {p.process.stdin: p for p in open_ones if p._input}
    readable, writable, _ = select.select(readers, writers, [], timeout)
    for f in writable:
        writers[f]._write()
    for f in readable:
        readers[f]._read()


def close(p):
    """Before its part ends: where many are started."""
    started.remove(p)
    p.close()
    text = p.stderr()
    p.err.close()
    if "Sanitizer" in text or "runtime error" in text:
        raise Failure("%s: %s" % (p.name, text))


def close_all():
    while started:
        close(started[0])
    for p in helpers:
        p.kill()
        p.wait()
    del helpers[:]


def meet(*peers):
    """All of them list each other."""
    for a in peers:
        for b in peers:
            if a is not b:
                a.expect("peer", id=b.id)


def _tell_all():
    for p in started:
        with contextlib.suppress(Exception):
            pump()
        print("--- %s, pid %d, status %s" % (p.name, p.pid, p.process.poll()))
        for event in p.events[-40:]:
            text = event if isinstance(event, str) else json.dumps(event)
            print("   ", text[:400].encode("ascii", "backslashreplace")
                  .decode())
        print("    stderr:", p.stderr())


def _why(error):
    text = str(error) if isinstance(error, Failure) else repr(error)
    text = text.encode("ascii", "backslashreplace").decode()
    return text if len(text) <= 4000 else text[:2000] + " ... " + text[-2000:]


def run(*parts):
    """Runs the parts in turn; ends the script."""
    global parts_begun
    status = 0
    for part in parts:
        begin = time.monotonic()
        parts_begun += 1
        try:
            part()
            close_all()
        except Exception as e:
            # Why comes last: the end is what is looked at first.
            _tell_all()
            traceback.print_tb(e.__traceback__, file=sys.stdout)
            print("FAILED in %s: %s" % (part.__name__, _why(e)))
            status = 1
        finally:
            with contextlib.suppress(Failure):
                close_all()
        print("%s: %s, %.1f s" % (part.__name__, "FAILED" if status else "ok",
                                  time.monotonic() - begin))
        if status:
            break
    print(", ".join("%d %s" % (n, what) for what, n in counts.items()))
    for text in notes:
        print("NOT LOOKED AT: " + text)
    sys.exit(status)
