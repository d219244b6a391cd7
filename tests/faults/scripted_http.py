"""An endpoint for webhooks that misbehaves as it is told, and keeps what it takes.

    sink = ScriptedHttp()          # on a free port, in threads of this process
    sink.plan("drop")              # what happens to the next request
    sink.taken                     # [(webhook-id, body)], each written down before its answer
    sink.unanswered                # [(time, webhook-id)]: what got none, and when

What is not told anything is taken with 204. Behaviours, each for one request:
  503, 429      that status, nothing is taken; 429 with a Retry-After of a second
  drop          it is taken, and the connection ends without an answer
  slow          it is taken, with a late answer
"""

import collections
import http.server
import threading
import time

SLOW_SECONDS = 0.3


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_POST(self):
        sink = self.server.sink
        body = self.rfile.read(int(self.headers["content-length"]))
        behaviour = sink.take_plan()
        if behaviour in ("503", "429"):
            self._answer(int(behaviour))
            return
        if behaviour == "slow":
            threading.Event().wait(SLOW_SECONDS)
        sink.keep(self.headers["webhook-id"], body)
        if behaviour == "drop":
            sink.leave(self.headers["webhook-id"])
            self.close_connection = True
            return
        self._answer(204)

    def _answer(self, status):
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class ScriptedHttp:
    """Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self._plans = collections.deque()
        self._taken = []
        self._unanswered = []
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.sink = self
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def plan(self, *behaviours):
        with self._lock:
            self._plans.extend(behaviours)

    def take_plan(self):
        with self._lock:
            return self._plans.popleft() if self._plans else ""

    def keep(self, identity, body):
        with self._lock:
            self._taken.append((identity, body))

    @property
    def taken(self):
        with self._lock:
            return list(self._taken)

    def leave(self, identity):
        with self._lock:
            self._unanswered.append((time.time(), identity))

    @property
    def unanswered(self):
        with self._lock:
            return list(self._unanswered)
