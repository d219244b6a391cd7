#!/usr/bin/python3
"""Kills replicas of the registration service while many people register, cancel and come in.

    kill_test.py [--seeds N] [--first_seed S]

Two wici-registration processes on one PostgreSQL; 64 clients outside, who call one of them and, when
it does not answer, ask the other with the same request_id. Each replica is killed (SIGKILL) and
started again at instants that the seed decides. Holds at the end:

  - never more places taken than there are, at any change; nobody waits beside a free place
  - who is promoted is the first of the waiting list
  - what was acknowledged is in the history of its registration, in the order of the answers, and the
    row says what the last change says
  - one registration for each request_id: a request sent again gets the first answer, from both

Before the kills, people send the same request to both replicas at once: one registration, and the
same answer from both.

It needs the server that WICI_TEST_POSTGRES names. N is 1, or what WICI_SEEDS says.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "deploy/local")]

import client  # noqa: E402
import stack  # noqa: E402
import stubs  # noqa: E402

CLIENTS = 64
PAUSE_SECONDS = 0.2  # of a client between two calls, at most
CAPACITY, WAITING = 60, 300
KILLS = 2           # of each replica
TWINS = 12          # requests that are sent to both at once
RETRY_SECONDS = 30
PAGE_SECONDS = 5
SERVICE = "RegistrationService."
# The outcome is unknown, or nothing happened.
AGAIN = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "RESOURCE_EXHAUSTED")
PORTS = (("registration", "registration-admin"), ("notification", "notification-admin"))
# What a change makes of a registration, and the states that take a place.
STATES = {"confirmed": "CONFIRMED", "promoted": "CONFIRMED", "waitlisted": "WAITLISTED",
          "cancelled": "CANCELLED", "checked_in": "CHECKED_IN", "check_in_undone": "CONFIRMED"}
TAKES = ("CONFIRMED", "CHECKED_IN")
REFUSALS = ("TRANSITION_NOT_ALLOWED", "EVENT_FULL", "WAITING_LIST_FULL", "NOT_CONFIRMED",
            "ALREADY_CHECKED_IN", "TICKET_CANCELLED")

STATE_NAMES = {
    number: value.name.removeprefix("REGISTRATION_STATE_") for number, value in
    stubs.methods()["RegistrationService.GetRegistration"].output_type.fields_by_name[
        "state"].enum_type.values_by_number.items()}

Told = collections.namedtuple("Told", "method fields answer")


class Replicas:
    """Two processes on one database. Started, killed and stopped by one thread."""

    def __init__(self, directory, database):
        ports = stack.free_ports()
        self.key = directory / "key"
        self.key.write_text(client._base64(os.urandom(32)) + "\n", encoding="ascii")
        self.key.chmod(0o600)
        self.addresses, self._admin, self.processes = [], [], []
        for number, (port, admin) in enumerate(PORTS):
            self.addresses.append(f"{stack.HOST}:{ports[port]}")
            self._admin.append(f"{stack.HOST}:{ports[admin]}")
            self.processes.append(stack.Process(f"replica-{number}", [
                stack.build_directory() / "bin/wici-registration",
                f"--listen={self.addresses[number]}", f"--admin_listen={self._admin[number]}",
                f"--database={database}", "--redis=", f"--key_file={self.key}",
                "--calls_per_second_max=0"],
                directory / f"replica-{number}.log", directory))

    def start(self, number):
        """It is ready some time after this."""
        self.processes[number].start()

    def wait_ready(self, number):
        """Returns when it is."""
        deadline = time.monotonic() + stack.READY_SECONDS
        while not stack.http_ok(f"http://{self._admin[number]}/readyz"):
            if time.monotonic() > deadline or not self.processes[number].alive():
                sys.exit(f"replica {number} does not start:\n{self.processes[number].log_tail()}")
            time.sleep(0.01)

    def page(self, number, path):
        """What it says on its admin port; "" when it does not, or with another status than 200."""
        try:
            with urllib.request.urlopen(f"http://{self._admin[number]}{path}",
                                        timeout=PAGE_SECONDS) as answer:
                return answer.read().decode() or path
        except (urllib.error.URLError, OSError):
            return ""

    def kill(self, number):
        """SIGKILL."""
        self.processes[number].signal(stack.signal.SIGKILL)
        self.processes[number].join(stack.STOP_SECONDS)

    def stop(self):
        """Both."""
        for number in range(len(PORTS)):
            self.kill(number)


class Person:
    """A client until `done`: it calls one replica, and the other one when that does not answer."""

    def __init__(self, apis, event, number, seed, done):
        self._apis, self._event, self._number, self._done = apis, event, number, done
        self._rng = random.Random(seed * 1000 + number)
        self._at = number % len(apis)
        self.told, self.problems = [], []
        self.retries = collections.Counter()  # by the code that made it try again
        self.reasons = collections.Counter()  # and by the reason

    def run(self):
        """All its calls."""
        own, i = [], 0
        try:
            while not self._done.wait(self._rng.uniform(0, PAUSE_SECONDS)):
                i += 1
                dice = self._rng.random()
                if not own or dice < 0.5:
                    name = self._register(i)
                    own += [name] if name else []
                elif dice < 0.8:
                    self._call("CancelRegistration", name=own.pop())
                else:
                    self._call("CheckInService.CheckIn", parent=self._event, gate="gate",
                               registration=self._rng.choice(own))
        except Exception as error:  # a thread's own would be lost
            self.problems.append(f"client {self._number}: {error}")

    def _register(self, i):
        answer = self._call("CreateRegistration", parent=self._event, person={
            "given_name": "Test", "family_name": f"Person {self._number}",
            "email": f"person-{self._number}-{i}@example.org"})
        return answer and answer.name

    def _call(self, method, **fields):
        method = method if "." in method else SERVICE + method
        fields["request_id"] = str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        give_up = time.monotonic() + RETRY_SECONDS
        while True:
            try:
                answer = self._apis[self._at](method, **fields)
                self.told.append(Told(method, fields, answer))
                return answer
            except client.CallError as error:
                if error.code not in AGAIN or time.monotonic() > give_up:
                    if error.reason not in REFUSALS:
                        self.problems.append(str(error))
                    return None
                self.retries[error.code] += 1
                self.reasons[error.reason] += 1
            self._at = (self._at + 1) % len(self._apis)
            time.sleep(0.005)


def connect(replicas, token=None):
    """An Api to each replica, which tries once; the operator's unless a token is given."""
    token = token or client.bearer_token(replicas.key, "users/operator",
                                         ["platform-operator@platform"])
    apis = [client.Api({package: address for package in client.PACKAGES}, token)
            for address in replicas.addresses]
    for api in apis:
        api.retry_seconds = 0
    return apis


