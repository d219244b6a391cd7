#!/usr/bin/python3
"""Replays the meeting of 18 December 2015 on real components, from an empty state, and checks every
step against expectations.yaml. Exit status 0 means that every step held.

Faults can be added; the result must be the same:
  --kill registration@register   kill -9 while a call of that step is under way, then start again
  --kill redis@invite            or redis, or mail-sink
  --flush-redis-at invite        FLUSHALL while a call of that step is under way, and again while
                                 its mails are; 'each' for all steps
"""

import argparse
import datetime
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/e2e")]

import client  # noqa: E402
import seed  # noqa: E402
from mails import Inbox  # noqa: E402
from report import Mismatch, Report, compare  # noqa: E402
from stack import DATABASES, SERVICES, Stack, StackError, stop_on_signals  # noqa: E402

EXPECTATIONS = ROOT / "tests/e2e/expectations.yaml"
KILLABLE = SERVICES + ("redis", "mail-sink")
# Where in a step a fault strikes: during this call of it; the first when not named.
STRIKE_AT_CALL = {"register": 4, "answer": 3}

# Who registers after the invited, with an address of their own.
PARTICIPANTS = {
    "ewa@example.org": {"given_name": "Ewa", "family_name": "Przykładowa", "language": "pl",
                        "organisation": "Łąka Kosmetyki sp. z o.o."},
    "joseph@example.org": {"given_name": "Joseph", "family_name": "Example", "language": "en",
                           "organisation": "Malta Enterprise"},
    "late@example.org": {"given_name": "Zbyt", "family_name": "Późny", "language": "pl"},
}


