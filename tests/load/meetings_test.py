#!/usr/bin/python3
"""Runs the benchmark of meetings for a moment on three instances made here, in the format of the
published ones: an easy one, one that has no schedule, and one with precedences. What it finds is
checked, and a schedule that is wrong is noticed. No speed is judged here."""

import contextlib
import io
import pathlib
import sys
import tempfile

import meetings
from pages import page

# Three people, each meets each, at one table: who has the first and the last meeting waits once. The
# fourth meets nobody, the third is not there in the first slot.
EASY = """nBusiness = 4;
nMeetings = 3;
nTables = 1;
nTotalSlots = 5;
nMorningSlots = 3;

requested = [|1, 2,1,
|2, 3,3,
|1, 3,3,
|];

meetingsxBusiness = [{1,2,4},{1,2,3},{1,3,4},{1}];
forbidden = [{0}, {0}, {1}, {0}];
fixed = [0, 0, 0];
precedences = [{}, {%s}, {}];
"""
HEAD = "instance,fairness_d,optimum,maxsat_s,chuffed_s,chuffed_val,mip_s,mip_val,paper_table\n"


def write(directory):
    """The instances, and what is known about them."""
    files = {"easy": EASY % "", "later": EASY % "1",
             "never": (EASY % "").replace("nTotalSlots = 5", "nTotalSlots = 2").replace(
                 "nMorningSlots = 3", "nMorningSlots = 2")}
    (directory / "original").mkdir()
    for name, text in files.items():
        (directory / "original" / f"{name}.original.dzn").write_text(text, encoding="ascii")
    (directory / "best_known_jair2022.csv").write_text(
        HEAD + "easy.original,2,1,0.1,0.1,1,0.1,1,5\nnever.original,2,UNSAT,0.1,0.1,-,0.1,-,5\n"
        "later.original,2,1,0.1,0.1,1,0.1,1,5\n", encoding="ascii")


def check_judge(directory):
    """Problems of how a schedule is judged."""
    easy = meetings.Instance(directory / "original/easy.original.dzn")
    problems = []
    # 1-2, 2-3, 1-3 one after the other: 1 waits once, and at most once is the least.
    for slots, breaks in (([0, 1, 2], [1, 0, 0, 0]), ([0, 3, 1], [0, 1, 1, 0]),
                          ([2, -1, -1], [0, 0, 0, 0])):
        if easy.faults(slots) or easy.breaks(slots) != breaks:
            problems.append(f"{slots} is judged {easy.faults(slots)}, {easy.breaks(slots)}")
    for slots, why in (([3, 1, 2], "an afternoon"), ([1, 0, 2], "a forbidden slot"),
                       ([0, 1, 1], "two at one table"), ([0, 1], "a meeting too few"),
                       ([0, 1, 5], "a slot that is not there")):
        if not easy.faults(slots):
            problems.append(f"{why} is not noticed")

    def judged(optimum, slots, obstacles=0):
        return meetings.judge(easy, 2, optimum, {
            "bound": 0, "obstacles": obstacles, "calls": 1, "steps": 0, "seconds": 1.0,
            "cpu_seconds": 1.0, "improvements": [{"ms": 1.0, "slots": slots}]})
    report, wrong = judged(1, [0, 1, 2])
    if wrong or (report["gap"], report["optimum_ms"], report["proven"]) != (0, 1.0, False):
        problems.append(f"the optimum is judged {report}, {wrong}")
    if judged(0, [0, 1, 2])[0]["gap"] != 1 or judged(1, [0, 1, -1])[0]["breaks"] is not None:
        problems.append("a break more, or a meeting left out, is not noticed")
    for optimum, obstacles in ((2, 0), (None, 0), (1, 1)):
        if not judged(optimum, [0, 1, 2], obstacles)[1]:
            problems.append(f"better than proven ({optimum}, {obstacles}) is not noticed")
    return problems


def main():
    """Prints what is wrong; the status says whether anything is."""
    with tempfile.TemporaryDirectory(prefix="wici-meetings-test.") as name:
        directory = pathlib.Path(name)
        write(directory)
        problems = check_judge(directory)
        with contextlib.redirect_stderr(io.StringIO()):
            report = meetings.run(rounds=2, seconds=0.03, directory=directory)
        problems += report["problems"]
        found = {(w["instance"], w["round"], w["window"], w["gap"], w["unplaced"] > 0)
                 for w in report["windows"]}
        expected = {(which, number, seconds, gap, left) for which, gap, left in (
            ("easy", 0, False), ("never", None, True)) for number in (0, 1) for seconds in (0.01, 0.1)}
        if found != expected or report["not_ours"] != 1:
            problems.append(f"the windows are {sorted(found, key=str)}, {report['not_ours']} not ours")
        text = meetings.table(report)
        if "original" not in text or "<svg" not in page.render(report, meetings.figures(report), text):
            problems.append("the table or the page is empty")
        with contextlib.suppress(SystemExit):
            meetings.run(rounds=1, seconds=1, directory=directory / "nowhere")
            problems.append("a folder without instances is taken as one")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
