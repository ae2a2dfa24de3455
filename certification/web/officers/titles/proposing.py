"""/cong-doan/ho-so/de-nghi: workers proposed after a meeting, all or none; of whoever is below the criteria, or had
fewer than half of the votes, it is said that this is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from certification.access.permissions import Act
from certification.dossiers import proposals
from certification.dossiers.proposals import Meeting, Voted
from certification.people.workers import Person
from certification.resources import looking
from certification.resources.access import database, now, today, who
from certification.resources.errors import BadRequest, Fault
from certification.rules import title_procedures
from certification.rules.criteria import PROGRAMME
from certification.rules.title_procedures import NoTitleProcedure, TitleProcedure
from certification.spreadsheets import Fault as RowFault
from certification.spreadsheets import ImportFaults
from certification.web.frame import places
from certification.web.frame.fields import Form, day, number, text, tick
from certification.web.frame.forms import Filled, filled_in
from certification.web.frame.pages import shown
from certification.web.officers import despite, pages, statuses
from certification.web.officers.scope import asked_year, narrowed, people_sent, told_year, within
from certification.web.officers.statuses import Short

__all__ = ["meeting"]

MOST_PRESENT = 1_000_000
MINUTES_LIKE = _l("Ví dụ: 03/BB-CĐCS")


class MeetingForm(Form):
    """The meeting that proposes; with fields for each who is below the criteria (`despite`)."""

    met_on = day(_l("Ngày họp xét"), needed=_l("Ghi ngày họp xét"))
    present = number(_l("Số người dự"), 0, MOST_PRESENT, needed=_l("Ghi số người dự họp"))
    absent = number(_l("Số người vắng"), 0, MOST_PRESENT, needed=_l("Ghi số người vắng, không ai vắng thì ghi 0"))
    minutes = text(_l("Số biên bản"), hint=MINUTES_LIKE)
    chair = text(_l("Chủ toạ"))
    secretary = text(_l("Thư ký"))


def in_favour(one: Person) -> str:
    """The field with the votes for this one."""
    return f"dong-y-{one.id}"


def votes_cast(one: Person) -> str:
    """The field with all votes about this one."""
    return f"so-phieu-{one.id}"


def few_known(one: Person) -> str:
    """The field that says that it is known that fewer than half voted for this one."""
    return f"it-phieu-{one.id}"


def _votes(people: Sequence[Person], asked: TitleProcedure | None) -> Mapping[str, Any]:
    """Of each worker the votes; nothing typed is nobody voted one by one, where the procedure lets that be."""
    described: dict[str, Any] = {}
    for one in people:
        for field, words in (
            (in_favour(one), _("%(name)s: số phiếu đồng ý", name=one.full_name)),
            (votes_cast(one), _("%(name)s: tổng số phiếu", name=one.full_name)),
        ):
            lacking = _("%(votes)s còn trống; ghi vào đây", votes=words) if _one_by_one(asked) else None
            described[field] = number(words, 0, MOST_PRESENT, needed=lacking)
        described[few_known(one)] = tick(_l("Đã biết"))
    return described


def _check_votes(form: Filled, people: Sequence[Person], asked: TitleProcedure | None) -> list[Person]:
    """Those for whom fewer than half voted, where the procedure in force does not say how many must; refuses the form
    for each of whom it is not said that this is known."""
    few = []
    for one in people if asked is not None and asked.votes_per_cent is None else ():
        yes, every = form.readable.get(in_favour(one)), form.readable.get(votes_cast(one))
        if yes is not None and every is not None and yes <= every and yes * 2 < every:
            few.append(one)
            if form.typed.get(few_known(one)) != "1":
                said = _(
                    "%(name)s chỉ có %(votes)s/%(all)s phiếu đồng ý, dưới một nửa. Đánh dấu là đã biết, hoặc bỏ ra "
                    "khỏi danh sách", name=one.full_name, votes=yes, all=every,
                )  # fmt: skip
                form.refuse(few_known(one), said)
    return few


@pages.page("/cong-doan/ho-so/de-nghi", Act.PROPOSE_TITLES, methods=("POST",))
def propose() -> AnyResponse:
    """Proposes the chosen workers after a meeting: all, or with a fault none."""
    tenant, on, place, year = who().tenant, today(), places.here(), asked_year()
    with database().reading(tenant) as session:
        people = people_sent(session, tenant, within(Act.PROPOSE_TITLES), request.form.getlist("nguoi"), on)
        said = statuses.of_workers(session, tenant, [one.id for one in people], year)
    asked = _procedure()
    form = filled_in(_meeting_form(people, said, asked), tried=_standing_in(people))
    if form.posted and request.form.get("viec") == despite.LEAVE_OUT:
        return _without(form, people, said)
    short = [(one.id, one.full_name, said[one.id]) for one in people if said[one.id].is_below]
    despite.check(form, short, despite.PROPOSED)
    few = _check_votes(form, people, asked)
    if place is None or place.code is None:
        form.stop("", _("Chọn nơi làm việc là công đoàn đứng tên đề nghị trước"))
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
                at = [(_field(one, people, form.stood_in), one.message) for one in error.faults]
                raise BadRequest(*(Fault(field, said) for field, said in at if field is not None)) from None
            return form.done(
                url_for("officers.show_proposal", proposal=made.id),
                _("Đã đề nghị công nhận %(count)s người", count=len(people)),
            )
    looking.saw_these(one.id for one in people)
    return _proposal(form, people, said, few=few)


def _field(fault: RowFault, people: Sequence[Person], stood_in: Set[str]) -> str | None:
    """Beside which field a fault of the proposal stands; None where it is of votes in whose place others are tried."""
    if not fault.row:
        return fault.column
    one = people[fault.row - 1]
    if fault.column == "despite":
        return despite.because(one.id)
    votes = in_favour(one), votes_cast(one)
    return None if fault.column == "votes" and not stood_in.isdisjoint({*votes, "present"}) else votes[0]


def _standing_in(people: Sequence[Person]) -> Mapping[str, Any]:
    """What is tried in place of numbers that are at fault, so that all other faults are told with theirs."""
    votes = {field: None for one in people for field in (in_favour(one), votes_cast(one))}
    return {"present": MOST_PRESENT, "absent": 0, **votes}


def meeting(people: list[Person], without: Sequence[Person]) -> Response:
    """The form for the meeting, before anything is typed; it names whom the tick left out."""
    with database().reading(who().tenant) as session:
        said = statuses.of_workers(session, who().tenant, [one.id for one in people], asked_year())
    looking.saw_these(one.id for one in (*people, *without))
    form = filled_in(_meeting_form(people, said, _procedure()))
    return _proposal(_as_typed(form), people, said, without=without)


def _without(form: Filled, people: list[Person], said: Mapping[UUID, Short]) -> Response:
    """The form again, without whoever is below and not ticked; what was typed of all others is kept."""
    out = despite.left(form, _below(said))
    stay = [one for one in people if one.id not in out]
    if not stay:
        form.faults.clear()
        said_of_all = _(
            "Mọi người trong danh sách đều chưa đạt hoặc chưa kết luận được; đánh dấu người vẫn đề nghị, hoặc quay lại"
        )
        form.refuse("", said_of_all)
        return _proposal(form, people, said)
    looking.saw_these(one.id for one in stay)
    return _proposal(_as_typed(form), stay, said)


def _as_typed(form: Filled) -> Filled:
    """The form as it was typed, to be gone on with: nothing of it is judged yet."""
    form.posted = False
    form.faults.clear()
    return form


def _proposal(
    form: Filled,
    people: Sequence[Person],
    said: Mapping[UUID, Short],
    *,
    few: Sequence[Person] = (),
    without: Sequence[Person] = (),
) -> Response:
    """The page; `few` are those for whom fewer than half voted, `without` those who were left out on the way here."""
    asked = _procedure()
    return shown(
        "officers/proposal.html", people=people, form=form, year=told_year(asked_year()), one_by_one=_one_by_one(asked),
        said=said, below=_below(said), leave_out=despite.LEAVE_OUT, in_favour=in_favour, votes_cast=votes_cast, few=few,
        few_known=few_known, without=without, statuses_of=lambda these: [said[one.id] for one in these],
    )  # fmt: skip


def _meeting_form(people: Sequence[Person], said: Mapping[UUID, Short], asked: TitleProcedure | None) -> type[Form]:
    """The meeting, the votes about each, and for each who is below whether that is known, and why all the same."""
    described = {**_votes(people, asked), **despite.schema(_below(said), despite.PROPOSED)}
    if asked is not None and "minutes" in asked.step("propose").needs:
        described["minutes"] = text(_l("Số biên bản"), hint=MINUTES_LIKE, needed=_l("Ghi số biên bản cuộc họp"))
    return type("ProposalForm", (MeetingForm,), described)


def _below(said: Mapping[UUID, Short]) -> frozenset[UUID]:
    return frozenset(one for one, status in said.items() if status.is_below)


def _procedure() -> TitleProcedure | None:
    """The procedure in force, where that lets somebody be proposed."""
    with database().reading(who().tenant) as session:
        try:
            found = title_procedures.in_force(session, who().tenant, PROGRAMME, today())
        except NoTitleProcedure:
            return None
    return found if "propose" in found.steps else None


def _one_by_one(asked: TitleProcedure | None) -> bool:
    """Whether the procedure asks for the votes about each one."""
    return asked is not None and ("votes" in asked.step("propose").needs or asked.votes_per_cent is not None)
