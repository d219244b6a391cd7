#!/usr/bin/python3
"""What it costs a campaign to see how far it is does not grow with what it has sent: counted in steps
of SQLite, which holds its one writer that long, five times a second."""

import pathlib
import sys

SERVICE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SERVICE.parents[1] / "libs/sql"))

import query_plans  # noqa: E402
import query_plans_sqlite  # noqa: E402

CHUNKS, SOON, LATER = 10, 500, 1000
DELIVERED, DEFERRED, QUEUED = 4, 3, 1
QUERIES = {name: text for _, name, text in query_plans.named_queries(SERVICE)}


def steps_of_count(delivered):
    """The steps of the count of a campaign of which each chunk has so many that arrived, one that is
    queued, one that comes back soon and one that comes back later; and what it counts."""
    database = query_plans_sqlite.open_schema(SERVICE)
    columns = [row[1:4] for row in database.execute("PRAGMA table_info(deliveries)")]

    def insert(chunk, number, state, next_at):
        given = {"id": f"d{chunk}.{number}", "notification_id": f"n{chunk}", "next_at": next_at,
                 "person": f"persons/p{number}", "state": state}
        database.execute(
            f"INSERT INTO deliveries VALUES ({', '.join('?' * len(columns))})",
            [given.get(name, "" if kind == "TEXT" else 0) for name, kind, _ in columns])

    for chunk in range(CHUNKS):
        database.execute("INSERT INTO campaign_notifications VALUES (?, 'c')", [f"n{chunk}"])
        for number in range(delivered):
            insert(chunk, number, DELIVERED, None)
        insert(chunk, delivered, QUEUED, SOON)
        insert(chunk, delivered + 1, DEFERRED, SOON)
        insert(chunk, delivered + 2, DEFERRED, LATER)
    steps = []
    database.set_progress_handler(lambda: steps.append(1), 10)
    text = query_plans_sqlite.complete(QUERIES["count_open_of_campaign"])
    counted, = database.execute(text, ["c", SOON]).fetchall()
    database.set_progress_handler(None, 0)
    return len(steps) * 10, counted


def main():
    """The status of the process."""
    few, many = steps_of_count(1), steps_of_count(1000)
    problems = [f"it counts {one[1]}" for one in (few, many) if one[1] != (2 * CHUNKS, CHUNKS, 0, 3 * CHUNKS)]
    if many[0] > 1.1 * few[0]:
        problems.append(f"{few[0]} steps with one sent of each chunk, {many[0]} with 1000")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
