#!/usr/bin/python3
"""What the long run believes of its programs. Starts none of them."""

import fnmatch
import re
import unittest

import matrix

TEST = re.compile(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
GOOGLETEST = ["build/feed_test", "--gtest_filter=*A*"]


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


if __name__ == "__main__":
    unittest.main()
