"""The one-to-one meetings of the workshop: asked for by the links of mails, scheduled, moved with the
workshop, planned anew after a no-show, rated."""

import icalendar

from report import Mismatch, compare
from steps import enum_name
from workshop_steps import FAR_AHEAD, WORKSHOP, WorkshopSteps, local

SESSION = f"{WORKSHOP}/sessions/meetings"
SCHEDULE = f"{SESSION}/meetingSchedule"
# When the workshop was.
NEW_START = "2016-03-16T08:00:00Z"

# A quarter of an hour later than the rest.
LABS_START = "2016-03-16T10:15:00Z"

# Who says what they offer and need.
PROFILES = {
    "ccb": (["Industrial sites in Bavaria"], ["Partners for InSITE"]),
    "btm": (["Laboratories of biotechnology"], ["Chemical firms"]),
    "grzegorz": (["Epoxy resins"], ["Customers in Bavaria"]),
    "halina": (["Adhesives"], ["Natural cosmetics"]),
    "ewa": (["Cosmetics of Łowicz herbs"], ["Packaging"]),
}
# Who asks whom, and what comes of it.
REQUESTS = [
    ("ccb", "grzegorz", "AcceptMeeting"),
    ("btm", "grzegorz", "AcceptMeeting"),
    ("ccb", "btm", "AcceptMeeting"),
    ("ewa", "halina", "AcceptMeeting"),
    ("halina", "ccb", "AcceptMeeting"),
    ("pola", "ccb", "DeclineMeeting"),
    ("zofia", "ewa", "CancelMeeting"),  # taken back by who asked
]


