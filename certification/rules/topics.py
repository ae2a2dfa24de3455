"""Topics as rules name them: by the code of the evidence mapping, or by the IRI under which the Profile has them."""

from __future__ import annotations

__all__ = ["ANY", "code_of", "profile_of"]

ANY = "*"
_PUBLISHED = "topic/"


def code_of(name: str) -> str:
    """The code of a topic: "law-labour" of itself, of "topic/law-labour" and of the whole IRI."""
    return name.rpartition(_PUBLISHED)[2]


def profile_of(name: str) -> str | None:
    """The Profile of which a whole IRI is; "" where the IRI leaves it out (topic/…), None where the name is a code."""
    if _PUBLISHED not in name:
        return None
    return name.rpartition(_PUBLISHED)[0].removesuffix("/")
