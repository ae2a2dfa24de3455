"""Receiving a roll-up, over the network or as a file that was carried: looked at whole, then kept or refused.

Sent twice, it is received once: the second time answers as the first did. Whatever is wrong is told together, each
fault at its place; nothing of a refused one is kept. A later edition supersedes, and both stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from certification.acts import chain
from certification.credentials.proofs import BadProof
from certification.errors import CertificationError
from certification.federation import documents, members, rounds
from certification.federation.documents import RollUpDocument
from certification.federation.members import Member
from certification.federation.rounds import Round
from certification.models import ReceivedRollUp, RollUpRound
from certification.rules import plans, rule_store
from certification.vietnam import vietnam_day
from lrs.api import Fault, InvalidRequest
from lrs.db import Session

__all__ = ["AnotherStands", "Receipt", "receive"]

AHEAD = timedelta(minutes=10)
"""So far another machine's clock may be before ours."""
MISSING = 100
"""So many editions of a member may never have come here: refused, or made and never handed in. A number far beyond
would leave no room for corrections."""


class AnotherStands(CertificationError):
    """It does not go with what was received before."""

    def __init__(self, place: str, message: str) -> None:
        self.place = place
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a roll-up was received; `again`: it was here already, the very same."""

    id: UUID
    round_id: UUID
    member: str
    edition: int
    sha256: str
    received: datetime
    again: bool


def receive(session: Session, tenant: UUID, data: bytes, *, by: str, now: datetime) -> Receipt:
    """Keeps a roll-up that came, unless something is wrong with it.

    An edition may correct one that never came: it was refused, or never handed in; the record of acts says so. Raises
    InvalidRequest with every fault; AnotherStands for another content under the same id, and for an edition that is not
    later than the one that stands.
    """
    document = documents.read(data)
    sha256 = hashlib.sha256(document.content).hexdigest()
    before = session.get(ReceivedRollUp, (tenant, document.id))
    if before is not None and before.sha256 == sha256:
        return _receipt(before, document.unit, again=True)
    found = [one for one in members.members(session, tenant) if one.did == document.issuer]
    if not found:
        message = f"{document.issuer} is no member here; whoever runs this installation takes members up"
        raise InvalidRequest([Fault("/issuer", message)])
    faults = _of_member(document, found[0], now)
    round_, others = _round(session, tenant, document, now)
    faults += [*others, *_of_plan(session, tenant, document)]
    if faults:
        raise InvalidRequest(faults)
    assert round_ is not None  # noqa: S101 — without one there is a fault
    if before is not None:
        raise AnotherStands("/id", "another roll-up was received under this id; what is sent again is the same")
    # Two editions of a member that come at one moment come one after the other.
    session.execute(
        sa.select(RollUpRound.id).where(RollUpRound.tenant_id == tenant, RollUpRound.id == round_.id).with_for_update()
    )
    last = session.scalar(
        sa.select(sa.func.max(ReceivedRollUp.edition)).where(
            ReceivedRollUp.tenant_id == tenant,
            ReceivedRollUp.round_id == round_.id,
            ReceivedRollUp.member_id == found[0].id,
        )
    )
    if last is not None and document.edition <= last:
        raise AnotherStands(
            "/edition", f"edition {last} of this member stands already; this is {document.edition}, and no later one"
        )
    if document.edition > (last or 0) + MISSING + 1:
        stands = "none stands yet" if last is None else f"edition {last} stands"
        message = f"edition {document.edition} leaves out too many: {stands}, and {MISSING} at most may be missing"
        raise InvalidRequest([Fault("/edition", message)])
    corrected = session.get(ReceivedRollUp, (tenant, document.corrects)) if document.corrects is not None else None
    if corrected is not None and (corrected.round_id, corrected.member_id) != (round_.id, found[0].id):
        raise InvalidRequest([Fault("/corrects", "that roll-up is another member's, or of another round")])
    row = ReceivedRollUp(
        tenant_id=tenant, id=document.id, round_id=round_.id, member_id=found[0].id, edition=document.edition,
        content=document.content, sha256=sha256, received=now, received_by=by,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"sha256": sha256, "unit": document.unit, "edition": document.edition, "round": str(round_.id)}
    if document.corrects is not None and corrected is None:
        detail["corrects_what_never_came"] = str(document.corrects)
    chain.add(session, tenant, by=by, act="roll-up.receive", subject=f"roll-up:{row.id}", detail=detail, now=now)
    return _receipt(row, document.unit, again=False)


def _receipt(row: ReceivedRollUp, unit: str, *, again: bool) -> Receipt:
    return Receipt(row.id, row.round_id, unit, row.edition, row.sha256, row.received, again)


def _of_member(document: RollUpDocument, member: Member, now: datetime) -> list[Fault]:
    """What is wrong with who sends it, and with the signature."""
    faults = []
    if document.unit != member.organization:
        message = f"this member sends for {member.organization!r}, not for {document.unit!r}"
        faults.append(Fault("/unit/code", message))
    if not member.is_asked(document.cut_off):
        faults.append(Fault("/cut_off", f"this member is not asked for {document.cut_off}"))
    keys = {f"{member.did}#{key.name}": key for key in member.keys}
    ended = keys.get(str(document.whole["proof"]["verificationMethod"]))
    try:
        documents.signed_by(document, lambda name: keys[name].multikey if name in keys else None)
    except BadProof as error:
        faults.append(Fault("/proof", str(error)))
    else:
        if ended is not None and ended.ended is not None and ended.ended <= now:
            message = f"the key {ended.name} was ended on {vietnam_day(ended.ended)}: sign it with the present one"
            faults.append(Fault("/proof/verificationMethod", message))
    return faults


def _round(
    session: Session, tenant: UUID, document: RollUpDocument, now: datetime
) -> tuple[Round | None, Sequence[Fault]]:
    """The round it is for, and what does not go with it."""
    all_rounds = [one for one in rounds.rounds(session, tenant) if one.plan == document.plan]
    found = next((one for one in all_rounds if one.cut_off == document.cut_off), None)
    if found is None:
        going = ", ".join(str(one.cut_off) for one in all_rounds if one.closed is None) or "none"
        place = "/cut_off" if all_rounds else "/plan/id"
        message = f"nothing is gathered for {document.plan} on {document.cut_off}; open cut-offs of this plan: {going}"
        return None, [Fault(place, message)]
    faults = []
    if found.closed is not None:
        message = f"the round of {found.cut_off} was closed on {vietnam_day(found.closed)}; nothing more is taken"
        faults.append(Fault("/cut_off", message))
    for name in ("headcount_on", "basis"):
        if getattr(document, name) != getattr(found, name):
            faults.append(Fault(f"/{name}", f"this round asks for {getattr(found, name)}"))
    if document.counted > now + AHEAD:  # first: of the last day that can be written there is no day in Vietnam
        faults.append(Fault("/counted", "an instant still to come: is the clock of that machine right?"))
    elif vietnam_day(document.counted) < document.cut_off:
        faults.append(Fault("/counted", f"counted before the cut-off day {document.cut_off} began"))
    return found, faults


def _of_plan(session: Session, tenant: UUID, document: RollUpDocument) -> list[Fault]:
    """Where it was counted by another plan than ours."""
    plan = next((one for one in plans.all_plans(session, tenant) if one.id == document.plan), None)
    if plan is None:
        return [Fault("/plan/id", f"no plan {document.plan!r} is loaded here")]
    faults = []
    if rule_store.one_stored(session, tenant, plan.rule_file_id).sha256 != document.plan_sha256:
        message = "counted by another text of this plan than the one loaded here; load the same file and count again"
        faults.append(Fault("/plan/sha256", message))
    wanted, sent = [one.id for one in plan.targets], [one.id for one in document.targets]
    faults += [
        Fault(f"/targets/{place}/id", f"the plan has no target {one!r}; it has {', '.join(wanted)}")
        for place, one in enumerate(sent)
        if one not in wanted
    ]
    faults += [Fault("/targets", f"the target {one!r} of the plan is missing") for one in wanted if one not in sent]
    return faults
