"""JSON for other systems, under /api: figures of targets, a worker's assessment, Actors nobody knows.

Every view states its guard (`certification.permissions.guarded`), settled once per request by `access`; every refusal
has the one JSON form of `errors`; query strings are checked by marshmallow in the module beside the view.
"""

from __future__ import annotations

from flask import Blueprint

from certification.resources import access, assessment, attainment, errors, unknown_actors

__all__ = ["api"]

api = Blueprint("api", __name__, url_prefix="/api")
"""Mounted at /api. Guards: each view's own, by `certification.permissions.TABLE`."""

errors.register(api)
access.register(api)
api.add_url_rule("/attainment", "attainment", attainment.show)
api.add_url_rule("/workers/<path:number>/assessment", "assessment", assessment.show)
api.add_url_rule("/unknown-actors", "unknown-actors", unknown_actors.show)
