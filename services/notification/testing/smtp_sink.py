#!/usr/bin/python3
"""An SMTP server for tests that does what the recipient's local part says.

    smtp_sink.py --directory DIR [--port PORT] [--no-smtputf8] [--tls starttls|smtps]

Writes its port to standard output and each mail it takes to DIR/000001.eml, with the envelope in
X-Envelope-From and X-Envelope-To on top, and X-Tls when it came encrypted. With --tls it offers
STARTTLS, or speaks TLS from the first byte, with a certificate for localhost (and for no address)
that it writes to DIR/ca.pem. Local parts: rcpt-451-x, rcpt-550-x answer RCPT with that code;
data-452-x, data-554-x answer the final dot with it; once-x defers the first try and takes the next;
drop-rcpt-x, drop-data-x close the connection at RCPT, or after the dot without a reply; hang-rcpt-x
never answers RCPT, hang-body-x asks for the mail and then reads nothing of it, hang-data-x never
answers the final dot; slow-rcpt-x, slow-data-x are answered there at a byte a second; every other is
taken. A line on standard input makes it forget what was, which it answers with a line; it ends with
its standard input.
"""

import argparse
import asyncio
import datetime
import logging
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


async def for_ever():
    await asyncio.Event().wait()


class Server(SMTP):
    slow = False  # from now on it answers at a byte a second

    async def push(self, status):
        if not self.slow:
            await super().push(status)
            return
        for byte in status.encode() + b"\r\n":
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(1)

    async def smtp_DATA(self, arg):
        if any(to.startswith("hang-body") for to in self.envelope.rcpt_tos):
            await self.push("354 go on")
            self.transport.pause_reading()
            await for_ever()
        await super().smtp_DATA(arg)


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
        if local.startswith("hang-rcpt"):
            await for_ever()
        server.slow = local.startswith("slow-rcpt")
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
        if local.startswith("hang-data"):
            await for_ever()
        server.slow = local.startswith("slow-data")
        self.count += 1
        head = "".join([f"X-Envelope-From: {envelope.mail_from}\r\n"] +
                       [f"X-Envelope-To: {to}\r\n" for to in envelope.rcpt_tos])
        if server.transport.get_extra_info("sslcontext"):
            head += "X-Tls: yes\r\n"
        path = self.directory / f"{self.count:06}.eml"
        temporary = path.with_suffix(".new")
        temporary.write_bytes(head.encode() + envelope.original_content)
        temporary.rename(path)
        return "250 2.0.0 taken"


def make_certificate(directory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sink")])
    now = datetime.datetime.utcnow()
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256()))
    (directory / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))


def tls_context(directory):
    make_certificate(directory)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "ca.pem", directory / "key.pem")
    return context


async def serve(args):
    loop = asyncio.get_running_loop()
    handler = Handler(args.directory)
    context = tls_context(args.directory) if args.tls else None
    server = await loop.create_server(
        lambda: Server(handler, enable_SMTPUTF8=args.smtputf8, hostname="sink.example.org",
                       tls_context=context if args.tls == "starttls" else None),
        "127.0.0.1", args.port, ssl=context if args.tls == "smtps" else None)
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
    parser.add_argument("--tls", choices=["starttls", "smtps"])
    # It tells of each client that does not want its certificate.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
