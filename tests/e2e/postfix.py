"""A private Postfix on this machine: its own configuration, queue, port and log, no network.

    with Postfix(directory, port, intake=[...]) as postfix:
        ...                          # takes mail on 127.0.0.1:port
        postfix.mails("anna")        # what lies in the mailbox of anna@example.org
        postfix.reports()            # the bounces that were handed to the intake

Mailboxes are made with mailbox(). Every other address of example.org is taken and comes back,
which only Postfix itself says. Needs root: Postfix gives its parts to other users.
"""

import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local")]

import stack as stack_module  # noqa: E402

DOMAIN = "example.org"
BOUNCE_DOMAIN = "bounce.wici.example.org"
MASTER_PROGRAM = "/usr/lib/postfix/sbin/master"
NOBODY = pwd.getpwnam("nobody")

MAIN = """
compatibility_level = 3.6
mail_owner = postfix
setgid_group = postdrop
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/log
maillog_file_prefixes = {directory}

myhostname = mx.{domain}
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
smtp_host_lookup = native
alias_maps =
local_recipient_maps =
default_transport = error:5.4.4 there is no network

# Anybody of the domain is taken; who has no mailbox is found out when it is delivered.
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {directory}/mailboxes
virtual_mailbox_maps = texthash:{directory}/etc/mailboxes
virtual_uid_maps = static:{nobody.pw_uid}
virtual_gid_maps = static:{nobody.pw_gid}
smtpd_reject_unlisted_recipient = no
transport_maps = texthash:{directory}/etc/transport

# What comes back goes to the intake, as services/notification/intake/process/main.cc has it.
recipient_delimiter = +
wici_destination_recipient_limit = 1

queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
delay_warning_time = 1s
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 1 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
virtual   unix  - n n - - virtual
showq     unix  n - n - - showq
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
wici      unix  - n n - 4 pipe flags=Rq user=nobody
  argv={directory}/bin/keep ${{recipient}}
"""

# Keeps a copy of each report beside how the intake ended.
KEEP = """#!/bin/sh
mail=$(mktemp {directory}/reports/XXXXXX) && cat >"$mail" || exit 75
{intake} --recipient="$1" <"$mail" 2>>{directory}/reports/log
status=$?
mv "$mail" "$mail.$status.eml"
exit $status
"""

QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming",
          "private", "saved", "trace")

TRANSPORT = f"""
{BOUNCE_DOMAIN} wici:
"""


def why_not():
    """Why there can be no Postfix here, or None."""
    if os.geteuid() != 0:
        return "needs root: Postfix gives its parts to other users"
    if not os.access(MASTER_PROGRAM, os.X_OK):
        return "postfix is not installed: ./wici setup"
    return None


class Postfix:
    """Runs from `with` to its end, and not longer than this process."""

    def __init__(self, directory, port, intake):
        """`intake` is the program and arguments that a report is handed to."""
        self.directory, self.port = pathlib.Path(directory), port
        self.intake = [str(word) for word in intake]
        self._transport = TRANSPORT
        self._mailboxes = ""

    def mailbox(self, local):
        self._mailboxes += f"{local}@{DOMAIN} {local}/\n"

    def route(self, local, transport):
        """Mail to this address goes another way: "error:5.7.1 no", "smtp:[127.0.0.1]:1"."""
        self._transport += f"{local}@{DOMAIN} {transport}\n"

    def __enter__(self):
        self._write()
        self.process = stack_module.Process(
            "postfix", [MASTER_PROGRAM, "-s", "-c", self.directory / "etc"],
            self.directory / "start.log", self.directory, "TERM")
        self.process.start()
        return self

    def __exit__(self, *error):
        self.process.signal(signal.SIGTERM)  # stops its parts
        self.process.join(30)

    def give_up(self):
        """What waits for another try is sent back."""
        self._command("postsuper", "-e", "ALL", "deferred")
        self._command("postqueue", "-f")

    def mails(self, local):
        return [path.read_bytes() for path in
                sorted((self.directory / "mailboxes" / local).glob("new/*"))]

    def reports(self):
        """(mail, exit status) of each report so far, a delivery that was tried twice twice."""
        return [(path.read_bytes(), int(path.suffixes[-2][1:]))
                for path in (self.directory / "reports").glob("*.eml")]

    def log(self):
        path = self.directory / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _command(self, program, *arguments):
        subprocess.run([f"/usr/sbin/{program}", "-c", self.directory / "etc", *arguments],
                       check=True, capture_output=True, stdin=subprocess.DEVNULL)

    def _write(self):
        for name in ("etc", "queue", "data", "bin", "mailboxes", "reports"):
            (self.directory / name).mkdir()
        self.directory.chmod(0o755)
        # What "postfix start" would make, in seconds.
        for name in QUEUES:
            (self.directory / "queue" / name).mkdir(mode=0o700)
            shutil.chown(self.directory / "queue" / name, "postfix")
        (self.directory / "queue/pid").mkdir()
        for name, mode in {"maildrop": 0o1730, "public": 0o2710}.items():
            (self.directory / "queue" / name).mkdir()
            shutil.chown(self.directory / "queue" / name, "postfix", "postdrop")
            (self.directory / "queue" / name).chmod(mode)
        shutil.chown(self.directory / "data", "postfix")
        for name in ("mailboxes", "reports"):
            shutil.chown(self.directory / name, "nobody")
        # A copy, since the build directory may be in a home that "nobody" may not enter.
        program = self.directory / "bin/intake"
        shutil.copy(self.intake[0], program)
        program.chmod(0o755)
        facts = {"directory": self.directory, "domain": DOMAIN, "port": self.port,
                 "nobody": NOBODY, "intake": " ".join([str(program), *self.intake[1:]])}
        for name, text in {"etc/main.cf": MAIN, "etc/master.cf": MASTER, "bin/keep": KEEP}.items():
            (self.directory / name).write_text(text.format(**facts).lstrip(), encoding="ascii")
        (self.directory / "bin/keep").chmod(0o755)
        (self.directory / "etc/transport").write_text(self._transport, encoding="utf-8")
        (self.directory / "etc/mailboxes").write_text(self._mailboxes, encoding="utf-8")
