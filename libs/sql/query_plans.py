"""Whether every query of a service finds its rows by an index, on PostgreSQL with data.

check() reads the named queries of all queries.h below a folder, explains each with the settings of
libs/sql/postgres.cc and a generic plan, and refuses a sequential scan, and a scan of an index without
a condition: both read a whole table. Used by the query_plans_test.py of the services.
"""

import os
import pathlib
import re
import subprocess
import uuid

TEXT = r'(?:R"sql\((.*?)\)sql"|((?:"[^"]*"\s*)+))'
QUERY = re.compile(r'sql::Query (\w+)\{\s*"(\w+)",\s*' + TEXT, re.DOTALL)
SUFFIX = re.compile(r"std::string_view (\w+)Suffix =\s*" + TEXT, re.DOTALL)
KEYS = "/* the keys of SelectMany */"
VALUES = "/* the values of UpdateMany */"
END = "-- end of plan"
# From libs/sql/postgres.cc.
SETTINGS = "".join(f"SET {name} = {value};" for name, value in (
    ("plan_cache_mode", "force_generic_plan"), ("enable_seqscan", "off"),
    ("enable_bitmapscan", "off"), ("enable_material", "off"), ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"), ("jit", "off")))


def column_types(url, schema):
    """The type of each (table, column)."""
    rows = psql(url, schema, "SELECT table_name, column_name, data_type FROM "
                f"information_schema.columns WHERE table_schema = '{schema}'").splitlines()
    return {tuple(row.split("|")[:2]): row.split("|")[2] for row in rows}


def type_of(column, tables, types):
    """The type of a column of one of the tables."""
    return next((types[table, column] for table in tables if (table, column) in types), "text")


def _text(raw, pieces):
    return (raw or "".join(re.findall(r'"([^"]*)"', pieces))).strip()


def named_queries(folder):
    """(file, name, text) of every query below a folder as it is written, without the INSERT of many
    rows, which looks nothing up. A query for SelectMany has KEYS where its keys belong, before the
    suffix it may have; one for UpdateMany, that of a single row, has VALUES before its WHERE."""
    for path in sorted(folder.rglob("queries.h")):
        source = path.read_text(encoding="utf-8")
        suffixes = {query: _text(*text) for query, *text in SUFFIX.findall(source)}
        for query, name, raw, pieces in QUERY.findall(source):
            text = _text(raw, pieces)
            if text.endswith("IN"):
                text += f" {KEYS} {suffixes.get(query, '')}"
            if text.endswith("WHERE"):
                text = f"{text.removesuffix('WHERE')}{VALUES} WHERE {suffixes[query]}"
            if not text.endswith("VALUES"):
                yield path.relative_to(folder), name, text.strip()


def queries(folder, url, schema):
    """The same with those for SelectMany and UpdateMany as libs/sql/postgres.cc completes them."""
    types = column_types(url, schema)
    for path, name, text in named_queries(folder):
        if VALUES in text:
            values = psql(url, schema, f"PREPARE single AS {text}; "
                          "SELECT parameter_types FROM pg_prepared_statements;")
            arrays = ", ".join(f"${i + 1}::{one}[]"
                               for i, one in enumerate(values.strip(" {}\n").split(",")))
            names = ", ".join(f"v{i + 1}" for i in range(arrays.count("$")))
            head, tail = re.sub(r"\$(\d)", r"given.v\1", text).split(VALUES)
            text = (f"{head}FROM (SELECT * FROM unnest({arrays}) LIMIT cardinality($1)) "
                    f"AS given ({names}){tail}")
        if KEYS in text:
            text, suffix = text.split(KEYS)
            columns = re.search(r"(?:\(([^()]*)\)|([\w.]+))\s+IN $", text).group(1, 2)
            columns = [one.split(".")[-1].strip() for one in (columns[0] or columns[1]).split(",")]
            tables = re.findall(r"(?:FROM|JOIN|UPDATE)\s+(\w+)", text)
            arrays = ", ".join(f"${i + 1}::{type_of(column, tables, types)}[]"
                               for i, column in enumerate(columns))
            text += f"(SELECT * FROM unnest({arrays}) LIMIT cardinality($1)){suffix}"
        yield path, name, text


def psql(url, schema, text, stop=1):
    """What psql prints; errors too, unless it shall stop at one."""
    done = subprocess.run(
        ["psql", url, "--no-psqlrc", "--tuples-only", "--no-align", "--quiet",
         f"--set=ON_ERROR_STOP={stop}", "--file=-"], input=f"SET search_path = {schema}; {text}",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE if stop else subprocess.STDOUT, text=True,
        check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def plans(url, schema, texts):
    """The plan of each query with any values, or what PostgreSQL says against it: lines."""
    script = SETTINGS
    for number, text in enumerate(texts):
        count = max([int(n) for n in re.findall(r"\$(\d+)", text)], default=0)
        values = "(" + ", ".join(["NULL"] * count) + ")" if count else ""
        script += (f"PREPARE q{number} AS {text};\nEXPLAIN (COSTS OFF) EXECUTE q{number}{values};\n"
                   f"\\echo {END}\n")
    return [plan.strip("\n").splitlines()
            for plan in psql(url, schema, script, stop=0).split(f"{END}\n")[:-1]]


def faults(lines, filled):
    """The nodes of a plan that read a whole table, or why there is none. An index without a condition
    is no fault of a table that is not filled, which costs nothing to read."""
    if not lines:
        yield "no plan"
    for number, line in enumerate(lines):
        if "ERROR:" in line:
            yield line
        if "Seq Scan" in line:
            yield line.strip(" ->")
        index_scan = re.search(r"Index (?:Only )?Scan .*on (\w+)", line)
        if index_scan and index_scan.group(1) in filled:
            depth = len(line) - len(line.lstrip(" ->"))
            conditions = []
            for below in lines[number + 1:]:
                if len(below) - len(below.lstrip(" ")) <= depth - 3 or "->" in below:
                    break
                conditions.append(below.strip())
            if not any(one.startswith("Index Cond") for one in conditions):
                yield line.strip(" ->") + " without a condition"


def not_used(name, lines, must_use):
    """What is wrong when a query, by name, shall use an index and does not."""
    index = must_use.get(name)
    if index and not any(re.search(rf"\b{index}\b", line) for line in lines):
        yield f"does not use {index}"


def check(folder, binary, data, filled, must_fail, must_use=None):
    """Prints what is wrong with the queries below `folder`, a service whose `binary` makes its schema,
    once `data` is in the tables `filled`. The queries `must_fail` read whole tables, so that the check
    itself is seen to fail. Those of `must_use` shall use the index it names: another would serve, and
    read very much. Returns the status of the process."""
    url = os.environ.get("WICI_TEST_POSTGRES")
    if not url:
        print("skipped: set WICI_TEST_POSTGRES, or use ./wici test")
        return 0
    build = pathlib.Path(os.environ.get("WICI_BUILD_DIR", "build/release"))
    schema = f"plans_{uuid.uuid4().hex}"
    psql(url, "public", f"CREATE SCHEMA {schema};")
    try:
        within = f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
        subprocess.run([str(build / "bin" / binary), "--migrate_only", f"--database={within}"],
                       check=True, stderr=subprocess.DEVNULL)
        psql(url, schema, data + "".join(f"ANALYZE {table};" for table in filled))
        named = list(queries(folder, url, schema))
        wanted = [text for _, _, text in named] + list(must_fail)
        found = plans(url, schema, wanted)
        problems = [] if len(found) == len(wanted) else ["not every query was explained"]
        for (path, name, _), lines in zip(named, found):
            problems += [f"{path}: {name}: {fault}"
                         for fault in (*faults(lines, filled), *not_used(name, lines, must_use or {}))]
        if len(named) < 30:
            problems.append(f"only {len(named)} queries were found")
        for text, lines in zip(must_fail, found[len(named):]):
            if not any("Scan" in fault for fault in faults(lines, filled)):
                problems.append(f"this is not noticed: {text}")
    finally:
        psql(url, "public", f"DROP SCHEMA {schema} CASCADE;")
    for problem in problems:
        print(problem)
    return 1 if problems else 0