class PairSteps(WorkshopSteps):
    """A person acts with the link of their mail, the organiser schedules."""

    def registration(self, mailbox):
        return self.guests[f"{mailbox}@example.org"]

    def as_person(self, mailbox):
        return self.caller(self.operator.by_link(self.manage_token(f"{mailbox}@example.org")))

    # ----- the steps -----

    def step_meetings(self):
        for mailbox, (offers, needs) in PROFILES.items():
            self.as_person(mailbox)("MeetingService.UpdateMeetingProfile", meeting_profile={
                "name": self._profile(mailbox), "offers": offers, "needs": needs})
        self.as_person("lena")("MeetingService.SetVetoes", name=self._profile("lena"),
                               vetoes=[self.registration("pola")])
        others = self.as_person("grzegorz")(
            "MeetingService.ListMeetingProfiles", parent=self.registration("grzegorz"))
        found = {"profiles that others see": sorted(
            p.needs[0] for p in others.meeting_profiles if p.needs)}
        self.fed = {}       # (whose feed, UID) -> SEQUENCE and start
        self.meetings = {}  # (who asked, who was asked) -> name
        for asks, asked, _ in REQUESTS:
            self.meetings[asks, asked] = self._request(asks, asked).name
        found["vetoed"] = self.refusal(self.as_person("pola"), "MeetingService.RequestMeeting",
                                       parent=WORKSHOP, meeting=self._pair("pola", "lena"))
        self._know_meetings()
        self.check_mails("meetings")
        for asks, asked, answer in REQUESTS:
            actor = asks if answer == "CancelMeeting" else asked
            self.as_person(actor)(f"MeetingService.{answer}", name=self.meetings[asks, asked],
                                  actor=self.registration(actor))
        found["answered"] = {f"{a} - {b}": enum_name(self._meeting(a, b), "state")
                             for a, b, _ in REQUESTS}
        self.check_mails("meetings answered")
        found["schedule"] = self._publish("ScheduleMeetings")
        compare("meetings", found, self.expected["meetings"])
        self._check_agendas("agendas")
        compare("calendar of the guest", self.calendar("ccb"), self.expected["calendar_at_first"])
        self.check_mails("meetings scheduled")

    def _profile(self, mailbox):
        return f"{self.registration(mailbox)}/meetingProfile"

    def _request(self, asks, asked):
        return self.as_person(asks)("MeetingService.RequestMeeting", parent=WORKSHOP,
                                    meeting=self._pair(asks, asked))

    def _pair(self, asks, asked):
        return {"session": SESSION, "requester": self.registration(asks),
                "invitee": self.registration(asked), "message": "Spotkajmy się!"}

    def _meeting(self, asks, asked):
        return self.api("MeetingService.GetMeeting", name=self.meetings[asks, asked])

    def _know_meetings(self):
        for meeting in self.api("MeetingService.ListMeetings", parent=WORKSHOP).meetings:
            self.uids.add(meeting.calendar_uid)

    def _publish(self, method, **fields):
        """Works out a schedule and makes it binding; its figures."""
        schedule = self.api(f"MeetingService.{method}", session=SESSION, **fields)
        self.api("MeetingService.PublishSchedule", name=SCHEDULE, etag=schedule.etag)
        return {"placed": len(schedule.placements), "unscheduled": len(schedule.unscheduled),
                "moved": schedule.moved, "breaks": schedule.breaks,
                "breaks_bound": schedule.breaks_bound}

    def _check_agendas(self, key, table=True):
        """The agenda of each person, as they see it and as a table."""
        mailboxes = {self.registration(m): m for m in PROFILES}
        agendas = {}
        for mailbox in PROFILES:
            agenda = self.as_person(mailbox)(
                "MeetingService.GetAgenda", name=f"{self.registration(mailbox)}/agenda")
            agendas[mailbox] = [
                f"{local(m.start_time)} table {m.table} with " +
                mailboxes[m.invitee if m.requester == self.registration(mailbox) else m.requester] +
                f" {enum_name(m, 'state')} {m.calendar_sequence}" for m in agenda.meetings]
        compare(key, agendas, self.expected[key])
        # The organiser sees the same, of those who have any.
        compare("agendas of all", {mailboxes[agenda.name.removesuffix("/agenda")]: len(agenda.meetings)
                                   for agenda in self.api(
            "MeetingService.ListAgendas", session=SESSION).agendas},
                {mailbox: len(lines) for mailbox, lines in agendas.items() if lines})
        if table:
            self.report.table(("agenda of", "in Warsaw, table, with whom, state, SEQUENCE"),
                              [(m, line) for m, lines in agendas.items() for line in lines])

    def step_no_show(self):
        """Grzegorz does not come, and the guest has to leave before his last meeting: what is left
        stays where it is but for one meeting, which takes a place that came free."""
        agenda = self.as_person("ccb")("MeetingService.GetAgenda",
                                       name=f"{self.registration('ccb')}/agenda").meetings
        self.as_person("ccb")("MeetingService.SetAvailability", name=self._profile("ccb"),
                              availability=[{
                                  "start_time": FAR_AHEAD,
                                  "end_time": agenda[-1].start_time.ToJsonString()}])
        compare("the new schedule", self._publish(
            "RescheduleMeetings", absent=[self.registration("grzegorz")]),
            self.expected["replanned"])
        self._check_agendas("agendas_replanned")
        self.check_mails("no-show")

    def step_move(self):
        moved = self.api("EventService.RescheduleEvent", name=WORKSHOP, start_time=NEW_START,
                         reason="The date is agreed.")
        compare("the workshop", [moved.start_time.ToJsonString(), moved.end_time.ToJsonString()],
                self.expected["moved_to"])
        self.check_mails("move")  # those of meetings say that these have moved too
        labs = f"{WORKSHOP}/sessions/labs"
        self.knows_session(labs)
        self.api("EventService.UpdateSession", session={
            "name": labs, "room": "B 12", "start_time": LABS_START})
        self.check_mails("move session")  # to the one who chose it
        self._check_agendas("agendas_moved", table=False)
        self.report.note("each meeting keeps its time of day and its table; its SEQUENCE grows")

    def step_outcomes(self):
        for asks, asked, outcome, absent in (("ccb", "btm", "HELD", []), ("halina", "ccb", "HELD", []),
                                             ("ewa", "halina", "MISSED", ["ewa"])):
            self.as_person(asked)("MeetingService.RecordMeetingOutcome",
                                  name=self.meetings[asks, asked], actor=self.registration(asked),
                                  outcome=f"MEETING_STATE_{outcome}",
                                  absent=[self.registration(mailbox) for mailbox in absent])
        for mailbox, score in (("ccb", 5), ("btm", 4)):
            self.as_person(mailbox)("MeetingService.RateMeeting", name=self.meetings["ccb", "btm"],
                                    actor=self.registration(mailbox), rating={
                                        "score": score,
                                        "follow_up": "MEETING_FOLLOW_UP_COOPERATION"})
        rated = self._meeting("ccb", "btm")
        compare("outcomes", {
            "states": {f"{a} - {b}": enum_name(self._meeting(a, b), "state")
                       for a, b, _ in REQUESTS},
            "ratings": [rated.requester_rating.score, rated.invitee_rating.score],
            "not held": self._rating_refused("halina", ("ewa", "halina"))},
            self.expected["outcomes"])
        self.report.table(("asks", "asked", "state"), [
            (asks, asked, enum_name(self._meeting(asks, asked), "state"))
            for asks, asked, _ in REQUESTS])

    def _rating_refused(self, mailbox, pair):
        return self.refusal(self.as_person(mailbox), "MeetingService.RateMeeting",
                            name=self.meetings[pair], actor=self.registration(mailbox),
                            rating={"score": 1})

    # ----- calendars -----

    def calendar(self, mailbox):
        """The feed of a person, read by icalendar: a changed entry has a higher SEQUENCE, and the one
        of the last mail about it."""
        text = self.people("CalendarService.GetOwnCalendar", language_code="en",
                           token=self.inbox.latest(f"{mailbox}@example.org", "calendar_token")).text
        lines = []
        for entry in icalendar.Calendar.from_ical(text).walk("VEVENT"):
            uid, sequence, start = str(entry["UID"]), int(entry["SEQUENCE"]), entry["DTSTART"].dt
            before = self.fed.get((mailbox, uid), (-1, None))
            if sequence < before[0] or (start != before[1] and sequence == before[0]):
                raise Mismatch(f"the entry {uid} was {before}, and is {(sequence, start)}")
            if not {uid, uid.partition(".")[2]} & self.uids:  # one of a session names the event
                raise Mismatch(f"nothing has the UID {uid}")
            mailed = self.inbox.sequence(f"{mailbox}@example.org", uid)
            # What is counted for the whole event counts for its sessions, of which nothing is mailed then.
            of_session = "." in uid.partition("@")[0]
            if mailed not in (None, sequence) and not (of_session and mailed < sequence):
                raise Mismatch(f"the entry {uid} was mailed with {mailed}, and is {sequence}")
            self.fed[mailbox, uid] = (sequence, start)
            lines.append(f"{start:%Y-%m-%d %H:%M} {entry['SUMMARY']}, {entry['STATUS']} {sequence}")
        return sorted(lines)
