"""/api/units/<code>/entitlements: whose results and certificates count as assessed, from one day to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields

from certification.access.permissions import Act
from certification.evidence import entitlements
from certification.resources.access import caller, changing, database, everything, now, today, who
from certification.resources.errors import BadRequest, Fault
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, REASON, Body, DryRun
from certification.resources.shapes import Answer, AsOf
from certification.units import organizations
from certification.units.trees import UnknownOrganization
from lrs.db import Session

resource = Resource("entitlements", "Whose results and certificates count as assessed (E3): nobody's until said so.")


class EntitlementBody(Body):
    """From which day to which, and by which document."""

    starts = fields.Date(required=True, format="iso", validate=DAY)
    last = fields.Date(
        allow_none=True,
        load_default=None,
        format="iso",
        validate=DAY,
        metadata={"description": "The last day; null: until further notice."},
    )
    source = fields.String(required=True, validate=REASON, metadata={"description": "Which document says so."})


class EntitlementAnswer(Answer):
    """One entitlement."""

    starts = fields.Date()
    last = fields.Date(allow_none=True)
    source = fields.String()
    recorded_by = fields.String()
    recorded = fields.DateTime()


class EntitlementsAnswer(AsOf):
    """What a unit is entitled to, the first day first."""

    unit = fields.String()
    entitlements = fields.List(fields.Nested(EntitlementAnswer))


@resource.get("/units/<path:code>/entitlements", Act.READ_UNITS, answers=EntitlementsAnswer)
def list_entitlements(code: str) -> Any:
    """Whether a unit's results and certificates count as assessed, and by which document"""
    tenant = caller().tenant
    with database().reading(tenant) as session:
        return _shown(session, tenant, code)


@resource.post(
    "/units/<path:code>/entitlements",
    Act.ENTITLE,
    query=DryRun,
    body=EntitlementBody,
    answers=EntitlementsAnswer,
)
def entitle_unit(code: str, query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Say that a unit's results and certificates count as assessed

    Said again for the same first day, it replaces the last day and the document. Lists taken in before keep what they
    were. For the whole tenant.
    """
    everything(Act.ENTITLE)
    asking = who()
    if body["last"] is not None and body["last"] < body["starts"]:
        raise BadRequest(Fault("/last", f"{body['last']} is before {body['starts']}"))
    with changing(asking.tenant, dry_run=query["dry_run"]) as session:
        entitlements.entitle(
            session,
            asking.tenant,
            code,
            valid_from=body["starts"],
            valid_to=body["last"],
            source=body["source"],
            by=asking.name,
            now=now(),
        )
        session.flush()
        return _shown(session, asking.tenant, code)


def _shown(session: Session, tenant: UUID, code: str) -> dict[str, Any]:
    node = organizations.find(session, tenant, code)
    if node is None:
        raise UnknownOrganization(code)
    found = [
        {
            "starts": one.valid_from,
            "last": one.valid_to,
            "source": one.source,
            "recorded_by": one.recorded_by,
            "recorded": one.recorded,
        }
        for one in entitlements.of_unit(session, tenant, node.id)
    ]
    return {"as_of": today(), "unit": code, "entitlements": found}
