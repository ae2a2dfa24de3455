"""Samples of the pages of certification/web/enterprises."""

from __future__ import annotations

from tests.browser.prepared import Samples

SAMPLES: Samples = {}
