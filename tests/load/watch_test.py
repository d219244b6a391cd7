#!/usr/bin/python3
"""Runs every arm of the benchmark of watchers for a moment: every watcher is told of every change,
and a change too few is noticed. Without etcd, which only `./wici bench` installs, that yardstick is
left out. No speed is judged here."""

import contextlib
import io
import shutil
import sys

import watch
from pages import page

watch.SHAPES["3x4"] = (3, 4)


def main():
    """Prints what is wrong; the status says whether anything is."""
    etcd = shutil.which("etcd") is not None
    with contextlib.redirect_stderr(io.StringIO()):
        watch.WARMUP_SECONDS = 0.1
        report = watch.run(rounds=1, seconds=0.2, shapes=("3x4",), yardstick=etcd)
    problems = report["problems"]
    arms = {window["arm"] for window in report["windows"] if window["calls"] > 0}
    if arms != {"sqlite", "postgres"} | ({"etcd"} if etcd else set()):
        problems.append(f"the arms are {sorted(arms)}")
    if etcd and {ratio["arm"] for ratio in report["ratios"]} != {"sqlite", "postgres"}:
        problems.append("there are no ratios")
    text = watch.table(report)
    if "3x4 sqlite" not in text or "3x4 sqlite" not in page.render(report, watch.figures(report), text):
        problems.append("the table or the page does not have all arms")

    # The check itself must be able to fail.
    right = next(window for window in report["windows"] if window["arm"] == "sqlite")
    for wrong in ({"notified": right["notified"] - 1}, {"rows": right["rows"] + 1},
                  {"problem": "a stream has ended"}, {"counts": {"WRONG": right["calls"]}}):
        if not watch.check({**right, **wrong}):
            problems.append(f"it is not noticed when {wrong}")

    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
