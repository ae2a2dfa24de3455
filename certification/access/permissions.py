"""One table of who may do what.

A view says by `@guarded(Act.…)` what its caller must be allowed to do. The blueprint looks it up in `TABLE` before the
view runs; a page or a view under /api that says nothing is refused to everybody (and a test fails on it first). No web
framework here: the same table serves pages and JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from certification.units.trees import ADMINISTRATIVE, ENTERPRISE, GRASSROOTS_UNION, TRADE_UNION

__all__ = [
    "BRANCH_SCOPE",
    "KEEPERS",
    "MAY_GIVE",
    "OF_KEPT_RECORDS",
    "OVER",
    "PURPOSES",
    "REACHES",
    "READ_SCOPE",
    "ROLL_UPS_SCOPE",
    "TABLE",
    "UNION_ROLES",
    "WIDE",
    "Act",
    "Role",
    "Rule",
    "WithoutKey",
    "act_of",
    "guarded",
    "who_may",
]

READ_SCOPE = "certification/read"
"""Given to a credential that may read figures and persons' results of its tenant. xAPI's own scopes do not include it:
a learning platform that writes Statements need not know what its learners are judged to be."""


BRANCH_SCOPE = "certification/branch"
"""Given to a credential that may do what its roles allow, over the branches they are given for, and nothing else."""

ROLL_UPS_SCOPE = "certification/roll-ups"
"""Given to a credential by which a member's installation hands in signed roll-ups, and does nothing else."""


class Role(Enum):
    """What somebody is, over a branch of a tree. All that is told of a role follows; `rights.reach` works it out."""

    WORKER = "worker"
    TEAM_LEAD = "team_lead"
    GRASSROOTS_OFFICER = "grassroots_officer"
    UPPER_OFFICER = "upper_officer"
    ENTERPRISE = "enterprise"
    AUDITOR = "auditor"
    OPERATOR = "operator"


REACHES: Mapping[Role, str] = {
    Role.WORKER: "his or her own record",
    Role.TEAM_LEAD: "the team",
    Role.GRASSROOTS_OFFICER: "the workers of the grassroots union",
    Role.UPPER_OFFICER: "the branch: everything below the unit",
    Role.ENTERPRISE: "its own workers",
    Role.AUDITOR: "the branch, or everything where no unit is named",
    Role.OPERATOR: "everything",
}
"""How far a role goes. Which acts it allows stands in `TABLE`."""

WIDE = frozenset({Role.OPERATOR, Role.UPPER_OFFICER, Role.AUDITOR})
"""Those that reach many people or decide about the installation: their sessions end sooner when nobody uses them."""

UNION_ROLES = frozenset({Role.TEAM_LEAD, Role.GRASSROOTS_OFFICER, Role.UPPER_OFFICER})
"""Those that judge workers for the union. An enterprise is never among them: what an employer keeps of its workers'
training and what the union finds of them serve different purposes (Law 91/2025/QH15, article 25)."""

PURPOSES: Mapping[Role, str] = {
    Role.WORKER: "own record",
    Role.TEAM_LEAD: "attesting the team",
    Role.GRASSROOTS_OFFICER: "union statistics and attestation",
    Role.UPPER_OFFICER: "union statistics and review",
    Role.ENTERPRISE: "the employer's training management",
    Role.AUDITOR: "review",
    Role.OPERATOR: "running the installation",
}
"""What a role is for, where whoever gives it says nothing else."""

MAY_GIVE: Mapping[Role, frozenset[Role]] = {
    Role.OPERATOR: frozenset(Role) - {Role.WORKER},
    Role.UPPER_OFFICER: frozenset({Role.GRASSROOTS_OFFICER, Role.TEAM_LEAD}),
    Role.GRASSROOTS_OFFICER: frozenset({Role.TEAM_LEAD}),
}
"""Which roles each may give, end and hand over, within the own branch and never to oneself. Nobody gives the
role of a worker: an account that is a worker has it."""


