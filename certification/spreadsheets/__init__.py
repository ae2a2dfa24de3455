"""Tables of rows that people keep in spreadsheets: read, refused in plain words, given back, and handed out empty.

Shared by every import. A file of bytes goes in, CSV or XLSX, and either becomes the same thing: rows with the number
that a spreadsheet shows beside them, cells as text. Every fault is kept with its row and column, so that a file is
corrected once and not fault by fault. Faults are written in Vietnamese and say what to do, because the person who
corrects the file reads them.

    read(data, columns) → Sheet       raises ImportFaults when the file as a whole cannot be read
    watched(watcher)                  tells how far the work on whatever is read within it is
    Row.text / day / number / choice  one cell, typed; a fault is noted on the sheet and None comes back
    Sheet.refuse_faulty()             raises ImportFaults with all faults noted, in the order of the rows
    given_back.as_xlsx / as_csv       the rows that were refused, each with why, to correct and import again
    templates.as_xlsx / as_csv        an empty table with its headings

What a cell holds is only ever text: one that looks like a formula is kept as it is and never worked out.
"""

from __future__ import annotations

from certification.spreadsheets.columns import Column
from certification.spreadsheets.days import read_day, written
from certification.spreadsheets.faults import Fault, ImportFaults, ImportResult
from certification.spreadsheets.sheet import Row, Sheet, read, watched

__all__ = ["Column", "Fault", "ImportFaults", "ImportResult", "Row", "Sheet", "read", "read_day", "watched", "written"]
