"""/api/accounts: accounts of people, made, invited and ended by an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from certification.access import accounts
from certification.access.accounts import AccountRefused, KnownAccount
from certification.access.permissions import Act
from certification.people import workers
from certification.people.workers import UnknownWorker
from certification.resources.access import changing, database, everything, now, pepper, today, who
from certification.resources.errors import Fault, NotFound
from certification.resources.frame import Resource
from certification.resources.parameters import REASON, Body
from certification.resources.shapes import Answer, AsOf
from lrs.db import Session

resource = Resource("accounts", "People who sign in, and one-time tokens by which they set their passwords.")


class AccountBody(Body):
    """A new account."""

    name = fields.String(required=True, metadata={"description": "Small letters, digits, and . _ - within."})
    full_name = fields.String(required=True)
    worker = fields.String(allow_none=True, metadata={"description": "The number of the worker that this person is."})
    reason = fields.String(required=True, validate=REASON)


class ReasonBody(Body):
    """Why."""

    reason = fields.String(required=True, validate=REASON)


class AccountAnswer(Answer):
    """An account."""

    name = fields.String()
    full_name = fields.String()
    is_worker = fields.Boolean()
    created = fields.DateTime()
    password_set = fields.DateTime(allow_none=True)
    deactivated = fields.DateTime(allow_none=True)


class AccountsAnswer(AsOf):
    """Every account of the tenant."""

    accounts = fields.List(fields.Nested(AccountAnswer))


class InvitationAnswer(AsOf):
    """A token to set a password with; it is shown this once."""

    account = fields.String()
    token = fields.String(metadata={"description": "For POST /api/set-password; good once, for seven days."})


class ChangedAccountAnswer(AsOf):
    """The account as it is now."""

    account = fields.Nested(AccountAnswer)


@resource.get("/accounts", Act.READ_ACCOUNTS, answers=AccountsAnswer)
def list_accounts() -> Any:
    """Every account, by name"""
    everything(Act.READ_ACCOUNTS)
    asking = who()
    with database().reading(asking.tenant) as session:
        found = accounts.accounts(session, asking.tenant)
    return {"as_of": today(), "accounts": [_shown(one) for one in found]}


@resource.post("/accounts", Act.CHANGE_ACCOUNTS, body=AccountBody, answers=InvitationAnswer, status=201)
def make_account(body: Mapping[str, Any]) -> Any:
    """Make an account

    The answer holds the token by which the person sets the password.
    """
    everything(Act.CHANGE_ACCOUNTS)
    asking = who()
    with changing(asking.tenant) as session:
        worker = None
        if body.get("worker") is not None:
            try:
                worker = workers.find(session, asking.tenant, body["worker"]).id
            except UnknownWorker:
                raise AccountRefused("worker", f"there is no worker {body['worker']!r}") from None
        accounts.create(
            session,
            asking.tenant,
            name=body["name"],
            full_name=body["full_name"],
            worker=worker,
            by=asking.name,
            reason=body["reason"],
            now=now(),
        )
        return _invited(session, body["name"], body["reason"])


@resource.post(
    "/accounts/<name>/invitation", Act.CHANGE_ACCOUNTS, body=ReasonBody, answers=InvitationAnswer, status=201
)
def invite_account(name: str, body: Mapping[str, Any]) -> Any:
    """Make a token to set the password anew

    A token made before ends; the password goes on working until a new one is set.
    """
    everything(Act.CHANGE_ACCOUNTS)
    with changing(who().tenant) as session:
        _known(session, name)
        return _invited(session, name, body["reason"])


@resource.post("/accounts/<name>/deactivation", Act.CHANGE_ACCOUNTS, body=ReasonBody, answers=ChangedAccountAnswer)
def deactivate_account(name: str, body: Mapping[str, Any]) -> Any:
    """Refuse an account from now on

    Whatever it is signed in to ends at once. Roles stay as they are, for whoever asks who held them.
    """
    everything(Act.CHANGE_ACCOUNTS)
    asking = who()
    with changing(asking.tenant) as session:
        _known(session, name)
        accounts.deactivate(session, asking.tenant, name, by=asking.name, reason=body["reason"], now=now())
        return {"as_of": today(), "account": _shown(accounts.find(session, asking.tenant, name))}


@resource.post(
    "/accounts/<name>/reactivation", Act.CHANGE_ACCOUNTS, body=ReasonBody, answers=InvitationAnswer, status=201
)
def reactivate_account(name: str, body: Mapping[str, Any]) -> Any:
    """Take an account into use again

    Its password is gone; the answer holds the token to set one.
    """
    everything(Act.CHANGE_ACCOUNTS)
    asking = who()
    with changing(asking.tenant) as session:
        _known(session, name)
        accounts.reactivate(session, asking.tenant, name, by=asking.name, reason=body["reason"], now=now())
        return _invited(session, name, body["reason"])


def _invited(session: Session, name: str, reason: str) -> dict[str, Any]:
    asking = who()
    token = accounts.invite(session, asking.tenant, name, by=asking.name, reason=reason, pepper=pepper(), now=now())
    return {"as_of": today(), "account": name, "token": token}


def _known(session: Session, name: str) -> KnownAccount:
    try:
        return accounts.find(session, who().tenant, name)
    except AccountRefused as refused:
        raise NotFound(Fault("path/name", str(refused))) from None


def _shown(one: KnownAccount) -> dict[str, Any]:
    return {
        "name": one.name,
        "full_name": one.full_name,
        "is_worker": one.worker is not None,
        "created": one.created,
        "password_set": one.password_set,
        "deactivated": one.deactivated,
    }
