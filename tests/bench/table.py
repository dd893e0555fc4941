# SPDX-License-Identifier: MIT
"""One table: what was measured, beside what."""

import statistics
import textwrap

HEADS = ("figure", "measured", "baseline", "ratio", "must reach", "reached")
WIDTHS = (19, 17, 16, 5, 10, 7)  # 79 columns


def spread(values, unit, digits=1):
    """median (least-most) unit"""
    return (f"{statistics.median(values):.{digits}f} "
            f"({min(values):.{digits}f}-{max(values):.{digits}f}) {unit}")


class Table:
    def __init__(self):
        self.rows = []
        self.notes = []
        self.missed = 0

    def add(self, figure, measured, baseline="", ratio=None, must="",
            reached=None):
        """reached: None where nothing was promised."""
        word = "" if reached is None else "yes" if reached else "NO"
        self.missed += reached is False
        self.rows.append((figure, measured, baseline,
                          "" if ratio is None else f"{ratio:.2f}", must, word))

    def note(self, text):
        self.notes.append(text)

    def show(self):
        print(row(HEADS), end="")
        print(" ".join("-" * w for w in WIDTHS))
        for r in self.rows:
            print(row(r))
        for text in self.notes:
            print(textwrap.fill(text, 78, initial_indent="- ",
                                subsequent_indent="  "))


def row(cells):
    columns = [textwrap.wrap(c, w) or [""] for c, w in zip(cells, WIDTHS)]
    height = max(len(c) for c in columns)
    text = ""
    for i in range(height):
        text += " ".join((c[i] if i < len(c) else "").ljust(w)
                         for c, w in zip(columns, WIDTHS)).rstrip() + "\n"
    return text
