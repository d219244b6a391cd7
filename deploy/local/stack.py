#!/usr/bin/python3
"""Starts and supervises everything wici needs on one machine.

    with Stack(directory, database="sqlite") as stack:
        stack.start()                      # returns when every service says it is ready
        stack.kill("registration")         # kill -9
        stack.restart("registration")      # same ports, same data
        stack.flush_redis()                # FLUSHALL

Redis, the mail sink, the optional PostgreSQL and the three services run as child processes in
sessions of their own. They end with this process, however it ends: stop() asks them to, and the
kernel kills them (PR_SET_PDEATHSIG) when this process is gone. That signal follows the thread that
started a child, so call start(), restart() and stop() from the main thread only.

All data lies under one directory: key, redis/, mail/, postgres/, <service>/, logs/.
Errors are StackError with a text for people: what is wrong and what to do.
"""

import base64
import errno
import os
import pathlib
import random
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICES = ("cluster-registry", "registration", "notification")
DATABASES = ("sqlite", "postgres")
PARTS = ("redis", "mail-smtp", "mail-http", "notification-pages") + tuple(
    f"{service}{suffix}" for service in SERVICES for suffix in ("", "-admin"))

# What `./wici run` uses when they are free.
FRIENDLY_PORTS = {
    "redis": 6390, "mail-smtp": 2525, "mail-http": 8025, "notification-pages": 8026,
    "cluster-registry": 50051, "cluster-registry-admin": 9051,
    "registration": 50052, "registration-admin": 9052,
    "notification": 50053, "notification-admin": 9053,
}
FREE_BYTES_MIN = 200 * 1024 * 1024
READY_SECONDS = 60
STOP_SECONDS = 30
HOST = "127.0.0.1"
FIRST_PORT = 20000
PORTS_IN_BLOCK = 20
PORT_BLOCKS = 600
_claims = []  # held until this process ends


# $0 postgres.sh, $1 its directory, $2 the file for its URL.
POSTGRES_GUARD = """
trap 'exit 0' TERM
trap 'kill $!; "$0" stop "$1"' EXIT
"$0" start "$1" >"$2.new" || exit 1
mv "$2.new" "$2"
sleep infinity & wait
"""


class StackError(Exception):
    """Something the reader of the message can mend."""


def _database_name(service):
    return "wici_" + service.replace("-", "_")


def build_directory():
    return pathlib.Path(os.environ.get("WICI_BUILD_DIR", ROOT / "build/release"))


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports():
    """A port for every part, free now and never given to another stack while this process lives.
    Below the range the kernel hands out to clients."""
    for _ in range(1000):
        block = random.randrange(PORT_BLOCKS)
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0wici-ports-{block}")  # the kernel forgets it with this process
        except OSError:
            claim.close()
            continue
        _claims.append(claim)
        first = FIRST_PORT + block * PORTS_IN_BLOCK
        ports = [port for port in range(first, first + PORTS_IN_BLOCK) if port_is_free(port)]
        if len(ports) >= len(PARTS):
            return dict(zip(PARTS, ports))
    raise StackError("no free ports between 20000 and 32000: end other stacks on this machine")


def friendly_ports():
    """The fixed ports, each replaced by the next free one when it is taken."""
    ports, taken = {}, set()
    for part, port in FRIENDLY_PORTS.items():
        while port in taken or not port_is_free(port):
            port += 1
        ports[part] = port
        taken.add(port)
    return ports


