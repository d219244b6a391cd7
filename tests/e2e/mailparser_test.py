#!/usr/bin/python3
"""Our mails as another family of parsers reads them: what the npm package mailparser finds in a mail
is what Python's email finds, and what was meant.

The real services send to the real sink: an invitation, confirmations with a calendar entry, its
update and its CANCEL, to names and addresses in Latin, Polish and Ukrainian letters, each with two
DKIM signatures, which python3-dkim verifies. Needs the packages of tests/package-lock.json.
"""

import base64
import email
import email.header
import email.policy
import email.utils
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import dkim

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/e2e")]

import client  # noqa: E402
from mails import Inbox  # noqa: E402
from stack import Stack  # noqa: E402

DOMAIN = "wici.example.org"
EVENT = {
    "title": {"pl": "Srebro spotyka złoto: \"Łódź & Świnoujście\"", "en": "Silver meets Gold",
              "uk": "Срібло зустрічає золото — Київ"},
    "organisers": [{"display_name": "Klaster „Żółw”, Мазовія"}],
    "start_time": "2099-06-01T08:00:00Z", "end_time": "2099-06-01T15:00:00Z",
    "time_zone": "Europe/Warsaw", "venue": {"display_name": "Dom Kultury \"Łąka\""},
    "languages": ["pl", "uk"], "capacity": 100, "admission": "ADMISSION_OPEN",
}
PEOPLE = [
    {"given_name": "Łukasz", "family_name": "Żółć-Ćwikła", "email": "lukasz@example.org",
     "language": "pl"},
    {"given_name": "Олена", "family_name": "Ґава-Їжакевич", "email": "olena@example.org",
     "language": "uk"},
    {"given_name": "Pat", "family_name": "O'Brien, \"the <quoted>\" \\ =?utf-8?q?one?=",
     "email": "pat@example.org", "language": "en"},
    {"given_name": "Świętosława", "family_name": "Brzęczyszczykiewicz-" * 4 + "Nowak",
     "email": "świętosława@example.org", "language": "pl"},  # needs SMTPUTF8
    {"given_name": "Гліб", "family_name": "Щур", "email": "biuro@żółw.example", "language": "uk"},
]
# A domain as mailparser shows it, and as it is written in a mail.
READABLE, ON_THE_WIRE = "żółw.example", "xn--w-uga1v8h.example"
MANAGER = {"role": "ROLE_MANAGER", "display_name": "Менеджерка Łęg", "email": "manager@example.org",
           "language": "uk", "primary": True, "audience_consent": True, "source": "test"}


class SigningStack(Stack):
    """With two keys for DKIM."""

    def __init__(self, directory):
        super().__init__(directory)
        self.records = {}  # name in the DNS -> record
        self.keys = [self._make_key("rsa", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
                     self._make_key("ed", "-algorithm", "ED25519")]

    def _make_key(self, selector, *arguments):
        path = pathlib.Path(self.directory) / f"{selector}.pem"
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["openssl", "genpkey", *arguments, "-out", path], check=True,
                       capture_output=True)
        public = subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"],
                                check=True, capture_output=True).stdout
        # RFC 8463: of an Ed25519 key the 32 bytes themselves.
        kind, public = ("ed25519", public[-32:]) if selector == "ed" else ("rsa", public)
        record = f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}"
        self.records[f"{selector}._domainkey.{DOMAIN}.".encode()] = record.encode()
        return f"{selector}={path}"

    def _service_argv(self, service):
        argv = super()._service_argv(service)
        if service == "notification":
            argv += [f"--dkim_keys={','.join(self.keys)}", f"--bounce_domain=bounce.{DOMAIN}"]
        return argv


def send_mails(stack):
    """Has every kind of mail sent; returns how many there are to be."""
    api = client.connect(stack, "users/operator", ["platform-operator@platform"])
    cluster = api("ClusterService.CreateCluster", cluster_id="zolw",
                  cluster={"display_name": "Klaster Żółw", "country": "PL"})
    manager = api("ClusterService.CreateContact", parent=cluster.name, contact_id="manager",
                  contact=MANAGER)
    event = api("EventService.CreateEvent", event_id="gold", event=EVENT)
    api("EventService.PublishEvent", name=event.name)
    api("InvitationService.CreateInvitations", parent=event.name,
        invitees=[{"person": manager.name, "reason": "gość"}])
    registrations = [api("RegistrationService.CreateRegistration", parent=event.name, person=person)
                     for person in PEOPLE]
    inbox = Inbox(stack)
    inbox.wait_for(1 + len(PEOPLE))
    api("RegistrationService.CancelRegistration", name=registrations[-1].name)
    inbox.wait_for(2 + len(PEOPLE))
    api("EventService.RescheduleEvent", name=event.name, reason="Zajęta sala, вибачте",
        start_time="2099-06-02T08:00:00Z", end_time="2099-06-02T15:00:00Z",
        venue=EVENT["venue"])
    inbox.wait_for(2 + 2 * len(PEOPLE))  # those who stay, and the invited manager
    api("EventService.CancelEvent", name=event.name, reason="Odwołane")
    api.close()
    return inbox.wait_for(2 + 3 * len(PEOPLE))


def text_of(part):
    return part.get_content().replace("\r\n", "\n").rstrip("\n")


