"""An open day: places kept for firms, people who say that they come for one, and what the organiser
changes by hand."""

import datetime

import seed
from report import compare
from steps import Steps, enum_name
from workshop_steps import FIRM, person

OPEN_DAY = "events/open-day"
START = "2066-02-12T09:00:00Z"
FIELDS = {"capacity": 3, "waiting_list_capacity": 2, "party_proof": "PARTY_PROOF_COORDINATOR",
          "registration_open_time": "2016-01-04T08:00:00Z"}
CATEGORIES = [
    ("firms", {"title": {"en": "Member firms", "pl": "Firmy"}, "quota": 3, "reserved": 2}),
    ("public", {"title": {"en": "Everybody", "pl": "Wszyscy"}, "quota": 3})]
SESSION = f"{OPEN_DAY}/sessions/bavaria"
# Invited for so long: what becomes of it is seen in the last but one step.
SHORT = datetime.timedelta(seconds=10)
INVITED = "mkch"
# Nobody of the workshop: what comes later goes by the newest mail to each.
VISITORS = {
    "ula": person("Ula", "Świerk"),
    "wit": person("Wit", "Jeż", "en"),
    "tosia": person("Tosia", "Żółw", organisation=FIRM),
    "zenon": person("Zenon", "Ćma", organisation=FIRM),
    "hela": person("Hela", "Łasica", "de"),
    "kuba": person("Kuba", "Wąż")}


class ClaimSteps(Steps):
    """After the firm has its coordinator."""

    def step_claims(self):
        self._announce()
        found = {"kept for firms": [self._comes("ula", "public"),
                                    self._comes("wit", "public")]}
        found["say it"] = [self._comes(mailbox, "firms", party=self.firm)
                           for mailbox in ("tosia", "zenon")]
        found["asked"] = self._of_the_firm()
        self.check_mails("claims")
        confirmed = self.coordinator("RegistrationService.ConfirmPartyRegistration",
                                     party=self.firm, name=self.at_open_day["tosia"])
        cancelled = self.coordinator("RegistrationService.CancelPartyRegistration",
                                     party=self.firm, name=self.at_open_day["zenon"],
                                     reason="She has left us.")
        found["the firm says"] = [enum_name(confirmed, "state"), enum_name(cancelled, "state")]
        self.check_mails("claims decided")
        found["by hand"] = self._change_by_hand()
        found["code"] = self._disable_code()
        compare("the open day", found, self.expected["claims"])
        self.report.table(("comes", "state", "who"), found["asked"])
        self.check_mails("claims by hand")

    def _announce(self):
        self.at_open_day = {}
        self.api("EventService.CloneEvent", name=seed.EVENT, event_id=OPEN_DAY.split("/")[1],
                 start_time=START)
        self.api("EventService.UpdateEvent", event={"name": OPEN_DAY, **FIELDS})
        self.knows_event(OPEN_DAY)
        for category_id, category in CATEGORIES:
            self.api("EventService.CreateAdmissionCategory", parent=OPEN_DAY,
                     admission_category_id=category_id, admission_category=category)
        self.api("EventService.PublishEvent", name=OPEN_DAY)
        until = datetime.datetime.now(datetime.timezone.utc) + SHORT
        invited = self.api("InvitationService.CreateInvitations", parent=OPEN_DAY,
                           reply_by_time=until.isoformat(),
                           invitees=[{"person": self.seed.manager(INVITED)}])
        self.unanswered = invited.invitations[0].name

    def _comes(self, mailbox, category, **fields):
        made = self.people(
            "RegistrationService.CreateRegistration", parent=OPEN_DAY, person=_visitor(mailbox),
            registration={"admission_category": _category(category), **fields})
        self.at_open_day[mailbox] = made.name
        return enum_name(made, "state")

    def _of_the_firm(self):
        """Whom the firm is to confirm, as its coordinator sees them."""
        listed = self.coordinator("RegistrationService.ListPartyRegistrations", parent=OPEN_DAY,
                                  party=self.firm).party_registrations
        return sorted([p.person.email, enum_name(p.registration, "state"),
                       p.person.family_name] for p in listed)

    def _change_by_hand(self):
        """The organiser chooses a session for somebody, and gives their place to another."""
        changed = self.api("RegistrationService.UpdateRegistration", registration={
            "name": self.at_open_day["ula"], "sessions": [SESSION]})
        heir = self.api("RegistrationService.TransferRegistration",
                        name=self.at_open_day["ula"],
                        person=_visitor("hela"))
        return [[s.rsplit("/", 1)[1] for s in changed.sessions], enum_name(heir, "state"),
                self.state(self.at_open_day["ula"])]

    def _disable_code(self):
        made = self.api("VoucherService.BatchCreateVouchers", parent=OPEN_DAY, count=1, voucher={
            "admission_categories": [_category("public")], "uses_max": 1}).vouchers[0]
        disabled = self.api("VoucherService.DisableVoucher", name=made.name)
        return [enum_name(disabled, "state"), self.refusal(
            self.people, "RegistrationService.CreateRegistration", parent=OPEN_DAY, code=made.code,
            person=_visitor("kuba"), registration={"admission_category": _category("public")})]

    def check_unanswered(self):
        """Nobody answered the invitation in time: its link is of no use any more."""
        self.eventually("the invitation that nobody answered", lambda: enum_name(self.api(
            "InvitationService.GetInvitation", name=self.unanswered), "state"), "EXPIRED")
        compare("its link", self.refusal(
            self.people, "InvitationService.AnswerInvitation", answer="ANSWER_YES",
            token=self.answer_token(INVITED)), "INVITATION_EXPIRED")


def _visitor(mailbox):
    return {**VISITORS[mailbox], "email": f"{mailbox}@example.org"}


def _category(category_id):
    return f"{OPEN_DAY}/admissionCategories/{category_id}"
