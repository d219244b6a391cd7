"""Whether every query of a service finds its rows by the right index, on SQLite.

check() explains the named queries of all queries.h below a folder over the schema of its migrations/,
and refuses a scan of a table or of an index without a condition, an index made for one query, and a
sort before LIMIT. SQLite has no statistics here, and once read the labels of all clusters for those of
one, by an index of the scheme; so the index it chooses has to bind every column with an equality that
some index of the table could bind, or be unique and bound whole. Used by the
query_plans_sqlite_test.py of the services.
"""

import re
import sqlite3

from query_plans import KEYS, named_queries, not_used

SEARCH = re.compile(r"SEARCH (\w+) USING (?:COVERING )?INDEX (\w+) \((.*)\)$")
TABLE = re.compile(r"\b(FROM|JOIN|UPDATE)\s+(?!SET\b)(\w+)(?:\s+(?:AS\s+)?(?!(?:WHERE|JOIN|ON|ORDER|GROUP|SET|"
                   r"LIMIT|UNION|INNER|LEFT)\b)(\w+))?", re.IGNORECASE)


def open_schema(folder, more=""):
    """The schema of the service of a folder in memory, with collation C as libs/sql/sqlite.cc makes it."""
    database = sqlite3.connect(":memory:")
    database.create_collation("C", lambda a, b: (a > b) - (a < b))
    for path in sorted((folder / "migrations").glob("*.sql")):
        database.executescript(path.read_text(encoding="utf-8"))
    database.executescript(more)
    return database


def complete(text):
    """The text as libs/sql/sqlite.cc runs it: of SelectMany one key at a time."""
    if KEYS in text:
        keys, suffix = text.split(f"IN {KEYS}")
        keys = keys.rstrip()
        count = keys.rsplit("(", 1)[1].count(",") + 1 if keys.endswith(")") else 1
        text = f"{keys} = ({', '.join(f'${i + 1}' for i in range(count))}){suffix}"
    return re.sub(r"\$(\d+)", r"?\1", text)


def plan(database, text):
    """The lines of the plan of a completed query."""
    count = max([int(n) for n in re.findall(r"\?(\d+)", text)], default=0)
    return [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {text}", [None] * count)]


def indexes(database, table):
    """For each index of a table: its columns if it is unique over all rows, and the columns that
    its own condition binds."""
    found = {}
    for _, name, unique, _, partial in database.execute(f"PRAGMA index_list({table})"):
        columns = {row[2] for row in database.execute(f"PRAGMA index_info({name})")}
        condition = ""
        if partial:
            text, = database.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
            condition = text.rsplit("WHERE", 1)[1]
        found[name] = (columns if unique and not partial else None,
                       set(re.findall(r"(\w+) = ", condition)))
    return found


def bound(lines, alias, number):
    """The index of the number-th search of an alias and the columns it binds with an equality."""
    searches = [match for match in map(SEARCH.match, lines) if match and match.group(1) == alias]
    if number >= len(searches):
        return None, set()
    index, conditions = searches[number].group(2, 3)
    return index, set(re.findall(r"(\w+)=\?", conditions))


def unbound(database, text):
    """The columns that an index could bind and the chosen one does not."""
    lines, seen = plan(database, text), {}
    for match in TABLE.finditer(text):
        table, alias = match.group(2), match.group(3) or match.group(2)
        number = seen.setdefault(alias, 0)
        seen[alias] += 1
        choices = indexes(database, table)
        index, columns = bound(lines, alias, number)
        if index is None or columns == choices[index][0]:
            continue
        columns |= choices[index][1]
        for name in choices:
            forced = f"{text[:match.end()]} INDEXED BY {name}{text[match.end():]}"
            try:
                _, offered = bound(plan(database, forced), alias, number)
            except sqlite3.OperationalError:  # the index does not serve this query
                continue
            if offered - columns:
                yield f"{index} does not bind {', '.join(sorted(offered - columns))}, {name} would"


def faults(database, text):
    """What is wrong with the plan of a completed query."""
    tables = {name for match in TABLE.finditer(text) for name in match.group(2, 3) if name}
    for line in plan(database, text):
        scan = re.match(r"SCAN (\w+)", line)
        if (scan and scan.group(1) in tables) or "AUTOMATIC" in line or "FOR ORDER BY" in line:
            yield line
    yield from unbound(database, text)


def check(folder, exceptions, careless, must_fail, must_use=None):
    """Prints what is wrong with the queries below `folder`, but for those of `exceptions` (why each is
    fine, by name). The queries `must_fail` are bad ones, over the schema with `careless`, so that the
    check itself is seen to fail. Those of `must_use` shall use the index it names: another would serve,
    and read very much. Returns the status of the process."""
    database, problems, used, seen = open_schema(folder), [], set(), 0
    for path, name, text in named_queries(folder):
        seen += 1
        try:
            found = list(faults(database, complete(text)))
            found += not_used(name, plan(database, complete(text)), must_use or {})
        except sqlite3.OperationalError as error:
            found = [str(error)]
        if found and name in exceptions:
            used.add(name)
            continue
        problems += [f"{path}: {name}: {fault}" for fault in found]
    problems += [f"{name} is no exception any more" for name in exceptions if name not in used]
    if seen < 30:
        problems.append(f"only {seen} queries were found")
    bad = open_schema(folder, careless)
    for text in must_fail:
        if not list(faults(bad, complete(text))):
            problems.append(f"this is not noticed: {text}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0
