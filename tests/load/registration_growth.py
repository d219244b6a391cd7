"""What one registration of an event costs when there are 1,000, 10,000 and 100,000 of them, with
--rows up to a million, half of them on the waiting list, on SQLite and PostgreSQL: pages, exports,
badges, statistics, promotion, check-in. At most 1.3 times of what it costs at 1,000, and no more memory: else that is a problem,
and the benchmark fails.

Each round runs every call at every size back to back, every other round in the opposite order;
ratios are taken within a round. Cost is CPU time of the service and of its database, of a call or,
of what reads all of them, of a row. Each answer is counted, and after each window of changes the
event: who was promoted, in which order, and what is left. At the end each event gets seats for all
who wait, and is cancelled, with a wici-notification beside it that plans a mail to everybody.
"""

import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import zipfile

import big_event
import client
import measure
import settings
from pages import plot

SIZES = (1_000, 10_000, 100_000)
ENGINES = ("sqlite", "postgres")
PAGE = 100
IN_FLIGHT = 16
IN_FLIGHT_ALL = 2    # of calls that read every row
PEOPLE = 200         # different people asked for
CHANGES = 240        # of a window: so many are cancelled, join, are checked in
COST_MAX = 1.3       # of the largest size over the smallest
# The place of one who waits is a sum over the levels of a tree (waiting_order.h), of which there are
# three at 100,000: it grows with the logarithm. Measured: 1.38.
COST_MAX_OF = {("sqlite", "get-waiting"): 1.5}
MEMORY_MB_MAX = 64   # that a call may take at the largest size beyond that at the smallest
# One transaction for all of them: it holds some 2 KB for each of 50,000, and 1.5 KB of 100,000.
MEMORY_MB_MAX_OF = {"promote-all": 128, "cancel-event": 160}
WITHDRAWN = "REGISTRATION_STATE_WITHDRAWN"
FORMATS = {"csv": "LIST_FORMAT_CSV", "jsonl": "LIST_FORMAT_JSON_LINES", "xlsx": "LIST_FORMAT_XLSX"}
ONCE = ("badges",)   # too slow for every round
# Of larger events no badges, no seats for all, no cancelling, each of which is one call; and no sheet,
# which holds 150,000 rows at most.
ALL_MAX = 100_000
NOT_BEYOND = ("badges", "export-xlsx")
# Of these a unit is a row.
BY_ROW = ("statistics", "statistics-groups", "export-csv", "export-jsonl", "export-xlsx", "badges",
          "promote-all", "cancel-event")


