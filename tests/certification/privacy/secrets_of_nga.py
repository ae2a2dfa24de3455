"""What must not be found once the person of the tests is erased."""

from __future__ import annotations

import json

NAME, NUMBER, ACCOUNT, LOGIN, NATIONAL = "Hoàng Thị Quỳnh Nga", "QN-77120", "nga.quynh.77", "quynhnga", "001190077120"
SECRETS = {
    "name": NAME, "number": NUMBER, "account": ACCOUNT, "login": LOGIN, "national": NATIONAL, "ending": "chị Nga",
    "escaped": json.dumps(NAME)[1:-1],
}  # fmt: skip
