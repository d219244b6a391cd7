#!/usr/bin/python3
"""Packets between the services are lost in one direction, while people register and are written to.

    one_way_loss.py [--rounds N] [--seconds S] [--calls C] [--seed S]

The three services on SQLite; notification reaches registration through one proxy, and both reach the
registry through another (tcp_proxy.py). In a round what notification asks of registration arrives
and the answers do not, and nobody's requests arrive at the registry; in the next round it is the
other way about. That lasts S seconds, and until a service has said that another did not answer in
time. Then what was held up arrives late, or its connections end; the seed decides.

Holds: calls between the services end at their deadline, and the log says so; what needs no other
service is answered meanwhile, and nothing ends. What people were refused is taken afterwards under
its request_id, and the oracle of notification_oracle.py finds nothing lost and nothing twice.
"""

import argparse
import os
import pathlib
import random
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults")]

from exhaustion import Calls, reconnect  # noqa: E402
from notification_oracle import (  # noqa: E402
    EVENT, EVENT_NAME, TEMPLATE, TEMPLATE_NAME, TEMPLATE_TEXTS, FaultStack, Run)
from scripted_http import ScriptedHttp  # noqa: E402
from scripted_smtp import ScriptedSmtp  # noqa: E402
from stack import stop_on_signals  # noqa: E402
from tcp_proxy import DIRECTIONS, TcpProxy  # noqa: E402

REFUSALS_MAX = 2  # each may take as long as a caller waits
TIMEOUT_SECONDS = 60  # a batch is tried by halves, each with a deadline of its own
PEERS = ("registration", "cluster-registry")


class ProxiedStack(FaultStack):
    """Whose services reach each other through proxies."""

    def __init__(self, directory, smtp_url):
        super().__init__(directory, "sqlite", smtp_url)
        self.proxies = {peer: TcpProxy(self.address(peer)) for peer in PEERS}

    def stop(self, graceful=True):
        super().stop(graceful)
        for proxy in self.proxies.values():
            proxy.close()

    def _service_argv(self, service):
        peers = {"--registration": "registration", "--registry": "cluster-registry"}
        return [f"{flag}={self.proxies[peers[flag]].address}"
                if (flag := str(word).split("=")[0]) in peers else word
                for word in super()._service_argv(service)]

    def timeouts(self):
        """How often a service has said that another did not answer in time."""
        return sum('"level":"warning"' in line and "eadline" in line
                   for service in ("notification", "registration")
                   for line in self.processes[service].log.read_text(errors="replace").splitlines())


def lose(run, calls, directions, seconds):
    """One round; by peer, in which direction nothing passes."""
    stack, before = run.stack, run.stack.timeouts()
    end = time.monotonic() + seconds
    for peer, direction in directions.items():
        stack.proxies[peer].stall(True, [direction])
    try:
        calls.try_some({"UNAVAILABLE", "DEADLINE_EXCEEDED"}, enough=REFUSALS_MAX)
        while time.monotonic() < end or (
                stack.timeouts() == before and time.monotonic() < end + TIMEOUT_SECONDS):
            time.sleep(0.1)
        run.api("EventService.GetEvent", name=EVENT_NAME)
        run.api("TemplateService.GetTemplate", name=TEMPLATE_NAME)
        if ended := stack.ended():
            run.problems.append(f"silence has ended {ended}")
        if stack.timeouts() == before:
            run.problems.append("no call between services ended at its deadline: this proves "
                                "nothing")
    finally:
        cuts = run.rng.random() < 0.5
        for peer in directions:
            if cuts:
                stack.proxies[peer].cut_all()
            stack.proxies[peer].stall(False)
    return "cut" if cuts else "late"


def go(stack, sink, hooks, args, rng):
    """What is wrong."""
    stack.start()
    run = Run(stack, sink, hooks, rng, args.calls, is_long=False)
    run.api("EventService.CreateEvent", event_id=EVENT_NAME.split("/")[1], event=EVENT)
    run.api("EventService.PublishEvent", name=EVENT_NAME)
    run.api("TemplateService.CreateTemplate", template_id=TEMPLATE_NAME.split("/")[1],
            template=TEMPLATE, version=TEMPLATE_TEXTS)
    run.subscribe()
    run.admit(5)
    calls, fates = Calls(run, args.calls), []
    order = rng.sample(DIRECTIONS, len(DIRECTIONS))
    for number in range(args.rounds):
        fates.append(lose(run, calls, dict(zip(PEERS, order)), args.seconds))
        order.reverse()
        run.heal()
        calls.finish()
        reconnect(run)
        if run.problems:
            break
    run.settle()
    accepted, _ = run.judge()
    print(f"{len(fates)} rounds ({', '.join(fates)}), {calls.refused} calls refused at first, "
          f"{stack.timeouts()} calls between services ended at their deadline, {accepted} "
          f"notifications, {len(sink.taken)} mails")
    return run.problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=12, help="of a round")
    parser.add_argument("--calls", type=int, default=40, help="of each round, at most")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    args = parser.parse_args()
    stop_on_signals()
    sink, hooks = ScriptedSmtp(), ScriptedHttp()
    with tempfile.TemporaryDirectory(prefix="wici-one-way-") as directory:
        with ProxiedStack(directory, sink.url) as stack:
            problems = go(stack, sink, hooks, args, random.Random(args.seed))
            logs = [f"log of {service}:\n{stack.processes[service].log_tail(20)}"
                    for service in ("notification", "registration")]
    if problems:
        print("\n".join(logs + problems[:20]))
        sys.exit(f"failed; again with --rounds={args.rounds} --seed={args.seed}")


if __name__ == "__main__":
    main()
