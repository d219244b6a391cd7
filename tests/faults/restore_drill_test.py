#!/usr/bin/python3
"""A short drill of a restore on each engine. They mostly wait, so all run at once."""

import os
import subprocess
import unittest
from pathlib import Path

SCRIPT = Path(__file__).with_name("restore_drill.py")
RUNS = {"sqlite": ["--restored=all"],
        "postgres": ["--restored=all", "--engine=postgres"],
        "registration": ["--restored=registration"],
        "broken": ["--restored=all", "--broken"]}


class RestoreDrillTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.runs = {name: subprocess.Popen(
            ["/usr/bin/python3", SCRIPT, "--people=8", *arguments], text=True,
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

    def test_nothing_goes_out_once_more_when_all_are_restored_on_sqlite(self):
        self.held("sqlite")

    @unittest.skipUnless(os.environ.get("WICI_TEST_POSTGRES"), "WICI_TEST_POSTGRES is not set")
    def test_nothing_goes_out_once_more_when_all_are_restored_on_postgres(self):
        self.held("postgres")

    def test_nothing_goes_out_once_more_when_registration_alone_is_restored(self):
        self.held("registration")

    def test_what_goes_out_without_a_new_epoch_is_found(self):
        self.held("broken")


if __name__ == "__main__":
    unittest.main()
