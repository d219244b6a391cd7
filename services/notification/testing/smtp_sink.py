#!/usr/bin/python3
"""An SMTP server for tests that does what the recipient's local part says.

    smtp_sink.py --directory DIR [--port PORT] [--no-smtputf8]

Writes its port to standard output and each mail it takes to DIR/000001.eml, with the envelope in
X-Envelope-From and X-Envelope-To on top. Local parts: rcpt-451-x, rcpt-550-x answer RCPT with that
code; data-452-x, data-554-x answer the final dot with it; once-x defers the first try and takes
the next; drop-rcpt-x, drop-data-x close the connection at RCPT, or after the dot without a reply;
every other is taken. A line on standard input makes it forget what was, which it answers with a
line; it ends with its standard input.
"""

import argparse
import asyncio
import pathlib
import sys

from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self, directory):
        self.directory = directory
        self.count = len(list(directory.glob("*.eml")))
        self.deferred = set()

    def forget(self):
        for mail in self.directory.glob("*.eml"):
            mail.unlink()
        self.count = 0
        self.deferred.clear()

    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.split("@")[0]
        if local.startswith("rcpt-"):
            code = local.split("-")[1]
            return f"{code} {code[0]}.1.1 no thank you {address}"
        if local.startswith("once-") and address not in self.deferred:
            self.deferred.add(address)
            return "451 4.7.1 greylisted"
        if local.startswith("drop-rcpt"):
            server.transport.abort()
            return "451 never sent"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        local = envelope.rcpt_tos[0].split("@")[0]
        if local.startswith("data-"):
            code = local.split("-")[1]
            return f"{code} {code[0]}.6.0 no thank you"
        if local.startswith("drop-data"):
            server.transport.abort()
            return "250 never sent"
        self.count += 1
        head = "".join([f"X-Envelope-From: {envelope.mail_from}\r\n"] +
                       [f"X-Envelope-To: {to}\r\n" for to in envelope.rcpt_tos])
        path = self.directory / f"{self.count:06}.eml"
        temporary = path.with_suffix(".new")
        temporary.write_bytes(head.encode() + envelope.original_content)
        temporary.rename(path)
        return "250 2.0.0 taken"


async def serve(args):
    loop = asyncio.get_running_loop()
    handler = Handler(args.directory)
    server = await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=args.smtputf8, hostname="sink.example.org"),
        "127.0.0.1", args.port)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        handler.forget()
        print(flush=True)
    server.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--directory", type=pathlib.Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--no-smtputf8", dest="smtputf8", action="store_false")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
