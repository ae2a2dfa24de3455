"""Awards: that a competent body recognised the title for a worker and an assessed year.

The program awards nothing; it records decisions. "Meets the criteria" is another thing and counted apart
(`judgement.assessments`), so a recorded title gives no cause to judge anybody again. A recorded decision is never
overwritten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, csv_files
from certification.csv_files import ImportResult, Row, written
from certification.models import Award
from certification.people import workers
from certification.people.workers import Person
from certification.rules.criteria import PROGRAMME
from certification.targets.marks import EVERY_YEAR, mark_uncounted
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = ["TITLE_HEADINGS", "import_titles"]

TITLE_HEADINGS = ("Mã người lao động", "Năm đánh giá", "Số quyết định", "Ngày quyết định", "Cơ quan công nhận")


_Key = tuple[UUID, int]
"""A worker's id and the assessed year."""


@dataclass(frozen=True, slots=True)
class Decision:
    """By which decision a title was recognised."""

    number: str
    decided_on: date
    body: str


def import_titles(
    session: Session, tenant: UUID, data: bytes, *, now: datetime, programme: str = PROGRAMME
) -> ImportResult:
    """Takes in a CSV file of recognised titles (docs/imports.md).

    A title that is recorded already, by the same decision, is unchanged; by another one, a fault. Raises ImportFaults
    with every fault; nothing was changed then. May be called again with the same file.
    """
    sheet = csv_files.read(data, TITLE_HEADINGS)
    bulk.import_alone(session, tenant)
    people = workers.known_workers(session, tenant, sheet.values("Mã người lao động"))
    stored = _stored(session, tenant, programme, [person.id for person in people.values()])
    today = vietnam_day(now)
    told: dict[_Key, Decision] = {}
    first: dict[_Key, int] = {}
    for row in sheet.rows:
        key, decision = _title(row, people, today)
        if key is None:
            continue
        earlier = first.setdefault(key, row.number)
        if earlier != row.number:
            row.fault("Mã người lao động", f"đã có ở dòng {earlier} cho cùng năm đánh giá {key[1]}; xoá một dòng")
        elif decision is not None and stored.get(key, decision) != decision:
            known = stored[key]
            message = (
                f"danh hiệu năm {key[1]} đã ghi theo quyết định “{known.number}” ngày {written(known.decided_on)} của "
                f"“{known.body}”; quyết định đã ghi không bị ghi đè, kiểm tra lại tệp"
            )
            row.fault("Số quyết định", message)
        elif decision is not None:
            told[key] = decision
    sheet.refuse_faulty()
    new = {key: decision for key, decision in told.items() if key not in stored}
    bulk.insert(
        session,
        Award,
        [
            {
                "worker_id": worker_id,
                "programme": programme,
                "year": year,
                "tenant_id": tenant,
                "decision_number": decision.number,
                "decided_on": decision.decided_on,
                "body": decision.body,
                "withdrawn_on": None,
                "recorded": now,
            }
            for (worker_id, year), decision in new.items()
        ],
    )
    mark_uncounted(session, tenant, {(worker_id, EVERY_YEAR) for worker_id, _ in new})
    return ImportResult(len(new), 0, len(told) - len(new))


def _title(row: Row, people: Mapping[str, Person], today: date) -> tuple[_Key | None, Decision | None]:
    """Whose title of which year, and by which decision; None for what the row's faults leave unsaid."""
    number = row.text("Mã người lao động")
    year = row.year("Năm đánh giá")
    decision_number = row.text("Số quyết định")
    decided_on = row.day("Ngày quyết định")
    body = row.text("Cơ quan công nhận")
    if number is not None and number not in people:
        message = f"không có người lao động nào mang mã “{number}”; sửa mã, hoặc nhập danh sách trước"
        row.fault("Mã người lao động", message)
    if decided_on is not None and decided_on > today:
        row.fault("Ngày quyết định", f"{written(decided_on)} chưa tới (hôm nay {written(today)}); sửa ngày")
    if decided_on is not None and year is not None and decided_on < date(year, 1, 1):
        message = (
            f"{written(decided_on)} trước năm đánh giá {year}; ghi năm được đánh giá, không phải năm ra quyết định"
        )
        row.fault("Ngày quyết định", message)
    person = people.get(number or "")
    key = (person.id, year) if person is not None and year is not None else None
    if not row.ok or decision_number is None or decided_on is None or body is None:
        return key, None
    return key, Decision(decision_number, decided_on, body)


def _stored(session: Session, tenant: UUID, programme: str, worker_ids: Collection[UUID]) -> dict[_Key, Decision]:
    rows = session.execute(
        sa.select(Award.worker_id, Award.year, Award.decision_number, Award.decided_on, Award.body).where(
            Award.tenant_id == tenant,
            Award.programme == programme,
            among(session, Award.worker_id, worker_ids),
        )
    )
    return {(worker_id, year): Decision(number, day, body) for worker_id, year, number, day, body in rows}
