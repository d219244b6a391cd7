#!/usr/bin/python3
"""Who calls a server at a steady rate, as people do, while others misbehave; and how that is judged.

    with Neighbour(address, key_file) as neighbour:
        neighbour.enter("flood")   # what begins from now on belongs to this phase
        ...
        outcomes = neighbour.leave()
    problems = judge("flood", outcomes["flood"])

Calls begin RATE times a second, whether or not earlier ones were answered. One that is refused with
RESOURCE_EXHAUSTED or UNAVAILABLE and RetryInfo is sent again when that says, for PATIENCE_SECONDS,
and must then be answered; nothing else may befall it. The time of a call is that from when it was
due to begin until it was answered; of one that was refused none is counted, since it was told to
wait. This is a process of its own: in one with those who misbehave, it would wait for them.
"""

import collections
import dataclasses
import heapq
import json
import pathlib
import queue
import subprocess
import sys
import threading
import time

import grpc

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local")]

import client  # noqa: E402

RATE = 25.0              # calls a second
DEADLINE_SECONDS = 10.0  # of each try
PATIENCE_SECONDS = 45.0  # of who is told to come back
P99_SECONDS_MAX = 5.0
CALLS_MIN = 10           # of a phase, to prove something
METHOD = "RegionService.ListRegions"
TRY_AGAIN = (grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE)


@dataclasses.dataclass
class Outcomes:
    """Of the calls of a phase."""

    seconds: list = dataclasses.field(default_factory=list)  # of those that were answered
    refused: int = 0                                         # and those that were refused before
    failures: list = dataclasses.field(default_factory=list)

    def p99(self):
        """Of the times; infinite without one."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] if ordered else float("inf")


def judge(name, outcomes):
    """Yields what is wrong."""
    if len(outcomes.seconds) + outcomes.refused + len(outcomes.failures) < CALLS_MIN:
        yield f"{name}: the neighbour hardly called: this proves nothing"
        return
    if outcomes.failures:
        yield (f"{name}: {len(outcomes.failures)} calls of the neighbour failed, such as "
               f"{outcomes.failures[0]}")
    elif outcomes.seconds and outcomes.p99() > P99_SECONDS_MAX:
        yield f"{name}: the neighbour waited {outcomes.p99():.2f} s (p99)"


class Neighbour:
    """The process."""

    def __init__(self, address, key_file):
        self._popen = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "--", sys.executable, __file__, address, key_file],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._popen.stdout.readline()  # it is connected

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self._popen.kill()
        self._popen.communicate()

    def enter(self, phase):
        """From now on; the same one again is the same."""
        self._popen.stdin.write(phase + "\n")
        self._popen.stdin.flush()

    def leave(self):
        """Waits for what is under way: the Outcomes of each phase."""
        said, _ = self._popen.communicate(timeout=PATIENCE_SECONDS + DEADLINE_SECONDS + 10)
        return {phase: Outcomes(**outcomes) for phase, outcomes in json.loads(said).items()}


def retry_delay(error):
    """Seconds after which it says that one may try again; None when it does not."""
    from google.rpc import error_details_pb2, status_pb2
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                info = error_details_pb2.RetryInfo()
                if detail.Unpack(info):
                    return info.retry_delay.seconds + info.retry_delay.nanos / 1e9
    return None


class Caller:
    """What the process does. Begins with the first phase, ends after "" was put into `said`."""

    def __init__(self, api, said):
        self._api, self._said = api, said
        self._outcomes = collections.defaultdict(Outcomes)
        self._under_way = 0

    def run(self):
        phase, waiting = self._said.get(), []  # (when, number, phase, due, was refused)
        due, number = time.monotonic(), 0
        while phase or self._under_way or waiting:
            if phase:
                waits = min([due, *(item[0] for item in waiting[:1])])
            else:
                waits = waiting[0][0] if waiting else time.monotonic() + 1
            try:
                said = self._said.get(timeout=max(0.0, waits - time.monotonic()))
            except queue.Empty:
                said = None
            if isinstance(said, str):
                phase = said
            elif said:
                self._ended(waiting, number := number + 1, *said)
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                self._begin(*heapq.heappop(waiting)[2:])
            while phase and due <= now:
                self._begin(phase, due, False)
                due += 1 / RATE
        return {name: dataclasses.asdict(outcomes) for name, outcomes in self._outcomes.items()}

    def _begin(self, phase, due, was_refused):
        self._under_way += 1
        self._api.begin(METHOD, timeout=DEADLINE_SECONDS).add_done_callback(
            lambda future: self._said.put((phase, due, was_refused, time.monotonic(), future)))

    def _ended(self, waiting, number, phase, due, was_refused, at, future):
        self._under_way -= 1
        outcomes = self._outcomes[phase]
        if future.code() == grpc.StatusCode.OK:
            outcomes.refused += was_refused
            if not was_refused:
                outcomes.seconds.append(at - due)
            return
        delay = retry_delay(future) if future.code() in TRY_AGAIN else None
        if delay is None or at + delay > due + PATIENCE_SECONDS:
            outcomes.failures.append(f"{future.code().name}: {future.details()}, after "
                                     f"{at - due:.2f} s, to come back after {delay}")
            return
        heapq.heappush(waiting, (at + delay, number, phase, due, True))


def main():
    address, key_file = sys.argv[1:]
    api = client.Api({service: address for service in client.PACKAGES}, client.bearer_token(
        key_file, "users/neighbour", ["platform-operator@platform"]))
    api(METHOD)
    print("connected", flush=True)
    said = queue.Queue()

    def read():
        for line in sys.stdin:
            said.put(line.strip())
        said.put("")
    threading.Thread(target=read, daemon=True).start()
    print(json.dumps(Caller(api, said).run()))


if __name__ == "__main__":
    main()
