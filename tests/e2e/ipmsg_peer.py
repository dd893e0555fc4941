# SPDX-License-Identifier: MIT
"""IP Messenger a second time, from the public description alone: a peer that
does as it is told, also what no decent one would.

    zhang = Peer(ns, "zhang", "PC-1", nick="Zhang")
    zhang.enter()
    zhang.expect(SENDMSG)          the next such packet
"""
import os
import select
import socket
import threading
import time

import lab

PORT = 2425
(NOOPERATION, ENTRY, EXIT, ANSENTRY, ABSENCE) = range(5)
ISGETLIST, OKGETLIST, GETLIST, ANSLIST, ISGETLIST2 = 16, 17, 18, 19, 24
SENDMSG, RECVMSG, READMSG, DELMSG, ANSREADMSG = 32, 33, 48, 49, 50
GETINFO, SENDINFO, GETABSENCE, SENDABSENCE = 64, 65, 80, 81
GETFILE, RELEASE, GETDIR = 96, 97, 98
GETPUBKEY, ANSPUBKEY = 114, 115

AWAY, SENDCHECK, SECRET = 0x100, 0x100, 0x200
BROADCAST, MULTICAST, AUTORET, PASSWORD = 0x400, 0x800, 0x2000, 0x8000
DIALUP, NOADD, READCHECK = 0x10000, 0x80000, 0x100000
ATTACH, ENCRYPT, UTF8, CAPUTF8 = 0x200000, 0x400000, 0x800000, 0x1000000
ENCEXT, CAPFILEENC, ENCFILE = 0x4000000, 0x40000, 0x800

FILE, DIRECTORY, RETURN = 1, 2, 3


class Packet:
    """What came, in its parts; number stays text."""

    def __init__(self, data, source=None):
        self.bytes, self.source = data, source
        head, *self.parts = data.split(b"\0")
        fields = head.split(b":", 5) + [b""]
        self.version, self.number, self.user, self.host = fields[:4]
        self.command = int(fields[4])
        self.body = fields[5]
        self.kind, self.options = self.command & 0xff, self.command & ~0xff
        self.ext = self.parts[0] if self.parts else b""

    def __repr__(self):
        return "%d+%#x from %s: %r" % (self.kind, self.options, self.source,
                                       self.bytes[:200])

    @property
    def text(self):
        return self.body.decode("utf-8" if self.options & UTF8 else "ascii")

    @property
    def tail(self):
        """The lines in UTF-8 that close an entry."""
        for part in self.parts:
            if part.startswith(b"\n"):
                return dict(line.split(b":", 1)
                            for line in part.split(b"\n") if line)
        return {}


def attachment(number, name, size, kind=FILE, when=0x6553f100):
    return b"%d:%s:%x:%x:%x:\a" % (number, name.replace(b":", b"::"), size,
                                   when, kind)


def attachments(ext):
    """Of an offer: (number, name, size, kind)."""
    found = []
    for item in ext.split(b"\a"):
        item = item.strip(b":")
        if not item:
            continue
        number, name, size, _, kind = item.replace(
            b"::", b"\0").split(b":")[:5]
        found.append((int(number), name.replace(b"\0", b":"), int(size, 16),
                      int(kind, 16) & 0xff))
    return found


def tree(path, name):
    """A folder as it goes over the wire."""
    def header(name, size, kind):
        rest = b":%s:%x:%x:" % (name.replace(b":", b"::"), size, kind)
        return b"%04x" % (len(rest) + 4) + rest

    out = header(name, 0, DIRECTORY)
    for entry in sorted(os.scandir(os.fsencode(path)), key=lambda e: e.name):
        if entry.is_dir(follow_symlinks=False):
            out += tree(entry.path, entry.name)
        else:
            with open(entry.path, "rb") as f:
                data = f.read()
            out += header(entry.name, len(data), FILE) + data
    return out + header(b".", 0, RETURN)


def untree(data, complete=True):
    """The files in such a stream by their paths; a folder is None. A stream
    that is not complete is {}."""
    found, path, at = {}, [], 0
    while at < len(data):
        size = int(data[at:data.index(b":", at)], 16)
        fields = data[at:at + size].replace(b"::", b"\0").split(b":")
        name, length, kind = (fields[1].replace(b"\0", b":"),
                              int(fields[2], 16), int(fields[3], 16) & 0xff)
        at += size
        if kind == DIRECTORY:
            path.append(name)
            found[b"/".join(path)] = None
        elif kind == RETURN:
            path.pop()
            if not path:
                break
        else:
            found[b"/".join(path + [name])] = data[at:at + length]
            at += length
    ends = at == len(data) and not path
    lab.check(ends or not complete, "the stream of a folder ends where it "
              "says: %d of %d" % (at, len(data)))
    return found if ends else {}


