"""What docs/architecture.md promises about who may import whom, and a machine can check."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import durations

ROOT = Path(__file__).parent.parent
OURS = ("lrs", "certification", "schemas", "migrations", "wsgi", "tests", "bench")
PUBLIC_OF_LRS = ("lrs.api", "lrs.db")
FLASK_MAY_STAND_IN = ("resources", "web", "commands", "cli.py")
NO_FOLDER_IS_CALLED = ("utils", "util", "core", "common", "helpers", "misc")


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, as a full dotted name (`from lrs import api` gives lrs.api)."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the full name"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                inside = ROOT / name.replace(".", "/")
                is_module = inside.with_suffix(".py").exists() or (inside / "__init__.py").exists()
                yield name if is_module else str(node.module)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules("schemas"), ids=relative)
def test_schemas_import_nothing_of_ours(path: Path) -> None:
    assert [name for name in imports(path) if within(name, *OURS) and not within(name, "schemas")] == []


@pytest.mark.parametrize("path", modules("lrs"), ids=relative)
def test_the_record_store_knows_nothing_of_certification(path: Path) -> None:
    assert [name for name in imports(path) if within(name, "certification", "wsgi", "migrations", "tests")] == []


@pytest.mark.parametrize("path", modules("certification"), ids=relative)
def test_certification_enters_the_record_store_by_its_doors_alone(path: Path) -> None:
    entered = [name for name in imports(path) if within(name, "lrs") and not within(name, *PUBLIC_OF_LRS)]
    assert entered == []
    assert [name for name in imports(path) if within(name, "wsgi", "migrations", "tests")] == []


@pytest.mark.parametrize("path", modules("certification/evaluation"), ids=relative)
def test_judging_needs_nothing_but_python(path: Path) -> None:
    import sys

    foreign = [
        name
        for name in imports(path)
        if not within(name, "certification.evaluation") and name.split(".")[0] not in sys.stdlib_module_names
    ]
    assert foreign == []


@pytest.mark.parametrize("path", [*modules("lrs"), *modules("certification"), *modules("schemas")], ids=relative)
def test_flask_stays_at_the_edges(path: Path) -> None:
    if any(part in FLASK_MAY_STAND_IN for part in path.parts):
        return
    assert [name for name in imports(path) if within(name, "flask")] == []


def test_no_folder_or_module_has_a_name_that_says_nothing() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    found = [name for name in tracked if any(Path(part).stem in NO_FOLDER_IS_CALLED for part in Path(name).parts)]
    assert found == []


def test_the_top_level_is_as_agreed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    top = {name.split("/")[0] for name in tracked}
    agreed = {"lrs", "certification", "migrations", "schemas", "tests", "wsgi.py", "pyproject.toml"}
    beside = {"README.md", "CHANGELOG.md", "Makefile", "docs", "bench", ".ci", ".gitignore"}
    assert top <= agreed | beside


def test_what_the_quick_tests_leave_out_exists() -> None:
    listed = [one.split("::") for one in sorted(durations.slow_functions())]
    gone = ["::".join(one) for one in listed if one[-1] not in (ROOT / one[0]).read_text()]
    assert not gone, "renamed or removed: renew tests/slow.txt (tests/durations.py says how), or mend its lines"
