"""Somebody of every role, over the places of the walls."""

from tests.walls.conftest import everybody, places, undrawn

__all__ = ["everybody", "places", "undrawn"]
