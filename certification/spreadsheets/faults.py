"""What is wrong with a file, and what an import did."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from certification.errors import CertificationError

__all__ = ["FAULTS_AT_MOST", "MOST_FAULTS", "Fault", "ImportFaults", "ImportResult", "file_fault", "shortened"]

MOST_FAULTS = 10_000
"""So many faults of one file are told; a file with more is not corrected one by one."""

FAULTS_AT_MOST = 2 * MOST_FAULTS
"""After so many faults a file is read no further: it is another file than was meant, or wants another export."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one place. `row` 0 means what is told beside or without a file, by its name (`column`), or, with
    an empty one, all of it: the file, unless there is none (`of_file`). An empty `column` of a row is the whole row."""

    row: int
    column: str
    message: str
    of_file: bool = True

    def __str__(self) -> str:
        if self.row == 0:
            place = self.column or ("Tệp" if self.of_file else "")
            return f"{place}: {self.message}" if place else self.message
        return (
            f"Dòng {self.row}, cột “{self.column}”: {self.message}"
            if self.column
            else (f"Dòng {self.row}: {self.message}")
        )


class ImportFaults(CertificationError):
    """A file was not imported, none of it. `faults` are all of them, one `str()` line each; `good_rows` is how
    many rows could be taken in without those at fault, None where the file as a whole is at fault."""

    def __init__(self, faults: Collection[Fault], *, good_rows: int | None = None) -> None:
        self.good_rows = good_rows
        self.faults = tuple(sorted(faults, key=lambda fault: fault.row))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did, counted in rows of the file; `notes` are changes a person should look at, in Vietnamese.

    `refused` are the numbers of rows that were left out, where good rows only were asked for, `faults` why.
    """

    created: int
    changed: int
    unchanged: int
    notes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    refused: tuple[int, ...] = ()


def file_fault(message: str) -> ImportFaults:
    """The refusal of a file as a whole."""
    return ImportFaults([Fault(0, "", message)])


def shortened(text: str, at_most: int = 60) -> str:
    """A cell as a message shows it: short, and with nothing that a terminal cannot print."""
    shown = "".join(letter if letter.isprintable() else "�" for letter in text[: at_most + 1])
    return shown if len(text) <= at_most else shown[: at_most - 1] + "…"


def listed(words: Iterable[str]) -> str:
    """Words in quotation marks, one after the other."""
    return ", ".join(f"“{word}”" for word in words)