def _sample(items, count=PEOPLE):
    """Evenly spread over all."""
    items = list(items)
    return items[::max(1, len(items) // count)][:count]


def _middle(tokens):
    return tokens[len(tokens) // 2]


def _page(event, token, **fields):
    return [{"parent": event.event, "page_size": event.page, "page_token": token, **fields}]


def reads(event):
    """{call: (method, requests, rows of an answer)} of what is asked over and over."""
    service = "RegistrationService."
    listing, waiting = service + "ListRegistrations", service + "ListWaitingList"
    few = min(event.page, big_event.WITHDRAWN)
    return {
        "list-first": (listing, _page(event, ""), event.page),
        "list-middle": (listing, _page(event, _middle(event.pages)), event.page),
        "list-last": (listing, _page(event, event.pages[-1]), event.page),
        "list-withdrawn": (listing, _page(event, "", states=[WITHDRAWN]), few),
        "waiting-first": (waiting, _page(event, ""), event.page),
        "waiting-last": (waiting, _page(event, event.waiting_pages[-1]), event.page),
        "get-confirmed": (service + "GetRegistration",
                          [{"name": name} for name in _sample(event.confirmed)], 1),
        "get-waiting": (service + "GetRegistration",
                        [{"name": name} for name in _sample(event.waiting)], 1),
        "own-confirmed": (service + "GetOwnRegistration", [
            {"token": event.manage_token(name)} for name in _sample(event.confirmed)], 1),
        "own-waiting": (service + "GetOwnRegistration", [
            {"token": event.manage_token(name)} for name in _sample(event.waiting)], 1),
        "manifest-first": ("CheckInService.GetCheckInManifest", _page(event, ""), event.page),
        "manifest-last": ("CheckInService.GetCheckInManifest",
                          _page(event, event.manifest_pages[-1]), event.page),
        "statistics": ("EventService.GetEventStatistics", [{"name": event.event}], 1),
        "statistics-groups": ("EventService.GetEventStatistics",
                              [{"name": event.event, "with_groups": True}], 1),
    }


def read(event, call, seconds):
    """A window of one of reads(): units, report."""
    method, requests, rows = reads(event)[call]
    calls, report = event.calls(method, requests,
                                IN_FLIGHT_ALL if call in BY_ROW else IN_FLIGHT, seconds)
    if set(report["counts"]) != {f"ROWS_{rows}"}:
        event.problems.append(f"{call}: answers {report['counts']}, expected {rows} rows")
    return calls * (event.rows() if call in BY_ROW else 1), report


def check_statistics(event):
    """They count what was done."""
    found = event.call("EventService.GetEventStatistics", name=event.event)
    counted = (found.registered, found.seats.waitlisted, found.withdrawn, found.cancelled)
    wanted = (event.size // 2, event.size - event.size // 2, big_event.WITHDRAWN, event.cancelled)
    if counted != wanted:
        event.problems.append(f"the statistics count {counted}, there are {wanted}")


def rows_of(call, content):
    """How many people a file is about, or None where that cannot be seen."""
    if call == "export-csv":
        return content.count(b"\n") - 1
    if call == "export-jsonl":
        return sum(1 for line in content.splitlines() if json.loads(line)["email"])
    if call == "export-xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return len(re.findall(rb"<row ", book.read("xl/worksheets/sheet1.xml"))) - 1
    return None if content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF") else -1


def stream(event, call, seconds):
    """Reads a whole file as often as it fits into `seconds`, once at least: units, report."""
    method, fields, rows = "DocumentService.PrintBadges", {"parent": event.event}, event.size // 2
    if call != "badges":
        method, rows = "DocumentService.ExportRegistrations", event.rows()
        fields.update(content="CONTENT_REGISTRATIONS", with_personal_data=True,
                      format=FORMATS[call.removeprefix("export-")])
    units, started = 0, time.monotonic()
    while units == 0 or time.monotonic() - started < seconds:
        content, done = event.stream(method, fields)
        if done != rows or rows_of(call, content) not in (rows, None):
            event.problems.append(f"{call}: {done} done, {rows_of(call, content)} in the file, "
                                  f"expected {rows}")
        units += rows
    return units, {"elapsed": time.monotonic() - started, "bytes": len(content)}


def cancel(event, call, seconds):
    """Cancels people who have a seat; each gives it to the first of the waiting list."""
    del call, seconds
    if len(event.confirmed) < event.changes or len(event.waiting) < event.changes:
        event.read_names()
    gone, event.confirmed = event.confirmed[:event.changes], event.confirmed[event.changes:]
    units, report = event.calls("RegistrationService.CancelRegistration",
                                [{"name": name} for name in gone], IN_FLIGHT)
    event.cancelled += len(gone)
    event.confirmed += [event.waiting.popleft() for _ in gone]
    return units, report


def check_cancelled(event):
    """Each of the cancelled was followed by the next, and nobody else was promoted."""
    if seats_of(event) != (event.size // 2, event.size - event.size // 2 - event.changes):
        event.problems.append(f"after {event.changes} cancels the seats are {seats_of(event)}")
    head = event.call("RegistrationService.ListWaitingList", parent=event.event, page_size=1)
    if event.waiting and [one.name for one in head.registrations] != [event.waiting[0]]:
        event.problems.append("the next of the waiting list is another than it was")
    promoted = event.call("RegistrationService.GetRegistration", name=event.confirmed[-1])
    if promoted.state != big_event.CONFIRMED:
        event.problems.append(f"{promoted.name} was not promoted")


def seats_of(event):
    """(confirmed, waiting) as the event counts them."""
    seats = event.call("EventService.GetEvent", name=event.event).seats
    return seats.confirmed, seats.waitlisted


def join(event, call, seconds):
    """As many people come to the end of the waiting list as have left it."""
    del call, seconds
    report = event.join(event.changes, IN_FLIGHT)
    return report["calls"], report


def check_joined(event):
    """All wait again as at first."""
    if seats_of(event) != (event.size // 2, event.size - event.size // 2):
        event.problems.append(f"after as many joined the seats are {seats_of(event)}")


def check_in(event, call, seconds):
    """People come in."""
    del call, seconds
    return event.calls("CheckInService.CheckIn", [
        {"parent": event.event, "registration": name, "gate": "gate"}
        for name in event.confirmed[-event.changes:]], IN_FLIGHT)


def check_checked_in(event):
    """All are there; and out again, so that the next window finds it as this one did."""
    seats = event.call("EventService.GetEvent", name=event.event).seats
    if seats.checked_in != event.changes:
        event.problems.append(f"{seats.checked_in} of {event.changes} are checked in")
    event.calls("CheckInService.UndoCheckIn",
                [{"name": name} for name in event.confirmed[-event.changes:]], IN_FLIGHT)


# {call: (its window, what is checked after it)}
WINDOWS = {
    **{call: (read, None) for call in (
        "list-first", "list-middle", "list-last", "list-withdrawn", "waiting-first", "waiting-last",
        "get-confirmed", "get-waiting", "own-confirmed", "own-waiting", "manifest-first",
        "manifest-last", "statistics-groups")},
    "statistics": (read, check_statistics),
    **{call: (stream, None) for call in ("export-csv", "export-jsonl", "export-xlsx", "badges")},
    "cancel-promote": (cancel, check_cancelled),
    "join-waiting": (join, check_joined),
    "check-in": (check_in, check_checked_in)}


def run(rounds, seconds, sizes=SIZES, page=PAGE, changes=CHANGES, calls=tuple(WINDOWS),
        judged=True):
    """Runs all rounds and returns the report. Unless `judged`, no cost is a problem."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="wici-bench-registration_growth."))
    key = directory / "key"
    key.write_text(client._base64(os.urandom(32)) + "\n", encoding="ascii")
    key.chmod(0o600)
    postgres, events = measure.Postgres(), []
    try:
        for engine in ENGINES:
            for size in sizes:
                _say(f"{size:,} registrations on {engine}")
                events.append(big_event.BigEvent(engine, size, page, changes, directory, key,
                                                 postgres))
                events[-1].fill()
        windows = _rounds(rounds, seconds, events, calls)
        for event in events:
            event.check_rows()
            if event.size > ALL_MAX:
                continue
            windows.append(_promote_all(event))
            windows.append(_cancel_event(event, directory, key))
        grown = growth(windows)
        problems = [f"{event.name}: {problem}" for event in events for problem in event.problems]
        if judged:
            problems += [text for one in largest_of(grown) for text in over_limit(one)]
        found = {"machine": settings.machine(directory), "postgres": settings.postgres(postgres),
                 "sqlite": settings.sqlite(directory / f"growth-{sizes[0]}.db")}
    finally:
        for event in events:
            event.stop()
        postgres.stop()
        subprocess.run(["rm", "-rf", str(directory)], check=False)
        _say("")
    return {"benchmark": "registration_growth", "cpus": os.cpu_count(), "rounds": rounds,
            "seconds": seconds, "sizes": list(sizes), "page": page, "settings": found,
            "problems": problems,
            "filled": [{"engine": e.engine, "size": e.size, "rate": round(e.fill_rate),
                        "seconds": round(e.size / max(e.fill_rate, 1e-6), 1)}
                       for e in events],
            "summary": summarise(windows), "growth": grown, "windows": windows}


def _say(text):
    print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _named(report, event, call, number):
    return {**report, "engine": event.engine, "size": event.size, "call": call, "round": number}


def _rounds(rounds, seconds, events, calls):
    windows = []
    for number in range(rounds):
        for call in calls:
            window, check = WINDOWS[call]
            if number > 0 and call in ONCE:
                continue
            for event in events if number % 2 == 0 else reversed(events):
                if call in NOT_BEYOND and event.size > ALL_MAX:
                    continue
                _say(f"round {number + 1}/{rounds}: {event.name} {call}")
                windows.append(_named(event.measured(lambda: window(event, call, seconds)), event,
                                      call, number))
                if check:
                    check(event)
    return windows


def _promote_all(event):
    """Gives the event seats for all who wait, in one transaction."""
    _say(f"{event.name}: all are promoted")
    waiting = event.size - event.size // 2

    def work():
        event.call("EventService.UpdateEvent", update_mask="capacity",
                   event={"name": event.event, "capacity": event.size})
        return waiting, {}

    report = event.measured(work)
    if seats_of(event) != (event.size, 0):
        event.problems.append(f"with seats for all they are {seats_of(event)}")
    return _named(report, event, "promote-all", 0)


def _cancel_event(event, directory, key):
    """Cancels the event, and plans a mail to everybody who is active."""
    _say(f"{event.name} is cancelled")
    notifications = big_event.Notifications(event, directory, key)
    try:
        report = event.measured(lambda: notifications.cancel_event(event.size))
        report["cost_us"] += report["notification_us"]
        report["memory_mb"] = max(report["memory_mb"], report["notification_mb"])
        if notifications.planned() != event.size:
            event.problems.append(f"{notifications.planned()} mails to {event.size} people")
    finally:
        notifications.stop()
    return _named(report, event, "cancel-event", 0)


def _by_arm(windows):
    arms = {}
    for window in windows:
        arms.setdefault((window["engine"], window["call"], window["size"]), {})[
            window["round"]] = window
    return arms


def summarise(windows):
    """Median and range of the figures of every call at every size."""
    return [{"engine": engine, "call": call, "size": size,
             **{figure: measure.spread(w[figure] for w in found.values())
                for figure in ("cost_us", "service_us", "database_us", "unit_rate", "p50_ms",
                               "memory_mb", "others", "steal")
                if all(figure in w for w in found.values())}}
            for (engine, call, size), found in _by_arm(windows).items()]


def growth(windows):
    """Cost at each size over that at the smallest, by round, and how much more memory it took."""
    arms, result = _by_arm(windows), []
    sizes = sorted({size for _, _, size in arms})
    for engine, call in dict.fromkeys((engine, call) for engine, call, _ in arms):
        base = arms[engine, call, sizes[0]]
        for size in sizes[1:]:
            found = arms.get((engine, call, size))
            if found is None:  # larger than ALL_MAX
                continue
            shared = sorted(found.keys() & base.keys())
            result.append({
                "engine": engine, "call": call, "size": size, "of": sizes[0],
                "cost": measure.spread(found[r]["cost_us"] / max(0.01, base[r]["cost_us"])
                                       for r in shared),
                "memory_mb": round(max(found[r]["memory_mb"] for r in shared)
                                   - max(base[r]["memory_mb"] for r in shared), 1)})
    return result


def largest_of(grown):
    """Of growth(), for each call that of the largest event it was measured on."""
    return list({(one["engine"], one["call"]): one for one in grown}.values())


def label(one, largest):
    """Its call, with the size of the event where that is not the largest."""
    return one["call"] if one["size"] == largest else f"{one['call']} {one['size']:,}"


def cost_max(one):
    """What a ratio of growth() may be."""
    return COST_MAX_OF.get((one["engine"], one["call"]), COST_MAX)


def memory_mb_max(one):
    """What the memory of growth() may be."""
    return MEMORY_MB_MAX_OF.get(one["call"], MEMORY_MB_MAX)


def over_limit(one):
    """Yields what one of growth() has too much of."""
    what = f"{one['engine']} {one['call']} at {one['size']:,}"
    if one["cost"]["median"] > cost_max(one):
        yield (f"{what} costs {one['cost']['median']:.2f} times of what it does at {one['of']:,}, "
               f"at most {cost_max(one)}")
    if one["memory_mb"] > memory_mb_max(one):
        yield f"{what} takes {one['memory_mb']:.0f} MB more, at most {memory_mb_max(one)}"


def table(report):
    """The report for people."""
    sizes = report["sizes"]
    lines = [f"One event of {', '.join(f'{size:,}' for size in sizes)} registrations, half of them "
             f"waiting; {report['rounds']} rounds of {report['seconds']:g} s windows, "
             f"{report['cpus']} CPUs.",
             "CPU us of service + database for a call, (row) for a row; ratio: median [range] of the "
             "last of them", f"to that at {sizes[0]:,}, at most {COST_MAX} ("
             + ", ".join(f"{' '.join(call)} {most}" for call, most in COST_MAX_OF.items())
             + "); p50 ms and MB taken there.", "",
             f"{'':32}" + "".join(f"{f'at {size:,}':>20}" for size in sizes)
             + f"{'ratio':>20} {'p50 ms':>8} {'MB':>6}"]
    found = {(s["engine"], s["call"], s["size"]): s for s in report["summary"]}
    for one in largest_of(report["growth"]):
        costs = [found[one["engine"], one["call"], size] for size in sizes if size <= one["size"]]
        unit = " (row)" if one["call"] in BY_ROW else ""
        cells = "".join(f"{c['service_us']['median']:,.1f} + {c['database_us']['median']:,.1f}"
                        .rjust(20) for c in costs) + f"{'-':>20}" * (len(sizes) - len(costs))
        ratio = "{median:.2f} [{min:.2f}-{max:.2f}]".format(**one["cost"])
        p50 = f"{costs[-1]['p50_ms']['median']:.2f}" if "p50_ms" in costs[-1] else "-"
        more = "   MORE" if one["cost"]["median"] > cost_max(one) else ""
        more += "   MEMORY" if one["memory_mb"] > memory_mb_max(one) else ""
        lines.append(f"{one['engine']} {one['call']}{unit}".ljust(32) + cells
                     + f"{ratio:>20} {p50:>8} {costs[-1]['memory_mb']['max']:6.0f}{more}")
    filled = ", ".join(f"{f['engine']} {f['size']:,} in {f['seconds']:g} s: {f['rate']:,}/s"
                       for f in report["filled"])
    return "\n".join(lines + ["", "Registered through CreateRegistration, from "
                              f"{big_event.BATCHED_FROM:,} on a hundred in a message: {filled}"])


def figures(report):
    """The plots of the page."""
    largest = largest_of(report["growth"])
    return [plot.Ranges(
        f"{engine}: cost at {plot.number(max(report['sizes']))}, or the size that is said, times that "
        f"at {plot.number(report['sizes'][0])} (at most {COST_MAX})", "times",
        [(label(one, max(report["sizes"])), *(one["cost"][name] for name in ("median", "min", "max")))
         for one in largest if one["engine"] == engine], COST_MAX)
        for engine in dict.fromkeys(one["engine"] for one in largest)]
