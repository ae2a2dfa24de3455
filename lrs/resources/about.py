"""The About Resource: what this store speaks (xAPI 1.0.3 Communication 2.8). Open to everybody."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response

from lrs.resources.access import EVERYBODY, guarded
from lrs.versions import SUPPORTED


def register(blueprint: Blueprint) -> None:
    """Add the view to the endpoint."""

    @blueprint.get("/about")
    @guarded(EVERYBODY)
    def about() -> Response:
        return Response(msgspec.json.encode({"version": list(SUPPORTED)}), mimetype="application/json")
