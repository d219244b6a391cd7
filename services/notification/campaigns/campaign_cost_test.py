#!/usr/bin/python3
"""What it costs a campaign to see how far it is grows neither with what it has sent of each chunk nor
with the chunks it has sent: counted in steps of SQLite, which holds its one writer that long, five times
a second."""

import pathlib
import sys

SERVICE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SERVICE.parents[1] / "libs/sql"))

import query_plans  # noqa: E402
import query_plans_sqlite  # noqa: E402

OPEN, SOON, LATER = 10, 500, 1000  # chunks of which something is open
DELIVERED, DEFERRED, QUEUED = 4, 3, 1
QUERIES = {name: text for _, name, text in query_plans.named_queries(SERVICE)}


def steps_of_count(delivered, sent):
    """The steps of the count of a campaign that has sent so many chunks; of each other one so many have
    arrived, one is queued, one comes back soon and one comes back later. And what it counts."""
    database = query_plans_sqlite.open_schema(SERVICE)
    columns = [row[1:4] for row in database.execute("PRAGMA table_info(deliveries)")]

    def insert(chunk, number, state, next_at):
        given = {"id": f"d{chunk}.{number}", "notification_id": f"n{chunk}", "next_at": next_at,
                 "person": f"persons/p{number}", "state": state}
        database.execute(
            f"INSERT INTO deliveries VALUES ({', '.join('?' * len(columns))})",
            [given.get(name, "" if kind == "TEXT" else 0) for name, kind, _ in columns])

    def look():
        database.execute(query_plans_sqlite.complete(QUERIES["finish_campaign_notifications"]), ["c"])
        return database.execute(query_plans_sqlite.complete(QUERIES["count_open_of_campaign"]),
                                ["c", SOON]).fetchall()[0]

    for chunk in range(sent + OPEN):
        database.execute(
            "INSERT INTO campaign_notifications (notification, campaign) VALUES (?, 'c')", [f"n{chunk}"])
        for number in range(delivered if chunk >= sent else 1):
            insert(chunk, number, DELIVERED, None)
        if chunk < sent:
            continue
        insert(chunk, delivered, QUEUED, SOON)
        insert(chunk, delivered + 1, DEFERRED, SOON)
        insert(chunk, delivered + 2, DEFERRED, LATER)
    look()  # the first after a chunk has ended finds that out
    steps = []
    database.set_progress_handler(lambda: steps.append(1), 10)
    counted = look()
    database.set_progress_handler(None, 0)
    return len(steps) * 10, counted


def main():
    """The status of the process."""
    few, many, long = steps_of_count(1, 0), steps_of_count(1000, 0), steps_of_count(1, 5000)
    problems = [f"it counts {one[1]}" for one in (few, many, long)
                if one[1] != (2 * OPEN, OPEN, 0, 3 * OPEN)]
    if many[0] > 1.1 * few[0]:
        problems.append(f"{few[0]} steps with one sent of each chunk, {many[0]} with 1000")
    if long[0] > 1.1 * few[0]:
        problems.append(f"{few[0]} steps with no chunk sent, {long[0]} with 5000")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
