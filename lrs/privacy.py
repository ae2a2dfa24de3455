"""Opaque accounts in place of mail addresses, OpenIDs and names of people: what a tenant may ask for on the way in.

The law lets nobody keep more about a person than is needed (Law 91/2025/QH15). Every actor that a Statement or a
parameter identifies by mbox, mbox_sha1sum or openid is replaced by an account whose name is a keyed hash: the same
person gets the same account whichever platform posts and however often, and without the installation's secret nobody
can tell whose it is. Names of Agents are dropped; those of Groups stay. What cannot be mended is refused: an account
whose name is a mail address, a telephone number or a national identity number.

Extensions, texts of results, documents and attachments are not looked into. Touches no database.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from lrs.attachments import SIGNATURE
from lrs.errors import Fault, InvalidRequest, InvalidStatement
from lrs.statements.keys import ifi_text
from lrs.statements.validate import MOST_FAULTS

__all__ = ["OpaqueAccounts", "as_kept", "known_as", "looks_like", "opaque_account", "refuse_telling", "take_in"]

_REPLACED = frozenset({"mbox", "mbox_sha1sum", "openid"})


@dataclass(frozen=True, slots=True)
class OpaqueAccounts:
    """What a tenant's opaque accounts are made with."""

    home_page: str
    key: bytes = field(repr=False)

    @classmethod
    def of(cls, tenant: UUID, secret: bytes) -> OpaqueAccounts:
        """Those of a tenant under the installation's secret, which cannot be worked out from them."""
        return cls(f"urn:uuid:{tenant}", hmac.digest(secret, b"opaque accounts" + tenant.bytes, "sha256"))

    def account(self, ifi: str) -> dict[str, str]:
        """The account that stands for an identifier's canonical text (`lrs.statements.keys.ifi_text`).

        A mail address and its mbox_sha1sum are one identifier: both go by the hash.
        """
        kind, _, rest = ifi.partition(" ")
        if kind == "mbox":
            ifi = f"mbox_sha1sum {sha1(rest.encode(), usedforsecurity=False).hexdigest()}"
        return {"homePage": self.home_page, "name": hmac.digest(self.key, ifi.encode(), "sha256").hex()[:32]}

    def is_one(self, ifi: str) -> bool:
        """Whether the canonical text may be that of one of these, and is no credential's: those have shorter names."""
        return re.fullmatch(rf"account {re.escape(self.home_page)}\|[0-9a-f]{{32}}", ifi) is not None

    def actor(self, actor: Mapping[str, Any]) -> dict[str, Any]:
        """The same Agent or Group as this tenant keeps it; an account stays what it is."""
        is_group = actor.get("objectType") == "Group"
        kept = {
            key: value for key, value in actor.items() if key not in _REPLACED and (is_group or key != "name")
        }  # fmt: skip
        if not _REPLACED.isdisjoint(actor):
            kept["account"] = self.account(ifi_text(actor) or "")
        if "member" in kept:
            kept["member"] = [self.actor(member) for member in kept["member"]]
        return kept


def opaque_account(ifi: str, *, tenant: UUID, secret: bytes) -> str | None:
    """The canonical text of the account that stands for an identifier's canonical text; None for an account."""
    if ifi.startswith("account "):
        return None
    return ifi_text({"account": OpaqueAccounts.of(tenant, secret).account(ifi)})


def known_as(accounts: OpaqueAccounts | None, actor: Mapping[str, Any]) -> Mapping[str, Any]:
    """The actor that a parameter names, as it is kept: replaced where the tenant has opaque accounts."""
    return actor if accounts is None else accounts.actor(actor)


def refuse_telling(accounts: OpaqueAccounts | None, actor: Mapping[str, Any], name: str) -> None:
    """Raise InvalidRequest where something would be kept about an actor (of the parameter `name`) whose account tells
    who that is."""
    if accounts is not None and (faults := list(_telling(actor, name))):
        raise InvalidRequest(faults)


