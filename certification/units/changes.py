"""Changing the trees from a day on: a unit moves, or ends and is followed by others.

    move                 a unit stands under another parent from a day on
    end                  a unit ends; what stood under it goes to its one successor
    import_successions   the same for a whole province, from a file
    history              what was done to a unit, by which document, by whom

Each is told as periods to `units.organizations`, which checks the whole and refuses with every fault; then it is
recorded. Nothing of before changes: figures of earlier days stand on the tree of their day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, spreadsheets
from certification.models import OrganizationChange
from certification.spreadsheets import Column, Fault, ImportFaults, ImportResult, written
from certification.units import organizations
from certification.units.organization_periods import BEGINNING, KIND_NAMES, PARENT_HEADING, Period, World
from certification.units.trees import Edge, Node, UnknownOrganization
from lrs.db import Session, new_id

__all__ = ["SUCCESSION_COLUMNS", "Change", "Ending", "end", "history", "import_successions", "move"]

OLD, NEW, FROM, SOURCE = "Mã đơn vị cũ", "Mã đơn vị mới", "Từ ngày", "Căn cứ"

SUCCESSION_COLUMNS = (
    Column(OLD, meaning="Đơn vị kết thúc", example="vn/thanh-hoa/hoang-cat"),
    Column(NEW, may_be_empty=True, meaning="Đơn vị kế thừa; để trống nếu không có", example="vn/thanh-hoa/hoang-son"),
    Column(FROM, kind="day", meaning="Ngày đầu tiên của đơn vị mới", example="01/07/2025"),
    Column(SOURCE, meaning="Văn bản quyết định", example="Nghị quyết 1686/NQ-UBTVQH15"),
)

MOVED, ENDED = "moved", "ended"


@dataclass(frozen=True, slots=True)
class Ending:
    """That a unit is there no more from `day` on, and who follows it (codes; none, one, or several for a split).

    `row` is the row of the file, 0 where there is none.
    """

    row: int
    code: str
    successors: tuple[str, ...]
    day: date
    source: str


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to a unit: moved or ended, the first day of it, to whom, by which document, by whom, when (UTC)."""

    what: str
    day: date
    to: tuple[str, ...]
    source: str
    done_by: str
    at: datetime


class _Trees:
    """What is stored, to be asked about one unit at a time."""

    def __init__(self, world: World) -> None:
        self.nodes = world.nodes
        self.edges: dict[str, list[Edge]] = defaultdict(list)
        """What each unit stands under, whatever the day."""
        self.below: dict[str, list[Edge]] = defaultdict(list)
        for edge in world.edges.values():
            self.edges[edge.child].append(edge)
            self.below[edge.parent].append(edge)
        self.names: dict[str, list[tuple[date, str]]] = defaultdict(list)
        for (code, day), label in world.labels.items():
            self.names[code].append((day, label.name))

    def node(self, code: str) -> Node:
        try:
            return self.nodes[code]
        except KeyError:
            raise UnknownOrganization(code) from None

    def above(self, code: str, on: date) -> dict[str, str]:
        """What a unit stands under on a day, by tree."""
        return {edge.tree: edge.parent for edge in self.edges.get(code, ()) if edge.holds_on(on)}

    def children(self, code: str, on: date) -> list[Edge]:
        """What stands under a unit on a day and exists on it."""
        return [edge for edge in self.below.get(code, ()) if edge.holds_on(on) and self.nodes[edge.child].exists_on(on)]

    def period(self, code: str, above: Mapping[str, str], starts: date) -> Period:
        """A period of a unit that begins on a day and lasts as the unit does, or until what is known of it later."""
        node = self.nodes[code]
        later = any(edge.valid_from > starts for edge in self.edges.get(code, ()))
        named = max(
            [(day, name) for day, name in self.names.get(code, ()) if day <= starts], default=(starts, node.name)
        )
        return Period(0, code, named[1], node.kind, above, starts, None if later else node.exists_to)


def move(
    session: Session,
    tenant: UUID,
    code: str,
    parent: str | None,
    *,
    tree: str,
    on: date,
    source: str,
    by: str,
    now: datetime,
) -> None:
    """Puts a unit under another parent in one tree from the day `on`; None takes it out of that tree.

    Raises UnknownOrganization, or ImportFaults with every reason against it; nothing was changed then. Saying the same
    twice changes nothing and is recorded once.
    """
    bulk.import_alone(session, tenant)
    trees = _Trees(organizations.stored(session, tenant))
    node = trees.node(code)
    above = trees.above(code, on)
    if parent is None and (node.kind, tree) in organizations.NEEDED_PARENT:
        message = organizations.NEEDED_PARENT[node.kind, tree]
        raise ImportFaults([Fault(0, PARENT_HEADING[tree], message)])
    if parent is None:
        above.pop(tree, None)
    else:
        above[tree] = parent
    if above == trees.above(code, on):
        return
    organizations.take_in(session, tenant, [trees.period(code, above, on)], [])
    _record(session, tenant, [(node.id, MOVED, on, (parent,) if parent else (), source)], by=by, now=now)


