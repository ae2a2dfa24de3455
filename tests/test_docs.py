"""What the documents promise and a machine can check: files, commands, targets and settings they name exist.

Commands are read in the program's own messages and pages too: they tell people what to type.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest

from wsgi import Settings, create_app, read_settings

HERE = Path(__file__).resolve().parent.parent
README = HERE / "README.md"
DOCUMENTS = [README, HERE / "CHANGELOG.md", *sorted((HERE / "docs").rglob("*.md"))]
SOURCES = [
    HERE / "wsgi.py",
    *(path for half in ("lrs", "certification", "migrations") for path in sorted((HERE / half).rglob("*.py"))),
    *sorted((HERE / "certification").rglob("*.html")),
]

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
FILE = re.compile(r"`((?![A-Z_]+/)(?:[\w.*-]+/)+[\w.*-]+\.(?:py|md|toml|txt|json|css|html|sql))`")
MAKE = re.compile(r"(?:`|^ {4}|&& |\bas )make ([a-z][a-z-]*)", re.MULTILINE)
COMMAND = re.compile(r"\b(?:flask|cdht) ((?:lrs|ops|certification)\b[^`\n|]*)")
SHELL = re.compile(r"[|<>;&()]+")
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*)")


def _named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=str(path.relative_to(HERE))) for path in paths]


def _documents() -> list[object]:
    return _named(DOCUMENTS)


def _make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):(?!=)", (HERE / "Makefile").read_text(), re.MULTILINE))


def _heading_anchors(path: Path) -> set[str]:
    """Anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> click.Group:
    """The commands of `flask`, ours among them."""
    folder = tmp_path_factory.mktemp("data")
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder}/none.sqlite3", secret_key=b"x" * 32)
    return create_app(settings).cli


