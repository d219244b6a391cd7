#!/usr/bin/python3
"""Restores the services from a backup as deploy/README.md says, and looks what becomes of everybody.

    restore_drill.py [--engine sqlite|postgres] [--restored all|registration|notification] [--seed S]
                     [--people N] [--broken]

The three services, with a mail server and an endpoint for webhooks. At the instant of the backup
notifications are due (the mail server is away), a campaign is under way and a reminder is near. Life
goes on: all of that arrives, more people register and readers move on in the feeds. Then the
services die, databases of the seed's choice (or of --restored) are put back, --new_feed_epoch is run
with them, and the services are started; somebody registers before notification is there. Redis keeps
its streams of the lost time, or is emptied; the seed decides.

Holds:
  - nothing that was due or had been told goes out: after the restore mails and webhooks are about
    those only who registered after it
  - each of these is told once, although the feed gives numbers to their changes that others had seen
  - what was due ends as UNKNOWN and campaigns are paused or done; resumed and replayed
    (ReplayDeliveries), each message that was due arrives once
  - what was there at the backup is there; a request whose effect was lost is taken when it is sent
    again, and one whose effect was not gets its first answer
  - cursors of a restored feed are CURSOR_FUTURE, for reading and for watching; from the beginning
    the feed is dense and has what is new; cursors of the others hold

Prints how many registrations were lost (what lies between the backup and the end) and how long it
took. With --broken nobody runs --new_feed_epoch: the oracle must find what goes out once more (exit
2 if it does not).
"""

import argparse
import collections
import email
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import uuid

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults")]

import client  # noqa: E402
from notification_oracle import (  # noqa: E402
    CAMPAIGN_DONE, EVENT, EVENT_NAME, TEMPLATE, TEMPLATE_NAME, TEMPLATE_TEXTS, FaultStack, Run,
    state_of)
from scripted_http import ScriptedHttp  # noqa: E402
from scripted_smtp import ScriptedSmtp  # noqa: E402
from stack import SERVICES, stop_on_signals  # noqa: E402

RESTORED = {"all": SERVICES, "registration": ("registration",), "notification": ("notification",)}
COMMAND_SECONDS = 60
SETTLE_SECONDS = 60
PAGE = 1000
DUE = 6  # notifications that are due at the backup
CREATE = "RegistrationService.CreateRegistration"
CAMPAIGN_PAUSED = 4  # Campaign.STATE_PAUSED
FEED = "FeedService."


def command(*words):
    """Runs it as an operator would."""
    subprocess.run([str(word) for word in words], check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=COMMAND_SECONDS)


class Backups:
    """Copies of the databases of a stack, by the commands of deploy/README.md."""

    def __init__(self, stack):
        self._stack, self._directory = stack, stack.directory / "backups"
        self._directory.mkdir()

    def take(self, service):
        """While it serves."""
        url, copy = self._stack.database_url(service), self._directory / service
        if self._stack.database == "sqlite":
            command("sqlite3", url.removeprefix("sqlite://"), f".backup {copy}")
        else:
            command("pg_dump", "--format=custom", f"--file={copy}", url)

    def restore(self, service):
        """While nobody serves it."""
        url, copy = self._stack.database_url(service), self._directory / service
        if self._stack.database == "sqlite":
            file = url.removeprefix("sqlite://")
            for of_the_end in ("-wal", "-shm"):
                pathlib.Path(file + of_the_end).unlink(missing_ok=True)
            shutil.copyfile(copy, file)
        else:
            name = url.split("?")[0].split("/")[-1]
            server = url.replace(f"/{name}?", "/postgres?")
            for text in (f"DROP DATABASE {name} WITH (FORCE)", f"CREATE DATABASE {name}"):
                command("psql", "--quiet", "--no-psqlrc", server, "--command", text)
            command("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={url}", copy)


