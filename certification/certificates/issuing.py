"""Issuing certificates, in an order in which nothing is ever signed that is not on record.

1. `number`: for each title that has none, a number in the register, a code and the very bytes that are to be signed are
   stored, in one transaction with the act. What could not be signed is refused here, and nothing of it is stored.
2. `sign`: the stored bytes are signed and stored again, with the act of issuing, some hundreds in a transaction.

Killed anywhere, `issue` goes on: what is numbered is signed, with the key and at the instant that were stored, so the
bytes are the same whoever does it and however often.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification import bulk
from certification.acts import chain
from certification.certificates import codes, keys, recognised
from certification.certificates.badges import Replaced, Said, badge
from certification.certificates.keys import Issuer
from certification.credentials import proofs
from certification.credentials.canonical import canonical
from certification.dossiers.ending import certificates_alone
from certification.models import Certificate, CertificateCode
from certification.rules import certificate_forms
from certification.vietnam import vietnam_day
from lrs.db import Database, Session, among, new_id

__all__ = ["Issued", "issue", "number", "sign", "sign_all"]

AT_ONCE = 200
"""Certificates signed in one transaction: some seconds of work, done before it begins."""


@dataclass(frozen=True, slots=True)
class Issued:
    """How many this call numbered and signed, as the record of acts says; and how many that it was about to sign
    somebody else had signed first."""

    numbered: int
    signed: int
    signed_by_others: int = 0


def issue(
    database: Database,
    tenant: UUID,
    *,
    programme: str,
    decision: str,
    body: str | None = None,
    decided_on: date | None = None,
    public_url: str,
    secret: bytes,
    by: str,
    clock: Callable[[], datetime],
) -> Issued:
    """Issues a certificate for every title that the decision recognised and that has none.

    `decision` is its id or its number, with the body and the day where several have that number. Raises
    NoPublicAddress, NoCertificateForm, SealedElsewhere, NothingToIssue for a decision that recognised nobody,
    SeveralDecisions. May be called again, also while it runs.
    """
    issuer = Issuer.of(public_url, tenant)
    now = clock()
    with database.writing(tenant) as session:
        certificates_alone(session, tenant)
        of = recognised.decision(session, tenant, programme, decision, body=body, decided_on=decided_on)
        titles = recognised.titles(session, tenant, programme, of)
        held = _held(session, tenant, programme, [one.worker_id for one in titles])
        waiting = [one for one in titles if (one.worker_id, one.year) not in held]
        numbered = number(
            session, tenant, issuer, waiting, programme=programme, public_url=public_url, secret=secret, by=by, now=now
        )
    return Issued(len(numbered), *sign_all(database, tenant, issuer, secret=secret, by=by, clock=clock))


def sign_all(
    database: Database, tenant: UUID, issuer: Issuer, *, secret: bytes, by: str, clock: Callable[[], datetime]
) -> tuple[int, int]:
    """Signs whatever is numbered and not signed; how many, and how many somebody else signed meanwhile."""
    signed, others = 0, 0
    after: UUID | None = None
    while True:
        some = sign(database, tenant, issuer, secret=secret, by=by, now=clock(), after=after)
        if some is None:
            return signed, others
        signed, others, after = signed + some.signed, others + some.by_others, some.last


@dataclass(frozen=True, slots=True)
class _Stored:
    """What became of some certificates: how many were signed, how many somebody else had signed; the last one's id."""

    signed: int
    by_others: int
    last: UUID


