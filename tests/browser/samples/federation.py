"""Samples of the pages of certification/web/officers/federation: figures signed and sent, and taken in again.

The one member has sent for a round, and not yet for the one after it. There is a recipient, where nothing listens.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from certification.certificates import keys
from certification.certificates.keys import Issuer
from certification.federation import making, members, receiving, recipients, rounds
from lrs.db import Database
from tests.certification.certificates.issued import PUBLIC_URL
from tests.conftest import PEPPER

__all__ = ["prepare"]

PLAN, CUT_OFF, DUE = "1268-qd-ttg", date(2026, 10, 31), date(2026, 11, 10)
OF_A = "cdcs/a"


def prepare(database: Database, tenant: UUID, now: datetime) -> dict[str, Any]:
    """One that is signed and received, and a draft that corrects it."""
    issuer = Issuer.of(PUBLIC_URL, tenant)
    told: dict[str, Any] = {"by": "captren", "now": now}
    count: dict[str, Any] = {"plan": PLAN, "on": CUT_OFF, "reason": "Công văn 15/TLĐ", **told}
    with database.writing(tenant) as session:
        prepared = [making.prepare(session, tenant, OF_A, **count) for _ in range(2)]
        first = making.draft(session, tenant, prepared[0], issuer=issuer, now=now).document.id
        signed = making.sign(session, tenant, first, issuer=issuer, secret=PEPPER, **told).document
        draft = making.draft(session, tenant, prepared[1], issuer=issuer, now=now).document.id
        ours = keys.current(session, tenant, issuer, secret=PEPPER, **told)
        asked: dict[str, Any] = {"key": f"{ours.id} {ours.public}", "since": date(2026, 1, 1), **told}
        member = members.add(session, tenant, organization=OF_A, did=issuer.did, reason="Công văn 15/TLĐ", **asked).id
        opened = rounds.open_round(session, tenant, plan=PLAN, cut_off=CUT_OFF, due=DUE, **told)
        rounds.open_round(session, tenant, plan=PLAN, cut_off=date(2026, 11, 15), due=date(2026, 11, 18), **told)
        receiving.receive(session, tenant, signed.content, **told)
        to: dict[str, Any] = {"endpoint": "https://127.0.0.1/tong-hop", "username": "lao-cai", "password": "bí mật"}
        recipients.set_recipient(session, tenant, **to, hosts=["127.0.0.1"], pepper=PEPPER, reason="CV 15", **told)
    return {
        "officers.show_roll_up": {"id": first},
        "officers.sign_roll_up": {"id": draft},
        "officers.roll_up_file": None,
        "officers.show_round": {"id": opened.id},
        "officers.round_file": None,
        "officers.send_roll_up_now": {"id": first},
        "officers.change_round": {"id": opened.id, "step": "doi-han"},
        "officers.show_member": {"id": member},
        "officers.end_member": {"id": member},
        "officers.add_member_key": {"id": member},
        "officers.end_member_key": {"id": member, "name": ours.id.rpartition("#")[2]},
    }
