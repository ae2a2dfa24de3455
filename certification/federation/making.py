"""Making a roll-up: figures counted and frozen, a draft to look at, then signed for good.

Counting takes seconds and is done in a snapshot (`prepare`); what was found is written in milliseconds (`draft`). The
figures are frozen with it, so that what came later shows beside them; the lists of those counted go in as digests
(`lists`), and are handed to whoever asks for them at that moment, for nobody keeps them here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.certificates import keys
from certification.certificates.keys import Issuer
from certification.credentials import jcs, proofs
from certification.errors import CertificationError
from certification.federation import documents, lists
from certification.federation.documents import RollUpDocument, instant, urn
from certification.models import RollUp, RollUpRecipient
from certification.rules import plans, rule_store
from certification.rules.criteria import PROGRAMME
from certification.rules.plans import Plan
from certification.targets import freezing, listing
from certification.targets.freezing import Frozen
from certification.targets.populations import ALL_ENTERPRISES
from certification.units import organizations
from lrs.db import Session, new_id

__all__ = [
    "Made", "NotSendable", "Prepared", "UnknownRollUp", "discard", "draft", "find", "made", "numbers", "prepare",
    "sign",
]  # fmt: skip

AT_ONCE = 20_000
"""So many of a list are read at a time."""


class UnknownRollUp(CertificationError):
    """No roll-up of that id, or plan, or unit."""


class NotSendable(CertificationError):
    """What cannot be done to a roll-up as it stands."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A roll-up about to be drafted. `lists` are the numbers of those counted, by target, for whoever keeps them."""

    frozen: Frozen
    plan: Plan
    plan_sha256: str
    salt: bytes
    lists: Mapping[str, tuple[str, ...]]
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """A roll-up made here, and how it stands: draft, signed (to be carried or sent), sent, refused, superseded."""

    document: RollUpDocument
    state: str
    freezing_id: UUID
    salt: bytes
    drafted: datetime
    drafted_by: str
    signed: datetime | None
    signed_by: str | None
    delivered: datetime | None
    refused: str | None


def prepare(
    session: Session,
    tenant: UUID,
    code: str,
    *,
    plan: str,
    on: date,
    by: str,
    reason: str,
    now: datetime,
    basis: str = ALL_ENTERPRISES,
    headcount_on: date | None = None,
    programme: str = PROGRAMME,
) -> Prepared:
    """Counts a unit against a plan on a cut-off day, and who is counted. Nothing is kept yet; ask in a snapshot.

    Raises UnknownRollUp for a plan that is not loaded, and as `freezing.prepare`.
    """
    known = {one.id: one for one in plans.all_plans(session, tenant)}
    if plan not in known:
        raise UnknownRollUp(f"no plan {plan!r} is loaded; there are {', '.join(sorted(known)) or 'none'}")
    frozen = freezing.prepare(
        session, tenant, code, on=on, by=by, reason=reason, now=now, plan=plan, basis=basis, headcount_on=headcount_on,
        programme=programme,
    )  # fmt: skip
    found = {target.id: numbers(session, tenant, frozen, target.id, programme) for target in known[plan].targets}
    sha256 = rule_store.one_stored(session, tenant, known[plan].rule_file_id).sha256
    node = organizations.find(session, tenant, code)
    assert node is not None  # noqa: S101 — it was counted
    return Prepared(frozen, known[plan], sha256, lists.new_salt(), found, node.name)


def numbers(session: Session, tenant: UUID, frozen: Frozen, target: str, programme: str = PROGRAMME) -> tuple[str, ...]:
    """The numbers of the workers (or codes of the unions) that a target counts as of now, over what was frozen."""
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        page = listing.people(
            session, tenant, frozen.organization, plan=frozen.plan or "", target=target, on=frozen.on,
            basis=frozen.basis, headcount_on=frozen.headcount_on, after=after, limit=AT_ONCE, programme=programme,
        )  # fmt: skip
        found += [one.number for one in page.people]
        after = page.after
    return tuple(found)


def draft(session: Session, tenant: UUID, prepared: Prepared, *, issuer: Issuer, now: datetime) -> Made:
    """Freezes the figures and keeps a draft of the roll-up, in place of one of the same question that was not signed.

    A roll-up of the same unit, plan and cut-off that was signed is corrected by this one. Raises NotSendable.
    """
    frozen, former = prepared.frozen, None
    # Whoever drafts the same at this moment waits: editions follow one another.
    keys.alone(session, tenant)
    for row in session.scalars(_same(tenant, frozen.organization, prepared.plan.id, frozen.on)):
        if row.signed is None:
            session.delete(row)
        else:
            former = row
    session.flush()
    freezing.freeze(session, tenant, frozen)
    row = RollUp(
        tenant_id=tenant,
        id=new_id(),
        organization=frozen.organization,
        plan=prepared.plan.id,
        cut_off=frozen.on,
        edition=1 if former is None else former.edition + 1,
        freezing_id=frozen.id,
        salt=prepared.salt,
        drafted=now,
        drafted_by=frozen.frozen_by,
    )
    row.content = jcs.canonical(_document(row, prepared, issuer.did, former))
    session.add(row)
    session.flush()
    document = documents.read(row.content, draft=True)
    detail = {"plan": row.plan, "cut_off": row.cut_off.isoformat(), "edition": row.edition, "frozen": str(frozen.id)}
    chain.add(
        session, tenant, by=frozen.frozen_by, act="roll-up.draft", subject=f"roll-up:{row.id}", detail=detail, now=now
    )
    return _made(row, document)


