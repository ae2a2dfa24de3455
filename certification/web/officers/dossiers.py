"""/cong-doan/ho-so: dossiers of the year by how they stand, and one step about many of them, with a result for each."""

from __future__ import annotations

from collections.abc import Mapping
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
from certification.dossiers import listing, proceedings, proposals
from certification.dossiers.proposals import Meeting, Voted
from certification.models import Dossier, Organization, Worker
from certification.people import lists
from certification.people.lists import Found, Sought
from certification.people.workers import Person
from certification.resources import cursors, looking
from certification.resources.access import database, now, today, who
from certification.resources.errors import BadRequest, Fault
from certification.rules import title_procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.title_procedures import NEW, NoTitleProcedure
from certification.spreadsheets import ImportFaults
from certification.web.frame import places
from certification.web.frame.fields import Form, day, long_text, number, text
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.officers import despite, outcomes, pages, statuses
from certification.web.officers.outcomes import Outcome
from certification.web.officers.scope import narrowed, to_own_page, within
from certification.web.officers.statuses import Short
from lrs.db import Session, among

__all__ = ["STEPS_FROM", "Part", "asked_year", "gather"]

UNTICKED = _l(
    "%(name)s chưa đạt (%(total)s/%(need)s điểm): đánh dấu là đã biết và ghi lý do, hoặc bỏ ra khỏi danh sách"
)
ON_A_PAGE = 50
AT_ONCE = 1_000
"""Dossiers about which one step is taken at once."""

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

STEP_WORDS: Mapping[str, object] = {
    "register": _l("Đăng ký"),
    "confirm": _l("Xác nhận"),
    "review": _l("Đã xét"),
    "return": _l("Trả lại"),
    "withdraw": _l("Rút hồ sơ"),
    "propose": _l("Đề nghị công nhận …"),
}

outcomes.STEPS["ho-so"] = STEP_WORDS

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


class MeetingForm(Form):
    """The meeting that proposes; with fields for each who is below the criteria (`despite`)."""

    met_on = day(_l("Ngày họp xét"), needed=_l("Ghi ngày họp xét"))
    present = number(_l("Số người dự"), 0, 1_000_000, needed=_l("Ghi số người dự họp"))
    absent = number(_l("Số người vắng"), 0, 1_000_000, needed=_l("Ghi số người vắng, không ai vắng thì ghi 0"))
    minutes = text(
        _l("Số biên bản"), hint=_l("Ví dụ: 03/BB-CĐCS. Để trống được nếu quy trình xét không buộc ghi"), optional=False
    )
    chair = text(_l("Chủ toạ"))
    secretary = text(_l("Thư ký"))


def in_favour(one: Person) -> str:
    """The field with the votes for this one."""
    return f"dong-y-{one.id}"


def votes_cast(one: Person) -> str:
    """The field with all votes about this one."""
    return f"so-phieu-{one.id}"


def _votes(people: list[Person]) -> Mapping[str, Any]:
    """Of each worker the votes; nothing typed is nobody voted one by one."""
    described: dict[str, Any] = {}
    for one in people:
        described[in_favour(one)] = number(_("%(name)s: số phiếu đồng ý", name=one.full_name), 0, 1_000_000)
        described[votes_cast(one)] = number(_("%(name)s: tổng số phiếu", name=one.full_name), 0, 1_000_000)
    return described


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
        people = chosen = _chosen(session, tenant, within(Act.TAKE_DOSSIER_STEPS), state, on)
        if request.form.get("tru-chua-dat") == "1":
            said = statuses.of_workers(session, tenant, [one.id for one in chosen], year)
            people = [one for one in chosen if not said[one.id].is_below]
    if not people:
        nobody = _("Chưa chọn hồ sơ nào; đánh dấu ít nhất một người")
        form.refuse("", _("Mọi người đã chọn đều chưa đạt; bỏ dấu “Trừ người chưa đạt”") if chosen else nobody)
        return _page(form)
    if step == "propose":
        return _meeting(people)
    if form.sent:
        back = url_for("officers.list_dossiers", trang_thai=state, nam=_told(year), dn=request.args.get("dn") or None)
        with form.submitting(settles=True) as session:
            done = proceedings.step_many(
                session, tenant, who(), step, people, year, now=now(), reason=form.values["reason"]
            )
            return outcomes.led_to(session, form, "ho-so", step, back, _outcomes(people, done))
    return _page(form)


