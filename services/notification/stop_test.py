#!/usr/bin/python3
"""The service ends in order: what it has acknowledged when SIGTERM comes is committed, and its changes
are numbered and relayed before the process is gone. Real processes, callers who go on until they are
refused, and workers busy with what these send."""

import collections
import pathlib
import signal
import sqlite3
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local")]

import client  # noqa: E402
import stack  # noqa: E402

ROUNDS = 3
CALLERS = 4
ACKNOWLEDGED_MIN = 40
NOTIFICATION = {"template": "templates/invitation", "event": "events/e1",
                "resource": "events/e1/invitations/i1", "persons": ["clusters/c1/contacts/p1"]}


class StopTest(unittest.TestCase):
    """All services; nobody of whom they are told is known, which the workers of notification record."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="wici-stop-")
        self.addCleanup(directory.cleanup)
        self.stack = stack.Stack(directory.name)
        self.addCleanup(self.stack.stop, graceful=False)
        self.stack.start()

    def _call_until_refused(self, api, acknowledged, refusals):
        try:
            while True:
                acknowledged.append(api("NotificationService.SendNotification",
                                        notification=NOTIFICATION).name)
        except client.CallError as error:
            refusals.append(error.code)

    def _serve_and_end(self):
        """The names that were acknowledged by a process that was told to end meanwhile."""
        self.stack.restart("notification")
        acknowledged, refusals, callers = collections.deque(), [], []
        for number in range(CALLERS):
            api = client.connect(self.stack, f"users/u{number}", ["platform-operator@platform"])
            self.addCleanup(api.close)
            api.retry_seconds = 0
            callers.append(threading.Thread(target=self._call_until_refused,
                                            args=(api, acknowledged, refusals)))
        for caller in callers:
            caller.start()
        process = self.stack.processes["notification"]
        while len(acknowledged) < ACKNOWLEDGED_MIN and len(refusals) < CALLERS:
            callers[0].join(0.005)
        process.signal(signal.SIGTERM)
        for caller in callers:
            caller.join()
        process.join(stack.STOP_SECONDS)
        self.assertEqual(process.popen.returncode, 0, process.log_tail())
        # CANCELLED would be a call that had arrived and was not begun, which clients do not repeat.
        self.assertEqual(set(refusals), {"UNAVAILABLE"})
        self.assertGreaterEqual(len(acknowledged), ACKNOWLEDGED_MIN)
        return [name.removeprefix("notifications/") for name in acknowledged]

    def _rows(self, query):
        database = sqlite3.connect(self.stack.directory / "notification/notification.db")
        self.addCleanup(database.close)
        return database.execute(query).fetchall()

    def test_what_is_acknowledged_is_committed_numbered_and_relayed_at_the_end(self):
        acknowledged = []
        for _ in range(ROUNDS):
            acknowledged += self._serve_and_end()
            committed = {row[0] for row in self._rows("SELECT id FROM notifications")}
            self.assertEqual(set(acknowledged) - committed, set())
            self.assertEqual(self._rows("SELECT transaction_id FROM feed_transactions "
                                        "WHERE first_seq IS NULL"), [])
            head, lease = self._rows("SELECT head, lease_until FROM feed_state")[0]
            self.assertGreater(head, len(acknowledged), "the workers have recorded something too")
            self.assertEqual(lease, 0, "it is given back")
            relayed = self.stack._redis_call(b"*2\r\n$4\r\nXLEN\r\n$17\r\nfeed:notification\r\n")
            self.assertEqual(relayed, f":{head}\r\n".encode())


if __name__ == "__main__":
    unittest.main()
