#!/usr/bin/python3
"""Each service starts in production mode with the flags that the Kubernetes base gives it; only
addresses and the place of the key are those of this machine."""

import base64
import json
import os
import pathlib
import re
import secrets
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local"))

from stack import SERVICES, build_directory  # noqa: E402


class FlagsTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="wici-flags.")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.key = self.directory / "key"
        self.key.write_text(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="))
        self.key.chmod(0o600)

    def first_line(self, service, flags):
        """What the service logs first, but for its migrations and the peers that are not here."""
        text = re.sub(r"0\.0\.0\.0:\d+", "127.0.0.1:0", flags)
        text = re.sub(r"--key_file=\S+", f"--key_file={self.key}", text)
        text = re.sub(r"--redis=\S+\n", "", text)
        file = self.directory / f"{service}.flags"
        file.write_text(text, encoding="utf-8")
        process = subprocess.Popen(
            [build_directory() / "bin" / f"wici-{service}", f"--config={file}",
             f"--database=sqlite://{self.directory}/{service}.db"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            for line in process.stdout:
                entry = json.loads(line)
                if entry["message"] not in ("schema_migrated", "search_index_built",
                                            "feed_consumer_failed"):
                    return entry
            return {"message": "nothing"}
        finally:
            process.terminate()
            process.communicate(timeout=60)

    def test_the_flags_of_the_base_are_accepted(self):
        for service in SERVICES:
            with self.subTest(service):
                flags = ROOT / f"deploy/kubernetes/base/{service}/flags"
                entry = self.first_line(service, flags.read_text(encoding="utf-8"))
                self.assertEqual(entry["message"], "listening", entry)

    def test_a_batch_without_operations_is_refused(self):
        for service in ("notification", "registration"):
            with self.subTest(service):
                flags = (ROOT / f"deploy/kubernetes/base/{service}/flags").read_text(encoding="utf-8")
                entry = self.first_line(service, f"{flags}\n--commit_batch_max=0\n")
                self.assertEqual(entry["message"], "cannot_serve")

    def test_flags_that_are_not_are_noticed(self):
        flags = (ROOT / "deploy/kubernetes/base/notification/flags").read_text(encoding="utf-8")
        entry = self.first_line("notification", flags.replace("--smtp_tls=required\n", ""))
        self.assertEqual(entry["message"], "cannot_serve")

    def test_a_secret_that_others_may_read_is_refused(self):
        base = (ROOT / "deploy/kubernetes/base/notification/flags").read_text(encoding="utf-8")
        secret = self.directory / "secret"
        secret.write_text("token\n")
        secret.chmod(0o644)
        for flag, more in (("--dkim_keys", f"--dkim_keys=s1={secret}"),
                           ("--push_key_file", f"--push_key_file={secret}"),
                           ("--sms_token_file",
                            f"--sms_url=https://sms.example\n--sms_token_file={secret}")):
            with self.subTest(flag):
                entry = self.first_line("notification", f"{base}\n{more}\n")
                self.assertEqual(entry["message"], "cannot_serve")
                self.assertIn(f"{flag}: others may read", entry["error"])


if __name__ == "__main__":
    os.chdir(ROOT)
    unittest.main()
