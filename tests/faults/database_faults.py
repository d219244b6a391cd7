#!/usr/bin/python3
"""Faults of PostgreSQL under two replicas of the registration service, with an oracle.

    database_faults.py [--mode proxy|serializable|standstill|failover|disk] [--seconds S]
                       [--seed N] [--clients C] [--broken]

Clients outside register, cancel and come in, over gRPC; a call that does not succeed they send
again with the same request_id, to the other replica. Meanwhile, by mode:

  proxy         connections to the database break at chosen instants: before and after a COMMIT, in
                the middle of a transaction, all at once; statements and commits fail with 40001; it
                is slow, and it stands still (postgres_proxy.py)
  serializable  the same with default_transaction_isolation = serializable
  standstill    the database stands still for STANDSTILL_SECONDS, longer than calls wait: replicas
                turn over meanwhile, and afterwards nobody is behind calls that were given up
  failover      the database is two servers, one a synchronous standby of the other; replication
                stands still for a while, then the primary is killed and the standby promoted
  disk          the disk of the database is full for a while, in the ways of postgres_disk.py; ends
                with 77 where no disk of one's own can be made

Then the oracle of services/registration/processes/kill_test.py compares what clients were told
with the changes and the rows: never more places taken than there are, the waiting list in order,
what was acknowledged is there, one registration for each request_id, the same answer to the same
request.
Beyond it: the feed has every change once, without a gap, from both replicas; and a lost race
(ABORTED) is settled by the service, not by its clients.

In the end an acknowledged registration is deleted behind the service's back: the oracle must find
that. With --broken the clients send each try with a request_id of its own, and in a fail-over each
COMMIT that takes long is cancelled, on the wire, as a driver without that guard would: the oracle
must find that, too.
Ends with 0, or says what is wrong and how to repeat it. Needs the server that WICI_TEST_POSTGRES
names, but for failover and disk, which start their own.
"""

import argparse
import collections
import os
import pathlib
import random
import re
import sys
import tempfile
import threading
import time
import uuid

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults"),
                str(ROOT / "services/registration/processes")]

import client  # noqa: E402
import kill_test  # noqa: E402
import postgres_disk  # noqa: E402
import stubs  # noqa: E402
from postgres_pair import PostgresPair  # noqa: E402
from postgres_proxy import PostgresProxy, RandomFaults  # noqa: E402
from replicated import Server  # noqa: E402
from stack import stop_on_signals  # noqa: E402

DEADLINE_SECONDS = {"failover": 1, "standstill": 2, "disk": 3}  # of a call; shorter than it stands still
STANDSTILL_SECONDS = 10
RECOVERY_SECONDS = 10   # after it, until calls are acknowledged
SETTLE_SECONDS = 30
SERIALIZABLE = "&options=-cdefault_transaction_isolation%3Dserializable"
# Of a fail-over: longer than a service waits for the answer to a COMMIT.
STALL_SECONDS = {"proxy": 0.3, "serializable": 0.3, "failover": 7}
MODES = (*STALL_SECONDS, "standstill", "disk")
# What the oracle must find with --broken.
FINDS = {"failover": "was acknowledged with"}
# Of each statement or commit of a transaction; one has about eight.
RATES = {"cut_before_commit": 0.04, "cut_after_commit": 0.05, "refuse_commit": 0.05,
         "cut": 0.01, "refuse": 0.01, "delay": 0.01}
MUST_HAPPEN = ("cut_before_commit", "cut_after_commit", "refuse_commit")
FEED_PAGE = 1000
PROGRESS = 5  # calls acknowledged between two blows


class Forgetful:
    """An Api whose owner does not know what request_id is for."""

    def __init__(self, api):
        self._api = api

    def __call__(self, method, /, **fields):
        return self._api(method, **fields | {"request_id": str(uuid.uuid4())})


