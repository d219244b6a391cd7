"""The page of a benchmark: one HTML file with its plots and all its numbers, made from its JSON.

    page.write(path, report, figures, text)

`figures` are those of plot.py; `text` is the table that the terminal shows. Everything that the
JSON says is on the page: what is no list of windows stands open, the windows are folded away. The
file needs nothing beside it, is readable in light and dark, and is well-formed XML too.
"""

import html

from pages.plot import number

LEAD = {  # what each benchmark is about
    "growth": "What a read of the registry costs as the data grow",
    "meetings": "Schedules of one-to-one meetings on public instances",
    "notification": "From accepted to handed over to the mail server",
    "registration": "CreateRegistration on one hot event",
    "registration_growth": "What one registration of an event costs as the event grows",
    "registry_import": "Import of a whole registry",
    "registry_read": "Reads of the registry",
    "watch": "From a commit to the last of a thousand watchers",
}

STYLE = """
:root { color-scheme: light dark; --fg: #1a1c1f; --bg: #fff; --soft: #5b616b; --line: #d5d9df;
  --bad: #a4161a; --c0: #0b57d0; --c1: #b3420a; --c2: #136c3b; --c3: #7b3fa0; --c4: #8a6a00;
  --c5: #5b616b; }
@media (prefers-color-scheme: dark) { :root { --fg: #e6e8eb; --bg: #16181b; --soft: #a0a7b2;
  --line: #3a3f47; --bad: #ff8f8f; --c0: #8ab4ff; --c1: #ffab7a; --c2: #7fd6a2; --c3: #d2a6f2;
  --c4: #e6c95c; --c5: #a0a7b2; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--fg); background: var(--bg);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
figure { margin: 2rem 0; } figcaption { font-weight: 600; } svg { max-width: 100%; height: auto; }
pre, .wide { overflow-x: auto; } pre { font-size: 13px; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .7rem .15rem 0; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; } th:first-child, td:first-child { text-align: left; }
caption { text-align: left; color: var(--soft); } .bad { color: var(--bad); }
text { fill: var(--fg); font: 13px system-ui, sans-serif; } text.tick { fill: var(--soft);
  font-size: 12px; } .grid { stroke: var(--line); } .limit { stroke: var(--bad);
  stroke-dasharray: 6 4; stroke-width: 1.5; } .range { stroke: var(--c0); stroke-width: 6;
  opacity: .35; } polyline { fill: none; stroke-width: 2; }
""" + "".join(f".c{i} {{ fill: var(--c{i}); }} .s{i} {{ stroke: var(--c{i}); fill: none; "
              "stroke-width: 2; }\n" for i in range(6))

TEMPLATE = """<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>Benchmark <code>{name}</code>. Figures of different machines say nothing; ratios of one run do.</p>
{problems}
{figures}
<h2>As the terminal shows it</h2>
<pre>{text}</pre>
<h2>All numbers</h2>
{numbers}
</main>
</body>
</html>
"""


def _escape(value):
    return html.escape(str(value))


def cell(value):
    """One value of the JSON as text."""
    if isinstance(value, dict):
        if value.keys() == {"median", "min", "max"}:
            return f"{number(value['median'])} [{number(value['min'])}-{number(value['max'])}]"
        return ", ".join(f"{key} {cell(one)}" for key, one in value.items()) or "-"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(cell, value)) or "-"
    return number(value) if isinstance(value, (int, float)) or value is None else str(value)


def _table(head, rows, caption=""):
    lines = ['<div class="wide" tabindex="0"><table>']
    if caption:
        lines.append(f"<caption>{_escape(caption)}</caption>")
    lines.append("<thead><tr>" + "".join(f'<th scope="col">{_escape(h)}</th>' for h in head)
                 + "</tr></thead><tbody>")
    for first, *rest in rows:
        lines.append(f'<tr><th scope="row">{_escape(first)}</th>'
                     + "".join(f"<td>{_escape(one)}</td>" for one in rest) + "</tr>")
    return "\n".join(lines + ["</tbody></table></div>"])


def _rows_of(dicts):
    """(head, rows) of a list of dicts."""
    head = list(dict.fromkeys(key for one in dicts for key in one))
    return head, [[cell(one[key]) if key in one else "" for key in head] for one in dicts]


def _figure(figure):
    return (f"<figure><figcaption>{_escape(figure.title)}</figcaption>{figure.svg()}"
            f"<details><summary>The same as a table</summary>{_table(*figure.rows(), figure.title)}"
            "</details></figure>")


def _problems(report):
    if not report.get("problems"):
        return "<p>All results were counted, and are what was acknowledged.</p>"
    return ('<h2 class="bad">Wrong</h2><ul class="bad">'
            + "".join(f"<li>{_escape(one)}</li>" for one in report["problems"]) + "</ul>")


def _numbers(report):
    """Everything in the report."""
    lists = {key: value for key, value in report.items()
             if isinstance(value, list) and value and all(isinstance(one, dict) for one in value)}
    single = [(key, cell(value)) for key, value in report.items() if key not in lists]
    parts = [_table(("", "value"), single, "the run")]
    for key, value in lists.items():
        table = _table(*_rows_of(value), key)
        folded = f"<details><summary>Every one of the {key}</summary>{table}</details>"
        parts.append(folded if key.endswith("windows") else f"<h3>{_escape(key)}</h3>{table}")
    return "\n".join(parts)


def render(report, figures, text):
    """The page."""
    name = report["benchmark"]
    return TEMPLATE.format(
        title=_escape(LEAD.get(name, name)), name=_escape(name), style=STYLE,
        problems=_problems(report), text=_escape(text), numbers=_numbers(report),
        figures="\n".join(_figure(figure) for figure in figures))


def write(path, report, figures, text):
    """Writes it."""
    path.write_text(render(report, figures, text), encoding="utf-8")