class Demo:
    """The steps in their order. Each compares what happened with expectations.yaml."""

    def __init__(self, stack, expectations, report, faults):
        self.stack, self.expected, self.report, self.faults = stack, expectations, report, faults
        self.api = self.door = self.people = None  # as operator, as door staff, as nobody
        self.seed = self.inbox = None
        self.step = ""
        self.calls = 0
        self.registrations = {}  # address -> name of the registration

    STEPS = [
        ("start", "Start Redis, a mail server and the three services"),
        ("regions", "Create regions with their NUTS codes of 2013 and 2016"),
        ("scheme", "Create the label scheme of ESCA: Bronze, Silver, Gold"),
        ("import", "Import clusters.csv: dry run, real, and a second time"),
        ("history", "Add names in other languages, legal forms and member counts over the years"),
        ("managers", "Add the managers as contacts"),
        ("initiatives", "Create ERICE, ECRN, VCP, InSITE and ECEI"),
        ("audience", "Who manages a cluster of Mazovia with valid Bronze on 2015-12-18?"),
        ("event", "Create the event with its sessions and publish it"),
        ("invite", "Invite the audience, the hosts and the guest; mails go over SMTP"),
        ("answer", "The invited answer by the link in their mail"),
        ("register", "They register; six seats, then the waiting list"),
        ("cancel", "One cancels, the first of the waiting list is promoted"),
        ("reschedule", "The event moves by an hour, every calendar entry follows"),
        ("check-in", "Check in who came, with the rights of the door, and undo one"),
        ("statistics", "Statistics, and nothing is left over"),
    ]

    def run(self):
        for name, title in self.STEPS:
            self.step, self.calls = name, 0
            self.report.begin(title)
            try:
                getattr(self, "step_" + name.replace("-", "_"))()
                if self.faults.pending(name):
                    raise Mismatch(f"the fault of step '{name}' never struck: it makes no call")
            except BaseException:
                self.report.failed()
                raise
            self.report.end()

    # ----- the steps -----

    def step_start(self):
        self.stack.start()
        operator = client.connect(self.stack, seed.OPERATOR, seed.OPERATOR_ROLES)
        door = client.connect(self.stack, "users/door", [f"door-staff@{seed.EVENT}"])
        public = client.connect_anonymous(self.stack)
        self.api = lambda method, **fields: self._call(operator, method, fields)
        self.door = lambda method, **fields: self._call(door, method, fields)
        self.people = lambda method, **fields: self._call(public, method, fields)
        self.seed = seed.Seed(self.api)
        self.inbox = Inbox(self.stack)
        self.report.note(f"database {self.stack.database}, mails at {self.stack.mail_url}")

    def step_regions(self):
        self.seed.regions()
        found = {}
        for code in ("PL12", "PL9", "PL11", "PL71"):
            regions = self.api("RegionService.ListRegions", code=code).regions
            found[code] = [r.name for r in regions]
        compare("regions by code", found, self.expected["regions"])
        self.report.note("Mazovia is PL12 in NUTS 2013 and PL9 since NUTS 2016: one region")

    def step_scheme(self):
        self.seed.label_schemes()
        scheme = self.api("LabelService.GetLabelScheme", name=seed.SCHEME)
        compare("kinds of the scheme", [k.code for k in scheme.kinds], self.expected["scheme"])

    def step_import(self):
        counts = {}
        for run, validate_only in (("dry run", True), ("real", False), ("again", False)):
            answer = self.seed.import_clusters(validate_only)
            counts[run] = {"created": answer.created_count, "updated": answer.updated_count,
                           "unchanged": answer.unchanged_count, "refused": answer.refused_count}
            if run == "dry run":
                clusters = self.api("ClusterService.ListClusters").clusters
                compare("clusters after the dry run", len(clusters), 0)
            self.report.note(f"{run:8} " + ", ".join(f"{n} {k}" for k, n in counts[run].items()))
        compare("rows of clusters.csv", counts, self.expected["import"])

    def step_history(self):
        names, counts = self.seed.history()
        compare("imports", {"names": names.updated_count, "counts": counts.created_count},
                self.expected["history"]["imported"])
        found = {}
        for mailbox in ("mkch", "ccb"):
            cluster = self.api("ClusterService.GetCluster", name=self._cluster(mailbox))
            found[mailbox] = [[c.value, c.as_of] for c in cluster.member_counts if c.as_of]
        compare("member counts", found, self.expected["history"]["member_counts"])
        forms = {}
        for day in ("2015-10-06", "2015-10-07"):
            cluster = self.api("ClusterService.GetCluster", name=self._cluster("mkch"), on_date=day)
            forms[day] = cluster.management_organisation.legal_form
        compare("legal form of MKCh", forms, self.expected["history"]["legal_form"])
        for mailbox, counts_of in found.items():
            self.report.note(f"{mailbox}: " + ", ".join(f"{n} ({day})" for n, day in counts_of))

    def step_managers(self):
        self.seed.managers()
        self.report.note(f"{len(seed.MANAGERS)} contacts with addresses of example.org; "
                         "languages pl, de, en")

    def step_initiatives(self):
        self.seed.initiatives()

    def step_audience(self):
        compare("audience by recorded dates only", self._audience(accept_derived=False),
                self.expected["audience_strict"])
        compare("audience with derived dates", self._audience(accept_derived=True),
                self.expected["audience_derived"])
        self.seed.settle_biomedical()
        settled = self._audience(accept_derived=True)
        compare("audience once the seat of Biomedical is known", settled,
                self.expected["audience_settled"])
        statuses = self._label_statuses()
        compare("Bronze labels on 2015-12-18", statuses, self.expected["bronze"])
        rows = []
        for mailbox, status in statuses.items():
            outcome = ("invited" if mailbox in settled["matched"] else
                       "review" if mailbox in settled["review"] else
                       "no: label" if status["derived"].startswith("NOT_VALID") else
                       "no: region")
            rows.append((mailbox, status["strict"], status["derived"], outcome))
        self.report.table(("manager of", "recorded dates", "with derived dates", "audience"), rows)

    def step_event(self):
        self.seed.event()
        self.seed.publish()
        event = self.api("EventService.GetEvent", name=seed.EVENT)
        sessions = self.api("EventService.ListSessions", parent=seed.EVENT).sessions
        compare("event", {
            "state": _enum(event, "state"), "start": event.start_time.ToJsonString(),
            "zone": event.time_zone, "capacity": event.capacity,
            "waiting_list": event.waiting_list_capacity, "hosts": len(event.hosts),
            "sessions": [s.name.rsplit("/", 1)[1] for s in sessions]}, self.expected["event"])
        self.report.note(f"{event.title['en']}, {seed.ON_DATE} 09:00 {event.time_zone}, "
                         f"{event.capacity} seats, {event.waiting_list_capacity} to wait")

    def step_invite(self):
        answer = self.seed.invite()
        invited = {self._mailbox(i.person): [p for r in i.reasons for p in r.predicates]
                   for i in answer.invitations}
        compare("invited", sorted(invited), self.expected["invited"])
        compare("left for review", sorted({self._mailbox(r.person) for r in answer.review}),
                self.expected["audience_settled_review"])
        again = self.seed.invite()
        compare("invited by a second call", [i.person for i in again.invitations], [])
        self.report.table(("invited", "why"),
                          [(m, _short(why)) for m, why in sorted(invited.items())])
        self._check_mails("invite")

    def step_answer(self):
        for mailbox, answer in self.expected["answers"]:
            self.people("InvitationService.AnswerInvitation",
                        answer=f"ANSWER_{answer}", token=self._answer_token(mailbox))
        found = {}
        for invitation in self.api("InvitationService.ListInvitations",
                                   parent=seed.EVENT).invitations:
            found[self._mailbox(invitation.person)] = _enum(invitation, "answer")
        compare("answers", found, dict(self.expected["answers"]))
        self._check_mails("answer")

    def step_register(self):
        outcomes = []
        for address in self.expected["register_order"]:
            outcomes.append([address, self._register(address)])
        compare("registrations in their order", outcomes, self.expected["registrations"])
        self.report.table(("registers", "outcome"), outcomes)
        self._check_waiting_list("waiting_list")
        self._check_mails("register")

    def step_cancel(self):
        who, promoted = self.expected["cancels"], self.expected["promoted"]
        gone = self.people("RegistrationService.CancelOwnRegistration",
                           token=self._manage_token(who))
        compare(f"{who} after cancelling", _enum(gone, "state"), "WITHDRAWN")
        compare(f"{promoted} after promotion", self._state(promoted), "CONFIRMED")
        self._check_waiting_list("waiting_list_after_cancel")
        self.report.note(f"{who} cancels, {promoted} gets the seat")
        self._check_mails("cancel")

    def step_reschedule(self):
        self.api("EventService.RescheduleEvent", name=seed.EVENT,
                 start_time="2015-12-18T09:00:00Z", end_time="2015-12-18T16:00:00Z",
                 reason="A guest's train is late.")
        sessions = self.api("EventService.ListSessions", parent=seed.EVENT).sessions
        compare("sessions after the move", [s.start_time.ToJsonString() for s in sessions],
                self.expected["sessions_after_move"])
        self._check_mails("reschedule")

    def step_check_in(self):
        for address in self.expected["comes"]:
            self.door("CheckInService.CheckIn", parent=seed.EVENT, gate="main door",
                      check_in_token=self.inbox.latest(address, "check_in_token"))
        compare("checked in twice", self._refusal(
            "CheckInService.CheckIn", parent=seed.EVENT, check_in_token=self.inbox.latest(
                self.expected["comes"][0], "check_in_token")), "ALREADY_CHECKED_IN")
        wrong = self.expected["checked_in_by_mistake"]
        self.door("CheckInService.UndoCheckIn", name=self.registrations[wrong],
                  reason="scanned a neighbour's ticket")
        states = {address: self._state(address) for address in self.registrations}
        compare("after check-in", states, self.expected["after_check_in"])
        self.report.note(f"{len(self.expected['comes'])} checked in by the ticket of their mail, "
                         "one of them by mistake")
        self._leave_without_network(self.registrations[self.expected["comes"][0]])
        self._check_mails("check-in")

    def _leave_without_network(self, registration):
        """Somebody goes out at a gate that has only its manifest; its scan comes twice."""
        manifest = self.door("CheckInService.GetCheckInManifest", parent=seed.EVENT)
        compare("in the manifest", registration in {e.registration for e in manifest.entries}, True)
        scan = {"gate": "side door", "sequence": 1, "registration": registration,
                "direction": "SCAN_DIRECTION_EXIT",
                "scan_time": datetime.datetime.now(datetime.timezone.utc).isoformat()}
        outcomes = []
        for _ in range(2):
            answer = self.door("CheckInService.BatchCheckIn", parent=seed.EVENT, scans=[scan])
            outcomes += [_enum(result, "outcome") for result in answer.results]
        compare("scans sent later", outcomes, ["COUNTED", "COUNTED"])
        inside = self.door("CheckInService.ListAttendances", parent=seed.EVENT,
                           selection="ATTENDANCE_SELECTION_INSIDE").attendances
        compare("inside", len(inside), len(self.expected["comes"]) - 2)
        self.report.note("one left by a gate without network, which sent its scan twice")

    def step_statistics(self):
        s = self.api("EventService.GetEventStatistics", name=seed.EVENT)
        found = {"invited": s.invited, "yes": s.answered_yes, "no": s.answered_no,
                 "maybe": s.answered_maybe, "withdrawn": s.withdrawn,
                 "capacity": s.seats.capacity, "confirmed": s.seats.confirmed,
                 "waitlisted": s.seats.waitlisted, "checked_in": s.seats.checked_in}
        compare("statistics", found, self.expected["statistics"])
        self.report.note(", ".join(f"{k} {v}" for k, v in found.items()))
        self._check_deliveries()
        self.stack.wait_ready()
        compare("parts that ended by themselves", self.stack.ended(), [])
        if self.inbox.doubles and not self.faults.killed("notification", "mail-sink"):
            raise Mismatch(f"{self.inbox.doubles} mails arrived twice although nobody was killed")
        self.report.note(f"{len(self.inbox.mails)} mails arrived" +
                         (f", {self.inbox.doubles} of them twice (same Message-ID)"
                          if self.inbox.doubles else ", each once"))

    # ----- calls and faults -----

    def _call(self, api, method, fields):
        self.calls += 1
        if self.calls == STRIKE_AT_CALL.get(self.step, 1):
            api.strike = self.faults.take(self.step, self.stack)
        return api(method, **fields)

    def _refusal(self, method, **fields):
        """The reason the door's call is refused with."""
        try:
            self.door(method, **fields)
        except client.CallError as e:
            return e.reason
        return "not refused"

    # ----- audience -----

    def _audience(self, accept_derived):
        answer = self.api("AudienceService.EvaluateAudience", rule=seed.rule(accept_derived),
                          on_date=seed.ON_DATE, unknown_policy="UNKNOWN_POLICY_REVIEW",
                          page_size=1000)
        matched, review = [], {}
        for row in answer.rows:
            mailbox = self._mailbox(row.contact)
            if _enum(row, "outcome") == "MATCHED":
                matched.append(mailbox)
            else:
                review[mailbox] = [u.reason for u in row.unknown_predicates]
        return {"matched": sorted(matched), "review": dict(sorted(review.items())),
                "contacts_not_matched": answer.counts.contacts_not_matched}

    def _label_statuses(self):
        found = {}
        for _, mailbox, *_ in seed.MANAGERS:
            cluster = self.seed.manager(mailbox).rsplit("/contacts/", 1)[0]
            found[mailbox] = {}
            for column, derived in (("strict", False), ("derived", True)):
                s = self.api("LabelService.GetLabelStatus", cluster=cluster, scheme=seed.SCHEME,
                             kind="BRONZE", on_date=seed.ON_DATE, accept_derived=derived)
                found[mailbox][column] = f"{_enum(s, 'status')} {_enum(s, 'reason')}"
        return found

    def _cluster(self, mailbox):
        return self.seed.manager(mailbox).rsplit("/contacts/", 1)[0]

    def _mailbox(self, person):
        return next((m for _, m, *_ in seed.MANAGERS if self.seed.manager(m) == person), person)

    # ----- registrations -----

    def _register(self, address):
        fields = {"parent": seed.EVENT, "registration": {}}
        if address in PARTICIPANTS:
            fields["person"] = {**PARTICIPANTS[address], "email": address}
        else:
            fields["invitation_token"] = self._answer_token(address.split("@")[0])
        try:
            made = self.people("RegistrationService.CreateRegistration", **fields)
        except client.CallError as e:
            return e.reason
        self.registrations[address] = made.name
        place = made.waiting_list_position
        return _enum(made, "state") + (f" {place}" if place else "")

    def _state(self, address):
        return _enum(self.api("RegistrationService.GetRegistration",
                              name=self.registrations[address]), "state")

    def _check_waiting_list(self, key):
        waiting = self.api("RegistrationService.ListWaitingList", parent=seed.EVENT).registrations
        address = {name: address for address, name in self.registrations.items()}
        compare("waiting list", [address[r.name] for r in waiting], self.expected[key])

    # ----- mails -----

    def _answer_token(self, mailbox):
        return self.inbox.latest(f"{mailbox}@example.org", "answer_token")

    def _manage_token(self, address):
        return self.inbox.latest(address, "manage_token")

    def _check_mails(self, step):
        """Waits for the mails of this step and compares all that arrived since the last."""
        before = sum(len(self.expected["mails"].get(name, [])) for name, _ in
                     self.STEPS[:[n for n, _ in self.STEPS].index(step)])
        expected = self.expected["mails"].get(step, [])
        if self.faults.flushes(step):
            self.stack.flush_redis()
        arrived = self.inbox.wait_for(before + len(expected))[before:]
        facts = sorted((m.facts(seed.EVENT_FIELDS["time_zone"]) for m in arrived),
                       key=lambda f: (f["to"], f.get("sequence", -1), f["subject"]))
        compare(f"mails of step '{step}'", facts, expected)
        uids = {str(m.entry["UID"]) for m in self.inbox.mails if m.entry is not None}
        uid = next(iter(uids), "")
        if uids and not uid.startswith(seed.EVENT.split("/")[1] + "@"):
            raise Mismatch(f"UID {uid} is not made of the event's id")
        faults = [fault for mail in arrived for fault in mail.faults(uid)]
        if faults:
            raise Mismatch("mails are not as they must be:\n  " + "\n  ".join(faults))
        if facts:
            self.report.table(("mail to", "lang", "calendar", "subject"), [
                (f["to"], f["language"],
                 f"{f['method']} {f['sequence']} {f['starts'][11:]}" if "method" in f else "-",
                 f["subject"]) for f in facts])

    def _check_deliveries(self):
        """The ledger of the notification service says the same as the mail server."""
        delivered, states = [], {}
        arrived = {m.id.strip("<>") for m in self.inbox.mails}
        killed = self.faults.killed("notification", "mail-sink")
        for notification in self._notifications():
            for d in self.api("NotificationService.ListDeliveries",
                              parent=notification.name).deliveries:
                state = _enum(d, "state")
                # Sent before the kill, and no longer true when it was to be tried again.
                if killed and state == "SUPPRESSED" and d.message_id.strip("<>") in arrived:
                    state = "DELIVERED"
                states[state] = states.get(state, 0) + 1
                if state == "DELIVERED":
                    delivered.append(d.message_id.strip("<>"))
        compare("states of the deliveries", states, {"DELIVERED": len(self.inbox.mails)})
        compare("Message-IDs in the ledger and at the mail server", sorted(delivered),
                sorted(m.id.strip("<>") for m in self.inbox.mails))

    def _notifications(self):
        token = ""
        while True:
            answer = self.api("NotificationService.ListNotifications", event=seed.EVENT,
                              page_size=1000, page_token=token)
            yield from answer.notifications
            token = answer.next_page_token
            if not token:
                return


