#!/usr/bin/python3
"""Reads an iCalendar text with a parser that is not ours and prints one line for each entry.

    read_calendar.py FILE

UID | SEQUENCE | STATUS | DTSTART with its zone | SUMMARY | LOCATION, in the order of the file. Ends
with an error when the text is malformed, a UID stands twice, or a zone is missing.
"""

import pathlib
import sys

import icalendar


def main():
    calendar = icalendar.Calendar.from_ical(pathlib.Path(sys.argv[1]).read_bytes())
    zones = {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")}
    seen = set()
    for entry in calendar.walk("VEVENT"):
        if entry.errors:
            sys.exit(f"{entry['UID']}: {entry.errors}")
        if entry["UID"] in seen:
            sys.exit(f"{entry['UID']} stands twice")
        seen.add(entry["UID"])
        start = entry["DTSTART"]
        if start.params["TZID"] not in zones:
            sys.exit(f"the zone {start.params['TZID']} is not there")
        if "ATTENDEE" in entry or "ORGANIZER" in entry:
            sys.exit("a feed names nobody")
        print(" | ".join([str(entry["UID"]), str(entry["SEQUENCE"]), str(entry["STATUS"]),
                          f"{start.dt:%Y-%m-%dT%H:%M} {start.params['TZID']}",
                          str(entry["SUMMARY"]), str(entry.get("LOCATION", "-"))]))


if __name__ == "__main__":
    main()
