#!/usr/bin/python3
"""Clocks of processes that are wrong, and that jump, with the oracles of other fault runs.

    clock_jumps.py [--part registration|notification|both] [--clients C] [--seed S] [--broken]

The clocks are those of clock_shift.cc; nothing else of the machine has them.

registration: two replicas on one PostgreSQL, one an hour ahead and one an hour behind; their clocks
change places and back while people register, cancel and come in. Holds what database_faults.py says
of places, the waiting list, request_id and the feed; who is ahead says first that a place is no
longer held, and nobody ever has more places than there are.

notification: on SQLite, the clock of all services jumps an hour ahead and back, and behind and back,
in an order of the seed, while mails are sent. In the end it is ahead for good: what was put off
by a clock that was ahead is due by that one. The oracle of notification_oracle.py: what was
accepted was delivered, and what came twice was under way when the clock jumped (doubles.py); who is
to be reminded is, once.

Tokens are not to be had right with clocks that differ by more than libs/auth allows (a minute): one
is taken by a process only from its iat on, and until its exp, by the clock of that process. So a
process that is behind takes no token that was just issued elsewhere, one that is ahead takes none
that ends within the hour, and services an hour apart do not talk to each other. This is looked at,
too; people here have tokens that are old enough and last long enough for every clock. Operators: see
that clocks are in step. When a clock is set back, calls end with DEADLINE_EXCEEDED for about two
seconds: so long Abseil believes the time it knew, while deadlines are those of the new one.

With --broken the oracle is not told of the jumps and the mail server has one mail twice: it must find
it, and ends with 2 if it does not. Needs the server that WICI_TEST_POSTGRES names, for registration.
"""

import argparse
import itertools
import os
import pathlib
import random
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults"),
                str(ROOT / "services/registration/processes")]

import client  # noqa: E402
import database_faults  # noqa: E402
import kill_test  # noqa: E402
from clock_shift import Clock, library  # noqa: E402
from exhaustion import Calls  # noqa: E402
from notification_oracle import (  # noqa: E402
    EVENT, EVENT_NAME, TEMPLATE, TEMPLATE_NAME, TEMPLATE_TEXTS, FaultStack, Run)
from replicated import Server  # noqa: E402
from scripted_http import ScriptedHttp  # noqa: E402
from scripted_smtp import ScriptedSmtp  # noqa: E402
from stack import stop_on_signals  # noqa: E402

SKIPPED = 77  # exit status
HOUR, MARGIN_SECONDS = 3600, 300
OPERATOR = "users/operator", ["platform-operator@platform"]
SETTLE_SECONDS = 60
HOLD_SECONDS, HOLDS = 600, 2
CALLS = 40          # after each jump, at most
REFUSALS_MAX = 5    # enough to have seen it
# What was under way when the clock jumped is late; for what else, see above.
REFUSED = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"}


def old_token(key_file):
    """Which every clock here takes."""
    return client.bearer_token(key_file, *OPERATOR, age_seconds=3 * HOUR)


def api_to(address, token):
    return client.Api({service: address for service in client.PACKAGES}, token)


# ----- registration -----


class JumpingServer(Server):
    """A database of the server, and the clocks of the replicas on it; see database_faults.run()."""

    def __init__(self, server, directory, seed):
        self._server, self._database = server, f"clocks_{os.getpid()}_{seed}"
        kill_test.query(server, f"CREATE DATABASE {self._database}")
        self.url = self.direct = kill_test.re.sub(
            r"^(\w+://[^/?]*/)[^?]*", rf"\g<1>{self._database}", server)
        self.clocks = [Clock(directory / f"clock-{number}") for number in range(2)]
        for clock, shift in zip(self.clocks, (HOUR, -HOUR)):
            clock.set(shift)
        self._jumps = 0
        self._replicas = None

    def replicas(self, directory):
        """With their clocks, not yet started."""
        self._replicas = kill_test.Replicas(directory, self.url)
        for process, clock in zip(self._replicas.processes, self.clocks):
            process.argv = clock.wrap(process.argv)
        return self._replicas

    def token(self, key_file):
        return old_token(key_file)

    def disturb(self, rng, seconds, crowd):
        """The clocks change places and back."""
        end = time.monotonic() + seconds
        while self._jumps < 2 or self._jumps % 2 or time.monotonic() < end:
            crowd.wait(rng.uniform(0.5, 2))
            crowd.wait_for_progress()
            for clock in rng.sample(self.clocks, 2):  # for a moment both are on one side
                clock.set(-clock.get())
                crowd.wait(rng.uniform(0, 0.5))
            self._jumps += 1
        crowd.wait_for_progress()
        self._wait_until_seen()
        return []

    def _wait_until_seen(self):
        """Returns when both replicas go by the last jump, which takes Abseil about two seconds, or
        do not for long: check() says of what."""
        give_up = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < give_up:
            try:
                if not list(check_tokens(self._replicas, self.clocks)):
                    return
            except client.CallError as error:
                if error.code not in REFUSED:
                    raise
            time.sleep(0.2)

    def check(self, replicas):
        """Yields what is wrong with tokens and holds, the clocks being an hour off."""
        yield from check_tokens(replicas, self.clocks)
        yield from check_holds(replicas, self.clocks, self.direct)

    def summary(self):
        return f"the clocks changed places {self._jumps} times"

    def close(self):
        kill_test.query(self._server,
                        f"DROP DATABASE IF EXISTS {self._database} WITH (FORCE)")


