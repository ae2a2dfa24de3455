"""One Statement without one person: an opaque account in the place of the Agent, wherever it stands. Pure.

All else stays as it is, but for what could not stay true or would give the person away again: a signature no longer
fits and holds the Statement as it was, so it goes; Attachments of the person's own Statements go too, and what is left
of their declaration says so by its `fileUrl` ("from which it used to be retrievable", xAPI 1.0.3 Data 2.4.11), which
also keeps the Statement one that any store would take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha1
from typing import Any

from lrs.attachments import SIGNATURE
from lrs.statements.formats import changed
from lrs.statements.keys import ERASED, ifi_text

__all__ = ["Blanked", "Person", "blank", "blank_actor", "identifiers_of"]

_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a Statement is to forget, by canonical identifiers, and the account's name that stands there instead."""

    ifis: frozenset[str]
    account_name: str

    def is_one(self, actor: Mapping[str, Any]) -> bool:
        """Whether this Agent (or identified Group) is the person."""
        return ifi_text(actor) in self.ifis

    def owns(self, statement: Mapping[str, Any]) -> bool:
        """Whether a Statement (or SubStatement) is the person's: Actor, alone or in a Group of nobody else; Object."""
        actor, target = statement["actor"], statement["object"]
        alone = bool(members := actor.get("member")) and all(map(self.is_one, members))
        return self.is_one(actor) or alone or (target.get("objectType") == "Agent" and self.is_one(target))


@dataclass(frozen=True, slots=True)
class Blanked:
    """A Statement afterwards, and what became of the Attachments that it declares, by hash."""

    document: dict[str, Any]
    dropped: frozenset[str]
    """Signatures, and Attachments of the person's own Statements."""
    left: frozenset[str]
    """Attachments of others' Statements, which merely mention the person."""
    names: frozenset[str]
    """The names that the person had in it."""


def identifiers_of(agent: Mapping[str, Any]) -> frozenset[str]:
    """The canonical identifiers that mean this Agent: its own and, of a mail address, also the hash of it."""
    own = ifi_text(agent)
    assert own is not None  # noqa: S101 — only a Group can be without identifier
    if "mbox" not in agent:
        return frozenset({own})
    return frozenset({own, f"mbox_sha1sum {sha1(agent['mbox'].encode(), usedforsecurity=False).hexdigest()}"})


def blank_actor(actor: Mapping[str, Any], person: Person) -> dict[str, Any]:
    """The opaque account in place of this Agent where it is the person; members of a Group are left alone."""
    if not person.is_one(actor):
        return dict(actor)
    account = {"homePage": ERASED, "name": person.account_name}
    return {
        "account" if key in _IDENTIFIERS else key: account if key in _IDENTIFIERS else value
        for key, value in actor.items()
        if key != "name"
    }


def blank(statement: Mapping[str, Any], person: Person) -> Blanked | None:
    """The stored Statement without the person; None where the person stands nowhere in it."""
    names: set[str] = set()
    met = False

    def actor(one: Mapping[str, Any]) -> dict[str, Any]:
        nonlocal met
        found = blank_actor(one, person)
        if person.is_one(one):
            met = True
            names.update(one[key] for key in ("name",) if key in one)
        if "member" in found:
            found["member"] = [actor(member) for member in found["member"]]
        return found

    document = changed(statement, actor=actor, verb=dict, activity=dict)
    if not met:
        return None
    own = person.owns(statement)
    dropped = set(_drop_attachments(document, own=own))
    left = {each["sha2"].lower() for each in document.get("attachments", ())} - dropped
    if statement["object"].get("objectType") == "SubStatement":
        inner = document["object"]
        dropped |= set(_drop_attachments(inner, own=own or person.owns(statement["object"])))
        left = (left | {each["sha2"].lower() for each in inner.get("attachments", ())}) - dropped
    return Blanked(document, frozenset(dropped), frozenset(left), frozenset(names))


def _drop_attachments(statement: dict[str, Any], *, own: bool) -> Iterator[str]:
    """Take out signatures and, of the person's own Statement, the way to every other file; gives the hashes of both."""
    kept = []
    for attachment in statement.get("attachments", ()):
        if attachment["usageType"] == SIGNATURE:
            yield attachment["sha2"].lower()
        elif own:
            yield attachment["sha2"].lower()
            kept.append({**attachment, "fileUrl": ERASED})
        else:
            kept.append(attachment)
    if kept:
        statement["attachments"] = kept
    elif statement.get("attachments"):
        del statement["attachments"]
