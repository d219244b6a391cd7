#!/usr/bin/python3
"""What `./wici run` does after the build: starts everything, loads the demo data, prints how to
call it, and stops everything on Ctrl-C. Data stays under .wici/run."""

import argparse
import fcntl
import json
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local"))

import client  # noqa: E402
import seed  # noqa: E402
import stack as stack_module  # noqa: E402
from stack import Stack, StackError  # noqa: E402

RESTARTS_MAX = 5  # of one part in one run; then something is wrong for good


def say(text=""):
    print(text, flush=True)


def take_lock(directory):
    """Two runs on the same data would destroy each other's peace."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = open(directory / "lock", "a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise StackError(f"already running on {directory} (process {lock.read().strip()}): "
                         "stop that one with Ctrl-C, or choose another --directory") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def load_demo_data(stack):
    api = client.connect(stack, seed.OPERATOR, seed.OPERATOR_ROLES)
    try:
        seed.load_everything(api, progress=lambda text: say(f"  {text}"))
    finally:
        api.close()


def write_token(stack):
    path = stack.directory / "token"
    token = client.bearer_token(stack.key_file, seed.OPERATOR, seed.OPERATOR_ROLES)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
        f.write(token + "\n")
    return path


def write_addresses(stack):
    """For `./wici call`."""
    addresses = {service: stack.address(service) for service in client.PACKAGES}
    (stack.directory / "addresses.json").write_text(json.dumps(addresses), encoding="utf-8")


def print_addresses(stack, token_path):
    relative = lambda path: os.path.relpath(path, pathlib.Path.cwd())  # noqa: E731
    say()
    say(f"wici is running, data under {relative(stack.directory)}. "
        "Ctrl-C stops it.")
    say()
    say(f"  mail to participants  {stack.mail_url}")
    say(f"  pages of its links    {stack.mail_url}/unsubscribe and /confirm-consent, which "
        f"notification serves at {stack.address('notification-pages')}")
    for service in stack_module.SERVICES:
        say(f"  {service:<21} {stack.address(service)}   "
            f"admin http://{stack.address(service + '-admin')}/metrics")
    say(f"  logs                  {relative(stack.directory / 'logs')}/")
    say()
    say("Call it (as an operator who may do everything), from another terminal:")
    say()
    for method, body in seed.EXAMPLE_CALLS:
        say(f"  ./wici call {method} \\\n    '{body}'")
    say("  ./wici call          lists the methods")
    say()
    say(f"Other gRPC clients: proto/README.md; a token for a day is in {relative(token_path)}.")
    say()


def supervise(stack):
    """Restarts what ends, until Ctrl-C."""
    restarts = {}
    while True:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)  # sleeps until a child ends
        for name in stack.ended():
            process = stack.processes[name]
            restarts[name] = restarts.get(name, 0) + 1
            if restarts[name] > RESTARTS_MAX:
                raise StackError(f"{name} ended {RESTARTS_MAX} times; its log ({process.log}) "
                                 f"ends with\n{process.log_tail()}")
            say(f"{name} ended with status {process.popen.returncode}: starting it again")
            stack.restart(name)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", type=pathlib.Path, default=ROOT / ".wici/run",
                        help="where the data lies (default: .wici/run)")
    args = parser.parse_args()
    stack_module.stop_on_signals()
    started = time.monotonic()
    try:
        lock = take_lock(args.directory.resolve())
        with Stack(args.directory, ports=stack_module.friendly_ports(),
                   progress=lambda text: say(f"starting {text}")) as stack:
            stack.start()
            say("loading the demo data")
            load_demo_data(stack)
            write_addresses(stack)
            print_addresses(stack, write_token(stack))
            say(f"Ready after {time.monotonic() - started:.1f} s.")
            try:
                supervise(stack)
            except KeyboardInterrupt:
                say("\nstopping (again Ctrl-C: at once)")
        lock.close()
    except (KeyboardInterrupt, SystemExit) as e:
        say("\nstopped")
        return e.code if isinstance(e, SystemExit) else 0
    except (StackError, client.CallError) as e:
        print(f"wici: {e}", file=sys.stderr)
        return 1
    say("stopped; the data is kept, the next start takes seconds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
