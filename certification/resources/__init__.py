"""JSON for other systems, under /api, one module for each resource; and the self-check of platforms, under /xapi-ext.

Each view is declared by `frame.Resource`, with its guard (`access.permissions`), settled once per request by `access`;
every refusal has the one JSON form of `errors`; what comes in and goes out is described by the marshmallow schemas
beside the view, and all of it at /api/openapi.json (`openapi`).
"""

from __future__ import annotations

from flask import Blueprint

from certification.resources import (
    access,
    access_record,
    accounts,
    acts,
    answers,
    assessment,
    attainment,
    attendance,
    attestations,
    candidates,
    certificates,
    data_requests,
    declarations,
    destinations,
    disputes,
    document_templates,
    dossiers,
    entitlements,
    erasing,
    errors,
    frozen,
    gathered_roll_ups,
    identity,
    imports,
    judgements,
    keys,
    learning,
    letterheads,
    looking,
    openapi,
    personal_data,
    persons,
    publication,
    rates,
    report_filings,
    report_papers,
    report_reminders,
    reports,
    roles,
    roll_calls,
    roll_up_members,
    roll_ups,
    rosters,
    self_assessment_sheets,
    self_check,
    sessions,
    signing_keys,
    sources,
    statuses,
    supposing,
    teams,
    title_decisions,
    title_papers,
    title_reviews,
    token_clients,
    transcripts,
    trust,
    units,
    unknown_actors,
    webhooks,
    without_criteria,
    years,
    zone_rates,
)
from certification.resources.frame import api
from certification.resources.issuers import issuers
from certification.resources.profile import published_profile

__all__ = ["api", "issuers", "published_profile", "xapi_ext_check"]

RESOURCES = (
    attainment,
    rates,
    zone_rates,
    assessment,
    statuses,
    judgements,
    supposing,
    years,
    frozen,
    publication,
    learning,
    transcripts,
    attestations,
    attendance,
    roll_calls,
    declarations,
    disputes,
    unknown_actors,
    without_criteria,
    trust,
    identity,
    units,
    letterheads,
    document_templates,
    dossiers,
    self_assessment_sheets,
    title_decisions,
    title_papers,
    candidates,
    title_reviews,
    persons,
    reports,
    report_filings,
    report_papers,
    report_reminders,
    roll_ups,
    gathered_roll_ups,
    roll_up_members,
    certificates,
    signing_keys,
    personal_data,
    data_requests,
    erasing,
    entitlements,
    sessions,
    accounts,
    roles,
    teams,
    keys,
    token_clients,
    destinations,
    webhooks,
    sources,
    rosters,
    imports,
    access_record,
    acts,
    openapi,
)
"""Every module that declares views of `api`: importing it is what adds them. Whoever adds one says so here."""

errors.register(api)
access.register(api)
looking.register(api)
api.after_request(answers.conditional)

xapi_ext_check = Blueprint("check", __name__, url_prefix="/xapi-ext")
"""Mounted beside what the store adds to xAPI: where platforms, with a key for Statements, try out what they send."""

errors.register(xapi_ext_check)
access.register(xapi_ext_check)
xapi_ext_check.add_url_rule("/check", "check", self_check.show, methods=["POST"])
