"""One event with many registrations on a service of its own, half of them confirmed and half
waiting, and windows of calls to it: what registration_growth.py measures.

Registrations come in through CreateRegistration, of a very large event a hundred in a message; every
row is counted against what was acknowledged.
"""

import collections
import sqlite3
import struct
import subprocess
import sys
import time
import uuid

import grpc
from google.protobuf import json_format

import measure
import registration

sys.path.insert(0, str(measure.ROOT / "deploy/local"))
import client  # noqa: E402
import stubs  # noqa: E402

WITHDRAWN = 20       # a few among many, in a state of their own
FILL_IN_FLIGHT = 256
BATCHED_FROM = 200_000  # events so large are filled by BatchCreateRegistrations
BATCH, BATCH_IN_FLIGHT = 100, 8
WAIT_SECONDS = 120
STREAM_SECONDS = 1200  # as long as the service lets one last, at most
CONFIRMED = 2  # REGISTRATION_STATE_CONFIRMED
ORGANISER = ["event-organiser@platform"]


def _query_file(file, text, values=()):
    """The rows of a query on a SQLite file, which is changed by it if that is what it says."""
    database = sqlite3.connect(file)
    database.create_collation("C", lambda a, b: (a > b) - (a < b))
    with database:
        rows = database.execute(text, values).fetchall()
    database.close()
    return rows


