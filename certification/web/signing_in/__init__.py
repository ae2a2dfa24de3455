"""Signing in and out, setting a password, making the first administrator, and the own account."""

from __future__ import annotations

from certification.web.frame.pages import Pages

__all__ = ["pages"]

pages = Pages("signing_in", __name__)

from certification.web.signing_in import (  # noqa: E402, F401 — adds the views
    by_organization,
    first_start,
    own_account,
    own_organization,
    second_factor,
    sent_code,
    sign_in,
    slips,
)