def takes(address, token):
    """Whether this token opens the door there."""
    api = api_to(address, token)
    try:
        api("EventService.ListEvents")
        return True
    except client.CallError as error:
        if error.code != "UNAUTHENTICATED":
            raise
        return False
    finally:
        api.close()


def check_tokens(replicas, clocks):
    """Each is taken from its iat on, until its exp, by the clock of who takes it."""
    for age, lifetime in ((0, 3 * HOUR), (3 * HOUR, HOUR / 2), (3 * HOUR, 3 * HOUR)):
        token = client.bearer_token(replicas.key, *OPERATOR, lifetime, age_seconds=age)
        for address, clock in zip(replicas.addresses, clocks):
            wanted = -age <= clock.get() <= lifetime
            if takes(address, token) != wanted:
                yield (f"a token issued {age} s ago that ends in {lifetime:g} s is "
                       f"{'not ' if wanted else ''}taken where the clock is {clock.get():+g} s off")


def check_holds(replicas, clocks, url):
    """What a replica that is ahead keeps, one that is behind completes; the other way about it is
    over at once. Places are never taken twice."""
    apis = [api_to(address, old_token(replicas.key)) for address in replicas.addresses]
    behind, ahead = sorted(range(2), key=lambda number: clocks[number].get())
    event = apis[0]("EventService.CreateEvent", event_id="holds",
                    event={**EVENT, "capacity": HOLDS}).name
    apis[0]("EventService.PublishEvent", name=event)

    def hold(number):
        api, guest = apis[number], f"guest-{next(guests)}@example.org"
        return api("RegistrationService.CreateRegistration", parent=event,
                   hold_duration=f"{HOLD_SECONDS}s",
                   person={"given_name": "Test", "family_name": "Guest", "email": guest})

    def complete(number, held):
        try:
            return kill_test.state_of(apis[number](
                "RegistrationService.CompleteOwnRegistration", token=held.hold_token))
        except client.CallError as error:
            return error.reason

    guests = itertools.count()
    if (found := complete(behind, hold(ahead))) != "CONFIRMED":
        yield f"a place that is held by who is ahead ends {found} with who is behind"
    if (found := complete(ahead, hold(behind))) not in ("LINK_EXPIRED", "PLACE_EXPIRED"):
        yield f"a place that is held by who is behind ends {found} with who is ahead"
    # Which lets it go: somebody else gets it, and then nobody more.
    give_up, taken = time.monotonic() + SETTLE_SECONDS, None
    while taken is None and time.monotonic() < give_up:
        try:
            taken = apis[ahead]("RegistrationService.CreateRegistration", parent=event, person={
                "given_name": "Test", "family_name": "Heir", "email": "heir@example.org"})
        except client.CallError as error:
            if error.reason != "EVENT_FULL":
                raise
            time.sleep(0.2)
    if taken is None:
        yield "a place that nobody holds any more is never free"
    confirmed, held = map(int, kill_test.query(
        url, f"SELECT confirmed, held FROM event_seats WHERE event = '{event}'")[0])
    if confirmed + held > HOLDS:
        yield f"{confirmed} and {held} of {HOLDS} places are taken and held"
    for api in apis:
        api.close()


def registration(args):
    """What is wrong."""
    server = os.environ.get("WICI_TEST_POSTGRES")
    if not server:
        sys.exit("set WICI_TEST_POSTGRES, or use ./wici faults")
    with tempfile.TemporaryDirectory(prefix="wici-clocks-") as name:
        directory = pathlib.Path(name)
        jumping = JumpingServer(server, directory, args.seed)
        try:
            return database_faults.run(jumping, args, directory)
        finally:
            jumping.close()


# ----- notification -----


class ClockStack(FaultStack):
    """Whose services have a clock of their own."""

    def __init__(self, directory, smtp_url):
        super().__init__(directory, "sqlite", smtp_url)
        self.clock = Clock(self.directory / "clock")

    def _service_argv(self, service):
        return self.clock.wrap(super()._service_argv(service))