OVER: Mapping[Role, frozenset[str]] = {
    Role.TEAM_LEAD: frozenset({ENTERPRISE}),
    Role.GRASSROOTS_OFFICER: frozenset({GRASSROOTS_UNION}),
    Role.UPPER_OFFICER: frozenset({TRADE_UNION, ADMINISTRATIVE}),
    Role.ENTERPRISE: frozenset({ENTERPRISE}),
    Role.AUDITOR: frozenset({TRADE_UNION, GRASSROOTS_UNION, ADMINISTRATIVE, ENTERPRISE, ""}),
    Role.OPERATOR: frozenset({""}),
}
"""Over which kinds of organization a role can be; "" is the whole tenant."""


class Act(Enum):
    """What can be done here, in the words of a refusal."""

    READ_FIRST_PAGE = "read the first page"
    READ_ASSETS = "read what pages are drawn with"
    READ_PROFILE = "read the vocabulary as an xAPI Profile"
    READ_API_DESCRIPTION = "read the description of the JSON interface"
    READ_ATTAINMENT = "read attainment"
    READ_RATES = "read the rates of a unit"
    READ_OWN_SHARE = "read the share of titles of the own enterprise"
    READ_RATE_PEOPLE = "read who is behind a rate"
    READ_FROZEN = "read frozen figures"
    FREEZE_FIGURES = "freeze figures"
    READ_YEARS = "read which years are closed"
    CLOSE_YEARS = "close or open assessment years"
    READ_ASSESSMENT = "read a worker's assessment"
    SUPPOSE = "ask what would be of a worker"
    SUPPOSE_OF_MANY = "ask what would be of many workers"
    READ_LEARNING = "read what a worker has learnt"
    READ_TRANSCRIPT = "read the transcript of a worker"
    RECEIVE_TRANSCRIPTS = "be given transcripts as an enterprise"
    READ_WORK_LIST = "read what waits for a person"
    READ_UNKNOWN_ACTORS = "read unknown actors"
    READ_FINDINGS = "read what is to be looked at in Statements"
    READ_TRUST = "read who may vouch for what"
    DECIDE_TRUST = "decide who may vouch for what"
    IMPORT_PEOPLE = "import rosters and headcounts"
    IMPORT_TITLES = "import recognised titles"
    IMPORT_ATTESTATIONS = "import attestations from a file"
    IMPORT_COMMITMENTS = "import what units took into their programme"
    DECLARE_HEADCOUNTS = "declare headcounts"
    READ_HEADCOUNTS = "read declared headcounts"
    READ_TEMPLATES = "read templates of import files"
    READ_DOUBLES = "read which records may be one person's"
    READ_IDENTITY = "read which Actors a worker is, and who decided it"
    CHANGE_IDENTITY = "say which Actor is which worker, or which records are one person's"
    READ_UNITS = "read units and how they stand"
    CHANGE_UNITS = "move or end units"
    ISSUE_CERTIFICATES = "issue certificates"
    READ_CERTIFICATES = "read the register of certificates"
    WITHDRAW_CERTIFICATES = "withdraw certificates"
    VERIFY_CERTIFICATES = "verify a certificate by its code"
    READ_DOSSIERS = "read dossiers of those who apply for the title"
    COUNT_DOSSIERS = "count dossiers"
    TAKE_DOSSIER_STEPS = "take steps about a dossier"
    PROPOSE_TITLES = "propose workers for the title"
    DECIDE_TITLES = "record decisions on titles"
    READ_TITLE_DECISIONS = "read proposals and decisions on titles"
    EXPORT_PERSON = "take all that is held about a worker"
    IMPORT_PERSON = "bring in all that was held about a worker elsewhere"
    EXPORT_CANDIDATES = "take who applies for the title to another site"
    READ_TITLE_REVIEWS = "read which titles are to be looked at again"
    DECIDE_TITLE_REVIEWS = "decide about titles that are to be looked at again"
    READ_LETTERHEADS = "read how documents of a unit are headed and who signs them"
    CHANGE_LETTERHEADS = "say how documents of a unit are headed and who signs them"
    READ_DOCUMENT_TEMPLATES = "read the Word templates of documents"
    CHANGE_DOCUMENT_TEMPLATES = "say which Word templates documents are filled into"
    READ_REPORTS = "read reports on plans"
    WRITE_REPORTS = "enter and hand in reports on plans"
    TAKE_REPORT_STEPS = "take steps about reports on plans"
    APPROVE_REPORTS = "return or approve reports on plans"
    FILE_REPORTS = "file reports on plans"
    REMIND_OF_REPORTS = "see whom to phone about late reports"
    ENTITLE = "say whose results count as assessed"
    ATTEST = "attest points"
    SCORE_ONESELF = "give points to oneself"
    TAKE_IN_LISTS = "bring in lists of who attended"
    READ_LISTS = "read what became of a list"
    HOLD_ROLL_CALLS = "hold roll-calls"
    READ_ROLL_CALLS = "read who was at a roll-call"
    BRING_CODES = "bring the code of a roll-call"
    BE_PRESENT = "say that one is present at a roll-call"
    DECLARE = "declare learning"
    READ_DECLARATIONS = "read declarations"
    DECIDE_DECLARATIONS = "confirm or refuse declarations"
    DISPUTE = "dispute evidence"
    READ_DISPUTES = "read disputes"
    ANSWER_DISPUTES = "answer disputes"
    TAKE_IN_CHANNEL_ITEMS = "bring in items of channels"
    READ_CHANNEL_ITEMS = "count items of channels"
    READ_CHECK_PAGE = "read the page on which Statements are tried out"
    CHECK_STATEMENTS = "try Statements out"
    CHECK_STATEMENTS_ON_PAGE = "try Statements out on a page"
    READ_STATEMENTS = "read Statements as they are stored"
    READ_RULES = "read loaded rules"
    READ_RULES_IN_FORCE = "read what the rules that hold ask"
    LOAD_RULES = "load rules"
    READ_RULE_CHANGES = "read which results other rules changed"
    READ_HEALTH = "read how the installation is"
    RUN_INSTALLATION = "run the installation"
    SIGN_IN = "sign in"
    SET_PASSWORD = "set a password with a token"  # noqa: S105
    READ_OWN_SESSION = "read who is signed in"
    CHANGE_OWN_SESSION = "sign out or change the own password"
    USE_OWN_PAGES = "use the pages about oneself"
    READ_ACCOUNTS = "read accounts"
    CHANGE_ACCOUNTS = "make or end accounts"
    PRINT_SLIPS = "print slips by which workers sign in"
    READ_ROLES = "read who holds which role"
    READ_TEAMS = "read who is in which team"
    CHANGE_TEAMS = "say who is in which team"
    READ_KEYS = "read keys of programs"
    CHANGE_KEYS = "make or end keys of programs"
    READ_DESTINATIONS = "read where Statements are forwarded to and pulled from"
    CHANGE_DESTINATIONS = "say where Statements are forwarded to and pulled from"
    READ_ROLL_UPS = "read roll-ups that were made here"
    MAKE_ROLL_UPS = "make, sign and send roll-ups of a unit"
    GATHER_ROLL_UPS = "say whose roll-ups are gathered, and for which cut-offs"
    RECEIVE_ROLL_UPS = "hand in roll-ups of other installations"
    READ_GATHERED = "read what roll-ups of other installations add up to"
    DECLARE_OWN_HEADCOUNT = "declare the headcount of the own enterprise"
    CHANGE_OWN_KEYS = "make or end keys of the own enterprise's programs"
    READ_PUBLICATION = "read which figures everybody may see"
    PUBLISH = "say which figures everybody may see"
    GIVE_ROLES = "give, end or hand over roles"
    READ_ACCESS_RECORD = "read who gave or took which right"
    READ_ACTS = "read the record of acts"
    READ_PURPOSES = "read what personal data is used for"
    CONSENT = "give or take back consent"
    READ_CONSENTS = "read what a worker agreed to"
    READ_HELD = "read what is held about a worker"
    READ_LOOKS = "read who looked at a worker"
    ASK_ABOUT_DATA = "ask about a worker's data in his or her name"
    READ_DATA_REQUESTS = "read what workers ask about their data"
    ANSWER_DATA_REQUESTS = "answer what workers ask about their data"
    ERASE_PERSON = "erase a worker"
    RECEIVE_ERASURES = "be told as an enterprise who was erased"


