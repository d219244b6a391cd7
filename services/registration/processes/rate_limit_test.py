#!/usr/bin/python3
"""Who calls too often with the link of a mail has to wait, and nobody else has: a real process, whose
--calls_per_second_max lets one call pass and the next one in a quarter of an hour."""

import os
import pathlib
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "deploy/local")]

import client  # noqa: E402
import grpc  # noqa: E402
import stack  # noqa: E402
import stubs  # noqa: E402

ORGANISER = ["event-organiser@platform"]
EVENT = {
    "title": {"en": "Open day"}, "organisers": [{"display_name": "Example Cluster"}],
    "start_time": "2099-06-01T08:00:00Z", "end_time": "2099-06-01T15:00:00Z",
    "time_zone": "Europe/Warsaw", "venue": {"display_name": "Example Hall"}, "languages": ["en"],
    "capacity": 10, "admission": "ADMISSION_OPEN"}


class RateLimitTest(unittest.TestCase):
    """The service with a limit, and people who never call twice but where that is the point."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="wici-rate-")
        self.addCleanup(directory.cleanup)
        directory = pathlib.Path(directory.name)
        self.key = directory / "key"
        self.key.write_text(client._base64(os.urandom(32)) + "\n", encoding="ascii")
        self.key.chmod(0o600)
        ports = stack.free_ports()
        self.address = f"{stack.HOST}:{ports['registration']}"
        admin = f"{stack.HOST}:{ports['registration-admin']}"
        self.process = stack.Process("registration", [
            stack.build_directory() / "bin/wici-registration", f"--listen={self.address}",
            f"--admin_listen={admin}", f"--database=sqlite://{directory}/registration.db",
            f"--key_file={self.key}", "--calls_per_second_max=0.001"],
            directory / "registration.log", directory)
        self.process.start()
        self.addCleanup(self._stop)
        deadline = time.monotonic() + stack.READY_SECONDS
        while not stack.http_ok(f"http://{admin}/readyz"):
            self.assertTrue(self.process.alive() and time.monotonic() < deadline,
                            self.process.log_tail())
            time.sleep(0.01)
        event = self._api("users/first", ORGANISER)(
            "EventService.CreateEvent", event_id="open-day", event=EVENT)
        self._api("users/second", ORGANISER)("EventService.PublishEvent", name=event.name)
        self.event = event.name
        self.people = [
            self._api()("RegistrationService.CreateRegistration", parent=event.name, person={
                "given_name": "Ewa", "family_name": "Nowak", "email": f"{who}@example.org"})
            for who in ("ewa", "jan")]

    def _stop(self):
        self.process.signal(stack.signal.SIGKILL)
        self.process.join(stack.STOP_SECONDS)

    def _api(self, subject="", roles=()):
        token = client.bearer_token(self.key, subject, roles) if subject else None
        api = client.Api({package: self.address for package in client.PACKAGES}, token)
        self.addCleanup(api.close)
        return api

    def _token(self, registration):
        return client.link_token(self.key, "manage", registration.name)

    def test_a_link_that_is_used_too_fast_waits_and_no_other(self):
        api = self._api()
        first, second = (self._token(registration) for registration in self.people)
        self.assertEqual(api("RegistrationService.GetOwnRegistration", token=first).name,
                         self.people[0].name)
        for method in ("GetOwnRegistration", "CancelOwnRegistration"):
            with self.assertRaises(client.CallError) as caught:
                api(f"RegistrationService.{method}", token=first)
            self.assertEqual((caught.exception.code, caught.exception.reason),
                             ("RESOURCE_EXHAUSTED", "RATE_EXCEEDED"))
        self.assertEqual(api("RegistrationService.GetOwnRegistration", token=second).name,
                         self.people[1].name)

    def test_so_does_the_link_of_an_invitation(self):
        api = self._api()
        for reason in ("LINK_INVALID", "RATE_EXCEEDED"):
            with self.assertRaises(client.CallError) as caught:
                api("RegistrationService.CreateRegistration", parent=self.event,
                    invitation_token="made-up.7")
            self.assertEqual(caught.exception.reason, reason)

    def test_it_learns_how_long(self):
        from google.rpc import error_details_pb2, status_pb2
        stubs.ensure()
        api, token = self._api(), self._token(self.people[0])
        api("RegistrationService.GetOwnRegistration", token=token)
        request, invoke = api._prepare("RegistrationService.GetOwnRegistration", {"token": token})
        with self.assertRaises(grpc.RpcError) as caught:
            invoke(request, timeout=10)
        details = dict(caught.exception.trailing_metadata())["grpc-status-details-bin"]
        retry = error_details_pb2.RetryInfo()
        self.assertTrue(any(detail.Unpack(retry)
                            for detail in status_pb2.Status.FromString(details).details))
        self.assertGreater(retry.retry_delay.seconds, 600)

    def test_made_up_links_are_the_calls_of_their_address(self):
        api, codes = self._api(), []
        for number in range(60):
            try:
                api("RegistrationService.GetOwnRegistration", token=f"made-up.{number}")
            except client.CallError as error:
                codes.append(error.reason)
        self.assertIn("LINK_INVALID", codes[:30])
        self.assertEqual(codes[-1], "RATE_EXCEEDED")
        # Those who have said who they are are not there.
        self._api("users/third", ORGANISER)("RegistrationService.GetRegistration",
                                            name=self.people[0].name)


if __name__ == "__main__":
    unittest.main()
