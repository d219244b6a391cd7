#!/usr/bin/python3
"""Replaces the replicas of the three services, one after the other, while people call them.

    rolling_restart.py [--rounds N] [--rate R] [--seed S] [--broken]

Three replicas of each service on one PostgreSQL and one Redis. Clients spread their calls over all
of them with the service config that the contract publishes, and nothing else: what fails there is
not tried again here. R idempotent calls a second begin, whether or not earlier ones were answered:
GetCluster, CreateRegistration and SendNotification with a request_id. Meanwhile each replica gets
SIGTERM, drains, ends with 0, is started again and must have answered calls before the next one of
its service goes; all of that N times. Three watches of the feeds of registration and of
notification, on different replicas, go on with their cursor whenever their stream ends.

Holds at the end:
  - no call failed
  - what was acknowledged is stored, and nothing else; a request sent again gets the first answer
  - each watch has seen every change of its feed once, in order

With --broken a replica is killed instead of drained: the run must find calls that failed (exit 2 if
it does not).
"""

import argparse
import collections
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults")]

import client  # noqa: E402
from notification_oracle import (  # noqa: E402
    EVENT, EVENT_NAME, SEND, TEMPLATE, TEMPLATE_NAME, TEMPLATE_TEXTS, Postgres)
from scripted_smtp import ScriptedSmtp  # noqa: E402
from stack import SERVICES, stop_on_signals  # noqa: E402

REPLICAS = 3
PERSONS = 20
WATCHES = 3         # of each feed
DRAIN_SECONDS = 30  # of a replica
SETTLE_SECONDS = 30
STILL_SECONDS = 0.3  # before a replica is killed: several calls begin on it
GET = "ClusterService.GetCluster"
CREATE = "RegistrationService.CreateRegistration"
CALLS = {GET: 3, CREATE: 2, SEND: 1}  # how often, in proportion
CLUSTER = {"display_name": "Example Cluster", "country": "PL", "home_region": "regions/mazovia"}
CONFIG = "proto/wici/{0}/v1/{0}_grpc_service_config.json"


