"""Bytes that others sent, given back as they came: a browser saves them, and runs nothing of them in the name of this
site, whatever kind they are said to be."""

from __future__ import annotations

from flask import Response

__all__ = ["handed_over"]


def handed_over(response: Response) -> Response:
    """The answer, to be saved."""
    response.headers["Content-Disposition"] = "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
