"""Undoing what one version of a list of attendance changed: its Statements are voided, those that it voided are said
again, and the list goes on as a version more. Nothing is deleted.

What a decided title rests on stays, and so does everything of a list that was corrected or withdrawn since.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.dossiers import decided
from certification.evidence import issuing
from certification.evidence.attendance_lists import WITHDRAWAL, statement_id
from certification.models import AttendanceRow, AttendanceVersion, Base, Fact
from certification.units import organizations
from lrs import api
from lrs.db import Session, among

__all__ = ["CHANGED_SINCE", "Reversal", "survey", "take_back"]

CHANGED_SINCE = "danh sách đã được sửa hoặc rút sau lần nhập này"

_ROWS = Base.metadata.tables[AttendanceRow.__tablename__]


@dataclass(frozen=True, slots=True)
class Reversal:
    """Rows whose Statements go, rows that are said again, and workers of whom a row stays, with why."""

    gone: Sequence[Any]
    back: Sequence[Any]
    left: Sequence[tuple[UUID, str]]


def survey(session: Session, tenant: UUID, list_id: UUID, version: int) -> Reversal:
    """What undoing that version comes to. A fixed number of SQL commands.

    The list has to say what that version left, whatever became of it between: so a correction that was undone is no
    change. Rows of somebody erased are passed over: they say nothing any more.
    """
    rows = session.scalars(
        sa.select(AttendanceRow)
        .where(AttendanceRow.tenant_id == tenant, AttendanceRow.list_id == list_id, AttendanceRow.digest != "")
        .order_by(AttendanceRow.added_in, AttendanceRow.row)
    ).all()
    live = {one.digest: one for one in rows if one.removed_in is None}
    then = {one.digest for one in rows if one.added_in <= version and (one.removed_in or version + 1) > version}
    added = [live[one.digest] for one in rows if one.added_in == version and one.digest in live]
    if live.keys() != then:
        return Reversal((), (), [(one.worker_id, CHANGED_SINCE) for one in added])
    why = _decided(session, tenant, added)
    return Reversal(
        [one for one in added if one.statement_id not in why],
        [one for one in rows if one.removed_in == version],
        [(one.worker_id, why[one.statement_id]) for one in added if one.statement_id in why],
    )


def _decided(session: Session, tenant: UUID, rows: Collection[Any]) -> Mapping[UUID, str]:
    """Statements of whose worker the title of the year in which they count is decided, and how."""
    facts = session.execute(
        sa.select(Fact.statement_id, Fact.worker_id, Fact.year)
        .where(
            Fact.tenant_id == tenant,
            among(session, Fact.worker_id, {one.worker_id for one in rows}),
            among(session, Fact.statement_id, {one.statement_id for one in rows}),
        )
        .distinct()
    ).all()
    about = decided.titles(session, tenant, {one.worker_id for one in facts})
    return {one.statement_id: about[one.worker_id, one.year] for one in facts if (one.worker_id, one.year) in about}


def take_back(
    session: Session,
    tenant: UUID,
    list_id: UUID,
    version: int,
    organizer: str,
    *,
    by: str,
    reason: str,
    secret: bytes,
    now: datetime,
) -> Reversal:
    """Does what `survey` tells, as one version more by `by`; gives it. The caller imports alone. Raises
    UnknownOrganization."""
    done = survey(session, tenant, list_id, version)
    if not done.gone and not done.back:
        return done
    unit = organizations.node(session, tenant, organizer)
    identity = issuing.organization_identity(session, tenant, unit.code, unit.name, secret=secret)
    of_list = AttendanceVersion.tenant_id == tenant, AttendanceVersion.list_id == list_id
    known = session.scalars(sa.select(AttendanceVersion).where(*of_list).order_by(AttendanceVersion.version)).all()
    was, next_ = known[max(version - 2, 0)], known[-1].version + 1
    new = _said_again(session, tenant, list_id, next_, done.back)
    issuing.publish(session, identity, [statement for _, statement in new])
    bulk.insert(session, AttendanceRow, [row for row, _ in new])
    session.execute(
        sa.update(_ROWS)
        .where(_ROWS.c.tenant_id == tenant, _ROWS.c.list_id == list_id)
        .where(among(session, _ROWS.c.statement_id, [one.statement_id for one in done.gone]))
        .values(removed_in=next_)
    )
    issuing.void(session, identity, [one.statement_id for one in done.gone])
    live = AttendanceRow.tenant_id == tenant, AttendanceRow.list_id == list_id, AttendanceRow.removed_in.is_(None)
    holds = session.scalar(sa.select(sa.exists().where(*live)))
    whole = not done.left and was.version < version
    record = {
        "list_id": list_id, "version": next_, "tenant_id": tenant,
        "kind": was.kind if holds else WITHDRAWAL,
        "sha256": was.sha256 if whole and holds else None, "file_name": was.file_name if whole and holds else None,
        "added": len(new), "removed": len(done.gone), "left_out": was.left_out if whole and holds else 0,
        "reason": reason, "recorded_by": by, "recorded": now,
    }  # fmt: skip
    bulk.insert(session, AttendanceVersion, [record])
    return done


def _said_again(
    session: Session, tenant: UUID, list_id: UUID, version: int, rows: Sequence[Any]
) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Rows that a correction took out, as rows of a new version, each with its Statement under another id."""
    texts = {one.id: one.document for one in api.get_statements(session, tenant, [one.statement_id for one in rows])}
    made = []
    for place, one in enumerate((one for one in rows if one.statement_id in texts), start=1):
        document = texts[one.statement_id]
        said = {name: value for name, value in document.items() if name not in ("stored", "authority", "version")}
        source = {"list": str(list_id), "version": version, "row": place}
        context = dict(said["context"])
        context["extensions"] = {
            name: source if name.endswith("/extension/source-list") else value
            for name, value in context["extensions"].items()
        }
        id_ = statement_id(list_id, version, place)
        row = {
            "list_id": list_id, "added_in": version, "row": place, "tenant_id": tenant, "worker_id": one.worker_id,
            "digest": one.digest, "statement_id": id_, "removed_in": None,
        }  # fmt: skip
        made.append((row, {**said, "id": str(id_), "context": context}))
    return made