def sign(session: Session, tenant: UUID, id: UUID, *, issuer: Issuer, secret: bytes, by: str, now: datetime) -> Made:
    """Signs a draft with the installation's key; from here on it is sent, if there is a recipient, and never changed.

    Signed already, it stays as it is. Raises UnknownRollUp; NotSendable for a draft of another address of this
    installation, and where a later one was signed; what `keys.current` raises.
    """
    key = keys.current(session, tenant, issuer, secret=secret, by=by, now=now)
    row = _row(session, tenant, id)
    if row.signed is not None:
        return _made(row)
    document = documents.read(row.content, draft=True)
    if document.issuer != issuer.did:
        raise NotSendable(f"the draft was made as {document.issuer}, and this is {issuer.did} now: make it anew")
    row.content = jcs.canonical(proofs.prove(document.whole, key, created=now, suite=proofs.PLAIN))
    row.signed, row.signed_by = now, by
    recipient = session.scalar(sa.select(RollUpRecipient).where(RollUpRecipient.tenant_id == tenant))
    if recipient is not None:
        recipient.again_at = None
    session.flush()
    detail = {"key": key.id, "edition": row.edition, "content": row.content.decode()}
    chain.add(session, tenant, by=by, act="roll-up.sign", subject=f"roll-up:{id}", detail=detail, now=now)
    return _made(row)


def discard(session: Session, tenant: UUID, id: UUID, *, by: str, now: datetime) -> None:
    """Throws a draft away; the figures stay frozen. Raises UnknownRollUp; NotSendable for one that is signed."""
    row = _row(session, tenant, id)
    if row.signed is not None:
        raise NotSendable("it is signed, and may be elsewhere already; correct it by another one")
    session.delete(row)
    session.flush()
    chain.add(session, tenant, by=by, act="roll-up.discard", subject=f"roll-up:{id}", now=now)


def find(session: Session, tenant: UUID, id: UUID) -> Made:
    """One made here. Raises UnknownRollUp."""
    row = _row(session, tenant, id)
    made = _made(row)
    last = session.scalar(
        sa.select(sa.func.max(RollUp.edition)).where(
            *_of(tenant, row.organization, row.plan, row.cut_off), RollUp.signed.is_not(None)
        )
    )
    return _superseded(made, last or 0)


def made(session: Session, tenant: UUID, *, limit: int = 200) -> list[Made]:
    """Those made here, the newest first."""
    rows = session.scalars(
        sa.select(RollUp).where(RollUp.tenant_id == tenant).order_by(RollUp.drafted.desc(), RollUp.id).limit(limit)
    ).all()
    last: dict[tuple[str, str, date], int] = {}
    for row in rows:
        if row.signed is not None:
            about = (row.organization, row.plan, row.cut_off)
            last[about] = max(row.edition, last.get(about, 0))
    return [_superseded(_made(row), last.get((row.organization, row.plan, row.cut_off), 0)) for row in rows]


def _superseded(one: Made, last: int) -> Made:
    if one.signed is None or one.document.edition >= last:
        return one
    return Made(
        one.document, "superseded", one.freezing_id, one.salt, one.drafted, one.drafted_by, one.signed, one.signed_by,
        one.delivered, one.refused,
    )  # fmt: skip


def _made(row: RollUp, document: RollUpDocument | None = None) -> Made:
    state = "draft" if row.signed is None else "signed"
    if row.delivered is not None:
        state = "sent"
    elif row.refused is not None:
        state = "refused"
    found = document or documents.read(row.content, draft=row.signed is None)
    return Made(
        found, state, row.freezing_id, row.salt, row.drafted, row.drafted_by, row.signed, row.signed_by, row.delivered,
        row.refused,
    )  # fmt: skip


def _row(session: Session, tenant: UUID, id: UUID) -> RollUp:
    row = session.get(RollUp, (tenant, id))
    if row is None:
        raise UnknownRollUp(f"no roll-up was made here under {id}")
    return row


def _of(tenant: UUID, organization: str, plan: str, cut_off: date) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        RollUp.tenant_id == tenant,
        RollUp.organization == organization,
        RollUp.plan == plan,
        RollUp.cut_off == cut_off,
    )


def _same(tenant: UUID, organization: str, plan: str, cut_off: date) -> sa.Select[RollUp]:
    return sa.select(RollUp).where(*_of(tenant, organization, plan, cut_off)).order_by(RollUp.edition)


def _document(row: RollUp, prepared: Prepared, did: str, former: RollUp | None) -> dict[str, Any]:
    figures, plan = prepared.frozen.figures, prepared.plan.id
    return {
        "type": documents.TYPE,
        "id": urn(row.id),
        "edition": row.edition,
        "corrects": None if former is None else urn(former.id),
        "reason": prepared.frozen.reason,
        "issuer": did,
        "unit": {"code": row.organization, "name": prepared.name},
        "programme": PROGRAMME,
        "plan": {"id": plan, "sha256": prepared.plan_sha256},
        "cut_off": row.cut_off.isoformat(),
        "headcount_on": prepared.frozen.headcount_on.isoformat(),
        "basis": prepared.frozen.basis,
        "counted": instant(prepared.frozen.frozen),
        "headcount": figures["headcount"],
        "coverage": {name: figures[name] for name in ("enterprises", "reporting", "declared")},
        "targets": [
            {
                "id": target.id,
                "population": target.population,
                **{name: figures[f"{plan}/{target.id}/{name}"] for name in freezing.OF_TARGET},
                "list": lists.digest(row.salt, target.id, prepared.lists[target.id]),
            }
            for target in prepared.plan.targets
        ],
    }
