"""A proxy between a service and its PostgreSQL, which breaks what passes through it.

    proxy = PostgresProxy("postgresql://postgres@/postgres?host=/tmp/pg")   # in a thread of its own
    proxy.url("wici_registration")  # what the service is given
    proxy.choose = RandomFaults(seed=7, rates={"cut_after_commit": 0.05, "refuse_commit": 0.05})
    proxy.cut_all()                 # every connection, now
    proxy.stall(True)               # nothing passes in either direction until stall(False)
    proxy.counts                    # how often each fault, and each SQLSTATE of the server, came
    proxy.close()

It reads as much of the protocol as it has to: messages, where a unit of them ends (a Sync, or a
simple query), which unit holds a COMMIT, and whether a transaction is open. `choose("commit")` or
`choose("statement")` is asked for each unit inside a transaction, in the thread of the proxy, and
answers with one of these or None:
  cut_before_commit   the connection ends; COMMIT never reaches the server
  cut_after_commit    COMMIT is carried out; the connection ends before the answer comes back
  refuse_commit       COMMIT ends the transaction with SQLSTATE 40001, nothing is changed
  cancel_commit       a COMMIT without an answer after CANCEL_SECONDS is cancelled, the connection
                      ends: what a client does that cancels what has passed its deadline
  cut                 the connection ends; the statement does not reach the server
  refuse              the statement fails with SQLSTATE 40001
  delay               it passes DELAY_SECONDS later
The first four are for a commit, the next two for a statement, the last for both. A server sees a
connection that ends and rolls back, as it does when a machine is gone.

Clients connect by TCP without TLS; it is refused if they ask for it.
"""

import asyncio
import random
import struct
import urllib.parse

from tcp_proxy import CHUNK, Listener

DELAY_SECONDS = 0.05
CANCEL_SECONDS = 0.3
CANCEL, TLS, GSSAPI = 80877102, 80877103, 80877104  # codes in the place of a protocol's version
COMMIT_FAULTS = ("cut_before_commit", "cut_after_commit", "refuse_commit", "cancel_commit",
                 "delay")
STATEMENT_FAULTS = ("cut", "refuse", "delay")


def socket_of(url):
    """The unix socket that a URL of deploy/local/postgres.sh names."""
    parameters = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
    return f"{parameters['host'][0]}/.s.PGSQL.{parameters.get('port', ['5432'])[0]}"


def text_of(message):
    """The SQL of a Parse or a simple query, or b""."""
    if message[:1] == b"P":
        return message[5:].split(b"\0")[1]
    return message[5:].rstrip(b"\0") if message[:1] == b"Q" else b""


def is_commit(message):
    return text_of(message).strip(b" ;").upper() == b"COMMIT"


def as_rollback(message):
    """A message that commits, made one that does not."""
    body = message[5:].replace(text_of(message), b"ROLLBACK", 1)
    return message[:1] + struct.pack("!I", len(body) + 4) + body


def error_response(state, text):
    """An ErrorResponse."""
    fields = b"".join(code + value.encode() + b"\0" for code, value in
                      ((b"S", "ERROR"), (b"V", "ERROR"), (b"C", state), (b"M", text)))
    return b"E" + struct.pack("!I", len(fields) + 5) + fields + b"\0"


def state_of(error):
    """The SQLSTATE of an ErrorResponse."""
    return next(field[1:].decode() for field in error[5:].split(b"\0") if field[:1] == b"C")


REFUSAL = error_response("40001", "could not serialize access (injected)")
READY_IN_FAILED_TRANSACTION = b"Z" + struct.pack("!I", 5) + b"E"


class Messages:
    """Cuts a stream of bytes into whole messages; what is left over waits for the next bytes."""

    def __init__(self):
        self._rest = b""

    def feed(self, data):
        """The messages that are whole now, type and length included."""
        data, at, found = self._rest + data, 0, []
        while len(data) - at >= 5:
            end = at + 1 + struct.unpack_from("!I", data, at + 1)[0]
            if len(data) < end:
                break
            found.append(data[at:end])
            at = end
        self._rest = data[at:]
        return found


class RandomFaults:
    """A `choose` that takes each fault with its rate. Which unit comes when is the scheduler's, so
    a seed gives a like run, not the same one."""

    def __init__(self, seed, rates):
        self._rng, self._rates = random.Random(seed), rates

    def __call__(self, what):
        dice = self._rng.random()
        for fault in COMMIT_FAULTS if what == "commit" else STATEMENT_FAULTS:
            dice -= self._rates.get(fault, 0)
            if dice < 0:
                return fault
        return None


class Cut(Exception):
    """The connection is to end at once, on both sides."""


