"""A database with replicas of the registration service on it, as database_faults.run() uses one."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "services/registration/processes")]

import client  # noqa: E402
import kill_test  # noqa: E402


class Server:
    """What run() asks of a server, where all are alike."""

    url = direct = ""  # as the replicas reach it, and as the oracle does

    def replicas(self, directory):
        """Of the service, not yet started."""
        return kill_test.Replicas(directory, self.url)

    def token(self, key_file):
        """Of the people."""
        return client.bearer_token(key_file, "users/operator", ["platform-operator@platform"])

    def check(self, replicas):
        """What else is wrong in the end."""
        return []
