#!/usr/bin/python3
"""Runs the arms of the benchmark of notification for a moment, on few people: each mail is handed
over once, and one too few is noticed. BullMQ is left out where it is not installed; smtp-sink is part
of postfix. No speed is judged here."""

import contextlib
import io
import sys

import bench
import change_queue
import mail_servers
import mailing
import notification
from pages import page


def check_judge():
    """Problems of how a window is judged, on numbers known beforehand."""
    answers = {"a": (1_000_000, 1_000_500), "b": (1_100_000, 1_100_500), "c": (1_900_000, 1_900_500)}
    ended = [("a", 1_010_000), ("b", 1_110_000), ("c", 2_000_000)]
    right = mailing.judge({"offered": 0, "counts": {}}, dict(answers), ended, 3, 0)
    problems = [] if right["rate"] == 3 and right["p50_ms"] == 10 and right["max_ms"] == 100 else [
        f"a window is judged as {right}"]
    if notification.check(right):
        problems.append("a window that is right is refused")
    for twice, mails in ((ended[:2], 2), (ended + [("b", 1_120_000)], 4), (ended, 4),
                         (ended[:2] + [("d", 1)], 3)):
        if not notification.check(mailing.judge({"offered": 0, "counts": {}}, dict(answers),
                                                     twice, mails, 0)):
            problems.append(f"{twice} with {mails} mails is taken as right")
    return problems


def main():
    """Prints what is wrong; the status says whether anything is."""
    problems = check_judge()
    if mail_servers.SINK is None:
        print("smtp-sink is not installed: ./wici setup")
        return 1 if problems else 0
    at_once = (2, 3) if (mail_servers.MODULES / "bullmq").exists() else ()
    mailing.WARMUP_SECONDS = 0.1
    change_queue.PER_SECOND = {"ours": 1_000, "bullmq": 1_000}
    with contextlib.redirect_stderr(io.StringIO()):
        report = notification.run(rounds=1, seconds=0.3, at_once=at_once, persons=20, calls=40,
                                  shares=(0.5,), rate=100)
    problems += [problem for problem in report["problems"] if "which is memory" not in problem]
    arms = {"postgres", "sqlite", *(f"bullmq-{many}" for many in at_once)}
    found = {(window["arm"], window["load"]) for window in report["windows"] if window["mails"] > 0}
    if found != {(arm, load) for arm in arms for load in ("most", "promised")}:
        problems.append(f"the windows are {sorted(found)}")
    if {step["arm"] for step in report["curve"]} != arms or len(report["ratios"]) != 2 * len(at_once):
        problems.append("there are no ratios, or no steps of open load")
    if {one["arm"] for one in report["queue"]} != {
            "postgres", "sqlite", *(("bullmq-add", "bullmq-bulk") if at_once else ())}:
        problems.append("the queue alone is not measured on all arms")
    report["goals"] = notification.goals_of(report)
    missing = [goal["goal"] for goal in report["goals"] if goal["reached"] == "not measured"]
    if len(report["goals"]) != 6 + len(at_once) or len(missing) != (0 if at_once else 4):
        problems.append(f"of {len(report['goals'])} goals these are not measured: {missing}")
    text = bench.text_of(notification, report)
    if "sqlite at 100/s" not in page.render(report, notification.figures(report), text):
        problems.append("the page does not have all arms")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
