#!/usr/bin/python3
"""A short fault run of the change feed on each engine, and its negative control."""

import os
import subprocess
import unittest
from pathlib import Path

BINARY = Path(os.environ.get("WICI_BUILD_DIR", "build/release")) / "bin/wici-feed-faults"


def run(*arguments):
    done = subprocess.run(
        [BINARY, "--minutes=0.08", *arguments], capture_output=True, text=True, timeout=250)
    return done.returncode, done.stdout + done.stderr


class FeedFaultsTest(unittest.TestCase):
    def test_nothing_is_lost_doubled_or_reordered_on_sqlite(self):
        status, output = run("--engine=sqlite")
        self.assertEqual(status, 0, output)

    @unittest.skipUnless(os.environ.get("WICI_TEST_POSTGRES"), "WICI_TEST_POSTGRES is not set")
    def test_nothing_is_lost_doubled_or_reordered_on_postgres(self):
        status, output = run("--engine=postgres")
        self.assertEqual(status, 0, output)

    def test_effect_outside_the_transaction_of_the_position_is_found(self):
        # A kill must hit the gap between the two: on a busy machine few do.
        outputs = []
        for _ in range(4):
            status, output = run("--engine=sqlite", "--broken")
            if status == 0:
                return
            outputs.append(output)
        self.fail("\n".join(outputs))


if __name__ == "__main__":
    unittest.main()
