"""Organizations: administrative units, trade unions, grassroots unions and enterprises, on two dated trees.

`tree` gives both trees as of a day (`units.trees`). Rows come in by `import_organizations` (CSV) and
`load_units` (TOML: units named in documents, as shipped). Either says for each organization one or more periods: from
when to when it stood under which parents. A period that begins later ends the one before it, so a move is told by one
new row; what was told before stays as history. Telling the same again changes nothing.

What is refused, always with every fault: an unknown parent or one of the wrong kind, a parent that ended before its
child left it, two periods at once, a cycle.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk, spreadsheets
from certification.models import Organization, OrganizationLabel, OrganizationParent, OrganizationSuccession
from certification.rules import rule_files
from certification.rules.criteria import PROGRAMME
from certification.spreadsheets import Fault, ImportFaults, ImportResult, Row, Sheet, written
from certification.spreadsheets.columns import Column, plain
from certification.units import organization_periods, organization_rows, revisions
from certification.units.organization_periods import (
    ALLOWED_PARENT,
    KIND_NAMES,
    KINDS,
    OFFICIAL_CODE,
    PARENT_HEADING,
    UNKNOWN_PARENT,
    Label,
    Period,
    World,
)
from certification.units.trees import (
    ADMINISTRATIVE,
    ENTERPRISE,
    GRASSROOTS_UNION,
    UNION,
    Edge,
    Forest,
    Node,
    Succession,
    Tree,
    UnknownOrganization,
)
from lrs.db import Session, among

__all__ = [
    "NEEDED_PARENT",
    "ORGANIZATION_COLUMNS",
    "ORGANIZATION_HEADINGS",
    "Tree",
    "UnknownOrganization",
    "enterprises",
    "find",
    "forest",
    "import_organizations",
    "load_shipped",
    "load_units",
    "names_of",
    "node",
    "nodes",
    "search",
    "stored",
    "successions",
    "take_in",
    "tree",
    "tree_of",
    "write_successions",
]

ORGANIZATION_HEADINGS = ("Mã", "Tên", "Loại", "Mã cấp trên hành chính", "Mã cấp trên công đoàn", "Từ ngày", "Đến ngày")

SECTOR, ZONE = "Ngành", "Khu công nghiệp"
NONE = "-"
"""What a file writes where an enterprise has no sector, or lies in no zone, any more."""

ORGANIZATION_COLUMNS = (
    *(Column(heading) for heading in ORGANIZATION_HEADINGS),
    Column(OFFICIAL_CODE, left_out=True, may_be_empty=True),
    Column(SECTOR, ("Ngành kinh tế",), left_out=True, may_be_empty=True),
    Column(ZONE, ("KCN",), left_out=True, may_be_empty=True),
)

_CODE = re.compile(r"[A-Za-z0-9]+([-._/][A-Za-z0-9]+)*", re.ASCII)

# ---------------------------------------------------------------- reading


def tree(session: Session, tenant: UUID, on: date) -> Tree:
    """Both trees of the tenant as they stood on the day `on` (in Vietnam), in four SQL commands."""
    world = stored(session, tenant)
    return tree_of(world, successions(session, tenant, world), on)


def tree_of(world: World, successions: Iterable[Succession], on: date) -> Tree:
    """Both trees of a world as they stood on the day `on`."""
    last: dict[str, Label] = {}
    for (code, day), label in sorted(world.labels.items(), key=lambda one: one[0]):
        if day <= on:
            last[code] = organization_periods.following(last[code], label) if code in last else label
    named = [_as_labelled(node, last[code]) if code in last else node for code, node in world.nodes.items()]
    return Tree(named, world.edges.values(), on, successions)


def _as_labelled(node: Node, label: Label) -> Node:
    return replace(
        node,
        name=label.name,
        official_code=label.official_code,
        sector=label.sector or None,
        zone=label.zone or None,
    )


def search(session: Session, tenant: UUID, words: str, *, limit: int = 50) -> list[str]:
    """Codes of organizations whose present or former name holds the words, whatever their case, diacritics and
    separators, or whose code or official code is what was asked; exact ones first, then in order of code."""
    wanted = plain(words)
    query = (
        sa.select(Organization.code, OrganizationLabel.plain, OrganizationLabel.official_code)
        .join(Organization, Organization.id == OrganizationLabel.organization_id)
        .where(
            OrganizationLabel.tenant_id == tenant,
            sa.or_(
                OrganizationLabel.plain.contains(wanted, autoescape=True) if wanted else sa.false(),
                OrganizationLabel.official_code == words.strip().replace("\0", ""),
                Organization.code == words.strip().replace("\0", ""),
            ),
        )
    )
    rows = session.execute(query).all()
    exact = {row.code for row in rows if row.plain == wanted or words.strip() in (row.official_code, row.code)}
    return sorted({row.code for row in rows}, key=lambda code: (code not in exact, code))[:limit]


def forest(session: Session, tenant: UUID) -> Forest:
    """Both trees of the tenant on any day, with the names of no day in particular; in a few SQL commands."""
    world = stored(session, tenant)
    return Forest(world.nodes.values(), world.edges.values())


def enterprises(session: Session, tenant: UUID) -> dict[str, Node]:
    """Every enterprise of the tenant, ended ones too, by code."""
    return {code: node for code, node in nodes(session, tenant).items() if node.kind == ENTERPRISE}


def nodes(session: Session, tenant: UUID) -> dict[str, Node]:
    """Every organization of the tenant, ended ones too, by code, in one SQL command."""
    return {row.code: Node(*row) for row in session.execute(_NODES.where(Organization.tenant_id == tenant))}


def find(session: Session, tenant: UUID, code: str) -> Node | None:
    """The organization with this code, whether or not it has ended; None where there is none."""
    if "\0" in code:  # which PostgreSQL keeps in no text
        return None
    found = session.execute(_NODES.where(Organization.tenant_id == tenant, Organization.code == code)).one_or_none()
    return None if found is None else Node(*found)


def names_of(session: Session, tenant: UUID, codes: Collection[str]) -> dict[str, str]:
    """The names of these organizations by code, of those there are. One SQL command."""
    query = sa.select(Organization.code, Organization.name).where(
        Organization.tenant_id == tenant, among(session, Organization.code, [one for one in codes if "\0" not in one])
    )
    return {row[0]: row[1] for row in session.execute(query)}


def node(session: Session, tenant: UUID, code: str) -> Node:
    """The same. Raises UnknownOrganization."""
    found = find(session, tenant, code)
    if found is None:
        raise UnknownOrganization(code)
    return found


_NODES = sa.select(
    Organization.id,
    Organization.code,
    Organization.name,
    Organization.kind,
    Organization.exists_from,
    Organization.exists_to,
)


def stored(session: Session, tenant: UUID) -> World:
    """Every organization and edge of the tenant, whatever the day, in three SQL commands."""
    known = nodes(session, tenant)
    codes = {node.id: node.code for node in known.values()}
    rows = session.execute(
        sa.select(
            OrganizationParent.organization_id,
            OrganizationParent.tree,
            OrganizationParent.parent_id,
            OrganizationParent.valid_from,
            OrganizationParent.valid_to,
        )
        .join(Organization, Organization.id == OrganizationParent.organization_id)
        .where(Organization.tenant_id == tenant)
    )
    edges = [Edge(codes[child], which, codes[above], first, last) for child, which, above, first, last in rows]
    called = session.execute(
        sa.select(
            OrganizationLabel.organization_id,
            OrganizationLabel.valid_from,
            OrganizationLabel.name,
            OrganizationLabel.official_code,
            OrganizationLabel.sector,
            OrganizationLabel.zone,
        ).where(OrganizationLabel.tenant_id == tenant)
    )
    return World(
        known,
        {(edge.child, edge.tree, edge.valid_from): edge for edge in edges},
        {(codes[one], day): Label(name, official, sector, zone) for one, day, name, official, sector, zone in called},
    )


def successions(session: Session, tenant: UUID, world: World) -> list[Succession]:
    """Who followed whom, in one SQL command."""
    codes = {node.id: node.code for node in world.nodes.values()}
    rows = session.execute(
        sa.select(
            OrganizationSuccession.predecessor_id,
            OrganizationSuccession.successor_id,
            OrganizationSuccession.took_place,
            OrganizationSuccession.source,
        )
        .join(Organization, Organization.id == OrganizationSuccession.predecessor_id)
        .where(Organization.tenant_id == tenant)
    )
    return [Succession(codes[before], codes[after], took_place, source) for before, after, took_place, source in rows]


# ---------------------------------------------------------------- importing


def import_organizations(session: Session, tenant: UUID, data: bytes, *, now: datetime) -> ImportResult:
    """Takes in a CSV file of organizations (docs/imports.md), counted by organization.

    Raises ImportFaults with every fault; nothing was changed then. May be called again with the same file. `now` is
    there because every import is called alike; no row here keeps it.
    """
    sheet = spreadsheets.read(data, ORGANIZATION_COLUMNS)
    periods = [period for row in sheet.each() if (period := _period(row)) is not None]
    bulk.import_alone(session, tenant)
    faulty = [row for row in sheet.rows if not row.ok]
    if faulty:
        _check_parents(faulty, {*nodes(session, tenant), *sheet.values("Mã")}, sheet)
    # A row that is at fault still names its organization: its children are not at fault as well.
    result = take_in(session, tenant, periods, sheet.faults, passed_over={row.cells["Mã"] for row in faulty})
    return replace(result, notes=(*sheet.notes, *result.notes))


def _check_parents(rows: Iterable[Row], known: Collection[str], sheet: Sheet) -> None:
    """Unknown parents in rows that are left out of the merging for another fault, so that all are told at once."""
    for heading in PARENT_HEADING.values():
        unknown = sheet.values(heading).difference(known)
        for row in rows:
            if row.cells[heading] in unknown:
                row.fault(heading, UNKNOWN_PARENT.format(row.cells[heading]))


def _period(row: Row) -> Period | None:
    code = row.text("Mã", at_most=200)
    name = row.text("Tên")
    kind = row.choice("Loại", KINDS)
    parents = {which: row.optional_text(heading) for which, heading in PARENT_HEADING.items()}
    starts = row.optional_day("Từ ngày")
    ends = row.optional_day("Đến ngày")
    official_code = row.optional_text(OFFICIAL_CODE, at_most=50)
    sector, zone = (("" if text == NONE else text) for text in map(row.optional_text, (SECTOR, ZONE)))
    if code is not None and not _CODE.fullmatch(code):
        row.fault("Mã", f"“{code}” không dùng làm mã được; mã chỉ gồm chữ không dấu, số và các dấu - / . _ ở giữa")
    if starts and ends and ends < starts:
        row.fault("Đến ngày", f"{written(ends)} trước “Từ ngày” {written(starts)}; sửa một trong hai ngày")
    if kind is not None:
        _check_columns(row, kind, parents)
    if code is None or name is None or kind is None or not row.ok:
        return None
    return Period(
        row.number,
        code,
        name,
        kind,
        {which: above for which, above in parents.items() if above},
        starts,
        ends,
        official_code,
        sector,
        zone,
    )


NEEDED_PARENT: Mapping[tuple[str, str], str] = {
    (ENTERPRISE, ADMINISTRATIVE): "doanh nghiệp phải có đơn vị hành chính cấp trên; ghi mã xã hoặc tỉnh",
    (GRASSROOTS_UNION, UNION): "công đoàn cơ sở phải có công đoàn cấp trên; ghi mã công đoàn đó",
}
"""Which kind of unit always stands under another in which tree, and what is said where it would not: figures of no
province would count it."""


def _check_columns(row: Row, kind: str, parents: Mapping[str, str | None]) -> None:
    """Which parent columns must be empty, and which must not."""
    for which, heading in PARENT_HEADING.items():
        if parents[which] and (kind, which) not in ALLOWED_PARENT:
            row.fault(heading, f"đơn vị loại “{KIND_NAMES[kind]}” không đứng trong cây này; để trống ô")
        if not row.cells[heading] and (kind, which) in NEEDED_PARENT:
            row.fault(heading, NEEDED_PARENT[kind, which])


def take_in(
    session: Session,
    tenant: UUID,
    periods: Sequence[Period],
    faults: list[Fault],
    *,
    passed_over: Collection[str] = (),
) -> ImportResult:
    """Merges what a file says into what is stored, checks the whole, and writes the difference.

    Raises ImportFaults with `faults` and whatever else is found; nothing was changed then.
    """
    before = stored(session, tenant)
    told = organization_periods.by_code(periods)
    after = organization_periods.merged(before, told)
    faults += organization_periods.faults(
        before, after, told, passed_over=passed_over, successions=successions(session, tenant, before)
    )
    if faults:
        raise ImportFaults(faults)
    return organization_rows.write(session, tenant, before, after, list(told))


# ---------------------------------------------------------------- units named in documents


def load_shipped(session: Session, tenant: UUID, programme: str = PROGRAMME) -> ImportResult:
    """`load_units` of the units that the programme's shipped plans name."""
    return load_units(session, tenant, rule_files.PROGRAMMES / programme / "organizations.toml")


