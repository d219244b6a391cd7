"""Import of 10,000 clusters with 30,000 labels and 300,000 memberships, on SQLite and PostgreSQL,
against the time the engine itself takes to insert as many rows of that size, durably, in batches.

The clock runs from the first AppendImportRows to the end of the second import. Rows are counted in
the database afterwards.
"""

import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

import measure
import settings
from pages import plot
from registry import Registry
from registry_data import CLUSTER_HEADER, MEMBER_HEADER, RegistryData

sys.path.insert(0, str(measure.ROOT / "deploy/local"))
import importer  # noqa: E402
import seed as demo  # noqa: E402

CLUSTERS = 10_000
SECONDS_MAX = 120  # what is promised at that size, on two cores
BODY_BYTES = 150   # of a row of the yardstick: about that of a membership
BATCH_ROWS = 3000
COUNTS = ("SELECT (SELECT COUNT(*) FROM clusters), (SELECT COUNT(*) FROM label_versions), "
          "(SELECT COUNT(*) FROM members), (SELECT COUNT(*) FROM changes WHERE kind IN "
          "('cluster.created', 'label.recorded', 'member.created'))")
TABLE = ("CREATE TABLE yardstick (name TEXT PRIMARY KEY, parent TEXT NOT NULL, version BIGINT, "
         "created_at BIGINT, updated_at BIGINT, body TEXT NOT NULL)")