class Fleet(Postgres):
    """REPLICAS of each service; the first ones are those of the stack."""

    def __init__(self, directory, smtp_url):
        super().__init__(directory, "postgres", smtp_url)
        self.server = os.environ.get("WICI_TEST_POSTGRES")
        self.names = {service: [service] for service in SERVICES}
        for number in range(2, REPLICAS + 1):
            added = {f"{service}-{number}": service for service in SERVICES}
            self.add_ports(added)
            for name, service in added.items():
                self.names[service].append(name)

    def target(self, service):
        """All its replicas, as gRPC writes a list of addresses."""
        return "ipv4:" + ",".join(self.address(name) for name in self.names[service])

    def start(self):
        super().start()
        for service, (_, *others) in self.names.items():
            for name in others:
                self._start(name, self.replica_argv(service, name))
        self.wait_ready([name for names in self.names.values() for name in names])

    def _start_postgres(self):
        """Databases of its own on the server that WICI_TEST_POSTGRES names, if it does."""
        if not self.server:
            super()._start_postgres()
        elif not self._postgres_url:
            self._postgres_url = self.server
            self._query("CREATE DATABASE {}")

    def stop(self, graceful=True):
        super().stop(graceful)
        if self.server and self._postgres_url:
            self._query("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def database_url(self, service):
        if not self.server:
            return super().database_url(service)
        return re.sub(r"^(\w+://[^/?]*/)[^?]*", rf"\g<1>{self._database(service)}", self.server)

    @staticmethod
    def _database(service):
        return f"rolling_{os.getpid()}_{service.replace('-', '_')}"

    def _query(self, text):
        for service in SERVICES:
            subprocess.run(["psql", "--quiet", "--no-psqlrc", self.server, "--command",
                            text.format(self._database(service))],
                           check=True, stdin=subprocess.DEVNULL)

    def _service_argv(self, service):
        """Services find all replicas of each other, too."""
        peers = {f"--{flag}": self.target(name) for flag, name in (
            ("registry", "cluster-registry"), ("registration", "registration"))}
        return [f"{flag}={peers[flag]}" if (flag := str(word).split("=")[0]) in peers else word
                for word in super()._service_argv(service)]

    def answered(self, name):
        """Whether it has answered calls of the load in this life."""
        with urllib.request.urlopen(
                f"http://{self.address(name + '-admin')}/metrics", timeout=5) as page:
            return any(line.startswith("wici_rpc_duration_seconds_count") and
                       any(method.split(".")[1] in line for method in CALLS)
                       for line in page.read().decode().splitlines())

    def replace(self, names, stop_signal):
        """Each gets the signal at once; returns when all are back and have answered calls. Yields
        what is wrong."""
        if stop_signal == signal.SIGKILL:
            # Calls take milliseconds: one that stands still for a moment has some under way.
            for name in names:
                self.processes[name].signal(signal.SIGSTOP)
            time.sleep(STILL_SECONDS)
        for name in names:
            self.processes[name].signal(stop_signal)
        for name in names:
            self.processes[name].join(DRAIN_SECONDS)
            status = self.processes[name].popen.returncode
            if stop_signal == signal.SIGTERM and status != 0:
                yield f"{name} drained with exit status {status}"
        for name in names:
            self.processes[name].start()
        self.wait_ready(names)
        for name in names:
            self._wait(self.processes[name], lambda name=name: self.answered(name))


def connect(fleet):
    """An Api over all replicas, with the published service configs."""
    options = {service: (("grpc.service_config",
                          (ROOT / CONFIG.format(service.replace("-", "_"))).read_text()),
                         *(option for option in client.CHANNEL_OPTIONS
                           if option[0] != "grpc.enable_retries"))
               for service in SERVICES}
    return client.Api({service: fleet.target(service) for service in SERVICES},
                      client.bearer_token(fleet.key_file, "users/operator",
                                          ["platform-operator@platform"]), options)


class Load:
    """Begins calls at a steady rate until `done`."""

    def __init__(self, api, cluster, persons, rate, rng, done):
        self._api, self._cluster, self._persons = api, cluster, persons
        self._rate, self._rng, self._done = rate, rng, done
        self._lock = threading.Lock()
        self._under_way = 0
        self._began = time.monotonic()
        self.acknowledged = collections.defaultdict(list)  # method -> [(fields, answer)]
        self.failed = []                                   # (seconds, method, code, text)
        self.count = 0

    def run(self):
        at = self._began = time.monotonic()
        kinds, weights = list(CALLS), list(CALLS.values())
        while not self._done.wait(max(0, at - time.monotonic())):
            at += 1 / self._rate
            self.count += 1
            self._begin(*self._call(self._rng.choices(kinds, weights)[0]))
        give_up = time.monotonic() + client.DEADLINE_SECONDS + 5
        while self._under_way and time.monotonic() < give_up:
            time.sleep(0.01)

    def _call(self, method):
        if method == GET:
            return method, {"name": self._cluster}
        fields = {"request_id": str(uuid.UUID(int=self._rng.getrandbits(128), version=4))}
        if method == CREATE:
            return method, fields | {"parent": EVENT_NAME, "person": {
                "given_name": "Test", "family_name": f"Person {self.count}",
                "email": f"person{self.count}@example.org"}}
        return method, fields | {"notification": {
            "template": TEMPLATE_NAME, "event": EVENT_NAME,
            "persons": [self._rng.choice(self._persons)],
            "unknown_policy": "UNKNOWN_POLICY_AT_LEAST_ONCE"}}

    def _begin(self, method, fields):
        with self._lock:
            self._under_way += 1
        self._api.begin(method, **fields).add_done_callback(
            lambda future: self._ended(method, fields, future))

    def _ended(self, method, fields, future):
        with self._lock:
            self._under_way -= 1
            if future.code() == grpc.StatusCode.OK:
                self.acknowledged[method].append((fields, future.result()))
            else:
                self.failed.append((time.monotonic() - self._began, method, future.code().name,
                                    future.details()))


class Watch:
    """Follows a feed from its head at the beginning; whenever its stream ends, it goes on."""

    def __init__(self, api, service):
        self._api, self.service = api, service
        self.after = api.begin("FeedService.GetFeedHead", at=service).result().head
        self.begin = self.after.seq
        self.seen, self.problems, self.resumed = [], [], 0
        self._stream, self._done = None, False

    def run(self):
        while not self._done:
            try:
                self._follow()
            except grpc.RpcError as error:
                if not self._done and error.code() != grpc.StatusCode.UNAVAILABLE:
                    self.problems.append(f"a watch of {self.service} ended {error.code().name}: "
                                         f"{error.details()}")
                self.resumed += 1
                time.sleep(client.RETRY_PAUSE_SECONDS)

    def _follow(self):
        self._stream = self._api.begin(
            "FeedService.WatchChanges", at=self.service, subscriptions=[{"id": 1}],
            after={"epoch": self.after.epoch, "seq": self.after.seq})
        for message in self._stream:
            self.seen += [event.change.cursor.seq for event in message.events]
            self.after = message.progress

    def end(self):
        self._done = True
        self._stream.cancel()

    def check(self, head):
        """Yields what is wrong."""
        yield from self.problems
        if self.after.seq < head:
            yield f"a watch of {self.service} is at {self.after.seq}, the feed at {head}"
        if self.seen != list(range(self.begin + 1, self.after.seq + 1)):
            counts = collections.Counter(self.seen)
            missing = [seq for seq in range(self.begin + 1, self.after.seq) if seq not in counts]
            double = [seq for seq, count in counts.items() if count > 1]
            yield (f"a watch of {self.service} from {self.begin} to {self.after.seq}: "
                   f"missing {missing[:5]}, double {double[:5]}")


def prepare(api):
    """Returns a cluster and people to write to."""
    api("RegionService.CreateRegion", region_id="mazovia", region={
        "display_name": "Mazovia", "country": "PL",
        "codes": [{"scheme": "NUTS", "version": "2013", "code": "PL12", "level": 2}]})
    cluster = api("ClusterService.CreateCluster", cluster=CLUSTER).name
    api("EventService.CreateEvent", event_id=EVENT_NAME.split("/")[1], event=EVENT)
    api("EventService.PublishEvent", name=EVENT_NAME)
    api("TemplateService.CreateTemplate", template_id=TEMPLATE_NAME.split("/")[1],
        template=TEMPLATE, version=TEMPLATE_TEXTS)
    return cluster, [api(CREATE, parent=EVENT_NAME, person={
        "given_name": "Test", "family_name": "Reader", "email": f"reader{i}@example.org"}).person
                     for i in range(PERSONS)]


def listed(api, method, field, **fields):
    """All pages."""
    token = ""
    while True:
        page = api(method, page_size=1000, page_token=token, **fields)
        yield from getattr(page, field)
        token = page.next_page_token
        if not token:
            return


def heads(api, watches):
    """Where the feeds are, by service, once every watch has come there."""
    found = {service: api.begin("FeedService.GetFeedHead", at=service).result().head.seq
             for service in {watch.service for watch in watches}}
    give_up = time.monotonic() + SETTLE_SECONDS
    while (any(watch.after.seq < found[watch.service] for watch in watches) and
           time.monotonic() < give_up):
        time.sleep(0.02)
    return found


def check(api, load):
    """Yields what is wrong with what was acknowledged."""
    failures = collections.defaultdict(list)
    for at, *failure in load.failed:
        failures[tuple(failure)].append(f"{at:.2f}")
    for failure, times in failures.items():
        yield (f"{len(times)} of {load.count} calls failed: {' '.join(failure)}, at "
               f"{', '.join(times[:8])} s")
    stored = {
        CREATE: {row.name for row in listed(
            api, "RegistrationService.ListRegistrations", "registrations", parent=EVENT_NAME)},
        SEND: {row.name for row in listed(api, "NotificationService.ListNotifications",
                                          "notifications") if row.template == TEMPLATE_NAME}}
    for method, rows in stored.items():
        told = [answer.name for _, answer in load.acknowledged[method]]
        if lost := set(told) - rows:
            yield f"{method}: {len(lost)} of {len(told)} that were acknowledged are not stored"
        if len(told) != len(set(told)):
            yield f"{method}: two requests got one answer"
        failed = sum(failure[1] == method for failure in load.failed)
        more = len(rows - set(told)) - (PERSONS if method == CREATE else 0)
        if more > failed:
            yield f"{method}: {more} are stored beyond what was acknowledged, {failed} calls failed"
        for fields, answer in load.acknowledged[method][::10]:
            if api(method, **fields).name != answer.name:
                yield f"{method}: the same request got another answer than {answer.name}"


def go(fleet, args, rng):
    """What is wrong, and a summary."""
    fleet.start()
    api = connect(fleet)
    cluster, persons = prepare(api)
    done = threading.Event()
    load = Load(api, cluster, persons, args.rate, rng, done)
    watches = [Watch(api, service) for service in ("registration", "notification")
               for _ in range(WATCHES)]
    threads = [threading.Thread(target=part.run) for part in [load, *watches]]
    for thread in threads:
        thread.start()
    problems = []
    try:
        for _ in range(args.rounds):
            order = {service: rng.sample(names, len(names))
                     for service, names in fleet.names.items()}
            for number in range(REPLICAS):
                problems += fleet.replace([order[service][number] for service in SERVICES],
                                          signal.SIGKILL if args.broken else signal.SIGTERM)
    finally:
        done.set()
        threads[0].join()
        found = heads(api, watches)
        for watch in watches:
            watch.end()
        for thread in threads:
            thread.join()
    problems += check(api, load)
    for watch in watches:
        problems += watch.check(found[watch.service])
    if not sum(watch.resumed for watch in watches):
        problems.append("no watch met a restart: this proves nothing")
    api.close()
    return problems, (f"{args.rounds * REPLICAS * len(SERVICES)} restarts, {load.count} calls, "
                      f"{len(load.failed)} failed, {sum(len(watch.seen) for watch in watches)} "
                      f"changes seen by {len(watches)} watches that resumed "
                      f"{sum(watch.resumed for watch in watches)} times")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--rate", type=float, default=60, help="calls a second")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--broken", action="store_true")
    args = parser.parse_args()
    stop_on_signals()
    with tempfile.TemporaryDirectory(prefix="wici-rolling-") as directory:
        os.chmod(directory, 0o711)  # the server of the database is another user
        with Fleet(directory, ScriptedSmtp().url) as fleet:
            problems, summary = go(fleet, args, random.Random(args.seed))
    print(summary)
    if args.broken:
        sys.exit(0 if any("calls failed" in problem for problem in problems) else 2)
    if problems:
        print("\n".join(problems[:20]))
        sys.exit(f"failed; again with --seed={args.seed}")


if __name__ == "__main__":
    main()
