"""Those who apply for the title, in the fields of the forms of congdanhoctap.vn, to be typed or copied in there.

Which fields its registration asks for is known from the press; how they are called, in which order and form it takes
them is our reading. Ethnicity, religion, year of birth and password are not kept here: their columns are left empty, to
be filled in at that moment by the worker (docs/personal-data.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.dossiers import listing
from certification.dossiers.steps import OneDossier
from certification.errors import NoCriteriaInForce
from certification.evidence import gathering
from certification.models import Employment, Worker
from certification.people import audiences, national_numbers
from certification.people.national_numbers import Keys
from certification.privacy import access
from certification.rules import criteria
from certification.rules.criteria import PROGRAMME
from certification.units import organizations
from certification.units.trees import Tree
from lrs.db import Session, among, beside

__all__ = ["Candidate", "Candidates", "gather", "record"]

EXPORTED_FOR = "title"
"""The purpose (rules on personal data) for which candidates are handed on."""

_OUT = ("withdrawn", "revoked")
"""States of dossiers that ask for nothing any more."""
_ADMINISTRATIVE = "administrative"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who applies. `places` are the administrative units above the enterprise, the nearest first; `own`,
    `attested` are points by indicator, those that the worker gave and those that a person attested."""

    worker: UUID
    number: str
    name: str
    gender: str | None
    national_number: str
    places: tuple[str, ...]
    enterprise: str
    position: str
    audience: str
    state: str
    own: Mapping[str, int]
    attested: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Candidates:
    """All of a year, with the indicators (code, title) of the criteria they are judged by."""

    year: int
    on: date
    indicators: tuple[tuple[str, str], ...]
    people: tuple[Candidate, ...]


def gather(
    session: Session,
    tenant: UUID,
    year: int,
    *,
    on: date,
    unit: UUID | None = None,
    keys: Keys | None = None,
    programme: str = PROGRAMME,
) -> Candidates:
    """Everybody with a dossier of the year that is neither withdrawn nor revoked, employed below the unit on the day
    (None: everywhere), in the order of registering. With `keys`, national numbers that were sealed are opened.

    A number of SQL commands that does not grow with them.
    """
    found = listing.listing(session, tenant, year, on=on, unit=unit, limit=None, programme=programme)
    dossiers = [one for one in found if one.state not in _OUT]
    ids = [one.worker_id for one in dossiers]
    people = {
        row.id: row
        for row in session.execute(
            sa.select(Worker.id, Worker.full_name, Worker.gender).where(
                Worker.tenant_id == tenant, among(session, Worker.id, ids)
            )
        )
    }
    jobs = {
        row.worker_id: row
        for row in session.execute(
            sa.select(Employment.worker_id, Employment.enterprise_id, Employment.position)
            .where(
                beside(Employment.tenant_id) == tenant, among(session, Employment.worker_id, ids),
                Employment.started <= on,
                sa.or_(Employment.ended.is_(None), Employment.ended >= on),
            )
            .order_by(Employment.started)
        )
    }  # fmt: skip
    until = min(on, date(year, 12, 31))
    own = gathering.self_given(session, tenant, ids, programme=programme, year=year, as_of=until)
    attested = gathering.attested(session, tenant, ids, programme=programme, year=year, as_of=until)
    told = audiences.told(session, tenant, ids)
    numbers = {} if keys is None else national_numbers.opened_all(session, tenant, ids, keys)
    tree = organizations.tree(session, tenant, on)
    codes = {node.id: node.code for node in tree.nodes}

    def candidate(one: OneDossier) -> Candidate:
        person, job = people[one.worker_id], jobs.get(one.worker_id)
        code = None if job is None else codes.get(job.enterprise_id)
        digits = numbers.get(one.worker_id, {})
        return Candidate(
            worker=one.worker_id,
            number=one.number,
            name=person.full_name,
            gender=person.gender,
            national_number=digits.get(national_numbers.CCCD) or digits.get(national_numbers.CMND) or "",
            places=() if code is None else _places(tree, code),
            enterprise="" if code is None else tree.node(code).name,
            position="" if job is None else job.position or "",
            audience=audiences.AUDIENCES[audiences.in_year(told.get(one.worker_id, {}), year)],
            state=one.state,
            own={given.indicator: given.points for given in own.get(one.worker_id, ())},
            attested={given.indicator: given.points for given in attested.get(one.worker_id, ())},
        )

    return Candidates(year, on, _indicators(session, tenant, programme, year), tuple(map(candidate, dossiers)))


def record(
    session: Session,
    tenant: UUID,
    found: Candidates,
    *,
    by: str,
    unit: str | None,
    national_numbers: bool,
    now: datetime,
) -> None:
    """Puts on record that all of them were taken to another site, and notes a look at each."""
    people = [one.worker for one in found.people]
    access.note_many(session, tenant, people, by, EXPORTED_FOR, "candidates", now)
    detail = {"year": found.year, "unit": unit, "people": len(people), "national_numbers": national_numbers}
    subject = f"candidates:{found.year}"
    chain.add(session, tenant, by=by, act="candidates.export", subject=subject, detail=detail, now=now)


def _places(tree: Tree, code: str) -> tuple[str, ...]:
    """Names of the administrative units above, the nearest first."""
    above = [tree.node(one) for one in tree.ancestors(code)]
    return tuple(one.name for one in above if one.kind == _ADMINISTRATIVE)


def _indicators(session: Session, tenant: UUID, programme: str, year: int) -> tuple[tuple[str, str], ...]:
    try:
        _, found = criteria.in_force(session, tenant, programme, criteria.AUDIENCE, year)
    except NoCriteriaInForce:
        return ()
    return tuple((one.id, one.title) for one in found.indicators)
