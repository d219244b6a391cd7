#!/usr/bin/python3
"""A local SMTP server that keeps every mail and shows it in the browser.

    mail_sink.py --smtp HOST:PORT --http HOST:PORT --directory DIR [--pages HOST:PORT]

SMTP: takes mail for anybody, stores it as DIR/000001.eml and answers 250 once it is on disk. The
envelope stands on top of the file in X-Envelope-From and X-Envelope-To.
HTTP: /                        the list, newest first
      /mails/N                 one mail: text, HTML (sandboxed), calendar, source
      /mails/N.eml             the file
      /api/mails?count=N&timeout=S&after=M   JSON; waits until at least N mails are there, gives
                               those with a number above M
      /healthz                 ok
      /answer, ...             what the link of a mail is good for, while there is no console
      /unsubscribe, /confirm-consent   passed on to --pages, as the proxy of an installation does
It is meant for one machine and one user: no login, bind it to 127.0.0.1.
"""

import argparse
import email
import email.header
import email.policy
import html
import http.client
import http.server
import json
import os
import pathlib
import re
import signal
import sys
import threading
import urllib.parse

from aiosmtpd.controller import Controller

WAIT_SECONDS_MAX = 60
LIST_MAX = 500
MAIL_BYTES_MAX = 10 * 1024 * 1024
FORM_BYTES_MAX = 4096
PAGE_SECONDS = 20
PAGES = ("/unsubscribe", "/confirm-consent")  # those of the notification service

# Path and parameter of a link -> the methods that take its token.
LINKS = {
    "/answer": ("answer_token", {
        "InvitationService.AnswerInvitation": {"token": "", "answer": "ANSWER_YES"},
        "RegistrationService.CreateRegistration": {"parent": "events/...", "invitationToken": ""}}),
    "/registration": ("manage_token", {
        "RegistrationService.GetOwnRegistration": {"token": ""},
        "RegistrationService.CancelOwnRegistration": {"token": ""}}),
    "/accept-offer": ("manage_token", {"RegistrationService.AcceptOwnOffer": {"token": ""}}),
    "/decline-offer": ("manage_token", {
        "RegistrationService.CancelOwnRegistration": {"token": ""}}),
    "/survey": ("manage_token", {
        "SurveyService.GetOwnSurvey": {"token": ""},
        "SurveyService.AnswerOwnSurvey": {
            "token": "", "answers": [{"questionId": "...", "rating": 5}]}}),
    "/calendar": ("calendar_token", {"CalendarService.GetOwnCalendar": {"token": ""}}),
    "/check-in": ("check_in_token", {
        "CheckInService.CheckIn": {"parent": "events/...", "checkInToken": ""}}),
}

STYLE = """
:root { color-scheme: light dark; --line: #8884; --dim: #777; --accent: #1a5fb4; }
@media (prefers-color-scheme: dark) { :root { --dim: #aaa; --accent: #78aeed; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.25rem; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
a { color: var(--accent); }
p.dim, .dim { color: var(--dim); }
ol.mails { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
ol.mails a { display: grid; grid-template-columns: 1fr auto; gap: 0 .75rem; padding: .6rem .25rem;
  border-bottom: 1px solid var(--line); text-decoration: none; color: inherit; }
ol.mails a:hover, ol.mails a:focus { background: #8881; }
ol.mails .subject { font-weight: 600; overflow-wrap: anywhere; }
ol.mails .who { grid-column: 1 / -1; color: var(--dim); overflow-wrap: anywhere; }
.tag { font-size: .75rem; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem;
  white-space: nowrap; align-self: center; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .75rem; margin: 0; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid var(--line); margin: 0;
  border-radius: .4rem; padding: .75rem; font: .875rem/1.45 ui-monospace, monospace; }
iframe { width: 100%; height: 26rem; border: 1px solid var(--line); border-radius: .4rem;
  background: #fff; }
"""


class Mail:
    """One stored mail, parsed once."""

    def __init__(self, number, raw):
        self.number, self.raw = number, raw
        self.message = email.message_from_bytes(raw, policy=email.policy.default)

    def header(self, name):
        """The text of a header, "" when it is absent or does not parse."""
        try:
            # Not str(message[name]): for names of people this Python keeps the white space between
            # two encoded words, which RFC 2047 section 6.2 drops.
            raw = dict(self.message.raw_items()).get(name, "")
            return str(email.header.make_header(email.header.decode_header(raw)))
        except Exception:
            return ""

    def part(self, content_type):
        for part in self.message.walk():
            if part.get_content_type() == content_type and not part.is_attachment():
                try:
                    return part.get_content()
                except Exception:  # unknown charset or broken encoding
                    return (part.get_payload(decode=True) or b"").decode("utf-8", "replace")
        return None

    def calendar_method(self):
        match = re.search(r"(?m)^METHOD:(\S+)", self.part("text/calendar") or "")
        return match.group(1) if match else ""

    def summary(self):
        return {"number": self.number, "from": self.header("From"), "to": self.header("To"),
                "subject": self.header("Subject"), "date": self.header("Date"),
                "method": self.calendar_method(), "bytes": len(self.raw)}


