"""What a benchmark of mails needs beside the services: postfix's smtp-sink, Redis, BullMQ."""

import email
import email.policy
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

import measure

SINK = shutil.which("smtp-sink", path=os.environ.get("PATH", "") + ":/usr/sbin")
MODULES = measure.ROOT / "tests/node_modules"
SCRIPT = pathlib.Path(__file__).with_name("bullmq.js")
START_SECONDS = 30


def await_port(port, process):
    """Returns once somebody listens."""
    give_up = time.monotonic() + START_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"{process.args[0]} did not start")
        time.sleep(0.01)


class Process:
    """A process that ends with this object."""

    def __init__(self, argv, **pipes):
        self._process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *argv], **pipes)
        self.pid = self._process.pid

    def cpu(self):
        """CPU seconds used so far."""
        return measure.cpu_of(self.pid)

    def stop(self):
        """Ends it."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Sink(Process):
    """smtp-sink: takes every mail, and counts it. Keeps them only with `dump`, a file in a folder that
    everybody may write to."""

    def __init__(self, directory, dump=None):
        if SINK is None:
            raise RuntimeError("smtp-sink is part of Debian's postfix, which is not installed: "
                               "./wici setup")
        self.port = measure.free_ports(1)[0]
        self._counters = directory / f"sink-{self.port}.counters"
        options = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to be root
        options += ["-D", str(dump)] if dump else []
        with open(self._counters, "wb") as counters:
            super().__init__([SINK, "-c", *options, f"127.0.0.1:{self.port}", "256"],
                             stdin=subprocess.DEVNULL, stdout=counters, stderr=counters)
        await_port(self.port, self._process)

    def mails(self):
        """How many it has taken."""
        with open(self._counters, "rb") as counters:
            counters.seek(max(0, self._counters.stat().st_size - 200))
            found = re.findall(rb"mesg=(\d+)", counters.read())
        return int(found[-1]) if found else 0

    def await_mails(self, count, seconds):
        """Returns once it has taken so many, or after so long."""
        give_up = time.monotonic() + seconds
        while self.mails() < count and time.monotonic() < give_up:
            time.sleep(0.01)


def read_dump(path):
    """The first mail of a dump as what nodemailer is given: the same parts and addresses."""
    text = pathlib.Path(path).read_bytes()
    start = text.index(b"Received:")  # before it: what smtp-sink says about the session
    mail = email.message_from_bytes(text[start:], policy=email.policy.default)
    found = {"from": str(mail["From"]), "subject": str(mail["Subject"])}
    for part in mail.walk():
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment":
            continue
        if kind == "text/plain" and "text" not in found:
            found["text"] = part.get_content()
        elif kind == "text/html" and "html" not in found:
            found["html"] = part.get_content()
        elif kind == "text/calendar" and "icalEvent" not in found:
            found["icalEvent"] = {"method": part.get_param("method", "REQUEST"),
                                  "content": part.get_content()}
    return found


class Redis(Process):
    """A Redis of its own that writes its log every second."""

    def __init__(self, directory):
        self.directory = directory / "redis"
        self.directory.mkdir()
        self.port = measure.free_ports(1)[0]
        super().__init__(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir",
             str(self.directory), "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
             "--maxmemory-policy", "noeviction", "--loglevel", "warning"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        await_port(self.port, self._process)

    def command(self, *words):
        """What redis-cli answers."""
        return subprocess.run(["redis-cli", "-p", str(self.port), *words], check=True,
                              stdout=subprocess.PIPE, text=True).stdout


class BullMq(Process):
    """A worker with so many jobs at once, on a queue of its own: what it does with each is to hand
    `mail` over to the sink on one of as many connections, or nothing."""

    def __init__(self, name, at_once, redis, directory, sink=None, mail=None):
        self.name, self._redis, self._asked = name, redis, 0
        argv = ["node", str(SCRIPT), "work", f"--queue={name}", f"--redis={redis.port}",
                f"--at_once={at_once}"]
        if sink:
            file = directory / "mail.json"
            file.write_text(json.dumps(mail), encoding="utf-8")
            argv += [f"--smtp={sink.port}", f"--mail={file}"]
        with open(directory / f"{self.name}.log", "ab") as log:
            super().__init__(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                             text=True)
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError(f"BullMQ did not start: see {directory}/{self.name}.log")

    def cpu(self):
        """CPU seconds used so far, by Redis as well."""
        return super().cpu() + self._redis.cpu()

    def add(self, answers, **how):
        """Adds jobs: the report of the load."""
        flags = [f"--{name}={value}" for name, value in how.items()]
        return json.loads(subprocess.run(
            ["node", str(SCRIPT), "add", f"--queue={self.name}", f"--redis={self._redis.port}",
             f"--answers={answers}", *flags], check=True, stdout=subprocess.PIPE, text=True).stdout)

    def done(self):
        """[(job, when)] of what was handed over since this was asked last."""
        self._asked += 1
        self._process.stdin.write(f"{self._asked}\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())["done"]
