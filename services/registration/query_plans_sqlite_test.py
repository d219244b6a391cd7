#!/usr/bin/python3
"""Every query of registration finds its rows by the right index, on SQLite
(libs/sql/query_plans_sqlite.py)."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "libs/sql"))

import query_plans_sqlite  # noqa: E402

PAGES = "a page in the order of ids, of any states; these filter what is read for it"
# What is refused, and why it may be.
EXCEPTIONS = {
    "list_meetings": PAGES,
    "list_meetings_requested": PAGES,
    "list_meetings_invited": PAGES,
    "list_meeting_people": "a page in the order of people, who are few beside their meetings",
}

if __name__ == "__main__":
    sys.exit(query_plans_sqlite.check(
        HERE, EXCEPTIONS, "CREATE INDEX careless ON registrations (state, created_at);", must_fail=(
            "SELECT body FROM registrations WHERE person = $1",
            "SELECT name FROM events ORDER BY name",
            "SELECT id FROM registrations WHERE event = $1 ORDER BY updated_at LIMIT 10")))
