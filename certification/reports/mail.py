"""Sending letters by SMTP, one connection for all, and what became of each. Nothing is sent where no server is set.

Whether a letter went out is not always known: where the line breaks after a letter was handed over, it may have gone.
Such a letter is never sent again; one that the server refused, or that was never begun, may be.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

__all__ = ["FAILED", "SENT", "UNKNOWN", "Letter", "MailServer", "send"]

SENT, FAILED, UNKNOWN = "sent", "failed", "unknown"

LOCAL = ("localhost", "127.0.0.1", "::1")
SECONDS = 30


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed over. `tls`: from the first byte on; otherwise as soon as the server offers it."""

    host: str
    port: int
    tls: bool
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str, sender: str) -> MailServer | None:
        """From smtp://user:password@host:587 or smtps://…; None where either is not set. Raises ValueError for what is
        no such address."""
        if not url or not sender:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("write it as smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465")
        tls = parts.scheme == "smtps"
        port = parts.port or (465 if tls else 587)
        return cls(parts.hostname, port, tls, sender, unquote(parts.username or ""), unquote(parts.password or ""))


@dataclass(frozen=True, slots=True)
class Letter:
    """A plain letter to one address. `id` makes its Message-ID, so that the same letter is known as such."""

    id: str
    to: str
    subject: str
    text: str


def send(server: MailServer, letters: Sequence[Letter]) -> list[tuple[str, str]]:
    """What became of each letter, in their order: sent, failed or unknown, and what the server said against it."""
    found: list[tuple[str, str]] = []
    try:
        connection = _connected(server)
    except (OSError, smtplib.SMTPException) as error:
        return [(FAILED, f"{server.host}: {_said(error)}")] * len(letters)
    for letter in letters:
        if connection.sock is None:
            found.append((FAILED, "the connection had ended before this letter"))
            continue
        try:
            connection.send_message(_message(server, letter))
        except smtplib.SMTPServerDisconnected as error:
            found.append((UNKNOWN, _said(error)))
        except smtplib.SMTPException as error:
            found.append((FAILED, _said(error)))
        except OSError as error:
            connection.close()
            found.append((UNKNOWN, _said(error)))
        else:
            found.append((SENT, ""))
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    return found


def _message(server: MailServer, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    subject = " ".join(letter.subject.split())  # a name in it may have a line break, which would begin another header
    message["From"], message["To"], message["Subject"] = server.sender, letter.to, subject
    message["Message-ID"] = f"<{letter.id}@{server.sender.rpartition('@')[2]}>"
    message.set_content(letter.text)
    return message


def _connected(server: MailServer) -> smtplib.SMTP:
    """A connection that is encrypted where it can be; a password never goes over one that is not."""
    if server.tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=_context(server))
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    connection.ehlo()
    safe = server.tls
    if not safe and connection.has_extn("starttls"):
        connection.starttls(context=_context(server))
        connection.ehlo()
        safe = True
    if server.user:
        if not safe and server.host not in LOCAL:
            connection.close()
            raise smtplib.SMTPNotSupportedError("the server offers no TLS; a password is not sent in the clear")
        connection.login(server.user, server.password)
    return connection


def _context(server: MailServer) -> ssl.SSLContext:
    """The certificate has to be that of the host and to lead to a root of the system's. On this machine, where there is
    nobody in between, mail servers have one that they made themselves."""
    context = ssl.create_default_context()
    if server.host in LOCAL:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:500]
