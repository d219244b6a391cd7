"""The arms of notification.py: wici-registration with wici-notification, and BullMQ with nodemailer,
each with windows of mails to the same smtp-sink.
"""

import os
import struct
import time
import uuid

import curve
import mail_servers
import measure
import settings
from big_event import _query_file
from registration import Ours, postgres_counts, sqlite_counts

import client
import stubs

IN_FLIGHT = 64
WARMUP_SECONDS = 0.5
WAIT_SECONDS = 120
SEND = "NotificationService.SendNotification"
DELIVERED = 4


def percentiles(times):
    """p50_ms and so on of microseconds."""
    times = sorted(times) or [0]

    def at(share):
        return round(times[min(len(times) - 1, int(share * len(times)))] / 1000, 3)
    return {"p50_ms": at(0.5), "p90_ms": at(0.9), "p99_ms": at(0.99), "p999_ms": at(0.999),
            "max_ms": round(times[-1] / 1000, 3)}


def read_answers(path):
    """{id: (planned, accepted)} of a file of answers, in Unix microseconds."""
    found = {}
    for line in path.read_text(encoding="ascii").splitlines():
        planned, accepted, name = line.split()
        found[name] = (int(planned), int(accepted))
    return found


def judge(report, answers, ended, mails, seconds):
    """Adds to the report what came of what was accepted: `ended` has (id, when) of each that was
    handed over, `mails` is how many the sink took. Rates of open load are those of its window."""
    planned = [planned for planned, _ in answers.values()]
    begin, times = min(planned, default=0), dict(ended)
    if report["offered"]:
        begin += round(1e6 * WARMUP_SECONDS)
        end = begin + round(1e6 * seconds)
    else:
        end = max(times.values(), default=begin)
    within = [name for name, (at, _) in answers.items() if begin <= at <= end and name in times]
    handed_over = sum(1 for at in times.values() if begin <= at <= end)
    rate = handed_over / max(1e-6, (end - begin) / 1e6)
    report.update({
        "accepted": len(answers), "handed_over": len(ended), "mails": mails,
        "unknown": len(set(times) - set(answers)), "missing": len(set(answers) - set(times)),
        "rate": round(rate, 1), "ok_rate": round(rate, 1),
        "accepted_p99_ms": percentiles(b - a for a, b in answers.values())["p99_ms"],
        **percentiles(times[name] - answers[name][0] for name in within)})
    return report


