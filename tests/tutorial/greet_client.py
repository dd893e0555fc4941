#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""greet_client.py HOST PORT NAME: says its name, hears one answer, leaves."""
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect((sys.argv[1], int(sys.argv[2])))
s.send(sys.argv[3].encode())
print("answer %s" % s.recv(1024).decode())
s.close()
