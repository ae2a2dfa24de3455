"""`flask certification …`: one group of all commands of this half (`certification.commands`) and the demonstration."""

from __future__ import annotations

from certification.commands import (
    access,
    acts,
    analysis,
    archives,
    cases,
    certificates,
    destinations,
    documents,
    dossier_papers,
    dossiers,
    figures,
    gathered_roll_ups,
    identity,
    imports,
    judging,
    keys,
    letterheads,
    lists,
    personal_data,
    persons,
    report_papers,
    report_reminders,
    reports,
    roll_ups,
    rosters,
    rules,
    sign_ins,
    sources,
    supposing,
    testimony,
    title_reviews,
    token_clients,
    transcripts,
    trust,
    units,
)
from certification.demonstration.cli import demo
from lrs import api

__all__ = ["certification_cli"]

certification_cli = api.Commands(
    "certification",
    help=(
        "Criteria, people, evidence, judging, figures. Commands act for the whole tenant, lists too: whoever can run "
        "them holds its database. Who is to see a branch alone asks over HTTP, by an account or a key that has a role."
    ),
    context_settings={"max_content_width": 120},
)

for _command in (
    *access.ACCESS,
    *sign_ins.SIGN_INS,
    *destinations.DESTINATIONS,
    *sources.SOURCES,
    *token_clients.TOKEN_CLIENTS,
    *acts.ACTS,
    rules.load_rules,
    *imports.IMPORTS,
    *rosters.ROSTERS,
    *identity.IDENTITY,
    *lists.LISTS,
    *units.UNITS,
    *letterheads.LETTERHEADS,
    *dossiers.DOSSIERS,
    *title_reviews.TITLE_REVIEWS,
    *reports.REPORTS,
    *certificates.CERTIFICATES,
    *documents.DOCUMENTS,
    *dossier_papers.DOSSIER_PAPERS,
    *report_papers.REPORT_PAPERS,
    *report_reminders.REPORT_REMINDERS,
    *transcripts.TRANSCRIPTS,
    *personal_data.PERSONAL_DATA,
    *testimony.TESTIMONY,
    *cases.CASES,
    imports.unknown_actors,
    imports.forget_actor,
    *persons.PERSONS,
    *judging.JUDGING,
    *supposing.SUPPOSING,
    figures.show_attainment,
    figures.list_people,
    figures.freeze,
    figures.show_frozen,
    figures.publish,
    figures.unpublish,
    analysis.export_figures,
    *archives.ARCHIVES,
    *roll_ups.ROLL_UPS,
    *gathered_roll_ups.GATHERED_ROLL_UPS,
    keys.create_key,
    trust.trust_authority,
    trust.trusted,
    trust.list_findings,
    demo,
):
    certification_cli.add_command(_command)
