"""/cong-doan/viec/khieu-nai/…: one dispute with the evidence it is about, what counts in its place, and the answer."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access import learnt, rights
from certification.access.permissions import Act
from certification.evidence import disputes, retold
from certification.evidence.disputes import ADDED, KEPT, VOIDED, Disputed
from certification.evidence.retold_words import beside_words
from certification.people.workers import Person
from certification.resources.access import database, known_worker, now, pepper, today, who
from certification.web.frame.fields import Form, choice, long_text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words
from certification.web.officers import evidence, pages
from certification.web.officers.answers.in_name import unit_for
from certification.web.officers.evidence import Told
from lrs.db import Session

__all__ = ["STATE_KINDS", "AnswerForm", "answer"]

MOST = 200
"""Pieces of evidence among which the one that was added is chosen."""

STATE_KINDS = {disputes.OPEN: "todo", disputes.ANSWERED: "good", disputes.WITHDRAWN: "off"}
STEP_WORDS = {
    "opened": _l("Khiếu nại"),
    "answered": _l("Trả lời"),
    "withdrawn": _l("Rút khiếu nại"),
    "reopened": _l("Chưa đồng ý, khiếu nại tiếp"),
}
OUTCOMES = {
    KEPT: _l("Giữ nguyên như đang tính"),
    VOIDED: _l("Huỷ minh chứng này, thôi tính"),
    ADDED: _l("Đã bổ sung minh chứng còn thiếu"),
}


class AnswerForm(Form):
    """The answer."""

    outcome = choice(_l("Kết quả"), tuple(OUTCOMES.items()), needed=_l("Chọn kết quả"))
    added = choice(
        _l("Minh chứng đã bổ sung"), as_list=True, hint=_l("Chỉ chọn khi đã bổ sung, ví dụ bằng danh sách giấy")
    )
    reason = long_text(
        _l("Lý do và căn cứ"),
        needed=_l("Ghi lý do và căn cứ của câu trả lời"),
        hint=_l("Người lao động đọc được"),
        rows=3,
    )


@pages.page("/cong-doan/viec/khieu-nai/<uuid:case>/<path:number>", Act.READ_DISPUTES)
def show_disputed(case: UUID, number: str) -> Response:
    """The page."""
    page: Response = _page(case, number)
    return page


@pages.page("/cong-doan/viec/khieu-nai/<uuid:case>/tra-loi/<path:number>", Act.ANSWER_DISPUTES, methods=("POST",))
def answer_disputed(case: UUID, number: str) -> AnyResponse:
    """Answers it."""
    page: AnyResponse = _page(case, number)
    return page


def answer(session: Session, number: str, case: UUID, outcome: str, reason: str, added: UUID | None = None) -> None:
    """Answers a dispute in the name of the reader's unit. Raises what `disputes.answer` raises, and NotFound for a
    worker who is not the reader's."""
    tenant, act = who().tenant, Act.ANSWER_DISPUTES
    worker = known_worker(session, number, act)
    disputes.answer(
        session, tenant, worker.number, case, outcome=outcome, unit=unit_for(session, act), reason=reason, added=added,
        witness=rights.witness(session, who(), act, today()), secret=pepper(), now=now(),
    )  # fmt: skip


def _page(case: UUID, number: str) -> Any:
    tenant, on = who().tenant, today()
    with database().reading(tenant, snapshot=True) as session:
        worker = known_worker(session, number, Act.READ_DISPUTES)
        one = disputes.find(session, tenant, worker.number, case)
        steps = disputes.history(session, tenant, worker.id, one.id)
        known = _evidence(session, tenant, worker, one, on)
        beside = None if one.statement_id is None else retold.beside(session, tenant, worker.id, one.statement_id)
        is_own = who().worker == worker.id
        may = one.state == disputes.OPEN and not is_own
        may = may and rights.may(session, who(), Act.ANSWER_DISPUTES, on, worker=worker.id)
    mine = any(step.recorded_by == who().name for step in steps if step.what in ("opened", "reopened"))
    added = tuple((str(each.statement), f"{each.day:%d/%m/%Y}: {each.about}") for each in known)
    outcomes = tuple((code, words) for code, words in OUTCOMES.items() if code != VOIDED or one.statement_id)
    form = filled_in(AnswerForm, choices={"outcome": outcomes, "added": added}, tried=True)
    if form.sent:
        told = form.values
        with form.submitting() as session:
            chosen = UUID(told["added"]) if told["added"] else None
            answer(session, number, case, told["outcome"], told["reason"], chosen)
            return form.done(url_for(".list_cases", loai="khieu-nai"), _("Đã trả lời khiếu nại"))
    return shown(
        "officers/answers/disputed.html", worker=worker, one=one, steps=steps, form=form, on=on, may=may and not mine,
        is_own=is_own, about=next((each for each in known if each.statement == one.statement_id), None),
        beside=beside_words(beside) if beside is not None else (), states=all_in_words(disputes.STATES),
        kinds=STATE_KINDS,
        step_words=STEP_WORDS, outcomes=OUTCOMES, has_added=bool(added),
    )  # fmt: skip


def _evidence(session: Session, tenant: UUID, worker: Person, one: Disputed, on: date) -> list[Told]:
    """What the worker learnt in the year of the dispute, as far as the reader may know of it."""
    if not rights.may(session, who(), Act.READ_LEARNING, on, worker=worker.id):
        return []
    facts = learnt.learnt(session, who(), worker.id, one.year, on=on, limit=MOST)
    return evidence.told(session, tenant, worker.id, facts, {}, ())
