"""The xAPI endpoint over HTTP: one module per Resource.

Every answer names its version (`versions.py`), every refusal has one JSON form (`errors.py`), and who asks is settled
once per request (`access.py`).
"""

from __future__ import annotations

from flask import Blueprint

from lrs.resources import about, errors, statements, versions

xapi = Blueprint("xapi", __name__, url_prefix="/xapi")
"""Mounted at /xapi/. Guards: `about` is open to everybody, all else takes a credential (`lrs.resources.access`)."""

versions.register(xapi)
errors.register(xapi)
about.register(xapi)
statements.register(xapi)
