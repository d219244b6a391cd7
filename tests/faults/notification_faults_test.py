#!/usr/bin/python3
"""A short run of the fault cases of notification on each engine. They mostly wait, so all run at
once."""

import os
import subprocess
import unittest
from pathlib import Path

SCRIPT = Path(__file__).with_name("notification_faults.py")
RUNS = {"sqlite": ["--notifications=500"],
        "postgres": ["--notifications=200", "--engine=postgres"],
        "lost": ["--notifications=40", "--broken=lost"],
        "twice": ["--notifications=40", "--broken=twice"]}


class NotificationFaultsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.runs = {name: subprocess.Popen(["/usr/bin/python3", SCRIPT, *arguments], text=True,
                                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    for name, arguments in RUNS.items()
                    if name != "postgres" or os.environ.get("WICI_TEST_POSTGRES")}
        cls.addClassCleanup(cls.stop)

    @classmethod
    def stop(cls):
        for run in cls.runs.values():
            run.terminate()
            run.communicate()

    def held(self, name):
        output, _ = self.runs[name].communicate(timeout=280)
        self.assertEqual(self.runs[name].returncode, 0, output)

    def test_nothing_acknowledged_is_lost_and_doubles_are_explained_on_sqlite(self):
        self.held("sqlite")

    @unittest.skipUnless(os.environ.get("WICI_TEST_POSTGRES"), "WICI_TEST_POSTGRES is not set")
    def test_nothing_acknowledged_is_lost_and_doubles_are_explained_on_postgres(self):
        self.held("postgres")

    def test_a_mail_that_is_lost_is_found(self):
        self.held("lost")

    def test_a_mail_that_came_twice_for_no_reason_is_found(self):
        self.held("twice")


if __name__ == "__main__":
    unittest.main()
