"""A desk with dossiers."""

from __future__ import annotations

import pytest

from tests.certification.dossiers.desk import Desk
from tests.certification.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
