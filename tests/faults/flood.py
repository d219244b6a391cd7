#!/usr/bin/python3
"""Clients that speak HTTP/2 as nobody should, beside one who calls as people do.

    flood.py [--seed S] [--seconds N] [--leak_rounds B]

One registry. Connections of a raw client, several at once and in an order of the seed, each send
until the server closes them or they have sent enough:

- pings without end; settings without end
- streams that are opened and never used; streams that are opened and reset at once
- one head that never ends; a head far beyond the limit
- data beyond what the server allowed; bytes that are no frame at all
- calls whose answers, of some KB each, are never read

Their head carries a bearer token, so that what comes whole is a call that is answered.

Before them come B rounds of streams that are opened and reset at once, no faster than the server
works them off: memory must not grow with every round. (What a flood leaves is room that was freed
and that malloc keeps: a leak would not show in it.)

Holds: the process lives, answers the neighbour as soon as the floods are over, and does not hold on
to more memory than MEMORY_BYTES_MAX beyond what it had; the later rounds add no more than
LEAK_BYTES_MAX to what the first ones left. How the neighbour fared meanwhile is said and not
judged: that depends on how many cores there are.
"""

import argparse
import itertools
import os
import pathlib
import random
import socket
import struct
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/load")]

import client  # noqa: E402
from registry import Registry  # noqa: E402
from stack import stop_on_signals  # noqa: E402

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, CONTINUATION = 0, 1, 3, 4, 6, 9
END_STREAM, END_HEADERS = 1, 4
FRAMES = 20_000  # of a flood, if it is let
CONNECTIONS = 6  # at once
REGIONS = 50     # of each answer
MEMORY_BYTES_MAX = 768 * 2 ** 20  # what floods have waiting at once, which malloc keeps
SLOW_FRAMES, PACE_FRAMES, PACE_SECONDS = 10_000, 200, 0.03
LEAK_BYTES_MAX = 8 * 2 ** 20  # of some 20,000 streams
IDLE_SECONDS, IDLE_CPU_SECONDS = 0.5, 0.02  # it has nothing to do: so long, with no more than this
SETTLE_SECONDS = 30
METHOD = "/wici.cluster_registry.v1.RegionService/ListRegions"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def head(token, *more):
    """The header block of a call of who has this token: literals without indexing."""
    fields = ((":method", "POST"), (":scheme", "http"), (":path", METHOD),
              (":authority", "registry"), ("content-type", "application/grpc"), ("te", "trailers"),
              ("authorization", f"Bearer {token}"), *more)
    return b"".join(b"\0" + length(name) + name.encode() + length(value) + value.encode()
                    for name, value in fields)


def length(text):
    """As HPACK writes it: 7 bits, then groups of 7."""
    size = len(text)
    if size < 127:
        return bytes([size])
    out, size = bytearray([127]), size - 127
    while size >= 128:
        out.append(size % 128 + 128)
        size //= 128
    return bytes(out + bytes([size]))


def pings(_):
    for _ in range(FRAMES):
        yield frame(PING, 0, 0, b"12345678")


def settings(_):
    for _ in range(FRAMES):
        yield frame(SETTINGS, 0, 0)


def idle_streams(token):
    for number in range(FRAMES):
        yield frame(HEADERS, END_HEADERS, 2 * number + 1, head(token))


def reset_streams(token):
    for number in range(FRAMES):
        yield frame(HEADERS, END_HEADERS, 2 * number + 1, head(token))
        yield frame(RST_STREAM, 0, 2 * number + 1, struct.pack(">I", 8))


def reset_slowly(token):
    """So that the server keeps up, and what is in memory is not what waits to be worked off."""
    for number, data in enumerate(itertools.islice(reset_streams(token), SLOW_FRAMES)):
        if number % PACE_FRAMES == 0:
            time.sleep(PACE_SECONDS)
        yield data


def endless_head(token):
    yield frame(HEADERS, 0, 1, head(token))
    for _ in range(FRAMES):
        yield frame(CONTINUATION, 0, 1, b"\0\1x" + length("y" * 1000) + b"y" * 1000)


def large_head(token):
    for number in range(200):
        block = head(token, *((f"x-{i}", "y" * 4000) for i in range(4)))
        yield frame(HEADERS, END_HEADERS | END_STREAM, 2 * number + 1, block[:16384])


def too_much_data(token):
    yield frame(HEADERS, END_HEADERS, 1, head(token))
    for _ in range(2000):
        yield frame(DATA, 0, 1, b"\0" * 16384)


def noise(_):
    for _ in range(200):
        yield os.urandom(1000)


def unread_answers(token):
    for number in range(2000):
        yield frame(HEADERS, END_HEADERS, 2 * number + 1, head(token))
        yield frame(DATA, END_STREAM, 2 * number + 1, b"\0" * 5)


FLOODS = [pings, settings, idle_streams, reset_streams, endless_head, large_head, too_much_data,
          noise, unread_answers]


