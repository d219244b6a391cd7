#!/usr/bin/python3
"""Runs every arm of the registry's benchmark for a moment: it works, and what it counts is right.
Without etcd, which only `./wici bench` installs, that one yardstick is left out."""

import contextlib
import io
import shutil
import sys
import types

import growth
import registry_read
from pages import page


def main():
    """Prints what is wrong; the status says whether anything is. No speed is judged here."""
    with contextlib.redirect_stderr(io.StringIO()):
        report = registry_read.run(rounds=1, seconds=0.05, sizes=(50, 300),
                                   yardsticks=("echo", "etcd") if shutil.which("etcd") else ("echo",),
                                   shares=(0.5,))
    problems = report["problems"]
    calls = {(window["engine"], window["call"], window["clusters"])
             for window in report["windows"] if window["clusters"]}
    expected = {(engine, call, size) for engine in ("sqlite", "postgres")
                for call in registry_read.CALLS for size in (50, 300)}
    if calls != expected:
        problems.append(f"the arms are {sorted(calls)}")
    if [one["clusters"] for one in report["filled"]] != [50, 300, 50, 300]:
        problems.append(f"it is said to have loaded {report['filled']}")
    if growth.sizes_to(1_000_000) != (*growth.SIZES, 1_000_000) or growth.sizes_to(5_000) != (1_000, 5_000):
        problems.append("--rows gives other sizes")
    if len(report["growth"]) != 2 * len(registry_read.CALLS) or not registry_read.table(report):
        problems.append("there are no ratios")
    echoed = {one["call"]: one for one in report["windows"] if one["engine"] == "echo"}
    if set(echoed) != {f"echo-{call}" for call in registry_read.ECHOED}:
        problems.append(f"the echoes are {sorted(echoed)}")
    for window in report["windows"]:
        echo = echoed.get(f"echo-{window['call']}")  # sizes differ a little from cluster to cluster
        if echo and any(abs(echo[name] - window[name]) > 16
                        for name in ("request_bytes", "answer_bytes")):
            problems.append(f"the echo of {window['call']} has {echo['request_bytes']:g} and "
                            f"{echo['answer_bytes']:g} bytes, not {window['request_bytes']:g} and "
                            f"{window['answer_bytes']:g}")
    if "<svg" not in page.render(report, registry_read.figures(report), registry_read.table(report)):
        problems.append("the page has no plots")
    missing = {goal["goal"].split()[-1] for goal in registry_read.goals_of(report)
               if goal["reached"] == "not measured"}
    if missing != (set() if shutil.which("etcd") else {"etcd"}):
        problems.append(f"nothing is said of the goals against {sorted(missing)}")

    # The check itself must be able to fail.
    audience = next(w for w in report["windows"] if w["call"] == "audience" and w["rows"])
    registry = types.SimpleNamespace(rows=lambda call: audience["rows"])
    more = dict(audience, counts={f"ROWS_{audience['rows'] + 1}": 1})
    some = dict(audience, counts={**audience["counts"], "WRONG": 1})
    if registry_read.check(audience, registry):
        problems.append("an audience that is right is refused")
    if not registry_read.check(more, registry) or not registry_read.check(some, registry):
        problems.append("an audience with a row too many, or a wrong answer, is not noticed")

    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
