"""Samples of the pages of certification/web/workers."""

from __future__ import annotations

from tests.browser.prepared import Samples

SAMPLES: Samples = {}
