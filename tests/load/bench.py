#!/usr/bin/python3
"""Benchmarks, each against its yardstick in the same run: ./wici bench NAME [--rounds N]

  growth               reads of the registry at 1,000, 10,000 and 100,000 clusters
  registration         CreateRegistration on one hot event against the naive transaction and bare gRPC
  registration_growth  an event of 1,000, 10,000 and 100,000 registrations: pages, exports, promotion
  registry_import      import of 10,000 clusters and 300,000 memberships against bulk insertion
  registry_read        reads of the registry at 100 and 10,000 clusters against etcd and bare gRPC

Writes build/bench/NAME.json with every window, both figures and their ratios, and prints a table.
Figures of different machines say nothing; ratios of one run do. What is written down is checked:
a run whose rows are not what was acknowledged ends with status 1.
"""

import argparse
import importlib
import json
import sys

import measure

BENCHMARKS = ("growth", "registration", "registration_growth", "registry_import", "registry_read")


def main():
    parser = argparse.ArgumentParser(
        prog="./wici bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of one window (default 3)")
    arguments = parser.parse_args()

    benchmark = importlib.import_module(arguments.name)
    report = benchmark.run(arguments.rounds, arguments.seconds)
    path = measure.ROOT / "build/bench" / f"{arguments.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(benchmark.table(report))
    print(f"\nAll windows: {path.relative_to(measure.ROOT)}")
    for problem in report["problems"]:
        print(f"WRONG: {problem}", file=sys.stderr)
    return 1 if report["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