def send(port, flood, token, ended):
    """Sends until the server has enough; says in `ended` whether it closed the connection. Nothing
    stands there of what found no connection."""
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    except OSError:
        return
    with connection:
        try:
            connection.sendall(PREFACE + frame(SETTINGS, 0, 0))
            for data in flood(token):
                connection.sendall(data)
            ended[flood.__name__] = "all sent"
        except socket.timeout:
            ended[flood.__name__] = "no longer read"
        except OSError:
            ended[flood.__name__] = "closed"


class Neighbour:
    """Calls as people do, until `done`."""

    def __init__(self, api, done):
        self._api, self._done = api, done
        self._api.retry_seconds = 0
        self.count = self.failed = self.slowest = 0

    def run(self):
        while not self._done.wait(0.02):
            began = time.monotonic()
            try:
                self._api("RegionService.ListRegions")
                self.count += 1
            except client.CallError:
                self.failed += 1
            self.slowest = max(self.slowest, time.monotonic() - began)


def memory(pid):
    """Bytes of it that are in memory."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def at_once(port, floods, token, ended):
    """Each over a connection of its own; returns when all have ended."""
    threads = [threading.Thread(target=send, args=(port, flood, token, ended)) for flood in floods]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def wait_until_idle(registry):
    """Until it has worked off what was sent."""
    give_up, before = time.monotonic() + SETTLE_SECONDS, registry.cpu()
    while time.monotonic() < give_up:
        time.sleep(IDLE_SECONDS)
        if (now := registry.cpu()) - before <= IDLE_CPU_SECONDS:
            return
        before = now


def look_for_leaks(registry, token, count):
    """The MiB in memory after each round."""
    after = []
    for _ in range(count):
        send(registry.port, reset_slowly, token, {})
        wait_until_idle(registry)
        after.append(memory(registry.pid) // 2 ** 20)
    return after


def go(registry, rng, seconds, leak_rounds):
    """What is wrong, and a summary."""
    done, ended, rounds = threading.Event(), {}, 0
    operator = "users/operator", ["platform-operator@platform"]
    api, token = registry.api(*operator), client.bearer_token(registry.key_file, *operator)
    for number in range(REGIONS):
        api("RegionService.CreateRegion", region_id=f"region-{number}", region={
            "display_name": "Region " + "y" * 100, "country": "PL",
            "codes": [{"scheme": "NUTS", "version": "2024", "code": f"PL{number}"}]})
    before = memory(registry.pid)
    # First: what the others leave is room in which a leak would not show.
    after = look_for_leaks(registry, token, leak_rounds)
    if not registry.alive():
        return ["the registry has ended in a quiet round"], ""
    neighbour = Neighbour(api, done)
    calls = threading.Thread(target=neighbour.run)
    calls.start()
    end = time.monotonic() + seconds
    try:
        while rounds == 0 or time.monotonic() < end:
            rounds += 1
            order = rng.sample(FLOODS, len(FLOODS))
            for first in range(0, len(order), CONNECTIONS):
                at_once(registry.port, order[first:first + CONNECTIONS], token, ended)
    finally:
        done.set()
        calls.join()
    problems = [f"{flood.__name__} did not reach the registry: this proves nothing"
                for flood in FLOODS if flood.__name__ not in ended]
    if not registry.alive():
        return ["the registry has ended"], ""
    half = leak_rounds // 2
    if half and max(after[half:]) - max(after[:half]) > LEAK_BYTES_MAX // 2 ** 20:
        problems.append(f"round after round leaves more memory: {after} MiB")
    api.retry_seconds = client.RETRY_SECONDS
    try:
        api("RegionService.ListRegions")
    except client.CallError as error:
        problems.append(f"after the floods: {error}")
    if (more := memory(registry.pid) - before) > MEMORY_BYTES_MAX:
        problems.append(f"the registry holds {more // 2 ** 20} MiB more than before")
    fates = ", ".join(f"{name} {fate}" for name, fate in sorted(ended.items()))
    return problems, (f"{rounds} rounds beside {neighbour.count} calls and {neighbour.failed} that "
                      f"failed, the slowest took {neighbour.slowest:.2f} s; {more // 2 ** 20} MiB "
                      f"more than before; after rounds of resets {after} MiB; {fates}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=0, help="how long; 0: each flood once")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--leak_rounds", type=int, default=8, help="an even number")
    args = parser.parse_args()
    stop_on_signals()
    os.environ["MALLOC_ARENA_MAX"] = "1"  # of the registry
    with tempfile.TemporaryDirectory(prefix="wici-flood-") as directory:
        with Registry(pathlib.Path(directory)) as registry:
            problems, summary = go(registry, random.Random(args.seed), args.seconds, args.leak_rounds)
            log = registry.log_tail(10)
    print(summary)
    if problems:
        print("\n".join([*problems[:20], "log of the registry:", log]))
        sys.exit(f"failed; again with --seed={args.seed}")


if __name__ == "__main__":
    main()
