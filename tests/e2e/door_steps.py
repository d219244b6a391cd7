"""The day of the workshop and after: the door, papers, calendars, lists, the survey, and what it all
comes to."""

import concurrent.futures
import datetime
import threading

import papers
import seed
from pair_steps import PairSteps
from report import Mismatch, compare
from steps import enum_name
from workshop_steps import WORKSHOP, person

# What people do at two gates without network: gate, its number, way, seconds since the first.
SCANS = [("north", 1, "ENTRY", 0), ("south", 1, "ENTRY", 10),  # one ticket at two gates at once
         ("south", 2, "EXIT", 20), ("north", 2, "ENTRY", 30),
         ("south", 3, "EXIT", -5)]  # the clock of a gate goes back, to before they came
WALK_IN = person("Sven", "Groß", "de", email="sven@example.org")
SURVEY = [
    {"question_id": "useful", "label": {"en": "Was it useful?", "pl": "Czy warto było?"},
     "kind": "SURVEY_QUESTION_KIND_RATING", "required": True},
    {"question_id": "again", "label": {"en": "Would you come again?"},
     "kind": "SURVEY_QUESTION_KIND_CHOICE",
     "choices": [{"choice_id": "yes", "label": {"en": "Yes"}},
                 {"choice_id": "not-yet", "label": {"en": "I do not know yet"}}]},
    {"question_id": "wish", "label": {"en": "What did you miss?", "pl": "Czego zabrakło?"},
     "kind": "SURVEY_QUESTION_KIND_TEXT"}]


