"""Files that are on disk when a function returns."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from lrs import durable


def test_a_new_file_is_whole_synced_and_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(os.fstat(handle).st_size))
    durable.write_new(tmp_path / "khoá", b"0123456789")
    assert (tmp_path / "khoá").read_bytes() == b"0123456789"
    assert stat.S_IMODE((tmp_path / "khoá").stat().st_mode) == 0o600
    assert synced == [10]


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "khoá").write_bytes(b"a")
    with pytest.raises(FileExistsError):
        durable.write_new(tmp_path / "khoá", b"b")
    assert (tmp_path / "khoá").read_bytes() == b"a"


def test_files_and_folders_are_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(stat.S_ISDIR(os.fstat(handle).st_mode)))
    (tmp_path / "a").touch()
    for one in (tmp_path / "a", tmp_path):
        durable.sync(one)
    assert synced == [False, True]
