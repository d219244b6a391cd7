#!/usr/bin/python3
"""An endpoint for webhooks for tests that does what the path says, over HTTP and HTTPS.

    http_sink.py --directory DIR

Writes the port of HTTP and that of HTTPS to standard output, and the certificate of HTTPS, for
localhost and hook.example.org, to DIR/ca.pem. Each request that came whole is appended to
DIR/requests.log as a line of JSON. Paths:

    /ok             200                       /status/410     that status, without a body
    /retry/429/7    429, Retry-After: 7       /retry/503/x    %-encoded: a date
    /redirect/URL   302 to the %-encoded URL
    /drop           closes without an answer  /hang           reads, and never answers
    /half-head      a status line and no more, then waits
    /endless-head   headers without end
    /slow           200, then a byte of the body now and then, without end
    /endless        200, then a body without end
    /bomb           200, a body of gzip that unpacks to a thousand times its size
    /bomb-transfer  the same as Transfer-Encoding
    /once/500       that status for the first request, 200 from then on
    /ok-once        200 for the first request; from then on as /drop

A line on standard input makes it forget the requests, which it answers with a line; it ends with its
standard input.
"""

import argparse
import datetime
import functools
import gzip
import http.server
import json
import pathlib
import ssl
import sys
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec



@functools.lru_cache
def bomb():
    return gzip.compress(bytes(50 * 1024 * 1024), 9)


class Log:
    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.seen = set()
        self.forget()

    def forget(self):
        with self.lock:
            self.seen.clear()
            self.path.write_text("")

    def add(self, entry):
        with self.lock, self.path.open("a") as file:
            file.write(json.dumps(entry, sort_keys=True) + "\n")

    def first_time(self, path):
        with self.lock:
            new = path not in self.seen
            self.seen.add(path)
            return new


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.serve(b"")

    def do_POST(self):
        self.serve(self.rfile.read(int(self.headers["content-length"])))

    def serve(self, body):
        self.server.log.add({
            "method": self.command, "path": self.path,
            "body": body.decode(errors="replace"), "bytes": body.hex(),
            "peer": self.client_address[1],
            "headers": {name.lower(): value for name, value in self.headers.items()}})
        kind, *rest = [urllib.parse.unquote(part) for part in
                       self.path.split("?")[0].split("/")[1:]]
        try:
            getattr(self, "path_" + kind.replace("-", "_"))(*rest)
        except OSError:
            self.close_connection = True  # the client had enough

    def answer(self, status, headers=(), body=b""):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def path_ok(self, *rest):
        self.answer(200, body=b"thank you")

    def path_status(self, status):
        self.answer(int(status))

    def path_once(self, status, *rest):
        self.answer(int(status) if self.server.log.first_time(self.path) else 200)

    def path_retry(self, status, value):
        self.answer(int(status), [("Retry-After", value)])

    def path_redirect(self, url):
        self.answer(302, [("Location", url)])

    def path_drop(self):
        self.close_connection = True

    def path_ok_once(self):
        if self.server.log.first_time(self.path):
            self.path_ok()
        else:
            self.path_drop()

    def path_hang(self):
        self.rfile.read(1)
        self.close_connection = True

    def path_half_head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.path_hang()

    def path_endless_head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            self.wfile.write(b"x-more: " + b"x" * 1000 + b"\r\n")

    def begin_body(self, *headers):
        self.close_connection = True
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()

    def path_slow(self):
        self.begin_body()
        while True:
            self.wfile.write(b"x")
            time.sleep(0.05)

    def path_endless(self):
        self.begin_body()
        while True:
            self.wfile.write(b"x" * 65536)

    def path_bomb(self):
        self.begin_body(("Content-Encoding", "gzip"))
        self.wfile.write(bomb())

    def path_bomb_transfer(self):
        self.begin_body(("Transfer-Encoding", "gzip"))
        self.wfile.write(bomb())


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, log):
        super().__init__(("127.0.0.1", 0), Handler)
        self.log = log

    def handle_error(self, request, client_address):
        pass  # a connection that broke


def make_certificate(directory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sink")])
    names = [x509.DNSName("localhost"), x509.DNSName("hook.example.org")]
    now = datetime.datetime.utcnow()
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256()))
    (directory / "ca.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (directory / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--directory", type=pathlib.Path, required=True)
    directory = parser.parse_args().directory
    log = Log(directory / "requests.log")
    make_certificate(directory)
    plain, secure = Server(log), Server(log)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "ca.pem", directory / "key.pem")
    secure.socket = context.wrap_socket(secure.socket, server_side=True,
                                        do_handshake_on_connect=False)
    for server in (plain, secure):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(plain.server_address[1], secure.server_address[1], flush=True)
    while sys.stdin.readline():
        log.forget()
        print(flush=True)


if __name__ == "__main__":
    main()