KEEPERS = frozenset({Role.GRASSROOTS_OFFICER, Role.UPPER_OFFICER})
"""Those that see records which a union of their branch keeps."""

OF_KEPT_RECORDS = frozenset(
    {
        Act.READ_ASSESSMENT,
        Act.READ_LEARNING,
        Act.READ_TRANSCRIPT,
        Act.READ_DOSSIERS,
        Act.CONSENT,
        Act.READ_CONSENTS,
        Act.ASK_ABOUT_DATA,
        Act.READ_DATA_REQUESTS,
        Act.ANSWER_DATA_REQUESTS,
    }
)
"""What officers may do about somebody who is employed nowhere, and agreed that a union of their branch keeps the record
(purpose `union-record`): read what was agreed to be kept, and see to the person's own wishes. Nothing is judged."""


class WithoutKey(Enum):
    """What somebody without a credential gets."""

    REFUSED = "nothing"
    PUBLISHED = "the figures that the operator's own tenant has published, as of the published day"
    ALL = "everything: it says nothing of anybody who did not show the code of a certificate"
    IN_BODY = "whoever the name and password, or the one-time token, in the body belong to"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may: whoever has a credential with `scope`, over the whole tenant; whoever holds one of `roles`, as far as it
    reaches (`access.rights`); with `any_account`, everybody signed in; and whoever has no credentials as far as
    `without_key` says.

    A rule without a scope asks for no credential at all, and heeds none. With `in_form`, key and secret are fields of
    the form that was sent: the view asks for them itself (`resources.access.identified`), to answer with a page.
    """

    scope: str | None
    without_key: WithoutKey = WithoutKey.REFUSED
    in_form: bool = False
    roles: frozenset[Role] = frozenset()
    any_account: bool = False


_OFFICERS = frozenset({Role.GRASSROOTS_OFFICER, Role.UPPER_OFFICER})

TABLE: Mapping[Act, Rule] = {
    Act.READ_FIRST_PAGE: Rule(None, WithoutKey.PUBLISHED),
    Act.READ_ASSETS: Rule(None, WithoutKey.ALL),
    Act.READ_PROFILE: Rule(None, WithoutKey.PUBLISHED),
    Act.READ_API_DESCRIPTION: Rule(None, WithoutKey.ALL),
    Act.READ_ATTAINMENT: Rule(READ_SCOPE, WithoutKey.PUBLISHED, roles=_OFFICERS | {Role.AUDITOR, Role.OPERATOR}),
    Act.READ_RATES: Rule(READ_SCOPE, roles=_OFFICERS | {Role.AUDITOR, Role.OPERATOR}),
    Act.READ_OWN_SHARE: Rule(None, roles=frozenset({Role.ENTERPRISE})),
    Act.READ_RATE_PEOPLE: Rule(READ_SCOPE, roles=_OFFICERS | {Role.AUDITOR}),
    Act.READ_FROZEN: Rule(READ_SCOPE, roles=_OFFICERS | {Role.AUDITOR, Role.OPERATOR}),
    Act.FREEZE_FIGURES: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.READ_YEARS: Rule(READ_SCOPE, roles=UNION_ROLES | {Role.AUDITOR, Role.OPERATOR}),
    Act.CLOSE_YEARS: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.READ_ASSESSMENT: Rule(READ_SCOPE, roles=UNION_ROLES | {Role.WORKER, Role.AUDITOR}),
    Act.SUPPOSE: Rule(READ_SCOPE, roles=UNION_ROLES | {Role.WORKER, Role.AUDITOR}),
    Act.SUPPOSE_OF_MANY: Rule(READ_SCOPE, roles=_OFFICERS | {Role.AUDITOR, Role.OPERATOR}),
    Act.READ_LEARNING: Rule(READ_SCOPE, roles=UNION_ROLES | {Role.WORKER, Role.AUDITOR, Role.ENTERPRISE}),
    Act.READ_TRANSCRIPT: Rule(None, roles=_OFFICERS | {Role.WORKER, Role.ENTERPRISE}),
    Act.RECEIVE_TRANSCRIPTS: Rule(None, roles=frozenset({Role.ENTERPRISE})),
    Act.READ_WORK_LIST: Rule(READ_SCOPE, roles=_OFFICERS | {Role.OPERATOR}),
    Act.READ_UNKNOWN_ACTORS: Rule(READ_SCOPE, roles=_OFFICERS | {Role.OPERATOR}),
    Act.READ_FINDINGS: Rule(READ_SCOPE, roles=_OFFICERS | {Role.AUDITOR, Role.OPERATOR}),
    Act.READ_TRUST: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.DECIDE_TRUST: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.IMPORT_PEOPLE: Rule(None, roles=_OFFICERS | {Role.OPERATOR, Role.ENTERPRISE}),
    Act.IMPORT_TITLES: Rule(None, roles=frozenset({Role.OPERATOR, Role.UPPER_OFFICER})),
    Act.IMPORT_ATTESTATIONS: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.IMPORT_COMMITMENTS: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.DECLARE_HEADCOUNTS: Rule(None, roles=_OFFICERS | {Role.ENTERPRISE, Role.OPERATOR}),
    Act.READ_HEADCOUNTS: Rule(READ_SCOPE, roles=_OFFICERS | {Role.ENTERPRISE, Role.OPERATOR, Role.AUDITOR}),
    Act.READ_TEMPLATES: Rule(None, WithoutKey.ALL),
    Act.READ_DOUBLES: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.READ_IDENTITY: Rule(None, roles=_OFFICERS | {Role.OPERATOR, Role.AUDITOR}),
    Act.CHANGE_IDENTITY: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.READ_UNITS: Rule(READ_SCOPE, roles=UNION_ROLES | {Role.AUDITOR, Role.OPERATOR}),
    Act.CHANGE_UNITS: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.ISSUE_CERTIFICATES: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.READ_CERTIFICATES: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.WITHDRAW_CERTIFICATES: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.VERIFY_CERTIFICATES: Rule(None, WithoutKey.ALL),
    Act.READ_DOSSIERS: Rule(None, roles=UNION_ROLES | {Role.WORKER, Role.AUDITOR, Role.OPERATOR}),
    Act.COUNT_DOSSIERS: Rule(None, roles=_OFFICERS | {Role.AUDITOR, Role.OPERATOR}),
    Act.TAKE_DOSSIER_STEPS: Rule(None, roles=UNION_ROLES | {Role.WORKER, Role.OPERATOR}),
    Act.PROPOSE_TITLES: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.DECIDE_TITLES: Rule(None, roles=frozenset({Role.UPPER_OFFICER, Role.OPERATOR})),
    Act.READ_TITLE_DECISIONS: Rule(None, roles=_OFFICERS | {Role.AUDITOR, Role.OPERATOR}),
    Act.EXPORT_PERSON: Rule(None, roles=frozenset({Role.WORKER, Role.OPERATOR})),
    Act.IMPORT_PERSON: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.EXPORT_CANDIDATES: Rule(None, roles=frozenset({Role.UPPER_OFFICER, Role.OPERATOR})),
    Act.READ_TITLE_REVIEWS: Rule(None, roles=_OFFICERS | {Role.AUDITOR, Role.OPERATOR}),
    Act.DECIDE_TITLE_REVIEWS: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.READ_LETTERHEADS: Rule(None, roles=_OFFICERS | {Role.OPERATOR, Role.AUDITOR}),
    Act.CHANGE_LETTERHEADS: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.READ_DOCUMENT_TEMPLATES: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.CHANGE_DOCUMENT_TEMPLATES: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.READ_REPORTS: Rule(None, roles=_OFFICERS | {Role.AUDITOR, Role.OPERATOR}),
    Act.WRITE_REPORTS: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.TAKE_REPORT_STEPS: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.APPROVE_REPORTS: Rule(None, roles=frozenset({Role.UPPER_OFFICER, Role.OPERATOR})),
    Act.FILE_REPORTS: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.REMIND_OF_REPORTS: Rule(None, roles=frozenset({Role.UPPER_OFFICER, Role.OPERATOR})),
    Act.ENTITLE: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.ATTEST: Rule(None, roles=UNION_ROLES),
    Act.SCORE_ONESELF: Rule(None, roles=frozenset({Role.WORKER})),
    Act.TAKE_IN_LISTS: Rule(None, roles=_OFFICERS | {Role.ENTERPRISE}),
    Act.READ_LISTS: Rule(None, roles=_OFFICERS | {Role.ENTERPRISE, Role.AUDITOR}),
    Act.HOLD_ROLL_CALLS: Rule(None, roles=_OFFICERS),
    Act.READ_ROLL_CALLS: Rule(None, roles=_OFFICERS | {Role.AUDITOR}),
    Act.BRING_CODES: Rule(None, WithoutKey.ALL),
    Act.BE_PRESENT: Rule(None, roles=frozenset({Role.WORKER})),
    Act.DECLARE: Rule(None, roles=_OFFICERS | {Role.WORKER}),
    Act.READ_DECLARATIONS: Rule(None, roles=UNION_ROLES | {Role.WORKER, Role.AUDITOR}),
    Act.DECIDE_DECLARATIONS: Rule(None, roles=_OFFICERS),
    Act.DISPUTE: Rule(None, roles=_OFFICERS | {Role.WORKER}),
    Act.READ_DISPUTES: Rule(None, roles=UNION_ROLES | {Role.WORKER, Role.AUDITOR}),
    Act.ANSWER_DISPUTES: Rule(None, roles=_OFFICERS),
    Act.TAKE_IN_CHANNEL_ITEMS: Rule(None, roles=_OFFICERS),
    Act.READ_CHANNEL_ITEMS: Rule(READ_SCOPE, roles=_OFFICERS | {Role.AUDITOR, Role.OPERATOR}),
    Act.READ_CHECK_PAGE: Rule(None, WithoutKey.ALL),
    Act.CHECK_STATEMENTS: Rule("statements/write"),
    Act.CHECK_STATEMENTS_ON_PAGE: Rule("statements/write", in_form=True),
    Act.READ_STATEMENTS: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.READ_RULES: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.READ_RULES_IN_FORCE: Rule(None, any_account=True),
    Act.LOAD_RULES: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.READ_RULE_CHANGES: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.READ_HEALTH: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.RUN_INSTALLATION: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.SIGN_IN: Rule(None, WithoutKey.IN_BODY),
    Act.SET_PASSWORD: Rule(None, WithoutKey.IN_BODY),
    Act.READ_OWN_SESSION: Rule(None, any_account=True),
    Act.CHANGE_OWN_SESSION: Rule(None, any_account=True),
    Act.USE_OWN_PAGES: Rule(None, roles=frozenset({Role.WORKER})),
    Act.READ_ACCOUNTS: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.CHANGE_ACCOUNTS: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.PRINT_SLIPS: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.READ_ROLES: Rule(None, roles=_OFFICERS | {Role.OPERATOR, Role.AUDITOR}),
    Act.READ_TEAMS: Rule(None, roles=UNION_ROLES | {Role.OPERATOR, Role.AUDITOR}),
    Act.CHANGE_TEAMS: Rule(None, roles=_OFFICERS | {Role.OPERATOR}),
    Act.READ_KEYS: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.CHANGE_KEYS: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.READ_DESTINATIONS: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.CHANGE_DESTINATIONS: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.READ_ROLL_UPS: Rule(None, roles=frozenset({Role.UPPER_OFFICER, Role.OPERATOR, Role.AUDITOR})),
    Act.MAKE_ROLL_UPS: Rule(None, roles=frozenset({Role.UPPER_OFFICER, Role.OPERATOR})),
    Act.GATHER_ROLL_UPS: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.RECEIVE_ROLL_UPS: Rule(ROLL_UPS_SCOPE, roles=frozenset({Role.UPPER_OFFICER, Role.OPERATOR})),
    Act.READ_GATHERED: Rule(READ_SCOPE, roles=frozenset({Role.UPPER_OFFICER, Role.OPERATOR, Role.AUDITOR})),
    Act.DECLARE_OWN_HEADCOUNT: Rule(None, roles=frozenset({Role.ENTERPRISE})),
    Act.CHANGE_OWN_KEYS: Rule(None, roles=frozenset({Role.ENTERPRISE})),
    Act.READ_PUBLICATION: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.PUBLISH: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.GIVE_ROLES: Rule(None, roles=frozenset(MAY_GIVE)),
    Act.READ_ACCESS_RECORD: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.READ_ACTS: Rule(None, roles=frozenset({Role.OPERATOR, Role.AUDITOR})),
    Act.READ_PURPOSES: Rule(None, roles=frozenset(Role)),
    Act.CONSENT: Rule(None, roles=_OFFICERS | {Role.WORKER, Role.OPERATOR}),
    Act.READ_CONSENTS: Rule(None, roles=_OFFICERS | {Role.WORKER, Role.OPERATOR, Role.AUDITOR}),
    Act.READ_HELD: Rule(None, roles=frozenset({Role.WORKER, Role.OPERATOR, Role.AUDITOR})),
    Act.READ_LOOKS: Rule(None, roles=frozenset({Role.WORKER, Role.OPERATOR, Role.AUDITOR})),
    Act.ASK_ABOUT_DATA: Rule(None, roles=_OFFICERS | {Role.WORKER, Role.OPERATOR}),
    Act.READ_DATA_REQUESTS: Rule(None, roles=_OFFICERS | {Role.WORKER, Role.OPERATOR, Role.AUDITOR}),
    Act.ANSWER_DATA_REQUESTS: Rule(None, roles=frozenset({Role.UPPER_OFFICER, Role.OPERATOR})),
    Act.ERASE_PERSON: Rule(None, roles=frozenset({Role.OPERATOR})),
    Act.RECEIVE_ERASURES: Rule(None, roles=frozenset({Role.ENTERPRISE})),
}


def who_may(act: Act) -> str:
    """Who may do this, in a sentence for the description of the interface."""
    rule = TABLE[act]
    if rule.without_key is WithoutKey.IN_BODY:
        return f"{rule.without_key.value}."
    if rule.without_key is WithoutKey.ALL or (rule.scope is None and rule.without_key is WithoutKey.PUBLISHED):
        return f"everybody: {rule.without_key.value}."
    who = [f"keys with the scope `{rule.scope}`"] if rule.scope is not None else []
    who += [f"`{role.value}` ({REACHES[role]})" for role in Role if role in rule.roles]
    who += ["everybody who is signed in, about himself or herself"] if rule.any_account else []
    sentence = "; ".join(who) + "."
    if rule.without_key is not WithoutKey.REFUSED:
        sentence += f" Without credentials: {rule.without_key.value}."
    return sentence


_View = TypeVar("_View", bound=Callable[..., Any])


def guarded(act: Act) -> Callable[[_View], _View]:
    """Marks a view with the act that its caller must be allowed."""

    def mark(view: _View) -> _View:
        view.guard = act  # type: ignore[attr-defined]
        return view

    return mark


def act_of(view: Callable[..., Any]) -> Act | None:
    """The act a view was marked with, or None."""
    found = getattr(view, "guard", None)
    return found if isinstance(found, Act) else None
