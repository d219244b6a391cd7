"""What a benchmark must show, beside what it did: the last table of its report. They are judged by
medians; a figure that a short run did not take is said to be missing.

    report["goals"] = [goals.at_least("postgres at 64, times the naive transaction", 20, found),
                       goals.at_most("p99 at half of saturation, ms", 25, None)]
    print(goals.table(report["goals"]))
"""


def _goal(what, sign, wanted, found):
    median = found["median"] if isinstance(found, dict) else found
    reached = "not measured" if median is None else "reached" if (
        median >= wanted if sign == "at least" else median <= wanted) else "NOT REACHED"
    return {"goal": what, "wanted": f"{sign} {wanted:,g}", "found": median, "reached": reached}


def at_least(what, wanted, found):
    """A goal: `found` is a number, one of measure.spread, or None."""
    return _goal(what, "at least", wanted, found)


def at_most(what, wanted, found):
    """The same the other way round."""
    return _goal(what, "at most", wanted, found)


def of(rows, figure, **names):
    """The figure of the row that has these values, or None."""
    return next((row[figure] for row in rows
                 if all(row.get(name) == value for name, value in names.items())), None)


def table(found):
    """For people."""
    lines = [f"{'goal':62} {'wanted':>14} {'found':>10}"]
    for goal in found:
        number = "-" if goal["found"] is None else f"{goal['found']:,.2f}"
        lines.append(f"{goal['goal']:62} {goal['wanted']:>14} {number:>10}  {goal['reached']}")
    return "\n".join(lines)
