"""People of two provinces, and whoever asks about them, for tests of routes: own branch, other branch, other tenant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from certification.access.permissions import Role
from tests.certification.access.people import account, give, signed_in
from tests.certification.world import World

Headers = dict[str, str]

PLACES = {"NV-1": "dn/a", "NV-2": "dn/b", "NV-3": "dn/c"}
"""NV-1 and NV-2 work in Lai Châu, NV-3 in Lào Cai."""


def settle(world: World) -> dict[str, UUID]:
    """Three workers, by number."""
    with world.database.writing(world.tenant) as session:
        return {number: world.employ(session, unit) for number, unit in PLACES.items()}


class Callers:
    """Accounts of a tenant, made when they are first asked for, and signed in."""

    def __init__(self, world: World, client: FlaskClient) -> None:
        self._world, self._client = world, client
        self._known: dict[tuple[Any, ...], Headers] = {}

    def of(self, role: Role | None, unit: str | None = None, *, worker: UUID | None = None, **given: Any) -> Headers:
        key = (role, unit, worker)
        if key not in self._known:
            name = f"{role.value.replace('_', '-') if role else 'worker'}-{len(self._known)}"
            account(self._world.database, self._world.tenant, name, self._world.now, worker=worker)
            if role is not None:
                give(self._world.database, self._world.tenant, name, role, self._world.now, organization=unit, **given)
            self._known[key] = signed_in(self._client, name)
        return self._known[key]

    @property
    def operator(self) -> Headers:
        return self.of(Role.OPERATOR)

    @property
    def officer(self) -> Headers:
        """Over the trade union of Lai Châu."""
        return self.of(Role.UPPER_OFFICER, "cd/lai-chau")

    @property
    def enterprise(self) -> Headers:
        """dn/a itself."""
        return self.of(Role.ENTERPRISE, "dn/a")


Ask = Callable[..., Any]


def asking(client: FlaskClient) -> Ask:
    """Asks and gives the document of the answer, which has to have the status that is expected."""

    def ask(headers: Mapping[str, str], path: str, expected: int = 200, *, method: str = "GET", **sent: Any) -> Any:
        answer = client.open(path, method=method, headers=dict(headers), **sent)
        assert answer.status_code == expected, f"{path}: {answer.status_code} {answer.text}"
        return answer.json if answer.mimetype == "application/json" else answer.data

    return ask


def places(refused: Mapping[str, Any]) -> list[str]:
    return [one["place"] for one in refused["errors"]]
