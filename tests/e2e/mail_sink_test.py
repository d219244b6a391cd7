#!/usr/bin/python3
"""The mail sink: keeps what SMTP gives it, shows it escaped, finds it again after a restart."""

import email.message
import http.server
import json
import pathlib
import smtplib
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local"))

import stack  # noqa: E402


class Echo(http.server.BaseHTTPRequestHandler):
    """Stands in for notification: answers with what it was asked."""

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(
            f"{self.command} {self.path} {self.headers['Accept-Language']} {body}".encode())

    do_POST = do_GET

    def log_message(self, *args):
        pass


class MailSinkTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)
        self.ports = stack.free_ports()
        self.start()
        self.addCleanup(self.stop)

    def start(self):
        address = {part: f"{stack.HOST}:{self.ports[part]}" for part in ("mail-smtp", "mail-http", "notification-pages")}
        self.process = subprocess.Popen(
            ["/usr/bin/python3", ROOT / "deploy/local/mail_sink.py", "--smtp",
             address["mail-smtp"], "--http", address["mail-http"], "--directory", self.directory,
             "--pages", address["notification-pages"]])
        while not self.answers("/healthz"):
            with self.assertRaises(subprocess.TimeoutExpired, msg="the sink ended"):
                self.process.wait(0.02)

    def stop(self):
        self.process.terminate()
        self.assertEqual(self.process.wait(30), 0)

    def answers(self, path):
        try:
            return self.get(path)
        except (urllib.error.URLError, ConnectionError):
            return None

    def get(self, path, form=None, language="en"):
        url = f"http://{stack.HOST}:{self.ports['mail-http']}{path}"
        request = urllib.request.Request(url, form, {"Accept-Language": language})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    def send(self, subject, text="Hi", html=None, unsubscribe=None):
        mail = email.message.EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", subject
        if unsubscribe:
            mail["List-Unsubscribe"] = unsubscribe
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
        with smtplib.SMTP(stack.HOST, self.ports["mail-smtp"]) as smtp:
            smtp.send_message(mail)

    def test_a_mail_is_listed_shown_and_kept_as_file(self):
        self.send("Zaproszenie: łąka")
        mails = json.loads(self.get("/api/mails?count=1&timeout=30"))
        self.assertEqual([m["subject"] for m in mails], ["Zaproszenie: łąka"])
        self.assertIn("Zaproszenie: łąka", self.get("/"))
        self.assertIn("Hi", self.get("/mails/1"))
        self.assertIn("X-Envelope-To: b@example.org", self.get("/mails/1.eml"))
        self.assertEqual([p.name for p in self.directory.iterdir()], ["000001.eml"])

    def test_nothing_of_a_mail_becomes_markup_of_the_page(self):
        evil = "<script>alert('x')</script>\"'"
        self.send(evil, text=evil + " http://x.example/\"onclick=alert(1)", html=evil)
        self.get("/api/mails?count=1&timeout=30")
        for path in ("/", "/mails/1"):
            page = self.get(path)
            self.assertNotIn("<script", page)
            self.assertNotIn("\"onclick", page)
        self.assertIn("<iframe sandbox ", self.get("/mails/1"))

    def test_mails_are_there_again_after_a_restart(self):
        self.send("first")
        self.stop()
        self.start()
        self.send("second")
        mails = json.loads(self.get("/api/mails?count=2&timeout=30"))
        self.assertEqual([m["subject"] for m in mails], ["first", "second"])
        later = json.loads(self.get("/api/mails?count=2&timeout=30&after=1"))
        self.assertEqual(later, mails[1:])

    def test_a_link_of_a_mail_shows_its_token_escaped(self):
        shown = self.get("/answer?answer_token=t1%3Cscript%3E")
        self.assertIn("AnswerInvitation", shown)
        self.assertIn("t1&lt;script&gt;", shown)

    def test_a_mail_shows_by_which_link_one_unsubscribes(self):
        self.send("news", unsubscribe="<https://wici.example.org/unsubscribe?token=1&x=\">")
        self.get("/api/mails?count=1&timeout=30")
        self.assertIn("<a rel=noreferrer href=\"https://wici.example.org/unsubscribe?token=1&amp;x="
                      "\">Unsubscribe</a>", self.get("/mails/1"))

    def test_the_pages_of_notification_are_passed_on(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.get("/unsubscribe?token=t1")
        self.assertEqual(caught.exception.code, 502)  # nobody listens there yet
        caught.exception.close()
        address = (stack.HOST, self.ports["notification-pages"])
        with http.server.HTTPServer(address, Echo) as server:
            threading.Thread(target=server.serve_forever, args=(0.05,)).start()
            try:
                self.assertEqual(self.get("/unsubscribe?token=t1&a=%C5%81", language="pl"),
                                 "GET /unsubscribe?token=t1&a=%C5%81 pl ")
                self.assertEqual(self.get("/confirm-consent?consent_token=t2", b"a=b"),
                                 "POST /confirm-consent?consent_token=t2 en a=b")
                for path, form, code in (("/unsubscribe", b"x" * 5000, 413),
                                         ("/mails/1", b"a=b", 404)):
                    with self.assertRaises(urllib.error.HTTPError) as caught:
                        self.get(path, form)
                    self.assertEqual(caught.exception.code, code)
                    caught.exception.close()
            finally:
                server.shutdown()

    def test_what_is_not_there_is_404(self):
        for path in ("/mails/1", "/mails/1.eml", "/mails/../key", "/nothing"):
            with self.assertRaises(urllib.error.HTTPError) as caught:
                self.get(path)
            self.assertEqual(caught.exception.code, 404)
            caught.exception.close()


if __name__ == "__main__":
    unittest.main(verbosity=0)
