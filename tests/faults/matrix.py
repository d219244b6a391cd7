#!/usr/bin/python3
"""The long fault run: the programs of README.md in turn, until the time is over.

    ./wici faults [--minutes=N] [--seed=S] [--only=NAME,...] [--list] [--no-controls] [--record]

Goes through all programs in an order of the seed, then again in another, with seeds of their own,
for N minutes; a program that has begun is let end. Stops at the first violation: it shows what the
program said and how to repeat it, and ends with 1. Before the faults come the negative controls,
each once, without counting their time: the same oracles with a guard removed, which must find what
that lets through.

At the end it says how often each row of the matrix ran, and a line for TRACK_RECORD.md, which
--record writes there. Ctrl-C ends everything that was started. PostgreSQL is the server that
WICI_TEST_POSTGRES names; what needs it is left out when there is none. A program that cannot run here
says so by its exit status 77: it is not run again, and its rows are not counted.
"""

import argparse
import collections
import datetime
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local")]

from stack import build_directory, stop_on_signals  # noqa: E402

RECORD = ROOT / "tests/faults/TRACK_RECORD.md"
LIMIT_SECONDS = 600  # of one run of a program
CONTROL_TRIES = 4
STOP_SECONDS = 60    # for it to end what it has started
SEED_MAX = 2 ** 31
HELD, FAILED, SKIPPED = "held", "did not hold", "skipped"
SKIPPED_STATUS = 77
PYTHON = "/usr/bin/python3"

# What runs: rows of the matrix, the command without its seed, the flag of the seed.
Program = collections.namedtuple(
    "Program", "rows command seed postgres", defaults=("--seed", False))

PROGRAMS = {
    "feed-sqlite": Program(
        (7, 10, 13, 14), "{bin}/wici-feed-faults --engine=sqlite --minutes=0.5"),
    "feed-postgres": Program(
        (7, 10, 13, 14), "{bin}/wici-feed-faults --engine=postgres --minutes=0.5", postgres=True),
    "notification-sqlite": Program(
        (1, 7, 12, 21), "{here}/notification_faults.py --notifications=500"),
    "notification-postgres": Program(
        (1, 2, 3, 7, 10, 12, 21),
        "{here}/notification_faults.py --notifications=300 --engine=postgres", postgres=True),
    "notification-sqlite-long": Program(
        (1, 7, 12, 21), "{here}/notification_faults.py --notifications=10000"),
    "notification-postgres-long": Program(
        (1, 2, 3, 7, 10, 12, 21),
        "{here}/notification_faults.py --notifications=10000 --engine=postgres", postgres=True),
    "notification-kill": Program((1, 7, 21), "{services}/notification/kill_test.py"),
    "registration-kill": Program(
        (1, 8), "{services}/registration/processes/kill_test.py --seeds=1", "--first_seed", True),
    "seats-kill": Program(
        (1, 8), "{build}/services/registration/seats/history/seats_kill_test --seeds=3",
        "--first_seed", True),
    "database-proxy": Program(
        (2, 3, 5), "{here}/database_faults.py --mode=proxy --seconds=15", postgres=True),
    "database-serializable": Program(
        (2, 3, 5), "{here}/database_faults.py --mode=serializable --seconds=15", postgres=True),
    "database-standstill": Program(
        (5,), "{here}/database_faults.py --mode=standstill", postgres=True),
    "database-failover": Program(
        (4,), "{here}/database_faults.py --mode=failover --seconds=5", postgres=True),
    "database-disk": Program((6,), "{here}/database_faults.py --mode=disk"),
    "exhaustion": Program((6, 9, 22), "{here}/exhaustion.py"),
    "dead-endpoints": Program((21,), "{here}/dead_endpoints.py"),
    "flood": Program((18,), "{here}/flood.py"),
    "clock-registration": Program(
        (11,), "{here}/clock_jumps.py --part=registration", postgres=True),
    "clock-notification": Program((11,), "{here}/clock_jumps.py --part=notification"),
    "one-way-loss": Program((9,), "{here}/one_way_loss.py --rounds=2"),
    "restore-sqlite": Program((20,), "{here}/restore_drill.py"),
    "restore-postgres": Program((20,), "{here}/restore_drill.py --engine=postgres"),
    "import-kill": Program((1,), "{here}/import_kill_test.py"),
    "two-schemas-sqlite": Program((19,), "{here}/two_schemas.py"),
    "two-schemas-postgres": Program(
        (19,), "{here}/two_schemas.py --engine=postgres", postgres=True),
    "rolling-restart": Program((12, 14), "{here}/rolling_restart.py", postgres=True),
}

