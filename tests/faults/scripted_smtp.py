"""An SMTP server that misbehaves as it is told, and keeps what it takes.

    sink = ScriptedSmtp()          # on a free port, in threads of this process
    sink.plan("anna@example.org", "drop-after-dot")   # what happens to the next mail to her
    sink.refuse_all = True         # answers everybody with 421, also who is connected
    sink.taken                     # [(recipient, bytes)], each written down before its 250
    sink.unanswered                # [(time, bytes)]: of what came whole, what got no answer, and when

A behaviour holds for one mail; the next to the same recipient is taken. What is not told anything
is taken. Behaviours:
  rcpt-451 rcpt-550 data-451 data-552   that code after RCPT, or after the final dot
  drop-at-rcpt drop-in-data             the connection ends there: nothing is taken
  drop-after-dot                        the mail is taken, but nobody is told
  lose-after-dot                        it is not taken, and nobody is told
  slow                                  it is taken, with a late answer
  swallow                               it is acknowledged and lost: no server may do that
  double                                it is taken, and stands in two mailboxes then: nor that
Only what a test needs of RFC 5321: no TLS, no pipelining.
"""

import collections
import socket
import socketserver
import threading
import time

SLOW_SECONDS = 0.3


class Hangup(Exception):
    """The connection is to end without a word."""


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self):
        try:
            self._serve()
        except (Hangup, OSError):
            pass
        finally:
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _say(self, text):
        self.wfile.write(text.encode() + b"\r\n")

    def _serve(self):
        sink = self.server.sink
        if sink.refuse_all:
            self._say("421 4.3.2 come back later")
            return
        self._say("220 scripted.example.org")
        recipient, behaviour = "", ""
        while line := self.rfile.readline():
            command = line.strip().upper()
            if sink.refuse_all:
                self._say("421 4.3.2 come back later")
                return
            if command.startswith((b"EHLO", b"HELO")):
                self._say("250-scripted.example.org")
                self._say("250-SMTPUTF8")
                self._say("250 8BITMIME")
            elif command.startswith(b"RCPT"):
                recipient = line[line.index(b"<") + 1:line.index(b">")].decode()
                behaviour = sink.take_plan(recipient)
                if behaviour == "drop-at-rcpt":
                    raise Hangup
                self._say({"rcpt-451": "451 4.7.1 not yet", "rcpt-550": "550 5.1.1 nobody"}
                          .get(behaviour, "250 2.1.5 ok"))
            elif command.startswith(b"DATA"):
                self._say("354 go on")
                self._take(recipient, behaviour)
            elif command.startswith(b"QUIT"):
                self._say("221 bye")
                return
            else:
                self._say("250 2.0.0 ok")

    def _take(self, recipient, behaviour):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line or behaviour == "drop-in-data":
                raise Hangup
            lines.append(line[1:] if line.startswith(b".") else line)
        if behaviour == "lose-after-dot":
            self._leave(lines)
        refusal = {"data-451": "451 4.3.0 not now", "data-552": "552 5.3.4 too large"}
        if behaviour in refusal:
            self._say(refusal[behaviour])
            return
        if behaviour == "slow":
            threading.Event().wait(SLOW_SECONDS)
        if behaviour != "swallow":
            for _ in range(2 if behaviour == "double" else 1):
                self.server.sink.keep(recipient, b"".join(lines))
        if behaviour == "drop-after-dot":
            self._leave(lines)
        self._say("250 2.0.0 taken")

    def _leave(self, lines):
        self.server.sink.leave(b"".join(lines))
        raise Hangup


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


class ScriptedSmtp:
    """Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self._plans = collections.defaultdict(collections.deque)
        self._taken = []
        self._unanswered = []
        self.refuse_all = False
        self._server = Server(("127.0.0.1", 0), Session)
        self._server.sink = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def plan(self, recipient, behaviour):
        with self._lock:
            self._plans[recipient].append(behaviour)

    def take_plan(self, recipient):
        with self._lock:
            plans = self._plans[recipient]
            return plans.popleft() if plans else ""

    def keep(self, recipient, message):
        with self._lock:
            self._taken.append((recipient, message))

    @property
    def taken(self):
        with self._lock:
            return list(self._taken)

    def leave(self, message):
        with self._lock:
            self._unanswered.append((time.time(), message))

    @property
    def unanswered(self):
        with self._lock:
            return list(self._unanswered)
