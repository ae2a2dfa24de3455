"""/api/workers/<number>/export: all that is held about a worker, for the worker and whoever answers for the data."""

from __future__ import annotations

import hashlib

from flask import Response

from certification.access.permissions import Act
from certification.privacy import exporting
from certification.resources.access import changing, database, known_worker, national_numbers_keys, now, who
from certification.resources.frame import Resource

resource = Resource("persons", "All that is held about a person, in one file.")


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
