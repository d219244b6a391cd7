"""Query text and migrations hold only what SQLite and PostgreSQL both understand.

check(root) returns the violations, each "file:line: rule: text". RULES names them all; why each is
forbidden stands beside it. SQL is found in .sql files and, in .h and .cc files below services/ and
libs/ (tests excepted), in the string literals of sql::Query initialisers and of constants called
k...Suffix.
"""

import re
from pathlib import Path

# rule -> (pattern, what to do instead)
RULES = {
    "clock": (r"\b(now|clock_timestamp|statement_timestamp|date_trunc|strftime|julianday|"
              r"datetime|unixepoch)\s*\(|\bCURRENT_(TIMESTAMP|DATE|TIME)\b|\bLOCALTIME",
              "bind the time of the injected clock"),
    "sequence": (r"\b(BIG|SMALL)?SERIAL\b|\bnextval\s*\(|\bcurrval\s*\(|\bAUTOINCREMENT\b|"
                 r"\bIDENTITY\b|\bCREATE\s+SEQUENCE\b|\blast_insert_rowid\b",
                 "make ids in the service"),
    "array": (r"\bARRAY\s*\[|\bANY\s*\(|\bunnest\s*\(|\barray_agg\s*\(|\bALL\s*\(\s*\$|"
              r"\b(TEXT|BIGINT|BYTEA|BOOLEAN)\s*\[\]",
              "use SelectMany, InsertMany or a table"),
    "json": (r"->>?|\bJSONB?\b|\bjsonb?_\w+\s*\(|#>|@>|<@", "store a serialized message"),
    "trigger": (r"\bTRIGGER\b|\bCREATE\s+(OR\s+REPLACE\s+)?(FUNCTION|PROCEDURE|RULE)\b|\bDO\s+\$",
                "write it in the service"),
    "lock": (r"\bpg_(try_)?advisory\w*|\bFOR\s+(NO\s+KEY\s+)?(UPDATE|SHARE)\b|\bLOCK\s+TABLE\b|"
             r"\bSKIP\s+LOCKED\b", "decide by a guarded UPDATE"),
    "notify": (r"\bLISTEN\s+\w|\bNOTIFY\s+\w|\bpg_notify\s*\(", "use the change feed"),
    "system": (r"\b(ctid|xmin|xmax|cmin|cmax|rowid|oid)\b|\bpg_\w+|\bsqlite_\w+|"
               r"\binformation_schema\b|\bPRAGMA\b|\bWITHOUT\s+ROWID\b|\bSTRICT\b",
               "system columns and catalogues differ"),
    "full_text": (r"@@|\bts(vector|query)\b|\bto_ts\w+|\bMATCH\s+[$']|\bfts[345]\b|\bUSING\s+GIN\b",
                  "search by normalised columns"),
    "dialect": (r"::\s*\w|\bILIKE\b|\bSIMILAR\s+TO\b|~\*?\s*[$']|\bGLOB\b|\bREGEXP\b|"
                r"\bINSERT\s+OR\s+\w|\bREPLACE\s+INTO\b|\bDISTINCT\s+ON\b|\bTIMESTAMP(TZ)?\b|"
                r"\bINTERVAL\b|\bUUID\b|\bVARCHAR\b|\bDATETIME\b|\bMERGE\s+INTO\b|"
                r"\bALTER\s+COLUMN\b|\bADD\s+CONSTRAINT\b|\bNUMERIC\b|\bDOUBLE\b|\bREAL\b|"
                r"\bOFFSET\b|\?\s*[,)]",
                "write what both engines take; see libs/sql/database.h"),
    "conflict_update": (r"\bON\s+CONFLICT\s+DO\s+UPDATE\b",
                        "name the columns: ON CONFLICT (a) DO UPDATE"),
    "collation": (r"^\s*(id|name|[a-z_]*_id)\s+TEXT\b(?!.*COLLATE\s+\"C\")",
                  'ids are TEXT COLLATE "C": byte order on both engines'),
}
COMPILED = {rule: re.compile(pattern, re.IGNORECASE | re.MULTILINE)
            for rule, (pattern, _) in RULES.items()}
# Rules of a schema only, and not of a query.
SCHEMA_ONLY = {"collation"}

QUERY = re.compile(r"\bQuery(?:\s+k\w+)?\s*\{")
# What follows the rows of InsertMany and the keys of SelectMany, as a constant.
SUFFIX = re.compile(r"\bk\w+Suffix\s*=([^;]*;)")
RAW = re.compile(r'R"(\w*)\((.*?)\)\1"', re.DOTALL)
PLAIN = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
QUOTED = re.compile(r"'[^']*'")
COMMENT = re.compile(r"--[^\n]*")


def closing(text, start):
    """The index after the brace that closes the one before `start`; literals are skipped."""
    depth = 1
    at = start
    while at < len(text) and depth:
        raw = RAW.match(text, at)
        plain = PLAIN.match(text, at)
        if raw or plain:
            at = (raw or plain).end()
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def queries(text):
    """(offset, SQL) of every literal in a Query initialiser, the name included, or in a suffix."""
    for match in SUFFIX.finditer(text):
        raw = list(RAW.finditer(text, *match.span(1)))
        for literal in raw or PLAIN.finditer(text, *match.span(1)):
            group = 2 if raw else 1
            yield literal.start(group), literal.group(group).replace('\\"', '"')
    for match in QUERY.finditer(text):
        at, end = match.end(), closing(text, match.end())
        while at < end:
            raw = RAW.match(text, at)
            plain = PLAIN.match(text, at)
            if raw:
                yield raw.start(2), raw.group(2)
                at = raw.end()
            elif plain:
                yield plain.start(1), plain.group(1).replace('\\"', '"')
                at = plain.end()
            else:
                at += 1


def blank(match):
    """As much space as the match was long, so that offsets stay."""
    return re.sub(r"[^\n]", " ", match.group(0))


def check_text(path, source, offset, sql, schema):
    """Yields the violations of one piece of SQL found at `offset` in `source`."""
    sql = COMMENT.sub(blank, sql)
    # A quoted value is data, but its quotes matter to some rules.
    sql = QUOTED.sub(lambda match: "'" + " " * (len(match.group(0)) - 2) + "'", sql)
    for rule, pattern in COMPILED.items():
        if rule in SCHEMA_ONLY and not schema:
            continue
        for match in pattern.finditer(sql):
            line = source.count("\n", 0, offset + match.start()) + 1
            found = " ".join(match.group(0).split())
            yield f"{path}:{line}: {rule}: '{found}': {RULES[rule][1]}"


def check(root):
    """All violations below `root`."""
    root = Path(root)
    violations = []
    for top in ("libs", "services"):
        for file in sorted(root.glob(f"{top}/**/*")):
            path = file.relative_to(root).as_posix()
            if "/broken/" in path or path.startswith("libs/testing/"):
                continue
            if file.suffix == ".sql":
                text = file.read_text(encoding="utf-8")
                violations += check_text(path, text, 0, text, schema=True)
            elif file.suffix in (".h", ".cc") and "_test." not in file.name:
                text = file.read_text(encoding="utf-8")
                # libs/sql itself speaks to each engine in its own words.
                if path in ("libs/sql/sqlite.cc", "libs/sql/postgres.cc"):
                    continue
                for offset, sql in queries(text):
                    violations += check_text(path, text, offset, sql, schema=False)
    return violations
