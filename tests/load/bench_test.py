#!/usr/bin/python3
"""Runs every arm of the benchmark for a moment: it still works, and what it counts is right."""

import contextlib
import io
import sys

import bench
import goals
import measure
import registration
from pages import page

# A window of open load, and who was the limit: of two cores the generator has a quarter.
OPEN = {"offered": 1000.0, "ok_rate": 600.0, "elapsed": 2.0, "client_cpu_seconds": 1.0,
        "busiest_thread": 0.4, "late_p99_ms": 1.0, "p99_ms": 50.0, "waited": 0}
LIMITS = (({"ok_rate": 990.0}, 0.5, "nothing"), ({}, 0.5, "server"), ({}, 3.0, "machine"),
          ({"busiest_thread": 0.95}, 0.5, "generator"), ({"late_p99_ms": 40.0}, 3.0, "generator"),
          ({"late_p99_ms": 40.0, "waited": 9}, 0.5, "server"),
          ({"offered": 0.0, "others": 0.5}, 1.0, "machine"))


def check_goals():
    """Problems of how goals are judged, on numbers known beforehand."""
    ratio = {"ours": "postgres", "in_flight": 64, "yardstick": "naive", "yardstick_in_flight": 64,
             "cpu": measure.spread([12.0])}

    def judged(rate, p99):
        report = {"ratios": [{**ratio, "rate": measure.spread([rate])}],
                  "saturation": [{"arm": "postgres", "p99_ms_at_half": measure.spread([p99])}]}
        return [goal["reached"] for goal in registration.goals_of(report)
                if goal["reached"] != "not measured"]
    return [f"a rate of {rate} and a p99 of {p99} are {found}"
            for rate, p99, wanted in ((20.0, 25.0, ["reached", "reached"]),
                                      (19.99, 24.0, ["NOT REACHED", "reached"]),
                                      (31.0, 25.01, ["reached", "NOT REACHED"]))
            if (found := judged(rate, p99)) != wanted]


def main():
    """Prints what is wrong; the status says whether anything is. No speed is judged here."""
    with contextlib.redirect_stderr(io.StringIO()):
        report = registration.run(rounds=1, seconds=0.3, in_flight=(16,), shares=(0.3, 1.5))
    problems = report["problems"] + check_goals()
    arms = {window["arm"] for window in report["windows"]}
    expected = {"naive", "echo", "postgres", "sqlite", "postgres-sold-out", "sqlite-sold-out",
                "postgres-batch", "sqlite-batch", "postgres-unbatched", "sqlite-unbatched"}
    if arms != expected:
        problems.append(f"the arms are {sorted(arms)}")
    if not report["ratios"] or not registration.table(report):
        problems.append("there are no ratios")
    if "<svg" not in page.render(report, registration.figures(report), registration.table(report)):
        problems.append("the page has no plots")
    report["goals"] = registration.goals_of(report)
    if goals.table(report["goals"]) not in bench.text_of(registration, report):
        problems.append("it does not say what was to be reached")

    problems += [f"the limit of {change} is {found}, not {wanted}" for change, server, wanted in LIMITS
                 if (found := measure.limit({**OPEN, **change}, server, cpus=2)) != wanted]

    # The check itself must be able to fail.
    wrong = dict(next(w for w in report["windows"] if w["arm"] == "sqlite"))
    wrong["rows"] = dict(wrong["rows"], registrations=wrong["rows"]["registrations"] - 1)
    if not registration.check(wrong, 1_000_000, 0):
        problems.append("a lost registration is not noticed")

    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
