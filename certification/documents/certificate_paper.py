"""The paper of a certificate: A4 in landscape, with a QR code of its short address and the signed credential inside.

It says what the credential says and no more. Place, day, signature and seal are left to the body that issues it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

import segno
from markupsafe import Markup

from certification.documents.drawing import attachment, page, pdf
from certification.documents.typography import blank_day, bound, composed
from certification.rules.certificate_forms import CertificateForm
from certification.units.letterheads import Letterhead

__all__ = ["CREDENTIAL", "Paper", "draw", "draw_all", "file_name"]

CREDENTIAL = "giay-cong-nhan.json"
"""The name of the credential within the PDF."""

ADDRESS_LETTERS = 44
"""As many letters of an address as stand beside the QR code in one line."""

_DRAWN_BY_ONE = 250
"""Papers that a process draws before another one takes its place: what drawing libraries keep is given back."""

OWN_FORM = "Mẫu do hệ thống đề xuất, dùng đến khi cơ quan có thẩm quyền ban hành mẫu chính thức."
"""Printed where the words of the certificate are our own proposal."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed. `address`: where it is verified, `year` the assessed one, `signing` the lines above the room
    for the signature, `numbered` the instant at which it got its number, `credential` the signed JSON."""

    name: str
    year: int
    number: str
    code: str
    address: str
    body: str
    decision_number: str
    decided_on: date
    numbered: datetime
    form: CertificateForm
    letterhead: Letterhead
    signing: tuple[str, ...]
    credential: bytes
    replaces: str = ""
    """The number of the certificate that this one corrects."""


def draw(paper: Paper) -> bytes:
    """The paper as PDF/A-3b; the same bytes for the same values."""
    form = paper.form
    html = page("certificate.html").render(
        issuer=composed(paper.letterhead.issuer),
        parent=composed(paper.letterhead.parent or ""),
        head_size=_head_size(f"{paper.letterhead.parent or ''}\n{paper.letterhead.issuer}".strip()),
        heading=composed(form.heading),
        recognises=composed(form.recognises),
        achieved=composed(form.achieved),
        title=composed(form.title),
        year=composed(form.year_of(paper.year)),
        name=composed(paper.name),
        name_size=_size(composed(paper.name)),
        grounds=bound(form.grounds_of(paper.decision_number, paper.decided_on, paper.body)),
        number=paper.number,
        replaces=paper.replaces,
        address=(address := _shown(paper)),
        address_size=11 if len(address) <= ADDRESS_LETTERS else 9,
        code=paper.code,
        qr=Markup(_qr(paper.address)),  # noqa: S704  (our own drawing: black squares)
        place_day=f"{composed(paper.letterhead.place or '……………')}, {blank_day(paper.numbered.year)}",
        authority=[composed(one) for one in paper.signing],
        mark=OWN_FORM if form.status == "PROPOSAL" else "",
    )
    inside = attachment(
        string=paper.credential.decode(),
        name=CREDENTIAL,
        description="Chứng nhận số đã ký (Open Badges 3.0)",
        created=paper.numbered.astimezone(UTC),
        modified=paper.numbered.astimezone(UTC),
        relationship="Source",
    )
    told = paper.code.encode() + paper.credential
    return pdf(html, styles="certificate.css", told=told, variant="pdf/a-3b", attachments=[inside])


def draw_all(papers: Iterable[Paper], folder: Path, *, processes: int) -> int:
    """Draws each into a file of the folder, named by `file_name`; how many.

    So many processes at once, with one in this; no more than a few papers lie in memory, however many there are.
    """
    drawn = 0
    if processes == 1:
        for drawn, paper in enumerate(papers, start=1):  # noqa: B007
            _into(paper, folder)
        return drawn
    # Forking a process that holds threads or connections to a database may hang: a fresh one, which holds neither and
    # has loaded what drawing takes, is forked in its place.
    started = get_context("forkserver")
    started.set_forkserver_preload([__name__, "weasyprint"])
    with ProcessPoolExecutor(processes, mp_context=started, max_tasks_per_child=_DRAWN_BY_ONE) as pool:
        waiting: set[Future[None]] = set()
        for paper in papers:
            waiting.add(pool.submit(_into, paper, folder))
            drawn += 1
            if len(waiting) >= 4 * processes:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for one in done:
                    one.result()
        for one in waiting:
            one.result()
    return drawn


def file_name(paper: Paper) -> str:
    """What its file is called, without an ending: its number and code."""
    number = re.sub(r"[^\w-]+", "-", paper.number)
    return f"{number}_{paper.code}"


def _into(paper: Paper, folder: Path) -> None:
    (folder / f"{file_name(paper)}.pdf").write_bytes(draw(paper))


def _qr(address: str) -> str:
    """The QR code as SVG with the quiet zone that readers need; level M finds its way through a folded corner."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True, nl=False
    )
    return drawn.getvalue().decode()


def _shown(paper: Paper) -> str:
    """The address as it is typed; where it is long, that of the form, into which goes the code that stands below it."""
    address = paper.address.partition("://")[2] or paper.address
    return address if len(address) <= ADDRESS_LETTERS else address.removesuffix(f"/{paper.code}")


def _head_size(lines: str) -> float:
    """Points in which the lines above the heading keep clear of it: 13, and less where there are more than four."""
    for size, letters in ((13, 38), (11.5, 43), (10, 50)):
        if sum(max(1, -(-len(line) // letters)) for line in lines.splitlines()) <= 4 + (size < 13):
            return size
    return 9


def _size(name: str) -> float:
    """Points in which a name fits: 28, and less for one that needs more lines than there are."""
    for letters, size in ((38, 28), (60, 22), (120, 18), (260, 13)):
        if len(name) <= letters:
            return size
    return 9