def number(
    session: Session,
    tenant: UUID,
    issuer: Issuer,
    waiting: Sequence[Any],
    *,
    programme: str,
    public_url: str,
    secret: bytes,
    by: str,
    now: datetime,
) -> list[UUID]:
    """Gives a number, a code and its bytes to each of these titles (rows of `recognised.titles`), which have no
    certificate; the ids. One in the place of an earlier certificate names its number.

    The caller is alone (`certificates_alone`).
    """
    form = certificate_forms.in_force(session, tenant, programme, vietnam_day(now))
    if not waiting:
        return []
    key_name = keys.current(session, tenant, issuer, secret=secret, by=by, now=now).id.rpartition("#")[2]
    register_year = vietnam_day(now).year
    last, place = _last(session, tenant, register_year, {one.body for one in waiting}), _last_place(session, tenant)
    earlier = _earlier(session, tenant, programme, [one.worker_id for one in waiting])
    rows: list[dict[str, Any]] = []
    for title in waiting:
        last[title.body] = last.get(title.body, 0) + 1
        place += 1
        said = Said(
            new_id(), title.full_name, title.year, title.body, title.decision_number, title.decided_on,
            form.number_of(last[title.body], register_year), codes.make(), place,
            earlier.get((title.worker_id, title.year), ())[-1:],
        )  # fmt: skip
        unsigned = badge(said, form, issuer, public_url=public_url, numbered=now)
        if not rows:
            canonical(unsigned)
        rows.append(
            {
                "worker_id": title.worker_id, "id": said.id, "tenant_id": tenant, "programme": programme,
                "year": title.year, "body": title.body, "register_year": register_year, "number": last[title.body],
                "printed_number": said.number, "name": said.name, "form_id": form.rule_file_id,
                "decision_number": title.decision_number, "decided_on": title.decided_on, "numbered": now,
                "list_place": place, "code": said.code, "key_name": key_name,
                "unsigned": json.dumps(unsigned, ensure_ascii=False, separators=(",", ":")).encode(), "signed": None,
                "issued": None, "withdrawn_on": None, "withdrawal": None, "replaced_by": None,
            }
        )  # fmt: skip
    bulk.insert(session, Certificate, rows)
    bulk.insert(
        session,
        CertificateCode,
        [
            {"code": row["code"], "tenant_id": tenant, "worker_id": row["worker_id"], "certificate_id": row["id"]}
            for row in rows
        ],
    )
    _replace(session, rows, earlier)
    about = [
        (
            f"certificate:{row['id']}",
            row["worker_id"],
            {
                "number": row["printed_number"],
                "decision": row["decision_number"],
                "sha256": hashlib.sha256(row["unsigned"]).hexdigest(),
            },
        )
        for row in rows
    ]
    chain.add_many(session, tenant, about, by=by, act="certificate.number", now=now)
    return [row["id"] for row in rows]


def _earlier(
    session: Session, tenant: UUID, programme: str, workers: list[UUID]
) -> dict[tuple[UUID, int], tuple[Replaced, ...]]:
    """By worker and year, the certificates that were withdrawn and in whose place nothing stands, the last one last."""
    rows = session.execute(
        sa.select(Certificate.worker_id, Certificate.year, Certificate.id, Certificate.printed_number)
        .where(
            Certificate.tenant_id == tenant,
            Certificate.programme == programme,
            Certificate.withdrawn_on.is_not(None),
            Certificate.replaced_by.is_(None),
            among(session, Certificate.worker_id, workers),
        )
        .order_by(Certificate.id)
    )
    found: dict[tuple[UUID, int], tuple[Replaced, ...]] = {}
    for worker, year, one, number_ in rows:
        found[worker, year] = (*found.get((worker, year), ()), Replaced(one, number_))
    return found


def _replace(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    earlier: Mapping[tuple[UUID, int], tuple[Replaced, ...]],
) -> None:
    """The new ones stand in the place of the earlier ones."""
    replaced = [
        {"of": row["worker_id"], "which": one.id, "by": row["id"]}
        for row in rows
        for one in earlier.get((row["worker_id"], row["year"]), ())
    ]
    if replaced:
        session.connection().execute(
            sa.update(Certificate)
            .where(Certificate.worker_id == sa.bindparam("of"), Certificate.id == sa.bindparam("which"))
            .values(replaced_by=sa.bindparam("by")),
            replaced,
        )


