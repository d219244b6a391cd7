#!/usr/bin/python3
"""What a claim costs does not grow with what is put off: counted in steps of SQLite, which holds its one
writer that long."""

import pathlib
import sys

SERVICE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SERVICE.parents[1] / "libs/sql"))

import query_plans  # noqa: E402
import query_plans_sqlite  # noqa: E402

NOW, DUE, LATER, LIMIT, WEBHOOK = 1000, 500, 2000, 128, 2
CLAIM = next(text for _, name, text in query_plans.named_queries(SERVICE) if name == "claim_deliveries")


def steps_of_claim(put_off, queued=LIMIT):
    """The steps of a claim behind so many deliveries to one endpoint about one event that are put off,
    and how many it gives out."""
    database = query_plans_sqlite.open_schema(SERVICE)
    columns = [row[1:4] for row in database.execute("PRAGMA table_info(deliveries)")]

    def insert(number, state, next_at):
        given = {"id": f"d{number:08}", "notification_id": f"n{number}", "event": "events/e",
                 "person": "subscriptions/s", "channel": WEBHOOK, "state": state, "next_at": next_at}
        database.execute(
            f"INSERT INTO deliveries VALUES ({', '.join('?' * len(columns))})",
            [given.get(name, "" if kind == "TEXT" else 0) for name, kind, _ in columns])

    for number in range(put_off):
        insert(number, 3, LATER)
    for number in range(queued):
        insert(put_off + number, 1, DUE)
    steps = []
    database.set_progress_handler(lambda: steps.append(1), 10)
    claimed = database.execute(query_plans_sqlite.complete(CLAIM),
                               ["owner", LATER, NOW, LIMIT, WEBHOOK]).fetchall()
    database.set_progress_handler(None, 0)
    return len(steps) * 10, len(claimed)


def main():
    """The status of the process."""
    few, many = steps_of_claim(100), steps_of_claim(5000)
    if few[1] != 1 or many[1] != 1:
        print(f"a claim gives out {few[1]} and {many[1]} of one chain, not the first")
        return 1
    if many[0] > 2 * few[0]:
        print(f"a claim takes {few[0]} steps behind 100 put off and {many[0]} behind 5000")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
