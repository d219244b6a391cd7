#!/usr/bin/python3
"""Kills the registry while it works off imports, again and again; then compares what it counted and
what it holds with the files.

    import_kill_test.py [--clusters N] [--seed S] [--kills K]

Holds at the end: every row was counted once, as created, and every cluster, label and membership is
there once. The seed decides when the process dies.
"""

import argparse
import csv
import io
import os
import pathlib
import random
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/load")]

import importer  # noqa: E402
import seed as demo  # noqa: E402
from registry import Registry  # noqa: E402
from registry_data import CLUSTER_HEADER, MEMBER_HEADER, RegistryData  # noqa: E402
from stack import stop_on_signals  # noqa: E402

ROWS_PER_PART = 60  # small parts, so that there is a middle to die in
WAIT_SECONDS = 240


def exported(api, content):
    """The rows of a dump, as lists of cells."""
    rows, token = [], ""
    while True:
        page = api("ExportService.ExportClusters", content=content, format="EXPORT_FORMAT_CSV",
                   page_size=1000, page_token=token)
        rows += list(csv.reader(io.StringIO(page.content.decode())))[1:]
        token = page.next_page_token
        if not token:
            return rows


def work_off(registry, api, name, rng, kills):
    """Waits for the import, with a kill -9 now and then. How many there were."""
    importer.start(api, name)
    give_up, done = time.monotonic() + WAIT_SECONDS, 0
    while True:
        time.sleep(rng.uniform(0.02, 0.25))
        there = api("ImportService.GetImport", name=name)
        if importer.state(there) in importer.OVER:
            return there, done
        if done < kills:
            registry.kill()
            registry.start()
            done += 1
        if time.monotonic() > give_up:
            sys.exit(f"{name} is not over after {WAIT_SECONDS} s: {there}")


def faults(data, imports, clusters, labels, members):
    """What is wrong, as texts."""
    for there in imports:
        if importer.state(there) != "STATE_SUCCEEDED":
            yield f"{there.name} ended {importer.state(there)}"
        counted = (there.created_count, there.updated_count, there.unchanged_count,
                   there.refused_count, there.done_row_count)
        if counted != (there.row_count, 0, 0, 0, there.row_count):
            yield f"{there.name}: created, updated, unchanged, refused, done are {counted}"
    expected = {
        "clusters": sorted({(row[0],) for row in data.cluster_rows()}),
        "labels": sorted((row[0], row[9]) for row in data.cluster_rows()),
        "members": sorted((row[0], row[1]) for row in data.member_rows())}
    found = {"clusters": [(row[0],) for row in clusters],
             "labels": [tuple(row[:2]) for row in labels],
             "members": [tuple(row[:2]) for row in members]}
    for what, names in expected.items():
        if sorted(found[what]) != names:
            yield f"{len(found[what])} {what} are there, not the {len(names)} of the file"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--clusters", type=int, default=60)
    parser.add_argument("--kills", type=int, default=4, help="of each import")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    args = parser.parse_args()
    stop_on_signals()
    rng = random.Random(args.seed)
    data = RegistryData(args.clusters, members_each=6, seed=args.seed)
    with tempfile.TemporaryDirectory(prefix="wici-import-") as directory:
        with Registry(pathlib.Path(directory)) as registry:
            api = registry.api(demo.OPERATOR, demo.OPERATOR_ROLES)
            loader = demo.Seed(api)
            loader.regions()
            loader.label_schemes()
            imports, kills = [], 0
            for name, content, header, rows in (
                    ("clusters", "CONTENT_CLUSTERS", CLUSTER_HEADER, data.cluster_rows()),
                    ("members", "CONTENT_MEMBERS", MEMBER_HEADER, data.member_rows())):
                uploaded = importer.upload(
                    api, name, importer.cut(header, rows, ROWS_PER_PART), content=content,
                    label_scheme=demo.SCHEME, skip_invalid_rows=True)
                there, killed = work_off(registry, api, uploaded, rng, args.kills)
                imports.append(there)
                kills += killed
            found = list(faults(data, imports, *(exported(api, f"CONTENT_{content}")
                                                 for content in ("CLUSTERS", "LABELS", "MEMBERS"))))
            if kills == 0:
                found.append("nothing was killed: the imports were over too soon")
            if found:
                print("\n".join(found), "log of the registry:", registry.log_tail(), sep="\n")
                sys.exit(f"failed; again with --seed {args.seed}")
            api.close()


if __name__ == "__main__":
    main()
