"""An office with reports."""

from __future__ import annotations

import pytest

from tests.certification.reports.office import Office
from tests.certification.world import World


@pytest.fixture
def office(world: World, other_world: World) -> Office:
    return Office(world)
