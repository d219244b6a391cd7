#!/usr/bin/python3
"""The proxy in front of a real PostgreSQL: each fault does what it says."""

import contextlib
import os
import socket
import struct
import time
import unittest

from postgres_proxy import (
    COMMIT_FAULTS, Messages, PostgresProxy, RandomFaults, socket_of, state_of)
from tcp_proxy import HOST

SERVER = os.environ.get("WICI_TEST_POSTGRES")


class Client:
    """The least that speaks the protocol, in both of its ways."""

    def __init__(self, connected):
        self._socket, self._messages = connected, Messages()
        self.rows = b""  # of the last answer, as they came
        self._socket.settimeout(20)
        self._socket.sendall(struct.pack("!II", 8, 80877103))
        assert self._socket.recv(1) == b"N"
        body = struct.pack("!I", 196608) + b"user\0postgres\0database\0postgres\0\0"
        self._socket.sendall(struct.pack("!I", len(body) + 4) + body)
        self._answer()

    def close(self):
        self._socket.close()

    def simple(self, text):
        """The tags and SQLSTATEs of the answer, then the state of the transaction; or "cut"."""
        self._socket.sendall(self._message(b"Q", text.encode() + b"\0"))
        return self._answer()

    def pipeline(self, *texts):
        """The same by the extended protocol, with one Sync for all."""
        self._socket.sendall(b"".join(
            self._message(b"P", b"\0" + text.encode() + b"\0\0\0") + self._message(b"B", b"\0" * 8)
            + self._message(b"D", b"P\0") + self._message(b"E", b"\0" * 5) for text in texts)
            + self._message(b"S", b""))
        return self._answer()

    @staticmethod
    def _message(kind, body):
        return kind + struct.pack("!I", len(body) + 4) + body

    def _answer(self):
        said, self.rows = [], b""
        while not said or not said[-1].startswith("Z"):
            data = self._socket.recv(1 << 16)
            if not data:
                return ["cut"]
            for message in self._messages.feed(data):
                if message[:1] == b"C":
                    said.append(message[5:-1].decode())
                elif message[:1] == b"E":
                    said.append(state_of(message))
                elif message[:1] == b"D":
                    self.rows += message
                elif message[:1] == b"Z":
                    said.append("Z" + message[5:].decode())
        return said


class MessagesTest(unittest.TestCase):
    def test_messages_are_whole_however_the_bytes_come(self):
        stream = b"".join(Client._message(kind, body) for kind, body in (
            (b"P", b"\0SELECT 1\0\0\0"), (b"S", b""), (b"d", b"x" * 300)))
        for step in (1, 3, 7, 1000):
            messages, found = Messages(), []
            for at in range(0, len(stream), step):
                found += messages.feed(stream[at:at + step])
            self.assertEqual(b"".join(found), stream)
            self.assertEqual([message[:1] for message in found], [b"P", b"S", b"d"])

    def test_a_seed_decides_the_same_again_and_takes_every_fault(self):
        rates = dict.fromkeys(COMMIT_FAULTS, 0.15)
        first, second = (RandomFaults(7, rates) for _ in range(2))
        chosen = [first("commit") for _ in range(200)]
        self.assertEqual(chosen, [second("commit") for _ in range(200)])
        self.assertEqual(set(chosen), {None, *COMMIT_FAULTS})