class Faults:
    """What goes wrong, and in which step."""

    def __init__(self, kills, flushes):
        self._kills = list(kills)       # (service, step)
        self._flushes = set(flushes)    # steps
        self._killed, self._flushed = set(), set()

    def pending(self, step):
        return any(at == step for _, at in self._kills) or step in self._flushes

    def flushes(self, step):
        return step in self._flushed

    def killed(self, *names):
        return bool(self._killed.intersection(names))

    def take(self, step, stack):
        """What to do during a call of this step, or None."""
        if not self.pending(step):
            return None
        services = [service for service, at in self._kills if at == step]
        flush = step in self._flushes
        self._kills = [kill for kill in self._kills if kill[1] != step]
        self._flushes.discard(step)

        def strike():
            if flush:
                self._flushed.add(step)
                stack.flush_redis()
            for service in services:
                self._killed.add(service)
                stack.kill(service)
                stack.processes[service].start()
                if service not in SERVICES:  # those the client's retries wait for
                    stack.wait_ready((service,))
        return strike


def _short(reasons):
    """The reasons of an invitation without what the step before has shown."""
    text = "; ".join(reasons)
    return re.sub(r" \([A-Z_]+\)|regions/|labelSchemes/esca | EXACT| on \d{4}-\d\d-\d\d", "", text)


