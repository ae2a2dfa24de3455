"""Something large, done by a process that the system holds to so much memory.

`python -m tests.faults.held_to MEGABYTES export WORDS` for a command of the program, `… MEGABYTES paper ROWS` for a
decision about so many persons, as PDF. Says at its end how much memory it held at most (VmHWM, in kB).
"""

from __future__ import annotations

import atexit
import resource
import sys
from dataclasses import replace
from pathlib import Path

from flask.cli import main

from certification.documents.kinds import DECISION
from certification.documents.office_pdf import render_pdf
from certification.documents.samples import sample


def held_to(megabytes: int) -> None:
    """What is asked for beyond so much is refused: MemoryError, or the end."""
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))


def most_held() -> None:
    status = Path("/proc/self/status").read_text()
    print("held", status.partition("VmHWM:")[2].split()[0], flush=True)


def paper(rows: int) -> None:
    persons = [{"stt": str(n), "ho_ten": f"Nguyễn Thị Người {n}", "don_vi": "Công ty Mẫu"} for n in range(1, rows + 1)]
    pdf = render_pdf(replace(sample(DECISION), persons=persons, annexes=()))
    assert pdf.startswith(b"%PDF")


if __name__ == "__main__":
    megabytes, what, *words = sys.argv[1:]
    held_to(int(megabytes))
    atexit.register(most_held)
    if what == "paper":
        paper(int(words[0]))
    else:
        sys.argv = ["flask", *words]
        main()
