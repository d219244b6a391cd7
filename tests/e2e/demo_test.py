#!/usr/bin/python3
"""Three runs of the demo, at once. With kill -9 of each part, alone and with others, the result is
the same, on PostgreSQL with FLUSHALL of Redis at each step besides, and on SQLite. On SQLite without
a fault every step holds but the two of which an expectation was changed, and these fail for that: the
negative control of all the others."""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

from demo import Demo

HERE = pathlib.Path(__file__).resolve().parent
# A killed registration holds the lease of its feed for five seconds: both runs share these. No mail
# may arrive twice where neither notification nor the mail server is killed.
KILLS = {
    "postgres": """cluster-registry@register redis@register registration@register
        cluster-registry@summon registration@summon registration@outcomes""",
    "sqlite": """cluster-registry@invite notification@register mail-sink@cancel registration@reschedule
        notification@replies registration@firm notification@offers redis@offers mail-sink@move
        registration@door cluster-registry@papers registration@survey""",
}
# Step, where its expectation stands, what it is changed to, and how the difference is told.
CHANGES = [
    ("audience", ("audience_settled", "matched"), ["agrobio", "bm3", "btm"], "  +- biomedical"),
    ("reschedule", ("mails", "reschedule", 0, "sequence"), 99, "  -  sequence: 99"),
]


def changed_expectations():
    expectations = yaml.safe_load((HERE / "expectations.yaml").read_text(encoding="utf-8"))
    for _, (*parents, last), to, _ in CHANGES:
        place = expectations
        for key in parents:
            place = place[key]
        place[last] = to
    return yaml.safe_dump(expectations, allow_unicode=True)


def kills(database):
    return [argument for kill in KILLS[database].split() for argument in ("--kill", kill)]


def run(directory, *arguments):
    """The exit status of a demo, the steps that held, those that failed, and all it said."""
    ended = subprocess.run(
        ["setpriv", "--pdeathsig", "TERM", "--", HERE / "demo.py", *arguments],
        env={**os.environ, "TMPDIR": directory}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    names = {title: name for name, title in Demo.STEPS}
    held, failed = ([names[title] for title in re.findall(
        rf"^ *\d+/\d+ {mark} (.*?) +\d+\.\d s$", ended.stdout, re.MULTILINE)] for mark in "✓✗")
    return ended.returncode, held, failed, ended.stdout


def must_hold(directory, *arguments):
    """None, or what is wrong."""
    status, held, _, said = run(directory, *arguments)
    if status == 0 and held == [name for name, _ in Demo.STEPS]:
        return None
    return f"the demo with {' '.join(arguments)} should have held:\n{said}"


def must_fail_where_changed(directory):
    file = pathlib.Path(directory) / "changed.yaml"
    file.write_text(changed_expectations(), encoding="utf-8")
    status, held, failed, said = run(directory, "--keep-going", "--expectations", str(file))
    changed = [step for step, *_ in CHANGES]
    others = [name for name, _ in Demo.STEPS if name not in changed]
    lines = said.split("\n")
    told = all(f"step '{step}': " in said and lines.count(line) == 1
               for step, _, _, line in CHANGES)
    if status == 1 and failed == changed and held == others and told:
        return None
    return f"the demo should have failed in the steps {changed}, and for what was changed:\n{said}"


def main():
    with tempfile.TemporaryDirectory() as directory, concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [
            pool.submit(must_hold, directory, "--database", "postgres", *kills("postgres"),
                        "--flush-redis-at", "each"),
            pool.submit(must_hold, directory, *kills("sqlite")),
            pool.submit(must_fail_where_changed, directory)]
        problems = [problem for one in runs if (problem := one.result())]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
