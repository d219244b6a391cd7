"""Reads what wici prints and exports as others do: poppler's and zbar's tools, Python's own parsers.
"""

import base64
import csv
import io
import json
import pathlib
import subprocess
import tempfile
import uuid
import zipfile
from xml.etree import ElementTree

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def joined(parts):
    """The file that came as a stream of parts."""
    return b"".join(part.content for part in parts)


def pdf_pages(pdf):
    """What somebody reads on each page."""
    text = _run(["pdftotext", "-raw", "-", "-"], pdf).decode()
    return [page.replace("\n", " ") for page in text.split("\f")[:-1]]


def fonts_embedded(pdf):
    """Whether there are fonts, and all of them are in the file."""
    lines = _run(["pdffonts", "-"], pdf).decode().splitlines()
    column = lines[0].index("emb")
    return len(lines) > 2 and all(line[column:column + 3] == "yes" for line in lines[2:])


def qr_codes(pdf):
    """What a scanner reads on all pages."""
    with tempfile.TemporaryDirectory() as directory:
        page = pathlib.Path(directory) / "page"
        _run(["pdftoppm", "-gray", "-r", "150", "-", str(page)], pdf)
        pages = sorted(str(p) for p in pathlib.Path(directory).iterdir())
        return _run(["zbarimg", "--nodbus", "--quiet", "--raw", *pages]).decode().split()


def ticket_registration(code, keys):
    """The registration of a ticket, verified as a gate without network does it, with the keys of
    its manifest (services/registration/check_in/check_in_code.h)."""
    payload, signature = (_base64(part) for part in code.split("."))
    key = next(k for k in keys if _base64(k.key_id) == payload[1:5])
    Ed25519PublicKey.from_public_bytes(_base64(key.public_key)).verify(
        signature, b"wici-check-in-v1:" + payload)
    event, rest = _take_id(payload[13:])
    registration, _ = _take_id(rest)
    return f"events/{event}/registrations/{registration}"


def rows(list_format, content):
    """The rows of an exported list as dictionaries."""
    if list_format == "CSV":
        return list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    if list_format == "JSON_LINES":
        return [json.loads(line) for line in content.decode().splitlines()]
    header, *lines = _xlsx_lines(content)
    return [{name: line.get(column, "") for column, name in header.items()} for line in lines]


def _xlsx_lines(content):
    """Each row as {letters of the column: text}; empty cells are not there."""
    with zipfile.ZipFile(io.BytesIO(content)) as workbook:
        sheet = ElementTree.fromstring(workbook.read("xl/worksheets/sheet1.xml"))
        shared = []
        if "xl/sharedStrings.xml" in workbook.namelist():
            strings = ElementTree.fromstring(workbook.read("xl/sharedStrings.xml"))
            shared = ["".join(i.itertext()) for i in strings.iter(SHEET + "si")]
    for row in sheet.iter(SHEET + "row"):
        yield {cell.get("r").rstrip("0123456789"): (
            shared[int(cell.find(SHEET + "v").text)] if cell.get("t") == "s" else
            "".join(cell.itertext())) for cell in row.iter(SHEET + "c")}


def _take_id(payload):
    size = payload[0]
    if size:
        return payload[1:1 + size].decode(), payload[1 + size:]
    return str(uuid.UUID(bytes=payload[1:17])), payload[17:]


def _base64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _run(command, data=None):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout
