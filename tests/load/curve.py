"""A saturation curve: open load at rates in steps, to beyond what the server can answer.

Calls arrive as planned, whatever the answers do, and each latency counts from its planned instant.
The rates are shares of a measured one: what the server answered when calls were always in flight.
"""

import collections
import sys

import measure
from pages import plot

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1.15, 1.3)
IN_FLIGHT_MAX = 4096    # as many as 4 connections carry; what is beyond waits in the generator
SHED = {"OVERLOADED"}   # what a server may answer instead of queueing without end
FIGURES = ("offered", "rate", "ok_rate", "p50_ms", "p90_ms", "p99_ms", "p999_ms", "late_p99_ms",
           "server_cpu_us", "others", "steal")


def run(rounds, arms, check, shares=SHARES):
    """All windows, and what is wrong with them as texts. `arms`: {name: (the rate of share 1,
    window(rate) -> its report)}; check(window) says what is wrong with one."""
    windows, problems = [], []
    for number in range(rounds):
        for share in shares if number % 2 == 0 else tuple(reversed(shares)):
            for name, (full, window) in arms.items():
                print(f"\r\033[Kround {number + 1}/{rounds}: open load, {name} at {share:.0%}",
                      end="", file=sys.stderr, flush=True)
                report = window(max(1.0, round(share * full, 1)))
                report.update({"arm": name, "share": share, "round": number})
                windows.append(report)
                problems += [f"open load, {name} at {report['offered']:,.0f}/s: {problem}"
                             for problem in check(report)]
    print("\r\033[K", end="", file=sys.stderr)
    return windows, problems


def unexpected(counts, allowed):
    """What is wrong with answers of which only these, or that too much came, are right."""
    others = {name: count for name, count in counts.items() if name not in allowed | SHED}
    return [f"unexpected answers: {others}"] if others else []


def report(windows):
    """What goes into the report of a benchmark."""
    steps = summarise(windows)
    return {"curve": steps, "saturation": saturation(steps), "curve_windows": windows}


def summarise(windows):
    """Median and range of every step of every arm, and who was the limit in most rounds."""
    steps = {}
    for window in windows:
        steps.setdefault((window["arm"], window["share"]), []).append(window)
    return [{"arm": arm, "share": share,
             **{figure: measure.spread(w[figure] for w in found)
                for figure in FIGURES if all(figure in w for w in found)},
             "limit": collections.Counter(w["limit"] for w in found).most_common(1)[0][0]}
            for (arm, share), found in sorted(steps.items())]


def saturation(steps):
    """Of each arm: up to which offered rate all was answered as it came, the highest rate answered,
    and the latency at about half of that."""
    found = []
    for arm in dict.fromkeys(step["arm"] for step in steps):
        mine = [step for step in steps if step["arm"] == arm]
        kept = [step["offered"]["median"] for step in mine
                if step["ok_rate"]["median"] >= measure.KEPT_UP * step["offered"]["median"]]
        most = max(step["ok_rate"]["median"] for step in mine)
        half = min(mine, key=lambda step: abs(step["offered"]["median"] - most / 2))
        found.append({"arm": arm, "kept_up_to": max(kept, default=0.0), "most": most,
                      "half": half["offered"]["median"], "p50_ms_at_half": half["p50_ms"],
                      "p99_ms_at_half": half["p99_ms"]})
    return found


def figures(steps, unit="calls a second"):
    """What was answered of what was offered, and how long it took."""
    arms = list(dict.fromkeys(step["arm"] for step in steps))

    def line(arm, figure):
        return [(step["offered"]["median"], step[figure]["median"]) for step in steps
                if step["arm"] == arm]
    return [
        plot.Lines("Saturation: what was answered of what was offered", f"offered, {unit}",
                   f"answered OK, {unit}", [(arm, line(arm, "ok_rate")) for arm in arms]),
        plot.Lines("Latency from the planned arrival, median and 99th percentile",
                   f"offered, {unit}", "ms",
                   [(f"{arm}, {name}", line(arm, figure)) for arm in arms
                    for figure, name in (("p50_ms", "p50"), ("p99_ms", "p99"))], log_y=True)]


def table(steps):
    """For people."""
    lines = ["", "open load:".ljust(22) + f"{'of full':>8} {'offered':>10} {'answered OK':>24} "
             f"{'p50 ms':>9} {'p99 ms':>9} {'p99.9 ms':>9} {'late p99':>9}  limit"]
    for step in steps:
        ok = step["ok_rate"]
        lines.append(
            f"{step['arm']:22}{step['share']:8.0%} {step['offered']['median']:10,.0f} "
            + f"{ok['median']:,.0f} [{ok['min']:,.0f}-{ok['max']:,.0f}]".rjust(24)
            + f" {step['p50_ms']['median']:9.2f} {step['p99_ms']['median']:9.1f} "
            f"{step['p999_ms']['median']:9.1f} {step['late_p99_ms']['median']:9.2f}  {step['limit']}")
    for one in saturation(steps):
        lines.append(f"{one['arm']}: all was answered up to {one['kept_up_to']:,.0f}/s, at most "
                     f"{one['most']:,.0f}/s; at {one['half']:,.0f}/s the p99 is "
                     f"{one['p99_ms_at_half']['median']:.1f} ms")
    return "\n".join(lines)
