"""Sheets of self-assessment of many workers one after another: of an enterprise, a team, those of a proposal.

Drawn some at a time, so that memory does not grow with the enterprise: as one PDF to be printed, each sheet on leaves
of its own, or as an archive of Word files, one for each worker.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification.documents import kept_templates
from certification.documents.kinds import SHEET
from certification.documents.office import OfficeDocument
from certification.documents.office_pdf import render_together
from certification.documents.word import render
from certification.dossiers import sheets
from certification.errors import CertificationError
from certification.evidence.witnesses import Within
from certification.models import Dossier, Proposal, Team, Worker
from certification.people import lists
from certification.people.lists import Found, Sought
from certification.people.workers import Person
from certification.units import organizations
from lrs.db import Session, among

__all__ = ["MOST", "Batch", "NobodySought", "drawn", "of_next", "sought"]

MOST = 50
"""So many sheets are drawn into one file: some seconds, and some megabytes."""

_ALWAYS = (1980, 1, 1, 0, 0, 0)


class NobodySought(CertificationError):
    """There is no such enterprise, team or proposal; `what` is which of them."""

    def __init__(self, what: str, name: str) -> None:
        self.what = what
        super().__init__(f"there is no {what} {name!r}")


@dataclass(frozen=True, slots=True)
class Batch:
    """The next sheets: of `people`, in the order of their names. `left` is where the list goes on; None at its end."""

    people: Sequence[Found]
    documents: Sequence[OfficeDocument]
    template: bytes
    left: tuple[str, UUID] | None


def sought(
    session: Session,
    tenant: UUID,
    on: date,
    *,
    enterprise: str | None = None,
    team: str | None = None,
    proposal: UUID | None = None,
) -> Sought:
    """Whose sheets are wanted: everybody's who is employed by the enterprise on the day, those of its team, or of the
    dossiers in a proposal. Raises NobodySought, also where none of them is named."""
    node = None
    if enterprise is not None:
        node = organizations.nodes(session, tenant).get(enterprise)
        if node is None:
            raise NobodySought("enterprise", enterprise)
    of_team = None
    if team is not None:
        if node is not None:
            named = Team.tenant_id == tenant, Team.enterprise_id == node.id, Team.name == team
            of_team = session.scalar(sa.select(Team.id).where(*named))
        if of_team is None:
            raise NobodySought("team", team)
    also: tuple[sa.ColumnElement[bool], ...] = ()
    if proposal is not None:
        known = sa.select(Proposal.id).where(Proposal.tenant_id == tenant, Proposal.id == proposal)
        if session.scalar(known) is None:
            raise NobodySought("proposal", str(proposal))
        whom = sa.select(Dossier.worker_id).where(Dossier.tenant_id == tenant, Dossier.proposal_id == proposal)
        also = (Worker.id.in_(whom),)
    elif node is None:
        raise NobodySought("enterprise", "")
    return Sought(on, enterprise=None if node is None else node.id, team=of_team, also=also)


def of_next(
    session: Session,
    tenant: UUID,
    wanted: Sought,
    year: int,
    *,
    within: Within,
    now: datetime,
    filled: bool = True,
    after: tuple[str, UUID] | None = None,
    limit: int = MOST,
) -> Batch:
    """The sheets of the next `limit` of those sought whom `within` reaches, those after a place. A number of SQL
    commands that does not grow with them."""
    found = lists.search(session, tenant, wanted, within=within, limit=limit + 1, after=after)
    people, more = found[:limit], len(found) > limit
    rows = session.execute(
        sa.select(Worker.id, Worker.gender).where(among(session, Worker.id, [one.id for one in people]))
    )
    genders: dict[UUID, str | None] = {worker: gender for worker, gender in rows}  # noqa: C416
    known = [Person(one.id, one.number, one.full_name, genders[one.id]) for one in people]
    documents = sheets.of_many(session, tenant, known, year, on=wanted.on, now=now, filled=filled)
    template = kept_templates.template(session, tenant, SHEET, wanted.on).content
    return Batch(people, documents, template, people[-1].place if more else None)


def drawn(batch: Batch, end: str) -> bytes:
    """The sheets as one file: "pdf", or "zip" of a Word file for each worker. The same bytes for the same sheets."""
    if end == "pdf":
        return render_together(batch.documents)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for place, (one, document) in enumerate(zip(batch.people, batch.documents, strict=True), 1):
            name = f"{SHEET.id}-{place:02}-{re.sub(r'[^0-9A-Za-z_.-]+', '-', one.number)}.docx"
            archive.writestr(zipfile.ZipInfo(name, _ALWAYS), render(batch.template, document))
    return file.getvalue()