def take_in(accounts: OpaqueAccounts, statements: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """These checked Statements as they are to be kept; what was sent stays unchanged.

    Raises InvalidStatement with every account that tells who somebody is, and every signed Statement that would have to
    be altered: the signature would hold no more (xAPI 1.0.3 Data 2.6).
    """
    taken = []
    faults: list[Fault] = []
    for index, statement in enumerate(statements):
        place = f"/{index}" if len(statements) > 1 else ""
        signed = any(each["usageType"] == SIGNATURE for each in statement.get("attachments", ()))

        def take(actor: Mapping[str, Any], where: str, signed: bool = signed) -> dict[str, Any]:
            faults.extend(_telling(actor, where))
            kept = accounts.actor(actor)
            if signed and kept != actor:
                faults.append(Fault(where, _SIGNED, "xAPI 1.0.3 Data 2.6"))
            return kept

        taken.append(_with_actors(statement, place, take))
        if len(faults) > MOST_FAULTS:
            faults[MOST_FAULTS:] = [Fault(place, "there are more; mend these first, then send it again", "")]
            break
    if faults:
        raise InvalidStatement(faults)
    return taken


def as_kept(accounts: OpaqueAccounts | None, statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stored Statement as it would be kept if it came today, to be compared with one that did."""
    return statement if accounts is None else _with_actors(statement, "", lambda actor, _: accounts.actor(actor))


_SIGNED = (
    "a signed Statement cannot be altered, and this store keeps no mail addresses, OpenIDs and names of Agents: name"
    " everybody by an account with an opaque code and without a name, then sign"
)


def _with_actors(
    statement: Mapping[str, Any], place: str, change: Callable[[Mapping[str, Any], str], dict[str, Any]]
) -> dict[str, Any]:
    """The Statement or SubStatement with every actor changed, but for `authority`, which the store sets itself."""
    changed = {**statement, "actor": change(statement["actor"], f"{place}/actor")}
    target = statement["object"]
    kind = target.get("objectType")
    if kind == "SubStatement":
        changed["object"] = _with_actors(target, f"{place}/object", change)
    elif kind in ("Agent", "Group"):
        changed["object"] = change(target, f"{place}/object")
    if "context" in statement:
        context = changed["context"] = dict(statement["context"])
        for key in ("instructor", "team"):
            if key in context:
                context[key] = change(context[key], f"{place}/context/{key}")
        for key, kind in (("contextAgents", "agent"), ("contextGroups", "group")):
            if key in context:
                context[key] = [
                    {**each, kind: change(each[kind], f"{place}/context/{key}/{index}/{kind}")}
                    for index, each in enumerate(context[key])
                ]
    return changed


# --- Accounts that tell who somebody is


def _telling(actor: Mapping[str, Any], place: str) -> Iterator[Fault]:
    """A fault for each account of an actor and its members that is no opaque code. What it says is not repeated."""
    account = actor.get("account")
    if account is not None:
        if account["homePage"].lower().startswith(("mailto:", "tel:")):
            yield Fault(f"{place}/account/homePage", f"this is a person's own address; {_INSTEAD}", "")
        if looks := looks_like(account["name"]):
            yield Fault(
                f"{place}/account/name", f"this looks like {looks}, which this store may not keep; {_INSTEAD}", ""
            )
    for index, member in enumerate(actor.get("member", ())):
        yield from _telling(member, f"{place}/member/{index}")


_INSTEAD = (
    "send your site's address as homePage and, as name, a code for the person that means nothing elsewhere, with a"
    " letter in it (such as nv-0001)"
)


def looks_like(name: str) -> str | None:
    """What an account's name seems to be, when it is more than an opaque code."""
    plain = unquote(unicodedata.normalize("NFKC", name)).casefold()
    if _MAIL.search(plain):
        return "a mail address"
    plain = "".join(
        str(unicodedata.decimal(one, one))  # digits of every script
        for one in plain
        if one not in _BETWEEN and unicodedata.category(one) not in ("Cf", "Zs", "Pd")
    )
    for pattern, meaning in _NUMBERS:
        if pattern.fullmatch(plain):
            return meaning
    return None


_MAIL = re.compile(r"[^@\s<>|]@[^@\s<>|]+\.[^@\s<>|.]")
_BETWEEN = frozenset("\t\n\r .,:;-_/()")
"""What people write between digits."""
_LABEL = "(?:tel|phone|mobile|sdt|đt|dt|cccd|cmnd|cmt)?"
_NUMBERS = (
    (re.compile(rf"{_LABEL}(?:\+?84|0084|0)0?(?:[35789]\d{{8}}|2\d{{9}})"), "a telephone number"),
    (re.compile(rf"{_LABEL}\d{{12}}"), "a citizen's identity number (12 digits)"),
    (re.compile(rf"{_LABEL}\d{{9}}"), "an identity card number (9 digits)"),
)
