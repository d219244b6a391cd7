#!/usr/bin/python3
"""Runs the demo on a terminal of its own and draws what it printed: deploy/images/demo.svg.

    tests/e2e/picture.py [FILE]
"""

import html
import os
import pathlib
import pty
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT = HERE.parents[1] / "deploy/images/demo.svg"
COLUMNS, CHARACTER, LINE, MARGIN = 104, 7.8, 19, 18
NO_BREAK = "\u00a0"  # viewers collapse plain spaces
COLOURS = {"32": "#3fb950", "31": "#f85149", "2": "#8b949e"}


def run_demo():
    """What the demo writes to a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen([HERE / "demo.py"], env={**os.environ, "COLUMNS": str(COLUMNS)},
                               stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
    os.close(slave)
    chunks = []
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        chunks.append(chunk)
    if process.wait() != 0:
        sys.exit(b"".join(chunks).decode())
    return b"".join(chunks).decode()


def lines_of(output):
    """The lines as they stand at the end: what a progress line overwrote is gone."""
    text = output.replace("\r\n", "\n")
    return [line.split("\r\033[K")[-1] for line in text.rstrip("\n").split("\n")]


def tspans(line):
    """The line as SVG, its colours kept."""
    spans, style = [], "0"
    for piece in re.split(r"(\033\[\d+m)", line):
        if match := re.fullmatch(r"\033\[(\d+)m", piece):
            style = match.group(1)
        elif piece:
            attributes = f' fill="{COLOURS[style]}"' if style in COLOURS else ""
            attributes += ' font-weight="bold"' if style == "1" else ""
            spans.append(f"<tspan{attributes}>{html.escape(piece).replace(' ', NO_BREAK)}</tspan>")
    return "".join(spans)


def svg(lines):
    width, height = int(COLUMNS * CHARACTER + 2 * MARGIN), len(lines) * LINE + 2 * MARGIN
    rows = "\n".join(
        f'<text x="{MARGIN}" y="{MARGIN + (i + 1) * LINE - 5}">{tspans(line)}</text>'
        for i, line in enumerate(lines) if line)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" aria-label="Output of ./wici demo">\n'
            f'<rect width="{width}" height="{height}" rx="10" fill="#0d1117"/>\n'
            '<g font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" '
            f'font-size="13" fill="#e6edf3">\n{rows}\n</g>\n</svg>\n')


def main():
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(svg(lines_of(run_demo())), encoding="utf-8")


if __name__ == "__main__":
    main()
