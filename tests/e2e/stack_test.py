#!/usr/bin/python3
"""The supervisor of the local stack: starts and stops its parts, explains what goes wrong, and
leaves no process behind. Redis and the mail sink are real; a script stands in for each service,
because what is tested is how processes are treated, not what they do."""

import contextlib
import io
import os
import pathlib
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local"))

import run  # noqa: E402
import stack as stack_module  # noqa: E402
from stack import SERVICES, Stack, StackError  # noqa: E402

STAND_IN = """#!/usr/bin/python3
import http.server, sys
address = next(a for a in sys.argv if a.startswith("--admin_listen=")).split("=")[1]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args):
        pass
host, port = address.split(":")
http.server.HTTPServer((host, int(port)), Handler).serve_forever()
"""
BROKEN = "#!/bin/sh\necho 'write: No space left on device'\nexit 3\n"

CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from stack import Stack
import pathlib
stack = Stack(sys.argv[2], binaries=pathlib.Path(sys.argv[3]))
stack.start()
print(*[p.popen.pid for p in stack.processes.values()], flush=True)
sys.stdin.read()
"""


class StackTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name) / "data"
        self.binaries = pathlib.Path(temporary.name) / "bin"
        self.binaries.mkdir()
        for service in SERVICES:
            self.write_binary(service, STAND_IN)

    def write_binary(self, service, text):
        path = self.binaries / f"wici-{service}"
        path.write_text(text)
        path.chmod(0o755)

    def stack(self, **more):
        return Stack(self.directory, binaries=self.binaries, **more)

    def test_a_killed_service_is_ready_again_after_a_restart(self):
        with self.stack() as stack:
            stack.start()
            stack.kill("registration")
            self.assertEqual(stack.ended(), ["registration"])
            stack.restart("registration")
            self.assertEqual(stack.ended(), [])

    def test_redis_keeps_its_data_over_a_stop_and_loses_it_by_a_flush(self):
        with self.stack() as stack:
            stack.start()
            stack._redis_call(b"SET a 1\r\n")
        with self.stack() as stack:
            stack.start()
            self.assertEqual(stack._redis_call(b"GET a\r\n"), b"$1\r\n1\r\n")
            stack.flush_redis()
            self.assertEqual(stack._redis_call(b"GET a\r\n"), b"$-1\r\n")

    def test_the_key_is_private_and_kept(self):
        keys = []
        for _ in range(2):
            with self.stack() as stack:
                stack.start()
                self.assertEqual(stat.S_IMODE(stack.key_file.stat().st_mode), 0o600)
                keys.append(stack.key_file.read_text())
        self.assertEqual(keys[0], keys[1])

    def test_a_missing_binary_is_named(self):
        (self.binaries / "wici-notification").unlink()
        with self.assertRaisesRegex(StackError, "wici-notification is missing: run ./wici build"):
            self.stack().start()

    def test_a_taken_port_is_named(self):
        ports = stack_module.free_ports()
        with socket.socket() as other:
            # As port_is_free() does: a client's connection of before may still rest on the port.
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind((stack_module.HOST, ports["registration"]))
            other.listen()
            with self.assertRaisesRegex(StackError, "for registration is taken"):
                self.stack(ports=ports).start()

    def test_a_taken_friendly_port_is_replaced(self):
        taken = stack_module.FRIENDLY_PORTS["mail-http"]
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                other.bind((stack_module.HOST, taken))
                other.listen()
            except OSError:
                pass  # by somebody else: as good
            ports = stack_module.friendly_ports()
        self.assertGreater(ports["mail-http"], taken)
        self.assertEqual(len(set(ports.values())), len(ports))

    def test_links_of_mails_lead_to_pages_that_notification_serves_and_run_says_so(self):
        stack = self.stack()
        pages = stack.address("notification-pages")
        notification = stack._service_argv("notification")
        self.assertIn(f"--public_url={stack.mail_url}", notification)
        self.assertIn(f"--public_listen={pages}", notification)
        sink = [str(argument) for argument in stack._mail_sink_argv()]
        self.assertEqual(sink[sink.index("--pages") + 1], pages)
        with contextlib.redirect_stdout(io.StringIO()) as said:
            run.print_addresses(stack, stack.directory / "token")
        self.assertIn(f"{stack.mail_url}/unsubscribe", said.getvalue())
        self.assertIn(pages, said.getvalue())

    def test_a_service_that_ends_is_explained_and_the_others_are_stopped(self):
        self.write_binary("registration", BROKEN)
        with self.stack() as stack:
            with self.assertRaisesRegex(StackError, "registration ended: the disk .* is full"):
                stack.start()
        self.assertEqual(sorted(stack.ended()), sorted(stack.processes))

    def test_nothing_survives_a_killed_parent(self):
        parent = subprocess.Popen(
            [sys.executable, "-c", CHILD, ROOT / "deploy/local", self.directory, self.binaries],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # A pidfd becomes readable when its process ends.
        watched = [os.pidfd_open(int(pid)) for pid in parent.stdout.readline().split()]
        self.assertEqual(len(watched), 2 + len(SERVICES))
        parent.send_signal(signal.SIGKILL)
        parent.communicate()
        for watch in watched:
            self.assertTrue(select.select([watch], [], [], 30)[0], "a process is still running")
            os.close(watch)


if __name__ == "__main__":
    unittest.main(verbosity=0)
