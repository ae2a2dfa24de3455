"""Reads the rows of a list against what is known: whose each is, whether it may be said, the Statement it makes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from certification.evidence import attendance, witnesses
from certification.evidence.attendance import Attended
from certification.evidence.entitlements import is_entitled
from certification.evidence.witnesses import ONESELF, Witness
from certification.people.workers import Person
from certification.rules.evidence_mapping import EvidenceMapping
from certification.spreadsheets import Sheet
from certification.units.trees import Node
from certification.vietnam import vietnam_day
from lrs.db import Session

__all__ = ["Reading", "notes_of", "read_rows"]


@dataclass(slots=True)
class Reading:
    """What is needed to read the rows of one file, and what was made of them."""

    session: Session
    tenant: UUID
    witness: Witness
    organizer: Node
    kind: str
    now: datetime
    mapping: EvidenceMapping
    entitled: Collection[tuple[date, date | None]]
    people: Mapping[str, Person] = field(default_factory=dict)
    made: list[tuple[Attended, Person, dict[str, Any], str]] = field(default_factory=list)
    """Row, worker, Statement without id, digest."""
    not_entitled: int = 0


def read_rows(reading: Reading, sheet: Sheet) -> None:
    """Reads every row, notes every fault, and makes a Statement of each good one."""
    said = [attendance.said(row, reading.mapping, reading.now) for row in sheet.rows]
    first: dict[tuple[UUID, str, date, Any], int] = {}
    days = [one.day for one in said if one is not None]
    listed = {person.id for person in reading.people.values()}
    unfit: Mapping[UUID, str] = {}
    own = witnesses.own_workers(reading.session, reading.tenant, reading.witness)
    if days:
        unfit = witnesses.unfit(
            reading.session, reading.tenant, reading.witness, listed, min(days), max(days), oneself_too=False
        )
    hidden = witnesses.hidden(reading.session, reading.tenant, reading.witness, unfit, vietnam_day(reading.now))
    for row, one in zip(sheet.each(), said, strict=True):
        number = row.cell(attendance.NUMBER)
        person = reading.people.get(number)
        if person is not None and person.id in hidden:
            person = None
        if number and person is None:
            message = f"không có người lao động nào mang mã “{number}”; sửa mã, hoặc nhập danh sách người trước"
            row.fault(attendance.NUMBER, message)
        if person is not None and person.id in unfit:
            row.fault(attendance.NUMBER, unfit[person.id])
        if one is None or person is None:
            continue
        told = (person.id, (one.activity_code or one.activity).casefold(), one.day, one.hour)
        if first.setdefault(told, row.number) != row.number:
            message = f"dòng {first[told]} đã ghi người này với cùng nội dung, cùng ngày giờ; chỉ giữ một dòng"
            row.fault(attendance.NUMBER, message)
        entitled = is_entitled(reading.entitled, one.day)
        if one.is_assessed and person.id in own:
            row.fault(attendance.NUMBER, ONESELF)
        made = attendance.statement(
            reading.tenant, reading.mapping, reading.organizer.code, reading.kind, one, person, entitled=entitled
        )
        for topic in attendance.uncounted(reading.mapping, made, one):
            message = (
                f"chủ đề “{topic}” không tính cho hình thức và kết quả này; sửa hình thức, kết quả, hoặc bỏ chủ đề"
            )
            row.fault(attendance.TOPICS, message)
        if row.ok:
            reading.not_entitled += one.is_assessed and not entitled
            reading.made.append((one, person, made, attendance.digest(made)))


def notes_of(reading: Reading, gone: int, live: int) -> tuple[str, ...]:
    """What a person should look at, in Vietnamese; of `live` rows of the version before, so many are `gone`."""
    notes = []
    if reading.not_entitled:
        level = attendance.LEVEL_OF[reading.kind]
        notes.append(
            f"{reading.not_entitled} dòng có kết quả hoặc chứng chỉ, nhưng đơn vị {reading.organizer.code} chưa được "
            f"ghi là nơi có quyền đánh giá vào ngày đó: tính ở mức E{level}, không phải E3"
        )
    if gone:
        notes.append(f"{gone} trong {live} dòng của bản trước không còn: Statement của các dòng đó bị huỷ")
    return tuple(notes)
