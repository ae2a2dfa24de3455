"""cmi5.xml, alone or in a ZIP package, as a course; every fault with its line and its place in the structure.

Of a package only cmi5.xml is unfolded, and that only up to a limit. Its other files are the content, which is served
elsewhere: relative addresses in it are resolved against the address where that is.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit
from uuid import UUID

from lrs import xml_elements
from lrs.cmi5.structure import Block, Course, Objective, Unit, Words, our_id
from lrs.errors import Fault, InvalidRequest, TooLarge
from lrs.statements.validate import check_iri
from lrs.xml_elements import Element
from schemas import validator

NAMESPACE = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd"
IN_PACKAGE = "cmi5.xml"
MOST_BYTES = 10_000_000
"""Of cmi5.xml, unfolded; a thousand AUs take half a million."""
MOST_FAULTS = 100
LAUNCH_PARAMETERS = ("endpoint", "fetch", "actor", "registration", "activityId")
"""What a launch puts into the query string (8.1)."""

_MOVE_ON = ("NotApplicable", "Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed")
_METHODS = ("AnyWindow", "OwnWindow")
_NOT_OPENED = ("javascript", "data", "vbscript", "file", "blob", "about")
"""Addresses of these kinds run or show something in the name of whoever opens them."""
_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")

_TEXT = ("title", "description")
_OF_UNIT = ("title", "description", "objectives", "url", "launchParameters", "entitlementKey")
_OF_BLOCK = ("title", "description", "objectives", "au", "block")


def read(document: bytes, tenant: UUID, *, base: str | None) -> Course:
    """The course of a file, cmi5.xml or a package; `base` is where the content of a package is served.

    Raises InvalidRequest with every fault found, or TooLarge.
    """
    if is_package := document.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        document = _unpacked(document)
    elif base is not None:
        raise InvalidRequest.at("base", "cmi5.xml alone names every AU by a whole URL; leave this out", "cmi5 14.2")
    if len(document) > MOST_BYTES:
        raise TooLarge(f"a course structure of more than {MOST_BYTES} bytes is not taken")
    if base is not None and not _is_of_the_web(base):
        raise InvalidRequest.at("base", f"{base!r} is no http or https address", "cmi5 14.1")
    if base is not None and _is_read_otherwise(base):
        raise InvalidRequest.at("base", f"{base!r} {_READ_OTHERWISE}", "cmi5 14.1")
    reader = _Reader(tenant, base if base is None or base.endswith("/") else f"{base}/", is_package)
    course = reader.course(xml_elements.read(document, "cmi5 14.0"))
    if reader.faults or course is None:
        raise InvalidRequest(reader.faults)
    return course


_READ_OTHERWISE = "has a backslash, or a dot as %2e: browsers take these for steps through folders; write / and ."


def _is_read_otherwise(address: str) -> bool:
    """Whether a browser leads elsewhere than `urljoin` says: it takes a backslash for a slash, and %2e for a dot; some
    servers take %2f for a slash as well."""
    path = re.split("[?#]", address, maxsplit=1)[0]
    encoded = (unquote(step) for step in path.split("/") if "%" in step)
    return "\\" in path or any({".", ".."} & set(re.split(r"[/\\]", step)) for step in encoded)


def _is_of_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _unpacked(package: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            if IN_PACKAGE not in archive.namelist():
                raise InvalidRequest.at("", f"the package has no {IN_PACKAGE} at its root", "cmi5 14.1")
            with archive.open(IN_PACKAGE) as member:
                return member.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError, LookupError):
        message = "the package is broken, encrypted, or packed in a way that is not read here; pack it as plain ZIP"
        raise InvalidRequest.at("", message, "cmi5 14.1") from None


class _Reader:
    """Reads one structure; what is wrong gathers in `faults`."""

    def __init__(self, tenant: UUID, base: str | None, is_package: bool) -> None:
        self.faults: list[Fault] = []
        self._tenant, self._base, self._is_package = tenant, base, is_package
        self._course = ""
        self._ids: dict[str, str] = {}
        """Ids of the course, its blocks and AUs → where."""
        self._objectives: dict[str, str] = {}

    def course(self, root: Element) -> Course | None:
        """The whole; None where even the beginning is not that of a course structure."""
        where = "/courseStructure"
        if root.name != f"{NAMESPACE} courseStructure":
            message = f"the outermost element is {_shown(root.name)}, not courseStructure of the namespace {NAMESPACE}"
            self._fault("/", root, message, "cmi5 14.0")
            return None
        known = self._parts_of(root, where, ("course", "objectives", "au", "block"), needed=("course",))
        if "course" not in known:
            return None
        head = known["course"][0]
        at = f"{where}/course"
        self._course = self._id(head, at, self._ids)
        texts = self._parts_of(head, at, _TEXT, needed=_TEXT)
        objectives = tuple(self._objectives_of(known, where))
        return Course(
            id=our_id(self._tenant, self._course, "course", self._course),
            publisher_id=self._course,
            title=self._words(texts, "title", at),
            description=self._words(texts, "description", at),
            parts=self._tree(root, where),
            objectives=objectives,
        )

    def _tree(self, parent: Element, where: str) -> tuple[Block | Unit, ...]:
        found: list[Block | Unit] = []
        counts = {"au": 0, "block": 0}
        for child in parent.children:
            name = _local(child)
            if name not in counts:
                continue
            counts[name] += 1
            at = f"{where}/{name}[{counts[name]}]"
            found.append(self._unit(child, at) if name == "au" else self._block(child, at))
        if not found:
            self._fault(where, parent, "there is neither an au nor a block in it", "cmi5 14.0")
        return tuple(found)

    def _block(self, element: Element, at: str) -> Block:
        known = self._parts_of(element, at, _OF_BLOCK, needed=_TEXT)
        publisher_id = self._id(element, at, self._ids)
        return Block(
            id=our_id(self._tenant, self._course, "block", publisher_id),
            publisher_id=publisher_id,
            title=self._words(known, "title", at),
            description=self._words(known, "description", at),
            objectives=tuple(self._references(known, at)),
            parts=self._tree(element, at),
        )

    def _unit(self, element: Element, at: str) -> Unit:
        known = self._parts_of(element, at, _OF_UNIT, needed=(*_TEXT, "url"))
        publisher_id = self._id(element, at, self._ids)
        move_on = self._one_of(element, at, "moveOn", _MOVE_ON)
        return Unit(
            id=our_id(self._tenant, self._course, "au", publisher_id),
            publisher_id=publisher_id,
            title=self._words(known, "title", at),
            description=self._words(known, "description", at),
            objectives=tuple(self._references(known, at)),
            url=self._url(known["url"][0], f"{at}/url") if "url" in known else "",
            move_on=move_on,  # type: ignore[arg-type] # one of _MOVE_ON
            mastery_score=self._mastery_score(element, at),
            launch_method=self._one_of(element, at, "launchMethod", _METHODS),
            launch_parameters=known["launchParameters"][0].text if "launchParameters" in known else None,
            entitlement_key=known["entitlementKey"][0].text if "entitlementKey" in known else None,
            activity_type=self._activity_type(element, at),
        )

    def _parts_of(
        self, element: Element, at: str, order: Sequence[str], *, needed: Sequence[str]
    ) -> Mapping[str, list[Element]]:
        """The children by name. AUs and blocks come as often as there are, in any order among themselves; the others
        once, and all in this order. What is of another namespace may stand at the end (13.1.5) and is passed over."""
        found: dict[str, list[Element]] = {}
        reached = 0
        for child in element.children:
            name = _local(child)
            if name is None and " " in child.name:
                continue
            if name is None or name not in order:
                expected = ", ".join(order)
                self._fault(at, child, f"{_shown(child.name)} has no place here; known here: {expected}", "cmi5 14.0")
                continue
            rank = order.index("au") if name == "block" and "au" in order else order.index(name)
            if rank < reached:
                self._fault(f"{at}/{name}", child, f"stands too late; the order is {', '.join(order)}", "cmi5 14.0")
            elif name in found and name not in ("au", "block"):
                self._fault(f"{at}/{name}", child, "stands more than once", "cmi5 14.0")
            reached = max(reached, rank)
            found.setdefault(name, []).append(child)
        for name in needed:
            if name not in found:
                self._fault(f"{at}/{name}", element, "is missing", "cmi5 13.1")
        return found

    def _id(self, element: Element, at: str, taken: dict[str, str]) -> str:
        value = element.attributes.get("id", "").strip()
        if not value:
            self._fault(f"{at}/@id", element, "is missing", "cmi5 13.1")
            return ""
        try:
            check_iri(value, "id")
        except InvalidRequest:
            self._fault(f"{at}/@id", element, f"{value!r} is no whole IRI, as https://example.org/a is", "cmi5 13.1")
        if value in taken:
            self._fault(f"{at}/@id", element, f"{value!r} is the id of {taken[value]} already", "cmi5 13.1")
        taken.setdefault(value, at)
        return value

    def _activity_type(self, element: Element, at: str) -> str | None:
        value = element.attributes.get("activityType", "").strip()
        try:
            return check_iri(value, "activityType") if value else None
        except InvalidRequest:
            self._fault(f"{at}/@activityType", element, f"{value!r} is no whole IRI", "cmi5 13.1.4")
            return None

    def _words(self, known: Mapping[str, list[Element]], name: str, at: str) -> Words:
        words: Words = {}
        for element in known.get(name, ())[:1]:
            at = f"{at}/{name}"
            for child in self._parts_of_text(element, at):
                language = child.attributes.get("lang", "und").strip()
                if not validator("xapi/types#/$defs/language_tag").is_valid(language):
                    self._fault(f"{at}/langstring/@lang", child, f"{language!r} is no language tag", "cmi5 13.1")
                words[language] = child.text
            if not words:
                self._fault(at, element, "has no langstring", "cmi5 13.1")
        return words

    def _parts_of_text(self, element: Element, at: str) -> Iterator[Element]:
        for child in element.children:
            if _local(child) == "langstring":
                yield child
            elif _local(child) is not None or " " not in child.name:
                self._fault(at, child, f"{_shown(child.name)} has no place here; known here: langstring", "cmi5 14.0")

    def _objectives_of(self, known: Mapping[str, list[Element]], where: str) -> Iterator[Objective]:
        for listed in known.get("objectives", ())[:1]:
            for number, element in enumerate((one for one in listed.children if _local(one) == "objective"), 1):
                at = f"{where}/objectives/objective[{number}]"
                texts = {name: [one] for one in element.children if (name := _local(one)) in _TEXT}
                for name in _TEXT:
                    if name not in texts:
                        self._fault(f"{at}/{name}", element, "is missing", "cmi5 13.1.3")
                yield Objective(
                    self._id(element, at, self._objectives),
                    self._words(texts, "title", at),
                    self._words(texts, "description", at),
                )

    def _references(self, known: Mapping[str, list[Element]], at: str) -> Iterator[str]:
        for listed in known.get("objectives", ())[:1]:
            for element in listed.children:
                if _local(element) == "objective" and (name := element.attributes.get("idref", "").strip()):
                    if name not in self._objectives:
                        where = f"{at}/objectives/objective/@idref"
                        self._fault(where, element, f"the course has no objective {name!r}", "cmi5 13.1.3")
                    yield name

    def _one_of(self, element: Element, at: str, name: str, values: Sequence[str]) -> str:
        value = element.attributes.get(name, values[0]).strip()
        if value not in values:
            self._fault(f"{at}/@{name}", element, f"{value!r} is none of {', '.join(values)}", "cmi5 13.1.4")
        return value

    def _mastery_score(self, element: Element, at: str) -> float | None:
        text = element.attributes.get("masteryScore")
        if text is None:
            return None
        text = text.strip()
        try:
            value = Decimal(text) if _DECIMAL.fullmatch(text) else None
        except InvalidOperation:  # more digits than a Decimal has
            value = None
        if value is None or not 0 <= value <= 1 or value != round(value, 4):
            message = f"{text!r} is no decimal number from 0 to 1 with up to four places"
            self._fault(f"{at}/@masteryScore", element, message, "cmi5 13.1.4")
            return None
        return float(value)

    def _url(self, element: Element, at: str) -> str:
        url = element.text
        try:
            parts = urlsplit(url)
            if not parts.scheme and url:
                if self._base is None:
                    message = (
                        f"{url!r} lies in the package, whose files are not served from here: put them on a site of"
                        " their own and name it with the parameter base"
                        if self._is_package
                        else f"{url!r} is not a whole URL, as cmi5.xml without a package needs"
                    )
                    self._fault(at, element, message, "cmi5 14.1" if self._is_package else "cmi5 14.2")
                    return url
                url = urljoin(self._base, url)
                if not url.startswith(self._base):
                    self._fault(at, element, f"{element.text!r} leads out of the package", "cmi5 14.1")
                parts = urlsplit(url)
            taken = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True) if name in LAUNCH_PARAMETERS]
        except ValueError:
            self._fault(at, element, f"{url!r} is no URL", "cmi5 13.1.4")
            return url
        if not url or any(one.isspace() or not one.isprintable() for one in url):
            self._fault(at, element, "is empty" if not url else f"{url!r} is no URL", "cmi5 13.1.4")
        elif parts.scheme.lower() in _NOT_OPENED:
            self._fault(at, element, f"an address of the kind {parts.scheme}: is not launched", "cmi5 13.1.4")
        elif not parts.netloc:
            self._fault(at, element, f"{url!r} names no host", "cmi5 13.1.4")
        elif _is_read_otherwise(element.text):
            self._fault(at, element, f"{element.text!r} {_READ_OTHERWISE}", "cmi5 13.1.4")
        if taken:
            message = f"its query string has {', '.join(taken)}, which a launch puts there"
            self._fault(at, element, message, "cmi5 8.1")
        return url

    def _fault(self, place: str, element: Element, message: str, clause: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(place, f"line {element.line}: {message}", clause))
        elif len(self.faults) == MOST_FAULTS:
            self.faults.append(Fault("", f"there are more than {MOST_FAULTS} faults; mend these first", ""))


def _local(element: Element) -> str | None:
    """The name of an element of the course structure's namespace; None for any other."""
    namespace, _, name = element.name.rpartition(" ")
    return name if namespace == NAMESPACE else None


def _shown(name: str) -> str:
    namespace, _, local = name.rpartition(" ")
    return f"<{local[:60]}>" + (f" of {namespace[:120]}" if namespace else " without a namespace")
