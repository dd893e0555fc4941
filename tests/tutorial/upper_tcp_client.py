#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""upper_tcp_client.py HOST PORT TEXT...: sends each, without a line end, and
prints the answer."""
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((sys.argv[1], int(sys.argv[2])))
for text in sys.argv[3:]:
    s.send(text.encode())
    print("says %s" % s.recv(1024).decode())
s.close()
