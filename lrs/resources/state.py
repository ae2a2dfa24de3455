"""The State Resource: what a platform keeps about an Agent in an Activity (xAPI 1.0.3 Communication 2.3).

State with a registration and State without are kept apart, in lists and when all of it is deleted too.
"""

from __future__ import annotations

from flask import Blueprint

from lrs.resources.documents import DocumentResource
from lrs.resources.query_string import read_agent
from lrs.statements.validate import check_iri, check_uuid

STATE = DocumentResource(
    path="/activities/state",
    kind="state",
    scope="state",
    clause="xAPI 1.0.3 Communication 2.3",
    id_name="stateId",
    needed={"activityId": check_iri, "agent": read_agent},
    allowed={"registration": check_uuid},
    deletes_all=True,
)


def register(blueprint: Blueprint) -> None:
    """Add the views to the endpoint."""
    STATE.register(blueprint)
