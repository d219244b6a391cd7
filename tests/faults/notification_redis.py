"""The fault cases of notification that are about Redis; see notification_faults.py."""

import signal
import time

from notification_oracle import until
from scripted_redis import HOST, ScriptedRedis

MINUTE = 60
FILLERS = 3000  # keys that Redis loads, LOAD_MICROS for each
LOAD_MICROS = 300


def F7_redis_killed(run):
    """With nothing on disk, with all of it, and as usual with all but the last second."""
    ways = (["--appendonly", "no"], ["--appendfsync", "always"], [])
    for flags in ways:
        run.stack.kill("redis")
        run.stack.configure_redis(*flags)
        run.stack.restart("redis")
        run.admit(1)
        run.stack.kill("redis")
        run.send_some(parts=len(ways))
        run.admit(1)
        run.stack.restart("redis")
        run.admit(1)


def F8_redis_emptied(run):
    """Of everything, then of the stream of each feed that notification follows."""
    run.admit(2)
    run.send_some(run.stack.flush_redis)
    for stream, change in (("feed:registration", lambda: run.admit(1)),
                           ("feed:cluster-registry", run.change_registry)):
        change()
        if not run.stack.redis_until(b":1", "DEL", stream):
            run.problems.append(f"F8: there was no {stream} to delete")
        change()


def F9_consumer_group_destroyed(run):
    run.admit(1)
    run.change_registry()
    for stream in ("feed:registration", "feed:cluster-registry"):
        if not run.stack.redis_until(b":1", "XGROUP", "DESTROY", stream, "notification"):
            run.problems.append(f"F9: {stream} had no group to destroy")
    run.admit(2)
    run.change_registry()
    run.send_some()


def refused(run, error):
    """Has Redis refuse what it is sent, and meanwhile does its share."""
    if not run.stack.redis_until(b"-" + error, "XADD", "faults", "*", "a", "b"):
        run.problems.append(f"F10: Redis never said {error.decode()}")
    run.admit(1)
    run.send_some(parts=4)


def F10_redis_refuses(run):
    """-OOM, -READONLY, -MISCONF and -LOADING."""
    stack, dump = run.stack, run.stack.directory / "redis/dump.rdb"
    stack.redis("CONFIG", "SET", "maxmemory", "1")
    refused(run, b"OOM")
    stack.redis("CONFIG", "SET", "maxmemory", "0")
    stack.redis("REPLICAOF", "127.0.0.1", "1")
    refused(run, b"READONLY")
    stack.redis("REPLICAOF", "NO", "ONE")
    dump.mkdir()  # where a file is to be written
    stack.redis("CONFIG", "SET", "save", "3600 1")
    stack.redis("BGSAVE", "SCHEDULE")  # after whatever it is writing
    refused(run, b"MISCONF")
    stack.redis("CONFIG", "SET", "save", "")
    dump.rmdir()
    fill = f"for i = 1, {FILLERS} do redis.call('%s', 'filler:' .. i%s) end"
    stack.redis("EVAL", fill % ("SET", ", ''"), "0")
    stack.kill("redis")
    stack.configure_redis("--key-load-delay", LOAD_MICROS)
    stack.processes["redis"].start()
    stack.wait_listening("redis")
    refused(run, b"LOADING")
    stack.wait_ready(("redis",))
    stack.configure_redis()
    stack.redis("EVAL", fill % ("DEL", ""), "0")
    run.admit(1)


def F11_redis_answers_nothing(run):
    """A minute in a long run."""
    redis = run.stack.processes["redis"]
    redis.signal(signal.SIGSTOP)
    try:
        end = time.monotonic() + (MINUTE if run.is_long else 0)
        run.admit(1)
        run.send_some()
        while time.monotonic() < end:
            run.admit(1)
            time.sleep(1)
    finally:
        redis.signal(signal.SIGCONT)


def reach_redis(run, port):
    """Who writes to its streams and who reads them are killed, and come back to find it there."""
    for service in ("registration", "notification"):
        run.kill(service)
        process = run.stack.processes[service]
        process.argv = [f"--redis=redis://{HOST}:{port}" if word.startswith("--redis=") else word
                        for word in process.argv]
        run.stack.restart(service)


def F11_redis_forgets_its_connections(run):
    """They are half open: services must find out by themselves, and connect anew."""
    path = ScriptedRedis(run.stack.ports["redis"])
    reach_redis(run, path.port)
    run.admit(1)
    if not until(lambda: path.connections >= 2):
        run.problems.append(f"F11: only {path.connections} connections could be forgotten")
    length = stream_length(run)
    path.forget()
    run.admit(2)
    run.send_some()
    if not until(lambda: stream_length(run) > length):
        run.problems.append("F11: registration clings to a connection that is half open")
    reach_redis(run, run.stack.ports["redis"])
    path.close()


def stream_length(run):
    return int(run.stack.redis("XLEN", "feed:registration")[1:])


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
