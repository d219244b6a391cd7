#!/usr/bin/python3
"""SQL of the tree runs on both engines (lint.py), and each rule refuses the broken tree."""

import sys
from pathlib import Path

import lint


def main():
    """Prints the problems; the status says whether there are any."""
    here = Path(__file__).resolve().parent
    problems = lint.check(here.parents[1])

    broken = lint.check(here / "broken")
    for rule in lint.RULES:
        if not any(f": {rule}: " in violation for violation in broken):
            problems.append(f"rule '{rule}' lets libs/sql/broken pass")

    good = 'constexpr Query kX{"now", R"sql(SELECT \'now() ->\' FROM a -- now()\n)sql"};'
    found = [sql for _, sql in lint.queries(good)]
    if len(found) != 2 or any(
            list(lint.check_text("good", good, 0, sql, schema=False)) for sql in found):
        problems.append("quoted text, comments or names of queries are taken for SQL")

    suffix = 'constexpr std::string_view kXSuffix =\n    "ON CONFLICT (a) DO UPDATE SET b = now()";'
    if not any(list(lint.check_text("suffix", suffix, 0, sql, schema=False))
               for _, sql in lint.queries(suffix)):
        problems.append("the suffix of an InsertMany is not looked at")

    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
