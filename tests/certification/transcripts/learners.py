"""Somebody who has learnt, for tests of transcripts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from certification.privacy import consents
from certification.privacy.consents import Agreed, Receipt
from certification.transcripts.told import OWN, Basis
from certification.vietnam import vietnam_day
from lrs import api
from tests.certification import learning
from tests.certification.world import World

MINE = Basis(OWN, "Bản thân người lao động sử dụng", "Người lao động")
NUMBER = "NV-HOA"


def course(
    number: int, what: str, name: str, *, minutes: int = 60, score: float | None = None, day: str = "2026-05-04",
    actor: str = "hoa", verb: str = "completed",
) -> dict[str, Any]:  # fmt: skip
    """That somebody completed a course of this name about a topic."""
    made = learning.statement(actor, what, timestamp=f"{day}T03:00:00Z")
    made["verb"] = {"id": learning.VERBS + verb}
    made["object"] = {
        "objectType": "Activity",
        "id": f"https://hoc.example.org/khoa/{number}",
        "definition": {"name": {"vi": name}, "type": "http://adlnet.gov/expapi/activities/course"},
    }
    made["result"] = {"duration": f"PT{minutes}M"}
    if score is not None:
        made["result"]["score"] = {"scaled": score}
    return made


def hoa(world: World, identity: api.Identity) -> UUID:
    """NV-HOA of Doanh nghiệp A since 2021, with three courses of 2026 (one of them twice) and a title."""
    worker = learning.add_worker(world.database, world.tenant, NUMBER, "hoa", now=world.now)
    with world.database.writing(world.tenant) as session:
        world.also(session, worker, "dn/a", started=date(2021, 1, 1))
        world.title(session, worker, 2026, decided=date(2026, 6, 1))
    learning.store(
        world.database,
        identity,
        course(1, "law-labour", "Luật Lao động cho công nhân", minutes=90, score=0.85, verb="passed"),
        course(2, "life-health", "Sức khỏe nơi làm việc", minutes=45, day="2026-03-01"),
        course(2, "life-health", "Sức khỏe nơi làm việc", minutes=45, day="2026-04-01"),
        course(3, "digital-able", "Sử dụng điện thoại thông minh", day="2025-12-31"),
    )
    learning.follow_all(world.database, world.tenant, world.now)
    api.merge_definitions(world.database, world.tenant)
    return worker


def agree(
    world: World,
    number: str,
    enterprise: str,
    purpose: str,
    *,
    now: datetime | None = None,
    expires: date | None = None,
) -> list[Receipt]:
    """The worker's consent to a purpose for an enterprise."""
    at = now or world.now
    with world.database.writing(world.tenant) as session:
        shown = consents.wordings(session, world.tenant, enterprise, vietnam_day(at))
        (digest,) = [one.digest for one in shown if one.purpose.id == purpose]
        return consents.give(
            session, world.tenant, number, enterprise, [Agreed(purpose, digest)], how=consents.OWN_ACCOUNT,
            by="worker:1", now=at, expires=expires,
        )  # fmt: skip
