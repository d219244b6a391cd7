"""What benchmarks share: processes, CPU time, who was the limit, medians."""

import json
import os
import pathlib
import socket
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 300  # a registry of a million clusters makes its index first
BUSY = 0.9      # from here on a thread, or a machine, counts as having nothing to spare
KEPT_UP = 0.95  # of what was offered: then it was answered as it came


def binary(name):
    """The path of a program of the build."""
    build = pathlib.Path(os.environ.get("WICI_BUILD_DIR", ROOT / "build/release"))
    return str(build / "bin" / name)


def _times(pid):
    """(own, of ended children) CPU seconds of a process; zero when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):  # it may end between the two steps of a read
        return 0.0, 0.0
    fields = text.rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS, (int(fields[13]) + int(fields[14])) / TICKS


def cpu_of(pid):
    """CPU seconds a process has used so far."""
    return _times(pid)[0]


def busy_of(pids):
    """CPU seconds of the threads of these processes that live now, to the nanosecond: for windows of
    so few calls that the ticks of cpu_of would not do."""
    total = 0
    for pid in pids:
        for thread in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(thread.read_text(encoding="ascii").split()[0])
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended meanwhile
    return total / 1e9


class MemoryPeak:
    """What a process takes in memory of its own, without the files it has mapped, while this is open:

        with MemoryPeak(pid) as memory: ...
        memory.mb  # the most beyond what it had before, looked at every 10 ms
    """

    def __init__(self, pid):
        self._path = pathlib.Path(f"/proc/{pid}/status")
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._before = self._most = self._now()
        self.mb = 0.0

    def _now(self):
        text = self._path.read_text(encoding="ascii", errors="replace")
        return int(text.split("RssAnon:", 1)[1].split(None, 1)[0]) / 1024

    def _watch(self):
        while not self._done.wait(0.01):
            self._most = max(self._most, self._now())

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self._done.set()
        self._thread.join()
        self._most = max(self._most, self._now())
        self.mb = self._most - self._before


def free_ports(count):
    """Ports that nobody listens on now, for servers that cannot take port 0."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Service:
    """A server that says its port in its first lines, and a service its admin port."""

    def __init__(self, argv, log):
        self._log, self.admin_port = log, None
        with open(log, "ab") as errors:
            self._process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, cwd=ROOT)
        self.port = self._await_port()

    def _await_port(self):
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up and self._process.poll() is None:
            for line in self._log.read_text(encoding="utf-8").splitlines():
                if '"message":"listening"' in line:
                    ports = json.loads(line)
                    self.admin_port = ports["admin_port"]
                    return ports["port"]
            if "echo" in self._process.args[0]:
                return int(self._process.stdout.readline())
            time.sleep(0.05)
        raise RuntimeError(f"{self._process.args[0]} did not start: see {self._log}")

    @property
    def pid(self):
        """The process."""
        return self._process.pid

    def cpu(self):
        """CPU seconds used so far."""
        return _times(self._process.pid)[0]

    def metrics(self):
        """{name with labels: value} as its admin port says them now."""
        for line in self._log.read_text(encoding="utf-8").splitlines():
            if '"message":"listening"' in line:
                port = json.loads(line)["admin_port"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            lines = [line.rsplit(" ", 1) for line in answer.read().decode().splitlines()
                     if not line.startswith("#")]
        return {name: float(value) for name, value in lines}

    def stop(self):
        """Ends the server, and waits for it."""
        self._process.terminate()
        try:
            self._process.wait(45)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Postgres:
    """A PostgreSQL of its own that keeps its promises: fsync and synchronous_commit are on."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="wici-bench.")
        self._script = str(ROOT / "deploy/local/postgres.sh")
        self.url = subprocess.run(
            [self._script, "start", self._directory.name, "--durable"],
            check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        data = pathlib.Path(self._directory.name, "postgres.data").read_text().strip()
        self._postmaster = int(pathlib.Path(data, "db/postmaster.pid").read_text().split()[0])

    def database(self, name):
        """Makes a database and returns its URL."""
        self.query(self.url, f"CREATE DATABASE {name}")
        return self.url.replace("/postgres?", f"/{name}?")

    def query(self, url, text):
        """The rows of a query, each a list of strings."""
        output = subprocess.run(
            ["psql", url, "--no-psqlrc", "--tuples-only", "--no-align", "--field-separator=\t",
             "--command", text], check=True, stdout=subprocess.PIPE, text=True).stdout
        return [line.split("\t") for line in output.splitlines()]

    def backends(self, url):
        """The processes that serve this database."""
        name = url.split("?", 1)[0].rsplit("/", 1)[1]
        return [int(pid) for pid, in self.query(
            self.url, f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}'")]

    def cpu(self):
        """CPU seconds of the server and all its backends, the ended ones included."""
        children = pathlib.Path(
            f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text().split()
        return sum(_times(self._postmaster)) + sum(_times(int(child))[0] for child in children)

    def stop(self):
        """Ends the server and deletes its data."""
        subprocess.run([self._script, "stop", self._directory.name], check=False)
        self._directory.cleanup()


class Machine:
    """What else the machine did during a window."""

    def __init__(self):
        self._start = self._read()

    @staticmethod
    def _read():
        with open("/proc/stat", encoding="ascii") as stat:
            user, nice, system, idle, iowait, irq, softirq, steal = map(
                int, stat.readline().split()[1:9])
        busy = user + nice + system + irq + softirq
        return {"all": busy + idle + iowait + steal, "busy": busy, "steal": steal}

    def report(self, own_seconds):
        """Shares of the machine: what others took, and what the hypervisor stole."""
        now = self._read()
        total = max(1, now["all"] - self._start["all"])
        others = (now["busy"] - self._start["busy"]) - own_seconds * TICKS
        return {"others": round(max(0.0, others / total), 3),
                "steal": round((now["steal"] - self._start["steal"]) / total, 3)}


def load(program="wici-load", **flags):
    """Runs wici-load, or another program like it, and returns its report."""
    argv = [binary(program)] + [f"--{name}={value}" for name, value in flags.items()]
    return json.loads(subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout)


def measured(cpu, run):
    """The report of run(), a load, with what the servers took of the CPU meanwhile (cpu() says how
    much they have used so far), what others did, and who was the limit."""
    machine, before = Machine(), cpu()
    report = run()
    spent = cpu() - before
    report.update(machine.report(spent + report["client_cpu_seconds"]))
    report["server_cpu_us"] = round(1e6 * spent / max(1, report["calls"]), 1)
    report["limit"] = limit(report, spent)
    return report


def limit(report, server_seconds, cpus=os.cpu_count()):
    """Who kept the rate of a window from being higher: "generator" when one of its threads had
    nearly a whole core, or when most of the latency is that planned calls went out late although there
    was room for them; "nothing" when all that was offered was answered OK; "machine" when all cores
    were taken, by both and by others; else "server", which may wait for its disk."""
    elapsed = max(report["elapsed"], 1e-6)
    busy = ((report["client_cpu_seconds"] + server_seconds) / elapsed / cpus
            + report.get("others", 0) + report.get("steal", 0))
    if report["busiest_thread"] >= BUSY:
        return "generator"
    if report.get("offered", 0) > 0 and report["ok_rate"] >= KEPT_UP * report["offered"]:
        return "nothing"
    if not report.get("waited") and report.get("late_p99_ms", 0) > report.get("p99_ms", 0) / 2 > 0:
        return "generator"
    return "machine" if busy >= BUSY else "server"


def generator_share(windows):
    """Of the CPU time of all windows that the load took of what it and the servers took; and the
    windows in which it was the limit."""
    client = sum(w["client_cpu_seconds"] for w in windows if "limit" in w)
    server = sum(w["server_cpu_us"] * w["calls"] / 1e6 for w in windows if "limit" in w)
    return {"of_cpu": round(client / max(client + server, 1e-9), 3),
            "was_the_limit": sum(1 for w in windows if w.get("limit") == "generator"),
            "windows": sum(1 for w in windows if "limit" in w)}


def spread(values):
    """Median and range."""
    values = list(values)
    return {"median": round(statistics.median(values), 3), "min": round(min(values), 3),
            "max": round(max(values), 3)}
