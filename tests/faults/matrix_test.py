#!/usr/bin/python3
"""What the long run believes of its programs. Starts none of them."""

import argparse
import contextlib
import fnmatch
import io
import re
import unittest

import matrix

TEST = re.compile(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
SEEDS = 3
GOOGLETEST = ["build/feed_test", "--gtest_filter=*A*"]


def matrix_of(**args):
    """A run that has not begun."""
    return matrix.Matrix(argparse.Namespace(**{"seed": 7, "only": "flood"} | args))


def commands(controls):
    """What a run starts in which every control finds something at its second try only."""
    run, started = matrix_of(minutes=1, controls=controls), []

    def second_try(command):
        started.append(command)
        if run.found < len(run.controls):
            return len(started) % 2, "[  PASSED  ] 1 test."
        return int(run.runs.total() == SEEDS - 1), ""  # that many, and it is over

    run._runner.run = second_try
    with contextlib.redirect_stdout(io.StringIO()):
        run.go()
    return started


def filters():
    """(control, filter) of those that are tests of GoogleTest."""
    return [(name, filtered) for name, control in matrix.CONTROLS.items()
            for filtered in re.findall(r"--gtest_filter=(\S+)", control.command)]


class MatrixTest(unittest.TestCase):
    def test_each_guard_removed_is_a_test_that_exists(self):
        cases = {f"/{suite}.{case}/" for folder in ("libs", "services")
                 for path in (matrix.ROOT / folder).rglob("*_test.cc")
                 for suite, case in TEST.findall(path.read_text(encoding="utf-8"))}
        self.assertGreater(len(cases), 1000)
        self.assertGreater(len(filters()), 2)
        for name, filtered in filters():
            for pattern in filtered.split(":"):
                with self.subTest(name, pattern=pattern):
                    self.assertTrue(fnmatch.filter(cases, pattern), "no such test")

    def test_a_test_that_passed_has_held(self):
        for said in ("[  PASSED  ] 1 test.\n[  SKIPPED ] 1 test, listed below:\n",
                     "[==========] 12 tests ran.\n[  PASSED  ] 12 tests.\n"):
            self.assertTrue(matrix.has_passed(GOOGLETEST, 0, said))

    def test_a_test_that_was_not_found_or_was_skipped_has_not_held(self):
        for said in ("[  PASSED  ] 0 tests.\n",
                     "[  PASSED  ] 0 tests.\n[  SKIPPED ] 12 tests, listed below:\n", ""):
            self.assertFalse(matrix.has_passed(GOOGLETEST, 0, said))

    def test_a_test_that_failed_has_not_held(self):
        self.assertFalse(matrix.has_passed(GOOGLETEST, 1, "[  PASSED  ] 3 tests.\n"))

    def test_another_program_says_by_its_status_whether_it_held(self):
        command = [matrix.PYTHON, "tests/faults/flood.py"]
        self.assertTrue(matrix.has_passed(command, 0, ""))
        self.assertFalse(matrix.has_passed(command, 2, ""))

    def test_controls_change_no_seed_of_the_programs(self):
        self.assertEqual(commands(controls=False)[-SEEDS:], commands(controls=True)[-SEEDS:])

    def test_a_program_that_cannot_run_here_is_not_counted(self):
        run = matrix_of(minutes=1, controls=False, only="flood")
        run._runner.run = lambda command: (matrix.SKIPPED_STATUS, "skipped")
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertTrue(run.go())
        self.assertEqual((run.programs, run.skipped, run.runs.total()), ([], ["flood"], 0))


if __name__ == "__main__":
    unittest.main()
