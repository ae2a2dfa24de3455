"""/api/publication: which day's figures everybody may see without signing in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access.permissions import Act
from certification.resources.access import changing, database, everything, now, today, who
from certification.resources.errors import BadRequest, Fault
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, Body, DryRun
from certification.resources.shapes import AsOf
from certification.targets import publications
from certification.targets.disclosure import BELOW
from lrs.db import Session

resource = Resource("publication", "Which day's figures everybody may see: none unless an operator says so.")


class PublicationBody(Body):
    """Which figures to show."""

    on = fields.Date(required=True, format="iso", validate=DAY, metadata={"description": "Cut-off day."})
    hide_below = fields.Integer(
        load_default=BELOW,
        validate=validate.Range(min=0),
        metadata={"description": "Counts of fewer persons are hidden, with what would give them away; 0 hides none."},
    )


class PublicationAnswer(AsOf):
    """What is shown."""

    on = fields.Date(allow_none=True, metadata={"description": "The cut-off day; null: no figures are shown."})
    hide_below = fields.Integer()


@resource.get("/publication", Act.READ_PUBLICATION, answers=PublicationAnswer)
def show_publication() -> Any:
    """Which day's figures everybody may see"""
    tenant = who().tenant
    with database().reading(tenant) as session:
        return _shown(session, tenant)


@resource.put("/publication", Act.PUBLISH, query=DryRun, body=PublicationBody, answers=PublicationAnswer)
def publish_figures(query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Show the figures of a day to everybody

    On the first page and as JSON, in place of those shown until now. They name no worker. For the whole tenant.
    """
    everything(Act.PUBLISH)
    on: date = body["on"]
    if on > today():
        raise BadRequest(Fault("/on", f"{on} is still to come"))
    tenant = who().tenant
    with changing(tenant, dry_run=query["dry_run"]) as session:
        publications.publish(session, tenant, as_of=on, now=now(), hide_below=body["hide_below"], by=who().name)
        return _shown(session, tenant)


@resource.delete("/publication", Act.PUBLISH, query=DryRun, answers=PublicationAnswer)
def unpublish_figures(query: Mapping[str, Any]) -> Any:
    """Show no figures without signing in any more"""
    everything(Act.PUBLISH)
    tenant = who().tenant
    with changing(tenant, dry_run=query["dry_run"]) as session:
        publications.unpublish(session, tenant, now=now(), by=who().name)
        return _shown(session, tenant)


def _shown(session: Session, tenant: UUID) -> dict[str, Any]:
    on = publications.published_day(session, tenant)
    return {"as_of": today(), "on": on, "hide_below": publications.hides_below(session, tenant)}
