"""What the demo prints, and how it compares what happened with what should have."""

import difflib
import shutil
import sys
import time

import yaml

WIDTH = 100
INDENT = " " * 8


class Mismatch(Exception):
    """Something differs from tests/e2e/expectations.yaml."""


class Report:
    """Numbered steps with a progress line; colour only on a terminal."""

    def __init__(self, steps, out=sys.stdout):
        self.steps, self.out = steps, out
        self.tty = out.isatty()
        self.number, self.started, self.title = 0, 0.0, ""

    def say(self, text=""):
        print(text, file=self.out, flush=True)

    def headline(self, text):
        self.say(self._style("1", text))
        self.say()

    def begin(self, title):
        self.number += 1
        self.title, self.started = title, time.monotonic()
        if self.tty:
            print(f"\r\033[K{self._number()} {title} ...", end="", file=self.out, flush=True)

    def end(self):
        self._result("32", "✓")

    def failed(self):
        self._result("31", "✗")

    def note(self, text):
        """A line below the title, shown when the step ends."""
        self._notes.append(("", text))

    def table(self, header, rows):
        """Columns as wide as their content; the last one may run on."""
        cells = [tuple(str(c) for c in row) for row in rows]
        widths = [max(len(r[i]) for r in [header] + cells) for i in range(len(header))]
        for style, row in [("2", header)] + [("", r) for r in cells]:
            line = "  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip()
            self._notes.append((style, line))

    # ----- private -----

    _notes: list

    def _result(self, colour, mark):
        seconds = f"{time.monotonic() - self.started:5.1f} s"
        start = "\r\033[K" if self.tty else ""
        line = f"{self._number()} {self._style(colour, mark)} {self.title}"
        plain = len(self._number()) + 3 + len(self.title)
        self.say(start + line + " " * max(1, WIDTH - plain - len(seconds)) +
                 self._style("2", seconds))
        room = shutil.get_terminal_size().columns - len(INDENT) if self.tty else sys.maxsize
        for style, text in self._notes:
            text = text if len(text) <= room else text[:room - 1] + "…"
            self.say(INDENT + (self._style(style, text) if style else text))
        self._notes = []

    def _number(self):
        return f"{self.number:>3}/{self.steps}"

    def _style(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.tty else text


Report._notes = []


def compare(what, actual, expected):
    """Raises Mismatch with a line diff when the two differ."""
    if actual == expected:
        return
    before, after = (_lines(v) for v in (expected, actual))
    diff = difflib.unified_diff(before, after, "expected", "happened", n=2, lineterm="")
    raise Mismatch(f"{what}: this is not what tests/e2e/expectations.yaml says\n" +
                   "\n".join("  " + line for line in diff))


def _lines(value):
    return yaml.safe_dump(value, allow_unicode=True, width=WIDTH).splitlines()
