"""Why something came twice: by the attempts in the ledger of notification, and by what was done.

    windows = Windows()
    with windows.open(DIED):          # W1: workers are killed
        stack.kill("notification")
    attempts = attempts_of(stack)     # delivery -> [Attempt], in their order
    windows.explained(attempts["d1"], unanswered)

What came k times needs k - 1 attempts, each before the last one, of which nobody knew whether it
had arrived when the next began, and each for a reason that somebody brought about: W1 to W3 of
services/notification/deliveries/rules/ledger.h. Times are those of the machine's clock, in seconds.
"""

import collections
import contextlib
import sqlite3
import subprocess
import time

# What is done to a worker, and how its attempts may look then:
DIED = "died"            # W1: it is killed, or loses the database; what it had begun never ends
DISTURBED = "disturbed"  # W3: it stands still or lacks something; an outcome comes late, or unknown
UNKNOWN, DELIVERED = 4, 1  # ATTEMPT_OUTCOME_*
ATTEMPT_SECONDS = 40       # from its beginning to its end at most: a lease, and a time-out

Attempt = collections.namedtuple("Attempt", "started ended outcome")  # ended: None while it runs

# In no order: the collation of the column is one that SQLite has in the services only.
QUERY = "SELECT delivery_id, n, started_at, ended_at, outcome FROM attempts"


def attempts_of(stack):
    """All attempts in the ledger, by the id of their delivery."""
    found = collections.defaultdict(list)
    for delivery, _, started, ended, outcome in sorted(_rows(stack), key=lambda row: int(row[1])):
        found[delivery].append(Attempt(int(started) / 1e6, int(ended) / 1e6 if ended else None,
                                       int(outcome)))
    return found


def _rows(stack):
    url = stack.database_url("notification")
    if stack.database == "sqlite":
        with contextlib.closing(sqlite3.connect(
                f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)) as database:
            return database.execute(QUERY).fetchall()
    output = subprocess.run(
        ["psql", url, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
         "--field-separator=\t", "--command", QUERY],
        check=True, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout
    return [line.split("\t") for line in output.splitlines()]


class Windows:
    """What was done to workers, and when."""

    def __init__(self):
        self._open = []  # (kind, from, to)

    @contextlib.contextmanager
    def open(self, kind):
        """What is done inside may hit every attempt that is under way."""
        began = time.time()
        try:
            yield
        finally:
            self._open.append((kind, began, time.time()))

    def jump(self, before, after):
        """The clock of the workers, so many seconds ahead of the machine's, jumps now: who began by
        the one clock and was followed by the other may have lost its lease."""
        now = time.time()
        self._open.append((DISTURBED, now + after, now + before))

    def explained(self, attempts, unanswered):
        """How many repetitions of a delivery may have arrived. `unanswered`: when a receiver left
        it without an answer."""
        return sum(self._explains(attempt, following.started, unanswered)
                   for attempt, following in zip(attempts, attempts[1:]))

    def _explains(self, attempt, following, unanswered):
        # One that is known not to have arrived explains nothing, whatever happened meanwhile.
        if attempt.ended is not None and attempt.outcome not in (UNKNOWN, DELIVERED):
            return False
        if attempt.ended is not None and attempt.outcome == UNKNOWN and any(
                attempt.started <= at <= attempt.ended for at in unanswered):
            return True  # W2
        for kind, began, ended in self._open:
            if kind == DIED:
                hit = (attempt.ended is None and attempt.started <= ended and
                       began <= attempt.started + ATTEMPT_SECONDS)
            else:
                hit = attempt.started <= ended and began <= following
            if hit:
                return True
        return False
