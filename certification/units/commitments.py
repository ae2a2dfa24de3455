"""Importing what organizations took into their programme of a year, for targets that count organizations."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, spreadsheets
from certification.models import Commitment, Organization
from certification.people.row_journal import RowJournal
from certification.rules import plans
from certification.spreadsheets import ImportResult
from certification.units import organizations
from lrs.db import Session

__all__ = ["HEADINGS", "import_commitments"]

HEADINGS = ("Mã đơn vị", "Nội dung", "Năm", "Căn cứ")

_Key = tuple[UUID, str, int]
"""A unit's id, what it took on, the year."""


def import_commitments(
    session: Session,
    tenant: UUID,
    data: bytes,
    *,
    now: datetime,
    good_rows: bool = False,
    within: Collection[UUID] | None = None,
    journal: RowJournal | None = None,
) -> ImportResult:
    """Takes in a CSV or XLSX file of what organizations took into their programme of a year (docs/imports.md).

    What can be taken on is what the loaded plans count, written in any case, with or without diacritics. Raises
    ImportFaults with every fault; nothing was changed then, unless `good_rows` are asked for: rows at fault are left
    out then, and told. `within` are the ids of the units it may be about; None means all; a `journal` is told what
    changes. May be called again with the same file.
    """
    sheet = spreadsheets.read(data, HEADINGS)
    bulk.import_alone(session, tenant)
    nodes = {
        code: node for code, node in organizations.nodes(session, tenant).items() if within is None or node.id in within
    }
    kinds = {_plain(kind): kind for kind in _countable(session, tenant)}
    told: dict[_Key, tuple[int, str]] = {}
    for row in sheet.each():
        code = row.text("Mã đơn vị")
        words = row.text("Nội dung")
        year = row.year("Năm")
        source = row.text("Căn cứ", at_most=2000)
        if code is not None and code not in nodes:
            row.fault("Mã đơn vị", f"không có đơn vị nào mang mã “{code}”; sửa mã, hoặc nhập đơn vị đó trước")
        if words is not None and _plain(words) not in kinds:
            named = ", ".join(f"“{kind}”" for kind in sorted(kinds.values()))
            what = f"ghi một trong: {named}" if named else "nạp kế hoạch trước (flask certification load-rules)"
            row.fault("Nội dung", f"“{words}” không phải điều kế hoạch nào tính; {what}")
        if code is None or words is None or year is None or source is None or not row.ok:
            continue
        key = (nodes[code].id, kinds[_plain(words)], year)
        if key in told:
            earlier = told[key][0]
            row.clash("Mã đơn vị", f"“{code}” đã có ở dòng {earlier} cho năm {year}; xoá một dòng", earlier)
        told.setdefault(key, (row.number, source))
    sheet.refuse_faulty(good_rows=good_rows)
    good = {key: source for key, (row, source) in told.items() if sheet.good(row)}
    stored = _stored(session, tenant)
    if journal is not None:
        codes = {node.id: node.code for node in nodes.values()}
        for (unit, kind, year), source in sorted(good.items()):
            was = stored.get((unit, kind, year))
            if was != source:
                of_row = {"organization_id": unit, "kind": kind, "year": year}
                before = None if was is None else {"source": was}
                journal.add(of_row, before, {"source": source}, words=f"“{codes[unit]}”, {kind}, năm {year}")
    return sheet.result(*_write_commitments(session, stored, good, now))


def _stored(session: Session, tenant: UUID) -> dict[_Key, str]:
    rows = session.execute(
        sa.select(Commitment.organization_id, Commitment.kind, Commitment.year, Commitment.source)
        .join(Organization, Organization.id == Commitment.organization_id)
        .where(Organization.tenant_id == tenant)
    )
    return {(organization, kind, year): source for organization, kind, year, source in rows}


def _countable(session: Session, tenant: UUID) -> set[str]:
    """What some target of some loaded plan counts as a commitment."""
    return {
        target.numerator.commitment
        for plan in plans.all_plans(session, tenant)
        for target in plan.targets
        if target.numerator.commitment
    }


def _plain(words: str) -> str:
    """Words without case, diacritics and separators: "Công đoàn học tập" and "cong-doan-hoc-tap" are the same."""
    letters = unicodedata.normalize("NFD", words.casefold().replace("đ", "d"))
    return "".join(letter for letter in letters if letter.isalnum())


def _write_commitments(
    session: Session, stored: Mapping[_Key, str], told: Mapping[_Key, str], now: datetime
) -> tuple[int, int, int]:
    """How many are new, changed, unchanged."""
    new = [key for key in told if key not in stored]
    changed = [key for key in told if key in stored and stored[key] != told[key]]
    table: Any = Commitment.__table__
    bulk.insert(
        session,
        Commitment,
        [
            {"organization_id": organization, "kind": kind, "year": year, "source": told[key], "recorded": now}
            for key in new
            for organization, kind, year in [key]
        ],
    )
    if changed:
        session.execute(
            sa.update(table).where(
                table.c.organization_id == sa.bindparam("of_organization"),
                table.c.kind == sa.bindparam("of_kind"),
                table.c.year == sa.bindparam("of_year"),
            ),
            [
                {
                    "of_organization": organization,
                    "of_kind": kind,
                    "of_year": year,
                    "source": told[organization, kind, year],
                    "recorded": now,
                }
                for organization, kind, year in changed
            ],
        )
    return len(new), len(changed), len(told) - len(new) - len(changed)
