"""How well meetings are scheduled on the public instances of M. Bofill et al., JAIR 74 (2022): time to
a schedule that is complete and fair, breaks against the proven optimum after 1 and 10 s, and time to
that optimum. Yardsticks: the published optima, and our own greedy, which is where each search begins.

Our scheduler is the simple one: a local search. It proves an optimum only where counting does, and
that there is no schedule only where counting does; so "proven" below is ours, "optimum" is that of
the paper. Its times (MaxSAT, on a machine of 2012) are printed beside ours and not divided by: they
are to a proof, ours are to a schedule. Instances with precedences are no problem of ours, and are
counted as that.

Each schedule is checked here, from the file of the instance alone. Fewer breaks than the proven
optimum, or a fair schedule where it is proven that there is none, would be a fault of the check.

The instances are no part of the sources: WICI_B2B_DATA names their folder, else it is
../shared/data/b2b. The windows are a third of --seconds and ten thirds: 1 and 10 s by default. Each
round has other seeds; a search that cannot get better ends before its window.
"""

import collections
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import measure
import settings
from pages import plot

SHARES = (1 / 3, 10 / 3)  # of --seconds
UNSAT = "UNSAT"
NONE = -1  # the slot of a meeting that has none
KINDS = ("feasible", "optimum", "one_more", "proven", "more", "without")


def folder():
    """Where the instances are."""
    return pathlib.Path(os.environ.get("WICI_B2B_DATA", measure.ROOT.parent / "shared/data/b2b"))


class Instance:
    """One published instance, read without anything of the program that is measured."""

    def __init__(self, path):
        self.path = path
        text = path.read_text(encoding="ascii")

        def number(name):
            return int(re.search(rf"^{name}\s*=\s*(\d+)", text, re.MULTILINE).group(1))

        def body(name, begin, end):
            found = re.search(rf"^{name}\s*=\s*{begin}(.*?){end}\s*;", text,
                              re.MULTILINE | re.DOTALL)
            return found.group(1) if found else ""

        def sets(name):
            return [{int(n) for n in re.findall(r"\d+", one)} - {0}
                    for one in re.findall(r"\{([^}]*)\}", body(name, r"\[", r"\]"))]

        self.people, self.tables = number("nBusiness"), number("nTables")
        self.slots, self.morning = number("nTotalSlots"), number("nMorningSlots")
        rows = list(map(int, re.findall(r"\d+", body("requested", r"\[\|", r"\|\]"))))
        self.meetings = list(zip(rows[0::3], rows[1::3], rows[2::3]))
        self.forbidden = sets("forbidden")
        self.fixed = list(map(int, re.findall(r"\d+", body("fixed", r"\[", r"\]"))))
        self.precedences = any(sets("precedences"))

    def _slot_faults(self, number, slot):
        one, other, session = self.meetings[number]
        if not 1 <= slot <= self.slots:
            yield "is in no slot"
        if (session == 1 and slot > self.morning) or (session == 2 and slot <= self.morning):
            yield "is in the other half of the day"
        if self.fixed[number]:
            if slot != self.fixed[number]:
                yield "is not where it is fixed"
        elif slot in self.forbidden[one - 1] | self.forbidden[other - 1]:
            yield "is where somebody may not be"

    def faults(self, slots):
        """What is wrong with the meetings that have a slot (from 0), in words."""
        if len(slots) != len(self.meetings):
            return [f"{len(slots)} slots for {len(self.meetings)} meetings"]
        found, used, there = [], collections.Counter(), set()
        for number, slot in enumerate(slots):
            if slot == NONE:
                continue
            found += [f"meeting {number} {fault}" for fault in self._slot_faults(number, slot + 1)]
            used[slot] += 1
            for person in self.meetings[number][:2]:
                if (person, slot) in there:
                    found.append(f"meeting {number}: {person} is in two")
                there.add((person, slot))
        return found + [f"slot {slot} has {many} meetings at {self.tables} tables"
                        for slot, many in used.items() if many > self.tables]

    def breaks(self, slots):
        """Of each participant."""
        busy = [set() for _ in range(self.people)]
        for (one, other, _), slot in zip(self.meetings, slots):
            if slot != NONE:
                busy[one - 1].add(slot)
                busy[other - 1].add(slot)
        return [sum(1 for slot in own if slot + 1 not in own and slot != max(own)) for own in busy]


