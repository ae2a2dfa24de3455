"""What a file says of organizations, merged into what is known of them, and checked as a whole. No database here.

A file tells periods: from when to when an organization stood under which parents. `merged` lays them over the stored
edges: a period that begins later ends the one before it. `faults` are all the reasons against the outcome, each at the
row of the file that brought it about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from certification.spreadsheets import Fault, written
from certification.units.trees import (
    ADMINISTRATIVE,
    ENTERPRISE,
    GRASSROOTS_UNION,
    TRADE_UNION,
    TREES,
    UNION,
    Edge,
    Node,
    Succession,
)
from lrs.db import new_id

__all__ = [
    "ALLOWED_PARENT",
    "BEGINNING",
    "KINDS",
    "KIND_NAMES",
    "OFFICIAL_CODE",
    "PARENT_HEADING",
    "UNKNOWN_PARENT",
    "Label",
    "Period",
    "World",
    "faults",
    "following",
    "merged",
]

BEGINNING = date(1900, 1, 1)
"""First day of an edge whose beginning nobody knows: earlier than any day that is asked about."""

OFFICIAL_CODE = "Mã chính thức"

PARENT_HEADING = {ADMINISTRATIVE: "Mã cấp trên hành chính", UNION: "Mã cấp trên công đoàn"}

KINDS = {
    "hành chính": ADMINISTRATIVE,
    "công đoàn": TRADE_UNION,
    "công đoàn cơ sở": GRASSROOTS_UNION,
    "doanh nghiệp": ENTERPRISE,
}
KIND_NAMES = {kind: name for name, kind in KINDS.items()}

ALLOWED_PARENT = {
    (ADMINISTRATIVE, ADMINISTRATIVE): ADMINISTRATIVE,
    (TRADE_UNION, UNION): TRADE_UNION,
    (GRASSROOTS_UNION, UNION): TRADE_UNION,
    (ENTERPRISE, ADMINISTRATIVE): ADMINISTRATIVE,
    (ENTERPRISE, UNION): GRASSROOTS_UNION,
}
"""(kind of the child, tree) → kind its parent must have; what is not here has no parent in that tree."""

UNKNOWN_PARENT = "không có đơn vị nào mang mã “{}”; sửa mã, hoặc thêm đơn vị đó vào tệp"


@dataclass(frozen=True, slots=True)
class Period:
    """What a file says of an organization for a time. `parents` are codes by tree; a tree missing means none there.

    `row` is the row of the file, 0 when the file has no rows. `starts` None: since before anybody asks.
    """

    row: int
    code: str
    name: str
    kind: str
    parents: Mapping[str, str]
    starts: date | None
    ends: date | None
    official_code: str | None = None
    sector: str | None = None
    zone: str | None = None
    """None for what the file does not say: it stays as it was. An empty sector or zone: none from this day on."""

    @property
    def first_day(self) -> date:
        return self.starts or BEGINNING


@dataclass(frozen=True, slots=True)
class Label:
    """What an organization is called from a day on, its official code if it is known, its sector and zone: None where
    they are as before, empty where it has none any more."""

    name: str
    official_code: str | None
    sector: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class World:
    """Organizations and edges of a tenant, as stored or as they will be stored."""

    nodes: Mapping[str, Node]
    edges: Mapping[tuple[str, str, date], Edge]
    """By child, tree and first day."""
    labels: Mapping[tuple[str, date], Label] = field(default_factory=dict)
    """By organization and first day; each holds until the next."""


Told = Mapping[str, Sequence[Period]]
"""What a file says, by organization, each one's periods in order of time (`by_code`)."""


def by_code(periods: Collection[Period]) -> Told:
    """Periods by organization, each one's in order of time."""
    told: dict[str, list[Period]] = defaultdict(list)
    for period in sorted(periods, key=lambda period: (period.first_day, period.row)):
        told[period.code].append(period)
    return told


def faults(
    stored: World, after: World, told: Told, *, passed_over: Collection[str], successions: Sequence[Succession]
) -> list[Fault]:
    """Every reason against going from `stored` to `after`, which is `merged(stored, told)`; none when it may be.

    `passed_over` are codes of rows that are left out because they are at fault themselves: whoever names one as its
    parent is not at fault as well.
    """
    begun: dict[str, set[date]] = defaultdict(set)
    for edge in stored.edges.values():
        begun[edge.child].add(edge.valid_from)
    found = [
        fault
        for code, periods in told.items()
        for fault in _contradictions(periods, stored.nodes.get(code), sorted(begun[code]))
    ]
    found += _bad_parents(after, told, set(passed_over), successions)
    return [*found, *_official_codes_twice(after, told), *_cycles(after, told)]


def _fault(period: Period, column: str, message: str) -> Fault:
    return Fault(period.row, column, message) if period.row else Fault(0, "", f"đơn vị “{period.code}”: {message}")


