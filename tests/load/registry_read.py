"""Reads of the cluster registry at 100 and 10,000 clusters, on SQLite and PostgreSQL, against etcd's
serializable Range over as many keys and, for GetCluster and GetLabelStatus, a bare gRPC echo of just
the bytes that they send and answer, with as many calls in flight. Then GetCluster under open load at
rates in steps, to beyond saturation.

GetCluster and GetLabelStatus are measured warm: before the first round every cluster is read until all
are answered from memory, as those are that people look at. What it costs when they are not, from the
database, is measured by ./wici bench growth, which keeps nothing.

Each round runs every arm back to back, every other round in the opposite order; ratios are taken
within a round. The data are those of registry_data.cc, and every answer is checked: the audiences
must have as many rows as were counted when the data were made.
"""

import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

import curve
import goals
import measure
import settings
from pages import plot
from registration import Echo

sys.path.insert(0, str(measure.ROOT / "deploy/local"))
import client  # noqa: E402

SIZES = (100, 10_000)
IN_FLIGHT = 64
WARMUP_SECONDS = 0.3
CALLS = ("get-cluster", "label-status", "list-clusters", "audience-page", "audience")
ECHOED = ("get-cluster", "label-status")  # calls that an echo of the same sizes stands beside
KEPT = {"get-cluster": "clusters", "label-status": "label_statuses"}  # the caches of these calls
FILL_SECONDS = 60  # at most, until a cache has all clusters
SIZING_CALLS = 200
PAGE_ROWS = 20  # of registry_calls.cc
AUDIENCE_PAGE_MAX = 1000
COST_MAX = 1.3  # of the largest size over the smallest
PROMISED = {"echo": 0.8, "etcd": 1.4}  # times the rate of the yardstick, of the calls in ECHOED


class Registry:
    """wici-cluster-registry on one engine, with so many clusters, of which it keeps what is read, or
    nothing."""

    def __init__(self, engine, clusters, url, directory, key, server_cpu, keeps):
        self.engine, self.clusters, self._server_cpu = engine, clusters, server_cpu
        started = time.monotonic()
        self.data = json.loads(subprocess.run(
            [measure.binary("wici-registry-data"), f"--database={url}", f"--clusters={clusters}"],
            check=True, stdout=subprocess.PIPE, text=True).stdout)
        self.fill_seconds = time.monotonic() - started
        self._service = measure.Service(
            [measure.binary("wici-cluster-registry"), "--listen=127.0.0.1:0",
             "--admin_listen=127.0.0.1:0", f"--database={url}", "--redis=", f"--key_file={key}",
             "--calls_per_second_max=0"] + ([] if keeps else ["--read_cache_bytes=0"]),
            directory / f"{engine}-{clusters}.log")
        self._token = client.bearer_token(key, "users/bench", ["platform-operator@platform"])

    def rows(self, call):
        """The rows each answer must have, or None for a call that has none."""
        return {"list-clusters": min(PAGE_ROWS, self.data["in_country"]),
                "audience-page": min(PAGE_ROWS, self.data["managers_of_country"]),
                "audience": min(AUDIENCE_PAGE_MAX, self.data["audience"])}.get(call)

    def window(self, call, seconds, in_flight=IN_FLIGHT, rate=0):
        """One window of one call."""
        return measure.measured(
            lambda: self._service.cpu() + self._server_cpu(), lambda: measure.load(
                target=f"127.0.0.1:{self._service.port}", call=call, clusters=self.clusters,
                token=self._token, in_flight=in_flight, rate=rate, warmup=WARMUP_SECONDS,
                seconds=seconds))

    def sizes(self, call):
        """Mean bytes of a request and of an answer, as MakeEcho takes them."""
        found = measure.load(target=f"127.0.0.1:{self._service.port}", call=call,
                             clusters=self.clusters, token=self._token, in_flight=4, warmup=0,
                             seconds=1, calls=SIZING_CALLS)
        return {name: round(found[name]) for name in ("request_bytes", "answer_bytes")}

    def fill(self, call):
        """Reads each cluster until all are answered from memory, which may take a while: what has
        just been loaded has no number in the feed yet. Returns what is wrong, as texts."""
        give_up = time.monotonic() + FILL_SECONDS
        while time.monotonic() < give_up:
            before = self._hits(KEPT[call])
            swept = measure.load(target=f"127.0.0.1:{self._service.port}", call=f"each-{call}",
                                 clusters=self.clusters, calls=self.clusters, token=self._token,
                                 in_flight=IN_FLIGHT, warmup=0, seconds=1)
            if self._hits(KEPT[call]) - before >= swept["calls"]:
                return []
        return [f"{self.engine} {call} of {self.clusters}: not all is answered from memory after "
                f"{FILL_SECONDS} s"]

    def _hits(self, cache):
        with urllib.request.urlopen(
                f"http://127.0.0.1:{self._service.admin_port}/metrics", timeout=10) as page:
            for line in page.read().decode().splitlines():
                if (line.startswith("wici_read_cache_reads_total{") and f'cache="{cache}"' in line
                        and 'result="hit"' in line):
                    return float(line.split()[-1])
        return 0.0

    def stop(self):
        """Ends the service."""
        self._service.stop()


