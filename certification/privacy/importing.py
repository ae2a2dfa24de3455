"""A person's export put into a store that does not know the person: judged there, the result is the same.

Everything is checked first, by a trial that is taken back; then the Statements go in, then all else in one transaction.
Broken off in between, importing again goes on. What the rows need is taken along: organizations (known by their code),
rules (by identifier; another text under the same one is refused), closings of years, decisions about trust.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.evidence import kept_files
from certification.marks import EVERY_YEAR, mark_stale, mark_uncounted
from certification.models import AuthorityTrust, Organization, OrganizationLabel, RuleFile, Worker, YearClosing
from certification.privacy.held import HELD, table
from certification.privacy.person_archive import BrokenArchive, Opened, from_json, unpacked
from lrs import api
from lrs.db import Database, Session, new_id

__all__ = ["IMPORTED", "Imported", "import_person"]

IMPORTED = "person.import"

_UNITS = frozenset({"enterprise_id", "recipient_id", "organization_id"})
_RULES = frozenset({"criteria_set_id", "form_id", "rule_file_id"})
_PEOPLE = frozenset({"worker_id", "merged_into"})


@dataclass(frozen=True, slots=True)
class Imported:
    """Whose record it is, how many rows of which table went in, and which years have results."""

    number: str
    worker: UUID
    rows: Mapping[str, int]
    years: tuple[int, ...]
    units: tuple[str, ...]
    """Codes of organizations that were taken along."""


@dataclass(slots=True)
class _Ids:
    """What became of ids; `faults` is everything that is wrong."""

    people: dict[UUID, UUID] = field(default_factory=dict)
    units: dict[UUID, UUID] = field(default_factory=dict)
    rules: dict[UUID, UUID] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class _Trial(Exception):
    """Takes back what was only tried."""


def import_person(
    database: Database, tenant: UUID, data: bytes, *, by: str, now: datetime, most_bytes: int
) -> Imported:
    """Puts the archive in. Raises BrokenArchive with every fault; then nothing is in the store, but for a tenant whose
    Statements cannot be put back, where it says which."""
    opened = unpacked(data)
    try:
        with database.writing(tenant) as session:
            _put(session, tenant, opened, by=by, now=now)
            raise _Trial
    except _Trial:
        pass
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        StopIteration,
        TypeError,
        ValueError,
    ) as error:
        raise BrokenArchive(f"the archive is none that this program wrote: {error!r:.200}") from error
    except sa.exc.SQLAlchemyError as error:
        raise BrokenArchive(f"tables/: the database refuses the rows: {error!s:.200}") from error
    try:
        faults = api.import_of(
            database, tenant, opened.files.get("statements.ndjson", b""), now=now, most_bytes=most_bytes
        )
    except api.InvalidRequest as error:
        raise BrokenArchive(*(f"statements.ndjson: {fault.message}" for fault in error.faults)) from None
    if faults:
        raise BrokenArchive(*(f"statements.ndjson, {fault.place}: {fault.message}" for fault in faults))
    with database.writing(tenant) as session:
        return _put(session, tenant, opened, by=by, now=now)


def _put(session: Session, tenant: UUID, opened: Opened, *, by: str, now: datetime) -> Imported:
    bulk.import_alone(session, tenant)
    ids = _Ids()
    taken = _units(session, tenant, opened, ids)
    _rules(session, tenant, opened, ids)
    people = opened.rows("tables/certification_worker.json")
    ids.people = {UUID(one["id"]): new_id() for one in people}
    known = session.scalars(
        sa.select(Worker.number).where(Worker.tenant_id == tenant, Worker.number.in_([one["number"] for one in people]))
    ).all()
    ids.faults += [f"there is a worker {number} here already" for number in sorted(known)]
    ready = {
        name: _ready(name, opened, tenant, ids) for name in _in_order() if HELD[name].exported and HELD[name].restored
    }
    for unknown in sorted(one for one in opened.files if one.startswith("tables/")):
        if unknown.removeprefix("tables/").removesuffix(".json") not in HELD:
            ids.faults.append(f"{unknown}: no table of this program; take the version that exported it")
    if ids.faults:
        raise BrokenArchive(*ids.faults)
    for name, rows in ready.items():
        if rows:
            session.execute(sa.insert(table(name)), rows)
    _beside(session, tenant, opened)
    for name, content in opened.files.items():
        if name.startswith("files/"):
            kept_files.keep(
                session, tenant, content, kept_files.kind_of(content) or "application/octet-stream", now=now
            )
    years = sorted(
        {row["year"] for row in ready["certification_assessment"]}
        | {row["year"] for row in ready["certification_fact"]}
    )
    number = str(opened.manifest["worker"])
    worker = next(ids.people[UUID(one["id"])] for one in people if one["number"] == number)
    mark_stale(session, tenant, {(worker, year) for year in years})
    mark_uncounted(session, tenant, [(worker, EVERY_YEAR)])
    chain.add(
        session, tenant, by=by, act=IMPORTED, subject=f"worker:{worker}", worker=worker,
        detail={"from": opened.manifest.get("tenant"), "exported": opened.manifest.get("exported")}, now=now,
    )  # fmt: skip
    return Imported(number, worker, {name: len(rows) for name, rows in ready.items()}, tuple(years), tuple(taken))


def _in_order() -> list[str]:
    """The tables of workers, those first to which others refer."""
    ordered = [one.name for one in table("certification_worker").metadata.sorted_tables if one.name in HELD]
    ordered.remove("certification_worker")
    return ["certification_worker", *ordered]


def _ready(name: str, opened: Opened, tenant: UUID, ids: _Ids) -> list[dict[str, Any]]:
    """The rows of a table as they go in; what cannot is told in `ids.faults`, by file, row and column."""
    file, of = f"tables/{name}.json", table(name).c
    if file not in opened.files:
        ids.faults.append(f"{file}: missing")
        return []
    ready = []
    for place, row in enumerate(opened.rows(file), start=1):
        values: dict[str, Any] = {"tenant_id": tenant}
        for column in of:
            if column.name == "tenant_id":
                continue
            try:
                value = from_json(column, row.get(column.name))
                values[column.name] = _mapped(name, column.name, value, ids)
            except (ValueError, TypeError, KeyError) as error:
                ids.faults.append(f"{file}, row {place}, {column.name}: {error}")
        ids.faults += [f"{file}, row {place}: {one} is no column" for one in sorted(row.keys() - set(of.keys()))]
        ready.append(values)
    return ready


def _mapped(name: str, column: str, value: Any, ids: _Ids) -> Any:
    if value is None:
        return None
    if column in _PEOPLE or (column == "id" and name == "certification_worker"):
        return _of(ids.people, value, "no worker of this archive")
    if column in _UNITS:
        return _of(ids.units, value, "an organization that is not in needed/organizations.json")
    if column in _RULES:
        return _of(ids.rules, value, "rules that are not in needed/rules.json")
    return value


def _of(known: Mapping[UUID, UUID], value: UUID, what: str) -> UUID:
    if value not in known:
        raise ValueError(f"names {what}")
    return known[value]


# ---------------------------------------------------------------- what is taken along


def _units(session: Session, tenant: UUID, opened: Opened, ids: _Ids) -> list[str]:
    """Organizations: those whose code is here are these; the others go in with their names."""
    here = {
        row.code: row.id
        for row in session.execute(
            sa.select(Organization.code, Organization.id).where(Organization.tenant_id == tenant)
        )
    }
    new = []
    for row in opened.rows("needed/organizations.json"):
        ids.units[UUID(row["id"])] = here.get(row["code"]) or new_id()
        if row["code"] not in here:
            new.append(row)
    told, faults = "needed/organizations.json", ids.faults
    _insert(session, tenant, Organization, told, new, lambda one: {"id": ids.units[one["id"]]}, faults)
    added = {row["id"] for row in new}
    labels = [one for one in opened.rows("needed/organization-labels.json") if one["organization_id"] in added]
    of = "organization_id"
    named = "needed/organization-labels.json"
    _insert(session, tenant, OrganizationLabel, named, labels, lambda one: {of: ids.units[one[of]]}, faults)
    return [row["code"] for row in new]


def _rules(session: Session, tenant: UUID, opened: Opened, ids: _Ids) -> None:
    """Rules: the same text under an identifier is the same; another one is refused, by name."""
    here = {
        (row.kind, row.identifier): row
        for row in session.execute(
            sa.select(RuleFile.kind, RuleFile.identifier, RuleFile.sha256, RuleFile.id).where(
                RuleFile.tenant_id == tenant
            )
        )
    }
    new = []
    for place, row in enumerate(opened.rows("needed/rules.json"), start=1):
        missing = [
            name for name in ("id", "kind", "identifier", "sha256", "text") if not isinstance(row.get(name), str)
        ]
        ids.faults += [f"needed/rules.json, row {place}, {name}: is missing" for name in missing]
        if missing:
            continue
        ids.faults += [f"needed/rules.json, row {place}, text, {one}" for one in _rule_faults(row)]
        if hashlib.sha256(row["text"].encode()).hexdigest() != row["sha256"]:
            ids.faults.append(
                f"needed/rules.json: {row['kind']} {row['identifier']} is not the text that it says it is"
            )
        known = here.get((row["kind"], row["identifier"]))
        if known is not None and known.sha256 != row["sha256"]:
            ids.faults.append(
                f"needed/rules.json: {row['kind']} {row['identifier']} is another text here; import into a store "
                "with the rules that the person was judged by"
            )
        ids.rules[UUID(row["id"])] = new_id() if known is None else known.id
        if known is None:
            new.append(row)
    told = "needed/rules.json"
    _insert(session, tenant, RuleFile, told, new, lambda one: {"id": ids.rules[one["id"]]}, ids.faults)


def _rule_faults(row: Mapping[str, str]) -> list[str]:
    """What is wrong with the text of a rule file: that it is no TOML, and where; that it is another file's."""
    try:
        document = tomllib.loads(row["text"])
    except tomllib.TOMLDecodeError as error:
        return [f"which is no TOML: {error}"]
    except RecursionError:
        return ["which is nested too deep; no rule needs that"]
    told = (("kind", row["kind"]), ("id", row["identifier"]))
    return [f"/{name}: is not {wanted!r:.80}" for name, wanted in told if document.get(name) != wanted]


