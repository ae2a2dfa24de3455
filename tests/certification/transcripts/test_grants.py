"""What opens a transcript to an enterprise, and what ends it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from certification.evidence.witnesses import Witness
from certification.models import Worker
from certification.privacy import consents, requests
from certification.transcripts import words
from certification.transcripts.grants import PurposeWithoutTranscripts, Refusal, grants, purpose_of
from certification.transcripts.told import CONSENT, EMPLOYMENT, Basis
from certification.units import organizations
from tests.certification.transcripts.learners import agree
from tests.certification.world import World

ON = date(2026, 11, 20)
TRAINING, AGREED, NEW = "employer-training", "employer-transcript", "new-employer"


def granted(world: World, worker: UUID, purpose: str, *, enterprise: str = "dn/a", on: date = ON) -> Basis | Refusal:
    with world.database.reading(world.tenant) as session:
        node = organizations.node(session, world.tenant, enterprise)
        what_for = purpose_of(session, world.tenant, purpose, on)
        return grants(session, world.tenant, [worker], node, what_for, on)[worker]


def refused(world: World, worker: UUID, purpose: str, *, enterprise: str = "dn/a", on: date = ON) -> str:
    found = granted(world, worker, purpose, enterprise=enterprise, on=on)
    assert isinstance(found, Refusal)
    assert "{" not in found.said
    return found.code


def employ(world: World, *, started: date = date(2026, 2, 1), ended: date | None = None) -> UUID:
    with world.database.writing(world.tenant) as session:
        return world.employ(session, "dn/a", started=started, ended=ended)


def test_the_contract_opens_the_days_of_the_employment_while_it_lasts(world: World) -> None:
    worker = employ(world, ended=date(2026, 11, 20))
    found = granted(world, worker, TRAINING)
    assert isinstance(found, Basis)
    assert (found.ground, found.days, found.until) == (
        EMPLOYMENT, ((date(2026, 2, 1), date(2026, 11, 20)),), date(2026, 11, 20),
    )  # fmt: skip
    assert refused(world, worker, TRAINING, on=date(2026, 11, 21)) == words.LEFT
    assert refused(world, worker, TRAINING, on=date(2026, 1, 31)) == words.NEVER_EMPLOYED
    assert refused(world, worker, TRAINING, enterprise="dn/b") == words.NEVER_EMPLOYED


def test_somebody_employed_again_is_told_of_by_the_present_employment(world: World) -> None:
    worker = employ(world, started=date(2024, 1, 1), ended=date(2024, 12, 31))
    with world.database.writing(world.tenant) as session:
        world.also(session, worker, "dn/a", started=date(2026, 6, 1))
    found = granted(world, worker, TRAINING)
    assert isinstance(found, Basis)
    assert (found.days, found.until) == (((date(2026, 6, 1), None),), None)


def test_a_consent_opens_all_of_it_until_it_runs_out_or_is_withdrawn(world: World) -> None:
    worker = employ(world)
    assert refused(world, worker, AGREED) == words.NO_CONSENT
    (receipt,) = agree(world, "NV-1", "dn/a", AGREED, expires=date(2026, 12, 1))
    found = granted(world, worker, AGREED)
    assert isinstance(found, Basis)
    assert (found.ground, found.days, found.until) == (CONSENT, None, date(2026, 12, 1))
    assert refused(world, worker, AGREED, on=date(2026, 12, 2)) == words.RAN_OUT
    with world.database.writing(world.tenant) as session:
        consents.withdraw(session, world.tenant, "NV-1", [receipt.id], by="worker:1", now=world.now)
    assert refused(world, worker, AGREED) == words.WITHDRAWN


def test_a_consent_for_one_enterprise_or_purpose_opens_no_other(world: World) -> None:
    worker = employ(world)
    agree(world, "NV-1", "dn/b", NEW)
    assert isinstance(granted(world, worker, NEW, enterprise="dn/b"), Basis)
    assert refused(world, worker, NEW, enterprise="dn/c") == words.NEVER_EMPLOYED
    assert refused(world, worker, AGREED, enterprise="dn/b") == words.NEVER_EMPLOYED


def test_a_consent_does_not_outlive_the_employment_during_which_it_was_given(world: World) -> None:
    worker = employ(world, ended=date(2026, 11, 30))
    agree(world, "NV-1", "dn/a", AGREED)
    found = granted(world, worker, AGREED)
    assert isinstance(found, Basis)
    assert found.until == date(2026, 11, 30)
    assert refused(world, worker, AGREED, on=date(2026, 12, 1)) == words.LEFT
    later = datetime(2026, 12, 5, 3, tzinfo=UTC)
    agree(world, "NV-1", "dn/a", AGREED, now=later)
    assert isinstance(granted(world, worker, AGREED, on=date(2026, 12, 5)), Basis)


def test_a_purpose_that_is_not_for_enterprises_is_refused_with_those_that_are(world: World) -> None:
    with world.database.reading(world.tenant) as session:
        for purpose in ("union-work", "learning-society"):
            with pytest.raises(
                PurposeWithoutTranscripts, match=r"employer-transcript, new-employer, employer-training"
            ):
                purpose_of(session, world.tenant, purpose, ON + timedelta(days=1))


def test_a_restriction_closes_it_until_it_is_lifted(world: World) -> None:
    worker, now = employ(world), datetime(2026, 11, 19, 5, tzinfo=UTC)
    with world.database.writing(world.tenant) as session:
        told: dict[str, Any] = {"witness": Witness("hoa"), "now": now, "reason": "người lao động yêu cầu"}
        one = requests.open_request(session, world.tenant, "NV-1", kind="restrict", purpose=TRAINING, **told)
        requests.meet(session, world.tenant, "NV-1", one.id, **told)
    assert refused(world, worker, TRAINING) == words.RESTRICTED
    assert refused(world, worker, AGREED) == words.NO_CONSENT
    assert refused(world, worker, TRAINING, enterprise="dn/b") == words.NEVER_EMPLOYED, "told only to the employer"
    with world.database.writing(world.tenant) as session:
        requests.lift(session, world.tenant, "NV-1", one.id, **told)
    assert isinstance(granted(world, worker, TRAINING), Basis)


def test_of_somebody_who_was_erased_nobody_is_given_anything(world: World) -> None:
    worker = employ(world)
    with world.database.writing(world.tenant) as session:
        session.execute(sa.update(Worker).where(Worker.id == worker).values(erased=world.now))
    assert refused(world, worker, TRAINING) == refused(world, worker, AGREED) == words.GONE
