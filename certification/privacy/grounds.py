"""On which ground a person at a screen may erase a worker: somebody else opened a request for it, or days are over.

What cannot be undone takes two: the request to delete is opened by the worker or an officer (`requests`), and another
account carries it out, which is not one of the same person. Of somebody who left, whose days are over (`leaving`), the
rules have said it. The command at the server asks for neither; whoever may run it is on the operator's list.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from certification.errors import CertificationError
from certification.evidence import witnesses
from certification.evidence.witnesses import NotForYou, Witness
from certification.models import Account
from certification.people.workers import Person
from certification.privacy import leaving, requests
from certification.privacy.leaving import NoTermForLeavers
from certification.rules.criteria import PROGRAMME
from certification.rules.personal_data import NoPersonalDataRules
from certification.vietnam import vietnam_day
from lrs.db import Session, among

__all__ = ["LEFT", "REQUESTED", "NobodyElseAsked", "ground"]

REQUESTED, LEFT = "request", "left"

_OWN = "không ai tự xoá hồ sơ của chính mình; mở yêu cầu xoá, người khác thực hiện"


class NobodyElseAsked(CertificationError):
    """Nobody but the caller asked that the worker be erased, and no term is over."""

    def __init__(self, number: str, *, by_caller: bool) -> None:
        why = "do chính tài khoản này ghi; nhờ người khác thực hiện" if by_caller else "chưa có; ghi yêu cầu xoá trước"
        super().__init__(
            f"Chưa xoá được “{number}”: yêu cầu xoá đang mở {why}, hoặc đợi hết thời hạn lưu của người đã nghỉ việc"
        )


def ground(session: Session, tenant: UUID, person: Person, witness: Witness, now: datetime) -> str:
    """REQUESTED where somebody else opened a request to delete that waits, LEFT where the worker's days are over.

    Raises NotForYou for the own record, NobodyElseAsked.
    """
    own = witnesses.own_workers(session, tenant, witness)
    if person.id in own:
        raise NotForYou(_OWN)
    waiting = [
        one
        for one in requests.of_worker(session, tenant, person)
        if one.kind == "delete" and one.state in requests.OPEN
    ]
    mine = {witness.account} | _accounts(session, tenant, own)
    for one in waiting:
        if requests.history(session, tenant, person.id, one.id)[0].recorded_by not in mine:
            return REQUESTED
    today = vietnam_day(now)
    try:
        left = leaving.leavers(session, tenant, today, programme=PROGRAMME, only=person.id)
    except (NoPersonalDataRules, NoTermForLeavers):
        left = []
    if any(one.erased_on(today) for one in left):
        return LEFT
    raise NobodyElseAsked(person.number, by_caller=bool(waiting))


def _accounts(session: Session, tenant: UUID, worker_ids: Collection[UUID]) -> set[str]:
    """The names of all accounts of these workers."""
    names = sa.select(Account.name).where(Account.tenant_id == tenant, among(session, Account.worker_id, worker_ids))
    return set(session.scalars(names))