class ProxiedServer(Server):
    """A database of the server WICI_TEST_POSTGRES names, behind a proxy."""

    def __init__(self, server, mode, seed):
        self._server, self._mode = server, mode
        self._queued, self._late = 0, None  # of a standstill
        self._database = f"faults_{os.getpid()}_{seed}"
        self._proxy = PostgresProxy(server)
        try:
            kill_test.query(server, f"CREATE DATABASE {self._database}")
            self.direct = re.sub(r"^(\w+://[^/?]*/)[^?]*", rf"\g<1>{self._database}", server)
            self.url = self._proxy.url(
                self._database, SERIALIZABLE if mode == "serializable" else "")
        except BaseException:
            self.close()
            raise

    def disturb(self, rng, seconds, crowd):
        """Until what must happen has, and people have met it; so many seconds at least."""
        begun, counts = time.monotonic(), self._proxy.counts
        self._proxy.choose = RandomFaults(rng.random(), RATES)
        try:
            while time.monotonic() < begun + seconds or (
                    not (crowd.met() and all(counts[fault] for fault in MUST_HAPPEN)) and
                    time.monotonic() < begun + SETTLE_SECONDS):
                crowd.wait(rng.uniform(0.2, 0.8))
                crowd.wait_for_progress()  # however slow this machine is
                if rng.random() < 0.5:
                    self._proxy.cut_all()
                else:
                    self._proxy.stall(True)
                    crowd.wait(rng.uniform(0, STALL_SECONDS[self._mode]))
                    self._proxy.stall(False)
        finally:
            self._proxy.choose = None
        return [f"{fault} never happened: this proves little" for fault in MUST_HAPPEN
                if not counts[fault]]

    def stand_still(self, crowd, replicas):
        """Once, while people call; then looks who still waits, and for whom."""
        crowd.wait(1)
        crowd.wait_for_progress()
        before, numbers = crowd.told(), range(len(replicas.addresses))
        self._proxy.stall(True)
        try:
            crowd.wait(STANDSTILL_SECONDS)
            problems = [f"replica {number} does not turn over while the database stands still"
                        for number in numbers if not replicas.page(number, "/livez")]
            # One for each may have been under way.
            if (meanwhile := crowd.told() - before) > len(crowd.people):
                problems.append(f"{meanwhile} calls were acknowledged without a database")
            self._queued = sum(queued(replicas.page(number, "/metrics")) for number in numbers)
            crowd.note_progress()
        finally:
            self._proxy.stall(False)
        begun = time.monotonic()
        crowd.wait_for_progress()
        self._late = time.monotonic() - begun
        if self._late > RECOVERY_SECONDS:
            problems.append(f"nobody was served for {self._late:.1f} s when the database went on")
        for number in numbers:
            while not replicas.page(number, "/readyz") or (
                    queued(replicas.page(number, "/metrics")) > len(crowd.people)):
                if time.monotonic() > begun + RECOVERY_SECONDS:
                    problems.append(f"replica {number} is not itself again")
                    break
                crowd.wait(0.1)
        return problems

    def summary(self):
        if self._late is not None:
            return f"{self._queued:.0f} writes queued at the end, served again after {self._late:.1f} s"
        return ", ".join(f"{what} {count}" for what, count in sorted(self._proxy.counts.items()))

    def close(self):
        try:
            self._proxy.close()
        finally:
            kill_test.query(self._server, f"DROP DATABASE IF EXISTS {self._database} WITH (FORCE)")


class FailingPair(Server):
    """Two servers, the second of which takes over."""

    def __init__(self, directory, cancels):
        self._pair, self._cancels = PostgresPair(directory), cancels
        self._outage, self._cancelled = 0.0, 0
        try:
            kill_test.query(self._pair.primary_url, "CREATE DATABASE faults")
            self.url = self.direct = self._pair.url("faults")
        except BaseException:
            self._pair.close()  # daemons, which would outlive us
            raise

    def disturb(self, rng, seconds, crowd):
        """Replication stands still, the primary dies, the standby takes over."""
        crowd.wait(rng.uniform(0.5, 1) * seconds / 2)
        crowd.wait_for_progress()
        if self._cancels:
            # Before: a COMMIT under way that is not cancelled holds its locks, and up everybody.
            self._pair.primary.choose = {"commit": "cancel_commit"}.get
            crowd.wait_for_progress()
        self._pair.replication.stall(True)
        crowd.note_progress()
        crowd.wait(STALL_SECONDS["failover"])
        if self._cancels:
            crowd.wait_for_progress()  # what is acknowledged now will be gone
        self._cancelled = self._pair.primary.counts["cancel_commit"]
        self._pair.kill_primary()
        begun = time.monotonic()
        self._pair.promote_standby()
        self._outage = time.monotonic() - begun
        crowd.wait(seconds / 2)
        while not crowd.met() and time.monotonic() < begun + SETTLE_SECONDS:
            crowd.wait(0.1)
        return []

    def summary(self):
        return f"promoted within {self._outage:.1f} s, {self._cancelled} COMMITs met a cancel"

    def close(self):
        self._pair.close()


