"""Rules that let the same tables run on SQLite, on PostgreSQL, on partitions and on a cluster of PostgreSQL servers."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TypeGuard

import pytest
import sqlalchemy as sa

import certification.models
import lrs.models
from certification.privacy import overview

TABLES = [*lrs.models.Base.metadata.tables.values(), *certification.models.Base.metadata.tables.values()]
ROOT = Path(__file__).parent.parent
CODE = sorted([*(ROOT / "lrs").rglob("*.py"), *(ROOT / "certification").rglob("*.py")])
LRS = set(lrs.models.Base.metadata.tables)

MODELS = sorted(
    (mapper.class_ for base in (lrs.models.Base, certification.models.Base) for mapper in base.registry.mappers),
    key=lambda model: model.__name__,
)


def name(table: sa.Table) -> str:
    return table.name


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_a_table_is_named_after_its_half(table: sa.Table) -> None:
    assert table.name.startswith("lrs_" if table.name in LRS else "certification_")


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_a_table_says_how_it_would_be_spread(table: sa.Table) -> None:
    column = table.info["distribution"]
    assert column in ("reference", "local") or column in table.columns


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_every_unique_key_contains_the_distribution_column(table: sa.Table) -> None:
    column = table.info["distribution"]
    if column in ("reference", "local"):
        return
    unique = [c for c in table.constraints if isinstance(c, sa.PrimaryKeyConstraint | sa.UniqueConstraint)]
    unique += [index for index in table.indexes if index.unique]
    assert [key.name for key in unique if column not in key.columns] == []


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_the_application_makes_its_keys(table: sa.Table) -> None:
    numbered = [
        column.name
        for column in table.primary_key.columns
        if column.autoincrement is True or column.server_default is not None or column.identity is not None
    ]
    assert numbered == []
    single = list(table.primary_key.columns)
    assert not (len(single) == 1 and isinstance(single[0].type, sa.Integer)), "SQLite would number these rows itself"


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_foreign_keys_stay_in_their_half_and_within_reach(table: sa.Table) -> None:
    for key in table.foreign_keys:
        target = key.column.table
        assert (target.name in LRS) == (table.name in LRS)
        spread = target.info["distribution"]
        if spread != "reference":
            assert key.column.name == spread
            assert key.parent.name == table.info["distribution"]


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_the_database_makes_up_no_values(table: sa.Table) -> None:
    made = [one.name for one in table.columns if one.computed is not None or one.identity is not None]
    assert made == [] and not any(isinstance(one.server_default, sa.Sequence) for one in table.columns)


def test_no_migration_leaves_work_to_the_database() -> None:
    """Triggers, rules and numbers that the database gives know one machine."""
    odd = re.compile(
        r"CREATE\s+(CONSTRAINT\s+TRIGGER|TRIGGER|RULE|SEQUENCE|TYPE)|\b(BIG)?SERIAL\b|\bMERGE\s+INTO\b", re.I
    )
    assert [path.name for path in (ROOT / "migrations").rglob("*.py") if odd.search(path.read_text())] == []


MOVES_ROWS = {"certification/people/moved_rows.py"}
"""Where a row becomes another worker's. Tables of workers stay on one machine (docs/decisions/0036)."""


def test_what_rows_are_spread_by_is_never_updated() -> None:
    """Hash parts bear it, a cluster refuses it."""
    spread = {model.__name__: model.__table__.info["distribution"] for model in MODELS}
    found = set()
    for path in CODE:
        for call in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "values"):
                continue
            updated = [one.args[0] for one in ast.walk(call.func.value) if _is_update(one)]
            columns = {spread.get(getattr(one, "id", ""), "worker_id") for one in updated}
            if columns & {word.arg for word in call.keywords}:
                found.add(str(path.relative_to(ROOT)))
    assert found == MOVES_ROWS


def _is_update(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and "update" in (getattr(node.func, "attr", ""), getattr(node.func, "id", ""))


def test_the_store_skips_no_locked_rows() -> None:
    """A cluster cannot, over shards; and the store's tables are what is spread over one."""
    assert [path.name for path in CODE if path.is_relative_to(ROOT / "lrs") and "skip_locked" in path.read_text()] == []


@pytest.mark.parametrize("beside", ["lrs_statement_link", "lrs_reference", "lrs_signature", "lrs_erased_statement"])
def test_what_is_asked_for_together_with_statements_lies_beside_them(beside: str) -> None:
    assert lrs.models.Base.metadata.tables[beside].info["distribution"] == "statement_id"


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_no_enum_lives_in_the_database(table: sa.Table) -> None:
    assert [column.name for column in table.columns if isinstance(column.type, sa.Enum)] == []


@pytest.mark.parametrize("table", TABLES, ids=name)
def test_data_of_an_owner_names_its_tenant(table: sa.Table) -> None:
    owned_through = {"organization_id", "predecessor_id", "tenant_id"}
    assert table.name == "lrs_tenant" or owned_through & set(table.columns.keys())


@pytest.mark.parametrize("table", [one for one in TABLES if one.name not in LRS and "worker_id" in one.c], ids=name)
def test_a_worker_is_told_in_words_what_a_table_holds(table: sa.Table) -> None:
    assert table.name in overview.WORDS, "say in certification/privacy/overview.py what it holds about a person"


@pytest.mark.parametrize(
    "model",
    MODELS,
    ids=lambda model: model.__name__,
)
def test_a_model_says_what_it_holds_about_a_person(model: type) -> None:
    text = " ".join((model.__doc__ or "").split()).lower()
    assert "personal data" in text, (
        f"{model.__name__}: say what it holds about a person, why and how long, or that it holds none"
    )
