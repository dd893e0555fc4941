# SPDX-License-Identifier: MIT
"""Judges all that a program wrote to a terminal, byte by byte."""
import re

from lab import check
from terminals import forbidden

# What may be there: cursor, erasing, attributes, scrolling, modes, the probe.
ALLOWED = re.compile(
    r"\x1b\[[?>]?[0-9;]*\$?[@A-HJKLMPSTXZbcdfghlmnpr st`]"
    r"|\x1b\][0-9]+;[^\x00-\x1f\x7f]*(?:\x1b\\|\x07)"
    r"|\x1b[()][AB0]|\x1b[78=>M]|\x1b\(B|\x1b\[[0-9;]*!p"
    r"|[\x07\x08\r\n\x0e\x0f\x18]")
# Invisible parts of the characters that the terminal is asked about.
PROBE = ("\x1b[8m", "\x1b[0m")

MODE = re.compile(r"\x1b\[(\??)([0-9;]+)([hl])")
# As a terminal has them before anybody asks.
ON_BEFORE = {"?7", "?25", "8"}


def strip(text):
    """What is left when all sequences are taken out that may be there."""
    begin = text.find(PROBE[0])
    if begin >= 0:
        end = text.index(PROBE[1], begin)
        text = text[:begin] + text[end:]
    return ALLOWED.sub("", text)


def judge(data):
    """Nothing forbidden is in it."""
    text = data.decode("utf-8", "strict")
    rest = strip(text)
    at = rest.find("\x1b")
    check(at < 0, "a sequence: %r" % rest[max(at - 40, 0):at + 40])
    bad = forbidden(rest)
    check(not bad, "forbidden characters: %s" % bad)
    check("\x1b]4;" not in text and "\x1b]104" not in text,
          "the palette was changed")
    return text


def modes(text):
    """The last state of each mode that was touched."""
    state = {}
    for private, numbers, how in MODE.findall(text):
        for number in numbers.split(";"):
            state[private + number] = how == "h"
    return state


def judge_end(data):
    """Every mode is as it was before, every title given back."""
    text = judge(data)
    for mode, on in modes(text).items():
        # Saved by itself, and restored by itself.
        if mode == "?1007":
            check(text.rfind("\x1b[?1007r") > text.rfind("\x1b[?1007l"),
                  "mode 1007 is not restored")
            continue
        check(on == (mode in ON_BEFORE), "mode %s ends %s" % (
            mode, "set" if on else "reset"))
    check(text.count("\x1b[22;2t") == text.count("\x1b[23;2t"),
          "titles kept and given back")
    return text