def read_feed(address, token):
    """All changes there are, as (seq, aggregate, version, kind, resource). A server whose clock was
    just set back may take every deadline for past, for a moment."""
    give_up = time.monotonic() + SETTLE_SECONDS
    method = stubs.methods()["FeedService.ReadChanges"]
    request, found = client.prototype(method.input_type)(limit=FEED_PAGE), []
    with grpc.insecure_channel(address) as channel:
        read = channel.unary_unary(
            "/wici.feed.v1.FeedService/ReadChanges",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=client.prototype(method.output_type).FromString)
        while True:
            try:
                page = read(request, timeout=client.DEADLINE_SECONDS,
                            metadata=[("authorization", f"Bearer {token}")])
            except grpc.RpcError as error:
                if (error.code() != grpc.StatusCode.DEADLINE_EXCEEDED
                        or time.monotonic() > give_up):
                    raise
                time.sleep(0.2)
                continue
            if not page.changes:
                return found
            found += [(change.cursor.seq, change.aggregate, change.version, change.kind,
                       change.resource) for change in page.changes]
            request.after.CopyFrom(page.next)


def check_feed(url, replicas, token):
    """Yields what is wrong with the feed, once it has had the time to number everything."""
    committed = collections.Counter(
        (aggregate, int(version), kind, resource) for aggregate, version, kind, resource in
        kill_test.query(url, "SELECT aggregate, version, kind, resource FROM changes"))
    feeds, give_up = [], time.monotonic() + SETTLE_SECONDS
    for address in replicas.addresses:
        while len(feed := read_feed(address, token)) < committed.total() and (
                time.monotonic() < give_up):
            time.sleep(0.1)
        feeds.append(feed)
    feed = feeds[0]
    if any(other != feed for other in feeds):
        yield "the replicas give different feeds"
    if [change[0] for change in feed] != list(range(1, len(feed) + 1)):
        yield "the feed has a gap, or numbers twice"
    if collections.Counter(change[1:] for change in feed) != committed:
        yield f"the feed has {len(feed)} changes, {committed.total()} were committed"
    versions = {}
    for seq, aggregate, version, *_ in feed:
        if version < versions.get(aggregate, 0):
            yield f"change {seq} of {aggregate} comes after a later one"
        versions[aggregate] = version


def check_oracle(server, event, people, apis):
    """Deletes an acknowledged registration and yields a complaint if nobody notices."""
    name = next(told.answer.name for person in people for told in person.told
                if told.method.endswith("CreateRegistration"))
    kill_test.query(server.direct, "DELETE FROM registrations "
                                   f"WHERE event = '{event}' AND id = '{name.split('/')[-1]}'")
    if not any(name in found for found in kill_test.check(server.direct, event, people, apis)):
        yield f"{name} was acknowledged and then deleted, and the oracle does not see it"


class Crowd:
    """The people, who call until it is left: with Crowd(...) as crowd."""

    def __init__(self, args, apis, event):
        self._done, self._seen = threading.Event(), 0
        self._forgetful = args.broken and args.mode != "failover"
        self.wait = self._done.wait
        callers = [Forgetful(api) for api in apis] if self._forgetful else apis
        self.people = [kill_test.Person(callers, event, number, args.seed, self._done)
                       for number in range(args.clients)]
        self._threads = [threading.Thread(target=person.run) for person in self.people]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc):
        self._done.set()
        for thread in self._threads:
            thread.join()

    def told(self):
        """How many calls were acknowledged."""
        return sum(len(person.told) for person in self.people)

    def reason_count(self, reason):
        """How many calls were sent again for it."""
        return sum(person.reasons[reason] for person in self.people)

    def met(self):
        """Whether enough has happened to prove something."""
        return (any(person.retries for person in self.people) and
                self.told() > 3 * len(self.people) and
                (not self._forgetful or any(map(doubled, self.people))))

    def wait_for_progress(self):
        """Until some calls were acknowledged since this was called last."""
        give_up = time.monotonic() + SETTLE_SECONDS
        while self.told() < self._seen + PROGRESS and time.monotonic() < give_up:
            self.wait(0.02)
        self.note_progress()

    def note_progress(self):
        """What was acknowledged until now does not count as progress."""
        self._seen = self.told()


