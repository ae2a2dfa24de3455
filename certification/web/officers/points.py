"""Forms in which officers give points: of one worker, or of a team at once; every fault at its cell."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from certification.access import rights
from certification.access.permissions import TABLE, Act, Role
from certification.access.rights import NotAllowed
from certification.access.who import Who
from certification.errors import NoCriteriaInForce
from certification.evaluation.rules import Indicator
from certification.evidence import attestable, sittings, witnesses
from certification.evidence.sittings import MemberPoints
from certification.evidence.witnesses import Witness
from certification.judgement.awaited import Asked, Giving
from certification.resources.errors import BadRequest, Fault
from certification.rules import criteria
from certification.rules.criteria import AUDIENCE, PROGRAMME
from certification.spreadsheets import ImportFaults
from certification.web.frame.fields import Form, day, long_text, number
from certification.web.frame.forms import Filled, filled_in
from lrs.db import Session

__all__ = ["attest", "awaited_of", "cell", "filled", "open_cells"]

NONE_GIVEN = _l("Chưa ghi điểm nào; ghi ít nhất một ô rồi gửi lại")

MANY = 1000
"""So many workers who wait for points are counted, and looked up before they are put in order."""


def cell(place: int, indicator: str) -> str:
    """The field of the row `place` (from 1) and an indicator."""
    return f"o-{place}-{indicator}"


def schema(indicators: Sequence[Indicator], names: Sequence[str]) -> type[Form]:
    """A form with a cell for each indicator of each row, named by `names` in the words of its faults; why and when."""
    fields: dict[str, Any] = {
        cell(place, one.id): number(
            _l("Điểm %(indicator)s của %(name)s", indicator=one.id, name=name), 0, one.max_points
        )
        for place, name in enumerate(names, start=1)
        for one in indicators
    }
    fields["basis"] = long_text(
        _l("Căn cứ xác nhận"),
        needed=_l("Ghi căn cứ, ví dụ: biên bản họp tổ ngày 20/11/2026"),
        most=sittings.REASON_AT_MOST,
        hint=_l("Biên bản họp, sổ theo dõi, việc đã chứng kiến. Căn cứ được giữ cùng điểm"),
        rows=3,
    )
    fields["on"] = day(_l("Ngày xác nhận"), hint=_l("Để trống là hôm nay"))
    return Form.from_dict(fields)  # type: ignore[return-value]


def filled(indicators: Sequence[Indicator], names: Sequence[str]) -> Filled:
    """The form of this request (`schema`). A cell at fault is tried empty, so that the others are judged with it."""
    cells = [cell(place, one.id) for place in range(1, len(names) + 1) for one in indicators]
    form = filled_in(schema(indicators, names), tried=dict.fromkeys(cells))
    if form.posted and not any(form.typed.get(one, "").strip() for one in cells):
        form.stop(next(iter(cells), ""), NONE_GIVEN)
    return form


def attest(
    session: Session,
    tenant: UUID,
    witness: Witness,
    year: int,
    numbers: Sequence[str],
    indicators: Sequence[Indicator],
    values: Mapping[str, Any],
    now: datetime,
) -> tuple[int, int]:
    """Keeps the points typed, all or nothing; gives how many, of how many workers. Raises BadRequest with every fault
    at its field."""
    table: list[MemberPoints] = []
    places: list[int] = []
    for place, worker in enumerate(numbers, start=1):
        points = {
            one.id: values[cell(place, one.id)] for one in indicators if values.get(cell(place, one.id)) is not None
        }
        if points:
            table.append(MemberPoints(worker, points))
            places.append(place)
    if not table:
        raise BadRequest(Fault("", str(NONE_GIVEN)))
    try:
        made = sittings.attest(
            session, tenant, witness, year, table, basis=values["basis"], now=now, on=values.get("on")
        )
    except ImportFaults as error:
        raise BadRequest(*(_at_its_field(one, table, places) for one in error.faults)) from None
    return len(made), len(table)


def open_cells(
    session: Session, who: Who, worker_ids: Collection[UUID], indicators: Sequence[Indicator], on: date
) -> Mapping[UUID, frozenset[str]]:
    """Which of the indicators `who` may attest of each worker today, as the procedure in force parts them by role. A
    fixed number of SQL commands."""
    try:
        witness = rights.witness(session, who, Act.ATTEST, on)
    except NotAllowed:
        return dict.fromkeys(worker_ids, frozenset())
    names = [one.id for one in indicators]
    return attestable.of_workers(
        session, who.tenant, witness, worker_ids, names, programme=PROGRAMME, year=on.year, day=on
    )


def awaited_of(session: Session, asking: Who, on: date) -> Asked | None:
    """What the reader may give whom today, of the year's criteria; None where nothing is to be given. A fixed number of
    SQL commands."""
    roles = [one for one in Role if one in TABLE[Act.ATTEST].roles - {Role.WORKER}]
    try:
        criteria_id, rules = criteria.in_force(session, asking.tenant, PROGRAMME, AUDIENCE, on.year)
    except NoCriteriaInForce:
        return None
    names = [one.id for one in rules.indicators]
    parting = attestable.in_force(session, asking.tenant, PROGRAMME, on)
    alike: dict[frozenset[str], list[Role]] = {}
    for role in roles:
        alike.setdefault(parting.open_to({role}, names), []).append(role)
    givings = []
    for opened, several in alike.items():
        if opened and (reach := rights.reach_of(asking, several, on)):
            places = tuple(place for place, name in enumerate(names) if name in opened)
            givings.append(Giving(reach, None if len(places) == len(names) else places))
    own = frozenset() if asking.worker is None else frozenset({asking.worker})
    oneself = witnesses.own_workers(session, asking.tenant, Witness(asking.name, worker_ids=own)) if givings else own
    return Asked(asking.tenant, PROGRAMME, on.year, criteria_id, givings, oneself)


def _at_its_field(fault: Any, table: Sequence[MemberPoints], places: Sequence[int]) -> Fault:
    if fault.row == 0:
        return Fault(fault.column if fault.column in ("basis", "on") else "", _sentence(fault.message))
    row = table[fault.row - 1]
    if fault.column in row.points:
        return Fault(cell(places[fault.row - 1], fault.column), _sentence(fault.message))
    first = next(iter(row.points))
    words = _("Mã %(number)s: %(message)s", number=row.number, message=fault.message)
    return Fault(cell(places[fault.row - 1], first), words)


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:]
