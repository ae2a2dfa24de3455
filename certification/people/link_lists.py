"""Importing a list that says of many Actors at once which worker each is."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from certification import bulk, spreadsheets
from certification.people import identifiers, linking, workers
from certification.people.identifiers import Opaque
from certification.people.row_journal import RowJournal
from certification.people.workers import Known, everybody
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
    session: Session,
    tenant: UUID,
    data: bytes,
    *,
    by: str,
    now: datetime,
    opaque: Opaque | None = None,
    good_rows: bool = False,
    known: Known = everybody,
    journal: RowJournal | None = None,
) -> ImportResult:
    """Takes in a CSV or XLSX file of links (docs/imports.md), counted by row, on the word of `by`.

    A link that is there already is unchanged. Statements that waited become facts. Raises ImportFaults with every
    fault; nothing was changed then, unless `good_rows` are asked for: rows at fault are left out then, and told.
    Whoever is not `known` to who imports is as if there were nobody. A `journal` is told what changes. May be called
    again with the same file.
    """
    sheet = spreadsheets.read(data, COLUMNS)
    bulk.import_alone(session, tenant)
    people = workers.known_workers(session, tenant, sheet.values(NUMBER))
    seen = known({person.id for person in people.values()})
    people = {number: person for number, person in people.items() if person.id in seen}
    told: dict[str, tuple[int, str, str]] = {}
    accounts: list[tuple[int, tuple[str, ...]]] = []
    for row in sheet.each():
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
                row.clash(ACCOUNT, f"tài khoản “{ifi}” đã có ở dòng {before[0]}; xoá một dòng", before[0])
                break
        accounts.append((row.number, ifis))
    owners = linking.owners(session, tenant, told)
    seen = known({owner.id for owner in owners.values()})
    for ifi, owner in owners.items():
        line, number, _ = told[ifi]
        if number in people and people[number].id != owner.id:
            whose = f"người lao động “{owner.number}”" if owner.id in seen else "người khác"
            sheet.fault(line, ACCOUNT, f"tài khoản “{ifi}” đã thuộc {whose} trong hệ thống; gỡ trước nếu sai")
    sheet.refuse_faulty(good_rows=good_rows)
    new = [
        (ifi, people[number].id, basis)
        for ifi, (line, number, basis) in told.items()
        if ifi not in owners and sheet.good(line)
    ]
    linking.link_all(session, tenant, new, by=by, now=now)
    if journal is not None:
        for ifi, who, basis in new:
            journal.add({"ifi": ifi}, None, {"linked_by": by, "basis": basis}, words=f"tài khoản “{ifi}”", worker=who)
    fresh = {ifi for ifi, _, _ in new}
    taken = [ifis for line, ifis in accounts if sheet.good(line)]
    created = sum(not fresh.isdisjoint(ifis) for ifis in taken)
    return sheet.result(created, 0, len(taken) - created)
