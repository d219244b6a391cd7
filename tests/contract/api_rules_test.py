#!/usr/bin/python3
"""The contract keeps the rules of api_rules.py, and each rule refuses the broken contract."""

import sys

import api_rules


def main():
    contract = api_rules.load(api_rules.ROOT / "proto")
    problems = api_rules.check(contract)

    broken = api_rules.load(
        api_rules.ROOT / "tests/contract/broken", [api_rules.ROOT / "proto"])
    for rule in api_rules.RULES:
        if not list(rule(broken)):
            problems.append(f"{rule.__name__} lets tests/contract/broken pass")

    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
