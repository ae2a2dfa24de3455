"""JSON for other systems, under /api: figures of targets, a worker's assessment, Actors nobody knows; and the
self-check of platforms, under /xapi-ext.

Every view states its guard (`access.permissions.guarded`), settled once per request by `access`; every refusal
has the one JSON form of `errors`; query strings are checked by marshmallow in the module beside the view.
"""

from __future__ import annotations

from flask import Blueprint

from certification.resources import access, assessment, attainment, errors, self_check, unknown_actors

__all__ = ["api", "xapi_ext_check"]

api = Blueprint("api", __name__, url_prefix="/api")
"""Mounted at /api. Guards: each view's own, by `access.permissions.TABLE`."""

errors.register(api)
access.register(api)
api.add_url_rule("/attainment", "attainment", attainment.show)
api.add_url_rule("/workers/<path:number>/assessment", "assessment", assessment.show)
api.add_url_rule("/unknown-actors", "unknown-actors", unknown_actors.show)

xapi_ext_check = Blueprint("check", __name__, url_prefix="/xapi-ext")
"""Mounted beside what the store adds to xAPI: where platforms, with a key for Statements, try out what they send."""

errors.register(xapi_ext_check)
access.register(xapi_ext_check)
xapi_ext_check.add_url_rule("/check", "check", self_check.show, methods=["POST"])
