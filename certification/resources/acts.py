"""GET /api/acts, /api/acts/head: the record of acts, and the digest that stands for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from marshmallow import fields

from certification.access.permissions import Act
from certification.acts import chain
from certification.acts.chain import Done
from certification.resources import cursors
from certification.resources.access import database, everything, today, who
from certification.resources.frame import Resource
from certification.resources.parameters import Paging
from certification.resources.shapes import Answer, AsOf, Page

resource = Resource("acts", "Decisions and all else that binds somebody, in a record that is only ever added to.")


class ActsParameters(Paging):
    """Which acts."""

    subject = fields.String(metadata={"description": "What was done to this alone, `dossier:…` say."})
    worker = fields.UUID(metadata={"description": "What was done about this worker alone, by id."})


class RecordedActAnswer(Answer):
    """One act."""

    number = fields.Integer(metadata={"description": "1 for the first act; there are no gaps."})
    at = fields.DateTime()
    by = fields.String()
    act = fields.String()
    subject = fields.String()
    worker = fields.UUID(allow_none=True)
    detail = fields.Dict(allow_none=True, metadata={"description": "Null once the person was erased."})


class ActsAnswer(Page):
    """Acts, the newest first."""

    items = fields.List(fields.Nested(RecordedActAnswer))


class HeadAnswer(AsOf):
    """The last act; its digest stands for the whole record up to it."""

    number = fields.Integer()
    digest = fields.String(metadata={"description": "SHA-256, hexadecimal; zeros of a record without acts."})


@resource.get("/acts", Act.READ_ACTS, query=ActsParameters, answers=ActsAnswer)
def list_recorded_acts(query: Mapping[str, Any]) -> Any:
    """Acts that bind somebody, the newest first"""
    everything(Act.READ_ACTS)
    tenant = who().tenant
    left = cursors.after(tenant, (int,))
    subject = query.get("subject")
    with database().reading(tenant) as session:
        found = chain.listed(
            session,
            tenant,
            limit=query["limit"] + 1,
            before=left[0] if left else None,
            subject=subject,
            worker=query.get("worker"),
        )
    return cursors.page(tenant, found, query["limit"], as_of=today(), key=lambda one: (one.number,), show=_shown)


@resource.get("/acts/head", Act.READ_ACTS, answers=HeadAnswer)
def show_head() -> Any:
    """The last act's digest, to keep elsewhere

    Whoever has it can tell later whether the record up to that act is the one that it was (`flask certification
    verify-acts --head NUMBER:DIGEST`).
    """
    everything(Act.READ_ACTS)
    with database().reading(who().tenant) as session:
        head = chain.head(session, who().tenant)
    return {"as_of": today(), "number": head.number, "digest": head.digest}


def _shown(one: Done) -> Mapping[str, Any]:
    worker: UUID | None = one.worker
    return {
        "number": one.number,
        "at": one.at,
        "by": one.by,
        "act": one.act,
        "subject": one.subject,
        "worker": worker,
        "detail": one.detail,
    }
