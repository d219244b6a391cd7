#!/usr/bin/python3
"""wici-notification-intake as a mail server runs it: a mail on standard input, an exit status.

A service stands in for the real one and answers what the case says; the mails are those of
inbound_mail_test.cc. What is asked of it and how the process ends is compared.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "deploy/local"))

import grpc  # noqa: E402
import stubs  # noqa: E402

stubs.ensure()

from google.rpc import error_details_pb2, status_pb2  # noqa: E402
from wici.notification.v1 import intake_service_pb2 as intake  # noqa: E402
from wici.notification.v1 import preference_service_pb2 as preference  # noqa: E402

BINARY = pathlib.Path(os.environ.get("WICI_BUILD_DIR", ROOT / "build/release")) / (
    "bin/wici-notification-intake")
TOKEN = "d1.0123456789abcdef"
OURS = f"b+{TOKEN}@bounce.wici.example.org"
EX_OK, EX_TEMPFAIL = 0, 75
ANSWERS = {
    "/wici.notification.v1.IntakeService/ReportBounce":
        (intake.ReportBounceRequest, intake.ReportBounceResponse),
    "/wici.notification.v1.PreferenceService/Unsubscribe":
        (preference.UnsubscribeRequest, preference.UnsubscribeResponse),
}


def mail_of(name):
    """A mail of the C++ test beside this one."""
    text = (pathlib.Path(__file__).parent / "inbound_mail_test.cc").read_text(encoding="utf-8")
    return text.split(f'{name}[] = R"(', 1)[1].split(')";', 1)[0].replace("\n", "\r\n").encode()


class Service(grpc.GenericRpcHandler):
    """Answers every call alike and keeps what it was asked."""

    def __init__(self):
        self.seen = []
        self.code, self.reason = None, ""

    def service(self, handler_call_details):
        if handler_call_details.method not in ANSWERS:
            return None  # clients ask for its health first; UNIMPLEMENTED counts as healthy
        request, response = ANSWERS[handler_call_details.method]
        metadata = dict(handler_call_details.invocation_metadata)

        def answer(asked, context):
            self.seen.append((handler_call_details.method.rsplit("/", 1)[1], asked,
                              metadata.get("authorization")))
            if self.code is not None:
                self.refuse(context)
            return response()

        return grpc.unary_unary_rpc_method_handler(
            answer, request_deserializer=request.FromString,
            response_serializer=response.SerializeToString)

    def refuse(self, context):
        status = status_pb2.Status(code=self.code.value[0], message="no")
        status.details.add().Pack(error_details_pb2.ErrorInfo(reason=self.reason, domain="x"))
        context.set_trailing_metadata(
            [("grpc-status-details-bin", status.SerializeToString())])
        context.abort(self.code, "no")


def run(address, token_file, mail, recipient, mode="development"):
    return subprocess.run(
        [BINARY, f"--notification={address}", f"--token_file={token_file}",
         f"--recipient={recipient}", f"--mode={mode}"], input=mail, capture_output=True,
        timeout=60).returncode


def main():
    service = Service()
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2), handlers=(service,))
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    problems = []

    def check(what, found, wanted):
        if found != wanted:
            problems.append(f"{what}: {found}, not {wanted}")

    with tempfile.TemporaryDirectory() as directory:
        token_file = pathlib.Path(directory) / "token"
        token_file.write_text("secret\n", encoding="ascii")
        bounce = mail_of("kPostfixBounce")
        for _ in range(2):
            check("a bounce", run(address, token_file, bounce, OURS), EX_OK)
        first, second = (asked for _, asked, _ in service.seen)
        check("what is reported", (first.token, first.action, first.status),
              (TOKEN, "failed", "5.1.1"))
        check("the same mail twice", first.request_id, second.request_id)
        check("the credentials", service.seen[0][2], "Bearer secret")

        check("a mail to unsubscribe",
              run(address, token_file, b"", f"u+{TOKEN}@bounce.wici.example.org"), EX_OK)
        check("which call", service.seen[-1][0], "Unsubscribe")

        count = len(service.seen)
        check("a note", run(address, token_file, b"Subject: I am away\r\n\r\n", OURS), EX_OK)
        check("calls for a note", len(service.seen), count)

        for mode, permissions, status in (
                ("production", 0o644, EX_TEMPFAIL), ("production", 0o620, EX_TEMPFAIL),
                ("production", 0o600, EX_OK), ("development", 0o644, EX_OK),
                ("prod", 0o600, EX_TEMPFAIL)):
            token_file.chmod(permissions)
            count = len(service.seen)
            check(f"a token's file of {permissions:o} in {mode}",
                  run(address, token_file, bounce, OURS, mode), status)
            check("calls with that token", len(service.seen) - count, int(status == EX_OK))
        (pathlib.Path(directory) / "empty").write_text("\n", encoding="ascii")
        check("an empty token", run(address, directory + "/empty", bounce, OURS), EX_TEMPFAIL)

        service.code, service.reason = grpc.StatusCode.PERMISSION_DENIED, "LINK_INVALID"
        check("a forged token", run(address, token_file, bounce, OURS), EX_OK)
        service.reason = "PERMISSION_DENIED"
        check("a role that may not", run(address, token_file, bounce, OURS), EX_TEMPFAIL)
        service.code = grpc.StatusCode.INTERNAL
        check("a service in trouble", run(address, token_file, bounce, OURS), EX_TEMPFAIL)
        server.stop(None).wait()
        check("no credentials", run(address, directory + "/none", bounce, OURS), EX_TEMPFAIL)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
