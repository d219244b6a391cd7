#!/usr/bin/python3
"""Clients that speak HTTP/2 as nobody should, beside one who calls as people do.

    flood.py [--seed S] [--seconds N] [--leak_rounds B]

One registry. Connections of a raw client, in an order of the seed, each send until the server closes
them or they have sent enough; each kind alone for some seconds, then several kinds at once:

- pings without end; settings without end
- streams that are opened and never used; streams that are opened and reset at once
- one head that never ends; a head far beyond the limit
- data beyond what the server allowed; bytes that are no frame at all
- calls whose answers, of some KB each, are never read

Their head carries a bearer token, so that what comes whole is a call that is answered.

Before them come B rounds of streams that are opened and reset at once, no faster than the server
works them off: memory must not grow with every round. (What a flood leaves is room that was freed
and that malloc keeps: a leak would not show in it.)

Holds: the process lives, and does not hold on to more memory than MEMORY_BYTES_MAX beyond what it
had; the later rounds add no more than LEAK_BYTES_MAX to what the first ones left. During each kind
of flood, and during all, the neighbour (neighbour.py) calls at a steady rate: every call is answered
within its deadline, if need be after a refusal that said when to come back, and 99 of 100 within
P99_SECONDS_MAX.
"""

import argparse
import contextlib
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
from neighbour import Neighbour, judge  # noqa: E402
from registry import Registry  # noqa: E402
from stack import stop_on_signals  # noqa: E402

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, CONTINUATION = 0, 1, 3, 4, 6, 9
END_STREAM, END_HEADERS = 1, 4
FRAMES = 20_000  # of a flood, if it is let
CONNECTIONS = 6  # at once
ALONE_SECONDS = 2
SHARE_MIN = 0.15  # of the CPU it wants: with less, others on this machine keep it from answering
REGIONS = 50     # of each answer
MEMORY_BYTES_MAX = 768 * 2 ** 20  # what floods have waiting at once, which malloc keeps
SLOW_FRAMES, PACE_FRAMES, PACE_SECONDS = 10_000, 200, 0.03
LEAK_BYTES_MAX = 8 * 2 ** 20  # of some 20,000 streams
IDLE_SECONDS, IDLE_CPU_SECONDS = 0.5, 0.02  # it has nothing to do: so long, with no more than this
NEIGHBOUR_CPU_SECONDS = 0.08                # and with no more than this besides the neighbour
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


def memory(pid):
    """Bytes of it that are in memory."""
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def cpu_wanted(pid):
    """Seconds that its threads had a CPU, and that they waited for one."""
    ran = waited = 0
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):  # it may end
            on_cpu, in_queue, _ = path.read_text().split()
            ran, waited = ran + int(on_cpu) / 1e9, waited + int(in_queue) / 1e9
    return ran, waited


def share_since(before, pid):
    """Of the CPU it wanted, what it got since then; 1 when it wanted none."""
    ran, waited = (now - then for now, then in zip(cpu_wanted(pid), before))
    return max(ran, 0) / (ran + waited) if ran + waited > 0 else 1


def at_once(port, floods, token, ended):
    """Each over a connection of its own; returns when all have ended."""
    threads = [threading.Thread(target=send, args=(port, flood, token, ended)) for flood in floods]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def wait_until_idle(registry, cpu_seconds=IDLE_CPU_SECONDS):
    """Until it has worked off what was sent."""
    give_up, before = time.monotonic() + SETTLE_SECONDS, registry.cpu()
    while time.monotonic() < give_up:
        time.sleep(IDLE_SECONDS)
        if (now := registry.cpu()) - before <= cpu_seconds:
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


def flood(registry, neighbour, rng, token, seconds):
    """Each kind alone, then several at once for so long; returns what became of the connections, how
    many rounds there were, and by phase what share of the CPU the registry got that it wanted."""
    ended, rounds, shares = {}, 0, {}
    neighbour.enter("before")
    time.sleep(ALONE_SECONDS)
    for kind in rng.sample(FLOODS, len(FLOODS)):
        neighbour.enter(kind.__name__)
        before = cpu_wanted(registry.pid)
        end = time.monotonic() + ALONE_SECONDS
        while time.monotonic() < end:
            at_once(registry.port, [kind], token, ended)
        shares[kind.__name__] = share_since(before, registry.pid)
        neighbour.enter("afterwards")
        wait_until_idle(registry, NEIGHBOUR_CPU_SECONDS)
    neighbour.enter("all")
    before = cpu_wanted(registry.pid)
    end = time.monotonic() + max(seconds, ALONE_SECONDS)
    while time.monotonic() < end:
        rounds += 1
        order = rng.sample(FLOODS, len(FLOODS))
        for first in range(0, len(order), CONNECTIONS):
            at_once(registry.port, order[first:first + CONNECTIONS], token, ended)
    shares["all"] = share_since(before, registry.pid)
    return ended, rounds, shares


def go(registry, rng, seconds, leak_rounds):
    """What is wrong, and a summary."""
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
    with Neighbour(f"127.0.0.1:{registry.port}", registry.key_file) as neighbour:
        ended, rounds, shares = flood(registry, neighbour, rng, token, seconds)
        outcomes = neighbour.leave()
    problems = [f"{kind.__name__} did not reach the registry: this proves nothing"
                for kind in FLOODS if kind.__name__ not in ended]
    if not registry.alive():
        return ["the registry has ended"], ""
    busy = [phase for phase, share in shares.items() if share < SHARE_MIN]
    for phase in set(shares) - set(busy):
        problems += judge(phase, outcomes[phase])
    half = leak_rounds // 2
    if half and max(after[half:]) - max(after[:half]) > LEAK_BYTES_MAX // 2 ** 20:
        problems.append(f"round after round leaves more memory: {after} MiB")
    try:
        api("RegionService.ListRegions")
    except client.CallError as error:
        problems.append(f"after the floods: {error}")
    if (more := memory(registry.pid) - before) > MEMORY_BYTES_MAX:
        problems.append(f"the registry holds {more // 2 ** 20} MiB more than before")
    fates = ", ".join(f"{name} {fate}" for name, fate in sorted(ended.items()))
    calls = ", ".join(f"{phase} {len(outcome.seconds)}/{outcome.refused}/{len(outcome.failures)}/"
                      f"{outcome.p99():.3f} s/{shares.get(phase, 1):.2f}"
                      for phase, outcome in outcomes.items())
    if busy:
        calls += f"; not judged, on a machine so busy: {', '.join(busy)}"
    return problems, (f"{rounds} rounds of all; {more // 2 ** 20} MiB more than before; after rounds "
                      f"of resets {after} MiB; {fates}; calls of the neighbour answered/refused "
                      f"at first/failed/p99/share of the CPU in each: {calls}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=0, help="of all kinds at once")
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