class Etcd:
    """One etcd member with so many keys, each as large as a cluster."""

    def __init__(self, keys, directory):
        self._keys = keys
        ports = measure.free_ports(2)
        self.target = f"127.0.0.1:{ports[0]}"
        with open(directory / "etcd.log", "ab") as log:
            self._process = subprocess.Popen(
                ["etcd", f"--data-dir={directory}/etcd", f"--listen-client-urls=http://{self.target}",
                 f"--advertise-client-urls=http://{self.target}",
                 f"--listen-peer-urls=http://127.0.0.1:{ports[1]}", "--log-level=error"],
                stdout=log, stderr=log)
        self.pid = self._process.pid
        give_up = time.monotonic() + 30
        while True:
            filled = measure.load(target=self.target, call="etcd-put", clusters=keys, calls=keys,
                                  in_flight=64, warmup=0, seconds=1)
            if filled["counts"] == {"PUT": filled["calls"]} and filled["calls"] >= keys:
                break
            if time.monotonic() > give_up:
                raise RuntimeError(f"etcd does not answer: see {directory}/etcd.log; {filled}")
            time.sleep(0.2)

    def cpu(self):
        """CPU seconds used so far."""
        return measure.cpu_of(self.pid)

    def window(self, seconds, in_flight=IN_FLIGHT, rate=0):
        """One window of serializable Range of one key."""
        return measure.measured(self.cpu, lambda: measure.load(
            target=self.target, call="etcd-range", clusters=self._keys, in_flight=in_flight,
            rate=rate, warmup=WARMUP_SECONDS, seconds=seconds))

    def stop(self):
        """Ends etcd."""
        self._process.terminate()
        self._process.wait(30)


def expected(call, registry):
    """What every answer of a window is counted as."""
    if call.startswith("echo"):
        return {"ECHO"}
    if call == "etcd-range":
        return {"KEY"}
    rows = registry.rows(call)
    return {"get-cluster": {"CLUSTER"}, "label-status": {"STATUS"}}.get(call, {f"ROWS_{rows}"})


def check(report, registry):
    """What is wrong with the answers of a window, as texts."""
    wanted = expected(report["call"], registry)
    if set(report["counts"]) == wanted:
        return []
    return [f"round {report['round']}, {report['engine']} {report['call']}: answers "
            f"{report['counts']}, expected {wanted}"]


