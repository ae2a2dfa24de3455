"""Rules that let the same tables run on SQLite, on PostgreSQL, on partitions and on a cluster of PostgreSQL servers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import certification.models
import lrs.models
from certification.privacy import overview

TABLES = [*lrs.models.Base.metadata.tables.values(), *certification.models.Base.metadata.tables.values()]
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
