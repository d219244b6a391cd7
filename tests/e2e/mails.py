"""Reads what arrived at the mail sink, mail by mail, and checks what holds for every mail."""

import email
import email.policy
import email.utils
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import zoneinfo

import icalendar

from report import Mismatch

WAIT_SECONDS = 45
LINK = re.compile(r"https?://[^\s<>\"']+")


class Mail:
    """One mail as its receiver gets it."""

    def __init__(self, raw):
        self.message = email.message_from_bytes(raw, policy=email.policy.default)
        self.id = str(self.message["Message-ID"]).strip()
        self.to = email.utils.parseaddr(str(self.message["To"]))[1]
        self.subject = str(self.message["Subject"])
        self.language = str(self.message.get("Content-Language", ""))
        # The first of each kind; this Python parses a Content-Type whenever it is asked for it.
        parts = {}
        for part in self.message.walk():
            if not part.is_attachment():
                parts.setdefault(part.get_content_type(), part)
        self.text, self.html = (parts[kind].get_content() if kind in parts else ""
                                for kind in ("text/plain", "text/html"))
        # Audience mail can be left by one click (RFC 8058), other mail has no such link.
        link = LINK.search(str(self.message.get("List-Unsubscribe", "")))
        self.unsubscribe = link and link.group()
        self.calendar_part = parts.get("text/calendar")
        self.calendar = self.entry = None
        if self.calendar_part is not None:
            self.calendar = icalendar.Calendar.from_ical(self.calendar_part.get_content())
            self.entry = next(iter(self.calendar.walk("VEVENT")), None)

    def token(self, name):
        """The token that a link of the mail carries under this name, or None."""
        for url in LINK.findall(self.text):
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
            if name in query:
                return query[name][0]
        return None

    def facts(self, zone):
        """What the expectations compare."""
        facts = {"to": self.to, "language": self.language, "subject": self.subject}
        if self.entry is not None:
            start = self.entry["DTSTART"].dt.astimezone(zoneinfo.ZoneInfo(zone))
            facts.update(method=str(self.calendar["METHOD"]), sequence=int(self.entry["SEQUENCE"]),
                         starts=start.strftime("%Y-%m-%d %H:%M"))
        return facts

    def faults(self, uids):
        """What is wrong with this mail, whatever it is about; its entry must have one of `uids`."""
        faults = []

        def must(holds, text):
            if not holds:
                faults.append(f"{self.to}, '{self.subject}': {text}")

        header = self.message
        must(self.id.startswith("<"), "no Message-ID")
        must(header["Date"], "no Date")
        must(header["Auto-Submitted"] == "auto-generated", "Auto-Submitted is not auto-generated")
        must(header["X-Envelope-To"] == self.to, "the envelope names somebody else than To")
        must(self.text.strip() and self.html.strip(), "text and HTML are not both there")
        if self.calendar_part is None:
            return faults
        entry, sender = self.entry, email.utils.parseaddr(str(header["From"]))[1]
        must(self.calendar_part.get_param("method") == str(self.calendar["METHOD"]),
             "method of the part and METHOD of the body differ")
        must(str(entry["UID"]) in uids, f"UID is {entry['UID']}, not one of {sorted(uids)}")
        attendees = entry.get("ATTENDEE", [])
        attendees = attendees if isinstance(attendees, list) else [attendees]
        must([str(a).lower() for a in attendees] == [f"mailto:{self.to}".lower()],
             f"ATTENDEE is {attendees}, not the receiver alone")
        must(str(entry.get("ORGANIZER", "")).lower() == f"mailto:{sender}".lower(),
             "ORGANIZER is not the sender")
        must("TZID" in entry["DTSTART"].params, "DTSTART without time zone")
        must(self.calendar.walk("VTIMEZONE"), "no VTIMEZONE")
        attached = [part.get_content() for part in self.message.iter_attachments()]
        must(attached == [self.calendar_part.get_content().encode()],
             "the attachment is not the calendar part again")
        if str(self.calendar["METHOD"]) == "CANCEL":
            must(str(entry.get("STATUS")) == "CANCELLED", "CANCEL without STATUS:CANCELLED")
        return faults


def open_page(url, form=None, language="pl"):
    """What stands on the page behind a link, or on the one after its form, once it is there: a
    notification service that was killed is back in a moment."""
    request = urllib.request.Request(url, form, {"Accept-Language": language})
    give_up = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
                return " ".join(re.findall(r"<p>(.*?)</p>", answer.read().decode()))
        except urllib.error.URLError as error:
            away = getattr(error, "code", None) in (None, 502, 503)
            if not away or time.monotonic() > give_up:
                raise Mismatch(f"the page of {url} does not open: {error}") from error
        time.sleep(0.1)


class Inbox:
    """All mails of the sink, doubles (the same Message-ID) apart."""

    def __init__(self, stack, late=()):
        self.stack = stack
        self.mails = []   # in the order of arrival, each Message-ID once
        self.doubles = 0
        self._late = set(late)  # addresses to which mails come at a time of their own
        self._new = {True: [], False: []}  # not taken yet: those to `late`, and all others
        self._read = 0    # the number of the last file that was read; they begin at 1

    def wait_for(self, count):
        """Waits until `count` different mails are there; gives up after WAIT_SECONDS without a
        new one. Returns them all."""
        self._wait(self.mails, count)
        return self.mails

    def take(self, count, late=False):
        """Waits likewise for `count` mails that were not taken yet, of those to `late` addresses or
        of all others; returns and takes all that are there."""
        self._wait(self._new[late], count)
        taken, self._new[late] = self._new[late], []
        return taken

    def latest(self, to, token_name):
        """The token in the newest mail to an address that has one."""
        for mail in reversed(self.mails):
            if mail.to == to and (token := mail.token(token_name)):
                return token
        raise LookupError(f"no mail to {to} has a link with {token_name}")

    def newest(self, to):
        """The newest mail to an address."""
        return next(mail for mail in reversed(self.mails) if mail.to == to)

    def sequence(self, to, uid):
        """The highest SEQUENCE that was mailed to an address for a UID, or None."""
        return max((int(mail.entry["SEQUENCE"]) for mail in self.mails
                    if mail.to == to and mail.entry is not None and str(mail.entry["UID"]) == uid),
                   default=None)

    def _wait(self, mails, count):
        while len(mails) < count:
            before = self._read
            self._fetch(before + 1, WAIT_SECONDS)
            if self._read == before:
                break
        self._fetch(0, 0)

    def _fetch(self, count, seconds):
        url = (f"{self.stack.mail_url}/api/mails?count={count}&timeout={seconds}"
               f"&after={self._read}")
        with urllib.request.urlopen(url, timeout=seconds + 10) as answer:
            numbers = [entry["number"] for entry in json.load(answer)]
        known = {mail.id: mail for mail in self.mails}
        for number in numbers:
            path = self.stack.directory / "mail" / f"{number:06d}.eml"
            mail = Mail(path.read_bytes())
            if mail.id not in known:
                self.mails.append(mail)
                self._new[mail.to in self._late].append(mail)
                known[mail.id] = mail
            elif mail.facts("UTC") == known[mail.id].facts("UTC"):
                self.doubles += 1
            else:
                raise Mismatch(f"{mail.id} arrived twice, and not as the same mail")
            self._read = number