class Mailbox:
    """The mails of a directory. Thread-safe."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self._changed = threading.Condition()
        self._mails = {}
        for path in sorted(self.directory.glob("[0-9]*.eml")):
            self._mails[int(path.stem)] = Mail(int(path.stem), path.read_bytes())

    def add(self, raw):
        with self._changed:
            number = max(self._mails, default=0) + 1
            path = self.directory / f"{number:06d}.eml"
            temporary = path.with_suffix(".new")
            with open(temporary, "wb") as f:
                f.write(raw)
                f.flush()
                os.fsync(f.fileno())
            temporary.replace(path)
            self._mails[number] = Mail(number, raw)
            self._changed.notify_all()

    def get(self, number):
        with self._changed:
            return self._mails.get(number)

    def all(self):
        with self._changed:
            return [self._mails[n] for n in sorted(self._mails)]

    def wait_for(self, count, seconds):
        with self._changed:
            self._changed.wait_for(lambda: len(self._mails) >= count, seconds)
        return self.all()


class SmtpHandler:
    """Called by aiosmtpd for each mail."""

    def __init__(self, mailbox):
        self.mailbox = mailbox

    async def handle_DATA(self, server, session, envelope):
        top = [f"X-Envelope-From: {envelope.mail_from}"]
        top += [f"X-Envelope-To: {recipient}" for recipient in envelope.rcpt_tos]
        head = "".join(line + "\r\n" for line in top)
        raw = head.encode("utf-8", "surrogateescape") + envelope.original_content
        try:
            self.mailbox.add(raw)
        except OSError as e:
            print(f"cannot store mail: {e}", file=sys.stderr, flush=True)
            return "452 4.3.1 cannot store the mail now"
        return "250 2.0.0 stored"


def page(title, body):
    return ("<!doctype html><html lang='en'><meta charset='utf-8'>"
            "<meta name='viewport' content='width=device-width, initial-scale=1'>"
            f"<title>{html.escape(title)}</title><style>{STYLE}</style>{body}</html>").encode()


def list_page(mails):
    if not mails:
        return page("Mail", "<h1>Mail</h1><p class=dim>Nothing has arrived yet. "
                            "Reload this page after an invitation was sent.</p>")
    rows = []
    for mail in reversed(mails[-LIST_MAX:]):
        method = mail.calendar_method()
        tag = f"<span class=tag>{html.escape(method)}</span>" if method else "<span></span>"
        subject = html.escape(mail.header("Subject") or "(no subject)")
        rows.append(f"<li><a href='/mails/{mail.number}'><span class=subject>{subject}</span>{tag}"
                    f"<span class=who>{html.escape(mail.header('To'))} &middot; "
                    f"{html.escape(mail.header('Date'))}</span></a></li>")
    title = f"Mail ({len(mails)})"
    older = ""
    if len(mails) > LIST_MAX:
        older = f"<p class=dim>The {len(mails) - LIST_MAX} oldest are not listed.</p>"
    return page(title, f"<h1>{title}</h1><ol class=mails>{''.join(rows)}</ol>{older}")


def mail_page(mail):
    subject = html.escape(mail.header("Subject") or "(no subject)")
    headers = "".join(
        f"<dt>{label}</dt><dd>{html.escape(mail.header(name))}</dd>"
        for label, name in (("From", "From"), ("To", "To"), ("Date", "Date"),
                            ("Language", "Content-Language"), ("Id", "Message-ID"))
        if mail.header(name))
    # As mail programs do beside the sender.
    if link := re.search(r"<(https?://[^<>\s]+)>", mail.header("List-Unsubscribe")):
        headers += f"<dt>List</dt><dd>{linked(link.group(1), 'Unsubscribe')}</dd>"
    parts = [f"<p><a href='/'>All mail</a></p><h1>{subject}</h1><dl>{headers}</dl>"]
    if text := mail.part("text/plain"):
        parts.append(f"<h2>Text</h2><pre>{linked(text)}</pre>")
    if markup := mail.part("text/html"):
        parts.append("<h2>HTML</h2><iframe sandbox title='HTML part' "
                     f"srcdoc=\"{html.escape(markup, quote=True)}\"></iframe>")
    if calendar := mail.part("text/calendar"):
        parts.append(f"<h2>Calendar</h2><pre>{html.escape(calendar)}</pre>")
    source = mail.raw.decode("utf-8", "replace")
    parts.append(f"<h2>Source</h2><p><a href='/mails/{mail.number}.eml'>Download .eml</a></p>"
                 f"<details><summary>Show</summary><pre>{html.escape(source)}</pre></details>")
    return page(mail.header("Subject") or "Mail", "".join(parts))


def link_page(parameter, methods, query):
    """What to do with a link of a mail while there is no console for it."""
    token = query.get(parameter, [""])[0]
    calls = []
    for method, body in methods.items():
        filled = {key: value or token for key, value in body.items()}
        calls.append(f"<h2>{html.escape(method)}</h2>"
                     f"<pre>{html.escape(json.dumps(filled, indent=2))}</pre>")
    return page("A link of a mail", "<p><a href='/'>All mail</a></p><h1>A link of a mail</h1>"
                "<p>The page behind this link comes with the console. Until then its token can be "
                "given to the registration service, with <code>./wici call METHOD "
                "'BODY'</code>:</p>" +
                "".join(calls))


def linked(text, name=None):
    """The text, escaped, its http links clickable, each under its own address or `name`."""
    pieces = re.split(r"(https?://[^\s<>\"']+)", text)
    return "".join(
        f"<a rel=noreferrer href=\"{html.escape(piece, quote=True)}\">"
        f"{html.escape(name or piece)}</a>"
        if i % 2 else html.escape(piece) for i, piece in enumerate(pieces))


class HttpHandler(http.server.BaseHTTPRequestHandler):
    """The pages and the API."""

    mailbox = pages = None  # set in main
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/healthz":
            self._send(b"ok\n", "text/plain")
        elif url.path == "/":
            self._send(list_page(self.mailbox.all()), "text/html; charset=utf-8")
        elif url.path == "/api/mails":
            self._api(urllib.parse.parse_qs(url.query))
        elif url.path in PAGES:
            self._pass_on(None)
        elif url.path in LINKS:
            self._send(link_page(*LINKS[url.path], urllib.parse.parse_qs(url.query)),
                       "text/html; charset=utf-8")
        elif match := re.fullmatch(r"/mails/(\d{1,9})(\.eml)?", url.path):
            self._mail(int(match.group(1)), bool(match.group(2)))
        else:
            self._not_found()

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        self.close_connection = True  # a body may be left unread
        if urllib.parse.urlsplit(self.path).path not in PAGES:
            self._not_found()
        elif not length.isdecimal() or int(length) > FORM_BYTES_MAX:
            self._send(f"a form of at most {FORM_BYTES_MAX} bytes\n".encode(), "text/plain", 413)
        else:
            self._pass_on(self.rfile.read(int(length)))

    def _pass_on(self, body):
        """Asks the notification service, which has this page."""
        headers = {name: self.headers[name] for name in ("Accept-Language", "Content-Type")
                   if name in self.headers}
        try:
            answer = self._ask_notification(body, headers)
        except (OSError, http.client.HTTPException):
            answer = (page("No answer", "<h1>No answer</h1><p>The notification service does not "
                           "answer. Try again in a moment.</p>"), "text/html; charset=utf-8", 502)
        self._send(*answer)

    def _ask_notification(self, body, headers):
        if self.pages is None:
            raise ConnectionError("no --pages")
        connection = http.client.HTTPConnection(*self.pages, timeout=PAGE_SECONDS)
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            return answer.read(), answer.getheader("Content-Type", "text/plain"), answer.status
        finally:
            connection.close()

    def _mail(self, number, raw):
        mail = self.mailbox.get(number)
        if mail is None:
            self._not_found()
        elif raw:
            self._send(mail.raw, "message/rfc822")
        else:
            self._send(mail_page(mail), "text/html; charset=utf-8")

    def _api(self, query):
        try:
            count, after = (int(query.get(name, ["0"])[0]) for name in ("count", "after"))
            seconds = min(float(query.get("timeout", ["0"])[0]), WAIT_SECONDS_MAX)
        except ValueError:
            self._send(b"count, timeout and after are numbers\n", "text/plain", 400)
            return
        mails = [mail for mail in self.mailbox.wait_for(count, seconds) if mail.number > after]
        body = json.dumps([mail.summary() for mail in mails], ensure_ascii=False).encode()
        self._send(body, "application/json")

    def _not_found(self):
        self._send(page("Not found", "<h1>Not found</h1><p><a href='/'>All mail</a></p>"),
                   "text/html; charset=utf-8", 404)

    def _send(self, body, content_type, status=200):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        if content_type.startswith("text/html"):
            self.send_header("Content-Security-Policy",
                             "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def host_and_port(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smtp", required=True, type=host_and_port)
    parser.add_argument("--http", required=True, type=host_and_port)
    parser.add_argument("--directory", required=True)
    parser.add_argument("--pages", type=host_and_port)
    args = parser.parse_args()

    mailbox = Mailbox(args.directory)
    smtp = Controller(SmtpHandler(mailbox), hostname=args.smtp[0], port=args.smtp[1],
                      enable_SMTPUTF8=True, data_size_limit=MAIL_BYTES_MAX)
    smtp.start()
    HttpHandler.mailbox, HttpHandler.pages = mailbox, args.pages
    http.server.ThreadingHTTPServer.daemon_threads = True
    server = http.server.ThreadingHTTPServer(args.http, HttpHandler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    try:
        server.serve_forever(poll_interval=0.1)  # so long may a stop take
    except KeyboardInterrupt:
        pass
    server.server_close()
    smtp.stop()


if __name__ == "__main__":
    main()
