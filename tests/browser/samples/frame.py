"""Samples of the pages of certification/web/frame."""

from __future__ import annotations

from tests.browser.prepared import Samples

SAMPLES: Samples = {"frame.asset": None, "frame.change_language": {"code": "vi"}}
