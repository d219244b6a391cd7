#!/usr/bin/python3
"""--verify_audit of the real binary judges a database as it is and brings no schema up to date. On
SQLite, and on PostgreSQL where WICI_TEST_POSTGRES is set."""

import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "libs/sql")]

import query_plans  # noqa: E402

BINARY = pathlib.Path(os.environ.get("WICI_BUILD_DIR", ROOT / "build/release")) / "bin/wici-notification"
ADDED = ("INSERT INTO audit_entries (seq, at, kind, subject, detail, principal, request_id, prev_hash, "
         "hash) VALUES (1, 1, 'consent.given', '', '', 'users/a', '', '', 'x')")


class VerifyAuditTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="wici-verify-audit-")
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.key = self.directory / "key"
        self.key.write_text("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE\n", encoding="ascii")
        self.key.chmod(0o600)

    def _run(self, url, *flags):
        done = subprocess.run([BINARY, f"--database={url}", f"--key_file={self.key}", *flags],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, done.stdout

    def _judges_what_is_there(self, url, tables, execute):
        status, log = self._run(url, "--verify_audit")
        self.assertNotEqual(status, 0, log)
        self.assertEqual(tables(), 0, "it made a schema")
        status, log = self._run(url, "--migrate_only")
        self.assertEqual(status, 0, log)
        status, log = self._run(url, "--verify_audit")
        self.assertEqual(status, 0, log)
        self.assertIn("audit_verified", log)
        execute(ADDED)
        status, log = self._run(url, "--verify_audit", "--migrate_only")
        self.assertNotEqual(status, 0, log)
        self.assertIn("audit entry 1 was not appended", log)

    def test_on_sqlite_nothing_is_migrated_and_what_was_added_is_found(self):
        path = self.directory / "notification.db"

        def query(text):
            database = sqlite3.connect(path)
            try:
                with database:
                    return database.execute(text).fetchall()
            finally:
                database.close()

        self._judges_what_is_there(f"sqlite:///{path}",
                                   lambda: query("SELECT COUNT(*) FROM sqlite_master")[0][0], query)

    def test_on_postgresql_nothing_is_migrated_and_what_was_added_is_found(self):
        url = os.environ.get("WICI_TEST_POSTGRES")
        if not url:
            self.skipTest("set WICI_TEST_POSTGRES, or use ./wici test")
        schema = f"audit_{uuid.uuid4().hex}"
        query_plans.psql(url, "public", f"CREATE SCHEMA {schema};")
        self.addCleanup(query_plans.psql, url, "public", f"DROP SCHEMA {schema} CASCADE;")
        within = f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
        self._judges_what_is_there(
            within,
            lambda: int(query_plans.psql(url, schema, "SELECT COUNT(*) FROM information_schema.tables "
                                         f"WHERE table_schema = '{schema}'")),
            lambda text: query_plans.psql(url, schema, text))


if __name__ == "__main__":
    unittest.main()
