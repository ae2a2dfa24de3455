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

__all__ = ["READ_SCOPE", "TABLE", "Act", "Rule", "WithoutKey", "act_of", "guarded", "who_may"]

READ_SCOPE = "certification/read"
"""Given to a credential that may read figures and persons' results of its tenant. xAPI's own scopes do not include it:
a learning platform that writes Statements need not know what its learners are judged to be."""


class Act(Enum):
    """What can be done here, in the words of a refusal."""

    READ_FIRST_PAGE = "read the first page"
    READ_ASSETS = "read what pages are drawn with"
    READ_API_DESCRIPTION = "read the description of the JSON interface"
    READ_ATTAINMENT = "read attainment"
    READ_ASSESSMENT = "read a worker's assessment"
    READ_UNKNOWN_ACTORS = "read unknown actors"
    READ_CHECK_PAGE = "read the page on which Statements are tried out"
    CHECK_STATEMENTS = "try Statements out"
    CHECK_STATEMENTS_ON_PAGE = "try Statements out on a page"


class WithoutKey(Enum):
    """What somebody without a credential gets."""

    REFUSED = "nothing"
    PUBLISHED = "the figures that the operator's own tenant has published, as of the published day"
    ALL = "everything: it says nothing of anybody, and comes from no database"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may: whoever has a credential with `scope`, and whoever has none as far as `without_key` says.

    A rule without a scope asks for no credential at all, and heeds none. With `in_form`, key and secret are fields of
    the form that was sent: the view asks for them itself (`resources.access.identified`), to answer with a page.
    """

    scope: str | None
    without_key: WithoutKey = WithoutKey.REFUSED
    in_form: bool = False


TABLE: Mapping[Act, Rule] = {
    Act.READ_FIRST_PAGE: Rule(None, WithoutKey.PUBLISHED),
    Act.READ_ASSETS: Rule(None, WithoutKey.ALL),
    Act.READ_API_DESCRIPTION: Rule(None, WithoutKey.ALL),
    Act.READ_ATTAINMENT: Rule(READ_SCOPE, WithoutKey.PUBLISHED),
    Act.READ_ASSESSMENT: Rule(READ_SCOPE),
    Act.READ_UNKNOWN_ACTORS: Rule(READ_SCOPE),
    Act.READ_CHECK_PAGE: Rule(None, WithoutKey.ALL),
    Act.CHECK_STATEMENTS: Rule("statements/write"),
    Act.CHECK_STATEMENTS_ON_PAGE: Rule("statements/write", in_form=True),
}


def who_may(act: Act) -> str:
    """Who may do this, in a sentence for the description of the interface."""
    rule = TABLE[act]
    if rule.scope is None:
        return f"everybody: {rule.without_key.value}."
    sentence = f"keys with the scope `{rule.scope}`."
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