def wait_until(run, complaint, condition):
    """Notes the complaint if it never holds."""
    give_up = time.monotonic() + SETTLE_SECONDS
    while not condition():
        if time.monotonic() > give_up:
            run.problems.append(complaint)
            return
        time.sleep(0.1)


def all_told(run):
    """Whether notification has heard of everybody."""
    return sum(n.template == "templates/registration-confirmed"
               for n in run.notifications()) >= len(run.registrations)


def jump(run, seconds, tells):
    """The clock of the services is so far ahead from now on."""
    clock = run.stack.clock
    if tells:
        run.windows.jump(clock.get(), seconds)
    clock.set(seconds)


def refuses_fresh(stack):
    """Whether registration refuses a token that is right now, and neither an hour ago nor in an hour."""
    token = client.bearer_token(stack.key_file, *OPERATOR, HOUR / 2)
    try:
        return not takes(stack.address("registration"), token)
    except client.CallError:
        return False  # too late, since the clock has just jumped


def jump_and_back(run, calls, sink, shift, tells):
    """While mails are under way; each of the two."""
    run.plan("slow", 10)
    run.each = 20
    run.send_some()
    jump(run, shift, tells)
    arrived = len(sink.taken)
    wait_until(run, "the clock is not what it was set to: this proves nothing",
               lambda: refuses_fresh(run.stack))
    calls.try_some(REFUSED, enough=REFUSALS_MAX)
    wait_until(run, f"no mail goes out when the clock is {shift:+g} s off",
               lambda: len(sink.taken) > arrived)
    jump(run, 0, tells)
    calls.try_some(REFUSED)
    calls.finish()


def notification_run(stack, sink, hooks, args, rng):
    """What is wrong."""
    stack.start()
    run = Run(stack, sink, hooks, rng, 0, is_long=False)
    run.api = client.Api({service: stack.address(service) for service in client.PACKAGES},
                         old_token(stack.key_file))
    run.api("EventService.CreateEvent", event_id=EVENT_NAME.split("/")[1], event=EVENT)
    run.api("EventService.PublishEvent", name=EVENT_NAME)
    run.api("TemplateService.CreateTemplate", template_id=TEMPLATE_NAME.split("/")[1],
            template=TEMPLATE, version=TEMPLATE_TEXTS)
    run.subscribe()
    run.admit(20)
    run.invite_soon(5, seconds=90)
    wait_until(run, "notification does not hear of registrations", lambda: all_told(run))
    calls = Calls(run, CALLS)
    if args.broken:
        person, address = next(iter(run.addresses.items()))
        sink.plan(address, "double")
        run.send(person)
        wait_until(run, "the mail server had no mail twice",
                   lambda: len(sink.taken) > len(set(map(str, sink.taken))))
    shifts = rng.sample((HOUR, -HOUR), 2)
    for shift in shifts:
        jump_and_back(run, calls, sink, shift, tells=not args.broken)
    jump(run, HOUR + MARGIN_SECONDS, tells=not args.broken)
    run.settle()
    accepted, doubles = run.judge()
    print(f"notification, seed {args.seed}: jumps of {shifts} s and back, {calls.refused} calls "
          f"refused at first, {accepted} notifications, {len(sink.taken)} mails and "
          f"{len(hooks.taken)} webhooks, {doubles} of them twice")
    return run.problems


def notification(args):
    """What is wrong."""
    sink, hooks = ScriptedSmtp(), ScriptedHttp()
    with tempfile.TemporaryDirectory(prefix="wici-clocks-") as directory:
        with ClockStack(directory, sink.url) as stack:
            problems = notification_run(stack, sink, hooks, args, random.Random(args.seed))
            if problems:
                problems.append("log of notification:\n" +
                                stack.processes["notification"].log_tail(20))
            return problems


PARTS = {"registration": [registration], "notification": [notification],
         "both": [registration, notification]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--part", choices=tuple(PARTS), default="both")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=5, help="of registration, at least")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--broken", action="store_true")
    args = parser.parse_args()
    args.mode = "clocks"
    if not library().exists():
        print(f"skipped: {library()} was not built")
        sys.exit(SKIPPED)
    stop_on_signals()
    if args.broken:
        problems = notification(args)
        sys.exit(0 if any("came 2 times" in problem for problem in problems) else 2)
    problems = [problem for part in PARTS[args.part] for problem in part(args)]
    if problems:
        print("\n".join(problems[:20]))
        sys.exit(f"failed; again with --part={args.part} --seed={args.seed}")


if __name__ == "__main__":
    main()
