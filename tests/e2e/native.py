# SPDX-License-Identifier: MIT
"""The protocol a second time, from doc/PROTOCOL alone: a peer that can lie.

Skips the script where there is no libsodium to load.
"""
import base64
import ctypes
import ctypes.util
import hashlib
import hmac
import os
import socket
import struct

import lab

GROUP = "ff12::4541:5253"
ANNOUNCE, GOODBYE, SOLICIT, SHOUT = 1, 2, 3, 4
REPLY, AWAY = 1, 2
NAME, STATUS, CAPABILITIES, CLIENT = 1, 2, 3, 4
SHOUT_ID, SHOUT_TEXT, SHOUT_SENT, PAD = 5, 6, 7, 127
TEXT, ACK, TYPING, SAY_STATUS, NACK = 1, 2, 3, 4, 5
READY, PING, PONG, REKEY, CLOSE = 0xF0, 0xF1, 0xF2, 0xF3, 0xF4
RECORD_DATA = 16400 - 16 - 1


def _load():
    for name in (ctypes.util.find_library("sodium"), "libsodium.so.23",
                 "libsodium.so.26", "libsodium.so", "libsodium.dylib"):
        try:
            library = ctypes.CDLL(name) if name else None
        except OSError:
            continue
        if library is not None and library.sodium_init() >= 0:
            return library
    return lab.skip("no libsodium to load here, so no peer could lie")


sodium = _load()


def _call(name, size, *args):
    """A function of libsodium that fills its first argument."""
    out = ctypes.create_string_buffer(max(size, 1))
    if getattr(sodium, name)(out, *args) != 0:
        raise ValueError("%s refuses" % name)
    return out.raw[:size]


def _size(data):
    return ctypes.c_ulonglong(len(data))


def ed_keys(seed):
    secret = ctypes.create_string_buffer(64)
    public = _call("crypto_sign_seed_keypair", 32, secret, seed)
    return public, secret.raw


def sign(secret, data):
    return _call("crypto_sign_detached", 64, None, data, _size(data), secret)


def x_public(secret):
    return _call("crypto_scalarmult_base", 32, secret)


def x_shared(secret, public):
    return _call("crypto_scalarmult", 32, secret, public)


def seal(key, n, ad, plain):
    return _call("crypto_aead_chacha20poly1305_ietf_encrypt", len(plain) + 16,
                 None, plain, _size(plain), ad, _size(ad), None,
                 struct.pack("<IQ", 0, n), key)


def unseal(key, n, ad, sealed):
    return _call("crypto_aead_chacha20poly1305_ietf_decrypt",
                 max(len(sealed) - 16, 0), None, None, sealed, _size(sealed),
                 ad, _size(ad), struct.pack("<IQ", 0, n), key)


def field(kind, value):
    return bytes([kind]) + len(value).to_bytes(3, "big") + value


def fields(values):
    return b"".join(field(k, v) for k, v in sorted(values.items()))


def read_fields(data):
    values = {}
    while data:
        n = int.from_bytes(data[1:4], "big")
        values[data[0]] = data[4:4 + n]
        data = data[4 + n:]
    return values


def base32(data):
    return base64.b32encode(data).decode().lower().rstrip("=")


class Identity:
    def __init__(self, seed=None):
        self.seed = seed or os.urandom(32)
        self.x_secret = self._sub_key(1)
        self.x = x_public(self.x_secret)
        self.ed, self.ed_secret = ed_keys(self._sub_key(2))
        self.fp = hashlib.blake2b(self.ed + self.x, digest_size=32,
                                  person=b"earshot-fp-v1").digest()
        self.id = base32(self.fp)

    def _sub_key(self, n):
        return hashlib.blake2b(
            digest_size=32, key=self.seed, person=b"EARSHOT1",
            salt=n.to_bytes(8, "little")).digest()


def self_test():
    """The vector of doc/PROTOCOL; what follows stands on it."""
    lab.check(Identity(bytes(range(32))).id ==
              "vqevthcldmtdd4pwzyan6lekvnafd5ptjlvdxgibvfnisrjydltq",
              "the identity of the vectors")


