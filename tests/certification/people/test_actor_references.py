"""A list of unknown Actors tells nobody whose account it is: a name is shortened, a number is never shown."""

from __future__ import annotations

from uuid import UUID

import pytest

from certification.evidence import waiting_list
from certification.people.actor_references import NoSuchActor, References, shortened
from lrs import api
from lrs.db import Database
from tests.certification import learning
from tests.certification.world import World

HOME = "https://hoc.example.org"
PEPPER = b"p" * 32


@pytest.mark.parametrize(
    ("ifi", "expected"),
    [
        (f"account {HOME}|nv001", f"{HOME}|nv…"),
        (f"account {HOME}|nguyen.thi.hoa", f"{HOME}|ng…oa"),
        (f"account {HOME}|hoa", f"{HOME}|h…"),
        (f"account {HOME}|a", f"{HOME}|…"),
        (f"account {HOME}|", f"{HOME}|…"),
        (f"account {HOME}|001190000123", f"{HOME}|…"),
        (f"account {HOME}|cccd-001 190 000 123", f"{HOME}|…"),
        (f"account {HOME}|0912.345.678", f"{HOME}|…"),
        (f"account {HOME}|hoa.nguyen@example.org", f"{HOME}|ho…en@example.org"),
        ("mbox mailto:0912345678@example.org", "mailto:…@example.org"),
        ("mbox mailto:hoa@example.org", "mailto:h…@example.org"),
        ("mbox_sha1sum ebd31e95054c018b10727ccffd2ef2ec3a016ee9", "mbox_sha1sum ebd3…"),
        ("openid https://hoa.example.org/hoa", "openid https://hoa.example.org/…"),
        (f"account {HOME}|ab\x07cdefg\u202eh", f"{HOME}|ab…\ufffdh"),
    ],
)
def test_an_account_is_known_again_and_tells_nobody(ifi: str, expected: str) -> None:
    assert shortened(ifi) == expected


def test_a_reference_names_one_actor_of_one_tenant(
    world: World, other_world: World, database: Database, identity: api.Identity
) -> None:
    names = [f"lạ-{at}" for at in range(5)]
    learning.store(database, identity, *[learning.statement(name) for name in names])
    learning.follow_all(database, world.tenant, world.now)
    references = References(world.tenant, PEPPER)
    with database.reading(world.tenant) as session:
        found = waiting_list.page(session, world.tenant, limit=None)
        told = {references.of(one): one.ifi for one in found}
        assert len(told) == 5
        assert all(references.find(session, one).ifi == ifi for one, ifi in told.items())
        for at, one in enumerate(found):
            place = references.place(one.statements, references.of(one))
            assert waiting_list.page(session, world.tenant, limit=9, after=place) == found[at + 1 :]
        others = (References(other_world.tenant, PEPPER), References(world.tenant, b"q" * 32))
        for other in others:
            assert other.of(found[0]) not in told
            with pytest.raises(NoSuchActor):
                other.find(session, next(iter(told)))
        with pytest.raises(NoSuchActor):
            references.find(session, UUID(int=0))
