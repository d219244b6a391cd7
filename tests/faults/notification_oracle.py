"""What a fault run of notification needs: the stack with a mail server that misbehaves, what was
accepted, and the oracle that compares it with what arrived. See notification_faults.py."""

import collections
import datetime
import email
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults")]

import client  # noqa: E402
from doubles import DIED, Windows, attempts_of  # noqa: E402
from postgres_proxy import PostgresProxy  # noqa: E402
from stack import HOST, Stack, free_ports  # noqa: E402

REDIS_SECONDS = 15
SETTLE_SECONDS = 150  # a lease, and the third try of what failed twice
EVENT_NAME = "events/faults"
EVENT = {
    "title": {"en": "Open day"}, "organisers": [{"display_name": "Example Cluster"}],
    "start_time": "2099-06-01T08:00:00Z", "end_time": "2099-06-01T15:00:00Z",
    "time_zone": "Europe/Warsaw", "venue": {"display_name": "Example Hall"}, "languages": ["en"],
    "capacity": 100000, "admission": "ADMISSION_OPEN",
}
# As the message that an event was moved; which only the service sends.
TEMPLATE = {"title": "Faults", "purpose": "PURPOSE_SERVICE",
            "calendar_method": "CALENDAR_METHOD_REQUEST",
            "unknown_policy": "UNKNOWN_POLICY_AT_LEAST_ONCE"}
TEMPLATE_TEXTS = {"contents": [{"language": "en", "subject": "Moved: {{event_title}}",
                                "text": "{{> greeting}}\n\n{{event_title}} was moved.\n{{> footer}}"}]}
TEMPLATE_NAME = "templates/faults"
SEND = "NotificationService.SendNotification"
ENDED = {"DELIVERED", "REJECTED", "UNKNOWN", "EXPIRED", "CANCELLED", "SUPPRESSED"}
COUNTS = ("pending", "sending", "delivered", "rejected", "not_sent", "expired", "unknown")
CAMPAIGN_DONE = 5  # Campaign.STATE_DONE


def is_reminder(notification):
    return notification.template == "templates/event-reminder"


def message_id(raw):
    return email.message_from_bytes(raw)["Message-ID"].strip("<> \r\n")


def state_of(delivery):
    name = delivery.DESCRIPTOR.fields_by_name["state"].enum_type.values_by_number[
        delivery.state].name
    return name.removeprefix("DELIVERY_STATE_")


def until(condition):
    """Waits until it holds; whether it ever did."""
    give_up = time.monotonic() + REDIS_SECONDS
    while not condition():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


class FaultStack(Stack):
    """The stack with a mail server that misbehaves, and a Redis that is made to."""

    def __init__(self, directory, database, smtp_url):
        super().__init__(directory, database=database)
        self.smtp_url = smtp_url

    def _service_argv(self, service):
        return [f"--smtp={self.smtp_url}" if str(a).startswith("--smtp=") else a
                for a in super()._service_argv(service)]

    def redis(self, *words):
        command = b"*%d\r\n" % len(words)
        for word in words:
            data = str(word).encode()
            command += b"$%d\r\n%s\r\n" % (len(data), data)
        return self._redis_call(command)

    def redis_until(self, expected, *words):
        """Repeats the command until its answer begins so; whether it ever did."""
        return until(lambda: self.redis(*words).startswith(expected))

    def wait_listening(self, name):
        """It takes connections, ready or not."""
        def listens():
            with socket.socket() as probe:
                return probe.connect_ex((HOST, self.ports[name])) == 0
        self._wait(self.processes[name], listens)

    def configure_redis(self, *flags):
        """For its next start: its usual flags, and these."""
        self.processes["redis"].argv = [str(word) for word in [*self._redis_argv(), *flags]]


class Postgres(FaultStack):
    """With what only a server can suffer, and a second replica of the service on it."""

    REPLICA = "notification-2"

    def start_replica(self):
        """Starts it; returns its address."""
        self.processes.pop(self.REPLICA, None)
        self.add_ports({self.REPLICA: "notification"})
        self._start(self.REPLICA, self.replica_argv("notification", self.REPLICA))
        self.wait_ready((self.REPLICA,))
        return self.address(self.REPLICA)

    def add_ports(self, replicas):
        """For replicas of these names, each of one service."""
        ports = free_ports()
        for name, service in replicas.items():
            self.ports[name], self.ports[f"{name}-admin"] = ports[service], ports[f"{service}-admin"]

    def replica_argv(self, service, name):
        """As the service itself, with addresses of its own and without pages for people."""
        own = {"--listen": self.address(name), "--admin_listen": self.address(f"{name}-admin"),
               "--public_listen": None}
        words = [str(word).split("=", 1) for word in self._service_argv(service)]
        return ["=".join([flag, own.get(flag, *value)] if value else [flag])
                for flag, *value in words if own.get(flag, "") is not None]

    def cut_connections(self):
        subprocess.run(
            ["psql", "--quiet", "--no-psqlrc", self._postgres_url, "--output", os.devnull,
             "--command", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
             "WHERE datname = 'wici_notification'"], check=True, stdin=subprocess.DEVNULL)

    def restart_postgres(self):
        subprocess.run([ROOT / "deploy/local/postgres.sh", "restart", self.directory / "postgres"],
                       check=True, stdin=subprocess.DEVNULL)


