"""What is known of Activities: one definition for each, merged from what Statements say of it.

`lrs.definitions` hands over what was said, in the order it was stored; nobody else writes here. What to take over from
a definition that differs is for the store to say, but it "SHOULD NOT make significant changes … e.g. changes to correct
responses" (xAPI 1.0.3 Data 2.4.4.1). So names, descriptions and extensions are gathered, entry by entry, the newest
word counting for each; an Activity's type and its interaction stay as they were first defined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from lrs.db import Session, among
from lrs.models import Activity, Base
from lrs.statements.keys import activity_key
from lrs.statements.rows import read_exact
from lrs.statements.validate import encode

__all__ = ["activities_in", "canonical_definitions", "merge", "merged", "names", "restore"]

_ACTIVITY = Base.metadata.tables[Activity.__tablename__]

_GATHERED = ("name", "description", "extensions")
_INTERACTION = ("interactionType", "correctResponsesPattern", "choices", "scale", "source", "target", "steps")


def canonical_definitions(session: Session, tenant: UUID, iris: Collection[str]) -> dict[str, dict[str, Any]]:
    """The definitions of those of these Activities that have one.

    It is what had been merged when `lrs.definitions.catch_up` was last called: call that first, before the session is
    opened, for an answer that covers every Statement stored by now.
    """
    keys = {activity_key(iri) for iri in iris}
    rows = session.execute(
        sa.select(_ACTIVITY.c.iri, _ACTIVITY.c.definition).where(
            _ACTIVITY.c.tenant_id == tenant, among(session, _ACTIVITY.c.activity_key, keys)
        )
    )
    wanted = set(iris)
    return {row.iri: read_exact(row.definition) for row in rows if row.iri in wanted}


def names(session: Session, tenant: UUID, keys: Collection[int]) -> dict[int, tuple[str, dict[str, str]]]:
    """Id and names (a language map, perhaps empty) of those of these Activities, by their keys, that were defined.

    As of `lrs.definitions.catch_up`, as `canonical_definitions`. One SQL command.
    """
    rows = session.execute(
        sa.select(_ACTIVITY.c.activity_key, _ACTIVITY.c.iri, _ACTIVITY.c.definition).where(
            _ACTIVITY.c.tenant_id == tenant, among(session, _ACTIVITY.c.activity_key, keys)
        )
    )
    return {row.activity_key: (row.iri, read_exact(row.definition).get("name", {})) for row in rows}


def activities_in(statement: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Id and definition of each Activity that a Statement defines: as object, in its context, in its SubStatement."""
    target = statement["object"]
    if target.get("objectType") == "SubStatement":
        yield from activities_in(target)
    elif "definition" in target:
        yield target["id"], target["definition"]
    for activities in statement.get("context", {}).get("contextActivities", {}).values():
        for activity in activities:
            if "definition" in activity:
                yield activity["id"], activity["definition"]


def merge(session: Session, tenant: UUID, said: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Take over definitions in the order given: a few SQL commands, however many. One writer at a time must do it."""
    if not said:
        return
    known = canonical_definitions(session, tenant, {iri for iri, _ in said})
    new: dict[str, dict[str, Any]] = {}
    for iri, definition in said:
        new[iri] = merged(new.get(iri) or known.get(iri, {}), definition)
    rows = [
        {"tenant_id": tenant, "activity_key": activity_key(iri), "iri": iri, "definition": encode(definition)}
        for iri, definition in new.items()
        if definition and definition != known.get(iri)
    ]
    _put(session, rows)


def restore(session: Session, tenant: UUID, definitions: Mapping[str, Mapping[str, Any]]) -> None:
    """Let these be the definitions of these Activities, whatever was known of them."""
    _put(
        session,
        [
            {"tenant_id": tenant, "activity_key": activity_key(iri), "iri": iri, "definition": encode(definition)}
            for iri, definition in definitions.items()
        ],
    )


def _put(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        insert = dialect.insert(_ACTIVITY)
        # Of two ids with one key, the first is kept: the other is answered as an Activity without definition.
        replace = insert.on_conflict_do_update(
            index_elements=["tenant_id", "activity_key"],
            set_={"definition": insert.excluded.definition},
            where=_ACTIVITY.c.iri == insert.excluded.iri,
        )
        session.execute(replace, rows)


def merged(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """The definition that follows from the one known and the one a Statement brings."""
    result = dict(known)
    for key, value in said.items():
        settled_by = "interactionType" if key in _INTERACTION else key
        if key in _GATHERED:
            result[key] = {**known.get(key, {}), **value}
        elif key == "moreInfo" or settled_by not in known:
            result[key] = value
    return result
