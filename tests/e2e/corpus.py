# SPDX-License-Identifier: MIT
"""What somebody who wishes us ill would call himself, and say."""

ZALGO = ("e" + "".join(chr(c) for c in range(0x300, 0x31f))).encode()

# Cut to 64 bytes where they are names.
NAMES = (
    b"\033[31mred\033[0m", b"\033]0;title\007", b"\033[2J\033[H",
    b"\033P$q\033\\", b"\x9b31m", "\u009b31m\u009d0;x\u009c".encode(),
    b"new\nline", b"re\rturn", b"back\b\b\b\bspace", b"tab\ttab", b"nul\0nul",
    b"del\x7f\x7f", b"bell\a\a\a",
    "\u202eevil\u202c".encode(), "\u2066lri\u2067rli\u2069".encode(),
    "\u061calm\u200e\u200f".encode(), "zero\u200b\u200b\ufeffwidth".encode(),
    "soft\u00adhy\u00adphen\u2060".encode(),
    "line\u2028sep\u2029ar\u0085ator".encode(),
    "tag\U000e0041\U000e0042\U000e007f".encode(), "private\ue000\uf8ff".encode(),
    "\u3164\u115f\u1160\uffa0".encode(), ZALGO[:63], b"a" + ZALGO[1:62],
    "👩\u200d👩\u200d👧\u200d👦👍🏽🏳️\u200d🌈".encode()[:60],
    "🫨🫩🇫🇷🇫".encode(), "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢".encode()[:63],
    "\u0627\u0644\u0639\u0631\u0628\u064a\u0629".encode(), "שלום".encode(),
    "กำกำกำกำ".encode(), "각각".encode(),
    b"\xff\xfe\xfd", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
    b"\xc0\xaf", b"", b"   ", b"a" * 64, b"%s%n%x$<100>", "│││││".encode(),
    b"mira", b"* you are", b'{"event":"quit"}', b"/quit", b"--help",
    "ｍｉｒａ".encode(), "mіrа".encode(),
)

TEXTS = NAMES + (
    ZALGO * 40, b"x" * 65536, "\U0001f98a".encode() * 16384,
    "e\u0301".encode() * 20000, b"a " * 30000, b"\n" * 3000,
    b"hi\n10:02 bob: I leave\n* bob is offline\n! error\n      | x",
    b"one\r\ntwo\rthree\u0085four", "\u2028".encode() * 50,
    b"\t\t\ta\tb\t", b"\033[?1049l\033[?1000h\033c\033[!p",
    "\u202e".encode() * 100 + b"abc", b"\033]52;c;cm0=\007",
    b"\033]8;;http://x\033\\link\033]8;;\033\\", b"\x00" * 300, b"\xff" * 3000,
    "│".encode() * 500, b"\x0e\x0f\x18\x1a\x1b",
)
