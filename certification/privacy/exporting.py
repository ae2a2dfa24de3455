"""A person's whole export: everything that is held about one worker, as an archive (`person_archive`) of one moment.

What is exported of each table says `held.HELD`. Passwords and what could be used against others (keyed hashes) are left
out; rows of other people are, too, but Statements are given as they are stored, where a Group may name its members.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.evidence import kept_files
from certification.evidence.kept_files import UnknownFile
from certification.models import (
    AuthorityTrust,
    Certificate,
    Declaration,
    Organization,
    OrganizationLabel,
    RuleFile,
    Worker,
    YearClosing,
)
from certification.people import national_numbers, workers
from certification.people.national_numbers import Keys
from certification.privacy import export_words, person_archive
from certification.privacy.erasing import EXPORTED, survey
from certification.privacy.held import ELSEWHERE, HELD, table
from certification.privacy.person_archive import FORM, as_json
from lrs import api
from lrs.db import Session, among

__all__ = ["KINDS_OF_RULES", "export", "note"]

LEFT_OUT: Mapping[str, frozenset[str]] = {
    "certification_account": frozenset({"password"}),
    "certification_national_number": frozenset({"digest", "sealed", "next_digest", "next_sealed"}),
    "certification_act": frozenset({"salt"}),
}
"""Columns that are not given away: a password's hash, and what only this installation's secret can read."""

KINDS_OF_RULES = ("criteria-set", "rubric", "evidence-mapping", "plan", "plan-inheritance", "certificate-form")
"""What judgements and certificates rest on. Whatever else a row names is taken along as well."""

_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


def export(session: Session, tenant: UUID, number: str, *, tenant_name: str, keys: Keys, now: datetime) -> bytes:
    """The archive of the worker of this number. Raises UnknownWorker. A fixed number of SQL commands, and one for each
    file and Attachment; give it a session of one moment (`snapshot`). `keys` open the person's national number."""
    found = survey(session, tenant, number)
    person = workers.find(session, tenant, number)
    files: dict[str, bytes] = {}
    counts: dict[str, int] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, held in HELD.items():
        if held.exported:
            rows[name] = _rows(session, tenant, name, found.records)
            counts[name] = len(rows[name])
            files[f"tables/{name}.json"] = _json(rows[name])
    numbers = _national(session, tenant, person.id, keys, rows["certification_national_number"])
    files["tables/certification_national_number.json"] = _json(numbers)
    statements, how_many = api.export_of(session, tenant, found.identifiers, name=tenant_name, now=now)
    files["statements.ndjson"] = statements
    files |= _handed_in(session, tenant, found.records)
    files |= _credentials(session, tenant, found.records)
    needed = _needed(session, tenant, rows)
    files |= {f"needed/{name}.json": _json(each) for name, each in needed.items()}
    manifest = {
        "form": FORM, "worker": person.number, "tenant": tenant_name, "exported": now.isoformat(),
        "statements": how_many, "rows": counts, "not_exported": _not_exported(),
    }  # fmt: skip
    index = export_words.index(person.number, person.full_name, now, counts, how_many, sorted(files))
    return person_archive.packed(files, manifest, index, now)


def note(session: Session, tenant: UUID, number: str, *, by: str, file: str | None, sha256: str, now: datetime) -> None:
    """The act of exporting, last in its transaction; `file` is where it was written, None where it was sent."""
    person = workers.find(session, tenant, number)
    chain.add(
        session, tenant, by=by, act=EXPORTED, subject=f"worker:{person.id}", worker=person.id,
        detail={"file": file, "sha256": sha256}, now=now,
    )  # fmt: skip


def _rows(session: Session, tenant: UUID, name: str, records: Sequence[UUID]) -> list[dict[str, Any]]:
    of = table(name)
    person = of.c.id if name == Worker.__tablename__ else of.c.worker_id
    columns = [one for one in of.c if one.name != "tenant_id" and one.name not in LEFT_OUT.get(name, ())]
    found = session.execute(
        sa.select(*columns)
        .where(of.c.tenant_id == tenant, among(session, person, list(records)))
        .order_by(*of.primary_key.columns)
    )
    return _dicts(found.mappings())


def _national(
    session: Session, tenant: UUID, worker: UUID, keys: Keys, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The person's own numbers, whole where they are kept whole."""
    opened = national_numbers.opened(session, tenant, worker, keys)
    return [{**row, "number": opened.get(row["kind"])} for row in rows]


def _handed_in(session: Session, tenant: UUID, records: Sequence[UUID]) -> dict[str, bytes]:
    hashes = session.scalars(
        sa.select(Declaration.sha256)
        .where(
            Declaration.tenant_id == tenant, among(session, Declaration.worker_id, list(records)),
            Declaration.sha256.is_not(None),
        )
        .distinct()
    ).all()  # fmt: skip
    files = {}
    for sha256 in sorted(one for one in hashes if one is not None):
        try:
            kept, data = kept_files.read(session, tenant, sha256)
        except UnknownFile:
            continue
        files[f"files/{sha256}.{_ENDINGS.get(kept.content_type, 'bin')}"] = data
    return files


def _credentials(session: Session, tenant: UUID, records: Sequence[UUID]) -> dict[str, bytes]:
    rows = session.execute(
        sa.select(Certificate.code, Certificate.signed).where(
            Certificate.tenant_id == tenant, among(session, Certificate.worker_id, list(records))
        )
    )
    return {f"certificates/{row.code}.json": row.signed for row in rows if row.signed}


def _needed(session: Session, tenant: UUID, rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What the rows refer to: organizations with their names, rules as loaded, who may vouch for what."""
    units = {
        UUID(row[column])
        for each in rows.values()
        for row in each
        for column in ("enterprise_id", "recipient_id")
        if row.get(column)
    }
    organizations = session.execute(
        sa.select(Organization.__table__).where(
            Organization.tenant_id == tenant, among(session, Organization.id, units)
        )
    ).mappings()
    labels = session.execute(
        sa.select(OrganizationLabel.__table__).where(
            OrganizationLabel.tenant_id == tenant, among(session, OrganizationLabel.organization_id, units)
        )
    ).mappings()
    named = {
        UUID(row[column])
        for each in rows.values()
        for row in each
        for column in ("criteria_set_id", "form_id", "rule_file_id")
        if row.get(column)
    }
    rules = session.execute(
        sa.select(RuleFile.__table__)
        .where(
            RuleFile.tenant_id == tenant,
            sa.or_(RuleFile.kind.in_(KINDS_OF_RULES), among(session, RuleFile.id, named)),
        )
        .order_by(RuleFile.loaded, RuleFile.id)
    ).mappings()
    trusted = session.execute(
        sa.select(AuthorityTrust.__table__).where(AuthorityTrust.tenant_id == tenant).order_by(AuthorityTrust.number)
    ).mappings()
    closings = session.execute(
        sa.select(YearClosing.__table__).where(YearClosing.tenant_id == tenant).order_by(YearClosing.number)
    ).mappings()
    return {
        "closings": [{**row, "decided_by": ""} for row in _dicts(closings)],
        "organizations": _dicts(organizations),
        "organization-labels": _dicts(labels),
        "rules": _dicts(rules),
        "trust": [{**row, "decided_by": "", "reason": ""} for row in _dicts(trusted)],
    }


def _not_exported() -> dict[str, str]:
    return {name: held.why for name, held in HELD.items() if not held.exported} | dict(ELSEWHERE)


def _dicts(rows: Iterable[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    return [{str(name): as_json(value) for name, value in row.items() if name != "tenant_id"} for row in rows]


def _json(rows: Any) -> bytes:
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()
