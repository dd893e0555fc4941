# SPDX-License-Identifier: MIT
"""An IRC server for one client, which lets it into a channel and says there
what it is told to; and clients that are let in."""

import os
import socket
import ssl
import subprocess
import threading

import peers
from programs import Terminal

CHANNEL = "#flood"
PORTS = {"irssi": 16668, "weechat": 16669, "catgirl": 16698}
PATIENCE_S = 15


class Server:
    def __init__(self, host, port, key=None):
        """key: a file; the server then wants TLS"""
        self.tls = None
        if key:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(key + ".crt", key)
        with host:
            self.listener = socket.create_server(("127.0.0.1", port))
        self.joined = threading.Event()
        self.lock = threading.Lock()
        self.conn = None
        threading.Thread(target=self.serve, daemon=True).start()

    def send(self, data):
        with self.lock:
            self.conn.sendall(data)

    def serve(self):
        try:
            conn, _ = self.listener.accept()
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                conn = self.tls.wrap_socket(conn, server_side=True)
            self.conn = conn
            rest = b""
            while got := conn.recv(4096):
                *lines, rest = (rest + got).split(b"\r\n")
                for line in lines:
                    self.answer(line.decode(errors="replace").split())
        except OSError:
            pass

    def answer(self, words):
        if not words:
            return
        command, first = words[0].upper(), (words + [""])[1]
        if command == "USER":
            self.send(b":s 001 ana :hi\r\n:s 422 ana :none\r\n")
        elif command == "CAP" and first.upper() == "LS":
            self.send(b":s CAP * LS :\r\n")
        elif command == "CAP" and first.upper() == "REQ":
            self.send(f":s CAP * NAK {' '.join(words[2:])}\r\n".encode())
        elif command == "PING":
            self.send(f":s PONG s {first}\r\n".encode())
        elif command == "JOIN" and first == CHANNEL:
            self.send(f":ana!ana@a JOIN {CHANNEL}\r\n"
                      f":s 353 ana = {CHANNEL} :ana bob\r\n"
                      f":s 366 ana {CHANNEL} :end\r\n".encode())
            self.joined.set()
        elif command == "MODE":
            self.send(f":s 324 ana {CHANNEL} +\r\n".encode())

    def say(self, texts):
        self.send(b"".join(b":bob!bob@b PRIVMSG %s :%s\r\n"
                           % (CHANNEL.encode(), text) for text in texts))

    def close(self):
        self.listener.close()
        if self.conn:
            self.conn.close()


def make_key(bench):
    key = bench.path("irc.pem")
    if not os.path.exists(key):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-subj", "/CN=localhost", "-keyout", key, "-out", key + ".crt"],
            check=True, stderr=subprocess.DEVNULL)
    return key


def argv_of(bench, name):
    port = PORTS[name]
    if name == "irssi":
        return ["irssi", "-!", "--home", bench.path("irssi-flood"), "-c",
                "127.0.0.1", "-p", str(port), "-n", "ana"]
    if name == "weechat":
        return ["weechat", "-d", bench.path("weechat-flood"), "-r",
                f"/server add local 127.0.0.1/{port};/connect local"]
    return ["catgirl", "-h", "127.0.0.1", "-p", str(port), "-n", "ana", "-t",
            make_key(bench) + ".crt"]


def installed():
    """Those that are here, and those that are not."""
    wanted = {"irssi": ["irssi"], "weechat": ["weechat"],
              "catgirl": ["catgirl", "openssl"]}
    here = [n for n, words in wanted.items() if peers.installed(*words)]
    return here, [n for n in wanted if n not in here]


class Client:
    """One of them, in the channel."""

    def __init__(self, bench, host, name):
        key = make_key(bench) if name == "catgirl" else None
        self.server = Server(host, PORTS[name], key)
        self.terminal = Terminal(bench, argv_of(bench, name), host)

    def say(self, texts):
        self.server.say(texts)

    def end(self):
        self.terminal.end()
        self.server.close()
