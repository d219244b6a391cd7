"""From a commit to the last of 1,000 watchers who was told of it: WatchChanges on SQLite and
PostgreSQL against etcd's Watch, on 10 streams of 100 watchers and on 1,000 streams of one, both on 4
connections, with one client for both (watchers.cc).

A change is committed durably, and the next one only once every watcher has been told: so each stream
is known to have said everything once. Ours is a registration for the event that all watch, etcd's a
Put of the key. Each round runs every arm back to back, every other round in the opposite order;
ratios are taken within a round. The time counts from when the client knows of the commit, and from
the call as well: that includes what the commit itself takes.
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

import goals
import measure
import settings
from pages import plot
from registration import Ours, postgres_counts, sqlite_counts
from registry_read import Etcd

sys.path.insert(0, str(measure.ROOT / "deploy/local"))
import client  # noqa: E402

SHAPES = {"10x100": (10, 100), "1000x1": (1000, 1)}  # streams, watchers on each
PROMISED = {"10x100": 5, "1000x1": 1}  # times sooner than etcd
CHANNELS = 4
KEY = b"clusters/c000000"  # of etcd, as watchers.cc has it
WARMUP_SECONDS = 0.5
PERCENTILES = ("p50_ms", "p90_ms", "p99_ms", "p999_ms")
TIMES = {"last": "after the commit was acknowledged", "total": "after the call",
         "answer": "the commit itself"}


class OursWatched(Ours):
    """wici-registration on one engine, with watchers of an event."""

    def __init__(self, name, url, directory, key, count, server_cpu):
        super().__init__(name, url, directory, key, count, server_cpu)
        self._token = client.bearer_token(key, "users/watcher", ["service@platform"])

    def watch(self, shape, seconds):
        """One window."""
        streams, watches = shape
        event = self._event(1_000_000, 0)
        report = measure.measured(self._cpu, lambda: measure.load(
            "wici-watchers", target=self._target, protocol="feed", event=event, token=self._token,
            run=f"{self._events}-{os.getpid()}", streams=streams, watches=watches,
            channels=CHANNELS, warmup=WARMUP_SECONDS, seconds=seconds))
        report["rows"] = self._count(event)["registrations"]
        return report


class EtcdWatched(Etcd):
    """etcd with watchers of a key."""

    name = "etcd"

    def watch(self, shape, seconds):
        """One window."""
        streams, watches = shape
        before = self._version()
        report = measure.measured(self.cpu, lambda: measure.load(
            "wici-watchers", target=self.target, protocol="etcd", streams=streams, watches=watches,
            channels=CHANNELS, warmup=WARMUP_SECONDS, seconds=seconds))
        report["rows"] = self._version() - before
        return report

    def _version(self):
        """How often the key has been put, as etcd's own gateway for JSON says."""
        body = json.dumps({"key": base64.b64encode(KEY).decode()}).encode()
        with urllib.request.urlopen(f"http://{self.target}/v3/kv/range", body, 10) as answer:
            return int(json.load(answer)["kvs"][0]["version"])


def check(report):
    """What is wrong with a window, as texts."""
    watchers = SHAPES[report["shape"]][0] * SHAPES[report["shape"]][1]
    where = f"round {report['round']}, {report['arm']} {report['shape']}: "
    problems = [where + report["problem"]] if report["problem"] else []
    if report["notified"] != report["calls"] * watchers:
        problems.append(f"{where}{report['calls']} changes, but {report['notified']:,} times a "
                        f"watcher of {watchers:,} was told")
    if report["rows"] != report["calls"] or set(report["counts"]) - {"CONFIRMED", "PUT"}:
        problems.append(f"{where}{report['rows']} rows of {report['calls']} changes, answers "
                        f"{report['counts']}")
    return problems


