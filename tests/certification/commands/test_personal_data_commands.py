"""`flask certification purposes`, `give-consent`, `held`, `looks`, `ask-about-data`, `data-requests` and their like."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from certification.models import Base
from certification.privacy import requests
from tests.certification.commands.running import Run, succeeded
from tests.certification.world import World


def test_consents_and_requests_by_commands(run: Run, world: World) -> None:
    with world.database.writing(world.tenant) as session:
        world.employ(session, "dn/a")
    overview = succeeded(run("purposes"))
    assert "employer-transcript (consent, 365 days)" in overview
    digest = next(
        line.split()[1]
        for line in succeeded(run("purposes", "--recipient", "dn/a")).split("employer-transcript", 1)[1].splitlines()
        if "shown:" in line
    )
    given = succeeded(
        run("give-consent", "NV-1", "dn/a", f"employer-transcript={digest}", "--paper", "Cặp 1", "--by", "hoa")
    )
    assert "in force" in succeeded(run("consents", "NV-1"))
    succeeded(run("withdraw-consent", "NV-1", given.split()[0], "--by", "hoa"))
    assert "withdrawn" in succeeded(run("consents", "NV-1"))
    assert "Sự đồng ý đã cho: 1" in succeeded(run("held", "NV-1"))
    assert "Nobody." in succeeded(run("looks", "NV-1"))
    unknown = run("looked-by", "hoa", "--from", "01/01/2026")
    assert unknown.exit_code == 1
    assert "there is no account 'hoa'" in unknown.output, "who mistypes a name must not read that nobody was seen"
    made = succeeded(run("ask-about-data", "NV-1", "delete", "--words", "xoá hết", "--by", "hoa"))
    request_id = made.split(":")[0]
    confirm = run(
        "data-request-step", "confirm", "NV-1", request_id, "--words", "đã gọi", "--with-others", "--by", "vh"
    )
    assert "confirmed" in succeeded(confirm)
    assert "confirmed" in succeeded(run("data-requests"))
    assert succeeded(run("data-requests", "--overdue")) == ""
    with world.database.writing(world.tenant) as session:
        table = Base.metadata.tables["certification_data_request"]
        late = requests.listing(session, world.tenant)[0].received_on - timedelta(days=1)
        session.execute(sa.update(table).where(table.c.tenant_id == world.tenant).values(due=late))
    overdue = run("data-requests", "--overdue")
    assert overdue.exit_code == 1
    assert "OVERDUE" in overdue.stdout
    assert run("data-request-step", "meet", "NV-1", request_id, "--words", "x", "--with-others", "--by", "vh").exit_code
