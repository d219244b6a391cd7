"""What the steps of the demo share: calls and where faults strike, people, mails."""

import os
import time

import client
import seed
from report import Mismatch, compare

# Where in a step a fault strikes: during this call of it; the first when not named.
STRIKE_AT_CALL = {"register": 4, "answer": 3, "replies": 3, "firm": 2, "door": 3}


class Steps:
    """A step compares what happened with expectations.yaml."""

    def __init__(self, stack, expectations, report, faults):
        self.stack, self.expected, self.report, self.faults = stack, expectations, report, faults
        self.api = self.door = self.people = None  # as operator, as door staff, as nobody
        self.operator = self.seed = self.inbox = None
        self.step = ""
        self.calls = 0
        self.registrations = {}  # of the event of 2015: address -> name
        self.uids = set()        # that calendar entries may have
        self.mails_of_step = 0

    # ----- calls and faults -----

    def caller(self, api):
        """Calls as `api` does, and lets the faults of a step strike."""
        def call(method, **fields):
            self.calls += 1
            if self.calls == STRIKE_AT_CALL.get(self.step, 1):
                api.strike = self.faults.take(self.step, self.stack)
            return api(method, **fields)
        return call

    def sign_in(self, subject, role):
        return self.caller(client.connect(self.stack, subject, [role]))

    def refusal(self, call, method, **fields):
        """The reason a call is refused with."""
        try:
            call(method, **fields)
        except client.CallError as e:
            return e.reason
        return "not refused"

    def eventually(self, what, read, wanted):
        """What a service does by itself within seconds."""
        deadline = time.monotonic() + self.operator.retry_seconds
        while read() != wanted and time.monotonic() < deadline:
            time.sleep(0.1)
        compare(what, read(), wanted)

    # ----- people -----

    def cluster(self, mailbox):
        return self.seed.manager(mailbox).rsplit("/contacts/", 1)[0]

    def mailbox(self, person):
        return next((m for _, m, *_ in seed.MANAGERS if self.seed.manager(m) == person), person)

    def state(self, registration):
        return enum_name(self.api("RegistrationService.GetRegistration", name=registration),
                         "state")

    # ----- mails -----

    def answer_token(self, mailbox):
        return self.inbox.latest(f"{mailbox}@example.org", "answer_token")

    def manage_token(self, address):
        return self.inbox.latest(address, "manage_token")

    def knows_event(self, event):
        """Mails may carry calendar entries of this event from now on."""
        uid = self.api("EventService.GetEvent", name=event).calendar_uid
        if not uid.startswith(event.split("/")[1] + "@"):
            raise Mismatch(f"UID {uid} is not made of the event's id")
        self.uids.add(uid)

    def knows_session(self, session):
        """The same of the entry of a session: the one that a personal calendar has."""
        event, session_id = session.split("/sessions/")
        uid = self.api("EventService.GetEvent", name=event).calendar_uid
        self.uids.add(f"{session_id}.{uid}")

    def check_mails(self, key, table=False, late=False):
        """Waits for the mails that expectations.yaml has under this key and compares all that
        arrived since the last time: those that come at a time of their own, or all others."""
        expected = self.expected["mails"].get(key, [])
        if self.faults.flushes(self.step):
            self.stack.flush_redis()
        arrived = self.inbox.take(len(expected), late)
        facts = sorted((m.facts(seed.EVENT_FIELDS["time_zone"]) for m in arrived),
                       key=lambda f: (f["to"], f.get("sequence", -1), f["subject"]))
        compare(f"mails of step '{key}'", facts, expected)
        faults = [fault for mail in arrived for fault in mail.faults(self.uids)]
        if faults:
            raise Mismatch("mails are not as they must be:\n  " + "\n  ".join(faults))
        if not table:
            self.mails_of_step += len(facts)
        elif facts:
            self.report.table(("mail to", "lang", "calendar", "subject"), [
                (f["to"], f["language"],
                 f"{f['method']} {f['sequence']} {f['starts'][11:]}" if "method" in f else "-",
                 f["subject"]) for f in facts])


def enum_name(message, field):
    """The name of an enum value without its prefix: CONFIRMED."""
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    prefix = os.path.commonprefix([v.name for v in enum.values])
    prefix = prefix[:prefix.rfind("_") + 1]
    return enum.values_by_number[getattr(message, field)].name[len(prefix):]
