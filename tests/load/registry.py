"""One cluster registry alone, without Redis: for imports and their measurement.

    with Registry(directory) as registry:
        api = registry.api("users/operator", ["platform-operator@platform"])
        registry.kill()   # kill -9
        registry.start()  # the same port, the same data
"""

import base64
import os
import pathlib
import secrets
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local"))

import client  # noqa: E402
import measure  # noqa: E402

START_SECONDS = 30


class Registry:
    """The process, its log and its data below one directory; a SQLite file unless a URL is given."""

    def __init__(self, directory, url=None):
        self.directory = directory
        self.key_file = directory / "key"
        self.key_file.write_bytes(
            base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=") + b"\n")
        self.key_file.chmod(0o600)
        self.log = directory / "registry.log"
        self._url = url or f"sqlite://{directory}/registry.db"
        self._port = self._free_port()
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    @staticmethod
    def _free_port():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def start(self):
        """Starts it and returns when it listens."""
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", measure.binary("wici-cluster-registry"),
                 f"--listen=127.0.0.1:{self._port}", "--admin_listen=127.0.0.1:0",
                 f"--database={self._url}", "--redis=", f"--key_file={self.key_file}",
                 "--mode=development", "--calls_per_second_max=0"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT)
        give_up = time.monotonic() + START_SECONDS
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"the registry did not start:\n{self.log_tail()}")
            time.sleep(0.02)

    def kill(self):
        """kill -9."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def port(self):
        """Where it listens."""
        return self._port

    @property
    def pid(self):
        """The process that runs now."""
        return self._process.pid

    def alive(self):
        """Whether it runs."""
        return self._process.poll() is None

    def cpu(self):
        """CPU seconds of the process that runs now."""
        return measure.cpu_of(self._process.pid)

    def api(self, subject, roles):
        """A client of it."""
        addresses = {service: f"127.0.0.1:{self._port}" for service in client.PACKAGES}
        return client.Api(addresses, client.bearer_token(self.key_file, subject, roles))

    def log_tail(self, lines=30):
        """The end of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])