class BigEvent(registration.Ours):
    """An event of `size` registrations that are active, once filled; asked in pages of `page`,
    changed `changes` at a time. Used by one thread."""

    def __init__(self, engine, size, page, changes, directory, key, postgres):
        self.engine, self.size, self.page, self.changes = engine, size, page, changes
        self._postgres = postgres if engine == "postgres" else None
        if self._postgres:
            self.url = postgres.database(f"growth_{size}")
            count = registration.postgres_counts(postgres, self.url)
        else:
            self._file = directory / f"growth-{size}.db"
            self.url = f"sqlite://{self._file}"
            count = registration.sqlite_counts(self._file)
        super().__init__(f"{engine}-{size}", self.url, directory, key, count, lambda: 0.0)
        self.problems = []
        self._directory, self._key = directory, key
        self._token = client.bearer_token(key, "users/bench", ORGANISER)
        self._methods = stubs.methods()
        self._runs = 0
        self.cancelled = 0  # by windows
        self.confirmed, self.waiting = [], collections.deque()  # names, in order
        self.pages, self.waiting_pages, self.manifest_pages = [], [], []  # tokens of full pages
        self.event, self.fill_rate = "", 0.0

    @property
    def target(self):
        """host:port of the service."""
        return self._target

    def sql(self, text):
        """The rows of a query on the database of the service."""
        if self._postgres:
            return self._postgres.query(self.url, text)
        return _query_file(self._file, text)

    # ----- making it -----

    def rows(self):
        """How many registrations there are, those that have ended among them."""
        return self.size + WITHDRAWN + self.cancelled

    def check_rows(self):
        """Whether all rows are what was acknowledged, into `problems`."""
        counts = self._count(self.event)
        half = self.size // 2
        wanted = {"confirmed": half, "waitlisted": self.size - half, "registrations": self.rows(),
                  "persons": self.rows(), "seats_confirmed": half,
                  "seats_waitlisted": self.size - half}
        self.problems += [f"{name}: {counts[name]} rows, {value} acknowledged"
                          for name, value in wanted.items() if counts[name] != value]

    def join(self, count, in_flight):
        """`count` more people register."""
        self._runs += 1
        return measure.load(target=self._target, event=self.event, in_flight=min(in_flight, count),
                            warmup=0, seconds=STREAM_SECONDS, calls=count,
                            run=f"{self.name}-{self._runs}")

    def fill(self):
        """Makes the event and its registrations, of whom a few withdraw, so that the next follow."""
        self.event = self._event(self.size // 2, self.size)
        if self.size >= BATCHED_FROM:
            self._fill_in_batches()
        else:
            report = self.join(self.size, FILL_IN_FLIGHT)
            self.fill_rate = report["calls"] / report["elapsed"]
            report["rows"] = self._count(self.event)
            self.problems += registration.check(report, self.size // 2, self.size)
        self.read_names()
        step = max(1, len(self.confirmed) // WITHDRAWN)
        for name in self.confirmed[::step][:WITHDRAWN]:
            self._api("RegistrationService.CancelOwnRegistration", token=self.manage_token(name))
        self.join(WITHDRAWN, 1)
        self.check_rows()
        if self._postgres:
            # As autovacuum would within a minute.
            self._postgres.query(self.url, "VACUUM ANALYZE")
        self.read_names()

    def _fill_in_batches(self):
        """As many messages of BATCH people, and single calls for those who are left."""
        messages, rest = divmod(self.size, BATCH)
        self._runs += 1
        report = measure.load(
            target=self._target, call="create-registrations", event=self.event, people=BATCH,
            token=self._token, in_flight=min(BATCH_IN_FLIGHT, messages), warmup=0,
            seconds=STREAM_SECONDS, calls=messages, run=f"{self.name}-{self._runs}")
        # A message over the last seats is answered in part with seats: "MIXED". How many there are of
        # each, check_rows says.
        if set(report["counts"]) - {"CONFIRMED", "WAITLISTED", "MIXED"} or report["duplicates"]:
            self.problems.append(f"filled in batches: {report['counts']}, "
                                 f"{report['duplicates']} names twice")
        if report["calls"] > messages:
            self.problems.append(f"{report['calls']} messages instead of {messages}")
        self.fill_rate = BATCH * report["calls"] / report["elapsed"]
        if rest:
            self.join(rest, 1)

    def read_names(self):
        """Walks all lists: everybody is there once, in order, and nobody is left out."""
        names, self.confirmed, self.pages = [], [], [""]
        for found in self._walk("RegistrationService.ListRegistrations", self.pages):
            names += [one.name for one in found]
            self.confirmed += [one.name for one in found if one.state == CONFIRMED]
        if names != sorted(set(names)):
            self.problems.append("a list names somebody twice or out of order")
        self.waiting, self.waiting_pages = collections.deque(), [""]
        for found in self._walk("RegistrationService.ListWaitingList", self.waiting_pages):
            self.waiting += [one.name for one in found]
            if found and found[-1].waiting_list_position != len(self.waiting):
                self.problems.append(f"number {len(self.waiting)} of the waiting list is said to be "
                                     f"{found[-1].waiting_list_position}")
        at_doors, self.manifest_pages = set(), [""]
        for found in self._walk("CheckInService.GetCheckInManifest", self.manifest_pages):
            at_doors.update(one.registration for one in found)
        found = [len(names), len(self.confirmed), len(self.waiting), len(at_doors)]
        rows = self._count(self.event)
        wanted = [rows["registrations"], rows["confirmed"], rows["waitlisted"],
                  rows["registrations"]]
        if found != wanted:
            self.problems.append(f"the lists name {found}, the database {wanted}")

    def _walk(self, method, tokens):
        """The pages; adds the tokens of full ones to `tokens`."""
        while True:
            answer = self._api(method, parent=self.event, page_size=self.page,
                               page_token=tokens[-1])
            found = getattr(answer, answer.DESCRIPTOR.fields_by_number[1].name)
            yield found
            if not answer.next_page_token:
                if len(tokens) > 1 and len(found) < self.page:
                    tokens.pop()
                return
            tokens.append(answer.next_page_token)

    def manage_token(self, name):
        """What the link of a mail to this person carries."""
        return client.link_token(self._key, "manage", name)

    # ----- measuring it -----

    def _busy(self):
        backends = self._postgres.backends(self.url) if self._postgres else []
        return measure.busy_of([self._service.pid]), measure.busy_of(backends)

    def measured(self, work):
        """Does `work`, which returns (units, report): the report with CPU of a unit of them, of the
        service and of its database, and the memory that the service took for it."""
        machine, before, started = measure.Machine(), self._busy(), time.monotonic()
        with measure.MemoryPeak(self._service.pid) as memory:
            units, report = work()
        seconds = time.monotonic() - started
        service, database = (now - then for now, then in zip(self._busy(), before))
        report.update(machine.report(service + database + report.pop("client_cpu_seconds", 0.0)))
        report.update({
            "units": units, "unit_rate": units / max(report.get("elapsed", seconds), 1e-6),
            "service_us": 1e6 * service / max(1, units),
            "database_us": 1e6 * database / max(1, units),
            "memory_mb": memory.mb})
        report["cost_us"] = report["service_us"] + report["database_us"]
        return report

    def message(self, method, fields):
        """A request."""
        request = client.prototype(self._methods[method].input_type)()
        json_format.ParseDict(fields, request)
        if "request_id" in request.DESCRIPTOR.fields_by_name and not request.request_id:
            request.request_id = str(uuid.uuid4())
        return request

    def calls(self, method, requests, in_flight, seconds=None):
        """Sends these requests over and over for so long, or each once: the report of the load."""
        descriptor = self._methods[method]
        file = self._directory / f"{self.name}.requests"
        with open(file, "wb") as out:
            for fields in requests:
                data = self.message(method, fields).SerializeToString()
                out.write(struct.pack("<I", len(data)) + data)
        once = {"warmup": 0, "seconds": STREAM_SECONDS, "calls": len(requests)}
        report = measure.load(
            target=self._target, call="prepared", token=self._token, requests=file,
            method=f"/{descriptor.containing_service.full_name}/{descriptor.name}",
            in_flight=min(in_flight, len(requests)) if seconds is None else in_flight,
            **(once if seconds is None else {"warmup": seconds / 10, "seconds": seconds}))
        return report["calls"], report

    def stream(self, method, fields):
        """Reads a stream of DocumentPart to its end: (content, how many it says are done)."""
        descriptor = self._methods[method]
        with grpc.insecure_channel(self._target, client.CHANNEL_OPTIONS) as channel:
            call = channel.unary_stream(
                f"/{descriptor.containing_service.full_name}/{descriptor.name}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=client.prototype(descriptor.output_type).FromString)
            content, done = bytearray(), 0
            for part in call(self.message(method, fields), timeout=STREAM_SECONDS,
                             metadata=[("authorization", f"Bearer {self._token}")]):
                content += part.content
                done = part.done
            return bytes(content), done

    def call(self, method, **fields):
        """One call, as the organiser."""
        return self._api(method, **fields)


class Notifications:
    """wici-notification beside a BigEvent, which it has told everything so far: nothing is left but
    what happens from now on. There is no relay: mails are planned, and none is sent."""

    def __init__(self, event, directory, key):
        self._event = event
        self._await(lambda: self._unstamped() == 0, "the feed of the event is not complete")
        epoch, head = event.sql("SELECT epoch, head FROM feed_state")[0]
        self._file = directory / f"{event.name}-notification.db"
        argv = [measure.binary("wici-notification"), f"--database=sqlite://{self._file}",
                f"--key_file={key}", "--calls_per_second_max=0"]
        subprocess.run(argv + ["--migrate_only"], check=True, stderr=subprocess.DEVNULL)
        _query_file(self._file, "INSERT INTO feed_positions (source, consumer_group, epoch, seq) "
                    "VALUES ('registration', 'notification', ?, ?)", (epoch, int(head)))
        nobody = f"127.0.0.1:{measure.free_ports(1)[0]}"
        self._service = measure.Service(
            argv + ["--listen=127.0.0.1:0", "--admin_listen=127.0.0.1:0", "--redis=",
                    f"--registration={event.target}", f"--registry={nobody}",
                    f"--smtp=smtp://{nobody}", "--smtp_tls=none", "--mail_from=office@example.org",
                    "--public_url=http://localhost"], directory / f"{event.name}-notification.log")

    def _unstamped(self):
        return int(self._event.sql(
            "SELECT COUNT(*) FROM feed_transactions WHERE first_seq IS NULL")[0][0])

    @staticmethod
    def _await(condition, otherwise):
        give_up = time.monotonic() + WAIT_SECONDS
        while not condition():
            if time.monotonic() > give_up:
                raise RuntimeError(otherwise)
            time.sleep(0.01)

    def planned(self):
        """How many mails there are."""
        return _query_file(self._file, "SELECT COUNT(*) FROM deliveries")[0][0]

    def cancel_event(self, people):
        """Cancels the event; returns when a mail to each of `people` is planned: units and report,
        the CPU of this service among it."""
        before, started = measure.busy_of([self._service.pid]), time.monotonic()
        with measure.MemoryPeak(self._service.pid) as memory:
            self._event.call("EventService.CancelEvent", name=self._event.event)
            self._await(lambda: self.planned() >= people, f"no mails to {people} people are planned")
        spent = measure.busy_of([self._service.pid]) - before
        return people, {"elapsed": time.monotonic() - started,
                        "notification_us": 1e6 * spent / max(1, people),
                        "notification_mb": memory.mb}

    def stop(self):
        """Ends the service."""
        self._service.stop()
