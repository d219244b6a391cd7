#!/usr/bin/python3
"""Kills the notification service, flushes Redis and takes the relay away while people register;
then compares the mails with the registrations.

    kill_test.py [--registrations N] [--seed S]

Holds at the end: everybody who registered has exactly one confirmation with the right SEQUENCE, and
a mail that came twice came as the same bytes, and the attempts in the ledger say why: its worker
died, or lost the relay, between the final dot and the record (tests/faults/doubles.py). The seed
decides when what is hit.
"""

import argparse
import collections
import os
import pathlib
import random
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / path) for path in ("deploy/local", "tests/e2e", "tests/faults")]

import client  # noqa: E402
from doubles import DIED, DISTURBED, Windows, attempts_of  # noqa: E402
from mails import Mail  # noqa: E402
from stack import Stack  # noqa: E402

WAIT_SECONDS = 120
EVENT = {
    "title": {"en": "Open day"}, "organisers": [{"display_name": "Example Cluster"}],
    "start_time": "2099-06-01T08:00:00Z", "end_time": "2099-06-01T15:00:00Z",
    "time_zone": "Europe/Warsaw", "venue": {"display_name": "Example Hall"}, "languages": ["en"],
    "capacity": 100000, "admission": "ADMISSION_OPEN",
}


def disturb(stack, rng, done, windows):
    """Hits a part every now and then, until everybody has registered."""
    while not done.wait(rng.uniform(0.05, 0.6)):
        what = rng.choice(["notification", "notification", "redis", "relay"])
        if what == "redis":
            stack.flush_redis()
            continue
        part = "mail-sink" if what == "relay" else what
        with windows.open(DISTURBED if what == "relay" else DIED):
            stack.kill(part)
        done.wait(rng.uniform(0, 0.5))
        stack.start()


def register(api, event, addresses, rng, failures, done):
    try:
        for i, address in enumerate(addresses):
            api("RegistrationService.CreateRegistration", parent=event,
                person={"given_name": "Test", "family_name": f"Person {i}", "email": address})
            time.sleep(rng.uniform(0, 0.1))
    except client.CallError as error:
        failures.append(str(error))
    finally:
        done.set()


def mails_of(stack):
    found = collections.defaultdict(list)
    for path in sorted((stack.directory / "mail").glob("*.eml")):
        mail = Mail(path.read_bytes())
        mail.raw = path.read_bytes()
        found[mail.to].append(mail)
    return found


def run(stack, count, rng, windows):
    stack.start()
    api = client.connect(stack, "users/operator", ["platform-operator@platform"])
    event = api("EventService.CreateEvent", event_id="open-day", event=EVENT)
    api("EventService.PublishEvent", name=event.name)
    addresses = [f"person{i}@example.org" for i in range(count)]
    # The parts die with the thread that starts them, so that is this one.
    done, failures = threading.Event(), []
    people = threading.Thread(target=register, args=(
        api, event.name, addresses, random.Random(rng.random()), failures, done))
    people.start()
    try:
        disturb(stack, rng, done, windows)
    finally:
        people.join()
    if failures:
        sys.exit(failures[0])
    deadline = time.monotonic() + WAIT_SECONDS
    while len(mails := mails_of(stack)) < count and time.monotonic() < deadline:
        time.sleep(0.2)
    return addresses, mails


def faults(addresses, mails, attempts, windows):
    for address in addresses:
        received = mails.get(address, [])
        if not received:
            yield f"{address} got no mail"
        if len({mail.id for mail in received}) > 1:
            yield f"{address} got different mails: {[mail.id for mail in received]}"
        if len({mail.raw for mail in received}) > 1:
            yield f"{address} got the same mail in two versions"
        for identity, copies in collections.Counter(mail.id for mail in received).items():
            of_it = attempts[identity.strip("<>").split("@")[0]]
            if copies > windows.explained(of_it, unanswered=()) + 1:
                yield f"{address} got {identity} {copies} times, which is not explained by {of_it}"
        for mail in received:
            if mail.entry is None or int(mail.entry["SEQUENCE"]) != 0:
                yield f"{address}: SEQUENCE of the first calendar mail is not 0"
    for stranger in set(mails) - set(addresses):
        yield f"{stranger} got a mail without a registration"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--registrations", type=int, default=60)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wici-kill-") as directory:
        with Stack(directory) as stack:
            windows = Windows()
            addresses, mails = run(stack, args.registrations, random.Random(args.seed), windows)
            found = list(faults(addresses, mails, attempts_of(stack), windows))
            if found:
                print("\n".join(found[:20]))
                for service in ("notification", "registration"):
                    print(f"log of {service}:\n{stack.processes[service].log_tail(30)}")
                sys.exit(f"failed; again with --seed {args.seed}")


if __name__ == "__main__":
    main()
