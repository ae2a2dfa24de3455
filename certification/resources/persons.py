"""/api/workers/<number>/export, /api/persons/file, /api/leavers: all that is held about a person, until when."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response, current_app
from marshmallow import fields

from certification.access.permissions import Act
from certification.privacy import exporting, importing, leaving
from certification.privacy.leaving import Leaver, NoTermForLeavers
from certification.privacy.person_archive import BrokenArchive
from certification.resources import cursors
from certification.resources.access import (
    changing,
    database,
    everything,
    known_worker,
    national_numbers_keys,
    now,
    today,
    who,
)
from certification.resources.errors import BadRequest, Conflict, Fault
from certification.resources.frame import Resource
from certification.resources.parameters import Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.resources.uploads import ZIP, Kinds, Upload
from certification.rules.criteria import PROGRAMME

resource = Resource("persons", "All that is held about a person, in one file; and until when it is held.")

ARCHIVES = Kinds((ZIP,), most_bytes=256 * 1024 * 1024)


class ImportedPersonAnswer(AsOf):
    """What went in."""

    worker = fields.String()
    rows = fields.Dict(keys=fields.String(), values=fields.Integer(), metadata={"description": "How many, by table."})
    years = fields.List(fields.Integer(), metadata={"description": "Years with results, to be judged again."})
    units = fields.List(fields.String(), metadata={"description": "Codes of organizations that were taken along."})


class LeaverAnswer(Answer):
    """A worker whose employment has ended."""

    worker = fields.String()
    full_name = fields.String()
    last_day = fields.Date(metadata={"description": "The last one employed."})
    due = fields.Date(metadata={"description": "From this day on the record is to be erased."})
    union_until = fields.Date(
        allow_none=True, metadata={"description": "Before this day a union keeps the record, by consent."}
    )
    to_be_erased = fields.Boolean(metadata={"description": "Whether it is time today."})


class LeaversAnswer(Page):
    """Those who left first come first."""

    left = fields.Integer(metadata={"description": "How many have left, on all pages."})
    to_be_erased = fields.Integer(metadata={"description": "How many of these it is time for."})
    items = fields.List(fields.Nested(LeaverAnswer))


@resource.post("/workers/<path:number>/export", Act.EXPORT_PERSON, answers=None, media_type="application/zip")
def export_person(number: str) -> Response:
    """All that is held about a worker, as a zip: Statements byte for byte, every table, files, an index to read first

    What is in it and what is not, and why, its manifest says. That it was taken is an act.
    """
    tenant = who().tenant
    with database().reading(tenant, snapshot=True) as session:
        person = known_worker(session, number, Act.EXPORT_PERSON)
        data = exporting.export(
            session, tenant, person.number, tenant_name=str(tenant), keys=national_numbers_keys(tenant), now=now()
        )
    by = f"worker:{person.id}" if who().worker == person.id else who().name
    with changing(tenant) as session:
        sha256 = hashlib.sha256(data).hexdigest()
        exporting.note(session, tenant, person.number, by=by, file=None, sha256=sha256, now=now())
    response = Response(data, mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="du-lieu-cua-toi.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@resource.post("/persons/file", Act.IMPORT_PERSON, file=ARCHIVES, answers=ImportedPersonAnswer)
def import_person(file: Upload) -> Any:
    """Put a person's archive into a tenant that does not know the person and holds no other Statements

    The zip that an export wrote. Nothing is taken of one that was changed or is not whole: every fault is told with its
    file. Organizations and rules that are needed come along. It is an act on record.
    """
    everything(Act.IMPORT_PERSON)
    most_bytes: int = current_app.extensions["settings"].attachment_max_bytes
    try:
        done = importing.import_person(
            database(), who().tenant, file.data, by=who().name, now=now(), most_bytes=most_bytes
        )
    except BrokenArchive as error:
        raise BadRequest(*(Fault("", message) for message in error.faults)) from None
    rows = {name: count for name, count in sorted(done.rows.items()) if count}
    return {"as_of": today(), "worker": done.number, "rows": rows, "years": done.years, "units": done.units}


@resource.get("/leavers", Act.ERASE_PERSON, query=Paging, answers=LeaversAnswer, conflicts=True)
def list_leavers(query: Mapping[str, Any]) -> Any:
    """Workers whose employment has ended, with the day on which each is to be erased

    After how many days, the rules on personal data say; `POST /api/workers/<number>/erasure` erases one of whom it is
    time. Who agreed that a union keeps the record stays for as long.
    """
    everything(Act.ERASE_PERSON)
    tenant, on = who().tenant, today()
    after = cursors.after(tenant, (date, str))
    with database().reading(tenant) as session:
        try:
            found = leaving.leavers(session, tenant, on, programme=PROGRAMME)
        except NoTermForLeavers as error:
            raise Conflict(Fault("", str(error))) from None

    def place(one: Leaver) -> tuple[Any, ...]:
        return one.last_day, one.number

    def show(one: Leaver) -> Mapping[str, Any]:
        return {
            "worker": one.number,
            "full_name": one.full_name,
            "last_day": one.last_day,
            "due": one.due,
            "union_until": one.union_until,
            "to_be_erased": one.erased_on(on),
        }

    due = sum(one.erased_on(on) for one in found)
    left = [one for one in found if after is None or place(one) > after]
    return cursors.page(tenant, left, query["limit"], as_of=on, key=place, show=show, left=len(found), to_be_erased=due)
