"""`create-key`."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from uuid import UUID

from lrs import api
from lrs.db import Database
from tests.certification.commands.running import Run, succeeded
from tests.conftest import PEPPER


def test_a_key_is_printed_last_in_json_and_opens_reading_alone(
    run: Run, database: Database, tenant: UUID, now: datetime
) -> None:
    made = json.loads(
        succeeded(run("create-key", "--name", "Chị Lan", "--scope", "certification/read")).splitlines()[-1]
    )
    assert set(made) == {"key", "secret"}
    header = "Basic " + base64.b64encode(f"{made['key']}:{made['secret']}".encode()).decode()
    with database.reading(tenant) as session:
        identity = api.identify(session, header, pepper=PEPPER, now=now)
    assert (identity.tenant, identity.name, identity.scopes) == (tenant, "Chị Lan", frozenset({"certification/read"}))
