"""/api/roster and /api/headcounts: who works where, from files that people keep, and how many where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Response, current_app
from marshmallow import fields

from certification.access import rights
from certification.access.permissions import Act, Role
from certification.people import headcounts, roster
from certification.people.headcounts import Declared, HeadcountRefused
from certification.people.roster_changes import Report
from certification.people.roster_file import read_roster
from certification.people.roster_journal import Journal
from certification.resources.access import changing, database, national_numbers_keys, now, pepper, today, who
from certification.resources.errors import BadRequest, Fault
from certification.resources.frame import Resource
from certification.resources.imports import ImportParameters, RowFault
from certification.resources.parameters import DAY, Body, DryRun, Parameters
from certification.resources.shapes import Answer, AsOf
from certification.resources.uploads import TABLES, XLSX, Upload
from certification.spreadsheets import ImportFaults, given_back
from certification.units import organizations
from certification.units.trees import ENTERPRISE
from lrs import api as store
from lrs.db import Session

resource = Resource("rosters", "Who works where from when to when, and declared headcounts where nobody has said.")

_DAY_ERROR: dict[str, Any] = {"invalid": "not a day; write it as yyyy-mm-dd, 2026-11-25 say"}


class RosterParameters(ImportParameters):
    """How a roster is taken in."""

    sheet = fields.String(metadata={"description": "Which sheet of a workbook; default: the first that is not hidden."})
    whole = fields.Boolean(
        load_default=False,
        metadata={"description": "true: the file is the whole staff of its enterprises; who is missing is listed."},
    )
    end_missing = fields.Date(
        format="iso",
        validate=DAY,
        error_messages=_DAY_ERROR,
        metadata={"description": "Last day of those missing, whose employment is ended; needs `whole`."},
    )


class SheetParameters(Parameters):
    """Of a workbook, which sheet."""

    sheet = fields.String(metadata={"description": "Which sheet of a workbook; default: the first that is not hidden."})


class RowChange(Answer):
    """What a row changes."""

    row = fields.Integer()
    number = fields.String()
    full_name = fields.String()
    kind = fields.String(metadata={"description": "new or changed."})
    what = fields.String(metadata={"description": "In Vietnamese."})


class Missing(Answer):
    """Somebody employed as far as is known, and not in the file."""

    number = fields.String()
    full_name = fields.String()
    enterprise = fields.String()
    started = fields.Date()


class RosterAnswer(AsOf):
    """What taking a roster in came to, or would."""

    dry_run = fields.Boolean()
    created = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()
    ended = fields.Integer(metadata={"description": "How many of those missing were ended."})
    notes = fields.List(fields.String())
    refused = fields.List(fields.Integer(), metadata={"description": "Numbers of the rows left out."})
    faults = fields.List(fields.Nested(RowFault))
    missing = fields.List(fields.Nested(Missing))
    changes = fields.List(fields.Nested(RowChange), metadata={"description": "Told by a dry run alone."})


class HeadcountParameters(Parameters):
    """Of which day."""

    on = fields.Date(format="iso", validate=DAY, error_messages=_DAY_ERROR)


class HeadcountBody(Body):
    """How many work in an enterprise on a day, by whose word."""

    enterprise = fields.String(required=True, metadata={"description": "Its code."})
    day = fields.Date(required=True, format="iso", validate=DAY, error_messages=_DAY_ERROR)
    total = fields.Integer(required=True)
    women = fields.Integer(allow_none=True, load_default=None)
    union_members = fields.Integer(allow_none=True, load_default=None)
    source = fields.String(required=True, metadata={"description": "Which document says so."})
    declared_by = fields.String(required=True)


class HeadcountAnswer(Answer):
    """What an enterprise without a roster declared last, on or before the day."""

    enterprise = fields.String()
    day = fields.Date()
    total = fields.Integer()
    women = fields.Integer(allow_none=True)
    union_members = fields.Integer(allow_none=True)
    source = fields.String()
    declared_by = fields.String()


class CoverageAnswer(Answer):
    """How much of the headcount is known."""

    enterprises = fields.Integer()
    with_roster = fields.Integer()
    declared = fields.Integer()
    silent = fields.Integer()
    written = fields.String(metadata={"description": "The same in Vietnamese."})


class HeadcountsAnswer(AsOf):
    """Declared headcounts that hold on a day."""

    coverage = fields.Nested(CoverageAnswer)
    headcounts = fields.List(fields.Nested(HeadcountAnswer))


@resource.post("/roster", Act.IMPORT_PEOPLE, query=RosterParameters, file=TABLES, answers=RosterAnswer)
def import_roster(query: Mapping[str, Any], file: Upload) -> Any:
    """Take in a roster, XLSX or CSV

    All of it or nothing, unless `good_rows` is asked for; the same file twice changes nothing. The columns are those of
    GET /api/templates/roster.xlsx. An enterprise brings in its own people, an officer those of the branch: other
    enterprises, and workers whom they do not employ, are as if there were none. Who is a member or cadre of the union
    an enterprise tells of new workers alone, unless the operator's settings let it.
    """
    if "end_missing" in query and not query["whole"]:
        raise BadRequest(Fault("end_missing", "needs whole=true: who is missing is not known otherwise"))
    with _refusing():
        report = take_in(query, file)
    return {
        "as_of": today(),
        "dry_run": query["dry_run"],
        "created": report.created,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "ended": report.ended,
        "notes": report.notes,
        "refused": list(report.refused),
        "faults": [{"row": one.row, "column": one.column, "message": one.message} for one in report.faults],
        "missing": [
            {"number": one.number, "full_name": one.full_name, "enterprise": one.enterprise, "started": one.started}
            for one in report.missing
        ],
        "changes": [
            {"row": one.row, "number": one.number, "full_name": one.full_name, "kind": one.kind, "what": one.what}
            for one in report.changes
        ],
    }


@resource.post("/roster/refused", Act.IMPORT_PEOPLE, query=SheetParameters, file=TABLES, answers=None, media_type=XLSX)
def list_refused_rows(query: Mapping[str, Any], file: Upload) -> Any:
    """The rows of a roster that would be left out

    As a workbook, each with why in its first column; nothing is taken in. Corrected, it is a roster again: the import
    passes over that column.
    """
    with _refusing():
        data = refused_rows(file, query.get("sheet"))
    return Response(data, mimetype=XLSX)


def refused_rows(file: Upload, sheet: str | None = None) -> bytes:
    """The rows of a roster that the caller could not take in, as a workbook. Raises as `take_in`."""
    report = take_in({"dry_run": True, "good_rows": True, "whole": False, "sheet": sheet}, file)
    return given_back.as_xlsx(file.data, roster.COLUMNS, report.faults, report.refused, sheet=sheet)


def take_in(
    query: Mapping[str, Any],
    file: Upload,
    *,
    journal: Journal | None = None,
    begun: Callable[[int], None] | None = None,
    progress: Callable[[int], None] | None = None,
    ended: Callable[[Session, Report], None] | None = None,
) -> Report:
    """Takes in a roster for the caller, as `RosterParameters` say. Raises ImportFaults; nothing was changed then.

    `begun` is told how many rows there are, once the file was read, `progress` how many more were worked on; `ended`
    does the rest of the same transaction. What is changed is told to the `journal`.
    """
    tenant = who().tenant
    keys = national_numbers_keys(tenant)
    told = read_roster(
        file.data,
        today=today(),
        sheet=query.get("sheet"),
        opaque=lambda ifi: store.opaque_account(ifi, tenant=tenant, secret=pepper()),
    )
    if begun is not None:
        begun(len(told.entries))
    with database().reading(tenant) if query["dry_run"] else changing(tenant) as session:
        within = rights.organizations_within(session, who(), Act.IMPORT_PEOPLE, today())
        report = roster.take_in(
            session,
            tenant,
            told,
            now=now(),
            keys=keys,
            dry_run=query["dry_run"],
            good_rows=query["good_rows"],
            whole_of=() if query["whole"] else None,
            last_day=query.get("end_missing"),
            with_changes=query["dry_run"],
            within=within,
            union_roles_too=_tells_union_roles(),
            journal=journal,
            progress=progress,
        )
        if ended is not None:
            ended(session, report)
        return report


def _tells_union_roles() -> bool:
    """Whether the caller may say of known workers who is in the union: a union may, an enterprise where it is set."""
    told: bool = current_app.extensions["settings"].enterprises_tell_union_roles
    return told or all(one.role is not Role.ENTERPRISE for one in who().roles)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except ImportFaults as error:
        raise BadRequest(*[_fault(one.row, one.column, one.message) for one in error.faults]) from None


def _fault(row: int, column: str, message: str) -> Fault:
    return Fault(f"row {row}{f', {column}' if column else ''}" if row else "", message)


@resource.get("/headcounts", Act.READ_HEADCOUNTS, query=HeadcountParameters, answers=HeadcountsAnswer)
def list_headcounts(query: Mapping[str, Any]) -> Any:
    """Declared headcounts of enterprises without a roster

    What each declared last, on or before the day, and how many enterprises report at all: those of the caller's branch.
    """
    tenant, on = who().tenant, query.get("on", today())
    with database().reading(tenant) as session:
        within = rights.organizations_within(session, who(), Act.READ_HEADCOUNTS, today())
        tree = organizations.tree(session, tenant, on)
        found = headcounts.reporting(session, tenant, on)
    here = {
        node.id: node.code for node in tree.nodes if node.kind == ENTERPRISE and (within is None or node.id in within)
    }
    known = found.coverage(here)
    return {
        "as_of": on,
        "coverage": {
            "enterprises": known.enterprises,
            "with_roster": known.with_roster,
            "declared": known.declared,
            "silent": known.silent,
            "written": str(known),
        },
        "headcounts": [
            {
                "enterprise": here[enterprise],
                "day": one.day,
                "total": one.total,
                "women": one.women,
                "union_members": one.union_members,
                "source": one.source,
                "declared_by": one.declared_by,
            }
            for enterprise, one in sorted(found.declared.items(), key=lambda pair: here.get(pair[0], ""))
            if enterprise in here
        ],
    }


@resource.post("/headcounts", Act.DECLARE_HEADCOUNTS, query=DryRun, body=HeadcountBody, answers=AsOf)
def declare_headcount(query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Keep what one enterprise declares

    Another declaration for the same day corrects it; a roster takes its place. An enterprise declares its own, an
    officer those of the branch.
    """
    told = dict(body)
    enterprise = told.pop("enterprise")
    with changing(who().tenant, dry_run=query["dry_run"]) as session:
        within = rights.organizations_within(session, who(), Act.DECLARE_HEADCOUNTS, today())
        try:
            headcounts.declare(session, who().tenant, enterprise, Declared(**told), now=now(), within=within)
        except HeadcountRefused as error:
            raise BadRequest(*[Fault("", line) for line in str(error).splitlines()]) from None
    return {"as_of": body["day"]}
