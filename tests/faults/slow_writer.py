"""A program beside the server that stores Statements and takes its time to commit.

Reads a number from its input, stores so many Statements and prints their ids, then reads "commit" or "give up", does it
and prints "ended". Until then its transaction is open: the moment to kill it.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime

from lrs import api
from lrs.db import NOBODY, Database
from tests.conftest import PEPPER
from tests.faults.platforms import GaveUp, statement

if __name__ == "__main__":
    url, authorization = sys.argv[1:]
    database = Database(url)
    with database.reading(NOBODY) as session:
        identity = api.identify(session, authorization, pepper=PEPPER, now=datetime.now(UTC))
    for line in sys.stdin:
        with suppress(GaveUp), database.writing(identity.tenant) as session:
            ids = api.store(session, identity, [statement() for _ in range(int(line))])
            print(json.dumps([str(one) for one in ids]), flush=True)
            if sys.stdin.readline() != "commit\n":
                raise GaveUp
        print("ended", flush=True)
