#!/usr/bin/python3
"""The page of a benchmark, made from a recorded report: it is well-formed, needs nothing beside it,
has a plot with as many points as there are, and says every number of the report."""

import importlib
import json
import pathlib
import re
import sys
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import bench  # noqa: E402
from pages import page, plot  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
XHTML = "{http://www.w3.org/1999/xhtml}"
MARKERS = ("circle", "rect", "path")


def leaves(value):
    """Every number and text of a report."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def points_of(figure):
    """How many it shows."""
    if isinstance(figure, plot.Ranges):
        return len(figure.points)
    return sum(len(found) + 1 for _, found in figure.series)  # and one in the legend


def check_page(path):
    """Problems of the page of one recorded report, as texts."""
    report = json.loads(path.read_text(encoding="utf-8"))
    benchmark = importlib.import_module(report["benchmark"])
    figures = benchmark.figures(report)
    text = page.render(report, figures, bench.text_of(benchmark, report))
    head, body = text.split("\n", 1)
    root = xml.etree.ElementTree.fromstring(body)
    problems = [] if head == "<!DOCTYPE html>" else ["it does not say that it is HTML"]
    words = {cell for element in root.iter() if element.tag in (f"{XHTML}td", f"{XHTML}th")
             for cell in re.split(r"[\s\[\]]+|(?<=\d)-(?=\d)|,(?=\s|$)", "".join(element.itertext()))}
    missing = {page.cell(leaf) for leaf in leaves(report)
               if isinstance(leaf, (int, float))} - words
    if missing:
        problems.append(f"it does not say {sorted(missing)[:5]}")
    pictures = list(root.iter(f"{SVG}svg"))
    shown = [sum(1 for tag in MARKERS for _ in picture.iter(SVG + tag)) for picture in pictures]
    if not figures or shown != [points_of(figure) for figure in figures]:
        problems.append(f"its plots have {shown} points, not {list(map(points_of, figures))}")
    for picture in pictures:
        if picture.get("role") != "img" or not picture.get("aria-label"):
            problems.append("a plot has no text instead")
    if "prefers-color-scheme: dark" not in text:
        problems.append("it has no colours for the dark")
    if re.search(r"<(script|link|img|iframe)\b|\b(src|href)=|url\(|@import", text):
        problems.append("it needs something beside it")
    return [f"{path.name}: {problem}" for problem in problems]


def check_plots():
    """What no recorded report has."""
    problems = []
    for value, text in ((12345, "12,345"), (0.012345, "0.01235"), (1234.5678, "1,235"),
                        (2.0, "2"), (0.0, "0"), (None, "-"), (True, "yes"), (-1.5, "-1.5")):
        if plot.number(value) != text:
            problems.append(f"{value} is written {plot.number(value)}, not {text}")
    for figure in (plot.Lines("<none>", "x & y", "y", []), plot.Ranges("none", "x", []),
                   plot.Ranges("zero", "x", [("a", 0, 0, 0)], log=True),
                   plot.Lines("one", "x", "y", [("a", [(1, 1)])], log_x=True, log_y=True),
                   plot.Lines("names", "x", "y", [("<a>", [(1, 0), (2, 5)])], ticks={1: "p50"})):
        picture = figure.svg()
        xml.etree.ElementTree.fromstring(picture)
        if re.search(r"\b(nan|inf)\b", picture):
            problems.append(f"a place in {figure.title} is no number")
    wrong = page.render({"benchmark": "watch", "problems": ["a < b"]}, [], "<pre>")
    if "a &lt; b" not in wrong or "&lt;pre&gt;" not in wrong:
        problems.append("what is wrong does not stand on the page as it is")
    return problems


def main():
    """Prints what is wrong; the status says whether anything is."""
    recorded = sorted(HERE.glob("recorded/*.json"))
    problems = check_plots() + [problem for path in recorded for problem in check_page(path)]
    if not recorded:
        problems.append("no report is recorded")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
