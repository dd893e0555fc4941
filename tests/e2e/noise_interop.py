#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Our Noise code and dissononce talk over loopback TCP, in both roles.

noise_peer is our end; it says what it does in its own head.
"""
import os
import socket
import subprocess
import sys

# Where dissononce is a package of the system, another Python may come first
# in the path.
SYSTEM_PYTHON = "/usr/bin/python3"
try:
    from dissononce.cipher.chachapoly import ChaChaPolyCipher
    from dissononce.dh.x25519.x25519 import X25519DH
    from dissononce.exceptions.decrypt import DecryptFailedException
    from dissononce.hash.blake2b import Blake2bHash
    from dissononce.processing.handshakepatterns.interactive.XX import (
        XXHandshakePattern)
    from dissononce.processing.impl.cipherstate import CipherState
    from dissononce.processing.impl.handshakestate import HandshakeState
    from dissononce.processing.impl.symmetricstate import SymmetricState
except ImportError:
    if os.access(SYSTEM_PYTHON, os.X_OK) and "NOISE_AGAIN" not in os.environ:
        os.environ["NOISE_AGAIN"] = "1"
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON] + sys.argv)
    print("SKIPPED: no dissononce here (Debian: python3-dissononce), so our "
          "Noise code met no other implementation")
    sys.exit(77)

PEER = os.environ.get("NOISE_PEER", "tests/e2e/noise_peer")
DEADLINE = 120
PAYLOADS = (b"one", b"two", b"three")
LONGEST = 65535 - 16
REFUSED = 3


class Wire:
    """Frames of two bytes of length over a socket."""

    def __init__(self, sock):
        sock.settimeout(DEADLINE)
        self.sock = sock

    def send(self, message):
        self.sock.sendall(len(message).to_bytes(2, "big") + message)

    def _read(self, size):
        data = bytearray()
        while len(data) < size:
            piece = self.sock.recv(size - len(data))
            if not piece:
                raise EOFError("our end closed the connection")
            data += piece
        return bytes(data)

    def receive(self):
        return self._read(int.from_bytes(self._read(2), "big"))


class Run:
    """A noise_peer in one role and dissononce in the other."""

    def __init__(self, our_role, prologue, their_prologue=None):
        # dissononce draws both static keys; noise_peer is handed its own.
        self.our_keys = X25519DH().generate_keypair()
        self.their_keys = X25519DH().generate_keypair()
        self.initiator = our_role == "responder"
        self.start_peer(our_role, prologue)
        self.state = HandshakeState(
            SymmetricState(CipherState(ChaChaPolyCipher()), Blake2bHash()),
            X25519DH())
        theirs = prologue if their_prologue is None else their_prologue
        self.state.initialize(XXHandshakePattern(), self.initiator,
                              theirs.encode(), s=self.their_keys)

    def start_peer(self, role, prologue):
        """Who starts the handshake also dials."""
        listener = None
        where = "listen"
        if role == "initiator":
            listener = socket.create_server(("127.0.0.1", 0))
            listener.settimeout(DEADLINE)
            where = str(listener.getsockname()[1])
        self.peer = subprocess.Popen(
            [PEER, where, role, prologue, self.our_keys.private.data.hex()],
            stdout=subprocess.PIPE, text=True)
        if listener:
            sock = listener.accept()[0]
            listener.close()
        else:
            port = int(self.peer.stdout.readline().split()[1])
            sock = socket.create_connection(("127.0.0.1", port), DEADLINE)
        self.wire = Wire(sock)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.wire.sock.close()
        self.peer.stdout.close()
        if self.peer.poll() is None:
            try:
                self.peer.wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self.peer.kill()
                self.peer.wait()

    def handshake(self, tamper=None):
        """Three messages; a bit of message number tamper is flipped."""
        ends = None
        for step, payload in enumerate(PAYLOADS):
            if (step % 2 == 0) == self.initiator:
                message = bytearray()
                ends = self.state.write_message(payload, message)
                if step == tamper:
                    message[0] ^= 1
                self.wire.send(bytes(message))
            else:
                got = bytearray()
                ends = self.state.read_message(self.wire.receive(), got)
                assert bytes(got) == payload, (step, got)
        self.seal, self.unseal = ends if self.initiator else ends[::-1]

    def check_agreement(self):
        said = dict(self.peer.stdout.readline().split() for _ in range(2))
        ours = self.state.symmetricstate.get_handshake_hash().hex()
        assert said["hash"] == ours, said
        assert said["remote"] == self.their_keys.public.data.hex(), said
        assert self.state.rs.data == self.our_keys.public.data

    def echo(self, text):
        self.wire.send(self.seal.encrypt_with_ad(b"", text))
        got = self.unseal.decrypt_with_ad(b"", self.wire.receive())
        assert got == text, (len(text), len(got))

    def rekey(self, count):
        """count messages went each way before; see noise_vectors.py."""
        self.wire.send(self.seal.encrypt_with_ad(b"", b"rekey"))
        for end, nonce in ((self.seal, count + 1), (self.unseal, count)):
            key = ChaChaPolyCipher().encrypt(end._key, 2**64 - 1, b"",
                                             bytes(32))[:32]
            end.initialize_key(key)
            end.set_nonce(nonce)
        got = self.unseal.decrypt_with_ad(b"", self.wire.receive())
        assert got == b"rekeyed", got

    def exit_status(self):
        return self.peer.wait(DEADLINE)


def test_session(role, prologue):
    with Run(role, prologue) as run:
        run.handshake()
        run.check_agreement()
        texts = [b"", b"hello", bytes(range(256)) * 64, b"x" * 65000,
                 os.urandom(LONGEST), b"after the longest"]
        for text in texts:
            run.echo(text)
        run.rekey(len(texts))
        run.echo(os.urandom(LONGEST))
        run.echo(b"under new keys")
        run.wire.send(run.seal.encrypt_with_ad(b"", b"bye"))
        assert run.exit_status() == 0
    return 2 * (len(texts) + 3)


def test_tampered_transport(role):
    with Run(role, "earshot") as run:
        run.handshake()
        run.check_agreement()
        run.echo(b"good")
        message = bytearray(run.seal.encrypt_with_ad(b"", b"bad"))
        message[0] ^= 1
        run.wire.send(bytes(message))
        assert run.exit_status() == REFUSED


def refused(run, **how):
    """Either end refuses the handshake; ours by its exit status."""
    try:
        run.handshake(**how)
    except DecryptFailedException:
        return "dissononce"
    except (EOFError, ConnectionError):
        pass
    assert run.exit_status() == REFUSED, run.peer.returncode
    return "earshot"


def main():
    if not os.access(PEER, os.X_OK):
        print("no program " + PEER + ": set NOISE_PEER")
        return 99
    sessions = messages = refusals = 0
    for role in ("initiator", "responder"):
        for prologue in ("", "EARSHOT1 and more", "p" * 1000):
            messages += test_session(role, prologue)
            sessions += 1
        test_tampered_transport(role)
        refusals += 1
        # The initiator reads message 2 first and finds out.
        judge = "earshot" if role == "initiator" else "dissononce"
        for prologues in (("", "x"), ("x", ""), ("earshot", "earshou")):
            with Run(role, *prologues) as run:
                assert refused(run) == judge
            refusals += 1
        for step in (1,) if role == "initiator" else (0, 2):
            with Run(role, "earshot") as run:
                who = refused(run, tamper=step)
                assert who == ("dissononce" if step == 0 else "earshot")
            refusals += 1
    print("%d sessions, %d transport messages, %d refusals"
          % (sessions, messages, refusals))
    assert (sessions, messages, refusals) == (6, 108, 11)
    return 0


sys.exit(main())
