#!/usr/bin/python3
"""The proxy between two who speak TCP: what is held up, in which direction, and what is lost."""

import socket
import socketserver
import threading
import unittest

from tcp_proxy import DIRECTIONS, HOST, TcpProxy

WAIT_SECONDS = 20
SILENCE_SECONDS = 0.1


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.server.heard.append(line)
            self.server.came.release()
            self.wfile.write(line.upper())


class TcpProxyTest(unittest.TestCase):
    def setUp(self):
        self.server = socketserver.ThreadingTCPServer((HOST, 0), Echo)
        self.server.daemon_threads = True
        self.server.heard, self.server.came = [], threading.Semaphore(0)
        self.addCleanup(self.server.server_close)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.addCleanup(self.server.shutdown)
        self.proxy = TcpProxy(f"{HOST}:{self.server.server_address[1]}")
        self.addCleanup(self.proxy.close)
        self.client = socket.create_connection((HOST, self.proxy.port), timeout=WAIT_SECONDS)
        self.addCleanup(self.client.close)

    def hears_nothing(self):
        self.client.settimeout(SILENCE_SECONDS)
        with self.assertRaises(TimeoutError):
            self.client.recv(100)
        self.client.settimeout(WAIT_SECONDS)

    def test_what_is_let_alone_passes_and_is_counted(self):
        self.client.sendall(b"one\n")
        self.assertEqual(self.client.recv(100), b"ONE\n")
        self.assertEqual([self.proxy.counts[direction] for direction in DIRECTIONS], [4, 4])

    def test_requests_pass_while_answers_are_held_up_and_these_come_later(self):
        self.proxy.stall(True, ["answers"])
        self.client.sendall(b"one\n")
        self.assertTrue(self.server.came.acquire(timeout=WAIT_SECONDS))
        self.hears_nothing()
        self.proxy.stall(False)
        self.assertEqual(self.client.recv(100), b"ONE\n")

    def test_requests_are_held_up_alone(self):
        self.proxy.stall(True, ["requests"])
        self.client.sendall(b"one\n")
        self.hears_nothing()
        self.assertEqual(self.server.heard, [])
        self.proxy.stall(False)
        self.assertEqual(self.client.recv(100), b"ONE\n")

    def test_what_is_held_up_is_lost_with_its_connection(self):
        self.proxy.stall(True, ["answers"])
        self.client.sendall(b"one\n")
        self.assertTrue(self.server.came.acquire(timeout=WAIT_SECONDS))
        self.proxy.cut_all()
        self.proxy.stall(False)
        try:
            said = self.client.recv(100)
        except ConnectionResetError:
            said = b""
        self.assertEqual(said, b"")


if __name__ == "__main__":
    unittest.main()
