"""Fixtures of the routes' tests: people of two provinces, and whoever asks about them."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient

from tests.certification.resources import branches
from tests.certification.resources.branches import Ask, Callers
from tests.certification.world import World


@pytest.fixture
def people(world: World) -> dict[str, UUID]:
    """NV-1 in dn/a, NV-2 in dn/b, NV-3 in dn/c (another province)."""
    return branches.settle(world)


@pytest.fixture
def callers(world: World, client: FlaskClient) -> Callers:
    return Callers(world, client)


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    return branches.asking(client)
