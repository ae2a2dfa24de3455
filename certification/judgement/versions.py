"""What became of a worker's assessment: every version kept, what changed it, whose act that was, and what differs.

A version is kept where a judgement says something else than the one before. Who or what changed it stands with it as
codes (`certification.marks`); the words are made here, when read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from certification.judgement import assessments
from certification.judgement.assessments import Assessed
from certification.judgement.explanations import OUTCOMES
from certification.marks import Cause
from certification.vietnam import vietnam_day
from lrs.db import Session

__all__ = ["CAUSES", "PointsChange", "Version", "history", "told"]

CAUSES: Mapping[Cause, str] = {
    Cause.EVIDENCE: "có minh chứng mới, hoặc minh chứng nói khác trước",
    Cause.WITHDRAWN: "có minh chứng bị huỷ hoặc không còn được tính",
    Cause.ATTESTED: "có người xác nhận điểm hoặc rút xác nhận",
    Cause.SELF_GIVEN: "người lao động tự cho điểm",
    Cause.PERSON: "xác định lại tài khoản học tập là của ai, hoặc gộp, tách hồ sơ",
    Cause.EMPLOYMENT: "danh sách lao động thay đổi (nơi làm việc hoặc nhóm đối tượng)",
    Cause.RULES: "bộ tiêu chí hoặc cách tính của năm thay đổi",
    Cause.DAY: "đã đến ngày của minh chứng ghi ngày về sau",
    Cause.ASKED: "có người yêu cầu chấm lại",
}
"""What changed, in words."""


@dataclass(frozen=True, slots=True)
class PointsChange:
    """An indicator whose points differ from those of the version before; None where nobody had given any."""

    indicator: str
    before: int | None
    now: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version: the result, the day it spoke of, when it was kept (UTC), and what changed since the one before.

    `causes` are lower-case names of `Cause`, `changed_by` whose act it was where a person's was, `watermark` how far
    the feed of Statements had been followed. `words` say the same in Vietnamese.
    """

    version: int
    outcome: str
    total: int
    as_of: date
    judged: datetime
    criteria_set: str
    causes: tuple[str, ...]
    changed_by: str | None
    watermark: str
    changes: tuple[PointsChange, ...]
    words: tuple[str, ...]


def history(
    session: Session, tenant: UUID, worker_id: UUID, programme: str, year: int, *, after: int = 0, limit: int = 1000
) -> list[Version]:
    """Up to `limit` versions of a worker's result for a year that come after the version `after`, the first one first.

    A fixed number of SQL commands.
    """
    found = assessments.versions(
        session, tenant, worker_id, programme, year, first=max(after, 1), limit=limit + (after > 0)
    )
    before: Sequence[Assessed | None] = [None, *found]
    return [told(one, two) for one, two in pairwise(before) if two is not None and two.version > after]


def told(before: Assessed | None, now: Assessed) -> Version:
    """What a version says, and how it differs from the one before; None for the first."""
    changes = () if before is None else _changes(before, now)
    return Version(
        version=now.version,
        outcome=now.outcome,
        total=now.total,
        as_of=now.as_of,
        judged=now.judged,
        criteria_set=now.result.criteria_set,
        causes=tuple(str(cause.name).lower() for cause in Cause if cause in now.causes),
        changed_by=now.changed_by,
        watermark=now.watermark,
        changes=changes,
        words=tuple(_words(before, now, changes)),
    )


def _changes(before: Assessed, now: Assessed) -> tuple[PointsChange, ...]:
    was = {one.indicator: one.points for one in before.result.indicators}
    there = {one.indicator: one.points for one in now.result.indicators}
    return tuple(
        PointsChange(indicator, was.get(indicator), there.get(indicator))
        for indicator in dict.fromkeys([*there, *was])
        if was.get(indicator) != there.get(indicator)
    )


def _words(before: Assessed | None, now: Assessed, changes: Sequence[PointsChange]) -> list[str]:
    day = f"{vietnam_day(now.judged):%d/%m/%Y}"
    why = "; ".join(words for cause, words in CAUSES.items() if cause in now.causes)
    by = f" (người thực hiện: {now.changed_by})" if now.changed_by else ""
    said = [f"Lần {now.version}, ngày {day}: {why or 'không ghi lý do'}{by}."]
    if before is None:
        return [*said, f"Kết quả đầu tiên: {OUTCOMES[now.outcome]}, tổng {now.total} điểm."]
    if before.outcome != now.outcome:
        said.append(f"Từ “{OUTCOMES[before.outcome]}” thành “{OUTCOMES[now.outcome]}”.")
    if before.total != now.total:
        said.append(f"Tổng {before.total} điểm thành {now.total} điểm.")
    if before.result.criteria_set != now.result.criteria_set:
        said.append(f"Bộ tiêu chí {before.result.criteria_set} thành {now.result.criteria_set}.")
    said += [f"{one.indicator}: {_points(one.before)} thành {_points(one.now)}." for one in changes]
    if len(said) == 1:
        said.append("Điểm và kết luận như trước; minh chứng làm căn cứ đã khác.")
    return said


def _points(points: int | None) -> str:
    return "chưa có điểm" if points is None else f"{points} điểm"
