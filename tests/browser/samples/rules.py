"""Samples of the pages of certification/web/rules: none has parts to fill in."""

from __future__ import annotations

from tests.browser.prepared import Samples

SAMPLES: Samples = {}
