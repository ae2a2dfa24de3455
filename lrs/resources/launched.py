"""What a key of launched content (cmi5) opens: the learner's State, preferences and Statements in what was launched.

An address that is not named here is closed to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import request

from lrs.cmi5.launching import LAUNCH_DATA
from lrs.credentials import Identity, Launch
from lrs.errors import OutsideLaunch
from lrs.privacy import known_as
from lrs.resources.query_string import read_agent
from lrs.statements.keys import ifi_text
from lrs.statements.rows import read_exact
from lrs.statements.validate import check_uuid

__all__ = ["narrow", "require_registration", "shows"]

PREFERENCES = "cmi5LearnerPreferences"
"""The one Agent Profile of cmi5 (11.0)."""


def narrow(identity: Identity, launch: Launch) -> None:
    """Raise OutsideLaunch unless this request stays within the launch, InvalidRequest for ill-formed parameters.

    Those that are missing are left to the view to refuse.
    """
    blueprint, _, view = (request.endpoint or "").partition(".")
    kind = view.partition("_")[2]
    if blueprint != "xapi" or kind not in _CHECKS:
        raise OutsideLaunch(f"{request.method} {request.path} is no part of it")
    for check in _CHECKS[kind]:
        check(identity, launch)


def require_registration(launch: Launch, registration: UUID | None) -> None:
    """Raise OutsideLaunch unless a list of Statements is asked for within the registration."""
    if registration != launch.registration:
        raise OutsideLaunch(f"ask for Statements with registration={launch.registration}")


def shows(launch: Launch | None, exact: str) -> bool:
    """Whether a Statement, as its text, may be seen with a key: all, but for one that was launched."""
    return launch is None or str(read_exact(exact).get("context", {}).get("registration", "")).lower() == str(
        launch.registration
    )


def _agent(identity: Identity, launch: Launch) -> None:
    if "agent" in request.args:
        agent: dict[str, Any] = read_agent(request.args["agent"], "agent")
        if ifi_text(known_as(identity.opaque_accounts, agent)) != launch.agent:
            raise OutsideLaunch("the parameter agent names somebody else than the learner")


def _activity(_identity: Identity, launch: Launch) -> None:
    if request.args.get("activityId", launch.activity) != launch.activity:
        raise OutsideLaunch(f"the parameter activityId is not {launch.activity}")


def _registration(_identity: Identity, launch: Launch) -> None:
    told = request.args.get("registration")
    if told is not None and check_uuid(told, "registration") != launch.registration:
        raise OutsideLaunch(f"the parameter registration is not {launch.registration}")


def _launch_data(_identity: Identity, _launch: Launch) -> None:
    """cmi5 10.2.1: an AU neither changes nor deletes it."""
    if request.method in ("GET", "HEAD"):
        return
    everything = "stateId" not in request.args and "registration" in request.args
    if everything or request.args.get("stateId") == LAUNCH_DATA:
        raise OutsideLaunch(f"{LAUNCH_DATA} is the LMS's, and is neither changed nor deleted")


def _preferences(_identity: Identity, _launch: Launch) -> None:
    if request.args.get("profileId", PREFERENCES) != PREFERENCES:
        raise OutsideLaunch(f"of the learner's profiles it opens {PREFERENCES}")


_Check = Callable[[Identity, Launch], None]
_CHECKS: dict[str, tuple[_Check, ...]] = {
    "statement": (),
    "statements": (),
    "state": (_agent, _activity, _registration, _launch_data),
    "agent_profile": (_agent, _preferences),
    "activity_profile": (_activity,),
    "person": (_agent,),
    "activity": (_activity,),
}
"""By what the view is named after. Statements are held to the registration where they are read and stored."""