def _leaves(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _leaves(command, (*path, name))
        else:
            yield (*path, name), command


def _ours(commands: click.Group) -> dict[tuple[str, ...], click.Command]:
    return {
        path: command
        for half in ("lrs", "ops", "certification")
        if isinstance(group := commands.commands[half], click.Group)
        for path, command in _leaves(group, (half,))
    }


# --- The guide for operators, and the files that it has copied

OPERATE = HERE / "docs/operate"
UNITS = {path.name: path.read_text() for path in OPERATE.glob("*.service")}


def _lines_of(heading: str) -> list[str]:
    """What is typed under a heading of docs/operate.md."""
    [_, text] = (HERE / "docs/operate.md").read_text().split(f"\n## {heading}\n")
    return re.findall(r"^ {4}(.*)$", text.split("\n## ")[0], re.MULTILINE)


def _said(unit: str, key: str) -> set[str]:
    return {
        word.lstrip("-") for line in re.findall(rf"^{key}=(.*)$", UNITS[unit], re.MULTILINE) for word in line.split()
    }


def test_what_the_guide_has_copied_is_there_and_what_the_units_need_is_made_by_it() -> None:
    typed = "\n".join(_lines_of("On one server, from nothing"))
    for named in re.findall(r"\bdocs/operate/[\w.*-]+", typed):
        assert list(HERE.glob(named)), f"the guide copies {named}, which is not there"
    [home] = re.findall(r"^git clone <address> (\S+)$", typed, re.MULTILINE)
    [settings] = re.findall(r"cong-dan-hoc-tap\.env > (\S+)$", typed, re.MULTILINE)
    [user] = re.findall(r"^adduser .* (\w+)$", typed, re.MULTILINE)
    [folders] = re.findall(rf"^install -d .* -o {user} -g {user} (.*)$", typed, re.MULTILINE)
    for unit in UNITS:
        assert _said(unit, "User") == {user}
        assert _said(unit, "WorkingDirectory") == {home}
        assert _said(unit, "EnvironmentFile") == {settings}
        assert {*_said(unit, "ReadWritePaths"), *(f"/var/lib/{one}" for one in _said(unit, "StateDirectory"))} <= {
            *folders.split()
        }
        [program] = re.findall(rf"^ExecStart={home}/(\S+)", UNITS[unit], re.MULTILINE)
        assert program in (".venv/bin/python", ".venv/bin/flask")
    script = (OPERATE / "cdht").read_text()
    assert f"{home}/.venv/bin/flask --app {home}/wsgi.py --env-file {settings}" in script and f"-u {user} --" in script
    [backups] = re.findall(r"ops backup (\S+)", UNITS["cong-dan-hoc-tap-backup.service"])
    assert backups in folders.split() and f"cdht ops drill {backups} " in typed


def test_the_settings_and_the_proxy_of_the_guide_agree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = dict(
        line.split("=", 1) for line in (OPERATE / "cong-dan-hoc-tap.env").read_text().splitlines() if line[0] != "#"
    )
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    settings = read_settings()
    proxy, typed = (OPERATE / "nginx.conf").read_text(), "\n".join(_lines_of("On one server, from nothing"))
    assert set(re.findall(r"proxy_pass (\S+);", proxy)) == {f"http://{settings.host}:{settings.port}"}
    assert f"http://{settings.host}:{settings.port}/readyz" in typed
    assert set(re.findall(r"server_name (\S+);", proxy)) == {urlsplit(settings.public_url).hostname}
    for file in re.findall(r"ssl_certificate(?:_key)? (\S+);", proxy):
        assert file in typed
    assert f"NAME={urlsplit(settings.public_url).hostname}\n" in typed


def test_the_image_takes_what_installing_takes_and_names_files_that_are_there() -> None:
    image, installing = (OPERATE / "Containerfile").read_text(), "\n".join(_lines_of("On one server, from nothing"))
    [typed] = re.findall(r"install --no-install-recommends (ca-certificates.*)$", installing, re.MULTILINE)
    [taken] = re.findall(r"--no-install-recommends (.*?)&&", image.replace("\\\n", " "), re.DOTALL)
    beside = {"git", "nginx", "postgresql"}
    assert set(typed.split()) - beside == set(taken.split()) - {"postgresql-client"}
    assert [path for path in re.findall(r"docs/\S+", image) if not (HERE / path.rstrip(",.")).exists()] == []
    assert 'CMD [".venv/bin/python", "wsgi.py"]' in image and "USER cdht" in image
    left_out = (OPERATE / "Containerfile.dockerignore").read_text().split()
    assert not {"lrs", "certification", "migrations", "schemas", ".ci", "Makefile", "wsgi.py", "docs"} & {*left_out}


def test_upgrading_brings_what_installing_brought() -> None:
    installing, upgrading = _lines_of("On one server, from nothing"), _lines_of("Upgrading")
    renewed = [
        line for line in installing if line.startswith(("install docs/", "cp docs/", "make ", "systemctl daemon"))
    ]
    assert len(renewed) == 4 and [line for line in renewed if line not in upgrading] == []


@pytest.mark.parametrize("document", _documents())
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    for target, anchor in LINK.findall(document.read_text()):
        path = (document.parent / target).resolve() if target else document
        assert path.exists(), f"{document.name} links to {target}, which is not there"
        if anchor:
            assert anchor in _heading_anchors(path), f"{document.name} links to {target}#{anchor}: no such heading"


@pytest.mark.parametrize("document", _documents())
def test_every_file_named_is_there(document: Path) -> None:
    for named in FILE.findall(document.read_text()):
        found = any(HERE.glob(named)) or any(document.parent.glob(named))
        assert found, f"{document.name} names {named}, which is not there"


def test_the_layout_names_every_module_and_folder_of_the_two_halves_and_no_other() -> None:
    [layout] = re.findall(r"## Layout\n\n```\n(.*?)```", (HERE / "docs/architecture.md").read_text(), re.DOTALL)
    named = set(re.findall(r"[a-z_0-9]+(?:\.py|/)", layout))
    for half in ("certification", "lrs"):
        there = {
            f"{path.name}/" if path.is_dir() else path.name
            for path in (HERE / half).iterdir()
            if (path.is_dir() and path.name != "__pycache__" and any(path.glob("[!.]*.*")))
            or (path.suffix == ".py" and path.name != "__init__.py")
        }
        assert there - named == set(), f"the layout does not name these of {half}/"
    tree = {path.name for folder in ("lrs", "certification", "schemas") for path in (HERE / folder).rglob("*.py")}
    assert {name for name in named if name.endswith(".py")} - tree == {"wsgi.py"}


@pytest.mark.parametrize("document", _documents())
def test_every_make_target_named_is_in_the_makefile(document: Path) -> None:
    assert set(MAKE.findall(document.read_text())) <= _make_targets()


@pytest.mark.parametrize("document", _named([path for path in SOURCES if COMMAND.search(path.read_text())]))
def test_every_flask_command_in_a_message_exists_with_the_options_named(document: Path, commands: click.Group) -> None:
    _check_commands(document, commands)


@pytest.mark.parametrize("document", _documents())
def test_every_flask_command_named_exists_with_the_options_named(document: Path, commands: click.Group) -> None:
    _check_commands(document, commands)


def test_a_command_that_does_not_exist_is_found_out(commands: click.Group, tmp_path: Path) -> None:
    for text in (
        "run `flask lrs tenants`",
        "(flask certification load-rule)",
        "`flask certification assess{x} --every`",
    ):
        (tmp_path / "words.py").write_text(text)
        with pytest.raises(AssertionError, match=r"words\.py: "):
            _check_commands(tmp_path / "words.py", commands)


def _check_commands(document: Path, commands: click.Group) -> None:
    for line in COMMAND.findall(document.read_text()):
        command: click.Command = commands
        for word in line.split():
            name = None if "…" in word else re.match(r"[a-z][a-z0-9-]*", word)
            if not isinstance(command, click.Group) or name is None:
                break
            assert name[0] in command.commands, f"{document.name}: there is no command “flask {line.strip()}”"
            command = command.commands[name[0]]
        known = {"--help", *(name for parameter in command.params for name in parameter.opts)}
        unknown = set(OPTION.findall(line)) - known
        assert not unknown, f"{document.name}: “flask {line.strip()}” has no {', '.join(sorted(unknown))}"


def _typed(text: str) -> list[str]:
    """The commands of ours in the lines to be typed of a page, up to the end of the line."""
    return re.findall(r"^ {4}.*?\bcdht ((?:lrs|ops|certification) .*)$", re.sub(r"\\\n *", "", text), re.MULTILINE)


def _words(line: str) -> Iterator[str]:
    """As a shell reads them, what joins commands apart."""
    words = shlex.shlex(line, posix=True, punctuation_chars=True)
    words.whitespace_split = True
    return iter(words)


def _lacking(line: str, commands: click.Group) -> list[str]:
    """What a command cannot do without and the line does not say; and what it says too much."""
    command, words = commands, list(takewhile(lambda word: not SHELL.fullmatch(word), _words(line)))
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    told, more, _ = command.make_parser(click.Context(command)).parse_args(words)
    given = {name for name, value in told.items() if isinstance(value, str | bool | list | tuple) and value != ()}
    return [one.name or "" for one in command.params if one.required and one.name not in given] + more


def test_every_command_that_the_guide_has_typed_is_whole(commands: click.Group) -> None:
    typed = _typed((HERE / "docs/operate.md").read_text())
    assert len(typed) > 50
    assert {line: lacking for line in typed if (lacking := _lacking(line, commands))} == {}
    assert _lacking("certification looked-by an", commands) == ["first"]
    assert _lacking("certification rotate-signing-key", commands) == ["by"]
    assert _lacking("lrs credential revoke KEY more", commands) == ["more"]


def test_every_command_says_what_it_does_and_stands_in_a_document(commands: click.Group) -> None:
    written = "\n".join(document.read_text() for document in DOCUMENTS)
    for path, command in _ours(commands).items():
        name = " ".join(("flask", *path))
        assert command.help, f"{name} has no help"
        assert name in written, f"no document names {name}"
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.opts[0]} has no help"


