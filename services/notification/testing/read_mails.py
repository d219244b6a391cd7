#!/usr/bin/python3
"""Reads mails with parsers that are not ours and prints one line of facts for each.

    read_mails.py DIR

to | envelope | language | subject | text and html say... | method of the part | METHOD | UID |
SEQUENCE | STATUS | DTSTART with its zone | ATTENDEE. Ends with an error when a mail is malformed.
"""

import email
import email.policy
import pathlib
import sys

import icalendar


def part(message, content_type):
    for item in message.walk():
        if item.get_content_type() == content_type and not item.is_attachment():
            return item
    return None


def facts(path):
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTPUTF8)
    for item in message.walk():
        if item.defects:
            raise ValueError(f"{path}: {item.defects}")
    found = [str(message["To"].addresses[0].addr_spec), str(message["X-Envelope-To"]),
             str(message["Content-Language"]), str(message["Subject"])]
    text, html = part(message, "text/plain"), part(message, "text/html")
    if not (text.get_content().strip() and html.get_content().strip()):
        raise ValueError(f"{path}: an empty alternative")
    calendar_part = part(message, "text/calendar")
    attachments = [a.get_content_type() for a in message.iter_attachments()]
    if calendar_part is None:
        if attachments:
            raise ValueError(f"{path}: attachments without a calendar part")
        return " | ".join(found + ["-"])
    if attachments != ["application/ics"]:
        raise ValueError(f"{path}: attachments {attachments}")
    calendar = icalendar.Calendar.from_ical(calendar_part.get_content())
    (entry,) = calendar.walk("VEVENT")
    (zone,) = calendar.walk("VTIMEZONE")
    start = entry["DTSTART"]
    if start.params["TZID"] != str(zone["TZID"]):
        raise ValueError(f"{path}: the zone of DTSTART is not there")
    found += [calendar_part.get_param("method"), str(calendar["METHOD"]), str(entry["UID"]),
              str(entry["SEQUENCE"]), str(entry["STATUS"]),
              f"{start.dt:%Y-%m-%dT%H:%M} {start.params['TZID']}", str(entry["ATTENDEE"])]
    return " | ".join(found)


def main():
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.eml")):
        print(facts(path))


if __name__ == "__main__":
    main()
