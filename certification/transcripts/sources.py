"""What activities are called and who tells of them: the same words for the same activity in every transcript.

A provider is called as its key is named; an organization of ours by its name; what workers declare themselves, so. Of
whoever else vouches the account's own name is given, and never a mail address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from certification.evidence import trust
from certification.transcripts import words
from certification.units import organizations
from lrs import api
from lrs.db import Session

__all__ = ["activities", "providers"]

_ORGANIZATION = "organization/"


def activities(session: Session, tenant: UUID, samples: Mapping[int, UUID]) -> dict[int, tuple[str, str]]:
    """Of activities, each with a Statement about it: id and name ("" where nobody ever said). Three SQL commands."""
    found = api.activity_names(session, tenant, samples)
    named = {key: (iri, _in_vietnamese(names)) for key, (iri, names) in found.items()}
    missing = {one: key for key, one in samples.items() if key not in named}
    if missing:
        for one in api.get_statements(session, tenant, missing):
            thing = one.document["object"]
            if api.activity_key(thing.get("id", "")) == missing[one.id]:
                named[missing[one.id]] = (thing["id"], "")
    return named


def providers(session: Session, tenant: UUID, samples: Mapping[int, UUID]) -> dict[int, str]:
    """Of authorities by their key, each with a Statement it vouches for: what they are called. Some SQL commands."""
    named = {api.key_of(authority): name for authority, name in trust.names(session, tenant).items()}
    missing = {one: key for key, one in samples.items() if key not in named}
    if missing:
        chains = api.provenance(session, tenant, list(missing))
        vouching: dict[int, Mapping[str, Any]] = {}
        for one in api.get_statements(session, tenant, missing):
            for store in (*chains.get(one.id, ()), {"authority": one.document.get("authority")}):
                authority = store.get("authority") or {}
                for agent in (authority, *authority.get("member", ())):
                    text = api.ifi_text(agent)
                    if text is not None and api.key_of(text) == missing[one.id]:
                        vouching.setdefault(missing[one.id], agent)
        codes = {code for agent in vouching.values() if (code := _organization(agent)) is not None}
        units = organizations.names_of(session, tenant, codes)
        named.update((key, _called(agent, units)) for key, agent in vouching.items())
    return {key: named.get(key, words.OTHER_SOURCE) for key in samples}


def _organization(agent: Mapping[str, Any]) -> str | None:
    """The code of one of our organizations; None for everybody else."""
    name: str = (agent.get("account") or {}).get("name", "")
    return name.removeprefix(_ORGANIZATION) if name.startswith(_ORGANIZATION) else None


def _called(agent: Mapping[str, Any], units: Mapping[str, str]) -> str:
    account = agent.get("account")
    if account is None:
        return words.OTHER_SOURCE
    name: str = account["name"]
    if name.startswith(api.OF_A_PERSON):
        return words.DECLARED
    if (code := _organization(agent)) is not None:
        return units.get(code, code)
    return words.OTHER_SOURCE if api.looks_like(name) else name


def _in_vietnamese(names: Mapping[str, str]) -> str:
    return names.get("vi") or names.get("vi-VN") or next(iter(names.values()), "")
