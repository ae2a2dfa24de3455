"""/api/keys: keys of programs of unions and enterprises, made, listed and ended by an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import fields, validate

from certification.access import keys, roles
from certification.access.permissions import BRANCH_SCOPE, READ_SCOPE, ROLL_UPS_SCOPE, Act, Role
from certification.resources.access import changing, database, everything, now, pepper, today, who
from certification.resources.errors import BadRequest, Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import DAY, REASON, Body
from certification.resources.shapes import Answer, AsOf
from lrs import api

resource = Resource(
    "keys", "Keys by which programs of unions and enterprises ask: of the whole tenant, or of a branch."
)

PLATFORM_SCOPE = "statements/write"
_OURS = frozenset({READ_SCOPE, BRANCH_SCOPE, PLATFORM_SCOPE, ROLL_UPS_SCOPE})
_ROLES = [one.value for one in Role if one is not Role.WORKER]


class KeyBody(Body):
    """A key to make. Without `role` and `platform` it reads figures and results of the whole tenant."""

    name = fields.String(
        required=True, validate=validate.Length(min=1, max=200), metadata={"description": "What it is for."}
    )
    role = fields.String(allow_none=True, load_default=None, validate=validate.OneOf(_ROLES))
    unit = fields.String(
        allow_none=True, load_default=None, metadata={"description": "The unit that the role is over."}
    )
    team = fields.String(allow_none=True, load_default=None, metadata={"description": "For a team lead's."})
    platform = fields.Boolean(
        load_default=False,
        metadata={"description": "true: by it a learning platform posts Statements, to `/xapi/`, and opens nothing."},
    )
    purpose = fields.String(allow_none=True, load_default=None, validate=validate.Length(min=1, max=500))
    until = fields.Date(
        allow_none=True,
        load_default=None,
        format="iso",
        validate=DAY,
        metadata={"description": "The first day on which it is refused."},
    )
    reason = fields.String(required=True, validate=REASON)


class EndKeyBody(Body):
    """Why."""

    reason = fields.String(required=True, validate=REASON)


class KeyAnswer(Answer):
    """A key; its secret is kept nowhere."""

    key = fields.String()
    name = fields.String()
    scopes = fields.List(fields.String())
    created = fields.DateTime()
    expires = fields.DateTime(allow_none=True)
    last_used = fields.DateTime(allow_none=True)
    revoked = fields.DateTime(allow_none=True)


class KeysAnswer(AsOf):
    """Keys of programs that ask the certification interface, the oldest first."""

    keys = fields.List(fields.Nested(KeyAnswer))


class NewKeyAnswer(AsOf):
    """A key and its secret, which is shown this once."""

    key = fields.String()
    secret = fields.String()


class EndedKeyAnswer(AsOf):
    """The key as it is now."""

    key = fields.Nested(KeyAnswer)


@resource.get("/keys", Act.READ_KEYS, answers=KeysAnswer)
def list_keys() -> Any:
    """Keys of programs, the oldest first

    Keys that read Statements, State or profiles are listed by `flask lrs credential list`.
    """
    everything(Act.READ_KEYS)
    tenant = who().tenant
    with database().reading(tenant) as session:
        found = api.credentials(session, tenant)
    return {"as_of": today(), "keys": [_shown(one) for one in found if _ours(one)]}


@resource.post("/keys", Act.CHANGE_KEYS, body=KeyBody, answers=NewKeyAnswer, status=201)
def create_key(body: Mapping[str, Any]) -> Any:
    """Make a key

    With a role it may do what the role allows over its branch, and nothing elsewhere. Which role it has over what is
    listed with GET /api/roles. A platform's key posts Statements and tries them out, and does nothing else.
    """
    everything(Act.CHANGE_KEYS)
    asking = who()
    own_scope = PLATFORM_SCOPE if body["platform"] else READ_SCOPE
    faults = [
        Fault(f"/{name}", "goes with a role: name one, or leave this out")
        for name in ("unit", "team", "purpose")
        if body["role"] is None and body[name] is not None
    ]
    if body["platform"] and body["role"] is not None:
        faults.append(Fault("/platform", "a key is a platform's or has a role; make two"))
    until: date | None = body["until"]
    if until is not None and until <= today():
        faults.append(Fault("/until", f"{until} is no later day than today"))
    if faults:
        raise BadRequest(*faults)
    with changing(asking.tenant) as session:
        try:
            key, secret = keys.make(
                session,
                asking,
                name=body["name"],
                scopes=() if body["role"] is not None else (own_scope,),
                role=None if body["role"] is None else Role(body["role"]),
                unit=body["unit"],
                team=body["team"],
                purpose=body["purpose"],
                until=until,
                reason=body["reason"],
                pepper=pepper(),
                now=now(),
            )
        except roles.RoleRefused as error:
            place = "unit" if error.field == "organization" else error.field
            raise BadRequest(Fault(f"/{place}", str(error))) from None
    return {"as_of": today(), "key": key, "secret": secret}


@resource.post("/keys/<key>/end", Act.CHANGE_KEYS, body=EndKeyBody, answers=EndedKeyAnswer)
def end_key(key: str, body: Mapping[str, Any]) -> Any:
    """Refuse a key from now on

    Its roles stay listed, for whoever asks who held them. Twice is as once.
    """
    everything(Act.CHANGE_KEYS)
    asking = who()
    with changing(asking.tenant) as session:
        known = {one.key for one in api.credentials(session, asking.tenant) if _ours(one)}
        if key not in known:
            raise NotFound(Fault("path/key", f"there is no key {key!r}"))
        one = keys.end(session, asking, key, reason=body["reason"], now=now())
    return {"as_of": today(), "key": _shown(one)}


def _ours(one: api.KnownCredential) -> bool:
    return not one.test and not _OURS.isdisjoint(one.scopes.split())


def _shown(one: api.KnownCredential) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "scopes": sorted(one.scopes.split()),
        "created": one.created,
        "expires": one.expires,
        "last_used": one.last_used,
        "revoked": one.revoked,
    }
