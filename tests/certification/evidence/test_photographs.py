"""Photographs are kept without where and when they were taken, and look as they did."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from certification.evidence.photographs import bare

SECRET = b"So nha 12 ngo 34"


def _photograph(kind: str, **saved: Any) -> bytes:
    picture = Image.effect_noise((90, 60), 80).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (21.0, 1.0, 40.0), 3: "E", 4: (105.0, 51.0, 5.0)})
    out = io.BytesIO()
    picture.save(out, kind, exif=exif, **saved)
    return out.getvalue()


def _opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize("saved", [{}, {"progressive": True}, {"optimize": True, "icc_profile": b"colours" * 20}])
def test_a_jpeg_loses_its_place_and_keeps_its_picture_its_colours_and_which_way_up_it_is(saved: dict[str, Any]) -> None:
    taken = _photograph("JPEG", comment=SECRET, **saved)
    assert SECRET in taken
    kept = bare(taken + b"a film appended, with " + SECRET)
    before, after = _opened(taken), _opened(kept)
    assert SECRET not in kept
    assert dict(after.getexif()) == {0x0112: 6}
    assert not after.getexif().get_ifd(0x8825)
    assert after.tobytes() == before.tobytes()
    assert after.info.get("icc_profile") == before.info.get("icc_profile")
    assert bare(kept) == kept


def test_a_png_loses_its_place_and_its_texts_and_keeps_its_picture() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Location", SECRET.decode())
    texts.add_itxt("Comment", SECRET.decode(), zip=True)
    taken = _photograph("PNG", pnginfo=texts)
    kept = bare(taken + SECRET)
    assert SECRET in taken
    assert SECRET not in kept
    assert _opened(kept).tobytes() == _opened(taken).tobytes()
    assert not _opened(kept).getexif()


def test_a_jpeg_that_was_cut_off_loses_its_place_too() -> None:
    taken = _photograph("JPEG")
    assert SECRET not in bare(taken[: len(taken) * 3 // 4])


WHOLE = [_photograph(kind) for kind in ("JPEG", "PNG")]


@given(st.binary(max_size=60), st.integers(0, 400), st.sampled_from(WHOLE))
def test_whatever_is_broken_fails_nobody(junk: bytes, at: int, whole: bytes) -> None:
    for data in (junk, whole[:2] + junk, whole[:8] + junk, whole[:at], whole[:at] + junk + whole[at:]):
        assert bare(bare(data)) == bare(data)
