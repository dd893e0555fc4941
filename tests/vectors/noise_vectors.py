#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes Noise_XX_25519_ChaChaPoly_BLAKE2b vectors made by dissononce.

    noise_vectors.py > noise_xx.txt
    noise_vectors.py --corpus DIR     seeds of the two fuzz targets

The keys are hashes of labels, so a second run gives the same file. The format
is a line each, fields apart by one space, bytes in hex, "-" for none:

    vector NAME
    prologue, init_static, init_ephemeral, resp_static, resp_ephemeral  BYTES
    handshake PAYLOAD MESSAGE     three, sent by turns, the initiator first
    hash BYTES                    the handshake hash
    transport i|r AD PAYLOAD MESSAGE
    rekey i|r                     the direction of that sender
    end

dissononce's CipherState.rekey() is not used: it keeps the tag in the new key
and sets the nonce to zero, where the specification (sections 4.2 and 11.3)
takes the first 32 bytes and leaves the nonce.
"""
import hashlib
import hmac
import os
import sys

from dissononce.cipher.chachapoly import ChaChaPolyCipher
from dissononce.dh.x25519.private import PrivateKey
from dissononce.dh.x25519.x25519 import X25519DH
from dissononce.extras.dh.dangerous.dh_nogen import NoGenDH
from dissononce.hash.blake2b import Blake2bHash
from dissononce.processing.handshakepatterns.interactive.XX import (
    XXHandshakePattern)
from dissononce.processing.impl.cipherstate import CipherState
from dissononce.processing.impl.handshakestate import HandshakeState
from dissononce.processing.impl.symmetricstate import SymmetricState

LONG = bytes(i * 7 % 256 for i in range(1000))

# name, prologue, three handshake payloads, what follows: sender, ad, payload
VECTORS = [
    ("plain", b"earshot", (b"", b"", b""),
     [("i", b"", b"first"), ("r", b"", b"second"),
      ("i", b"", b"third"), ("r", b"", b"fourth")]),
    ("empty-prologue", b"", (b"", b"", b""),
     [("i", b"", b"a"), ("i", b"", b"b"), ("r", b"", b"c"),
      ("r", b"", b"d")]),
    ("empty-prologue-payloads", b"", (b"one", b"two", b"three"),
     [("r", b"", b"r0"), ("r", b"", b"r1"), ("i", b"", b"i0"),
      ("i", b"", b"i1")]),
    ("payloads", b"EARSHOT\x01\x01", (b"", b"hello from bob",
                                      b"hello from alice"),
     [("i", b"", b""), ("r", b"", b""), ("i", b"", b"x"), ("r", b"", b"y")]),
    ("long-prologue", LONG, (LONG[:16], LONG[:255], LONG),
     [("i", b"", LONG), ("r", b"", LONG), ("i", b"", LONG[:16]),
      ("r", b"", LONG[:17])]),
    ("block-prologue", LONG[:64], (b"\0", b"\0" * 32, b"\0" * 64),
     [("i", b"", b"\0" * 64), ("r", b"", b"\0" * 63),
      ("i", b"", b"\0" * 65), ("r", b"", b"\0" * 128)]),
    ("associated-data", b"earshot", (b"", b"p", b"q"),
     [("i", b"header", b"body"), ("r", b"\0", b"body"),
      ("i", LONG[:100], b""), ("r", b"", b"body")]),
    ("many", b"earshot", (b"", b"", b""),
     [("ir"[n % 2], b"", b"message %d" % n) for n in range(40)]),
    ("rekey", b"earshot", (b"", b"", b""),
     [("i", b"", b"0"), ("i", b"", b"1"), ("r", b"", b"0"), ("rekey", "i"),
      ("i", b"", b"2"), ("r", b"", b"1"), ("rekey", "r"), ("r", b"", b"2"),
      ("i", b"", b"3"), ("rekey", "i"), ("rekey", "r"), ("r", b"", b"3"),
      ("i", b"", b"4")]),
]


def text(data):
    return data.hex() if data else "-"


def check_hash():
    """dissononce's HKDF against one made from the standard library."""
    ck, ikm = b"k" * 64, b"i" * 32
    mac = lambda key, data: hmac.new(key, data, hashlib.blake2b).digest()
    temp = mac(ck, ikm)
    one = mac(temp, b"\1")
    assert Blake2bHash().hkdf(ck, ikm, 2) == (one, mac(temp, one + b"\2"))


