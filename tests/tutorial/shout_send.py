#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""shout_send.py TEXT...: each as a broadcast datagram to port 33333."""
import socket
import sys

PORT = 33333

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
for text in sys.argv[1:]:
    s.sendto(text.encode(), ("<broadcast>", PORT))
    print("sent", text)
s.close()