class Noise:
    """XX of one side: messages by turns, then two keys."""

    def __init__(self, identity, initiator, preamble):
        self.identity, self.initiator = identity, initiator
        self.ck = self.h = b"Noise_XX_25519_ChaChaPoly_BLAKE2b".ljust(
            64, b"\0")
        self.k, self.n = None, 0
        self.e = os.urandom(32)
        self.re = self.rs = None
        self._hash(b"earshot/1/tcp\0" + preamble)

    def _hash(self, data):
        self.h = hashlib.blake2b(self.h + data).digest()

    def _mix(self, secret):
        temp = hmac.new(self.ck, secret, hashlib.blake2b).digest()
        self.ck = hmac.new(temp, b"\1", hashlib.blake2b).digest()
        self.k = hmac.new(temp, self.ck + b"\2",
                          hashlib.blake2b).digest()[:32]
        self.n = 0

    def _seal(self, data):
        out = data
        if self.k:
            out = seal(self.k, self.n, self.h, data)
            self.n += 1
        self._hash(out)
        return out

    def _open(self, data):
        out = data
        if self.k:
            out = unseal(self.k, self.n, self.h, data)
            self.n += 1
        self._hash(data)
        return out

    def _mix_static(self, ours):
        """es or se: whose static key it is decides who has the secret."""
        if ours:
            self._mix(x_shared(self.identity.x_secret, self.re))
        else:
            self._mix(x_shared(self.e, self.rs))

    def write(self, number, payload):
        out = b""
        if number < 3:
            out = x_public(self.e)
            self._hash(out)
        if number == 2:
            self._mix(x_shared(self.e, self.re))
        if number > 1:
            out += self._seal(self.identity.x)
            self._mix_static(True)
        return out + self._seal(payload)

    def read(self, number, data):
        if number < 3:
            self.re, data = data[:32], data[32:]
            self._hash(self.re)
        if number == 2:
            self._mix(x_shared(self.e, self.re))
        if number > 1:
            self.rs = self._open(data[:48])
            data = data[48:]
            self._mix_static(False)
        return self._open(data)

    def split(self):
        temp = hmac.new(self.ck, b"", hashlib.blake2b).digest()
        one = hmac.new(temp, b"\1", hashlib.blake2b).digest()
        two = hmac.new(temp, one + b"\2", hashlib.blake2b).digest()
        keys = [one[:32], two[:32]]
        return keys if self.initiator else keys[::-1]


PREAMBLE = b"EARS\1\1\0\0"


class Session:
    """A session over a connected socket."""

    def __init__(self, sock, person, initiator):
        sock.settimeout(lab.DEADLINE)
        self.sock, self.person = sock, person
        noise = Noise(person.identity, initiator, PREAMBLE)
        if initiator:
            sock.sendall(PREAMBLE + self._frame(noise.write(1, b"")))
            self.hello = read_fields(noise.read(2, self._unframe()))
            sock.sendall(self._frame(noise.write(3, person.hello())))
        else:
            if self._exactly(8) != PREAMBLE:
                raise ValueError("another preamble")
            noise.read(1, self._unframe())
            sock.sendall(self._frame(noise.write(2, person.hello())))
            self.hello = read_fields(noise.read(3, self._unframe()))
        self.send_key, self.receive_key = noise.split()
        self.sent = self.received = 0
        self.fp = hashlib.blake2b(self.hello[1] + noise.rs, digest_size=32,
                                  person=b"earshot-fp-v1").digest()
        self.send(bytes([READY]))
        if self.receive() != bytes([READY]):
            raise ValueError("no READY")

    @staticmethod
    def _frame(data):
        return struct.pack(">H", len(data)) + data

    def _exactly(self, n):
        data = b""
        while len(data) < n:
            piece = self.sock.recv(n - len(data))
            if not piece:
                raise EOFError("closed")
            data += piece
        return data

    def _unframe(self):
        return self._exactly(struct.unpack(">H", self._exactly(2))[0])

    def record(self, plain):
        sealed = seal(self.send_key, self.sent, b"", plain)
        self.sent += 1
        self.sock.sendall(self._frame(sealed))

    def send(self, message):
        while len(message) > RECORD_DATA:
            self.record(b"\0" + message[:RECORD_DATA])
            message = message[RECORD_DATA:]
        self.record(b"\1" + message)

    def receive(self):
        """A whole message; raises EOFError at the end."""
        message = b""
        while True:
            plain = unseal(self.receive_key, self.received, b"",
                           self._unframe())
            self.received += 1
            if plain[0] & 2:
                continue
            message += plain[1:]
            if plain[0] & 1:
                return message

    def say(self, text, message_id=None, seq=None, flags=0, sent_ms=0):
        message_id = message_id or os.urandom(16)
        if seq is None:
            seq = self.person.next_seq(self.fp)
        values = {1: message_id, 2: struct.pack(">Q", seq),
                  3: struct.pack(">q", sent_ms), 5: text}
        if flags:
            values[4] = bytes([flags])
        self.send(bytes([TEXT]) + fields(values))
        return message_id

    def wait_for(self, kind, message_id):
        """The state of an ACK, or the code of a NACK, of that message."""
        while True:
            message = self.receive()
            if message[0] == PING:
                self.send(bytes([PONG]) + message[1:])
            if message[0] != kind:
                continue
            values = read_fields(message[1:])
            ids = values[7]
            if message_id in [ids[i:i + 16] for i in range(0, len(ids), 16)]:
                return values[6 if kind == ACK else 8][0]

    def close(self, reason=1):
        self.send(bytes([CLOSE, reason]))
        self.sock.close()