def _enum(message, field):
    """The name of an enum value without its prefix: CONFIRMED."""
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    prefix = os.path.commonprefix([v.name for v in enum.values])
    prefix = prefix[:prefix.rfind("_") + 1]
    return enum.values_by_number[getattr(message, field)].name[len(prefix):]


def parse_arguments():
    names = [name for name, _ in Demo.STEPS if name != "start"]

    def kill(text):
        service, _, step = text.partition("@")
        if service not in KILLABLE or step not in names:
            raise argparse.ArgumentTypeError(
                f"'{text}' is not SERVICE@STEP with one of {', '.join(KILLABLE)} "
                f"and one of {', '.join(names)}")
        return service, step

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=DATABASES, default="sqlite")
    parser.add_argument("--kill", type=kill, action="append", default=[], metavar="SERVICE@STEP")
    parser.add_argument("--flush-redis-at", choices=names + ["each"], action="append", default=[],
                        metavar="STEP", help="one of %(choices)s")
    parser.add_argument("--expectations", type=pathlib.Path, default=EXPECTATIONS,
                        help="another file of expectations")
    parser.add_argument("--keep", action="store_true",
                        help="keep the data and logs, also when every step held")
    args = parser.parse_args()
    flushes = names if "each" in args.flush_redis_at else args.flush_redis_at
    args.faults = Faults(args.kill, flushes)
    return args