def load_units(session: Session, tenant: UUID, path: Path) -> ImportResult:
    """Takes in a TOML file of units (schemas/certification/organizations.json) and who succeeded whom, counted by unit.

    Raises RuleFileFaults when the file is at fault, ImportFaults when it contradicts what the tenant has; nothing was
    changed then. May be called again with the same file.
    """
    document = rule_files.read(path)
    periods = [
        Period(
            row=0,
            code=unit["code"],
            name=unit["name"],
            kind=unit["kind"],
            parents={_tree_of(unit["kind"]): unit["parent"]} if "parent" in unit else {},
            starts=unit.get("exists_from"),
            ends=unit.get("exists_to"),
        )
        for unit in document["organization"]
    ]
    bulk.import_alone(session, tenant)
    result = take_in(session, tenant, periods, [])
    write_successions(session, tenant, document.get("succession", ()))
    return result


def _tree_of(kind: str) -> str:
    return ADMINISTRATIVE if kind == ADMINISTRATIVE else UNION


def write_successions(session: Session, tenant: UUID, told: Iterable[Mapping[str, Any]]) -> None:
    """Adds who followed whom (`predecessor`, `successor`, `took_place`, `source`); what is known already stays."""
    world = stored(session, tenant)
    known = {(one.predecessor, one.successor) for one in successions(session, tenant, world)}
    rows = [
        {
            "predecessor_id": world.nodes[one["predecessor"]].id,
            "successor_id": world.nodes[one["successor"]].id,
            "took_place": one["took_place"],
            "source": one["source"],
        }
        for one in told
        if (one["predecessor"], one["successor"]) not in known
    ]
    bulk.insert(session, OrganizationSuccession, rows)
    if rows:
        revisions.changed(session, tenant)
