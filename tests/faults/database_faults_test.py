#!/usr/bin/python3
"""A short run of each kind of fault of PostgreSQL. They mostly wait, so all run at once."""

import os
import subprocess
import unittest
from pathlib import Path

SKIPPED = 77  # exit status
SCRIPT = Path(__file__).with_name("database_faults.py")
RUNS = {"proxy": ["--mode=proxy"],
        "serializable": ["--mode=serializable"],
        "standstill": ["--mode=standstill"],
        "failover": ["--mode=failover", "--clients=4"],
        "disk": ["--mode=disk"],
        "broken": ["--mode=proxy", "--broken"],
        "cancelled": ["--mode=failover", "--clients=8", "--broken"]}


@unittest.skipUnless(os.environ.get("WICI_TEST_POSTGRES"), "WICI_TEST_POSTGRES is not set")
class DatabaseFaultsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.runs = {name: subprocess.Popen(
            ["/usr/bin/python3", SCRIPT, "--seconds=3", "--clients=12", *arguments], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for name, arguments in RUNS.items()}
        cls.addClassCleanup(cls.stop)

    @classmethod
    def stop(cls):
        for run in cls.runs.values():
            run.terminate()
            run.communicate()

    def held(self, name):
        output, _ = self.runs[name].communicate(timeout=280)
        if self.runs[name].returncode == SKIPPED:
            self.skipTest(output)
        self.assertEqual(self.runs[name].returncode, 0, output)

    def test_nothing_acknowledged_is_lost_when_connections_break_and_races_are_lost(self):
        self.held("proxy")

    def test_nothing_acknowledged_is_lost_when_transactions_are_serializable(self):
        self.held("serializable")

    def test_nobody_is_behind_calls_that_were_given_up_when_the_database_stood_still(self):
        self.held("standstill")

    def test_nothing_acknowledged_is_lost_when_the_standby_takes_over(self):
        self.held("failover")

    def test_nothing_acknowledged_is_lost_when_its_disk_is_full(self):
        self.held("disk")

    def test_requests_sent_again_under_another_request_id_are_found(self):
        self.held("broken")

    def test_what_a_cancelled_commit_shows_and_a_fail_over_undoes_is_found(self):
        self.held("cancelled")


if __name__ == "__main__":
    unittest.main()
