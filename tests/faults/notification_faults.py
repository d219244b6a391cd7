#!/usr/bin/python3
"""The fault cases of notification against real processes, with an oracle.

    notification_faults.py [--notifications N] [--minutes M] [--seed S] [--engine sqlite|postgres]
                           [--broken]

Goes through the cases in an order of the seed, again and again for M minutes, or once; a round has N
notifications accepted, each case its share. It breaks something while they are accepted and
sent: mails, webhooks about registrations, reminders that are due, campaigns; then everything is whole again, and once every delivery has ended the oracle compares what was
acknowledged, what the ledger says and what the SMTP server took:

- every notification that was acknowledged is in the ledger, and each of its deliveries has ended;
- DELIVERED: the server has it. REJECTED, CANCELLED: it does not. UNKNOWN: either;
- nothing is at the server that was not accepted;
- the same Message-ID twice came as the same bytes, and only once a case has provoked one of the
  windows W1 to W3 (services/notification/deliveries/rules/ledger.h); AT_MOST_ONCE never came twice;
- everybody who was to be reminded, and everybody of a campaign, stands in the ledger once for it;
- the endpoint was told of every confirmed registration, under one webhook-id each.

Ends with 0, or says what is wrong and how to repeat it. Which case stands where, of those that are
not here, says notification_cases.md. With --broken the server loses a mail that it has taken over:
the oracle must find that (exit 2 if it does not).
"""

import argparse
import itertools
import os
import pathlib
import random
import signal
import sys
import tempfile
import threading
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults")]

import client  # noqa: E402
from notification_oracle import (  # noqa: E402
    EVENT, EVENT_NAME, TEMPLATE, TEMPLATE_NAME, TEMPLATE_TEXTS, FaultStack, ProxiedPostgres, Run)
from postgres_proxy import RandomFaults  # noqa: E402
from scripted_http import ScriptedHttp  # noqa: E402
from scripted_smtp import ScriptedSmtp  # noqa: E402
from stack import stop_on_signals  # noqa: E402

PERSONS = 40
LEASE_SECONDS = 20
# Of each COMMIT of notification, while F19 breaks them, and for how long at most.
RATES = {"cut_before_commit": 0.07, "cut_after_commit": 0.07, "refuse_commit": 0.07}
FAULTS_SECONDS = 60
# The outcome is unknown, or nothing happened.
AGAIN = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "RESOURCE_EXHAUSTED")


# ----- the cases: each is called with the run -----


def F1_api_killed_around_its_commit(run):
    """kill -9 while a request is under way; the client repeats it with its request_id."""
    run.doubles_allowed = True  # W1: the same process sends
    before = len(run.acknowledged)

    def strike():
        run.stack.kill("notification")
        run.stack.restart("notification")

    for i in range(run.each):
        if i in (1, run.each - 1):
            run.api.strike = strike
        run.send()
    if len(run.acknowledged) != before + run.each:
        run.problems.append("F1: a request that was repeated made two notifications")


def F2_one_key_with_another_body(run):
    key = str(uuid.uuid4())
    first, second = run.rng.sample(list(run.addresses), 2)
    accepted = run.send(first, request_id=key)
    try:
        run.send(second, request_id=key)
        run.problems.append("F2: another body was accepted under the same key")
    except client.CallError as error:
        if error.reason != "REQUEST_ID_REUSED":
            run.problems.append(f"F2: refused with {error.reason}")
    if run.send(first, request_id=key).name != accepted.name:
        run.problems.append("F2: the same request twice made two notifications")


