#!/usr/bin/python3
"""The schema of the next version comes while replicas of this one serve.

    two_schemas.py [--engine sqlite|postgres] [--clients C] [--seed S] [--broken]

People register, cancel and come in with a replica of the registration service. Meanwhile MIGRATIONS
migrations are applied, each as the next version would with --migrate_only (libs/sql/migrate.h): in
one transaction, under the lock row, with its row in schema_migrations. Each adds a column that may
be NULL to a table that every call writes to, and an index, in an order of the seed.

Holds: no call fails and none has to be sent again; the oracle of kill_test.py finds places, waiting
list, history and request_ids in order, and the feed is whole. A replica of this version that is
started then does not start, and its log says why: there is no way back but a backup, so the roll-out
goes on (deploy/README.md, Upgrade). The one that serves goes on serving.

With --broken a migration takes away a column that this version uses: calls must fail (exit 2 if none
does). The server that WICI_TEST_POSTGRES names is needed for --engine=postgres.
"""

import argparse
import hashlib
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import types

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults"),
                str(ROOT / "services/registration/processes")]

import client  # noqa: E402
import kill_test  # noqa: E402
from database_faults import check_feed  # noqa: E402
from stack import stop_on_signals  # noqa: E402

HOT = {"event_seats": "event", "registrations": "event", "changes": "aggregate",
       "feed_transactions": "created_at"}  # table -> what the index begins with
MIGRATIONS = 3
PROGRESS = 40        # calls between two of them
SECONDS_MAX = 60     # until so many were acknowledged
START_SECONDS = 60   # of who is to say why it does not start
TOO_NEW = "the database is newer than this program"
EXPANDING = """ALTER TABLE {table} ADD COLUMN next_{number} TEXT;
CREATE INDEX next_{number} ON {table} ({first}, next_{number});
"""
BREAKING = "ALTER TABLE registrations DROP COLUMN updated_at;\n"


class Sqlite:
    """A file."""

    def __init__(self, directory):
        self.url = f"sqlite://{directory}/registration.db"

    def run(self, statements):
        """In one transaction."""
        with kill_test.connect_sqlite(self.url) as database:
            for statement in ("BEGIN IMMEDIATE", *statements, "COMMIT"):
                database.execute(statement)

    def close(self):
        """Its directory goes with it."""


class Postgres:
    """A database of the server."""

    def __init__(self, server, seed):
        self._server, self._database = server, f"schemas_{os.getpid()}_{seed}"
        kill_test.query(server, f"CREATE DATABASE {self._database}")
        self.url = re.sub(r"^(\w+://[^/?]*/)[^?]*", rf"\g<1>{self._database}", server)

    def run(self, statements):
        """In one transaction."""
        subprocess.run(["psql", self.url, "--no-psqlrc", "--quiet", "--single-transaction",
                        "--set=ON_ERROR_STOP=1", "--output", os.devnull, "--file=-"],
                       check=True, text=True, input=";\n".join(statements) + ";\n")

    def close(self):
        kill_test.query(self._server, f"DROP DATABASE IF EXISTS {self._database} WITH (FORCE)")


def migrate(database, text):
    """As the next version would."""
    number = 1 + int(kill_test.query(
        database.url, "SELECT MAX(number) FROM schema_migrations")[0][0])
    text = text.replace("next_{number}", f"next_{number}")
    checksum = hashlib.sha256(text.encode()).hexdigest()
    database.run([
        "UPDATE schema_lock SET holders = holders + 1 WHERE id = 1",
        *(statement for statement in text.split(";\n") if statement),
        "INSERT INTO schema_migrations (number, name, checksum, applied_at) "
        f"VALUES ({number}, '{number:04}_next.sql', '{checksum}', {time.time_ns() // 1000})"])


def next_migrations(rng, is_broken):
    """Their texts."""
    if is_broken:
        return [BREAKING]
    return [EXPANDING.replace("{table}", table).replace("{first}", HOT[table])
            for table in rng.sample(list(HOT), MIGRATIONS)]


def told(people):
    """How many calls were acknowledged."""
    return sum(len(person.told) for person in people)


def wait_for_progress(people):
    """Until some calls were acknowledged; whether they were."""
    wanted, give_up = told(people) + PROGRESS, time.monotonic() + SECONDS_MAX
    while told(people) < wanted:
        if time.monotonic() > give_up or any(person.problems for person in people):
            return False
        time.sleep(0.02)
    return True


def check_refusal(replicas):
    """Yields what is wrong with a replica of this version that starts now."""
    late = replicas.processes[1]
    replicas.start(1)
    try:
        status = late.popen.wait(START_SECONDS)
    except subprocess.TimeoutExpired:
        yield "a replica of the old version starts on the new schema"
        return
    if status == 0 or TOO_NEW not in late.log_tail():
        yield (f"a replica of the old version ends with {status} on the new schema and does not say "
               f"why:\n{late.log_tail()}")


def go(database, args, directory):
    """What is wrong."""
    replicas, rng = kill_test.Replicas(directory, database.url), random.Random(args.seed)
    try:
        replicas.start(0)
        replicas.wait_ready(0)
        token = client.bearer_token(replicas.key, "users/operator", ["platform-operator@platform"])
        apis = kill_test.connect(replicas, token)[:1]
        apis[0].retry_seconds = SECONDS_MAX  # it may not be connected yet
        event, done = kill_test.open_event(apis[0]), threading.Event()
        apis[0].retry_seconds = 0
        people = [kill_test.Person(apis, event, number, args.seed, done)
                  for number in range(args.clients)]
        threads = [threading.Thread(target=person.run) for person in people]
        for thread in threads:
            thread.start()
        problems, longest = [], 0.0
        try:
            for text in next_migrations(rng, args.broken):
                if not wait_for_progress(people):
                    problems.append("nobody is served before a migration")
                begun = time.monotonic()
                migrate(database, text)
                longest = max(longest, time.monotonic() - begun)
            problems += check_refusal(replicas)
            if not wait_for_progress(people):
                problems.append("nobody is served after the migrations")
        finally:
            done.set()
            for thread in threads:
                thread.join()
        if not replicas.processes[0].alive():
            return problems + ["the replica that served has ended"]
        problems += [f"calls were sent again after {dict(person.retries)}, {dict(person.reasons)}"
                     for person in people if person.retries]
        problems += kill_test.check(database.url, event, people, apis)
        problems += check_feed(database.url, types.SimpleNamespace(
            addresses=replicas.addresses[:1]), token)
        apis[0].close()
        print(f"{args.engine}, seed {args.seed}: {told(people)} calls acknowledged, the longest "
              f"migration took {longest:.2f} s")
        return problems
    finally:
        replicas.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--broken", action="store_true")
    args = parser.parse_args()
    stop_on_signals()
    server = os.environ.get("WICI_TEST_POSTGRES")
    if args.engine == "postgres" and not server:
        sys.exit("set WICI_TEST_POSTGRES, or use ./wici faults")
    with tempfile.TemporaryDirectory(prefix="wici-schemas-") as name:
        directory = pathlib.Path(name)
        database = (Sqlite(directory) if args.engine == "sqlite" else
                    Postgres(server, args.seed))
        try:
            problems = go(database, args, directory)
        finally:
            database.close()
    if args.broken:
        sys.exit(0 if any("served after" in problem for problem in problems) else 2)
    if problems:
        print("\n".join(problems[:20]))
        sys.exit(f"failed; again with --engine={args.engine} --seed={args.seed}")


if __name__ == "__main__":
    main()