# Guards removed: these must find something, and end with 0 if they do.
CONTROLS = {
    "effect apart from its position": Program(
        (), "{bin}/wici-feed-faults --engine=sqlite --minutes=0.2 --broken"),
    "a mail server that loses": Program(
        (), "{here}/notification_faults.py --notifications=40 --broken=lost"),
    "a mail server that doubles": Program(
        (), "{here}/notification_faults.py --notifications=40 --broken=twice"),
    "jumps of the clock that explain nothing": Program(
        (), "{here}/clock_jumps.py --part=notification --broken"),
    "a request_id for each try": Program(
        (), "{here}/database_faults.py --mode=proxy --seconds=3 --broken", postgres=True),
    "a COMMIT that is cancelled": Program(
        (), "{here}/database_faults.py --mode=failover --seconds=2 --clients=8 --broken",
        postgres=True),
    "no new epoch after a restore": Program(
        (), "{here}/restore_drill.py --restored=all --broken"),
    "a migration that takes a column away": Program((), "{here}/two_schemas.py --broken"),
    "a kill instead of a drain": Program(
        (), "{here}/rolling_restart.py --broken", postgres=True),
    "no count of places, no CHECK": Program(
        (), "{build}/services/registration/seats/history/seats_negative_control_test "
        "--gtest_filter=*SeatsNegativeControlTest.WithoutTheGuard*", None, True),
    "no epoch of the lease, no look at replies": Program(
        (), "{build}/libs/feed/feed_test --gtest_filter=*RelayTest.*CheckerSaysSo*", None),
    "no fence of the ledger": Program(
        (), "{build}/notification_tests --gtest_filter=*WithoutTheFence*", None),
    "no version of the event's row": Program(
        (), "{build}/services/registration/seats/history/seats_history_test "
        "--gtest_filter=*SeatsVersionGuardTest.WithoutIt*", None, True),
}


def argv(program, seed):
    """Its command with this seed."""
    text = program.command.format(build=build_directory(), bin=build_directory() / "bin",
                                  here="tests/faults", services="services")
    words = ([PYTHON] if ".py" in text else []) + text.split()
    return words + ([f"{program.seed}={seed}"] if program.seed else [])


def has_passed(command, status, output):
    """Whether it held. GoogleTest ends with 0, too, when no test has the name or all were skipped."""
    is_googletest = any(word.startswith("--gtest_filter=") for word in command)
    return status == 0 and (not is_googletest or
                            re.search(r"^\[  PASSED  \] [1-9]\d* tests?\.", output, re.MULTILINE))


