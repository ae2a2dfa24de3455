"""Importing a list of whom to phone or write to about the reports of many units at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from certification import bulk, spreadsheets
from certification.models import ReportContact
from certification.people.row_journal import RowJournal
from certification.reports import late
from certification.reports.late import Contact
from certification.spreadsheets import Column, ImportResult
from certification.units import organizations
from lrs.db import Session

__all__ = ["COLUMNS", "import_contacts"]

UNIT, NAME, PHONE, EMAIL = "Mã đơn vị", "Họ và tên", "Điện thoại", "Thư điện tử"

COLUMNS = (
    Column(UNIT, ("unit code", "unit"), meaning="mã đơn vị nộp báo cáo, như trong tệp đơn vị", example="cdcs/a"),
    Column(NAME, ("name",), meaning="người liên hệ về báo cáo", example="Nguyễn Thị Lan"),
    Column(PHONE, ("phone",), may_be_empty=True, meaning="số điện thoại; để trống nếu có thư", example="0912 345 678"),
    Column(EMAIL, ("email",), may_be_empty=True, meaning="địa chỉ thư; để trống nếu có số", example="lan@example.vn"),
)
_HEADING = {"name": NAME, "phone": PHONE, "email": EMAIL}


def import_contacts(
    session: Session,
    tenant: UUID,
    data: bytes,
    *,
    by: str,
    now: datetime,
    good_rows: bool = False,
    within: Collection[UUID] | None = None,
    journal: RowJournal | None = None,
) -> ImportResult:
    """Takes in a CSV or XLSX file of contacts (docs/imports.md), one a unit, counted by row, on the word of `by`.

    Whoever is named takes the place of whoever was. Raises ImportFaults with every fault; nothing was changed then,
    unless `good_rows` are asked for: rows at fault are left out then, and told. A unit that is not `within` (None: all
    are) is told as one that is not there. A `journal` is told what changes. A few SQL commands. May be called
    again with the same file.
    """
    sheet = spreadsheets.read(data, COLUMNS)
    bulk.import_alone(session, tenant)
    nodes = organizations.nodes(session, tenant)
    told: dict[UUID, tuple[int, Contact]] = {}
    for row in sheet.each():
        code = row.text(UNIT)
        node = None if code is None else nodes.get(code)
        if code is not None and (node is None or (within is not None and node.id not in within)):
            row.fault(UNIT, f"không có đơn vị nào mang mã “{code}”; sửa mã, hoặc nhập đơn vị đó trước")
            node = None
        name = row.text(NAME, at_most=late.MOST)
        contact = Contact(
            name or "",
            row.optional_text(PHONE, at_most=late.MOST) or "",
            row.optional_text(EMAIL, at_most=late.MOST) or "",
        )
        for field, message in late.contact_faults(contact):
            if field != "name" or name is not None:  # an empty cell is told already
                row.fault(_HEADING[field], message)
        if node is None:
            continue
        before = told.setdefault(node.id, (row.number, contact))
        if before[0] != row.number:
            row.clash(
                UNIT, f"đơn vị “{code}” đã có ở dòng {before[0]}; mỗi đơn vị chỉ một người, xoá một dòng", before[0]
            )
    sheet.refuse_faulty(good_rows=good_rows)
    good = {unit: contact for unit, (line, contact) in told.items() if sheet.good(line)}
    known = late.contacts(session, tenant, list(good))
    new = {unit: late.plain(contact) for unit, contact in good.items() if known.get(unit) != late.plain(contact)}
    bulk.upsert(
        session,
        ReportContact,
        [
            {
                "organization_id": unit, "tenant_id": tenant, "name": one.name, "phone": one.phone, "email": one.email,
                "said_by": by, "said": now,
            }
            for unit, one in sorted(new.items())
        ],
        replacing=("name", "phone", "email", "said_by", "said"),
    )  # fmt: skip
    if journal is not None:
        codes = {node.id: node.code for node in nodes.values()}
        for unit, one in sorted(new.items()):
            was = None if unit not in known else asdict(known[unit])
            journal.add({"organization_id": unit}, was, asdict(one), words=f"“{codes[unit]}”")
    created = sum(unit not in known for unit in new)
    return sheet.result(created, len(new) - created, len(good) - len(new))
