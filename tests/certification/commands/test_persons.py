"""`flask certification export-person`, `import-person`, `erase-person` and `leavers`."""

from __future__ import annotations

from pathlib import Path

import pytest

from certification.privacy import exporting
from tests.certification.commands.running import Run, succeeded


@pytest.mark.usefixtures("ready")
def test_a_person_is_exported_put_into_an_empty_tenant_and_erased(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a1.zip"
    assert "SHA-256" in succeeded(run("export-person", "A1", str(file), "--by", "hoa"))
    assert file.stat().st_mode & 0o077 == 0, "for its owner alone"
    assert "is there already" in run("export-person", "A1", str(file), "--by", "hoa").stderr
    assert "Không có người lao động" in run("export-person", "ZZ", str(tmp_path / "z"), "--by", "hoa").stderr
    again = run("import-person", str(file), "--by", "hoa")
    assert (again.exit_code, "there is a worker A1 here already" in again.stderr) == (1, True)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(file.read_bytes()[:-50])
    assert "no whole zip" in run("import-person", str(broken), "--by", "hoa").stderr
    assert "A1: " in succeeded(run("import-person", str(file), "--by", "hoa", "--tenant", "other"))
    assert "0 have left" in succeeded(run("leavers", "--by", "hoa"))
    told = ("--reason", "đơn 1", "--by", "hoa")
    assert "employment" in succeeded(run("erase-person", "A1", *told, "--dry-run"))
    assert "đang làm việc" in run("erase-person", "A1", *told, "--yes").stderr
    said = succeeded(run("erase-person", "A1", *told, "--yes", "--although-employed"))
    assert f"Removed the export {file}" in said
    assert not file.exists()
    assert run("dossier", "A1", "--year", "2026").exit_code == 1


@pytest.mark.usefixtures("ready")
def test_nothing_is_written_of_a_person_before_it_is_on_record(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a1.zip"
    found: list[int] = []

    def fail(*_told: object, **_named: object) -> None:
        found.append(file.stat().st_size)
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(exporting, "note", fail)
    assert run("export-person", "A1", str(file), "--by", "hoa").exit_code != 0
    assert (found, file.exists()) == ([0], False)
