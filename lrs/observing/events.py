"""What whoever watches over the installation wants to know: who signed in, what was refused, who tried to get round.

One line of the log each, by the logger `security`: its event, and what is known of the request by then. Nobody is told
by name: accounts and keys by our own ids, names that were typed and network addresses by keyed digests, which are the
same for the same one, so that one who tries again and again is seen.
"""

from __future__ import annotations

import hashlib
import hmac
import logging

from lrs.observing.logs import CURRENT

__all__ = ["know", "pseudonym", "tell"]

log = logging.getLogger("security")


def pseudonym(secret: bytes, text: str) -> str:
    """What stands for a name or an address in lines of the log."""
    return hmac.new(secret, b"log\0" + text.encode(errors="replace"), hashlib.sha256).hexdigest()[:12]


def know(**facts: str) -> None:
    """Every event of this request says this as well."""
    if (asked := CURRENT.get()) is not None:
        asked.known |= facts


def tell(event: str, **facts: str | int) -> None:
    """Log what happened, as a few plain words, and who did it."""
    asked = CURRENT.get()
    known = {**(asked.known if asked is not None else {}), **facts}
    if asked is not None:
        asked.told = True
    words = " ".join(f"{name}={one}" for name, one in known.items())
    log.info("%s %s", event, words, extra={"told": {"event": event, **known}})
