"""What a release is made of, as CycloneDX 1.6: every package of a lock with its version, its hashes, and who needs it.

    make sbom        writes dist/sbom.cdx.json of what serving installs

Made from the lock alone, so that it names what is installed and nothing else, and twice the same from the same lock.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

__all__ = ["Locked", "bill", "locked"]

HERE = Path(__file__).parent.parent
LOCK = HERE / ".ci" / "requirements-run.txt"


@dataclass(frozen=True, slots=True)
class Locked:
    """A package as a lock pins it; `needed_by` are names of other packages of the lock, or of ours."""

    name: str
    version: str
    hashes: tuple[str, ...]
    """SHA-256 of each file that may be installed, in hex."""
    needed_by: tuple[str, ...]
    marker: str = ""
    """On which machines it is installed; "" for all."""

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"


def locked(text: str) -> list[Locked]:
    """The packages of a lock. Raises ValueError for a line that pins nothing or has no hash."""
    found = []
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        head = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^\s;\\]+)\s*(?:;\s*([^\\\n]+?))?\s*\\?(?:\n|$)", entry)
        hashes = tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry))
        if head is None or not hashes:
            raise ValueError(f"not pinned with a hash: {entry.splitlines()[0]}")
        _, _, via = entry.partition("# via")
        needing = tuple(re.findall(r"^[#\s]*([A-Za-z0-9._-]+)", via, re.MULTILINE))
        found.append(Locked(head[1].lower(), head[2], hashes, tuple(one.lower() for one in needing), head[3] or ""))
    return found


def bill(lock: str, project: str) -> dict[str, Any]:
    """The bill of materials, from the texts of a lock and of pyproject.toml."""
    about = tomllib.loads(project)["project"]
    packages = locked(lock)
    own = f"pkg:pypi/{about['name']}@{about['version']}"
    ways = {one.name: one.purl for one in packages} | {about["name"]: own}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, own + lock)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": own, "purl": own, "name": about["name"], "version": about["version"],
            }
        },
        "components": [_component(one) for one in packages],
        "dependencies": [
            {"ref": ref, "dependsOn": sorted(one.purl for one in packages if name in one.needed_by)}
            for name, ref in ways.items()
        ],
    }  # fmt: skip


def _component(one: Locked) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": one.purl,
        "purl": one.purl,
        "name": one.name,
        "version": one.version,
        "hashes": [{"alg": "SHA-256", "content": each} for each in one.hashes],
    }
    if one.marker:
        found["properties"] = [{"name": "cdht:installed-where", "value": one.marker}]
    return found


if __name__ == "__main__":
    made = bill(LOCK.read_text(encoding="utf-8"), (HERE / "pyproject.toml").read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(made, ensure_ascii=False, indent=2) + "\n")
