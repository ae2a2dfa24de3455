"""/cua-toi/danh-hieu: my dossier for the title of a year: registering, handing in, how it stands, taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from certification.access.permissions import Act, Role
from certification.dossiers import listing, proceedings, steps, words
from certification.dossiers.listing import StepTaken
from certification.dossiers.steps import OneDossier, UnknownDossier, WrongState
from certification.errors import NoCriteriaInForce
from certification.evidence import self_scores
from certification.people.workers import Person
from certification.resources.access import database, now, today, who
from certification.resources.errors import Fault, NotFound
from certification.rules import criteria, title_procedures
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.rules.title_procedures import NEW, NoTitleProcedure, Step, TitleProcedure
from certification.web.frame.fields import Form, long_text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import in_words
from certification.web.workers import own, pages
from lrs.db import Session

__all__ = ["KINDS", "OwnDossier", "own_dossier_of"]

HAND_IN = "self-assess"

OWN_STEPS: Mapping[str, tuple[object, object, object]] = {
    "register": (
        _l("Đăng ký danh hiệu"),
        _l("Sau khi đăng ký, anh/chị tự chấm điểm rồi nộp. Đã đăng ký vẫn rút lại được."),
        _l("Đã đăng ký. Việc tiếp theo: tự chấm điểm"),
    ),
    HAND_IN: (
        _l("Nộp tự đánh giá"),
        _l("Công đoàn cơ sở nhận điểm anh/chị đã chấm để xem và xác nhận. Nộp rồi mà sửa điểm thì hồ sơ không đổi "
           "theo, trừ khi được trả lại."),
        _l("Đã nộp. Công đoàn cơ sở sẽ xem và xác nhận"),
    ),
    "appeal": (
        _l("Khiếu nại kết quả"),
        _l("Nơi ra quyết định xem lại và trả lời có lý do."),
        _l("Đã gửi khiếu nại"),
    ),
    "withdraw": (
        _l("Rút hồ sơ"),
        _l("Hồ sơ thôi được xét trong năm. Còn hạn thì đăng ký lại được."),
        _l("Đã rút hồ sơ"),
    ),
}  # fmt: skip
"""What a worker does about the own dossier: what the button says, what follows, and what is said once it is done."""

KINDS: Mapping[str, str] = {
    NEW: "todo",
    "registered": "todo",
    "granted": "good",
    "refused": "wrong",
    "upheld": "wrong",
    "revoked": "wrong",
    "withdrawn": "plain",
}
"""How a state is drawn (`ui.status`); the others wait for somebody else."""

WAY: Mapping[str, object] = {
    "register": _l("Anh/chị đăng ký"),
    HAND_IN: _l("Anh/chị tự chấm điểm rồi nộp"),
    "confirm": _l("Công đoàn cơ sở xác nhận"),
    "review": _l("Công đoàn xét"),
    "propose": _l("Công đoàn cơ sở họp, đề nghị công nhận"),
    "grant": _l("Cơ quan có thẩm quyền quyết định"),
}
"""The steps of a dossier that nothing holds up, in their order."""


class StepForm(Form):
    """A step for which nothing is asked."""


class ReasonForm(Form):
    """Why."""

    reason = long_text(_l("Lý do"), needed=_l("Ghi lý do; công đoàn đọc được"), rows=3)


@dataclass(frozen=True, slots=True)
class OwnDossier:
    """How the worker's dossier of a year stands, and what the worker can do about it today."""

    year: int
    state: str
    titled: str
    """By which decision the title of the year is held already, in words; "" where it is not."""
    one: OneDossier | None
    procedure: TitleProcedure | None
    offered: tuple[str, ...]
    scored: int
    to_score: int
    returned: StepTaken | None = None
    """The step by which it was given back, where nothing followed; its reason says what to mend."""

    @property
    def words(self) -> str:
        """How it stands, in Vietnamese."""
        return in_words(words.STATES[self.state])

    @property
    def is_scored(self) -> bool:
        """Whether every chỉ số has points of the worker's own."""
        return self.scored >= self.to_score

    @property
    def can_hand_in(self) -> bool:
        """Whether it waits for nothing but being handed in."""
        return HAND_IN in self.offered and self.is_scored

    @property
    def can_come_back(self) -> bool:
        """Whether there is time yet to hand it in."""
        return HAND_IN in self.offered

    def last_day(self, step: str) -> date | None:
        """The last day of a step."""
        found = self.procedure.steps.get(step) if self.procedure else None
        return found.last_day(self.year) if found else None


