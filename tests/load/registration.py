"""CreateRegistration on one hot event, on PostgreSQL and SQLite: one by one, a hundred people in a
message (BatchCreateRegistrations), once it is sold out, and by a service that commits each by itself.
Against two yardsticks in the same run: pgbench with the naive transaction on the same PostgreSQL, and
a bare gRPC echo. Then open load at rates in steps, to beyond saturation.

How much there is to be had is measured too: what PostgreSQL takes for the same rows in batches as
large as ours, with nothing around it ("rows"), and the echo with its client, are both in each
registration on PostgreSQL. A service that itself took no time at all could not be faster.

Each round runs every arm back to back, every other round in the opposite order. A window is a new
event, so a window never meets the rows of another. Ratios are taken within a round.
"""

import datetime
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

import curve
import goals
import measure
import settings
from pages import plot
from pgbench import ROWS, Pgbench

sys.path.insert(0, str(measure.ROOT / "deploy/local"))
import client  # noqa: E402

IN_FLIGHT = (1, 16, 64, 256)
NAIVE_CLIENTS = (1, 16, 64)
SOLD_OUT_IN_FLIGHT = 64
UNBATCHED_IN_FLIGHT = (16, 64)
CEILING_IN_FLIGHT = (64, 256)
BATCH, BATCH_IN_FLIGHT = 100, 8  # people in a message of BatchCreateRegistrations, and messages
# What it must show: times the naive transaction with 64 clients, by calls in flight; of hundreds in a
# message that with 16; once sold out a share of the echo; less CPU than with batching switched off.
TIMES_NAIVE = {64: 20, 256: 30}
BATCH_TIMES_NAIVE, SOLD_OUT_OF_ECHO, TIMES_LESS_CPU = 30, 0.7, 12
P99_MS_AT_HALF = 25
SEATS, QUEUE = 1500, 500  # of an event that sells out within a window
STEAL_MAX = 0.15
WARMUP_SECONDS = 0.5


class Ours:
    """wici-registration on one engine, with `flags` beyond the usual ones."""

    def __init__(self, name, url, directory, key, count, server_cpu, flags=()):
        self.name, self._count, self._server_cpu = name, count, server_cpu
        self._service = measure.Service(
            [measure.binary("wici-registration"), "--listen=127.0.0.1:0",
             "--admin_listen=127.0.0.1:0", f"--database={url}", "--redis=", f"--key_file={key}",
             "--calls_per_second_max=0", *flags],
            directory / f"{name}.log")
        self._target = f"127.0.0.1:{self._service.port}"
        self._organiser = client.bearer_token(key, "users/bench", ["event-organiser@platform"])
        self._api = client.Api({package: self._target for package in client.PACKAGES},
                               self._organiser)
        self._events = 0

    def _event(self, seats, queue):
        self._events += 1
        name = f"hot-{self._events}"
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        day = datetime.timedelta(days=1)
        event = self._api(
            "EventService.CreateEvent", event_id=name,
            event={"title": {"en": "A hot event"}, "time_zone": "Europe/Warsaw",
                   "organisers": [{"display_name": "Bench"}],
                   "languages": ["en"], "mode": "ATTENDANCE_MODE_IN_PERSON",
                   "venue": {"display_name": "Hall"}, "data_notice": "None is kept.",
                   "start_time": (now + 30 * day).isoformat(),
                   "end_time": (now + 31 * day).isoformat(),
                   "registration_open_time": (now - day).isoformat(),
                   "registration_close_time": (now + 29 * day).isoformat(),
                   "capacity": seats, "waiting_list_capacity": queue,
                   "approval": "APPROVAL_AUTOMATIC", "admission": "ADMISSION_OPEN"})
        return self._api("EventService.PublishEvent", name=event.name).name

    def _cpu(self):
        return self._service.cpu() + self._server_cpu()

    def window(self, in_flight, seconds, seats=1_000_000, queue=0, rate=0):
        """One window; the report of the load with CPU per call, and the rows it left."""
        event = self._event(seats, queue)
        before = self._service.metrics()
        report = measure.measured(self._cpu, lambda: measure.load(
            target=self._target, event=event, in_flight=in_flight, rate=rate,
            warmup=WARMUP_SECONDS, seconds=seconds, run=f"{self._events}-{os.getpid()}"))
        report["rows"] = self._count(event)
        report["batch"] = self._batch(before)
        return report

    def _batch(self, before):
        """How many operations a transaction had since then."""
        now = self._service.metrics()
        count, total = (now.get(name, 0) - before.get(name, 0) for name in (
            'wici_commit_batch_size_count{committer="registration"}',
            'wici_commit_batch_size_sum{committer="registration"}'))
        return round(total / max(1, count), 1)

    def batches(self, in_flight, seconds):
        """One window of BatchCreateRegistrations; what it counts are people, but for latencies."""
        event = self._event(1_000_000, 0)

        def run():
            report = measure.load(
                target=self._target, call="create-registrations", event=event, people=BATCH,
                token=self._organiser, in_flight=in_flight, warmup=WARMUP_SECONDS, seconds=seconds,
                run=f"{self._events}-{os.getpid()}")
            report["counts"] = {what: BATCH * n for what, n in report["counts"].items()}
            report.update({name: BATCH * report[name] for name in ("calls", "rate", "ok_rate")})
            return report
        report = measure.measured(self._cpu, run)
        report["rows"] = self._count(event)
        return report

    def stop(self):
        """Ends the service."""
        self._api.close()
        self._service.stop()


