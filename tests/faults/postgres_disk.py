"""A PostgreSQL server whose disk becomes full, and is given room again; see database_faults.py.

The disk is a small one in memory, in a mount namespace of this process: enter_namespace() says why
where that is not allowed. Two ways, in an order of the seed:

  tables   no room for tables to grow. The server goes on: what cannot be stored is refused with
           DATABASE_FULL, reads are answered, replicas stay ready.
  log      no room for the write-ahead log either. The server ends itself, and cannot come back:
           replicas turn over, are not ready, and calls end at their deadline or UNAVAILABLE. With
           room again, the server is started, as an operator's supervisor would; the replicas are
           not.
"""

import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/faults"), str(ROOT / "services/registration/processes")]

import exhaustion  # noqa: E402
import kill_test  # noqa: E402
from replicated import Server  # noqa: E402

SCRIPT = ROOT / "deploy/local/postgres.sh"
DISK = "500m"
REFUSALS = 5            # enough to have seen it
FULL_SECONDS = 60       # until they were seen
RECOVERY_SECONDS = 20   # from when there is room again
RESTART_SECONDS = 60    # of PostgreSQL, until its log is replayed


def enter_namespace():
    """Where this process may mount what nobody else sees; else ends it with SKIPPED."""
    if exhaustion.INSIDE in os.environ:
        return
    if os.geteuid() != 0:  # in a user namespace there is no user for the server
        print("skipped: only root may mount a disk on which PostgreSQL runs as another user")
        sys.exit(exhaustion.SKIPPED)
    exhaustion.enter_namespace()


class FullDisk(Server):
    """A server of its own on a disk of its own."""

    def __init__(self, directory):
        self._directory, self._disk = directory / "postgres", directory / "disk"
        self._restarts, self._late = 0, []
        for one in (self._directory, self._disk):
            one.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=755", "none", self._disk],
                       check=True)
        try:
            self._server = self._script("start", "--durable")
            self._data = pathlib.Path((self._directory / "postgres.data").read_text().strip())
            kill_test.query(self._server, "CREATE DATABASE faults")
            self.url = self.direct = self._server.replace("/postgres?", "/faults?")
        except BaseException:
            self.close()
            raise

    def fill(self, rng, crowd, replicas):
        """What is wrong while the disk is full, and when it no longer is."""
        problems = []
        for way in rng.sample([self._tables, self._log], 2):
            crowd.wait(rng.uniform(0.5, 2))
            crowd.wait_for_progress()
            exhaustion.fill(self._disk, left_bytes=0)
            try:
                problems += way(crowd, replicas)
                problems += [f"a full disk of PostgreSQL has ended {process.name}"
                             for process in replicas.processes if not process.alive()]
                crowd.note_progress()
            finally:
                exhaustion.resize(self._disk, DISK)
            problems += self._recover(crowd, replicas)
            if problems:
                break
        return problems

    def summary(self):
        return (f"PostgreSQL started again {self._restarts} times, served after "
                f"{', '.join(f'{late:.1f}' for late in self._late)} s with room again")

    def close(self):
        self._script("stop")
        subprocess.run(["umount", "--lazy", self._disk], check=False)

    def _tables(self, crowd, replicas):
        """Until people have been told."""
        before = crowd.reason_count("DATABASE_FULL")
        if not self._until(crowd, FULL_SECONDS,
                           lambda: crowd.reason_count("DATABASE_FULL") >= before + REFUSALS):
            yield "the tables never lacked room: this proves nothing"
        yield from self._check_pages(replicas, "/livez", "does not turn over")
        yield from self._check_pages(replicas, "/readyz", "is not ready, though reads go on,")
        kill_test.query(self.url, "SELECT COUNT(*) FROM registrations")

    def _log(self, crowd, replicas):
        """Until the server is gone, and the replicas know."""
        def is_gone():
            try:
                kill_test.query(self.url, "SELECT pg_switch_wal()", is_quiet=True)
                return False
            except subprocess.CalledProcessError:
                return not self._is_up()
        if not self._until(crowd, FULL_SECONDS, is_gone):
            yield "the log never lacked room: this proves nothing"
        if not self._until(crowd, RECOVERY_SECONDS, lambda: not any(
                replicas.page(number, "/readyz") for number in range(len(replicas.addresses)))):
            yield "a replica says that it is ready without a database"
        yield from self._check_pages(replicas, "/livez", "does not turn over")

    def _recover(self, crowd, replicas):
        begun = time.monotonic()
        while not self._is_up():
            if time.monotonic() > begun + RESTART_SECONDS:
                return ["PostgreSQL does not come back"]
            if not (self._data / "db/postmaster.pid").exists():
                self._restarts += 1
                self._script("restart")
            crowd.wait(0.1)
        crowd.wait_for_progress()
        self._late.append(time.monotonic() - begun)
        if self._late[-1] > RECOVERY_SECONDS:
            return [f"nobody was served for {self._late[-1]:.1f} s when there was room again"]
        if not self._until(crowd, RECOVERY_SECONDS, lambda: all(
                replicas.page(number, "/readyz") for number in range(len(replicas.addresses)))):
            return ["a replica is not ready again"]
        return []

    def _is_up(self):
        try:
            kill_test.query(self._server, "SELECT 1", is_quiet=True)
            return True
        except subprocess.CalledProcessError:
            return False

    def _script(self, command, *options):
        return subprocess.run([SCRIPT, command, self._directory, *options], check=True, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              env=os.environ | {"WICI_POSTGRES_DISK": str(self._disk)}
                              ).stdout.strip()

    @staticmethod
    def _check_pages(replicas, path, complaint):
        return [f"replica {number} {complaint} while PostgreSQL's disk is full"
                for number in range(len(replicas.addresses)) if not replicas.page(number, path)]

    @staticmethod
    def _until(crowd, seconds, condition):
        give_up = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > give_up:
                return False
            crowd.wait(0.1)
        return True