class Mailing(Ours):
    """wici-registration and wici-notification on one engine, with people of one event."""

    def __init__(self, engine, directory, key, sink, postgres, persons):
        self.name, self._sink, self._directory = engine, sink, directory
        self._postgres = postgres if engine == "postgres" else None
        if self._postgres:
            people, self._url = postgres.database("people"), postgres.database("mails")
            count, cpu = postgres_counts(postgres, people), postgres.cpu
        else:
            file, self._file = directory / "people.db", directory / "mails.db"
            people, self._url = f"sqlite://{file}", f"sqlite://{self._file}"
            count, cpu = sqlite_counts(file), lambda: 0.0
        super().__init__(engine, people, directory, key, count, cpu)
        self.event = self._event(1_000_000, 0)
        self._register(persons)
        self._persons = [(name, registration) for name, registration in self._rows_of(
            people, "SELECT id, registration FROM persons")]
        nobody = f"127.0.0.1:{measure.free_ports(1)[0]}"
        self._mailer = measure.Service(
            [measure.binary("wici-notification"), "--listen=127.0.0.1:0",
             "--admin_listen=127.0.0.1:0", f"--database={self._url}", "--redis=",
             f"--key_file={key}", "--calls_per_second_max=0", f"--registration={self._target}",
             f"--registry={nobody}", f"--smtp=smtp://127.0.0.1:{sink.port}", "--smtp_tls=none",
             "--mail_from=office@example.org", "--public_url=http://localhost"],
            directory / f"{engine}-notification.log")
        self._token = client.bearer_token(key, "users/operator", ["platform-operator@platform"])
        self._method = stubs.methods()[SEND]
        self._await_mails(persons)  # each registration is confirmed by one

    def _register(self, count):
        report = measure.load(target=self._target, event=self.event, in_flight=min(count, IN_FLIGHT),
                              warmup=0, seconds=600, calls=count, run=f"people-{os.getpid()}")
        if report["counts"] != {"CONFIRMED": report["calls"]}:
            raise RuntimeError(f"people cannot be registered: {report['counts']}")

    def _rows_of(self, url, text):
        if self._postgres:
            return self._postgres.query(url, text)
        return _query_file(url.removeprefix("sqlite://"), text)

    def _rows(self, text):
        return self._rows_of(self._url, text)

    def _await_mails(self, count):
        """Returns when so many deliveries, or more, are there and all have ended."""
        give_up = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < give_up:
            open_ones, all_of_them = map(int, self._rows(
                "SELECT (SELECT COUNT(*) FROM deliveries WHERE next_at IS NOT NULL), "
                "(SELECT COUNT(*) FROM deliveries)")[0])
            if open_ones == 0 and all_of_them >= count:
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.name}: {open_ones} of {all_of_them} mails are still to be sent")

    def _write_requests(self, count):
        path = self._directory / f"{self.name}.requests"
        request = client.prototype(self._method.input_type)()
        request.notification.template = "templates/registration-confirmed"
        request.notification.event = self.event
        with open(path, "wb") as out:
            for i in range(count):
                del request.notification.persons[:]
                person, request.notification.resource = self._persons[i % len(self._persons)]
                request.notification.persons.append(person)
                request.request_id = str(uuid.uuid4())
                data = request.SerializeToString()
                out.write(struct.pack("<I", len(data)) + data)
        return path

    def cpu(self):
        """CPU seconds used so far, by both services and the database."""
        return self._cpu() + self._mailer.cpu()

    def mail(self, seconds, rate=0, calls=0):
        """One window: at a rate, or so many as fast as they are accepted."""
        count = calls or round(rate * (WARMUP_SECONDS + seconds) * 1.3) + 200
        requests, answers = self._write_requests(count), self._directory / f"{self.name}.answers"
        before, first = self._sink.mails(), round(1e6 * time.time())
        there = int(self._rows("SELECT COUNT(*) FROM deliveries")[0][0])
        how = {"rate": rate, "in_flight": curve.IN_FLIGHT_MAX} if rate else {
            "calls": calls, "in_flight": min(calls, IN_FLIGHT)}

        def run():
            started = time.monotonic()
            report = measure.load(
                target=f"127.0.0.1:{self._mailer.port}", call="prepared", token=self._token,
                method=f"/{self._method.containing_service.full_name}/{self._method.name}",
                requests=requests, answers=answers, warmup=WARMUP_SECONDS,
                seconds=seconds if rate else 600, **how)
            accepted = report["counts"].get("ROWS_1", 0)
            self._sink.await_mails(before + accepted, WAIT_SECONDS)  # cheaper than to ask the database
            report["elapsed"] = time.monotonic() - started
            self._await_mails(there + accepted)
            return judge(report, read_answers(answers), [
                (f"notifications/{name}", int(at)) for name, at in self._rows(
                    "SELECT d.notification_id, a.ended_at FROM deliveries d JOIN attempts a ON "
                    f"a.delivery_id = d.id WHERE d.created_at >= {first} AND d.state = {DELIVERED} "
                    "AND a.outcome = 1")], self._sink.mails() - before, seconds)
        return measure.measured(self.cpu, run)

    def settings(self):
        """Of its database."""
        return settings.postgres(self._postgres) if self._postgres else settings.sqlite(self._file)

    def stop(self):
        """Ends both services."""
        self._mailer.stop()
        super().stop()


class Yardstick:
    """BullMQ with nodemailer."""

    def __init__(self, at_once, directory, redis, sink, mail):
        self._worker = mail_servers.BullMq(f"bullmq-{at_once}", at_once, redis, directory, sink, mail)
        self.name, self._sink, self._windows = self._worker.name, sink, 0
        self._answers = directory / f"{self.name}.answers"

    def mail(self, seconds, rate=0, calls=0):
        """One window: at a rate, or so many as fast as they are added."""
        self._windows += 1
        before = self._sink.mails()
        how = {"rate": rate, "warmup": WARMUP_SECONDS, "seconds": seconds} if rate else {
            "calls": calls, "in_flight": min(calls, IN_FLIGHT)}

        def run():
            started = time.monotonic()
            report = self._worker.add(self._answers, run=f"{self.name}-{self._windows}", **how)
            self._sink.await_mails(before + report["calls"], WAIT_SECONDS)
            report["elapsed"] = time.monotonic() - started
            ended, give_up = [], time.monotonic() + WAIT_SECONDS
            while len(ended) < report["calls"] and time.monotonic() < give_up:
                ended += self._worker.done()
                time.sleep(0.02)
            return judge(report, read_answers(self._answers), ended, self._sink.mails() - before,
                         seconds)
        return measure.measured(self._worker.cpu, run)

    def stop(self):
        """Ends it."""
        self._worker.stop()
