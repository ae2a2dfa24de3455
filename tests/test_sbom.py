"""The bill of materials names every package that a lock installs, with all its hashes."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / ".ci").glob("requirements-*.txt"))


@pytest.fixture(scope="module")
def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / ".ci" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["sbom"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_locked_package_stands_in_the_bill_with_all_its_hashes(sbom: ModuleType, lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    made: dict[str, Any] = sbom.bill(text, (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = re.findall(r"^([A-Za-z0-9._-]+).*==", text, re.MULTILINE)
    assert [one["name"] for one in made["components"]] == [name.lower() for name in pinned]
    versions = re.findall(r"^[A-Za-z0-9._-]+\S*==([^\s;]+)", text, re.MULTILINE)
    assert [one["version"] for one in made["components"]] == versions
    hashes = [each["content"] for one in made["components"] for each in one["hashes"]]
    assert hashes == re.findall(r"sha256:([0-9a-f]{64})", text)
    refs = {one["bom-ref"] for one in made["components"]}
    assert all(set(one["dependsOn"]) <= refs for one in made["dependencies"])


def test_what_is_not_pinned_with_a_hash_is_no_lock(sbom: ModuleType) -> None:
    for text in ("flask>=3\n", "flask==3.1.0\n    # via us\n"):
        with pytest.raises(ValueError, match="flask"):
            sbom.locked(text)


def test_the_make_target_prints_the_bill_of_what_serving_installs_and_the_same_each_time() -> None:
    asked = [sys.executable, str(ROOT / ".ci" / "sbom.py")]
    made = [subprocess.run(asked, check=True, capture_output=True, timeout=60).stdout for _ in range(2)]
    assert made[0] == made[1]
    assert b'"name": "flask"' in made[0]
    assert b"tincan" not in made[0], "only the demonstration posts with it"
