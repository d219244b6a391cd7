#!/usr/bin/python3
"""Benchmarks, each against its yardstick in the same run: ./wici bench NAME [--rounds N]

  growth               reads of the registry at 1,000, 10,000 and 100,000 clusters
  meetings             schedules of the public B2B instances against their proven optima
  notification         from accepted to handed over to the mail server, and the queue alone, against
                       BullMQ, there with nodemailer
  registration         CreateRegistration on one hot event against the naive transaction and bare gRPC
  registration_growth  an event of 1,000, 10,000 and 100,000 registrations: pages, exports, promotion
  registry_import      import of 10,000 clusters and 300,000 memberships against bulk insertion
  registry_read        reads of the registry at 100 and 10,000 clusters against etcd and bare gRPC
  watch                from a commit to the last of 1,000 watchers, against etcd

Writes build/bench/NAME.json with every window, both figures and their ratios, beside it NAME.html
with plots, and prints a table, at its end what it must show and whether it did. Figures of different
machines say nothing; ratios of one run do. What is written down is checked: a run whose rows are not
what was acknowledged, or on settings that are not durable, ends with status 1. --page makes the page
of a NAME.json again.
"""

import argparse
import importlib
import json
import sys

import goals
import growth
import measure
import settings
from pages import page

BENCHMARKS = ("growth", "meetings", "notification", "registration", "registration_growth",
              "registry_import", "registry_read", "watch")


def text_of(benchmark, report):
    """What the terminal and the page show."""
    lines = [benchmark.table(report), "", settings.text(report["settings"])]
    if "generator" in report:
        lines.append("load generator: {of_cpu:.0%} of the CPU time of both; the limit in "
                     "{was_the_limit} of {windows} windows".format(**report["generator"]))
    if "goals" in report:
        lines += ["", goals.table(report["goals"])]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(
        prog="./wici bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default 5)")
    parser.add_argument("--seconds", type=float, default=3.0, help="of one window (default 3)")
    parser.add_argument("--rows", type=int, help="growth and registration_growth: up to so many "
                        "clusters or registrations, a million at most (default 100000)")
    parser.add_argument("--page", action="store_true", help="only the page, from NAME.json")
    arguments = parser.parse_args()
    if arguments.rows is not None:
        if arguments.name not in ("growth", "registration_growth"):
            parser.error(f"--rows is not for {arguments.name}")
        if not growth.SIZES[0] < arguments.rows <= growth.ROWS_MAX:
            parser.error(f"--rows is more than {growth.SIZES[0]} and at most {growth.ROWS_MAX}")

    benchmark = importlib.import_module(arguments.name)
    path = measure.ROOT / "build/bench" / f"{arguments.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    if arguments.page:
        report = json.loads(path.read_text(encoding="utf-8"))
    else:
        more = {} if arguments.rows is None else {"sizes": growth.sizes_to(arguments.rows)}
        report = benchmark.run(arguments.rounds, arguments.seconds, **more)
        report["problems"] += settings.problems(report["settings"])
        if hasattr(benchmark, "goals_of"):
            report["goals"] = benchmark.goals_of(report)
        path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    text = text_of(benchmark, report)
    page.write(path.with_suffix(".html"), report, benchmark.figures(report), text)
    print(text)
    print(f"\nAll windows: {path.relative_to(measure.ROOT)}, plots: "
          f"{path.with_suffix('.html').relative_to(measure.ROOT)}")
    for problem in report["problems"]:
        print(f"WRONG: {problem}", file=sys.stderr)
    return 1 if report["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
