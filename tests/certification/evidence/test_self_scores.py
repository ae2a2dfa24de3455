"""What workers say of themselves is kept, is the last word on its day, and counts for nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from certification.evidence import self_scores
from certification.evidence.self_scores import OwnScore
from certification.judgement import assessments
from certification.people.workers import UnknownWorker
from lrs.db import Database
from tests.certification.import_files import faults_of
from tests.certification.learning import PROGRAMME, stale_marks


def own(database: Database, tenant: UUID, worker: UUID, on: date) -> list[tuple[str, int]]:
    with database.reading(tenant) as session:
        found = self_scores.last_known(session, tenant, [worker], PROGRAMME, 2026, on)[worker]
    return [(one.indicator, one.points) for one in found]


def test_the_last_points_are_the_workers_own_and_none_of_them_count(
    database: Database, tenant: UUID, an: UUID, now: datetime
) -> None:
    def score(*scores: OwnScore, later: timedelta = timedelta()) -> int:
        with database.writing(tenant) as session:
            return self_scores.score(session, tenant, "NV-AN", 2026, scores, by="an", now=now + later)

    assert score(OwnScore("CS1", 10, "đọc báo hằng ngày"), OwnScore("CS4", 0)) == 2
    assert score(OwnScore("CS1", 10, "đọc báo hằng ngày"), OwnScore("CS4", 0)) == 0
    assert score(OwnScore("CS4", 9), later=timedelta(days=1)) == 1
    assert own(database, tenant, an, date(2026, 11, 19)) == []
    assert own(database, tenant, an, date(2026, 11, 20)) == [("CS1", 10), ("CS4", 0)]
    assert own(database, tenant, an, date(2026, 11, 21)) == [("CS1", 10), ("CS4", 9)]
    with database.reading(tenant) as session:
        (judged,) = assessments.known_on(session, tenant, [an], PROGRAMME, date(2026, 11, 21))
    assert judged.result.total == 0
    assert stale_marks(database, tenant) == {}


def test_every_fault_is_told_and_nothing_is_kept(database: Database, tenant: UUID, an: UUID, now: datetime) -> None:
    def score(year: int, *scores: OwnScore, number: str = "NV-AN") -> None:
        with database.writing(tenant) as session:
            self_scores.score(session, tenant, number, year, scores, by="an", now=now)

    wrong = (
        OwnScore("CS1", 11),
        OwnScore("CS1", 7.5),
        OwnScore("CS99", True),
        OwnScore("CS2", 3, "x" * 2001),
        OwnScore("CS3", 3),
    )
    assert faults_of(lambda: score(2026, *wrong)) == [
        "Dòng 1, cột “points”: “11” không phải số nguyên từ 0 đến 10; sửa lại số",
        "Dòng 2, cột “indicator”: chỉ số này đã ghi ở mục 1; chỉ giữ một",
        "Dòng 2, cột “points”: “7.5” không phải số nguyên từ 0 đến 10; sửa lại số",
        "Dòng 3, cột “indicator”: “CS99” không có trong bộ tiêu chí; ghi một trong: CS1, CS2, CS3, CS4, CS5, CS6, CS7, "
        "CS8, CS9, CS10",
        "Dòng 3, cột “points”: “True” không phải số nguyên từ 0 đến 10; sửa lại số",
        "Dòng 4, cột “note”: dài 2001 ký tự, nhiều nhất là 2000; viết ngắn lại",
    ]
    assert faults_of(lambda: score(2027, OwnScore("CS1", 3))) == [
        "year: năm 2027 chưa tới (hôm nay 20/11/2026); sửa năm"
    ]
    assert own(database, tenant, an, date(2026, 12, 1)) == []
    with pytest.raises(UnknownWorker):
        score(2026, OwnScore("CS1", 3), number="NV-LẠ")
