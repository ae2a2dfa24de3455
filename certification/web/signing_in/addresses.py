"""Where browsers find back to from an organization's own sign-in, and what such sign-ins publish."""

from __future__ import annotations

from flask import current_app

from certification.access import oidc
from certification.access.oidc import Documents
from certification.access.providers import UnknownProvider

__all__ = ["documents", "is_found", "public_url"]


def documents() -> Documents:
    """What providers publish, as this process knows it."""
    found: Documents = current_app.extensions.setdefault("sign_in_documents", oidc.Documents())
    return found


def public_url() -> str:
    """Where browsers find back to. Raises UnknownProvider where nobody said so."""
    found: str = current_app.extensions["settings"].public_url
    if not found:
        raise UnknownProvider("PUBLIC_URL is not set: a browser would not find back")
    return found


def is_found() -> bool:
    """Whether somebody said so."""
    return bool(current_app.extensions["settings"].public_url)
