# SPDX-License-Identifier: MIT
"""Other people's programs, where they are installed."""

import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time

from net import Lan
from programs import now_ms

IPMSG_PORT = 2425
ETH_P_IP = 0x0800
COMMAND_ANSWER = 3  # IPMSG_ANSENTRY
IPTUX_RUNS = 5
SOCKETS = "/tmp/.X11-unix"
PATIENCE_MS = 10000


def installed(*names):
    return all(shutil.which(name) for name in names)


def irssi(bench):
    return ["irssi", "-!", "--home", bench.path("irssi")]


def weechat(bench):
    return ["weechat", "-a", "-d", bench.path("weechat")]


class Iptux:
    """Two of them under a display that nobody sees. A fresh network for each
    run: it cannot bind its port again while old connections linger."""

    def __init__(self, bench):
        self.bench = bench
        # A display that is asked for any number takes away the socket of who
        # has that in another network.
        os.makedirs(SOCKETS, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", SOCKETS], check=True)
        end, theirs = os.pipe()
        self.display = subprocess.Popen(
            ["Xvfb", "-displayfd", str(theirs), "-screen", "0",
             "800x600x24", "-nolisten", "tcp", "-noreset"],
            pass_fds=[theirs], stderr=subprocess.DEVNULL)
        os.close(theirs)
        number = b""
        while not number.endswith(b"\n"):
            number += os.read(end, 16)
        number = number.decode().strip()
        os.close(end)
        self.env = dict(bench.env, DISPLAY=f":{number}")

    def start(self, name, host):
        home = self.bench.path(f"iptux-{name}")
        os.makedirs(home, exist_ok=True)
        env = dict(self.env, HOME=home, USER=name)
        with host:
            return subprocess.Popen(
                ["iptux"], env=env, cwd=home, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, *words):
        return subprocess.run(["xdotool", *words], env=self.env, text=True,
                              stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.DEVNULL).stdout.split()

    def window(self, program, title):
        end_ms = now_ms() + PATIENCE_MS
        while now_ms() < end_ms:
            found = self.ask("search", "--all", "--onlyvisible", "--pid",
                             str(program.pid), "--name", title)
            if found:
                return found[0]
        raise TimeoutError(f"no window {title} of iptux")

    def keys(self, window, *names):
        end_ms = now_ms() + PATIENCE_MS
        while self.ask("getwindowfocus", "-f") != [window]:
            if now_ms() > end_ms:
                raise TimeoutError("a window of iptux takes no keys")
            self.ask("windowraise", window, "windowfocus", window)
        self.ask("key", *names)

    def run(self):
        with Lan(2) as hosts:
            with hosts[0]:
                wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                     socket.htons(ETH_P_IP))
                wire.bind(("eth0", 0x0003))
            first = self.start("ana", hosts[0])
            time.sleep(1.5)
            start_ms = now_ms()
            second = self.start("bob", hosts[1])
            took_ms = None
            wire.settimeout(5)
            try:
                while took_ms is None:
                    if is_answer(wire.recv(2048), "10.77.0.1"):
                        took_ms = now_ms() - start_ms
            except TimeoutError:
                pass
            for program in (first, second):
                program.kill()
                program.wait()
            wire.close()
        return took_ms

    def runs(self):
        found = [self.run() for _ in range(IPTUX_RUNS)]
        return [ms for ms in found if ms is not None]

    def end(self):
        self.display.terminate()  # it has files to remove
        self.display.wait()


def is_answer(packet, source):
    """An entry answer of IP Messenger that this address sent."""
    if len(packet) < 28 or packet[9] != socket.IPPROTO_UDP:
        return False
    header = (packet[0] & 15) * 4
    port = struct.unpack("!H", packet[header + 2:header + 4])[0]
    words = packet[header + 8:].split(b":")
    return (port == IPMSG_PORT
            and socket.inet_ntoa(packet[12:16]) == source
            and len(words) > 4 and words[4].isdigit()
            and int(words[4]) & 0xFF == COMMAND_ANSWER)


class Catgirl:
    """With a server that only lets it in: without one it ends at once."""

    PORT = 16697

    def __init__(self, bench, host):
        key = bench.path("server.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-subj", "/CN=localhost", "-keyout", key, "-out", key + ".crt"],
            check=True, stderr=subprocess.DEVNULL)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(key + ".crt", key)
        with host:
            self.listener = socket.create_server(("127.0.0.1", self.PORT))
        self.argv = ["catgirl", "-h", "127.0.0.1", "-p", str(self.PORT), "-n",
                     "ana", "-t", key + ".crt"]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            conn, _ = self.listener.accept()
            threading.Thread(target=self.let_in, args=[conn],
                             daemon=True).start()

    def let_in(self, conn):
        try:
            conn = self.context.wrap_socket(conn, server_side=True)
            heard = b""
            while b"USER" not in heard:
                heard += conn.recv(4096)
            conn.sendall(b":s 001 ana :hi\r\n:s 422 ana :none\r\n")
            while conn.recv(4096):
                pass
        except OSError:
            pass