def sqlite_counts(path):
    """The rows of our tables in this file."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    database.create_collation("C", lambda a, b: (a > b) - (a < b))
    row = database.execute(COUNTS).fetchone()
    database.close()
    return list(row)


def _rows(count):
    body = "x" * BODY_BYTES
    for number in range(count):
        yield (f"clusters/load-{number // 30:06d}/members/m{number:07d}",
               f"clusters/load-{number // 30:06d}", 1, 0, 0, body)


def sqlite_yardstick(directory, count):
    """Seconds for `count` rows in a file with WAL and synchronous=FULL."""
    database = sqlite3.connect(directory / "yardstick.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute(TABLE)
    database.execute("CREATE INDEX by_parent ON yardstick (parent, name)")
    started, batch = time.monotonic(), []
    for row in _rows(count):
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            _insert(database, batch)
            batch = []
    _insert(database, batch)
    seconds = time.monotonic() - started
    database.close()
    return seconds


def _insert(database, batch):
    database.execute("BEGIN IMMEDIATE")
    database.executemany("INSERT INTO yardstick VALUES (?, ?, ?, ?, ?, ?)", batch)
    database.execute("COMMIT")


def postgres_yardstick(directory, url, count):
    """Seconds for `count` rows by COPY, a transaction each BATCH_ROWS."""
    script = directory / "yardstick.sql"
    with open(script, "w", encoding="utf-8") as sql:
        sql.write(f"{TABLE};\nCREATE INDEX by_parent ON yardstick (parent, name);\n")
        for number, row in enumerate(_rows(count)):
            if number % BATCH_ROWS == 0:
                sql.write(("\\.\n" if number else "") + "COPY yardstick FROM STDIN;\n")
            sql.write("\t".join(map(str, row)) + "\n")
        sql.write("\\.\n")
    started = time.monotonic()
    subprocess.run(["psql", url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file",
                    str(script)], check=True, stdin=subprocess.DEVNULL)
    return time.monotonic() - started


def import_all(registry, data):
    """Seconds and CPU seconds of the service for both imports, and what they say they created."""
    api = registry.api(demo.OPERATOR, demo.OPERATOR_ROLES)
    loader = demo.Seed(api)
    loader.regions()
    loader.label_schemes()
    files = [("clusters", "CONTENT_CLUSTERS",
              list(importer.cut(CLUSTER_HEADER, data.cluster_rows()))),
             ("members", "CONTENT_MEMBERS", list(importer.cut(MEMBER_HEADER, data.member_rows())))]
    cpu, started, created = registry.cpu(), time.monotonic(), []
    for name, content, parts in files:
        done = importer.run(api, name, parts, content=content, label_scheme=demo.SCHEME,
                            skip_invalid_rows=True)
        created.append(done.created_count)
        print(f"\r\033[K{name}: {time.monotonic() - started:.1f} s", end="", file=sys.stderr)
    seconds = time.monotonic() - started
    print("\r\033[K", end="", file=sys.stderr)
    api.close()
    return seconds, registry.cpu() - cpu, created


def window(engine, data):
    """One import and its yardstick on one engine."""
    rows = data.clusters * (1 + data.labels_each + data.members_each)
    with tempfile.TemporaryDirectory(prefix="wici-bench.") as name:
        directory = pathlib.Path(name)
        postgres = measure.Postgres() if engine == "postgres" else None
        try:
            url = postgres.database("registry") if postgres else None
            with Registry(directory, url) as registry:
                seconds, cpu, created = import_all(registry, data)
            if postgres:
                counts = list(map(int, postgres.query(url, COUNTS)[0]))
                found = settings.postgres(postgres)
                yardstick = postgres_yardstick(directory, postgres.database("yardstick"), rows)
            else:
                counts = sqlite_counts(directory / "registry.db")
                found = settings.sqlite(directory / "registry.db")
                yardstick = sqlite_yardstick(directory, rows)
        finally:
            if postgres:
                postgres.stop()
    return {"arm": engine, "rows": rows, "seconds": seconds, "cpu_seconds": cpu,
            "rate": rows / seconds, "yardstick_seconds": yardstick, "created": created,
            "counts": counts, "ratio": yardstick / seconds, "settings": found}


def check(report, data):
    """What is wrong with the rows of a window, as texts."""
    labels, members = data.clusters * data.labels_each, data.clusters * data.members_each
    problems = []
    if report["created"] != [labels, members]:
        problems.append(f"{report['arm']}: created {report['created']} of {[labels, members]} rows")
    expected = [data.clusters, labels, members, data.clusters + labels + members]
    if report["counts"] != expected:
        problems.append(f"{report['arm']}: the database holds {report['counts']}, not {expected}")
    return problems


def run(rounds, seconds, clusters=CLUSTERS, engines=("sqlite", "postgres")):
    """All windows; `seconds` is of other benchmarks."""
    del seconds
    data, windows, problems = RegistryData(clusters), [], []
    found = {"machine": settings.machine(tempfile.gettempdir())}
    for number in range(rounds):
        for engine in engines if number % 2 == 0 else tuple(reversed(engines)):
            report = window(engine, data)
            report["round"] = number
            found[engine] = report.pop("settings")
            windows.append(report)
            problems += check(report, data)
    return {"benchmark": "registry_import", "rounds": rounds, "clusters": clusters,
            "settings": found, "windows": windows, "problems": problems,
            "ratios": [{"ours": engine, "yardstick": "bulk insert",
                        "rate": measure.spread(w["ratio"] for w in windows if w["arm"] == engine)}
                       for engine in engines]}


def table(report):
    """The report for people."""
    rows = report["windows"][0]["rows"]
    lines = [f"Import of {report['clusters']:,} clusters, {rows:,} rows in all, {report['rounds']} "
             "rounds; median [range]", "",
             f"{'':10} {'seconds':>24} {'rows a second':>14} {'CPU seconds':>12} "
             f"{'of bulk insert':>22}"]
    for ratio in report["ratios"]:
        mine = [w for w in report["windows"] if w["arm"] == ratio["ours"]]
        seconds = measure.spread(w["seconds"] for w in mine)
        rate = measure.spread(w["rate"] for w in mine)
        cpu = measure.spread(w["cpu_seconds"] for w in mine)
        spread = ratio["rate"]
        lines.append(
            f"{ratio['ours']:10} "
            + f"{seconds['median']:.1f} [{seconds['min']:.1f}-{seconds['max']:.1f}]".rjust(24)
            + f" {rate['median']:14,.0f} {cpu['median']:12.1f} "
            + f"{spread['median']:.2f} [{spread['min']:.2f}-{spread['max']:.2f}]".rjust(22))
    if report["clusters"] == CLUSTERS:
        slowest = max(w["seconds"] for w in report["windows"])
        lines += ["", f"Slowest: {slowest:.1f} s; promised are {SECONDS_MAX} s on two cores."]
    return "\n".join(lines)


def figures(report):
    """The plots of the page."""
    engines = [ratio["ours"] for ratio in report["ratios"]]

    def points(figure):
        return [(engine, *(measure.spread(w[figure] for w in report["windows"]
                                          if w["arm"] == engine)[name]
                           for name in ("median", "min", "max"))) for engine in engines]
    return [plot.Ranges("Seconds for the whole import", "seconds", points("seconds")),
            plot.Ranges("Seconds of a bulk insert of as many rows", "seconds",
                        points("yardstick_seconds"))]
