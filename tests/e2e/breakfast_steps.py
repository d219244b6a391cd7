"""A breakfast of the series: few seats, changes that everybody who has it in a calendar is told of,
and its end."""

import concurrent.futures
import threading

import seed
from pair_steps import PairSteps
from report import Mismatch, compare
from steps import enum_name
from workshop_steps import GUESTS, SERIES

SESSION = "bavaria"
HALL = {"display_name": "Hotel Polonia", "address": "Al. Jerozolimskie 45, Warszawa",
        "region": "regions/mazovia"}


class BreakfastSteps(PairSteps):
    """Nobody needs what becomes of it afterwards: it is the last but one."""

    def step_breakfast(self):
        self.breakfast = self.api("EventService.ListEvents", series=SERIES).events[1].name
        self.api("EventService.UpdateEvent", event={
            "name": self.breakfast, "capacity": 4, "waiting_list_capacity": 2})
        self.api("EventService.PublishEvent", name=self.breakfast)
        self.knows_event(self.breakfast)
        self.knows_session(f"{self.breakfast}/sessions/{SESSION}")
        self.api("InvitationService.CreateInvitations", parent=self.breakfast, plus_ones_max=1,
                 invitees=[{"person": self.seed.manager(mailbox), "reason": "came before"}
                           for mailbox in ("agrobio", seed.GUEST, "innowator")])
        self.check_mails("breakfast")
        # Who has unsubscribed gets none, and is not told of what changes either.
        self.eventually("invitations that are not sent, and why", self._unsent, ["SUPPRESSED"])
        found = {"agrobio": enum_name(self.people(
            "InvitationService.AnswerInvitation", answer="ANSWER_NO",
            token=self.answer_token("agrobio")), "answer")}
        counts = self._watch_seats(self._fill)
        found["live"] = [counts[0], counts[-1]]
        found["group"] = [self._group()]
        self.check_mails("breakfast full")
        for leaves in ("joseph", "guest"):
            self.api("RegistrationService.CancelRegistration", name=self.at_breakfast[leaves])
            found["group"].append(self._group())
        self.check_mails("breakfast promoted")
        compare("the breakfast", found, self.expected["breakfast"])
        self.report.note("one free seat is none for a group of two: it waits for the second")
        self._change()

    def _unsent(self):
        sent = self.api("NotificationService.ListNotifications", event=self.breakfast,
                        template="templates/invitation").notifications
        return [enum_name(d, "reason") for n in sent for d in self.api(
            "NotificationService.ListDeliveries", parent=n.name).deliveries
            if enum_name(d, "state") == "SUPPRESSED"]

    def _fill(self):
        """Four seats: the guest of honour, somebody they bring and do not name, and two more."""
        token = self.answer_token(seed.GUEST)
        session = {"registration": {"sessions": [f"{self.breakfast}/sessions/{SESSION}"]}}
        self.at_breakfast = {
            "ccb": self._register_guest(invitation_token=token, **session),
            "guest": self._register_guest(invitation_token=token, plus_one=True),
            "ewa": self._register_guest(person=self._person("ewa"), **session),
            "joseph": self._register_guest(person=self._person("joseph"))}

    def _register_guest(self, **fields):
        return self.people("RegistrationService.CreateRegistration", parent=self.breakfast,
                           **fields).name

    @staticmethod
    def _person(mailbox):
        address = f"{mailbox}@example.org"
        return {**GUESTS[address], "email": address}

    def _group(self):
        """Two who come together or not at all: registered once, then how they stand."""
        if "marek" not in self.at_breakfast:
            answer = self.api("RegistrationService.BatchCreateRegistrations",
                              parent=self.breakfast, all_or_none=True, requests=[
                                  {"person": self._person(mailbox)}
                                  for mailbox in ("marek", "rafal")])
            for mailbox, result in zip(("marek", "rafal"), answer.results):
                self.at_breakfast[mailbox] = result.registration.name
        return [self.state(self.at_breakfast[mailbox]) for mailbox in ("marek", "rafal")]

    def _watch_seats(self, act):
        """The counts of confirmed seats that a stream shows while `act` fills all of them."""
        seen, began = [], threading.Event()

        def full(message):
            for event in message.events:
                seen.append(event.seats.confirmed)
                began.set()
            return True if seen and seen[-1] == event_capacity else None

        event_capacity = self.api("EventService.GetEvent", name=self.breakfast).capacity
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            watching = pool.submit(self.operator.watch, "EventService.WatchEvent", full,
                                   names=[self.breakfast])
            began.wait(self.operator.retry_seconds)
            act()
            watching.result()
        if seen != sorted(seen):
            raise Mismatch(f"people only came, and the stream counted {seen}")
        return seen

    def _change(self):
        """Another place, another hour of a session, and then no session and no breakfast."""
        session = f"{self.breakfast}/sessions/{SESSION}"
        start = self.api("EventService.GetSession", name=session).start_time
        start.FromSeconds(start.seconds + 900)
        self.fed.clear()
        feeds = []
        for key, method, fields in (
                ("place", "EventService.UpdateEvent",
                 {"event": {"name": self.breakfast, "venue": HALL}}),
                ("session moved", "EventService.UpdateSession",
                 {"session": {"name": session, "start_time": start.ToJsonString()}}),
                ("session cancelled", "EventService.DeleteSession", {"name": session}),
                ("cancelled", "EventService.CancelEvent",
                 {"name": self.breakfast, "reason": "The baker is ill."})):
            self.api(method, **fields)
            self.check_mails(f"breakfast {key}")
            feeds.append([key, *self.calendar("ewa")])
        compare("calendar of who chose the session", feeds, self.expected["breakfast_calendar"])
        self.report.table(("after", "in her calendar"),
                          [(key, line) for key, *lines in feeds for line in lines])
