"""/api/titles/file, /api/headcounts/file, …: tables that people bring in, all by one way; and empty ones to fill in.

Each is tried with `dry_run`, taken in whole or, with `good_rows`, without the rows at fault; `…/refused` gives those
back as a workbook, each with why. Rosters and lists of attendance say more, in modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response
from marshmallow import fields

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import attestations
from certification.import_tables import TABLES as KNOWN_TABLES
from certification.judgement import awards
from certification.people import headcounts, link_lists
from certification.people.row_journal import RowJournal
from certification.reports import contact_lists
from certification.resources.access import changing, everything, national_numbers_keys, now, pepper, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DryRun
from certification.resources.shapes import Answer, AsOf
from certification.resources.uploads import TABLES, XLSX, Upload
from certification.spreadsheets import ImportResult, given_back, templates
from certification.units import changes, commitments, organizations
from lrs import api
from lrs.db import Session

__all__ = ["IMPORTS", "Import", "ImportAnswer", "ImportParameters", "RowFault", "imported"]

resource = Resource("imports", "Tables that people bring in, XLSX or CSV: tried, taken in, given back where at fault.")


class ImportParameters(DryRun):
    """How a table is taken in."""

    good_rows = fields.Boolean(
        load_default=False,
        metadata={"description": "true: rows at fault are left out, and the others taken in."},
        error_messages={"invalid": "neither true nor false"},
    )


class RowFault(Answer):
    """What is wrong with a row that was left out."""

    row = fields.Integer()
    column = fields.String(metadata={"description": "Empty for the row as a whole."})
    message = fields.String(metadata={"description": "What is wrong and what to do, in Vietnamese."})


class ImportAnswer(AsOf):
    """What taking a table in came to, or would, counted in rows."""

    dry_run = fields.Boolean()
    created = fields.Integer()
    changed = fields.Integer()
    unchanged = fields.Integer()
    notes = fields.List(fields.String(), metadata={"description": "Changes to be looked at, in Vietnamese."})
    refused = fields.List(fields.Integer(), metadata={"description": "Numbers of the rows left out."})
    faults = fields.List(fields.Nested(RowFault))


def imported(result: ImportResult, *, dry_run: bool) -> dict[str, Any]:
    """The answer to a table that was brought in."""
    return {
        "as_of": today(),
        "dry_run": dry_run,
        "created": result.created,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "notes": result.notes,
        "refused": result.refused,
        "faults": [{"row": one.row, "column": one.column, "message": one.message} for one in result.faults],
    }


# ---------------------------------------------------------------- the tables


@dataclass(frozen=True, slots=True)
class Import:
    """How one table is brought in. `whole` says that rows hang together, so that none can be left out."""

    table: str
    path: str
    act: Act
    summary: str
    about: str
    take_in: Callable[[Session, bytes, bool, RowJournal | None], ImportResult]
    whole: bool = False


def _titles(session: Session, data: bytes, good_rows: bool, journal: RowJournal | None = None) -> ImportResult:
    tenant = who().tenant
    return awards.import_titles(
        session,
        tenant,
        data,
        now=now(),
        opaque=lambda ifi: api.opaque_account(ifi, tenant=tenant, secret=pepper()),
        keys=national_numbers_keys(tenant),
        good_rows=good_rows,
        known=rights.knowing(session, who(), Act.IMPORT_TITLES, today()),
        by=who().name,
        journal=journal,
    )


def _headcounts(session: Session, data: bytes, good_rows: bool, journal: RowJournal | None = None) -> ImportResult:
    within = rights.organizations_within(session, who(), Act.DECLARE_HEADCOUNTS, today())
    return headcounts.import_headcounts(
        session, who().tenant, data, now=now(), good_rows=good_rows, within=within, journal=journal
    )


def _attestations(session: Session, data: bytes, good_rows: bool, journal: RowJournal | None = None) -> ImportResult:
    everything(Act.IMPORT_ATTESTATIONS)
    return attestations.import_attestations(
        session, who().tenant, data, now=now(), good_rows=good_rows, journal=journal
    )


def _commitments(session: Session, data: bytes, good_rows: bool, journal: RowJournal | None = None) -> ImportResult:
    within = rights.organizations_within(session, who(), Act.IMPORT_COMMITMENTS, today())
    return commitments.import_commitments(
        session, who().tenant, data, now=now(), good_rows=good_rows, within=within, journal=journal
    )


def _report_contacts(session: Session, data: bytes, good_rows: bool, journal: RowJournal | None = None) -> ImportResult:
    within = rights.organizations_within(session, who(), Act.WRITE_REPORTS, today())
    return contact_lists.import_contacts(
        session, who().tenant, data, by=who().name, now=now(), good_rows=good_rows, within=within, journal=journal
    )


def _links(session: Session, data: bytes, good_rows: bool, journal: RowJournal | None = None) -> ImportResult:
    tenant = who().tenant
    return link_lists.import_links(
        session,
        tenant,
        data,
        by=who().name,
        now=now(),
        opaque=lambda ifi: api.opaque_account(ifi, tenant=tenant, secret=pepper()),
        good_rows=good_rows,
        known=rights.knowing(session, who(), Act.CHANGE_IDENTITY, today()),
        journal=journal,
    )


def _organizations(session: Session, data: bytes, good_rows: bool, journal: RowJournal | None = None) -> ImportResult:
    everything(Act.CHANGE_UNITS)
    return organizations.import_organizations(session, who().tenant, data, now=now())


def _successions(session: Session, data: bytes, good_rows: bool, journal: RowJournal | None = None) -> ImportResult:
    everything(Act.CHANGE_UNITS)
    return changes.import_successions(session, who().tenant, data, by=who().name, now=now())


IMPORTS = (
    Import(
        "titles",
        "/titles",
        Act.IMPORT_TITLES,
        "Take in titles that competent bodies recognised",
        "Of earlier years too, each with its decision. Of whoever has a branch, titles of its workers.",
        _titles,
    ),
    Import(
        "headcounts",
        "/headcounts",
        Act.DECLARE_HEADCOUNTS,
        "Take in a file of declared headcounts",
        "Of enterprises without a roster. An enterprise declares its own, an officer those of the branch.",
        _headcounts,
    ),
    Import(
        "attestations",
        "/attestations",
        Act.IMPORT_ATTESTATIONS,
        "Take in points that persons attested on paper",
        "Whoever attests himself or herself sends POST /api/attestations. For the whole tenant.",
        _attestations,
    ),
    Import(
        "commitments",
        "/commitments",
        Act.IMPORT_COMMITMENTS,
        "Take in what units took into their programme of a year",
        "For targets that count organizations.",
        _commitments,
    ),
    Import(
        "report-contacts",
        "/report-contacts",
        Act.WRITE_REPORTS,
        "Take in whom to phone or write to about units' reports",
        "One a unit. Of whoever has a branch, its units.",
        _report_contacts,
    ),
    Import(
        "links",
        "/links",
        Act.CHANGE_IDENTITY,
        "Say of many Actors at once which worker each is",
        "Statements that waited count from now on. Of whoever has a branch, its workers.",
        _links,
    ),
    Import(
        "organizations",
        "/units",
        Act.CHANGE_UNITS,
        "Take in units, unions and enterprises",
        "All of it or nothing: a tree has no good half. For the whole tenant.",
        _organizations,
        whole=True,
    ),
    Import(
        "successions",
        "/successions",
        Act.CHANGE_UNITS,
        "Take in units that ended or were merged, and who followed them",
        "All of it or nothing. What stood under a unit goes to its one successor. For the whole tenant.",
        _successions,
        whole=True,
    ),
)


def _declare(one: Import) -> None:
    def take_in(query: Mapping[str, Any], file: Upload) -> Any:
        with changing(who().tenant, dry_run=query["dry_run"]) as session:
            result = one.take_in(session, file.data, query.get("good_rows", False), None)
        return imported(result, dry_run=query["dry_run"])

    def refused(file: Upload) -> Any:
        with changing(who().tenant, dry_run=True) as session:
            result = one.take_in(session, file.data, True, None)
        columns = KNOWN_TABLES[one.table].columns
        return Response(given_back.as_xlsx(file.data, columns, result.faults, result.refused), mimetype=XLSX)

    name = one.table.replace("-", "_")
    take_in.__name__ = f"import_{name}"
    take_in.__doc__ = f"{one.summary}\n\n{one.about} The columns are those of GET /api/templates/{one.table}.xlsx."
    query = DryRun if one.whole else ImportParameters
    resource.post(f"{one.path}/file", one.act, query=query, file=TABLES, answers=ImportAnswer)(take_in)
    if not one.whole:
        refused.__name__ = f"list_refused_{name}"
        refused.__doc__ = (
            "The rows that would be left out\n\nAs a workbook, each with why in its first column; nothing is taken in. "
            "Corrected, it can be brought in: that column is passed over."
        )
        resource.post(f"{one.path}/refused", one.act, file=TABLES, answers=None, media_type=XLSX)(refused)


for _one in IMPORTS:
    _declare(_one)


@resource.get("/templates/<table>.xlsx", Act.READ_TEMPLATES, answers=None, media_type=XLSX)
def read_template(table: str) -> Any:
    """An empty workbook to fill in

    Of any table that can be brought in: headings, lists of words, and a page that explains every column.
    """
    found = KNOWN_TABLES.get(table)
    if found is None:
        raise NotFound(Fault("path/table", f"there is no table {table!r}; there are {', '.join(KNOWN_TABLES)}"))
    return Response(templates.as_xlsx(found.columns, found.title), mimetype=XLSX)
