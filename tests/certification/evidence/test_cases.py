"""What each kind of case says of itself as data."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from certification.evidence.cases import Cases
from certification.evidence.declarations import DECLARATIONS
from certification.evidence.disputes import DISPUTES


@pytest.mark.parametrize("kind", [DECLARATIONS, DISPUTES], ids=lambda kind: kind.table.__name__)
def test_a_kind_of_case_has_words_for_every_state_and_columns_for_every_step(kind: Cases[Any, Any]) -> None:
    left = {state for move in kind.moves.values() for state in move.before}
    reached = {move.after for move in kind.moves.values()}
    assert left | reached == set(kind.states)
    assert all(kind.states.values())
    columns = kind.step_table.__table__.columns.keys()
    assert {field.name for field in fields(kind.step)} | {kind.key, "worker_id", "tenant_id"} == set(columns)