def _contradictions(periods: Sequence[Period], known: Node | None, begun: Sequence[date]) -> list[Fault]:
    """Where the rows of one organization, in order of time, contradict each other or what is stored of it: its kind,
    and the days `begun` on which its stored periods begin."""
    found = []
    first_days = {period.first_day for period in periods}
    kind = known.kind if known else periods[0].kind
    for period in periods:
        if period.kind != kind:
            message = f"đơn vị “{period.code}” đã có là “{KIND_NAMES[kind]}”; một mã chỉ dùng cho một loại đơn vị"
            found.append(_fault(period, "Loại", message))
        inside = [day for day in begun if period.ends and period.first_day < day <= period.ends]
        if inside and not first_days.issuperset(inside):
            message = (
                f"trong hệ thống “{period.code}” có một thời gian bắt đầu {written(inside[-1])}; ghi đúng ngày ấy để "
                f"sửa thời gian đó, hoặc cho “Đến ngày” trước ngày ấy"
            )
            found.append(_fault(period, "Từ ngày", message))
    for earlier, later in pairwise(periods):
        if later.first_day == earlier.first_day:
            message = f"đơn vị “{later.code}” đã có ở dòng {earlier.row} với cùng “Từ ngày”; xoá một dòng"
            found.append(_fault(later, "Mã", message))
        elif earlier.ends and earlier.ends >= later.first_day:
            message = (
                f"đơn vị “{later.code}” ở dòng {earlier.row} còn đến {written(earlier.ends)}; "
                f"hai dòng của một đơn vị không được trùng thời gian, sửa ngày"
            )
            found.append(_fault(later, "Từ ngày", message))
    return found


def merged(stored: World, told: Told) -> World:
    """What will be stored: each edge ends, at the latest, on the day before the next one in its tree begins."""
    nodes = dict(stored.nodes)
    edges = dict(stored.edges)
    labels = dict(stored.labels)
    called: dict[str, dict[date, Label]] = defaultdict(dict)
    for (code, day), label in stored.labels.items():
        called[code][day] = label
    history: dict[str, list[Edge]] = defaultdict(list)
    for edge in stored.edges.values():
        history[edge.child].append(edge)
    for code, periods in told.items():
        for day in called[code]:
            del labels[code, day]
        kept = _merged_labels(called[code], periods)
        labels |= {(code, day): label for day, label in kept.items()}
        nodes[code] = _merged_node(stored.nodes.get(code), history[code], periods, kept[max(kept)])
        for which in TREES:
            spans: dict[date, tuple[str | None, date | None]] = {
                edge.valid_from: (edge.parent, edge.valid_to) for edge in history[code] if edge.tree == which
            }
            spans |= {period.first_day: (period.parents.get(which), period.ends) for period in periods}
            days = sorted(spans)
            for day, following in zip(days, [*days[1:], None], strict=True):
                parent, ends = spans[day]
                if following and (ends is None or ends >= following):
                    ends = following - timedelta(days=1)
                if parent is None:
                    edges.pop((code, which, day), None)
                else:
                    edges[code, which, day] = Edge(code, which, parent, day, ends)
    return World(nodes, edges, labels)


def _merged_labels(known: Mapping[date, Label], told: Sequence[Period]) -> dict[date, Label]:
    """What an organization is called, by first day. A row that begins on a day of its own is a new name, one that
    begins on a known day corrects it; a period that brings nothing new leaves no trace."""
    labels = dict(known)
    for period in told:
        before = [day for day in labels if day <= period.first_day]
        code = period.official_code or (labels[max(before)].official_code if before else None)
        there = labels.get(period.first_day, Label("", None))
        sector = there.sector if period.sector is None else period.sector
        zone = there.zone if period.zone is None else period.zone
        labels[period.first_day] = Label(period.name, code, sector, zone)
    kept: dict[date, Label] = {}
    last = Label("", None, "", "")
    for day in sorted(labels):
        label = labels[day]
        label = replace(
            label,
            sector=None if label.sector == last.sector else label.sector,
            zone=None if label.zone == last.zone else label.zone,
        )
        now = following(last, label)
        if now != last:
            kept[day], last = label, now
    return kept


def following(before: Label, label: Label) -> Label:
    """What holds from a label on, where `before` held until then."""
    return replace(
        label,
        sector=before.sector if label.sector is None else label.sector,
        zone=before.zone if label.zone is None else label.zone,
    )


def _merged_node(known: Node | None, history: Sequence[Edge], told: Sequence[Period], label: Label) -> Node:
    """The organization itself: it exists from its first known period to the end of its last."""
    first = min([period.first_day for period in told] + [edge.valid_from for edge in history])
    last = told[-1]
    ends = last.ends
    if known and any(edge.valid_from > last.first_day for edge in history):
        ends = known.exists_to
    starts = None if first == BEGINNING else first
    return Node(known.id if known else new_id(), last.code, label.name, last.kind, starts, ends)


