"""The queue alone, a part of notification.py: from a change record in the transaction that makes it
to a worker, on SQLite and PostgreSQL, against BullMQ's add and process on the same Redis.

Ours is the feed without a service (queue.cc): changes are appended in durable transactions, numbered,
relayed to a stream of Redis, and consumed with the position in the transaction of the effect, which
is a row for each. So nothing is lost or done twice, and what failed is tried again. BullMQ's jobs have
an id of their own and are tried again as well; they are added one by one, and 64 at once (addBulk).
Its worker has nothing to do, its jobs carry less than a change does, and they are as durable as Redis,
which syncs its log once a second: all in its favour.

256 changes or jobs are under way to be appended or added at any time. On PostgreSQL those are 4
transactions of 64; SQLite has one writer, which takes all that wait, as its group commit does.

Each round runs every arm back to back, every other round in the opposite order; ratios are taken
within a round. A window counts from the first append or add until the last effect is durable, or
the last job was processed. CPU is that of all processes: of who adds, of who works, of Redis, and of
PostgreSQL.
"""

import sys
import time

import goals
import mail_servers
import measure
import settings
from mailing import read_answers
from pages import plot

BATCH = 64       # changes in a transaction of PostgreSQL, jobs in an addBulk
UNDER_WAY = 256  # changes, or jobs
WRITERS = {"postgres": UNDER_WAY // BATCH, "sqlite": 1}
AT_ONCE = 64     # jobs that BullMQ's worker takes at once
PER_SECOND = {"ours": 10_000, "bullmq": 3_000}  # of a window: so many for each of its seconds
WAIT_SECONDS = 120
TIMES_PROMISED = 5   # the rate of BullMQ


class Ours:
    """The feed from one database of an engine to another."""

    def __init__(self, engine, directory, redis, postgres):
        self.name, self.calls_per_second = engine, PER_SECOND["ours"]
        self._writers = WRITERS[engine]
        self._redis, self._postgres = redis, postgres if engine == "postgres" else None
        self._files = [directory / f"queue-{name}.db" for name in ("source", "worker")]
        self._urls = ([postgres.database(f"queue_{name}") for name in ("source", "worker")]
                      if self._postgres else [f"sqlite://{file}" for file in self._files])

    def cpu(self):
        """CPU seconds of the servers so far."""
        return self._redis.cpu() + (self._postgres.cpu() if self._postgres else 0.0)

    def window(self, calls):
        """One window of so many changes."""
        source, worker = self._urls
        return measure.measured(self.cpu, lambda: measure.load(
            "wici-queue", source=source, worker=worker, calls=calls, writers=self._writers,
            batch=UNDER_WAY // self._writers, redis=f"redis://127.0.0.1:{self._redis.port}"))

    def problems(self):
        """Why its databases may not be durable; of PostgreSQL notification.py says it."""
        return [] if self._postgres else [
            problem for file in self._files
            for problem in settings.problems({"sqlite": settings.sqlite(file)})]

    def stop(self):
        """Nothing of it runs between windows."""


class BullMq:
    """BullMQ's add, or addBulk, and a worker that has nothing to do."""

    def __init__(self, name, directory, redis, bulk):
        self.name, self.calls_per_second, self._windows = name, PER_SECOND["bullmq"], 0
        self._worker = mail_servers.BullMq(name, AT_ONCE, redis, directory)
        self._answers = directory / f"{name}.answers"
        self._how = ({"in_flight": UNDER_WAY // BATCH, "bulk": BATCH} if bulk
                     else {"in_flight": UNDER_WAY})

    def window(self, calls):
        """One window of so many jobs."""
        self._windows += 1

        def run():
            report = self._worker.add(self._answers, calls=calls, run=f"w{self._windows}",
                                      **self._how)
            done, give_up = [], time.monotonic() + WAIT_SECONDS
            while len(done) < calls and time.monotonic() < give_up:
                time.sleep(0.1)
                done += self._worker.done()
            added = read_answers(self._answers)
            begin = min((planned for planned, _ in added.values()), default=0)
            elapsed = max(1, max((at for _, at in done), default=begin + 1) - begin) / 1e6
            report.update({
                "calls": len(added), "effects": len(done), "from_source": 0,
                "distinct": len({job for job, _ in done} & set(added)),
                "appended_seconds": report["elapsed"], "elapsed": elapsed,
                "rate": round(len(added) / elapsed, 1)})
            return report
        return measure.measured(self._worker.cpu, run)

    def problems(self):
        """None: how durable Redis is, notification.py says."""
        return []

    def stop(self):
        """Ends the worker."""
        self._worker.stop()


def check(report):
    """What is wrong with a window, as texts."""
    if report["wanted"] == report["calls"] == report["effects"] == report["distinct"]:
        return []
    return [f"of {report['wanted']} changes {report['calls']} were appended, {report['effects']} "
            f"had an effect, {report['distinct']} different ones"]


def run(rounds, seconds, directory, redis, postgres, engines=("postgres", "sqlite"), bullmq=True):
    """Runs all rounds: what goes into the report of notification.py, and what is wrong, as texts."""
    arms = []
    try:
        for engine in engines:
            arms.append(Ours(engine, directory, redis, postgres))
        for name, bulk in (("bullmq-add", False), ("bullmq-bulk", True)) if bullmq else ():
            arms.append(BullMq(name, directory, redis, bulk))
        for arm in arms:
            arm.window(BATCH)  # makes tables, and warms up
        windows, problems = [], []
        for number in range(rounds):
            for arm in arms if number % 2 == 0 else reversed(arms):
                print(f"\r\033[Kround {number + 1}/{rounds}: the queue alone, {arm.name}", end="",
                      file=sys.stderr, flush=True)
                calls = max(1, round(seconds * arm.calls_per_second / UNDER_WAY)) * UNDER_WAY
                window = arm.window(calls)
                window.update({
                    "arm": arm.name, "round": number, "wanted": calls, "cpu_us": round(
                        window["server_cpu_us"] + 1e6 * window["client_cpu_seconds"]
                        / max(1, window["calls"]), 1)})
                windows.append(window)
                problems += [f"round {number}, the queue alone, {arm.name}: {one}"
                             for one in check(window)]
        problems += [one for arm in arms for one in arm.problems()]
        print("\r\033[K", end="", file=sys.stderr)
    finally:
        for arm in arms:
            arm.stop()
    return {"queue": summarise(windows), "queue_ratios": ratios(windows),
            "queue_windows": windows}, problems


def _by_arm(windows):
    arms = {}
    for window in windows:
        arms.setdefault(window["arm"], {})[window["round"]] = window
    return arms


def summarise(windows):
    """Median and range of the figures of every arm."""
    return [{"arm": arm, "calls": sum(w["calls"] for w in found.values()),
             "from_source": sum(w["from_source"] for w in found.values()),
             **{figure: measure.spread(w[figure] for w in found.values())
                for figure in ("rate", "cpu_us", "client_cpu_seconds", "server_cpu_us", "others",
                               "steal")}}
            for arm, found in _by_arm(windows).items()]


def ratios(windows):
    """Ours over BullMQ, by round: rates, and CPU the other way round."""
    arms, result = _by_arm(windows), []
    for ours in (name for name in arms if not name.startswith("bullmq")):
        for theirs in (name for name in arms if name.startswith("bullmq")):
            rounds = sorted(arms[ours].keys() & arms[theirs].keys())
            result.append({"ours": ours, "yardstick": theirs, **{
                figure: measure.spread(top[r][key] / max(0.001, bottom[r][key]) for r in rounds)
                for figure, key, top, bottom in (("rate", "rate", arms[ours], arms[theirs]),
                                                 ("cpu", "cpu_us", arms[theirs], arms[ours]))}})
    return result


def table(report):
    """For people."""
    lines = ["", f"The queue alone, {UNDER_WAY} changes under way to it; CPU of who adds, who works, "
             "and the servers", f"{'':24} {'per second':>26} {'CPU us':>8} {'changes':>9} "
             f"{'not by stream':>14}"]
    for arm in report["queue"]:
        rate = arm["rate"]
        lines.append(
            f"{arm['arm']:24} "
            + f"{rate['median']:,.0f} [{rate['min']:,.0f}-{rate['max']:,.0f}]".rjust(26)
            + f" {arm['cpu_us']['median']:8.0f} {arm['calls']:9,} {arm['from_source']:14,}")
    for ratio in report["queue_ratios"]:
        cells = [f"{s['median']:.2f} [{s['min']:.2f}-{s['max']:.2f}]"
                 for s in (ratio["rate"], ratio["cpu"])]
        lines.append(f"{ratio['ours'] + ' / ' + ratio['yardstick']:28} rate {cells[0]:>20}, less CPU "
                     f"{cells[1]:>20}")
    return "\n".join(lines)


def figures(report):
    """The plots of the page."""
    def points(rows, figure, label):
        return [(label(one), *(one[figure][name] for name in ("median", "min", "max")))
                for one in rows]

    found = [plot.Ranges("The queue alone", "changes a second",
                         points(report["queue"], "rate", lambda arm: arm["arm"])),
             plot.Ranges("The queue alone: CPU for one change", "microseconds",
                         points(report["queue"], "cpu_us", lambda arm: arm["arm"]))]
    if report["queue_ratios"]:
        found.append(plot.Ranges("The queue alone: times the rate of BullMQ", "times", points(
            report["queue_ratios"], "rate", lambda r: f"{r['ours']} / {r['yardstick']}"),
            TIMES_PROMISED))
    return found


def goals_of(report):
    """What it must show: as many times BullMQ's rate, however that is added to."""
    return [goals.at_least(f"queue alone, {engine}: times the rate of {theirs}", TIMES_PROMISED,
                           goals.of(report["queue_ratios"], "rate", ours=engine, yardstick=theirs))
            for engine in ("postgres", "sqlite") for theirs in ("bullmq-add", "bullmq-bulk")]
