"""/api/trust and /api/findings: who may vouch for what, and what is to be looked at in Statements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from certification.access import rights
from certification.access.permissions import Act
from certification.evidence import findings, trust
from certification.evidence.findings_words import FINDINGS, found_words
from certification.evidence.trust import Decision
from certification.people import identifiers
from certification.resources import cursors
from certification.resources.access import caller, changing, database, everything, now, today, who
from certification.resources.errors import BadRequest, Fault
from certification.resources.frame import Resource
from certification.resources.parameters import REASON, Body, DryRun, Paging
from certification.resources.shapes import Answer, AsOf, Page
from certification.vietnam import VIETNAM
from lrs import api

MONTH = r"20[0-9]{2}-(0[1-9]|1[0-2])\Z"

resource = Resource("trust", "Who may vouch for what, and what is to be looked at in Statements.")

_AUTHORITY = {
    "description": "A key of ours, an authority that another store named (`homePage|name`), or `*` for whoever is not"
    " listed."
}


class TrustedBody(Body):
    """About whom, for what, and why."""

    authority = fields.String(required=True, validate=validate.Length(min=1, max=20_000), metadata=_AUTHORITY)
    topics = fields.List(
        fields.String(validate=validate.Length(min=1, max=200)),
        load_default=list,
        validate=validate.Length(max=500),
        metadata={"description": "Codes of the evidence mapping; none: everything that has no decision of its own."},
    )
    reason = fields.String(required=True, validate=REASON)


class TrustBody(TrustedBody):
    """How far, too."""

    at_most = fields.String(
        required=True,
        validate=validate.OneOf([name for name, level in trust.LEVELS.items() if level is not None]),
        metadata={"description": "Up to which level its Statements count: nothing, E0, E1, E2 or E3."},
    )


class TrustDecisionAnswer(Answer):
    """One decision."""

    number = fields.Integer()
    authority = fields.String(metadata={"description": "As it can be sent again; `*` is whoever is not listed."})
    name = fields.String(allow_none=True, metadata={"description": "What the key is called, where it is one of ours."})
    topic = fields.String(metadata={"description": "`*`: whatever has no decision of its own."})
    at_most = fields.String(metadata={"description": "nothing, E0 to E3, or unlisted: taken off the list."})
    holds = fields.Boolean(metadata={"description": "Whether it is the last word on it."})
    decided_by = fields.String()
    reason = fields.String()
    decided = fields.DateTime()


class UnlistedAnswer(Answer):
    """What the evidence mapping says of whoever nobody listed."""

    at_most = fields.String()
    may_claim = fields.String(metadata={"description": "Up to which level such a Statement may claim for itself."})
    status = fields.String()
    source = fields.String()


class TrustPage(Page):
    """Decisions, the first one first."""

    unlisted = fields.Nested(UnlistedAnswer, allow_none=True)
    items = fields.List(fields.Nested(TrustDecisionAnswer))


class DecidedAnswer(AsOf):
    """What holds now by these decisions."""

    decisions = fields.List(fields.Nested(TrustDecisionAnswer))


class FindingsParameters(Paging):
    """`kind`: findings of this kind alone; `platform`: of this authority alone; `month`: of what came in it alone."""

    kind = fields.String(validate=validate.OneOf(list(FINDINGS)))
    platform = fields.Integer(metadata={"description": "`platform` of GET /api/findings/by-platform."})
    month = fields.String(
        validate=validate.Regexp(MONTH),
        metadata={"description": "Of Statements that came in this month, in Vietnam: 2026-11, say."},
    )


class FindingAnswer(Answer):
    """Something to be looked at."""

    statement = fields.UUID()
    kind = fields.String()
    place = fields.String(metadata={"description": "Where in the Statement."})
    platform = fields.Integer()
    platform_name = fields.String(allow_none=True, metadata={"description": "null: another store's."})
    stored = fields.DateTime()
    workers = fields.List(fields.String(), metadata={"description": "Numbers of those whom it is evidence about."})
    words = fields.String(metadata={"description": "In Vietnamese."})


class FindingsPage(Page):
    """What is to be looked at, by Statement."""

    items = fields.List(fields.Nested(FindingAnswer))


class FindingCountAnswer(Answer):
    """How many Statements of a platform have a finding."""

    platform = fields.Integer()
    platform_name = fields.String(allow_none=True)
    kind = fields.String()
    statements = fields.Integer()
    example = fields.UUID()


class SharedCertificateAnswer(Answer):
    """A certificate's number that Statements about several workers name."""

    statements = fields.List(fields.UUID())
    workers = fields.Integer(metadata={"description": "How many workers."})


class FindingCountsAnswer(AsOf):
    """What is to be looked at, most first."""

    counts = fields.List(fields.Nested(FindingCountAnswer))
    shared_certificates = fields.List(fields.Nested(SharedCertificateAnswer))


# ---------------------------------------------------------------- who may vouch for what


@resource.get("/trust", Act.READ_TRUST, query=Paging, answers=TrustPage)
def list_trust(query: Mapping[str, Any]) -> Any:
    """Every decision about who may vouch for what

    Of decisions on the same the last one holds; the others stay listed.
    """
    everything(Act.READ_TRUST)
    tenant = caller().tenant
    left = cursors.after(tenant, (int,))
    with database().reading(tenant) as session:
        decisions = trust.decisions(session, tenant)
        names = trust.names(session, tenant)
        unlisted = trust.unlisted(session, tenant)
    shown = _shown(decisions, names)
    found = [one for one in shown if left is None or one["number"] > left[0]]
    default = None
    if unlisted is not None:
        default = {
            "at_most": trust.level_name(unlisted.standing.at_most),
            "may_claim": trust.level_name(unlisted.standing.claims_at_most),
            "status": unlisted.status,
            "source": unlisted.source or "",
        }
    return cursors.page(
        tenant,
        found[: query["limit"] + 1],
        query["limit"],
        as_of=today(),
        key=lambda one: (one["number"],),
        show=lambda one: one,
        unlisted=default,
    )


