"""Plots as SVG: no library, no network, the same bytes for the same numbers.

    Ranges("Calls a second", "calls/s", [("ours", median, least, most), ...], limit=20)
    Lines("Rate", "offered, calls/s", "answered, calls/s", [("ours", [(x, y), ...]), ...])

Both have svg() and rows(): the same numbers as a table, for those who cannot see the picture.
Series differ by marker and dash, not by colour alone; colours are those of the page (page.py).
"""

import dataclasses
import html
import math

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 760, 250, 90, 28, 46
ROW = 26           # of one of Ranges
HEIGHT = 320       # of Lines
LEGEND_ROW = 20
COLOURS = 6        # --c0 to --c5 of the page
DASHES = ("", "7 4", "2 3", "9 3 2 3", "4 6", "12 4")


def number(value):
    """As people read it: 12,345 or 0.01234; never more digits than were measured."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Axis:
    """From the numbers of an axis to places on it."""

    def __init__(self, values, start, end, log=False):
        values = [v for v in values if v is not None and math.isfinite(v)]
        self.log = log and bool(values) and min(values) > 0
        self._start, self._end = start, end
        most = max(values, default=1) or 1
        if self.log:
            self._least = 10 ** math.floor(math.log10(min(values)))
            self._most = 10 ** math.ceil(math.log10(most))
            if self._most <= self._least:
                self._most = self._least * 10
        else:
            self._least, self._most = min(0, min(values, default=0)), most * 1.05

    def __call__(self, value):
        if self.log:
            share = (math.log10(value / self._least)) / math.log10(self._most / self._least)
        else:
            share = (value - self._least) / (self._most - self._least)
        return round(self._start + share * (self._end - self._start), 1)

    def ticks(self):
        """Round numbers within it."""
        if self.log:
            first, last = round(math.log10(self._least)), round(math.log10(self._most))
            step = max(1, (last - first) // 6)
            return [10 ** exponent for exponent in range(first, last + 1, step)]
        span = self._most - self._least
        step = 10 ** math.floor(math.log10(span / 4))
        step *= next((factor for factor in (1, 2, 5, 10) if span / (step * factor) <= 6), 10)
        first = math.ceil(self._least / step)
        return [round(i * step, 9) for i in range(first, math.floor(self._most / step) + 1)]


def _text(x, y, content, anchor="start", kind=""):
    return (f'<text x="{x}" y="{y}" text-anchor="{anchor}"{kind and f" class={chr(34)}{kind}{chr(34)}"}>'
            f"{html.escape(str(content))}</text>")


def _line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" class="{kind}"/>'


def _marker(x, y, index):
    """A shape for each series."""
    colour = f'class="c{index % COLOURS}"'
    r = 4
    return (
        f'<circle cx="{x}" cy="{y}" r="{r}" {colour}/>',
        f'<rect x="{x - r}" y="{y - r}" width="{2 * r}" height="{2 * r}" {colour}/>',
        f'<path d="M{x} {y - r - 1}l{r + 1} {2 * r}h{-2 * r - 2}z" {colour}/>',
        f'<path d="M{x} {y - r - 1}l{r + 1} {r + 1}l{-r - 1} {r + 1}l{-r - 1} {-r - 1}z" {colour}/>',
        f'<path d="M{x} {y + r + 1}l{r + 1} {-2 * r}h{-2 * r - 2}z" {colour}/>',
        f'<path d="M{x - r} {y - r}l{2 * r} {2 * r}m0 {-2 * r}l{-2 * r} {2 * r}" '
        f'class="s{index % COLOURS}"/>',
    )[index % 6]


def _svg(height, title, parts):
    name = html.escape(title, quote=True)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="{name}; the numbers are in the table below">' + "".join(parts) + "</svg>")


@dataclasses.dataclass
class Ranges:
    """A dot for each median and a bar from least to most, one below the other."""

    title: str
    unit: str
    points: list              # (label, median, least, most)
    limit: float = None       # a line: at most, or at least, so much
    log: bool = False

    def svg(self):
        """The picture."""
        height = TOP + ROW * max(1, len(self.points)) + BOTTOM
        end = height - BOTTOM
        values = [v for _, *three in self.points for v in three]
        axis = Axis(values + [v for v in (self.limit,) if v is not None], LEFT, WIDTH - RIGHT,
                    self.log)
        parts = []
        for tick in axis.ticks():
            parts += [_line(axis(tick), TOP, axis(tick), end, "grid"),
                      _text(axis(tick), end + 16, number(tick), "middle", "tick")]
        if self.limit is not None:
            parts.append(_line(axis(self.limit), TOP, axis(self.limit), end, "limit"))
        for i, (label, median, least, most) in enumerate(self.points):
            y = TOP + ROW * i + ROW / 2
            parts += [_text(LEFT - 10, y + 4, label, "end"),
                      f'<line x1="{axis(least)}" y1="{y}" x2="{axis(most)}" y2="{y}" class="range"/>',
                      _marker(axis(median), y, 0),
                      _text(WIDTH - RIGHT + 8, y + 4, number(median), "start", "tick")]
        parts.append(_text((LEFT + WIDTH - RIGHT) / 2, height - 8, self.unit, "middle"))
        return _svg(height, self.title, parts)

    def rows(self):
        """(head, rows) of the table."""
        return (("", f"median, {self.unit}", "least", "most"),
                [(label, *map(number, three)) for label, *three in self.points])


@dataclasses.dataclass
class Lines:
    """A line for each series over a common axis."""

    title: str
    x_unit: str
    y_unit: str
    series: list              # (name, [(x, y)])
    limit: float = None
    log_x: bool = False
    log_y: bool = False
    ticks: dict = dataclasses.field(default_factory=dict)  # names of places of x, if it has some

    def svg(self):
        """The picture."""
        left, right = 70, WIDTH - 30
        height = HEIGHT + LEGEND_ROW * len(self.series)
        end = HEIGHT - BOTTOM
        points = [point for _, found in self.series for point in found]
        x_axis = Axis([x for x, _ in points], left, right, self.log_x)
        y_axis = Axis([y for _, y in points] + [v for v in (self.limit,) if v is not None],
                      end, TOP, self.log_y)
        parts = []
        for tick in y_axis.ticks():
            parts += [_line(left, y_axis(tick), right, y_axis(tick), "grid"),
                      _text(left - 8, y_axis(tick) + 4, number(tick), "end", "tick")]
        for tick in self.ticks or x_axis.ticks():
            parts += [_line(x_axis(tick), TOP, x_axis(tick), end, "grid"),
                      _text(x_axis(tick), end + 16, self.ticks.get(tick, number(tick)), "middle",
                            "tick")]
        if self.limit is not None:
            parts.append(_line(left, y_axis(self.limit), right, y_axis(self.limit), "limit"))
        for i, (name, found) in enumerate(self.series):
            parts += self._series(i, [(x_axis(x), y_axis(y)) for x, y in found])
            y = HEIGHT + LEGEND_ROW * i
            parts += [_marker(left + 6, y, i), _text(left + 20, y + 4, name)]
        parts += [_text((left + right) / 2, end + 34, self.x_unit, "middle"),
                  _text(left - 60, TOP - 14, self.y_unit)]
        return _svg(height, self.title, parts)

    @staticmethod
    def _series(index, places):
        path = " ".join(f"{x},{y}" for x, y in places)
        yield (f'<polyline points="{path}" class="s{index % COLOURS}" '
               f'stroke-dasharray="{DASHES[index % len(DASHES)]}"/>')
        for x, y in places:
            yield _marker(x, y, index)

    def rows(self):
        """(head, rows) of the table."""
        names = [name for name, _ in self.series]
        columns = [dict(found) for _, found in self.series]
        xs = sorted({x for column in columns for x in column})
        return ((self.x_unit, *(f"{name}, {self.y_unit}" for name in names)),
                [(self.ticks.get(x, number(x)), *(number(column.get(x)) for column in columns))
                 for x in xs])
