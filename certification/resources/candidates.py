"""POST /api/candidates.xlsx, .csv: who applies for the title, in the fields of another site's forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response
from marshmallow import fields

from certification.access import rights
from certification.access.permissions import Act
from certification.documents import candidates_book
from certification.dossiers import candidates
from certification.resources.access import changing, everything, national_numbers_keys, now, today, who
from certification.resources.dossiers import unit_of
from certification.resources.errors import BadRequest, Conflict, Fault
from certification.resources.frame import Resource
from certification.resources.parameters import YEAR, Body
from certification.resources.uploads import CSV, XLSX

resource = Resource(
    "candidates", "Who applies for the title, in the fields of congdanhoctap.vn's forms as we read them."
)

MEDIA = {"xlsx": (XLSX, candidates_book.as_xlsx), "csv": (CSV, candidates_book.as_csv)}


class CandidatesBody(Body):
    """Whom, and how."""

    year = fields.Integer(validate=YEAR, metadata={"description": "This year when left out."})
    unit = fields.String(
        metadata={"description": "Those employed below this unit; whoever has a branch names one of it."}
    )
    national_numbers = fields.Boolean(
        load_default=False,
        metadata={"description": "Open national numbers that were sealed: for whoever may do it in the whole tenant."},
    )


@resource.post("/candidates.xlsx", Act.EXPORT_CANDIDATES, body=CandidatesBody, answers=None, media_type=XLSX)
def export_candidates_xlsx(body: Mapping[str, Any]) -> Response:
    """Who applies for the title, as a workbook in the fields of congdanhoctap.vn's forms as we read them

    To be typed in there: that site publishes no form to import. Ethnicity, religion, year of birth and password are not
    kept here; their columns are empty. It is an act on record, and a look at each of them is noted.
    """
    return _taken(body, "xlsx")


@resource.post("/candidates.csv", Act.EXPORT_CANDIDATES, body=CandidatesBody, answers=None, media_type=CSV)
def export_candidates_csv(body: Mapping[str, Any]) -> Response:
    """Who applies for the title, as CSV in the same fields"""
    return _taken(body, "csv")


def _taken(body: Mapping[str, Any], form: str) -> Response:
    tenant, on = who().tenant, today()
    if body["national_numbers"]:
        everything(Act.EXPORT_CANDIDATES)
    media_type, write = MEDIA[form]
    with changing(tenant) as session:
        code = body.get("unit")
        if code is None:
            _refuse_branches()
        unit = unit_of(session, code, Act.EXPORT_CANDIDATES, "/unit")
        keys = national_numbers_keys(tenant) if body["national_numbers"] else None
        found = candidates.gather(session, tenant, body.get("year") or on.year, on=on, unit=unit, keys=keys)
        if form == "xlsx" and len(found.people) > candidates_book.MOST_PEOPLE:
            message = f"{len(found.people)} candidates are more than a workbook holds; ask for CSV, or unit by unit"
            raise Conflict(Fault("/unit", message))
        candidates.record(
            session, tenant, found, by=who().name, unit=code, national_numbers=body["national_numbers"], now=now()
        )
    response = Response(write(found), mimetype=media_type)
    name = f"ung-vien-{found.year}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _refuse_branches() -> None:
    if not rights.reach(who(), Act.EXPORT_CANDIDATES, today()).everything:
        raise BadRequest(
            Fault("/unit", "name a unit of your branch; all of the tenant is for whoever may see all of it")
        )
