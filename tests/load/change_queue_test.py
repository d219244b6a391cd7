#!/usr/bin/python3
"""Runs the arms of the queue alone for a moment: every change has its effect exactly once, also those
of a stream that was lost, and one too few or twice is noticed. BullMQ is left out where it is not
installed. No speed is judged here."""

import contextlib
import io
import pathlib
import sys
import tempfile

import change_queue
import mail_servers
import measure

ROUNDS = 2


def check_check():
    """Problems of how a window is judged, on numbers known beforehand."""
    right = {"wanted": 64, "calls": 64, "effects": 64, "distinct": 64}
    problems = ["a window that is right is refused"] if change_queue.check(right) else []
    return problems + [f"it is not noticed when {wrong}" for wrong in (
        {"calls": 63}, {"effects": 63, "distinct": 63}, {"effects": 65}, {"distinct": 63})
        if not change_queue.check({**right, **wrong})]


def check_lost_stream(directory, redis):
    """Problems when what the stream held is gone between windows."""
    arm = change_queue.Ours("sqlite", directory, redis, None)
    arm.window(640)
    redis.command("FLUSHALL")
    return change_queue.check({**arm.window(640), "wanted": 640})


def main():
    """Prints what is wrong; the status says whether anything is."""
    problems = check_check()
    bullmq = (mail_servers.MODULES / "bullmq").exists()
    change_queue.PER_SECOND = {"ours": 2_000, "bullmq": 1_000}
    with tempfile.TemporaryDirectory(prefix="wici-queue-test.") as name:
        directory, postgres = pathlib.Path(name), measure.Postgres()
        redis = mail_servers.Redis(directory)
        try:
            with contextlib.redirect_stderr(io.StringIO()):
                report, wrong = change_queue.run(ROUNDS, 0.5, directory, redis, postgres,
                                                 bullmq=bullmq)
            lost = directory / "lost"
            lost.mkdir()
            problems += check_lost_stream(lost, redis)
        finally:
            redis.stop()
            postgres.stop()
    # Where the test runs is none of its business, as it is of ./wici bench.
    problems += [problem for problem in wrong if "which is memory" not in problem]
    yardsticks = {"bullmq-add", "bullmq-bulk"} if bullmq else set()
    calls = {(arm["arm"], arm["calls"]) for arm in report["queue"]}
    if calls != ({(name, ROUNDS * 1024) for name in ("postgres", "sqlite")}
                 | {(name, ROUNDS * 512) for name in yardsticks}):
        problems.append(f"there were {sorted(calls)} changes")
    if {(one["ours"], one["yardstick"]) for one in report["queue_ratios"]} != {
            (ours, name) for ours in ("postgres", "sqlite") for name in yardsticks}:
        problems.append("there are no ratios")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