def open_event(api):
    """With fewer places than people."""
    event = api("EventService.CreateEvent", event_id="rush", event={
        "title": {"en": "Rush"}, "organisers": [{"display_name": "Example Cluster"}],
        "start_time": "2099-06-01T08:00:00Z", "end_time": "2099-06-01T15:00:00Z",
        "time_zone": "Europe/Warsaw", "venue": {"display_name": "Example Hall"},
        "languages": ["en"], "capacity": CAPACITY, "waiting_list_capacity": WAITING,
        "admission": "ADMISSION_OPEN"})
    return api("EventService.PublishEvent", name=event.name).name


class Twins:
    """Two clients who send the same request to a replica each, at once."""

    def __init__(self, apis, event, seed):
        self._apis, self._event = apis, event
        self._rng = random.Random(-seed)
        self._together = threading.Barrier(len(apis))
        self.told, self.problems = [], []

    def run(self):
        """TWINS requests, one after the other."""
        for number in range(TWINS):
            fields = {"parent": self._event, "person": {
                "given_name": "Test", "family_name": "Twin",
                "email": f"twin-{number}@example.org"},
                "request_id": str(uuid.UUID(int=self._rng.getrandbits(128), version=4))}
            answers = [None] * len(self._apis)
            threads = [threading.Thread(target=self._send, args=(i, fields, answers))
                       for i in range(len(self._apis))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            if len({answer and answer.SerializeToString() for answer in answers}) != 1:
                self.problems.append(f"twins {number} got different answers")
            if answers[0]:
                self.told.append(Told(SERVICE + "CreateRegistration", fields, answers[0]))

    def _send(self, i, fields, answers):
        self._together.wait()
        try:
            answers[i] = self._apis[i](SERVICE + "CreateRegistration", **fields)
        except client.CallError as error:
            self.problems.append(str(error))


def disturb(replicas, rng, done, met):
    """Kills each replica as often as it should, and goes on until people have `met` it; then lets
    them end."""
    victims = [number for number in range(len(PORTS)) for _ in range(KILLS)]
    rng.shuffle(victims)
    give_up = time.monotonic() + RETRY_SECONDS
    try:
        while victims or (not met() and time.monotonic() < give_up):
            number = victims.pop() if victims else rng.randrange(len(PORTS))
            done.wait(rng.uniform(0.1, 0.4))
            replicas.wait_ready(number)
            replicas.kill(number)
            replicas.start(number)
        for number in range(len(PORTS)):
            replicas.wait_ready(number)
        done.wait(0.2)
    finally:
        done.set()


class History:
    """Replays the changes of the event and notes what must not be."""

    def __init__(self):
        self.states, self.passed = {}, collections.defaultdict(list)
        self.queue, self.problems, self._taken = [], [], 0

    def replay(self, changes):
        """(version, kind, registration) in order."""
        for i, (version, kind, name) in enumerate(changes):
            if kind not in STATES:
                self.problems.append(f"version {version}: an unknown change {kind}")
                continue
            if kind == "promoted" and self.queue[:1] != [name]:
                self.problems.append(f"version {version}: {name} was promoted out of turn")
            if name in self.queue:
                self.queue.remove(name)
            self._taken += (STATES[kind] in TAKES) - (self.states.get(name) in TAKES)
            self.states[name] = STATES[kind]
            self.passed[name].append(STATES[kind])
            if kind == "waitlisted":
                self.queue.append(name)
            if self._taken > CAPACITY:
                self.problems.append(
                    f"version {version}: {self._taken} of {CAPACITY} places are taken")
            last = i + 1 == len(changes) or changes[i + 1][0] != version
            if last and self._taken < CAPACITY and self.queue:
                self.problems.append(f"version {version}: somebody waits beside a free place")

    def check_told(self, told):
        """What one client was told is there, in this order."""
        at = collections.defaultdict(int)
        for method, _, answer in told:
            name, state = answer.name, state_of(answer)
            found = self.passed[name]
            while at[name] < len(found) and found[at[name]] != state:
                at[name] += 1
            if at[name] == len(found):
                self.problems.append(
                    f"{name}: {method} was acknowledged with {state}, its history is {found}")
            at[name] += 1


def state_of(registration):
    """Its last word: "CONFIRMED"."""
    return STATE_NAMES[registration.state]


def connect_sqlite(url):
    """To a file that a service has open, too; each statement is a transaction unless it says BEGIN."""
    database = sqlite3.connect(url.removeprefix("sqlite://"), timeout=stack.STOP_SECONDS,
                               isolation_level=None)
    database.create_collation("C", lambda a, b: (a > b) - (a < b))  # as libs/sql has it
    return contextlib.closing(database)


def query(url, text, is_quiet=False):
    """The rows, each a list of strings. `is_quiet`: what fails is not shown."""
    if url.startswith("sqlite:"):
        with connect_sqlite(url) as database:
            return [["" if value is None else str(value) for value in row]
                    for row in database.execute(text)]
    output = subprocess.run(
        ["psql", url, "--no-psqlrc", "--tuples-only", "--no-align", "--field-separator=\t",
         "--command", text], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if is_quiet else None, text=True).stdout
    return [line.split("\t") for line in output.splitlines()]


def check(url, event, people, apis):
    """Yields what is wrong."""
    changes = [(int(version), kind.removeprefix("registration."), name)
               for version, kind, name in query(url, f"""
                 SELECT version, kind, resource FROM changes
                 WHERE aggregate = '{event}' AND kind LIKE 'registration.%'
                 ORDER BY version, transaction_id, ordinal""")]
    history = History()
    history.replay(changes)
    for person in people:
        history.check_told(person.told)
        yield from person.problems
    yield from history.problems

    rows = {f"{event}/registrations/{row}": STATE_NAMES[int(state)]
            for row, state in query(
                url, f"SELECT id, state FROM registrations WHERE event = '{event}'")}
    if rows != history.states:
        different = {name for name in rows.keys() | history.states.keys()
                     if rows.get(name) != history.states.get(name)}
        yield f"the rows of {sorted(different)[:5]} are not what their history says"
    counted = [int(count) for count in query(
        url, f"SELECT confirmed, held, waitlisted FROM event_seats WHERE event = '{event}'")[0]]
    taken = sum(state in TAKES for state in rows.values())
    waiting = sum(state == "WAITLISTED" for state in rows.values())
    if counted != [taken, 0, waiting]:
        yield f"the event counts {counted}, there are {taken} confirmed and {waiting} waiting"
    queue = [f"{event}/registrations/{row}" for row, in query(
        url, f"SELECT id FROM registrations WHERE event = '{event}' AND state = 3 "
             "ORDER BY waiting_number")]
    if queue != history.queue:
        yield "the waiting list is not in the order in which people came"

    # One registration for each request.
    created = [told for person in people for told in person.told
               if told.method.endswith("CreateRegistration")]
    if {told.answer.name for told in created} != set(rows) or len(created) != len(rows):
        yield f"{len(created)} requests made {len(rows)} registrations"
    for number, told in enumerate(created[::20]):
        try:
            again = apis[number % len(apis)](told.method, **told.fields)
        except client.CallError as error:
            yield f"{told.answer.name}: the same request was refused: {error}"
            continue
        if again.SerializeToString() != told.answer.SerializeToString():
            yield f"{told.answer.name}: the same request got another answer"


def run(seed, server, directory):
    """What is wrong after the run of a seed."""
    database = f"kill_{os.getpid()}_{seed}"
    query(server, f"CREATE DATABASE {database}")
    url, found = re.subn(r"^(\w+://[^/?]*/)[^?]*", rf"\g<1>{database}", server)
    if not found:
        sys.exit(f"no database is named in {server}")
    replicas, rng = Replicas(directory, url), random.Random(seed)
    try:
        for number in range(len(PORTS)):  # the first makes the schema
            replicas.start(number)
            replicas.wait_ready(number)
        apis = connect(replicas)
        event = open_event(apis[0])
        twins = Twins(apis, event, seed)
        twins.run()
        done = threading.Event()
        people = [Person(apis, event, number, seed, done) for number in range(CLIENTS)]
        threads = [threading.Thread(target=person.run) for person in people]
        for thread in threads:
            thread.start()
        disturb(replicas, rng, done, lambda: any(person.retries for person in people) and
                sum(len(person.told) for person in people) > 3 * CLIENTS)
        for thread in threads:
            thread.join()
        found = list(check(url, event, [twins, *people], apis))
        if not any(person.retries for person in people):
            found.append("no call met a kill: this proves nothing")
        for api in apis:
            api.close()
        return found
    finally:
        replicas.stop()
        query(server, f"DROP DATABASE {database} WITH (FORCE)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=int(os.environ.get("WICI_SEEDS") or 1))
    parser.add_argument("--first_seed", type=int, default=1)
    args = parser.parse_args()
    server = os.environ.get("WICI_TEST_POSTGRES")
    if not server:
        print("skipped: set WICI_TEST_POSTGRES, or use ./wici test")
        return
    for seed in range(args.first_seed, args.first_seed + args.seeds):
        with tempfile.TemporaryDirectory(prefix="wici-kill-") as directory:
            found = run(seed, server, pathlib.Path(directory))
        if found:
            print("\n".join(found[:20]))
            sys.exit(f"failed; again with --seeds=1 --first_seed={seed}")


if __name__ == "__main__":
    main()