class Feeds:
    """Readers of the feeds, with the cursors they were given."""

    def __init__(self, api):
        self._api = api
        self.cursors = collections.defaultdict(list)  # by service

    def remember(self):
        """A cursor in the middle of each feed, and its head."""
        for service in SERVICES:
            changes = self.read(service)
            self.cursors[service] += [change.cursor for change in changes[len(changes) // 2:][:1]]
            self.cursors[service] += [change.cursor for change in changes[-1:]]

    def read(self, service, after=None):
        """All changes after a cursor."""
        found = []
        while True:
            fields = {"after": {"epoch": after.epoch, "seq": after.seq}} if after else {}
            try:
                page = self._api.begin(FEED + "ReadChanges", at=service, limit=PAGE,
                                       **fields).result()
            except grpc.RpcError as error:
                raise client.CallError(f"ReadChanges of {service}", error) from None
            if not page.changes:
                return found
            found += page.changes
            after = page.next

    def _refusal(self, service, cursor, method):
        """The reason, or "" when the cursor is taken."""
        try:
            if method == "ReadChanges":
                self.read(service, cursor)
                return ""
            stream = self._api.begin(FEED + method, at=service, subscriptions=[{"id": 1}],
                                     after={"epoch": cursor.epoch, "seq": cursor.seq})
            try:
                next(stream)
                return ""
            except grpc.RpcError as error:
                return client.CallError(method, error).reason
            finally:
                stream.cancel()
        except client.CallError as error:
            return error.reason

    def check(self, restored):
        """Yields what is wrong with the cursors of before, and with the feeds from the beginning."""
        for service, cursors in self.cursors.items():
            for cursor in cursors:
                # A watch of a feed at its head says nothing for a while: only those that must end.
                for method in ("ReadChanges", "WatchChanges")[:1 + (service in restored)]:
                    if (reason := self._refusal(service, cursor, method)) != (
                            "CURSOR_FUTURE" if service in restored else ""):
                        yield (f"{method} of {service} after {cursor.seq}, given before, answered "
                               f"with {reason or 'changes'}")
            changes = self.read(service)
            numbers = [change.cursor.seq for change in changes]
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"the feed of {service} has a gap, or numbers twice"
            epochs = {change.cursor.epoch for change in changes}
            if len(epochs) > 1 or (service in restored and epochs & {c.epoch for c in cursors}):
                yield f"the feed of {service} is of the epochs {sorted(epochs)}"


class Drill:
    """One drill; what is wrong stands in run.problems."""

    def __init__(self, stack, sink, hooks, args):
        self._stack, self._sink, self._hooks = stack, sink, hooks
        self._broken, self._people = args.broken, args.people
        self._rng = random.Random(args.seed)
        chosen = self._rng.choice(list(RESTORED))
        self.mode = args.restored or chosen
        self._restored = RESTORED[self.mode]
        self._empties_redis = self._rng.random() < 0.5
        self._backups = Backups(stack)
        self.run = Run(stack, sink, hooks, self._rng, 0, is_long=False)
        self._feeds = Feeds(self.run.api)
        self._kept, self._lost, self._new = {}, {}, {}  # request_id -> (address, answer)
        self._due = []
        self.seconds = 0.0

    def go(self):
        """All of it."""
        self._prepare()
        self._back_up()
        self._go_on()
        self._restore()
        self._check_people()
        self._settle()
        self._check_what_went_out()
        self.run.problems += self._feeds.check(() if self._broken else self._restored)
        if not self.run.problems and not self._broken:
            self._replay()

    # ----- before -----

    def _register(self, book, address, request_id=None):
        """Keeps the answer in that book."""
        key = request_id or str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        answer = self.run.api(CREATE, parent=EVENT_NAME, request_id=key, person={
            "given_name": "Test", "family_name": "Person", "email": address})
        book[key] = address, answer
        self.run.registrations.add(answer.name)
        self.run.addresses[answer.person] = address

    def _prepare(self):
        api = self.run.api
        api("RegionService.CreateRegion", region_id="mazovia", region={
            "display_name": "Mazovia", "country": "PL",
            "codes": [{"scheme": "NUTS", "version": "2021", "code": "PL92"}]})
        api("EventService.CreateEvent", event_id=EVENT_NAME.split("/")[1], event=EVENT)
        api("EventService.PublishEvent", name=EVENT_NAME)
        api("TemplateService.CreateTemplate", template_id=TEMPLATE_NAME.split("/")[1],
            template=TEMPLATE, version=TEMPLATE_TEXTS)
        self.run.subscribe()
        for number in range(self._people):
            self._register(self._kept, f"kept{number}@example.org")
        self.run.settle()

    def _back_up(self):
        self._sink.refuse_all = True
        self._due = [self.run.send(person).name
                     for person in self._rng.sample(list(self.run.addresses), DUE)]
        self.run.start_campaign(DUE)
        self.run.invite_soon(2)
        self._feeds.remember()
        for service in self._rng.sample(SERVICES, len(SERVICES)):
            self._backups.take(service)
        self._sink.refuse_all = False

    def _go_on(self):
        """More changes than there will be after the restore: their numbers are given once more."""
        self.run.api("RegionService.CreateRegion", region_id="silesia", region={
            "display_name": "Silesia", "country": "PL",
            "codes": [{"scheme": "NUTS", "version": "2021", "code": "PL22"}]})
        for number in range(self._people):
            self._register(self._lost, f"lost{number}@example.org")
        self.run.settle()
        self._feeds.remember()

    # ----- the restore -----

    def _restore(self):
        begun = time.monotonic()
        for service in SERVICES:
            self._stack.kill(service)
        if self._empties_redis:
            self._stack.flush_redis()
        self._mails, self._calls = len(self._sink.taken), len(self._hooks.taken)
        for service in self._restored:
            self._backups.restore(service)
            if not self._broken:
                command(*self._stack._service_argv(service), "--new_feed_epoch")
        self._stack.restart("cluster-registry")
        self._stack.restart("registration")
        self._register(self._new, "early@example.org")
        self._stack.restart("notification")
        self.seconds = time.monotonic() - begun
        for number in range(3):
            self._register(self._new, f"late{number}@example.org")

    def _check_people(self):
        """What was there is there, what was lost can be done again."""
        problems = self.run.problems
        loses = "registration" in self._restored
        for key, (address, answer) in [*self._kept.items(), *list(self._lost.items())[:3]]:
            lost = loses and key in self._lost
            name = self.run.api(CREATE, parent=EVENT_NAME, request_id=key, person={
                "given_name": "Test", "family_name": "Person", "email": address})
            if lost:
                self._new[key] = address, name
            elif name != answer:
                problems.append(f"{answer.name}: the same request got another answer")
        there = {row.name for row in self._registrations()}
        lost = set() if not loses else {answer.name for _, answer in self._lost.values()}
        books = [self._kept, self._new] + ([] if loses else [self._lost])
        expected = {answer.name for book in books for _, answer in book.values()}
        if there != expected:
            problems.append(f"{len(expected - there)} registrations are gone, "
                            f"{len(there - expected)} are there that nobody knows")
        if there & lost:
            problems.append("what the backup did not have is there: this proves nothing")

    def _registrations(self):
        token = ""
        while True:
            page = self.run.api("RegistrationService.ListRegistrations", parent=EVENT_NAME,
                                page_size=PAGE, page_token=token)
            yield from page.registrations
            token = page.next_page_token
            if not token:
                return

    # ----- what goes out -----

    def _told(self):
        """How many mails came to each address since the restore."""
        return collections.Counter(address for address, _ in self._sink.taken[self._mails:])

    def _settle(self):
        """Until everybody who is new was told and nothing waits to be sent."""
        give_up = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < give_up and (
                any(not self._told()[address] for address, _ in self._new.values()) or
                self._waiting()):
            time.sleep(0.2)
        if waiting := self._waiting():
            self.run.problems.append(f"{waiting} notifications have not ended")

    def _waiting(self):
        return sum(n.counts.pending + n.counts.sending > 0 for n in self.run.notifications())

    def _check_what_went_out(self):
        problems, told = self.run.problems, self._told()
        new = {address for address, _ in self._new.values()}
        again = sum(told.values()) - sum(told[address] for address in new)
        if again:
            others = sorted(set(told) - new)
            problems.append(f"{again} mails went out once more, to {', '.join(others[:5])}")
        problems += [f"{address} was told {told[address]} times" for address in new
                     if told[address] != 1]
        names = {answer.name for _, answer in self._new.values()}
        called = collections.Counter(json.loads(body)["data"]["resource"]
                                     for _, body in self._hooks.taken[self._calls:])
        if strangers := set(called) - names:
            problems.append(f"the endpoint was told once more of {sorted(strangers)[:5]}")
        problems += [f"the endpoint was told of {name} {called[name]} times" for name in names
                     if called[name] != 1]
        if "notification" in self._restored:
            for name in self._due:
                problems += [f"{delivery.name} was due and is {state_of(delivery)}"
                             for delivery in self.run.deliveries(name)
                             if state_of(delivery) != "UNKNOWN"]
        for name in self.run.campaigns:
            state = self.run.api("CampaignService.GetCampaign", name=name).state
            if state not in (CAMPAIGN_PAUSED, CAMPAIGN_DONE):
                problems.append(f"{name} goes on by itself, in state {state}")

    def _replay(self):
        """What the documents say to do then; somebody decides that none of it had arrived."""
        if "notification" not in self._restored:
            return
        for name in self.run.campaigns:
            if self.run.api("CampaignService.GetCampaign", name=name).state == CAMPAIGN_PAUSED:
                self.run.api("CampaignService.ResumeCampaign", name=name)
        remaining = True
        while remaining:
            remaining = self.run.api(
                "NotificationService.ReplayDeliveries", event=EVENT_NAME,
                states=["DELIVERY_STATE_UNKNOWN"], reason="DELIVERY_REASON_RESTORED").remaining
        give_up = time.monotonic() + SETTLE_SECONDS
        while (waiting := self._waiting()) and time.monotonic() < give_up:
            time.sleep(0.2)
        if waiting:
            self.run.problems.append(f"{waiting} notifications have not ended after the replay")
        arrived = collections.Counter(
            email.message_from_bytes(mail)["Message-ID"].strip("<> \r\n")
            for _, mail in self._sink.taken[self._mails:])
        self.run.problems += [
            f"{delivery.name} was replayed, is {state_of(delivery)} and arrived "
            f"{arrived[delivery.message_id]} times" for name in self._due
            for delivery in self.run.deliveries(name)
            if state_of(delivery) != "DELIVERED" or arrived[delivery.message_id] != 1]

    def summary(self):
        """What it was."""
        lost = len(self._lost) if "registration" in self._restored else 0
        redis = "empty" if self._empties_redis else "of the lost time"
        return (f"{self._stack.database}, {self.mode} restored, Redis {redis}: {lost} of "
                f"{len(self._kept) + len(self._lost)} registrations lost, all serve after "
                f"{self.seconds:.1f} s, {len(self._new)} people told since")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--restored", choices=RESTORED, help="whose databases; else of the seed")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--broken", action="store_true")
    args = parser.parse_args()
    stop_on_signals()
    sink, hooks = ScriptedSmtp(), ScriptedHttp()
    with tempfile.TemporaryDirectory(prefix="wici-restore-") as directory:
        with FaultStack(directory, args.engine, sink.url) as stack:
            stack.start()
            drill = Drill(stack, sink, hooks, args)
            drill.go()
            problems = drill.run.problems
            logs = [f"log of {service}:\n{stack.processes[service].log_tail(20)}"
                    for service in SERVICES]
    print(drill.summary())
    if args.broken:
        print("\n".join(problems[:20]))
        sys.exit(0 if any("went out once more" in problem for problem in problems) else 2)
    if problems:
        print("\n".join(logs + problems[:20]))
        sys.exit(f"failed; again with --engine={args.engine} --restored={drill.mode} "
                 f"--seed={args.seed} --people={args.people}")


if __name__ == "__main__":
    main()