def _beside(session: Session, tenant: UUID, opened: Opened) -> None:
    """Closings of years and decisions about trust, into a store that has none of its own."""
    faults: list[str] = []
    for model, name, changed in (
        (YearClosing, "closings", _as_it_is),
        (AuthorityTrust, "trust", _under_a_new_id),
    ):
        if session.scalar(sa.select(model.tenant_id).where(model.tenant_id == tenant).limit(1)) is None:
            file = f"needed/{name}.json"
            _insert(session, tenant, model, file, opened.rows(file), changed, faults)
    if faults:
        raise BrokenArchive(*faults)


def _as_it_is(_: dict[str, Any]) -> Mapping[str, Any]:
    return {}


def _under_a_new_id(_: dict[str, Any]) -> Mapping[str, Any]:
    return {"id": new_id()}


def _insert(
    session: Session,
    tenant: UUID,
    model: type[Any],
    file: str,
    rows: list[dict[str, Any]],
    changed: Callable[[dict[str, Any]], Mapping[str, Any]],
    faults: list[str],
) -> None:
    """Puts in the rows of a file; what cannot go in is told in `faults`, by file, row and column, and nothing does."""
    of = model.__table__
    ready = []
    before = len(faults)
    for place, row in enumerate(rows, start=1):
        values = {}
        for column in of.c:
            try:
                if column.name != "tenant_id":
                    values[column.name] = from_json(column, row.get(column.name))
            except (ValueError, TypeError) as error:
                faults.append(f"{file}, row {place}, {column.name}: {error}")
        if len(faults) == before:
            ready.append({**values, **changed(values), "tenant_id": tenant})
    if ready and len(faults) == before:
        session.execute(sa.insert(of), ready)
