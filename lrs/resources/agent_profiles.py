"""The Agent Profile Resource: what platforms keep about an Agent (xAPI 1.0.3 Communication 2.6)."""

from __future__ import annotations

from flask import Blueprint

from lrs.resources.documents import DocumentResource
from lrs.resources.query_string import read_agent

AGENT_PROFILE = DocumentResource(
    path="/agents/profile",
    kind="agent_profile",
    scope="profile",
    clause="xAPI 1.0.3 Communication 2.6",
    id_name="profileId",
    needed={"agent": read_agent},
    allowed={},
    deletes_all=False,
)


def register(blueprint: Blueprint) -> None:
    """Add the views to the endpoint."""
    AGENT_PROFILE.register(blueprint)
