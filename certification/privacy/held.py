"""What is held about a worker, table by table: whether a person's export has it, and what erasing leaves of it.

A test holds every table against this list, so that none is forgotten: whoever adds one that speaks of workers says here
what an export and an erasure do with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from certification.models import Base

__all__ = ["BY", "ELSEWHERE", "ERASED_NAME", "HELD", "OF_THE_STORE", "Held", "table"]

ERASED_NAME = "(đã xoá)"
"""Stands where the name of a person stood."""

BY = frozenset(
    {
        "done_by",
        "recorded_by",
        "scored_by",
        "changed_by",
        "linked_by",
        "decided_by",
        "attested_by",
        "withdrawn_by",
        "given_by",
        "ended_by",
        "looked_by",
    }
)
"""Columns that say under which account something was done; erasing puts the worker's id in place of the own account."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Held:
    """A table with rows of a worker. `why`: why it is not exported, or why erasing leaves what it leaves.

    `blanked` are the columns that erasing writes over, with what; `removed`: the rows go. `restored`: importing an
    export into an empty store puts the rows back.
    """

    exported: bool = True
    why: str = ""
    blanked: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    removed: bool = False
    restored: bool = True


_WORKED_OUT = "worked out of the other tables, and again after an import"

HELD: Mapping[str, Held] = {
    "certification_worker": Held(why="an empty record stays, so that counts stay whole; number and name go (erasing)"),
    "certification_worker_identifier": Held(removed=True),
    "certification_identity_event": Held(
        blanked={"ifi": None, "actor_key": None, "basis": "", "changes": "{}"}, why="that somebody decided stays",
        restored=False,
    ),
    "certification_national_number": Held(removed=True, restored=False),
    "certification_employment": Held(blanked={"position": None}, why="headcounts of past days stay whole"),
    "certification_union_role": Held(why="counts of members and cadres of past days stay whole"),
    "certification_audience": Held(why="says by which criteria a result was found"),
    "certification_team_member": Held(removed=True, restored=False),
    "certification_account": Held(why="(erasing)", restored=False),
    "certification_fact": Held(why="counts of what was learned stay whole; names nobody"),
    "certification_repeat": Held(why="as facts"),
    "certification_occasion": Held(why="as facts"),
    "certification_attestation": Held(
        blanked={"basis": "", "withdrawal_reason": None}, why="a judgement rests on the points"
    ),
    "certification_self_score": Held(blanked={"note": None}, why="the points of a self-assessment, without words"),
    "certification_attendance_row": Held(
        blanked={"digest": ""}, why="that a row of a list was somebody's", restored=False
    ),
    "certification_presence": Held(
        blanked={"device": None, "tick_id": None, "sheet": None, "withdrawal_reason": None},
        why="that somebody was at a session, for its count", restored=False,
    ),
    "certification_declaration": Held(
        blanked={"title": "", "provider": None, "certificate_number": None}, why="that something was declared"
    ),
    "certification_declaration_step": Held(blanked={"reason": None}, why="who decided when"),
    "certification_dispute": Held(blanked={"words": ""}, why="that something was disputed"),
    "certification_dispute_step": Held(blanked={"reason": ""}, why="who answered when"),
    "certification_assessment": Held(why="a result of points and ids, on which counts rest"),
    "certification_award": Held(blanked={"withdrawal": None}, why="a public decision: the register's entry stays"),
    "certification_certificate": Held(
        blanked={"name": ERASED_NAME, "unsigned": b"", "signed": b"", "withdrawal": None},
        why="number, decision and status stay in the register; the name and the credential do not", restored=False,
    ),
    "certification_certificate_code": Held(
        exported=False, why="stands in the certificate itself; the code goes on telling the status", restored=False
    ),
    "certification_dossier": Held(why="that somebody applied and what became of it, for the counts"),
    "certification_dossier_step": Held(blanked={"reason": None, "points": None}, why="who took which step when"),
    "certification_title_review": Held(blanked={"reason": None}, why="who decided when"),
    "certification_act": Held(
        why="who did what when; details go (acts.chain)", restored=False
    ),
    "certification_consent": Held(blanked={"paper": None}, why="the proof that data was handed out with consent"),
    "certification_transcript_handover": Held(
        why="the enterprise is told that its right has ended, and has to delete", restored=False
    ),
    "certification_data_request": Held(
        blanked={"words": ""}, why="the proof that it was met in time", restored=False
    ),
    "certification_data_request_step": Held(blanked={"reason": ""}, why="who answered when", restored=False),
    "certification_look": Held(removed=True, restored=False),
    "certification_touched_title": Held(exported=False, why="a mark for work to be done", removed=True, restored=False),
    "certification_stale": Held(exported=False, why="a mark for work to be done", restored=False),
    "certification_uncounted": Held(exported=False, why="a mark for work to be done", restored=False),
    "certification_file_import_change": Held(
        exported=False, why="what an import changed, for some days; the tables themselves are exported", removed=True,
        restored=False,
    ),
    "certification_file_import_row": Held(
        exported=False, why="what an import changed, for some days; the tables themselves are exported", removed=True,
        restored=False,
    ),
    "certification_standing": Held(exported=False, why=_WORKED_OUT, restored=False),
}  # fmt: skip
"""Every table with a `worker_id`, and `certification_worker` itself."""

