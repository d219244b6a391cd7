"""The fault cases of notification that are about Redis; see notification_faults.py."""

import signal
import time

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
    stack.redis("BGSAVE")
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
