"""/api/signing-keys: the keys that sign certificates and transcripts; one is retired and another made."""

from __future__ import annotations

from typing import Any

from flask import current_app
from marshmallow import fields

from certification.access.permissions import Act
from certification.certificates import keys
from certification.certificates.keys import Issuer
from certification.resources.access import changing, database, everything, now, pepper, today, who
from certification.resources.frame import Resource
from certification.resources.issuers import public_url
from certification.resources.shapes import Answer, AsOf

resource = Resource("signing keys", "The keys that sign what leaves the house. Their secret halves never do.")


class SigningKeyAnswer(Answer):
    """A key."""

    name = fields.String(metadata={"description": "What stands after the # of its address."})
    multikey = fields.String(metadata={"description": "The public half."})
    signs = fields.Boolean(metadata={"description": "Whether it is the one that signs."})


class SigningKeysAnswer(AsOf):
    """Every key there ever was: what a retired one signed goes on being verified."""

    keys = fields.List(fields.Nested(SigningKeyAnswer))


class RotatedKeyAnswer(AsOf):
    """The key that signs from now on; or, where that takes two persons, who was the first to ask."""

    key = fields.String(allow_none=True, metadata={"description": "Its address; null where another person has to ask."})
    asked_by = fields.String(allow_none=True, metadata={"description": "Who asked; null where the key was changed."})
    until = fields.AwareDateTime(
        allow_none=True, metadata={"description": "Until when somebody else may ask as well, and so change it."}
    )


@resource.get("/signing-keys", Act.READ_CERTIFICATES, answers=SigningKeysAnswer)
def list_signing_keys() -> Any:
    """Every key that signs or signed, by name"""
    with database().reading(who().tenant) as session:
        current = keys.current_name(session, who().tenant)
        found = keys.public_keys(session, who().tenant)
    shown = [{"name": name, "multikey": multikey, "signs": name == current} for name, multikey in found.items()]
    return {"as_of": today(), "keys": shown}


@resource.post("/signing-keys/rotate", Act.ISSUE_CERTIFICATES, answers=RotatedKeyAnswer)
def rotate_signing_key() -> Any:
    """Retire the key that signs, and make a new one

    What the old one signed goes on being verified. It is an act on record. Where the installation asks for two persons
    (`KEY_CHANGE_BY_TWO`), the first only asks, and the second, who asks within a day, changes it.
    """
    everything(Act.ISSUE_CERTIFICATES)
    issuer = Issuer.of(public_url(), who().tenant)
    with changing(who().tenant) as session:
        by_two: bool = current_app.extensions["settings"].key_change_by_two
        made = keys.change(session, who().tenant, issuer, secret=pepper(), by=who().name, now=now(), by_two=by_two)
    if isinstance(made, keys.Asked):
        return {"as_of": today(), "key": None, "asked_by": made.by, "until": made.until}
    return {"as_of": today(), "key": issuer.key(made), "asked_by": None, "until": None}
