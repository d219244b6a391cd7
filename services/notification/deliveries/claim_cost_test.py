#!/usr/bin/python3
"""What a claim costs grows neither with what is put off nor with what waits for one that is being sent,
that of the urgent not with the others, and that of a turn not with what other tenants have: counted in
steps of SQLite, which holds its one writer that long."""

import pathlib
import sys

SERVICE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SERVICE.parents[1] / "libs/sql"))

import query_plans  # noqa: E402
import query_plans_sqlite  # noqa: E402

NOW, DUE, LATER, LIMIT, WEBHOOK, FIRST = 1000, 500, 2000, 128, 2, 512
TENANTS_SEEN = 1000
QUERIES = {name: text for _, name, text in query_plans.named_queries(SERVICE)}


class Ledger:
    """The ledger in memory; counts the steps of a statement."""

    def __init__(self):
        self.database = query_plans_sqlite.open_schema(SERVICE)
        self.columns = [row[1:4] for row in self.database.execute("PRAGMA table_info(deliveries)")]
        self.size = 0

    def insert(self, count, state=1, next_at=DUE, **others):
        """So many more deliveries, to a person each if `others` do not name one."""
        given = {"event": "events/e", "tenant": "events/e", "channel": WEBHOOK, "state": state,
                 "next_at": next_at, "urgent": False} | others
        rest = [given.get(name, "" if kind == "TEXT" else 0) for name, kind, _ in self.columns]
        at = {name: i for i, (name, _, _) in enumerate(self.columns)}
        rows = []
        for number in range(self.size, self.size + count):
            rows.append(list(rest))
            rows[-1][at["id"]], rows[-1][at["notification_id"]] = f"d{number:08}", f"n{number}"
            rows[-1][at["person"]] = others.get("person", f"persons/p{number}")
        self.size += count
        self.database.executemany(
            f"INSERT INTO deliveries VALUES ({', '.join('?' * len(self.columns))})", rows)

    def run(self, query, values):
        """The steps of a query, and its rows."""
        steps = []
        self.database.set_progress_handler(lambda: steps.append(1), 10)
        rows = self.database.execute(query_plans_sqlite.complete(QUERIES[query]), values).fetchall()
        self.database.set_progress_handler(None, 0)
        return len(steps) * 10, rows

    def claim(self, query, urgent=False):
        """The steps of a claim, and how many deliveries it gives out."""
        values = ["owner", LATER, NOW, LIMIT, WEBHOOK]
        if query != "claim_deliveries":
            values.append(FIRST)
        if query == "claim_turn":
            values += [urgent, "events/e"]
        steps, rows = self.run(query, values)
        return steps, len(rows)

    def tenants(self, urgent=False):
        """The steps of looking whose turn it is, and who that is."""
        steps, rows = self.run("list_tenants_due", [WEBHOOK, urgent, "", NOW, TENANTS_SEEN, LIMIT])
        return steps, [tenant for tenant, due, _ in rows if due]


def of_one_chain(query, put_off, queued=LIMIT, sending=0):
    """A claim of one endpoint and event of which so many deliveries are put off, then being sent, then
    queued."""
    ledger = Ledger()
    for count, state, next_at in ((put_off, 3, LATER), (sending, 2, LATER), (queued, 1, DUE)):
        ledger.insert(count, state, next_at, person="subscriptions/s")
    return ledger.claim(query)


def behind_others(others, urgent=False):
    """A turn of eight where so many others are due for longer: of another tenant, or of the same and not
    urgent."""
    ledger = Ledger()
    ledger.insert(others, next_at=DUE - 1, tenant="events/e" if urgent else "events/noisy")
    ledger.insert(8, urgent=urgent)
    return ledger.claim("claim_turn", urgent)


def look_at_tenants(each):
    """Whose turn it is where three have so much put off, two have it due, and one of these urgent."""
    ledger = Ledger()
    for tenant in ("events/a", "events/b", "events/c"):
        ledger.insert(each, 3, LATER, tenant=tenant)
    for tenant in ("events/b", "events/d"):
        ledger.insert(each, tenant=tenant, urgent=tenant == "events/d")
    return ledger.tenants(), ledger.tenants(True)


def main():
    """The status of the process."""
    problems = []
    for query in ("claim_deliveries", "claim_first_deliveries", "claim_turn"):
        few, many = of_one_chain(query, 100), of_one_chain(query, 5000)
        if few[1] != 1 or many[1] != 1:
            problems.append(f"{query} gives out {few[1]} and {many[1]} of one chain, not the first")
        if many[0] > 2 * few[0]:
            problems.append(f"{query} takes {few[0]} steps behind 100 put off and {many[0]} behind 5000")
    for query in ("claim_first_deliveries", "claim_turn"):
        for sending in (0, 1):
            few, many = (of_one_chain(query, 0, queued, sending) for queued in (2 * FIRST, 20 * FIRST))
            if few[1] != 1 - sending or many[1] != 1 - sending:
                problems.append(f"{query}, {sending} being sent: {few[1]} and {many[1]} of one chain")
            if many[0] > 1.1 * few[0]:
                problems.append(f"{query}: {few[0]} steps with {2 * FIRST} in one chain, {many[0]} with "
                                f"{20 * FIRST}")
    for urgent, others in ((False, 50000), (True, 5000)):
        few, many = behind_others(100, urgent), behind_others(others, urgent)
        if few[1] != 8 or many[1] != 8 or many[0] > 1.1 * few[0]:
            problems.append(f"a turn, urgent {urgent}: {few} among 100 others, {many} among {others}")
    few, many = look_at_tenants(100), look_at_tenants(5000)
    for of_few, of_many, whose in zip(few, many, (["events/b"], ["events/d"])):
        if of_few[1] != whose or of_many[1] != whose or of_many[0] > 1.1 * of_few[0]:
            problems.append(f"whose turn it is: {of_few} where tenants have 100, {of_many} with 5000")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