# What one event left behind: registrations by state, changes, stored answers, its own counters.
COUNTS = """
  SELECT (SELECT COUNT(*) FROM registrations WHERE event = '{0}' AND state = 2),
         (SELECT COUNT(*) FROM registrations WHERE event = '{0}' AND state = 3),
         (SELECT COUNT(*) FROM registrations WHERE event = '{0}'),
         (SELECT COUNT(*) FROM changes WHERE aggregate = '{0}' AND kind LIKE 'registration.%'),
         (SELECT COUNT(*) FROM registrations r JOIN persons p ON p.id = r.person
            WHERE r.event = '{0}'),
         (SELECT confirmed FROM event_seats WHERE event = '{0}'),
         (SELECT waitlisted FROM event_seats WHERE event = '{0}')"""
COUNT_NAMES = ("confirmed", "waitlisted", "registrations", "changes", "persons",
               "seats_confirmed", "seats_waitlisted")


def sqlite_counts(path):
    """A function that counts the rows of an event in this file."""
    def count(event):
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        database.create_collation("C", lambda a, b: (a > b) - (a < b))
        row = database.execute(COUNTS.format(event)).fetchone()
        database.close()
        return dict(zip(COUNT_NAMES, row))
    return count


def postgres_counts(postgres, url):
    """A function that counts the rows of an event in this database."""
    return lambda event: dict(
        zip(COUNT_NAMES, map(int, postgres.query(url, COUNTS.format(event))[0])))


def check(report, seats, queue, may_refuse=frozenset()):
    """What is wrong with the rows of a window, as texts."""
    counts, rows = report["counts"], report["rows"]
    confirmed, waitlisted = counts.get("CONFIRMED", 0), counts.get("WAITLISTED", 0)
    expected = {"confirmed": confirmed, "waitlisted": waitlisted,
                "registrations": confirmed + waitlisted, "changes": confirmed + waitlisted,
                "persons": confirmed + waitlisted, "seats_confirmed": confirmed,
                "seats_waitlisted": waitlisted}
    problems = [f"{name}: {rows[name]} rows, {value} acknowledged"
                for name, value in expected.items() if rows[name] != value]
    if report["duplicates"]:
        problems.append(f"{report['duplicates']} answers name a registration twice")
    if confirmed > seats or waitlisted > queue:
        problems.append(f"oversold: {confirmed} of {seats}, {waitlisted} of {queue}")
    full = {"EVENT_FULL", "WAITING_LIST_FULL"}
    others = (set(counts) - {"CONFIRMED", "WAITLISTED"} - may_refuse
              - (full if confirmed == seats else set()))
    if others:
        problems.append(f"unexpected answers: { {name: counts[name] for name in others} }")
    return problems