def _bad_parents(after: World, told: Told, passed_over: set[str], successions: Sequence[Succession]) -> list[Fault]:
    """Edges told or touched by the file whose parent is unknown, of the wrong kind, or ended before the edge does."""
    found = []
    orphans: dict[str, list[str]] = defaultdict(list)
    for edge in after.edges.values():
        child, parent = after.nodes[edge.child], after.nodes.get(edge.parent)
        period = next((one for one in told.get(edge.child, ()) if one.first_day == edge.valid_from), None)
        heading = PARENT_HEADING[edge.tree]
        if parent is None:
            if period and edge.parent not in passed_over:
                found.append(_fault(period, heading, UNKNOWN_PARENT.format(edge.parent)))
            continue
        needed = ALLOWED_PARENT.get((child.kind, edge.tree))
        if period and parent.kind != needed and needed:
            message = f"“{edge.parent}” là “{KIND_NAMES[parent.kind]}”; ô này cần mã một “{KIND_NAMES[needed]}”"
            found.append(_fault(period, heading, message))
        last = min((day for day in (edge.valid_to, child.exists_to) if day), default=None)
        if parent.exists_to is None or (last is not None and last <= parent.exists_to):
            continue
        if period:
            heirs = [f"“{one.successor}”" for one in successions if one.predecessor == edge.parent]
            message = (
                f"“{edge.parent}” đã kết thúc ngày {written(parent.exists_to)}"
                + (f", kế thừa là {', '.join(heirs)}" if heirs else "")
                + f"; thêm một dòng với cấp trên mới từ {written(parent.exists_to + timedelta(days=1))}"
            )
            found.append(_fault(period, heading, message))
        elif edge.parent in told:
            orphans[edge.parent].append(edge.child)
    for code, children in orphans.items():
        last_period = told[code][-1]
        named = ", ".join(f"“{child}”" for child in sorted(set(children))[:5])
        message = (
            f"sau ngày này vẫn còn {len(set(children))} đơn vị trực thuộc ({named}); chuyển chúng sang cấp trên mới"
        )
        found.append(_fault(last_period, "Đến ngày", f"{message} trong cùng tệp"))
    return found


LISTS = {ADMINISTRATIVE: ADMINISTRATIVE, TRADE_UNION: UNION, GRASSROOTS_UNION: UNION, ENTERPRISE: ENTERPRISE}
"""Kind → the list in which its official codes stand; in each a code is one organization's on a day."""


def _official_codes_twice(after: World, told: Told) -> list[Fault]:
    """Official codes that two organizations of one list would have on the same day."""
    called: dict[str, list[date]] = defaultdict(list)
    for code, day in after.labels:
        called[code].append(day)
    spans: dict[tuple[str, str], list[tuple[date, date, str]]] = defaultdict(list)
    for code, days in called.items():
        node = after.nodes[code]
        ordered = sorted(days)
        for day, following in zip(ordered, [*ordered[1:], None], strict=True):
            official = after.labels[code, day].official_code
            last = min(node.exists_to or date.max, following - timedelta(days=1) if following else date.max)
            if official and day <= last:
                spans[LISTS[node.kind], official].append((day, last, code))
    found = []
    for (_, official), held in spans.items():
        for (_first, last, code), (first, _last, other) in pairwise(sorted(held)):
            at_fault = other if other in told else code
            if first <= last and code != other and at_fault in told:
                message = f"mã chính thức “{official}” là của “{code}” và “{other}” cùng lúc từ {written(first)}"
                found.append(_fault(told[at_fault][-1], OFFICIAL_CODE, f"{message}; sửa mã hoặc ngày của một đơn vị"))
    return found


def _cycles(after: World, told: Told) -> list[Fault]:
    """Organizations that would stand above themselves on some day, each cycle named once."""
    found = []
    for which in TREES:
        edges = [edge for edge in after.edges.values() if edge.tree == which]
        above_any_day: dict[str, set[str]] = defaultdict(set)
        for edge in edges:
            above_any_day[edge.child].add(edge.parent)
        suspects = _on_cycles(above_any_day)
        edges = [edge for edge in edges if edge.child in suspects and edge.parent in suspects]
        named: set[frozenset[str]] = set()
        # If there is a cycle on any day, there is one on the day the last of its edges begins.
        for day in sorted({edge.valid_from for edge in edges}):
            above = {edge.child: {edge.parent} for edge in edges if edge.holds_on(day)}
            for start in sorted(_on_cycles(above)):
                ring = [start]
                while (following := next(iter(above[ring[-1]]))) != start:
                    ring.append(following)
                if frozenset(ring) in named:
                    continue
                named.add(frozenset(ring))
                names = " → ".join(f"“{after.nodes[code].name}” ({code})" for code in [*ring, start])
                period = next(told[code][-1] for code in ring if code in told)
                message = (
                    f"các đơn vị đứng trên lẫn nhau thành vòng từ {written(day)}: {names}; sửa cấp trên của một đơn vị"
                )
                found.append(_fault(period, PARENT_HEADING[which], message))
    return found


def _on_cycles(above: Mapping[str, set[str]]) -> set[str]:
    """Those that can be reached from themselves: what is left when whatever has nothing left above or below is taken
    away, again and again."""
    left = {child: set(parents) for child, parents in above.items()}
    while True:
        parents = {parent for each in left.values() for parent in each}
        kept = {child: {one for one in each if one in left} for child, each in left.items() if child in parents}
        kept = {child: each for child, each in kept.items() if each}
        if kept == left:
            return set(kept)
        left = kept