def problems_to_solve(directory):
    """[(instance, its class, fairness, optimum or None when there is no schedule, seconds of MaxSAT)],
    as published."""
    with open(directory / "best_known_jair2022.csv", encoding="ascii", newline="") as file:
        return [(directory / row["instance"].split(".", 1)[1] / f"{row['instance']}.dzn",
                 row["instance"].split(".", 1)[1], int(row["fairness_d"]),
                 None if row["optimum"] == UNSAT else int(row["optimum"]), float(row["maxsat_s"]))
                for row in csv.DictReader(file)]


def judge(instance, fairness, optimum, answer):
    """What a window found, and what is wrong with it as texts."""
    report = {"feasible_ms": None, "optimum_ms": None, "breaks": None, "greedy_breaks": None,
              "proven": answer["obstacles"] > 0, "unplaced": len(instance.meetings),
              **{name: answer[name] for name in ("bound", "calls", "steps", "seconds")},
              "cpu_seconds": answer["cpu_seconds"]}
    wrong = []
    for number, one in enumerate(answer["improvements"]):
        wrong += instance.faults(one["slots"])
        unplaced, of_each = one["slots"].count(NONE), instance.breaks(one["slots"])
        report["unplaced"] = min(report["unplaced"], unplaced)
        # Fair as the paper has it, where who has no meeting counts too.
        if unplaced or max(of_each) - min(of_each) > fairness:
            continue
        breaks = sum(of_each)
        if optimum is None or breaks < optimum:
            wrong.append(f"{breaks} breaks where {optimum} is proven to be the least")
        if report["feasible_ms"] is None:
            report["feasible_ms"] = one["ms"]
        if number == 0:
            report["greedy_breaks"] = breaks
        if report["breaks"] is None or breaks < report["breaks"]:
            report["breaks"] = breaks
            if breaks == optimum:
                report["optimum_ms"] = one["ms"]
            report["proven"] = report["proven"] or breaks <= answer["bound"]
    if answer["obstacles"] > 0 and optimum is not None:
        wrong.append(f"it is said to have no schedule, and has one of {optimum} breaks")
    report["gap"] = (None if optimum is None or report["breaks"] is None
                     else report["breaks"] - optimum)
    return report, [f"{instance.path.stem}, d = {fairness}: {fault}" for fault in wrong]


def window(path, fairness, optimum, seconds, seed):
    """The answer of the program."""
    return json.loads(subprocess.run(
        [measure.binary("wici-meetings"), f"--instance={path}", f"--fairness={fairness}",
         f"--seconds={seconds}", f"--seed={seed}", f"--target={NONE if optimum is None else optimum}"],
        check=True, stdout=subprocess.PIPE, text=True).stdout)


def run(rounds, seconds, classes=None, directory=None):
    """Runs all rounds and returns the report; `classes`: some of the instances only."""
    directory = directory or folder()
    if not (directory / "best_known_jair2022.csv").exists():
        raise SystemExit(f"there are no published instances in {directory}: they are no part of the "
                         "sources (M. Bofill et al., JAIR 74, 2022); set WICI_B2B_DATA to their folder")
    windows, problems, not_ours = [], [], 0
    rows = [row for row in problems_to_solve(directory) if classes is None or row[1] in classes]
    for path, kind, fairness, optimum, maxsat in rows:
        instance = Instance(path)
        if instance.precedences:
            not_ours += 1
            continue
        for number in range(rounds):
            for share in SHARES if number % 2 == 0 else reversed(SHARES):
                machine = measure.Machine()
                answer = window(path, fairness, optimum, share * seconds, number + 1)
                found, wrong = judge(instance, fairness, optimum, answer)
                windows.append({
                    "instance": path.stem.split(".")[0], "class": kind, "fairness": fairness,
                    "window": round(share * seconds, 3), "round": number, "optimum": optimum,
                    "maxsat_seconds": maxsat, **found, **machine.report(found["cpu_seconds"])})
                problems += wrong
            print(f"\r\033[K{kind}, d = {fairness}: {path.stem.split('.')[0]}, "
                  f"round {number + 1}/{rounds}", end="", file=sys.stderr, flush=True)
    print("\r\033[K", end="", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="wici-bench-meetings.") as scratch:
        found = {"machine": settings.machine(scratch)}
    return {"benchmark": "meetings", "cpus": os.cpu_count(), "rounds": rounds, "seconds": seconds,
            "settings": found, "problems": problems, "not_ours": not_ours,
            "summary": summarise(windows), "windows": windows}


