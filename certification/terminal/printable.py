"""Words from outside, made safe to print: a terminal obeys control characters, and a name may hold any."""

from __future__ import annotations

import json

__all__ = ["printable"]


def printable(text: str, *, lines: bool = False) -> str:
    r"""The text with every character that is not there to be seen shown as JSON escapes it: ESC is `\u001b`.

    So are line ends, unless `lines`, and marks that turn the direction of writing.
    """
    return "".join(one if one.isprintable() or (lines and one == "\n") else json.dumps(one)[1:-1] for one in text)
