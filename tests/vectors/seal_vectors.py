#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints the known text of tests/unit/seal.c.

Made without libsodium: Argon2id and ChaCha20-Poly1305 of the cryptography
package (44 or later), and HChaCha20 as in draft-irtf-cfrg-xchacha.
"""
import struct

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SEED = b"a seed of thirty-two bytes, yes\0"
PASSPHRASE = b"open sesame"
OPS, MEM = 1, 8192


def rotate(x, n):
    return (x << n | x >> (32 - n)) & 0xffffffff


def quarter(s, a, b, c, d):
    for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8),
                          (c, d, b, 7)):
        s[x] = (s[x] + s[y]) & 0xffffffff
        s[z] = rotate(s[z] ^ s[x], turn)


def hchacha20(key, nonce):
    s = list(struct.unpack("<4I", b"expand 32-byte k") +
             struct.unpack("<8I", key) + struct.unpack("<4I", nonce))
    for _ in range(10):
        for i in range(4):
            quarter(s, i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<8I", *s[:4], *s[12:])


# The example of the draft, section 2.2.1.
assert hchacha20(bytes(range(32)), bytes.fromhex(
    "000000090000004a0000000031415927")).hex() == (
    "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc")

salt = bytes(range(16))
nonce = bytes(range(100, 124))
header = ("earshot identity 2\n"
          "argon2id13 xchacha20poly1305\n"
          "ops %d\nmem %d\nsalt %s\nnonce %s\nsealed "
          % (OPS, MEM, salt.hex(), nonce.hex()))
key = Argon2id(salt=salt, length=32, iterations=OPS, lanes=1,
               memory_cost=MEM // 1024).derive(PASSPHRASE)
box = ChaCha20Poly1305(hchacha20(key, nonce[:16])).encrypt(
    bytes(4) + nonce[16:], SEED, header.encode())
print(header + box.hex())
