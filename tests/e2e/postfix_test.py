#!/usr/bin/python3
"""A real Postfix takes our mails, and what comes back from it is understood.

The real services send through a private Postfix (postfix.py); its own reports go through
wici-notification-intake back to the notification service, as in a deployment.
"""

import email
import email.policy
import os
import pathlib
import sqlite3
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/e2e")]

import client  # noqa: E402
import postfix as postfix_module  # noqa: E402
import stack as stack_module  # noqa: E402
from mails import Mail  # noqa: E402
from postfix import BOUNCE_DOMAIN, Postfix  # noqa: E402
from stack import Stack  # noqa: E402

WAIT_SECONDS = 60
EVENT = {
    "title": {"en": "Open day"}, "organisers": [{"display_name": "Klaster Żółw"}],
    "start_time": "2099-06-01T08:00:00Z", "end_time": "2099-06-01T15:00:00Z",
    "time_zone": "Europe/Warsaw", "venue": {"display_name": "Example Hall"}, "languages": ["en"],
    "capacity": 100, "admission": "ADMISSION_OPEN",
}
SUPPRESSED = 9  # DELIVERY_STATE_SUPPRESSED
HARD, SOFT, POLICY = 1, 2, 3  # services/notification/intake/rules/bounce.h


class PostfixStack(Stack):
    def __init__(self, directory, smtp_port):
        super().__init__(directory)
        self.smtp_port = smtp_port

    def _service_argv(self, service):
        argv = super()._service_argv(service)
        if service == "notification":
            argv += [f"--smtp=smtp://{stack_module.HOST}:{self.smtp_port}",
                     f"--bounce_domain={BOUNCE_DOMAIN}"]
        return argv

    def bounces(self):
        """{delivery id: [(kind, status)]}, straight from the database."""
        database = sqlite3.connect(
            f"file:{self.directory}/notification/notification.db?mode=ro", uri=True)
        found = {}
        for delivery, kind, status in database.execute(
                "SELECT delivery_id, kind, status FROM bounces"):
            found.setdefault(delivery, []).append((kind, status))
        database.close()
        return found


