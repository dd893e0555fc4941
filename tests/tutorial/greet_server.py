#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""greet_server.py PORT: greets who connects, says his words back in a
sentence, and waits for the next one. Restarts without delay."""
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", int(sys.argv[1])))
s.listen(128)
print("ready")
while True:
    conn, (host, port) = s.accept()
    print("from %s:%d" % (host, port))
    conn.send(b"Welcome to the greeting server!")
    data = conn.recv(1024)
    if data:
        print("got %r" % data.decode())
        conn.send(("Nice to meet you, " + data.decode().strip()).encode())
    conn.close()
    print("closed")