def sign(
    database: Database,
    tenant: UUID,
    issuer: Issuer,
    *,
    secret: bytes,
    by: str,
    now: datetime,
    after: UUID | None = None,
) -> _Stored | None:
    """Signs some of what is numbered and neither signed nor withdrawn, and stores it: those after the id `after`, so
    that what is signed is read past once. None when nothing is left.

    Signing happens outside of any transaction. Of two who sign the same at once one stores it, and both made the same.
    """
    with database.reading(tenant) as session:
        rows = session.execute(
            sa.select(
                Certificate.worker_id, Certificate.id, Certificate.unsigned, Certificate.key_name, Certificate.numbered
            )
            .where(
                Certificate.tenant_id == tenant,
                Certificate.signed.is_(None),
                Certificate.withdrawn_on.is_(None),
                *(() if after is None else (Certificate.id > after,)),
            )
            .order_by(Certificate.id)
            .limit(AT_ONCE)
        ).all()
        known = {row.key_name: keys.named(session, tenant, issuer, row.key_name, secret=secret) for row in rows}
    made = [(row.worker_id, row.id, _signed(row.unsigned, known[row.key_name], row.numbered)) for row in rows]
    if not made:
        return None
    last = made[-1][1]
    with database.writing(tenant) as session:
        certificates_alone(session, tenant)
        still = {
            row.id: row.signed
            for row in session.execute(
                sa.select(Certificate.id, Certificate.signed.is_not(None).label("signed")).where(
                    Certificate.tenant_id == tenant,
                    among(session, Certificate.id, [one for _, one, _ in made]),
                    Certificate.withdrawn_on.is_(None),
                )
            )
        }
        made = [one for one in made if still.get(one[1]) is False]
        if made:
            session.connection().execute(
                sa.update(Certificate)
                .where(
                    Certificate.worker_id == sa.bindparam("of"),
                    Certificate.id == sa.bindparam("which"),
                    Certificate.signed.is_(None),
                )
                .values(signed=sa.bindparam("bytes"), issued=now),
                [{"of": worker, "which": one, "bytes": signed} for worker, one, signed in made],
            )
            about: list[tuple[str, UUID, dict[str, Any]]] = [(f"certificate:{one}", of, {}) for of, one, _ in made]
            chain.add_many(session, tenant, about, by=by, act="certificate.issue", now=now)
    return _Stored(len(made), sum(map(bool, still.values())), last)


def _signed(unsigned: bytes, key: proofs.SigningKey, numbered: datetime) -> bytes:
    document = proofs.prove(json.loads(unsigned), key, created=numbered)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _held(session: Session, tenant: UUID, programme: str, workers: list[UUID]) -> set[tuple[UUID, int]]:
    """Workers and years with a certificate that is not withdrawn."""
    rows = session.execute(
        sa.select(Certificate.worker_id, Certificate.year).where(
            Certificate.tenant_id == tenant,
            Certificate.programme == programme,
            Certificate.withdrawn_on.is_(None),
            among(session, Certificate.worker_id, workers),
        )
    )
    return {(row.worker_id, row.year) for row in rows}


def _last(session: Session, tenant: UUID, register_year: int, bodies: set[str]) -> dict[str, int]:
    """The last number of each body's register of the year."""
    rows = session.execute(
        sa.select(Certificate.body, sa.func.max(Certificate.number))
        .where(
            Certificate.tenant_id == tenant,
            Certificate.register_year == register_year,
            among(session, Certificate.body, list(bodies)),
        )
        .group_by(Certificate.body)
    )
    return {body: last for body, last in rows}  # noqa: C416


def _last_place(session: Session, tenant: UUID) -> int:
    found = session.scalar(sa.select(sa.func.max(Certificate.list_place)).where(Certificate.tenant_id == tenant))
    return -1 if found is None else int(found)
