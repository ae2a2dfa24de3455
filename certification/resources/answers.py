"""Answers in JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response

__all__ = ["answer"]


def answer(document: Any, status: int = 200) -> Response:
    """A document (also dataclasses, dates, UUIDs) as JSON. It is never kept by a cache: figures and persons change."""
    response = Response(msgspec.json.encode(document), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