def own_dossier_of(session: Session, person: Person, year: int) -> OwnDossier:
    """The worker's dossier of the year. A few SQL commands."""
    tenant, on = who().tenant, today()
    try:
        one: OneDossier | None = listing.find(session, tenant, person.id, person.number, year)
    except UnknownDossier:
        one = None
    try:
        procedure: TitleProcedure | None = title_procedures.in_force(session, tenant, PROGRAMME, on)
    except NoTitleProcedure:
        procedure = None
    state = one.state if one is not None else NEW
    titled = "" if one else steps.titled(session, tenant, PROGRAMME, year, [person.id]).get(person.id, "")
    known = procedure.steps if procedure is not None and not titled else {}
    offered = tuple(name for name in OWN_STEPS if name in known and _is_mine(known[name], state, year, on))
    try:
        indicators = {one.id for one in criteria.in_force(session, tenant, PROGRAMME, AUDIENCE, year)[1].indicators}
    except NoCriteriaInForce:
        indicators, offered = set(), ()
    said = self_scores.last_known(session, tenant, [person.id], PROGRAMME, year, on)[person.id]
    scored = len(indicators & {each.indicator for each in said})
    last = listing.history(session, tenant, one)[-1:] if one is not None else []
    returned = last[0] if last and last[0].step == "return" else None
    return OwnDossier(year, state, titled, one, procedure, offered, scored, len(indicators), returned)


def _is_mine(step: Step, state: str, year: int, on: date) -> bool:
    last = step.last_day(year)
    mine = step.own != "never" and Role.WORKER in step.roles
    return mine and state in step.before and (last is None or on <= last)


@pages.page("/cua-toi/danh-hieu", Act.USE_OWN_PAGES)
def own_dossier() -> Response:
    """How it stands, what to do next, and every step so far."""
    year = own.year_of_dossiers()
    with database().reading(who().tenant, snapshot=True) as session:
        person = own.mine(session, Act.READ_DOSSIERS)
        found = own_dossier_of(session, person, year)
        history = listing.history(session, who().tenant, found.one) if found.one is not None else []
    known = found.procedure.steps if found.procedure is not None else {}
    way = [(said, found.state in known[name].before) for name, said in WAY.items() if name in known]
    page: Response = shown(
        "workers/own-dossier.html", found=found, kinds=KINDS, steps=OWN_STEPS, way=way, hand_in=HAND_IN,
        history=[_shown(one) for one in reversed(history)], told_year=_told(year), last_year=today().year - 1,
    )  # fmt: skip
    return page


@pages.page("/cua-toi/danh-hieu/<step>", Act.USE_OWN_PAGES, methods=("GET", "POST"))
def take_own_step(step: str) -> Response:
    """Names what a step comes to, and takes it."""
    year = own.year_of_dossiers()
    if step not in OWN_STEPS:
        raise NotFound(Fault("path/step", _("Không có việc này")))
    with database().reading(who().tenant) as session:
        person = own.mine(session, Act.TAKE_DOSSIER_STEPS)
        found = own_dossier_of(session, person, year)
    wanted = found.procedure.steps.get(step) if found.procedure is not None else None
    form = filled_in(ReasonForm if wanted is not None and "reason" in wanted.needs else StepForm)
    back, (said, follows, done) = url_for(".own_dossier", nam=_told(year)), OWN_STEPS[step]
    if form.sent:
        with form.submitting(settles=True) as session:
            if step not in found.offered:
                raise WrongState(_("Hồ sơ đang ở bước khác, hoặc đã hết hạn: %(state)s", state=found.words))
            reason = form.values.get("reason")
            proceedings.step(session, who().tenant, who(), step, person.number, year, reason=reason, now=now())
            return form.done(back, done)
    page: Response = shown(
        "workers/own-step.html", form=form, found=found, said=said, follows=follows, back=back, step=step,
        can=step in found.offered,
    )  # fmt: skip
    return page


def _told(year: int) -> int | None:
    """The year as addresses have it: nothing for this one."""
    return None if year == today().year else year


def _shown(step: StepTaken) -> dict[str, Any]:
    mine = step.done_by == who().name
    said = in_words(words.STEPS.get(step.step, step.step))
    return {"what": said[:1].upper() + said[1:], "who": _("Anh/chị") if mine else step.done_by, "step": step}
