#!/usr/bin/python3
"""Verifies the DKIM signatures of a mail by a library that is not ours.

    verify_dkim.py MAIL

Prints a line for each signature, the topmost first: its algorithm and whether it is valid. The keys
in "the DNS" are those of RFC 8463, Appendix A.
"""

import pathlib
import sys

import dkim

DNS = {
    b"brisbane._domainkey.football.example.com.":
        b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    b"test._domainkey.football.example.com.":
        b"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08"
        b"a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3"
        b"rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
}


def main():
    mail = pathlib.Path(sys.argv[1]).read_bytes()
    count = mail.lower().split(b"\r\n\r\n")[0].count(b"dkim-signature:")
    for index in range(count):
        signed = dkim.DKIM(mail)
        try:
            valid = signed.verify(idx=index, dnsfunc=lambda name, timeout=5: DNS.get(name))
        except dkim.DKIMException:
            valid = False
        print(signed.signature_fields.get(b"a", b"?").decode(), "valid" if valid else "invalid")


if __name__ == "__main__":
    main()
