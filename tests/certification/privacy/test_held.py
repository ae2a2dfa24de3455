"""No table is forgotten: each that speaks of a person says what an export and an erasure do with it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from certification.models import Base
from certification.privacy.erasure_words import WHY
from certification.privacy.export_words import TABLES
from certification.privacy.held import BY, ELSEWHERE, HELD, OF_THE_STORE, table
from lrs import models as store

MODELS = sorted(
    (each.class_ for base in (Base, store.Base) for each in base.registry.mappers), key=lambda one: one.__tablename__
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__tablename__)
def test_every_table_that_speaks_of_a_person_is_named(model: type) -> None:
    name, said = model.__tablename__, model.__doc__ or ""  # type: ignore[attr-defined]
    if "worker_id" in Base.metadata.tables[name].c if name in Base.metadata.tables else False:
        assert name in HELD, "say in privacy.held what an export and an erasure do with its rows"
    elif "Personal data" in said and "No personal data" not in said:
        assert name in HELD or name in ELSEWHERE or name in OF_THE_STORE, "say in privacy.held what becomes of it"


def test_what_is_named_is_there_and_gives_its_reason() -> None:
    known = {one.__tablename__ for one in MODELS}  # type: ignore[attr-defined]
    assert {*HELD, *ELSEWHERE, *OF_THE_STORE} <= known
    assert not ((HELD.keys() & ELSEWHERE.keys()) | (HELD.keys() & OF_THE_STORE.keys()))
    for name, held in HELD.items():
        assert held.blanked.keys() <= set(table(name).c.keys()), name
        assert held.exported or held.why, name
        assert held.removed or held.why or held.blanked, name
        assert not (held.removed and held.blanked), name


def test_every_column_that_says_under_which_account_something_was_done_is_known() -> None:
    named = {c.name for one in HELD for c in table(one).c if c.name.endswith("_by") and isinstance(c.type, sa.String)}
    assert named <= BY


def test_every_table_of_an_export_has_its_words() -> None:
    assert {name for name, held in HELD.items() if held.exported} == TABLES.keys()


def test_whoever_erases_is_told_why_something_stays() -> None:
    stays = {name for name, held in HELD.items() if "worker_id" in table(name).c and not held.removed}
    assert stays == WHY.keys()
