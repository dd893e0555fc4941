#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes width_table.h from the Unicode character database.

usage: width_table.py [DIRECTORY] > width_table.h

DIRECTORY holds UnicodeData.txt, EastAsianWidth.txt and emoji/emoji-data.txt;
by default that of Debian's unicode-data package.
"""

import re
import sys

LAST = 0x10FFFF

# Old Hangul: medial vowels and final consonants join the wide initial.
JOINING_JAMO = [(0x1160, 0x11FF), (0xD7B0, 0xD7C6), (0xD7CB, 0xD7FB)]
# Format characters that terminals do print: soft hyphen, Arabic number signs
# and the like, which enclose the digits behind them.
PRINTED_FORMAT = [(0xAD, 0xAD), (0x600, 0x605), (0x6DD, 0x6DD),
                  (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2),
                  (0x110BD, 0x110BD), (0x110CD, 0x110CD)]
# Where tomorrow's emoji and ideographs will be.
WIDE_UNASSIGNED = [(0x1F300, 0x1FAFF), (0x20000, 0x2FFFD), (0x30000, 0x3FFFD)]


def fill(cells, ranges, value):
    for first, last in ranges:
        for cp in range(first, last + 1):
            cells[cp] = value


def read_categories(path):
    category = ["Cn"] * (LAST + 1)
    first = None
    with open(path, encoding="ascii") as lines:
        for line in lines:
            field = line.split(";")
            cp = int(field[0], 16)
            if field[1].endswith(", First>"):
                first = cp
                continue
            start = first if field[1].endswith(", Last>") else cp
            for c in range(start, cp + 1):
                category[c] = field[2]
            first = None
    return category


def read_ranges(path, wanted):
    """The ranges of a property file whose value is in wanted."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            match = re.match(r"([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*;\s*(\w+)",
                             line)
            if match and match[3] in wanted:
                yield int(match[1], 16), int(match[2] or match[1], 16)


def read_version(path):
    with open(path, encoding="utf-8") as lines:
        return re.search(r"-([\d.]+)\.txt", lines.readline())[1]


def compute(directory):
    category = read_categories(directory + "/UnicodeData.txt")
    cells = [1] * (LAST + 1)
    fill(cells, read_ranges(directory + "/EastAsianWidth.txt", "WF"), 2)
    fill(cells, read_ranges(directory + "/emoji/emoji-data.txt",
                            ["Emoji_Presentation"]), 2)
    # Half of a flag, and what most terminals draw in one cell.
    fill(cells, [(0x1F1E6, 0x1F1FF)], 1)
    for first, last in WIDE_UNASSIGNED:
        for cp in range(first, last + 1):
            if category[cp] == "Cn":
                cells[cp] = 2
    for cp in range(LAST + 1):
        if category[cp] in ("Mn", "Me", "Cf", "Zl", "Zp"):
            cells[cp] = 0
    fill(cells, JOINING_JAMO, 0)
    fill(cells, PRINTED_FORMAT, 1)
    return cells


def ranges_of(cells, value):
    start = None
    for cp in range(LAST + 2):
        inside = cp <= LAST and cells[cp] == value
        if inside and start is None:
            start = cp
        elif not inside and start is not None:
            yield start, cp - 1
            start = None


def write_table(name, ranges):
    print("static const struct width_range %s[] = {" % name)
    line = ""
    for first, last in ranges:
        item = "{ 0x%x, 0x%x }," % (first, last)
        if len(line) + 1 + len(item) > 72:
            print("\t" + line)
            line = ""
        line = (line + " " + item).strip()
    print("\t" + line)
    print("};")


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
    cells = compute(directory)
    print("/* SPDX-License-Identifier: MIT */")
    print("/* Written by width_table.py from the data of Unicode %s; do not"
          " edit. */" % read_version(directory + "/EastAsianWidth.txt"))
    print("#ifndef BASE_WIDTH_TABLE_H\n#define BASE_WIDTH_TABLE_H\n")
    print("#include <stdint.h>\n")
    print("struct width_range {\n\tuint32_t first, last;\n};\n")
    print("/* clang-format off */")
    write_table("width_zero", ranges_of(cells, 0))
    print()
    write_table("width_two", ranges_of(cells, 2))
    print("/* clang-format on */\n")
    print("#endif")


main()
