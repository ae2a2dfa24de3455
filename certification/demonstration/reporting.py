"""The yearly report of a province's union in the demonstration: entered from below, handed in, approved, filed, drawn.

The grassroots unions of Lào Cai and the invented union above them enter what they did and hand it in, and each is
approved by the one above; one grassroots union is late. The province joins what was approved, has its own report
approved by somebody who did not write it, files it, and gets it as Word, PDF and a workbook.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

from certification.access.permissions import Role
from certification.access.who import Held, Who
from certification.demonstration.people import MARK
from certification.reports import entering, filing, late, papers, places, steps
from certification.reports.filing import Filed
from certification.reports.places import Unit
from certification.reports.reading import Key
from certification.rules import report_forms
from certification.units import letterheads
from certification.units.letterheads import Letterhead
from certification.vietnam import VIETNAM
from lrs.db import Database, Session

__all__ = ["FOLDER", "ORGANIZATION", "draw", "file", "filed", "late_units"]

FOLDER = "bao-cao"
"""Where, in the demonstration's folder, the report is drawn."""
ORGANIZATION = "cd/lao-cai"
PLAN = "lao-cai-2022"
NUMBER = f"21/BC-VD {MARK}"
SIGNER = f"Trần Văn Ví Dụ {MARK}"
FEWEST = 3
"""Where fewer report, none of them is late."""


def file(database: Database, tenant: UUID, day: date, *, on_report: Callable[[int], None]) -> None:
    """Every step from the grassroots unions up to the filing, in one transaction. May be done again."""
    key, now = _key(day), datetime.combine(day, time(17), tzinfo=VIETNAM)
    with database.writing(tenant) as session:
        if filing.filed(session, tenant, ORGANIZATION, key):
            return
        form = report_forms.in_force(session, tenant, PLAN, day)
        from_above = places.branch(session, tenant, form, ORGANIZATION, day).units
        units = {unit.code: unit for unit, _, _ in from_above}
        in_time = from_above[:-1] if len(from_above) >= FEWEST else from_above
        for place, (unit, _, above) in enumerate(reversed(in_time)):
            writer, reader = (
                _officer(tenant, f"viet-{place}", unit),
                _officer(tenant, f"duyet-{place}", units[above or unit.code]),
            )
            entering.enter(session, tenant, writer, unit.code, key, _entered(place, unit.code == ORGANIZATION), now=now)
            steps.take(session, tenant, writer, unit.code, key, "submit", now=now)
            steps.take(session, tenant, reader, unit.code, key, "approve", now=now)
            on_report(1)
        _head(session, tenant, day, now)
        chief = _officer(tenant, "phat-hanh", units[ORGANIZATION])
        told: dict[str, Any] = {"signer": SIGNER, "filed_on": day, "number": NUMBER, "now": now}
        filing.file(session, tenant, chief, filing.prepare(session, tenant, chief, ORGANIZATION, key, **told), now=now)


def filed(session: Session, tenant: UUID, day: date) -> Filed:
    """The province's report as it was filed last."""
    return filing.find(session, tenant, ORGANIZATION, _key(day))


def late_units(session: Session, tenant: UUID, day: date) -> list[str]:
    """The names of the unions that have not handed in."""
    return [one.unit.name for one in late.standings(session, tenant, ORGANIZATION, _key(day)) if not one.handed_in]


def draw(database: Database, tenant: UUID, day: date, folder: Path, *, on_file: Callable[[int], None]) -> None:
    """Draws what was filed into `folder`: as Word, PDF and a workbook."""
    folder.mkdir(parents=True, exist_ok=True)
    with database.reading(tenant) as session:
        paper = papers.of_filing(session, tenant, filed(session, tenant, day))
    for kind in papers.MEDIA:
        (folder / f"{paper.name}.{kind}").write_bytes(papers.draw(paper, kind))
        on_file(1)


def _key(day: date) -> Key:
    """Which report it is: the yearly one, with figures up to the as-of day."""
    return Key(PLAN, "yearly", day)


def _entered(place: int, top: bool) -> dict[str, Any]:
    """What one union did: some numbers, and at the top words."""
    counts = {
        "documents-issued": 2 + place % 3, "loudspeaker-items": 6 + 5 * place, "social-media-posts": 12 + 7 * place,
        "workers-commended": 3 + place, "contests": 1 + place % 2, "reading-corners": 1 + place % 4,
        "study-leave-workers": 8 + 3 * place,
    }  # fmt: skip
    texts = {
        "results-text": "Các nhóm chỉ tiêu được triển khai ở mọi ca làm việc; số liệu chi tiết ở các bảng dưới đây.",
        "limits-text": "Công nhân làm ca đêm khó bố trí giờ học; một số doanh nghiệp nhỏ chưa có danh sách đầy đủ.",
    }
    more = {
        "directing-text": "Đã triển khai kế hoạch đến các công đoàn cơ sở bằng văn bản và tại giao ban hằng tháng.",
        "support-text": "Doanh nghiệp bố trí giờ học trong ca và phòng máy cho công nhân lao động.",
    }
    told: dict[str, Any] = counts | texts | (more if top else {})
    return {item: {"value": value} for item, value in told.items()}


def _officer(tenant: UUID, name: str, unit: Unit) -> Who:
    return Who(tenant, f"can-bo-{name}-vi-du", roles=(Held(Role.UPPER_OFFICER, unit.id),))


def _head(session: Session, tenant: UUID, day: date, now: datetime) -> None:
    """How the union's documents are headed, and who may sign for it."""
    head = letterheads.letterhead(session, tenant, ORGANIZATION, day)
    told = Letterhead(head.issuer, head.parent, "Lào Cai", "VD", head.recipients)
    starts = date(day.year, 1, 1)
    letterheads.set_letterhead(session, tenant, ORGANIZATION, told, starts=starts, by="can-bo-vi-du", now=now)
    letterheads.add_signer(
        session, tenant, ORGANIZATION, name=SIGNER, office="PHÓ CHỦ TỊCH", authority="TM. BAN THƯỜNG VỤ", starts=starts,
        source=f"Quyết định phân công {MARK}", by="can-bo-vi-du", now=now,
    )  # fmt: skip
