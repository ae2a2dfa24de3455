"""/api/sign-in, /api/set-password, /api/session: people sign in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import fields, validate

from certification.access import accounts, roles, sessions, tokens
from certification.access.accounts import TokenRefused
from certification.access.permissions import REACHES, Act
from certification.access.roles import Given
from certification.access.sessions import SESSION_LASTS, SignedIn
from certification.access.who import Who
from certification.resources.access import (
    COOKIE,
    caller,
    database,
    now,
    pepper,
    refuse_other_sites,
    signed_in,
    today,
    token_sent,
    who,
)
from certification.resources.answers import answer
from certification.resources.frame import Resource
from certification.resources.parameters import Body, Parameters
from certification.resources.shapes import Answer, AsOf
from certification.vietnam import vietnam_day

resource = Resource("sessions", "People sign in with a name and a password, and out again.")

_PASSWORD = validate.Length(min=1, max=800)


class SignInBody(Body):
    """Who signs in."""

    account = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={"description": "The account's name; `name@tenant` of a tenant that is not the default one."},
    )
    password = fields.String(required=True, validate=_PASSWORD)
    code = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=40),
        metadata={"description": "Of an account that asks for one: the code of its app, or a recovery code."},
    )
    cookie = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={"description": "true: the token comes as a cookie, for pages, and is not in the answer."},
    )


class SetPasswordBody(Body):
    """A new password for the account that a token was made for."""

    token = fields.String(required=True, validate=validate.Length(min=1, max=200))
    password = fields.String(required=True, validate=_PASSWORD)


class ChangePasswordBody(Body):
    """The own password, old and new."""

    old = fields.String(required=True, validate=_PASSWORD)
    new = fields.String(required=True, validate=_PASSWORD)


class SignOutParameters(Parameters):
    """`everywhere`: end every session of the account."""

    everywhere = fields.Boolean(load_default=False, error_messages={"invalid": "neither true nor false"})


class HeldAnswer(Answer):
    """A role that the caller holds today."""

    role = fields.String()
    reaches = fields.String(metadata={"description": "How far it goes."})
    organization = fields.String(
        allow_none=True, metadata={"description": "The code of the unit; null is the whole tenant, or the own record."}
    )
    team = fields.String(allow_none=True, metadata={"description": "The team's name."})
    purpose = fields.String()
    starts = fields.Date(allow_none=True)
    until = fields.Date(allow_none=True, metadata={"description": "The first day on which it no longer holds."})


class SessionAnswer(AsOf):
    """Who is signed in, and what as."""

    account = fields.String()
    full_name = fields.String()
    is_worker = fields.Boolean()
    begun = fields.DateTime()
    expires = fields.DateTime()
    roles = fields.List(fields.Nested(HeldAnswer))


class TokenAnswer(AsOf):
    """A session has begun."""

    account = fields.String()
    full_name = fields.String()
    expires = fields.DateTime()
    token = fields.String(
        allow_none=True,
        metadata={"description": "Send it as `Authorization: Bearer …`; null when it came as a cookie."},
    )


class PasswordSetAnswer(AsOf):
    """The password is set."""

    account = fields.String(metadata={"description": "The name to sign in by."})


@resource.post("/sign-in", Act.SIGN_IN, body=SignInBody, answers=TokenAnswer)
def sign_in(body: Mapping[str, Any]) -> Response:
    """Begin a session

    Whatever is wrong, the answer is the same and takes as long. After some failures under a name one has to wait a
    little longer each time (429). An account that asks for a code as well says so to the right password. A session that
    the caller's cookie held before ends. It lasts 12 hours at most, and
    ends sooner where nobody uses it; `expires` says when, and moves on with every request.
    """
    if body["cookie"]:
        refuse_other_sites()
    token, begun = sessions.sign_in(
        database(), body["account"], body["password"], pepper=pepper(), now=now(), code=body["code"]
    )
    _end_the_one_before()
    return _begun(token, begun, cookie=body["cookie"])


@resource.post("/set-password", Act.SET_PASSWORD, body=SetPasswordBody, answers=PasswordSetAnswer)
def set_password(body: Mapping[str, Any]) -> Any:
    """Set a password with the one-time token of an administrator

    The token is good once, for a week, and until another one is made for the account.
    """
    tenant = tokens.token_tenant(body["token"])
    if tenant is None:
        raise TokenRefused
    with database().writing(tenant) as session:
        name = accounts.set_password(session, tenant, body["token"], body["password"], pepper=pepper(), now=now())
    return {"as_of": today(), "account": name}


@resource.get("/session", Act.READ_OWN_SESSION, answers=SessionAnswer)
def show_session() -> Any:
    """Who is signed in, with the roles in force today"""
    session, asking = signed_in(), who()
    with database().reading(asking.tenant) as reading:
        given = roles.given(reading, asking.tenant, on=today(), account=session.account)
        names: dict[UUID | None, Given] = {one.id: one for one in given}
    return {
        "as_of": today(),
        "account": session.name,
        "full_name": session.full_name,
        "is_worker": session.worker is not None,
        "begun": session.begun,
        "expires": session.expires,
        "roles": _held_roles(asking, names),
    }


@resource.delete("/session", Act.CHANGE_OWN_SESSION, query=SignOutParameters, answers=None, status=204)
def sign_out(query: Mapping[str, Any]) -> Response:
    """Sign out

    With `everywhere=true` from every device.
    """
    session = signed_in()
    with database().writing(caller().tenant) as writing:
        sessions.sign_out(writing, session, everywhere=query["everywhere"])
    response = Response(status=204)
    _drop_cookie(response)
    return response


@resource.post("/session/password", Act.CHANGE_OWN_SESSION, body=ChangePasswordBody, answers=TokenAnswer)
def change_password(body: Mapping[str, Any]) -> Response:
    """Change the own password

    Every session of the account ends; the answer holds the token of a new one.
    """
    token, begun = sessions.change_password(
        database(), signed_in(), body["old"], body["new"], pepper=pepper(), now=now()
    )
    return _begun(token, begun, cookie="Authorization" not in request.headers)


def _held_roles(asking: Who, names: Mapping[UUID | None, Given]) -> list[dict[str, Any]]:
    """Roles as answers show them; `names` by the role's id: nobody knows a unit by the id that it is kept under."""
    return [
        {
            "role": held.role.value,
            "reaches": REACHES[held.role],
            "organization": names[held.id].organization if held.id in names else None,
            "team": names[held.id].team if held.id in names else None,
            "purpose": held.purpose,
            "starts": held.starts,
            "until": held.until,
        }
        for held in asking.roles
    ]


def _begun(token: str, begun: SignedIn, *, cookie: bool) -> Response:
    response = answer(
        {
            "as_of": vietnam_day(begun.begun),
            "account": begun.name,
            "full_name": begun.full_name,
            "expires": begun.expires,
            "token": None if cookie else token,
        }
    )
    if cookie:
        response.set_cookie(COOKIE, token, max_age=SESSION_LASTS, secure=True, httponly=True, samesite="Lax", path="/")
    return response


def _drop_cookie(response: Response) -> None:
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Lax", path="/")
        response.headers["Clear-Site-Data"] = '"cache"'


def _end_the_one_before() -> None:
    """A token that came along is not taken over: whoever put it there does not share the session that begins."""
    token = token_sent()
    if token is None:
        return
    before = sessions.session_of(database(), token, pepper=pepper(), now=now())
    if before is not None:
        with database().writing(before.tenant) as session:
            sessions.sign_out(session, before)
