#!/usr/bin/python3
"""The fault cases of notification against real processes, with an oracle.

    notification_faults.py [--notifications N] [--minutes M] [--seed S] [--engine sqlite|postgres]
                           [--broken[=lost|twice]]

Goes through the cases in an order of the seed, again and again for M minutes, or once; a round has
N notifications accepted, each case its share of what is missing. With minutes, or LONG notifications
and more, cases that need time take it. It breaks something while they are accepted and sent: mails,
webhooks about registrations, reminders that are due, campaigns; then everything is whole again, and
once every delivery has ended the oracle compares what was acknowledged, what the ledger says and
what the SMTP server took:

- every notification that was acknowledged is in the ledger, and each of its deliveries has ended;
- DELIVERED: the server has it. REJECTED, CANCELLED: it does not. UNKNOWN: either;
- nothing is at the server that was not accepted;
- the same Message-ID twice came as the same bytes, and an earlier attempt of that delivery says
  why: nobody knew whether it had arrived, since a case had just hit its worker or the server had
  said nothing (doubles.py, W1 to W3); AT_MOST_ONCE never came twice;
- everybody who was to be reminded, and everybody of a campaign, stands in the ledger once for it;
- the endpoint was told of every confirmed registration, under one webhook-id each.

Ends with 0, or says what is wrong and how to repeat it. Which case stands where, of those that are
not here, says notification_cases.md. With --broken the server loses a mail that it has taken over,
with --broken=twice it has one twice while a case provokes doubles of others: the oracle must find
that (exit 2 if it does not).
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
import notification_redis  # noqa: E402
from doubles import DIED, DISTURBED  # noqa: E402
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
LONG = 5000  # notifications
STRIKE_SECONDS = 0.02  # within which a request is committed and answered


# ----- the cases: each is called with the run -----


def F1_api_killed_around_its_commit(run):
    """kill -9 while a request is under way; the client repeats it with its request_id."""
    before = len(run.acknowledged)

    def strike():
        time.sleep(run.rng.uniform(0, STRIKE_SECONDS))
        run.kill("notification")
        run.stack.restart("notification")

    struck = set(run.rng.sample(range(run.each), min(10 if run.is_long else 2, run.each)))
    for i in range(run.each):
        if i in struck:
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
        run.kill(run.stack.REPLICA)


def F13_worker_killed(run):
    """kill -9 somewhere between the lease and the commit of the outcome."""
    run.plan("slow", 10)
    run.send_some()
    time.sleep(run.rng.uniform(0, 0.3))
    run.kill("notification")
    run.stack.restart("notification")


def F14_worker_asleep_for_longer_than_its_lease(run):
    """On PostgreSQL, where another replica takes over."""
    if run.stack.database != "postgres":
        return
    run.stack.start_replica()
    run.plan("slow", 20)
    run.send_some()
    asleep = run.stack.processes["notification"]
    with run.windows.open(DISTURBED):
        asleep.signal(signal.SIGSTOP)
        time.sleep(LEASE_SECONDS + 2)
        asleep.signal(signal.SIGCONT)
    run.kill(run.stack.REPLICA)


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
    run.plan("drop-after-dot", 5)
    run.plan("lose-after-dot", 5)
    run.send_some()


def F18_endpoint_refuses_rests_and_breaks_off(run):
    run.hooks.plan("503", "drop", "slow", "429", "", "drop")
    run.admit(4)
    run.send_some()


def F19_database_cuts_its_connections(run):
    """On PostgreSQL only."""
    def cut():
        with run.windows.open(DIED):  # the answer to what began an attempt may be lost
            run.stack.cut_connections()

    run.send_some(cut if run.stack.database == "postgres" else None)


def F19_database_restarted(run):
    """On PostgreSQL only: while mails are sent and a request is under way."""
    if run.stack.database != "postgres":
        return

    def strike():
        with run.windows.open(DIED):
            run.stack.restart_postgres()

    run.plan("slow", 10)
    run.send_some(lambda: setattr(run.api, "strike", strike))


def F19_database_breaks_around_commits(run):
    """On PostgreSQL only: connections end before and after a COMMIT, transactions lose races, all
    connections end at once; while notifications are accepted, claimed and recorded."""
    if run.stack.database != "postgres":
        return
    proxy = run.stack.proxy
    before, give_up = proxy.counts.copy(), time.monotonic() + FAULTS_SECONDS
    with run.windows.open(DIED):  # what was begun may never be said to have ended
        proxy.choose = RandomFaults(run.rng.random(), RATES)
        try:
            for i in itertools.count():
                missing = [fault for fault in RATES if proxy.counts[fault] == before[fault]]
                if i >= run.each and not missing:
                    break
                if time.monotonic() > give_up:
                    run.problems.append(f"F19: {missing} never happened: this proves little")
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
    # So late that it hears of the event before, however slow the machine is: who hears of it after
    # the time reminds nobody.
    run.invite_soon(5, seconds=15)
    run.send_some()
    run.kill("notification")
    run.stack.restart("notification")


def F24_campaign_paused_killed_and_resumed(run):
    campaign = run.start_campaign(25)
    run.send()
    run.api("CampaignService.PauseCampaign", name=campaign)  # it has just begun
    run.kill("notification")
    run.stack.restart("notification")
    run.send_some()
    run.api("CampaignService.ResumeCampaign", name=campaign)


CASES = [case for name, case in sorted((globals() | vars(notification_redis)).items())
         if name.startswith("F") and name[1].isdigit()]
# These leave leases behind, which run out while the others go on, or in the last of them; a short
# run begins with them.
FIRST = [F1_api_killed_around_its_commit, F3_one_key_from_many_clients_at_once,
         notification_redis.F11_redis_forgets_its_connections, F13_worker_killed,
         F19_database_breaks_around_commits, F20_drained_under_load,
         F23_reminders_due_while_it_breaks, F24_campaign_paused_killed_and_resumed]
SECOND = [F14_worker_asleep_for_longer_than_its_lease]


# What the oracle must say of a broken server.
FOUND = {"lost": "did not arrive", "twice": "came 2 times"}


def in_an_order(cases, args, rng):
    order = rng.sample(cases, len(cases))
    if args.minutes:
        return order
    return sorted(order, key=lambda case: 0 if case in FIRST else 1 if case in SECOND else 2)


def go_round(run, cases, goal):
    """Has notifications accepted until there are so many."""
    for done, case in enumerate(cases):
        missing = goal - len(run.acknowledged)
        run.each = max(missing // (len(cases) - done), 2)
        case(run)
        run.heal()
    run.each = goal - len(run.acknowledged)
    if run.each > 0:  # the last ones took few
        F15_peer_slower_than_it_should_be(run)


def break_sink(run, how):
    """A mail will be lost, or has come twice: on its own, with nothing done to its worker."""
    person, address = next(iter(run.addresses.items()))
    run.sink.plan(address, {"lost": "swallow", "twice": "double"}[how])
    run.send(person)
    if how == "twice":
        run.settle()


def go(stack, sink, hooks, args, rng):
    stack.start()
    run = Run(stack, sink, hooks, rng, 0, args.minutes > 0 or args.notifications >= LONG)
    run.api("EventService.CreateEvent", event_id=EVENT_NAME.split("/")[1], event=EVENT)
    run.api("EventService.PublishEvent", name=EVENT_NAME)
    run.api("TemplateService.CreateTemplate", template_id=TEMPLATE_NAME.split("/")[1],
            template=TEMPLATE, version=TEMPLATE_TEXTS)
    run.subscribe()
    run.admit(PERSONS)
    cases = {"": CASES, "lost": [F15_peer_slower_than_it_should_be],
             "twice": [F13_worker_killed]}[args.broken]
    if args.broken:
        break_sink(run, args.broken)
    end = time.monotonic() + args.minutes * 60
    rounds = 0
    while not run.problems and (rounds == 0 or time.monotonic() < end):
        rounds += 1
        go_round(run, in_an_order(cases, args, rng), rounds * args.notifications)
    run.settle()
    accepted, doubles = run.judge()
    print(f"{len(cases)} cases, {rounds} rounds, {len(run.acknowledged)} notifications accepted, "
          f"{accepted} with those that the service sends by itself, "
          f"{len(sink.taken)} mails and {len(hooks.taken)} webhooks, {doubles} of them twice")
    return run.problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--notifications", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--broken", nargs="?", const="lost", default="", choices=tuple(FOUND))
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    args = parser.parse_args()
    stop_on_signals()
    sink, hooks = ScriptedSmtp(), ScriptedHttp()
    kind = ProxiedPostgres if args.engine == "postgres" else FaultStack
    with tempfile.TemporaryDirectory(prefix="wici-faults-") as directory:
        with kind(directory, args.engine, sink.url) as stack:
            problems = go(stack, sink, hooks, args, random.Random(args.seed))
            if args.broken:
                sys.exit(0 if any(FOUND[args.broken] in problem for problem in problems) else 2)
            if problems:
                print("\n".join(problems[:20]))
                for service in ("notification", "registration"):
                    print(f"log of {service}:\n{stack.processes[service].log_tail(20)}")
                sys.exit(f"failed; again with --seed={args.seed} --engine={args.engine}")


if __name__ == "__main__":
    main()
