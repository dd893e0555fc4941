#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""echo_udp_server.py PORT: sends everything back to where it came from."""
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", int(sys.argv[1])))
print("ready")
while True:
    data, addr = s.recvfrom(65535)
    s.sendto(data, addr)