def run(rounds, seconds, shapes=tuple(SHAPES), engines=("sqlite", "postgres"), yardstick=True):
    """Runs all rounds and returns the report."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="wici-bench-watch."))
    key = directory / "key"
    key.write_text(client._base64(os.urandom(32)) + "\n", encoding="ascii")
    key.chmod(0o600)
    postgres = measure.Postgres() if "postgres" in engines else None
    arms, found = [], {"machine": settings.machine(directory)}
    try:
        if "sqlite" in engines:
            file = directory / "registration.db"
            arms.append(OursWatched("sqlite", f"sqlite://{file}", directory, key,
                                    sqlite_counts(file), lambda: 0.0))
            found["sqlite"] = settings.sqlite(file)
        if postgres:
            url = postgres.database("ours")
            arms.append(OursWatched("postgres", url, directory, key,
                                    postgres_counts(postgres, url), postgres.cpu))
            found["postgres"] = settings.postgres(postgres)
        if yardstick:
            arms.append(EtcdWatched(1, directory))
            found["etcd"] = settings.etcd(arms[-1].pid, directory)
        windows = _rounds(rounds, seconds, arms, shapes)
    finally:
        for server in arms:
            server.stop()
        if postgres:
            postgres.stop()
        subprocess.run(["rm", "-rf", str(directory)], check=False)
    return {"benchmark": "watch", "cpus": os.cpu_count(), "rounds": rounds, "seconds": seconds,
            "settings": found, "problems": [p for window in windows for p in check(window)],
            "generator": measure.generator_share(windows), "summary": summarise(windows),
            "ratios": ratios(windows), "windows": windows}


def _rounds(rounds, seconds, arms, shapes):
    windows = []
    for number in range(rounds):
        for shape in shapes:
            for arm in arms if number % 2 == 0 else reversed(arms):
                print(f"\r\033[Kround {number + 1}/{rounds}: {arm.name} {shape}", end="",
                      file=sys.stderr, flush=True)
                report = arm.watch(SHAPES[shape], seconds)
                report.update({"arm": arm.name, "shape": shape, "round": number})
                windows.append(report)
    print("\r\033[K", end="", file=sys.stderr)
    return windows


def _by_arm(windows):
    arms = {}
    for window in windows:
        arms.setdefault((window["shape"], window["arm"]), {})[window["round"]] = window
    return arms


def summarise(windows):
    """Median and range of the figures of every arm, and who was the limit."""
    figures_of = [f"{time}_{p}" for time in TIMES for p in PERCENTILES]
    return [{"shape": shape, "arm": arm,
             **{figure: measure.spread(w[figure] for w in found.values()) for figure in
                (*figures_of, "server_cpu_us", "busiest_thread", "others", "steal")},
             "changes": sum(w["calls"] for w in found.values()),
             "limit": ", ".join(sorted({w["limit"] for w in found.values()}))}
            for (shape, arm), found in _by_arm(windows).items()]


def ratios(windows):
    """How many times sooner than etcd, by round: medians and 99th percentiles."""
    arms, result = _by_arm(windows), []
    for (shape, arm), mine in arms.items():
        theirs = arms.get((shape, "etcd"), {})
        rounds = sorted(mine.keys() & theirs.keys())
        if arm == "etcd" or not rounds:
            continue
        result.append({"shape": shape, "arm": arm, **{
            figure: measure.spread(theirs[r][figure] / max(0.001, mine[r][figure]) for r in rounds)
            for figure in ("last_p50_ms", "last_p99_ms", "total_p50_ms", "total_p99_ms")}})
    return result


def goals_of(report):
    """What it must show, on both engines."""
    return [goals.at_least(f"{shape} {engine}: the last is told, times sooner than by etcd", times,
                           goals.of(report["ratios"], "last_p50_ms", shape=shape, arm=engine))
            for shape, times in PROMISED.items() for engine in ("sqlite", "postgres")]


def table(report):
    """The report for people."""
    lines = [f"From a commit to the last of 1,000 watchers, {report['rounds']} rounds of "
             f"{report['seconds']:g} s windows, {report['cpus']} CPUs; median [range]", "",
             f"{'':20} {'last p50 ms':>20} {'last p99 ms':>12} {'commit p50':>11} "
             f"{'from call p50':>14} {'CPU us':>8} {'client':>7}  limit"]
    for arm in report["summary"]:
        last = arm["last_p50_ms"]
        lines.append(
            f"{arm['shape'] + ' ' + arm['arm']:20} "
            + f"{last['median']:.2f} [{last['min']:.2f}-{last['max']:.2f}]".rjust(20)
            + f" {arm['last_p99_ms']['median']:12.2f} {arm['answer_p50_ms']['median']:11.2f} "
            f"{arm['total_p50_ms']['median']:14.2f} {arm['server_cpu_us']['median']:8.0f} "
            f"{arm['busiest_thread']['median']:7.0%}  {arm['limit']}")
    if report["ratios"]:
        lines += ["", f"{'times sooner than etcd':28} {'p50':>20} {'p99':>20} {'from call, p50':>20}"]
    for ratio in report["ratios"]:
        cells = [f"{s['median']:.2f} [{s['min']:.2f}-{s['max']:.2f}]" for s in (
            ratio["last_p50_ms"], ratio["last_p99_ms"], ratio["total_p50_ms"])]
        lines.append(f"{ratio['shape'] + ' ' + ratio['arm']:28} "
                     + " ".join(f"{cell:>20}" for cell in cells))
    return "\n".join(lines)


def figures(report):
    """The plots of the page."""
    found = []
    if report["ratios"]:
        found.append(plot.Ranges("Times sooner than etcd, until the last watcher was told", "times", [
            (f"{r['shape']} {r['arm']}",
             *(r["last_p50_ms"][name] for name in ("median", "min", "max")))
            for r in report["ratios"]], limit=1))
    names = {0: "p50", 1: "p90", 2: "p99", 3: "p99.9"}
    for shape in dict.fromkeys(arm["shape"] for arm in report["summary"]):
        found.append(plot.Lines(
            f"{shape}: time until the last watcher was told, {TIMES['last']}", "percentile", "ms",
            [(arm["arm"], [(i, arm[f"last_{p}"]["median"]) for i, p in enumerate(PERCENTILES)])
             for arm in report["summary"] if arm["shape"] == shape], log_y=True, ticks=names))
    return found
