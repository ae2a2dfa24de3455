"""Statements made by chance as they can be sent, and as they have to come back."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from lrs import api

__all__ = ["as_given_back", "sendable"]


def sendable(statement: dict[str, Any]) -> dict[str, Any]:
    """The same under an id of its own, its Attachments to be had elsewhere."""
    statement = copy.deepcopy(statement)
    statement["id"] = str(uuid4())
    for each in (statement, statement["object"]):
        for attachment in each.get("attachments", ()) if isinstance(each, dict) else ():
            attachment.setdefault("fileUrl", "https://hoc.example.org/tep")
            if attachment["usageType"] == "http://adlnet.gov/expapi/attachments/signature":
                attachment["usageType"] = "x:y"
    return statement


def as_given_back(statement: Mapping[str, Any]) -> dict[str, Any]:
    """What has to come back: all that was sent but for what the store sets, in the forms that xAPI has it give."""
    given = {key: value for key, value in statement.items() if key not in ("stored", "authority", "version")}
    if "timestamp" in given:
        given["timestamp"] = api.moment(given["timestamp"])
    if "context" in given and "contextActivities" in given["context"]:
        kinds = given["context"]["contextActivities"].items()
        listed = {kind: each if isinstance(each, list) else [each] for kind, each in kinds}
        given["context"] = {**given["context"], "contextActivities": listed}
    if given["object"].get("objectType") == "SubStatement":
        given["object"] = as_given_back(given["object"])
    return given
