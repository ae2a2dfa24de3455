"""Word files written so that the same content gives the same bytes."""

from __future__ import annotations

import io
import zipfile

__all__ = ["packed"]

_ALWAYS = (1980, 1, 1, 0, 0, 0)


def packed(word: bytes) -> bytes:
    """The same package with its parts in their order and no times of writing in it."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, _ALWAYS), old.read(name), zipfile.ZIP_DEFLATED)
    return kept.getvalue()