def read_by_python(path):
    """The same facts as read_mails.js."""
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTPUTF8)
    raw = email.message_from_string(path.read_bytes().decode())
    found = {"attachments": []}
    for part in mail.walk():
        if part.defects:
            raise AssertionError(f"{path}: {part.defects}")
        kind = part.get_content_type()
        if part.is_multipart():
            continue
        if kind in ("text/plain", "text/html"):
            found["text" if kind == "text/plain" else "html"] = text_of(part)
            continue
        found["attachments"].append({
            "type": kind, "name": part.get_filename(), "method": part.get_param("method"),
            "disposition": part.get_content_disposition(),
            "content": base64.b64encode(part.get_payload(decode=True)).decode()})
    return {
        "subject": str(mail["Subject"]), **{name: people_of(raw[name]) for name in ("from", "to")},
        "messageId": str(mail["Message-ID"]).strip(),
        "inReplyTo": str(mail["In-Reply-To"]).strip(),
        "date": mail["Date"].datetime.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "headers": [name.lower() for name in mail.keys()], **found}


def people_of(raw):
    """The older parser: that of the policies puts a space between two encoded words of a name."""
    name, address = email.utils.parseaddr(raw)
    return [{"address": address, "name": str(email.header.make_header(
        email.header.decode_header(name)))}]


def read_by_mailparser(paths):
    output = subprocess.run(["node", ROOT / "tests/e2e/read_mails.js", *paths], check=True,
                            capture_output=True, text=True).stdout
    mails = [json.loads(line) for line in output.splitlines()]
    for mail in mails:
        mail["text"], mail["html"] = mail["text"].rstrip("\n"), mail["html"].rstrip("\n")
        for person in mail["from"] + mail["to"]:
            person["address"] = person["address"].replace(READABLE, ON_THE_WIRE)
    return mails


class MailparserTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="wici-mails-")
        cls.addClassCleanup(directory.cleanup)
        with SigningStack(directory.name) as stack:
            stack.start()
            cls.meant = send_mails(stack)
            cls.records = stack.records
        cls.paths = sorted((pathlib.Path(directory.name) / "mail").glob("*.eml"))
        cls.parsed = read_by_mailparser(cls.paths)

    def test_mailparser_and_python_read_the_same(self):
        self.assertEqual(len(self.parsed), 2 + 3 * len(PEOPLE))
        for path, theirs in zip(self.paths, self.parsed):
            ours = read_by_python(path)
            for fact, value in ours.items():
                self.assertEqual(theirs[fact], value, f"{fact} of {path.name}")

    def test_names_and_addresses_are_those_of_the_people(self):
        people = {p["email"].replace(READABLE, ON_THE_WIRE): f"{p['given_name']} {p['family_name']}"
                  for p in PEOPLE} | {MANAGER["email"]: MANAGER["display_name"]}
        seen = {}
        for mail in self.parsed:
            (to,), (sender,) = mail["to"], mail["from"]
            seen[to["address"]] = to["name"]
            self.assertEqual((sender["name"], sender["address"]),
                             (EVENT["organisers"][0]["display_name"], f"wici@{DOMAIN}"))
        self.assertEqual(seen, people)

    def test_calendar_parts_are_requests_their_updates_and_cancels(self):
        methods = {}
        for mail in self.parsed:
            parts = {part["type"]: part for part in mail["attachments"]}
            if not parts:
                continue
            self.assertEqual(sorted(parts), ["application/ics", "text/calendar"])
            self.assertEqual(parts["text/calendar"]["content"], parts["application/ics"]["content"])
            self.assertEqual(parts["application/ics"]["name"], "event.ics")
            method = parts["text/calendar"]["method"]
            text = base64.b64decode(parts["text/calendar"]["content"]).decode()
            self.assertIn(f"\r\nMETHOD:{method}\r\n", text)
            methods.setdefault(mail["to"][0]["address"], []).append(method)
        self.assertEqual(methods["lukasz@example.org"], ["REQUEST", "REQUEST", "CANCEL"])
        self.assertEqual(methods["olena@example.org"], ["REQUEST", "REQUEST", "CANCEL"])
        self.assertEqual(methods[f"biuro@{ON_THE_WIRE}"], ["REQUEST", "CANCEL"])

    def test_the_invitation_can_be_left_by_one_click_and_no_other_mail_can(self):
        left = [mail for mail in self.parsed if mail["list"]]
        self.assertEqual([mail["to"][0]["address"] for mail in left], [MANAGER["email"]])
        leave = left[0]["list"]["unsubscribe"]
        self.assertIn("/unsubscribe?token=", leave["url"])
        self.assertRegex(leave["mail"], rf"^u\+.*@bounce\.{DOMAIN}$")
        self.assertIn("list-unsubscribe-post", left[0]["headers"])

    def test_both_signatures_of_each_mail_are_valid(self):
        for path in self.paths:
            mail = path.read_bytes()
            self.assertEqual(mail.count(b"DKIM-Signature:"), 2)
            for index in range(2):
                signed = dkim.DKIM(mail)
                self.assertTrue(
                    signed.verify(idx=index, dnsfunc=lambda name, timeout=5: self.records[name]),
                    f"signature {index} of {path.name}")


if __name__ == "__main__":
    unittest.main(verbosity=0)