def _counts(windows):
    """How many of these problems, in one round, ended how. Without a schedule: proven to have none."""
    solvable = [w for w in windows if w["optimum"] is not None]
    return {"feasible": sum(1 for w in solvable if w["breaks"] is not None),
            "optimum": sum(1 for w in solvable if w["gap"] == 0),
            "one_more": sum(1 for w in solvable if w["gap"] in (0, 1)),
            "proven": sum(1 for w in solvable if w["proven"]),
            "more": sum(w["gap"] for w in solvable if w["gap"] is not None),
            "without": sum(1 for w in windows if w["optimum"] is None and w["proven"])}


def summarise(windows):
    """By class, fairness and window: of how many problems what was found, and when."""
    groups = {}
    for one in windows:
        groups.setdefault((one["class"], one["fairness"], one["window"]), []).append(one)
    result = []
    for (kind, fairness, seconds), found in groups.items():
        rounds = sorted({w["round"] for w in found})
        by_round = [_counts([w for w in found if w["round"] == number]) for number in rounds]
        times = {name: [w[name] for w in found if w[name] is not None]
                 for name in ("feasible_ms", "optimum_ms")}
        first = [w for w in found if w["round"] == rounds[0]]
        greedy = [w for w in first if w["optimum"] is not None]
        result.append({
            "class": kind, "fairness": fairness, "window": seconds, "problems": len(first),
            "solvable": len(greedy), "greedy": sum(1 for w in greedy if w["greedy_breaks"] is not None),
            **{name: measure.spread(one[name] for one in by_round) for name in KINDS},
            **{name: measure.spread(many or [0]) for name, many in times.items()},
            "maxsat_seconds": round(sum(w["maxsat_seconds"] for w in first), 1),
            "seconds": round(sum(w["seconds"] for w in found) / len(rounds), 1)})
    return result


def _ms(time):
    return f"{time:.1f}" if time else "-"


def table(report):
    """The report for people."""
    lines = ["Meetings on the public instances of JAIR 74 (2022), found by the local search, "
             f"{report['rounds']} rounds; median of the rounds", "",
             f"{'class':14} {'d':>2} {'window s':>8} {'solvable':>9} {'greedy':>7} {'complete':>9} "
             f"{'optimum':>8} {'<= +1':>6} {'proven':>7} {'breaks more':>12} {'none: proven':>13} "
             f"{'first ms':>9} {'optimum ms':>11} {'all, s':>7} {'MaxSAT, s':>10}"]
    for one in report["summary"]:
        median = {name: one[name]["median"] for name in (*KINDS, "feasible_ms", "optimum_ms")}
        without = f"{median['without']:g}/{one['problems'] - one['solvable']}"
        lines.append(
            f"{one['class']:14} {one['fairness']:>2} {one['window']:>8g} {one['solvable']:>9} "
            f"{one['greedy']:>7} {median['feasible']:>9g} {median['optimum']:>8g} "
            f"{median['one_more']:>6g} {median['proven']:>7g} {median['more']:>12g} {without:>13} "
            f"{_ms(median['feasible_ms']):>9} {_ms(median['optimum_ms']):>11} {one['seconds']:>7g} "
            f"{one['maxsat_seconds']:>10g}")
    lines += ["", "complete: every meeting has a slot, and breaks are fair; optimum: as few breaks as "
              "the paper has proven; proven: by us too, by counting.",
              "MaxSAT: published, on another machine, to the proof; ours searches until the optimum is "
              "found or the window is over."]
    if report["not_ours"]:
        lines.append(f"{report['not_ours']} problems have precedences, which ours do not: not tried.")
    return "\n".join(lines)


def figures(report):
    """The plots of the page."""
    def label(one):
        return f"{one['class']} d={one['fairness']} {one['window']:g} s"

    def points(name):
        return [(label(one), *(one[name][figure] for figure in ("median", "min", "max")))
                for one in report["summary"]]
    return [plot.Ranges("Problems with a complete and fair schedule", "problems", points("feasible")),
            plot.Ranges("Problems at the proven optimum", "problems", points("optimum")),
            plot.Ranges("Breaks beyond the optimum, of all problems together", "breaks",
                        points("more")),
            plot.Ranges("Time to the first complete and fair schedule", "ms", points("feasible_ms"),
                        log=True)]
