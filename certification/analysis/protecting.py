"""Which counts of people analysts get, so that nobody can work out a count of few. Pure.

Three rules, one after the other:

- A count of fewer than `below` persons is hidden, nought included; so is one that all but so few of its population are
  in, since the others are few then.
- With it others are hidden, so that it is no total less its parts and no part less its siblings, on either tree
  (`targets.disclosure`). What is nought hides nothing: somebody may know of it.
- What is left is rounded to the nearest multiple of `below`. So no sum and no difference of counts, of two units, two
  months, two targets or two files of one `below`, tells of fewer than `below` persons: it is nought or `below` at
  least.

Files of different `below` are no such two: a count rounded to multiples of 5 and the same to multiples of 7 leave few
numbers that it can be. `exporting` refuses a threshold other than that of the last export on record.
"""

from __future__ import annotations

from collections.abc import Mapping

from certification.targets.disclosure import BELOW, Place, hidden_with

__all__ = ["BELOW", "protected", "rounded"]


def protected(
    counts: Mapping[str, int],
    ends: Mapping[str, tuple[Place, Place]],
    below: int,
    *,
    of: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """The counts that may be written, as they may be, by code. `of`: the populations they are counted among.

    Raises ValueError where `below` is less than `BELOW`.
    """
    if below < BELOW:
        raise ValueError(f"counts of fewer than {BELOW} persons are always hidden; {below} hides fewer")
    some = {code: count for code, count in counts.items() if count}
    small = {
        code
        for code, count in some.items()
        if count < below or (of is not None and code in of and of[code] - count < below)
    }
    if len(small) == len(some):
        return {}
    hidden = hidden_with(small, some, ends)
    return {code: rounded(count, below) for code, count in some.items() if code not in hidden}


def rounded(count: int, below: int) -> int:
    """The nearest multiple of `below`, halves up."""
    return (2 * count + below) // (2 * below) * below