def test_the_readme_begins_with_two_set_up_commands() -> None:
    block = re.search(r"(?:^ {4}.*\n)+", README.read_text(), re.MULTILINE)
    assert block
    assert block.group().splitlines() == [
        "    git clone <address> cong-dan-hoc-tap && cd cong-dan-hoc-tap",
        "    make demo",
    ]


def test_the_readme_names_every_target_a_person_needs() -> None:
    for target in ("demo", "run", "test", "test-quick", "bench", "lint", "format"):
        assert f"make {target}" in README.read_text()


def test_the_settings_in_the_readme_are_those_the_program_reads() -> None:
    read = set(re.findall(r"env\.\w+\(\"([A-Z_]+)\"", (HERE / "wsgi.py").read_text()))
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", README.read_text(), re.MULTILINE)) == read


def test_every_decision_stands_in_the_index_with_its_own_title() -> None:
    index = (HERE / "docs/decisions/README.md").read_text()
    pages = sorted((HERE / "docs/decisions").glob("0*.md"))
    assert len({page.name[:4] for page in pages}) == len(pages), "two of one number"
    for page in pages:
        number, title = page.read_text().splitlines()[0].removeprefix("# ").split(" ", 1)
        assert f"| [{number}]({page.name}) | {title} |" in index


def test_every_decision_says_why_what_and_what_was_turned_down() -> None:
    for page in (HERE / "docs/decisions").glob("0*.md"):
        for part in ("**Context.**", "**Decision.**"):
            assert part in page.read_text(), f"{page.name} has no {part}"


