#!/usr/bin/python3
"""Every query of the registry finds its rows by the right index, on SQLite
(libs/sql/query_plans_sqlite.py)."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "libs/sql"))

import query_plans_sqlite  # noqa: E402

# What is refused, and why it may be.
EXCEPTIONS = {
}

if __name__ == "__main__":
    # The careless index is the one of the mishap.
    sys.exit(query_plans_sqlite.check(
        HERE, EXCEPTIONS, "CREATE INDEX careless ON label_versions (scheme, name);", must_fail=(
            "SELECT body FROM clusters WHERE version = $1",
            "SELECT name FROM clusters ORDER BY name",
            "SELECT body FROM clusters WHERE country = $1 ORDER BY updated_at LIMIT 10",
            "SELECT body FROM label_versions WHERE cluster = $1 AND scheme = $2")))
