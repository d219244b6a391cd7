"""The steps of the workshop after the meeting, up to its day: cloning, invitations with terms, and
every way to a place."""

import zoneinfo

import client
import seed
from mails import open_page
from meeting_steps import PARTICIPANTS
from report import compare
from steps import Steps, enum_name

WORKSHOP = "events/workshop-2016"
# Meetings are asked for before and rated after: the workshop stands far ahead until it moves to
# the day on which it was.
FAR_AHEAD = "2066-03-16T08:00:00Z"
ON_DATE = "2016-03-16"
TITLE = {"pl": "Warsztat: rozwój organizacji klastrowych",
         "en": "Workshop: how cluster organisations develop",
         "de": "Workshop: Entwicklung von Clusterorganisationen"}
FIELDS = {
    "title": TITLE, "capacity": 10, "waiting_list_capacity": 4, "party_limit": 3,
    "mode": "ATTENDANCE_MODE_HYBRID", "online_url": "https://example.org/warsztat",
    "registration_open_time": "2016-01-04T08:00:00Z",
    "offer_duration": "172800s", "offer_expiry": "OFFER_EXPIRY_REQUEUE",
    "audiences": [
        {"audience_id": "managers", "places_max": 3,
         "rule": {**seed.AUDIENCE, "on_date": ON_DATE}},
        {"audience_id": "guests", "places_max": 2}]}
SERIES = "eventSeries/mazovia-breakfasts"
# Summer time begins after the first; to the last one people may still ask each other for meetings.
BREAKFASTS = ["2016-03-21T08:00:00Z", "2016-04-18T07:00:00Z", "2066-11-16T08:00:00Z"]

# id, title, and what is said beside.
CATEGORIES = [
    ("clusters", {"en": "Cluster organisations", "pl": "Organizacje klastrowe"}, {"quota": 5}),
    ("firms", {"en": "Member firms", "pl": "Firmy"}, {"quota": 4, "code_required": True}),
    ("press", {"en": "Press", "pl": "Dziennikarze"},
     {"quota": 2, "approval_required": True, "approvals_required": 2, "reapproval": True}),
    ("students", {"en": "Students", "pl": "Studenci"}, {"quota": 1, "waiting_priority": 5}),
]
# Beside the presentations of firms, in a track of its own.
LABS = {"title": {"pl": "Zwiedzanie laboratoriów", "en": "Visit to the laboratories"},
        "kind": "SESSION_KIND_WORKSHOP", "track": "Laboratories", "capacity": 1,
        "start_time": "2066-03-16T10:00:00Z", "end_time": "2066-03-16T11:00:00Z"}
PRESS = {"purpose": "Accreditation", "retention_days": 30}
FORM = [
    {"field_id": "medium", "label": {"en": "Medium", "pl": "Redakcja"}, "required": True,
     "type": "FORM_FIELD_TYPE_TEXT", **PRESS},
    {"field_id": "camera", "label": {"en": "Do you film?", "pl": "Czy będzie kamera?"},
     "type": "FORM_FIELD_TYPE_BOOLEAN", "required": True, **PRESS},
    {"field_id": "watts", "label": {"en": "Watts of your lights", "pl": "Moc lamp (W)"},
     "type": "FORM_FIELD_TYPE_NUMBER", "number_bounds": {"min": 1, "max": 2000},
     "shown_if": [{"field_id": "camera", "values": ["true"]}],
     "required_if": [{"field_id": "camera", "values": ["true"]}], **PRESS}]
FOLLOW_UP = [{"field_id": "interview", "label": {"en": "Whom do you want to interview?"},
              "type": "FORM_FIELD_TYPE_TEXT", "purpose": "Planning", "retention_days": 30}]

FIRM = "Żywice Płock sp. z o.o."
FIRM_CODE = "ZYWICE-PLOCK-2016"


def person(given_name, family_name, language="pl", **more):
    return {"given_name": given_name, "family_name": family_name, "language": language, **more}