class Runner:
    """Runs one program at a time, and ends it with this process."""

    def __init__(self):
        self._process = None

    def run(self, command):
        """Its exit status, None when it took too long, and what it said."""
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *command], cwd=ROOT, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True)
        try:
            output, _ = self._process.communicate(timeout=LIMIT_SECONDS)
            return self._process.returncode, output
        except subprocess.TimeoutExpired:
            return None, self.stop()

    def stop(self):
        """Asks it to end, and kills it when it does not; returns what it said. By SIGTERM: what a
        script has started in the background ignores SIGINT, and so do its children."""
        if self._process is None or self._process.poll() is not None:
            return ""
        self._process.send_signal(signal.SIGTERM)
        try:
            output, _ = self._process.communicate(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            output, _ = self._process.communicate()
        return output


class Matrix:
    """What has run, and how often."""

    def __init__(self, args):
        # Two, so that --no-controls, or a control tried twice, changes no seed of the programs.
        self._rng, self._controls_rng = random.Random(args.seed), random.Random(args.seed)
        self._end = args.minutes * 60
        self._runner = Runner()
        has_postgres = bool(os.environ.get("WICI_TEST_POSTGRES"))
        wanted = args.only.split(",") if args.only else list(PROGRAMS)
        self.programs = [name for name in wanted if has_postgres or not PROGRAMS[name].postgres]
        self.controls = [name for name, control in CONTROLS.items()
                         if args.controls and (has_postgres or not control.postgres)]
        self.runs, self.rows = collections.Counter(), collections.Counter()
        self.skipped = []
        self.found = 0  # controls

    def go(self):
        """Whether all held that could run."""
        try:
            for name in self.controls:
                # What a missing guard lets through must happen, too: on a busy machine it may not.
                if not any(self._one(f"without guard: {name}", CONTROLS[name],
                                     self._controls_rng) == HELD
                           for _ in range(CONTROL_TRIES)):
                    return False
            self.found = len(self.controls)
            end = time.monotonic() + self._end
            while self.programs and time.monotonic() < end:
                for name in self._rng.sample(self.programs, len(self.programs)):
                    if time.monotonic() >= end:
                        break
                    verdict = self._one(name, PROGRAMS[name], self._rng)
                    if verdict == FAILED:
                        return False
                    if verdict == SKIPPED:
                        self.programs.remove(name)
                        self.skipped.append(name)
                    else:
                        self.runs[name] += 1
                        self.rows.update(PROGRAMS[name].rows)
            return True
        finally:
            self._runner.stop()

    def _one(self, name, program, rng):
        command = argv(program, rng.randrange(1, SEED_MAX))
        print(f"{datetime.datetime.now():%H:%M:%S} {name} ...", end="", flush=True)
        began = time.monotonic()
        status, output = self._runner.run(command)
        verdict = (HELD if has_passed(command, status, output) else
                   SKIPPED if status == SKIPPED_STATUS else FAILED)
        print(f" {verdict}, {time.monotonic() - began:.0f} s", flush=True)
        if verdict == HELD:
            return HELD
        print(output[-6000:])
        if verdict == SKIPPED:
            return SKIPPED
        print(f"{name}: " + (f"exit status {status}" if status is not None else
                             f"not over after {LIMIT_SECONDS} s"))
        print("again with:", " ".join(word for word in command if word != PYTHON))
        return FAILED


def line_of(matrix, args, held):
    """What a run was, in one line."""
    runs = ", ".join(f"{name} {matrix.runs[name]}" for name in matrix.programs)
    rows = ", ".join(f"{row}: {count}" for row, count in sorted(matrix.rows.items()))
    verdict = "no violation" if held else "stopped at a violation"
    skipped = f"; could not run here: {', '.join(matrix.skipped)}" if matrix.skipped else ""
    return (f"{datetime.date.today()}, `./wici faults --minutes={args.minutes:g} "
            f"--seed={args.seed}`: {verdict} in {sum(matrix.runs.values())} runs "
            f"({runs or 'none'}{skipped}); rows of the matrix and how often: {rows or 'none'}; {matrix.found} guards removed, each "
            "found.")


def show_programs():
    for name, program in PROGRAMS.items():
        print(f"{name:24}rows {', '.join(map(str, program.rows)):24}"
              f"{'PostgreSQL' if program.postgres else ''}")
    for name in CONTROLS:
        print(f"without guard: {name}")


def arguments():
    parser = argparse.ArgumentParser(
        prog="./wici faults", description=__doc__.split("\n\n", 2)[2],
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, help="how long (10)")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"),
                        help="repeats the choices of an earlier run")
    parser.add_argument("--only", metavar="NAME,...", default="", help="only these programs")
    parser.add_argument("--list", action="store_true", help="the programs and their rows")
    parser.add_argument("--no-controls", dest="controls", action="store_false",
                        help="without the negative controls")
    parser.add_argument("--record", action="store_true",
                        help="write the line of the run into tests/faults/TRACK_RECORD.md")
    args = parser.parse_args()
    for name in filter(None, args.only.split(",")):
        if name not in PROGRAMS:
            parser.error(f"no program '{name}': there are {', '.join(PROGRAMS)}")
    return args


def main():
    args = arguments()
    if args.list:
        show_programs()
        return
    stop_on_signals()
    matrix = Matrix(args)
    if not matrix.programs:
        sys.exit("none of these programs can run here: they need a server in WICI_TEST_POSTGRES")
    print(f"seed {args.seed}, {args.minutes:g} minutes, {len(matrix.programs)} programs, "
          f"{len(matrix.controls)} controls")
    try:
        held = matrix.go()
    except KeyboardInterrupt:
        sys.exit("stopped")
    if held and not matrix.programs:
        sys.exit("every program was skipped: this proves nothing")
    line = line_of(matrix, args, held)
    print(line)
    if args.record:
        with open(RECORD, "a", encoding="utf-8") as record:
            record.write("\n" + re.sub(r"(.{1,110})(?:\s+|$)", r"\1\n", line))
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
