#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints the constants of tests/unit/hash.c and tests/unit/identity.c.

Made without libsodium: BLAKE2b and HMAC of Python's standard library, key
pairs and signatures of the cryptography package.
"""
import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding, PublicFormat)


def subkey(seed, number):
    """libsodium's crypto_kdf: the number is the salt, the label personal."""
    return hashlib.blake2b(b"", key=seed, digest_size=32,
                           salt=number.to_bytes(8, "little"),
                           person=b"EARSHOT1").digest()


def raw(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def show_identity(name, seed):
    x_secret = subkey(seed, 1)
    signer = Ed25519PrivateKey.from_private_bytes(subkey(seed, 2))
    x_public = raw(X25519PrivateKey.from_private_bytes(x_secret))
    ed_public = raw(signer)
    print(name, "x_secret ", x_secret.hex())
    print(name, "x_public ", x_public.hex())
    print(name, "ed_seed  ", subkey(seed, 2).hex())
    print(name, "ed_public", ed_public.hex())
    print(name, "fp       ", hashlib.blake2b(
        ed_public + x_public, digest_size=32,
        person=b"earshot-fp-v1").hexdigest())
    print(name, "signature",
          signer.sign(b"earshot-test\0" + b"a message").hex())


def mac(key, data):
    return hmac.new(key, data, hashlib.blake2b).digest()


def show_hkdf(name, chaining_key, data):
    temp = mac(chaining_key, data)
    one = mac(temp, b"\1")
    print("hkdf", name, one.hex())
    print("hkdf", name, mac(temp, one + b"\2").hex())


def main():
    show_identity("zero", bytes(32))
    show_identity("count", bytes(range(32)))
    for person in (b"earshot-fp-v1", b"", b"0123456789abcdef"):
        print("256", person, hashlib.blake2b(
            b"abc", digest_size=32, person=person).hexdigest())
    print("hmac fox  ", mac(
        b"key", b"The quick brown fox jumps over the lazy dog").hex())
    print("hmac empty", mac(b"", b"").hex())
    print("hmac block", mac(b"k" * 128, b"block").hex())
    print("hmac over ", mac(b"k" * 129, b"longer").hex())
    show_hkdf("count", bytes(range(64)), bytes(range(32)))
    show_hkdf("empty", bytes(range(64)), b"")


main()
