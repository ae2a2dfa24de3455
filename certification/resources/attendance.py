"""/api/attendance-lists: roll-calls and paper lists; /api/channel-items: broadcasts, posts and leaflets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import attendance, attendance_lists, channel_items, kept_files
from certification.resources import cursors, looking
from certification.resources.access import caller, changing, database, now, pepper, today, who
from certification.resources.errors import NotFound
from certification.resources.frame import Resource
from certification.resources.imports import ImportAnswer, ImportParameters, RowFault, imported
from certification.resources.parameters import DAY, Body, Paging, Parameters
from certification.resources.shapes import Answer, AsOf, Page
from certification.resources.speaking import BYTES, download, in_the_name_of
from certification.resources.uploads import CSV, XLSX, Kinds, Upload
from lrs.api import Fault

resource = Resource(
    "lists", "Who attended what, on paper or by roll-call; and items of channels, which reach nobody by name."
)

LISTS = Kinds((CSV, XLSX), attendance.BYTES_AT_MOST)


class ListParameters(Parameters):
    """Which list: the organizer's code and its own code for the list."""

    organizer = fields.String(required=True)
    list = fields.String(required=True)


class TakeInParameters(ListParameters, ImportParameters):
    """How to take the file in."""

    kind = fields.String(
        load_default=attendance.PAPER, validate=validate.OneOf([attendance.PAPER, attendance.ROLL_CALL])
    )
    reason = fields.String(metadata={"description": "Why a list that is known already is corrected."})


class WithdrawListBody(Body):
    """Which list, and why."""

    organizer = fields.String(required=True)
    list = fields.String(required=True)
    reason = fields.String(required=True)


class ListAnswer(AsOf):
    """What was done, or would be, counted in rows."""

    list_id = fields.UUID()
    version = fields.Integer(allow_none=True, metadata={"description": "null when nothing was stored."})
    added = fields.Integer()
    removed = fields.Integer()
    unchanged = fields.Integer()
    left_out = fields.Integer()
    faults = fields.List(fields.Nested(RowFault))
    notes = fields.List(fields.String())


class VersionAnswer(Answer):
    """One version of a list."""

    version = fields.Integer()
    kind = fields.String()
    sha256 = fields.String(allow_none=True)
    file_name = fields.String(allow_none=True)
    added = fields.Integer()
    removed = fields.Integer()
    left_out = fields.Integer()
    reason = fields.String(allow_none=True)
    recorded_by = fields.String()
    recorded = fields.DateTime()


class VersionsAnswer(AsOf):
    """What became of a list, oldest first."""

    versions = fields.List(fields.Nested(VersionAnswer))


class WithdrawnListAnswer(AsOf):
    """How many Statements were voided."""

    voided = fields.Integer()


class ChannelParameters(Parameters):
    """Of which unit, and from which day to which; both included."""

    unit = fields.String(required=True)
    first = fields.Date(required=True, format="iso", validate=DAY)
    last = fields.Date(required=True, format="iso", validate=DAY)


class ItemsParameters(Paging):
    """From which day to which, both included; of one unit itself, or of every one of the caller's branches."""

    first = fields.Date(required=True, format="iso", validate=DAY)
    last = fields.Date(required=True, format="iso", validate=DAY)
    unit = fields.String()


class ItemAnswer(Answer):
    """An item of a channel: it reached nobody by name."""

    id = fields.UUID()
    unit = fields.String()
    channel = fields.String()
    day = fields.Date()
    title = fields.String()
    items = fields.Integer()
    source = fields.String(allow_none=True)
    recorded_by = fields.String()
    recorded = fields.DateTime()


class ItemsPage(Page):
    """Items by day."""

    items = fields.List(fields.Nested(ItemAnswer))


class ChannelAnswer(AsOf):
    """Items of a unit and everything below it."""

    unit = fields.String()
    first = fields.Date()
    last = fields.Date()
    items = fields.Integer()
    by_channel = fields.Dict(keys=fields.String(), values=fields.Integer())


@resource.post("/attendance-lists", Act.TAKE_IN_LISTS, query=TakeInParameters, file=LISTS, answers=ListAnswer)
def take_in_list(query: Mapping[str, Any], file: Upload) -> Any:
    """Bring in or correct a list of who attended

    Each row becomes a Statement in the organizer's name. The same file again changes nothing; a corrected one voids
    what is gone and adds what is new.
    """
    tenant = caller().tenant
    with changing(tenant, dry_run=query["dry_run"]) as session:
        organizer = in_the_name_of(session, query["organizer"], Act.TAKE_IN_LISTS, "organizer")
        done = attendance_lists.take_in(
            session,
            tenant,
            file.data,
            organizer=organizer,
            code=query["list"],
            kind=query["kind"],
            file_name=file.name,
            witness=rights.witness(session, who(), Act.TAKE_IN_LISTS, today()),
            secret=pepper(),
            now=now(),
            good_rows_only=query["good_rows"],
            dry_run=query["dry_run"],
            reason=query.get("reason"),
        )
    faults = [{"row": one.row, "column": one.column, "message": one.message} for one in done.faults]
    counts = {name: getattr(done, name) for name in ("list_id", "version", "added", "removed", "unchanged", "left_out")}
    return {"as_of": today(), **counts, "faults": faults, "notes": done.notes}


