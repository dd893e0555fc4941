#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""records_server.py PORT: records with their length in front, however they
stick together; each is answered with its size, as a record."""
import socket
import struct
import sys


def read_exactly(conn, n):
    data = b""
    while len(data) < n:
        part = conn.recv(n - len(data))
        if not part:
            return None
        data += part
    return data


s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", int(sys.argv[1])))
s.listen(5)
print("ready")
conn, _ = s.accept()
while True:
    head = read_exactly(conn, 4)
    if head is None:
        break
    body = read_exactly(conn, struct.unpack("!I", head)[0])
    print("record %r" % body.decode())
    answer = ("%d bytes" % len(body)).encode()
    conn.sendall(struct.pack("!I", len(answer)) + answer)
print("over")