def http_ok(url):
    """Whether it answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


class Process:
    """One child process with its log file."""

    def __init__(self, name, argv, log, cwd, death_signal="KILL"):
        self.name, self.argv, self.log, self.cwd = name, [str(a) for a in argv], log, cwd
        self.death_signal = death_signal  # what it gets when this process ends
        self.popen = None

    def start(self):
        if self.alive():
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as log:
            self.popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", self.death_signal, "--"] + self.argv, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self.cwd, start_new_session=True)

    def alive(self):
        return self.popen is not None and self.popen.poll() is None

    def signal(self, number):
        if self.alive():
            try:
                os.killpg(self.popen.pid, number)
            except ProcessLookupError:
                pass

    def join(self, seconds):
        """Waits for the end; kills when it takes longer."""
        if self.popen is None:
            return
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.popen.wait()

    def log_tail(self, lines=15):
        try:
            text = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join("    " + line[:400] for line in text[-lines:])


class Stack:
    """The parts, their ports and their data. Not thread-safe."""

    def __init__(self, directory, database="sqlite", ports=None, binaries=None, progress=None):
        if database not in DATABASES:
            raise StackError(f"unknown database '{database}': use one of {', '.join(DATABASES)}")
        self.directory = pathlib.Path(directory).resolve()
        self.database = database
        self.ports = ports or free_ports()
        self.binaries = binaries or build_directory() / "bin"
        self.progress = progress or (lambda text: None)
        self.processes = {}
        self._postgres_url = ""

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.stop()

    # ----- addresses -----

    @property
    def key_file(self):
        return self.directory / "key"

    def address(self, part):
        return f"{HOST}:{self.ports[part]}"

    @property
    def mail_url(self):
        return f"http://{self.address('mail-http')}"

    def database_url(self, service):
        if self.database == "postgres":
            return self._postgres_url.replace("/postgres?", f"/{_database_name(service)}?")
        return f"sqlite:///{self.directory}/{service}/{service}.db"

    # ----- life -----

    def start(self):
        """Starts what is not running and waits until all are ready."""
        self._check_before_start()
        try:
            for directory in ("redis", "mail", "logs") + SERVICES:
                (self.directory / directory).mkdir(parents=True, exist_ok=True)
            self._write_key()
        except OSError as e:
            raise StackError(self._explain_os_error(e)) from e
        self.progress("redis, mail sink" + (", postgres" if self.database == "postgres" else ""))
        self._start("redis", self._redis_argv())
        self._start("mail-sink", self._mail_sink_argv())
        if self.database == "postgres" and "postgres" not in self.processes:
            self._start_postgres()
        self.wait_ready(("redis", "mail-sink"))
        self.progress(", ".join(SERVICES))
        for service in SERVICES:
            self._start(service, self._service_argv(service))
        self.wait_ready()

    def wait_ready(self, names=SERVICES):
        for name in names:
            self._wait(self.processes[name], lambda name=name: self._is_ready(name))

    def kill(self, service):
        """kill -9, as a crash or the kernel's OOM killer would."""
        process = self.processes[service]
        process.signal(signal.SIGKILL)
        process.join(STOP_SECONDS)

    def restart(self, name):
        """Starts a part that has ended; it is ready when this returns."""
        self.processes[name].start()
        self.wait_ready((name,))

    def flush_redis(self):
        answer = self._redis_call(b"*1\r\n$8\r\nFLUSHALL\r\n")
        if not answer.startswith(b"+OK"):
            raise StackError(f"Redis answered {answer!r} to FLUSHALL")

    def ended(self):
        """Names of the parts that are no longer running."""
        return [p.name for p in self.processes.values() if not p.alive()]

    def logs(self):
        return {name: p.log for name, p in self.processes.items()}

    def complaints(self, each=3):
        """The last warnings and errors in the logs of the services."""
        found = []
        for service in SERVICES:
            if service in self.processes:
                lines = self.processes[service].log_tail(1000).splitlines()
                found += [line.strip() for line in lines
                          if '"level":"error"' in line or '"level":"warning"' in line][-each:]
        return found

    def stop(self, graceful=True):
        """Stops everything: the services drain first; or, ungraceful, at once (kill -9)."""
        first = signal.SIGTERM if graceful else signal.SIGKILL
        try:
            for group in (SERVICES, ("mail-sink", "redis")):
                running = [self.processes[n] for n in group if n in self.processes]
                for process in running:
                    process.signal(first)
                for process in running:
                    process.join(STOP_SECONDS)
        finally:
            for name, process in self.processes.items():
                process.signal(signal.SIGTERM if name == "postgres" else signal.SIGKILL)
                process.join(STOP_SECONDS)

    # ----- parts -----

    def _redis_argv(self):
        return ["redis-server", "--port", self.ports["redis"], "--bind", HOST,
                "--dir", self.directory / "redis", "--appendonly", "yes",
                "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "volatile-lru",
                "--daemonize", "no", "--loglevel", "warning"]

    def _mail_sink_argv(self):
        return ["/usr/bin/python3", ROOT / "deploy/local/mail_sink.py",
                "--smtp", self.address("mail-smtp"), "--http", self.address("mail-http"),
                "--pages", self.address("notification-pages"), "--directory", self.directory / "mail"]

    def _service_argv(self, service):
        argv = [self.binaries / f"wici-{service}", f"--listen={self.address(service)}",
                f"--admin_listen={self.address(service + '-admin')}",
                f"--database={self.database_url(service)}",
                f"--redis=redis://{self.address('redis')}",
                f"--key_file={self.key_file}", "--mode=development",
                "--calls_per_second_max=0"]  # one person plays many
        if service != "cluster-registry":
            argv.append(f"--registry={self.address('cluster-registry')}")
        if service == "registration":
            argv.append("--evidence_interval=100ms")
        if service == "notification":
            argv += [f"--registration={self.address('registration')}",
                     f"--smtp=smtp://{self.address('mail-smtp')}",
                     "--mail_from=wici@wici.example.org",
                     f"--public_listen={self.address('notification-pages')}",
                     f"--public_url={self.mail_url}"]  # which passes its pages on
        return argv

    def _start_postgres(self):
        """PostgreSQL is a daemon of another user: a shell beside it stops it when it gets SIGTERM,
        also when that comes because this process is gone."""
        directory = self.directory / "postgres"
        directory.mkdir(exist_ok=True)
        url = directory / "url"
        url.unlink(missing_ok=True)  # of an earlier start
        script = ROOT / "deploy/local/postgres.sh"
        self._start("postgres", ["bash", "-c", POSTGRES_GUARD, script, directory, url], "TERM")
        self._wait(self.processes["postgres"], url.exists)
        self._postgres_url = url.read_text(encoding="ascii").strip()
        for service in SERVICES:
            subprocess.run(["psql", "--quiet", "--no-psqlrc", self._postgres_url, "--command",
                            f"CREATE DATABASE {_database_name(service)}"],
                           check=True, stdin=subprocess.DEVNULL)

    # ----- helpers -----

    def _start(self, name, argv, death_signal="KILL"):
        if name not in self.processes:
            self.processes[name] = Process(
                name, argv, self.directory / "logs" / f"{name}.log", self.directory, death_signal)
        try:
            self.processes[name].start()
        except OSError as e:
            raise StackError(f"cannot start {name}: {self._explain_os_error(e)}") from e

    def _check_before_start(self):
        for tool in ("redis-server", "setpriv"):
            if shutil.which(tool) is None:
                raise StackError(f"{tool} is not installed: run ./wici setup")
        for service in SERVICES:
            if not os.access(self.binaries / f"wici-{service}", os.X_OK):
                raise StackError(f"{self.binaries}/wici-{service} is missing: run ./wici build")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.directory).free
        except OSError as e:
            raise StackError(self._explain_os_error(e)) from e
        if free < FREE_BYTES_MIN:
            raise StackError(f"only {free // 2**20} MiB are free under {self.directory}: "
                             f"at least {FREE_BYTES_MIN // 2**20} MiB are needed")
        if self.processes:
            return
        for part, port in self.ports.items():
            if not port_is_free(port):
                raise StackError(f"port {port} for {part} is taken: stop what listens there, "
                                 "or choose another port")

    def _write_key(self):
        if self.key_file.exists():
            return
        seed = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=") + b"\n"
        temporary = self.key_file.with_suffix(".new")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as f:
            f.write(seed)
        temporary.replace(self.key_file)

    def _wait(self, process, ready, seconds=READY_SECONDS):
        """Polls `ready` until it holds; notices at once when the process ends."""
        deadline = time.monotonic() + seconds
        while not ready():
            try:
                process.popen.wait(0.02)
            except subprocess.TimeoutExpired:
                pass
            else:
                raise StackError(self._explain_end(process))
            if time.monotonic() > deadline:
                raise StackError(f"{process.name} is not ready after {seconds} s; its log "
                                 f"({process.log}) ends with\n{process.log_tail()}")

    def _explain_end(self, process):
        tail = process.log_tail()
        lower = tail.lower()
        if "no space left" in lower or "disk is full" in lower:
            why = f"the disk under {self.directory} is full"
        elif "address already in use" in lower:
            why = "its port was taken by another program just now: start again"
        else:
            why = f"exit status {process.popen.returncode}"
        return f"{process.name} ended: {why}. Its log ({process.log}) ends with\n{tail}"

    def _explain_os_error(self, error):
        if error.errno == errno.ENOSPC:
            return f"the disk under {self.directory} is full"
        return str(error)

    def _is_ready(self, name):
        if name == "redis":
            return self._redis_ready()
        if name == "mail-sink":
            return http_ok(self.mail_url + "/healthz")
        return http_ok(f"http://{self.address(name + '-admin')}/readyz")

    def _redis_ready(self):
        try:
            return self._redis_call(b"*1\r\n$4\r\nPING\r\n").startswith(b"+PONG")
        except OSError:
            return False

    def _redis_call(self, command):
        with socket.create_connection((HOST, self.ports["redis"]), timeout=5) as connection:
            connection.sendall(command)
            return connection.recv(4096)


def stop_on_signals():
    """Turns SIGTERM and SIGHUP into SystemExit, so that `with Stack(...)` stops its parts."""
    def leave(number, frame):
        raise SystemExit(128 + number)
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
