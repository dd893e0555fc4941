#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the test vectors of doc/PROTOCOL, and the seeds of the fuzz targets.

A second implementation of the encodings, from the document and not from the
C code: BLAKE2b from Python itself, the curves from OpenSSL by way of
python3-cryptography. Run it and look at `git diff`: nothing may change unless
the protocol did.

    protocol_vectors.py             writes the files
    protocol_vectors.py --document  prints the vectors as doc/PROTOCOL does
"""
import base64
import hashlib
import hmac
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey, X25519PublicKey)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = pathlib.Path(__file__).resolve().parent
PAD = 127


def u8(v):
    return v.to_bytes(1, "big")


def u16(v):
    return v.to_bytes(2, "big")


def u32(v):
    return v.to_bytes(4, "big")


def u64(v):
    return v.to_bytes(8, "big")


def i64(v):
    return v.to_bytes(8, "big", signed=True)


def fields(table):
    """Each field is type u8, length u24, value; types ascend."""
    assert sorted(table) == list(table)
    return b"".join(
        u8(t) + len(v).to_bytes(3, "big") + v for t, v in table.items())


class Identity:
    """Keys from a seed."""

    def __init__(self, seed):
        def subkey(number):
            return hashlib.blake2b(
                b"", digest_size=32, key=seed, person=b"EARSHOT1",
                salt=number.to_bytes(8, "little")).digest()

        self.seed = seed
        self.x_secret = subkey(1)
        self.ed_seed = subkey(2)
        self.ed = Ed25519PrivateKey.from_private_bytes(self.ed_seed)
        x = X25519PrivateKey.from_private_bytes(self.x_secret)
        self.ed_public = self.ed.public_key().public_bytes(
            Encoding.Raw, PublicFormat.Raw)
        self.x_public = x.public_key().public_bytes(
            Encoding.Raw, PublicFormat.Raw)
        self.fp = hashlib.blake2b(
            self.ed_public + self.x_public, digest_size=32,
            person=b"earshot-fp-v1").digest()
        self.fp_text = base64.b32encode(self.fp).decode().lower().rstrip("=")


ME = Identity(bytes(range(32)))
INSTANCE = bytes.fromhex("a0a1a2a3a4a5a6a7")
ID_1 = bytes.fromhex("101112131415161718191a1b1c1d1e1f")
ID_2 = bytes.fromhex("202122232425262728292a2b2c2d2e2f")
SENT_MS = 1795168920000  # 2026-11-20 10:02:00 UTC
EPOCH = 7
NONCE = 0x0102030405060708


def beacon(kind, flags, seq, table):
    body = fields(table)
    if kind == 3 and 96 + len(body) + 64 < 512:
        size = 512 - (96 + len(body) + 64)
        table = {**table, PAD: bytes(max(size - 4, 0))}
        body = fields(table)
    head = b"EARS" + u8(1) + u8(kind) + u8(flags) + u8(0)
    head += u32(EPOCH) + u32(seq) + INSTANCE + ME.ed_public + ME.x_public
    head += u16(41827) + u16(50123) + u16(30) + u16(len(body))
    assert len(head) == 96
    return head + body + ME.ed.sign(b"earshot-disc-v1\0" + head + body)


def padded(message):
    size = 64
    while size < len(message):
        size = size * 4 if size < 4096 else size + 4096
    if size == len(message):
        return message
    if size < len(message) + 4:
        size = size * 4 if size < 4096 else size + 4096
    return message + fields({PAD: bytes(size - len(message) - 4)})


def message(kind, table):
    return padded(u8(kind) + fields(table))


def ping(kind, size):
    head = b"EARS" + u8(1) + u8(kind) + u16(0) + u64(NONCE)
    return head + bytes(size - len(head))


PROFILE = {1: b"ana", 2: "déjeuner".encode(), 3: u64(5), 4: b"0.1.0"}

IDENTITY = {
    "seed": ME.seed,
    "x25519-secret": ME.x_secret,
    "x25519-public": ME.x_public,
    "ed25519-seed": ME.ed_seed,
    "ed25519-public": ME.ed_public,
    "fingerprint": ME.fp,
}

BEACONS = {
    "announce": beacon(1, 0b0010, 2, PROFILE),
    "announce-reply-bare": beacon(1, 0b0001, 3, {}),
    "goodbye": beacon(2, 0, 4, {1: b"ana"}),
    "solicit": beacon(3, 0, 1, PROFILE),
    "shout": beacon(4, 0, 5, {
        1: b"ana", 5: ID_1, 6: b"lunch?", 7: i64(SENT_MS)}),
}

HELLOS = {
    "hello": fields({
        1: ME.ed_public, 2: INSTANCE, 3: u32(EPOCH), 4: u16(1), 5: u16(1),
        6: i64(SENT_MS), 7: u64(5), 8: b"ana", 9: u16(41827),
        10: u16(50123)}),
    "hello-bare": fields({
        1: ME.ed_public, 2: INSTANCE, 3: u32(EPOCH), 4: u16(1), 5: u16(1),
        6: i64(-1)}),
}

MESSAGES = {
    "text": message(1, {
        1: ID_1, 2: u64(3), 3: i64(SENT_MS), 5: b"hi"}),
    "text-flags": message(1, {
        1: ID_2, 2: u64(4), 3: i64(SENT_MS), 4: u8(1),
        5: "à table, tout le monde".encode()}),
    "ack": message(2, {6: u8(1), 7: ID_1 + ID_2}),
    "typing": message(3, {4: u8(1)}),
    "status": message(4, {4: u8(1), 5: b"back at two"}),
    "status-none": message(4, {4: u8(0)}),
    "nack": message(5, {7: ID_1, 8: u8(2)}),
    "text-answer": message(1, {
        1: ID_2, 2: u64(7 << 32 | 1), 3: i64(SENT_MS), 5: b"yes",
        9: ID_1, 10: u64(4)}),
    "edit": message(6, {
        1: ID_2, 2: u64(5), 3: i64(SENT_MS), 5: b"ho", 9: ID_1, 10: u64(3)}),
    "delete": message(7, {
        1: ID_2, 2: u64(5), 3: i64(SENT_MS), 9: ID_1, 10: u64(3)}),
    "react": message(8, {
        1: ID_2, 2: u64(5), 3: i64(SENT_MS), 5: "\U0001f44d".encode(),
        9: ID_1, 10: u64(3)}),
    "react-none": message(8, {
        1: ID_2, 2: u64(5), 3: i64(SENT_MS), 9: ID_1, 10: u64(3)}),
    "file": message(9, {
        1: ID_2, 2: u64(5), 3: i64(SENT_MS), 5: b"photo.jpg", 10: u64(3),
        11: u64(1234567), 12: i64(SENT_MS // 1000)}),
    "file-folder": message(9, {
        1: ID_2, 2: u64(5), 3: i64(SENT_MS), 4: u8(1), 5: b"photos",
        10: u64(3), 11: u64(1234567), 12: i64(SENT_MS // 1000),
        13: u32(42)}),
    "file-stop": message(10, {
        1: ID_2, 2: u64(5), 3: i64(SENT_MS), 6: u8(1), 9: ID_1,
        10: u64(3)}),
    "file-call": message(11, {9: ID_2}),
    "file-attach": message(12, {9: ID_2}),
    "heard-ask": message(13, {14: u64(NONCE)}),
    "heard": message(14, {
        4: u8(1), 14: u64(NONCE),
        16: b"\x01" * 8 + u32(0) + b"\x02" * 8 + u32(1000)}),
    "heard-none": message(14, {14: u64(NONCE)}),
    "echo": message(15, {14: u64(NONCE), 15: bytes(5)}),
    "echo-back": message(16, {11: u64(1 << 20), 14: u64(NONCE)}),
    "run": message(17, {1: ID_2, 5: b"uptime"}),
    "run-args": message(17, {1: ID_2, 5: b"disk", 20: b"-h\0/\0"}),
    "run-output": message(18, {5: b"up 3 days", 9: ID_2}),
    "run-end": message(19, {6: u8(1), 8: u8(1), 9: ID_2}),
    "run-refused": message(19, {6: u8(6), 8: u8(2), 9: ID_2}),
    "run-stop": message(20, {9: ID_2}),
}

PINGS = {
    "ping": ping(5, 64),
    "pong": ping(6, 64),
}


def public_of(secret):
    return X25519PrivateKey.from_private_bytes(secret).public_key(
    ).public_bytes(Encoding.Raw, PublicFormat.Raw)


class Cipher:
    """One key and its counter."""

    def __init__(self, key):
        self.key = key
        self.n = 0

    def seal(self, ad, plain, n=None):
        nonce = bytes(4) + (self.n if n is None else n).to_bytes(8, "little")
        return ChaCha20Poly1305(self.key).encrypt(nonce, plain, ad)

    def seal_next(self, ad, plain):
        sealed = self.seal(ad, plain)
        self.n += 1
        return sealed

    def rekey(self):
        self.key = self.seal(b"", bytes(32), 2**64 - 1)[:32]


class Handshake:
    """What both ends of Noise XX know; written from one place, since the
    vectors need no second party."""

    def __init__(self, prologue):
        self.h = b"Noise_XX_25519_ChaChaPoly_BLAKE2b".ljust(64, b"\0")
        self.ck = self.h
        self.cipher = None
        self.mix_hash(prologue)

    def mix_hash(self, data):
        self.h = hashlib.blake2b(self.h + data).digest()

    def hkdf(self, data):
        def mac(key, text):
            return hmac.new(key, text, hashlib.blake2b).digest()

        temp = mac(self.ck, data)
        first = mac(temp, b"\1")
        return first, mac(temp, first + b"\2")

    def mix_dh(self, secret, public):
        shared = X25519PrivateKey.from_private_bytes(secret).exchange(
            X25519PublicKey.from_public_bytes(public))
        self.ck, key = self.hkdf(shared)
        self.cipher = Cipher(key[:32])

    def clear(self, data):
        self.mix_hash(data)
        return data

    def sealed(self, data):
        if not self.cipher:
            return self.clear(data)
        return self.clear(self.cipher.seal_next(self.h, data))

    def split(self):
        first, second = self.hkdf(b"")
        return Cipher(first[:32]), Cipher(second[:32])


def framed(data):
    return u16(len(data)) + data


def record(cipher, flags, data):
    return framed(cipher.seal_next(b"", u8(flags) + data))


def hello(identity):
    return fields({
        1: identity.ed_public, 2: INSTANCE, 3: u32(EPOCH), 4: u16(1),
        5: u16(1), 6: i64(SENT_MS)})


def session():
    """A whole session, from the preamble to CLOSE."""
    other = Identity(bytes(range(32, 64)))
    e_i, e_r = bytes(range(64, 96)), bytes(range(96, 128))
    preamble = b"EARS" + u8(1) + u8(1) + bytes(2)
    s = Handshake(b"earshot/1/tcp\0" + preamble)

    first = s.clear(public_of(e_i)) + s.sealed(b"")

    second = s.clear(public_of(e_r))
    s.mix_dh(e_r, public_of(e_i))
    second += s.sealed(other.x_public)
    s.mix_dh(other.x_secret, public_of(e_i))
    second += s.sealed(hello(other))

    third = s.sealed(ME.x_public)
    s.mix_dh(ME.x_secret, public_of(e_r))
    third += s.sealed(hello(ME))

    to_r, to_i = s.split()
    table = {
        "responder-seed": other.seed,
        "responder-fingerprint": other.fp,
        "initiator-ephemeral-secret": e_i,
        "responder-ephemeral-secret": e_r,
        "initiator-1-preamble-and-message-1": preamble + framed(first),
        "responder-1-message-2": framed(second),
        "handshake-hash": s.h,
    }
    # Each direction in the order it is sent: the counters run on.
    table["initiator-2-message-3-and-ready"] = framed(third) + record(
        to_r, 1, u8(0xF0))
    table["responder-2-ready"] = record(to_i, 1, u8(0xF0))
    table["initiator-3-text"] = record(to_r, 1, MESSAGES["text"])
    table["responder-3-ack"] = record(
        to_i, 1, message(2, {6: u8(1), 7: ID_1}))
    rekey = record(to_r, 1, u8(0xF3))
    to_r.rekey()
    table["initiator-4-rekey-and-typing"] = rekey + record(
        to_r, 1, MESSAGES["typing"])
    table["responder-4-close"] = record(to_i, 1, u8(0xF4) + u8(1))
    return table


FILES = {
    "identity": IDENTITY,
    "beacons": BEACONS,
    "hellos": HELLOS,
    "messages": MESSAGES,
    "pings": PINGS,
    "session": session(),
}


def write_vectors():
    for name, table in FILES.items():
        with open(HERE / f"protocol_{name}.txt", "w", encoding="ascii") as f:
            f.write("# SPDX-License-Identifier: MIT\n")
            f.write("# Generated by protocol_vectors.py: a name and bytes in "
                    "hex, a line each.\n")
            for key, value in table.items():
                f.write(f"{key} {value.hex()}\n")


def write_corpus():
    corpus = HERE.parent / "fuzz" / "corpus"
    seeds = {
        "beacon": BEACONS,
        "hello": HELLOS,
        "msg": MESSAGES,
        "ping": PINGS,
        "tlv": {
            "one": fields({1: b"x"}),
            "more": fields({0: b"", 1: b"ana", PAD: bytes(9), 0x81: b"y"}),
        },
    }
    for target, table in seeds.items():
        (corpus / target).mkdir(parents=True, exist_ok=True)
        for key, value in table.items():
            (corpus / target / key).write_bytes(value)


def print_document():
    for table in FILES.values():
        for key, value in table.items():
            print(f"    {key} ({len(value)} bytes)")
            text = value.hex()
            for at in range(0, len(text), 64):
                print(f"        {text[at:at + 64]}")
            if key == "fingerprint":
                print(f"    fingerprint as text\n        {ME.fp_text}")
        print()


if sys.argv[1:] == ["--document"]:
    print_document()
else:
    write_vectors()
    write_corpus()