GUESTS = {
    **PARTICIPANTS,
    "zofia@example.org": person("Zofia", "Gęś", organisation="BM³"),
    "jan@example.org": person("Jan", "Ćwikła"),
    "grzegorz@example.org": person("Grzegorz", "Brzęczyk", organisation=FIRM),
    "halina@example.org": person("Halina", "Śmiałek", organisation=FIRM),
    "igor@example.org": person("Igor", "Żuraw", organisation=FIRM),
    "kinga@example.org": person("Kinga", "Łąka", organisation=FIRM),
    "lena@example.org": person("Lena", "Źrebak", organisation=FIRM),
    "olga@example.org": person("Olga", "Łoś", organisation="Głos Mazowsza"),
    "nina@example.org": person("Nina", "Ość", organisation="Kurier"),
    # The same again from another address, written without a Polish keyboard.
    "ewa.p@example.org": person("EWA", "Przykladowa", organisation="Laka Kosmetyki sp. z o.o."),
    "marek@example.org": person("Marek", "Dąb"),
    "pola@example.org": person("Pola", "Ogórek", "en"),
    "rafal@example.org": person("Rafał", "Wróbel"),
}


class WorkshopSteps(Steps):
    """Who gets a place at the workshop, and how."""

    def at_workshop(self, address, **fields):
        """Registers somebody by themselves; what became of it, and the answer."""
        if "invitation_token" not in fields or fields.get("plus_one"):
            fields["person"] = {**GUESTS[address], "email": address}
        try:
            made = self.people("RegistrationService.CreateRegistration", parent=WORKSHOP, **fields)
        except client.CallError as e:
            return e.reason, None
        self.guests[address] = made.name
        place = made.waiting_list_position
        return enum_name(made, "state") + (f" {place}" if place else ""), made

    def states(self, *addresses):
        return {address: self.state(self.guests[address]) for address in addresses}

    def seats(self):
        s = self.api("EventService.GetEvent", name=WORKSHOP).seats
        return {"confirmed": s.confirmed, "held": s.held, "waitlisted": s.waitlisted}

    # ----- the steps -----

    def step_clone(self):
        self.guests = {}  # of the workshop: address -> name of the registration
        self.api("EventService.CloneEvent", name=seed.EVENT, event_id=WORKSHOP.split("/")[1],
                 start_time=FAR_AHEAD)
        self.api("EventService.UpdateEvent", event={"name": WORKSHOP, **FIELDS})
        self.knows_event(WORKSHOP)
        self.api("EventService.CreateEventSeries", event_series_id=SERIES.split("/")[1],
                 event_series={"title": {"pl": "Śniadania klastrów", "en": "Breakfasts"}})
        outcomes = []
        for times in (BREAKFASTS, BREAKFASTS[:1]):
            answer = self.api("EventService.CreateOccurrences", parent=SERIES, source=seed.EVENT,
                              start_times=times)
            outcomes += [r.error.reason or enum_name(r.event, "state") for r in answer.results]
        compare("occurrences made", outcomes, self.expected["occurrences"])
        found = {}
        for event in [self.api("EventService.GetEvent", name=WORKSHOP)] + list(
                self.api("EventService.ListEvents", series=SERIES).events):
            sessions = self.api("EventService.ListSessions", parent=event.name).sessions
            found[event.name.split("/")[1]] = [local(event.start_time), local(event.end_time)] + [
                f"{s.name.rsplit('/', 1)[1]} {local(s.start_time)[11:]}" for s in sessions]
        compare("clones", found, self.expected["clones"])
        self.report.note("each at 09:00 in Warsaw, before and after summer time begins")

    def step_categories(self):
        for category_id, title, more in CATEGORIES:
            self.api("EventService.CreateAdmissionCategory", parent=WORKSHOP,
                     admission_category_id=category_id,
                     admission_category={"title": title, **more})
        self.api("EventService.CreateSession", parent=WORKSHOP, session_id="labs", session=LABS)
        for stage, fields in (("REGISTRATION", FORM), ("FOLLOW_UP", FOLLOW_UP)):
            self.api("EventService.CreateFormDefinition", parent=WORKSHOP, form_definition={
                "admission_category": _category("press"), "stage": f"FORM_STAGE_{stage}",
                "fields": fields})
        self.firm = self.api("ClusterService.CreateMember", parent=self.cluster("mkch"),
                             member_id="zywice-plock", member={
                                 "display_name": FIRM, "kind": "KIND_SMALL_ENTERPRISE"}).name
        for_firms = {"admission_categories": [_category("firms")]}
        self.api("VoucherService.BatchCreateVouchers", parent=WORKSHOP, codes=[FIRM_CODE], voucher={
            **for_firms, "party": self.firm, "uses_max": 3, "reserves_places": True})
        self.access_code = self.api(
            "VoucherService.BatchCreateVouchers", parent=WORKSHOP, count=1,
            voucher={**for_firms, "uses_max": 1}).vouchers[0].code
        self.api("EventService.PublishEvent", name=WORKSHOP)
        compare("categories", self._categories(), self.expected["categories"])
        self.report.note("three places of 'firms' are kept for the voucher of " + FIRM)

    def _categories(self):
        answer = self.api("EventService.ListAdmissionCategories", parent=WORKSHOP)
        return {c.name.rsplit("/", 1)[1]: {"quota": c.quota, "taken": c.taken, "kept": c.promised}
                for c in answer.admission_categories}

    def step_summon(self):
        answer = self.api("InvitationService.CreateInvitations", parent=WORKSHOP,
                          audience_id="managers", reply_by_time="2066-03-01T00:00:00Z",
                          plus_ones_max=1)
        guests = self.api("InvitationService.CreateInvitations", parent=WORKSHOP,
                          audience_id="guests", invitees=[
                              {"person": self.seed.manager(seed.GUEST), "reason": "speaks"},
                              {"person": self.seed.manager("innowator"), "reason": "mistaken"}])
        self.invitations = {self.mailbox(i.person): i for a in (answer, guests)
                            for i in a.invitations}
        compare("invited to the workshop", {
            mailbox: i.audience.rsplit("/", 1)[1] for mailbox, i in
            sorted(self.invitations.items())}, self.expected["workshop_invited"])
        self.report.note("until 1 March 2066, each with one guest")
        self.check_mails("summon")

    def step_replies(self):
        expected = self.expected["replies"]
        maybe = self.people("InvitationService.AnswerInvitation", answer="ANSWER_MAYBE",
                            token=self.answer_token("agrobio"),
                            decide_by_time="2066-02-01T12:00:00Z")
        self.people("InvitationService.DelegateInvitation", token=self.answer_token("bm3"),
                    delegate={**GUESTS["zofia@example.org"], "email": "zofia@example.org"})
        revoked = self.api("InvitationService.RevokeInvitation",
                           name=self.invitations["innowator"].name)
        reminded = self.api("InvitationService.RemindInvitations", parent=WORKSHOP,
                            names=[self.invitations["biomedical"].name]).reminded
        self.check_mails("replies")
        compare("maybe until", maybe.decide_by_time.ToJsonString(), expected["decide_by"])
        compare("revoked", enum_name(revoked, "state"), "REVOKED")
        compare("reminded", reminded, 1)
        compare("links", {mailbox: self.refusal(
            self.people, "InvitationService.AnswerInvitation", answer="ANSWER_YES",
            token=self.answer_token(mailbox)) for mailbox in ("bm3", "innowator")},
            expected["links"])
        compare("the page to unsubscribe", self._unsubscribe("innowator"), expected["unsubscribes"])
        # Three places for the audience: one with a guest, one delegate, and the next one waits.
        btm = self.answer_token("btm")
        outcomes = [self.at_workshop("btm@example.org", invitation_token=btm)[0]]
        for address in ("jan@example.org", "marek@example.org"):
            outcomes.append(self.at_workshop(address, invitation_token=btm, plus_one=True)[0])
        for mailbox, party in (("zofia", "bm3"), ("biomedical", "biomedical"), ("ccb", "ccb")):
            outcomes.append(self.at_workshop(f"{mailbox}@example.org",
                                             invitation_token=self.answer_token(mailbox),
                                             registration={"party": self.cluster(party)})[0])
        compare("registrations by invitation", outcomes, expected["registered"])
        self._check_audiences()
        self.check_mails("replies registered")
        online = {mailbox: [link.uri for link in self.people(
            "LinkService.GetOwnOnlineLinks",
            token=self.manage_token(f"{mailbox}@example.org")).links]
            for mailbox in ("btm", "biomedical")}
        compare("where to follow it online", online, expected["online"])

    def _unsubscribe(self, mailbox):
        """By the link that mail programs show: who opens it is asked, one click more does it."""
        link = self.inbox.newest(f"{mailbox}@example.org").unsubscribe
        return [open_page(link), open_page(link, b"List-Unsubscribe=One-Click")]

    def _check_audiences(self):
        statistics = self.api("EventService.GetEventStatistics", name=WORKSHOP)
        found = {a.audience.rsplit("/", 1)[1]: {
            "invited": a.invited, "yes": a.answered_yes, "maybe": a.answered_maybe,
            "delegated": a.delegated, "places": a.places_taken, "waiting": a.waitlisted}
            for a in statistics.audiences if a.audience}
        compare("audiences", found, self.expected["audiences"])
        for audience, counts in found.items():
            self.report.note(f"{audience}: " + ", ".join(f"{k} {n}" for k, n in counts.items()))

    def step_hold(self):
        """A hold takes the seat, the category and the session together, or nothing."""
        outcomes = []
        for address, sessions in (("ewa", ["labs", "firms"]), ("ewa", ["labs"]),
                                  ("joseph", ["labs"]), ("joseph", ["firms"])):
            outcome, made = self.at_workshop(
                f"{address}@example.org", hold_duration="3600s",
                registration={"admission_category": _category("clusters"),
                              "sessions": [f"{WORKSHOP}/sessions/{s}" for s in sessions]})
            outcomes.append(outcome)
            if address == "ewa":
                ewa = made
        joseph = made
        found = {"outcomes": outcomes, "held": self.seats()}
        self.people("RegistrationService.CompleteOwnRegistration", token=ewa.hold_token)
        self.people("RegistrationService.CancelOwnRegistration", token=joseph.hold_token)
        found["after"] = self.seats()
        found["states"] = self.states("ewa@example.org", "joseph@example.org")
        compare("holds", found, self.expected["hold"])
        self.report.table(("asks to hold", "outcome"), zip(
            ("a place and two sessions at once", "a place and the last one of a session",
             "a place and the same session", "a place and another session"), outcomes))
        self.check_mails("hold")

    def step_firm(self):
        self.coordinator = self.sign_in("users/coordinator", f"party-coordinator@{self.firm}")
        other = self.sign_in("users/other", f"party-coordinator@{self.cluster('btm')}")
        outcomes = [self._as_group("grzegorz", "halina", "igor", "kinga")]
        compare("seats after the refusal", self.seats(), self.expected["hold"]["after"])
        outcomes.append(self._as_group("grzegorz", "halina", "igor"))
        own = self.coordinator("RegistrationService.ListPartyRegistrations", parent=WORKSHOP,
                          party=self.firm).party_registrations
        self.guests.update({p.person.email: p.registration.name for p in own})
        outcomes.append(sorted(p.person.email for p in own))
        for caller, party in ((other, self.firm), (other, self.cluster("btm"))):
            outcomes.append(self.refusal(caller, "RegistrationService.ListPartyRegistrations",
                                         parent=WORKSHOP, party=party))
        self.firm_group = own[0].registration.group
        outcomes.append({p.registration.group for p in own} == {self.firm_group})
        for code in ({}, {"code": "WRONG-CODE"}, {"code": FIRM_CODE}):
            outcomes.append(self.at_workshop("kinga@example.org", **code, registration={
                "admission_category": _category("firms")})[0])
        compare("the firm's people", outcomes, self.expected["firm"])
        self.report.note(f"{FIRM}: four are too many, three get their places together")
        self.check_mails("firm")

    def _as_group(self, *mailboxes):
        try:
            answer = self.coordinator(
                "RegistrationService.CreatePartyRegistrations", parent=WORKSHOP, party=self.firm,
                all_or_none=True, requests=[
                    {"person": {**GUESTS[f"{m}@example.org"], "email": f"{m}@example.org"},
                     "code": FIRM_CODE,
                     "registration": {"admission_category": _category("firms")}}
                    for m in mailboxes])
        except client.CallError as e:
            return e.reason
        return [enum_name(r.registration, "state") for r in answer.results]

    def step_approval(self):
        olga, press = "olga@example.org", {"admission_category": _category("press")}
        medium = {"field_id": "medium", "values": ["Głos Mazowsza"]}
        filmed = [medium, {"field_id": "camera", "values": ["true"]}]
        lit = filmed + [{"field_id": "watts", "values": ["800"]}]
        found = {"without watts": self._violations(olga, {**press, "answers": filmed})}
        found["registered"] = self.at_workshop(olga, registration={**press, "answers": lit})[0]
        reviewers = [self.sign_in(f"users/{name}", f"event-organiser@{WORKSHOP}")
                     for name in ("anna", "bogdan")]
        found["reviews"] = [self._review(reviewers[i], olga) for i in (0, 0, 1)]
        nina = "nina@example.org"
        self.at_workshop(nina, registration={**press, "answers": [
            medium, {"field_id": "camera", "values": ["false"]}]})
        rejected = reviewers[0]("RegistrationService.RejectRegistration", name=self.guests[nina],
                                reason="One of each paper.")
        found["rejected"] = [enum_name(rejected, "state"), rejected.state_reason]
        self.check_mails("approval")
        token = self.manage_token(olga)
        changed = self.people("RegistrationService.UpdateOwnRegistration", token=token,
                              answers=[medium, {"field_id": "camera", "values": ["false"]}])
        found["changed"] = enum_name(changed, "state")
        found["seats meanwhile"] = self.seats()
        found["reviews again"] = [self._review(reviewer, olga) for reviewer in reviewers]
        followed = self.people("RegistrationService.UpdateOwnRegistration", token=token,
                               follow_up_answers=[{"field_id": "interview",
                                                   "values": ["Chemie-Cluster Bayern"]}])
        found["follow-up"] = [v for a in followed.follow_up_answers for v in a.values]
        log = self.api("RegistrationService.GetRegistrationLog", name=self.guests[olga]).entries
        found["log"] = [[e.kind, enum_name(e, "state"), e.actor.split("/")[0] if
                         e.actor.startswith("persons/") else e.actor] for e in log]
        compare("approval", found, self.expected["approval"])
        self.report.table(("what happened", "state since then", "by"), found["log"])
        self.check_mails("approval again")

    def _violations(self, address, registration):
        try:
            self.people("RegistrationService.CreateRegistration", parent=WORKSHOP,
                        person={**GUESTS[address], "email": address}, registration=registration)
        except client.CallError as e:
            return [field for field, _ in e.violations]
        return "not refused"

    def _review(self, reviewer, address):
        try:
            answer = reviewer("RegistrationService.ConfirmRegistration", name=self.guests[address])
        except client.CallError as e:
            return e.reason
        return enum_name(answer, "state") + (f" {answer.approvals}" if answer.approvals else "")

    def step_hand_over(self):
        igor, kinga, lena = "igor@example.org", "kinga@example.org", "lena@example.org"
        ewa, again = "ewa@example.org", "ewa.p@example.org"
        old_link = self.manage_token(igor)
        # His firm sends somebody else, who sends somebody else.
        self.guests[kinga] = self.coordinator(
            "RegistrationService.TransferPartyRegistration", name=self.guests[igor],
            party=self.firm, person={**GUESTS[kinga], "email": kinga}, reason="Igor is ill.").name
        self.check_mails("hand-over substitute")
        token = self.manage_token(kinga)
        self.guests[lena] = self.people(
            "RegistrationService.TransferOwnRegistration", token=token,
            person={**GUESTS[lena], "email": lena}).name
        found = {"states": self.states(igor, kinga, lena),
                 "old links": [self.refusal(
                     self.people, "RegistrationService.CancelOwnRegistration", token=old)
                     for old in (old_link, token)]}
        found["sent again"] = [self.refusal(
            self.people, "RegistrationService.ResendOwnLinks", parent=WORKSHOP, email=address)
            for address in [ewa] + 4 * ["nobody@example.org"]]
        found["again"] = self.at_workshop(again)[0]
        duplicates = self.api("RegistrationService.ListLikelyDuplicates", parent=WORKSHOP)
        names = {name: address for address, name in self.guests.items()}
        found["duplicates"] = sorted(names[d.registration] for d in duplicates.duplicates)
        self.check_mails("hand-over")
        self.api("RegistrationService.CancelRegistration", name=self.guests[again],
                 reason="You are registered already.")
        found["seats"] = self.seats()
        compare("hand-over", found, self.expected["hand_over"])
        self.report.note("alike but for case, accents and address: " +
                         ", ".join(found["duplicates"]))
        self.check_mails("hand-over duplicate")

    def step_offers(self):
        found = {"registered": [self.at_workshop("marek@example.org", code=self.access_code,
                                registration={"admission_category": _category("firms")})[0]]}
        self.at_workshop("pola@example.org", registration={
            "admission_category": _category("students"),
            "other_categories": [_category("clusters")]})
        self.at_workshop("rafal@example.org")
        found["waiting"] = self._waiting()
        moved = self.api("RegistrationService.MoveOnWaitingList", position=2,
                         name=self.guests["rafal@example.org"], reason="speaks in the afternoon")
        found["moved"] = [moved.waiting_list_position, moved.state_reason]
        self.check_mails("offers waiting")
        found["offered"] = []
        for leaves, offered, answer in (
                ("jan", "biomedical", "AcceptOwnOffer"),
                ("marek", "rafal", "CancelOwnRegistration"), (None, "pola", "AcceptOwnOffer")):
            if leaves:
                self.people("RegistrationService.CancelOwnRegistration",
                            token=self.manage_token(f"{leaves}@example.org"))
            self.check_mails(f"offers {offered}")
            registration = self.guests[f"{offered}@example.org"]
            offer = self.api("RegistrationService.GetRegistration", name=registration)
            days = (offer.expire_time.seconds - offer.update_time.seconds) / 86400
            ended = self.people("RegistrationService." + answer,
                                token=self.manage_token(f"{offered}@example.org"))
            found["offered"].append([offered, enum_name(offer, "state"), f"{days:.0f} days",
                                     enum_name(ended, "state"),
                                     ended.admission_category.rsplit("/", 1)[-1]])
        found["seats"] = self.seats()
        compare("offers", found, self.expected["offers"])
        self.report.table(("offered to", "state", "for", "then"),
                          [row[:4] for row in found["offered"]])
        self.check_mails("offers accepted")

    def _waiting(self):
        names = {name: address for address, name in self.guests.items()}
        answer = self.api("RegistrationService.ListWaitingList", parent=WORKSHOP)
        return [[names[r.name], r.waiting_list_position, self.api(
            "RegistrationService.GetRegistration", name=r.name).waiting_line_position]
            for r in answer.registrations]


def _category(category_id):
    return f"{WORKSHOP}/admissionCategories/{category_id}"


def local(timestamp):
    zone = zoneinfo.ZoneInfo(seed.EVENT_FIELDS["time_zone"])
    at = timestamp.ToDatetime(tzinfo=zoneinfo.ZoneInfo("UTC")).astimezone(zone)
    return at.strftime("%Y-%m-%d %H:%M")