@resource.get("/attendance-lists", Act.READ_LISTS, query=ListParameters, answers=VersionsAnswer)
def show_list(query: Mapping[str, Any]) -> Any:
    """What became of a list

    Each version with who, when, why and which file.
    """
    return {"as_of": today(), "versions": _versions(query)}


@resource.get("/attendance-lists/file", Act.READ_LISTS, query=ListParameters, answers=None, media_type=BYTES)
def show_list_file(query: Mapping[str, Any]) -> Response:
    """The newest file of a list, as it came"""
    newest = next((one for one in reversed(_versions(query)) if one.sha256), None)
    if newest is None or newest.sha256 is None:
        raise NotFound(Fault("list", "no file is kept of this list"))
    with database().reading(caller().tenant) as session:
        _, data = kept_files.read(session, caller().tenant, newest.sha256)
        looking.saw(attendance_lists.people(session, caller().tenant, query["organizer"], query["list"]))
    return download(data, newest.file_name or "")


def _versions(query: Mapping[str, Any]) -> list[attendance_lists.Version]:
    with database().reading(caller().tenant) as session:
        organizer = in_the_name_of(session, query["organizer"], Act.READ_LISTS, "organizer")
        return attendance_lists.versions(session, caller().tenant, organizer, query["list"])


@resource.post("/attendance-lists/withdraw", Act.TAKE_IN_LISTS, body=WithdrawListBody, answers=WithdrawnListAnswer)
def withdraw_list(body: Mapping[str, Any]) -> Any:
    """Withdraw a whole list

    All of its Statements are voided; the list and its file stay.
    """
    tenant = caller().tenant
    with changing(tenant) as session:
        voided = attendance_lists.withdraw(
            session,
            tenant,
            organizer=in_the_name_of(session, body["organizer"], Act.TAKE_IN_LISTS, "/organizer"),
            code=body["list"],
            reason=body["reason"],
            witness=rights.witness(session, who(), Act.TAKE_IN_LISTS, today()),
            secret=pepper(),
            now=now(),
        )
    return {"as_of": today(), "voided": voided}


@resource.post("/channel-items", Act.TAKE_IN_CHANNEL_ITEMS, query=ImportParameters, file=LISTS, answers=ImportAnswer)
def take_in_channel_items(query: Mapping[str, Any], file: Upload) -> Any:
    """Bring in items of channels

    Broadcasts, posts, portal items, leaflets of units of the branch: they count as items and never as persons.
    """
    tenant = caller().tenant
    with changing(tenant, dry_run=query["dry_run"]) as session:
        units = rights.organizations_within(session, who(), Act.TAKE_IN_CHANNEL_ITEMS, today())
        done = channel_items.import_channel_items(
            session, tenant, file.data, by=who().name, now=now(), units=units, good_rows=query["good_rows"]
        )
    return imported(done, dry_run=query["dry_run"])


@resource.get("/channel-items", Act.READ_CHANNEL_ITEMS, query=ChannelParameters, answers=ChannelAnswer)
def count_channel_items(query: Mapping[str, Any]) -> Any:
    """Count the items that a unit and everything below it sent out"""
    with database().reading(caller().tenant) as session:
        unit = in_the_name_of(session, query["unit"], Act.READ_CHANNEL_ITEMS, "unit")
        found = channel_items.counts(session, caller().tenant, unit, query["first"], query["last"])
    period = {"unit": found.code, "first": found.first, "last": found.last}
    return {"as_of": today(), **period, "items": found.items, "by_channel": dict(found.by_channel)}


@resource.get("/channel-items/list", Act.READ_CHANNEL_ITEMS, query=ItemsParameters, answers=ItemsPage)
def list_channel_items(query: Mapping[str, Any]) -> Any:
    """List what units sent out, by day

    Whoever brings a row in again with another number corrects it; 0 takes it back.
    """
    tenant = caller().tenant
    left = cursors.after(tenant, (date, UUID))
    with database().reading(tenant) as session:
        if "unit" in query:
            in_the_name_of(session, query["unit"], Act.READ_CHANNEL_ITEMS, "unit")
        found = channel_items.listed(
            session,
            tenant,
            query["first"],
            query["last"],
            unit=query.get("unit"),
            units=rights.organizations_within(session, who(), Act.READ_CHANNEL_ITEMS, today()),
            after=(left[0], left[1]) if left else None,
            limit=query["limit"] + 1,
        )
    return cursors.page(
        tenant, found, query["limit"], as_of=today(), key=lambda one: (one.day, one.id), show=lambda one: one
    )