class Session:
    """One connection of a client and its own to the server."""

    def __init__(self, proxy, client, server):
        self._proxy, self.client, self.server = proxy, client, server
        self._open = False      # a transaction is, by what the server said last
        self._waiting = 0       # units whose answer is to come
        self._answer = None     # what is to be done with the next answer
        self._key = b""         # with which the server lets this connection's work be cancelled

    async def run(self):
        """Until one side ends, or the proxy cuts."""
        if not await self._greet():
            return
        await self._proxy.until_one_ends(self._pump(self.client[0], self._from_client),
                                         self._pump(self.server[0], self._from_server))

    async def _greet(self):
        """Passes the first message on; whether others may follow."""
        while True:
            length, code = struct.unpack("!II", await self.client[0].readexactly(8))
            rest = await self.client[0].readexactly(length - 8)
            if code not in (TLS, GSSAPI):
                break
            self.client[1].write(b"N")
        await self._proxy.gates["requests"].wait()
        self.server[1].write(struct.pack("!II", length, code) + rest)
        if code == CANCEL:
            await self.server[0].read()  # the server ends it
        return code != CANCEL

    async def _pump(self, reader, handle):
        messages, unit = Messages(), []
        while data := await reader.read(CHUNK):
            for message in messages.feed(data):
                unit = await handle(message, unit)

    async def _from_client(self, message, unit):
        unit = unit + [message]
        # What answers a request for a password, or belongs to a COPY, is no part of a unit.
        if message[:1] in b"PBDEC":
            return unit
        await self._proxy.gates["requests"].wait()
        if message[:1] in b"SQ":
            await self._pass_unit(unit)
        else:
            await self._send(self.server, b"".join(unit))
        return []

    async def _pass_unit(self, unit):
        what = "commit" if any(map(is_commit, unit)) else "statement"
        fault = self._proxy.ask(what) if self._open and not self._waiting else None
        if fault in ("cut", "cut_before_commit"):
            raise Cut
        if fault == "delay":
            await asyncio.sleep(DELAY_SECONDS)
        if fault == "refuse":
            await self._send(self.client, REFUSAL + READY_IN_FAILED_TRANSACTION)
            return
        if fault == "refuse_commit":
            unit = [as_rollback(message) if is_commit(message) else message for message in unit]
        if fault in ("refuse_commit", "cut_after_commit"):
            self._answer = fault
        self._waiting += 1
        await self._send(self.server, b"".join(unit))
        if fault == "cancel_commit":
            give_up = asyncio.get_running_loop().time() + CANCEL_SECONDS
            while self._waiting and asyncio.get_running_loop().time() < give_up:
                await asyncio.sleep(0.01)
            if self._waiting:
                self._answer = "cut_after_commit"  # who gives up hears no answer
                await self._cancel()
                raise Cut

    async def _cancel(self):
        """Returns when the server has taken note."""
        reader, writer = await self._proxy.open()
        writer.write(struct.pack("!II", 16, CANCEL) + self._key)
        await reader.read()  # the server ends it
        writer.close()

    async def _from_server(self, message, _):
        await self._proxy.gates["answers"].wait()
        if message[:1] == b"K":
            self._key = message[5:]
        if message[:1] == b"E":
            self._proxy.counts[state_of(message)] += 1
        if message[:1] == b"Z":
            self._open = message[5:] != b"I"
            self._waiting -= 1 if self._waiting else 0
            if self._answer == "cut_after_commit":
                raise Cut
            self._answer = None
        elif self._answer == "cut_after_commit":
            return []
        elif self._answer == "refuse_commit" and message[:1] == b"C" and (
                message[5:] == b"ROLLBACK\0"):
            message = REFUSAL
        await self._send(self.client, message)
        return []

    @staticmethod
    async def _send(side, data):
        side[1].write(data)
        await side[1].drain()


class PostgresProxy(Listener):
    """Listens on a free port of this machine from the beginning until close()."""

    def __init__(self, upstream):
        """`upstream` is a URL of deploy/local/postgres.sh."""
        self.choose = None
        self.upstream = upstream  # may be set anew: for the connections that come
        super().__init__()

    def url(self, database, parameters=""):
        """Of a database behind the proxy; parameters as in "&application_name=x"."""
        return f"postgresql://postgres@{self.address}/{database}?sslmode=disable{parameters}"

    def ask(self, what):
        """The fault of a unit, which is counted. Called by sessions."""
        fault = self.choose(what) if self.choose else None
        if fault:
            self.counts[fault] += 1
        return fault

    async def open(self):
        return await asyncio.open_unix_connection(socket_of(self.upstream))

    async def carry(self, client, server):
        await Session(self, client, server).run()