def end(
    session: Session,
    tenant: UUID,
    code: str,
    successors: Sequence[str],
    *,
    day: date,
    source: str,
    by: str,
    now: datetime,
) -> ImportResult:
    """Ends a unit: from `day` on it is there no more, and what stood under it stands under its successor.

    With several successors (a split) or none, whatever stands under it has to be moved first. Raises ImportFaults with
    every reason against it; nothing was changed then.
    """
    return _end_all(session, tenant, [Ending(0, code, tuple(successors), day, source)], [], by=by, now=now)


def import_successions(
    session: Session, tenant: UUID, data: bytes, *, now: datetime, by: str = "import"
) -> ImportResult:
    """Takes in a file of units that ended and who followed them (docs/imports.md), counted by row.

    One row for each pair of old and new unit. Raises ImportFaults with every fault; nothing was changed then. May be
    called again with the same file.
    """
    sheet = spreadsheets.read(data, SUCCESSION_COLUMNS)
    told: dict[str, Ending] = {}
    for row in sheet.each():
        code, successor = row.text(OLD), row.optional_text(NEW)
        day, source = row.day(FROM), row.text(SOURCE, at_most=2000)
        if code is None or day is None or source is None or not row.ok:
            continue
        before = told.get(code)
        if before is not None and (before.day != day or successor is None or successor in before.successors):
            what = "đơn vị mới này" if before.day == day else f"ngày khác ({written(before.day)})"
            row.fault(OLD, f"“{code}” đã có ở dòng {before.row} với {what}; sửa hoặc xoá một dòng")
            continue
        successors = (*(before.successors if before else ()), *((successor,) if successor else ()))
        told[code] = Ending(before.row if before else row.number, code, successors, day, source)
    result = _end_all(session, tenant, list(told.values()), sheet.all_faults(), by=by, now=now)
    return replace(result, notes=sheet.notes)


def history(session: Session, tenant: UUID, code: str) -> list[Change]:
    """What was done to a unit, the latest first. Raises UnknownOrganization."""
    node = organizations.node(session, tenant, code)
    rows = session.execute(
        sa.select(
            OrganizationChange.what,
            OrganizationChange.day,
            OrganizationChange.to,
            OrganizationChange.source,
            OrganizationChange.done_by,
            OrganizationChange.at,
        )
        .where(OrganizationChange.tenant_id == tenant, OrganizationChange.organization_id == node.id)
        .order_by(OrganizationChange.at.desc(), OrganizationChange.id.desc())
    )
    return [Change(what, day, tuple(to.split()), source, by, at) for what, day, to, source, by, at in rows]


# ---------------------------------------------------------------- ending


def _end_all(
    session: Session, tenant: UUID, endings: Sequence[Ending], faults: list[Fault], *, by: str, now: datetime
) -> ImportResult:
    bulk.import_alone(session, tenant)
    world = organizations.stored(session, tenant)
    known = {(one.predecessor, one.successor) for one in organizations.successions(session, tenant, world)}
    trees = _Trees(world)
    faults = [*faults, *_faults(trees, endings, known)]
    if faults:
        raise ImportFaults(faults)
    new = [one for one in endings if not _is_done(trees, one, known)]
    periods = [_ended(trees, one) for one in new if world.nodes[one.code].exists_to is None]
    moves = _inherited(trees, new)
    organizations.take_in(session, tenant, [*periods, *moves], [])
    organizations.write_successions(
        session,
        tenant,
        [
            {"predecessor": one.code, "successor": successor, "took_place": one.day, "source": one.source}
            for one in new
            for successor in one.successors
        ],
    )
    told = [(world.nodes[one.code].id, ENDED, one.day, one.successors, one.source) for one in new]
    sources = {one.code: one.source for one in new}
    told += [
        (world.nodes[period.code].id, MOVED, period.first_day, tuple(period.parents.values()), sources[old])
        for period in moves
        for old in [_parent_that_ended(trees, period, sources)]
    ]
    _record(session, tenant, told, by=by, now=now)
    return ImportResult(len(new), 0, len(endings) - len(new))


def _fault(one: Ending, column: str, message: str) -> Fault:
    if not one.row:
        return Fault(0, "", f"đơn vị “{one.code}”: {message}", of_file=False)
    return Fault(one.row, column, message)


