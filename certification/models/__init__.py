"""Tables of the certification half, each named certification_….

As in `lrs.models`, `info["distribution"]` says how a table would be spread: by worker, by statement, or copied
everywhere ("reference"). Rows with a `worker_id` move when two workers turn out to be one person (`people.merging`),
unless `info["merging"]` says "stays". Days are dates in Vietnam; instants are UTC. No foreign key crosses to the other
half.
"""

from __future__ import annotations

from certification.models.access import (
    AccessRecord,
    Account,
    AccountSession,
    FormSent,
    PasswordToken,
    RecoveryCode,
    RoleGiven,
    SecondFactor,
    SignInAttempt,
    SignInBegun,
    SignInLink,
    SignInProvider,
    Team,
    TeamMember,
)
from certification.models.acts import RecordedAct
from certification.models.base import Base
from certification.models.cases import Declaration, DeclarationStep, Dispute, DisputeStep
from certification.models.certificates import Certificate, CertificateCode, SigningKey
from certification.models.documents import DocumentTemplate, UsedTemplate
from certification.models.dossiers import Dossier, DossierStep, Proposal, TitleDecision, TitleReview, TouchedTitle
from certification.models.evidence import (
    Attestation,
    AuthorityTrust,
    Fact,
    FeedPosition,
    Finding,
    Occasion,
    Repeat,
    SelfScore,
)
from certification.models.judgement import Assessment, Award, Stale, YearClosing
from certification.models.people import (
    Employment,
    IdentityEvent,
    UnknownActor,
    WaitingStatement,
    Worker,
    WorkerIdentifier,
)
from certification.models.privacy import Consent, DataRequest, DataRequestStep, ErasureNotice, Look
from certification.models.reports import (
    Report,
    ReportAuthor,
    ReportContact,
    ReportFiling,
    ReportReminder,
    ReportStep,
    ReportValue,
)
from certification.models.roll_calls import Presence, RollCall, RollCallSheet
from certification.models.rules import RuleFile
from certification.models.targets import (
    Freezing,
    Publication,
    Standing,
    Summary,
    SummaryPlace,
    Tally,
    Uncounted,
)
from certification.models.testimony import (
    AttendanceList,
    AttendanceRow,
    AttendanceVersion,
    ChannelItem,
    Entitlement,
    KeptFile,
)
from certification.models.transcripts import TranscriptHandover
from certification.models.units import (
    Commitment,
    Letterhead,
    Organization,
    OrganizationChange,
    OrganizationLabel,
    OrganizationParent,
    OrganizationSuccession,
    Revision,
    Signer,
)
from certification.models.workforce import Audience, DeclaredHeadcount, NationalNumber, PeopleSetting, UnionRole

__all__ = [
    "AccessRecord",
    "Account",
    "AccountSession",
    "Assessment",
    "AttendanceList",
    "AttendanceRow",
    "AttendanceVersion",
    "Attestation",
    "Audience",
    "AuthorityTrust",
    "Award",
    "Base",
    "Certificate",
    "CertificateCode",
    "ChannelItem",
    "Commitment",
    "Consent",
    "DataRequest",
    "DataRequestStep",
    "Declaration",
    "DeclarationStep",
    "DeclaredHeadcount",
    "Dispute",
    "DisputeStep",
    "DocumentTemplate",
    "Dossier",
    "DossierStep",
    "Employment",
    "Entitlement",
    "ErasureNotice",
    "Fact",
    "FeedPosition",
    "Finding",
    "FormSent",
    "Freezing",
    "IdentityEvent",
    "KeptFile",
    "Letterhead",
    "Look",
    "NationalNumber",
    "Occasion",
    "Organization",
    "OrganizationChange",
    "OrganizationLabel",
    "OrganizationParent",
    "OrganizationSuccession",
    "PasswordToken",
    "PeopleSetting",
    "Presence",
    "Proposal",
    "Publication",
    "RecordedAct",
    "RecoveryCode",
    "Repeat",
    "Report",
    "ReportAuthor",
    "ReportContact",
    "ReportFiling",
    "ReportReminder",
    "ReportStep",
    "ReportValue",
    "Revision",
    "RoleGiven",
    "RollCall",
    "RollCallSheet",
    "RuleFile",
    "SecondFactor",
    "SelfScore",
    "SignInAttempt",
    "SignInBegun",
    "SignInLink",
    "SignInProvider",
    "Signer",
    "SigningKey",
    "Stale",
    "Standing",
    "Summary",
    "SummaryPlace",
    "Tally",
    "Team",
    "TeamMember",
    "TitleDecision",
    "TitleReview",
    "TouchedTitle",
    "TranscriptHandover",
    "Uncounted",
    "UnionRole",
    "UnknownActor",
    "UsedTemplate",
    "WaitingStatement",
    "Worker",
    "WorkerIdentifier",
    "YearClosing",
]
