"""What was typed after a session had ended is found by the same account and its token alone, for a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification.access import drafts
from certification.access.drafts import Draft
from certification.models import FormDraft
from lrs.db import Database, new_id
from tests.certification.access.people import account
from tests.conftest import PEPPER


def test_a_draft_of_any_length_is_sealed_and_only_its_owner_finds_it(
    database: Database, tenant: UUID, now: datetime
) -> None:
    lan, hoa = account(database, tenant, "lan", now), account(database, tenant, "hoa", now)
    long = Draft("/bao-cao?ky=1", (("text", "Một dòng báo cáo dài \0 … \n" * 100_000), ("text", "hai")), ("anh.jpg",))
    token = drafts.keep(database, tenant, lan, long, pepper=PEPPER, now=now)

    def found(who: UUID, by: str, at: datetime = now, pepper: bytes = PEPPER) -> Draft | None:
        return drafts.find(database, tenant, who, by, pepper=pepper, now=at)

    assert found(lan, token) == long
    assert found(hoa, token) is None
    assert found(lan, token[:-2] + ("AA" if token[-2:] != "AA" else "BB")) is None
    assert found(lan, token, pepper=b"other") is None
    assert found(lan, "") is None
    assert drafts.find(database, new_id(), lan, token, pepper=PEPPER, now=now) is None
    of_another_kind = drafts.find(database, tenant, lan, token, kind=drafts.OUTCOMES, pepper=PEPPER, now=now)
    assert of_another_kind is None, "what was typed is never shown as what the program found"
    assert found(lan, token, now + drafts.LASTS) is None
    with database.reading(tenant) as session:
        kept = session.scalars(sa.select(FormDraft.sealed).where(FormDraft.tenant_id == tenant)).one()
    assert "báo cáo".encode() not in kept and len(kept) < 100_000
    drafts.drop(database, tenant, hoa, token, pepper=PEPPER)
    assert found(lan, token) == long
    drafts.drop(database, tenant, lan, token, pepper=PEPPER)
    assert found(lan, token) is None


def test_a_few_of_an_account_are_kept_and_none_for_longer_than_a_day(
    database: Database, tenant: UUID, now: datetime
) -> None:
    lan, hoa = account(database, tenant, "lan", now), account(database, tenant, "hoa", now)
    for at in range(drafts.MOST + 3):
        draft = Draft("/x", (("n", str(at)),))
        drafts.keep(database, tenant, lan, draft, pepper=PEPPER, now=now + timedelta(minutes=at))
    drafts.keep(database, tenant, hoa, Draft("/x", ()), pepper=PEPPER, now=now)

    def count() -> int:
        with database.reading(tenant) as session:
            return session.scalar(sa.select(sa.func.count()).where(FormDraft.tenant_id == tenant)) or 0

    assert count() == drafts.MOST + 1
    later = now + drafts.LASTS + timedelta(hours=1)
    drafts.keep(database, tenant, hoa, Draft("/x", ()), pepper=PEPPER, now=later)
    assert count() == 1