def _faults(trees: _Trees, endings: Sequence[Ending], known: Collection[tuple[str, str]]) -> list[Fault]:
    found: list[Fault] = []
    ending = {one.code for one in endings}
    followed: dict[str, set[str]] = defaultdict(set)
    for before, after in known:
        followed[before].add(after)
    for one in endings:
        node = trees.nodes.get(one.code)
        if node is None:
            found.append(_fault(one, OLD, str(UnknownOrganization(one.code))))
            continue
        followed[one.code].update(one.successors)
        last = one.day - timedelta(days=1)
        if node.exists_to is not None and node.exists_to != last:
            message = f"đã kết thúc ngày {written(node.exists_to)}, không phải {written(last)}; sửa ngày"
            found.append(_fault(one, FROM, message))
        if node.exists_from is not None and node.exists_from > last:
            found.append(_fault(one, FROM, f"chỉ có từ {written(node.exists_from)}; sửa ngày"))
        for code in one.successors:
            found += _bad_successor(trees, one, node, code)
        children = [edge.child for edge in trees.children(one.code, one.day) if edge.child not in ending]
        if children and len(one.successors) != 1:
            named = ", ".join(f"“{child}”" for child in sorted(children)[:5])
            how = "có nhiều đơn vị kế thừa" if one.successors else "không có đơn vị kế thừa"
            message = (
                f"{how} mà còn {len(children)} đơn vị trực thuộc ({named}); chuyển từng đơn vị sang cấp trên mới từ "
                f"{written(one.day)} trước, rồi nhập lại"
            )
            found.append(_fault(one, NEW, message))
    return [*found, *_circles(endings, followed)]


def _bad_successor(trees: _Trees, one: Ending, node: Node, code: str) -> Iterable[Fault]:
    heir = trees.nodes.get(code)
    if heir is None:
        yield _fault(one, NEW, str(UnknownOrganization(code)))
    elif heir.kind != node.kind:
        yield _fault(one, NEW, f"“{code}” là “{KIND_NAMES[heir.kind]}”, đơn vị cũ là “{KIND_NAMES[node.kind]}”")
    elif not heir.exists_on(one.day):
        yield _fault(one, NEW, f"“{code}” không có vào ngày {written(one.day)}; sửa mã hoặc ngày")


def _circles(endings: Sequence[Ending], followed: Mapping[str, set[str]]) -> Iterable[Fault]:
    """Units that would follow themselves, over however many others."""
    for one in endings:
        seen: set[str] = set()
        level = set(followed.get(one.code, ()))
        while level - seen:
            seen |= level
            level = {after for code in level for after in followed.get(code, ())}
        if one.code in seen:
            yield _fault(one, NEW, f"“{one.code}” sẽ kế thừa chính nó; sửa đơn vị mới")


def _is_done(trees: _Trees, one: Ending, known: Collection[tuple[str, str]]) -> bool:
    ended = trees.nodes[one.code].exists_to is not None
    return ended and all((one.code, successor) in known for successor in one.successors)


def _ended(trees: _Trees, one: Ending) -> Period:
    """The last period of a unit, with its end."""
    node = trees.node(one.code)
    last = one.day - timedelta(days=1)
    starts = max((edge.valid_from for edge in trees.edges.get(one.code, ())), default=node.exists_from or BEGINNING)
    parents = trees.above(one.code, last)
    return Period(one.row, one.code, node.name, node.kind, parents, None if starts == BEGINNING else starts, last)


def _inherited(trees: _Trees, endings: Sequence[Ending]) -> list[Period]:
    """What stands under units that end, from then on under the one that follows each."""
    ending = {one.code for one in endings}
    moved: dict[tuple[str, date], dict[str, str]] = defaultdict(dict)
    for one in endings:
        for edge in trees.children(one.code, one.day) if len(one.successors) == 1 else ():
            if edge.child not in ending:
                moved[edge.child, one.day][edge.tree] = one.successors[0]
    return [trees.period(code, {**trees.above(code, day), **parents}, day) for (code, day), parents in moved.items()]


def _parent_that_ended(trees: _Trees, period: Period, ended: Mapping[str, str]) -> str:
    return next(code for code in trees.above(period.code, period.first_day).values() if code in ended)


def _record(
    session: Session,
    tenant: UUID,
    told: Iterable[tuple[UUID, str, date, tuple[str, ...], str]],
    *,
    by: str,
    now: datetime,
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "organization_id": organization_id,
            "id": new_id(),
            "tenant_id": tenant,
            "what": what,
            "day": day,
            "to": " ".join(to),
            "source": source,
            "done_by": by,
            "at": now,
        }
        for organization_id, what, day, to, source in told
    ]
    bulk.insert(session, OrganizationChange, rows)