def F3_one_key_from_many_clients_at_once(run):
    """On PostgreSQL half of them call another replica."""
    key, person, names = str(uuid.uuid4()), run.rng.choice(list(run.addresses)), set()
    replicas = [run.stack.address("notification")]
    if run.stack.database == "postgres":
        replicas.append(run.stack.start_replica())

    def call(replica):
        api = client.connect(run.stack, "users/operator", ["platform-operator@platform"],
                             notification=replica)
        names.add(run.send(person, api=api, request_id=key).name)
        api.close()

    threads = [threading.Thread(target=call, args=(replicas[i % len(replicas)],))
               for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(names) != 1:
        run.problems.append(f"F3: one key made {len(names)} notifications")
    if len(replicas) > 1:
        run.doubles_allowed = True  # W1: the replica may be sending what another began
        run.stack.kill(run.stack.REPLICA)


def F7_redis_killed(run):
    run.stack.kill("redis")
    run.send_some()
    run.admit(2)
    run.stack.restart("redis")
    run.admit(2)


def F8_redis_emptied(run):
    run.admit(2)
    run.send_some(run.stack.flush_redis)
    for key in ("wici:feed:registration", "registration"):
        run.stack.redis("DEL", key)
    run.admit(2)


def F9_consumer_group_destroyed(run):
    run.admit(1)
    keys = run.stack.redis("KEYS", "*").split(b"\r\n")[2::2]
    for key in keys:
        run.stack.redis("XGROUP", "DESTROY", key.decode(), "notification")
    run.admit(2)
    run.send_some()


def F10_redis_refuses(run):
    """-OOM, then -READONLY."""
    run.stack.redis("CONFIG", "SET", "maxmemory", "1")
    run.admit(1)
    run.send_some()
    run.stack.redis("CONFIG", "SET", "maxmemory", "0")
    run.stack.redis("REPLICAOF", "127.0.0.1", "1")
    run.admit(1)
    run.stack.redis("REPLICAOF", "NO", "ONE")


def F11_redis_answers_nothing(run):
    redis = run.stack.processes["redis"]
    redis.signal(signal.SIGSTOP)
    try:
        run.admit(1)
        run.send_some()
    finally:
        redis.signal(signal.SIGCONT)


def F12_redis_from_an_older_snapshot(run):
    files = run.stack.directory / "redis/appendonlydir"
    old = {path: path.read_bytes() for path in files.iterdir()}
    run.admit(2)
    run.send_some()
    run.stack.kill("redis")
    for path in files.iterdir():
        path.unlink()
    for path, content in old.items():
        path.write_bytes(content)
    run.stack.restart("redis")
    run.admit(1)


def F13_worker_killed(run):
    """kill -9 somewhere between the lease and the commit of the outcome."""
    run.doubles_allowed = True  # W1
    run.plan("slow", 10)
    run.send_some()
    time.sleep(run.rng.uniform(0, 0.3))
    run.stack.kill("notification")
    run.stack.restart("notification")


def F14_worker_asleep_for_longer_than_its_lease(run):
    """On PostgreSQL, where another replica takes over, in a long run."""
    if run.stack.database != "postgres" or not run.is_long:
        return
    run.doubles_allowed = True  # W3
    run.stack.start_replica()
    run.plan("slow", 20)
    run.send_some()
    asleep = run.stack.processes["notification"]
    asleep.signal(signal.SIGSTOP)
    time.sleep(LEASE_SECONDS + 2)
    asleep.signal(signal.SIGCONT)
    run.stack.kill(run.stack.REPLICA)


def F15_peer_slower_than_it_should_be(run):
    run.plan("slow", 20)
    run.send_some()


def F17_smtp_greets_with_421(run):
    run.sink.refuse_all = True
    run.send_some()
    time.sleep(0.5)
    run.sink.refuse_all = False


def F17_smtp_refuses_for_now(run):
    run.plan("rcpt-451", 5)
    run.plan("data-451", 5)
    run.send_some()


def F17_smtp_refuses_for_good(run):
    run.plan("rcpt-550", 3)
    run.plan("data-552", 3)
    run.send_some()


def F17_smtp_breaks_off_before_the_dot(run):
    run.plan("drop-at-rcpt", 5)
    run.plan("drop-in-data", 5)
    run.send_some()


def F17_smtp_is_silent_after_the_dot(run):
    run.doubles_allowed = True  # W2
    run.plan("drop-after-dot", 5)
    run.plan("lose-after-dot", 5)
    run.send_some()


def F18_endpoint_refuses_rests_and_breaks_off(run):
    run.doubles_allowed = True  # W2
    run.hooks.plan("503", "drop", "slow", "429", "", "drop")
    run.admit(4)
    run.send_some()


def F19_database_cuts_its_connections(run):
    """On PostgreSQL only."""
    run.doubles_allowed = True  # W1: an outcome may be lost with its connection
    if run.stack.database == "postgres":
        run.send_some(lambda: run.stack.cut_connections())
    else:
        run.send_some()


def F19_database_breaks_around_commits(run):
    """On PostgreSQL only: connections end before and after a COMMIT, transactions lose races, all
    connections end at once; while notifications are accepted, claimed and recorded."""
    if run.stack.database != "postgres":
        return
    run.doubles_allowed = True  # W1
    proxy = run.stack.proxy
    proxy.choose = RandomFaults(run.rng.random(), RATES)
    give_up = time.monotonic() + FAULTS_SECONDS
    try:
        for i in itertools.count():
            if i >= run.each and all(proxy.counts[fault] for fault in RATES):
                break
            if time.monotonic() > give_up:
                run.problems.append(f"F19: of {list(RATES)} came {dict(proxy.counts)}: this proves "
                                    "little")
                break
            if i == run.each // 2:
                proxy.cut_all()
            until_taken(run)
    finally:
        proxy.choose = None


def until_taken(run):
    """Has a notification accepted, however often it takes."""
    person, key = run.rng.choice(list(run.addresses)), str(uuid.uuid4())
    give_up = time.monotonic() + client.RETRY_SECONDS
    while True:
        try:
            run.send(person, request_id=key)
            return
        except client.CallError as error:
            if error.code not in AGAIN or time.monotonic() > give_up:
                raise


def F20_drained_under_load(run):
    """SIGTERM, as a deploy does: what is under way is finished, nothing doubles."""
    notification = run.stack.processes["notification"]
    run.plan("slow", 5)
    run.send_some()
    notification.signal(signal.SIGTERM)
    notification.join(30)
    if notification.popen.returncode != 0:
        run.problems.append(f"F20: drained with exit status {notification.popen.returncode}")
    run.stack.restart("notification")


def F22_cancelled_while_it_is_sent(run):
    for i in range(run.each):
        accepted = run.send(at_most_once=i % 2 == 0)
        if i % 2:
            time.sleep(run.rng.uniform(0, 0.02))
        try:
            run.api("NotificationService.CancelNotification", name=accepted.name)
        except client.CallError as error:
            if error.reason != "NOTIFICATION_COMPLETED":
                raise


def F23_reminders_due_while_it_breaks(run):
    run.doubles_allowed = True  # W1
    run.invite_soon(5)
    run.send_some()
    run.stack.kill("notification")
    run.stack.restart("notification")


def F24_campaign_paused_killed_and_resumed(run):
    run.doubles_allowed = True  # W1
    campaign = run.start_campaign(25)
    run.send()
    run.api("CampaignService.PauseCampaign", name=campaign)  # it has just begun
    run.stack.kill("notification")
    run.stack.restart("notification")
    run.send_some()
    run.api("CampaignService.ResumeCampaign", name=campaign)


CASES = [case for name, case in sorted(globals().items()) if name.startswith("F") and
         name[1].isdigit()]
# These leave leases behind, which run out while the others go on; a short run begins with them.
FIRST = [F1_api_killed_around_its_commit, F3_one_key_from_many_clients_at_once, F13_worker_killed,
         F19_database_breaks_around_commits, F20_drained_under_load,
         F23_reminders_due_while_it_breaks, F24_campaign_paused_killed_and_resumed]


def in_an_order(cases, args, rng):
    order = rng.sample(cases, len(cases))
    return order if args.minutes else sorted(order, key=lambda case: case not in FIRST)


def go(stack, sink, hooks, args, rng):
    stack.start()
    run = Run(stack, sink, hooks, rng, max(args.notifications // len(CASES), 2), args.minutes > 0)
    run.api("EventService.CreateEvent", event_id=EVENT_NAME.split("/")[1], event=EVENT)
    run.api("EventService.PublishEvent", name=EVENT_NAME)
    run.api("TemplateService.CreateTemplate", template_id=TEMPLATE_NAME.split("/")[1],
            template=TEMPLATE, version=TEMPLATE_TEXTS)
    run.subscribe()
    run.admit(PERSONS)
    cases = [F15_peer_slower_than_it_should_be] if args.broken else CASES
    if args.broken:
        person, address = next(iter(run.addresses.items()))
        sink.plan(address, "swallow")
        run.send(person)
    end = time.monotonic() + args.minutes * 60
    rounds = 0
    while not run.problems and (rounds == 0 or time.monotonic() < end):
        rounds += 1
        for case in in_an_order(cases, args, rng):
            case(run)
            run.heal()
    run.settle()
    accepted, doubles = run.judge()
    print(f"{len(cases)} cases, {rounds} rounds, {accepted} notifications, "
          f"{len(sink.taken)} mails and {len(hooks.taken)} webhooks, {doubles} of them twice")
    return run.problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--notifications", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--broken", action="store_true")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    args = parser.parse_args()
    stop_on_signals()
    sink, hooks = ScriptedSmtp(), ScriptedHttp()
    kind = ProxiedPostgres if args.engine == "postgres" else FaultStack
    with tempfile.TemporaryDirectory(prefix="wici-faults-") as directory:
        with kind(directory, args.engine, sink.url) as stack:
            problems = go(stack, sink, hooks, args, random.Random(args.seed))
            if args.broken:
                sys.exit(0 if any("did not arrive" in problem for problem in problems) else 2)
            if problems:
                print("\n".join(problems[:20]))
                for service in ("notification", "registration"):
                    print(f"log of {service}:\n{stack.processes[service].log_tail(20)}")
                sys.exit(f"failed; again with --seed={args.seed} --engine={args.engine}")


if __name__ == "__main__":
    main()
