#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""upper_udp_client.py HOST PORT TEXT...: sends each and prints the answer."""
import socket
import sys

s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for text in sys.argv[3:]:
    s.sendto(text.encode(), (sys.argv[1], int(sys.argv[2])))
    data, addr = s.recvfrom(2048)
    print("%s:%d says %s" % (addr[0], addr[1], data.decode()))
s.close()
