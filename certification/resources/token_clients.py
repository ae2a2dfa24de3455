"""/api/token-clients: which clients of issuers of tokens (OAuth 2.0) stand for keys of learning platforms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from certification.access import token_clients
from certification.access.permissions import Act
from certification.resources.access import changing, database, everything, now, today, who
from certification.resources.destinations import WhyBody, hosts
from certification.resources.frame import Resource
from certification.resources.parameters import REASON, Body
from certification.resources.shapes import Answer, AsOf
from lrs import api

resource = Resource(
    "token-clients",
    "Learning platforms that come to `/xapi/` with a Bearer token (OAuth 2.0, JWT access tokens of RFC 9068) in place"
    " of key and secret.",
)

_TEXT = validate.Length(min=1, max=500)


class TokenClientBody(Body):
    """A client, as its provider has it."""

    issuer = fields.String(
        required=True,
        validate=_TEXT,
        metadata={"description": "The `iss` of its tokens, exactly: an https:// address."},
    )
    audience = fields.String(required=True, validate=_TEXT, metadata={"description": "What `aud` has to hold."})
    client_id = fields.String(required=True, validate=_TEXT)
    algorithms = fields.List(fields.String(), load_default=lambda: list(api.USUAL_TOKEN_ALGORITHMS))
    claim = fields.String(
        load_default=api.TOKEN_CLAIM, validate=_TEXT, metadata={"description": "Where tokens say what they may."}
    )
    grants = fields.Dict(
        keys=fields.String(), values=fields.String(), load_default=dict,
        metadata={"description": "By what a token may say in `claim`, the scope that gives; empty: all the key has."},
    )  # fmt: skip
    reason = fields.String(required=True, validate=REASON)


class TokenClientAnswer(Answer):
    """A client, and the key whose Authority, scopes and end it has."""

    key = fields.String()
    issuer = fields.String()
    audience = fields.String()
    client_id = fields.String()
    algorithms = fields.List(fields.String())
    claim = fields.String()
    grants = fields.Dict(keys=fields.String(), values=fields.String())
    made = fields.DateTime()


class TokenClientsAnswer(AsOf):
    """By issuer and client."""

    clients = fields.List(fields.Nested(TokenClientAnswer))


class OneTokenClientAnswer(AsOf):
    """The client as it is now."""

    client = fields.Nested(TokenClientAnswer)


class TokenClientRemovedAnswer(AsOf):
    """Tokens of it open nothing any more."""


@resource.get("/token-clients", Act.READ_KEYS, answers=TokenClientsAnswer)
def list_token_clients() -> Any:
    """Which clients stand for which keys"""
    everything(Act.READ_KEYS)
    with database().reading(who().tenant) as session:
        found = api.token_clients(session, who().tenant)
    return {"as_of": today(), "clients": [_shown(one) for one in found]}


@resource.put("/keys/<key>/token-client", Act.CHANGE_KEYS, body=TokenClientBody, answers=OneTokenClientAnswer)
def set_token_client(key: str, body: Mapping[str, Any]) -> Any:
    """Take tokens of a client for a key, or change how

    The host of the issuer, and that of its `jwks_uri`, have to be among OUTGOING_HOSTS of the installation. The key's
    secret works as before.
    """
    everything(Act.CHANGE_KEYS)
    with changing(who().tenant) as session:
        made = token_clients.set_client(session, who(), key, hosts=hosts(), now=now(), **body)
    return {"as_of": today(), "client": _shown(made)}


@resource.post(
    "/keys/<key>/token-client/remove", Act.CHANGE_KEYS, body=WhyBody, answers=TokenClientRemovedAnswer
)  # fmt: skip
def remove_token_client(key: str, body: Mapping[str, Any]) -> Any:
    """Take no tokens for a key any more

    They are refused from the next request on. The key's secret works as before.
    """
    everything(Act.CHANGE_KEYS)
    with changing(who().tenant) as session:
        token_clients.remove(session, who(), key, reason=body["reason"], now=now())
    return {"as_of": today()}


def _shown(one: api.TokenClient) -> dict[str, Any]:
    return {name: getattr(one, name) for name in TokenClientAnswer().fields}