@unittest.skipUnless(SERVER, "WICI_TEST_POSTGRES is not set")
class PostgresProxyTest(unittest.TestCase):
    def setUp(self):
        self.table = f"proxy_{os.getpid()}_{time.monotonic_ns()}"
        directly = socket.socket(socket.AF_UNIX)
        directly.connect(socket_of(SERVER))
        self.server = Client(directly)
        self.addCleanup(self.server.close)
        self.proxy = PostgresProxy(SERVER)
        self.addCleanup(self.proxy.close)
        self.addCleanup(self.server.simple, f"DROP TABLE {self.table}")
        self.server.simple(f"CREATE TABLE {self.table} (n INT)")

    def connect(self):
        return contextlib.closing(Client(socket.create_connection((HOST, self.proxy.port))))

    def rows(self):
        return int(self.server.simple(f"SELECT FROM {self.table}")[0].split()[1])

    def insert(self):
        return f"INSERT INTO {self.table} VALUES (1)"

    def commits(self, fault):
        """How the commit of a row is answered in each way; then how many rows there are."""
        for way in ("simple", "pipeline"):
            with self.connect() as client:
                self.assertEqual(getattr(client, way)("BEGIN"), ["BEGIN", "ZT"])
                self.assertEqual(getattr(client, way)(self.insert()), ["INSERT 0 1", "ZT"])
                self.proxy.choose = {"commit": fault}.get
                said = getattr(client, way)("COMMIT")
                self.proxy.choose = None
                yield client, said

    def test_what_is_let_alone_passes_as_it_is(self):
        text = "SELECT repeat('ż', 100000) || count(*) FROM generate_series(1, 1000)"
        with self.connect() as client:
            self.assertEqual(client.simple(text), self.server.simple(text))
            self.assertGreater(len(client.rows), 200_000)
            self.assertEqual(client.rows, self.server.rows)
        self.assertFalse(self.proxy.counts)

    def test_a_cut_before_the_commit_leaves_nothing(self):
        for _, said in self.commits("cut_before_commit"):
            self.assertEqual(said, ["cut"])
        self.assertEqual(self.rows(), 0)

    def test_a_cut_after_the_commit_leaves_what_nobody_was_told(self):
        for _, said in self.commits("cut_after_commit"):
            self.assertEqual(said, ["cut"])
        self.assertEqual(self.rows(), 2)
        self.assertEqual(self.proxy.counts["cut_after_commit"], 2)

    def test_a_refused_commit_is_told_as_a_lost_race_and_the_connection_goes_on(self):
        for client, said in self.commits("refuse_commit"):
            self.assertEqual(said, ["40001", "ZI"])
            self.assertEqual(client.simple("SELECT 1"), ["SELECT 1", "ZI"])
        self.assertEqual(self.rows(), 0)

    def test_a_commit_that_takes_long_is_cancelled_and_the_connection_ends(self):
        self.server.simple(
            f"CREATE FUNCTION {self.table}_wait() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_sleep(60); RETURN NULL; END'; "
            f"CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON {self.table} DEFERRABLE INITIALLY "
            f"DEFERRED FOR EACH ROW EXECUTE FUNCTION {self.table}_wait()")
        self.addCleanup(self.server.simple, f"DROP FUNCTION {self.table}_wait() CASCADE")
        for _, said in self.commits("cancel_commit"):
            self.assertEqual(said, ["cut"])
        self.assertEqual(self.rows(), 0)

    def test_a_commit_that_does_not_is_not_cancelled(self):
        for client, said in self.commits("cancel_commit"):
            self.assertEqual(said, ["COMMIT", "ZI"])
            self.assertEqual(client.simple("SELECT 1"), ["SELECT 1", "ZI"])
        self.assertEqual(self.rows(), 2)

    def test_a_commit_is_found_behind_other_statements_of_its_unit(self):
        with self.connect() as client:
            client.pipeline("BEGIN")
            self.proxy.choose = {"commit": "refuse_commit"}.get
            self.assertEqual(client.pipeline(self.insert(), self.insert(), "COMMIT"),
                             ["INSERT 0 1", "INSERT 0 1", "40001", "ZI"])
        self.assertEqual(self.rows(), 0)

    def test_a_refused_statement_fails_its_transaction(self):
        for way in ("simple", "pipeline"):
            with self.connect() as client:
                call = getattr(client, way)
                call("BEGIN")
                call(self.insert())
                self.proxy.choose = {"statement": "refuse"}.get
                self.assertEqual(call(self.insert()), ["40001", "ZE"])
                self.proxy.choose = None
                self.assertEqual(call("ROLLBACK"), ["ROLLBACK", "ZI"])
                self.assertEqual(call("SELECT 1"), ["SELECT 1", "ZI"])
        self.assertEqual(self.rows(), 0)

    def test_statements_outside_a_transaction_are_let_alone(self):
        self.proxy.choose = lambda what: "cut"
        with self.connect() as client:
            self.assertEqual(client.simple(self.insert()), ["INSERT 0 1", "ZI"])

    def test_what_is_stalled_passes_later_and_a_cut_ends_it(self):
        with self.connect() as client, self.connect() as other:
            self.proxy.stall(True)
            client._socket.settimeout(0.1)
            with self.assertRaises(TimeoutError):
                client.simple("SELECT 1")
            self.proxy.stall(False)
            client._socket.settimeout(20)
            self.assertEqual(client._answer(), ["SELECT 1", "ZI"])
            self.proxy.stall(True)
            self.proxy.cut_all()
            self.assertEqual(other._answer(), ["cut"])

    def test_while_answers_are_held_up_requests_are_carried_out(self):
        with self.connect() as client:
            self.proxy.stall(True, ["answers"])
            client._socket.settimeout(0.1)
            with self.assertRaises(TimeoutError):
                client.simple(self.insert())
            client._socket.settimeout(20)
            give_up = time.monotonic() + 20
            while self.rows() < 1 and time.monotonic() < give_up:
                time.sleep(0.01)
            self.assertEqual(self.rows(), 1)
            self.proxy.stall(False)
            self.assertEqual(client._answer(), ["INSERT 0 1", "ZI"])


if __name__ == "__main__":
    unittest.main()
