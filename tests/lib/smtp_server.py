#!/usr/bin/python3
"""A real mail server for tests (aiosmtpd, Debian package python3-aiosmtpd): STARTTLS or TLS, AUTH, and recipients it refuses.

    smtp_server.py FOLDER [--cert FILE --key FILE [--tls]] [--auth USER:PASSWORD]

Prints its port on 127.0.0.1. Every mail it takes is read by Python's email package and written to FOLDER/<number>.json.
Recipients refused*@… get 550 for good, later*@… get 451 once. Ends with its standard input.
"""
import argparse
import asyncio
import email
import email.policy
import json
import logging
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def read(message):
    """What a mail program shows, and what is wrong with the bytes."""
    parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    defects = [repr(d) for part in message.walk() for d in part.defects]
    for value in message.values():
        defects += [repr(d) for d in getattr(value, "defects", ())]
    return {
        "type": message.get_content_type(),
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "from_name": message["from"].addresses[0].display_name,
        "from_address": message["from"].addresses[0].addr_spec,
        "to_address": message["to"].addresses[0].addr_spec,
        "date_ms": int(message["date"].datetime.timestamp() * 1000),
        "parts": list(parts),
        "text": parts.get("text/plain", ""),
        "html": parts.get("text/html", ""),
        "defects": defects,
    }


class Handler:
    def __init__(self, folder):
        self.folder, self.count, self.put_off = folder, 0, set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 nobody of this name lives here"
        if address.startswith("later") and address not in self.put_off:
            self.put_off.add(address)
            return "451 4.7.1 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        raw = envelope.original_content
        mail = read(email.message_from_bytes(raw, policy=email.policy.default))
        mail["envelope"] = {"from": envelope.mail_from, "to": envelope.rcpt_tos}
        mail["tls"] = server.transport.get_extra_info("sslcontext") is not None
        mail["login"] = session.authenticated
        mail["bare_newlines"] = raw.replace(b"\r\n", b"").count(b"\n")
        mail["ascii_head"] = raw.split(b"\r\n\r\n", 1)[0].isascii()
        mail["line_bytes_max"] = max(map(len, raw.split(b"\r\n")))
        self.count += 1
        place = self.folder / f"{self.count:04}.json"
        part = place.with_suffix(".part")
        part.write_text(json.dumps(mail))
        part.rename(place)
        return "250 taken"


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--auth", default="")
    args = parser.parse_args()
    context = None
    if args.cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(args.cert, args.key)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # clients that hang up in anger are part of the tests
    handler = Handler(args.folder)

    def authenticate(server, session, envelope, mechanism, data):
        user, _, password = args.auth.partition(":")
        good = isinstance(data, LoginPassword) and data.login.decode() == user and data.password.decode() == password
        return AuthResult(success=good, handled=False)

    def protocol():
        starttls = context if context and not args.tls else None
        return SMTP(handler, tls_context=starttls, require_starttls=starttls is not None,
                    authenticator=authenticate if args.auth else None, auth_required=bool(args.auth),
                    auth_require_tls=starttls is not None, hostname="mail.test", loop=asyncio.get_running_loop())

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=context if args.tls else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