def secret(label):
    return hashlib.sha256(b"earshot test key " + label.encode()).digest()


def keypair(private):
    return X25519DH().generate_keypair(PrivateKey(private))


def handshake(initiator, static, ephemeral, prologue):
    state = HandshakeState(
        SymmetricState(CipherState(ChaChaPolyCipher()), Blake2bHash()),
        NoGenDH(X25519DH(), PrivateKey(ephemeral)))
    state.initialize(XXHandshakePattern(), initiator, prologue,
                     s=keypair(static))
    return state


def rekey(cipherstate, nonce):
    key = ChaChaPolyCipher().encrypt(cipherstate._key, 2**64 - 1, b"",
                                     bytes(32))[:32]
    cipherstate.initialize_key(key)
    cipherstate.set_nonce(nonce)


def exchange(init, resp, payloads):
    """Three messages; the messages and the cipher states of both ends."""
    messages, ends = [], {}
    for turn, payload in enumerate(payloads):
        writer, reader = (init, resp) if turn % 2 == 0 else (resp, init)
        message, got = bytearray(), bytearray()
        ends[writer] = writer.write_message(payload, message)
        ends[reader] = reader.read_message(bytes(message), got)
        assert bytes(got) == payload
        messages.append(bytes(message))
    return messages, ends[init], ends[resp]


def transport(steps, init_ends, resp_ends):
    sent = {"i": 0, "r": 0}
    for step in steps:
        sender = step[1] if step[0] == "rekey" else step[0]
        index = 0 if sender == "i" else 1
        seal, unseal = init_ends[index], resp_ends[index]
        if sender == "r":
            seal, unseal = unseal, seal
        if step[0] == "rekey":
            rekey(seal, sent[sender])
            rekey(unseal, sent[sender])
            print("rekey", sender)
            continue
        message = seal.encrypt_with_ad(step[1], step[2])
        assert unseal.decrypt_with_ad(step[1], message) == step[2]
        sent[sender] += 1
        print("transport", sender, text(step[1]), text(step[2]),
              text(message))


def write_vector(name, prologue, payloads, steps):
    keys = {part: secret(name + " " + part) for part in (
        "init_static", "init_ephemeral", "resp_static", "resp_ephemeral")}
    init = handshake(True, keys["init_static"], keys["init_ephemeral"],
                     prologue)
    resp = handshake(False, keys["resp_static"], keys["resp_ephemeral"],
                     prologue)
    messages, init_ends, resp_ends = exchange(init, resp, payloads)
    print("\nvector", name)
    print("prologue", text(prologue))
    for part, key in keys.items():
        print(part, text(key))
    for payload, message in zip(payloads, messages):
        print("handshake", text(payload), text(message))
    assert (init.symmetricstate.get_handshake_hash() ==
            resp.symmetricstate.get_handshake_hash())
    print("hash", text(init.symmetricstate.get_handshake_hash()))
    transport(steps, init_ends, resp_ends)
    print("end")


def write_corpus(folder):
    """The fuzz targets hold static key 11.. and ephemeral key 22.. ."""
    def put(target, name, data):
        path = os.path.join(folder, target)
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, name), "wb") as f:
            f.write(data)

    ours, theirs = (b"\x11" * 32, b"\x22" * 32), (b"\x33" * 32, b"\x44" * 32)
    for name, payloads in (("bare", (b"", b"", b"")),
                           ("payloads", (b"1", b"two", b"three"))):
        resp = handshake(False, *ours, b"fuzz")
        init = handshake(True, *theirs, b"fuzz")
        m = exchange(init, resp, (payloads[0], b"", payloads[2]))[0]
        put("noise_responder", name,
            len(m[0]).to_bytes(2, "big") + m[0] + m[2])
        resp = handshake(False, *theirs, b"fuzz")
        init = handshake(True, *ours, b"fuzz")
        m = exchange(init, resp, (b"", payloads[1], b""))[0]
        put("noise_initiator", name, m[1])


def main():
    check_hash()
    if sys.argv[1:2] == ["--corpus"]:
        write_corpus(sys.argv[2])
        return
    print("# SPDX-License-Identifier: MIT")
    print("# Made by noise_vectors.py with dissononce.")
    for vector in VECTORS:
        write_vector(*vector)


main()
