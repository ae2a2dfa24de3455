"""Samples of the pages of certification/web/operators: a platform's key and what it sent, somebody with a role."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from certification.access import keys, roles
from certification.access.permissions import Role
from certification.evidence import feed
from certification.evidence.forwarded import MORE
from certification.models import Emptying
from certification.rules import rule_store
from lrs import api
from lrs.db import Database, Session
from lrs.models import DeadLetter, Refusal
from tests.certification.access.people import account, give
from tests.conftest import PEPPER

SAMPLES: dict[str, Any] = {
    "operators.show_account": {"name": "hoa"},
    "operators.switch_opaque_accounts": {"name": "default"},
    "operators.empty_sandbox": {"name": "default"},
    "operators.show_emptying": {"name": "default"},
    "operators.invite_account": {"name": "hoa"},
    "operators.change_account": {"name": "hoa", "step": "tat-ma"},
    "operators.give_role": {"name": "hoa"},
    "operators.show_destination": {"name": "kho-tinh"},
    "operators.rotate_webhook_secret": {"name": "tin-cong-ty-a"},
    "operators.show_source": {"name": "moodle-a"},
    "operators.change_source": {"name": "moodle-a", "step": "tam-dung"},
    "operators.change_destination": {"name": "kho-tinh", "step": "gui-lai"},
    "operators.decide_identity": {"step": "gop", "number": "a09"},
    "operators.bring_in_fix": None,
    "operators.bring_in_import": None,
    "operators.bring_in_refused": None,
    "operators.bring_in_undo": None,
    "operators.undo_identity": {"id": UUID(int=7)},
}

STATEMENT_ID = "7a1d6b52-0f0e-4c0e-9f3d-0c3f5f0a1b00"


def statements(now: datetime) -> list[dict[str, Any]]:
    """What a platform sends: of workers, and of somebody nobody knows."""
    return [
        {
            "id": f"{STATEMENT_ID[:-2]}{at:02}",
            "actor": {
                "name": f"Người Bịa {at + 1}",
                "account": {"homePage": "https://hoc.example.org", "name": f"{'b' if at % 4 else 'la-'}{at + 1:02}"},
            },
            "verb": {"id": "http://adlnet.gov/expapi/verbs/completed", "display": {"vi": "đã hoàn thành"}},
            "object": {
                "id": f"https://hoc.example.org/khoa-hoc/{at % 3}",
                "definition": {
                    "type": "http://adlnet.gov/expapi/activities/course",
                    "name": {"vi": ("Luật Lao động: nghỉ phép năm", "Kỹ năng số cơ bản", "Văn hoá đọc")[at % 3]},
                },
            },
            "result": {"score": {"scaled": 0.8}, "success": True, "duration": "PT45M"},
            "timestamp": (now - timedelta(hours=at + 1)).isoformat(),
        }
        for at in range(8)
    ]


def _forward(session: Session, tenant: UUID, now: datetime) -> None:
    """A store of the province's, which refused something, and one that Statements come from."""
    one = api.set_destination(
        session, tenant, "kho-tinh", endpoint="https://127.0.0.1/xapi", username="cong-dan-hoc-tap", password="bí mật",
        filter={"mapping": True}, hosts=["127.0.0.1"], more=MORE, pepper=PEPPER, now=now,
    )  # fmt: skip
    why = "/result/score: điểm phải từ 0 đến 100"
    refused = {"statement_id": UUID(STATEMENT_ID), "seq": 1, "status": 400, "reason": why, "refused": now}
    session.add(DeadLetter(tenant_id=tenant, destination_id=one.id, again=False, **refused))
    api.set_webhook(
        session, tenant, "tin-cong-ty-a", address="https://127.0.0.1/tin", filter={"mapping": True}, more=MORE,
        hosts=["127.0.0.1"], pepper=PEPPER, now=now,
    )  # fmt: skip
    source = api.set_source(
        session, tenant, "moodle-a", endpoint="https://127.0.0.1/xapi", username="cong-dan-hoc-tap", password="bí mật",
        since=now, hosts=["127.0.0.1"], pepper=PEPPER, now=now,
    )  # fmt: skip
    faults = '[{"place": "/result/score/scaled", "message": "2 is more than 1"}]'
    session.add(Refusal(tenant_id=tenant, source_id=source.id, statement=STATEMENT_ID, faults=faults, refused=now))


def prepare(database: Database, tenant: UUID, now: datetime) -> None:
    """A key with Statements, and an officer."""
    with database.writing(tenant) as session:
        operator = roles.at_terminal(tenant)
        key, _secret = keys.make(
            session, operator, name="Moodle của Công ty A", scopes=("statements/write",), reason="Công văn 5/CV-A",
            pepper=PEPPER, now=now,
        )  # fmt: skip
        issuer = {"issuer": "https://127.0.0.1/realms/cong-ty-a", "audience": "kho-xapi", "client_id": "moodle-a"}
        api.set_token_client(session, tenant, key, **issuer, hosts=["127.0.0.1"], now=now)
        identity = api.acting(session, tenant, "sample/moodle", name="Moodle", pepper=PEPPER)
        _forward(session, tenant, now)
        counts = {"rows_done": 41_207, "rows": 41_207, "statements": 3_104}
        session.add(Emptying(tenant_id=tenant, state="done", began=now, beat=now, by="hoa", **counts))
        api.store(session, identity, statements(now))
    feed.follow(database, tenant, now=now)
    account(database, tenant, "hoa", now)
    given = give(database, tenant, "hoa", Role.GRASSROOTS_OFFICER, now, organization="cdcs/b")
    for page in ("show_key", "end_key", "rotate_key", "set_token_client", "remove_token_client"):
        SAMPLES[f"operators.{page}"] = {"key": key}
    for page in ("end_role", "hand_over_role"):
        SAMPLES[f"operators.{page}"] = {"id": given}
    with database.reading(tenant) as session:
        SAMPLES["operators.show_rule"] = {"id": rule_store.stored(session, tenant, "criteria-set")[-1].id}
    SAMPLES["operators.show_statement"] = {"id": UUID(STATEMENT_ID)}
