"""GET /api/access-record: who gave or took which right, when, about whom and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields

from certification.access import records
from certification.access.permissions import Act
from certification.access.records import Kept
from certification.resources import cursors
from certification.resources.access import database, everything, today, who
from certification.resources.frame import Resource
from certification.resources.parameters import Paging
from certification.resources.shapes import Answer, Page

resource = Resource("access record", "Who gave or took which right. It is only ever added to.")


class RecordParameters(Paging):
    """`about`: what was done to this account or key alone."""

    about = fields.String()


class ActAnswer(Answer):
    """One act."""

    id = fields.UUID()
    at = fields.DateTime()
    by = fields.String()
    act = fields.String()
    about = fields.String()
    role = fields.UUID(allow_none=True)
    reason = fields.String()


class RecordAnswer(Page):
    """Acts, the newest first."""

    items = fields.List(fields.Nested(ActAnswer))


@resource.get("/access-record", Act.READ_ACCESS_RECORD, query=RecordParameters, answers=RecordAnswer)
def list_acts(query: Mapping[str, Any]) -> Any:
    """Acts about accounts, roles and keys, the newest first"""
    everything(Act.READ_ACCESS_RECORD)
    tenant = who().tenant
    left = cursors.after(tenant, (UUID,))
    about = query.get("about")
    with database().reading(tenant) as session:
        found = records.latest(
            session,
            tenant,
            limit=query["limit"] + 1,
            before=left[0] if left else None,
            about=about,
        )
    return cursors.page(tenant, found, query["limit"], as_of=today(), key=lambda one: (one.id,), show=_shown)


def _shown(one: Kept) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "at": one.at,
        "by": one.by,
        "act": one.act,
        "about": one.about,
        "role": one.role,
        "reason": one.reason,
    }
