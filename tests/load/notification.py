"""From the arrival of a notification to the SMTP server's answer that it has taken the mail over:
wici-notification on PostgreSQL and SQLite, with every acknowledgement on disk, against BullMQ with
nodemailer on a Redis that writes its log every second, both to the same smtp-sink of postfix.

Ours is SendNotification over gRPC to one person each; the mail is made from its template when it is
sent, with the person's address asked of wici-registration. BullMQ's worker has the parts of that very
mail in its memory, and its jobs are added without a server in between: both in its favour. Each round
runs every arm back to back, every other round in the opposite order; ratios are taken within a round.

First as many as can be, all accepted as fast as they are; then open load at rates in steps, and at
300 a second. A time counts from the planned arrival to the end of the attempt in the ledger, or to
the end of sendMail. Every notification must have been handed over once, and the sink must have taken
as many mails. Last the queue alone, without mails: change_queue.py.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import change_queue
import curve
import goals
import mail_servers
import measure
import settings
from mailing import Mailing, Yardstick
from pages import plot

import client

PERSONS = 2000        # mails to one person go out one after the other
CALLS_PER_SECOND = 2000  # of a window of as many as can be: so many for each of its seconds
AT_ONCE = (4, 16)     # jobs and connections of BullMQ; ours has 4 connections
RATE_PROMISED = 300   # a second, at which
P99_MS_PROMISED = 250
TIMES_PROMISED = 2    # the rate of BullMQ, and
MOST_PROMISED = 1500  # a second
SHARES = (0.25, 0.5, 0.75, 0.9, 1.0, 1.2)


def check(report):
    """What is wrong with a window, as texts."""
    same = {report["accepted"], report["handed_over"], report["mails"]}
    if len(same) == 1 and report["missing"] == report["unknown"] == 0:
        return []
    return [f"{report['accepted']} were accepted, {report['handed_over']} handed over, of which "
            f"{report['unknown']} were not accepted and {report['missing']} are missing; the server "
            f"took {report['mails']} mails; answers {report['counts']}"]


def _own_mail(directory, key):
    """One of our mails, as nodemailer is to make it."""
    dump = directory / "dump/mails"
    dump.parent.mkdir()
    dump.parent.chmod(0o777)
    sink = mail_servers.Sink(directory, dump)
    try:
        sample = directory / "sample"
        sample.mkdir()
        ours = Mailing("sqlite", sample, key, sink, None, 1)
        try:
            dump.unlink()
            ours.mail(0, calls=1)
        finally:
            ours.stop()
    finally:
        sink.stop()
    return mail_servers.read_dump(dump)


def run(rounds, seconds, engines=("postgres", "sqlite"), at_once=AT_ONCE, persons=PERSONS,
        calls=None, shares=SHARES, rate=RATE_PROMISED):
    """Runs all rounds and returns the report; without `at_once` no yardstick is run."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="wici-bench-notification."))
    directory.chmod(0o755)
    key = directory / "key"
    key.write_text(client._base64(os.urandom(32)) + "\n", encoding="ascii")
    key.chmod(0o600)
    postgres = measure.Postgres() if "postgres" in engines else None
    running, found = [], {"machine": settings.machine(directory)}
    try:
        mail = _own_mail(directory, key)
        sink = mail_servers.Sink(directory)
        running.append(sink)
        arms = []
        for engine in engines:
            arms.append(Mailing(engine, directory, key, sink, postgres, persons))
            running.insert(0, arms[-1])
            found[engine] = arms[-1].settings()
        redis = mail_servers.Redis(directory)
        running.append(redis)
        found["redis"] = settings.redis(redis)
        for many in at_once:
            arms.append(Yardstick(many, directory, redis, sink, mail))
            running.insert(0, arms[-1])
            arms[-1].mail(0, calls=persons)  # warms up, as ours has by confirming each registration
        windows, problems = _rounds(rounds, seconds, arms, sink,
                                    calls or round(seconds * CALLS_PER_SECOND), rate)
        stepped, wrong = _curve(rounds, seconds, arms, windows, shares)
        queue, more = change_queue.run(rounds, seconds, directory, redis, postgres, engines,
                                       bool(at_once))
    finally:
        for server in running:
            server.stop()
        if postgres:
            postgres.stop()
        subprocess.run(["rm", "-rf", str(directory)], check=False)
    return {"benchmark": "notification", "cpus": os.cpu_count(), "rounds": rounds,
            "seconds": seconds, "persons": persons, "promised_rate": rate, "settings": found,
            "mail_bytes": {part: len(str(text)) for part, text in mail.items()},
            "problems": problems + wrong + more,
            "generator": measure.generator_share(windows + stepped),
            "summary": summarise(windows), "ratios": ratios(windows), "windows": windows,
            **curve.report(stepped), **queue}


def _rounds(rounds, seconds, arms, sink, calls, rate):
    windows, problems = [], []
    for number in range(rounds):
        for arm in arms if number % 2 == 0 else reversed(arms):
            for load, how in (("most", {"calls": calls}), ("promised", {"rate": rate})):
                print(f"\r\033[Kround {number + 1}/{rounds}: {arm.name} {load}", end="",
                      file=sys.stderr, flush=True)
                sink_cpu = sink.cpu()
                report = arm.mail(seconds, **how)
                report.update({"arm": arm.name, "load": load, "round": number, "sink_cpu_us": round(
                    1e6 * (sink.cpu() - sink_cpu) / max(1, report["mails"]), 1)})
                windows.append(report)
                problems += [f"round {number}, {arm.name}, {load}: {one}" for one in check(report)]
    print("\r\033[K", end="", file=sys.stderr)
    return windows, problems


