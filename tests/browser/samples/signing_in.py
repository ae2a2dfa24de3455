"""Samples of the pages of certification/web/signing_in."""

from __future__ import annotations

from tests.browser.prepared import Samples

SAMPLES: Samples = {
    "signing_in.print_slip": {"number": "a02"},
    "signing_in.link_organization": None,  # these two need one, and a password: test_signing_in_at_an_organization
    "signing_in.unlink_organization": None,
    "signing_in.go_to_organization": None,  # these three lead to another site: test_signing_in_at_an_organization
    "signing_in.come_back": None,
    "signing_in.leave_organization": None,
}
