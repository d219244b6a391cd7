#!/usr/bin/python3
"""What a claim costs grows neither with what is put off nor with what waits for one that is being sent,
and that of the urgent not with the others: counted in steps of SQLite, which holds its one writer that
long."""

import pathlib
import sys

SERVICE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SERVICE.parents[1] / "libs/sql"))

import query_plans  # noqa: E402
import query_plans_sqlite  # noqa: E402

NOW, DUE, LATER, LIMIT, WEBHOOK, FIRST = 1000, 500, 2000, 128, 2, 512
QUERIES = {name: text for _, name, text in query_plans.named_queries(SERVICE)}


def steps_of_claim(query, put_off, queued=LIMIT, sending=0, others=0):
    """The steps of a claim of one endpoint and event of which so many deliveries are put off, then being
    sent, then queued; and how many it gives out. They are urgent where the query looks for such, and so
    many others are due, to a person each."""
    database = query_plans_sqlite.open_schema(SERVICE)
    columns = [row[1:4] for row in database.execute("PRAGMA table_info(deliveries)")]

    def insert(number, state, next_at, person="subscriptions/s", urgent="urgent" in query):
        given = {"id": f"d{number:08}", "notification_id": f"n{number}", "event": "events/e",
                 "person": person, "channel": WEBHOOK, "state": state, "next_at": next_at,
                 "urgent": urgent}
        database.execute(
            f"INSERT INTO deliveries VALUES ({', '.join('?' * len(columns))})",
            [given.get(name, "" if kind == "TEXT" else 0) for name, kind, _ in columns])

    for number in range(put_off):
        insert(number, 3, LATER)
    for number in range(sending):
        insert(put_off + number, 2, LATER)
    for number in range(queued):
        insert(put_off + sending + number, 1, DUE)
    for number in range(others):
        insert(put_off + sending + queued + number, 1, DUE - 1, f"persons/p{number}", False)
    steps = []
    database.set_progress_handler(lambda: steps.append(1), 10)
    text = QUERIES[query]
    claimed = database.execute(query_plans_sqlite.complete(text), ["owner", LATER, NOW, LIMIT, WEBHOOK] +
                               ([FIRST] if "$6" in text else [])).fetchall()
    database.set_progress_handler(None, 0)
    return len(steps) * 10, len(claimed)


def main():
    """The status of the process."""
    problems = []
    for query in ("claim_deliveries", "claim_first_deliveries", "claim_urgent_deliveries"):
        few, many = steps_of_claim(query, 100), steps_of_claim(query, 5000)
        if few[1] != 1 or many[1] != 1:
            problems.append(f"{query} gives out {few[1]} and {many[1]} of one chain, not the first")
        if many[0] > 2 * few[0]:
            problems.append(f"{query} takes {few[0]} steps behind 100 put off and {many[0]} behind 5000")
    for query in ("claim_first_deliveries", "claim_urgent_deliveries"):
        for sending in (0, 1):
            few, many = (steps_of_claim(query, 0, queued, sending) for queued in (2 * FIRST, 20 * FIRST))
            if few[1] != 1 - sending or many[1] != 1 - sending:
                problems.append(f"{query}, {sending} being sent: {few[1]} and {many[1]} of one chain")
            if many[0] > 1.1 * few[0]:
                problems.append(f"{query}: {few[0]} steps with {2 * FIRST} in one chain, {many[0]} with "
                                f"{20 * FIRST}")
    few, many = (steps_of_claim("claim_urgent_deliveries", 0, 8, 0, others) for others in (100, 5000))
    if few[1] != 1 or many[1] != 1 or many[0] > 1.1 * few[0]:
        problems.append(f"urgent: {few} among 100 others, {many} among 5000")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
