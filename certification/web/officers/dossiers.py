"""/cong-doan/ho-so: dossiers of the year by how they stand, and one step about many of them, with a result for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.access.rights import Reach
from certification.dossiers import listing, proceedings, steps
from certification.models import Dossier, Organization, Worker
from certification.people import lists
from certification.people.lists import Found, Sought
from certification.people.workers import Person
from certification.resources import cursors, looking
from certification.resources.access import database, now, today, who
from certification.rules import title_procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.title_procedures import NEW, NoTitleProcedure
from certification.web.frame import places
from certification.web.frame.fields import Form, long_text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.officers import despite, outcomes, pages, statuses
from certification.web.officers.outcomes import Outcome
from certification.web.officers.scope import MOST_SENT, asked_year, people_sent, to_own_page, told_year, within
from certification.web.officers.statuses import Short
from certification.web.officers.titles import proposing
from lrs.db import Session

__all__ = ["STEPS_FROM", "Part", "asked_year", "gather"]

ON_A_PAGE = 50

STEPS_FROM: Mapping[str, tuple[str, ...]] = {
    NEW: ("register",),
    "registered": ("withdraw",),
    "self_assessed": ("confirm", "return"),
    "confirmed": ("review", "return"),
    "reviewed": ("propose", "return"),
    "proposed": ("return",),
    "withdrawn": ("register",),
}
"""What is offered about dossiers by how they stand; whether it may be done says the procedure in force."""

LEADING_ON = ("confirm", "review", "propose")
"""Steps towards the title."""

STEP_WORDS: Mapping[str, object] = {
    "register": _l("Đăng ký"),
    "confirm": _l("Xác nhận"),
    "review": _l("Đã xét"),
    "return": _l("Trả lại"),
    "withdraw": _l("Rút hồ sơ"),
    "propose": _l("Đề nghị công nhận …"),
}

outcomes.STEPS["ho-so"] = STEP_WORDS

SIFTED = ("self_assessed", "confirmed")
"""How dossiers stand whose next step says nothing of each one: there whoever is below is left out unless somebody takes
the tick away. Where many are proposed each is ticked, and a reason given."""

LEFT_OUT = _l("Được trừ ra vì %(how)s. Vẫn làm thì bỏ dấu “Trừ người chưa đạt hoặc chưa kết luận được” rồi chọn lại.")

SAME_HAND = _l("Chính anh/chị đã xác nhận hồ sơ này; điều đó được ghi vào sổ.")

TABS: Mapping[str, object] = {
    NEW: _l("Chưa đăng ký"),
    "registered": _l("Đã đăng ký"),
    "self_assessed": _l("Chờ xác nhận"),
    "confirmed": _l("Chờ xét"),
    "reviewed": _l("Chờ đề nghị"),
    "proposed": _l("Đã đề nghị"),
    "granted": _l("Được công nhận"),
    "refused": _l("Không công nhận"),
}
"""How dossiers stand, in the order in which they go on."""


@dataclass(frozen=True, slots=True)
class Row:
    """A worker with what is said of the year; nobody's own dossier is judged by oneself."""

    worker: Found
    employers: tuple[tuple[str, str], ...]
    status: Short
    is_own: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Dossiers that stand so, by name; `count` how many, `left` where the list goes on."""

    rows: list[Row]
    left: tuple[Any, ...] | None
    count: int


class StepForm(Form):
    """Why, where a step needs that."""

    reason = long_text(_l("Lý do"), hint=_l("Cần khi trả lại; người lao động đọc được"), rows=2, optional=False)


@pages.page("/cong-doan/ho-so", Act.READ_DOSSIERS)
def list_dossiers() -> AnyResponse:
    """The list."""
    if (elsewhere := to_own_page() or outcomes.asked()) is not None:
        return elsewhere
    return _page(filled_in(StepForm))


@pages.page("/cong-doan/ho-so/lam", Act.TAKE_DOSSIER_STEPS, methods=("POST",))
def take_step() -> AnyResponse:
    """Takes the chosen step about the chosen dossiers; the page says of each what became of it."""
    form, state, year = filled_in(StepForm), _state(), asked_year()
    step = request.form.get("viec", "")
    tenant, on = who().tenant, today()
    if step not in STEPS_FROM.get(state, ()):
        form.refuse("", _("Chọn một việc để làm với các hồ sơ đã chọn"))
        return _page(form)
    with database().reading(tenant) as session:
        people = _chosen(session, tenant, within(Act.TAKE_DOSSIER_STEPS), state, on)
        without = _left_out(session, tenant, step, people, year)
    chosen, people = people, [one for one in people if one.id not in without]
    if not people:
        nobody = _("Chưa chọn hồ sơ nào; đánh dấu ít nhất một người")
        everybody = _("Mọi người đã chọn đều chưa đạt hoặc chưa kết luận được; bỏ dấu “Trừ người …” nếu vẫn làm")
        form.refuse("", everybody if chosen else nobody)
        return _page(form)
    if step == "propose":
        return proposing.meeting(people, [one for one in chosen if one.id in without])
    if form.sent:
        back = url_for(
            "officers.list_dossiers", trang_thai=state, nam=told_year(year), dn=request.args.get("dn") or None
        )
        with form.submitting(settles=True) as session:
            done = proceedings.step_many(
                session, tenant, who(), step, people, year, now=now(), reason=form.values["reason"]
            )
            told = [*_outcomes(people, done), *(Outcome(str(one), False, words) for one, words in without.items())]
            return outcomes.led_to(session, form, "ho-so", step, back, told)
    return _page(form)


def _left_out(session: Session, tenant: UUID, step: str, people: Sequence[Person], year: int) -> Mapping[UUID, str]:
    """Whom the tick leaves out of a step towards the title, and in which words: whoever is below."""
    if step not in LEADING_ON or request.form.get("tru-chua-dat") != "1":
        return {}
    said = statuses.of_workers(session, tenant, [one.id for one in people], year)
    return {
        one.id: str(LEFT_OUT) % {"how": despite.how(said[one.id])} for one in people if said[one.id].is_below
    }  # fmt: skip


def gather(
    session: Session,
    tenant: UUID,
    reach: Reach,
    state: str,
    *,
    on: date,
    year: int | None = None,
    words_: str = "",
    enterprise: UUID | None = None,
    own: frozenset[UUID] = frozenset(),
    after: tuple[Any, ...] | None = None,
) -> Part:
    """A part of the dossiers of the year (that of `on` where None) that stand so, by name; of NEW the workers who have
    none. A fixed number of SQL commands."""
    year = on.year if year is None else year
    wanted = Sought(on, words_, enterprise, also=(_stands(tenant, year, state),))
    place = None if after is None else (after[0], after[1])
    found = lists.search(session, tenant, wanted, within=reach, limit=ON_A_PAGE + 1, after=place)
    goes_on, found = len(found) > ON_A_PAGE, found[:ON_A_PAGE]
    ids = [one.id for one in found]
    said = statuses.of_workers(session, tenant, ids, year)
    employers = lists.where(session, tenant, ids, on)
    rows = [Row(one, employers.get(one.id, ()), said[one.id], one.id in own) for one in found]
    count = lists.count(session, tenant, wanted, within=reach, most=MOST_SENT)
    return Part(rows, found[-1].place if goes_on else None, count)


def _stands(tenant: UUID, year: int, state: str) -> sa.ColumnElement[bool]:
    of = Dossier.tenant_id == tenant, Dossier.programme == PROGRAMME, Dossier.year == year
    if state == NEW:
        return ~sa.exists().where(Dossier.worker_id == Worker.id, *of)
    # Looked up once, and before anybody's employers: there are fewer dossiers in a state than workers.
    return Worker.id.in_(sa.select(Dossier.worker_id).where(*of, Dossier.state == state))


def _page(form: Any) -> Response:
    tenant, on, state, year = who().tenant, today(), _state(), asked_year()
    reach = within(Act.READ_DOSSIERS)
    after = cursors.after(tenant, (str, UUID))
    asked = request.args.get("q", "").strip()[:200]
    worker = who().worker
    own = frozenset() if worker is None else frozenset({worker})
    with database().reading(tenant, snapshot=True) as session:
        enterprise = _enterprise(session, tenant)
        part = gather(
            session, tenant, reach, state, on=on, year=year, words_=asked, own=own, after=after,
            enterprise=enterprise[0] if enterprise is not None else None,
        )  # fmt: skip
        offered = _offered(session, tenant, state, on)
        again = _again(session, tenant, [row.worker.id for row in part.rows], year) if state == "confirmed" else set()
        place = places.here()
        counts: Mapping[str, int] = {}
        unit = place.organization if place is not None and place.team is None else None
        if unit is not None and rights.may(session, who(), Act.COUNT_DOSSIERS, on, organization=unit):
            of = unit if enterprise is None else enterprise[0]
            counts = listing.counts(session, tenant, year, of, on=on).by_state
    looking.saw_these(row.worker.id for row in part.rows)
    following = cursors.part(tenant, [], part.left, as_of=on, show=str)["next"]
    several = len({unit for row in part.rows for unit, _team in row.employers}) > 1
    return shown(
        "officers/dossiers.html", part=part, state=state, several=several, tabs=TABS, counts=counts, asked=asked,
        steps=[(one, STEP_WORDS[one]) for one in offered], again=again, next=following, first=after is None, year=year,
        form=form,
        most=MOST_SENT, is_sifted=_is_sifted(form, state), leads_on=bool({*offered} & {*LEADING_ON}),
        told_year=told_year(year), years=[on.year, on.year - 1],
        enterprise=enterprise,
        may_batch=bool(rights.reach(who(), Act.DECIDE_TITLES, on)),
        may_read_decisions=bool(rights.reach(who(), Act.READ_TITLE_DECISIONS, on)),
    )  # fmt: skip


def _again(session: Session, tenant: UUID, worker_ids: Sequence[UUID], year: int) -> set[UUID]:
    """Whose dossier the reader confirmed, which another had better review."""
    these = steps.same_hands(session, tenant, who(), worker_ids)
    query = sa.select(Dossier.worker_id).where(Dossier.tenant_id == tenant, Dossier.year == year, Dossier.id.in_(these))
    return set(session.scalars(query)) if these else set()


def _is_sifted(form: Filled, state: str) -> bool:
    """Whether the tick is set by which whoever is below is left out."""
    return form.typed.get("tru-chua-dat") == "1" if form.posted else state in SIFTED


def _enterprise(session: Session, tenant: UUID) -> tuple[UUID, str, str] | None:
    """The enterprise of the address (id, code, name) as far as the reader may know of it."""
    code = request.args.get("dn", "").replace("\0", "")
    known = sa.select(Organization.id, Organization.code, Organization.name).where(
        Organization.tenant_id == tenant, Organization.code == code
    )
    found = session.execute(known).first() if code else None
    if found is None or not rights.may(session, who(), Act.COUNT_DOSSIERS, today(), organization=found[0]):
        return None
    return found[0], found[1], found[2]


def _offered(session: Session, tenant: UUID, state: str, on: date) -> list[str]:
    """The steps that may follow and that a role of the reader may take, by the procedure in force."""
    try:
        procedure = title_procedures.in_force(session, tenant, PROGRAMME, on)
    except NoTitleProcedure:
        return []
    held = {one.role for one in who().roles} - {Role.WORKER}
    return [one for one in STEPS_FROM.get(state, ()) if one in procedure.steps and procedure.steps[one].roles & held]


def _state() -> str:
    sent = request.args.get("trang_thai", "")
    return sent if sent in TABS else "self_assessed"


def _chosen(session: Session, tenant: UUID, reach: Reach, state: str, on: date) -> list[Person]:
    """Those who were ticked, or all whom the filter of the page finds."""
    if request.form.get("tat-ca") == "1":
        enterprise = _enterprise(session, tenant)
        of = enterprise[0] if enterprise is not None else None
        wanted = Sought(on, request.args.get("q", "").strip()[:200], of, also=(_stands(tenant, asked_year(), state),))
        found = lists.search(session, tenant, wanted, within=reach, limit=MOST_SENT)
        return [Person(one.id, one.number, one.full_name, None) for one in found]
    return people_sent(session, tenant, reach, request.form.getlist("nguoi"), on)


def _outcomes(people: list[Person], done: proceedings.Done) -> list[Outcome]:
    against: dict[UUID, str] = {}
    for one in done.refused:
        against.setdefault(one.worker_id, one.message[:1].upper() + one.message[1:])
    said = against | dict.fromkeys(done.again, str(SAME_HAND))
    return [Outcome(str(one.id), one.id not in against, said.get(one.id, "")) for one in people]
