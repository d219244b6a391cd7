#!/usr/bin/python3
"""Fault case F25: endpoints that never answer must not hold up those that do.

    dead_endpoints.py [--dead N] [--registrations N] [--limit SECONDS] [--seed S]

People register at a steady rate, and every confirmation goes to an endpoint that is well; in the
second half also to N that take each request and hang. Measured is how long after its registration a
confirmation is with the one that is well. Fails when the 99th percentile of the second half is above
the limit, or something never came.

Four are borne. With five nothing is claimed any more until their requests time out: each holds 16
deliveries, and the worker claims only while half of its 128 places are free.
"""

import argparse
import http.server
import json
import os
import pathlib
import random
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults")]

import client  # noqa: E402
from notification_oracle import EVENT  # noqa: E402
from stack import Stack, stop_on_signals  # noqa: E402

REGISTER = "RegistrationService.CreateRegistration"
PER_SECOND = 5
EVENTS = 40  # what is told of one event goes to an endpoint one after the other
ARRIVAL_SECONDS = 90


class Endpoints(http.server.ThreadingHTTPServer):
    """/well answers, every other path hangs until release()."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.arrived, self.hung = {}, 0  # registration -> when, at /well; requests
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_address[1]}/{path}"

    def handle_error(self, request, client_address):
        pass  # a request that was given up


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/well":
            self.server.arrived.setdefault(json.loads(body)["data"]["resource"], time.monotonic())
        else:
            self.server.hung += 1
            self.server.released.wait()
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()


def subscribe(api, url):
    api("SubscriptionService.CreateSubscription", subscription={
        "title": "Faults", "url": url, "kind_prefixes": ["registration.confirmed"]})


def register(api, rng, count):
    """When each was registered."""
    registered = {}
    at = time.monotonic()
    for number in range(count):
        time.sleep(max(0, at - time.monotonic()))
        at += 1 / PER_SECOND
        name = api(REGISTER, parent=f"events/e{number % EVENTS:02}", person={
            "given_name": "Test", "family_name": "Person",
            "email": f"p{rng.getrandbits(60)}@example.org"}).name
        registered[name] = time.monotonic()
    return registered


def waits(endpoints, registered):
    """Of each, how long until it came, in order; those that did not come are left out."""
    give_up = time.monotonic() + ARRIVAL_SECONDS
    while not registered.keys() <= endpoints.arrived.keys() and time.monotonic() < give_up:
        time.sleep(0.05)
    return sorted(endpoints.arrived[name] - at for name, at in registered.items()
                  if name in endpoints.arrived)


def percentiles(sorted_waits):
    return {share: sorted_waits[min(int(len(sorted_waits) * share), len(sorted_waits) - 1)]
            for share in (0.5, 0.99)}


def go(stack, endpoints, args):
    """Yields what is wrong."""
    stack.start()
    rng = random.Random(args.seed)
    api = client.connect(stack, "users/operator", ["platform-operator@platform"])
    for number in range(EVENTS):
        event = api("EventService.CreateEvent", event_id=f"e{number:02}", event=EVENT)
        api("EventService.PublishEvent", name=event.name)
    subscribe(api, endpoints.url("well"))
    for dead in (0, args.dead):
        for number in range(dead):
            subscribe(api, endpoints.url(f"dead/{number}"))
        found = waits(endpoints, register(api, rng, args.registrations))
        if len(found) < args.registrations:
            yield f"{args.registrations - len(found)} confirmations never came, {dead} dead"
        if not found:
            return
        at = percentiles(found)
        print(f"{dead} dead endpoints: p50 {at[0.5] * 1000:.0f} ms, p99 {at[0.99] * 1000:.0f} ms, "
              f"{endpoints.hung} requests hung", flush=True)
        if dead and at[0.99] > args.limit:
            yield f"with {dead} dead endpoints p99 is {at[0.99]:.1f} s"
        if dead and not endpoints.hung:
            yield "no request hung: this proves nothing"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dead", type=int, default=4)
    parser.add_argument("--registrations", type=int, default=100, help="in each half")
    parser.add_argument("--limit", type=float, default=3)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    args = parser.parse_args()
    stop_on_signals()
    endpoints = Endpoints()
    with tempfile.TemporaryDirectory(prefix="wici-faults-") as directory:
        with Stack(directory) as stack:
            problems = list(go(stack, endpoints, args))
            endpoints.released.set()  # the service drains
            if problems:
                print("\n".join(problems))
                print(f"log of notification:\n{stack.processes['notification'].log_tail(20)}")
                sys.exit(f"failed; again with --seed={args.seed} --dead={args.dead}")


if __name__ == "__main__":
    main()
