#!/usr/bin/python3
"""A small run of the benchmark of imports on SQLite: it still works, what it counts is right, and a
wrong count is noticed. No speed is judged here."""

import contextlib
import io
import sys

import registry_import
from pages import page
from registry_data import RegistryData, nip


def main():
    """Prints what is wrong; the status says whether anything is."""
    with contextlib.redirect_stderr(io.StringIO()):
        report = registry_import.run(rounds=1, seconds=0, clusters=50, engines=("sqlite",))
    problems = report["problems"]
    if "sqlite" not in registry_import.table(report):
        problems.append("the table has no row for sqlite")
    if "<svg" not in page.render(report, registry_import.figures(report), registry_import.table(report)):
        problems.append("the page has no plots")

    # The check itself must be able to fail.
    data = RegistryData(50)
    wrong = dict(report["windows"][0], counts=[50, 150, 1499, 1700])
    if not registry_import.check(wrong, data):
        problems.append("a lost membership is not noticed")

    if list(data.member_rows()) != list(RegistryData(50).member_rows()):
        problems.append("the same seed gives other files")
    if nip(525224848) != "5252248481":
        problems.append(f"the check digit of a NIP is wrong: {nip(525224848)}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
