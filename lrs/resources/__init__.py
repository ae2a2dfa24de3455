"""The xAPI endpoint over HTTP: one module per Resource.

Every answer names its version (`versions.py`), every refusal has one JSON form (`errors.py`), and who asks is settled
once per request (`access.py`). Before a view is chosen, a request is brought into plain form (`rewriting.py`): unfolded
when it is compressed (`compression.py`), and turned into what it stands for in 1.0.x's other syntax (`alternate.py`).
"""

from __future__ import annotations

from flask import Blueprint

from lrs.resources import (
    about,
    access,
    activities,
    activity_profiles,
    agent_profiles,
    agents,
    alternate,
    bulk,
    cmi5,
    compression,
    cors,
    errors,
    query_string,
    rewriting,
    state,
    statements,
    versions,
)

xapi = Blueprint("xapi", __name__, url_prefix="/xapi")
"""Mounted at /xapi/. Guards: `about` is open to everybody, all else takes a credential (`lrs.resources.access`)."""

rewriting.register(xapi, [compression.unfold, alternate.rewrite])
cors.register(xapi)
alternate.register(xapi)
compression.register(xapi)
versions.register(xapi)
errors.register(xapi)
query_string.register(xapi)
access.register(xapi)
about.register(xapi)
statements.register(xapi)
state.register(xapi)
agents.register(xapi)
agent_profiles.register(xapi)
activities.register(xapi)
activity_profiles.register(xapi)

xapi_ext = Blueprint("xapi_ext", __name__, url_prefix="/xapi-ext")
"""Mounted at /xapi-ext/: what xAPI has no words for. Guards as above; a request need not name its version."""

compression.register(xapi_ext)
errors.register(xapi_ext)
query_string.register(xapi_ext)
bulk.register(xapi_ext)
cmi5.register(xapi_ext)
cors.register(xapi_ext, cmi5.FETCH)  # asked by the pages of launched content