def wait_for(what, ready):
    """What ready() says as soon as that is true."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := ready()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come")
        time.sleep(0.05)
    return found


def field_of(report, name):
    """A field of a message/delivery-status (RFC 3464)."""
    for part in email.message_from_bytes(report, policy=email.policy.default).walk():
        if part.get_content_type() == "message/delivery-status":
            for group in part.get_payload():
                if group[name]:
                    return str(group[name]).split()[0].lower()
    return ""


@unittest.skipIf(postfix_module.why_not(), postfix_module.why_not())
class PostfixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="wici-pf-")
        cls.addClassCleanup(temporary.cleanup)
        directory = pathlib.Path(temporary.name)
        directory.chmod(0o755)
        port = stack_module.free_ports()["mail-smtp"]
        cls.stack = PostfixStack(directory / "stack", port)
        token = directory / "token"
        cls.postfix = Postfix(cls.make_room(directory / "postfix"), port, [
            stack_module.build_directory() / "bin/wici-notification-intake",
            f"--notification={cls.stack.address('notification')}", f"--token_file={token}"])
        for local in ("anna", "żaneta"):
            cls.postfix.mailbox(local)
        cls.postfix.route("policy", "error:5.7.1 refused by policy")
        cls.postfix.route("away", "smtp:[127.0.0.1]:1")
        cls.enterClassContext(cls.postfix)
        cls.enterClassContext(cls.stack)
        cls.stack.start()
        token.write_text(client.bearer_token(
            cls.stack.key_file, "systems/mail", ["mail-intake@platform"]), encoding="ascii")
        cls.api = client.connect(cls.stack, "users/operator", ["platform-operator@platform"])
        cls.addClassCleanup(cls.api.close)  # before the services are stopped
        cls.api("EventService.CreateEvent", event_id="open-day", event=EVENT)
        cls.api("EventService.PublishEvent", name="events/open-day")
        cls.people = {local: cls.register(local)
                      for local in ("away", "anna", "żaneta", "nobody", "łukasz", "policy")}

    @staticmethod
    def make_room(directory):
        directory.mkdir()
        return directory

    @classmethod
    def register(cls, local):
        return cls.api("RegistrationService.CreateRegistration", parent="events/open-day",
                       person={"given_name": "Jan", "family_name": "Żak",
                               "email": f"{local}@{postfix_module.DOMAIN}"}).person

    def deliveries(self, local):
        """Those to a person, the oldest first."""
        found = []
        for notification in self.api("NotificationService.ListNotifications",
                                     event="events/open-day").notifications:
            found += [d for d in self.api("NotificationService.ListDeliveries",
                                          parent=notification.name).deliveries
                      if d.person == self.people[local]]
        return sorted(found, key=lambda d: d.name)

    def suppressions(self):
        return {s.person: s for s in
                self.api("PreferenceService.ListSuppressions").suppressions}

    def bounces_to(self, local):
        """Once there are any."""
        delivery = wait_for(f"a delivery to {local}", lambda: self.deliveries(local))[0]
        identity = delivery.name.rsplit("/", 1)[1]
        return wait_for(f"a bounce from {local}", lambda: self.stack.bounces().get(identity))

    def test_a_mail_lies_in_the_mailbox_as_it_was_sent(self):
        for local in ("anna", "żaneta"):
            raw, = wait_for(f"mail to {local}", lambda: self.postfix.mails(local))
            mail = Mail(raw)
            self.assertEqual(mail.to, f"{local}@example.org")
            self.assertIn("Open day", mail.subject)
            self.assertTrue(mail.text.strip() and mail.html.strip())
            self.assertEqual(mail.calendar_part.get_param("method"), "REQUEST")
            self.assertRegex(str(mail.message["Return-Path"]), rf"^<b\+.+@{BOUNCE_DOMAIN}>$")
            self.assertEqual(str(mail.message["Delivered-To"]), mail.to)

    def test_a_mailbox_that_does_not_exist_is_not_written_to_again(self):
        self.assertEqual(self.bounces_to("nobody"), [(HARD, "5.1.1")])
        delivery, = self.deliveries("nobody")
        held = self.suppressions()[self.people["nobody"]]
        self.assertEqual((held.cause, held.delivery, held.evidence),
                         (held.CAUSE_HARD_BOUNCE, delivery.name, "5.1.1"))
        accepted = self.api("NotificationService.SendNotification", notification={
            "template": "templates/event-follow-up", "event": "events/open-day",
            "persons": [self.people["nobody"]]})
        wait_for("the end of the second delivery", lambda: self.api(
            "NotificationService.GetNotification", name=accepted.name).counts.not_sent)
        second = self.deliveries("nobody")[1]
        self.assertEqual(second.state, SUPPRESSED)

    def test_a_bounce_of_an_address_in_utf8_is_understood(self):
        self.assertEqual(self.bounces_to("łukasz"), [(HARD, "5.1.1")])

    def test_a_refusal_by_policy_says_nothing_about_the_mailbox(self):
        self.assertEqual(self.bounces_to("policy"), [(POLICY, "5.7.1")])
        self.assertNotIn(self.people["policy"], self.suppressions())

    def test_a_warning_is_no_bounce_and_what_never_arrives_is_a_soft_one(self):
        def said(action, *statuses):
            return [report for report, status in self.postfix.reports()
                    if status in statuses and field_of(report, "Action") == action]

        warning, = wait_for("the warning", lambda: said("delayed", os.EX_OK))
        self.assertEqual(field_of(warning, "Status"), "4.4.1")
        identity = self.deliveries("away")[0].name.rsplit("/", 1)[1]
        self.assertIn(f"b+{identity}.", str(email.message_from_bytes(warning)["To"]))
        self.assertNotIn(identity, self.stack.bounces())

        # Postfix gives up while nobody is there to be told, and tells later.
        self.stack.kill("notification")
        self.postfix.give_up()
        wait_for("a report that is put off", lambda: said("failed", os.EX_TEMPFAIL))
        self.stack.restart("notification")
        self.assertEqual(self.bounces_to("away"), [(SOFT, "4.4.1")])
        self.assertNotIn(self.people["away"], self.suppressions())


if __name__ == "__main__":
    unittest.main(verbosity=0)