def say_what_is_not_there(report):
    report.say()
    report.say("Every step held. There, but not shown here: one-to-one meetings, offers and "
               "requests, holds")
    report.say("and categories. Not there yet: QR codes at the door, attendance certificates, the "
               "browser's")
    report.say("console (services/*/unimplemented_methods.txt).")


def main():
    args = parse_arguments()
    stop_on_signals()
    report = Report(len(Demo.STEPS))
    report.headline("wici: the meeting of the clusters of Mazovia, 18 December 2015")
    started, status = time.monotonic(), 1
    directory = pathlib.Path(tempfile.mkdtemp(prefix="wici-demo."))
    stack = Stack(directory, args.database)
    try:
        expectations = yaml.safe_load(args.expectations.read_text(encoding="utf-8"))
        Demo(stack, expectations, report, args.faults).run()
        say_what_is_not_there(report)
        status = 0
    except (Mismatch, StackError, client.CallError, LookupError) as e:
        report.say()
        report.say(f"FAILED: {e}")
    except (KeyboardInterrupt, SystemExit):
        report.say("\nstopped")
    finally:
        if status:
            for line in stack.complaints():
                report.say(line)
        stack.stop(graceful=False)
        if status == 0 and not args.keep:
            shutil.rmtree(directory, ignore_errors=True)
        else:
            report.say(f"Data, mails and logs are kept in {directory}")
    report.say(f"{time.monotonic() - started:.1f} s")
    return status


if __name__ == "__main__":
    sys.exit(main())