def test_continuous_integration_runs_what_the_readme_says() -> None:
    assert re.search(r"^exec .*\bmake test$", (HERE / ".ci/run").read_text(), re.MULTILINE)


# --- The table of clauses

CLAUSES = HERE / "docs/xapi-clauses.md"
SECTIONS = {
    "Part two: Data": (
        "2.2 2.3.1 2.3.2 2.4.1 2.4.2.1 2.4.2.2 2.4.2.3 2.4.2.4 2.4.3 2.4.4 2.4.4.1 2.4.4.2 2.4.4.3 2.4.5 2.4.5.1 2.4.6"
        " 2.4.6.2 2.4.7 2.4.8 2.4.9 2.4.10 2.4.11 2.5 2.6 3.1 4.1 4.2 4.4 4.5 4.6"
    ),
    "Part three: Communication": (
        "1.1 1.2 1.3 1.4 1.5.1 1.5.2 2.0 2.1.1 2.1.2 2.1.3 2.1.4 2.2 2.3 2.4 2.5 2.6 2.7 2.8 3.1 3.2 3.3 4.0"
    ),
}
"""Sections of 1.0.3 that bind a store."""
NEWER_SECTIONS = (
    "4.1.1 4.1.2 4.1.3 4.1.4 4.1.5 4.1.6 4.1.6.1 4.1.6.2 4.1.6.3 4.1.6.4 4.1.6.5 4.1.6.6 4.1.6.7 4.1.7 4.1.8 4.2.1"
    " 4.2.2 4.2.2.1 4.2.2.2 4.2.2.3 4.2.2.4 4.2.2.5 4.2.2.6 4.2.4.1 4.2.4.2 4.2.4.3 4.2.5 4.2.6 4.2.7"
)
"""The same of 2.0.0 (IEEE 9274.1.1)."""


def _clauses(part: str) -> list[list[str]]:
    """The rows of one of its tables: sections of 1.0.3 and of 2.0.0, what is asked, where, shown by."""
    [_, table] = CLAUSES.read_text().split(f"\n## {part}\n")
    rows = [line.strip("| ").split(" | ") for line in table.split("\n## ")[0].splitlines() if line.startswith("| ")]
    assert all(len(row) == 5 for row in rows)
    return rows[2:]


@pytest.mark.parametrize("part", SECTIONS)
def test_every_clause_names_a_module_and_a_test_that_are_there(part: str) -> None:
    for *_, asked, modules, tests in _clauses(part):
        for name in re.findall(r"`([^`]+)`", modules):
            assert (HERE / name).exists(), f"{asked}: {name} is not there"
        named = re.findall(r"`([^`:]+)::([^`]+)`", tests)
        assert named or "429" in asked, f"{asked}: no test shows it"
        for file, test in named:
            path = HERE / "tests/lrs" / file
            assert path.exists(), f"{asked}: tests/lrs/{file} is not there"
            assert re.search(rf"^def {test}\(", path.read_text(), re.MULTILINE), f"{asked}: {file} has no {test}"


def test_every_section_that_binds_a_store_is_in_the_table() -> None:
    rows = {part: _clauses(part) for part in SECTIONS}
    for part, sections in SECTIONS.items():
        listed = {each for row in rows[part] for each in re.split(r", ?", row[0])}
        assert set(sections.split()) - listed == set(), f"{part} does not list these"
    listed = {each for part in rows.values() for row in part for each in re.split(r", ?", row[1])}
    assert set(NEWER_SECTIONS.split()) - listed == set(), "2.0.0: not listed"


def test_every_test_named_by_a_clause_is_in_the_table() -> None:
    tests = re.findall(r"^def (test_\w+)\(", (HERE / "tests/lrs/resources/test_clauses.py").read_text(), re.MULTILINE)
    assert [test for test in tests if f"test_clauses.py::{test}`" not in CLAUSES.read_text()] == []
