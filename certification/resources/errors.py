"""What a view refuses, and the one JSON form of every refusal: the store's own.

{"errors": [{"place": "on", "message": "…", "clause": ""}]}

`place` names the parameter at fault ("on", "path/number") or points into the body, and is empty when it is the request
as a whole.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from certification.access.accounts import AccountRefused, SignInRefused
from certification.access.attempts import TooOften
from certification.access.destinations import UnknownDestination
from certification.access.keys import KeyRefused, UnknownKey
from certification.access.look_ups import AskedTooOften
from certification.access.rights import NotAllowed
from certification.access.roles import RoleRefused
from certification.access.sources import UnknownSource
from certification.access.token_clients import UnknownTokenClient
from certification.certificates.correcting import NothingToCorrect
from certification.certificates.keys import IsACopy, NoPublicAddress, SealedElsewhere
from certification.certificates.recognised import NothingToIssue, SeveralDecisions
from certification.certificates.register import NotWithdrawable, UnknownCertificate
from certification.dossiers.decisions import UnknownDecision
from certification.dossiers.proposals import UnknownProposal
from certification.dossiers.reviews import UnknownReview
from certification.dossiers.steps import NotTwice, TooLate, UnknownDossier, WrongState
from certification.errors import NoCriteriaInForce, NoMappingInForce
from certification.evidence import attendance_lists, sittings
from certification.evidence.attendance_lists import UnknownList
from certification.evidence.cases import NotSo, UnknownCase
from certification.evidence.kept_files import UnknownFile
from certification.evidence.sittings import UnknownAttestation
from certification.evidence.witnesses import NotForYou
from certification.federation.making import NotSendable, UnknownRollUp
from certification.federation.members import UnknownMember
from certification.federation.receiving import AnotherStands
from certification.federation.recipients import NoRecipient
from certification.federation.rounds import UnknownRound
from certification.judgement.closings import NotBegun, NothingToDo, StillRuns, YearIsClosed
from certification.people.file_imports import NotUndone, UnknownImport
from certification.people.national_keys import BrokenKeys
from certification.people.national_numbers import MissingKey
from certification.people.workers import UnknownWorker
from certification.privacy.consents import UnknownConsents
from certification.reports.filing import UnknownFiling
from certification.reports.places import NotAsked
from certification.reports.reading import UnknownPeriod
from certification.reports.steps import WrongStep
from certification.resources.answers import Unchanged, answer
from certification.roll_calls.meetings import StepRefused, UnknownRollCall
from certification.roll_calls.presences import NotPresent, NotTaken
from certification.rules.certificate_forms import NoCertificateForm
from certification.rules.personal_data import NoPersonalDataRules
from certification.rules.procedures import NoProcedureInForce
from certification.rules.report_forms import NoReportForm
from certification.rules.roll_call_rules import NoRollCallRules
from certification.rules.title_procedures import NoSuchStep, NoTitleProcedure
from certification.spreadsheets import ImportFaults
from certification.units.letterheads import BadLetterhead
from certification.units.trees import UnknownOrganization
from lrs.api import Fault, InvalidRequest, Unauthenticated
from lrs.db import AWAY, is_away

__all__ = [
    "UNDERSTOOD",
    "BadRequest",
    "Conflict",
    "Fault",
    "Forbidden",
    "NotFound",
    "Refusal",
    "TooLarge",
    "Unsupported",
    "listed",
    "register",
    "understood",
    "unmatched",
]

log = logging.getLogger(__name__)


class Refusal(Exception):
    """A request that is not answered, with every fault found."""

    status = 400

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{fault.place}: {fault.message}" for fault in faults))


class BadRequest(Refusal):
    """A parameter that is unknown, missing, repeated or ill-formed."""

    status = 400


class Forbidden(Refusal):
    """Good credentials that do not allow this."""

    status = 403


class Conflict(Refusal):
    """What is asked for does not go together with what is there already."""

    status = 409


class TooLarge(Refusal):
    """More than is taken in one request."""

    status = 413


class Unsupported(Refusal):
    """A body of a kind that is not read here."""

    status = 415


class NotFound(Refusal):
    """Nothing in the caller's tenant answers to that name. Another tenant's things do not exist here."""

    status = 404


_UNKNOWN: tuple[type[Exception], ...] = (
    UnknownDossier,
    UnknownProposal,
    UnknownDecision,
    UnknownReview,
    UnknownImport,
    UnknownDestination,
    UnknownSource,
    UnknownTokenClient,
    UnknownRollUp,
    UnknownMember,
    UnknownRound,
    NoRecipient,
    UnknownWorker,
    UnknownCertificate,
    UnknownOrganization,
    UnknownAttestation,
    UnknownCase,
    UnknownList,
    UnknownRollCall,
    UnknownFile,
    UnknownKey,
    UnknownFiling,
    UnknownPeriod,
    NoReportForm,
    NotAsked,
)
_NOT_NOW: tuple[type[Exception], ...] = (
    NoTitleProcedure,
    NoSuchStep,
    NotTwice,
    TooLate,
    WrongState,
    WrongStep,
    NoCriteriaInForce,
    NoMappingInForce,
    NoPersonalDataRules,
    NoProcedureInForce,
    NoRollCallRules,
    NotPresent,
    NotTaken,
    NotUndone,
    StepRefused,
    NotBegun,
    NoCertificateForm,
    NoPublicAddress,
    NothingToCorrect,
    NothingToIssue,
    SeveralDecisions,
    NotSendable,
    AnotherStands,
    NotWithdrawable,
    SealedElsewhere,
    IsACopy,
    NothingToDo,
    StillRuns,
    YearIsClosed,
    attendance_lists.AlreadyWithdrawn,
    sittings.AlreadyWithdrawn,
    NotSo,
    BrokenKeys,
    MissingKey,
)
"""What names nothing that is there, and what does not go with how things stand."""


def _place(row: int, column: str) -> str:
    """Where a fault of a file or table stands; of a JSON body, by pointer."""
    if row == 0:
        return f"/{column}" if column and request.is_json and not column.startswith("/") else column
    return f"row {row}, {column}" if column else f"row {row}"


def understood(error: Exception) -> Refusal | None:
    """What a view refuses by this error of a module of ours, with every fault; None for what nobody expected."""
    whole = [Fault("", str(error))]
    if isinstance(error, Refusal):
        return error
    if isinstance(error, NotAllowed | NotForYou):
        return Forbidden(*whole)
    if isinstance(error, AccountRefused | RoleRefused | KeyRefused):
        return BadRequest(Fault(f"/{error.field}", str(error)))
    if isinstance(error, BadLetterhead):
        return BadRequest(*(Fault(f"/{field}", message) for field, message in error.faults))
    if isinstance(error, ImportFaults):
        return BadRequest(*(Fault(_place(fault.row, fault.column), fault.message) for fault in error.faults))
    if isinstance(error, UnknownConsents):
        return NotFound(*(Fault(_place(fault.row, fault.column), fault.message) for fault in error.faults))
    if isinstance(error, InvalidRequest):
        return BadRequest(*error.faults)
    if isinstance(error, _UNKNOWN):
        return NotFound(*whole)
    return Conflict(Fault(getattr(error, "place", ""), str(error))) if isinstance(error, _NOT_NOW) else None


UNDERSTOOD: tuple[type[Exception], ...] = (
    Refusal,
    NotAllowed,
    NotForYou,
    AccountRefused,
    RoleRefused,
    KeyRefused,
    BadLetterhead,
    ImportFaults,
    UnknownConsents,
    InvalidRequest,
    *_UNKNOWN,
    *_NOT_NOW,
)
"""The errors that `understood` knows."""


def register(blueprint: Blueprint) -> None:
    """Turns what views raise into answers. What nobody expected stays an error of the server, and is logged."""

    def refused(error: Exception) -> Response:
        refusal = understood(error)
        assert refusal is not None  # noqa: S101 — registered for these alone
        return _refusal(refusal.status, refusal.faults)

    for one in UNDERSTOOD:
        blueprint.register_error_handler(one, refused)

    @blueprint.errorhandler(SignInRefused)
    def not_signed_in(error: SignInRefused) -> Response:
        return _refusal(401, [Fault("", str(error))])

    @blueprint.errorhandler(TooOften)
    @blueprint.errorhandler(AskedTooOften)
    def too_often(error: TooOften | AskedTooOften) -> Response:
        response = _refusal(429, [Fault("", str(error))])
        response.headers["Retry-After"] = str(error.seconds)
        return response

    @blueprint.errorhandler(Unchanged)
    def unchanged(known: Unchanged) -> Response:
        response = Response(status=304)
        response.set_etag(known.etag)
        return response

    @blueprint.errorhandler(Unauthenticated)
    def unauthenticated(error: Unauthenticated) -> Response:
        response = _refusal(401, [Fault("", str(error))])
        response.headers["WWW-Authenticate"] = 'Basic realm="certification", charset="UTF-8"'
        return response

    @blueprint.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return _http(error)

    def unavailable(error: Exception) -> Response:
        if not is_away(error):
            raise error
        log.error("the database, or this machine, did not do its work", exc_info=error)
        response = _refusal(503, [Fault("", "the database does not answer just now; ask again")])
        response.headers["Retry-After"] = "2"
        return response

    for kind in AWAY:
        blueprint.register_error_handler(kind, unavailable)


def unmatched(error: HTTPException) -> Response:
    """The refusal of an address or method that no view under /api answers to. Only the application sees such errors."""
    return _http(error)


def _http(error: HTTPException) -> Response:
    response = _refusal(error.code or 500, [Fault("", error.description or error.name)])
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _refusal(status: int, faults: Sequence[Fault]) -> Response:
    return answer({"errors": [listed(fault) for fault in faults]}, status)


def listed(fault: Fault) -> dict[str, str]:
    """A fault as answers list it."""
    return {"place": fault.place, "message": fault.message, "clause": fault.clause}
