"""The certificate of HTTPS, which visitors meet before the program, and the bucket of attachments. Asked over the
network, so never for a page."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from flask_babel import gettext as _

from certification.web.frame.written import instant
from certification.web.operators.health.asked import GOOD, MIND, WRONG, Check, Installation
from lrs import api

__all__ = ["bucket_of_attachments", "certificate_of_https"]

ENDS_WITHIN = timedelta(days=21)
"""What renews certificates does so a month before their end: where fewer days are left, it does not."""

SECONDS = 5


def certificate_of_https(asked: Installation, trusted: ssl.SSLContext | None = None) -> Iterator[Check]:
    """Whether browsers take the certificate at PUBLIC_URL, and for how long. `trusted`: which roots; the system's."""
    parts = urlsplit(asked.settings.public_url)
    if parts.scheme != "https" or not parts.hostname:
        return
    name, read, where = _("Chứng thư HTTPS"), "the-certificate-of-https-ends", f"{parts.hostname}:{parts.port or 443}"
    do = _("Xem docs/operate.md: gia hạn chứng thư rồi chạy systemctl reload nginx")
    try:
        until = _until(parts.hostname, parts.port or 443, trusted or ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        words = _("%(where)s: trình duyệt không nhận: %(fault)s.", where=where, fault=error.verify_message)
        yield Check("https", name, WRONG, words, do, read)
    except OSError as error:
        words = _("%(where)s: không hỏi được từ máy này: %(fault)s.", where=where, fault=str(error))
        yield Check("https", name, MIND, words, _("Mở địa chỉ ấy bằng trình duyệt từ nơi khác"), "it-does-not-answer")
    else:
        near = until - asked.now < ENDS_WITHIN
        words = _("%(where)s: đến %(when)s.", where=where, when=instant(until))
        yield Check("https", name, MIND if near else GOOD, words, do if near else "", read)


def bucket_of_attachments(asked: Installation) -> Iterator[Check]:
    """Whether the bucket that bytes of attachments are kept in can be read."""
    bucket = asked.database.bucket
    if bucket is None:
        return
    name, read = _("Kho tệp đính kèm"), "attachments-in-a-bucket"
    try:
        bucket.answers()
    except api.LrsError as error:
        words = _("%(where)s: %(fault)s.", where=bucket.address, fault=str(getattr(error, "why", error)))
        do = _("Phát biểu có tệp bị từ chối cho đến khi kho trả lời: xem địa chỉ, khoá và máy của kho")
        yield Check("bucket", name, WRONG, words, do, read)
    else:
        yield Check("bucket", name, GOOD, _("%(where)s: trả lời.", where=bucket.address), "", read)


def _until(host: str, port: int, trusted: ssl.SSLContext) -> datetime:
    with (
        socket.create_connection((host, port), timeout=SECONDS) as opened,
        trusted.wrap_socket(opened, server_hostname=host) as spoken,
    ):
        told = spoken.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)
