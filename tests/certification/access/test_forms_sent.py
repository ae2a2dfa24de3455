"""A form that is sent is done once, on either database."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from certification.access import forms_sent
from lrs.db import Database


def test_a_form_is_new_once_and_then_leads_where_it_led(database: Database, tenant: UUID, now: datetime) -> None:
    account = uuid4()
    with database.writing(tenant) as session:
        assert forms_sent.note(session, tenant, account, "one", now) is None
        forms_sent.led_to(session, tenant, account, "one", "/there")
    with database.writing(tenant) as session:
        assert forms_sent.note(session, tenant, account, "one", now) == "/there"
        assert forms_sent.note(session, tenant, account, "other", now) is None
        assert forms_sent.note(session, tenant, uuid4(), "one", now) is None
