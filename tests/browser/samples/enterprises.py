"""Samples of the pages of certification/web/enterprises."""

from __future__ import annotations

from tests.browser.prepared import Samples

SAMPLES: Samples = {
    "enterprises.staff_import": None,
    "enterprises.staff_refused": None,
    "enterprises.staff_undo": None,
}
"""What became of a file is looked at in tests/browser/test_bringing_in.py."""