ELSEWHERE: Mapping[str, str] = {
    "certification_kept_file": "files of declarations are exported beside them and go with them; in files of lists the "
    "person's rows are emptied (evidence.forgetting)",
    "certification_erasure_notice": "the number that an enterprise knows, sealed, until it has deleted as well",
    "certification_waiting_statement": "of Actors whom nobody linked to a worker; goes with the identifier",
    "certification_unknown_actor": "of Actors whom nobody linked to a worker; goes with the identifier",
    "certification_access_record": "of accounts; that of a worker without another role is named by the worker's id",
    "certification_account_session": "of accounts; ended with the account",
    "certification_file_import": "the account of whoever brought a file in; its outcome goes when anybody is erased",
    "certification_emptying": "the account that had test data removed",
    "certification_form_draft": "of accounts; sealed, removed when sent or a day later, and with the account's",
    "certification_form_sent": "of accounts; removed two days later",
    "certification_password_token": "of accounts; removed with the account's",
    "certification_second_factor": "of accounts; removed with the account's",
    "certification_sign_in_contact": "of accounts: shown to the owner, for one-time codes; removed with the account's",
    "certification_sign_in_link": "of accounts; removed with the account's",
    "certification_role_given": "offices of officers, kept with what they decided",
    "certification_roll_call": "the name of an instructor and the account of whoever opened a session",
    "certification_roll_call_sheet": "goes where somebody is erased whom it was typed in for (evidence.forgetting)",
    "certification_attendance_version": "the account of whoever brought a list",
    "certification_authority_trust": "the account of whoever decided",
    "certification_finding": "of a Statement; says nothing of its Actor",
    "certification_freezing": "the account of whoever froze figures",
    "certification_roll_up": "the account of whoever drafted or signed figures of a unit",
    "certification_roll_up_recipient": "to which installation figures go; no person",
    "certification_received_roll_up": "the account or key that brought figures of a unit",
    "certification_year_closing": "the name of whoever decided",
    "certification_proposal": "names of who led a meeting, in the minutes",
    "certification_title_decision": "the signer of a public decision",
    "certification_report_author": "accounts of officers",
    "certification_report_contact": "officers, given for reports",
    "certification_report_filing": "signers and accounts of officers; figures of units, never of a worker",
    "certification_report_reminder": "addresses of officers",
    "certification_report_step": "accounts of officers",
    "certification_report_value": "accounts of officers; items are of units, never of a worker",
    "certification_signer": "signers of public decisions",
    "certification_organization_change": "the account of whoever decided",
}
"""Tables that say of themselves that they hold something about persons, and what an export and erasing do with them."""

OF_THE_STORE: Mapping[str, str] = {
    "lrs_statement": "exported byte for byte; erasing blanks the Actor (lrs.erasure)",
    "lrs_attachment": "exported with the Statements that the person made; erased with them",
    "lrs_dead_letter": "which Statements another store refused, and its words; goes with the erased Statement",
    "lrs_destination": "to which stores Statements are forwarded; no person",
    "lrs_document": "State and Agent Profiles: exported; erased",
    "lrs_activity": "what Statements say of activities, not of persons",
    "lrs_agent_names": "the names stand in the Statements; erased",
    "lrs_attachment_use": "stands in the Statement",
    "lrs_course": "which lessons a course has; no person",
    "lrs_credential": "keys of programs",
    "lrs_erased_statement": "digests that nobody can read back",
    "lrs_erasure": "that an erasure was asked for, by digest",
    "lrs_provenance": "which stores a Statement came through; no person",
    "lrs_registration": "who takes which course; stands in the Statements that are exported; erased",
    "lrs_progress": "what was completed or passed; stands in the Statements that are exported; erased",
    "lrs_launch_session": "a key for hours; stands in the Statements that are exported; erased",
    "lrs_reference": "keys of what Statements say",
    "lrs_forwarded_span": "what went to which store by an earlier filter or address; no person",
    "lrs_handed_over": "which erased Statements other stores had, so that they can be told; no person",
    "lrs_refusal": "why a Statement of another store was not taken; erased with the person in it",
    "lrs_signature": "stands in the Statement's Attachments",
    "lrs_source": "from which stores Statements are pulled; no person",
    "lrs_statement_link": "keys of what Statements say",
    "lrs_trusted_root": "certificates of whoever signs Statements",
}
"""Tables of the store that hold something about persons, in the same way."""


def table(name: str) -> sa.Table:
    """The table of this name."""
    return Base.metadata.tables[name]
