"""pgbench on a database with the schema of wici-registration: what registration.py is measured
against.
"""

import pathlib
import re
import subprocess

import measure

NAIVE, ROWS = "naive.sql", "rows.sql"
SECONDS_MIN = 2  # it connects within its time
PGBENCH = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/pgbench"))


class Pgbench:
    """A script for one hot event, each window with an event of its own; `count` counts the rows of an
    event, `sizes` are bytes of what is stored. A transaction of the script registers `rows` people."""

    def __init__(self, postgres, url, directory, count, sizes, script=NAIVE, rows=1):
        self._postgres, self._url, self._count, self._rows = postgres, url, count, rows
        self._name = f"{pathlib.Path(script).stem}-{rows}"
        text = pathlib.Path(__file__).with_name(script).read_text(encoding="utf-8")
        for name, size in sizes.items():
            text = text.replace(f"@{name}@", "\\x" + "5a" * size)
        self._script = directory / f"{self._name}.sql"
        self._script.write_text(text.replace("@ROWS@", str(rows)), encoding="utf-8")
        self._events = 0

    def _event(self):
        self._events += 1
        event = f"events/{self._name}-{self._events}"
        self._postgres.query(
            self._url, "INSERT INTO event_seats (event, version, state, opens_at, closes_at, "
            "approval, admission, capacity, waiting_list_capacity, confirmed, waitlisted, pending, "
            "checked_in, next_waiting_number, held, reserved, categories, limited_sessions, "
            "offer_micros, offer_requeues, party_limit, form_versions, approvals_required, "
            f"reapproval, transfers) VALUES ('{event}', 1, 2, 0, 0, 1, 2, "
            "1000000, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)")
        return event

    def window(self, clients, seconds):
        """One window; problems are raised at once, since it is not ours that is wrong."""
        event = self._event()
        machine, before = measure.Machine(), self._postgres.cpu()
        done = subprocess.run(
            [str(PGBENCH[-1]), "--no-vacuum", f"--file={self._script}", "--protocol=prepared",
             f"--client={clients}", f"--jobs={min(clients, 2)}", f"--define=event={event}",
             f"--time={max(SECONDS_MIN, round(seconds))}", self._url],
            check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"pgbench with {self._name} failed; do its tables still look as in "
                               f"services/registration/migrations?\n{done.stderr[-2000:]}")
        output = done.stdout
        spent = self._postgres.cpu() - before
        calls = self._rows * int(re.search(r"actually processed: (\d+)", output).group(1))
        if calls == 0:
            raise RuntimeError(f"pgbench got no transaction done:\n{output[-2000:]}")
        rows = self._count(event)
        if {rows["confirmed"], rows["changes"], rows["persons"], rows["seats_confirmed"]} != {calls}:
            raise RuntimeError(f"pgbench says {calls} registrations, the rows are {rows}")
        report = {"calls": calls,
                  "rate": self._rows * float(re.search(r"tps = ([\d.]+)", output).group(1)),
                  "p50_ms": float(re.search(r"latency average = ([\d.]+)", output).group(1)),
                  "server_cpu_us": round(1e6 * spent / calls, 1)}
        report.update(machine.report(spent))
        return report
