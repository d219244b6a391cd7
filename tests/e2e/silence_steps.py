"""A breakfast for which people do not answer: what has a time limit lapses by itself
while the other steps go on."""

import client
from report import compare
from steps import Steps, enum_name
from workshop_steps import GUESTS, SERIES, person

SHORT, LONG = "10s", "86400s"
RULES = {"slot_length": "900s", "tables": 3, "meetings_per_person_max": 1}

# Some mails to them come when a time is up, whatever the other steps do then; the last but one looks
# at these. Four have the seats, two wait.
SILENT = {
    "adam@example.org": person("Adam", "Żak"),
    "beata@example.org": person("Beata", "Wójcik"),
    "celina@example.org": person("Celina", "Kość"),
    "franek@example.org": person("Franek", "Mróz"),
    "dorota@example.org": person("Dorota", "Łuk"),
    "edward@example.org": person("Edward", "Sęk", "en"),
}


class SilenceSteps(Steps):
    """The first step starts it, the second one sees what became of it."""

    def step_silence(self):
        breakfasts = self.api("EventService.ListEvents", series=SERIES).events
        self._hold_for_nothing(breakfasts[0].name)
        self.silent = breakfasts[-1].name
        self._set_limits(SHORT)
        self.api("EventService.PublishEvent", name=self.silent)
        self.knows_event(self.silent)
        self.at_silent = {}
        registered = [self._register_silent(address) for address in SILENT]
        found = {"registered": registered, "asked": [self._ask("beata"), self._ask("celina")]}
        self.check_mails("silence", late=True)
        self.api("RegistrationService.CancelRegistration", name=self.at_silent["franek@example.org"])
        found["waiting"] = self._waiting_silent()
        # For what comes after it: the next in line is not to lapse as well.
        self._set_limits(LONG)
        compare("nobody answers", found, self.expected["silence"])
        self.check_mails("silence offered", late=True)
        self.report.note("what became of it is seen in the last but one step")

    def step_lapsed(self):
        self.eventually("the hold that nobody completed", lambda: self.state(self.lapsing),
                        "EXPIRED")
        expected = self.expected["lapsed"]
        self.eventually("the offer that nobody accepted", self._waiting_silent, expected["waiting"])
        logs = {mailbox: self.api("RegistrationService.GetRegistrationLog",
                                  name=self.at_silent[f"{mailbox}@example.org"]).entries
                for mailbox in ("dorota", "edward")}
        found = {"waiting": expected["waiting"], "log": {
            mailbox: [f"{e.kind} by {e.actor.split('/')[0]}" for e in entries]
            for mailbox, entries in logs.items()},
            "at once": logs["dorota"][-1].entry_time == logs["edward"][-1].entry_time,
            "request": enum_name(
                self.api("MeetingService.GetMeeting", name=self.asked), "state")}
        found["asked again"] = self._ask("celina")
        self.check_mails("lapsed", late=True)
        accepted = self.people("RegistrationService.AcceptOwnOffer",
                               token=self.manage_token("edward@example.org"))
        found["accepted"] = enum_name(accepted, "state")
        compare("what nobody answered", found, expected)
        self.check_mails("lapsed accepted", late=True)
        self.check_unanswered()
        self.report.note("the seat that Dorota did not want went to Edward in the same transaction")

    def _hold_for_nothing(self, event):
        """Nobody completes it."""
        self.api("EventService.PublishEvent", name=event)
        self.lapsing = self.people(
            "RegistrationService.CreateRegistration", parent=event, hold_duration=SHORT,
            person={**GUESTS["joseph@example.org"], "email": "joseph@example.org"}).name
        compare("a hold for ten seconds", self.state(self.lapsing), "HELD")

    def _set_limits(self, limit):
        """For offers and requests that are made from now on."""
        self.api("EventService.UpdateEvent", event={
            "name": self.silent, "capacity": 4, "waiting_list_capacity": 2,
            "registration_open_time": "2016-01-04T08:00:00Z", "offer_duration": limit})
        self.api("EventService.UpdateSession", session={
            "name": f"{self.silent}/sessions/meetings",
            "meeting_rules": {**RULES, "request_ttl": limit}})

    def _register_silent(self, address):
        made = self.people("RegistrationService.CreateRegistration", parent=self.silent,
                           person={**SILENT[address], "email": address})
        self.at_silent[address] = made.name
        return enum_name(made, "state")

    def _ask(self, mailbox):
        """Adam may have one meeting: a second request is refused while one is open."""
        try:
            meeting = self.api("MeetingService.RequestMeeting", parent=self.silent, meeting={
                "session": f"{self.silent}/sessions/meetings",
                "requester": self.at_silent["adam@example.org"],
                "invitee": self.at_silent[f"{mailbox}@example.org"]})
        except client.CallError as e:
            return e.reason
        self.asked = meeting.name
        return enum_name(meeting, "state")

    def _waiting_silent(self):
        return [self.state(self.at_silent[f"{m}@example.org"]) for m in ("dorota", "edward")]
