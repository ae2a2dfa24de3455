"""Importing a list that says of many Actors at once which worker each is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from certification import bulk, spreadsheets
from certification.people import identifiers, workers
from certification.people.identifiers import Opaque
from certification.spreadsheets import Column, ImportResult
from lrs.db import Session

__all__ = ["COLUMNS", "import_links"]

ACCOUNT, NUMBER, BASIS = "Tài khoản học tập", "Mã người lao động", "Căn cứ"

COLUMNS = (
    Column(ACCOUNT, meaning="Tài khoản trong phát biểu", example="https://hoc.example.org|nv001"),
    Column(NUMBER, meaning="Người lao động là chủ tài khoản", example="NV-0001"),
    Column(BASIS, left_out=True, may_be_empty=True, meaning="Vì sao biết", example="Danh sách của phòng nhân sự"),
)


def import_links(
    session: Session, tenant: UUID, data: bytes, *, by: str, now: datetime, opaque: Opaque | None = None
) -> ImportResult:
    """Takes in a CSV or XLSX file of links (docs/imports.md), counted by row, on the word of `by`.

    A link that is there already is unchanged. Statements that waited become facts. Raises ImportFaults with every
    fault; nothing was changed then. May be called again with the same file.
    """
    sheet = spreadsheets.read(data, COLUMNS)
    bulk.import_alone(session, tenant)
    people = workers.known_workers(session, tenant, sheet.values(NUMBER))
    told: dict[str, tuple[int, str, str]] = {}
    accounts: list[tuple[str, ...]] = []
    for row in sheet.rows:
        text, number = row.text(ACCOUNT, at_most=20_000), row.text(NUMBER)
        basis = (row.optional_text(BASIS, at_most=2000) if sheet.has(BASIS) else None) or ""
        if number is not None and number not in people:
            row.fault(NUMBER, f"không có người lao động nào mang mã “{number}”; sửa mã, hoặc nhập danh sách trước")
        try:
            ifis = () if text is None else identifiers.kept_as(identifiers.read(text), opaque)
        except identifiers.NoIdentifier as error:
            row.fault(ACCOUNT, str(error))
            continue
        for ifi in ifis:
            before = told.setdefault(ifi, (row.number, number or "", basis))
            if before[0] != row.number:
                row.fault(ACCOUNT, f"tài khoản “{ifi}” đã có ở dòng {before[0]}; xoá một dòng")
                break
        accounts.append(ifis)
    known = workers.owners(session, tenant, told)
    for ifi, owner in known.items():
        line, number, _ = told[ifi]
        if number in people and people[number].id != owner.id:
            message = f"tài khoản “{ifi}” đã thuộc người lao động “{owner.number}” trong hệ thống; gỡ trước nếu sai"
            sheet.fault(line, ACCOUNT, message)
    sheet.refuse_faulty()
    new = [(ifi, people[number].id, basis) for ifi, (_, number, basis) in told.items() if ifi not in known]
    workers.link_all(session, tenant, new, by=by, now=now)
    fresh = {ifi for ifi, _, _ in new}
    created = sum(not fresh.isdisjoint(ifis) for ifis in accounts)
    return ImportResult(created, 0, len(accounts) - created)
