"""A form that is sent is done once, on either database."""

from __future__ import annotations

from datetime import datetime, timedelta
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


def test_what_was_said_is_asked_about_for_some_minutes_of_the_same_account_alone(
    database: Database, tenant: UUID, now: datetime
) -> None:
    account, later = uuid4(), now + forms_sent.ASKED_WITHIN
    with database.writing(tenant) as session:
        assert forms_sent.said_at(session, tenant, account, "abc", now) is None
        forms_sent.said(session, tenant, account, "abc", now)
        assert forms_sent.said_at(session, tenant, account, "abc", later - timedelta(seconds=1)) == now
        assert forms_sent.said_at(session, tenant, account, "abc", later) is None
        assert forms_sent.said_at(session, tenant, uuid4(), "abc", now) is None
        assert forms_sent.said_at(session, tenant, account, "abd", now) is None
        forms_sent.said(session, tenant, account, "abc", later)
        assert forms_sent.said_at(session, tenant, account, "abc", later) == later
        assert forms_sent.note(session, tenant, account, "abc", now) is None, "what is said is no form's key"