class Person:
    """Somebody on the LAN: an identity, a UDP socket, perhaps a listener."""

    def __init__(self, ns, name=b"eve", interface="eth0", address="10.77.0.9",
                 identity=None, epoch=1):
        self.identity = identity or Identity()
        self.id = self.identity.id
        self.ns, self.name, self.status = ns, name, b""
        self.client = b"9.9"
        self.epoch, self.seq = epoch, 0
        self._posts = {}  # the highest seq to each receiver
        self.instance = os.urandom(8)
        self.address = address
        self.udp = ns.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.udp.bind((address, 0))
        self.udp_port = self.udp.getsockname()[1]
        self.listener = ns.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.bind((address, 0))
        self.listener.listen()
        self.listener.settimeout(lab.DEADLINE)
        self.tcp_port = self.listener.getsockname()[1]

    def beacon(self, kind=ANNOUNCE, flags=0, more=None, interval=30,
               epoch=None, seq=None, padded=True):
        if seq is None:
            self.seq += 1
            seq = self.seq
        values = {NAME: self.name}
        if self.status:
            values[STATUS] = self.status
        if self.client:
            values[CLIENT] = self.client
        values.update(more or {})
        tlv = fields(values)
        if padded and kind == SOLICIT and 160 + len(tlv) < 512:
            tlv += field(PAD, bytes(512 - 160 - 4 - len(tlv)))
        head = b"EARS" + bytes([1, kind, flags, 0]) + struct.pack(
            ">II8s32s32sHHHH", self.epoch if epoch is None else epoch, seq,
            self.instance, self.identity.ed, self.identity.x, self.tcp_port,
            self.udp_port, interval, len(tlv)) + tlv
        return head + sign(self.identity.ed_secret, b"earshot-disc-v1\0" +
                           head)

    def broadcast(self, data):
        net = self.address.rsplit(".", 1)[0]
        self.udp.sendto(data, (net + ".255", lab.PORT))

    def announce(self, kind=ANNOUNCE, **more):
        self.broadcast(self.beacon(kind, **more))

    def hello(self):
        return fields({
            1: self.identity.ed, 2: self.instance,
            3: struct.pack(">I", self.epoch), 4: struct.pack(">H", 1),
            5: struct.pack(">H", 1), 6: struct.pack(">q", 1795168920000),
            8: self.name, 9: struct.pack(">H", self.tcp_port)})

    def next_seq(self, to_fp):
        """It ascends over all sessions with that receiver."""
        last = self._posts.get(to_fp, 0)
        self._posts[to_fp] = max(last, self.epoch << 32) + 1
        return self._posts[to_fp]

    def connect(self, address, port):
        sock = self.ns.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.settimeout(lab.DEADLINE)
        sock.connect((address, port))
        return sock

    def dial(self, address, port=lab.PORT):
        return Session(self.connect(address, port), self, True)

    def answer(self):
        return Session(self.listener.accept()[0], self, False)
