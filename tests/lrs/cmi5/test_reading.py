"""Course structures are read as the specification says, and every fault is told with its line and place."""

from __future__ import annotations

import io
import zipfile
from uuid import UUID

import pytest

from lrs.cmi5 import reading
from lrs.cmi5.structure import Block, Course, Unit
from lrs.errors import InvalidRequest, TooLarge
from tests.lrs.cmi5.course_files import (
    BLOCK,
    FIRE,
    ID,
    QUIZ,
    READING,
    WHOLE,
    au,
    package,
    structure,
    texts,
)  # fmt: skip

TENANT = UUID(int=7)


def faults(document: bytes, base: str | None = None) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        reading.read(document, TENANT, base=base)
    return {fault.place: fault.message for fault in refused.value.faults}


def test_a_course_is_read_with_its_tree() -> None:
    course = reading.read(WHOLE, TENANT, base=None)
    block, quiz = course.parts
    assert isinstance(block, Block) and isinstance(quiz, Unit)
    assert (course.publisher_id, block.publisher_id) == (ID, BLOCK)
    assert [one.publisher_id for one in course.units()] == [FIRE, READING, QUIZ]
    fire, read_more, _ = course.units()
    assert (fire.move_on, fire.mastery_score, fire.launch_parameters) == ("CompletedAndPassed", 0.8, "a=1")
    assert (read_more.move_on, read_more.launch_method) == ("NotApplicable", "AnyWindow")
    assert fire.title == {"vi": "Bài học"}


def test_what_we_call_things_is_never_what_the_publisher_does_and_the_same_in_every_edition() -> None:
    course = reading.read(WHOLE, TENANT, base=None)
    again = reading.read(WHOLE.replace("Phần 1".encode(), "Phần một".encode()), TENANT, base=None)
    elsewhere = reading.read(WHOLE, UUID(int=8), base=None)

    def ids(one: Course) -> list[str]:
        return [one.id, *(each.id for each in one.parts), *(each.id for each in one.units())]

    assert ids(course) == ids(again)
    assert not {ID, BLOCK, FIRE, QUIZ, READING} & set(ids(course))
    assert not set(ids(course)) & set(ids(elsewhere))


def test_objectives_are_kept_and_elements_of_others_passed_over() -> None:
    objective = "https://hoc.example.org/muc-tieu/1"
    document = structure(
        f'<objectives><objective id="{objective}">{texts("Thoát hiểm")}</objective></objectives>'
        f'<au id="{FIRE}">{texts("Bài")}<objectives><objective idref="{objective}"/></objectives>'
        '<url>https://a.example.vn/</url><x:more xmlns:x="https://x.example.vn/">x</x:more></au>'
    )
    course = reading.read(document, TENANT, base=None)
    assert [one.id for one in course.objectives] == [objective]
    assert next(course.units()).objectives == (objective,)


def test_more_than_a_thousand_units_are_taken() -> None:
    course = reading.read(structure("".join(au(f"{ID}/{number}") for number in range(1200))), TENANT, base=None)
    assert sum(1 for _ in course.units()) == 1200


def test_every_fault_is_told_with_its_line_and_place() -> None:
    document = structure(
        au(FIRE, moveOn="Done", masteryScore="80", launchMethod="Popup")
        + "\n"
        + f'<block id="{FIRE}"><title/>{au("bai-2", url="javascript:alert(1)")}</block>\n'
        + f"<au>{texts('Bài')}<url>https://a.example.vn/?actor=x</url><launch/></au>"
        + '<au id="https://a.example.vn/3" masteryScore="0.12345">'
        + f"<url>b/c.html</url>{texts('Bài')}</au>"
    )
    assert faults(document) == {
        "/courseStructure/au[1]/@moveOn": "line 4: 'Done' is none of NotApplicable, Passed, Completed,"
        " CompletedAndPassed, CompletedOrPassed",
        "/courseStructure/au[1]/@masteryScore": "line 4: '80' is no decimal number from 0 to 1 with up to four places",
        "/courseStructure/au[1]/@launchMethod": "line 4: 'Popup' is none of AnyWindow, OwnWindow",
        "/courseStructure/block[1]/@id": f"line 5: '{FIRE}' is the id of /courseStructure/au[1] already",
        "/courseStructure/block[1]/title": "line 5: has no langstring",
        "/courseStructure/block[1]/description": "line 5: is missing",
        "/courseStructure/block[1]/au[1]/@id": "line 5: 'bai-2' is no whole IRI, as https://example.org/a is",
        "/courseStructure/block[1]/au[1]/url": "line 5: an address of the kind javascript: is not launched",
        "/courseStructure/au[2]": f"line 6: <launch> of {reading.NAMESPACE} has no"
        " place here; known here: title, description, objectives, url, launchParameters, entitlementKey",
        "/courseStructure/au[2]/@id": "line 6: is missing",
        "/courseStructure/au[2]/url": "line 6: its query string has actor, which a launch puts there",
        "/courseStructure/au[3]/@masteryScore": "line 6: '0.12345' is no decimal number from 0 to 1 with up to four"
        " places",
        "/courseStructure/au[3]/title": "line 6: stands too late; the order is title, description, objectives, url,"
        " launchParameters, entitlementKey",
        "/courseStructure/au[3]/description": "line 6: stands too late; the order is title, description, objectives,"
        " url, launchParameters, entitlementKey",
        "/courseStructure/au[3]/url": "line 6: 'b/c.html' is not a whole URL, as cmi5.xml without a package needs",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        (b"<courseStructure/>", "/", "line 1: the outermost element is <courseStructure> without a namespace"),
        (structure(""), "/courseStructure", "line 2: there is neither an au nor a block in it"),
        (b"<a><b></a>", "line 1", "this is not well-formed XML: mismatched tag"),
        (b"", "line 1", "this is not well-formed XML: no element found"),
        (b"PK\x03\x04 broken", "", "the package is broken, encrypted, or packed in a way that is not read here"),
        (package(WHOLE, "bai/cmi5.xml"), "", "the package has no cmi5.xml at its root"),
        (b"<?xml version='1.0' encoding='ebcdic-9'?><a/>", "line 1", "th"),
        (b"<a>" * 70 + b"</a>" * 70, "line 1", "elements lie more than 64 deep in one another"),
    ],
)
def test_what_is_no_course_structure_is_refused(document: bytes, place: str, message: str) -> None:
    ((where, said),) = faults(document).items()
    assert where == place
    assert said.startswith(message)


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY % d SYSTEM "https://a.example.vn/">%d;]>',
    ],
)
def test_entities_are_never_unfolded(declared: str) -> None:
    document = WHOLE.replace(b"?>\n", f"?>\n{declared}\n".encode(), 1)
    assert faults(document) == {"line 2": "a document type declaration (<!DOCTYPE …>) is not taken; remove it"}


