#!/usr/bin/python3
"""Takes away what the services live on, and gives it back: the disk, memory, and each other.

    exhaustion.py [--calls N] [--cases NAME,...] [--seed S]

The three services on SQLite with a mail server. While people register and notifications are
accepted, in an order of the seed:

- the disk under all data is full: what cannot be stored is refused with DATABASE_FULL, reads go on,
  nothing ends, and when there is room again all goes on by itself;
- a service may have no more memory than it has: it may die, but it comes back as after a kill;
- registration and the registry stand still, so that notification waits for answers in vain.

What was refused, or whose outcome is unknown, is sent again afterwards under its request_id, and
must then be taken. At the end the oracle of notification_oracle.py compares what was acknowledged
with the ledger, the mails and the webhooks; everybody who was registered is there once.

The disk is a small one in memory, in a mount namespace of this process: where that is not allowed,
this says that it was skipped, and ends with 77.
"""

import argparse
import itertools
import os
import pathlib
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults")]

import client  # noqa: E402
from doubles import DISTURBED  # noqa: E402
from notification_oracle import (  # noqa: E402
    EVENT, EVENT_NAME, SEND, TEMPLATE, TEMPLATE_NAME, TEMPLATE_TEXTS, FaultStack, Run)
from scripted_http import ScriptedHttp  # noqa: E402
from scripted_smtp import ScriptedSmtp  # noqa: E402
from stack import stop_on_signals  # noqa: E402

DISK = "400m"            # of the whole stack, until it is full
LEFT_BYTES = 256 * 1024  # then
LARGE_BYTES, LARGE_CALLS = 3_000_000, 32  # calls that need memory
SILENCE_SECONDS = 3
REFUSALS_MAX = 20  # enough to have seen it
RECOVERY_SECONDS = 60
CREATE = "RegistrationService.CreateRegistration"
INSIDE = "WICI_INSIDE_NAMESPACE"
SKIPPED = 77  # exit status


class Calls:
    """Calls that are sent until they are taken."""

    def __init__(self, run, each):
        self._run, self._each, self._numbers = run, each, itertools.count()
        self._open = []  # (method, fields, what to do with the answer)
        self.refused = self.deaths = 0

    def try_some(self, expected, enough=None):
        """The calls of a case, each once; those that fail are kept. Returns how many did."""
        failed, self._run.api.retry_seconds = 0, 0
        try:
            for _ in range(self._each):
                call = self._next()
                if error := self._try(call):
                    failed += 1
                    self.refused += 1
                    self._open.append(call)
                    if (error.code, error.reason) not in expected and error.code not in expected:
                        self._run.problems.append(f"answered with {error}")
                if enough and failed >= enough:
                    break
        finally:
            self._run.api.retry_seconds = client.RETRY_SECONDS
        return failed

    def finish(self):
        """Sends again what was not taken."""
        give_up = time.monotonic() + RECOVERY_SECONDS
        while self._open:
            if error := self._try(self._open[0]):
                if time.monotonic() > give_up:
                    self._run.problems.append(f"still refused when all was well again: {error}")
                    return
                time.sleep(client.RETRY_PAUSE_SECONDS)
            else:
                self._open.pop(0)

    def _try(self, call):
        method, fields, taken = call
        try:
            taken(self._run.api(method, **fields))
            return None
        except client.CallError as error:
            return error

    def _next(self):
        run, number = self._run, next(self._numbers)
        fields = {"request_id": str(uuid.UUID(int=run.rng.getrandbits(128), version=4))}
        if number % 2:
            address = f"x{number}@example.org"

            def registered(answer):
                run.registrations.add(answer.name)
                run.addresses[answer.person] = address
            return CREATE, fields | {"parent": EVENT_NAME, "person": {
                "given_name": "Test", "family_name": "Person", "email": address}}, registered
        person = run.rng.choice(list(run.addresses))

        def accepted(answer):
            run.acknowledged[answer.name] = (person, False)
        return SEND, fields | {"notification": {
            "template": TEMPLATE_NAME, "event": EVENT_NAME, "persons": [person],
            "unknown_policy": "UNKNOWN_POLICY_AT_LEAST_ONCE"}}, accepted


def resize(directory, size):
    subprocess.run(["mount", "-o", f"remount,size={size}", directory], check=True)


def fill(directory, left_bytes=LEFT_BYTES):
    """Leaves so much; more than that may be written before the size is set, so again."""
    for left in range(10, 0, -1):
        free = os.statvfs(directory)
        used = (free.f_blocks - free.f_bfree) * free.f_frsize
        command = ["mount", "-o", f"remount,size={used + left_bytes}", directory]
        if subprocess.run(command, check=left == 1, stderr=subprocess.DEVNULL).returncode == 0:
            return