def queued(metrics):
    """How many writes wait for their batch."""
    return sum(float(line.split()[-1]) for line in metrics.splitlines()
               if line.startswith("wici_commit_queue"))


def doubled(person):
    """Whether a registration stood in the way of the same one, tried again."""
    return any("ALREADY_REGISTERED" in problem for problem in person.problems)


def run(server, args, directory):
    """What is wrong."""
    replicas = server.replicas(directory)
    token = server.token(replicas.key)
    try:
        for number in range(len(replicas.addresses)):  # the first makes the schema
            replicas.start(number)
            replicas.wait_ready(number)
        apis = kill_test.connect(replicas, token)
        for api in apis:
            api.deadline_seconds = DEADLINE_SECONDS.get(args.mode, client.DEADLINE_SECONDS)
        apis[0].retry_seconds = SETTLE_SECONDS  # it may not be connected yet
        event = kill_test.open_event(apis[0])
        apis[0].retry_seconds = 0
        with Crowd(args, apis, event) as crowd:
            if args.mode == "standstill":
                problems = server.stand_still(crowd, replicas)
            elif args.mode == "disk":
                problems = server.fill(random.Random(args.seed), crowd, replicas)
            else:
                problems = server.disturb(random.Random(args.seed), args.seconds, crowd)
            crowd.wait(0.3)  # all is well again
        people = crowd.people
        for api in apis:
            api.retry_seconds = SETTLE_SECONDS
            api.deadline_seconds = client.DEADLINE_SECONDS
        problems += kill_test.check(server.direct, event, people, apis)
        problems += check_feed(server.direct, replicas, token)
        problems += server.check(replicas)
        retries = sum((person.retries for person in people), collections.Counter())
        if not retries:
            problems.append("no call met a fault: this proves nothing")
        if retries["ABORTED"]:
            problems.append(f"{retries['ABORTED']} lost races were left to the clients")
        if not problems:
            problems += check_oracle(server, event, people, apis)
        for api in apis:
            api.close()
        print(f"{args.mode}, seed {args.seed}: {crowd.told()} calls acknowledged, sent again after "
              f"{dict(retries)}; {server.summary()}")
        return problems
    finally:
        replicas.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mode", choices=MODES, default="proxy")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--broken", action="store_true")
    args = parser.parse_args()
    if args.mode == "disk":
        postgres_disk.enter_namespace()
    stop_on_signals()  # servers are no children of ours
    with tempfile.TemporaryDirectory(prefix="wici-faults-") as name:
        directory = pathlib.Path(name)
        directory.chmod(0o755)  # PostgreSQL is another user
        if args.mode == "failover":
            server = FailingPair(directory, cancels=args.broken)
        elif args.mode == "disk":
            server = postgres_disk.FullDisk(directory)
        else:
            url = os.environ.get("WICI_TEST_POSTGRES")
            if not url:
                sys.exit("set WICI_TEST_POSTGRES, or use ./wici faults")
            server = ProxiedServer(url, args.mode, args.seed)
        try:
            problems = run(server, args, directory)
        finally:
            server.close()
    found = FINDS.get(args.mode, "ALREADY_REGISTERED")
    if args.broken and not any(found in problem for problem in problems):
        print("\n".join(problems[:20]))
        sys.exit(f"the guard is gone, and the oracle finds no '{found}'")
    if problems and not args.broken:
        print("\n".join(problems[:20]))
        sys.exit(f"failed; again with {' '.join(sys.argv[:1])} --mode={args.mode} "
                 f"--seconds={args.seconds:g} --seed={args.seed} --clients={args.clients}")


if __name__ == "__main__":
    main()
