#!/usr/bin/python3
"""Turns .sql files into a C++ header and source with the list of a service's migrations.

usage: embed_migrations.py NAMESPACE INCLUDE OUT_H OUT_CC FILE.sql...

A file named NNNN_name.sql is a migration. A shared file (any other name, for instance
libs/feed/migrations/feed.sql) becomes the beginning of the numbered migration that follows it in
the list. INCLUDE is the path of the header as it is included.
"""

import pathlib
import re
import sys

HEADER = """// Made by libs/sql/embed_migrations.py; do not edit.
#ifndef {guard}
#define {guard}

#include "absl/types/span.h"
#include "libs/sql/migrate.h"

namespace wici::{namespace} {{

// The schema of this service: its migrations in order.
absl::Span<const sql::Migration> Migrations();

}}  // namespace wici::{namespace}

#endif  // {guard}
"""

SOURCE = """// Made by libs/sql/embed_migrations.py; do not edit.
#include "{include}"

namespace wici::{namespace} {{
namespace {{

constexpr sql::Migration kMigrations[] = {{
{entries}}};

}}  // namespace

absl::Span<const sql::Migration> Migrations() {{ return kMigrations; }}

}}  // namespace wici::{namespace}
"""

# A string literal may hold 65,536 characters; adjacent ones are glued by the compiler.
LITERAL_CHARACTERS_MAX = 16_000


def literal(text):
    """The text as raw string literals."""
    parts = [
        text[at : at + LITERAL_CHARACTERS_MAX]
        for at in range(0, len(text), LITERAL_CHARACTERS_MAX)
    ]
    return "\n".join(f'R"wici_sql({part})wici_sql"' for part in parts)


def migrations(paths):
    """(number, name, text) of each migration; fails when the numbers do not ascend from 1."""
    result = []
    shared = ""
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if not text.endswith("\n"):
            sys.exit(f"{path}: no newline at the end")
        match = re.fullmatch(r"(\d{4})_[a-z0-9_]+\.sql", path.name)
        if match is None:
            shared += text
            continue
        number = int(match.group(1))
        if number != 1 and not result or result and number <= result[-1][0]:
            sys.exit(f"{path}: numbers begin with 0001 and ascend")
        result.append((number, path.name, shared + text))
        shared = ""
    if shared or not result:
        sys.exit("a shared file must be followed by a numbered migration")
    return result


def main(arguments):
    """Writes both files."""
    if len(arguments) < 5:
        sys.exit(__doc__)
    namespace, include, header, source, *files = arguments
    entries = "".join(
        f'{{{number}, "{name}",\n{literal(text)}}},\n'
        for number, name, text in migrations([pathlib.Path(path) for path in files])
    )
    guard = "WICI_" + re.sub(r"[^A-Z0-9]", "_", include.upper()) + "_"
    pathlib.Path(header).write_text(HEADER.format(guard=guard, namespace=namespace), encoding="utf-8")
    pathlib.Path(source).write_text(
        SOURCE.format(include=include, namespace=namespace, entries=entries), encoding="utf-8"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
