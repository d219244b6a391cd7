#!/usr/bin/python3
"""Reads the mails of mail_fuzz_test.cc with Python's email and icalendar.

    read_hostile_mails.py DIR EXPECTED

DIR has the mails in their order, EXPECTED a line of JSON for each: to, subject, text, calendar.
Prints what differs and ends with 1.
"""

import email
import email.header
import email.policy
import email.utils
import json
import pathlib
import sys

import icalendar


def unfolded(raw):
    """A field as text: RFC 2047 words put together, line breaks taken out."""
    text = raw.replace("\r\n", "").replace("\n", "")
    return str(email.header.make_header(email.header.decode_header(text)))


def problems(path, expected):
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTPUTF8)
    raw = email.message_from_string(path.read_bytes().decode())
    for part in mail.walk():
        if part.defects:
            yield f"defects {part.defects}"
    for name in ("To", "From", "Subject", "X-Envelope-To"):
        if len(raw.get_all(name, [])) != 1:
            yield f"{name} is there {len(raw.get_all(name, []))} times"
    if set(raw.keys()) & {"Bcc", "Cc"}:
        yield "somebody else gets it"
    addresses = email.utils.getaddresses([raw["To"].replace("\n", "")])
    if [address for _, address in addresses] != [expected["to"]]:
        yield f"To is {addresses}"
    if unfolded(raw["Subject"]) != expected["subject"]:
        yield f"Subject is {unfolded(raw['Subject'])!r}, not {expected['subject']!r}"
    found = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
    wanted = ["text/plain", "text/html"]
    if expected["calendar"]:
        wanted += ["text/calendar", "application/ics"]
    if found != wanted:
        yield f"parts are {found}"
        return
    leaves = [part for part in mail.walk() if not part.is_multipart()]
    text = leaves[0].get_payload(decode=True).decode().replace("\r\n", "\n")
    if text.rstrip("\n") != expected["text"].replace("\r\n", "\n").rstrip("\n"):
        yield f"the text is {text!r}, not {expected['text']!r}"
    if expected["calendar"]:
        yield from calendar_problems(leaves[2], expected)


def calendar_problems(part, expected):
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True).decode())
    entries = calendar.walk("VEVENT")
    if len(entries) != 1 or len(calendar.subcomponents) != 2:
        yield f"{len(entries)} entries of {len(calendar.subcomponents)}"
        return
    if str(entries[0]["ATTENDEE"]) != f"mailto:{expected['to']}":
        yield f"ATTENDEE is {entries[0]['ATTENDEE']}"
    if part.get_param("method") != str(calendar["METHOD"]):
        yield "two methods"


def main():
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.eml"))
    expected = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
    bad = [] if len(paths) == len(expected) else [f"{len(paths)} mails, not {len(expected)}"]
    for path, facts in zip(paths, expected):
        bad += [f"{path.name}: {problem}" for problem in problems(path, facts)]
    print("\n".join(bad[:20]), end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
