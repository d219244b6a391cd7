#!/usr/bin/python3
"""Every fault case of notification has a test that exists, or says why not."""

import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/faults"), str(ROOT / "deploy/local")]

import notification_faults  # noqa: E402

TABLE = ROOT / "tests/faults/notification_cases.md"
TEST = re.compile(r"TEST(?:_P|_F)?\(\s*(\w+),\s*(\w+)\s*\)")


def rows():
    for line in TABLE.read_text().splitlines():
        if match := re.match(r"\| (F\d+) \|[^|]*\| (.*) \|$", line):
            yield match.group(1), match.group(2)


def gtest_cases():
    return {f"{suite}.{name}" for folder in ("libs", "services")
            for file in (ROOT / folder).rglob("*_test.cc")
            for suite, name in TEST.findall(file.read_text())}


def missing_tests(table, known):
    return [f"{case}: {test}" for case, tests in table
            for test in re.findall(r"`([\w.]+)`", tests)
            if ("." in test or test.startswith("F")) and test not in known]


class NotificationCasesTest(unittest.TestCase):
    def test_each_case_has_a_row_and_a_test_or_a_reason(self):
        table = dict(rows())
        self.assertEqual(list(table), [f"F{number}" for number in range(1, 29)])
        for case, tests in table.items():
            self.assertTrue("`" in tests or tests.startswith("not yet: "), case)

    def test_the_tests_exist_and_the_functions_are_all_named(self):
        functions = {case.__name__ for case in notification_faults.CASES}
        known = gtest_cases() | functions
        table = list(rows())
        self.assertEqual(missing_tests(table, known), [])
        named = " ".join(tests for _, tests in table)
        self.assertEqual([name for name in functions if f"`{name}`" not in named], [])

    def test_a_test_that_is_not_there_is_noticed(self):
        self.assertEqual(missing_tests([("F1", "`NoTest.None`, `F1_none`")], set()),
                         ["F1: NoTest.None", "F1: F1_none"])


if __name__ == "__main__":
    unittest.main()
