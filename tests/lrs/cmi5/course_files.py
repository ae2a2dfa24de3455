"""Course structures that tests bring in."""

from __future__ import annotations

import io
import zipfile

ID = "https://hoc.example.org/cmi5/an-toan"
FIRE, QUIZ, READING = f"{ID}/chay-no", f"{ID}/kiem-tra", f"{ID}/doc-them"
BLOCK = f"{ID}/phan-1"


def text(vietnamese: str, name: str = "title") -> str:
    return f'<{name}><langstring lang="vi"> {vietnamese} </langstring></{name}>'


def texts(vietnamese: str) -> str:
    return text(vietnamese) + text(vietnamese, "description")


def au(id_: str, url: str = "https://noi-dung.example.vn/bai/index.html?v=2", more: str = "", **attributes: str) -> str:
    said = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<au id="{id_}"{said}>{texts("Bài học")}<url>{url}</url>{more}</au>'


def structure(body: str, course: str = f'<course id="{ID}">{texts("An toàn lao động")}</course>') -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<courseStructure xmlns="https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd">\n'
        f"{course}\n{body}\n</courseStructure>"
    ).encode()


WHOLE = structure(
    f'<block id="{BLOCK}">{texts("Phần 1")}'
    + au(FIRE, moveOn="CompletedAndPassed", masteryScore="0.8", more="<launchParameters> a=1 </launchParameters>")
    + au(READING)
    + "</block>\n"
    + au(QUIZ, moveOn="CompletedOrPassed")
)


def package(document: bytes, name: str = "cmi5.xml", **more: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, document)
        for other, content in more.items():
            archive.writestr(other, content)
    return file.getvalue()
