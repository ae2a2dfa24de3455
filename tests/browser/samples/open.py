"""Samples of the pages of certification/web/open."""

from __future__ import annotations

from tests.browser.prepared import Samples

SAMPLES: Samples = {"open.certificate": None}
"""A certificate is looked at in tests/certification/web/test_certificate_page.py; here nobody has one."""
