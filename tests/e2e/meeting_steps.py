"""The steps of the meeting of 18 December 2015: from the event to the door."""

import datetime
import re

import client
import seed
from report import compare
from steps import Steps, enum_name

# Who registers after the invited, with an address of their own.
PARTICIPANTS = {
    "ewa@example.org": {"given_name": "Ewa", "family_name": "Przykładowa", "language": "pl",
                        "organisation": "Łąka Kosmetyki sp. z o.o."},
    "joseph@example.org": {"given_name": "Joseph", "family_name": "Example", "language": "en",
                           "organisation": "Malta Enterprise"},
    "late@example.org": {"given_name": "Zbyt", "family_name": "Późny", "language": "pl"},
}


class MeetingSteps(Steps):
    """Seats, the waiting list, the move by an hour and the door."""

    def step_event(self):
        self.seed.event()
        self.seed.publish()
        self.knows_event(seed.EVENT)
        event = self.api("EventService.GetEvent", name=seed.EVENT)
        sessions = self.api("EventService.ListSessions", parent=seed.EVENT).sessions
        compare("event", {
            "state": enum_name(event, "state"), "start": event.start_time.ToJsonString(),
            "zone": event.time_zone, "capacity": event.capacity,
            "waiting_list": event.waiting_list_capacity, "hosts": len(event.hosts),
            "sessions": [s.name.rsplit("/", 1)[1] for s in sessions]}, self.expected["event"])
        self.report.note(f"{event.title['en']}, {seed.ON_DATE} 09:00 {event.time_zone}, "
                         f"{event.capacity} seats, {event.waiting_list_capacity} to wait")

    def step_invite(self):
        answer = self.seed.invite()
        invited = {self.mailbox(i.person): [p for r in i.reasons for p in r.predicates]
                   for i in answer.invitations}
        compare("invited", sorted(invited), self.expected["invited"])
        compare("left for review", sorted({self.mailbox(r.person) for r in answer.review}),
                self.expected["audience_settled_review"])
        again = self.seed.invite()
        compare("invited by a second call", [i.person for i in again.invitations], [])
        self.report.table(("invited", "why"),
                          [(m, _short(why)) for m, why in sorted(invited.items())])
        self.check_mails("invite", table=True)

    def step_answer(self):
        for mailbox, answer in self.expected["answers"]:
            self.people("InvitationService.AnswerInvitation",
                        answer=f"ANSWER_{answer}", token=self.answer_token(mailbox))
        found = {}
        for invitation in self.api("InvitationService.ListInvitations",
                                   parent=seed.EVENT).invitations:
            found[self.mailbox(invitation.person)] = enum_name(invitation, "answer")
        compare("answers", found, dict(self.expected["answers"]))
        self.check_mails("answer", table=True)

    def step_register(self):
        outcomes = []
        for address in self.expected["register_order"]:
            outcomes.append([address, self._register(address)])
        compare("registrations in their order", outcomes, self.expected["registrations"])
        self.report.table(("registers", "outcome"), outcomes)
        self._check_waiting_list("waiting_list")
        self.check_mails("register", table=True)

    def step_cancel(self):
        who, promoted = self.expected["cancels"], self.expected["promoted"]
        gone = self.people("RegistrationService.CancelOwnRegistration",
                           token=self.manage_token(who))
        compare(f"{who} after cancelling", enum_name(gone, "state"), "WITHDRAWN")
        compare(f"{promoted} after promotion", self.state(self.registrations[promoted]), "CONFIRMED")
        self._check_waiting_list("waiting_list_after_cancel")
        self.report.note(f"{who} cancels, {promoted} gets the seat")
        self.check_mails("cancel", table=True)

    def step_reschedule(self):
        self.api("EventService.RescheduleEvent", name=seed.EVENT,
                 start_time="2015-12-18T09:00:00Z", end_time="2015-12-18T16:00:00Z",
                 reason="A guest's train is late.")
        sessions = self.api("EventService.ListSessions", parent=seed.EVENT).sessions
        compare("sessions after the move", [s.start_time.ToJsonString() for s in sessions],
                self.expected["sessions_after_move"])
        self.check_mails("reschedule", table=True)

    def step_check_in(self):
        for address in self.expected["comes"]:
            self.door("CheckInService.CheckIn", parent=seed.EVENT, gate="main door",
                      check_in_token=self.inbox.latest(address, "check_in_token"))
        compare("checked in twice", self.refusal(
            self.door, "CheckInService.CheckIn", parent=seed.EVENT, check_in_token=self.inbox.latest(
                self.expected["comes"][0], "check_in_token")), "ALREADY_CHECKED_IN")
        wrong = self.expected["checked_in_by_mistake"]
        self.door("CheckInService.UndoCheckIn", name=self.registrations[wrong],
                  reason="scanned a neighbour's ticket")
        states = {a: self.state(name) for a, name in self.registrations.items()}
        compare("after check-in", states, self.expected["after_check_in"])
        self.report.note(f"{len(self.expected['comes'])} checked in by the ticket of their mail, "
                         "one of them by mistake")
        self._leave_without_network(self.registrations[self.expected["comes"][0]])
        self.check_mails("check-in", table=True)

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
            outcomes += [enum_name(result, "outcome") for result in answer.results]
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

    # ----- registrations -----

    def _register(self, address):
        fields = {"parent": seed.EVENT, "registration": {}}
        if address in PARTICIPANTS:
            fields["person"] = {**PARTICIPANTS[address], "email": address}
        else:
            fields["invitation_token"] = self.answer_token(address.split("@")[0])
        try:
            made = self.people("RegistrationService.CreateRegistration", **fields)
        except client.CallError as e:
            return e.reason
        self.registrations[address] = made.name
        place = made.waiting_list_position
        return enum_name(made, "state") + (f" {place}" if place else "")

    def _check_waiting_list(self, key):
        waiting = self.api("RegistrationService.ListWaitingList", parent=seed.EVENT).registrations
        address = {name: address for address, name in self.registrations.items()}
        compare("waiting list", [address[r.name] for r in waiting], self.expected[key])


def _short(reasons):
    """The reasons of an invitation without what the step before has shown."""
    text = "; ".join(reasons)
    return re.sub(r" \([A-Z_]+\)|regions/|labelSchemes/esca | EXACT| on \d{4}-\d\d-\d\d", "", text)
