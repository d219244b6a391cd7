#!/usr/bin/python3
"""A short run of the fault cases of notification on each engine."""

import os
import subprocess
import unittest
from pathlib import Path

SCRIPT = Path(__file__).with_name("notification_faults.py")


def run(*arguments):
    done = subprocess.run(["/usr/bin/python3", SCRIPT, *arguments], capture_output=True, text=True,
                          timeout=280)
    return done.returncode, done.stdout + done.stderr


class NotificationFaultsTest(unittest.TestCase):
    def test_nothing_acknowledged_is_lost_and_doubles_are_explained_on_sqlite(self):
        status, output = run("--notifications=500")
        self.assertEqual(status, 0, output)

    @unittest.skipUnless(os.environ.get("WICI_TEST_POSTGRES"), "WICI_TEST_POSTGRES is not set")
    def test_nothing_acknowledged_is_lost_and_doubles_are_explained_on_postgres(self):
        status, output = run("--notifications=200", "--engine=postgres")
        self.assertEqual(status, 0, output)

    def test_a_mail_that_is_lost_is_found(self):
        status, output = run("--notifications=40", "--broken")
        self.assertEqual(status, 0, output)


if __name__ == "__main__":
    unittest.main()