def test_of_a_package_the_structure_alone_is_unfolded_and_that_up_to_a_limit() -> None:
    base = "https://noi-dung.example.vn/goi-1"
    relative = structure(au(FIRE, url="bai/index.html?v=1"))
    course = reading.read(package(relative, huge=bytes(30_000_000)), TENANT, base=base)
    assert next(course.units()).url == "https://noi-dung.example.vn/goi-1/bai/index.html?v=1"
    with pytest.raises(TooLarge):
        reading.read(package(bytes(reading.MOST_BYTES + 1)), TENANT, base=base)


def test_where_the_files_of_a_package_are_must_be_said_and_is_not_left() -> None:
    (told,) = faults(package(structure(au(FIRE, url="index.html")))).values()
    assert told.endswith("put them on a site of their own and name it with the parameter base")
    (told,) = faults(package(structure(au(FIRE, url="../x.html"))), base="https://a.example.vn/b/").values()
    assert told == "line 4: '../x.html' leads out of the package"
    assert list(faults(WHOLE, base="https://a.example.vn/")) == ["base"]
    for base in ("ftp://a.example.vn/", "http://[", "http://[foo]/", "http://ex\u2100.org/", "https://"):
        assert list(faults(package(WHOLE), base=base)) == ["base"]


@pytest.mark.parametrize(
    "url",
    [
        "%2e%2e/x.html",
        "bai/%2E./x.html",
        "..\\x.html",
        "bai\\..\\..\\x.html",
        "a%2f..%2f..%2fx.html",
        "a%5c%2e%2e/x.html",
    ],
)
def test_what_browsers_lead_elsewhere_with_is_refused(url: str) -> None:
    told = faults(package(structure(au(FIRE, url=url))), base="https://a.example.vn/b/")
    assert "browsers take these for steps through folders" in told["/courseStructure/au[1]/url"]
    whole = structure(au(FIRE, url=f"https://a.example.vn/b/{url}"))
    assert "browsers take these for steps through folders" in faults(whole)["/courseStructure/au[1]/url"]
    assert list(faults(package(WHOLE), base=f"https://a.example.vn/{url}")) == ["base"]


def test_an_address_may_have_dots_and_signs_that_lead_nowhere() -> None:
    for url in ("b%C3%A0i/v1.2%20a/index.html?quay=..\\x", "..a/b..c/%2ean.html"):
        course = reading.read(package(structure(au(FIRE, url=url))), TENANT, base="https://a.example.vn/b/")
        assert next(course.units()).url == f"https://a.example.vn/b/{url}"


@pytest.mark.parametrize("packed_by", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_package_that_is_broken_at_any_place_is_refused_or_read(packed_by: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packed_by) as archive:
        archive.writestr(reading.IN_PACKAGE, WHOLE)
    whole, refused = made.getvalue(), 0
    for place in range(len(whole)):
        broken = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        try:
            reading.read(broken, TENANT, base="https://a.example.vn/" if broken.startswith(b"PK") else None)
        except (InvalidRequest, TooLarge):
            refused += 1
    assert refused > 100


def test_the_kind_of_a_lesson_is_an_iri() -> None:
    document = structure(au(FIRE, activityType="not an iri"))
    (told,) = faults(document).values()
    assert told.endswith("'not an iri' is no whole IRI")
