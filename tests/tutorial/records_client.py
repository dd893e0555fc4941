#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""records_client.py HOST PORT TEXT...: all of them as records in one go, the
last one in two pieces; then prints the records that come back."""
import socket
import struct
import sys

s = socket.create_connection((sys.argv[1], int(sys.argv[2])))
bodies = [text.encode() for text in sys.argv[3:]]
stream = b"".join(struct.pack("!I", len(b)) + b for b in bodies)
s.sendall(stream[:-3])
s.sendall(stream[-3:])
print("sent")
data = b""
while True:
    part = s.recv(4096)
    if not part:
        break
    data += part
    while len(data) >= 4:
        n, = struct.unpack("!I", data[:4])
        if len(data) < 4 + n:
            break
        print("record %s" % data[4:4 + n].decode())
        data = data[4 + n:]