def _curve(rounds, seconds, arms, windows, shares):
    full = {w["arm"]: w["rate"] for w in windows if w["round"] == 0 and w["load"] == "most"}
    return curve.run(rounds, {arm.name: (full[arm.name], lambda rate, a=arm: a.mail(
        seconds, rate=rate)) for arm in arms}, check, shares)


def _by_arm(windows):
    arms = {}
    for window in windows:
        arms.setdefault((window["load"], window["arm"]), {})[window["round"]] = window
    return arms


def summarise(windows):
    """Median and range of the figures of every arm."""
    return [{"load": load, "arm": arm,
             **{figure: measure.spread(w[figure] for w in found.values())
                for figure in ("rate", "p50_ms", "p90_ms", "p99_ms", "p999_ms", "accepted_p99_ms",
                               "server_cpu_us", "sink_cpu_us", "others", "steal")},
             "limit": ", ".join(sorted({w["limit"] for w in found.values()}))}
            for (load, arm), found in _by_arm(windows).items()]


def ratios(windows):
    """Ours over BullMQ, by round: the rate of as many as can be, CPU the other way round, and at the
    promised rate how many times shorter the p99 is."""
    arms, result = _by_arm(windows), []
    names = list(dict.fromkeys(arm for _, arm in arms))
    for ours in (name for name in names if not name.startswith("bullmq")):
        for theirs in (name for name in names if name.startswith("bullmq")):
            rounds = sorted(arms["most", ours].keys() & arms["most", theirs].keys())
            result.append({"ours": ours, "yardstick": theirs, **{
                figure: measure.spread(top[r][key] / max(0.001, bottom[r][key]) for r in rounds)
                for figure, key, top, bottom in (
                    ("rate", "rate", arms["most", ours], arms["most", theirs]),
                    ("cpu", "server_cpu_us", arms["most", theirs], arms["most", ours]),
                    ("p99", "p99_ms", arms["promised", theirs], arms["promised", ours]))}})
    return result


def table(report):
    """The report for people."""
    lines = [f"From accepted to handed over, {report['rounds']} rounds of {report['seconds']:g} s "
             f"windows, {report['cpus']} CPUs; median [range]", "",
             f"{'':24} {'per second':>22} {'p50 ms':>9} {'p99 ms':>9} {'p99.9 ms':>9} "
             f"{'CPU us':>8} {'sink us':>8}  limit"]
    for arm in report["summary"]:
        rate = arm["rate"]
        name = arm["arm"] + (f" at {report['promised_rate']}/s" if arm["load"] == "promised" else "")
        lines.append(
            f"{name:24} "
            + f"{rate['median']:,.0f} [{rate['min']:,.0f}-{rate['max']:,.0f}]".rjust(22)
            + f" {arm['p50_ms']['median']:9.1f} {arm['p99_ms']['median']:9.1f} "
            f"{arm['p999_ms']['median']:9.1f} {arm['server_cpu_us']['median']:8.0f} "
            f"{arm['sink_cpu_us']['median']:8.0f}  {arm['limit']}")
    if report["ratios"]:
        lines += ["", f"{'ratio':28} {'rate':>20} {'less CPU':>20} {'p99 at promised':>20}"]
    for ratio in report["ratios"]:
        cells = [f"{s['median']:.2f} [{s['min']:.2f}-{s['max']:.2f}]"
                 for s in (ratio["rate"], ratio["cpu"], ratio["p99"])]
        lines.append(f"{ratio['ours'] + ' / ' + ratio['yardstick']:28} "
                     + " ".join(f"{cell:>20}" for cell in cells))
    return "\n".join(lines + [curve.table(report["curve"]), change_queue.table(report)])


def goals_of(report):
    """What it must show."""
    found = [goals.at_least(f"postgres: times the rate of {ratio['yardstick']} with nodemailer",
                            TIMES_PROMISED, ratio["rate"])
             for ratio in report["ratios"] if ratio["ours"] == "postgres"]
    names = {"arm": "postgres", "load": "most"}
    found.append(goals.at_least("postgres: handed over a second", MOST_PROMISED,
                                goals.of(report["summary"], "rate", **names)))
    names["load"] = "promised"
    found.append(goals.at_most(f"postgres: p99 at {report['promised_rate']} a second, ms",
                               P99_MS_PROMISED, goals.of(report["summary"], "p99_ms", **names)))
    return found + change_queue.goals_of(report)


def figures(report):
    """The plots of the page."""
    def points(rows, figure, label):
        return [(label(one), *(one[figure][name] for name in ("median", "min", "max")))
                for one in rows]

    most = [arm for arm in report["summary"] if arm["load"] == "most"]
    promised = [arm for arm in report["summary"] if arm["load"] == "promised"]
    found = [plot.Ranges("Handed over", "mails a second",
                         points(most, "rate", lambda arm: arm["arm"]))]
    if report["ratios"]:
        found.append(plot.Ranges("Times the rate of BullMQ with nodemailer", "times", points(
            report["ratios"], "rate", lambda r: f"{r['ours']} / {r['yardstick']}")))
    names = {0: "p50", 1: "p90", 2: "p99", 3: "p99.9"}
    found.append(plot.Lines(
        f"From accepted to handed over at {report['promised_rate']} a second", "percentile", "ms",
        [(arm["arm"], [(i, arm[p]["median"]) for i, p in enumerate(
            ("p50_ms", "p90_ms", "p99_ms", "p999_ms"))]) for arm in promised],
        limit=P99_MS_PROMISED, log_y=True, ticks=names))
    return (found + curve.figures(report["curve"], "notifications a second")
            + change_queue.figures(report))
