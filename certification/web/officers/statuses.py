"""What is said of workers in a list, in short: points, whether the criteria are met, what is still missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from certification.dossiers import below
from certification.evaluation.results import MET, NOT_MET, NOT_YET_KNOWN
from certification.judgement import judging, statuses
from certification.judgement.assessments import Judgement
from certification.judgement.statuses import Moment
from certification.rules.criteria import PROGRAMME
from certification.web.frame import written
from lrs.db import Session

__all__ = ["KINDS", "NOT_JUDGED", "WORDS", "Short", "in_short", "of_workers"]

NOT_JUDGED = "none"
MOST_NAMED = 3
"""So many indicators below the least are named in a row; of more, how many."""

WORDS: Mapping[str, object] = {
    MET: _l("đủ điều kiện"),
    NOT_YET_KNOWN: _l("chờ xác nhận"),
    NOT_MET: _l("chưa đạt"),
    NOT_JUDGED: _l("chưa đánh giá"),
}
"""By outcome, in the order in which they are offered."""

KINDS: Mapping[str, str] = {MET: "good", NOT_YET_KNOWN: "todo", NOT_MET: "plain", NOT_JUDGED: "off"}
"""How each is drawn (`ui.status`)."""


@dataclass(frozen=True, slots=True)
class Short:
    """What is said of a worker. `waiting` are indicators that nobody has given points, `low` those below the least that
    each needs; `short` how many points are missing in all."""

    outcome: str
    total: int | None = None
    need: int = 0
    waiting: tuple[str, ...] = ()
    low: tuple[str, ...] = ()
    points: Mapping[str, int | None] | None = None
    is_anew: bool = False
    """Whether it is being worked out again: something came since."""

    @property
    def is_below(self) -> bool:
        """Whether the last word is not that the criteria are met (`certification.dossiers.below`)."""
        return self.outcome in below.OUTCOMES

    @property
    def is_not_met(self) -> bool:
        """Whether it is that they are not, whatever comes of points that are awaited."""
        return self.outcome == NOT_MET

    @property
    def is_unknown(self) -> bool:
        """Whether that word waits for points of somebody."""
        return self.outcome == NOT_YET_KNOWN

    @property
    def below_words(self) -> str:
        """ "chưa đạt: 20/80 điểm", of whoever is below; what is still awaited stands in `lacks`."""
        told = {"total": written.number(self.total or 0), "need": written.number(self.need)}
        if self.is_unknown:
            return str(_("chưa kết luận được: mới có %(total)s/%(need)s điểm", **told))
        return str(_("chưa đạt: %(total)s/%(need)s điểm", **told))

    @property
    def short(self) -> int:
        return max(0, self.need - (self.total or 0))

    @property
    def words(self) -> object:
        return WORDS[self.outcome]

    @property
    def kind(self) -> str:
        return KINDS[self.outcome]

    @property
    def lacks(self) -> str:
        """ "thiếu 12 điểm · chờ xác nhận CS4, CS8 · dưới mức tối thiểu: CS1"."""
        if self.outcome in (MET, NOT_JUDGED):
            return ""
        said = []
        if self.short:
            said.append(ngettext("thiếu %(points)s điểm", "thiếu %(points)s điểm", self.short, points=self.short))
        if self.waiting:
            said.append(_("chờ xác nhận %(indicators)s", indicators=", ".join(self.waiting)))
        if len(self.low) > MOST_NAMED:
            said.append(
                ngettext(
                    "%(count)s chỉ số dưới mức tối thiểu",
                    "%(count)s chỉ số dưới mức tối thiểu",
                    len(self.low),
                    count=len(self.low),
                )
            )
        elif self.low:
            said.append(_("dưới mức tối thiểu: %(indicators)s", indicators=", ".join(self.low)))
        return " · ".join(said)


def of_workers(session: Session, tenant: UUID, worker_ids: Collection[UUID], year: int) -> dict[UUID, Short]:
    """The last word on each of these workers; of whom none was judged, that. A fixed number of SQL commands."""
    found = statuses.of_workers(session, tenant, worker_ids, PROGRAMME, year, Moment())
    return in_short(session, tenant, found, worker_ids, year)


def in_short(
    session: Session, tenant: UUID, found: Mapping[UUID, Judgement], worker_ids: Collection[UUID], year: int
) -> dict[UUID, Short]:
    """The same, of the judgements that were found."""
    anew = judging.waiting_of(session, tenant, worker_ids, year)
    said = {one: _short(found[one]) if one in found else Short(NOT_JUDGED) for one in worker_ids}
    return {one: replace(each, is_anew=True) if one in anew else each for one, each in said.items()}


def _short(one: Judgement) -> Short:
    said, rules = statuses.status(one), one.rules.criteria_set
    return Short(
        said.outcome,
        said.total,
        rules.total_at_least,
        tuple(code for code, points in said.points.items() if points is None),
        tuple(code for code, points in said.points.items() if points is not None and points < rules.each_at_least),
        said.points,
    )