def disk_full(run, calls):
    fill(run.stack.directory)
    failed = calls.try_some({("RESOURCE_EXHAUSTED", "DATABASE_FULL")}, enough=REFUSALS_MAX)
    run.api("EventService.GetEvent", name=EVENT_NAME)
    if ended := run.stack.ended():
        run.problems.append(f"a full disk has ended {ended}")
    resize(run.stack.directory, DISK)
    if failed == 0:
        run.problems.append("the disk was never full: this proves nothing")


def no_memory(run, calls):
    failed, deaths = 0, calls.deaths
    for service, method, field in run.rng.sample([
            ("registration", "EventService.GetEvent", "name"),
            ("notification", "NotificationService.GetNotification", "name")], 2):
        process = run.stack.processes[service]
        pid = process.popen.pid
        pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[0])
        now = pages * resource.getpagesize()
        resource.prlimit(pid, resource.RLIMIT_AS, (now, now))
        large = [run.api.begin(method, **{field: "x" * LARGE_BYTES}) for _ in range(LARGE_CALLS)]
        with run.windows.open(DISTURBED):  # it may die for want of memory
            failed += calls.try_some({"UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"},
                                     enough=3)
            for call in large:
                call.cancel()
            calls.deaths += not process.alive()
            run.stack.kill(service)  # if it still lives: its limit stays with it
        run.stack.restart(service)
    if failed == 0 and calls.deaths == deaths:
        run.problems.append("nobody ever lacked memory: this proves nothing")


def peers_silent(run, calls):
    silent = [run.stack.processes[name] for name in ("registration", "cluster-registry")]
    for process in silent:
        process.signal(signal.SIGSTOP)
    try:
        for _ in range(5):
            person = run.rng.choice(list(run.addresses))
            try:
                run.send(person)
            except client.CallError as error:
                if error.code not in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
                    run.problems.append(f"with silent peers answered with {error}")
        time.sleep(SILENCE_SECONDS)
    finally:
        for process in silent:
            process.signal(signal.SIGCONT)


def reconnect(run):
    """Else the first call of the next case would meet the connection to a process that is gone."""
    run.api("EventService.GetEvent", name=EVENT_NAME)
    run.api("TemplateService.GetTemplate", name=TEMPLATE_NAME)


CASES = {case.__name__: case for case in (disk_full, no_memory, peers_silent)}


def go(stack, sink, hooks, args, rng):
    stack.start()
    run = Run(stack, sink, hooks, rng, args.calls, is_long=False)
    cases = args.cases.split(",")
    run.api("EventService.CreateEvent", event_id=EVENT_NAME.split("/")[1], event=EVENT)
    run.api("EventService.PublishEvent", name=EVENT_NAME)
    run.api("TemplateService.CreateTemplate", template_id=TEMPLATE_NAME.split("/")[1],
            template=TEMPLATE, version=TEMPLATE_TEXTS)
    run.subscribe()
    run.admit(5)
    calls = Calls(run, args.calls)
    for case in rng.sample(cases, len(cases)):
        CASES[case](run, calls)
        run.heal()
        calls.finish()
        reconnect(run)
        if run.problems:
            break
    run.settle()
    accepted, doubles = run.judge()
    print(f"{len(cases)} cases, {calls.refused} calls refused at first, {calls.deaths} processes "
          f"without memory died, {accepted} notifications, {len(sink.taken)} mails, {doubles} of "
          "them twice")
    return run.problems


def enter_namespace():
    """Where this process may mount what nobody else sees."""
    words = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
    probe = [*words, "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
    if subprocess.run(probe, check=False, capture_output=True).returncode != 0:
        print("skipped: no mount namespace for this user")
        sys.exit(SKIPPED)
    os.environ[INSIDE] = "1"
    os.execvp(words[0], [*words, sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=300, help="of each case, at most")
    parser.add_argument("--cases", default=",".join(CASES), help="all, unless they are named")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    args = parser.parse_args()
    if INSIDE not in os.environ:
        enter_namespace()
    stop_on_signals()
    os.environ["MALLOC_ARENA_MAX"] = "1"  # others reserve addresses: the limit would not be felt
    sink, hooks = ScriptedSmtp(), ScriptedHttp()
    with tempfile.TemporaryDirectory(prefix="wici-exhaustion-") as parent:
        directory = pathlib.Path(parent, "disk")
        directory.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", directory],
                       check=True)
        try:
            with FaultStack(directory, "sqlite", sink.url) as stack:
                problems = go(stack, sink, hooks, args, random.Random(args.seed))
                logs = [f"log of {service}:\n{stack.processes[service].log_tail(20)}"
                        for service in ("notification", "registration")]
        finally:
            subprocess.run(["umount", "--lazy", directory], check=False)
    if problems:
        print("\n".join(logs + problems[:20]))  # ./wici faults shows the end
        sys.exit(f"failed; again with --seed={args.seed}")


if __name__ == "__main__":
    main()