class Echo:
    """wici-echo: the message sizes of CreateRegistration, or others, and nothing behind it."""

    name = "echo"

    def __init__(self, directory):
        self._service = measure.Service([measure.binary("wici-echo"), "--listen=127.0.0.1:0"],
                                        directory / "echo.log")

    def window(self, in_flight, seconds, rate=0, request_bytes=0, answer_bytes=0):
        """One window."""
        return measure.measured(self._service.cpu, lambda: measure.load(
            target=f"127.0.0.1:{self._service.port}", call="echo", in_flight=in_flight, rate=rate,
            request_bytes=request_bytes, answer_bytes=answer_bytes, warmup=WARMUP_SECONDS,
            seconds=seconds))

    def stop(self):
        """Ends the server."""
        self._service.stop()


def _arms(ours, unbatched, naive, rows, echo, seconds, all_in_flight):
    """(name, in flight, function) of every window of a round, back to back where compared."""
    for in_flight in all_in_flight:
        if in_flight in NAIVE_CLIENTS:
            yield "naive", in_flight, lambda k=in_flight: naive.window(k, seconds + WARMUP_SECONDS)
        for arm in ours:
            yield arm.name, in_flight, lambda a=arm, k=in_flight: a.window(k, seconds)
        if in_flight in UNBATCHED_IN_FLIGHT:
            for arm in unbatched:
                yield arm.name, in_flight, lambda a=arm, k=in_flight: a.window(k, seconds)
        if in_flight in rows:
            yield "rows", in_flight, lambda k=in_flight: rows[k].window(1, seconds)
        yield "echo", in_flight, lambda k=in_flight: echo.window(k, seconds)
    for arm in ours:
        yield f"{arm.name}-batch", BATCH_IN_FLIGHT, lambda a=arm: a.batches(BATCH_IN_FLIGHT, seconds)
    for arm in ours:
        yield f"{arm.name}-sold-out", SOLD_OUT_IN_FLIGHT, (
            lambda a=arm: a.window(SOLD_OUT_IN_FLIGHT, seconds, SEATS, QUEUE))


def _check_window(name, report):
    if name in ("naive", "rows", "echo"):
        return [] if report.get("counts", {"ECHO": 0}).keys() == {"ECHO"} else [str(report)]
    seats, queue = (SEATS, QUEUE) if name.endswith("sold-out") else (1_000_000, 0)
    return check(report, seats, queue)


def _sizes(postgres, url):
    """Mean sizes of what one registration stores, for the naive transaction to store as much."""
    body, log, response = postgres.query(
        url, "SELECT (SELECT AVG(LENGTH(body))::integer FROM registrations), "
        "(SELECT AVG(LENGTH(log))::integer FROM registrations), "
        "(SELECT AVG(LENGTH(response))::integer FROM idempotency)")[0]
    return {"BODY": int(body), "LOG": int(log), "RESPONSE": int(response)}


