"""Samples of the pages of certification/web/signing_in."""

from __future__ import annotations

from tests.browser.prepared import Samples

SAMPLES: Samples = {"signing_in.print_slip": {"number": "a02"}}
