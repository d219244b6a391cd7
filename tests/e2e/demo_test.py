#!/usr/bin/python3
"""The demo holds on both databases, survives kill -9 of each part and FLUSHALL of Redis with the same
result, and fails when an expectation is changed (the negative control of all the others)."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
RUNS_AT_ONCE = 3


def change(expectations, *path, to):
    *parents, last = path
    for key in parents:
        expectations = expectations[key]
    expectations[last] = to


def changed_expectations(directory, name, *path, to):
    expectations = yaml.safe_load((HERE / "expectations.yaml").read_text(encoding="utf-8"))
    change(expectations, *path, to=to)
    file = pathlib.Path(directory) / f"{name}.yaml"
    file.write_text(yaml.safe_dump(expectations, allow_unicode=True), encoding="utf-8")
    return ["--expectations", str(file)]


def run(case):
    """None, or what is wrong with the run."""
    name, directory, arguments, must_say = case
    ended = subprocess.run(
        ["setpriv", "--pdeathsig", "TERM", "--", HERE / "demo.py", *arguments],
        env={**os.environ, "TMPDIR": directory}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    if must_say is None and ended.returncode != 0:
        return f"{name}: the demo failed:\n{ended.stdout}"
    if must_say is not None and (ended.returncode == 0 or must_say not in ended.stdout):
        return f"{name}: the demo should have failed and said '{must_say}':\n{ended.stdout}"
    return None


def main():
    with tempfile.TemporaryDirectory() as directory:
        cases = [
            ("the demo", [], None),
            ("on PostgreSQL, FLUSHALL at each step", [
                "--database", "postgres", "--flush-redis-at", "each"], None),
            ("kill -9 of each part, alone and with others", [
                "--kill", "cluster-registry@invite", "--kill", "notification@invite",
                "--kill", "cluster-registry@register", "--kill", "redis@register",
                "--kill", "mail-sink@cancel", "--kill", "registration@cancel",
                "--kill", "registration@reschedule", "--flush-redis-at", "reschedule",
                "--kill", "cluster-registry@summon", "--kill", "registration@summon",
                "--kill", "notification@replies", "--kill", "registration@firm",
                "--kill", "notification@offers", "--kill", "redis@offers",
                "--kill", "registration@meetings", "--kill", "mail-sink@move",
                "--kill", "registration@door", "--kill", "cluster-registry@papers",
                "--kill", "registration@survey"], None),
            ("a changed audience", changed_expectations(
                directory, "audience", "audience_settled", "matched",
                to=["agrobio", "bm3", "btm"]), "audience once the seat of Biomedical is known"),
            ("a changed SEQUENCE", changed_expectations(
                directory, "sequence", "mails", "reschedule", 0, "sequence", to=99),
             "mails of step 'reschedule'"),
        ]
        with concurrent.futures.ThreadPoolExecutor(RUNS_AT_ONCE) as pool:
            runs = [(name, directory, arguments, say) for name, arguments, say in cases]
            problems = [p for p in pool.map(run, runs) if p]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