def run(rounds, seconds, in_flight=IN_FLIGHT, shares=curve.SHARES):
    """Runs all rounds and returns the report."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="wici-bench-registration."))
    key = directory / "key"
    key.write_text(client._base64(os.urandom(32)) + "\n", encoding="ascii")
    key.chmod(0o600)
    postgres, running = measure.Postgres(), []
    try:
        url = postgres.database("ours")
        file = directory / "registration.db"
        ours = [Ours("postgres", url, directory, key, postgres_counts(postgres, url), postgres.cpu)]
        running += ours
        ours.append(Ours("sqlite", f"sqlite://{file}", directory, key, sqlite_counts(file),
                         lambda: 0.0))
        running.append(ours[-1])
        unbatched = []
        for arm in _unbatched(postgres, directory, key):
            unbatched.append(arm)
            running.append(arm)
        echo = Echo(directory)
        running.append(echo)
        naive_url = postgres.database("naive")
        subprocess.run([measure.binary("wici-registration"), "--migrate_only",
                        f"--database={naive_url}", f"--key_file={key}"], check=True,
                       stderr=subprocess.DEVNULL)
        ours[0].window(16, 1)  # warms up, and shows the sizes
        yardstick = (postgres, naive_url, directory, postgres_counts(postgres, naive_url),
                     _sizes(postgres, url))
        rows = {k: Pgbench(*yardstick, ROWS, round(ours[0].window(k, 1)["batch"]))
                for k in CEILING_IN_FLIGHT if k in in_flight}
        windows, problems = _rounds(rounds, list(
            _arms(ours, unbatched, Pgbench(*yardstick), rows, echo, seconds, in_flight)))
        stepped, wrong = _curve(rounds, windows, [*ours, echo], seconds, shares)
        found = {"machine": settings.machine(directory), "postgres": settings.postgres(postgres),
                 "sqlite": settings.sqlite(file)}
    finally:
        for server in running:
            server.stop()
        postgres.stop()
        subprocess.run(["rm", "-rf", str(directory)], check=False)
    return {"benchmark": "registration", "cpus": os.cpu_count(), "rounds": rounds,
            "seconds": seconds, "settings": found, "problems": problems + wrong,
            "generator": measure.generator_share(windows + stepped), "summary": summarise(windows),
            "ratios": ratios(windows), "ceilings": ceilings(windows), "windows": windows,
            **curve.report(stepped)}


def _unbatched(postgres, directory, key):
    """The service on each engine with a transaction for each registration, on databases of its own."""
    url, file = postgres.database("unbatched"), directory / "unbatched.db"
    flags = ("--commit_batch_max=1",)
    yield Ours("postgres-unbatched", url, directory, key, postgres_counts(postgres, url),
               postgres.cpu, flags)
    yield Ours("sqlite-unbatched", f"sqlite://{file}", directory, key, sqlite_counts(file),
               lambda: 0.0, flags)


def _curve(rounds, windows, arms, seconds, shares):
    """Open load; the rates are shares of what was answered with most in flight in the first
    round."""
    most = max(window["in_flight"] for window in windows if window["arm"] == "echo")
    full = {w["arm"]: w["rate"] for w in windows if w["round"] == 0 and w["in_flight"] == most}

    def check_step(window):
        if window["arm"] == "echo":
            return curve.unexpected(window["counts"], {"ECHO"})
        return check(window, 1_000_000, 0, curve.SHED)
    return curve.run(rounds, {arm.name: (full[arm.name], lambda rate, a=arm: a.window(
        curve.IN_FLIGHT_MAX, seconds, rate=rate)) for arm in arms}, check_step, shares)


def _rounds(rounds, arms):
    windows, problems = [], []
    for number in range(rounds):
        for name, in_flight, window in arms if number % 2 == 0 else reversed(arms):
            report = window()
            report.update({"arm": name, "in_flight": in_flight, "round": number})
            windows.append(report)
            problems += [f"round {number}, {name}, {in_flight} in flight: {problem}"
                         for problem in _check_window(name, report)]
            print(f"\r\033[Kround {number + 1}/{rounds}: {name}, {in_flight} in flight: "
                  f"{report['rate']:,.0f}/s", end="", file=sys.stderr, flush=True)
    print("\r\033[K", end="", file=sys.stderr)
    return windows, problems


def _kept(windows):
    """Without the rounds that the hypervisor took too much of, unless that is all of them."""
    stolen = {w["round"] for w in windows if w["steal"] > STEAL_MAX}
    return [w for w in windows if w["round"] not in stolen] or windows


def _by_arm(windows):
    arms = {}
    for window in _kept(windows):
        arms.setdefault((window["arm"], window["in_flight"]), {})[window["round"]] = window
    return arms


def summarise(windows):
    """Median and range of the figures of every arm."""
    return [{"arm": arm, "in_flight": in_flight,
             **{figure: measure.spread(w[figure] for w in found.values())
                for figure in ("rate", "p50_ms", "p90_ms", "p99_ms", "p999_ms", "server_cpu_us",
                               "batch", "others", "steal")
                if all(figure in w for w in found.values())}}
            for (arm, in_flight), found in _by_arm(windows).items()]


def ratios(windows):
    """Ours over the yardsticks, by round: rates, and CPU of the servers the other way round."""
    arms, result = _by_arm(windows), []
    pairs = [(ours, k, yardstick, min(k, 64) if yardstick == "naive" else k)
             for ours in ("postgres", "sqlite") for k in IN_FLIGHT for yardstick in ("naive", "echo")]
    pairs += [("sqlite", k, "postgres", k) for k in IN_FLIGHT]
    pairs += [(f"{ours}-sold-out", SOLD_OUT_IN_FLIGHT, "naive", 64) for ours in ("postgres", "sqlite")]
    pairs += [("postgres", k, "naive", 16) for k in (64, 256)]
    pairs += [(ours, k, f"{ours}-unbatched", k) for ours in ("postgres", "sqlite")
              for k in UNBATCHED_IN_FLIGHT]
    pairs += [(f"{ours}-batch", BATCH_IN_FLIGHT, "naive", 16) for ours in ("postgres", "sqlite")]
    pairs += [(f"{ours}-sold-out", SOLD_OUT_IN_FLIGHT, "echo", SOLD_OUT_IN_FLIGHT)
              for ours in ("postgres", "sqlite")]
    pairs += [(ours, 256, ours, 64) for ours in ("postgres", "sqlite")]
    for ours, k, yardstick, clients in pairs:
        mine, theirs = arms.get((ours, k), {}), arms.get((yardstick, clients), {})
        rounds = sorted(mine.keys() & theirs.keys())
        if not rounds:
            continue
        result.append({
            "ours": ours, "in_flight": k, "yardstick": yardstick, "yardstick_in_flight": clients,
            "rate": measure.spread(mine[r]["rate"] / theirs[r]["rate"] for r in rounds),
            "cpu": measure.spread(theirs[r]["server_cpu_us"] / max(0.1, mine[r]["server_cpu_us"])
                                  for r in rounds)})
    return result


def ceilings(windows):
    """What no service can exceed on these cores, by round: the CPU that PostgreSQL takes for the rows
    of one registration in batches as large as ours, and that of an echo and its client."""
    arms, result = _by_arm(windows), []
    for k in CEILING_IN_FLIGHT:
        rows, echo, naive = arms.get(("rows", k)), arms.get(("echo", k)), arms.get(("naive", 64))
        if not rows or not echo or not naive:
            continue
        needs = {r: (rows[r]["server_cpu_us"], echo[r]["server_cpu_us"],
                     1e6 * echo[r]["client_cpu_seconds"] / echo[r]["calls"])
                 for r in rows.keys() & echo.keys() & naive.keys()}
        most = {r: os.cpu_count() * 1e6 / sum(parts) for r, parts in needs.items()}
        result.append({
            "in_flight": k, "rate": measure.spread(most.values()),
            "times_naive": measure.spread(rate / naive[r]["rate"] for r, rate in most.items()),
            **{name: measure.spread(parts[i] for parts in needs.values())
               for i, name in enumerate(("rows_us", "echo_us", "client_us"))}})
    return result


def goals_of(report):
    """What it must show, on PostgreSQL and as well on SQLite."""
    def ratio(ours, k, yardstick, clients, figure="rate"):
        return goals.of(report["ratios"], figure, ours=ours, in_flight=k, yardstick=yardstick,
                        yardstick_in_flight=clients)

    found = []
    for ours in ("postgres", "sqlite"):
        found += [goals.at_least(f"{ours} at {k} in flight, times naive with 64", times,
                                 ratio(ours, k, "naive", 64)) for k, times in TIMES_NAIVE.items()]
        found += [
            goals.at_least(f"{ours} at 256 in flight, times {ours} at 64", 1,
                           ratio(ours, 256, ours, 64)),
            goals.at_most(f"{ours}, p99 at half of saturation, ms", P99_MS_AT_HALF,
                          goals.of(report["saturation"], "p99_ms_at_half", arm=ours)),
            goals.at_least(f"{ours} sold out, share of the echo", SOLD_OUT_OF_ECHO, ratio(
                f"{ours}-sold-out", SOLD_OUT_IN_FLIGHT, "echo", SOLD_OUT_IN_FLIGHT)),
            goals.at_least(f"{ours} with {BATCH} in a message, times naive with 16",
                           BATCH_TIMES_NAIVE, ratio(f"{ours}-batch", BATCH_IN_FLIGHT, "naive", 16)),
            goals.at_least(f"{ours} at 64 in flight, times less CPU than unbatched", TIMES_LESS_CPU,
                           ratio(ours, 64, f"{ours}-unbatched", 64, "cpu"))]
    return found + [goals.at_least(f"sqlite at {k} in flight, times postgres", 1,
                                   ratio("sqlite", k, "postgres", k)) for k in TIMES_NAIVE]


def table(report):
    """The report for people."""
    lines = [f"CreateRegistration on one hot event, {report['rounds']} rounds of "
             f"{report['seconds']:g} s windows, {report['cpus']} CPUs; median [range]", "",
             f"{'':22} {'in flight':>9} {'per second':>26} {'p50 ms':>8} {'p99 ms':>8} "
             f"{'server CPU us':>14} {'batch':>6} {'others':>7}"]
    for arm in report["summary"]:
        rate, p99, batch = arm["rate"], arm.get("p99_ms"), arm.get("batch")
        lines.append(
            f"{arm['arm']:22} {arm['in_flight']:9} "
            f"{rate['median']:9,.0f} [{rate['min']:,.0f}-{rate['max']:,.0f}]".ljust(59)
            + f" {arm['p50_ms']['median']:8.2f} {p99['median'] if p99 else float('nan'):8.1f} "
            f"{arm['server_cpu_us']['median']:14.0f} "
            f"{format(batch['median'], '.0f') if batch else '':>6} {arm['others']['median']:7.0%}")
    lines += [""] + [
        f"No service can do more than {one['rate']['median']:,.0f}/s at {one['in_flight']} in flight, "
        f"{one['times_naive']['median']:.1f} times naive: PostgreSQL alone takes "
        f"{one['rows_us']['median']:.0f} us for the rows, an echo {one['echo_us']['median']:.0f} us "
        f"and its client {one['client_us']['median']:.0f} us" for one in report.get("ceilings", [])]
    lines += ["", f"{'ratio':52} {'rate':>22} {'less CPU':>22}"]
    for ratio in report["ratios"]:
        name = (f"{ratio['ours']} at {ratio['in_flight']} / {ratio['yardstick']} at "
                f"{ratio['yardstick_in_flight']}")
        cells = [f"{s['median']:.2f} [{s['min']:.2f}-{s['max']:.2f}]"
                 for s in (ratio["rate"], ratio["cpu"])]
        lines.append(f"{name:52} {cells[0]:>22} {cells[1]:>22}")
    return "\n".join(lines + [curve.table(report["curve"])])


def figures(report):
    """The plots of the page."""
    arms = list(dict.fromkeys(arm["arm"] for arm in report["summary"]))
    naive = [r for r in report["ratios"] if r["yardstick"] == "naive"]
    return [
        plot.Ranges("Times the rate of the naive transaction", "times", [
            (f"{r['ours']} at {r['in_flight']} / naive at {r['yardstick_in_flight']}",
             *(r["rate"][name] for name in ("median", "min", "max"))) for r in naive]),
        plot.Lines("Rate by calls in flight", "in flight", "calls a second", [
            (arm, [(one["in_flight"], one["rate"]["median"]) for one in report["summary"]
                   if one["arm"] == arm]) for arm in arms], log_x=True, log_y=True),
        plot.Ranges("CPU of the servers for one call", "microseconds", [
            (f"{one['arm']} at {one['in_flight']}",
             *(one["server_cpu_us"][name] for name in ("median", "min", "max")))
            for one in report["summary"]], log=True),
        *curve.figures(report["curve"])]