class ProxiedPostgres(Postgres):
    """Whose notification reaches its database through `proxy`."""

    proxy = None

    def stop(self, graceful=True):
        super().stop(graceful)
        if self.proxy:
            self.proxy.close()
            self.proxy = None

    def _start_postgres(self):
        super()._start_postgres()
        self.proxy = PostgresProxy(self._postgres_url)

    def database_url(self, service):
        if service == "notification":
            return self.proxy.url("wici_notification")
        return super().database_url(service)


class Run:
    """One run: what was accepted, and what was done that may make something come twice."""

    def __init__(self, stack, sink, hooks, rng, each, is_long):
        self.stack, self.sink, self.hooks, self.rng = stack, sink, hooks, rng
        self.each, self.is_long = each, is_long
        self.api = client.connect(stack, "users/operator", ["platform-operator@platform"])
        self.acknowledged = {}           # notification -> (person, at most once)
        self.windows = Windows()
        self.addresses = {}              # person -> address
        self.registrations = set()       # of everybody, by name
        self.guests = set()              # people of the events that begin soon
        self.campaigns = {}              # name -> people
        self.clusters = 0                # that were made in the registry
        self.hit = set()  # people whose mails were to fail
        self.problems = []

    def kill(self, name):
        """kill -9; what this process was sending may come twice."""
        with self.windows.open(DIED):
            self.stack.kill(name)

    # ----- people and notifications -----

    def admit(self, count):
        """Registers people; registration then tells them, which counts as well."""
        for _ in range(count):
            address = f"p{len(self.addresses)}@example.org"
            self.addresses[self.register(EVENT_NAME, address)] = address

    def register(self, event, address):
        """Returns the person."""
        registration = self.api("RegistrationService.CreateRegistration", parent=event,
                                person={"given_name": "Test", "family_name": "Person",
                                        "email": address})
        self.registrations.add(registration.name)
        return registration.person

    def subscribe(self):
        """Every change of a registration goes to the endpoint from now on."""
        self.api("SubscriptionService.CreateSubscription", subscription={
            "title": "Faults", "url": self.hooks.url, "kind_prefixes": ["registration."]})

    def change_registry(self):
        """Something of which its feed tells, and nobody else does."""
        if not self.clusters:
            self.api("RegionService.CreateRegion", region_id="mazovia", region={
                "display_name": "Mazovia", "country": "PL", "codes": [
                    {"scheme": "NUTS", "version": "2013", "code": "PL12", "level": 2}]})
        self.clusters += 1
        self.api("ClusterService.CreateCluster", cluster={
            "display_name": f"Cluster {self.clusters}", "country": "PL",
            "home_region": "regions/mazovia"})

    def invite_soon(self, count, seconds=4):
        """People of an event of their own, who are to be reminded of it in so many seconds: it begins
        two hours later."""
        start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(
            hours=2, seconds=seconds)
        event = self.api("EventService.CreateEvent", event_id=f"soon-{len(self.guests)}", event={
            **EVENT, "start_time": start.isoformat(),
            "end_time": (start + datetime.timedelta(hours=1)).isoformat()})
        self.api("EventService.PublishEvent", name=event.name)
        for _ in range(count):
            self.guests.add(self.register(event.name, f"guest{len(self.guests)}@example.org"))

    def start_campaign(self, count):
        """To some people; returns its name."""
        people = self.rng.sample(list(self.addresses), min(count, len(self.addresses)))
        campaign = self.api("CampaignService.CreateCampaign", campaign={
            "title": "Faults", "event": EVENT_NAME, "template": TEMPLATE_NAME,
            "persons": people})
        self.campaigns[campaign.name] = people
        self.api("CampaignService.ApproveCampaign", name=campaign.name, etag=campaign.etag)
        self.api("CampaignService.StartCampaign", name=campaign.name)
        return campaign.name

    def send(self, person=None, api=None, at_most_once=False, **fields):
        """Has a notification accepted; returns it."""
        person = person or self.rng.choice(list(self.addresses))
        policy = "AT_MOST_ONCE" if at_most_once else "AT_LEAST_ONCE"
        accepted = (api or self.api)(SEND, notification={
            "template": TEMPLATE_NAME, "event": EVENT_NAME, "persons": [person],
            "unknown_policy": f"UNKNOWN_POLICY_{policy}"}, **fields)
        self.acknowledged[accepted.name] = (person, at_most_once)
        return accepted

    def send_some(self, between=None, parts=1):
        """Has the share of a case accepted, or one of so many parts of it; calls `between` in the
        middle."""
        count = max(self.each // parts, 1)
        for i in range(count):
            if between and i == count // 2:
                between()
            self.send(at_most_once=i % 4 == 3)

    def plan(self, behaviour, count):
        """The next mails to some people fare so. To others than before, while there are: the waits
        after a mail that failed three times would be longer than a run."""
        fresh = [person for person in self.addresses if person not in self.hit]
        if len(fresh) < count:
            self.hit.clear()
            fresh = list(self.addresses)
        for person in self.rng.sample(fresh, min(count, len(fresh))):
            self.sink.plan(self.addresses[person], behaviour)
            if behaviour != "slow":
                self.hit.add(person)

    def deliveries(self, notification):
        return self.api("NotificationService.ListDeliveries", parent=notification,
                        page_size=1000).deliveries

    def notifications(self):
        token = ""
        while True:
            page = self.api("NotificationService.ListNotifications", page_size=1000,
                            page_token=token)
            yield from page.notifications
            token = page.next_page_token
            if not token:
                return

    # ----- the oracle -----

    def heal(self):
        self.sink.refuse_all = False
        self.stack.start()

    def settle(self):
        """Waits until every delivery has ended."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while (missing := self._unsettled()) and time.monotonic() < deadline:
            time.sleep(0.5)
        self.problems += missing

    def _unsettled(self):
        told = reminded = waiting = 0
        for n in self.notifications():
            waiting += n.counts.pending + n.counts.sending > 0
            told += n.template == "templates/registration-confirmed"
            reminded += sum(getattr(n.counts, c) for c in COUNTS) * is_reminder(n)
        missing = [f"{name} is not done" for name in self.campaigns if self.api(
            "CampaignService.GetCampaign", name=name).state != CAMPAIGN_DONE]
        if waiting:
            missing.append(f"{waiting} notifications have not ended")
        if told < len(self.registrations):
            missing.append(f"{told} of {len(self.registrations)} registrations were told")
        if reminded < len(self.guests):
            missing.append(f"{reminded} of {len(self.guests)} people were reminded")
        return missing

    def judge(self):
        taken = collections.defaultdict(list)
        for recipient, raw in self.sink.taken:
            taken[message_id(raw)].append(raw)
        for identity, body in self.hooks.taken:
            taken[identity].append(body)
        unanswered = collections.defaultdict(list)
        for at, raw in self.sink.unanswered:
            unanswered[message_id(raw)].append(at)
        for at, identity in self.hooks.unanswered:
            unanswered[identity].append(at)
        attempts = attempts_of(self.stack)
        known = set()
        listed = {n.name: n for n in self.notifications()}
        self.problems += [f"{name} was acknowledged and is not in the ledger"
                          for name in set(self.acknowledged) - set(listed)]
        told = {cause: collections.Counter() for cause in self.campaigns}
        reminded = collections.Counter()
        for name, notification in listed.items():
            at_most_once = self.acknowledged.get(name, ("", False))[1]
            for delivery in self.deliveries(name):
                known.add(delivery.message_id)
                copies = taken.get(delivery.message_id, [])
                self._judge(delivery, copies, at_most_once)
                if len(copies) > 1:
                    self._judge_doubles(delivery.name, copies, attempts[
                        delivery.name.rsplit("/", 1)[1]], unanswered[delivery.message_id])
                if is_reminder(notification):
                    reminded[delivery.person] += 1
                if notification.cause in told:
                    told[notification.cause][delivery.person] += 1
        self.problems += [f"{stranger} arrived and was never accepted"
                          for stranger in set(taken) - known]
        self._judge_people("reminder", reminded, self.guests)
        for name, people in self.campaigns.items():
            self._judge_people(name, told[name], people)
        self._judge_hooks()
        return len(listed), sum(len(copies) - 1 for copies in taken.values())

    def _judge_people(self, what, found, people):
        """Each of them stands in the ledger once for it, and nobody else does."""
        self.problems += [f"{person} stands in the ledger {found[person]} times for {what}"
                          for person in set(found) | set(people)
                          if found[person] != (person in people)]

    def _judge_hooks(self):
        """Every confirmation was brought to the endpoint, and each under one id."""
        ids = collections.defaultdict(set)
        for identity, body in self.hooks.taken:
            change = json.loads(body)
            if change["type"] == "registration.confirmed":
                ids[change["data"]["resource"]].add(identity)
        self.problems += [f"the endpoint was told of {name} under {len(ids[name])} ids"
                          for name in self.registrations | set(ids) if len(ids[name]) != 1]

    def _judge(self, delivery, copies, at_most_once):
        state = state_of(delivery)
        if state not in ENDED:
            self.problems.append(f"{delivery.name} has not ended: {state}")
        if state == "DELIVERED" and not copies:
            self.problems.append(f"{delivery.name} was delivered, and did not arrive")
        if state in ("REJECTED", "CANCELLED", "SUPPRESSED", "EXPIRED") and copies:
            self.problems.append(f"{delivery.name} arrived, and the ledger says {state}")
        if len(copies) > 1:
            if at_most_once:
                self.problems.append(f"{delivery.name} must not come twice, and did")
            if len(set(copies)) > 1:
                self.problems.append(f"{delivery.name} came in two versions")

    def _judge_doubles(self, name, copies, attempts, unanswered):
        explained = self.windows.explained(attempts, unanswered)
        if len(copies) > explained + 1:
            self.problems.append(f"{name} came {len(copies)} times, of which {explained} are "
                                 f"explained by what was done to {attempts}")
