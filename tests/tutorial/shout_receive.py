#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""shout_receive.py: prints every datagram that comes to port 33333."""
import socket

PORT = 33333

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", PORT))
print("ready")
while True:
    data, (host, port) = s.recvfrom(1024)
    print("\033[32m[%s:%d]\033[0m %s" % (host, port, data.decode()))
