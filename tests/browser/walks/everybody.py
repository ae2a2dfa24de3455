"""All walks, in the order in which docs/walks/ lists them."""

from __future__ import annotations

from tests.browser.walks import enterprises, officers, operators, public, workers

__all__ = ["WALKS"]

WALKS = (
    officers.GRASSROOTS,
    officers.UPPER,
    workers.WORKER,
    enterprises.ENTERPRISE,
    operators.OPERATOR,
    public.EVERYBODY,
)
