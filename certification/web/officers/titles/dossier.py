"""/cong-doan/ho-so-nguoi: one dossier of a year: why the criteria are met or not, every step, and the next one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.certificates import register
from certification.dossiers import listing, proceedings, steps, words
from certification.dossiers.steps import OneDossier
from certification.judgement import explanations, statuses
from certification.judgement.statuses import Moment
from certification.people import lists
from certification.people.workers import Person
from certification.resources.access import database, known_worker, now, today, who
from certification.resources.errors import Fault, NotFound
from certification.rules import title_procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.title_procedures import NoTitleProcedure, Step, TitleProcedure
from certification.web.frame.fields import Form, long_text
from certification.web.frame.forms import filled_in
from certification.web.frame.pages import shown
from certification.web.frame.program_words import all_in_words, in_words
from certification.web.officers import pages
from certification.web.officers.scope import assessed
from certification.web.officers.statuses import Short, in_short, of_workers
from certification.web.officers.titles import meanwhile
from lrs.db import Session

__all__ = ["STEPS", "offered"]

MOST_CERTIFICATES = 100

STEPS: Mapping[str, tuple[object, object]] = {
    "confirm": (_l("Xác nhận"), _l("Hồ sơ chuyển sang chờ xét.")),
    "review": (_l("Đã xét"), _l("Hồ sơ chuyển sang chờ đề nghị công nhận.")),
    "return": (_l("Trả lại"), _l("Hồ sơ về lại bước tự đánh giá. Người lao động và đơn vị đọc được lý do.")),
    "uphold": (_l("Giữ nguyên"), _l("Khiếu nại kết thúc, kết quả không công nhận giữ nguyên. Lý do được giữ lại.")),
    "reconsider": (_l("Xét lại"), _l("Hồ sơ trở lại bước đã xét để đề nghị lần nữa. Lý do được giữ lại.")),
    "withdraw": (_l("Rút hồ sơ"), _l("Hồ sơ thôi được xét trong năm. Có thể đăng ký lại khi còn hạn.")),
    "revoke": (
        _l("Thu hồi danh hiệu"),
        _l("Danh hiệu, hồ sơ và mọi giấy công nhận của năm này hết hiệu lực từ hôm nay, công khai ở trang xác minh. "
           "Số đã cấp không cấp lại."),
    ),
}  # fmt: skip
"""By step: what its button says, and what follows."""


_LEADING_ON = ("confirm", "review")
"""Steps towards the title, before which it is said how the worker stands."""


class StepForm(Form):
    """Why, where nothing asks for it."""

    reason = long_text(_l("Lý do"), rows=3)


class ReasonForm(Form):
    """Why, where the step needs it."""

    reason = long_text(_l("Lý do"), needed=_l("Ghi lý do; người lao động đọc được"), rows=3)


@pages.page("/cong-doan/ho-so-nguoi/<int:year>/<path:number>", Act.READ_DOSSIERS)
def show_dossier(year: int, number: str) -> Response:
    """The page."""
    tenant, on, year = who().tenant, today(), assessed(year)
    with database().reading(tenant, snapshot=True) as session:
        person = known_worker(session, number, Act.READ_DOSSIERS)
        one = listing.find(session, tenant, person.id, person.number, year)
        told = _told(session, tenant, person, one, on)
    return shown("officers/titles/dossier.html", person=person, one=one, year=year, on=on, **told)


@pages.page("/cong-doan/ho-so-buoc/<step>/<int:year>/<path:number>", Act.TAKE_DOSSIER_STEPS, methods=("GET", "POST"))
def take_one_step(step: str, year: int, number: str) -> AnyResponse:
    """Names what a step does about one dossier, and takes it."""
    tenant, on, year = who().tenant, today(), assessed(year)
    with database().reading(tenant) as session:
        person = known_worker(session, number, Act.TAKE_DOSSIER_STEPS)
        one = listing.find(session, tenant, person.id, person.number, year)
        procedure = _procedure(session, tenant, on)
        wanted = procedure.steps.get(step) if procedure is not None else None
        title = listing.title(session, tenant, one)
        standing = _standing(session, tenant, person, one) if step in _LEADING_ON else None
        is_again = step == proceedings.ANOTHERS and one.id in steps.same_hands(session, tenant, who(), [person.id])
    if wanted is None or step not in STEPS:
        raise NotFound(Fault("path/step", f"the procedure in force has no step {step!r}"))
    form = filled_in(ReasonForm if "reason" in wanted.needs else StepForm)
    back = url_for("officers.show_dossier", year=year, number=person.number)
    said, follows = STEPS[step]
    if form.sent:
        with form.submitting(settles=True) as session:
            proceedings.step(session, tenant, who(), step, person.number, year, reason=form.values["reason"], now=now())
            return form.done(back, _("%(step)s: %(name)s", step=said, name=person.full_name))
    with database().reading(tenant) as session:  # as it is now: somebody may have been faster than this form
        one = listing.find(session, tenant, person.id, person.number, year)
        can = step in offered(procedure, one, on)
        since = None if can else meanwhile.last(session, tenant, one, procedure)
    if not can:
        form.faults.clear()  # nothing that is typed mends it: the page says what happened
    return shown(
        "officers/titles/step.html", status=409 if form.posted and not can else 200, form=form, person=person, one=one,
        year=year, said=said, follows=follows, back=back, title=title, state=in_words(words.STATES[one.state]), can=can,
        is_hard=step == "revoke", standing=standing, since=since, is_again=is_again,
    )  # fmt: skip


def _standing(session: Session, tenant: UUID, person: Person, one: OneDossier) -> Short | None:
    """How the worker stands, for whoever may read that."""
    if not rights.may(session, who(), Act.READ_ASSESSMENT, today(), worker=person.id):
        return None
    return of_workers(session, tenant, [person.id], one.year)[person.id]


def offered(procedure: TitleProcedure | None, one: OneDossier, on: date) -> list[str]:
    """The steps that may follow by the procedure, and that a role of the reader takes about others."""
    if procedure is None or one.worker_id == who().worker:
        return []
    held = {each.role for each in who().roles} - {Role.WORKER}
    return [name for name in STEPS if name in procedure.steps and _fits(procedure.steps[name], one, held, on)]


def _fits(step: Step, one: OneDossier, held: set[Role], on: date) -> bool:
    last = step.last_day(one.year)
    return bool(one.state in step.before and step.roles & held and (last is None or on <= last))


def _procedure(session: Session, tenant: UUID, on: date) -> TitleProcedure | None:
    try:
        return title_procedures.in_force(session, tenant, PROGRAMME, on)
    except NoTitleProcedure:
        return None


def _told(session: Session, tenant: UUID, person: Person, one: OneDossier, on: date) -> dict[str, Any]:
    """What the page says, by the functions that the JSON interface asks. A fixed number of SQL commands."""
    may_read = rights.may(session, who(), Act.READ_ASSESSMENT, on, worker=person.id)
    may_act = rights.may(session, who(), Act.TAKE_DOSSIER_STEPS, on, worker=person.id)
    procedure = _procedure(session, tenant, on)
    own = procedure.steps.get("self-assess") if procedure is not None else None
    waits = own is not None and one.state in own.before
    judged = None
    if may_read:
        judged = statuses.of_workers(session, tenant, [person.id], PROGRAMME, one.year, Moment()).get(person.id)
    history = listing.history(session, tenant, one)
    given = next((step.points for step in reversed(history) if step.points is not None), None) or {}
    certificates = register.entries(session, tenant, limit=MOST_CERTIFICATES, worker=person.id)
    standing = in_short(session, tenant, {person.id: judged} if judged else {}, [person.id], one.year)[person.id]
    return {
        "may_read": may_read,
        "standing": standing,
        "waits_for_worker": waits,
        "own_last": own.last_day(one.year) if waits and own is not None else None,
        "may_slip": waits and rights.may(session, who(), Act.PRINT_SLIPS, on, worker=person.id),
        "said": explanations.explain(judged.rules.criteria_set, judged.result) if judged is not None else None,
        "outcome_words": standing.words,
        "outcome_kind": standing.kind,
        "given": given if may_read else {},
        "employers": lists.where(session, tenant, [person.id], on).get(person.id, ()),
        "history": list(reversed(history)),
        "title": listing.title(session, tenant, one),
        "certificates": [each for each in certificates if each.year == one.year],
        "state_words": in_words(words.STATES[one.state]),
        "step_words": all_in_words(words.STEPS),
        "offered": [
            (STEPS[name][0], url_for("officers.take_one_step", step=name, year=one.year, number=person.number))
            for name in (offered(procedure, one, on) if may_act else [])
        ],
    }
