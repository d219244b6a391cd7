#!/usr/bin/python3
"""Every query of notification finds its rows by the right index, on SQLite
(libs/sql/query_plans_sqlite.py)."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "libs/sql"))

import query_plans_sqlite  # noqa: E402

# What is refused, and why it may be.
EXCEPTIONS = {
    "list_notifications": "sorts one page, in the groups of its counts",
    "list_collected": "sorts the items of one digest",
    "list_dead_deliveries": "sorts two pages into one",
    "list_tenants_due": "goes from one tenant to the next by the index",
    "hold_collected_deliveries": "from a digest to its items, once after a restore",
}

if __name__ == "__main__":
    sys.exit(query_plans_sqlite.check(
        HERE, EXCEPTIONS, "CREATE INDEX careless ON deliveries (state, created_at);", must_fail=(
            "SELECT id FROM deliveries WHERE template = $1",
            "SELECT id FROM notifications ORDER BY created_at",
            "SELECT id FROM deliveries WHERE notification_id = $1 ORDER BY updated_at LIMIT 10"),
        must_use={"list_waits_of_ahead": "deliveries_waits"}))
