"""Two PostgreSQL servers, the second a synchronous standby of the first, for fail-overs.

    pair = PostgresPair(directory)
    pair.url("postgres")          # names both: whoever may write is who is connected to
    pair.primary.choose = ...     # what a client of the primary meets (postgres_proxy.py)
    pair.replication.stall(True)  # the standby hears nothing: nothing is acknowledged from now on
    pair.kill_primary()
    pair.promote_standby()
    pair.close()

Replication goes through a proxy, so that it can stand still: what the primary has written meanwhile
is gone for good once that is killed. Clients reach the primary through another.
"""

import pathlib
import subprocess
import time

from postgres_proxy import PostgresProxy
from tcp_proxy import HOST

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "deploy/local/postgres.sh"
READY_SECONDS = 30


class PostgresPair:
    def __init__(self, directory):
        self._directories = [directory / "primary", directory / "standby"]
        self.primary = self.replication = None
        try:
            for one in self._directories:
                one.mkdir()
            self.primary_url = self._postgres("start", self._directories[0], "--durable")
            self.primary = PostgresProxy(self.primary_url)
            self.replication = PostgresProxy(self.primary_url)
            standby_url = self._postgres(
                "standby", self._directories[1], self.primary_url,
                f"host={HOST} port={self.replication.port} user=postgres application_name=standby")
            self._hosts = f"{HOST},{standby_url.split('host=')[1]}&port={self.primary.port},5432"
            self._wait_for_replication()
        except BaseException:
            self.close()
            raise

    def url(self, database):
        return (f"postgresql://postgres@/{database}?host={self._hosts}"
                "&target_session_attrs=read-write")

    def kill_primary(self):
        """SIGKILL of the whole server; what it had not sent to the standby is lost."""
        self._postgres("kill", self._directories[0])
        # Nobody listens there any more: libpq asks the next host only when one cannot be reached.
        self.primary.close()
        self.primary = None
        self.replication.cut_all()

    def promote_standby(self):
        """It takes writes when this returns."""
        self._postgres("promote", self._directories[1])

    def close(self):
        for directory in reversed(self._directories):
            self._postgres("stop", directory)
        for proxy in (self.primary, self.replication):
            if proxy:
                proxy.close()

    def _wait_for_replication(self):
        """The setting comes after the copy was made: a standby must not wait for itself one day."""
        self._sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        self._sql("SELECT pg_reload_conf()")
        give_up = time.monotonic() + READY_SECONDS
        while self._sql("SELECT sync_state FROM pg_stat_replication") != "sync":
            if time.monotonic() > give_up:
                raise RuntimeError("the standby does not follow the primary")
            time.sleep(0.05)

    def _sql(self, text):
        return self._run("psql", self.primary_url, "--no-psqlrc", "-qtAc", text)

    def _postgres(self, *arguments):
        return self._run(SCRIPT, *arguments)

    @staticmethod
    def _run(*command):
        return subprocess.run(command, check=True, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE).stdout.strip()