@pages.page("/cong-doan/ho-so/de-nghi", Act.PROPOSE_TITLES, methods=("POST",))
def propose() -> AnyResponse:
    """Proposes the chosen workers after a meeting: all, or with a fault none."""
    tenant, on, place, year = who().tenant, today(), places.here(), asked_year()
    with database().reading(tenant) as session:
        people = _people(session, tenant, within(Act.PROPOSE_TITLES), request.form.getlist("nguoi"), on)
        said = statuses.of_workers(session, tenant, [one.id for one in people], year)
    form = filled_in(_meeting_form(people, said))
    if form.posted and request.form.get("viec") == despite.LEAVE_OUT:
        return _without(form, people, said)
    short = [(one.id, one.full_name, said[one.id]) for one in people if said[one.id].is_below]
    despite.check(form, short, unticked=UNTICKED)
    if place is None or place.code is None:
        form.refuse("", _("Chọn nơi làm việc là công đoàn đứng tên đề nghị trước"))
    if form.sent and place is not None and place.code is not None:
        told = form.values
        meeting = Meeting(
            told["met_on"], told["present"], told["absent"], told["minutes"], told["chair"], told["secretary"]
        )
        why = despite.reasons(form, _below(said))
        members = [Voted(one.number, told[in_favour(one)], told[votes_cast(one)], why.get(one.id)) for one in people]
        with form.submitting() as session:
            try:
                made = proposals.propose(
                    session, tenant, narrowed(Act.PROPOSE_TITLES), place.code, year, meeting, members, now=now()
                )
            except ImportFaults as error:
                at = [one.column if one.row == 0 else in_favour(people[one.row - 1]) for one in error.faults]
                raise BadRequest(
                    *(Fault(place, one.message) for place, one in zip(at, error.faults, strict=True))
                ) from None
            return form.done(
                url_for("officers.show_proposal", proposal=made.id),
                _("Đã đề nghị công nhận %(count)s người", count=len(people)),
            )
    looking.saw_these(one.id for one in people)
    return _proposal(form, people, said)


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
    count = lists.count(session, tenant, wanted, within=reach, most=AT_ONCE)
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
        steps = _offered(session, tenant, state, on)
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
        steps=[(one, STEP_WORDS[one]) for one in steps], next=following, first=after is None, year=year, form=form,
        most=AT_ONCE, told_year=_told(year), years=[on.year, on.year - 1], enterprise=enterprise,
        may_batch=bool(rights.reach(who(), Act.DECIDE_TITLES, on)),
        may_read_decisions=bool(rights.reach(who(), Act.READ_TITLE_DECISIONS, on)),
    )  # fmt: skip


def asked_year() -> int:
    """The assessed year of the address: this one, or the one before, of which decisions come at the year's turn."""
    this = today().year
    return this - 1 if request.args.get("nam") == str(this - 1) else this


def _told(year: int) -> int | None:
    """The year as addresses have it: nothing for this one."""
    return None if year == today().year else year


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


def _meeting(people: list[Person]) -> Response:
    """The form for the meeting, before anything is typed."""
    with database().reading(who().tenant) as session:
        said = statuses.of_workers(session, who().tenant, [one.id for one in people], asked_year())
    looking.saw_these(one.id for one in people)
    return _proposal(_as_typed(filled_in(_meeting_form(people, said))), people, said)


def _without(form: Filled, people: list[Person], said: Mapping[UUID, Short]) -> Response:
    """The form again, without whoever is below and not ticked; what was typed of all others is kept."""
    out = despite.left(form, _below(said))
    stay = [one for one in people if one.id not in out]
    if not stay:
        form.faults.clear()
        form.refuse("", _("Mọi người trong danh sách đều chưa đạt; đánh dấu người vẫn đề nghị, hoặc quay lại"))
        return _proposal(form, people, said)
    looking.saw_these(one.id for one in stay)
    return _proposal(_as_typed(form), stay, said)


def _as_typed(form: Filled) -> Filled:
    """The form as it was typed, to be gone on with: nothing of it is judged yet."""
    form.posted = False
    form.faults.clear()
    return form


def _proposal(form: Filled, people: list[Person], said: Mapping[UUID, Short]) -> Response:
    return shown(
        "officers/proposal.html", people=people, form=form, year=_told(asked_year()), one_by_one=_one_by_one(),
        said=said, below=_below(said), leave_out=despite.LEAVE_OUT, in_favour=in_favour, votes_cast=votes_cast,
    )  # fmt: skip


def _meeting_form(people: list[Person], said: Mapping[UUID, Short]) -> type[Form]:
    """The meeting, the votes about each, and for each who is below whether that is known, and why all the same."""
    return type("ProposalForm", (MeetingForm,), {**_votes(people), **despite.schema(_below(said))})


def _below(said: Mapping[UUID, Short]) -> frozenset[UUID]:
    return frozenset(one for one, status in said.items() if status.is_below)


def _one_by_one() -> bool:
    """Whether the procedure in force asks for the votes about each one."""
    with database().reading(who().tenant) as session:
        try:
            step = title_procedures.in_force(session, who().tenant, PROGRAMME, today()).steps.get("propose")
        except NoTitleProcedure:
            return False
    return step is not None and "votes" in step.needs


def _state() -> str:
    sent = request.args.get("trang_thai", "")
    return sent if sent in TABS else "self_assessed"


def _chosen(session: Session, tenant: UUID, reach: Reach, state: str, on: date) -> list[Person]:
    """Those who were ticked, or all whom the filter of the page finds."""
    if request.form.get("tat-ca") == "1":
        enterprise = _enterprise(session, tenant)
        of = enterprise[0] if enterprise is not None else None
        wanted = Sought(on, request.args.get("q", "").strip()[:200], of, also=(_stands(tenant, asked_year(), state),))
        found = lists.search(session, tenant, wanted, within=reach, limit=AT_ONCE)
        return [Person(one.id, one.number, one.full_name, None) for one in found]
    return _people(session, tenant, reach, request.form.getlist("nguoi"), on)


def _people(session: Session, tenant: UUID, reach: Reach, sent: list[str], on: date) -> list[Person]:
    ids = []
    for one in sent[:AT_ONCE]:
        try:
            ids.append(UUID(one))
        except ValueError:
            continue
    wanted = Sought(on, also=(among(session, Worker.id, ids),))
    found = lists.search(session, tenant, wanted, within=reach, limit=AT_ONCE)
    return [Person(one.id, one.number, one.full_name, None) for one in found]


def _outcomes(people: list[Person], done: proceedings.Done) -> list[Outcome]:
    against: dict[UUID, str] = {}
    for one in done.refused:
        against.setdefault(one.worker_id, one.message[:1].upper() + one.message[1:])
    return [Outcome(str(one.id), one.id not in against, against.get(one.id, "")) for one in people]
