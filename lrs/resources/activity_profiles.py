"""The Activity Profile Resource: what platforms keep about an Activity (xAPI 1.0.3 Communication 2.7)."""

from __future__ import annotations

from flask import Blueprint

from lrs.resources.documents import DocumentResource
from lrs.statements.validate import check_iri

ACTIVITY_PROFILE = DocumentResource(
    path="/activities/profile",
    kind="activity_profile",
    scope="profile",
    clause="xAPI 1.0.3 Communication 2.7",
    id_name="profileId",
    needed={"activityId": check_iri},
    allowed={},
    deletes_all=False,
)


def register(blueprint: Blueprint) -> None:
    """Add the views to the endpoint."""
    ACTIVITY_PROFILE.register(blueprint)
