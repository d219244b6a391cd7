#!/usr/bin/python3
"""Every alert of monitoring/alerts.yaml can fire and says what to do: its metrics are made by the
sources, with the labels it looks at, and it has a severity and a runbook."""

import copy
import re
import unittest
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGET_LABELS = {"namespace", "job", "pod"}  # Prometheus adds them
HISTOGRAM = ("_bucket", "_sum", "_count")
# What may be asked of which kind.
FUNCTIONS = {"rate": "Counter", "increase": "Counter",
             "avg_over_time": "Gauge", "min_over_time": "Gauge", "max_over_time": "Gauge"}


def sources():
    for folder, pattern in (("libs", "**/*.cc"), ("services", "**/*.cc"), ("proto", "**/*.proto")):
        for path in ROOT.glob(f"{folder}/{pattern}"):
            if not path.name.endswith("_test.cc"):
                yield path.read_text(encoding="utf-8")


class Metrics:
    """What the sources make: name -> (kind, labels); and every word in them, for label values."""

    def __init__(self, texts):
        self.made, self.words = {}, set()
        for text in texts:
            self.words |= set(re.findall(r"[A-Z_]{4,}", text))
            labels = {label for pairs in re.findall(r"Add\(\s*\{(\{.*?\})\}", text, re.DOTALL)
                      for label in re.findall(r"\{\"(\w+)\",", pairs)}
            for kind, name in re.findall(
                    r"prometheus::Build(\w+)\(\)\s*\.Name\(\"(wici_\w+)\"\)", text):
                if kind == "Histogram":
                    for end in HISTOGRAM:
                        self.made[name + end] = ("Counter", labels | {"le"})
                else:
                    self.made[name] = (kind, labels)


def problems(rule, metrics):
    """What is wrong with one rule, as texts."""
    name, expression = rule.get("alert", "?"), rule.get("expr", "")
    annotations = rule.get("annotations", {})
    if rule.get("labels", {}).get("severity") not in ("page", "ticket"):
        yield f"{name}: severity is page or ticket"
    if "for" not in rule:
        yield f"{name}: fires at the first scrape"
    if not annotations.get("summary") or not annotations.get("runbook", "").endswith("."):
        yield f"{name}: needs a summary and a sentence of runbook"
    used = re.findall(r"wici_\w+", expression)
    if not used:
        yield f"{name}: looks at no metric"
    labels = set(TARGET_LABELS)
    for metric in used:
        kind, its_labels = metrics.made.get(metric, ("", set()))
        if not kind:
            yield f"{name}: nothing makes {metric}"
        labels |= its_labels
        for function in re.findall(r"(\w+)\(" + metric, expression):
            if FUNCTIONS.get(function, kind) != kind:
                yield f"{name}: {function} of {metric}, a {kind}"
    looked_at = re.findall(r"(\w+)\s*(?:=|!=|=~|!~)\s*\"", expression)
    for group in re.findall(r"\bby \(([^)]*)\)", expression):
        looked_at += [label.strip() for label in group.split(",")]
    looked_at += re.findall(r"\$labels\.(\w+)", annotations.get("summary", ""))
    for label in sorted(set(looked_at) - labels):
        yield f"{name}: no label {label}"
    for value in re.findall(r"=\s*\"([A-Z_]+)\"", expression):
        if value not in metrics.words:
            yield f"{name}: no source says {value}"


def alerts():
    document = yaml.safe_load((HERE / "monitoring/alerts.yaml").read_text(encoding="utf-8"))
    return [rule for group in document["spec"]["groups"] for rule in group["rules"]]


class AlertsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.metrics = Metrics(sources())

    def test_every_alert_can_fire_and_says_what_to_do(self):
        rules = alerts()
        self.assertEqual([text for rule in rules for text in problems(rule, self.metrics)], [])
        names = [rule["alert"] for rule in rules]
        self.assertEqual(len(names), len(set(names)))

    def test_what_a_runbook_names_exists(self):
        for rule in alerts():
            for metric in re.findall(r"wici_\w+", rule["annotations"]["runbook"]):
                self.assertTrue(any(made.startswith(metric) for made in self.metrics.made), metric)

    def test_a_rule_that_is_broken_is_refused(self):
        good = alerts()[0]
        self.assertEqual(list(problems(good, self.metrics)), [])
        for change in ({"expr": "wici_no_such_metric > 1"},
                       {"expr": "rate(wici_sql_connection_waiters[5m]) > 1"},
                       {"expr": "avg_over_time(wici_rpc_exhausted_total[5m]) > 1"},
                       {"expr": "sum by (principal) (wici_sql_connection_waiters) > 1"},
                       {"expr": 'wici_sql_connection_waiters{shard="1"} > 1'},
                       {"expr": 'wici_sql_connection_waiters{kind="NO_SUCH_VALUE"} > 1'},
                       {"labels": {}},
                       {"annotations": {"summary": "it is broken"}}):
            broken = copy.deepcopy(good) | change
            self.assertNotEqual(list(problems(broken, self.metrics)), [], change)


if __name__ == "__main__":
    unittest.main()
