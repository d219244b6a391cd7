#!/usr/bin/python3
"""The tree keeps the rules of layering.py, and each rule refuses the broken tree."""

import sys
from pathlib import Path

import layering


def main():
    here = Path(__file__).resolve().parent
    problems = layering.check(here.parents[1])

    broken = layering.check(here / "broken")
    for rule in layering.RULES:
        if not any(f": {rule}: " in violation for violation in broken):
            problems.append(f"rule '{rule}' lets tests/layering/broken pass")

    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
