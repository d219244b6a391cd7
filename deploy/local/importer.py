"""Imports a file of any size through ImportService: in parts, then waits until it is worked off.

    done = importer.run(api, "members-2026", importer.parts("members.csv"), content="CONTENT_MEMBERS")
    print(done.created_count, "created,", done.refused_count, "refused")

Loading the same import again finds it there and gives its outcome.
"""

import base64
import csv
import io
import time

import client

ROWS_PER_PART = 5000
BYTES_PER_PART = 3_000_000  # a message holds 4 MB
POLL_SECONDS = 0.1
OVER = ("STATE_SUCCEEDED", "STATE_FAILED", "STATE_CANCELLED")


class Failed(Exception):
    """The import did not succeed; says what became of its rows."""


def parts(path, rows_per_part=ROWS_PER_PART):
    """The CSV file cut into files of their own, each with the header."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        yield from cut(header, rows, rows_per_part)


def cut(header, rows, rows_per_part=ROWS_PER_PART):
    """Rows as CSV texts of a bounded size, each with the header."""
    out, count = None, 0
    for row in rows:
        if out is None:
            out, count = io.StringIO(), 0
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header)
        writer.writerow(row)
        count += 1
        if count == rows_per_part or out.tell() > BYTES_PER_PART:
            yield out.getvalue().encode()
            out = None
    if out is not None:
        yield out.getvalue().encode()


def upload(api, import_id, file_parts, **fields):
    """Creates the import and appends its parts; goes on where an earlier upload ended."""
    name = f"imports/{import_id}"
    fields.setdefault("format", "FORMAT_CSV")
    try:
        there = api("ImportService.CreateImport", import_id=import_id, **{"import": fields})
    except client.CallError as error:
        if error.code != "ALREADY_EXISTS":
            raise
        there = api("ImportService.GetImport", name=name)
    if state(there) != "STATE_OPEN":
        return name
    for number, content in enumerate(file_parts, 1):
        if number > there.part_count:
            api("ImportService.AppendImportRows", name=name, part=number,
                content=base64.b64encode(content).decode())
    return name


def start(api, name):
    """Starts the import unless somebody did."""
    try:
        api("ImportService.StartImport", name=name)
    except client.CallError as error:
        if error.reason != "IMPORT_NOT_OPEN":
            raise


def wait(api, name, progress=lambda there: None):
    """The import when it is over."""
    while True:
        there = api("ImportService.GetImport", name=name)
        progress(there)
        if state(there) in OVER:
            return there
        time.sleep(POLL_SECONDS)


def state(there):
    """The state by name."""
    return there.DESCRIPTOR.fields_by_name["state"].enum_type.values_by_number[there.state].name


def run(api, import_id, file_parts, progress=lambda there: None, **fields):
    """All of it. Raises Failed unless it succeeds."""
    name = upload(api, import_id, file_parts, **fields)
    start(api, name)
    there = wait(api, name, progress)
    if state(there) != "STATE_SUCCEEDED":
        rows = api("ImportService.ListImportRows", parent=name, action="ACTION_REFUSED").rows
        faults = "".join(f"\n    part {row.part}, line {row.line}: {'; '.join(row.faults)}"
                         for row in rows[:20])
        raise Failed(f"{name}: {state(there)}, {there.refused_count} rows are broken{faults}")
    return there