@resource.post("/trust", Act.DECIDE_TRUST, query=DryRun, body=TrustBody, answers=DecidedAnswer)
def decide_trust(query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Decide how far somebody's Statements count

    Those that were taken in before are read anew, and whoever they are about is judged again. For the whole tenant.
    """
    return _decide(body, trust.LEVELS[body["at_most"]], dry_run=query["dry_run"])


@resource.post("/trust/end", Act.DECIDE_TRUST, query=DryRun, body=TrustedBody, answers=DecidedAnswer)
def end_trust(query: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Take somebody off the list

    From now on what holds for whoever is not listed holds for it; what was decided stays listed.
    """
    return _decide(body, None, dry_run=query["dry_run"])


def _decide(body: Mapping[str, Any], at_most: int | None, *, dry_run: bool) -> Any:
    everything(Act.DECIDE_TRUST)
    asking = who()
    with changing(asking.tenant, dry_run=dry_run) as session:
        faults = []
        authority = ""
        try:
            authority = trust.authority_meant(session, asking.tenant, body["authority"])
        except (trust.NoSuchAuthority, identifiers.NoIdentifier) as error:
            faults.append(Fault("/authority", str(error)))
        for code, message in trust.unknown_topics(session, asking.tenant, body["topics"]):
            faults.append(Fault(f"/topics/{body['topics'].index(code)}", message))
        if faults:
            raise BadRequest(*faults)
        before = trust.read(session, asking.tenant).last
        trust.decide(
            session,
            asking.tenant,
            authority,
            body["topics"] or (trust.EVERYTHING,),
            at_most,
            by=asking.name,
            reason=body["reason"],
            now=now(),
        )
        decisions = trust.decisions(session, asking.tenant)
        names = trust.names(session, asking.tenant)
    return {"as_of": today(), "decisions": [one for one in _shown(decisions, names) if one["number"] > before]}


def _shown(decisions: list[Decision], names: Mapping[str, str]) -> list[dict[str, Any]]:
    last = {(one.authority, one.what): one.number for one in decisions}
    return [
        {
            "number": one.number,
            "authority": one.authority if one.authority == trust.ANYBODY else identifiers.written(one.authority),
            "name": names.get(one.authority),
            "topic": one.what,
            "at_most": trust.level_name(one.at_most),
            "holds": last[one.authority, one.what] == one.number,
            "decided_by": one.decided_by,
            "reason": one.reason,
            "decided": one.decided,
        }
        for one in decisions
    ]


# ---------------------------------------------------------------- what is to be looked at


def _month(written: str) -> tuple[datetime, datetime]:
    """When a month begins and when the next one does."""
    year, month = int(written[:4]), int(written[5:])
    first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    return datetime.combine(first, time(), VIETNAM), datetime.combine(after, time(), VIETNAM)


@resource.get("/findings", Act.READ_FINDINGS, query=FindingsParameters, answers=FindingsPage)
def list_findings(query: Mapping[str, Any]) -> Any:
    """What is to be looked at in Statements

    A finding refuses nothing. Whoever has a branch gets those of Statements that are evidence about its workers.
    """
    tenant = caller().tenant
    left = cursors.after(tenant, (UUID, int))
    reach = rights.reach(who(), Act.READ_FINDINGS, today())
    with database().reading(tenant) as session:
        found = findings.listed(
            session,
            tenant,
            codes=[query["kind"]] if "kind" in query else (),
            said_by=query.get("platform"),
            after=(left[0], left[1]) if left else None,
            limit=query["limit"] + 1,
            about=None if reach.everything else lambda column: reach.workers(session, column),
            stored=_month(query["month"]) if "month" in query else None,
        )
        workers = findings.workers_of(
            session,
            tenant,
            [one.statement_id for one in found[: query["limit"]]],
            about=None if reach.everything else lambda column: reach.workers(session, column),
        )
        names = {api.key_of(authority): name for authority, name in trust.names(session, tenant).items()}
    return cursors.page(
        tenant,
        found,
        query["limit"],
        as_of=today(),
        key=lambda one: (one.statement_id, one.number),
        show=lambda one: {
            "statement": one.statement_id,
            "kind": one.found.code,
            "place": one.found.place,
            "platform": one.said_by,
            "platform_name": names.get(one.said_by),
            "stored": one.stored,
            "workers": workers.get(one.statement_id, ()),
            "words": found_words(one.found),
        },
    )


@resource.get("/findings/by-platform", Act.READ_FINDINGS, answers=FindingCountsAnswer)
def count_findings() -> Any:
    """How many Statements of each platform have each kind of finding

    And certificates whose number several workers' Statements name. For whoever may read the whole tenant.
    """
    everything(Act.READ_FINDINGS)
    tenant = caller().tenant
    with database().reading(tenant) as session:
        counted = findings.by_platform(session, tenant)
        shared = findings.shared(session, tenant)
        names = {api.key_of(authority): name for authority, name in trust.names(session, tenant).items()}
    return {
        "as_of": today(),
        "counts": [
            {
                "platform": one.said_by,
                "platform_name": names.get(one.said_by),
                "kind": one.code,
                "statements": one.statements,
                "example": one.example,
            }
            for one in counted
        ],
        "shared_certificates": [{"statements": one.statements, "workers": len(one.workers)} for one in shared],
    }