def run(rounds, seconds, sizes=SIZES, engines=("sqlite", "postgres"), yardsticks=("etcd", "echo"),
        name="registry_read", shares=curve.SHARES, keeps=True):
    """Runs all rounds and returns the report; of registries that keep what is read, or nothing."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix=f"wici-bench-{name}."))
    key = directory / "key"
    key.write_text(client._base64(os.urandom(32)) + "\n", encoding="ascii")
    key.chmod(0o600)
    postgres = measure.Postgres() if "postgres" in engines else None
    running, arms = [], []
    try:
        for engine in engines:
            for clusters in sizes:
                url = (postgres.database(f"registry_{clusters}") if engine == "postgres"
                       else f"sqlite://{directory}/registry-{clusters}.db")
                registry = Registry(engine, clusters, url, directory, key,
                                    postgres.cpu if engine == "postgres" else lambda: 0.0, keeps)
                running.append(registry)
                arms += [(engine, call, registry,
                          lambda r=registry, c=call: r.window(c, seconds)) for call in CALLS]
        if "echo" in yardsticks:
            echo, largest = Echo(directory), running[-1]
            running.append(echo)
            arms += [("echo", f"echo-{call}", None,
                      functools.partial(echo.window, IN_FLIGHT, seconds, **largest.sizes(call)))
                     for call in ECHOED]
        if "etcd" in yardsticks:
            etcd = Etcd(max(sizes), directory)
            running.append(etcd)
            arms.append(("etcd", "etcd-range", None, lambda: etcd.window(seconds)))
        if postgres:
            analyse(postgres, sizes)
        unfilled = [text for one in running if isinstance(one, Registry) and keeps
                    for call in KEPT for text in one.fill(call)]
        windows, problems = _rounds(rounds, arms)
        problems = unfilled + problems
        stepped, wrong = _curve(rounds, windows, running, seconds, shares)
        found = _settings(directory, postgres, sizes, etcd if "etcd" in yardsticks else None)
    finally:
        for server in running:
            server.stop()
        if postgres:
            postgres.stop()
        subprocess.run(["rm", "-rf", str(directory)], check=False)
    return {"benchmark": name, "cpus": os.cpu_count(), "rounds": rounds, "seconds": seconds,
            "in_flight": IN_FLIGHT, "settings": found, "problems": problems + wrong,
            "generator": measure.generator_share(windows + stepped), "summary": summarise(windows),
            "filled": [{"engine": one.engine, "clusters": one.clusters,
                        "seconds": round(one.fill_seconds, 1)}
                       for one in running if isinstance(one, Registry)],
            "growth": growth(windows), "ratios": ratios(windows), "windows": windows,
            **curve.report(stepped)}


def _settings(directory, postgres, sizes, etcd):
    found = {"machine": settings.machine(directory)}
    if postgres:
        found["postgres"] = settings.postgres(postgres)
    file = directory / f"registry-{max(sizes)}.db"
    if file.exists():
        found["sqlite"] = settings.sqlite(file)
    if etcd:
        found["etcd"] = settings.etcd(etcd.pid, directory)
    return found


def _curve(rounds, windows, running, seconds, shares):
    """Open load on GetCluster of the largest registries and on the yardsticks."""
    full = {w["engine"]: w["rate"] for w in windows
            if w["round"] == 0 and w["call"] in ("get-cluster", "etcd-range", "echo-get-cluster")}
    arms = {}
    for server in running if shares else ():
        if isinstance(server, Registry):
            window = functools.partial(server.window, "get-cluster", seconds, curve.IN_FLIGHT_MAX)
            arms[server.engine] = (full[server.engine], window)  # the last is the largest
        elif isinstance(server, Etcd):
            arms["etcd"] = (full["etcd"],
                            functools.partial(server.window, seconds, curve.IN_FLIGHT_MAX))
        else:
            sizes = [one for one in running if isinstance(one, Registry)][-1].sizes("get-cluster")
            arms["echo"] = (full["echo"], functools.partial(
                server.window, curve.IN_FLIGHT_MAX, seconds, **sizes))
    return curve.run(rounds, arms, lambda window: curve.unexpected(
        window["counts"], {"CLUSTER", "KEY", "ECHO"}), shares)


def analyse(postgres, sizes):
    """Gives the planner its statistics, as autovacuum would within a minute."""
    for clusters in sizes:
        postgres.query(postgres.url.replace("/postgres?", f"/registry_{clusters}?"), "ANALYZE")


def _rounds(rounds, arms):
    windows, problems = [], []
    for number in range(rounds):
        for engine, call, registry, window in arms if number % 2 == 0 else reversed(arms):
            report = window()
            rows = registry.rows(call) if registry else None
            # The cost of an audience is that of a row it found.
            per = max(1, rows) if call.startswith("audience") else 1
            report.update({"engine": engine, "call": call, "round": number, "rows": rows,
                           "clusters": registry.clusters if registry else None,
                           "cost_us": round(report["server_cpu_us"] / per, 2)})
            windows.append(report)
            problems += check(report, registry)
            print(f"\r\033[Kround {number + 1}/{rounds}: {engine} {call} of "
                  f"{report['clusters'] or '-'}: {report['rate']:,.0f}/s", end="", file=sys.stderr,
                  flush=True)
    print("\r\033[K", end="", file=sys.stderr)
    return windows, problems


def _by_arm(windows):
    arms = {}
    for window in windows:
        arms.setdefault((window["engine"], window["call"], window["clusters"]), {})[
            window["round"]] = window
    return arms


def summarise(windows):
    """Median and range of the figures of every arm."""
    return [{"engine": engine, "call": call, "clusters": clusters,
             "rows": next(iter(found.values()))["rows"],
             **{figure: measure.spread(w[figure] for w in found.values())
                for figure in ("rate", "p50_ms", "p90_ms", "p99_ms", "p999_ms", "server_cpu_us",
                               "cost_us", "others", "steal")}}
            for (engine, call, clusters), found in _by_arm(windows).items()]


def growth(windows):
    """Cost at each size over the cost at the smallest, by round: of a call, of a row of an
    audience."""
    arms, result = _by_arm(windows), []
    sizes = sorted({clusters for _, _, clusters in arms if clusters})
    for engine, call in sorted({(e, c) for e, c, clusters in arms if clusters}):
        base = arms[engine, call, sizes[0]]
        for clusters in sizes[1:]:
            found = arms[engine, call, clusters]
            result.append({
                "engine": engine, "call": call, "clusters": clusters, "of": sizes[0],
                "cost": measure.spread(found[r]["cost_us"] / max(0.01, base[r]["cost_us"])
                                       for r in sorted(found.keys() & base.keys()))})
    return result


def ratios(windows):
    """Rates over the yardsticks at the largest size, by round; CPU the other way round. A call is
    compared with the echo of its own sizes, if it has one."""
    arms, result = _by_arm(windows), []
    largest = max((clusters for _, _, clusters in arms if clusters), default=None)
    for yardstick in ("etcd", "echo"):
        for (engine, call, clusters), mine in arms.items():
            other = "etcd-range" if yardstick == "etcd" else f"echo-{call}"
            theirs = arms.get((yardstick, other, None))
            if theirs is None or clusters != largest:
                continue
            rounds = sorted(mine.keys() & theirs.keys())
            result.append({
                "engine": engine, "call": call, "clusters": clusters, "yardstick": yardstick,
                "rate": measure.spread(mine[r]["rate"] / theirs[r]["rate"] for r in rounds),
                "cpu": measure.spread(theirs[r]["server_cpu_us"] / max(0.1, mine[r]["server_cpu_us"])
                                      for r in rounds)})
    return result


def goals_of(report):
    """What it must show: on both engines with the largest data, and that cost does not grow."""
    found = []
    for yardstick, times in PROMISED.items() if report["ratios"] else ():
        found += [goals.at_least(f"{engine} {call}, times the rate of {yardstick}", times, goals.of(
            report["ratios"], "rate", engine=engine, call=call, yardstick=yardstick))
                  for engine in ("sqlite", "postgres") for call in ECHOED]
    worst = max(report["growth"], key=lambda one: one["cost"]["median"], default=None)
    if worst:
        found.append(goals.at_most(
            f"cost at / at the smallest; most: {worst['engine']} {worst['call']} at "
            f"{worst['clusters']:,}", COST_MAX, worst["cost"]))
    return found


def table(report):
    """The report for people."""
    lines = [f"Reads of the registry, {report['in_flight']} in flight, {report['rounds']} rounds of "
             f"{report['seconds']:g} s windows, {report['cpus']} CPUs; median [range]", "",
             f"{'':24} {'clusters':>9} {'per second':>24} {'p50 ms':>8} {'p99 ms':>8} "
             f"{'CPU us':>9} {'rows':>6}"]
    for arm in report["summary"]:
        rate = arm["rate"]
        lines.append(
            f"{arm['engine'] + ' ' + arm['call']:24} {arm['clusters'] or '-':>9} "
            f"{rate['median']:8,.0f} [{rate['min']:,.0f}-{rate['max']:,.0f}]".ljust(60)
            + f"{arm['p50_ms']['median']:8.2f} {arm['p99_ms']['median']:8.1f} "
            f"{arm['server_cpu_us']['median']:9.0f} {arm['rows'] if arm['rows'] is not None else '-':>6}")
    lines += ["", f"{'cost (of an audience: of a row) at / at':56} {'ratio':>20}  at most {COST_MAX}"]
    for one in report["growth"]:
        cost = one["cost"]
        lines.append(f"{one['engine']} {one['call']} at {one['clusters']:,} / at {one['of']:,}".ljust(56)
                     + f" {cost['median']:6.2f} [{cost['min']:.2f}-{cost['max']:.2f}]"
                     + ("" if cost["median"] <= COST_MAX else "   MORE"))
    if report["ratios"]:
        lines += ["", f"{'ratio':52} {'rate':>20} {'less CPU':>20}"]
    for ratio in report["ratios"]:
        cells = [f"{s['median']:.2f} [{s['min']:.2f}-{s['max']:.2f}]"
                 for s in (ratio["rate"], ratio["cpu"])]
        lines.append(f"{ratio['engine'] + ' ' + ratio['call'] + ' / ' + ratio['yardstick']:52} "
                     f"{cells[0]:>20} {cells[1]:>20}")
    lines += ["", "Loaded in transactions of 1,000 clusters with two contacts and three labels each: "
              + ", ".join(f"{one['engine']} {one['clusters']:,} in {one['seconds']:g} s"
                          for one in report["filled"])]
    return "\n".join(lines + ([curve.table(report["curve"])] if report["curve"] else []))


def figures(report):
    """The plots of the page."""
    def points(rows, figure, label):
        return [(label(one), *(one[figure][name] for name in ("median", "min", "max")))
                for one in rows]

    found = [plot.Ranges("Calls a second", "calls a second", points(
        report["summary"], "rate",
        lambda s: f"{s['engine']} {s['call']} {plot.number(s['clusters'])}"), log=True)]
    if report["ratios"]:
        found.append(plot.Ranges("Times the rate of the yardstick", "times", points(
            report["ratios"], "rate", lambda r: f"{r['engine']} {r['call']} / {r['yardstick']}"),
            log=True))
    if report["growth"]:
        found.append(plot.Ranges(
            f"CPU for one call, times that at the smallest (at most {COST_MAX})", "times", points(
                report["growth"], "cost",
                lambda g: f"{g['engine']} {g['call']} at {plot.number(g['clusters'])}"), COST_MAX))
    return found + (curve.figures(report["curve"]) if report["curve"] else [])
