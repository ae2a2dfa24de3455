"""By what letters and text messages go out: nothing where nothing is set, and nothing from a restored copy."""

from __future__ import annotations

from flask import current_app

from certification.access.text_messages import Gateway
from certification.reports.mail import MailServer
from lrs import api
from lrs.db import NOBODY, Database

__all__ = ["gateway", "mail_server"]


def mail_server() -> MailServer | None:
    """The mail server that letters are handed to; None: none go out."""
    settings = current_app.extensions["settings"]
    found = MailServer.of(settings.smtp_url, settings.mail_from)
    return None if found is None or _is_copy() else found


def gateway() -> Gateway | None:
    """The gateway that text messages are handed to; None: none go out."""
    settings = current_app.extensions["settings"]
    found = Gateway.of(settings.sms_url, settings.sms_header, settings.sms_body)
    return None if found is None or _is_copy() else found


def _is_copy() -> bool:
    database: Database = current_app.extensions["database"]
    with database.reading(NOBODY) as session:
        return api.copied_since(session) is not None
