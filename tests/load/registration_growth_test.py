#!/usr/bin/python3
"""Runs calls of every kind of the measurement of growth for a moment, on events of a few dozen
registrations: it works, and what it counts is right. No cost is judged here."""

import contextlib
import io
import sys

import big_event
import registration_growth
from pages import page

SIZES = (40, 80)
CALLS = ("list-last", "own-waiting", "manifest-last", "statistics", "export-csv", "cancel-promote",
         "join-waiting", "check-in")


class Lost:
    """An event of which somebody is lost: the checks must notice."""

    event, size, changes, cancelled = "events/e", 100, 8, 0
    confirmed, waiting = ["events/e/registrations/r"], []

    def __init__(self):
        self.problems = []

    def call(self, method, **fields):
        """Seats that are one too few, and nobody promoted."""
        del method, fields
        return Answer()


class Answer:
    """What any call to it answers."""

    def __init__(self):
        self.seats, self.registrations, self.state, self.name = self, [], 3, "nobody"
        self.confirmed, self.waitlisted, self.checked_in = 49, 51, 0
        self.registered, self.withdrawn, self.cancelled = 49, 0, 0


def main():
    """Prints what is wrong; the status says whether anything is."""
    big_event.BATCHED_FROM, big_event.BATCH = SIZES[1], 15  # 80 in messages of 15, and 5
    with contextlib.redirect_stderr(io.StringIO()):
        report = registration_growth.run(rounds=1, seconds=0.05, sizes=SIZES, page=5, changes=8,
                                         calls=CALLS, judged=False)
    problems = report["problems"]
    calls = {(w["engine"], w["call"], w["size"]) for w in report["windows"] if w["units"]}
    expected = {(engine, call, size) for engine in registration_growth.ENGINES for size in SIZES
                for call in (*CALLS, "promote-all", "cancel-event")}
    if calls != expected:
        problems.append(f"the windows are {sorted(calls)}")
    if not all(w["cost_us"] > 0 for w in report["windows"]):
        problems.append("something costs nothing")
    if len(report["growth"]) != len(expected) / 2 or not registration_growth.table(report):
        problems.append("there are no ratios")
    cut = [w for w in report["windows"] if w["call"] != "cancel-event" or w["size"] == SIZES[0]]
    shorter = {**report, "growth": registration_growth.growth(cut),
               "summary": registration_growth.summarise(cut)}
    if "cancel-event" in registration_growth.table(shorter) or len(
            registration_growth.largest_of(shorter["growth"])) != len(report["growth"]) - 2:
        problems.append("a call that was not measured at the largest size is said to be")
    labels = [point[0] for figure in registration_growth.figures({**report, "growth": [
        {**one, "size": 40 if one["call"] == "promote-all" else 80} for one in report["growth"]]})
              for point in figure.points]
    if labels.count("promote-all 40") != len(registration_growth.ENGINES) or "check-in" not in labels:
        problems.append(f"a call that was measured at another size than the title says is {labels}")
    if "<svg" not in page.render(report, registration_growth.figures(report), registration_growth.table(report)):
        problems.append("the page has no plots")

    # The checks themselves must be able to fail.
    for check in (registration_growth.check_cancelled, registration_growth.check_joined,
                  registration_growth.check_statistics):
        lost = Lost()
        check(lost)
        if not lost.problems:
            problems.append(f"{check.__name__} does not notice who is lost")
    for call, engine, cost, memory, wanted in (
            ("check-in", "sqlite", 1.3, 64, 0), ("check-in", "sqlite", 1.31, 64, 1),
            ("check-in", "postgres", 1.0, 65, 1), ("check-in", "postgres", 9.0, 900, 2),
            ("get-waiting", "sqlite", 1.5, 0, 0), ("get-waiting", "sqlite", 1.51, 0, 1),
            ("get-waiting", "postgres", 1.4, 0, 1), ("promote-all", "sqlite", 1.0, 128, 0),
            ("promote-all", "sqlite", 1.0, 129, 1)):
        found = list(registration_growth.over_limit({
            "engine": engine, "call": call, "size": 100_000, "of": 1_000, "memory_mb": memory,
            "cost": {"median": cost, "min": 0.5, "max": 10.0}}))
        if len(found) != wanted:
            problems.append(f"{engine} {call} of {cost} and {memory} MB: {found}")
    if registration_growth.rows_of("export-csv", b"a,b\nx,y\n") != 1:
        problems.append("rows of a file are not counted")

    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
