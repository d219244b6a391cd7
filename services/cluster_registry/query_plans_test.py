#!/usr/bin/python3
"""Every query of the registry finds its rows by an index, on PostgreSQL with data.

Reads the named queries of all queries.h below this folder, explains each with the settings of
libs/sql/postgres.cc and a generic plan, and refuses a sequential scan, and a scan of an index without
a condition: both read a whole table. Says so and passes where WICI_TEST_POSTGRES is not set.
"""

import os
import pathlib
import re
import subprocess
import sys
import uuid

HERE = pathlib.Path(__file__).resolve().parent
QUERY = re.compile(r'sql::Query \w+\{\s*"(\w+)",\s*R"sql\((.*?)\)sql"', re.DOTALL)
CLUSTERS = 3000
# From libs/sql/postgres.cc.
SETTINGS = "".join(f"SET {name} = {value};" for name, value in (
    ("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"), ("enable_material", "off"), ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"), ("jit", "off")))
# Tables without rows are left without statistics, as they are in a new database.
DATA = f"""
  INSERT INTO clusters (name, version, aggregate_version, state, country, home_region, exposure,
                        changed_by, change_kind, created_at, updated_at, body)
    SELECT 'clusters/c' || i, 1, 1, 3, CASE WHEN i % 3 = 0 THEN 'DE' ELSE 'PL' END,
           CASE WHEN i % 10 = 0 THEN '' ELSE 'regions/r' || i % 50 END, 3, '', '', 0, 0, ''
    FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO contacts (name, cluster, version, person, email_key, created_at, updated_at, body)
    SELECT 'clusters/c' || i || '/contacts/m', 'clusters/c' || i, 1, NULL, i || '@example.org', 0, 0,
           ''
    FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO label_versions (name, version, cluster, scheme, kind, recorded_from, created_at, actor,
                              reason, body)
    SELECT 'clusters/c' || i || '/labels/' || j, 1, 'clusters/c' || i, 'labelSchemes/esca',
           CASE j WHEN 1 THEN 'BRONZE' WHEN 2 THEN 'SILVER' ELSE 'GOLD' END, 0, 0, '', '', ''
    FROM generate_series(1, {CLUSTERS}) AS i, generate_series(1, 3) AS j;
  INSERT INTO members (name, cluster, version, kind, role, committed, valid_from, valid_until,
                       recorded_from, created_at, updated_at, body)
    SELECT 'clusters/c' || i || '/members/m', 'clusters/c' || i, 1, 0, 0, FALSE, '', '9999-12-31',
           0, 0, 0, ''
    FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO regions (name, version, country, created_at, updated_at, body)
    SELECT 'regions/r' || i, 1, 'PL', 0, 0, '' FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO region_codes (scheme, version, code, region)
    SELECT 'NUTS', '2016', 'R' || i, 'regions/r' || i FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO label_scheme_versions (name, version, recorded_from, recorded_until, created_at, actor,
                                     reason, body)
    SELECT 'labelSchemes/s' || i, j, j, CASE j WHEN 1 THEN 2 END, 0, '', '', ''
    FROM generate_series(1, 300) AS i, generate_series(1, 2) AS j;
  INSERT INTO initiatives (name, version, created_at, updated_at, body)
    SELECT 'initiatives/i' || i, 1, 0, 0, '' FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO initiative_participants (participant, initiative)
    SELECT 'clusters/c' || i, 'initiatives/i' || j
    FROM generate_series(1, {CLUSTERS}) AS i, generate_series(1, 3) AS j;
  INSERT INTO audience_snapshots (name, version, created_at, updated_at, body)
    SELECT 'audienceSnapshots/s' || i, 1, 0, 0, '' FROM generate_series(1, 100) AS i;
  INSERT INTO audience_snapshot_rows (name, snapshot, contact, version, pending, created_at,
                                      updated_at, body)
    SELECT 'audienceSnapshots/s' || i || '/rows/' || j, 'audienceSnapshots/s' || i, 'contact' || j,
           1, j % 2, 0, 0, ''
    FROM generate_series(1, 100) AS i, generate_series(1, 50) AS j;
  INSERT INTO cluster_versions (name, version, country, home_region, exposure, created_at,
                                recorded_from, recorded_until, changed_by, change_kind, body)
    SELECT 'clusters/c' || i, j, 'PL', CASE WHEN i % 10 = 0 THEN '' ELSE 'regions/r' || i % 50 END,
           3, 0, j, j + 1, '', '', ''
    FROM generate_series(1, {CLUSTERS}) AS i, generate_series(1, 2) AS j;
  INSERT INTO contact_role_history (contact, position, role, valid_from, valid_until, is_primary,
                                    recorded_from, recorded_until)
    SELECT 'clusters/c' || i || '/contacts/m', 0, 1, '', '9999-12-31', FALSE, 0, 1
    FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO successions (name, version, created_at, updated_at, withdrawn, body)
    SELECT 'successions/s' || i, 1, 0, 0, FALSE, '' FROM generate_series(1, {CLUSTERS}) AS i;
  INSERT INTO succession_clusters (cluster, succession, effective_on)
    SELECT 'clusters/c' || i + j, 'successions/s' || i, '2015-01-01'
    FROM generate_series(1, {CLUSTERS}) AS i, generate_series(0, 1) AS j;
  INSERT INTO succession_edges (predecessor, successor, succession, effective_on, ends)
    SELECT 'clusters/c' || i, 'clusters/c' || i + 1, 'successions/s' || i, '2015-01-01', true
    FROM generate_series(1, {CLUSTERS}) AS i;
"""
FILLED = ("clusters", "cluster_versions", "contacts", "contact_role_history", "label_versions", "members", "regions", "region_codes",
          "label_scheme_versions", "initiatives", "initiative_participants", "audience_snapshots",
          "audience_snapshot_rows", "successions", "succession_clusters", "succession_edges")


def column_types(url, schema):
    """The type of each (table, column)."""
    rows = psql(url, schema, "SELECT table_name, column_name, data_type FROM "
                f"information_schema.columns WHERE table_schema = '{schema}'").splitlines()
    return {tuple(row.split("|")[:2]): row.split("|")[2] for row in rows}


def type_of(column, tables, types):
    """The type of a column of one of the tables."""
    return next((types[table, column] for table in tables if (table, column) in types), "text")


def named_queries():
    """(file, name, text) of every query as it is written, without the INSERT of many rows, which
    looks nothing up."""
    for path in sorted(HERE.rglob("queries.h")):
        for name, text in QUERY.findall(path.read_text(encoding="utf-8")):
            if not text.rstrip().endswith("VALUES"):
                yield path.relative_to(HERE), name, text.strip()


def queries(types):
    """The same with those for SelectMany as libs/sql/postgres.cc completes them."""
    for path, name, text in named_queries():
        if text.endswith("IN"):
            columns = re.search(r"(?:\(([^()]*)\)|([\w.]+))\s+IN$", text).group(1, 2)
            columns = [one.split(".")[-1].strip() for one in (columns[0] or columns[1]).split(",")]
            tables = re.findall(r"(?:FROM|JOIN)\s+(\w+)", text)
            arrays = ", ".join(f"${i + 1}::{type_of(column, tables, types)}[]"
                               for i, column in enumerate(columns))
            text += f" (SELECT * FROM unnest({arrays}) LIMIT ${len(columns) + 1})"
        yield path, name, text


def psql(url, schema, text):
    """What psql prints."""
    done = subprocess.run(
        ["psql", url, "--no-psqlrc", "--tuples-only", "--no-align", "--quiet",
         "--set=ON_ERROR_STOP=1", "--file=-"], input=f"SET search_path = {schema}; {text}",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def plan(url, schema, text):
    """The plan of a query with any values."""
    count = max([int(n) for n in re.findall(r"\$(\d+)", text)], default=0)
    values = "(" + ", ".join(["NULL"] * count) + ")" if count else ""
    return psql(url, schema, f"{SETTINGS} PREPARE q AS {text}; EXPLAIN (COSTS OFF) EXECUTE q{values};")


def faults(lines):
    """The nodes of a plan that read a whole table. An index without a condition is no fault of a
    table without rows, which costs nothing to read."""
    for number, line in enumerate(lines):
        if "Seq Scan" in line:
            yield line.strip(" ->")
        index_scan = re.search(r"Index (?:Only )?Scan .*on (\w+)", line)
        if index_scan and index_scan.group(1) in FILLED:
            depth = len(line) - len(line.lstrip(" ->"))
            conditions = []
            for below in lines[number + 1:]:
                if len(below) - len(below.lstrip(" ")) <= depth - 3 or "->" in below:
                    break
                conditions.append(below.strip())
            if not any(one.startswith("Index Cond") for one in conditions):
                yield line.strip(" ->") + " without a condition"


def main():
    """Prints what is wrong; the status says whether anything is."""
    url = os.environ.get("WICI_TEST_POSTGRES")
    if not url:
        print("skipped: set WICI_TEST_POSTGRES, or use ./wici test")
        return 0
    build = pathlib.Path(os.environ.get("WICI_BUILD_DIR", "build/release"))
    schema = f"plans_{uuid.uuid4().hex}"
    psql(url, "public", f"CREATE SCHEMA {schema};")
    try:
        within = f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
        subprocess.run([str(build / "bin/wici-cluster-registry"), "--migrate_only",
                        f"--database={within}"], check=True, stderr=subprocess.DEVNULL)
        psql(url, schema, DATA + "".join(f"ANALYZE {table};" for table in FILLED))
        problems, seen = [], 0
        for path, name, text in queries(column_types(url, schema)):
            seen += 1
            try:
                lines = plan(url, schema, text).splitlines()
            except RuntimeError as error:
                problems.append(f"{path}: {name}: {error}")
                continue
            problems += [f"{path}: {name}: {fault}" for fault in faults(lines)]
        if seen < 30:
            problems.append(f"only {seen} queries were found")
        # The check itself must be able to fail.
        for text in ("SELECT body FROM clusters WHERE version = $1",
                     "SELECT name FROM clusters ORDER BY name"):
            if not list(faults(plan(url, schema, text).splitlines())):
                problems.append(f"this is not noticed: {text}")
    finally:
        psql(url, "public", f"DROP SCHEMA {schema} CASCADE;")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