class DoorSteps(PairSteps):
    """Who came, and what follows from it."""

    # ----- the door -----

    def step_door(self):
        self.workshop_door = self.sign_in("users/door", f"door-staff@{WORKSHOP}")
        tickets = self._scan_badges()
        manifest = self.workshop_door("CheckInService.GetCheckInManifest", parent=WORKSHOP,
                                      with_names=True).entries
        compare("names for a gate that looks people up", {
            mailbox: [e.display_name for e in manifest
                      if e.registration == self.registration(mailbox)]
            for mailbox in ("lena", "btm")}, self.expected["manifest_names"])
        comes = [self.registration(mailbox) for mailbox in self.expected["workshop_comes"]]
        counts = self._count_live(lambda: [
            self.workshop_door("CheckInService.CheckIn", parent=WORKSHOP, gate="main door",
                               check_in_token=tickets[name]) for name in comes], len(comes))
        found = {"live": counts, "walk-in": [self.refusal(
            self.workshop_door, "CheckInService.CheckIn", parent=WORKSHOP,
            walk_in={"person": WALK_IN})]}
        self.api("EventService.UpdateEvent", event={"name": WORKSHOP, "capacity": 11})
        entered = self.workshop_door("CheckInService.CheckIn", parent=WORKSHOP, gate="main door",
                                     walk_in={"person": WALK_IN})
        found["walk-in"].append(enum_name(entered, "state"))
        found["superseded"] = self.refusal(
            self.workshop_door, "CheckInService.CheckIn", parent=WORKSHOP,
            check_in_token=self.inbox.latest("igor@example.org", "check_in_token"))
        found["labs"] = [self.refusal(
            self.workshop_door, "CheckInService.CheckIn", parent=WORKSHOP,
            list=f"{WORKSHOP}/sessions/labs", registration=self.registration(mailbox))
            for mailbox in ("btm", "ewa")]
        found["offline"] = self._two_gates_offline()
        found["former"] = self._former_tickets()
        compare("at the door", found, self.expected["door"])
        self.report.table(("ticket of", "conflict, and the gates of it"), [
            (who, conflict) for who, conflicts in sorted(found["former"]["report"].items())
            for conflict in conflicts])
        self.report.note(f"counts that the stream showed: {counts[0]} to {counts[-1]}")
        self.check_mails("door")

    def _scan_badges(self):
        """The codes on the printed badges, each verified without asking anybody."""
        pdf = papers.joined(self.operator.stream("DocumentService.PrintBadges", parent=WORKSHOP))
        keys = self.workshop_door("CheckInService.GetCheckInManifest", parent=WORKSHOP).keys
        tickets = {papers.ticket_registration(code, keys): code for code in papers.qr_codes(pdf)}
        names = {name: address for address, name in self.guests.items()}
        compare("codes on the badges", sorted(names[name] for name in tickets),
                self.expected["badges"]["codes"])
        _check_words("badges", " ".join(papers.pdf_pages(pdf)), self.expected["badges"]["words"])
        compare("fonts of the badges are embedded", papers.fonts_embedded(pdf), True)
        self.report.note(f"{len(tickets)} badges, their QR codes read by zbar, their signatures "
                         "verified offline")
        return tickets

    def _count_live(self, act, count):
        """The first and the last count of who is inside that a stream shows while people come."""
        seen, began = [], threading.Event()

        def inside(message):
            if message.lists:
                seen.append(message.lists[0].inside)
                began.set()
            return True if seen and seen[-1] == count else None

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            watching = pool.submit(self.operator.watch, "CheckInService.WatchCheckIns", inside,
                                   parent=WORKSHOP)
            began.wait(self.operator.retry_seconds)
            act()
            watching.result()
        if seen != sorted(seen):
            raise Mismatch(f"people only came, and the stream counted {seen}")
        return [seen[0], seen[-1]]

    def _two_gates_offline(self):
        """Two people do the same; of one the north gate sends first, of the other the south."""
        start = datetime.datetime.now(datetime.timezone.utc)
        merged = []
        for i, (mailbox, order) in enumerate((("ewa", ("north", "south")),
                                              ("halina", ("south", "north")))):
            for gate in order:
                self.workshop_door("CheckInService.BatchCheckIn", parent=WORKSHOP, scans=[
                    {"gate": at, "sequence": 10 * i + number,
                     "registration": self.registration(mailbox),
                     "direction": f"SCAN_DIRECTION_{way}",
                     "scan_time": (start + datetime.timedelta(seconds=seconds)).isoformat()}
                    for at, number, way, seconds in SCANS if at == gate])
            merged.append(self._attendance(self.registration(mailbox)))
        if merged[0] != merged[1]:
            raise Mismatch(f"the order of uploads matters: {merged}")
        return merged[0]

    def _attendance(self, registration):
        attendances = self.workshop_door("CheckInService.ListAttendances", parent=WORKSHOP)
        a = next(a for a in attendances.attendances if a.registration == registration)
        return {"inside": a.inside, "first": a.first_entry.gate,
                "gates": {g.gate: [g.entries, g.exits] for g in a.gates},
                "conflicts": [_conflict(c) for c in a.conflicts]}

    def _former_tickets(self):
        """The ticket of somebody who sent another person, and that of somebody who withdrew: what
        the gate is told, and all conflicts of the day."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        tickets = [{"check_in_token": self.inbox.latest("igor@example.org", "check_in_token")},
                   {"registration": self.registration("jan")}]
        answer = self.workshop_door("CheckInService.BatchCheckIn", parent=WORKSHOP, scans=[
            {"gate": "west", "sequence": number, "scan_time": now, **ticket}
            for number, ticket in enumerate(tickets, 1)])
        report = self.workshop_door("CheckInService.ListAttendances", parent=WORKSHOP,
                                    selection="ATTENDANCE_SELECTION_CONFLICTS").attendances
        names = {name: address.split("@")[0] for address, name in self.guests.items()}
        return {"outcomes": [enum_name(result, "outcome") for result in answer.results],
                "report": {names[a.registration]: [_conflict(c) for c in a.conflicts]
                           for a in report}}

    # ----- papers -----

    def step_papers(self):
        parts = self.operator.stream("DocumentService.PrintCertificates", parent=WORKSHOP)
        compare("progress at the end", parts[-1].done, parts[-1].total)
        certificates = papers.joined(parts)
        pages = papers.pdf_pages(certificates)
        compare("certificates", len(pages), self.expected["certificates"]["pages"])
        _check_words("certificates", " ".join(pages), self.expected["certificates"]["words"])
        compare("fonts of the certificates are embedded", papers.fonts_embedded(certificates), True)
        own = {}
        for mailbox in ("ewa", "grzegorz"):
            own[mailbox] = self.refusal(
                self.people, "DocumentService.GetOwnCertificate",
                token=self.manage_token(f"{mailbox}@example.org"))
        compare("own certificates", own, self.expected["own_certificates"])
        ticket = self.people("DocumentService.GetOwnTicket",
                             token=self.manage_token("grzegorz@example.org")).content
        _check_words("the ticket", papers.pdf_pages(ticket)[0], self.expected["ticket"])
        compare("the code of the ticket", papers.qr_codes(ticket),
                [self.inbox.latest("grzegorz@example.org", "check_in_token")])
        for mailbox in ("ccb", "ewa"):
            compare(f"calendar of {mailbox}", self.calendar(mailbox),
                    self.expected["calendar_at_last"][mailbox])
        self._check_lists()

    def _check_lists(self):
        lists = {}
        for list_format in ("CSV", "JSON_LINES", "XLSX"):
            lists[list_format] = papers.rows(list_format, papers.joined(self.operator.stream(
                "DocumentService.ExportRegistrations", parent=WORKSHOP, with_personal_data=True,
                content="CONTENT_REGISTRATIONS", format=f"LIST_FORMAT_{list_format}")))
        compare("columns", list(lists["CSV"][0]), self.expected["columns"])
        compare("people", {row["email"]: f"{row['display_name']}, {row['state']}"
                           for row in lists["CSV"]}, self.expected["listed"])
        plain = [{k: _plain(v) for k, v in row.items()} for row in lists["JSON_LINES"]]
        compare("the list as JSON", plain, lists["CSV"])
        compare("the list as XLSX", lists["XLSX"], lists["CSV"])
        self.report.note(f"{len(plain)} rows, the same as CSV, JSON and XLSX")
        invited = papers.rows("CSV", papers.joined(self.operator.stream(
            "DocumentService.ExportInvitations", parent=WORKSHOP, format="LIST_FORMAT_CSV")))
        compare("the list of invitations", sorted(row["state"] for row in invited),
                self.expected["listed_invitations"])

    # ----- afterwards -----

    def step_survey(self):
        self.api("SurveyService.CreateSurvey", parent=WORKSHOP, survey={
            "questions": SURVEY, "close_time": "2099-06-30T00:00:00Z"})
        found = {"refused": {}}
        for mailbox, (rating, choice) in self.expected["survey"]["answers"].items():
            self._answer_survey(mailbox, rating, choice)
        for mailbox in ("grzegorz", "ewa"):
            found["refused"][mailbox] = self.refusal(
                lambda _: self._answer_survey(mailbox, 1, "yes"), "SurveyService.AnswerOwnSurvey")
        results = self.api("SurveyService.GetSurveyResults", name=f"{WORKSHOP}/survey")
        found["results"] = [[list(q.rating_counts), [c.count for c in q.choice_counts]]
                            for q in results.questions]
        found["texts"] = sorted(self.api("SurveyService.ListSurveyTexts", question_id="wish",
                                         parent=f"{WORKSHOP}/survey").texts)
        found["evidence"] = {event.split("/")[1]: self._evidence(event)
                             for event in (seed.EVENT, WORKSHOP)}
        compare("survey and evidence", found, {
            key: self.expected["survey"][key] for key in found})
        # What the registry has been given, as the operator of the region sees it.
        wanted = {mailbox: [counts, found["evidence"]["workshop-2016"]["participants"]]
                  for mailbox, counts in
                  self.expected["survey"]["evidence"]["workshop-2016"]["clusters"].items()}
        self.eventually("evidence at the registry", self._given_evidence, wanted)
        self.report.note("the registry has it: " + ", ".join(
            f"{mailbox} {people} people, {meetings} meetings"
            for mailbox, ((people, meetings), _) in wanted.items()))
        self._mark_no_shows()
        self._check_groups()

    def _mark_no_shows(self):
        """The workshop is long over: who was confirmed and not scanned did not come."""
        marked = self.api("CheckInService.MarkNoShows", parent=WORKSHOP)
        statistics = self.api("EventService.GetEventStatistics", name=WORKSHOP)
        compare("who did not come", {
            "marked": marked.marked, "next": marked.next, "no_show": statistics.no_show,
            "came": statistics.came, "registered": statistics.registered},
            self.expected["no_shows"])
        self.report.note(f"of {statistics.registered} with a seat {statistics.came} came and "
                         f"{statistics.no_show} did not")

    def _given_evidence(self):
        given = {}
        for mailbox in self.expected["survey"]["evidence"]["workshop-2016"]["clusters"]:
            for e in self.api("EvidenceService.ListEventEvidence",
                              parent=self.cluster(mailbox)).evidence:
                if e.event == WORKSHOP:
                    given[mailbox] = [[e.participants, e.meetings_held], e.event_participants]
        return given

    def _answer_survey(self, mailbox, rating, choice):
        self.people("SurveyService.AnswerOwnSurvey",
                    token=self.manage_token(f"{mailbox}@example.org"),
                    answers=[{"question_id": "useful", "rating": rating},
                             {"question_id": "again", "choice_id": choice},
                             {"question_id": "wish", "text": f"Więcej czasu ({choice})."}])

    def _evidence(self, event):
        e = self.api("SurveyService.GetEventEvidence", name=event)
        return {"held": e.held, "initiative": e.initiative, "participants": e.participants,
                "meetings_held": e.meetings_held, "survey_answers": e.survey_answers,
                "average_rating": round(e.average_rating, 2),
                "clusters": {self._short(c.cluster): [c.participants, c.meetings_held]
                             for c in e.clusters}}

    def _check_groups(self):
        statistics = self.api("EventService.GetEventStatistics", name=WORKSHOP, with_groups=True)
        groups = {}
        for g in statistics.groups:
            groups.setdefault(enum_name(g, "kind"), {})[self._short(g.key)] = [
                g.invited, g.answered, g.registered, g.came]
        compare("statistics by group", groups, self.expected["groups"])
        self.report.table(("group", "", "invited", "answered", "registered", "came"), [
            (kind.lower(), key, *counts) for kind, of_kind in groups.items()
            for key, counts in of_kind.items()])

    def _short(self, name):
        """A cluster by the mailbox of its manager, anything else by its last parts."""
        clusters = {self.cluster(mailbox): mailbox for _, mailbox, *_ in seed.MANAGERS}
        return clusters.get(name, name.rsplit("/", 1)[-1])


def _plain(value):
    """A member of a JSON line as a cell has it."""
    return "|".join(value) if isinstance(value, list) else value


def _conflict(conflict):
    gates = [scan.gate for scan in (conflict.scan, conflict.other) if scan.gate]
    return " ".join([enum_name(conflict, "kind"), *gates])


def _check_words(what, text, words):
    missing = [word for word in words if word not in text]
    if missing:
        raise Mismatch(f"{what} do not say {missing}: {text[:500]}")