class Peer:
    def __init__(self, ns, user, host, nick=None, group="", port=PORT,
                 version="1", options=ATTACH | CAPUTF8, encoding="utf-8",
                 answers=True):
        self.ns, self.user, self.host = ns, user, host
        self.nick, self.group = nick or user, group
        self.port, self.version, self.options = port, version, options
        self.encoding = encoding
        self.answers = answers  # entries and checked messages
        self.number = int(time.time())
        self.came = []
        self.offers = {}   # (packet number, file number): bytes or a path
        self.served = []   # requests
        self.udp = ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.udp.bind(("0.0.0.0", port))
        self.udp.setblocking(False)
        self.tcp = ns.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.tcp.bind(("0.0.0.0", port))
        self.tcp.listen(8)
        threading.Thread(target=self._serve, daemon=True).start()

    # Sending

    def packet(self, kind, body=b"", options=0, ext=None, number=None):
        self.number += 1
        if isinstance(body, str):
            body = body.encode(self.encoding)
        data = b"%s:%s:%s:%s:%d:%s\0" % (
            self.version.encode(), str(number or self.number).encode(),
            self.user.encode(self.encoding), self.host.encode(), kind
            | options, body)
        return data if ext is None else data + ext + b"\0"

    def send(self, to, data):
        self.udp.sendto(data, to if isinstance(to, tuple) else (to, self.port))

    def say(self, to, text, options=SENDCHECK, ext=None):
        """Its number."""
        if self.encoding == "utf-8" and self.options & CAPUTF8:
            options |= UTF8
        data = self.packet(SENDMSG, text, options, ext)
        self.send(to, data)
        return str(self.number).encode()

    def profile(self):
        nick = self.nick.encode(self.encoding)
        group = self.group.encode(self.encoding)
        tail = b""
        if self.options & CAPUTF8:
            tail = b"\nUN:%s\nHN:%s\nNN:%s\nGN:%s\n\0" % tuple(
                s.encode() for s in (self.user, self.host, self.nick,
                                     self.group))
        return nick + b"\0" + group + b"\0" + tail

    def presence(self, kind, options=0):
        data = self.packet(kind, b"", self.options | options)
        return data[:-1] + self.profile()

    def enter(self, to="10.77.0.255"):
        self.send(to, self.presence(ENTRY))

    def leave(self, to="10.77.0.255"):
        self.send(to, self.presence(EXIT))

    # Receiving

    def read(self, timeout=0.0):
        """What is there; answers what a decent one answers."""
        if not select.select([self.udp], [], [], timeout)[0]:
            return
        while True:
            try:
                data, source = self.udp.recvfrom(65536)
            except BlockingIOError:
                return
            p = Packet(data, source)
            if p.user == self.user.encode() and p.host == self.host.encode():
                continue
            self.came.append(p)
            if not self.answers:
                continue
            if p.kind == ENTRY:
                extra = UTF8 if p.options & CAPUTF8 and \
                    self.options & CAPUTF8 else 0
                self.send(source, self.presence(ANSENTRY, extra))
            if p.kind == SENDMSG and p.options & SENDCHECK and \
                    not p.options & (BROADCAST | AUTORET):
                self.send(source, self.packet(RECVMSG, p.number))

    def find(self, kind, after=0, **wanted):
        for p in self.came[after:]:
            if p.kind == kind and all(getattr(p, k) == v
                                      for k, v in wanted.items()):
                return p
        return None

    def all(self, kind, after=0):
        return [p for p in self.came[after:] if p.kind == kind]

    def mark(self):
        self.read()
        return len(self.came)

    def expect(self, kind, after=0, timeout=lab.DEADLINE, **wanted):
        end = time.monotonic() + timeout
        while True:
            lab.pump()
            self.read(0.005)
            p = self.find(kind, after, **wanted)
            if p is not None:
                lab.count("packets awaited")
                return p
            if time.monotonic() > end:
                raise lab.Failure("%s: no packet %d %r; came: %s" % (
                    self.user, kind, wanted, self.came[-12:]))

    # Files

    def offer(self, to, text, *things):
        """Things are (name, bytes) or (name, path of a folder); the number of
        the packet."""
        ext = b""
        number = str(self.number + 1).encode()
        for i, (name, what) in enumerate(things):
            folder = isinstance(what, str)
            ext += attachment(i + 7, name, 0 if folder else len(what),
                              DIRECTORY if folder else FILE)
            self.offers[int(number), i + 7] = (
                tree(what, name) if folder else what)
        self.say(to, text, SENDCHECK | ATTACH, ext)
        return number

    def _serve(self):
        while True:
            try:
                conn, source = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[conn, source],
                             daemon=True).start()

    def _answer(self, conn, source):
        with conn:
            p = Packet(conn.recv(2048), source)  # one read, as others do
            self.served.append(p)
            number, file, *rest = (int(x, 16)
                                   for x in p.body.split(b":") if x)
            data = self.offers.get((number, file))
            if data is None or p.kind not in (GETFILE, GETDIR):
                return
            offset = rest[0] if rest and p.kind == GETFILE else 0
            try:
                conn.sendall(memoryview(data)[offset:])
                conn.recv(1)  # the other end closes
            except OSError:
                pass

    def fetch(self, to, offer, number, kind=GETFILE, offset=0, size=None):
        """Bytes of a file, or of a folder, that was offered to us."""
        sock = self.ns.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(lab.DEADLINE)
        sock.connect(to if isinstance(to, tuple) else (to, self.port))
        body = b"%x:%x:%x:" % (int(offer), number, offset)
        sock.sendall(self.packet(kind, body))
        got = b""
        while size is None or len(got) < size:
            lab.pump()
            if not select.select([sock], [], [], 0.01)[0]:
                continue
            most = 1 << 20
            data = sock.recv(most if size is None
                             else min(most, size - len(got)))
            if not data:
                break
            got += data
            if kind == GETDIR and got.endswith(b":.:0:3:") and \
                    untree(got, complete=False):
                break
        sock.close()
        return got

    def close(self):
        self.udp.close()
        # Wakes who waits in accept.
        self.tcp.shutdown(socket.SHUT_RDWR)
        self.tcp.close()
